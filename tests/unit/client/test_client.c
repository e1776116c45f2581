/* The client against the mock registry: every call that ends in a schema, caching, single flight. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clients/c/clock.h"
#include "schemata/schemata.h"
#include "schemata/test.h"
#include "tests/support/test.h"

#define SCOPE "client-test"
#define ORDER "{\"type\":\"record\",\"name\":\"Order\",\"fields\":[{\"name\":\"id\",\"type\":\"long\"}]}"
#define ORDER_2                                                                                    \
    "{\"type\":\"record\",\"name\":\"Order\",\"fields\":[{\"name\":\"id\",\"type\":\"long\"},"       \
    "{\"name\":\"note\",\"type\":\"string\",\"default\":\"\"}]}"
#define ORDER_BAD                                                                                  \
    "{\"type\":\"record\",\"name\":\"Order\",\"fields\":[{\"name\":\"id\",\"type\":\"long\"},"       \
    "{\"name\":\"must\",\"type\":\"string\"}]}"

/* A client on the scope with the pairs given, NULL at the end. */
static schemata_client_t *open_client(const char *const *pairs)
{
    schemata_error_t *err = NULL;
    schemata_conf_t *conf = schemata_conf_new();
    assert_int_equal(schemata_conf_set(conf, "url", "mock://" SCOPE, &err), SCHEMATA_OK);
    assert_int_equal(schemata_conf_set(conf, "retries.wait.ms", "1", &err), SCHEMATA_OK);
    for (; pairs && *pairs; pairs += 2)
        if (schemata_conf_set(conf, pairs[0], pairs[1], &err))
            fail_msg("%s", schemata_error_message(err));
    schemata_client_t *cl = schemata_client_new(conf, &err);
    if (!cl)
        fail_msg("%s", schemata_error_message(err));
    schemata_conf_free(conf);
    return cl;
}

static int fresh_scope(void **state)
{
    (void)state;
    schemata_mock_reset(SCOPE);
    return 0;
}

static schemata_schema_t *parse(const char *text)
{
    schemata_error_t *err = NULL;
    schemata_schema_t *s =
        schemata_parse(SCHEMATA_AVRO, text, strlen(text), "order.avsc", NULL, 0, NULL, &err);
    if (!s)
        fail_msg("%s", schemata_error_message(err));
    return s;
}

/* Registers and gives the result. */
static schemata_schema_t *put(schemata_client_t *cl, const char *subject, const char *text)
{
    schemata_error_t *err = NULL;
    schemata_schema_t *given = parse(text);
    schemata_schema_t *made = schemata_register(cl, subject, given, NULL, &err);
    if (!made)
        fail_msg("%s", schemata_error_message(err));
    schemata_schema_unref(given);
    return made;
}

static void every_way_to_a_schema(void **state)
{
    (void)state;
    schemata_client_t *cl = open_client(NULL);
    schemata_schema_t *made = put(cl, "orders-value", ORDER), *given = parse(ORDER), *got;
    schemata_guid_t guid;
    assert_int_equal(schemata_schema_id(made), 1);
    assert_true(schemata_schema_guid(made, &guid));
    assert_string_equal(schemata_schema_subject(made), "orders-value");
    assert_string_equal(schemata_schema_record_name(made), "Order");

    assert_non_null(got = schemata_get_by_id(cl, 1, NULL, NULL, NULL));
    assert_int_equal(schemata_schema_type(got), SCHEMATA_AVRO);
    assert_string_equal(schemata_schema_canonical(got, NULL), ORDER);
    schemata_schema_unref(got);
    assert_non_null(got = schemata_get_by_id(cl, 1, "orders-value", NULL, NULL));
    assert_string_equal(schemata_schema_subject(got), "orders-value");
    schemata_schema_unref(got);
    assert_non_null(got = schemata_get_by_guid(cl, &guid, NULL, NULL));
    schemata_schema_unref(got);
    assert_non_null(got = schemata_get_version(cl, "orders-value", 1, NULL, NULL));
    assert_int_equal(schemata_schema_version(got), 1);
    assert_int_equal(schemata_schema_id(got), 1);
    schemata_schema_unref(got);
    assert_non_null(got = schemata_get_version(cl, "orders-value", SCHEMATA_LATEST, NULL, NULL));
    assert_int_equal(schemata_schema_version(got), 1);
    schemata_schema_unref(got);
    assert_non_null(got = schemata_lookup(cl, "orders-value", given, NULL, NULL));
    assert_int_equal(schemata_schema_id(got), 1);
    schemata_schema_unref(got);
    schemata_schema_unref(given);
    schemata_schema_unref(made);
    schemata_client_unref(cl);
}

