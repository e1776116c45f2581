/* The memo of pairs: an open-addressing table on two addresses. */
#include <stdlib.h>

#include "core/jsonschema/compat.h"

void sma_js_memo_fini(struct sma_js_memo *memo)
{
    free(memo->slots);
    *memo = (struct sma_js_memo){NULL, 0, 0};
}

/* Addresses come from our own allocations, so no one outside can choose them to collide. */
static size_t hash_pair(const struct sma_js_node *old, const struct sma_js_node *new)
{
    uint64_t h = (uint64_t)(uintptr_t)old * 0x9e3779b97f4a7c15u;
    h ^= (h >> 29) ^ (uint64_t)(uintptr_t) new;
    h *= 0xbf58476d1ce4e5b9u;
    return (size_t)(h ^ h >> 31);
}

static struct sma_js_memo_slot *probe(const struct sma_js_memo *memo, const struct sma_js_node *old,
                                      const struct sma_js_node *new)
{
    size_t at = hash_pair(old, new) & memo->mask;
    while (memo->slots[at].old && (memo->slots[at].old != old || memo->slots[at].new != new))
        at = (at + 1) & memo->mask;
    return &memo->slots[at];
}

struct sma_js_memo_slot *sma_js_memo_find(const struct sma_js_memo *memo,
                                          const struct sma_js_node *old,
                                          const struct sma_js_node *new)
{
    struct sma_js_memo_slot *slot = memo->slots ? probe(memo, old, new) : NULL;
    return slot && slot->old ? slot : NULL;
}

static bool grow(struct sma_js_memo *memo)
{
    size_t size = memo->slots ? (memo->mask + 1) * 2 : 64;
    struct sma_js_memo grown = {calloc(size, sizeof *grown.slots), size - 1, memo->count};
    if (!grown.slots)
        return false;
    for (size_t i = 0; memo->slots && i <= memo->mask; i++)
        if (memo->slots[i].old)
            *probe(&grown, memo->slots[i].old, memo->slots[i].new) = memo->slots[i];
    free(memo->slots);
    *memo = grown;
    return true;
}

struct sma_js_memo_slot *sma_js_memo_add(struct sma_js_memo *memo, const struct sma_js_node *old,
                                         const struct sma_js_node *new)
{
    if ((!memo->slots || memo->count * 4 >= (memo->mask + 1) * 3) && !grow(memo))
        return NULL;
    struct sma_js_memo_slot *slot = probe(memo, old, new);
    *slot = (struct sma_js_memo_slot){.old = old, .new = new};
    memo->count++;
    return slot;
}

/* Every incompatible pair of `a` is one of `b`; *count of them. */
static bool is_contained(const struct sma_js_memo *a, const struct sma_js_memo *b, size_t *count)
{
    *count = 0;
    for (size_t i = 0; a->slots && i <= a->mask; i++) {
        const struct sma_js_memo_slot *slot = &a->slots[i], *other;
        if (!slot->old || !slot->result->is_incompatible)
            continue;
        ++*count;
        other = sma_js_memo_find(b, slot->old, slot->new);
        if (!other || !other->result->is_incompatible)
            return false;
    }
    return true;
}

bool sma_js_memo_agree(const struct sma_js_memo *a, const struct sma_js_memo *b)
{
    size_t in_a, in_b;
    return is_contained(a, b, &in_a) && is_contained(b, a, &in_b) && in_a == in_b;
}
