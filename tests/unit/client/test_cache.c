/* The cache over a fetch function of the test's own: lifetimes, misses, outages, flights, limits. */
#include <pthread.h>
#include <stdatomic.h>

#include "clients/c/cache.h"
#include "clients/c/clock.h"
#include "tests/support/test.h"

#define TEXT "\"string\""

/* What the registry would say, and how often it was asked. */
struct source {
    atomic_int calls;
    atomic_int latency_ms;
    struct sma_client_counters *counters;
    uint64_t passengers; /* the answer comes when so many wait for it */
    schemata_status_t status; /* of the next answers */
    int code, http_status;
    schemata_schema_t *schema;
};

static schemata_status_t fetch(void *ctx, schemata_schema_t **out, schemata_error_t **err)
{
    struct source *s = ctx;
    atomic_fetch_add(&s->calls, 1);
    if (s->latency_ms)
        sma_client_sleep_ms(s->latency_ms);
    for (int i = 0; i < 10000 && atomic_load(&s->counters->coalesced) < s->passengers; i++)
        sma_client_sleep_ms(1);
    if (s->status) {
        sma_client_fail(err, s->status, "the source says %d", s->code);
        (*err)->code = s->code;
        (*err)->http_status = s->http_status;
        return s->status;
    }
    *out = schemata_schema_ref(s->schema);
    return SCHEMATA_OK;
}

struct fixture {
    struct sma_client_counters counters;
    struct sma_client_cache *cache;
    struct source source;
};

static void open_cache(struct fixture *f, const char *const *pairs)
{
    schemata_conf_t *conf = schemata_conf_new();
    memset(f, 0, sizeof *f);
    for (; pairs && *pairs; pairs += 2)
        assert_int_equal(schemata_conf_set(conf, pairs[0], pairs[1], NULL), SCHEMATA_OK);
    f->cache = sma_client_cache_new(conf, &f->counters);
    assert_non_null(f->cache);
    f->source.counters = &f->counters;
    f->source.schema =
        schemata_parse(SCHEMATA_AVRO, TEXT, strlen(TEXT), NULL, NULL, 0, NULL, NULL);
    assert_non_null(f->source.schema);
    schemata_conf_free(conf);
}

static void close_cache(struct fixture *f)
{
    sma_client_cache_free(f->cache);
    schemata_schema_unref(f->source.schema);
}

struct answer {
    schemata_status_t status;
    bool is_cached, is_outdated, is_due;
};

static struct answer ask(struct fixture *f, enum sma_client_kind kind, const char *key,
                         uint32_t flags)
{
    schemata_error_t *err = NULL;
    schemata_schema_t *schema = NULL;
    struct sma_client_ask a = {.kind = kind,
                               .key = sma_str_z(key),
                               .subject = SMA_STR("subject"),
                               .flags = flags,
                               .deadline_ms = sma_client_now_ms() + 20000,
                               .fetch = fetch,
                               .ctx = &f->source,
                               .has_worker = true};
    struct answer got = {.status = sma_client_cache_get(f->cache, &a, &schema, &err)};
    assert_true((got.status == SCHEMATA_OK) == (schema != NULL));
    assert_true((got.status == SCHEMATA_OK) == (err == NULL));
    got.is_cached = schemata_error_cached(err);
    got.is_outdated = a.is_outdated;
    got.is_due = a.is_due;
    schemata_schema_unref(schema);
    schemata_error_free(err);
    return got;
}

static int calls(struct fixture *f)
{
    return atomic_load(&f->source.calls);
}

static const char *const short_lives[] = {"latest.cache.ttl.sec",         "1",
                                          "latest.cache.max.stale.sec",   "2",
                                          "missing.id.cache.ttl.sec",     "1",
                                          "missing.version.cache.ttl.sec", "1",
                                          NULL};

/* ---- lifetimes ------------------------------------------------------------------------------------
 */

