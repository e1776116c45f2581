/* Equality of schemas (compat-avro section 9). */
#ifndef SMA_CORE_AVRO_EQUAL_H
#define SMA_CORE_AVRO_EQUAL_H

#include "core/avro/model.h"

/* Whether a second definition of a name says the same as the first: kinds, names, fields with
 * types, defaults, order, symbols, sizes and properties; not docs, aliases or an enum's default.
 * For nodes of a schema that is being parsed: a name still unresolved equals nothing. */
bool sma_avro_same_definition(const struct sma_avro_node *a, const struct sma_avro_node *b);

/* The equality of lookup: the same, and docs, aliases (as sets) and enum defaults too, everywhere.
 * Threads: safe. When the schemas are too large to compare within the limits they are not equal. */
bool sma_avro_equal(const struct sma_schema *a, const struct sma_schema *b);

#endif
