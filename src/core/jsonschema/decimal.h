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