static void immutable_answers_stay(void **state)
{
    (void)state;
    static const enum sma_client_kind kinds[] = {SMA_CACHE_ID, SMA_CACHE_GUID, SMA_CACHE_VERSION,
                                                 SMA_CACHE_TEXT};
    struct fixture f;
    open_cache(&f, short_lives);
    for (size_t i = 0; i < SMA_COUNT(kinds); i++)
        for (int k = 0; k < 100; k++)
            assert_int_equal(ask(&f, kinds[i], &"abcd"[i], 0).status, SCHEMATA_OK);
    assert_int_equal(calls(&f), 4);
    close_cache(&f);
}

/* Asked every few milliseconds, a latest version still ends one second after its fetch. */
static void hits_do_not_move_the_end(void **state)
{
    (void)state;
    struct fixture f;
    open_cache(&f, short_lives);
    int64_t start = sma_client_now_ms(), took;
    ask(&f, SMA_CACHE_LATEST, "l", 0);
    while (calls(&f) == 1 && sma_client_now_ms() - start < 5000) {
        ask(&f, SMA_CACHE_LATEST, "l", 0);
        sma_client_sleep_ms(2);
    }
    took = sma_client_now_ms() - start;
    assert_int_equal(calls(&f), 2);
    if (took < 1000 || took > 4500)
        fail_msg("fetched again after %lld ms", (long long)took);
    close_cache(&f);
}

static void a_refresh_is_due_in_the_last_fifth_once(void **state)
{
    (void)state;
    const char *const two_seconds[] = {"latest.cache.ttl.sec", "2", NULL};
    struct fixture f;
    int due = 0, early = 0;
    open_cache(&f, two_seconds);
    int64_t start = sma_client_now_ms();
    ask(&f, SMA_CACHE_LATEST, "l", 0);
    while (sma_client_now_ms() - start < 1950) {
        bool is_due = ask(&f, SMA_CACHE_LATEST, "l", 0).is_due;
        early += is_due && sma_client_now_ms() - start < 1599;
        due += is_due;
        sma_client_sleep_ms(2);
    }
    assert_int_equal(early, 0);
    assert_int_equal(due, 1);
    assert_int_equal(calls(&f), 1);
    ask(&f, SMA_CACHE_LATEST, "l", SCHEMATA_REFRESH);
    assert_int_equal(calls(&f), 2);
    assert_false(ask(&f, SMA_CACHE_LATEST, "l", 0).is_due);
    close_cache(&f);
}

static void minus_one_is_for_ever_and_nought_for_never(void **state)
{
    (void)state;
    const char *const for_ever[] = {"latest.cache.ttl.sec", "-1", NULL};
    const char *const never[] = {"latest.cache.ttl.sec", "0", NULL};
    struct fixture f;
    open_cache(&f, for_ever);
    for (int i = 0; i < 10; i++)
        ask(&f, SMA_CACHE_LATEST, "l", 0);
    assert_int_equal(calls(&f), 1);
    close_cache(&f);
    open_cache(&f, never);
    for (int i = 0; i < 10; i++)
        ask(&f, SMA_CACHE_LATEST, "l", 0);
    assert_int_equal(calls(&f), 10);
    close_cache(&f);
}

/* ---- what is missing ------------------------------------------------------------------------------
 */

