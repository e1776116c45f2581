#include "base/map.h"

#include <stdlib.h>

static inline uint64_t rotl(uint64_t x, int b)
{
    return (x << b) | (x >> (64 - b));
}

struct sip {
    uint64_t v0, v1, v2, v3;
};

static inline void sip_round(struct sip *s)
{
    s->v0 += s->v1;
    s->v1 = rotl(s->v1, 13) ^ s->v0;
    s->v0 = rotl(s->v0, 32);
    s->v2 += s->v3;
    s->v3 = rotl(s->v3, 16) ^ s->v2;
    s->v0 += s->v3;
    s->v3 = rotl(s->v3, 21) ^ s->v0;
    s->v2 += s->v1;
    s->v1 = rotl(s->v1, 17) ^ s->v2;
    s->v2 = rotl(s->v2, 32);
}

/* SipHash with one compression and three finalization rounds: the usual choice for hash tables. */
uint64_t sma_hash_bytes(uint64_t seed, const void *bytes, size_t len)
{
    uint64_t k0 = seed, k1 = rotl(seed, 32) ^ 0x9e3779b97f4a7c15u;
    struct sip s = {k0 ^ 0x736f6d6570736575u, k1 ^ 0x646f72616e646f6du, k0 ^ 0x6c7967656e657261u,
                    k1 ^ 0x7465646279746573u};
    const unsigned char *at = bytes;
    size_t left = len;
    for (; left >= 8; left -= 8, at += 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        s.v3 ^= word;
        sip_round(&s);
        s.v0 ^= word;
    }
    uint64_t tail = (uint64_t)len << 56;
    for (size_t i = 0; i < left; i++)
        tail |= (uint64_t)at[i] << (8 * i);
    s.v3 ^= tail;
    sip_round(&s);
    s.v0 ^= tail;
    s.v2 ^= 0xff;
    for (int i = 0; i < 3; i++)
        sip_round(&s);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

void sma_map_init(struct sma_map *map)
{
    /* Address-space randomization gives each map a seed that outsiders cannot know; results never
     * depend on it, because iteration follows insertion. */
    uint64_t seed =
        (uint64_t)(uintptr_t)map * 0x9e3779b97f4a7c15u ^ (uint64_t)(uintptr_t)&sma_map_init;
    *map = (struct sma_map){.seed = seed};
}

void sma_map_fini(struct sma_map *map)
{
    free(map->entries);
    free(map->slots);
    sma_map_init(map);
}

static size_t find_slot(const struct sma_map *map, struct sma_str key, uint64_t hash)
{
    size_t at = (size_t)hash & map->mask;
    while (map->slots[at]) {
        const struct sma_map_entry *entry = &map->entries[map->slots[at] - 1];
        if (entry->hash == hash && sma_str_eq(entry->key, key))
            break;
        at = (at + 1) & map->mask;
    }
    return at;
}

struct sma_map_entry *sma_map_find(const struct sma_map *map, struct sma_str key)
{
    if (!map->count)
        return NULL;
    size_t at = find_slot(map, key, sma_hash_bytes(map->seed, key.ptr, key.len));
    return map->slots[at] ? &map->entries[map->slots[at] - 1] : NULL;
}

void *sma_map_get(const struct sma_map *map, struct sma_str key)
{
    struct sma_map_entry *entry = sma_map_find(map, key);
    return entry ? entry->value : NULL;
}

/* Entries grow by half the slots, so the table is never more than half full. */
static bool grow(struct sma_map *map)
{
    size_t capacity = map->capacity ? map->capacity * 2 : 8;
    size_t slots = capacity * 2;
    if (capacity > UINT32_MAX / 4)
        return false;
    struct sma_map_entry *entries = realloc(map->entries, capacity * sizeof *entries);
    if (!entries)
        return false;
    map->entries = entries;
    uint32_t *table = calloc(slots, sizeof *table);
    if (!table)
        return false;
    free(map->slots);
    map->slots = table;
    map->mask = slots - 1;
    map->capacity = capacity;
    for (size_t i = 0; i < map->count; i++)
        table[find_slot(map, entries[i].key, entries[i].hash)] = (uint32_t)i + 1;
    return true;
}

/* Finds the key or adds it; *added tells which. NULL when out of memory. */
static struct sma_map_entry *find_or_add(struct sma_map *map, struct sma_str key, bool *added)
{
    uint64_t hash = sma_hash_bytes(map->seed, key.ptr, key.len);
    *added = false;
    if (map->count == map->capacity && !grow(map))
        return NULL;
    size_t at = find_slot(map, key, hash);
    if (map->slots[at])
        return &map->entries[map->slots[at] - 1];
    struct sma_map_entry *entry = &map->entries[map->count++];
    *entry = (struct sma_map_entry){key, NULL, hash};
    map->slots[at] = (uint32_t)map->count;
    *added = true;
    return entry;
}

bool sma_map_put(struct sma_map *map, struct sma_str key, void *value)
{
    bool added;
    struct sma_map_entry *entry = find_or_add(map, key, &added);
    if (entry)
        entry->value = value;
    return entry != NULL;
}

int sma_map_add(struct sma_map *map, struct sma_str key, void *value)
{
    bool added;
    struct sma_map_entry *entry = find_or_add(map, key, &added);
    if (!entry)
        return -1;
    if (added)
        entry->value = value;
    return added;
}
