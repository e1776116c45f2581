/* From source text to a finished schema. */
#ifndef SMA_CORE_AVRO_READ_H
#define SMA_CORE_AVRO_READ_H

#include "core/avro/model.h"

/* What sma_format.parse promises, for Avro: references first, then the text, then numbering, the
 * lax name rule and the canonical text. */
enum sma_status sma_avro_read(struct sma_schema **out, const struct sma_source *source,
                              const struct sma_parse_options *options,
                              struct sma_error *err) SMA_MUST_CHECK;

/* Gives every node reachable from the root its index and fills in `nodes`. */
enum sma_status sma_avro_number(struct sma_avro_schema *schema,
                                struct sma_error *err) SMA_MUST_CHECK;

/* Fills in the keys of every numbered record. */
enum sma_status sma_avro_make_keys(struct sma_avro_schema *schema,
                                   struct sma_error *err) SMA_MUST_CHECK;

#endif
