/* One access log entry as a JSON line. */
#include "http/access_log.h"

#include <time.h>

#include "base/utf8.h"

/* A JSON string. Bytes that are not UTF-8 become U+FFFD, so that a line is always valid JSON. */
static void put_text(struct sma_buf *out, struct sma_str text)
{
    sma_buf_putc(out, '"');
    while (text.len) {
        uint32_t codepoint;
        unsigned char c = (unsigned char)text.ptr[0];
        size_t n = sma_utf8_decode(text, &codepoint);
        if (c == '"' || c == '\\') {
            sma_buf_putc(out, '\\');
            sma_buf_putc(out, (char)c);
        } else if (c < 0x20 || c == 0x7f) {
            sma_buf_printf(out, "\\u%04x", c);
        } else if (!n) {
            sma_buf_putz(out, "\\ufffd");
        } else {
            sma_buf_append(out, text.ptr, n);
        }
        text = sma_str_from(text, n ? n : 1);
    }
    sma_buf_putc(out, '"');
}

static void put_field(struct sma_buf *out, const char *name, struct sma_str text)
{
    sma_buf_printf(out, ",\"%s\":", name);
    put_text(out, text);
}

static void put_time(struct sma_buf *out, int64_t at_ms)
{
    time_t seconds = (time_t)(at_ms / 1000);
    struct tm t;
    gmtime_r(&seconds, &t);
    sma_buf_printf(out, "{\"time\":\"%04d-%02d-%02dT%02d:%02d:%02d.%03dZ\"", t.tm_year + 1900,
                   t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, (int)(at_ms % 1000));
}

void sma_http_log_line(struct sma_buf *out, const struct sma_http_log_entry *entry, int64_t at_ms)
{
    put_time(out, at_ms);
    put_field(out, "remote", entry->remote);
    put_field(out, "method", entry->method);
    put_field(out, "target", entry->target);
    put_field(out, "route", sma_str_z(entry->route));
    if (entry->status)
        sma_buf_printf(out, ",\"status\":%d", entry->status);
    else
        sma_buf_putz(out, ",\"status\":null,\"aborted\":true");
    sma_buf_printf(out, ",\"bytes_in\":%llu,\"bytes_out\":%llu,\"duration_us\":%llu",
                   (unsigned long long)entry->bytes_in, (unsigned long long)entry->bytes_out,
                   (unsigned long long)(entry->duration_ns / 1000));
    put_field(out, "request_id", entry->request_id);
    if (entry->user_agent.len)
        put_field(out, "user_agent", entry->user_agent);
    sma_buf_putz(out, "}\n");
}
