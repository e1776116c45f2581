/* Records and their fields. */
#include <stdlib.h>

#include "base/num.h"
#include "core/avro/parser.h"
#include "core/avro/value.h"

static bool same_word(struct sma_str text, const char *word)
{
    return sma_str_eq_nocase(text, sma_str_z(word));
}

static enum sma_status fail_order(struct sma_avro_parser *p, const struct sma_json *v)
{
    char upper[64];
    size_t n = v->text.len < sizeof upper ? v->text.len : sizeof upper;
    for (size_t i = 0; i < n; i++) {
        char c = v->text.ptr[i];
        upper[i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    return sma_avro_fail_text(p, v, "No enum constant org.apache.avro.Schema.Field.Order.",
                              sma_str_make(upper, n));
}

/* order = "ascending" / "descending" / "ignore", in any case */
static enum sma_status parse_order(struct sma_avro_parser *p, struct sma_avro_field *field,
                                   const struct sma_json *json)
{
    const struct sma_json *v = sma_json_getz(json, "order");
    if (!v)
        return SMA_OK;
    if (v->type != SMA_JSON_STRING)
        return sma_avro_fail_json(p, "order not a string: ", v);
    if (same_word(v->text, "ascending"))
        field->order = SMA_AVRO_ASCENDING;
    else if (same_word(v->text, "descending"))
        field->order = SMA_AVRO_DESCENDING;
    else if (same_word(v->text, "ignore"))
        field->order = SMA_AVRO_IGNORE;
    else
        return fail_order(p, v);
    return SMA_OK;
}

/* A number node for a default that was written as a string. */
static const struct sma_json *number_node(struct sma_avro_parser *p, const struct sma_json *written,
                                          double value)
{
    struct sma_json *number = sma_arena_calloc(p->arena, 1, sizeof *number);
    struct sma_buf text;
    if (!number)
        return NULL;
    sma_buf_init(&text, 0);
    sma_put_java_double(&text, value);
    number->type = SMA_JSON_NUMBER;
    number->start = written->start;
    number->end = written->end;
    number->text = sma_buf_failed(&text) ? sma_str_make(NULL, 0)
                                         : sma_arena_copy(p->arena, sma_buf_str(&text));
    sma_buf_fini(&text);
    return number->text.ptr ? number : NULL;
}

static enum sma_status convert_default(struct sma_avro_parser *p, struct sma_avro_field *field,
                                       const struct sma_json *written)
{
    struct sma_str trimmed = sma_avro_java_trim(written->text);
    double value;
    if (!sma_avro_parse_java_double(written->text, &value)) {
        struct sma_str quoted = sma_arena_printf(&p->scratch, "%.*s\"", SMA_STR_ARG(trimmed));
        return trimmed.len ? sma_avro_fail_text(p, written, "For input string: \"", quoted)
                           : sma_avro_fail_text(p, written, "empty String", trimmed);
    }
    field->default_value = number_node(p, written, value);
    return field->default_value ? SMA_OK : sma_fail_nomem(p->err);
}

static enum sma_status parse_default(struct sma_avro_parser *p, struct sma_avro_field *field,
                                     const struct sma_json *json)
{
    const struct sma_json *v = sma_json_getz(json, "default");
    bool is_floating = field->type->kind == SMA_AVRO_FLOAT || field->type->kind == SMA_AVRO_DOUBLE;
    if (!v)
        return SMA_OK;
    field->default_span = sma_avro_span(p, v);
    if (is_floating && v->type == SMA_JSON_STRING)
        return convert_default(p, field, v);
    field->default_value = sma_avro_keep_json(p, v);
    return field->default_value ? SMA_OK : sma_fail_nomem(p->err);
}

static enum sma_status parse_field_aliases(struct sma_avro_parser *p, struct sma_avro_field *field,
                                           const struct sma_json *json)
{
    const struct sma_json *list = sma_json_getz(json, "aliases");
    enum sma_status st = SMA_OK;
    struct sma_map seen;
    if (!list)
        return SMA_OK;
    if (list->type != SMA_JSON_ARRAY)
        return sma_avro_fail_json(p, "aliases not an array: ", json);
    struct sma_str *aliases = sma_arena_calloc(p->arena, list->count, sizeof *aliases);
    if (!aliases)
        return sma_fail_nomem(p->err);
    field->aliases = aliases;
    sma_map_init(&seen);
    for (uint32_t i = 0; !st && i < list->count; i++) {
        const struct sma_json *v = &list->items[i];
        if (v->type != SMA_JSON_STRING) {
            st = sma_avro_fail_json(p, "alias not a string: ", v);
            break;
        }
        aliases[field->alias_count] = sma_avro_keep(p, v->text);
        int is_new = sma_map_add(&seen, aliases[field->alias_count], field);
        if (is_new < 0)
            st = sma_fail_nomem(p->err);
        else
            field->alias_count += (uint32_t)is_new;
    }
    sma_map_fini(&seen);
    return st;
}

static enum sma_status parse_field_doc(struct sma_avro_parser *p, struct sma_avro_field *field,
                                       const struct sma_json *json)
{
    const struct sma_json *name = sma_json_getz(json, "name"), *doc = sma_json_getz(json, "doc");
    if (!sma_json_is(name, SMA_JSON_STRING))
        return sma_avro_fail_json(p, "No field name: ", json);
    field->name = sma_avro_keep(p, name->text);
    field->span = sma_avro_span(p, json);
    field->name_span = sma_avro_span(p, name);
    field->has_doc = sma_json_is(doc, SMA_JSON_STRING);
    if (field->has_doc)
        field->doc = sma_avro_keep(p, doc->text);
    return SMA_OK;
}

/* field = name [ doc ] type [ order ] [ default ] [ aliases ] *property */
static enum sma_status parse_field(struct sma_avro_parser *p, struct sma_avro_field *field,
                                   const struct sma_json *json, struct sma_str space)
{
    const struct sma_json *type = sma_json_getz(json, "type");
    enum sma_status st = parse_field_doc(p, field, json);
    if (!st && !type)
        st = sma_avro_fail_json(p, "No field type: ", json);
    if (!st)
        st = sma_avro_parse_type(p, &field->type, type, space);
    if (!st)
        st = parse_order(p, field, json);
    if (!st)
        st = parse_default(p, field, json);
    if (!st)
        st = sma_avro_check_name(p, sma_json_getz(json, "name"), field->name);
    if (!st && p->is_strict && field->default_value)
        st = sma_avro_check_default(p, field);
    if (!st)
        st = parse_field_aliases(p, field, json);
    if (!st &&
        !sma_avro_keep_properties(p, &field->properties, &field->property_count, json, true, false))
        st = sma_fail_nomem(p->err);
    return st;
}

/* ---- the record ---- */

static int compare_fields(const void *a, const void *b, void *ctx)
{
    const struct sma_avro_field *fields = ctx;
    return sma_str_cmp(fields[*(const uint32_t *)a].name, fields[*(const uint32_t *)b].name);
}

static enum sma_status fail_duplicate(struct sma_avro_parser *p, const struct sma_avro_node *node,
                                      const struct sma_avro_field *again,
                                      const struct sma_avro_field *first, uint32_t offset)
{
    struct sma_str again_kind = sma_avro_kind_upper(again->type->kind);
    struct sma_str first_kind = sma_avro_kind_upper(first->type->kind);
    return sma_fail_at(p->err, SMA_EINVAL, p->is_reference ? SMA_NO_OFFSET : offset,
                       "Duplicate field %.*s in record %.*s: %.*s type:%s pos:%u and %.*s type:%s "
                       "pos:%u.",
                       SMA_STR_ARG(again->name), SMA_STR_ARG(node->name.full),
                       SMA_STR_ARG(again->name), again_kind.ptr, again->position,
                       SMA_STR_ARG(first->name), first_kind.ptr, first->position);
}

/* Sorted by name, equal names stand side by side; the one to complain about is the first repetition
 * in the order of the text. */
static enum sma_status refuse_duplicates(struct sma_avro_parser *p,
                                         const struct sma_avro_node *node,
                                         const struct sma_json *list)
{
    const struct sma_avro_field *fields = node->record.fields, *again = NULL, *first = NULL;
    for (uint32_t i = 1; i < node->record.count; i++) {
        const struct sma_avro_field *a = &fields[node->record.by_name[i - 1]];
        const struct sma_avro_field *b = &fields[node->record.by_name[i]];
        if (sma_str_eq(a->name, b->name) && (!again || b->position < again->position)) {
            again = b;
            first = a;
        }
    }
    return again ? fail_duplicate(p, node, again, first, list->items[again->position].start)
                 : SMA_OK;
}

static enum sma_status parse_fields(struct sma_avro_parser *p, struct sma_avro_node *node,
                                    const struct sma_json *list)
{
    struct sma_avro_field *fields = sma_arena_calloc(p->arena, list->count, sizeof *fields);
    uint32_t *order = sma_arena_calloc(p->arena, list->count, sizeof *order);
    if (!fields || !order)
        return sma_fail_nomem(p->err);
    for (uint32_t i = 0; i < list->count; i++) {
        order[i] = i;
        fields[i].position = i;
        enum sma_status st = parse_field(p, &fields[i], &list->items[i], node->name.space);
        if (st)
            return st;
        node->has_field_aliases |= fields[i].alias_count > 0;
    }
    node->record.fields = fields;
    node->record.by_name = order;
    node->record.count = list->count;
    qsort_r(order, list->count, sizeof *order, compare_fields, fields);
    return refuse_duplicates(p, node, list);
}

enum sma_status sma_avro_parse_record(struct sma_avro_parser *p, struct sma_avro_node *node,
                                      const struct sma_json *json)
{
    const struct sma_json *list = sma_json_getz(json, "fields");
    if (!sma_json_is(list, SMA_JSON_ARRAY))
        return sma_avro_fail_json(p, "Record has no fields: ", json);
    return parse_fields(p, node, list);
}
