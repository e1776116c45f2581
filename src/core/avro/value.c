#include "core/avro/value.h"

#include <math.h>

#include "base/num.h"

bool sma_avro_json_double(const struct sma_json *v, double *out)
{
    if (v->type != SMA_JSON_NUMBER)
        return false;
    if (sma_parse_double(v->text, out))
        return true;
    *out = sma_str_eqz(v->text, "NaN")         ? NAN
           : sma_str_eqz(v->text, "-Infinity") ? -INFINITY
                                               : INFINITY;
    return true;
}

/* JSON knows one integer with two spellings. */
static struct sma_str integer_text(const struct sma_json *v)
{
    return sma_str_eqz(v->text, "-0") ? SMA_STR("0") : v->text;
}

static bool is_big_integer(const struct sma_json *v)
{
    int64_t value;
    return v->type == SMA_JSON_NUMBER && v->is_integer && !sma_json_i64(v, &value);
}

bool sma_avro_json_has_big_integer(const struct sma_json *v)
{
    if (v->type == SMA_JSON_ARRAY)
        for (uint32_t i = 0; i < v->count; i++)
            if (sma_avro_json_has_big_integer(&v->items[i]))
                return true;
    if (v->type == SMA_JSON_OBJECT)
        for (uint32_t i = 0; i < v->count; i++)
            if (sma_avro_json_has_big_integer(&v->members[i].value))
                return true;
    return is_big_integer(v);
}

static void put_number(struct sma_buf *buf, const struct sma_json *v)
{
    double value;
    if (v->is_integer) {
        sma_buf_puts(buf, integer_text(v));
        return;
    }
    sma_avro_json_double(v, &value);
    if (!isfinite(value))
        sma_buf_putc(buf, '"');
    sma_put_java_double(buf, value);
    if (!isfinite(value))
        sma_buf_putc(buf, '"');
}

void sma_avro_put_json(struct sma_buf *buf, const struct sma_json *v)
{
    sma_json_put_with(buf, v, put_number);
}

uint32_t sma_avro_json_levels(const struct sma_json *v)
{
    uint32_t deepest = 0;
    if (v->type != SMA_JSON_ARRAY && v->type != SMA_JSON_OBJECT)
        return 0;
    for (uint32_t i = 0; i < v->count; i++) {
        bool is_array = v->type == SMA_JSON_ARRAY;
        uint32_t levels = sma_avro_json_levels(is_array ? &v->items[i] : &v->members[i].value);
        deepest = levels > deepest ? levels : deepest;
    }
    return deepest + 1;
}

/* Java's Double.equals: bits, with one NaN. */
static bool doubles_equal(const struct sma_json *a, const struct sma_json *b)
{
    double x, y;
    sma_avro_json_double(a, &x);
    sma_avro_json_double(b, &y);
    if (isnan(x) || isnan(y))
        return isnan(x) && isnan(y);
    return x == y && !signbit(x) == !signbit(y);
}

static bool numbers_equal(const struct sma_json *a, const struct sma_json *b)
{
    if (a->is_integer != b->is_integer)
        return false;
    return a->is_integer ? sma_str_eq(integer_text(a), integer_text(b)) : doubles_equal(a, b);
}

static bool containers_equal(const struct sma_json *a, const struct sma_json *b)
{
    for (uint32_t i = 0; i < a->count; i++) {
        bool is_array = a->type == SMA_JSON_ARRAY;
        const struct sma_json *x = is_array ? &a->items[i] : &a->members[i].value;
        const struct sma_json *y = is_array ? &b->items[i] : sma_json_get(b, a->members[i].name);
        if (!y || !sma_avro_json_equal(x, y))
            return false;
    }
    return true;
}

bool sma_avro_json_equal(const struct sma_json *a, const struct sma_json *b)
{
    if (a->type != b->type || a->count != b->count)
        return false;
    switch (a->type) {
    case SMA_JSON_NULL:
        return true;
    case SMA_JSON_BOOL:
        return a->boolean == b->boolean;
    case SMA_JSON_NUMBER:
        return numbers_equal(a, b);
    case SMA_JSON_STRING:
        return sma_str_eq(a->text, b->text);
    default:
        return containers_equal(a, b);
    }
}
