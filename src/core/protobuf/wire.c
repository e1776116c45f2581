#include "core/protobuf/wire.h"

enum sma_proto_wire sma_proto_wire_of(enum sma_proto_kind kind)
{
    switch (kind) {
    case SMA_PROTO_DOUBLE:
    case SMA_PROTO_FIXED64:
    case SMA_PROTO_SFIXED64:
        return SMA_PROTO_WIRE_64;
    case SMA_PROTO_FLOAT:
    case SMA_PROTO_FIXED32:
    case SMA_PROTO_SFIXED32:
        return SMA_PROTO_WIRE_32;
    case SMA_PROTO_STRING:
    case SMA_PROTO_BYTES:
    case SMA_PROTO_MESSAGE:
        return SMA_PROTO_WIRE_BYTES;
    case SMA_PROTO_GROUP:
        return SMA_PROTO_WIRE_GROUP;
    default:
        return SMA_PROTO_WIRE_VARINT;
    }
}

void sma_proto_put_varint(struct sma_buf *out, uint64_t value)
{
    char bytes[10];
    size_t n = 0;
    while (value >= 0x80) {
        bytes[n++] = (char)(value | 0x80);
        value >>= 7;
    }
    bytes[n++] = (char)value;
    sma_buf_append(out, bytes, n);
}

void sma_proto_put_tag(struct sma_buf *out, uint32_t number, enum sma_proto_wire wire)
{
    sma_proto_put_varint(out, (uint64_t)number << 3 | (uint64_t)wire);
}

void sma_proto_put_fixed32(struct sma_buf *out, uint32_t value)
{
    char bytes[4];
    for (int i = 0; i < 4; i++)
        bytes[i] = (char)(value >> (8 * i));
    sma_buf_append(out, bytes, sizeof bytes);
}

void sma_proto_put_fixed64(struct sma_buf *out, uint64_t value)
{
    sma_proto_put_fixed32(out, (uint32_t)value);
    sma_proto_put_fixed32(out, (uint32_t)(value >> 32));
}

void sma_proto_put_varint_field(struct sma_buf *out, uint32_t number, uint64_t value)
{
    sma_proto_put_tag(out, number, SMA_PROTO_WIRE_VARINT);
    sma_proto_put_varint(out, value);
}

void sma_proto_put_bytes_field(struct sma_buf *out, uint32_t number, struct sma_str bytes)
{
    sma_proto_put_tag(out, number, SMA_PROTO_WIRE_BYTES);
    sma_proto_put_varint(out, bytes.len);
    sma_buf_puts(out, bytes);
}

size_t sma_proto_open(struct sma_buf *out, uint32_t number)
{
    sma_proto_put_tag(out, number, SMA_PROTO_WIRE_BYTES);
    return out->len;
}

/* Content first, length after: the content moves by the few bytes of its length. */
void sma_proto_close(struct sma_buf *out, size_t mark)
{
    size_t content = out->len - mark;
    sma_proto_put_varint(out, content);
    if (sma_buf_failed(out))
        return;
    size_t n = out->len - mark - content;
    char length[10];
    memcpy(length, out->ptr + mark + content, n);
    memmove(out->ptr + mark + n, out->ptr + mark, content);
    memcpy(out->ptr + mark, length, n);
}

bool sma_proto_take_varint(struct sma_str *rest, uint64_t *out)
{
    uint64_t value = 0;
    for (size_t i = 0; i < rest->len && i < 10; i++) {
        unsigned char byte = (unsigned char)rest->ptr[i];
        if (i == 9 && byte > 1)
            return false;
        value |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            *rest = sma_str_from(*rest, i + 1);
            *out = value;
            return true;
        }
    }
    return false;
}

static bool take_fixed(struct sma_str *rest, size_t size, uint64_t *out)
{
    uint64_t value = 0;
    if (rest->len < size)
        return false;
    for (size_t i = 0; i < size; i++)
        value |= (uint64_t)(unsigned char)rest->ptr[i] << (8 * i);
    *rest = sma_str_from(*rest, size);
    *out = value;
    return true;
}

static bool take_bytes(struct sma_str *rest, struct sma_str *out)
{
    uint64_t len;
    if (!sma_proto_take_varint(rest, &len) || len > rest->len)
        return false;
    *out = sma_str_head(*rest, (size_t)len);
    *rest = sma_str_from(*rest, (size_t)len);
    return true;
}

static bool take_tag(struct sma_str *rest, struct sma_proto_record *out)
{
    uint64_t tag;
    if (!sma_proto_take_varint(rest, &tag) || tag >> 32 || tag >> 3 == 0 || (tag & 7) > 5)
        return false;
    out->number = (uint32_t)(tag >> 3);
    out->wire = (enum sma_proto_wire)(tag & 7);
    return true;
}

static bool take_record(struct sma_str *rest, struct sma_proto_record *out, unsigned depth);

/* Everything up to the end tag of group `number`. */
static bool take_group(struct sma_str *rest, uint32_t number, struct sma_str *out, unsigned depth)
{
    struct sma_str start = *rest;
    struct sma_proto_record record;
    while (depth > 0 && rest->len) {
        struct sma_str here = *rest;
        if (!take_record(rest, &record, depth - 1))
            return false;
        if (record.wire == SMA_PROTO_WIRE_GROUP_END) {
            *out = sma_str_head(start, (size_t)(here.ptr - start.ptr));
            return record.number == number;
        }
    }
    return false;
}

static bool take_record(struct sma_str *rest, struct sma_proto_record *out, unsigned depth)
{
    struct sma_str start = *rest;
    bool ok = take_tag(rest, out);
    out->value = 0;
    out->bytes = sma_str_make(NULL, 0);
    if (!ok)
        return false;
    switch (out->wire) {
    case SMA_PROTO_WIRE_VARINT:
        ok = sma_proto_take_varint(rest, &out->value);
        break;
    case SMA_PROTO_WIRE_64:
        ok = take_fixed(rest, 8, &out->value);
        break;
    case SMA_PROTO_WIRE_32:
        ok = take_fixed(rest, 4, &out->value);
        break;
    case SMA_PROTO_WIRE_BYTES:
        ok = take_bytes(rest, &out->bytes);
        break;
    case SMA_PROTO_WIRE_GROUP:
        ok = take_group(rest, out->number, &out->bytes, depth);
        break;
    case SMA_PROTO_WIRE_GROUP_END:
        break;
    }
    out->whole = sma_str_head(start, start.len - rest->len);
    return ok;
}

bool sma_proto_next_record(struct sma_str *rest, struct sma_proto_record *out, unsigned depth,
                           bool *is_broken)
{
    *is_broken = false;
    if (rest->len == 0)
        return false;
    if (take_record(rest, out, depth) && out->wire != SMA_PROTO_WIRE_GROUP_END)
        return true;
    *is_broken = true;
    return false;
}
