/* Reading base64 as generously as JSON and uploads ask for. */
#include "core/protobuf/descriptor.h"

static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
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
