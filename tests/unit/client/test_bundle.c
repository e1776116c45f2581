/* Schemas from a file: both kinds of lines, any order, and what is wrong with a file. */
#include "schemata/schemata.h"
#include "schemata/test.h"
#include "tests/support/test.h"

#include <unistd.h>

#define HEADER "{\"kind\":\"bundle\",\"version\":1}\n"
#define END "{\"kind\":\"end\",\"schemas\":2}\n"
#define BASE                                                                                       \
    "{\"kind\":\"schema\",\"subject\":\"base\",\"version\":3,\"id\":70,\"schema\":"                  \
    "\"{\\\"type\\\":\\\"enum\\\",\\\"name\\\":\\\"Base\\\",\\\"symbols\\\":[\\\"A\\\"]}\"}\n"
#define USER                                                                                       \
    "{\"kind\":\"schema\",\"subject\":\"user-value\",\"version\":2,\"id\":71,"                       \
    "\"guid\":\"89791762-2336-4186-9674-299b90a802e2\",\"schemaType\":\"AVRO\",\"schema\":"          \
    "\"{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"U\\\",\\\"fields\\\":[{\\\"name\\\":\\\"b\\\","  \
    "\\\"type\\\":\\\"Base\\\"}]}\",\"references\":[{\"name\":\"Base\",\"subject\":\"base\","          \
    "\"version\":3}]}\n"
#define RECORD(subject, version, id, deleted)                                                      \
    "{\"key\":{\"keytype\":\"SCHEMA\",\"subject\":\"" subject "\",\"version\":" version              \
    ",\"magic\":1},\"value\":{\"subject\":\"" subject "\",\"version\":" version ",\"id\":" id        \
    ",\"schema\":\"\\\"int\\\"\",\"deleted\":" deleted "}}\n"
#define COMPLETE "{\"isComplete\":true}\n"

static char path[] = "/tmp/schemata-bundle-XXXXXX";

static schemata_client_t *open_bundle(const char *text, schemata_error_t **err)
{
    char url[64];
    schemata_conf_t *conf = schemata_conf_new();
    strcpy(path + strlen(path) - 6, "XXXXXX");
    int fd = mkstemp(path);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    snprintf(url, sizeof url, "file:%s", path);
    assert_int_equal(schemata_conf_set(conf, "url", url, err), SCHEMATA_OK);
    schemata_client_t *cl = schemata_client_new(conf, err);
    schemata_conf_free(conf);
    unlink(path);
    return cl;
}

static const struct good {
    const char *name, *text;
} goods[] = {
    {"as pulled", HEADER BASE USER END},
    {"references first", HEADER USER BASE END},
    {"no header and no end", BASE USER},
    {"with blank lines and CRLF", "\r\n" HEADER "\r\n" BASE "\n\n" USER END "\n"},
    {"a version twice", HEADER BASE BASE USER USER END},
};

static void ids_and_versions_are_those_of_the_file(void **state)
{
    const struct good *row = *state;
    schemata_error_t *err = NULL;
    schemata_client_t *cl = open_bundle(row->text, &err);
    if (!cl)
        fail_msg("%s", schemata_error_message(err));
    schemata_schema_t *latest = schemata_get_version(cl, "user-value", SCHEMATA_LATEST, NULL, &err);
    if (!latest)
        fail_msg("%s", schemata_error_message(err));
    assert_int_equal(schemata_schema_version(latest), 2);
    assert_int_equal(schemata_schema_id(latest), 71);
    schemata_guid_t guid;
    assert_true(schemata_schema_guid(latest, &guid));
    assert_int_equal(guid.b[0], 0x89);
    schemata_schema_unref(latest);
    schemata_schema_t *base = schemata_get_by_id(cl, 70, NULL, NULL, &err);
    assert_non_null(base);
    schemata_schema_t *found = schemata_get_by_guid(cl, &guid, NULL, NULL);
    assert_int_equal(schemata_schema_type(found), SCHEMATA_AVRO);
    schemata_schema_unref(found);
    /* What is there may be registered again, nothing else may. */
    schemata_schema_t *again = schemata_register(cl, "base", base, NULL, &err);
    assert_int_equal(schemata_schema_id(again), 70);
    schemata_schema_unref(again);
    assert_null(schemata_register(cl, "news", base, NULL, &err));
    assert_int_equal(schemata_error_status(err), SCHEMATA_ERR_CONFLICT);
    assert_int_equal(schemata_error_code(err), 42205);
    schemata_error_free(err);
    schemata_schema_unref(base);
    schemata_client_unref(cl);
}

