/* Numbers as .proto texts write them. */
#ifndef SMA_CORE_PROTOBUF_NUMBER_H
#define SMA_CORE_PROTOBUF_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

/* Rewrites a number (decimal, 0x hex, 0 octal, fraction, exponent, optional '-') as plain decimal
 * digits with neither exponent nor needless zeros: 1e10 → 10000000000, -1.5E-3 → -0.0015, 017 → 15,
 * 1. → 1. The value stays exact (the original keeps three fraction digits). Text that is no number
 * or would become very long is given back as it is. ptr NULL when out of memory. */
struct sma_str sma_proto_plain_number(struct sma_arena *arena, struct sma_str text);

/* An integer literal, optionally with '-': magnitude and sign. False when it is none or exceeds 64
 * bits. */
bool sma_proto_parse_integer(struct sma_str text, bool *is_negative, uint64_t *magnitude);

#endif
