/* Tree to the calls of a visitor. */
#include <stdio.h>

#include "core/protobuf/dynamic_tree.h"

struct walk {
    const struct sma_visitor *visitor;
    void *ctx;
};

static bool visit_node(const struct walk *v, const struct sma_proto_node *node);

static bool tell_key(const struct walk *v, struct sma_str name)
{
    return !v->visitor->key(v->ctx, name.ptr, name.len);
}

static bool visit_real(const struct walk *v, const struct sma_proto_item *item)
{
    double wide;
    float narrow;
    uint32_t bits = (uint32_t)item->bits;
    if (item->field->kind == SMA_PROTO_FLOAT) {
        memcpy(&narrow, &bits, sizeof narrow);
        return !sma_visit_float(v->visitor, v->ctx, narrow);
    }
    memcpy(&wide, &item->bits, sizeof wide);
    return !v->visitor->double_value(v->ctx, wide);
}

static bool visit_enum(const struct walk *v, const struct sma_proto_item *item)
{
    const struct sma_proto_enum_type *one = item->field->enumeration;
    const struct sma_proto_enum_value *constant =
        one ? sma_proto_enum_value_of_number(one, (int32_t)item->bits) : NULL;
    return constant ? !sma_visit_enum(v->visitor, v->ctx, constant->name, constant->number)
                    : !v->visitor->int_value(v->ctx, (int64_t)item->bits);
}

static bool visit_item(const struct walk *v, const struct sma_proto_item *item)
{
    switch (item->field->kind) {
    case SMA_PROTO_MESSAGE:
    case SMA_PROTO_GROUP:
        return visit_node(v, item->node);
    case SMA_PROTO_STRING:
        return !v->visitor->string_value(v->ctx, item->bytes.ptr, item->bytes.len);
    case SMA_PROTO_BYTES:
        return !v->visitor->bytes_value(v->ctx, item->bytes.ptr, item->bytes.len, NULL);
    case SMA_PROTO_BOOL:
        return !v->visitor->bool_value(v->ctx, item->bits != 0);
    case SMA_PROTO_FLOAT:
    case SMA_PROTO_DOUBLE:
        return visit_real(v, item);
    case SMA_PROTO_ENUM:
        return visit_enum(v, item);
    case SMA_PROTO_UINT32:
    case SMA_PROTO_UINT64:
    case SMA_PROTO_FIXED32:
    case SMA_PROTO_FIXED64:
        return !v->visitor->uint_value(v->ctx, item->bits);
    default:
        return !v->visitor->int_value(v->ctx, (int64_t)item->bits);
    }
}

/* The key of a map entry as a name. */
static bool visit_key(const struct walk *v, const struct sma_proto_item *key)
{
    char text[24];
    if (!key)
        return tell_key(v, SMA_STR(""));
    if (key->field->kind == SMA_PROTO_STRING)
        return tell_key(v, key->bytes);
    if (key->field->kind == SMA_PROTO_BOOL)
        return tell_key(v, key->bits ? SMA_STR("true") : SMA_STR("false"));
    bool is_unsigned =
        key->field->kind == SMA_PROTO_UINT64 || key->field->kind == SMA_PROTO_FIXED64;
    snprintf(text, sizeof text, is_unsigned ? "%llu" : "%lld", (unsigned long long)key->bits);
    return tell_key(v, sma_str_z(text));
}

static bool visit_map(const struct walk *v, const struct sma_proto_item *items, size_t count)
{
    bool ok = !v->visitor->map_begin(v->ctx, count);
    for (size_t i = 0; i < count && ok; i++) {
        const struct sma_proto_item *value = sma_proto_node_find(items[i].node, 2, NULL);
        ok = visit_key(v, sma_proto_node_find(items[i].node, 1, NULL)) &&
             (value ? visit_item(v, value) : !v->visitor->null_value(v->ctx));
    }
    return ok && !v->visitor->map_end(v->ctx);
}

static bool visit_field(const struct walk *v, const struct sma_proto_item *items, size_t count)
{
    const struct sma_proto_field_type *field = items->field;
    if (!tell_key(v, field->is_extension ? field->full_name : field->name))
        return false;
    if (!field->is_repeated)
        return visit_item(v, items);
    if (field->kind == SMA_PROTO_MESSAGE && field->message->is_map_entry)
        return visit_map(v, items, count);
    bool ok = !v->visitor->array_begin(v->ctx, count);
    for (size_t i = 0; i < count && ok; i++)
        ok = visit_item(v, &items[i]);
    return ok && !v->visitor->array_end(v->ctx);
}

static bool visit_node(const struct walk *v, const struct sma_proto_node *node)
{
    bool ok = !v->visitor->map_begin(v->ctx, 0);
    for (size_t at = 0; at < node->count && ok;) {
        size_t end = at + 1;
        while (end < node->count && node->items[end].field == node->items[at].field)
            end++;
        ok = visit_field(v, &node->items[at], end - at);
        at = end;
    }
    return ok && !v->visitor->map_end(v->ctx);
}

enum sma_status sma_proto_visit(const struct sma_proto_codec *codec, struct sma_str name,
                                struct sma_str bytes, const struct sma_visitor *visitor, void *ctx,
                                struct sma_error *err)
{
    struct sma_proto_dynamic d;
    struct walk walk = {visitor, ctx};
    const struct sma_proto_message_type *type = sma_proto_codec_find(codec, name);
    if (!type)
        return sma_fail(err, SMA_ENOTFOUND, "no message %.*s in the schema", SMA_STR_ARG(name));
    sma_proto_dynamic_init(&d, codec, NULL, err);
    const struct sma_proto_node *node = sma_proto_decode(&d, type, bytes);
    enum sma_status st = d.status;
    if (node && !visit_node(&walk, node))
        st = sma_fail(err, SMA_ECONFLICT, "stopped by the receiver");
    sma_proto_dynamic_fini(&d);
    return st;
}
