/* Schemas from a registry (the mock): what each call asks for, and how often. */
#include "schemata/schemata.h"
#include "schemata/test.h"
#include "tests/support/test.h"

#define SCOPE "get"

static const char v1[] = "{\"type\":\"record\",\"name\":\"O\",\"fields\":"
                         "[{\"name\":\"id\",\"type\":\"long\"}]}";

static schemata_client_t *client_of(void)
{
    schemata_conf_t *conf = schemata_conf_new();
    assert_int_equal(schemata_conf_set(conf, "url", "mock://" SCOPE, NULL), SCHEMATA_OK);
    schemata_client_t *cl = schemata_client_new(conf, NULL);
    assert_non_null(cl);
    schemata_conf_free(conf);
    return cl;
}

static schemata_schema_t *parse(const char *text)
{
    schemata_schema_t *s =
        schemata_parse(SCHEMATA_AVRO, text, strlen(text), "o.avsc", NULL, 0, NULL, NULL);
    assert_non_null(s);
    return s;
}

static void registers_and_finds(void **state)
{
    (void)state;
    schemata_mock_reset(SCOPE);
    schemata_client_t *cl = client_of();
    schemata_schema_t *given = parse(v1), *s, *t;
    schemata_guid_t guid;
    assert_null(schemata_lookup(cl, "orders-value", given, NULL, NULL));
    s = schemata_register(cl, "orders-value", given, NULL, NULL);
    assert_non_null(s);
    assert_true(schemata_schema_id(s) > 0);
    assert_int_equal(schemata_schema_version(s), 1);
    assert_string_equal(schemata_schema_subject(s), "orders-value");
    assert_true(schemata_schema_guid(s, &guid));

    t = schemata_get_by_id(cl, schemata_schema_id(s), NULL, NULL, NULL);
    assert_non_null(t);
    assert_string_equal(schemata_schema_canonical(t, NULL), schemata_schema_canonical(s, NULL));
    schemata_schema_unref(t);
    t = schemata_get_by_guid(cl, &guid, NULL, NULL);
    assert_non_null(t);
    schemata_schema_unref(t);
    for (int i = 0; i < 10; i++) {
        t = schemata_get_version(cl, "orders-value", SCHEMATA_LATEST, NULL, NULL);
        assert_int_equal(schemata_schema_id(t), schemata_schema_id(s));
        schemata_schema_unref(t);
    }
    assert_int_equal(schemata_mock_requests(SCOPE, "/subjects/orders-value/versions/latest"), 1);
    t = schemata_lookup(cl, "orders-value", given, NULL, NULL);
    assert_int_equal(schemata_schema_version(t), 1);
    schemata_schema_unref(t);
    schemata_schema_unref(s);
    schemata_schema_unref(given);
    schemata_client_unref(cl);
}

static void contexts_qualify_subjects(void **state)
{
    (void)state;
    schemata_mock_reset(SCOPE);
    schemata_client_t *cl = client_of();
    schemata_schema_t *given = parse(v1);
    const schemata_call_t call = {.size = sizeof call, .context = ".prod"};
    schemata_schema_t *s = schemata_register(cl, "orders-value", given, &call, NULL);
    assert_non_null(s);
    assert_int_equal(schemata_mock_requests(SCOPE, "/subjects/%3A.prod%3Aorders-value"), 1);
    schemata_schema_unref(s);
    schemata_schema_unref(given);
    schemata_client_unref(cl);
}

static void the_registry_s_verdict(void **state)
{
    (void)state;
    schemata_mock_reset(SCOPE);
    schemata_client_t *cl = client_of();
    schemata_schema_t *given = parse(v1), *other = parse("\"string\"");
    schemata_report_t *report = NULL;
    schemata_error_t *err = NULL;
    schemata_schema_unref(schemata_register(cl, "s", given, NULL, NULL));
    assert_int_equal(schemata_test_compatibility(cl, "s", SCHEMATA_LATEST, given, NULL, NULL, NULL),
                     SCHEMATA_OK);
    assert_int_equal(
        schemata_test_compatibility(cl, "s", SCHEMATA_LATEST, other, NULL, &report, &err),
        SCHEMATA_ERR_INCOMPATIBLE);
    assert_true(schemata_report_count(report) > 0);
    schemata_report_free(report);
    schemata_error_free(err);
    schemata_schema_unref(given);
    schemata_schema_unref(other);
    schemata_client_unref(cl);
}

static void anything_else_by_rest(void **state)
{
    (void)state;
    schemata_mock_reset(SCOPE);
    schemata_client_t *cl = client_of();
    char *out = NULL;
    size_t len = 0;
    int status = 0;
    assert_int_equal(schemata_rest(cl, "GET", "/subjects", NULL, 0, &out, &len, &status, NULL, NULL),
                     SCHEMATA_OK);
    assert_string_equal(out, "[]");
    assert_int_equal(status, 200);
    schemata_free(out);
    schemata_client_unref(cl);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registers_and_finds),
        cmocka_unit_test(contexts_qualify_subjects),
        cmocka_unit_test(the_registry_s_verdict),
        cmocka_unit_test(anything_else_by_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