static void records_of_the_server_too(void **state)
{
    (void)state;
    schemata_error_t *err = NULL;
    schemata_client_t *cl = open_bundle(
        RECORD("a", "1", "1", "false") RECORD("a", "2", "2", "false") RECORD("b", "1", "3", "true")
            RECORD("c", "1", "4", "false") RECORD("d", "1", "5", "false")
        "{\"key\":{\"keytype\":\"SCHEMA\",\"subject\":\"c\",\"version\":1},\"value\":null}\n"
        "{\"key\":{\"keytype\":\"DELETE_SUBJECT\",\"subject\":\"d\"},\"value\":{\"subject\":\"d\","
        "\"version\":1}}\n"
        "{\"key\":{\"keytype\":\"CONFIG\",\"subject\":null},\"value\":{}}\n" COMPLETE,
        &err);
    if (!cl)
        fail_msg("%s", schemata_error_message(err));
    schemata_schema_t *s = schemata_get_version(cl, "a", SCHEMATA_LATEST, NULL, NULL);
    assert_int_equal(schemata_schema_id(s), 2);
    schemata_schema_unref(s);
    const schemata_call_t deleted = {.size = sizeof deleted, .flags = SCHEMATA_DELETED};
    for (const char *subject = "bd"; *subject; subject++) {
        const char name[] = {*subject, 0};
        assert_null(schemata_get_version(cl, name, SCHEMATA_LATEST, NULL, NULL));
        s = schemata_get_version(cl, name, SCHEMATA_LATEST, &deleted, NULL);
        assert_non_null(s);
        schemata_schema_unref(s);
    }
    assert_null(schemata_get_version(cl, "c", SCHEMATA_LATEST, &deleted, NULL));
    schemata_client_unref(cl);
}

static const struct bad {
    const char *name, *text;
    schemata_status_t want;
    const char *says;
} bads[] = {
    {"cut off", HEADER BASE, SCHEMATA_ERR_PARSE, "the last line is missing"},
    {"in the middle of a line", HEADER "{\"kind\":\"schema\",\"subj", SCHEMATA_ERR_PARSE, ":2: "},
    {"an export in parts", RECORD("a", "1", "1", "false") "{\"isComplete\":false}\n",
     SCHEMATA_ERR_PARSE, ":2: the export was cut into parts"},
    {"a reference that never comes", HEADER USER END, SCHEMATA_ERR_REFERENCE,
     ":2: user-value: No schema reference found for subject \"base\""},
    {"a schema that does not parse",
     HEADER "{\"kind\":\"schema\",\"subject\":\"s\",\"version\":1,\"id\":1,\"schema\":\"{\"}\n" END,
     SCHEMATA_ERR_PARSE, ":2: s: "},
    {"a type of the future",
     HEADER "{\"kind\":\"schema\",\"subject\":\"s\",\"version\":1,\"id\":1,\"schema\":\"x\","
            "\"schemaType\":\"THRIFT\"}\n" END,
     SCHEMATA_ERR_PARSE, "THRIFT"},
    {"not JSON", "hello\n", SCHEMATA_ERR_PARSE, ":1: "},
};

static void such_a_file_is_refused(void **state)
{
    const struct bad *row = *state;
    schemata_error_t *err = NULL;
    schemata_client_t *cl = open_bundle(row->text, &err);
    assert_null(cl);
    if (schemata_error_status(err) != row->want ||
        !strstr(schemata_error_message(err), row->says) ||
        !strstr(schemata_error_message(err), path))
        fail_msg("%s: %s", schemata_status_name(schemata_error_status(err)),
                 schemata_error_message(err));
    schemata_error_free(err);
}

