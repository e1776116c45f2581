#include "core/jsonschema/canonical.h"

#include <stdlib.h>

#include "base/num.h"

/* ---- numbers ------------------------------------------------------------------------------- */

/* A decimal as Java holds it: digits without leading zeros (at least one) times 10^-scale. The
 * digits are a view into the number's text in two runs, for a point may lie between them. */
struct decimal {
    bool is_negative; /* never for zero: Java has no -0.0 here */
    struct sma_str head, tail;
    int64_t scale;
};

static struct sma_str digits_from(struct sma_str text, size_t from)
{
    size_t end = from;
    while (end < text.len && text.ptr[end] >= '0' && text.ptr[end] <= '9')
        end++;
    return sma_str_make(text.ptr + from, end - from);
}

static struct sma_str without_zeros(struct sma_str digits)
{
    while (digits.len && digits.ptr[0] == '0')
        digits = sma_str_from(digits, 1);
    return digits;
}

/* [+-]digits into *out; false beyond what a Java scale may be. */
static bool read_exponent(struct sma_str text, int64_t *out)
{
    bool is_negative = text.len && text.ptr[0] == '-';
    if (is_negative || (text.len && text.ptr[0] == '+'))
        text = sma_str_from(text, 1);
    text = without_zeros(text);
    *out = 0;
    if (text.len > 10)
        return false;
    for (size_t i = 0; i < text.len; i++)
        *out = *out * 10 + (text.ptr[i] - '0');
    *out = is_negative ? -*out : *out;
    return true;
}

/* number = [ "-" ] int [ "." frac ] [ exp ], already checked by the reader. */
static bool read_decimal(struct decimal *d, struct sma_str text)
{
    size_t at = text.len && text.ptr[0] == '-';
    int64_t exponent = 0;
    *d = (struct decimal){.is_negative = at > 0};
    d->head = digits_from(text, at);
    at += d->head.len;
    if (at < text.len && text.ptr[at] == '.') {
        d->tail = digits_from(text, at + 1);
        at += 1 + d->tail.len;
    }
    if (at < text.len && !read_exponent(sma_str_from(text, at + 1), &exponent))
        return false;
    d->scale = (int64_t)d->tail.len - exponent;
    d->head = without_zeros(d->head);
    if (!d->head.len)
        d->tail = without_zeros(d->tail);
    if (!d->head.len && !d->tail.len) {
        d->head = SMA_STR("0");
        d->is_negative = false;
    }
    int64_t adjusted = (int64_t)(d->head.len + d->tail.len) - 1 - d->scale;
    return d->scale >= INT32_MIN && d->scale <= INT32_MAX && adjusted >= INT32_MIN &&
           adjusted <= INT32_MAX;
}

/* `count` digits from index `from`. */
static void put_digits(struct sma_buf *out, const struct decimal *d, size_t from, size_t count)
{
    struct sma_str head = sma_str_head(sma_str_from(d->head, from), count);
    sma_buf_puts(out, head);
    size_t skip = from > d->head.len ? from - d->head.len : 0;
    sma_buf_puts(out, sma_str_head(sma_str_from(d->tail, skip), count - head.len));
}

/* Plain form: scale >= 0 and at most six zeros to put in front. */
static void put_plain(struct sma_buf *out, const struct decimal *d)
{
    size_t count = d->head.len + d->tail.len, scale = (size_t)d->scale;
    if (scale == 0) {
        put_digits(out, d, 0, count);
    } else if (count > scale) {
        put_digits(out, d, 0, count - scale);
        sma_buf_putc(out, '.');
        put_digits(out, d, count - scale, scale);
    } else {
        sma_buf_putz(out, "0.");
        for (size_t i = count; i < scale; i++)
            sma_buf_putc(out, '0');
        put_digits(out, d, 0, count);
    }
}

