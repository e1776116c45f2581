/* JSON out: escaping as the original registry does it, compact printing, and the emitter. */
#include "core/json/json.h"
#include "core/json/writer.h"

void sma_json_put_escaped(struct sma_buf *buf, struct sma_str s)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t from = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        sma_buf_append(buf, s.ptr + from, i - from);
        from = i + 1;
        char shorthand = c == '\b'   ? 'b'
                         : c == '\t' ? 't'
                         : c == '\n' ? 'n'
                         : c == '\f' ? 'f'
                         : c == '\r' ? 'r'
                         : c >= 0x20 ? (char)c
                                     : '\0';
        char out[6] = {'\\', shorthand, '0', '0', hex[c >> 4], hex[c & 15]};
        if (!shorthand)
            out[1] = 'u';
        sma_buf_append(buf, out, shorthand ? 2 : 6);
    }
    if (s.len > from)
        sma_buf_append(buf, s.ptr + from, s.len - from);
}

void sma_json_put_string(struct sma_buf *buf, struct sma_str s)
{
    sma_buf_putc(buf, '"');
    sma_json_put_escaped(buf, s);
    sma_buf_putc(buf, '"');
}

static void put_array(struct sma_buf *buf, const struct sma_json *v,
                      sma_json_number_fn *put_number)
{
    sma_buf_putc(buf, '[');
    for (uint32_t i = 0; i < v->count; i++) {
        if (i)
            sma_buf_putc(buf, ',');
        sma_json_put_with(buf, &v->items[i], put_number);
    }
    sma_buf_putc(buf, ']');
}

static void put_object(struct sma_buf *buf, const struct sma_json *v,
                       sma_json_number_fn *put_number)
{
    sma_buf_putc(buf, '{');
    for (uint32_t i = 0; i < v->count; i++) {
        if (i)
            sma_buf_putc(buf, ',');
        sma_json_put_string(buf, v->members[i].name);
        sma_buf_putc(buf, ':');
        sma_json_put_with(buf, &v->members[i].value, put_number);
    }
    sma_buf_putc(buf, '}');
}

void sma_json_put_with(struct sma_buf *buf, const struct sma_json *v,
                       sma_json_number_fn *put_number)
{
    switch (v->type) {
    case SMA_JSON_NULL:
        sma_buf_putz(buf, "null");
        break;
    case SMA_JSON_BOOL:
        sma_buf_putz(buf, v->boolean ? "true" : "false");
        break;
    case SMA_JSON_NUMBER:
        put_number(buf, v);
        break;
    case SMA_JSON_STRING:
        sma_json_put_string(buf, v->text);
        break;
    case SMA_JSON_ARRAY:
        put_array(buf, v, put_number);
        break;
    case SMA_JSON_OBJECT:
        put_object(buf, v, put_number);
        break;
    }
}

static void put_as_written(struct sma_buf *buf, const struct sma_json *v)
{
    sma_buf_puts(buf, v->text);
}

void sma_json_put(struct sma_buf *buf, const struct sma_json *v)
{
    sma_json_put_with(buf, v, put_as_written);
}

/* ---- emitter
 * --------------------------------------------------------------------------------------------- */

static void before_value(struct sma_json_writer *w)
{
    if (w->need_comma)
        sma_buf_putc(w->buf, ',');
    w->need_comma = true;
}

static void open(struct sma_json_writer *w, char c)
{
    before_value(w);
    sma_buf_putc(w->buf, c);
    w->need_comma = false;
}

static void close(struct sma_json_writer *w, char c)
{
    sma_buf_putc(w->buf, c);
    w->need_comma = true;
}

void sma_jw_object_open(struct sma_json_writer *w)
{
    open(w, '{');
}

void sma_jw_object_close(struct sma_json_writer *w)
{
    close(w, '}');
}

void sma_jw_array_open(struct sma_json_writer *w)
{
    open(w, '[');
}

void sma_jw_array_close(struct sma_json_writer *w)
{
    close(w, ']');
}

void sma_jw_name(struct sma_json_writer *w, const char *name)
{
    before_value(w);
    sma_buf_putc(w->buf, '"');
    sma_buf_putz(w->buf, name);
    sma_buf_putz(w->buf, "\":");
    w->need_comma = false;
}

void sma_jw_name_str(struct sma_json_writer *w, struct sma_str name)
{
    before_value(w);
    sma_json_put_string(w->buf, name);
    sma_buf_putc(w->buf, ':');
    w->need_comma = false;
}

void sma_jw_string(struct sma_json_writer *w, struct sma_str value)
{
    before_value(w);
    sma_json_put_string(w->buf, value);
}

void sma_jw_i64(struct sma_json_writer *w, int64_t value)
{
    before_value(w);
    sma_buf_put_i64(w->buf, value);
}

void sma_jw_bool(struct sma_json_writer *w, bool value)
{
    sma_jw_raw(w, value ? SMA_STR("true") : SMA_STR("false"));
}

void sma_jw_null(struct sma_json_writer *w)
{
    sma_jw_raw(w, SMA_STR("null"));
}

void sma_jw_raw(struct sma_json_writer *w, struct sma_str json)
{
    before_value(w);
    sma_buf_puts(w->buf, json);
}

void sma_jw_value(struct sma_json_writer *w, const struct sma_json *value)
{
    before_value(w);
    sma_json_put(w->buf, value);
}

void sma_jw_member_string(struct sma_json_writer *w, const char *name, struct sma_str value)
{
    sma_jw_name(w, name);
    sma_jw_string(w, value);
}

void sma_jw_member_i64(struct sma_json_writer *w, const char *name, int64_t value)
{
    sma_jw_name(w, name);
    sma_jw_i64(w, value);
}

void sma_jw_member_bool(struct sma_json_writer *w, const char *name, bool value)
{
    sma_jw_name(w, name);
    sma_jw_bool(w, value);
}

void sma_jw_member_raw(struct sma_json_writer *w, const char *name, struct sma_str json)
{
    sma_jw_name(w, name);
    sma_jw_raw(w, json);
}
