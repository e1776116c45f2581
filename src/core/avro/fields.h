/* Changing fields of binary Avro (core/schema/fields.h). */
#ifndef SMA_CORE_AVRO_FIELDS_H
#define SMA_CORE_AVRO_FIELDS_H

#include "core/schema/fields.h"
#include "core/schema/schema.h"

/* Appends `data` (one value of `schema`, all of it) with the wanted fields rewritten. Blocks of arrays and
 * maps are written without their byte size.
 *
 * Returns   SMA_EINVAL for data that are no such value; SMA_ELIMIT; SMA_ENOMEM; what the rewriter said.
 * Threads   safe as far as the rewriter is. */
enum sma_status sma_avro_rewrite_fields(struct sma_buf *out, const struct sma_schema *schema,
                                        struct sma_str message, struct sma_str data,
                                        const struct sma_field_rewriter *rewriter,
                                        struct sma_error *err) SMA_MUST_CHECK;

#endif
