/* The cache: what it keeps, what it drops, what it refuses to learn. */
#include "tests/support/test.h"

#include <pthread.h>
#include <stdatomic.h>

#include "registry/cache.h"

static const struct sma_cache_value_ops ops = {sma_blob_ref, sma_blob_unref};

static void put(struct sma_cache *cache, uint64_t token, const char *key, const char *value,
                const char *tag, const char *tag2)
{
    struct sma_str tags[] = {sma_str_z(tag), sma_str_z(tag2)};
    struct sma_blob *blob = sma_blob_new(sma_str_z(value));
    sma_cache_put(cache, token, sma_str_z(key), blob, strlen(value), tags, tag2 ? 2 : 1);
    sma_blob_unref(blob);
}

/* Fails unless the key gives the value (NULL: nothing). */
static void expect(struct sma_cache *cache, const char *key, const char *value)
{
    struct sma_blob *blob = sma_cache_get(cache, sma_str_z(key));
    if (!value) {
        assert_null(blob);
        return;
    }
    assert_non_null(blob);
    sma_test_same_text(key, sma_blob_bytes(blob), sma_str_z(value));
    sma_blob_unref(blob);
}

static void keeps_and_replaces(void **state)
{
    struct sma_cache *cache = sma_cache_new(1 << 20, 4, &ops);
    (void)state;
    expect(cache, "a", NULL);
    put(cache, sma_cache_token(cache), "a", "1", "s:x", NULL);
    put(cache, sma_cache_token(cache), "b", "2", "s:y", NULL);
    expect(cache, "a", "1");
    put(cache, sma_cache_token(cache), "a", "3", "s:x", NULL);
    expect(cache, "a", "3");
    expect(cache, "b", "2");
    struct sma_cache_figures f;
    sma_cache_figures(cache, &f);
    assert_int_equal(f.entries, 2);
    assert_int_equal(f.hits, 3);
    assert_int_equal(f.misses, 1);
    sma_cache_free(cache);
}

static void drops_exactly_the_touched(void **state)
{
    struct sma_cache *cache = sma_cache_new(1 << 20, 4, &ops);
    (void)state;
    put(cache, sma_cache_token(cache), "a", "1", "s:x", "c:x");
    put(cache, sma_cache_token(cache), "b", "2", "s:x", "c:y");
    put(cache, sma_cache_token(cache), "c", "3", "s:y", "c:x");
    sma_cache_touched(cache, SMA_STR("s:x"));
    expect(cache, "a", NULL);
    expect(cache, "b", NULL);
    expect(cache, "c", "3");
    sma_cache_touched(cache, SMA_STR("c:x"));
    expect(cache, "c", NULL);
    struct sma_cache_figures f;
    sma_cache_figures(cache, &f);
    assert_int_equal(f.entries, 0);
    assert_int_equal(f.bytes, 0);
    assert_int_equal(f.dropped, 3);
    sma_cache_free(cache);
}

static void learns_nothing_older_than_a_touch(void **state)
{
    struct sma_cache *cache = sma_cache_new(1 << 20, 4, &ops);
    uint64_t before = sma_cache_token(cache);
    (void)state;
    sma_cache_touched(cache, SMA_STR("s:x"));
    put(cache, before, "a", "old", "s:x", NULL);
    expect(cache, "a", NULL);
    put(cache, before, "b", "unrelated", "s:y", NULL);
    expect(cache, "b", "unrelated");
    put(cache, sma_cache_token(cache), "a", "new", "s:x", NULL);
    expect(cache, "a", "new");
    sma_cache_free(cache);
}

static void frozen_between_touching_and_touched(void **state)
{
    struct sma_cache *cache = sma_cache_new(1 << 20, 4, &ops);
    (void)state;
    put(cache, sma_cache_token(cache), "a", "old", "s:x", NULL);
    sma_cache_touching(cache, SMA_STR("s:x"));
    expect(cache, "a", NULL);
    put(cache, sma_cache_token(cache), "a", "old", "s:x", NULL);
    expect(cache, "a", NULL);
    sma_cache_touched(cache, SMA_STR("s:x"));
    put(cache, sma_cache_token(cache), "a", "new", "s:x", NULL);
    expect(cache, "a", "new");
    sma_cache_free(cache);
}

static void stays_within_its_bound_and_drops_the_oldest(void **state)
{
    enum { BOUND = 64 << 10 };
    struct sma_cache *cache = sma_cache_new(BOUND, 1, &ops);
    struct sma_cache_figures f;
    char key[16], value[1001];
    (void)state;
    memset(value, 'v', 1000);
    value[1000] = '\0';
    for (int i = 0; i < 500; i++) {
        snprintf(key, sizeof key, "%d", i);
        put(cache, sma_cache_token(cache), key, value, key, "all");
        expect(cache, "0", value); /* asked for all the time: never the oldest */
        sma_cache_figures(cache, &f);
        assert_true(f.bytes <= BOUND);
    }
    expect(cache, "499", value);
    expect(cache, "1", NULL);
    assert_true(f.entries > 30);
    assert_int_equal(f.evicted, f.inserted - f.entries);
    sma_cache_touched(cache, SMA_STR("all"));
    sma_cache_figures(cache, &f);
    assert_int_equal(f.entries, 0);
    sma_cache_free(cache);
}

