#include "clients/c/cache.h"

#include <pthread.h>
#include <string.h>

#include "base/map.h"
#include "clients/c/clock.h"
#include "clients/c/memory.h"

#define SHARDS 16
#define SLOTS 512 /* per shard */
#define MISSING_MAX_MS 60000
#define STALE_RETRY_MS 1000 /* during an outage stale answers go out without asking for so long */
#define NEVER INT64_MAX

struct flight {
    atomic_uint ref_count;
    pthread_mutex_t mutex;
    pthread_cond_t landed;
    bool is_done;
    schemata_status_t status;
    schemata_schema_t *schema;
    int64_t until_ms;         /* of the schema */
    schemata_schema_t *stale; /* what may stand in for it */
    schemata_error_t *error;
};

struct entry {
    struct entry *next;          /* in its slot */
    struct entry *newer, *older; /* by age */
    uint64_t hash;
    enum sma_client_kind kind;
    char *key, *subject;
    size_t key_len;
    schemata_schema_t *schema; /* NULL: missing, or never fetched */
    schemata_error_t *missing; /* why */
    int64_t until_ms, due_ms, stale_until_ms, miss_ms;
    int64_t retry_at_ms;   /* after a failure; 0: none since the last success */
    struct flight *flight; /* somebody is fetching; the entry does not count as a reference */
    atomic_bool is_used;   /* since eviction last looked */
    atomic_bool is_due_said;
};

struct shard {
    _Alignas(64) pthread_rwlock_t lock;
    struct entry *slots[SLOTS];
    struct entry *newest, *oldest;
    atomic_uint_fast64_t hits;
};

struct sma_client_cache {
    struct shard shards[SHARDS];
    uint64_t seed, max_count, max_bytes;
    atomic_uint_fast64_t count, bytes, generation;
    int64_t latest_ms, stale_ms, missing_ms[SMA_CACHE_LATEST + 1];
    bool is_stale_ok;
    struct sma_client_counters *counters;
    void *memory; /* what was allocated; the cache is aligned within it */
};

/* ---- life -----------------------------------------------------------------------------------------
 */

static void configure(struct sma_client_cache *cache, const schemata_conf_t *c)
{
    int64_t id = sma_client_conf_int(c, SMA_P_MISSING_ID_TTL_SEC) * 1000;
    int64_t version = sma_client_conf_int(c, SMA_P_MISSING_VERSION_TTL_SEC) * 1000;
    cache->seed = sma_client_random_below(UINT64_MAX);
    cache->max_count = (uint64_t)sma_client_conf_int(c, SMA_P_CACHE_CAPACITY);
    cache->max_bytes = (uint64_t)sma_client_conf_int(c, SMA_P_CACHE_MAX_BYTES);
    cache->latest_ms = sma_client_conf_int(c, SMA_P_LATEST_TTL_SEC) * 1000;
    cache->stale_ms = sma_client_conf_int(c, SMA_P_LATEST_STALE_SEC) * 1000;
    cache->is_stale_ok = sma_client_conf_bool(c, SMA_P_LATEST_STALE_OK);
    cache->missing_ms[SMA_CACHE_ID] = cache->missing_ms[SMA_CACHE_GUID] = id;
    cache->missing_ms[SMA_CACHE_VERSION] = cache->missing_ms[SMA_CACHE_LATEST] = version;
    cache->missing_ms[SMA_CACHE_TEXT] =
        sma_client_conf_int(c, SMA_P_MISSING_SCHEMA_TTL_SEC) * 1000;
}

struct sma_client_cache *sma_client_cache_new(const schemata_conf_t *c,
                                              struct sma_client_counters *counters)
{
    size_t align = _Alignof(struct sma_client_cache);
    char *memory = sma_client_alloc(sizeof(struct sma_client_cache) + align);
    struct sma_client_cache *cache;
    int made = 0;
    if (!memory)
        return NULL;
    cache = (void *)(memory + (align - (uintptr_t)memory % align) % align);
    cache->memory = memory;
    cache->counters = counters;
    configure(cache, c);
    while (made < SHARDS && !pthread_rwlock_init(&cache->shards[made].lock, NULL))
        made++;
    if (made == SHARDS)
        return cache;
    while (made-- > 0)
        pthread_rwlock_destroy(&cache->shards[made].lock);
    sma_client_free(memory);
    return NULL;
}