static void hits_ask_nobody(void **state)
{
    (void)state;
    schemata_client_t *cl = open_client(NULL);
    schemata_stats_t stats = {.size = sizeof stats};
    schemata_schema_unref(put(cl, "orders-value", ORDER));
    for (int i = 0; i < 100; i++) {
        schemata_schema_unref(schemata_get_by_id(cl, 1, NULL, NULL, NULL));
        schemata_schema_unref(schemata_get_version(cl, "orders-value", -1, NULL, NULL));
        schemata_schema_unref(put(cl, "orders-value", ORDER));
    }
    schemata_stats_get(cl, &stats);
    assert_int_equal(schemata_mock_requests(SCOPE, NULL), 3);
    assert_int_equal(stats.requests, 3);
    assert_int_equal(stats.misses, 3);
    assert_int_equal(stats.hits, 298);
    assert_int_equal(stats.schemas_cached, 3);
    sma_test_fail_alloc(0); /* and allocate nothing */
    schemata_schema_unref(schemata_get_by_id(cl, 1, NULL, NULL, NULL));
    schemata_schema_unref(schemata_get_version(cl, "orders-value", -1, NULL, NULL));
    assert_false(sma_test_alloc_failed());
    schemata_cache_clear(cl, false);
    schemata_schema_unref(schemata_get_by_id(cl, 1, NULL, NULL, NULL));
    assert_int_equal(schemata_mock_requests(SCOPE, "/schemas/ids/1"), 2);
    schemata_client_unref(cl);
}

/* The latest version that was fetched before a registration must not be what comes after it. */
static void registering_drops_what_was_latest(void **state)
{
    (void)state;
    schemata_client_t *cl = open_client(NULL);
    schemata_error_t *err = NULL;
    assert_null(schemata_get_version(cl, "orders-value", -1, NULL, &err));
    assert_int_equal(schemata_error_status(err), SCHEMATA_ERR_NOT_FOUND);
    assert_int_equal(schemata_error_code(err), 40401);
    assert_int_equal(schemata_error_http_status(err), 404);
    assert_false(schemata_error_cached(err));
    schemata_error_free(err);
    schemata_schema_unref(put(cl, "orders-value", ORDER));
    for (int version = 1; version <= 2; version++) {
        schemata_schema_t *latest = schemata_get_version(cl, "orders-value", -1, NULL, NULL);
        assert_int_equal(schemata_schema_version(latest), version);
        schemata_schema_unref(latest);
        schemata_schema_unref(put(cl, "orders-value", ORDER_2));
    }
    schemata_client_unref(cl);
}

