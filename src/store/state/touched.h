/* What records touched: keys for stamps and caches (see sma_view_stamp and sma_store_on_touched),
 * in order, with marks so that an operation that is undone takes its keys with it. */
#ifndef SMA_STORE_STATE_TOUCHED_H
#define SMA_STORE_STATE_TOUCHED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "store/store.h"

struct sma_touched {
    struct sma_arena arena;
    struct sma_str *keys;
    size_t count, capacity;
};

void sma_touched_init(struct sma_touched *touched);
void sma_touched_fini(struct sma_touched *touched);
/* Forgets all but the first `count` keys; 0 also gives the memory back for reuse. */
void sma_touched_cut(struct sma_touched *touched, size_t count);
/* Adds a copy. False when out of memory. */
bool sma_touched_add(struct sma_touched *touched, struct sma_str key);
/* Sorts and drops repetitions. Marks taken before are void. */
void sma_touched_unique(struct sma_touched *touched);

/* "s:" and the scope. ptr NULL when out of memory. */
struct sma_str sma_touched_key(struct sma_arena *arena, char kind, struct sma_str scope);
/* "i:CONTEXT:ID" and "h:HEX". */
struct sma_str sma_touched_id_key(struct sma_arena *arena, struct sma_str context, int32_t id);
struct sma_str sma_touched_hash_key(struct sma_arena *arena, const uint8_t hash[SMA_HASH_LEN]);

#endif
