#include "core/json/visitor.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void sma_base64_put(struct sma_buf *out, struct sma_str bytes)
{
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t left = bytes.len - i;
        uint32_t three = 0;
        for (size_t k = 0; k < 3; k++)
            three = three << 8 | (k < left ? (uint8_t)bytes.ptr[i + k] : 0u);
        char four[4] = {digits[three >> 18], digits[three >> 12 & 63],
                        left > 1 ? digits[three >> 6 & 63] : '=',
                        left > 2 ? digits[three & 63] : '='};
        sma_buf_append(out, four, 4);
    }
}

static int digit_value(char c)
{
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* Four characters to one to three bytes; `pad` of them are '=' at the end. */
static bool read_group(struct sma_buf *out, const char *four, size_t pad)
{
    uint32_t three = 0;
    for (size_t k = 0; k < 4; k++) {
        int value = k < 4 - pad ? digit_value(four[k]) : 0;
        if (value < 0)
            return false;
        three = three << 6 | (uint32_t)value;
    }
    if ((pad == 1 && three & 0xff) || (pad == 2 && three & 0xffff))
        return false; /* bits that no byte would hold */
    char bytes[3] = {(char)(three >> 16), (char)(three >> 8), (char)three};
    sma_buf_append(out, bytes, 3 - pad);
    return true;
}

bool sma_base64_read(struct sma_buf *out, struct sma_str text)
{
    if (text.len % 4)
        return false;
    for (size_t i = 0; i < text.len; i += 4) {
        bool is_last = i + 4 == text.len;
        size_t pad = 0;
        if (is_last && text.ptr[i + 3] == '=')
            pad = text.ptr[i + 2] == '=' ? 2 : 1;
        if (!read_group(out, text.ptr + i, pad))
            return false;
    }
    return true;
}
