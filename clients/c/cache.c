#include "clients/c/cache.h"

#include <pthread.h>
#include <string.h>

#include "base/map.h"
#include "clients/c/clock.h"
#include "clients/c/memory.h"

#define SLOTS 4096
#define MISSING_MAX_MS 60000
#define NEVER INT64_MAX

struct flight {
    atomic_uint ref_count; /* changed under the mutex only */
    bool is_done;
    schemata_status_t status;
    schemata_schema_t *schema;
    schemata_error_t *error;
    pthread_cond_t landed;
};

struct entry {
    struct entry *next;           /* in its slot */
    struct entry *newer, *older;  /* by last use */
    uint64_t hash;
    enum sma_client_kind kind;
    char *key, *subject;
    size_t key_len;
    schemata_schema_t *schema;    /* NULL: missing, or never fetched */
    schemata_error_t *missing;    /* why */
    int64_t until_ms, stale_until_ms, miss_ms;
    struct flight *flight;        /* somebody is fetching */
};

struct sma_client_cache {
    pthread_mutex_t mutex;
    struct entry *slots[SLOTS];
    struct entry *newest, *oldest;
    uint64_t seed, count, bytes, max_count, max_bytes;
    int64_t latest_ms, stale_ms, missing_ms[SMA_CACHE_LATEST + 1];
    bool is_stale_ok;
    atomic_uint_fast64_t generation;
    struct sma_client_counters *counters;
};

struct sma_client_cache *sma_client_cache_new(const schemata_conf_t *c,
                                              struct sma_client_counters *counters)
{
    struct sma_client_cache *cache = sma_client_alloc(sizeof *cache);
    if (!cache)
        return NULL;
    pthread_mutex_init(&cache->mutex, NULL);
    cache->counters = counters;
    cache->seed = sma_client_random_below(UINT64_MAX);
    cache->max_count = (uint64_t)sma_client_conf_int(c, SMA_P_CACHE_CAPACITY);
    cache->max_bytes = (uint64_t)sma_client_conf_int(c, SMA_P_CACHE_MAX_BYTES);
    cache->latest_ms = sma_client_conf_int(c, SMA_P_LATEST_TTL_SEC) * 1000;
    cache->stale_ms = sma_client_conf_int(c, SMA_P_LATEST_STALE_SEC) * 1000;
    cache->is_stale_ok = sma_client_conf_bool(c, SMA_P_LATEST_STALE_OK);
    int64_t id = sma_client_conf_int(c, SMA_P_MISSING_ID_TTL_SEC) * 1000;
    int64_t version = sma_client_conf_int(c, SMA_P_MISSING_VERSION_TTL_SEC) * 1000;
    cache->missing_ms[SMA_CACHE_ID] = cache->missing_ms[SMA_CACHE_GUID] = id;
    cache->missing_ms[SMA_CACHE_VERSION] = cache->missing_ms[SMA_CACHE_LATEST] = version;
    cache->missing_ms[SMA_CACHE_TEXT] =
        sma_client_conf_int(c, SMA_P_MISSING_SCHEMA_TTL_SEC) * 1000;
    return cache;
}

/* ---- entries --------------------------------------------------------------------------------------
 */

static size_t cost(const struct entry *e)
{
    return sizeof *e + e->key_len + (e->schema ? e->schema->body->bytes : 0);
}

static void unlink_use(struct sma_client_cache *cache, struct entry *e)
{
    *(e->newer ? &e->newer->older : &cache->newest) = e->older;
    *(e->older ? &e->older->newer : &cache->oldest) = e->newer;
}

static void link_use(struct sma_client_cache *cache, struct entry *e)
{
    e->newer = NULL;
    e->older = cache->newest;
    *(cache->newest ? &cache->newest->newer : &cache->oldest) = e;
    cache->newest = e;
}

static struct entry *find(struct sma_client_cache *cache, struct sma_str key, uint64_t hash)
{
    struct entry *e = cache->slots[hash % SLOTS];
    while (e && (e->hash != hash || e->key_len != key.len || memcmp(e->key, key.ptr, key.len)))
        e = e->next;
    return e;
}

static void remove_entry(struct sma_client_cache *cache, struct entry *e)
{
    struct entry **at = &cache->slots[e->hash % SLOTS];
    while (*at != e)
        at = &(*at)->next;
    *at = e->next;
    unlink_use(cache, e);
    cache->count--;
    cache->bytes -= cost(e);
    schemata_schema_unref(e->schema);
    schemata_error_free(e->missing);
    sma_client_free(e->key);
    sma_client_free(e->subject);
    sma_client_free(e);
}

