/* A bounded cache whose entries hang on what they were made from. Each entry names the touched keys
 * (store.h: "s:subject", "i:.:5", …) that would change it; when the store touches one, exactly the
 * entries that named it go. A cache never changes an answer, only its cost:
 *
 *   token = sma_cache_token(cache)      before the snapshot is taken
 *   …read, render…
 *   sma_cache_put(cache, token, …)      refused when one of the keys was touched since the token
 *
 * From the announcement of a commit (touching) to its end (touched) the keys concerned are neither
 * answered nor learned, so nobody sees older data here after newer data elsewhere.
 *
 * Values are reference counted by their own functions. Sharded: a look-up takes one short,
 * rarely contended lock and allocates nothing. */
#ifndef SMA_REGISTRY_CACHE_H
#define SMA_REGISTRY_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct sma_cache;

struct sma_cache_value_ops {
    void (*ref)(void *value);
    void (*unref)(void *value);
};

struct sma_cache_figures {
    uint64_t hits, misses, inserted, evicted, dropped; /* dropped: by touched keys */
    uint64_t entries, bytes;
};

#define SMA_CACHE_TAGS_MAX 12

/* max_bytes: keys, values (by the cost given) and bookkeeping together, spread evenly over `shards`
 * (1 to 16): many for short contention, few where single values are large. NULL when out of memory.
 */
struct sma_cache *sma_cache_new(size_t max_bytes, size_t shards,
                                const struct sma_cache_value_ops *ops);
void sma_cache_free(struct sma_cache *cache);

/* The value with a reference for the caller, or NULL. `key` is any bytes. */
void *sma_cache_get(struct sma_cache *cache, struct sma_str key);

uint64_t sma_cache_token(struct sma_cache *cache);
/* Keeps `value` (taking its own reference) under `key` until one of `tags` is touched or room is
 * needed. Silently does nothing when a tag was touched since `token`, when there are more than
 * SMA_CACHE_TAGS_MAX tags, when the entry would take more than a quarter of its shard, or when out
 * of memory. `cache` NULL does nothing. */
void sma_cache_put(struct sma_cache *cache, uint64_t token, struct sma_str key, void *value,
                   size_t cost, const struct sma_str *tags, size_t tag_count);

/* The store's announcements. */
void sma_cache_touching(struct sma_cache *cache, struct sma_str tag);
void sma_cache_touched(struct sma_cache *cache, struct sma_str tag);

void sma_cache_figures(struct sma_cache *cache, struct sma_cache_figures *out);

/* ---- a value of bytes ---------------------------------------------------------------------------
 */

/* A rendered body, reference counted, immutable. */
struct sma_blob;
/* Copies. NULL when out of memory; one reference. */
struct sma_blob *sma_blob_new(struct sma_str bytes);
/* With a short text beside it, of fewer than SMA_BLOB_LABEL_BYTES bytes. */
#define SMA_BLOB_LABEL_BYTES 48
struct sma_blob *sma_blob_new_labelled(struct sma_str bytes, const char *label);
const char *sma_blob_label(const struct sma_blob *blob); /* "" when there is none */
struct sma_str sma_blob_bytes(const struct sma_blob *blob);
void sma_blob_ref(void *blob);
void sma_blob_unref(void *blob); /* NULL is fine */

#endif