static void the_registry_checks(void **state)
{
    (void)state;
    schemata_client_t *cl = open_client(NULL);
    schemata_schema_t *good = parse(ORDER_2), *bad = parse(ORDER_BAD);
    schemata_report_t *report = NULL;
    schemata_error_t *err = NULL;
    schemata_schema_unref(put(cl, "orders-value", ORDER));
    assert_int_equal(
        schemata_test_compatibility(cl, "orders-value", -1, good, NULL, &report, &err),
        SCHEMATA_OK);
    assert_int_equal(schemata_report_count(report), 0);
    schemata_report_free(report);
    report = NULL;
    assert_int_equal(schemata_test_compatibility(cl, "orders-value", -1, bad, NULL, &report, &err),
                     SCHEMATA_ERR_INCOMPATIBLE);
    assert_int_equal(schemata_report_count(report), 1);
    assert_string_equal(schemata_report_at(report, 0)->rule, "READER_FIELD_MISSING_DEFAULT_VALUE");
    assert_non_null(strstr(schemata_report_at(report, 0)->message, "'must'"));
    assert_int_equal(schemata_report_at(report, 0)->against_version, 1);
    schemata_report_free(report);
    schemata_error_free(err);
    err = NULL;
    assert_null(schemata_register(cl, "orders-value", bad, NULL, &err));
    assert_int_equal(schemata_error_status(err), SCHEMATA_ERR_INCOMPATIBLE);
    assert_int_equal(schemata_error_http_status(err), 409);
    schemata_error_free(err);
    schemata_schema_unref(good);
    schemata_schema_unref(bad);
    schemata_client_unref(cl);
}

struct crowd {
    schemata_client_t *cl;
    atomic_int failures;
    atomic_bool go;
};

static void *one_of_many(void *ctx)
{
    struct crowd *crowd = ctx;
    while (!atomic_load(&crowd->go))
        sched_yield();
    schemata_schema_t *s = schemata_get_by_id(crowd->cl, 1, NULL, NULL, NULL);
    if (!s || schemata_schema_id(s) != 1)
        atomic_fetch_add(&crowd->failures, 1);
    schemata_schema_unref(s);
    return NULL;
}

#define CROWD 1000

static void a_thousand_threads_one_request(void **state)
{
    (void)state;
    struct crowd crowd = {.cl = open_client(NULL)};
    const schemata_fault_t slow = {
        .size = sizeof slow, .path_prefix = "/schemas/ids/1", .latency_ms = 300, .times = -1};
    pthread_t *threads = calloc(CROWD, sizeof *threads);
    pthread_attr_t small;
    int made = 0;
    schemata_schema_unref(put(crowd.cl, "orders-value", ORDER));
    schemata_mock_fault(SCOPE, &slow);
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 256 << 10);
    while (made < CROWD && !pthread_create(&threads[made], &small, one_of_many, &crowd))
        made++;
    atomic_store(&crowd.go, true);
    for (int i = 0; i < made; i++)
        pthread_join(threads[i], NULL);
    pthread_attr_destroy(&small);
    free(threads);
    assert_int_equal(made, CROWD);
    assert_int_equal(atomic_load(&crowd.failures), 0);
    assert_int_equal(schemata_mock_requests(SCOPE, "/schemas/ids/1"), 1);
    schemata_client_unref(crowd.cl);
}

static void arguments_are_checked(void **state)
{
    (void)state;
    schemata_client_t *cl = open_client(NULL);
    schemata_error_t *err = NULL;
    const schemata_call_t bad_context = {.size = sizeof bad_context, .context = "prod"};
    const struct {
        const char *name;
        schemata_schema_t *got;
    } rows[] = {
        {"no client", schemata_get_by_id(NULL, 1, NULL, NULL, NULL)},
        {"negative id", schemata_get_by_id(cl, -1, NULL, NULL, NULL)},
        {"no GUID", schemata_get_by_guid(cl, NULL, NULL, NULL)},
        {"no subject", schemata_get_version(cl, NULL, 1, NULL, NULL)},
        {"empty subject", schemata_get_version(cl, "", 1, NULL, NULL)},
        {"version 0", schemata_get_version(cl, "s", 0, NULL, NULL)},
        {"version -2", schemata_get_version(cl, "s", -2, NULL, NULL)},
        {"no metadata", schemata_get_latest_with_metadata(cl, "s", NULL, 0, NULL, NULL)},
        {"no schema", schemata_register(cl, "s", NULL, NULL, NULL)},
        {"context without a dot", schemata_get_version(cl, "s", 1, &bad_context, NULL)},
    };
    for (size_t i = 0; i < SMA_COUNT(rows); i++)
        if (rows[i].got)
            fail_msg("%s", rows[i].name);
    assert_int_equal(schemata_mock_requests(SCOPE, NULL), 0);
    assert_null(schemata_get_version(cl, "s", 0, NULL, &err));
    assert_int_equal(schemata_error_status(err), SCHEMATA_ERR_ARG);
    schemata_error_free(err);
    schemata_client_unref(cl);
}

