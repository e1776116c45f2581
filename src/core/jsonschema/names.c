/* Building the tables of names.h. */
#include "core/jsonschema/names.h"

#include "base/map.h"

/* Small tables are tried with several seeds until no two names share a slot. */
#define SEED_TRIES 64
#define PERFECT_COUNT_MAX 128

uint64_t sma_name_hash_long(uint64_t seed, struct sma_str text)
{
    return sma_hash_bytes(seed, text.ptr, text.len);
}

/* Fills the slots; how many names did not get their own first slot. */
static uint32_t place(struct sma_names *names, uint32_t *slots)
{
    uint32_t collisions = 0;
    memset(slots, 0, ((size_t)names->mask + 1) * sizeof *slots);
    for (uint32_t i = 0; i < names->count; i++) {
        const struct sma_name *e = &names->entries[i];
        uint32_t at =
            (uint32_t)sma_name_hash(names->seed, e->text, e->first, e->last) & names->mask;
        for (; slots[at]; at = (at + 1) & names->mask)
            collisions++;
        slots[at] = i + 1;
    }
    return collisions;
}

bool sma_names_build(struct sma_names *out, struct sma_arena *arena, struct sma_name *entries,
                     size_t count)
{
    struct sma_map seeded;
    size_t size = 4;
    while (size < count * 4)
        size *= 2;
    uint32_t *slots = sma_arena_calloc(arena, size, sizeof *slots);
    if (!slots || count > UINT32_MAX / 8)
        return false;
    for (size_t i = 0; i < count; i++)
        sma_name_words(entries[i].text, &entries[i].first, &entries[i].last);
    sma_map_init(&seeded); /* for its seed, which outsiders cannot know */
    struct sma_names names = {entries, slots, seeded.seed, (uint32_t)count, (uint32_t)size - 1};
    sma_map_fini(&seeded);
    uint64_t best = names.seed;
    uint32_t fewest = UINT32_MAX;
    for (int i = 0; i < (count <= PERFECT_COUNT_MAX ? SEED_TRIES : 2) && fewest; i++) {
        uint64_t seed = names.seed;
        uint32_t collisions = place(&names, slots);
        if (collisions < fewest) {
            fewest = collisions;
            best = seed;
        }
        names.seed = (seed + 0x9e3779b97f4a7c15u) * 0xbf58476d1ce4e5b9u;
    }
    names.seed = best;
    if (fewest)
        (void)place(&names, slots);
    *out = names;
    return true;
}
