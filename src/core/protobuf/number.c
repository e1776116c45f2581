#include "core/protobuf/number.h"

#define PLAIN_MAX 1200 /* digits; the smallest double has about 1100 */

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
}

static bool all_octal(struct sma_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < '0' || s.ptr[i] > '7')
            return false;
    return s.len > 0;
}

bool sma_proto_parse_integer(struct sma_str text, bool *is_negative, uint64_t *magnitude)
{
    unsigned radix = 10;
    uint64_t value = 0;
    *is_negative = text.len && text.ptr[0] == '-';
    if (*is_negative)
        text = sma_str_from(text, 1);
    if (text.len > 2 && text.ptr[0] == '0' && (text.ptr[1] | 32) == 'x') {
        radix = 16;
        text = sma_str_from(text, 2);
    } else if (text.len > 1 && text.ptr[0] == '0' && all_octal(text)) {
        radix = 8;
    }
    if (text.len == 0)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        unsigned digit = (unsigned)digit_of(text.ptr[i]);
        if (digit >= radix || __builtin_mul_overflow(value, radix, &value) ||
            __builtin_add_overflow(value, digit, &value))
            return false;
    }
    *magnitude = value;
    return true;
}

/* A decimal number taken apart: 0.DIGITS times ten to the power of point. */
struct decimal {
    char digits[PLAIN_MAX];
    size_t count;
    long point;
};

/* The power of ten behind an 'e'. */
static bool read_exponent(struct sma_str text, long *out)
{
    bool is_negative = text.len && text.ptr[0] == '-';
    long value = 0;
    if (text.len && (text.ptr[0] == '-' || text.ptr[0] == '+'))
        text = sma_str_from(text, 1);
    if (text.len == 0)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
        if (value < 100000)
            value = value * 10 + (text.ptr[i] - '0');
    }
    *out = is_negative ? -value : value;
    return true;
}

static bool read_decimal(struct sma_str text, struct decimal *out)
{
    bool has_point = false, has_digit = false;
    long exponent = 0;
    size_t i = 0;
    out->count = 0;
    out->point = 0;
    for (; i < text.len && (text.ptr[i] | 32) != 'e'; i++) {
        char c = text.ptr[i];
        if (c == '.' && !has_point) {
            has_point = true;
            continue;
        }
        if (c < '0' || c > '9' || out->count >= PLAIN_MAX)
            return false;
        has_digit = true;
        if (out->count || c != '0') /* leading zeros carry nothing */
            out->digits[out->count++] = c;
        if (has_point && !out->count)
            out->point--;
        else if (!has_point && out->count)
            out->point++;
    }
    if (!has_digit || (i < text.len && !read_exponent(sma_str_from(text, i + 1), &exponent)))
        return false;
    out->point += exponent;
    while (out->count && out->digits[out->count - 1] == '0')
        out->count--;
    if (out->count == 0)
        out->point = 0;
    return true;
}

static struct sma_str put_decimal(struct sma_arena *arena, const struct decimal *d,
                                  bool is_negative)
{
    size_t before = d->point > 0 ? (size_t)d->point : 0;
    size_t zeros = d->point < 0 ? (size_t)-d->point : 0;
    char *out = sma_arena_alloc(arena, before + zeros + d->count + 4), *at = out;
    if (!out)
        return sma_str_make(NULL, 0);
    if (is_negative)
        *at++ = '-';
    if (before == 0)
        *at++ = '0';
    for (size_t i = 0; i < before; i++)
        *at++ = i < d->count ? d->digits[i] : '0';
    if (d->count > before)
        *at++ = '.';
    for (size_t i = 0; i < zeros && d->count; i++)
        *at++ = '0';
    for (size_t i = before; i < d->count; i++)
        *at++ = d->digits[i];
    return sma_str_make(out, (size_t)(at - out));
}

struct sma_str sma_proto_plain_number(struct sma_arena *arena, struct sma_str text)
{
    struct decimal decimal;
    bool is_negative;
    uint64_t magnitude;
    if (sma_proto_parse_integer(text, &is_negative, &magnitude))
        return sma_arena_printf(arena, "%s%llu", is_negative ? "-" : "",
                                (unsigned long long)magnitude);
    is_negative = text.len && text.ptr[0] == '-';
    if (!read_decimal(sma_str_from(text, is_negative), &decimal) || decimal.point > PLAIN_MAX ||
        decimal.point < -PLAIN_MAX)
        return text;
    return put_decimal(arena, &decimal, is_negative);
}
