#include "registry/cache.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/map.h"

#define SHARDS_MAX 16u
#define SLOTS_MIN 64u     /* per shard, of keys and of tags */
#define STAMPS 4096u      /* when tags were last touched, by hash */
#define FROZEN UINT64_MAX /* between touching and touched */

struct entry;

/* One tag of one entry, in its shard's table of tags. */
struct tag_link {
    uint64_t hash;
    struct entry *entry;
    struct tag_link *next, **prev;
};

struct entry {
    struct entry *chain;         /* same slot of keys */
    struct entry *newer, *older; /* order of use */
    uint64_t hash;
    void *value;
    size_t bytes; /* all of it, for the bound */
    size_t tag_count;
    size_t key_len;
    char *key; /* behind the tags, in the same allocation */
    struct tag_link tags[];
};

struct shard {
    pthread_mutex_t lock;
    struct entry **slots;
    struct tag_link **tag_slots;
    size_t mask; /* of both tables */
    size_t count, bytes;
    struct entry *newest, *oldest;
    uint64_t hits, misses, inserted, evicted, dropped;
};

struct sma_cache {
    const struct sma_cache_value_ops *ops;
    uint64_t seed;
    size_t shard_count;
    size_t shard_bytes; /* bound of one shard */
    /* Counts touches. An entry may be kept only if none of its tags was touched after its token. A
     * stamp is shared by all tags that fall on it: a needless refusal, never a wrong answer. */
    atomic_uint_fast64_t clock;
    atomic_uint_fast64_t stamps[STAMPS];
    struct shard shards[SHARDS_MAX];
};

/* ---- life ---------------------------------------------------------------------------------------
 */

static bool init_shard(struct shard *shard)
{
    if (pthread_mutex_init(&shard->lock, NULL) != 0)
        return false;
    shard->mask = SLOTS_MIN - 1;
    shard->slots = calloc(SLOTS_MIN, sizeof *shard->slots);
    shard->tag_slots = calloc(SLOTS_MIN, sizeof *shard->tag_slots);
    if (shard->slots && shard->tag_slots)
        return true;
    free(shard->slots);
    free(shard->tag_slots);
    pthread_mutex_destroy(&shard->lock);
    return false;
}

static void fini_shard(struct sma_cache *cache, struct shard *shard)
{
    for (struct entry *entry = shard->newest; entry;) {
        struct entry *older = entry->older;
        cache->ops->unref(entry->value);
        free(entry);
        entry = older;
    }
    free(shard->slots);
    free(shard->tag_slots);
    pthread_mutex_destroy(&shard->lock);
}

struct sma_cache *sma_cache_new(size_t max_bytes, size_t shards,
                                const struct sma_cache_value_ops *ops)
{
    struct sma_cache *cache = calloc(1, sizeof *cache);
    struct timespec now;
    if (!cache)
        return NULL;
    clock_gettime(CLOCK_MONOTONIC, &now);
    cache->ops = ops;
    cache->seed = sma_hash_bytes((uint64_t)(uintptr_t)cache, &now, sizeof now);
    cache->shard_count = shards < 1 ? 1 : shards > SHARDS_MAX ? SHARDS_MAX : shards;
    cache->shard_bytes = max_bytes / cache->shard_count;
    for (size_t i = 0; i < cache->shard_count; i++)
        if (!init_shard(&cache->shards[i])) {
            while (i--)
                fini_shard(cache, &cache->shards[i]);
            free(cache);
            return NULL;
        }
    return cache;
}

void sma_cache_free(struct sma_cache *cache)
{
    if (!cache)
        return;
    for (size_t i = 0; i < cache->shard_count; i++)
        fini_shard(cache, &cache->shards[i]);
    free(cache);
}

/* ---- tables of one shard (its lock is held)
 * ------------------------------------------------------ */

static struct shard *shard_of(struct sma_cache *cache, uint64_t hash)
{
    return &cache->shards[(hash >> 48) % cache->shard_count];
}

static struct entry *find(struct shard *shard, uint64_t hash, struct sma_str key)
{
    struct entry *entry = shard->slots[hash & shard->mask];
    while (entry && (entry->hash != hash || entry->key_len != key.len ||
                     memcmp(entry->key, key.ptr, key.len) != 0))
        entry = entry->chain;
    return entry;
}

static void unlink_use(struct shard *shard, struct entry *entry)
{
    *(entry->newer ? &entry->newer->older : &shard->newest) = entry->older;
    *(entry->older ? &entry->older->newer : &shard->oldest) = entry->newer;
}

