/* Insertion-ordered hash map from string views to pointers. Keys are borrowed: they must outlive
 * the map (usually both live in one arena's lifetime). Seeded per map, so that hostile keys cannot
 * be made to collide from outside. One thread at a time when writing; concurrent reads are safe. */
#ifndef SMA_BASE_MAP_H
#define SMA_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct sma_map_entry {
    struct sma_str key;
    void *value;
    uint64_t hash;
};

struct sma_map {
    struct sma_map_entry *entries; /* in order of insertion, `count` of them */
    uint32_t *slots;               /* index + 1 into entries, 0 = free */
    size_t count;
    size_t capacity; /* of entries */
    size_t mask;     /* slots - 1 */
    uint64_t seed;
};

void sma_map_init(struct sma_map *map);
void sma_map_fini(struct sma_map *map);
/* The value, or NULL when absent (a stored NULL looks the same: use sma_map_find). */
void *sma_map_get(const struct sma_map *map, struct sma_str key);
/* The entry, or NULL. Valid until the next put. */
struct sma_map_entry *sma_map_find(const struct sma_map *map, struct sma_str key);
/* Adds or replaces (keeping the first position). False when out of memory. */
bool sma_map_put(struct sma_map *map, struct sma_str key, void *value);
/* Adds only if absent. 1 added, 0 was there, -1 out of memory. */
int sma_map_add(struct sma_map *map, struct sma_str key, void *value);

/* The keyed hash itself (SipHash-1-3), for other tables. */
uint64_t sma_hash_bytes(uint64_t seed, const void *bytes, size_t len);

#endif