static void put_scientific(struct sma_buf *out, const struct decimal *d, int64_t adjusted)
{
    size_t count = d->head.len + d->tail.len;
    put_digits(out, d, 0, 1);
    if (count > 1) {
        sma_buf_putc(out, '.');
        put_digits(out, d, 1, count - 1);
    }
    if (adjusted) {
        sma_buf_putc(out, 'E');
        if (adjusted > 0)
            sma_buf_putc(out, '+');
        sma_buf_put_i64(out, adjusted);
    }
}

static enum sma_status put_number(struct sma_buf *out, const struct sma_json *v,
                                  struct sma_error *err)
{
    struct decimal d;
    if (!read_decimal(&d, v->text))
        return sma_fail_at(err, SMA_EINVAL, v->start, "number %.*s: the exponent is out of range",
                           SMA_STR_ARG(sma_str_head(v->text, 40)));
    int64_t adjusted = (int64_t)(d.head.len + d.tail.len) - 1 - d.scale;
    if (d.is_negative)
        sma_buf_putc(out, '-');
    if (d.scale >= 0 && adjusted >= -6)
        put_plain(out, &d);
    else
        put_scientific(out, &d, adjusted);
    return SMA_OK;
}

/* ---- values -------------------------------------------------------------------------------- */

static enum sma_status put_value(struct sma_buf *out, const struct sma_json *v,
                                 enum sma_js_order order, struct sma_error *err);

static enum sma_status put_array(struct sma_buf *out, const struct sma_json *v,
                                 enum sma_js_order order, struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    sma_buf_putc(out, '[');
    for (uint32_t i = 0; !st && i < v->count; i++) {
        if (i)
            sma_buf_putc(out, ',');
        st = put_value(out, &v->items[i], order, err);
    }
    sma_buf_putc(out, ']');
    return st;
}

static int by_name(const void *left, const void *right)
{
    const struct sma_json_member *const *a = left, *const *b = right;
    return sma_str_cmp_utf16((*a)->name, (*b)->name);
}

/* The members' addresses in the order asked for; NULL when out of memory (never for no members). */
static const struct sma_json_member **sorted_members(const struct sma_json *v,
                                                     enum sma_js_order order)
{
    const struct sma_json_member **sorted = calloc((size_t)v->count + 1, sizeof *sorted);
    if (!sorted)
        return NULL;
    for (uint32_t i = 0; i < v->count; i++)
        sorted[i] = &v->members[i];
    if (order == SMA_JS_ORDER_BY_NAME)
        qsort(sorted, v->count, sizeof *sorted, by_name);
    return sorted;
}

static enum sma_status put_object(struct sma_buf *out, const struct sma_json *v,
                                  enum sma_js_order order, struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    const struct sma_json_member **members = NULL;
    if (order != SMA_JS_ORDER_AS_WRITTEN && !(members = sorted_members(v, order)))
        return sma_fail_nomem(err);
    sma_buf_putc(out, '{');
    for (uint32_t i = 0; !st && i < v->count; i++) {
        const struct sma_json_member *member = members ? members[i] : &v->members[i];
        if (i)
            sma_buf_putc(out, ',');
        sma_json_put_string(out, member->name);
        sma_buf_putc(out, ':');
        st = put_value(out, &member->value, order, err);
    }
    sma_buf_putc(out, '}');
    free(members);
    return st;
}

static enum sma_status put_value(struct sma_buf *out, const struct sma_json *v,
                                 enum sma_js_order order, struct sma_error *err)
{
    switch (v->type) {
    case SMA_JSON_NUMBER:
        return put_number(out, v, err);
    case SMA_JSON_ARRAY:
        return put_array(out, v, order, err);
    case SMA_JSON_OBJECT:
        return put_object(out, v, order, err);
    default:
        sma_json_put(out, v);
        return SMA_OK;
    }
}

enum sma_status sma_js_put_canonical(struct sma_buf *out, const struct sma_json *value,
                                     enum sma_js_order order, struct sma_error *err)
{
    enum sma_status st = put_value(out, value, order, err);
    if (!st && sma_buf_failed(out))
        st = sma_fail_nomem(err);
    return st;
}
