/* JSON values as Avro's reference implementation sees them once parsed: an integer literal is an
 * integer of any size, a literal with a point or an exponent is a binary64. */
#ifndef SMA_CORE_AVRO_VALUE_H
#define SMA_CORE_AVRO_VALUE_H

#include "base/buf.h"
#include "core/json/json.h"

/* The binary64 that a number stands for, NaN and infinities included. False for other values. */
bool sma_avro_json_double(const struct sma_json *v, double *out);
/* Whether an integer literal beyond 64 bits is anywhere in the value. */
bool sma_avro_json_has_big_integer(const struct sma_json *v);

/* Appends the value as the reference prints it: compact, in document order, binary64 in Java's
 * notation, NaN and infinities as strings (compat-avro section 5). */
void sma_avro_put_json(struct sma_buf *buf, const struct sma_json *v);
/* Levels of arrays and objects in the value, 0 for a scalar. */
uint32_t sma_avro_json_levels(const struct sma_json *v);

/* Equality as JSON trees: members in any order, integers and binary64 never equal, NaN equal to
 * itself, 0.0 not to -0.0. */
bool sma_avro_json_equal(const struct sma_json *a, const struct sma_json *b);

/* Java's Double.parseDouble: blanks around, "NaN", "Infinity", signs, hexadecimal floats, a
 * trailing f, F, d or D. False when it would refuse the text. */
bool sma_avro_parse_java_double(struct sma_str text, double *out);
/* The text without what String.trim() takes off: characters up to U+0020. */
struct sma_str sma_avro_java_trim(struct sma_str text);

#endif
