/* Changing fields of JSON documents (core/schema/fields.h). */
#ifndef SMA_CORE_JSONSCHEMA_FIELDS_H
#define SMA_CORE_JSONSCHEMA_FIELDS_H

#include "core/schema/fields.h"
#include "core/schema/schema.h"

/* Appends `data` (one JSON value) with the wanted properties rewritten, compact, members in their order.
 *
 * Branches of anyOf and oneOf are told apart by type, required properties, `enum` and `const`; the first one
 * that fits counts for oneOf, each one for anyOf, and all for allOf. A wanted property that the document
 * does not have, or that is null, is left alone.
 *
 * Returns   SMA_EINVAL for text that is no JSON; SMA_EUNSUPPORTED for a schema whose references could not be
 *           resolved; SMA_ELIMIT; SMA_ENOMEM; what the rewriter said.
 * Threads   safe as far as the rewriter is. */
enum sma_status sma_jsonschema_rewrite_fields(struct sma_buf *out, const struct sma_schema *schema,
                                              struct sma_str data,
                                              const struct sma_field_rewriter *rewriter,
                                              struct sma_error *err) SMA_MUST_CHECK;

#endif
