#include "core/avro/pairs.h"

#include <stdlib.h>

void sma_avro_pairs_init(struct sma_avro_pairs *pairs, struct sma_work *work)
{
    memset(pairs->inline_slots, 0, sizeof pairs->inline_slots);
    pairs->slots = pairs->inline_slots;
    pairs->mask = SMA_AVRO_PAIRS_INLINE - 1;
    pairs->count = 0;
    pairs->work = work;
}

void sma_avro_pairs_fini(struct sma_avro_pairs *pairs)
{
    if (pairs->slots != pairs->inline_slots)
        free(pairs->slots);
}

static uint64_t mix(uint64_t key)
{
    key ^= key >> 33;
    key *= 0xff51afd7ed558ccdu;
    key ^= key >> 33;
    key *= 0xc4ceb9fe1a85ec53u;
    return key ^ key >> 33;
}

/* The key's slot or the free one where it belongs. One unit of work for each look: keys chosen to
 * collide cost their sender the budget. NULL when it ran out. */
static struct sma_avro_pair *probe(struct sma_avro_pair *slots, uint32_t mask, uint64_t key,
                                   struct sma_work *work)
{
    uint32_t at = (uint32_t)mix(key) & mask;
    while (sma_work_take(work, 1)) {
        if (!slots[at].key || slots[at].key == key)
            return &slots[at];
        at = (at + 1) & mask;
    }
    return NULL;
}

static enum sma_status grow(struct sma_avro_pairs *pairs)
{
    size_t size = ((size_t)pairs->mask + 1) * 4;
    struct sma_avro_pair *slots = size <= UINT32_MAX ? calloc(size, sizeof *slots) : NULL;
    if (!slots)
        return SMA_ENOMEM;
    for (size_t i = 0; i <= pairs->mask; i++) {
        if (!pairs->slots[i].key)
            continue;
        struct sma_avro_pair *to =
            probe(slots, (uint32_t)size - 1, pairs->slots[i].key, pairs->work);
        if (!to) {
            free(slots);
            return SMA_ELIMIT;
        }
        *to = pairs->slots[i];
    }
    sma_avro_pairs_fini(pairs);
    pairs->slots = slots;
    pairs->mask = (uint32_t)size - 1;
    return SMA_OK;
}

enum sma_status sma_avro_pairs_at(struct sma_avro_pair **out, bool *is_new,
                                  struct sma_avro_pairs *pairs, const struct sma_avro_node *a,
                                  const struct sma_avro_node *b)
{
    uint64_t key = (uint64_t)(a->index + 1) << 32 | (b->index + 1);
    if (pairs->count > pairs->mask / 2) {
        enum sma_status st = grow(pairs);
        if (st)
            return st;
    }
    struct sma_avro_pair *slot = probe(pairs->slots, pairs->mask, key, pairs->work);
    if (!slot)
        return SMA_ELIMIT;
    *is_new = !slot->key;
    pairs->count += !slot->key;
    slot->key = key;
    *out = slot;
    return SMA_OK;
}