static void other_wrong_urls(void **state)
{
    (void)state;
    static const char *const urls[] = {"file:/nowhere/x", "file:", "file:/tmp,http://a",
                                       "http://a,file:/tmp"};
    for (size_t i = 0; i < SMA_COUNT(urls); i++) {
        schemata_error_t *err = NULL;
        schemata_conf_t *conf = schemata_conf_new();
        schemata_conf_set(conf, "url", urls[i], NULL);
        if (schemata_client_new(conf, &err))
            fail_msg("%s", urls[i]);
        assert_int_equal(schemata_error_status(err), SCHEMATA_ERR_CONF);
        schemata_error_free(err);
        schemata_conf_free(conf);
    }
}

static void a_mock_is_filled_from_a_file(void **state)
{
    (void)state;
    schemata_error_t *err = NULL;
    schemata_conf_t *conf = schemata_conf_new();
    strcpy(path + strlen(path) - 6, "XXXXXX");
    int fd = mkstemp(path);
    assert_int_equal(write(fd, HEADER BASE USER END, strlen(HEADER BASE USER END)),
                     strlen(HEADER BASE USER END));
    close(fd);
    schemata_mock_reset("bundle");
    assert_int_equal(schemata_mock_load("bundle", path, &err), SCHEMATA_OK);
    unlink(path);
    assert_int_equal(schemata_mock_load("bundle", path, &err), SCHEMATA_ERR_CONF);
    schemata_error_free(err);
    err = NULL;
    assert_int_equal(schemata_mock_load("bundle", NULL, &err), SCHEMATA_ERR_ARG);
    schemata_error_free(err);
    schemata_conf_set(conf, "url", "mock://bundle", NULL);
    schemata_client_t *cl = schemata_client_new(conf, NULL);
    schemata_schema_t *base = schemata_get_version(cl, "base", 3, NULL, NULL);
    assert_int_equal(schemata_schema_id(base), 70);
    schemata_schema_t *made = schemata_register(cl, "news", base, NULL, NULL);
    assert_int_equal(schemata_schema_version(made), 1);
    schemata_schema_unref(made);
    schemata_schema_unref(base);
    schemata_client_unref(cl);
    schemata_conf_free(conf);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    for (long n = 0; n < 20000; n++) {
        schemata_error_t *err = NULL;
        schemata_schema_t *s = NULL;
        schemata_conf_t *conf = schemata_conf_new();
        char url[64];
        strcpy(path + strlen(path) - 6, "XXXXXX");
        int fd = mkstemp(path);
        assert_true(write(fd, HEADER USER BASE END, strlen(HEADER USER BASE END)) > 0);
        close(fd);
        snprintf(url, sizeof url, "file:%s", path);
        schemata_conf_set(conf, "url", url, NULL);
        sma_test_fail_alloc(n);
        schemata_client_t *cl = schemata_client_new(conf, &err);
        if (cl)
            s = schemata_get_by_id(cl, 71, NULL, NULL, &err);
        bool has_failed = sma_test_alloc_failed();
        if (!s && schemata_error_status(err) != SCHEMATA_ERR_NOMEM)
            fail_msg("allocation %ld: %s", n, schemata_error_message(err));
        bool ok = s != NULL;
        schemata_schema_unref(s);
        schemata_client_unref(cl);
        schemata_error_free(err);
        schemata_conf_free(conf);
        unlink(path);
        if (!has_failed) {
            assert_true(ok);
            return;
        }
    }
    fail_msg("never done");
}

int main(void)
{
    static struct CMUnitTest tests[32] = {
        cmocka_unit_test(records_of_the_server_too),
        cmocka_unit_test(other_wrong_urls),
        cmocka_unit_test(a_mock_is_filled_from_a_file),
        cmocka_unit_test(every_allocation_may_fail),
    };
    size_t n = 4;
    for (size_t i = 0; i < SMA_COUNT(goods); i++)
        tests[n++] = (struct CMUnitTest){.name = goods[i].name,
                                         .test_func = ids_and_versions_are_those_of_the_file,
                                         .initial_state = (void *)&goods[i]};
    for (size_t i = 0; i < SMA_COUNT(bads); i++)
        tests[n++] = (struct CMUnitTest){.name = bads[i].name,
                                         .test_func = such_a_file_is_refused,
                                         .initial_state = (void *)&bads[i]};
    return _cmocka_run_group_tests("bundle", tests, n, NULL, NULL) != 0;
}