/* ---- entries --------------------------------------------------------------------------------------
 */

static size_t cost(const struct entry *e)
{
    return sizeof *e + e->key_len + (e->schema ? e->schema->body->bytes : 0);
}

static void unlink_age(struct shard *s, struct entry *e)
{
    *(e->newer ? &e->newer->older : &s->newest) = e->older;
    *(e->older ? &e->older->newer : &s->oldest) = e->newer;
}

static void link_age(struct shard *s, struct entry *e)
{
    e->newer = NULL;
    e->older = s->newest;
    *(s->newest ? &s->newest->newer : &s->oldest) = e;
    s->newest = e;
}

static struct entry *find(struct shard *s, struct sma_str key, uint64_t hash)
{
    struct entry *e = s->slots[hash / SHARDS % SLOTS];
    while (e && (e->hash != hash || e->key_len != key.len || memcmp(e->key, key.ptr, key.len)))
        e = e->next;
    return e;
}

static void free_entry(struct entry *e)
{
    schemata_schema_unref(e->schema);
    schemata_error_free(e->missing);
    sma_client_free(e->key);
    sma_client_free(e->subject);
    sma_client_free(e);
}

static void remove_entry(struct sma_client_cache *cache, struct shard *s, struct entry *e)
{
    struct entry **at = &s->slots[e->hash / SHARDS % SLOTS];
    while (*at != e)
        at = &(*at)->next;
    *at = e->next;
    unlink_age(s, e);
    atomic_fetch_sub(&cache->count, 1);
    atomic_fetch_sub(&cache->bytes, cost(e));
    free_entry(e);
}

static struct entry *add(struct sma_client_cache *cache, struct shard *s,
                         enum sma_client_kind kind, struct sma_str key, struct sma_str subject,
                         uint64_t hash)
{
    struct entry *e = sma_client_alloc(sizeof *e);
    if (!e)
        return NULL;
    e->key = sma_client_copy_str(key);
    e->subject = sma_client_copy_str(subject);
    if (!e->key || !e->subject) {
        free_entry(e);
        return NULL;
    }
    e->key_len = key.len;
    e->hash = hash;
    e->kind = kind;
    e->next = s->slots[hash / SHARDS % SLOTS];
    s->slots[hash / SHARDS % SLOTS] = e;
    link_age(s, e);
    atomic_fetch_add(&cache->count, 1);
    atomic_fetch_add(&cache->bytes, cost(e));
    return e;
}

static bool is_over(struct sma_client_cache *cache)
{
    return atomic_load(&cache->count) > cache->max_count ||
           atomic_load(&cache->bytes) > cache->max_bytes;
}

/* From the oldest on, while there is too much. An entry that was used gets a second chance, one that
 * somebody fetches stays. `keep` is the one just put in. */
static void evict_shard(struct sma_client_cache *cache, struct shard *s, const struct entry *keep)
{
    const struct entry *last = s->newest;
    for (int pass = 0; pass < 2 && is_over(cache); pass++) {
        struct entry *e = s->oldest;
        for (bool is_last = false; e && !is_last && is_over(cache);) {
            struct entry *newer = e->newer;
            is_last = e == last;
            if (e != keep && !e->flight && !atomic_exchange(&e->is_used, false)) {
                remove_entry(cache, s, e);
                sma_client_count(&cache->counters->evictions);
            } else if (!is_last) {
                unlink_age(s, e);
                link_age(s, e);
            }
            e = newer;
        }
        last = s->newest;
    }
}

/* Its own shard first, then the others, one lock at a time. */
static void evict(struct sma_client_cache *cache, size_t first)
{
    for (size_t i = 1; i < SHARDS && is_over(cache); i++) {
        struct shard *s = &cache->shards[(first + i) % SHARDS];
        pthread_rwlock_wrlock(&s->lock);
        evict_shard(cache, s, NULL);
        pthread_rwlock_unlock(&s->lock);
    }
}

void sma_client_cache_free(struct sma_client_cache *cache)
{
    if (!cache)
        return;
    for (size_t i = 0; i < SHARDS; i++) {
        while (cache->shards[i].newest)
            remove_entry(cache, &cache->shards[i], cache->shards[i].newest);
        pthread_rwlock_destroy(&cache->shards[i].lock);
    }
    sma_client_free(cache->memory);
}

