/* Tree to binary. */
#include "core/protobuf/dynamic_tree.h"

static void put_scalar(struct sma_buf *out, enum sma_proto_kind kind, uint64_t bits)
{
    switch (kind) {
    case SMA_PROTO_DOUBLE:
    case SMA_PROTO_FIXED64:
    case SMA_PROTO_SFIXED64:
        sma_proto_put_fixed64(out, bits);
        break;
    case SMA_PROTO_FLOAT:
    case SMA_PROTO_FIXED32:
    case SMA_PROTO_SFIXED32:
        sma_proto_put_fixed32(out, (uint32_t)bits);
        break;
    case SMA_PROTO_SINT32:
        sma_proto_put_varint(out, (uint32_t)sma_proto_zigzag((int64_t)bits));
        break;
    case SMA_PROTO_SINT64:
        sma_proto_put_varint(out, sma_proto_zigzag((int64_t)bits));
        break;
    default:
        sma_proto_put_varint(out, bits);
    }
}

static void put_message(struct sma_proto_dynamic *d, struct sma_buf *out, uint32_t number,
                        const struct sma_proto_item *item)
{
    if (item->field->kind == SMA_PROTO_GROUP) {
        sma_proto_put_tag(out, number, SMA_PROTO_WIRE_GROUP);
        sma_proto_encode(d, out, item->node);
        sma_proto_put_tag(out, number, SMA_PROTO_WIRE_GROUP_END);
        return;
    }
    size_t mark = sma_proto_open(out, number);
    sma_proto_encode(d, out, item->node);
    sma_proto_close(out, mark);
}

static void put_item(struct sma_proto_dynamic *d, struct sma_buf *out,
                     const struct sma_proto_item *item)
{
    uint32_t number = (uint32_t)item->field->number;
    switch (item->field->kind) {
    case SMA_PROTO_MESSAGE:
    case SMA_PROTO_GROUP:
        put_message(d, out, number, item);
        break;
    case SMA_PROTO_STRING:
    case SMA_PROTO_BYTES:
        sma_proto_put_bytes_field(out, number, item->bytes);
        break;
    default:
        sma_proto_put_tag(out, number, sma_proto_wire_of(item->field->kind));
        put_scalar(out, item->field->kind, item->bits);
    }
}

static size_t put_packed(struct sma_buf *out, const struct sma_proto_node *node, size_t at)
{
    const struct sma_proto_field_type *field = node->items[at].field;
    size_t mark = sma_proto_open(out, (uint32_t)field->number);
    for (; at < node->count && node->items[at].field == field; at++)
        put_scalar(out, field->kind, node->items[at].bits);
    sma_proto_close(out, mark);
    return at;
}

/* A field without presence says nothing when it holds its default; entries of maps say it anyway.
 */
static bool is_silent(const struct sma_proto_node *node, const struct sma_proto_item *item)
{
    const struct sma_proto_field_type *field = item->field;
    if (field->has_presence || field->is_repeated || node->type->is_map_entry)
        return false;
    if (field->kind == SMA_PROTO_STRING || field->kind == SMA_PROTO_BYTES)
        return item->bytes.len == 0;
    return item->bits == 0;
}

void sma_proto_encode(struct sma_proto_dynamic *d, struct sma_buf *out,
                      const struct sma_proto_node *node)
{
    for (size_t i = 0; i < node->count && !sma_buf_failed(out);) {
        if (node->items[i].field->is_packed) {
            i = put_packed(out, node, i);
            continue;
        }
        if (!is_silent(node, &node->items[i]))
            put_item(d, out, &node->items[i]);
        i++;
    }
    sma_buf_puts(out, node->unknown);
}
