/* Finds rules by name and prints their pages. */
#include "cli/rules.h"

#include "core/avro/avro.h"
#include "core/avro/difference.h"
#include "core/avro/rules.h"
#include "core/formats/formats.h"
#include "core/jsonschema/jsonschema.h"
#include "core/jsonschema/rules.h"
#include "core/protobuf/protobuf.h"
#include "core/protobuf/rules.h"

static const struct sma_rule *const avro_rules[] = {
    &sma_avro_name_mismatch,        &sma_avro_fixed_size_mismatch,
    &sma_avro_missing_enum_symbols, &sma_avro_reader_field_missing_default,
    &sma_avro_type_mismatch,        &sma_avro_missing_union_branch,
    &sma_avro_ambiguous_field,
};
#define AVRO_COUNT (sizeof avro_rules / sizeof avro_rules[0])

struct engine_rule {
    const struct sma_format *format;
    const struct sma_rule *rule;
    bool only_tells; /* says what changed; what breaks is for other rules to say */
};

/* The i-th rule of all engines; rule NULL past the end. */
static struct engine_rule engine_rule_at(size_t i)
{
    if (i < AVRO_COUNT)
        return (struct engine_rule){&sma_format_avro, avro_rules[i], false};
    i -= AVRO_COUNT;
    if (i < SMA_AVRO_DIFFERENCE_COUNT)
        return (struct engine_rule){
            &sma_format_avro, sma_avro_difference_rule((enum sma_avro_difference)i), true};
    i -= SMA_AVRO_DIFFERENCE_COUNT;
    if (i < SMA_PROTO_DIFFERENCE_COUNT)
        return (struct engine_rule){&sma_format_protobuf,
                                    sma_proto_rule((enum sma_proto_difference)i), false};
    i -= SMA_PROTO_DIFFERENCE_COUNT;
    if (i < SMA_JS_RULE_COUNT)
        return (struct engine_rule){&sma_format_jsonschema, sma_js_rule((enum sma_js_rule_id)i), false};
    if (i == SMA_JS_RULE_COUNT)
        return (struct engine_rule){&sma_format_jsonschema, sma_js_rule_external_reference(), false};
    return (struct engine_rule){NULL, NULL, false};
}

static const char *prefix_of(const struct sma_format *format)
{
    return format == &sma_format_avro         ? "avro/"
           : format == &sma_format_jsonschema ? "json/"
                                              : "proto/";
}

struct sma_str sma_rule_name(struct sma_arena *arena, const struct sma_format *format,
                             const struct sma_rule *rule)
{
    struct sma_str name = sma_arena_printf(arena, "%s%s", prefix_of(format), rule->id);
    for (char *c = (char *)(uintptr_t)name.ptr; c && *c; c++) {
        if (*c == '_')
            *c = '-';
        else if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    }
    return name;
}

/* Whether "avro/type-mismatch" (or the engine's own word TYPE_MISMATCH) means this rule. */
static bool is_named(struct engine_rule r, struct sma_str name)
{
    struct sma_str prefix = sma_str_z(prefix_of(r.format)), id = sma_str_z(r.rule->id);
    if (sma_str_eq(name, id))
        return true;
    if (!sma_str_starts(name, prefix) || name.len != prefix.len + id.len)
        return false;
    for (size_t i = 0; i < id.len; i++) {
        char a = name.ptr[prefix.len + i], b = id.ptr[i];
        b = b == '_' ? '-' : b >= 'A' && b <= 'Z' ? (char)(b - 'A' + 'a') : b;
        if (a != b)
            return false;
    }
    return true;
}

static struct engine_rule find_engine_rule(struct sma_str name)
{
    struct engine_rule r;
    for (size_t i = 0; (r = engine_rule_at(i)).rule; i++)
        if (is_named(r, name))
            return r;
    return (struct engine_rule){NULL, NULL, false};
}

static const struct sma_own_rule *find_own_rule(struct sma_str name)
{
    for (const struct sma_own_rule *r = sma_own_rules; r->name; r++)
        if (sma_str_eqz(name, r->name))
            return r;
    return NULL;
}

struct sma_str sma_rule_at(struct sma_arena *arena, size_t i)
{
    size_t engines = AVRO_COUNT + SMA_AVRO_DIFFERENCE_COUNT + SMA_PROTO_DIFFERENCE_COUNT +
                     SMA_JS_RULE_COUNT + 1;
    if (i < engines) {
        struct engine_rule r = engine_rule_at(i);
        return sma_rule_name(arena, r.format, r.rule);
    }
    for (const struct sma_own_rule *r = sma_own_rules; r->name; r++)
        if (i-- == engines)
            return sma_str_z(r->name);
    return sma_str_make(NULL, 0);
}

/* ---- pages ---- */