/* Entries with a flight go too: whoever fetches for them finds them gone and keeps nothing. */
static void clear_where(struct sma_client_cache *cache, bool latest_only,
                        const struct sma_str *subject)
{
    atomic_fetch_add_explicit(&cache->generation, 1, memory_order_release);
    for (size_t i = 0; i < SHARDS; i++) {
        struct shard *s = &cache->shards[i];
        pthread_rwlock_wrlock(&s->lock);
        for (struct entry *e = s->newest, *older; e; e = older) {
            older = e->older;
            if ((!latest_only || e->kind == SMA_CACHE_LATEST || e->missing) &&
                (!subject || sma_str_eqz(*subject, e->subject)))
                remove_entry(cache, s, e);
        }
        pthread_rwlock_unlock(&s->lock);
    }
}

void sma_client_cache_drop_subject(struct sma_client_cache *cache, struct sma_str subject)
{
    clear_where(cache, true, &subject);
}

void sma_client_cache_clear(struct sma_client_cache *cache, bool latest_only)
{
    clear_where(cache, latest_only, NULL);
}

uint64_t sma_client_cache_generation(const struct sma_client_cache *cache)
{
    return atomic_load_explicit(&cache->generation, memory_order_acquire);
}

void sma_client_cache_totals(struct sma_client_cache *cache, schemata_stats_t *out)
{
    out->hits = 0;
    for (size_t i = 0; i < SHARDS; i++)
        out->hits += atomic_load(&cache->shards[i].hits);
    out->schemas_cached = atomic_load(&cache->count);
    out->bytes_cached = atomic_load(&cache->bytes);
}

/* ---- flights --------------------------------------------------------------------------------------
 */

static struct flight *flight_new(void)
{
    struct flight *f = sma_client_alloc(sizeof *f);
    if (!f)
        return NULL;
    if (!sma_client_cond_init(&f->landed)) {
        sma_client_free(f);
        return NULL;
    }
    pthread_mutex_init(&f->mutex, NULL);
    atomic_init(&f->ref_count, 1);
    return f;
}

static void flight_unref(struct flight *f)
{
    if (atomic_fetch_sub_explicit(&f->ref_count, 1, memory_order_acq_rel) != 1)
        return;
    pthread_cond_destroy(&f->landed);
    pthread_mutex_destroy(&f->mutex);
    schemata_schema_unref(f->schema);
    schemata_schema_unref(f->stale);
    schemata_error_free(f->error);
    sma_client_free(f);
}

static bool is_outage(schemata_status_t st)
{
    return st == SCHEMATA_ERR_UNREACHABLE || st == SCHEMATA_ERR_TIMEOUT ||
           st == SCHEMATA_ERR_SERVER;
}

static void take_schema(struct sma_client_cache *cache, struct entry *e, schemata_schema_t *schema)
{
    int64_t now = sma_client_now_ms();
    bool ends = e->kind == SMA_CACHE_LATEST && cache->latest_ms >= 0;
    schemata_schema_unref(e->schema);
    schemata_error_free(e->missing);
    e->schema = schemata_schema_ref(schema);
    e->missing = NULL;
    e->miss_ms = e->retry_at_ms = 0;
    e->until_ms = ends ? now + cache->latest_ms : NEVER;
    e->due_ms = ends ? e->until_ms - cache->latest_ms / 5 : NEVER;
    e->stale_until_ms = ends ? e->until_ms + cache->stale_ms : NEVER;
    atomic_store(&e->is_due_said, false);
}

/* A 404 is remembered only when a registry said so with a code of its own; what was there before is
 * gone in any case. */
static void take_missing(struct sma_client_cache *cache, struct entry *e,
                         const schemata_error_t *error)
{
    schemata_schema_unref(e->schema);
    schemata_error_free(e->missing);
    e->schema = NULL;
    e->missing = NULL;
    e->until_ms = e->retry_at_ms = 0;
    if (error->code < 40000 || !cache->missing_ms[e->kind])
        return;
    e->miss_ms = e->miss_ms ? e->miss_ms * 2 : cache->missing_ms[e->kind];
    if (e->miss_ms > MISSING_MAX_MS)
        e->miss_ms = MISSING_MAX_MS;
    e->missing = sma_client_error_copy(error);
    if (!e->missing->is_static)
        e->missing->is_cached = true;
    e->until_ms = sma_client_now_ms() + e->miss_ms;
}

