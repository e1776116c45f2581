#include "base/num.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool sma_parse_u64(struct sma_str text, uint64_t *out)
{
    uint64_t value = 0;
    if (!text.len)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
        if (__builtin_mul_overflow(value, 10u, &value) ||
            __builtin_add_overflow(value, (uint64_t)(text.ptr[i] - '0'), &value))
            return false;
    }
    *out = value;
    return true;
}

bool sma_parse_i64(struct sma_str text, int64_t *out)
{
    bool negative = text.len && text.ptr[0] == '-';
    uint64_t value;
    if (!sma_parse_u64(sma_str_from(text, negative), &value))
        return false;
    if (value > (uint64_t)INT64_MAX + negative)
        return false;
    *out = negative ? (int64_t)(0 - value) : (int64_t)value;
    return true;
}

bool sma_parse_i32(struct sma_str text, int32_t *out)
{
    int64_t value;
    if (!sma_parse_i64(text, &value) || value < INT32_MIN || value > INT32_MAX)
        return false;
    *out = (int32_t)value;
    return true;
}

/* -?digits(.digits)?([eE][+-]?digits)? and nothing else: strtod would also take hex, "inf", blanks.
 */
static bool looks_decimal(struct sma_str s)
{
    size_t i = s.len && (s.ptr[0] == '-' || s.ptr[0] == '+'), digits = 0;
    for (; i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9'; i++)
        digits++;
    if (i < s.len && s.ptr[i] == '.')
        for (i++; i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9'; i++)
            digits++;
    if (!digits)
        return false;
    if (i < s.len && (s.ptr[i] == 'e' || s.ptr[i] == 'E')) {
        i++;
        if (i < s.len && (s.ptr[i] == '-' || s.ptr[i] == '+'))
            i++;
        size_t from = i;
        while (i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9')
            i++;
        if (i == from)
            return false;
    }
    return i == s.len;
}

/* The host program may have set a locale whose decimal point is not '.': hand strtod its own. */
static void localize_point(char *z)
{
    char one_half[16];
    char *point = strchr(z, '.');
    if (!point)
        return;
    snprintf(one_half, sizeof one_half, "%.1f", 0.5);
    if (one_half[1] != '.' && one_half[2] == '5')
        *point = one_half[1];
}

bool sma_parse_double(struct sma_str text, double *out)
{
    char stack[128];
    if (!looks_decimal(text))
        return false;
    char *z = text.len < sizeof stack ? stack : malloc(text.len + 1);
    if (!z)
        return false;
    memcpy(z, text.ptr, text.len);
    z[text.len] = '\0';
    localize_point(z);
    *out = strtod(z, NULL);
    if (z != stack)
        free(z);
    return true;
}

/* Decimal digits and exponent of a positive finite number: d[0].d[1]d[2]… × 10^exponent, as few
 * digits as read back to the same value. */
struct decimal {
    char digits[20];
    int count;
    int exponent;
};

static void split(const char *text, struct decimal *d)
{
    d->count = 0;
    const char *p = text;
    for (; *p && *p != 'e'; p++)
        if (*p >= '0' && *p <= '9' && d->count < (int)sizeof d->digits)
            d->digits[d->count++] = *p;
    d->exponent = *p == 'e' ? atoi(p + 1) : 0;
    while (d->count > 1 && d->digits[d->count - 1] == '0')
        d->count--;
}

static void shortest(double value, bool is_float, struct decimal *d)
{
    char text[40];
    /* Java writes at least two digits and takes the closest two-digit decimal where one would do:
     * 4.9E-324, not 5.0E-324. */
    for (int precision = 1; precision < 17; precision++) {
        snprintf(text, sizeof text, "%.*e", precision, value);
        bool same = is_float ? strtof(text, NULL) == (float)value : strtod(text, NULL) == value;
        if (same)
            break;
    }
    split(text, d);
}

static void put_digits(struct sma_buf *buf, const struct decimal *d, int from, int to)
{
    for (int i = from; i < to; i++)
        sma_buf_putc(buf, i < d->count ? d->digits[i] : '0');
}

static void put_plain(struct sma_buf *buf, const struct decimal *d)
{
    if (d->exponent < 0) {
        sma_buf_putz(buf, "0.");
        for (int i = -1; i > d->exponent; i--)
            sma_buf_putc(buf, '0');
        put_digits(buf, d, 0, d->count);
        return;
    }
    put_digits(buf, d, 0, d->exponent + 1);
    sma_buf_putc(buf, '.');
    put_digits(buf, d, d->exponent + 1, d->count > d->exponent + 1 ? d->count : d->exponent + 2);
}

static void put_java(struct sma_buf *buf, double value, bool is_float)
{
    struct decimal d;
    if (isnan(value)) {
        sma_buf_putz(buf, "NaN");
        return;
    }
    if (signbit(value))
        sma_buf_putc(buf, '-');
    value = fabs(value);
    if (isinf(value)) {
        sma_buf_putz(buf, "Infinity");
        return;
    }
    if (value == 0) {
        sma_buf_putz(buf, "0.0");
        return;
    }
    shortest(value, is_float, &d);
    if (value >= 1e-3 && value < 1e7) {
        put_plain(buf, &d);
        return;
    }
    put_digits(buf, &d, 0, 1);
    sma_buf_putc(buf, '.');
    put_digits(buf, &d, 1, d.count > 1 ? d.count : 2);
    sma_buf_putc(buf, 'E');
    sma_buf_put_i64(buf, d.exponent);
}

void sma_put_java_double(struct sma_buf *buf, double value)
{
    put_java(buf, value, false);
}

void sma_put_java_float(struct sma_buf *buf, float value)
{
    put_java(buf, (double)value, true);
}
