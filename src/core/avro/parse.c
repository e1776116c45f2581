/* The grammar: one function for each construct of the schema language, from a JSON tree to nodes.
 * The order of the checks is the reference's, so that a text with several mistakes is refused for
 * the same one. Names are tied together in resolve.c. */
#include "core/avro/names.h"
#include "core/avro/parser.h"
#include "core/avro/value.h"

#include <stdlib.h>

#define FIXED_SIZE_MAX 2147483639 /* 2^31 - 9: the longest array that Java makes */

/* ---- named types ---- */

static enum sma_status required_text(struct sma_avro_parser *p, const struct sma_json **out,
                                     const struct sma_json *json, const char *key,
                                     const char *complaint)
{
    const struct sma_json *v = sma_json_get(json, sma_str_z(key));
    if (!sma_json_is(v, SMA_JSON_STRING))
        return sma_avro_fail_json(p, complaint, json);
    *out = v;
    return SMA_OK;
}

/* "name", "namespace", "doc". */
static enum sma_status parse_head(struct sma_avro_parser *p, struct sma_avro_node *node,
                                  const struct sma_json *json, struct sma_str space)
{
    const struct sma_json *name, *doc = sma_json_getz(json, "doc");
    const struct sma_json *own_space = sma_json_getz(json, "namespace");
    enum sma_status st = required_text(p, &name, json, "name", "No name in schema: ");
    if (st)
        return st;
    if (sma_json_is(own_space, SMA_JSON_STRING))
        space = sma_avro_keep(p, own_space->text);
    if (!sma_avro_name_make(&node->name, p->arena, sma_avro_keep(p, name->text), space))
        return sma_fail_nomem(p->err);
    node->name_span = sma_avro_span(p, name);
    node->has_doc = sma_json_is(doc, SMA_JSON_STRING);
    if (node->has_doc)
        node->doc = sma_avro_keep(p, doc->text);
    return sma_avro_check_name(p, name, node->name.name);
}

static enum sma_status refuse_primitive_name(struct sma_avro_parser *p,
                                             const struct sma_avro_node *node,
                                             const struct sma_json *json)
{
    enum sma_avro_kind kind;
    if (!sma_avro_primitive_find(node->name.full, &kind))
        return SMA_OK;
    return sma_avro_fail_text(p, json,
                              "Schemas may not be named after primitives: ", node->name.full);
}

static enum sma_status add_alias(struct sma_avro_parser *p, struct sma_avro_node *node,
                                 struct sma_map *seen, struct sma_avro_name *aliases,
                                 const struct sma_json *v)
{
    struct sma_avro_name *alias = &aliases[node->alias_count];
    if (v->type != SMA_JSON_STRING)
        return sma_avro_fail_json(p, "alias not a string: ", v);
    if (!sma_avro_name_make(alias, p->arena, sma_avro_keep(p, v->text), node->name.space))
        return sma_fail_nomem(p->err);
    enum sma_status st = sma_avro_check_name(p, v, alias->name);
    if (st)
        return st;
    int is_new = sma_map_add(seen, alias->full, alias);
    if (is_new < 0)
        return sma_fail_nomem(p->err);
    node->alias_count += (uint32_t)is_new;
    return SMA_OK;
}

static enum sma_status parse_aliases(struct sma_avro_parser *p, struct sma_avro_node *node,
                                     const struct sma_json *json)
{
    const struct sma_json *list = sma_json_getz(json, "aliases");
    enum sma_status st = SMA_OK;
    struct sma_map seen;
    if (!list)
        return SMA_OK;
    if (list->type != SMA_JSON_ARRAY)
        return sma_avro_fail_json(p, "aliases not an array: ", json);
    struct sma_avro_name *aliases = sma_arena_calloc(p->arena, list->count, sizeof *aliases);
    if (!aliases)
        return sma_fail_nomem(p->err);
    node->aliases = aliases;
    sma_map_init(&seen);
    for (uint32_t i = 0; !st && i < list->count; i++)
        st = add_alias(p, node, &seen, aliases, &list->items[i]);
    sma_map_fini(&seen);
    return st;
}

/* ---- enum ---- */

static int compare_symbols(const void *a, const void *b, void *ctx)
{
    const struct sma_str *symbols = ctx;
    return sma_str_cmp(symbols[*(const uint32_t *)a], symbols[*(const uint32_t *)b]);
}

static enum sma_status add_symbol(struct sma_avro_parser *p, struct sma_map *seen,
                                  struct sma_str *symbols, uint32_t i, const struct sma_json *v)
{
    if (v->type != SMA_JSON_STRING)
        return sma_avro_fail_text(p, v, "Null name", sma_str_make(NULL, 0));
    symbols[i] = sma_avro_keep(p, v->text);
    enum sma_status st = sma_avro_check_name(p, v, symbols[i]);
    if (st)
        return st;
    int is_new = sma_map_add(seen, symbols[i], &symbols[i]);
    if (is_new < 0)
        return sma_fail_nomem(p->err);
    return is_new ? SMA_OK : sma_avro_fail_text(p, v, "Duplicate enum symbol: ", symbols[i]);
}

