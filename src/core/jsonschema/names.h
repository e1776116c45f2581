/* A read-only hash table of names made once and asked often: properties of a schema, strings of an
 * enum. Names up to 16 bytes are compared as two words. */
#ifndef SMA_CORE_JSONSCHEMA_NAMES_H
#define SMA_CORE_JSONSCHEMA_NAMES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

struct sma_name {
    uint64_t first, last; /* the words of sma_name_words */
    struct sma_str text;
    const void *value;
    bool flag;
};

struct sma_names {
    struct sma_name *entries;
    const uint32_t *slots; /* index + 1 into entries, 0 = free */
    uint64_t seed;
    uint32_t count;
    uint32_t mask; /* slots - 1 */
};

/* Lays out `entries` (`count` of them, unique by text, in the arena) for sma_names_find; the words
 * are filled in here. False when out of memory. */
bool sma_names_build(struct sma_names *out, struct sma_arena *arena, struct sma_name *entries,
                     size_t count);

/* For names longer than 16 bytes: the hash over all of it. */
uint64_t sma_name_hash_long(uint64_t seed, struct sma_str text);

/* Two words that, with the length, are the whole name when it has at most 16 bytes. */
static inline void sma_name_words(struct sma_str text, uint64_t *first, uint64_t *last)
{
    const char *p = text.ptr;
    uint32_t a, b;
    if (text.len >= 8) {
        memcpy(first, p, 8);
        memcpy(last, p + text.len - 8, 8);
    } else if (text.len >= 4) {
        memcpy(&a, p, 4);
        memcpy(&b, p + text.len - 4, 4);
        *first = a;
        *last = b;
    } else if (text.len) {
        *first = (uint64_t)(unsigned char)p[0] << 16 |
                 (uint64_t)(unsigned char)p[text.len / 2] << 8 | (unsigned char)p[text.len - 1];
        *last = 0;
    } else {
        *first = *last = 0;
    }
}

static inline uint64_t sma_name_hash(uint64_t seed, struct sma_str text, uint64_t first,
                                     uint64_t last)
{
    if (__builtin_expect(text.len > 16, 0))
        return sma_name_hash_long(seed, text);
    unsigned __int128 p = (unsigned __int128)(first ^ seed) *
                          (last ^ (seed * 0x9e3779b97f4a7c15u) ^ text.len ^ 0xe7037ed1a0b428dbu);
    return (uint64_t)p ^ (uint64_t)(p >> 64);
}

static inline bool sma_name_is(const struct sma_name *e, struct sma_str text, uint64_t first,
                               uint64_t last)
{
    return e->first == first && e->last == last && e->text.len == text.len &&
           (text.len <= 16 || memcmp(e->text.ptr, text.ptr, text.len) == 0);
}

/* The entry, or NULL. */
static inline const struct sma_name *sma_names_find_words(const struct sma_names *names,
                                                          struct sma_str text, uint64_t first,
                                                          uint64_t last)
{
    uint32_t at = (uint32_t)sma_name_hash(names->seed, text, first, last) & names->mask;
    for (uint32_t i; (i = names->slots[at]); at = (at + 1) & names->mask)
        if (sma_name_is(&names->entries[i - 1], text, first, last))
            return &names->entries[i - 1];
    return NULL;
}

static inline const struct sma_name *sma_names_find(const struct sma_names *names,
                                                    struct sma_str text)
{
    uint64_t first, last;
    if (!names->count)
        return NULL;
    sma_name_words(text, &first, &last);
    return sma_names_find_words(names, text, first, last);
}

/* The same for names that are asked in about the order of the entries: *hint, 0 at first, says where
 * the next one is expected. A wrong guess costs one comparison. */
static inline const struct sma_name *sma_names_find_next(const struct sma_names *names,
                                                         struct sma_str text, uint32_t *hint)
{
    uint64_t first, last;
    if (!names->count)
        return NULL;
    sma_name_words(text, &first, &last);
    const struct sma_name *e = &names->entries[*hint];
    if (!sma_name_is(e, text, first, last))
        e = sma_names_find_words(names, text, first, last);
    if (e) {
        uint32_t after = (uint32_t)(e - names->entries) + 1;
        *hint = after < names->count ? after : 0;
    }
    return e;
}

#endif
