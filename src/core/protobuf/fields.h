/* Changing fields of binary Protobuf messages (core/schema/fields.h). */
#ifndef SMA_CORE_PROTOBUF_FIELDS_H
#define SMA_CORE_PROTOBUF_FIELDS_H

#include "core/protobuf/dynamic.h"
#include "core/schema/fields.h"

/* Appends the message with the wanted fields rewritten; fields keep their order, those the schema does not
 * know stay as they are. The values of a map field are changed, its keys are not.
 *
 * name      full name of the message, of the codec's schema.
 * Returns   SMA_ENOTFOUND for an unknown message name; SMA_EINVAL for bytes that are no such message;
 *           SMA_ELIMIT; SMA_ENOMEM; what the rewriter said.
 * Threads   safe as far as the rewriter is. */
enum sma_status sma_proto_rewrite_fields(struct sma_buf *out, const struct sma_proto_codec *codec,
                                         struct sma_str name, struct sma_str bytes,
                                         const struct sma_field_rewriter *rewriter,
                                         struct sma_error *err) SMA_MUST_CHECK;

#endif