static enum sma_status parse_symbols(struct sma_avro_parser *p, struct sma_avro_node *node,
                                     const struct sma_json *list)
{
    struct sma_str *symbols = sma_arena_calloc(p->arena, list->count, sizeof *symbols);
    uint32_t *order = sma_arena_calloc(p->arena, list->count, sizeof *order);
    enum sma_status st = SMA_OK;
    struct sma_map seen;
    if (!symbols || !order)
        return sma_fail_nomem(p->err);
    sma_map_init(&seen);
    for (uint32_t i = 0; !st && i < list->count; i++) {
        order[i] = i;
        st = add_symbol(p, &seen, symbols, i, &list->items[i]);
    }
    sma_map_fini(&seen);
    if (st)
        return st;
    node->enumeration.symbols = symbols;
    node->enumeration.by_symbol = order;
    node->enumeration.count = list->count;
    qsort_r(order, list->count, sizeof *order, compare_symbols, symbols);
    return SMA_OK;
}

static enum sma_status fail_enum_default(struct sma_avro_parser *p,
                                         const struct sma_avro_node *node,
                                         const struct sma_json *written)
{
    struct sma_buf text;
    sma_buf_init(&text, 2 * SMA_ERROR_MESSAGE_MAX);
    sma_buf_puts(&text, written->text);
    sma_buf_putz(&text, " is not in the enum symbol set: [");
    for (uint32_t i = 0; i < node->enumeration.count; i++) {
        if (i)
            sma_buf_putz(&text, ", ");
        sma_buf_puts(&text, node->enumeration.symbols[i]);
    }
    sma_buf_putc(&text, ']');
    enum sma_status st = sma_avro_fail_text(p, written, "The Enum Default: ", sma_buf_str(&text));
    sma_buf_fini(&text);
    return st;
}

/* enum = name "symbols" [ "default" ] */
static enum sma_status parse_enum(struct sma_avro_parser *p, struct sma_avro_node *node,
                                  const struct sma_json *json)
{
    const struct sma_json *symbols = sma_json_getz(json, "symbols");
    const struct sma_json *written = sma_json_getz(json, "default");
    if (!sma_json_is(symbols, SMA_JSON_ARRAY))
        return sma_avro_fail_json(p, "Enum has no symbols: ", json);
    enum sma_status st = refuse_primitive_name(p, node, json);
    if (!st)
        st = parse_symbols(p, node, symbols);
    if (st)
        return st;
    node->content_span = sma_avro_span(p, symbols);
    node->enumeration.default_position = -1;
    if (!sma_json_is(written, SMA_JSON_STRING))
        return SMA_OK;
    node->enumeration.default_position = sma_avro_symbol_find(node, written->text);
    return node->enumeration.default_position < 0 ? fail_enum_default(p, node, written) : SMA_OK;
}

/* ---- fixed, array, map ---- */

/* fixed = name "size" */
static enum sma_status parse_fixed(struct sma_avro_parser *p, struct sma_avro_node *node,
                                   const struct sma_json *json)
{
    const struct sma_json *written = sma_json_getz(json, "size");
    int32_t size;
    if (!written || !sma_json_i32(written, &size))
        return sma_avro_fail_json(p, "Invalid or no size: ", json);
    enum sma_status st = refuse_primitive_name(p, node, json);
    if (st)
        return st;
    if (size < 0)
        return sma_avro_fail_json(p, "Malformed data. Length is negative: ", written);
    if (size > FIXED_SIZE_MAX)
        return sma_avro_fail_json(p, "fixed can not be longer than 2147483639 bytes: ", written);
    node->fixed.size = (uint32_t)size;
    node->content_span = sma_avro_span(p, written);
    return SMA_OK;
}

static enum sma_status parse_collection(struct sma_avro_parser *p, struct sma_avro_node *node,
                                        const struct sma_json *json, struct sma_str space)
{
    bool is_array = node->kind == SMA_AVRO_ARRAY;
    const struct sma_json *inner =
        is_array ? sma_json_getz(json, "items") : sma_json_getz(json, "values");
    if (!inner)
        return sma_avro_fail_json(
            p, is_array ? "Array has no items type: " : "Map has no values type: ", json);
    return sma_avro_parse_type(p, &node->items, inner, space);
}

/* ---- union ---- */

static enum sma_status note_union(struct sma_avro_parser *p, const struct sma_avro_node *node)
{
    const struct sma_avro_node **grown =
        sma_arena_grow(&p->scratch, p->unions, p->union_count, &p->union_capacity,
                       p->union_count + 1, sizeof(*grown));
    if (!grown)
        return sma_fail_nomem(p->err);
    p->unions = grown;
    p->unions[p->union_count++] = node;
    return SMA_OK;
}

