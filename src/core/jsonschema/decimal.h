/* Exact decimal numbers on the text of a JSON number: order, equality, divisibility. Nothing is
 * ever rounded and nothing is converted to binary floating point. */
#ifndef SMA_CORE_JSONSCHEMA_DECIMAL_H
#define SMA_CORE_JSONSCHEMA_DECIMAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"
#include "core/schema/schema.h"

/* Exponents beyond this, in either direction, count as this: numbers that far from one exist only
 * to annoy, and their sums must not overflow. */
#define SMA_DECIMAL_EXPONENT_MAX ((int64_t)1000000000000000)
/* Digits whose coefficient fits `coefficient`. */
#define SMA_DECIMAL_SMALL_DIGITS 19u

/* sign × digits × 10^exponent. The digits are a view into the number's text, without zeros at
 * either end, in two runs because a point may lie between them. Zero has no digits. */
struct sma_decimal {
    struct sma_str head, tail;
    size_t count;         /* digits in both */
    int64_t exponent;     /* of the last digit */
    uint64_t coefficient; /* the digits as a number when count <= SMA_DECIMAL_SMALL_DIGITS */
    bool is_negative;     /* never for zero */
};

/* Reads the text of a JSON number, which must outlive *out. False when it is not one (NaN). */
bool sma_decimal_parse(struct sma_decimal *out, struct sma_str text);

/* The common case: value = mantissa / 10^scale with at most 18 digits, written without an exponent.
 * is_short is false for all others; then the rest means nothing. */
struct sma_short_decimal {
    int64_t mantissa;
    uint32_t scale;
    bool is_short;
};

#define SMA_SHORT_DIGITS 18u

/* Powers of ten up to 10^18. */
extern const int64_t sma_powers_of_ten[SMA_SHORT_DIGITS + 1];

/* Reads plain digits with an optional sign and point. The text is that of a JSON number. */
static inline struct sma_short_decimal sma_short_decimal_read(struct sma_str text)
{
    struct sma_short_decimal out = {0, 0, false};
    const char *at = text.ptr, *end = text.ptr + text.len;
    const char *point = NULL;
    uint64_t value = 0;
    if (text.len > SMA_SHORT_DIGITS)
        return out;
    bool negative = at < end && *at == '-';
    for (at += negative; at < end; at++) {
        unsigned digit = (unsigned char)*at - (unsigned)'0';
        if (digit < 10)
            value = value * 10 + digit;
        else if (*at == '.' && !point)
            point = at + 1;
        else
            return out;
    }
    out.mantissa = negative ? -(int64_t)value : (int64_t)value;
    out.scale = point ? (uint32_t)(end - point) : 0;
    out.is_short = true;
    return out;
}

/* Both short: below, equal, above. */
static inline int sma_short_decimal_compare(struct sma_short_decimal a, struct sma_short_decimal b)
{
    if (a.scale == b.scale)
        return (a.mantissa > b.mantissa) - (a.mantissa < b.mantissa);
    __int128 x = a.mantissa, y = b.mantissa;
    if (a.scale < b.scale)
        x *= sma_powers_of_ten[b.scale - a.scale];
    else
        y *= sma_powers_of_ten[a.scale - b.scale];
    return (x > y) - (x < y);
}

/* Both short, the divisor not zero: is `a` a multiple? False in *known when 64 bits do not suffice. */
bool sma_short_decimal_is_multiple(struct sma_short_decimal a, struct sma_short_decimal divisor,
                                   bool *known);
/* The short form of any decimal that has one (1e2 becomes 100). */
struct sma_short_decimal sma_decimal_shorten(const struct sma_decimal *d);

/* Below, equal, above: -1, 0, 1. Linear in the digits. */
int sma_decimal_compare(const struct sma_decimal *a, const struct sma_decimal *b);

/* Has no fractional part. */
bool sma_decimal_is_integer(const struct sma_decimal *d);

/* Equal numbers (1, 1.0, 10e-1) give equal hashes. */
uint64_t sma_decimal_hash(const struct sma_decimal *d);

/* Is `d` an integer multiple of `divisor`?
 *
 * divisor   not zero.
 * out       on success.
 * work      one unit per 8 steps on 9-digit limbs; long divisors cost digits × digits.
 * Returns   SMA_ELIMIT when `work` runs out, before any memory is taken; SMA_ENOMEM. */
enum sma_status sma_decimal_is_multiple(const struct sma_decimal *d,
                                        const struct sma_decimal *divisor, struct sma_work *work,
                                        bool *out, struct sma_error *err) SMA_MUST_CHECK;

#endif