/* ---- in the background ----------------------------------------------------------------------------
 */

static const char *const with_worker[] = {"worker.threads", "1", "latest.cache.ttl.sec", "2", NULL};

/* Asks until it is there; the number of refusals in between. */
static int ask_until_there(schemata_client_t *cl, int32_t id)
{
    const schemata_call_t nowait = {.size = sizeof nowait, .flags = SCHEMATA_NOWAIT};
    for (int refusals = 0; refusals < 5000; refusals++) {
        schemata_error_t *err = NULL;
        schemata_schema_t *s = schemata_get_by_id(cl, id, NULL, &nowait, &err);
        schemata_status_t st = schemata_error_status(err);
        schemata_schema_unref(s);
        schemata_error_free(err);
        if (s)
            return refusals;
        assert_int_equal(st, SCHEMATA_ERR_WOULD_BLOCK);
        sma_client_sleep_ms(1);
    }
    fail_msg("never there");
    return -1;
}

static void nowait_fetches_in_the_background(void **state)
{
    (void)state;
    const schemata_fault_t slow = {
        .size = sizeof slow, .path_prefix = "/schemas/ids/1", .latency_ms = 100, .times = -1};
    schemata_client_t *cl = open_client(with_worker);
    schemata_schema_unref(put(cl, "orders-value", ORDER));
    schemata_mock_fault(SCOPE, &slow);
    int64_t start = sma_client_now_ms();
    assert_true(ask_until_there(cl, 1) >= 1); /* how often depends on the scheduler */
    assert_true(sma_client_now_ms() - start >= 100);
    assert_int_equal(schemata_mock_requests(SCOPE, "/schemas/ids/1"), 1);
    schemata_client_unref(cl);
}

/* Without a worker it only reports. */
static void nowait_alone_asks_nobody(void **state)
{
    (void)state;
    const schemata_call_t nowait = {.size = sizeof nowait, .flags = SCHEMATA_NOWAIT};
    schemata_client_t *cl = open_client(NULL);
    schemata_error_t *err = NULL;
    assert_null(schemata_get_by_id(cl, 1, NULL, &nowait, &err));
    assert_int_equal(schemata_error_status(err), SCHEMATA_ERR_WOULD_BLOCK);
    assert_int_equal(schemata_mock_requests(SCOPE, NULL), 0);
    schemata_error_free(err);
    schemata_client_unref(cl);
}

/* A latest version in use is renewed before it ends: no caller ever waits for it. */
static void latest_is_renewed_in_time(void **state)
{
    (void)state;
    const schemata_call_t nowait = {.size = sizeof nowait, .flags = SCHEMATA_NOWAIT};
    schemata_client_t *cl = open_client(with_worker);
    schemata_schema_unref(put(cl, "orders-value", ORDER));
    schemata_schema_unref(schemata_get_version(cl, "orders-value", -1, NULL, NULL));
    int64_t end = sma_client_now_ms() + 3800;
    while (sma_client_now_ms() < end) {
        schemata_schema_t *s = schemata_get_version(cl, "orders-value", -1, &nowait, NULL);
        assert_non_null(s);
        schemata_schema_unref(s);
        sma_client_sleep_ms(2);
    }
    assert_in_range(schemata_mock_requests(SCOPE, "/subjects/orders-value/versions/latest"), 3, 5);
    schemata_client_unref(cl);
}

