/* Violations: their places, their wording. Runs only when something is wrong. */
#include "core/jsonschema/validate_run.h"

#include <stdio.h>

#include "base/utf8.h"
#include "core/jsonschema/pointer.h"

/* How much of a value a message shows, in bytes. */
#define SHOWN_MAX 60

void sma_violations_init(struct sma_violations *violations, struct sma_arena *arena, size_t max)
{
    *violations = (struct sma_violations){.arena = arena, .max = max ? max : SMA_VIOLATIONS_MAX};
}

/* ---- places
 * -------------------------------------------------------------------------------------- */

static struct sma_str instance_path(const struct sma_run *r, const struct sma_json *v)
{
    struct sma_buf path;
    sma_buf_init(&path, 0);
    sma_pointer_put(&path, r->instance, v);
    struct sma_str copy = sma_arena_copy(r->report->arena, sma_buf_str(&path));
    if (sma_buf_failed(&path))
        copy.ptr = NULL;
    sma_buf_fini(&path);
    return copy;
}

static struct sma_str schema_path(const struct sma_run *r, const struct sma_rule_node *node,
                                  const char *keyword)
{
    const struct sma_resource *resource = &r->program->resources[node->resource];
    const struct sma_document *document = &r->program->documents[resource->document];
    struct sma_buf path;
    sma_buf_init(&path, 0);
    if (resource->document)
        sma_buf_puts(&path, document->uri);
    sma_buf_putc(&path, '#');
    sma_pointer_put(&path, document->root, node->schema);
    if (keyword[0])
        sma_pointer_put_token(&path, sma_str_z(keyword));
    struct sma_str copy = sma_arena_copy(r->report->arena, sma_buf_str(&path));
    if (sma_buf_failed(&path))
        copy.ptr = NULL;
    sma_buf_fini(&path);
    return copy;
}

static void set_spans(struct sma_violation *violation, const struct sma_run *r,
                      const struct sma_rule_node *node, const char *keyword,
                      const struct sma_json *v)
{
    const struct sma_json *value = sma_json_get(node->schema, sma_str_z(keyword));
    if (!value)
        value = node->schema;
    violation->instance_start = v->start;
    violation->instance_end = v->end;
    violation->is_in_main_schema = r->program->resources[node->resource].document == 0;
    if (violation->is_in_main_schema) {
        violation->schema_start = value->start;
        violation->schema_end = value->end;
    }
}

/* Room for one more; NULL when the report is full or memory is out. */
static struct sma_violation *add(struct sma_run *r)
{
    struct sma_violations *list = r->report;
    if (list->count >= list->max) {
        list->is_truncated = true;
        return NULL;
    }
    struct sma_violation *grown = sma_arena_grow(list->arena, list->items, list->count,
                                                 &list->capacity, list->count + 1, sizeof *grown);
    if (!grown) {
        r->st = sma_fail_nomem(r->err);
        return NULL;
    }
    list->items = grown;
    return &grown[list->count++];
}

/* ---- wording
 * ------------------------------------------------------------------------------------- */

/* A value in at most SHOWN_MAX bytes: scalars as they are, containers by what they are. */
static void put_shown(struct sma_buf *out, const struct sma_json *v)
{
    struct sma_str head;
    switch (v->type) {
    case SMA_JSON_ARRAY:
        sma_buf_printf(out, "an array of %u", v->count);
        break;
    case SMA_JSON_OBJECT:
        sma_buf_putz(out, "an object");
        break;
    case SMA_JSON_STRING:
    case SMA_JSON_NUMBER:
        head = sma_utf8_head(v->text, SHOWN_MAX);
        if (v->type == SMA_JSON_NUMBER)
            sma_buf_puts(out, head);
        else
            sma_json_put_string(out, head);
        if (head.len < v->text.len)
            sma_buf_putz(out, "…");
        break;
    default:
        sma_json_put(out, v);
        break;
    }
}

static const char *type_name(const struct sma_json *v)
{
    static const char *const names[] = {"null", "boolean", "number", "string", "array", "object"};
    return v->type == SMA_JSON_NUMBER && v->is_integer ? "integer" : names[v->type];
}

/* What a keyword that was given no message of its own says. */
static void put_default(struct sma_buf *out, const struct sma_rule_node *node, const char *keyword,
                        const struct sma_json *v)
{
    const struct sma_json *value = sma_json_get(node->schema, sma_str_z(keyword));
    put_shown(out, v);
    if (!strcmp(keyword, "pattern"))
        sma_buf_putz(out, " does not match ");
    else if (!strcmp(keyword, "multipleOf"))
        sma_buf_putz(out, " is not a multiple of ");
    else
        sma_buf_putz(out, " does not have the format ");
    if (value)
        put_shown(out, value);
}