/* union = "[" *schema "]" */
static enum sma_status parse_union(struct sma_avro_parser *p, const struct sma_avro_node **slot,
                                   const struct sma_json *json, struct sma_str space)
{
    struct sma_avro_node *node = sma_avro_node_new(p, SMA_AVRO_UNION, json);
    const struct sma_avro_node **members = sma_arena_calloc(p->arena, json->count, sizeof *members);
    size_t pending_before = p->pending_count;
    if (!node || !members)
        return sma_fail_nomem(p->err);
    node->variants.members = members;
    node->variants.count = json->count;
    for (uint32_t i = 0; i < json->count; i++) {
        enum sma_status st = sma_avro_parse_type(p, &members[i], &json->items[i], space);
        if (st)
            return st;
    }
    *slot = node;
    if (p->pending_count > pending_before) {
        enum sma_status st = note_union(p, node);
        if (st)
            return st;
    }
    return sma_avro_check_union(p, node);
}

/* ---- schema ---- */

static enum sma_status keep_properties(struct sma_avro_parser *p, struct sma_avro_node *node,
                                       const struct sma_json *json)
{
    if (!sma_avro_keep_properties(p, &node->properties, &node->property_count, json, false,
                                  node->kind == SMA_AVRO_ENUM))
        return sma_fail_nomem(p->err);
    bool is_copied =
        node->kind == SMA_AVRO_RECORD || node->kind == SMA_AVRO_ARRAY || node->kind == SMA_AVRO_MAP;
    for (uint32_t i = 0; is_copied && !p->has_null_property && i < node->property_count; i++)
        if (sma_avro_json_has_big_integer(node->properties[i].value)) {
            p->has_null_property = true;
            p->null_property = node->properties[i].name;
        }
    sma_avro_find_logical(node);
    return SMA_OK;
}

static enum sma_status parse_record(struct sma_avro_parser *p, struct sma_avro_node *node,
                                    const struct sma_json *json)
{
    enum sma_status st = sma_avro_note_bound(p, node, false);
    if (!st)
        st = sma_avro_parse_record(p, node, json);
    return st ? st : sma_avro_note_bound(p, node, true);
}

static enum sma_status parse_named(struct sma_avro_parser *p, struct sma_avro_node *node,
                                   const struct sma_json *json, struct sma_str space)
{
    enum sma_status st = parse_head(p, node, json, space);
    if (!st && node->kind == SMA_AVRO_RECORD)
        st = refuse_primitive_name(p, node, json);
    if (st)
        return st;
    if (node->kind == SMA_AVRO_RECORD)
        st = parse_record(p, node, json);
    else if (node->kind == SMA_AVRO_ENUM)
        st = parse_enum(p, node, json);
    else
        st = parse_fixed(p, node, json);
    if (!st)
        st = keep_properties(p, node, json);
    if (!st)
        st = parse_aliases(p, node, json);
    return st ? st : sma_avro_define(p, node, json->start);
}

static enum sma_status parse_object(struct sma_avro_parser *p, const struct sma_avro_node **slot,
                                    const struct sma_json *json, struct sma_str space)
{
    const struct sma_json *type;
    enum sma_avro_kind kind;
    enum sma_status st = required_text(p, &type, json, "type", "No type: ");
    if (st)
        return st;
    bool is_error = sma_str_eqz(type->text, "error");
    if (is_error)
        kind = SMA_AVRO_RECORD;
    else if (!sma_avro_kind_find(type->text, &kind) || kind == SMA_AVRO_UNION)
        return sma_avro_refer(p, slot, type, space);

    struct sma_avro_node *node = sma_avro_node_new(p, kind, json);
    if (!node)
        return sma_fail_nomem(p->err);
    node->is_error = is_error;
    *slot = node;
    if (sma_avro_is_named(node))
        return parse_named(p, node, json, space);
    if (!sma_avro_is_primitive(node))
        st = parse_collection(p, node, json, space);
    return st ? st : keep_properties(p, node, json);
}

enum sma_status sma_avro_parse_type(struct sma_avro_parser *p, const struct sma_avro_node **slot,
                                    const struct sma_json *json, struct sma_str space)
{
    if (p->is_out_of_memory)
        return sma_fail_nomem(p->err);
    switch (json->type) {
    case SMA_JSON_STRING:
        return sma_avro_refer(p, slot, json, space);
    case SMA_JSON_OBJECT:
        return parse_object(p, slot, json, space);
    case SMA_JSON_ARRAY:
        return parse_union(p, slot, json, space);
    default:
        return sma_avro_fail_json(p, "Schema not yet supported: ", json);
    }
}