static struct entry *add(struct sma_client_cache *cache, struct sma_client_ask *ask,
                         uint64_t hash)
{
    struct entry *e = sma_client_alloc(sizeof *e);
    if (!e)
        return NULL;
    e->key = sma_client_copy_str(ask->key);
    e->subject = sma_client_copy_str(ask->subject);
    if (!e->key || !e->subject) {
        sma_client_free(e->key);
        sma_client_free(e->subject);
        sma_client_free(e);
        return NULL;
    }
    e->key_len = ask->key.len;
    e->hash = hash;
    e->kind = ask->kind;
    e->next = cache->slots[hash % SLOTS];
    cache->slots[hash % SLOTS] = e;
    link_use(cache, e);
    cache->count++;
    cache->bytes += cost(e);
    return e;
}

/* The least recently used go first; entries that somebody fetches stay. */
static void evict(struct sma_client_cache *cache)
{
    struct entry *e = cache->oldest;
    while (e && (cache->count > cache->max_count || cache->bytes > cache->max_bytes)) {
        struct entry *newer = e->newer;
        if (!e->flight && newer) {
            remove_entry(cache, e);
            sma_client_count(&cache->counters->evictions);
        }
        e = newer;
    }
}

void sma_client_cache_free(struct sma_client_cache *cache)
{
    if (!cache)
        return;
    while (cache->newest)
        remove_entry(cache, cache->newest);
    pthread_mutex_destroy(&cache->mutex);
    sma_client_free(cache);
}

