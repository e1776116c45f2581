/* The client against the mock registry: every call that ends in a schema, caching, single flight. */
#include <pthread.h>
#include <stdatomic.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_way_to_a_schema, fresh_scope),
        cmocka_unit_test_setup(hits_ask_nobody, fresh_scope),
        cmocka_unit_test_setup(registering_drops_what_was_latest, fresh_scope),
        cmocka_unit_test_setup(the_registry_checks, fresh_scope),
        cmocka_unit_test_setup(a_thousand_threads_one_request, fresh_scope),
        cmocka_unit_test_setup(arguments_are_checked, fresh_scope),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
