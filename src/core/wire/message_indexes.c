/* Message indexes: a zigzag varint count, then each index as a zigzag varint. */
#include "core/wire/frame.h"

static size_t put_varint(uint8_t *out, int32_t value)
{
    uint32_t bits = ((uint32_t)value << 1) ^ (uint32_t)(value >> 31);
    size_t n = 0;
    for (; bits >= 0x80; bits >>= 7)
        out[n++] = (uint8_t)(bits | 0x80);
    out[n++] = (uint8_t)bits;
    return n;
}

size_t sma_message_indexes_put(uint8_t out[SMA_MESSAGE_INDEXES_BYTES_MAX],
                               const struct sma_message_indexes *indexes)
{
    if (indexes->count == 1 && indexes->path[0] == 0) {
        out[0] = 0;
        return 1;
    }
    size_t n = put_varint(out, (int32_t)indexes->count);
    for (size_t i = 0; i < indexes->count; i++)
        n += put_varint(out + n, indexes->path[i]);
    return n;
}

/* One zigzag varint of at most five bytes; moves *at. */
static bool read_varint(struct sma_str bytes, size_t *at, int32_t *out)
{
    uint32_t bits = 0;
    for (int shift = 0; shift < 35; shift += 7) {
        if (*at >= bytes.len)
            return false;
        uint8_t byte = (uint8_t)bytes.ptr[(*at)++];
        if (shift == 28 && byte > 0x0f)
            return false;
        bits |= (uint32_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) {
            *out = (int32_t)(bits >> 1) ^ -(int32_t)(bits & 1);
            return true;
        }
    }
    return false;
}

enum sma_status sma_message_indexes_read(struct sma_message_indexes *out, struct sma_str *rest,
                                         struct sma_str bytes, struct sma_error *err)
{
    size_t at = 0;
    int32_t count;
    if (!read_varint(bytes, &at, &count) || count < 0)
        return sma_fail_at(err, SMA_EINVAL, at, "broken count of message indexes");
    if (count > SMA_MESSAGE_INDEXES_MAX)
        return sma_fail_at(err, SMA_ELIMIT, at, "message index path exceeds the limit of %d levels",
                           SMA_MESSAGE_INDEXES_MAX);
    struct sma_message_indexes own = {.count = count ? (size_t)count : 1};
    for (int32_t i = 0; i < count; i++)
        if (!read_varint(bytes, &at, &own.path[i]) || own.path[i] < 0)
            return sma_fail_at(err, SMA_EINVAL, at, "broken message index %d", (int)i);
    *out = own;
    *rest = sma_str_from(bytes, at);
    return SMA_OK;
}