static void link_newest(struct shard *shard, struct entry *entry)
{
    entry->newer = NULL;
    entry->older = shard->newest;
    *(shard->newest ? &shard->newest->newer : &shard->oldest) = entry;
    shard->newest = entry;
}

static void link_tag(struct shard *shard, struct tag_link *link)
{
    struct tag_link **slot = &shard->tag_slots[link->hash & shard->mask];
    link->next = *slot;
    link->prev = slot;
    if (link->next)
        link->next->prev = &link->next;
    *slot = link;
}

static void unlink_tag(struct tag_link *link)
{
    *link->prev = link->next;
    if (link->next)
        link->next->prev = link->prev;
}

static void link_entry(struct shard *shard, struct entry *entry)
{
    struct entry **slot = &shard->slots[entry->hash & shard->mask];
    entry->chain = *slot;
    *slot = entry;
    for (size_t i = 0; i < entry->tag_count; i++)
        link_tag(shard, &entry->tags[i]);
}

static void remove_entry(struct sma_cache *cache, struct shard *shard, struct entry *entry)
{
    struct entry **slot = &shard->slots[entry->hash & shard->mask];
    while (*slot != entry)
        slot = &(*slot)->chain;
    *slot = entry->chain;
    for (size_t i = 0; i < entry->tag_count; i++)
        unlink_tag(&entry->tags[i]);
    unlink_use(shard, entry);
    shard->count--;
    shard->bytes -= entry->bytes;
    cache->ops->unref(entry->value);
    free(entry);
}

/* Doubles both tables when entries outnumber slots. Staying small is only slower. */
static void grow(struct shard *shard)
{
    size_t slots = (shard->mask + 1) * 2;
    struct entry **keys = calloc(slots, sizeof *keys);
    struct tag_link **tags = calloc(slots, sizeof *tags);
    if (!keys || !tags) {
        free(keys);
        free(tags);
        return;
    }
    free(shard->slots);
    free(shard->tag_slots);
    shard->slots = keys;
    shard->tag_slots = tags;
    shard->mask = slots - 1;
    for (struct entry *entry = shard->newest; entry; entry = entry->older)
        link_entry(shard, entry);
}

/* ---- use ----------------------------------------------------------------------------------------
 */

void *sma_cache_get(struct sma_cache *cache, struct sma_str key)
{
    void *value = NULL;
    uint64_t hash = sma_hash_bytes(cache->seed, key.ptr, key.len);
    struct shard *shard = shard_of(cache, hash);
    pthread_mutex_lock(&shard->lock);
    struct entry *entry = find(shard, hash, key);
    if (entry) {
        value = entry->value;
        cache->ops->ref(value);
        if (entry != shard->newest) {
            unlink_use(shard, entry);
            link_newest(shard, entry);
        }
        shard->hits++;
    } else {
        shard->misses++;
    }
    pthread_mutex_unlock(&shard->lock);
    return value;
}

uint64_t sma_cache_token(struct sma_cache *cache)
{
    return cache ? atomic_load(&cache->clock) : 0;
}

static atomic_uint_fast64_t *stamp_of(struct sma_cache *cache, uint64_t tag_hash)
{
    return &cache->stamps[tag_hash % STAMPS];
}

static bool is_current(struct sma_cache *cache, const struct entry *entry, uint64_t token)
{
    for (size_t i = 0; i < entry->tag_count; i++)
        if (atomic_load(stamp_of(cache, entry->tags[i].hash)) > token)
            return false;
    return true;
}

static struct entry *make_entry(struct sma_cache *cache, struct sma_str key, void *value,
                                size_t cost, const struct sma_str *tags, size_t tag_count)
{
    struct entry *entry = NULL;
    size_t own = sizeof *entry + tag_count * sizeof entry->tags[0] + key.len;
    size_t bytes = own + cost;
    if (tag_count > SMA_CACHE_TAGS_MAX || bytes < cost || bytes > cache->shard_bytes / 4)
        return NULL;
    entry = malloc(own);
    if (!entry)
        return NULL;
    entry->hash = sma_hash_bytes(cache->seed, key.ptr, key.len);
    entry->value = value;
    entry->bytes = bytes;
    entry->tag_count = tag_count;
    for (size_t i = 0; i < tag_count; i++)
        entry->tags[i] = (struct tag_link){
            .hash = sma_hash_bytes(cache->seed, tags[i].ptr, tags[i].len), .entry = entry};
    entry->key_len = key.len;
    entry->key = (char *)(entry->tags + tag_count);
    memcpy(entry->key, key.ptr, key.len);
    return entry;
}