static void a_definite_no_is_kept_and_doubles(void **state)
{
    (void)state;
    struct fixture f;
    open_cache(&f, short_lives);
    f.source.status = SCHEMATA_ERR_NOT_FOUND;
    f.source.code = 40403;
    f.source.http_status = 404;
    assert_false(ask(&f, SMA_CACHE_ID, "i", 0).is_cached);
    int64_t start = sma_client_now_ms();
    assert_true(ask(&f, SMA_CACHE_ID, "i", 0).is_cached);
    while (calls(&f) == 1 && sma_client_now_ms() - start < 4000)
        ask(&f, SMA_CACHE_ID, "i", 0), sma_client_sleep_ms(5);
    assert_in_range(sma_client_now_ms() - start, 990, 3900);
    start = sma_client_now_ms();
    while (calls(&f) == 2 && sma_client_now_ms() - start < 6000)
        ask(&f, SMA_CACHE_ID, "i", 0), sma_client_sleep_ms(5);
    assert_in_range(sma_client_now_ms() - start, 1990, 5900);
    f.source.status = SCHEMATA_OK;
    assert_int_equal(ask(&f, SMA_CACHE_ID, "i", SCHEMATA_REFRESH).status, SCHEMATA_OK);
    assert_int_equal(ask(&f, SMA_CACHE_ID, "i", 0).status, SCHEMATA_OK);
    close_cache(&f);
}

static const struct {
    const char *name;
    schemata_status_t status;
    int code, http_status;
} not_kept[] = {
    {"404 of a proxy", SCHEMATA_ERR_NOT_FOUND, 0, 404},
    {"404 as a code", SCHEMATA_ERR_NOT_FOUND, 404, 404},
    {"outage", SCHEMATA_ERR_UNREACHABLE, 0, 0},
    {"time-out", SCHEMATA_ERR_TIMEOUT, 0, 0},
    {"500", SCHEMATA_ERR_SERVER, 50001, 500},
    {"429", SCHEMATA_ERR_SERVER, 0, 429},
    {"401", SCHEMATA_ERR_AUTH, 40101, 401},
    {"409", SCHEMATA_ERR_INCOMPATIBLE, 409, 409},
};

static void other_failures_are_not_kept(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(not_kept); i++) {
        struct fixture f;
        open_cache(&f, NULL);
        f.source.status = not_kept[i].status;
        f.source.code = not_kept[i].code;
        f.source.http_status = not_kept[i].http_status;
        for (int k = 0; k < 3; k++)
            assert_int_equal(ask(&f, SMA_CACHE_ID, "i", 0).status, not_kept[i].status);
        if (calls(&f) != 3)
            fail_msg("%s: asked %d times", not_kept[i].name, calls(&f));
        close_cache(&f);
    }
}

static void a_no_upon_refresh_drops_what_was_there(void **state)
{
    (void)state;
    const char *const no_misses[] = {"missing.version.cache.ttl.sec", "0", NULL};
    struct fixture f;
    open_cache(&f, no_misses);
    assert_int_equal(ask(&f, SMA_CACHE_VERSION, "v", 0).status, SCHEMATA_OK);
    f.source.status = SCHEMATA_ERR_NOT_FOUND;
    f.source.code = 40402;
    f.source.http_status = 404;
    assert_int_equal(ask(&f, SMA_CACHE_VERSION, "v", 0).status, SCHEMATA_OK);
    assert_int_equal(ask(&f, SMA_CACHE_VERSION, "v", SCHEMATA_REFRESH).status,
                     SCHEMATA_ERR_NOT_FOUND);
    assert_int_equal(ask(&f, SMA_CACHE_VERSION, "v", 0).status, SCHEMATA_ERR_NOT_FOUND);
    assert_int_equal(calls(&f), 3);
    close_cache(&f);
}

/* ---- outages --------------------------------------------------------------------------------------
 */

static void wait_until(int64_t when_ms)
{
    while (sma_client_now_ms() < when_ms)
        sma_client_sleep_ms(5);
}