/* The wording with words in place of what a finding would fill in. */
static void put_wording(struct sma_buf *out, const struct sma_rule *rule)
{
    struct sma_finding finding = {.rule = rule, .path = SMA_STR("…"), .info = SMA_STR("…")};
    if (!*rule->description)
        sma_buf_putz(out, "A schema where there was none");
    sma_finding_description(out, &finding, "reader's", "writer's");
}

static bool is_allowed(struct engine_rule r)
{
    if (r.format == &sma_format_jsonschema) {
        for (int i = 0; i < SMA_JS_RULE_COUNT; i++)
            if (sma_js_rule((enum sma_js_rule_id)i) == r.rule)
                return sma_js_rule_is_allowed((enum sma_js_rule_id)i, SMA_POLICY_STRICT);
        return false;
    }
    for (int i = 0; r.format == &sma_format_protobuf && i < SMA_PROTO_DIFFERENCE_COUNT; i++)
        if (sma_proto_rule((enum sma_proto_difference)i) == r.rule)
            return sma_proto_is_compatible((enum sma_proto_difference)i);
    return false;
}

static void put_direction(struct sma_buf *out, bool allowed)
{
    if (allowed) {
        sma_buf_putz(out, "What breaks\n  Nothing: readers on either side of this difference go "
                          "on working. `schemata diff`\n  lists it; no level refuses it.\n");
        return;
    }
    sma_buf_putz(
        out, "Who must deploy first\n"
             "  Direction backward: readers on the new schema fail on data written with the old "
             "one.\n  Consumers cannot go first; BACKWARD and FULL refuse it.\n"
             "  Direction forward: readers still on the old schema fail on data written with the\n"
             "  new one. Producers cannot go first; FORWARD and FULL refuse it.\n"
             "  A transitive level asks the same of every earlier version, not only the last.\n");
}

static const struct sma_rule_example *find_example(const struct sma_rule_example *list,
                                                   const char *id)
{
    for (; list->id; list++)
        if (!strcmp(list->id, id))
            return list;
    return NULL;
}

static void put_example(struct sma_buf *out, struct engine_rule r)
{
    if (r.format == &sma_format_jsonschema) {
        sma_buf_putz(out, "\nExample (writer's schema, then reader's)\n");
        sma_json_example(out, sma_str_z(r.rule->id));
        return;
    }
    const struct sma_rule_example *e = find_example(
        r.format == &sma_format_avro ? sma_avro_examples : sma_proto_examples, r.rule->id);
    if (!e)
        return;
    if (e->story)
        sma_buf_printf(out, "\nWhy\n  %s\n", e->story);
    sma_buf_printf(out, "\nExample (writer's schema, then reader's)\n  %s\n  %s\n", e->before,
                   e->after);
}

static void put_engine_page(struct sma_buf *out, struct sma_str name, struct engine_rule r)
{
    sma_buf_printf(out, "%.*s\n\n", SMA_STR_ARG(name));
    put_wording(out, r.rule);
    sma_buf_putz(out, ".\n\n");
    if (r.only_tells)
        sma_buf_putz(out, "What breaks\n  Nothing by itself: `schemata diff` lists it beside the "
                          "findings of the rules that judge it.\n");
    else
        put_direction(out, is_allowed(r));
    put_example(out, r);
    if (r.rule->fix)
        sma_buf_printf(out, "\nWays out\n  %s\n", r.rule->fix);
    if (r.only_tells) {
        sma_buf_putz(out, "\nWays out\n  None needed: `schemata check` says when this breaks "
                          "somebody.\n");
        return;
    }
    if (!is_allowed(r))
        sma_buf_putz(out, "  A change that must break goes into a new subject, or through a new "
                          "field beside the old.\n");
    sma_buf_printf(out, "\nThe registry's word for it is %s.\n", r.rule->id);
}

bool sma_rule_page(struct sma_buf *out, struct sma_str name)
{
    struct engine_rule r = find_engine_rule(name);
    if (r.rule) {
        put_engine_page(out, name, r);
        return true;
    }
    const struct sma_own_rule *own = find_own_rule(name);
    if (own)
        sma_buf_printf(out, "%s\n\n%s.\n\nWhy\n  %s\n\nExample\n  %s\n\nWays out\n  %s\n",
                       own->name, own->title, own->story, own->example, own->fix);
    return own != NULL;
}

struct sma_str sma_rule_title(struct sma_arena *arena, struct sma_str name)
{
    struct engine_rule r = find_engine_rule(name);
    const struct sma_own_rule *own = find_own_rule(name);
    struct sma_buf out;
    if (!r.rule)
        return own ? sma_str_z(own->title) : name;
    sma_buf_init(&out, 0);
    put_wording(&out, r.rule);
    struct sma_str title = sma_arena_copy(arena, sma_buf_str(&out));
    sma_buf_fini(&out);
    return title;
}