void sma_cache_put(struct sma_cache *cache, uint64_t token, struct sma_str key, void *value,
                   size_t cost, const struct sma_str *tags, size_t tag_count)
{
    struct entry *entry = cache ? make_entry(cache, key, value, cost, tags, tag_count) : NULL;
    if (!entry)
        return;
    struct shard *shard = shard_of(cache, entry->hash);
    pthread_mutex_lock(&shard->lock);
    /* Under the lock: a touch from now on finds the entry in its table. */
    if (!is_current(cache, entry, token)) {
        pthread_mutex_unlock(&shard->lock);
        free(entry);
        return;
    }
    struct entry *previous = find(shard, entry->hash, key);
    if (previous)
        remove_entry(cache, shard, previous);
    while (shard->oldest && shard->bytes + entry->bytes > cache->shard_bytes) {
        remove_entry(cache, shard, shard->oldest);
        shard->evicted++;
    }
    cache->ops->ref(value);
    link_entry(shard, entry);
    link_newest(shard, entry);
    shard->count++;
    shard->bytes += entry->bytes;
    shard->inserted++;
    if (shard->count > shard->mask)
        grow(shard);
    pthread_mutex_unlock(&shard->lock);
}

static void drop_tagged(struct sma_cache *cache, uint64_t hash)
{
    for (size_t i = 0; i < cache->shard_count; i++) {
        struct shard *shard = &cache->shards[i];
        pthread_mutex_lock(&shard->lock);
        struct tag_link *next;
        for (struct tag_link *link = shard->tag_slots[hash & shard->mask]; link; link = next) {
            next = link->next;
            if (link->hash != hash)
                continue;
            while (next && next->entry == link->entry) /* another tag of the entry, going too */
                next = next->next;
            remove_entry(cache, shard, link->entry);
            shard->dropped++;
        }
        pthread_mutex_unlock(&shard->lock);
    }
}

void sma_cache_touching(struct sma_cache *cache, struct sma_str tag)
{
    uint64_t hash = sma_hash_bytes(cache->seed, tag.ptr, tag.len);
    atomic_store(stamp_of(cache, hash), FROZEN);
    drop_tagged(cache, hash);
}

void sma_cache_touched(struct sma_cache *cache, struct sma_str tag)
{
    uint64_t hash = sma_hash_bytes(cache->seed, tag.ptr, tag.len);
    /* The new stamp is larger than every token handed out so far. */
    atomic_store(stamp_of(cache, hash), atomic_fetch_add(&cache->clock, 1) + 1);
    drop_tagged(cache, hash);
}

void sma_cache_figures(struct sma_cache *cache, struct sma_cache_figures *out)
{
    struct sma_cache_figures sum = {0};
    for (size_t i = 0; cache && i < cache->shard_count; i++) {
        struct shard *shard = &cache->shards[i];
        pthread_mutex_lock(&shard->lock);
        sum.hits += shard->hits;
        sum.misses += shard->misses;
        sum.inserted += shard->inserted;
        sum.evicted += shard->evicted;
        sum.dropped += shard->dropped;
        sum.entries += shard->count;
        sum.bytes += shard->bytes;
        pthread_mutex_unlock(&shard->lock);
    }
    *out = sum;
}

/* ---- a value of bytes ---------------------------------------------------------------------------
 */

struct sma_blob {
    atomic_uint ref_count;
    size_t len;
    char label[SMA_BLOB_LABEL_BYTES];
    char bytes[];
};

struct sma_blob *sma_blob_new(struct sma_str bytes)
{
    return sma_blob_new_labelled(bytes, "");
}

struct sma_blob *sma_blob_new_labelled(struct sma_str bytes, const char *label)
{
    struct sma_blob *blob = malloc(sizeof *blob + bytes.len);
    assert(strlen(label) < SMA_BLOB_LABEL_BYTES);
    if (!blob)
        return NULL;
    strcpy(blob->label, label);
    atomic_init(&blob->ref_count, 1);
    blob->len = bytes.len;
    if (bytes.len)
        memcpy(blob->bytes, bytes.ptr, bytes.len);
    return blob;
}

struct sma_str sma_blob_bytes(const struct sma_blob *blob)
{
    return sma_str_make(blob->bytes, blob->len);
}

const char *sma_blob_label(const struct sma_blob *blob)
{
    return blob->label;
}

void sma_blob_ref(void *value)
{
    struct sma_blob *blob = value;
    atomic_fetch_add_explicit(&blob->ref_count, 1, memory_order_relaxed);
}

void sma_blob_unref(void *value)
{
    struct sma_blob *blob = value;
    if (blob && atomic_fetch_sub_explicit(&blob->ref_count, 1, memory_order_acq_rel) == 1)
        free(blob);
}
