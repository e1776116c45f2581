/* Bump allocator. A parsed schema, a request or a result lives in one arena: no frees inside, one
 * at the end. Not safe for concurrent allocation; reading what was allocated is. */
#ifndef SMA_BASE_ARENA_H
#define SMA_BASE_ARENA_H

#include <stddef.h>

#include "base/error.h"
#include "base/str.h"

struct sma_arena_chunk;

struct sma_arena {
    struct sma_arena_chunk *chunks; /* newest first */
    char *next;
    char *end;
    size_t bytes;     /* taken from the system so far */
    size_t max_bytes; /* 0 = no limit */
};

/* max_bytes bounds what the arena takes from the system; 0 for no limit. Allocates nothing yet. */
void sma_arena_init(struct sma_arena *arena, size_t max_bytes);
void sma_arena_fini(struct sma_arena *arena);
/* Forgets everything but keeps the newest chunk for reuse. */
void sma_arena_reset(struct sma_arena *arena);

/* Uninitialized memory aligned for any type. NULL when out of memory or over the limit. */
void *sma_arena_alloc(struct sma_arena *arena, size_t size);
/* Zeroed, overflow-checked array. NULL as above. */
void *sma_arena_calloc(struct sma_arena *arena, size_t count, size_t size);
/* Copies with a trailing NUL that is not counted in the length. On failure ptr is NULL and len 0
 * (so does an empty input give a non-NULL pointer). */
struct sma_str sma_arena_copy(struct sma_arena *arena, struct sma_str s);
/* printf into the arena; ptr NULL on failure. */
struct sma_str sma_arena_printf(struct sma_arena *arena, const char *fmt, ...) SMA_PRINTF(2, 3);

/* Grows an array that lives in an arena: returns room for at least `need` elements of `size` bytes,
 * copying the first `count`; `*capacity` is updated. The old memory stays until the arena goes.
 * NULL on failure. */
void *sma_arena_grow(struct sma_arena *arena, void *old, size_t count, size_t *capacity,
                     size_t need, size_t size);

#endif