static void an_old_latest_stands_in_when_allowed(void **state)
{
    (void)state;
    struct fixture f;
    struct answer got;
    open_cache(&f, short_lives);
    ask(&f, SMA_CACHE_LATEST, "l", 0);
    int64_t fetched = sma_client_now_ms();
    f.source.status = SCHEMATA_ERR_UNREACHABLE;
    wait_until(fetched + 1010);
    assert_int_equal(ask(&f, SMA_CACHE_LATEST, "l", 0).status, SCHEMATA_ERR_UNREACHABLE);
    assert_int_equal(calls(&f), 2);
    got = ask(&f, SMA_CACHE_LATEST, "l", SCHEMATA_STALE_OK);
    assert_int_equal(got.status, SCHEMATA_OK);
    assert_true(got.is_outdated);
    assert_int_equal(calls(&f), 2); /* the failure is fresh: nobody asks again for a second */
    assert_int_equal(ask(&f, SMA_CACHE_LATEST, "l", 0).status, SCHEMATA_ERR_UNREACHABLE);
    assert_int_equal(calls(&f), 3);
    wait_until(fetched + 3050);
    assert_int_equal(ask(&f, SMA_CACHE_LATEST, "l", SCHEMATA_STALE_OK).status,
                     SCHEMATA_ERR_UNREACHABLE);
    f.source.status = SCHEMATA_OK;
    got = ask(&f, SMA_CACHE_LATEST, "l", 0);
    assert_int_equal(got.status, SCHEMATA_OK);
    assert_false(got.is_outdated);
    assert_int_equal(f.counters.stale_served, 1);
    close_cache(&f);
}

static void a_refusal_is_no_outage(void **state)
{
    (void)state;
    struct fixture f;
    const char *const stale[] = {"latest.cache.ttl.sec", "0", "latest.cache.stale.ok", "true", NULL};
    open_cache(&f, stale);
    ask(&f, SMA_CACHE_LATEST, "l", 0);
    f.source.status = SCHEMATA_ERR_AUTH;
    assert_int_equal(ask(&f, SMA_CACHE_LATEST, "l", 0).status, SCHEMATA_ERR_AUTH);
    f.source.status = SCHEMATA_ERR_SERVER;
    assert_int_equal(ask(&f, SMA_CACHE_LATEST, "l", 0).status, SCHEMATA_OK);
    close_cache(&f);
}

/* ---- flights --------------------------------------------------------------------------------------
 */

struct passenger {
    struct fixture *f;
    const char *key;
    uint32_t flags;
    enum sma_client_kind kind;
    struct answer got;
    pthread_t thread;
};

static void *ride(void *ctx)
{
    struct passenger *p = ctx;
    p->got = ask(p->f, p->kind, p->key, p->flags);
    return NULL;
}

static void start(struct passenger *p, struct fixture *f, enum sma_client_kind kind,
                  const char *key, uint32_t flags)
{
    *p = (struct passenger){.f = f, .key = key, .flags = flags, .kind = kind};
    assert_int_equal(pthread_create(&p->thread, NULL, ride, p), 0);
}

static void everybody_gets_the_failure_and_it_is_gone(void **state)
{
    (void)state;
    struct fixture f;
    struct passenger crowd[20];
    open_cache(&f, NULL);
    f.source.passengers = SMA_COUNT(crowd) - 1;
    f.source.status = SCHEMATA_ERR_SERVER;
    for (size_t i = 0; i < SMA_COUNT(crowd); i++)
        start(&crowd[i], &f, SMA_CACHE_ID, "i", 0);
    for (size_t i = 0; i < SMA_COUNT(crowd); i++) {
        pthread_join(crowd[i].thread, NULL);
        assert_int_equal(crowd[i].got.status, SCHEMATA_ERR_SERVER);
    }
    assert_int_equal(calls(&f), 1);
    f.source.status = SCHEMATA_OK;
    assert_int_equal(ask(&f, SMA_CACHE_ID, "i", 0).status, SCHEMATA_OK);
    close_cache(&f);
}

