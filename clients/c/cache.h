/* The client's cache: schemas by key, what is known to be missing, and flights, so that a key that
 * many threads miss at once is fetched by one of them. No lock is held while anybody fetches. A hit
 * allocates nothing and takes only a shard's lock for reading.
 *
 *     16 shards, each: read-write lock | hash table | ring of entries in order of age
 *     eviction: the oldest that was not used since it was last looked at ("second chance") */
#ifndef SMA_CLIENT_CACHE_H
#define SMA_CLIENT_CACHE_H

#include "clients/c/conf.h"
#include "clients/c/schema.h"
#include "clients/c/stats.h"

struct sma_client_cache;

enum sma_client_kind {
    SMA_CACHE_ID, /* immutable */
    SMA_CACHE_GUID,
    SMA_CACHE_VERSION,
    SMA_CACHE_TEXT,
    SMA_CACHE_LATEST /* ends a fixed time after its fetch, whoever asks */
};

/* What one call asks for. `fetch` is called without locks, by one thread per key at a time; it gives
 * a new reference. */
struct sma_client_ask {
    enum sma_client_kind kind;
    struct sma_str key;     /* unique over all kinds; copied */
    struct sma_str subject; /* for sma_client_cache_drop_subject; may be empty */
    uint32_t flags;         /* SCHEMATA_NOWAIT, _REFRESH, _STALE_OK */
    int64_t deadline_ms;
    schemata_status_t (*fetch)(void *ctx, schemata_schema_t **out, schemata_error_t **err);
    void *ctx;
    bool has_worker;  /* somebody can refresh in the background */
    bool is_due;      /* out: he should, now; said once per fetch */
    bool is_outdated; /* out: what was served is stale */
    int64_t until_ms; /* out, on success: when it stops counting; INT64_MAX: never */
};

/* counters outlive the cache. */
struct sma_client_cache *sma_client_cache_new(const schemata_conf_t *c,
                                              struct sma_client_counters *counters);
/* No call may be in flight. */
void sma_client_cache_free(struct sma_client_cache *cache);

/* From what is there alone, a remembered miss included (*st). False when it must be fetched; of `ask`
 * only kind, key, flags and has_worker are looked at. */
bool sma_client_cache_hit(struct sma_client_cache *cache, struct sma_client_ask *ask,
                          schemata_schema_t **out, schemata_error_t **err, schemata_status_t *st);
/* From the cache, from somebody else's flight, or by a fetch of our own. A new reference.
 *
 * Returns   what `fetch` returned, to all who waited for it; SCHEMATA_ERR_WOULD_BLOCK for
 *           SCHEMATA_NOWAIT; SCHEMATA_ERR_TIMEOUT; a remembered SCHEMATA_ERR_NOT_FOUND. */
schemata_status_t sma_client_cache_get(struct sma_client_cache *cache, struct sma_client_ask *ask,
                                       schemata_schema_t **out, schemata_error_t **err);
/* Changes whenever something was forgotten by one of the two below: what was kept elsewhere no longer
 * counts then. */
uint64_t sma_client_cache_generation(const struct sma_client_cache *cache);
/* Forgets latest versions and misses of a subject, those being fetched included. */
void sma_client_cache_drop_subject(struct sma_client_cache *cache, struct sma_str subject);
void sma_client_cache_clear(struct sma_client_cache *cache, bool latest_only);
/* Sums over the shards; hits are counted there and not in the counters. */
void sma_client_cache_totals(struct sma_client_cache *cache, schemata_stats_t *out);

#endif
