/* The differences between two schemas. */
#ifndef SMA_CORE_PROTOBUF_DIFF_H
#define SMA_CORE_PROTOBUF_DIFF_H

#include "core/protobuf/rules.h"
#include "core/protobuf/schema.h"

/* Appends every difference from `original` (old, or the writer) to `update` (new, or the reader),
 * in the order: package, messages in the order of the original, enums. Spans of the reader lie in
 * `update`, spans of the writer in `original`.
 *
 * Returns   SMA_OK for compatible and incompatible alike; SMA_ELIMIT when `work` ran out or
 * imported messages nest too deep; SMA_ENOMEM. Threads: safe. Source    compat-protobuf section 10.
 */
enum sma_status sma_proto_diff(struct sma_findings *findings,
                               const struct sma_proto_schema *original,
                               const struct sma_proto_schema *update, struct sma_work *work,
                               struct sma_error *err) SMA_MUST_CHECK;

/* Imported messages within imported messages that one comparison follows. */
#define SMA_PROTO_DIFF_DEPTH_MAX 1000

#endif
