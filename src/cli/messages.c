#include "cli/messages.h"

#include "core/json/visitor.h"

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool sma_hex_read(struct sma_buf *out, struct sma_str text)
{
    int high = -1;
    for (size_t i = 0; i < text.len; i++) {
        int d = digit(text.ptr[i]);
        if (d < 0 && text.ptr[i] && strchr(" \t\r\n", text.ptr[i]) && high < 0)
            continue;
        if (d < 0)
            return false;
        if (high >= 0)
            sma_buf_putc(out, (char)(high << 4 | d));
        high = high < 0 ? d : -1;
    }
    return high < 0;
}

void sma_hex_put(struct sma_buf *out, struct sma_str bytes)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < bytes.len; i++) {
        sma_buf_putc(out, digits[(unsigned char)bytes.ptr[i] >> 4]);
        sma_buf_putc(out, digits[(unsigned char)bytes.ptr[i] & 15]);
    }
}

bool sma_message_read(struct sma_buf *out, struct sma_str text, const char *form)
{
    if (!strcmp(form, "hex"))
        return sma_hex_read(out, text);
    if (!strcmp(form, "base64"))
        return sma_base64_read(out, sma_str_trim(text));
    sma_buf_puts(out, text);
    return true;
}

void sma_message_put(struct sma_buf *out, struct sma_str bytes, const char *form)
{
    if (!strcmp(form, "raw")) {
        sma_buf_puts(out, bytes);
        return;
    }
    if (!strcmp(form, "hex"))
        sma_hex_put(out, bytes);
    else
        sma_base64_put(out, bytes);
    sma_buf_putc(out, '\n');
}

bool sma_message_next(struct sma_str *line, struct sma_str *rest, const char *form)
{
    if (!rest->len)
        return false;
    ptrdiff_t end = strcmp(form, "raw") ? sma_str_chr(*rest, '\n') : -1;
    *line = end < 0 ? *rest : sma_str_head(*rest, (size_t)end);
    *rest = end < 0 ? SMA_STR("") : sma_str_from(*rest, (size_t)end + 1);
    return true;
}
