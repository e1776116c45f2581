#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"

#define ALIGN 16u
#define CHUNK_MIN 4096u
#define CHUNK_MAX (256u * 1024u)

struct sma_arena_chunk {
    struct sma_arena_chunk *older;
    size_t size; /* of the whole block, header included */
    _Alignas(ALIGN) char data[];
};

void sma_arena_init(struct sma_arena *arena, size_t max_bytes)
{
    *arena = (struct sma_arena){.max_bytes = max_bytes};
}

void sma_arena_fini(struct sma_arena *arena)
{
    for (struct sma_arena_chunk *chunk = arena->chunks; chunk;) {
        struct sma_arena_chunk *older = chunk->older;
        free(chunk);
        chunk = older;
    }
    *arena = (struct sma_arena){.max_bytes = arena->max_bytes};
}

void sma_arena_reset(struct sma_arena *arena)
{
    struct sma_arena_chunk *keep = arena->chunks;
    if (!keep)
        return;
    for (struct sma_arena_chunk *chunk = keep->older; chunk;) {
        struct sma_arena_chunk *older = chunk->older;
        free(chunk);
        chunk = older;
    }
    keep->older = NULL;
    arena->bytes = keep->size;
    arena->next = keep->data;
    arena->end = (char *)keep + keep->size;
}

/* A new chunk with at least `size` free bytes; chunks double so that large parses take few. */
static bool add_chunk(struct sma_arena *arena, size_t size)
{
    size_t want = arena->chunks ? arena->chunks->size * 2 : CHUNK_MIN;
    size_t need;
    if (want > CHUNK_MAX)
        want = CHUNK_MAX;
    if (!sma_add_size(&need, size, sizeof(struct sma_arena_chunk) + ALIGN))
        return false;
    if (want < need)
        want = need;
    if (arena->max_bytes &&
        (arena->bytes > arena->max_bytes || want > arena->max_bytes - arena->bytes)) {
        want = need;
        if (arena->bytes > arena->max_bytes || want > arena->max_bytes - arena->bytes)
            return false;
    }
    struct sma_arena_chunk *chunk = malloc(want);
    if (!chunk)
        return false;
    chunk->older = arena->chunks;
    chunk->size = want;
    arena->chunks = chunk;
    arena->bytes += want;
    arena->next = chunk->data;
    arena->end = (char *)chunk + want;
    return true;
}

void *sma_arena_alloc(struct sma_arena *arena, size_t size)
{
    size_t rounded;
    if (!sma_add_size(&rounded, size ? size : 1, ALIGN - 1))
        return NULL;
    rounded &= ~(size_t)(ALIGN - 1);
    if ((size_t)(arena->end - arena->next) < rounded && !add_chunk(arena, rounded))
        return NULL;
    void *at = arena->next;
    arena->next += rounded;
    return at;
}

void *sma_arena_calloc(struct sma_arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (!sma_mul_size(&bytes, count, size))
        return NULL;
    void *at = sma_arena_alloc(arena, bytes);
    return at ? memset(at, 0, bytes) : NULL;
}

struct sma_str sma_arena_copy(struct sma_arena *arena, struct sma_str s)
{
    char *at = s.len < SIZE_MAX ? sma_arena_alloc(arena, s.len + 1) : NULL;
    if (!at)
        return sma_str_make(NULL, 0);
    if (s.len)
        memcpy(at, s.ptr, s.len);
    at[s.len] = '\0';
    return sma_str_make(at, s.len);
}

struct sma_str sma_arena_printf(struct sma_arena *arena, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *at = n >= 0 ? sma_arena_alloc(arena, (size_t)n + 1) : NULL;
    if (at)
        vsnprintf(at, (size_t)n + 1, fmt, again);
    va_end(again);
    return at ? sma_str_make(at, (size_t)n) : sma_str_make(NULL, 0);
}

void *sma_arena_grow(struct sma_arena *arena, void *old, size_t count, size_t *capacity,
                     size_t need, size_t size)
{
    if (old && need <= *capacity)
        return old;
    size_t room = *capacity ? *capacity : 4, bytes;
    while (room < need)
        if (!sma_mul_size(&room, room, 2))
            return NULL;
    if (!sma_mul_size(&bytes, room, size))
        return NULL;
    void *at = sma_arena_alloc(arena, bytes);
    if (!at)
        return NULL;
    if (count)
        memcpy(at, old, count * size);
    *capacity = room;
    return at;
}