static bool finish(struct sma_run *r, const struct sma_rule_node *node, const char *keyword,
                   const struct sma_json *v, const struct sma_buf *message)
{
    struct sma_violation violation = {.keyword = sma_str_z(keyword)};
    violation.instance_path = instance_path(r, v);
    violation.schema_path = schema_path(r, node, keyword);
    violation.message = sma_arena_copy(r->report->arena, sma_buf_str(message));
    set_spans(&violation, r, node, keyword, v);
    if (!violation.instance_path.ptr || !violation.schema_path.ptr || !violation.message.ptr ||
        sma_buf_failed(message)) {
        r->st = sma_fail_nomem(r->err);
        return false;
    }
    struct sma_violation *kept = add(r);
    if (kept)
        *kept = violation;
    return kept != NULL;
}

static void start(struct sma_buf *message, const struct sma_run *r, const struct sma_json *v)
{
    sma_buf_init(message, 4096);
    if (v == r->name)
        sma_buf_putz(message, "the property's name: ");
}

bool sma_run_violate(struct sma_run *r, const struct sma_rule_node *node, const char *keyword,
                     const struct sma_json *v, const char *fmt, ...)
{
    struct sma_buf message;
    char text[1024];
    if (!r->report || r->st)
        return false;
    start(&message, r, v);
    if (fmt) {
        va_list args;
        va_start(args, fmt);
        vsnprintf(text, sizeof text, fmt, args);
        va_end(args);
        sma_buf_putz(&message, text);
    } else {
        put_default(&message, node, keyword, v);
    }
    bool more = finish(r, node, keyword, v, &message);
    sma_buf_fini(&message);
    return more;
}

/* "string", "string or null", "string, integer or null". */
static void put_types(struct sma_buf *out, unsigned types)
{
    static const struct {
        unsigned types;
        const char *name;
    } names[] = {{SMA_TYPE_STRING, "string"},   {SMA_TYPE_NUMBER, "number"},
                 {SMA_TYPE_INTEGER, "integer"}, {SMA_TYPE_BOOLEAN, "boolean"},
                 {SMA_TYPE_ARRAY, "array"},     {SMA_TYPE_OBJECT, "object"},
                 {SMA_TYPE_NULL, "null"}};
    bool any = false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if ((types & names[i].types) != names[i].types)
            continue;
        types &= ~names[i].types;
        if (any)
            sma_buf_putz(out, types ? ", " : " or ");
        sma_buf_putz(out, names[i].name);
        any = true;
    }
}

bool sma_run_violate_type(struct sma_run *r, const struct sma_rule_node *node,
                          const struct sma_json *v)
{
    struct sma_buf message;
    if (!r->report || r->st)
        return false;
    if (!node->types && node->schema->type == SMA_JSON_BOOL)
        return sma_run_violate_false(r, node, "", v);
    start(&message, r, v);
    sma_buf_putz(&message, "expected ");
    put_types(&message, node->types);
    sma_buf_printf(&message, ", found %s", type_name(v));
    bool more = finish(r, node, "type", v, &message);
    sma_buf_fini(&message);
    return more;
}

bool sma_run_violate_enum(struct sma_run *r, const struct sma_rule_node *node,
                          const struct sma_enum_rules *rules, const struct sma_json *v)
{
    struct sma_buf message;
    if (!r->report || r->st)
        return false;
    start(&message, r, v);
    put_shown(&message, v);
    if (!strcmp(rules->keyword, "const")) {
        sma_buf_putz(&message, " is not ");
        put_shown(&message, rules->list);
    } else {
        sma_buf_putz(&message, " is none of ");
        for (uint32_t i = 0; i < rules->list->count && i < 8; i++) {
            sma_buf_putz(&message, i ? ", " : "");
            put_shown(&message, &rules->list->items[i]);
        }
        if (rules->list->count > 8)
            sma_buf_printf(&message, " and %u more", rules->list->count - 8);
        if (!rules->list->count)
            sma_buf_putz(&message, "an empty list");
    }
    bool more = finish(r, node, rules->keyword, v, &message);
    sma_buf_fini(&message);
    return more;
}

bool sma_run_violate_bound(struct sma_run *r, const struct sma_rule_node *node,
                           const struct sma_bound *bound, const struct sma_json *v)
{
    struct sma_buf message;
    if (!r->report || r->st)
        return false;
    start(&message, r, v);
    put_shown(&message, v);
    if (bound->is_exclusive)
        sma_buf_printf(&message, " is not %s ", bound->is_lower ? "greater than" : "less than");
    else
        sma_buf_printf(&message, " is %s ", bound->is_lower ? "less than" : "greater than");
    put_shown(&message, bound->json);
    bool more = finish(r, node, bound->keyword, v, &message);
    sma_buf_fini(&message);
    return more;
}

bool sma_run_violate_false(struct sma_run *r, const struct sma_rule_node *node, const char *keyword,
                           const struct sma_json *v)
{
    bool of_object = strstr(keyword, "ropert") != NULL, of_array = strstr(keyword, "tems") != NULL;
    return sma_run_violate(r, node, keyword, v, "%s",
                           v == r->name ? "no property is allowed here"
                           : of_object  ? "this property is not allowed"
                           : of_array   ? "no item is allowed at this position"
                                        : "no value is allowed here");
}
