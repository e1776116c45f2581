/* Text to syntax tree. */
#ifndef SMA_CORE_PROTOBUF_PARSE_H
#define SMA_CORE_PROTOBUF_PARSE_H

#include "base/arena.h"
#include "base/error.h"
#include "core/protobuf/ast.h"

/* Limits of the house. The original has none and dies of a stack overflow instead. */
#define SMA_PROTO_DEPTH_MAX 64 /* messages in messages; values in values */

/* Parses `text`, which must live as long as the tree. Accepts what compat-protobuf section 2
 * describes, and editions 2023 and 2024 on top of it: there the original has no grammar at all.
 *
 * out       written on success; lives in `arena`.
 * Returns   SMA_EINVAL "Syntax error in :LINE:COLUMN: …" in the original's words; SMA_ELIMIT;
 *           SMA_ENOMEM.
 * Threads   safe: no state. */
enum sma_status sma_proto_parse(const struct sma_proto_file **out, struct sma_arena *arena,
                                struct sma_str text, struct sma_error *err) SMA_MUST_CHECK;

#endif