/* Freed with work waiting and under way. */
static void a_busy_client_ends(void **state)
{
    (void)state;
    const schemata_fault_t slow = {.size = sizeof slow, .latency_ms = 50, .times = -1};
    const schemata_call_t nowait = {.size = sizeof nowait, .flags = SCHEMATA_NOWAIT};
    schemata_mock_fault(SCOPE, &slow);
    for (int round = 0; round < 5; round++) {
        schemata_client_t *cl = open_client(with_worker);
        for (int id = 0; id < 400; id++) /* more than may wait */
            schemata_schema_unref(schemata_get_by_id(cl, id, "orders-value", &nowait, NULL));
        int64_t start = sma_client_now_ms();
        schemata_client_unref(cl);
        assert_true(sma_client_now_ms() - start < 2000);
    }
}

static void a_child_needs_a_client_of_its_own(void **state)
{
    (void)state;
    schemata_client_t *cl = open_client(with_worker);
    schemata_schema_t *s = put(cl, "orders-value", ORDER);
    int status = 0;
    pid_t child = fork();
    if (!child) {
        schemata_error_t *err = NULL;
        bool is_refused = !schemata_get_by_id(cl, 4711, NULL, NULL, &err) &&
                          schemata_error_status(err) == SCHEMATA_ERR_ARG &&
                          strstr(schemata_error_message(err), "fork");
        schemata_error_free(err);
        bool has_schema = !strcmp(schemata_schema_canonical(s, NULL), ORDER);
        schemata_schema_unref(s);
        schemata_client_unref(cl);
        _exit(is_refused && has_schema ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    schemata_schema_unref(s);
    schemata_client_unref(cl);
}

/* ---- the mock itself ------------------------------------------------------------------------------
 */

static void faults_are_played_in_order(void **state)
{
    (void)state;
    const char *const pairs[] = {"max.retries", "5", NULL};
    const schemata_fault_t faults[] = {
        {.size = sizeof *faults, .path_prefix = "/schemas", .http_status = 503, .times = 2},
        {.size = sizeof *faults, .path_prefix = "/schemas", .times = 1}, /* dropped */
        {.size = sizeof *faults, .path_prefix = "/elsewhere", .http_status = 500, .times = -1},
    };
    schemata_client_t *cl = open_client(pairs);
    schemata_schema_unref(put(cl, "orders-value", ORDER));
    for (size_t i = 0; i < SMA_COUNT(faults); i++)
        schemata_mock_fault(SCOPE, &faults[i]);
    schemata_schema_t *s = schemata_get_by_id(cl, 1, NULL, NULL, NULL);
    assert_non_null(s);
    schemata_schema_unref(s);
    assert_int_equal(schemata_mock_requests(SCOPE, "/schemas"), 4);
    schemata_stats_t stats = {.size = sizeof stats};
    schemata_stats_get(cl, &stats);
    assert_int_equal(stats.retries, 3);
    schemata_client_unref(cl);
}

static void an_error_of_the_registry_s_own(void **state)
{
    (void)state;
    const schemata_fault_t fault = {
        .size = sizeof fault, .http_status = 422, .error_code = 42205, .times = 1};
    schemata_client_t *cl = open_client(NULL);
    schemata_error_t *err = NULL;
    schemata_mock_fault(SCOPE, &fault);
    assert_null(schemata_get_by_id(cl, 1, NULL, NULL, &err));
    assert_int_equal(schemata_error_status(err), SCHEMATA_ERR_CONFLICT);
    schemata_error_free(err);
    schemata_client_unref(cl);
}

static void metadata_finds_its_version(void **state)
{
    (void)state;
    static const char body[] = "{\"schema\":\"\\\"int\\\"\",\"metadata\":{\"properties\":"
                               "{\"release\":\"7\",\"app\":\"shop\"}}}";
    const schemata_kv_t pairs[] = {{"release", "7"}, {"app", "shop"}}, wrong[] = {{"release", "8"}};
    schemata_client_t *cl = open_client(NULL);
    assert_int_equal(schemata_rest(cl, "POST", "/subjects/s/versions", body, strlen(body), NULL, NULL,
                                   NULL, NULL, NULL),
                     SCHEMATA_OK);
    schemata_schema_t *s = schemata_get_latest_with_metadata(cl, "s", pairs, 2, NULL, NULL);
    assert_int_equal(schemata_schema_version(s), 1);
    schemata_schema_unref(s);
    assert_null(schemata_get_latest_with_metadata(cl, "s", wrong, 1, NULL, NULL));
    schemata_client_unref(cl);
}

/* The cache keys ".prod" apart from the default context, whatever the ids. */
static void contexts_are_apart(void **state)
{
    (void)state;
    const schemata_call_t prod = {.size = sizeof prod, .context = ".prod"};
    schemata_client_t *cl = open_client(NULL);
    schemata_schema_t *given = parse("\"int\""), *s;
    schemata_schema_unref(put(cl, "orders-value", ORDER));
    s = schemata_register(cl, "orders-value", given, &prod, NULL);
    assert_int_equal(schemata_schema_id(s), 1);
    assert_string_equal(schemata_schema_subject(s), ":.prod:orders-value");
    schemata_schema_unref(s);
    s = schemata_get_by_id(cl, 1, NULL, NULL, NULL);
    assert_string_equal(schemata_schema_canonical(s, NULL), ORDER);
    schemata_schema_unref(s);
    s = schemata_get_by_id(cl, 1, NULL, &prod, NULL);
    assert_string_equal(schemata_schema_canonical(s, NULL), "\"int\"");
    schemata_schema_unref(s);
    s = schemata_get_version(cl, "orders-value", -1, &prod, NULL);
    assert_string_equal(schemata_schema_canonical(s, NULL), "\"int\"");
    schemata_schema_unref(s);
    schemata_schema_unref(given);
    schemata_client_unref(cl);
}

static void ids_are_fetched_ahead(void **state)
{
    (void)state;
    const int32_t ids[] = {1, 2, 99};
    schemata_client_t *cl = open_client(NULL);
    schemata_error_t *err = NULL;
    schemata_schema_unref(put(cl, "orders-value", ORDER));
    schemata_schema_unref(put(cl, "orders-value", ORDER_2));
    assert_int_equal(schemata_prefetch_ids(cl, ids, 3, NULL, &err), 2);
    assert_int_equal(schemata_error_status(err), SCHEMATA_ERR_NOT_FOUND);
    schemata_error_free(err);
    uint64_t before = schemata_mock_requests(SCOPE, NULL);
    schemata_schema_unref(schemata_get_by_id(cl, 2, NULL, NULL, NULL));
    assert_int_equal(schemata_mock_requests(SCOPE, NULL), before);
    schemata_client_unref(cl);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_way_to_a_schema, fresh_scope),
        cmocka_unit_test_setup(hits_ask_nobody, fresh_scope),
        cmocka_unit_test_setup(registering_drops_what_was_latest, fresh_scope),
        cmocka_unit_test_setup(the_registry_checks, fresh_scope),
        cmocka_unit_test_setup(a_thousand_threads_one_request, fresh_scope),
        cmocka_unit_test_setup(arguments_are_checked, fresh_scope),
        cmocka_unit_test_setup(nowait_fetches_in_the_background, fresh_scope),
        cmocka_unit_test_setup(nowait_alone_asks_nobody, fresh_scope),
        cmocka_unit_test_setup(latest_is_renewed_in_time, fresh_scope),
        cmocka_unit_test_setup(a_busy_client_ends, fresh_scope),
        cmocka_unit_test_setup(a_child_needs_a_client_of_its_own, fresh_scope),
        cmocka_unit_test_setup(faults_are_played_in_order, fresh_scope),
        cmocka_unit_test_setup(an_error_of_the_registry_s_own, fresh_scope),
        cmocka_unit_test_setup(metadata_finds_its_version, fresh_scope),
        cmocka_unit_test_setup(contexts_are_apart, fresh_scope),
        cmocka_unit_test_setup(ids_are_fetched_ahead, fresh_scope),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