static void clear_where(struct sma_client_cache *cache, bool latest_only,
                        const struct sma_str *subject)
{
    pthread_mutex_lock(&cache->mutex);
    atomic_fetch_add_explicit(&cache->generation, 1, memory_order_release);
    for (struct entry *e = cache->newest, *older; e; e = older) {
        older = e->older;
        bool is_meant = (!latest_only || e->kind == SMA_CACHE_LATEST || e->missing) &&
                        (!subject || sma_str_eqz(*subject, e->subject));
        if (is_meant && !e->flight)
            remove_entry(cache, e);
        else if (is_meant)
            e->until_ms = e->stale_until_ms = 0;
    }
    pthread_mutex_unlock(&cache->mutex);
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

void sma_client_cache_totals(struct sma_client_cache *cache, uint64_t *schemas, uint64_t *bytes)
{
    pthread_mutex_lock(&cache->mutex);
    *schemas = cache->count;
    *bytes = cache->bytes;
    pthread_mutex_unlock(&cache->mutex);
}

/* ---- flights --------------------------------------------------------------------------------------
 */

static void flight_unref(struct flight *f) /* under the mutex */
{
    if (atomic_fetch_sub(&f->ref_count, 1) != 1)
        return;
    pthread_cond_destroy(&f->landed);
    schemata_schema_unref(f->schema);
    schemata_error_free(f->error);
    sma_client_free(f);
}

/* What the fetch brought goes into the entry. A 404 is kept only when a registry said so with a code
 * of its own; outages never are. */
static void settle(struct sma_client_cache *cache, struct entry *e, const struct flight *f)
{
    int64_t now = sma_client_now_ms();
    cache->bytes -= cost(e);
    if (!f->status) {
        schemata_schema_unref(e->schema);
        schemata_error_free(e->missing);
        e->schema = schemata_schema_ref(f->schema);
        e->missing = NULL;
        e->miss_ms = 0;
        bool ends = e->kind == SMA_CACHE_LATEST && cache->latest_ms >= 0;
        e->until_ms = ends ? now + cache->latest_ms : NEVER;
        e->stale_until_ms = ends ? e->until_ms + cache->stale_ms : NEVER;
    } else if (f->status == SCHEMATA_ERR_NOT_FOUND && f->error->code >= 40000 &&
               cache->missing_ms[e->kind] > 0) {
        e->miss_ms = e->miss_ms ? e->miss_ms * 2 : cache->missing_ms[e->kind];
        if (e->miss_ms > MISSING_MAX_MS)
            e->miss_ms = MISSING_MAX_MS;
        schemata_schema_unref(e->schema);
        schemata_error_free(e->missing);
        e->schema = NULL;
        e->missing = sma_client_error_copy(f->error);
        if (!e->missing->is_static)
            e->missing->is_cached = true;
        e->until_ms = now + e->miss_ms;
    }
    cache->bytes += cost(e);
}

static schemata_status_t result(const struct flight *f, schemata_schema_t **out,
                                schemata_error_t **err)
{
    if (f->status)
        return sma_client_error_give(err, sma_client_error_copy(f->error)), f->status;
    *out = schemata_schema_ref(f->schema);
    return SCHEMATA_OK;
}

/* Under the mutex, which is let go of during the fetch. */
static struct flight *fly(struct sma_client_cache *cache, struct entry *e,
                          struct sma_client_ask *ask)
{
    struct flight *f = sma_client_alloc(sizeof *f);
    if (!f || !sma_client_cond_init(&f->landed)) {
        sma_client_free(f);
        return NULL;
    }
    atomic_init(&f->ref_count, 1);
    e->flight = f;
    pthread_mutex_unlock(&cache->mutex);
    ask->has_fetched = true;
    f->status = ask->fetch(ask->ctx, &f->schema, &f->error);
    pthread_mutex_lock(&cache->mutex);
    f->is_done = true;
    e->flight = NULL;
    settle(cache, e, f);
    pthread_cond_broadcast(&f->landed);
    return f;
}

/* During an outage an old "latest" is better than nothing, when that is allowed. */
static bool serve_stale(struct sma_client_cache *cache, const struct entry *e,
                        struct sma_client_ask *ask, schemata_status_t st)
{
    bool is_outage = st == SCHEMATA_ERR_UNREACHABLE || st == SCHEMATA_ERR_TIMEOUT ||
                     st == SCHEMATA_ERR_SERVER;
    return is_outage && e->schema && ((ask->flags & SCHEMATA_STALE_OK) || cache->is_stale_ok) &&
           sma_client_now_ms() < e->stale_until_ms;
}

static schemata_status_t fetch(struct sma_client_cache *cache, struct entry *e,
                               struct sma_client_ask *ask, schemata_schema_t **out,
                               schemata_error_t **err)
{
    schemata_status_t st;
    struct flight *f = fly(cache, e, ask);
    sma_client_count(&cache->counters->misses);
    if (!f)
        return sma_client_no_memory(err);
    if (serve_stale(cache, e, ask, f->status)) {
        *out = schemata_schema_ref(e->schema);
        sma_client_count(&cache->counters->stale_served);
        st = SCHEMATA_OK;
    } else {
        st = result(f, out, err);
    }
    ask->until_ms = e->until_ms;
    if (!e->schema && !e->missing)
        remove_entry(cache, e);
    flight_unref(f);
    evict(cache);
    return st;
}

static schemata_status_t join(struct sma_client_cache *cache, struct flight *f,
                              struct sma_client_ask *ask, schemata_schema_t **out,
                              schemata_error_t **err)
{
    bool in_time = true;
    atomic_fetch_add(&f->ref_count, 1);
    sma_client_count(&cache->counters->coalesced);
    while (!f->is_done && in_time)
        in_time = sma_client_cond_wait(&f->landed, &cache->mutex, ask->deadline_ms);
    schemata_status_t st =
        f->is_done ? result(f, out, err)
                   : sma_client_fail(err, SCHEMATA_ERR_TIMEOUT,
                                     "waited too long for another thread's request");
    flight_unref(f);
    return st;
}

static schemata_status_t look(struct sma_client_cache *cache, struct sma_client_ask *ask,
                              schemata_schema_t **out, schemata_error_t **err)
{
    uint64_t hash = sma_hash_bytes(cache->seed, ask->key.ptr, ask->key.len);
    struct entry *e = find(cache, ask->key, hash);
    bool is_good = e && !(ask->flags & SCHEMATA_REFRESH) &&
                   (e->until_ms == NEVER || e->until_ms > sma_client_now_ms());
    if (is_good && e->schema) {
        sma_client_count(&cache->counters->hits);
        unlink_use(cache, e);
        link_use(cache, e);
        *out = schemata_schema_ref(e->schema);
        ask->until_ms = e->until_ms;
        return SCHEMATA_OK;
    }
    if (is_good && e->missing) {
        sma_client_count(&cache->counters->negative_hits);
        return sma_client_error_give(err, sma_client_error_copy(e->missing));
    }
    if (ask->flags & SCHEMATA_NOWAIT)
        return sma_client_fail(err, SCHEMATA_ERR_WOULD_BLOCK, "not in the cache");
    if (e && e->flight)
        return join(cache, e->flight, ask, out, err);
    if (!e)
        e = add(cache, ask, hash);
    return e ? fetch(cache, e, ask, out, err) : sma_client_no_memory(err);
}

schemata_status_t sma_client_cache_get(struct sma_client_cache *cache,
                                       struct sma_client_ask *ask, schemata_schema_t **out,
                                       schemata_error_t **err)
{
    pthread_mutex_lock(&cache->mutex);
    schemata_status_t st = look(cache, ask, out, err);
    pthread_mutex_unlock(&cache->mutex);
    return st;
}