/* All who wait during an outage get the old latest, not only the one who asked. */
static void everybody_gets_the_old_latest(void **state)
{
    (void)state;
    struct fixture f;
    struct passenger crowd[20];
    const char *const now[] = {"latest.cache.ttl.sec", "0", NULL};
    open_cache(&f, now);
    ask(&f, SMA_CACHE_LATEST, "l", 0);
    f.source.latency_ms = 200;
    f.source.status = SCHEMATA_ERR_UNREACHABLE;
    for (size_t i = 0; i < SMA_COUNT(crowd); i++)
        start(&crowd[i], &f, SMA_CACHE_LATEST, "l", i % 2 ? SCHEMATA_STALE_OK : 0);
    for (size_t i = 0; i < SMA_COUNT(crowd); i++) {
        pthread_join(crowd[i].thread, NULL);
        assert_int_equal(crowd[i].got.status, i % 2 ? SCHEMATA_OK : SCHEMATA_ERR_UNREACHABLE);
    }
    close_cache(&f);
}

/* A stalled fetch of one key: hits of others go on at their usual pace. */
static void a_stalled_key_delays_nobody_else(void **state)
{
    (void)state;
    struct fixture f;
    struct passenger stalled[32];
    char keys[32][8];
    int64_t longest = 0;
    open_cache(&f, NULL);
    ask(&f, SMA_CACHE_ID, "hot", 0);
    f.source.latency_ms = 400;
    for (size_t i = 0; i < SMA_COUNT(stalled); i++) { /* all shards are in use */
        snprintf(keys[i], sizeof keys[i], "cold%zu", i);
        start(&stalled[i], &f, SMA_CACHE_ID, keys[i], 0);
    }
    int64_t begin = sma_client_now_ms();
    while (sma_client_now_ms() - begin < 200) {
        int64_t before = sma_client_now_us();
        assert_int_equal(ask(&f, SMA_CACHE_ID, "hot", 0).status, SCHEMATA_OK);
        int64_t took = sma_client_now_us() - before;
        longest = took > longest ? took : longest;
    }
    if (longest > 150000)
        fail_msg("a hit took %lld us", (long long)longest);
    for (size_t i = 0; i < SMA_COUNT(stalled); i++)
        pthread_join(stalled[i].thread, NULL);
    close_cache(&f);
}

/* What was fetched before a registration must not come back into the cache after it. */
static void an_answer_from_before_the_drop_is_not_kept(void **state)
{
    (void)state;
    struct fixture f;
    struct passenger early;
    open_cache(&f, NULL);
    f.source.latency_ms = 200;
    start(&early, &f, SMA_CACHE_LATEST, "l", 0);
    while (!calls(&f))
        sma_client_sleep_ms(1);
    uint64_t before = sma_client_cache_generation(f.cache);
    sma_client_cache_drop_subject(f.cache, SMA_STR("subject"));
    assert_true(sma_client_cache_generation(f.cache) != before);
    pthread_join(early.thread, NULL);
    assert_int_equal(early.got.status, SCHEMATA_OK);
    f.source.latency_ms = 0;
    ask(&f, SMA_CACHE_LATEST, "l", 0);
    assert_int_equal(calls(&f), 2);
    close_cache(&f);
}

static void who_waits_has_a_deadline_of_his_own(void **state)
{
    (void)state;
    struct fixture f;
    struct passenger first;
    schemata_schema_t *schema = NULL;
    schemata_error_t *err = NULL;
    open_cache(&f, NULL);
    f.source.latency_ms = 500;
    start(&first, &f, SMA_CACHE_ID, "i", 0);
    while (!calls(&f))
        sma_client_sleep_ms(1);
    int64_t begin = sma_client_now_ms();
    struct sma_client_ask a = {.kind = SMA_CACHE_ID,
                               .key = SMA_STR("i"),
                               .deadline_ms = begin + 50,
                               .fetch = fetch,
                               .ctx = &f.source};
    assert_int_equal(sma_client_cache_get(f.cache, &a, &schema, &err), SCHEMATA_ERR_TIMEOUT);
    assert_in_range(sma_client_now_ms() - begin, 45, 350);
    schemata_error_free(err);
    assert_int_equal(ask(&f, SMA_CACHE_ID, "i", SCHEMATA_NOWAIT).status, SCHEMATA_ERR_WOULD_BLOCK);
    pthread_join(first.thread, NULL);
    assert_int_equal(ask(&f, SMA_CACHE_ID, "i", SCHEMATA_NOWAIT).status, SCHEMATA_OK);
    close_cache(&f);
}

