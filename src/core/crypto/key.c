/* Key messages: two tiny Protobuf messages, read and written by hand. Source: Tink's aes_gcm.proto
 * (AesGcmKey: version = 1, key_value = 3) and aes_siv.proto (AesSivKey: version = 1,
 * key_value = 2). */
#include "core/crypto/crypto.h"

#include <string.h>

#define FIELD_VERSION 1u

enum wire { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 };

static uint64_t value_field(enum sma_dek_algorithm algorithm)
{
    return algorithm == SMA_AES256_SIV ? 2 : 3;
}

/* At most ten bytes. */
static bool take_varint(struct sma_str *rest, uint64_t *out)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && rest->len; shift += 7) {
        uint8_t byte = (uint8_t)rest->ptr[0];
        *rest = sma_str_from(*rest, 1);
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) {
            *out = value;
            return true;
        }
    }
    return false;
}

static bool take_bytes(struct sma_str *rest, uint64_t len, struct sma_str *out)
{
    if (len > rest->len)
        return false;
    *out = sma_str_head(*rest, (size_t)len);
    *rest = sma_str_from(*rest, (size_t)len);
    return true;
}

/* One field: a number in *number, or bytes. Groups are not known. */
static bool take_field(struct sma_str *rest, uint64_t *tag, uint64_t *number, struct sma_str *bytes)
{
    if (!take_varint(rest, tag))
        return false;
    switch (*tag & 7) {
    case VARINT:
        return take_varint(rest, number);
    case FIXED64:
        return take_bytes(rest, 8, bytes);
    case BYTES:
        return take_varint(rest, number) && take_bytes(rest, *number, bytes);
    case FIXED32:
        return take_bytes(rest, 4, bytes);
    default:
        return false;
    }
}

enum sma_status sma_dek_key_read(struct sma_dek_key_bytes *out, enum sma_dek_algorithm algorithm,
                                 struct sma_str message, struct sma_error *err)
{
    struct sma_str rest = message, value = {NULL, 0}, bytes = {NULL, 0};
    uint64_t tag, number = 0, version = 0;
    if (message.len > SMA_DEK_MESSAGE_BYTES_MAX)
        return sma_fail(err, SMA_EINVAL, "the data key is no key message: too long");
    while (rest.len) {
        if (!take_field(&rest, &tag, &number, &bytes))
            return sma_fail(err, SMA_EINVAL, "the data key is no key message");
        if (tag == (FIELD_VERSION << 3 | VARINT))
            version = number;
        if (tag == (value_field(algorithm) << 3 | BYTES))
            value = bytes;
    }
    if (version != 0)
        return sma_fail(err, SMA_EINVAL, "the data key has version %llu; only 0 is known",
                        (unsigned long long)version);
    if (value.len != sma_dek_key_bytes(algorithm))
        return sma_fail(err, SMA_EINVAL, "the data key has %zu bytes; %s needs %zu", value.len,
                        sma_dek_algorithm_name(algorithm), sma_dek_key_bytes(algorithm));
    out->algorithm = algorithm;
    memcpy(out->bytes, value.ptr, value.len);
    return SMA_OK;
}

void sma_dek_key_write(struct sma_buf *out, const struct sma_dek_key_bytes *key)
{
    size_t len = sma_dek_key_bytes(key->algorithm); /* below 128: one byte */
    sma_buf_putc(out, (char)(value_field(key->algorithm) << 3 | BYTES));
    sma_buf_putc(out, (char)len);
    sma_buf_append(out, key->bytes, len);
}
