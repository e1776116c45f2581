/* The visitor that writes JSON. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "core/json/json.h"
#include "core/json/visitor.h"

void sma_json_sink_init(struct sma_json_sink *sink, struct sma_buf *out, enum sma_json_bytes bytes)
{
    *sink = (struct sma_json_sink){.out = out, .bytes = bytes};
}

static struct sma_buf *before(void *ctx)
{
    struct sma_json_sink *sink = ctx;
    if (sink->need_comma)
        sma_buf_putc(sink->out, ',');
    sink->need_comma = true;
    return sink->out;
}

/* A full buffer is reason enough to stop. */
static int stops(void *ctx)
{
    return sma_buf_failed(((struct sma_json_sink *)ctx)->out);
}

static int null_value(void *ctx)
{
    sma_buf_putz(before(ctx), "null");
    return stops(ctx);
}

static int bool_value(void *ctx, bool value)
{
    sma_buf_putz(before(ctx), value ? "true" : "false");
    return stops(ctx);
}

static int int_value(void *ctx, int64_t value)
{
    sma_buf_put_i64(before(ctx), value);
    return stops(ctx);
}

static int uint_value(void *ctx, uint64_t value)
{
    sma_buf_put_u64(before(ctx), value);
    return stops(ctx);
}

static int float_value(void *ctx, float value)
{
    struct sma_buf *out = before(ctx);
    const char *quote = isfinite(value) ? "" : "\"";
    sma_buf_putz(out, quote);
    sma_put_java_float(out, value);
    sma_buf_putz(out, quote);
    return stops(ctx);
}

static int double_value(void *ctx, double value)
{
    struct sma_buf *out = before(ctx);
    const char *quote = isfinite(value) ? "" : "\"";
    sma_buf_putz(out, quote);
    sma_put_java_double(out, value);
    sma_buf_putz(out, quote);
    return stops(ctx);
}

static int string_value(void *ctx, const char *text, size_t len)
{
    sma_json_put_string(before(ctx), sma_str_make(text, len));
    return stops(ctx);
}

/* One character U+0000..U+00FF per byte. */
static void put_latin1(struct sma_buf *out, struct sma_str bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char c = (unsigned char)bytes.ptr[i];
        char two[2] = {(char)(0xc0 | c >> 6), (char)(0x80 | (c & 0x3f))};
        if (c < 0x80)
            sma_json_put_escaped(out, sma_str_make((const char *)&bytes.ptr[i], 1));
        else
            sma_buf_append(out, two, 2);
    }
}

static int bytes_value(void *ctx, const void *at, size_t len, const char *logical)
{
    struct sma_json_sink *sink = ctx;
    struct sma_str bytes = sma_str_make(at, len);
    struct sma_buf *out = before(ctx);
    (void)logical;
    sma_buf_putc(out, '"');
    if (sink->bytes == SMA_JSON_BYTES_BASE64)
        sma_base64_put(out, bytes);
    else
        put_latin1(out, bytes);
    sma_buf_putc(out, '"');
    return stops(ctx);
}

static int enum_value(void *ctx, const char *symbol, int32_t index)
{
    (void)index;
    return string_value(ctx, symbol, strlen(symbol));
}

static int open(void *ctx, char c)
{
    struct sma_json_sink *sink = ctx;
    sma_buf_putc(before(ctx), c);
    sink->need_comma = false;
    return stops(ctx);
}

static int close(void *ctx, char c)
{
    struct sma_json_sink *sink = ctx;
    sma_buf_putc(sink->out, c);
    sink->need_comma = true;
    return stops(ctx);
}

static int map_begin(void *ctx, size_t size_hint)
{
    (void)size_hint;
    return open(ctx, '{');
}

static int key(void *ctx, const char *name, size_t len)
{
    struct sma_json_sink *sink = ctx;
    sma_json_put_string(before(ctx), sma_str_make(name, len));
    sma_buf_putc(sink->out, ':');
    sink->need_comma = false;
    return stops(ctx);
}

static int map_end(void *ctx)
{
    return close(ctx, '}');
}

static int array_begin(void *ctx, size_t size_hint)
{
    (void)size_hint;
    return open(ctx, '[');
}

static int array_end(void *ctx)
{
    return close(ctx, ']');
}

static int branch(void *ctx, struct sma_str name, int32_t index)
{
    (void)index;
    return open(ctx, '{') || key(ctx, name.ptr, name.len);
}

/* Longest symbol that needs no copy on the heap. */
#define SYMBOL_MAX 256

int sma_visit_enum(const struct sma_visitor *visitor, void *ctx, struct sma_str symbol, int32_t index)
{
    char near[SYMBOL_MAX], *far = NULL, *text = near;
    if (symbol.len >= sizeof near)
        text = far = malloc(symbol.len + 1);
    if (!text)
        return 1;
    memcpy(text, symbol.ptr, symbol.len);
    text[symbol.len] = '\0';
    int stop = visitor->enum_value(ctx, text, index);
    free(far);
    return stop;
}

#define COMMON                                                                                     \
    .null_value = null_value, .bool_value = bool_value, .int_value = int_value,                    \
    .uint_value = uint_value, .float_value = float_value, .double_value = double_value,            \
    .string_value = string_value, .bytes_value = bytes_value, .enum_value = enum_value,            \
    .map_begin = map_begin, .key = key, .map_end = map_end, .array_begin = array_begin,            \
    .array_end = array_end

const struct sma_visitor sma_json_visitor = {COMMON};
const struct sma_visitor sma_json_visitor_tagged = {COMMON, .branch = branch,
                                                    .branch_end = map_end};
