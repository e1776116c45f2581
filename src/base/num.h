/* Checked numbers, and text to number without locale. */
#ifndef SMA_BASE_NUM_H
#define SMA_BASE_NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

/* False on overflow; *out is written only on success. */
static inline bool sma_add_size(size_t *out, size_t a, size_t b)
{
    size_t r;
    if (__builtin_add_overflow(a, b, &r))
        return false;
    *out = r;
    return true;
}

static inline bool sma_mul_size(size_t *out, size_t a, size_t b)
{
    size_t r;
    if (__builtin_mul_overflow(a, b, &r))
        return false;
    *out = r;
    return true;
}

/* Decimal text, optional '-' (and '+' when allow_plus), nothing else around it. False when not a
 * number of that form or out of range. */
bool sma_parse_i64(struct sma_str text, int64_t *out);
bool sma_parse_i32(struct sma_str text, int32_t *out);
bool sma_parse_u64(struct sma_str text, uint64_t *out);

/* Decimal floating-point text as in JSON (also "inf"-producing exponents: 1e400 gives infinity,
 * 1e-400 zero). Correctly rounded, independent of the locale. False when not such a text. */
bool sma_parse_double(struct sma_str text, double *out);

/* Java's Double.toString: shortest digits that round-trip, plain form for 1e-3 <= |x| < 1e7, else
 * d.dddE±n; "NaN", "Infinity", "-Infinity". Float.toString for the second. */
void sma_put_java_double(struct sma_buf *buf, double value);
void sma_put_java_float(struct sma_buf *buf, float value);

#endif