/* What the fetch brought goes into the entry; outages are never kept, but what they leave may be
 * served stale. Under the shard's lock. */
static void settle(struct sma_client_cache *cache, struct shard *s, struct entry *e,
                   struct flight *f)
{
    int64_t now = sma_client_now_ms();
    e->flight = NULL;
    atomic_fetch_sub(&cache->bytes, cost(e));
    if (!f->status) {
        take_schema(cache, e, f->schema);
        f->until_ms = e->until_ms;
    }
    if (f->status == SCHEMATA_ERR_NOT_FOUND && f->error->http_status == 404)
        take_missing(cache, e, f->error);
    if (is_outage(f->status) && e->schema && now < e->stale_until_ms) {
        e->retry_at_ms = now + STALE_RETRY_MS;
        f->stale = schemata_schema_ref(e->schema);
    }
    atomic_fetch_add(&cache->bytes, cost(e));
    if (!e->schema && !e->missing)
        remove_entry(cache, s, e);
    else
        evict_shard(cache, s, e);
}

static bool stale_is_fine(const struct sma_client_cache *cache, const struct sma_client_ask *ask)
{
    return (ask->flags & SCHEMATA_STALE_OK) || cache->is_stale_ok;
}

static void land(struct flight *f)
{
    pthread_mutex_lock(&f->mutex);
    f->is_done = true;
    pthread_cond_broadcast(&f->landed);
    pthread_mutex_unlock(&f->mutex);
}

/* The flight has landed: for the one who flew and for those who waited. */
static schemata_status_t result(struct sma_client_cache *cache, const struct flight *f,
                                struct sma_client_ask *ask, schemata_schema_t **out,
                                schemata_error_t **err)
{
    ask->until_ms = f->until_ms; /* 0 when the cache did not keep it */
    if (!f->status) {
        *out = schemata_schema_ref(f->schema);
        return SCHEMATA_OK;
    }
    if (f->stale && stale_is_fine(cache, ask)) {
        sma_client_count(&cache->counters->stale_served);
        ask->is_outdated = true;
        *out = schemata_schema_ref(f->stale);
        return SCHEMATA_OK;
    }
    if (err)
        *err = sma_client_error_copy(f->error);
    return f->status;
}

static schemata_status_t fly(struct sma_client_cache *cache, size_t shard, struct flight *f,
                             uint64_t hash, struct sma_client_ask *ask, schemata_schema_t **out,
                             schemata_error_t **err)
{
    struct shard *s = &cache->shards[shard];
    sma_client_count(&cache->counters->misses);
    f->status = ask->fetch(ask->ctx, &f->schema, &f->error);
    pthread_rwlock_wrlock(&s->lock);
    struct entry *e = find(s, ask->key, hash);
    if (e && e->flight == f)
        settle(cache, s, e, f);
    pthread_rwlock_unlock(&s->lock);
    land(f);
    schemata_status_t st = result(cache, f, ask, out, err);
    flight_unref(f);
    evict(cache, shard);
    return st;
}

static schemata_status_t join(struct sma_client_cache *cache, struct flight *f,
                              struct sma_client_ask *ask, schemata_schema_t **out,
                              schemata_error_t **err)
{
    bool in_time = true;
    schemata_status_t st;
    sma_client_count(&cache->counters->coalesced);
    pthread_mutex_lock(&f->mutex);
    while (!f->is_done && in_time)
        in_time = sma_client_cond_wait(&f->landed, &f->mutex, ask->deadline_ms);
    bool is_done = f->is_done;
    pthread_mutex_unlock(&f->mutex);
    st = is_done ? result(cache, f, ask, out, err)
                 : sma_client_fail(err, SCHEMATA_ERR_TIMEOUT,
                                   "waited too long for another thread's request");
    flight_unref(f);
    return st;
}

/* ---- asking ---------------------------------------------------------------------------------------
 */

