#include "store/state/touched.h"

#include <stdlib.h>

void sma_touched_init(struct sma_touched *touched)
{
    *touched = (struct sma_touched){0};
    sma_arena_init(&touched->arena, 0);
}

void sma_touched_fini(struct sma_touched *touched)
{
    free(touched->keys);
    sma_arena_fini(&touched->arena);
}

void sma_touched_cut(struct sma_touched *touched, size_t count)
{
    touched->count = count;
    if (!count)
        sma_arena_reset(&touched->arena);
}

bool sma_touched_add(struct sma_touched *touched, struct sma_str key)
{
    if (touched->count == touched->capacity) {
        size_t capacity = touched->capacity ? 2 * touched->capacity : 64;
        struct sma_str *keys = realloc(touched->keys, capacity * sizeof *keys);
        if (!keys)
            return false;
        touched->keys = keys;
        touched->capacity = capacity;
    }
    struct sma_str copy = sma_arena_copy(&touched->arena, key);
    if (!copy.ptr)
        return false;
    touched->keys[touched->count++] = copy;
    return true;
}

static int by_bytes(const void *a, const void *b)
{
    return sma_str_cmp(*(const struct sma_str *)a, *(const struct sma_str *)b);
}

void sma_touched_unique(struct sma_touched *touched)
{
    size_t kept = 0;
    if (touched->count)
        qsort(touched->keys, touched->count, sizeof *touched->keys, by_bytes);
    for (size_t i = 0; i < touched->count; i++)
        if (!kept || !sma_str_eq(touched->keys[i], touched->keys[kept - 1]))
            touched->keys[kept++] = touched->keys[i];
    touched->count = kept;
}

struct sma_str sma_touched_key(struct sma_arena *arena, char kind, struct sma_str scope)
{
    char *text = sma_arena_alloc(arena, scope.len + 3);
    if (!text)
        return sma_str_make(NULL, 0);
    text[0] = kind;
    text[1] = ':';
    if (scope.len)
        memcpy(text + 2, scope.ptr, scope.len);
    text[scope.len + 2] = '\0';
    return sma_str_make(text, scope.len + 2);
}

struct sma_str sma_touched_id_key(struct sma_arena *arena, struct sma_str context, int32_t id)
{
    char number[16], *to = number + sizeof number;
    size_t len = 0;
    for (uint32_t left = (uint32_t)id; left || !len; left /= 10, len++)
        *--to = (char)('0' + left % 10);
    char *text = sma_arena_alloc(arena, context.len + len + 3);
    if (!text)
        return sma_str_make(NULL, 0);
    memcpy(text, "i:", 2);
    memcpy(text + 2, context.ptr, context.len);
    text[2 + context.len] = ':';
    memcpy(text + 3 + context.len, to, len);
    return sma_str_make(text, context.len + len + 3);
}

struct sma_str sma_touched_hash_key(struct sma_arena *arena, const uint8_t hash[SMA_HASH_LEN])
{
    static const char hex[] = "0123456789abcdef";
    char *text = sma_arena_alloc(arena, 2 + 2 * SMA_HASH_LEN);
    if (!text)
        return sma_str_make(NULL, 0);
    memcpy(text, "h:", 2);
    for (size_t i = 0; i < SMA_HASH_LEN; i++) {
        text[2 + 2 * i] = hex[hash[i] >> 4];
        text[3 + 2 * i] = hex[hash[i] & 15];
    }
    return sma_str_make(text, 2 + 2 * SMA_HASH_LEN);
}