/* ---- limits ---------------------------------------------------------------------------------------
 */

static void the_number_of_schemas_is_bounded(void **state)
{
    (void)state;
    const char *const few[] = {"cache.capacity", "100", NULL};
    struct fixture f;
    schemata_stats_t stats = {.size = sizeof stats};
    open_cache(&f, few);
    for (int i = 0; i < 1000; i++) {
        char key[16];
        snprintf(key, sizeof key, "k%d", i);
        ask(&f, SMA_CACHE_ID, key, 0);
        ask(&f, SMA_CACHE_ID, "hot", 0); /* in use all the time: it stays */
        sma_client_cache_totals(f.cache, &stats);
        assert_in_range(stats.schemas_cached, 1, 100);
    }
    assert_int_equal(calls(&f), 1001);
    assert_int_equal(f.counters.evictions, 1001 - stats.schemas_cached);
    sma_client_cache_clear(f.cache, false);
    sma_client_cache_totals(f.cache, &stats);
    assert_int_equal(stats.schemas_cached, 0);
    assert_int_equal(stats.bytes_cached, 0);
    close_cache(&f);
}

static void their_bytes_are_bounded(void **state)
{
    (void)state;
    const char *const small[] = {"cache.max.bytes", "65536", NULL};
    struct fixture f;
    schemata_stats_t stats = {.size = sizeof stats};
    open_cache(&f, small);
    for (int i = 0; i < 500; i++) {
        char key[16];
        snprintf(key, sizeof key, "k%d", i);
        ask(&f, SMA_CACHE_ID, key, 0);
        sma_client_cache_totals(f.cache, &stats);
        assert_true(stats.bytes_cached <= 65536);
    }
    assert_true(stats.schemas_cached > 1);
    close_cache(&f);
}

static void clearing_latest_leaves_the_rest(void **state)
{
    (void)state;
    struct fixture f;
    open_cache(&f, NULL);
    ask(&f, SMA_CACHE_ID, "i", 0);
    ask(&f, SMA_CACHE_LATEST, "l", 0);
    sma_client_cache_clear(f.cache, true);
    ask(&f, SMA_CACHE_ID, "i", 0);
    assert_int_equal(calls(&f), 2);
    ask(&f, SMA_CACHE_LATEST, "l", 0);
    assert_int_equal(calls(&f), 3);
    close_cache(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(immutable_answers_stay),
        cmocka_unit_test(hits_do_not_move_the_end),
        cmocka_unit_test(a_refresh_is_due_in_the_last_fifth_once),
        cmocka_unit_test(minus_one_is_for_ever_and_nought_for_never),
        cmocka_unit_test(a_definite_no_is_kept_and_doubles),
        cmocka_unit_test(other_failures_are_not_kept),
        cmocka_unit_test(a_no_upon_refresh_drops_what_was_there),
        cmocka_unit_test(an_old_latest_stands_in_when_allowed),
        cmocka_unit_test(a_refusal_is_no_outage),
        cmocka_unit_test(everybody_gets_the_failure_and_it_is_gone),
        cmocka_unit_test(everybody_gets_the_old_latest),
        cmocka_unit_test(a_stalled_key_delays_nobody_else),
        cmocka_unit_test(an_answer_from_before_the_drop_is_not_kept),
        cmocka_unit_test(who_waits_has_a_deadline_of_his_own),
        cmocka_unit_test(the_number_of_schemas_is_bounded),
        cmocka_unit_test(their_bytes_are_bounded),
        cmocka_unit_test(clearing_latest_leaves_the_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
