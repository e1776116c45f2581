/* Joining pieces of text that may hold any byte, which printf formats cannot. */
#ifndef SMA_REGISTRY_TEXT_H
#define SMA_REGISTRY_TEXT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

/* The parts one after the other, in `arena`. ptr NULL when out of memory. */
struct sma_str sma_text_join(struct sma_arena *arena, const struct sma_str *parts, size_t count);
#define SMA_JOIN(arena, ...)                                                                       \
    sma_text_join((arena), (const struct sma_str[]){__VA_ARGS__},                                  \
                  sizeof((const struct sma_str[]){__VA_ARGS__}) / sizeof(struct sma_str))

/* Copies the buffer's bytes into the arena and releases the buffer. ptr NULL when either ran out of
 * memory. */
struct sma_str sma_text_keep(struct sma_arena *arena, struct sma_buf *buf);

#endif
