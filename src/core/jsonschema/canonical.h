/* The canonical text of JSON Schema documents and values: compact, numbers as exact decimals in the
 * spelling of Java's BigDecimal. Source: compat-json section 4. */
#ifndef SMA_CORE_JSONSCHEMA_CANONICAL_H
#define SMA_CORE_JSONSCHEMA_CANONICAL_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "core/json/json.h"

enum sma_js_order {
    SMA_JS_ORDER_AS_WRITTEN,
    SMA_JS_ORDER_BY_NAME /* members of every object, by UTF-16 code units: the normalized form */
};

/* Appends the text of a value. Two values are equal for the comparison of enum, const and default
 * exactly when their texts by name are the same bytes (1, 1.0 and 1.00 are three values).
 *
 * Returns   SMA_EINVAL for a number whose exponent Java cannot hold (beyond ±2147483647);
 *           SMA_ENOMEM, also when `out` reaches its maximum. */
enum sma_status sma_js_put_canonical(struct sma_buf *out, const struct sma_json *value,
                                     enum sma_js_order order, struct sma_error *err) SMA_MUST_CHECK;

#endif
