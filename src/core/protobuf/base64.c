#include "core/protobuf/descriptor.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void sma_proto_put_base64(struct sma_buf *out, struct sma_str bytes)
{
    const unsigned char *p = (const unsigned char *)bytes.ptr;
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t left = bytes.len - i;
        uint32_t group = (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) |
                         (left > 2 ? (uint32_t)p[i + 2] : 0);
        char text[4] = {alphabet[group >> 18], alphabet[group >> 12 & 63],
                        left > 1 ? alphabet[group >> 6 & 63] : '=',
                        left > 2 ? alphabet[group & 63] : '='};
        sma_buf_append(out, text, sizeof text);
    }
}

static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool sma_proto_take_base64(struct sma_buf *out, struct sma_str text)
{
    uint32_t group = 0;
    unsigned bits = 0;
    text = sma_str_trim(text);
    for (int pad = 0; pad < 2 && text.len % 4 == 0 && text.len && text.ptr[text.len - 1] == '=';
         pad++) {
        text.len--;
        if (text.len % 4 == 3 && text.ptr[text.len - 1] == '=') {
            text.len--;
            break;
        }
    }
    if (text.len == 0 || text.len % 4 == 1)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        int value = value_of(text.ptr[i]);
        if (value < 0)
            return false;
        group = group << 6 | (uint32_t)value;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            sma_buf_putc(out, (char)(group >> bits));
        }
    }
    return !sma_buf_failed(out);
}
