/* Reading typed members out of a request's JSON the way the original's mapper does: scalars are
 * coerced into one another where that loses nothing a client could mean ("1" is a number, 1 is a
 * text), null and absent are told apart by the caller, anything else is a 400.
 *
 * All functions take the member's name for the message. Values are views into the JSON tree. */
#ifndef SMA_REGISTRY_VALUE_H
#define SMA_REGISTRY_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/json/json.h"

/* Text of a string, number or boolean. `value` NULL or null gives ptr NULL. 400 for containers. */
enum sma_status sma_value_text(struct sma_str *out, const struct sma_json *value, const char *name,
                               struct sma_error *err) SMA_MUST_CHECK;
/* An integer, a fraction (cut towards zero) or decimal text. `value` NULL, null or blank text
 * leaves *out alone, which then holds the default. 400 otherwise and out of range. */
enum sma_status sma_value_i32(int32_t *out, const struct sma_json *value, const char *name,
                              struct sma_error *err) SMA_MUST_CHECK;
/* true, false, their names as text ("true", "True", "TRUE"), integers (0 is false). NULL, null and
 * blank text leave *out alone. 400 otherwise. */
enum sma_status sma_value_bool(bool *out, const struct sma_json *value, const char *name,
                               struct sma_error *err) SMA_MUST_CHECK;
/* 400 unless `value` is NULL, null or of the given container type; *out is NULL for the first two.
 */
enum sma_status sma_value_container(const struct sma_json **out, const struct sma_json *value,
                                    enum sma_json_type type, const char *name,
                                    struct sma_error *err) SMA_MUST_CHECK;

#endif