static void refuses_what_is_too_large(void **state)
{
    struct sma_cache *cache = sma_cache_new(4096, 1, &ops);
    struct sma_str tags[SMA_CACHE_TAGS_MAX + 1];
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(tags); i++)
        tags[i] = SMA_STR("t");
    struct sma_blob *blob = sma_blob_new(SMA_STR("x"));
    sma_cache_put(cache, 0, SMA_STR("big"), blob, 4096, tags, 1);
    sma_cache_put(cache, 0, SMA_STR("huge"), blob, SIZE_MAX, tags, 1);
    sma_cache_put(cache, 0, SMA_STR("tags"), blob, 1, tags, SMA_COUNT(tags));
    sma_cache_put(NULL, 0, SMA_STR("none"), blob, 1, tags, 1);
    expect(cache, "big", NULL);
    expect(cache, "huge", NULL);
    expect(cache, "tags", NULL);
    sma_blob_unref(blob);
    sma_cache_free(cache);
}

static void a_value_outlives_its_entry(void **state)
{
    struct sma_cache *cache = sma_cache_new(1 << 20, 1, &ops);
    (void)state;
    put(cache, 0, "a", "still here", "s:x", NULL);
    struct sma_blob *blob = sma_cache_get(cache, SMA_STR("a"));
    sma_cache_touched(cache, SMA_STR("s:x"));
    sma_cache_free(cache);
    sma_test_same_text("value", sma_blob_bytes(blob), SMA_STR("still here"));
    sma_blob_unref(blob);
}

/* One writer changes "the state" (a number per key) the way the store announces it; readers read
 * the state, keep what they saw, and must never be given a number older than one they saw before.
 */
enum { KEYS = 8, ROUNDS = 4000, READERS = 3 };

struct race {
    struct sma_cache *cache;
    atomic_int state[KEYS];
    atomic_bool is_over;
    atomic_int wrong;
};

static void *change(void *arg)
{
    struct race *race = arg;
    for (int round = 1; round <= ROUNDS; round++) {
        char tag[8];
        snprintf(tag, sizeof tag, "t%d", round % KEYS);
        sma_cache_touching(race->cache, sma_str_z(tag));
        atomic_store(&race->state[round % KEYS], round); /* the commit */
        sma_cache_touched(race->cache, sma_str_z(tag));
    }
    atomic_store(&race->is_over, true);
    return NULL;
}

static void *look(void *arg)
{
    struct race *race = arg;
    int seen[KEYS] = {0};
    for (unsigned i = 0; !atomic_load(&race->is_over); i++) {
        int k = (int)(i % KEYS), value;
        char key[8], tag[8];
        snprintf(key, sizeof key, "k%d", k);
        snprintf(tag, sizeof tag, "t%d", k);
        struct sma_str tags[] = {sma_str_z(tag)};
        struct sma_blob *blob = sma_cache_get(race->cache, sma_str_z(key));
        if (blob) {
            memcpy(&value, sma_blob_bytes(blob).ptr, sizeof value);
        } else {
            uint64_t token = sma_cache_token(race->cache);
            value = atomic_load(&race->state[k]); /* the snapshot */
            blob = sma_blob_new(sma_str_make((const char *)&value, sizeof value));
            sma_cache_put(race->cache, token, sma_str_z(key), blob, sizeof value, tags, 1);
        }
        sma_blob_unref(blob);
        if (value < seen[k])
            atomic_fetch_add(&race->wrong, 1);
        seen[k] = value;
    }
    return NULL;
}

static void never_goes_back_in_time(void **state)
{
    struct race race = {.cache = sma_cache_new(1 << 20, 4, &ops)};
    pthread_t writer, readers[READERS];
    (void)state;
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&readers[i], NULL, look, &race), 0);
    assert_int_equal(pthread_create(&writer, NULL, change, &race), 0);
    pthread_join(writer, NULL);
    for (int i = 0; i < READERS; i++)
        pthread_join(readers[i], NULL);
    assert_int_equal(atomic_load(&race.wrong), 0);
    sma_cache_free(race.cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_and_replaces),
        cmocka_unit_test(drops_exactly_the_touched),
        cmocka_unit_test(learns_nothing_older_than_a_touch),
        cmocka_unit_test(frozen_between_touching_and_touched),
        cmocka_unit_test(stays_within_its_bound_and_drops_the_oldest),
        cmocka_unit_test(refuses_what_is_too_large),
        cmocka_unit_test(a_value_outlives_its_entry),
        cmocka_unit_test(never_goes_back_in_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