/* From what is there, under either lock. False: it must be fetched. */
static bool serve(struct sma_client_cache *cache, struct shard *s, struct entry *e,
                  struct sma_client_ask *ask, schemata_schema_t **out, schemata_error_t **err,
                  schemata_status_t *st)
{
    int64_t now = e->until_ms == NEVER ? 0 : sma_client_now_ms();
    bool is_stale = now >= e->until_ms;
    if (is_stale && !(e->schema && stale_is_fine(cache, ask) && now < e->stale_until_ms &&
                      e->retry_at_ms && (now < e->retry_at_ms || e->flight)))
        return false;
    if (e->missing) {
        sma_client_count(&cache->counters->negative_hits);
        if (err)
            *err = sma_client_error_copy(e->missing);
        *st = SCHEMATA_ERR_NOT_FOUND;
        return true;
    }
    if (!e->schema)
        return false;
    if (is_stale) {
        sma_client_count(&cache->counters->stale_served);
        ask->is_outdated = true;
    } else {
        sma_client_count(&s->hits);
    }
    if (!atomic_load_explicit(&e->is_used, memory_order_relaxed))
        atomic_store_explicit(&e->is_used, true, memory_order_relaxed);
    if (ask->has_worker && now >= e->due_ms)
        ask->is_due = !atomic_exchange(&e->is_due_said, true);
    ask->until_ms = is_stale ? 0 : e->until_ms;
    *out = schemata_schema_ref(e->schema);
    *st = SCHEMATA_OK;
    return true;
}

bool sma_client_cache_hit(struct sma_client_cache *cache, struct sma_client_ask *ask,
                          schemata_schema_t **out, schemata_error_t **err, schemata_status_t *st)
{
    uint64_t hash = sma_hash_bytes(cache->seed, ask->key.ptr, ask->key.len);
    struct shard *s = &cache->shards[hash % SHARDS];
    if (ask->flags & SCHEMATA_REFRESH)
        return false;
    pthread_rwlock_rdlock(&s->lock);
    struct entry *e = find(s, ask->key, hash);
    bool is_served = e && serve(cache, s, e, ask, out, err, st);
    pthread_rwlock_unlock(&s->lock);
    return is_served;
}

/* Under the lock for writing: somebody else's flight with a reference, or one of our own (*is_mine).
 * NULL when out of memory. */
static struct flight *board(struct sma_client_cache *cache, struct shard *s, struct entry *e,
                            uint64_t hash, const struct sma_client_ask *ask, bool *is_mine)
{
    struct flight *f;
    *is_mine = !e || !e->flight;
    if (!*is_mine) {
        atomic_fetch_add(&e->flight->ref_count, 1);
        return e->flight;
    }
    f = flight_new();
    if (f && !e)
        e = add(cache, s, ask->kind, ask->key, ask->subject, hash);
    if (f && e)
        e->flight = f;
    else if (f)
        flight_unref(f);
    return e ? f : NULL;
}

schemata_status_t sma_client_cache_get(struct sma_client_cache *cache, struct sma_client_ask *ask,
                                       schemata_schema_t **out, schemata_error_t **err)
{
    uint64_t hash = sma_hash_bytes(cache->seed, ask->key.ptr, ask->key.len);
    size_t shard = hash % SHARDS;
    struct shard *s = &cache->shards[shard];
    schemata_status_t st;
    bool is_mine, is_fresh = ask->flags & SCHEMATA_REFRESH;
    if (sma_client_cache_hit(cache, ask, out, err, &st))
        return st;
    if (ask->flags & SCHEMATA_NOWAIT)
        return sma_client_fail(err, SCHEMATA_ERR_WOULD_BLOCK, "not in the cache");
    pthread_rwlock_wrlock(&s->lock);
    struct entry *e = find(s, ask->key, hash);
    if (e && !is_fresh && serve(cache, s, e, ask, out, err, &st)) {
        pthread_rwlock_unlock(&s->lock);
        return st;
    }
    struct flight *f = board(cache, s, e, hash, ask, &is_mine);
    pthread_rwlock_unlock(&s->lock);
    if (!f)
        return sma_client_no_memory(err);
    return is_mine ? fly(cache, shard, f, hash, ask, out, err) : join(cache, f, ask, out, err);
}
