#include "core/avro/difference.h"

#include <stdlib.h>

#include "base/buf.h"
#include "core/avro/avro.h"
#include "core/avro/value.h"

#define RULE(name, words)                                                                          \
    [SMA_AVRO_##name] = {.id = #name, .description = words, .frame = SMA_FRAME_PLAIN}

static const struct sma_rule rules[SMA_AVRO_DIFFERENCE_COUNT] = {
    RULE(FIELD_ADDED, "The field {M} at path '{P}' was added"),
    RULE(FIELD_REMOVED, "The field {M} at path '{P}' was removed"),
    RULE(FIELD_RENAMED, "The field at path '{P}' was renamed by an alias: {M}"),
    RULE(ORDER_CHANGED, "The {M} at path '{P}' stand in another order"),
    RULE(TYPE_CHANGED, "The type at path '{P}' was changed: {M}"),
    RULE(NAME_CHANGED, "The name of the type at path '{P}' was changed: {M}"),
    RULE(DEFAULT_ADDED, "The default at path '{P}' was added: {M}"),
    RULE(DEFAULT_REMOVED, "The default at path '{P}' was removed: {M}"),
    RULE(DEFAULT_CHANGED, "The default at path '{P}' was changed: {M}"),
    RULE(SYMBOL_ADDED, "The symbol {M} of the enum at path '{P}' was added"),
    RULE(SYMBOL_REMOVED, "The symbol {M} of the enum at path '{P}' was removed"),
    RULE(BRANCH_ADDED, "The branch {M} of the union at path '{P}' was added"),
    RULE(BRANCH_REMOVED, "The branch {M} of the union at path '{P}' was removed"),
    RULE(SIZE_CHANGED, "The size of the fixed at path '{P}' was changed: {M}"),
    RULE(SORT_ORDER_CHANGED, "The sort order of the field at path '{P}' was changed: {M}"),
    RULE(ALIASES_CHANGED, "The aliases at path '{P}' were changed"),
    RULE(DOC_CHANGED, "The documentation at path '{P}' was changed"),
    RULE(PROPERTIES_CHANGED, "The properties at path '{P}' were changed: {M}"),
};

const struct sma_rule *sma_avro_difference_rule(enum sma_avro_difference difference)
{
    return &rules[difference];
}

struct walk {
    struct sma_findings *out;
    struct sma_work *work;
    struct sma_buf path, info;
    bool *is_done; /* by index of the newer schema's nodes: named types only */
    uint32_t depth;
    bool is_beyond;
};

typedef const struct sma_avro_node node;

/* ---- saying it ---- */

/* Takes what stands in w->info. */
static void say(struct walk *w, enum sma_avro_difference what, struct sma_span newer,
                struct sma_span older)
{
    struct sma_str path = w->path.len ? sma_buf_str(&w->path) : SMA_STR("/");
    struct sma_finding *finding =
        sma_findings_add(w->out, &rules[what], true, path, sma_buf_str(&w->info));
    if (finding) {
        finding->reader_span = newer;
        finding->writer_span = older;
    }
    sma_buf_clear(&w->info);
}

#define TYPE_WORDS_DEPTH 8

static void put_type(struct sma_buf *out, node *type, int depth)
{
    if (depth > TYPE_WORDS_DEPTH) {
        sma_buf_putz(out, "…");
    } else if (sma_avro_is_named(type)) {
        sma_buf_puts(out, type->name.full);
    } else if (type->kind == SMA_AVRO_UNION) {
        for (uint32_t i = 0; i < type->variants.count; i++) {
            sma_buf_putz(out, i ? " | " : "");
            put_type(out, type->variants.members[i], depth + 1);
        }
    } else {
        sma_buf_puts(out, sma_avro_kind_word(type->kind));
    }
    if (depth <= TYPE_WORDS_DEPTH &&
        (type->kind == SMA_AVRO_ARRAY || type->kind == SMA_AVRO_MAP)) {
        sma_buf_putz(out, " of ");
        put_type(out, type->items, depth + 1);
    }
}

static void put_two_types(struct walk *w, node *newer, node *older)
{
    put_type(&w->info, older, 0);
    sma_buf_putz(&w->info, " to ");
    put_type(&w->info, newer, 0);
}

/* Appends a step to the path; what it was long before is for step_out. */
static size_t step_in(struct walk *w, const char *before, int64_t index, const char *after)
{
    size_t mark = w->path.len;
    sma_buf_putz(&w->path, before);
    if (index >= 0)
        sma_buf_put_i64(&w->path, index);
    sma_buf_putz(&w->path, after);
    return mark;
}

static void step_out(struct walk *w, size_t mark)
{
    if (w->path.len > mark)
        w->path.ptr[w->path.len = mark] = 0;
}

static bool take(struct walk *w, uint64_t steps)
{
    if (!sma_work_take(w->work, steps))
        w->is_beyond = true;
    return !w->is_beyond && !w->out->failed;
}

static void walk_types(struct walk *w, node *newer, node *older);

/* ---- what fields and types have in common ---- */

static void say_order(struct walk *w, const char *what, struct sma_span newer,
                      struct sma_span older)
{
    sma_buf_putz(&w->info, what);
    say(w, SMA_AVRO_ORDER_CHANGED, newer, older);
}

static void walk_doc(struct walk *w, bool has_new, struct sma_str newer, bool has_old,
                     struct sma_str older, struct sma_span at_new, struct sma_span at_old)
{
    if (has_new != has_old || !sma_str_eq(newer, older))
        say(w, SMA_AVRO_DOC_CHANGED, at_new, at_old);
}

static const struct sma_avro_property *property_of(const struct sma_avro_property *list,
                                                   uint32_t count, struct sma_str name)
{
    for (uint32_t i = 0; i < count; i++)
        if (sma_str_eq(list[i].name, name))
            return &list[i];
    return NULL;
}

static bool is_same_property(const struct sma_avro_property *a, const struct sma_avro_property *b)
{
    return a && b && sma_avro_json_equal(a->value, b->value);
}

/* Names the properties that are not the same on both sides. */
static void walk_properties(struct walk *w, const struct sma_avro_property *newer, uint32_t count,
                            const struct sma_avro_property *older, uint32_t old_count,
                            struct sma_span at_new, struct sma_span at_old)
{
    if (!take(w, 1 + (uint64_t)count * old_count))
        return;
    for (uint32_t i = 0; i < count; i++)
        if (!is_same_property(&newer[i], property_of(older, old_count, newer[i].name))) {
            sma_buf_putz(&w->info, w->info.len ? ", " : "");
            sma_buf_puts(&w->info, newer[i].name);
        }
    for (uint32_t i = 0; i < old_count; i++)
        if (!property_of(newer, count, older[i].name)) {
            sma_buf_putz(&w->info, w->info.len ? ", " : "");
            sma_buf_puts(&w->info, older[i].name);
        }
    if (w->info.len)
        say(w, SMA_AVRO_PROPERTIES_CHANGED, at_new, at_old);
}

/* ---- fields ---- */

static void put_default(struct sma_buf *out, const struct sma_json *value)
{
    sma_avro_put_json(out, value);
}

static void walk_default(struct walk *w, const struct sma_avro_field *newer,
                         const struct sma_avro_field *older)
{
    const struct sma_json *a = newer->default_value, *b = older->default_value;
    if (a && b && sma_avro_json_equal(a, b))
        return;
    if (b)
        put_default(&w->info, b);
    sma_buf_putz(&w->info, a && b ? " to " : "");
    if (a)
        put_default(&w->info, a);
    if (a || b)
        say(w,
            !b   ? SMA_AVRO_DEFAULT_ADDED
            : !a ? SMA_AVRO_DEFAULT_REMOVED
                 : SMA_AVRO_DEFAULT_CHANGED,
            a ? newer->default_span : newer->name_span, b ? older->default_span : older->name_span);
}

static bool has_name(const struct sma_str *list, uint32_t count, struct sma_str name)
{
    for (uint32_t i = 0; i < count; i++)
        if (sma_str_eq(list[i], name))
            return true;
    return false;
}

static void walk_field_aliases(struct walk *w, const struct sma_avro_field *newer,
                               const struct sma_avro_field *older)
{
    bool is_same = newer->alias_count == older->alias_count;
    if (!take(w, 1 + (uint64_t)newer->alias_count * older->alias_count))
        return;
    for (uint32_t i = 0; is_same && i < newer->alias_count; i++)
        is_same = has_name(older->aliases, older->alias_count, newer->aliases[i]);
    if (!is_same)
        say(w, SMA_AVRO_ALIASES_CHANGED, newer->name_span, older->name_span);
}

static void walk_field(struct walk *w, const struct sma_avro_field *newer,
                       const struct sma_avro_field *older)
{
    static const char *const orders[] = {"ascending", "descending", "ignore"};
    if (!sma_str_eq(newer->name, older->name)) {
        sma_buf_printf(&w->info, "%.*s to %.*s", SMA_STR_ARG(older->name),
                       SMA_STR_ARG(newer->name));
        say(w, SMA_AVRO_FIELD_RENAMED, newer->name_span, older->name_span);
    }
    walk_default(w, newer, older);
    if (newer->order != older->order) {
        sma_buf_printf(&w->info, "%s to %s", orders[older->order], orders[newer->order]);
        say(w, SMA_AVRO_SORT_ORDER_CHANGED, newer->name_span, older->name_span);
    }
    walk_field_aliases(w, newer, older);
    walk_doc(w, newer->has_doc, newer->doc, older->has_doc, older->doc, newer->name_span,
             older->name_span);
    walk_properties(w, newer->properties, newer->property_count, older->properties,
                    older->property_count, newer->name_span, older->name_span);
    size_t mark = step_in(w, "/type", -1, "");
    walk_types(w, newer->type, older->type);
    step_out(w, mark);
}

/* The older record's field that a field of the newer one stands for; by name, else by alias. */
static const struct sma_avro_field *partner(node *older, const struct sma_avro_field *field)
{
    const struct sma_avro_field *found = sma_avro_field_find(older, field->name);
    for (uint32_t i = 0; !found && i < field->alias_count; i++)
        found = sma_avro_field_find(older, field->aliases[i]);
    return found;
}

static void say_field(struct walk *w, const struct sma_avro_field *field, bool is_added)
{
    size_t mark = step_in(w, "/fields/", field->position, "");
    struct sma_span none = {0, 0};
    sma_buf_puts(&w->info, field->name);
    sma_buf_putz(&w->info, " (");
    put_type(&w->info, field->type, 0);
    sma_buf_putz(&w->info, field->default_value ? ", default " : ", no default)");
    if (field->default_value) {
        put_default(&w->info, field->default_value);
        sma_buf_putc(&w->info, ')');
    }
    say(w, is_added ? SMA_AVRO_FIELD_ADDED : SMA_AVRO_FIELD_REMOVED, is_added ? field->span : none,
        is_added ? none : field->span);
    step_out(w, mark);
}

static void walk_record(struct walk *w, node *newer, node *older)
{
    int64_t last = -1;
    bool is_reordered = false;
    bool *is_met = calloc(older->record.count + 1, sizeof *is_met);
    if (!is_met) {
        w->out->failed = true;
        return;
    }
    for (uint32_t i = 0; i < newer->record.count && take(w, 1); i++) {
        const struct sma_avro_field *field = &newer->record.fields[i];
        const struct sma_avro_field *old = partner(older, field);
        if (!old) {
            say_field(w, field, true);
            continue;
        }
        is_met[old->position] = true;
        is_reordered |= (int64_t)old->position < last;
        last = old->position;
        size_t mark = step_in(w, "/fields/", i, "");
        walk_field(w, field, old);
        step_out(w, mark);
    }
    if (is_reordered)
        say_order(w, "fields", newer->name_span, older->name_span);
    for (uint32_t i = 0; i < older->record.count && take(w, 1); i++)
        if (!is_met[i])
            say_field(w, &older->record.fields[i], false);
    free(is_met);
}

/* ---- enums and unions ---- */

static void say_symbols(struct walk *w, node *these, node *others, bool is_added, node *newer,
                        node *older)
{
    for (uint32_t i = 0; i < these->enumeration.count && take(w, 1); i++) {
        struct sma_str symbol = these->enumeration.symbols[i];
        if (sma_avro_symbol_find(others, symbol) >= 0)
            continue;
        sma_buf_puts(&w->info, symbol);
        say(w, is_added ? SMA_AVRO_SYMBOL_ADDED : SMA_AVRO_SYMBOL_REMOVED, newer->content_span,
            older->content_span);
    }
}

/* Those that both have. Its steps were taken with the symbols. */
static bool are_symbols_reordered(node *newer, node *older)
{
    int32_t last = -1;
    for (uint32_t i = 0; i < newer->enumeration.count; i++) {
        int32_t at = sma_avro_symbol_find(older, newer->enumeration.symbols[i]);
        if (at >= 0 && at < last)
            return true;
        last = at >= 0 ? at : last;
    }
    return false;
}

static struct sma_str default_of(node *enumeration)
{
    int32_t at = enumeration->enumeration.default_position;
    return at < 0 ? SMA_STR("") : enumeration->enumeration.symbols[at];
}

static void walk_enum(struct walk *w, node *newer, node *older)
{
    struct sma_str a = default_of(newer), b = default_of(older);
    if (are_symbols_reordered(newer, older))
        say_order(w, "symbols", newer->content_span, older->content_span);
    say_symbols(w, newer, older, true, newer, older);
    say_symbols(w, older, newer, false, newer, older);
    if (sma_str_eq(a, b))
        return;
    sma_buf_puts(&w->info, b);
    sma_buf_putz(&w->info, a.len && b.len ? " to " : "");
    sma_buf_puts(&w->info, a);
    say(w,
        !b.len   ? SMA_AVRO_DEFAULT_ADDED
        : !a.len ? SMA_AVRO_DEFAULT_REMOVED
                 : SMA_AVRO_DEFAULT_CHANGED,
        newer->name_span, older->name_span);
}

/* Whether two branches are one: of unnamed kinds a union has one each. */
static bool is_same_branch(node *a, node *b)
{
    if (a->kind != b->kind)
        return false;
    return !sma_avro_is_named(a) || sma_str_eq(a->name.full, b->name.full);
}

/* Its position, -1 without. */
static int64_t branch_like(struct walk *w, node *variants, node *branch)
{
    for (uint32_t i = 0; i < variants->variants.count && take(w, 1); i++)
        if (is_same_branch(variants->variants.members[i], branch))
            return i;
    return -1;
}

static void walk_union(struct walk *w, node *newer, node *older)
{
    struct sma_span none = {0, 0};
    int64_t last = -1;
    bool is_reordered = false;
    for (uint32_t i = 0; i < newer->variants.count && !w->is_beyond; i++) {
        node *branch = newer->variants.members[i];
        int64_t at = branch_like(w, older, branch);
        size_t mark = step_in(w, "/", i, "");
        if (at >= 0) {
            is_reordered |= at < last;
            last = at;
            walk_types(w, branch, older->variants.members[at]);
        } else {
            put_type(&w->info, branch, 0);
            say(w, SMA_AVRO_BRANCH_ADDED, branch->span, none);
        }
        step_out(w, mark);
    }
    if (is_reordered)
        say_order(w, "branches", newer->span, older->span);
    for (uint32_t i = 0; i < older->variants.count && !w->is_beyond; i++) {
        node *branch = older->variants.members[i];
        if (branch_like(w, newer, branch) >= 0)
            continue;
        size_t mark = step_in(w, "/", i, "");
        put_type(&w->info, branch, 0);
        say(w, SMA_AVRO_BRANCH_REMOVED, none, branch->span);
        step_out(w, mark);
    }
}

/* ---- types ---- */

static bool has_alias(node *list, struct sma_str full)
{
    for (uint32_t i = 0; i < list->alias_count; i++)
        if (sma_str_eq(list->aliases[i].full, full))
            return true;
    return false;
}

static void walk_type_aliases(struct walk *w, node *newer, node *older)
{
    bool is_same = newer->alias_count == older->alias_count;
    if (!take(w, 1 + (uint64_t)newer->alias_count * older->alias_count))
        return;
    for (uint32_t i = 0; is_same && i < newer->alias_count; i++)
        is_same = has_alias(older, newer->aliases[i].full);
    if (!is_same)
        say(w, SMA_AVRO_ALIASES_CHANGED, newer->name_span, older->name_span);
}

static void walk_named(struct walk *w, node *newer, node *older)
{
    walk_type_aliases(w, newer, older);
    walk_doc(w, newer->has_doc, newer->doc, older->has_doc, older->doc, newer->name_span,
             older->name_span);
    if (newer->kind == SMA_AVRO_FIXED && newer->fixed.size != older->fixed.size) {
        sma_buf_printf(&w->info, "%u to %u", older->fixed.size, newer->fixed.size);
        say(w, SMA_AVRO_SIZE_CHANGED, newer->content_span, older->content_span);
    }
    if (newer->kind == SMA_AVRO_ENUM)
        walk_enum(w, newer, older);
    if (newer->kind == SMA_AVRO_RECORD)
        walk_record(w, newer, older);
}

static void walk_types(struct walk *w, node *newer, node *older)
{
    bool is_named = sma_avro_is_named(newer);
    if (!take(w, 1))
        return;
    if (newer->kind != older->kind) {
        put_two_types(w, newer, older);
        say(w, SMA_AVRO_TYPE_CHANGED, newer->span, older->span);
        return;
    }
    if (is_named && !sma_str_eq(newer->name.full, older->name.full)) {
        put_two_types(w, newer, older);
        say(w, SMA_AVRO_NAME_CHANGED, newer->name_span, older->name_span);
    }
    if (is_named && w->is_done[newer->index])
        return;
    if (w->depth >= SMA_AVRO_DEPTH_MAX) {
        w->is_beyond = true;
        return;
    }
    w->depth++;
    if (is_named)
        w->is_done[newer->index] = true;
    walk_properties(w, newer->properties, newer->property_count, older->properties,
                    older->property_count, is_named ? newer->name_span : newer->span,
                    is_named ? older->name_span : older->span);
    if (is_named) {
        walk_named(w, newer, older);
    } else if (newer->kind == SMA_AVRO_UNION) {
        walk_union(w, newer, older);
    } else if (newer->kind == SMA_AVRO_ARRAY || newer->kind == SMA_AVRO_MAP) {
        size_t mark = step_in(w, newer->kind == SMA_AVRO_ARRAY ? "/items" : "/values", -1, "");
        walk_types(w, newer->items, older->items);
        step_out(w, mark);
    }
    w->depth--;
}

enum sma_status sma_avro_differences(struct sma_findings *out, const struct sma_schema *newer,
                                     const struct sma_schema *older, struct sma_work *work,
                                     struct sma_error *err)
{
    const struct sma_avro_schema *a = sma_avro_schema_of(newer), *b = sma_avro_schema_of(older);
    struct walk w = {.out = out, .work = work};
    enum sma_status st = SMA_OK;
    sma_buf_init(&w.path, 0);
    sma_buf_init(&w.info, 0);
    w.is_done = calloc(a->node_count + 1, sizeof *w.is_done);
    if (w.is_done)
        walk_types(&w, a->root, b->root);
    if (!w.is_done || sma_buf_failed(&w.path) || sma_buf_failed(&w.info))
        st = sma_fail_nomem(err);
    else if (w.is_beyond)
        st = sma_fail(err, SMA_ELIMIT, "the schemas are too large to list their differences");
    free(w.is_done);
    sma_buf_fini(&w.path);
    sma_buf_fini(&w.info);
    return st ? st : sma_findings_status(out, err);
}
