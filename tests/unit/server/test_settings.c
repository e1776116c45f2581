/* Settings: one table for file, environment and flags; every mistake names its place. */
#include "tests/support/test.h"

#include <unistd.h>

#include "server/settings.h"

static const struct row {
    const char *name, *key, *value;
    const char *error; /* NULL = accepted */
} rows[] = {
    {"level, any case", "schema.compatibility.level", "full_Transitive", NULL},
    {"legacy level name", "avro.compatibility.level", "none", NULL},
    {"unknown level", "schema.compatibility.level", "backwards",
     "here: schema.compatibility.level must be one of NONE BACKWARD BACKWARD_TRANSITIVE FORWARD "
     "FORWARD_TRANSITIVE FULL FULL_TRANSITIVE, not \"backwards\""},
    {"bool", "mode.mutability", "FALSE", NULL},
    {"bad bool", "mode.mutability", "yes",
     "here: mode.mutability must be true or false, not \"yes\""},
    {"number at its maximum", "schemata.loops", "64", NULL},
    {"number beyond", "schemata.loops", "65",
     "here: schemata.loops must be a number from 0 to 64, not \"65\""},
    {"not a number", "schemata.loops", "many",
     "here: schemata.loops must be a number from 0 to 64, not \"many\""},
    {"typo", "schema.compatibilty.level", "none",
     "here: unknown setting \"schema.compatibilty.level\"; did you mean "
     "\"schema.compatibility.level\"?"},
    {"ignored Kafka key", "kafkastore.bootstrap.servers", "b:9092", NULL},
    {"authentication is not silently off", "authentication.method", "BASIC",
     "here: authentication.method=BASIC is refused: this build has no authentication"},
    {"authentication off is fine", "authentication.method", "none", NULL},
    {"listeners", "listeners", "http://127.0.0.1:1, http://[::1]:2/", NULL},
    {"https", "listeners", "https://0.0.0.0:8443",
     "here: https://0.0.0.0:8443: this build has no TLS; listen with http:// behind a proxy that "
     "ends "
     "TLS"},
    {"port too large", "listeners", "localhost:65536",
     "here: \"localhost:65536\" is no address; write HOST:PORT, [IPV6]:PORT or http://HOST:PORT"},
    {"no port", "listeners", "localhost",
     "here: \"localhost\" is no address; write HOST:PORT, [IPV6]:PORT or http://HOST:PORT"},
    {"bare IPv6", "listeners", "::1:8081",
     "here: \"::1:8081\" is no address; write HOST:PORT, [IPV6]:PORT or http://HOST:PORT"},
};

static void check_row(void **state)
{
    const struct row *row = *state;
    struct sma_settings settings;
    struct sma_error err = SMA_ERROR_INIT;
    sma_settings_init(&settings);
    enum sma_status st =
        sma_settings_set(&settings, sma_str_z(row->key), sma_str_z(row->value), "here", NULL, &err);
    assert_int_equal(st != SMA_OK, row->error != NULL);
    sma_test_same_text(row->name, sma_str_z(err.message), sma_str_z(row->error ? row->error : ""));
    sma_settings_fini(&settings);
}

static void test_defaults(void **state)
{
    (void)state;
    struct sma_settings s;
    sma_settings_init(&s);
    assert_int_equal(s.listener_count, 1);
    assert_int_equal(s.listeners[0].port, 8081);
    assert_true(sma_str_eq(s.listeners[0].host, SMA_STR("127.0.0.1")));
    assert_true(sma_str_eq(s.compatibility_level, SMA_STR("BACKWARD")));
    assert_true(s.mode_mutability && s.validate_new_schemas && !s.validate_fields);
    assert_int_equal(s.body_bytes_max, 1 << 20);
    assert_int_equal(sma_settings_rule_sets(&s), SMA_RULE_SETS_STORE);
    assert_int_equal(sma_settings_check(&s, NULL), SMA_OK);
    sma_settings_fini(&s);
}

static void test_limits_fit_together(void **state)
{
    (void)state;
    struct sma_settings s;
    struct sma_error err = SMA_ERROR_INIT;
    sma_settings_init(&s);
    s.schema_limit_default = s.schema_limit_max + 1;
    assert_int_equal(sma_settings_check(&s, &err), SMA_EINVAL);
    assert_string_equal(err.message,
                        "schema.search.default.limit is larger than schema.search.max.limit");
    sma_settings_fini(&s);
}

/* ---- files
 * ------------------------------------------------------------------------------------------------
 */

static enum sma_status read_text(struct sma_settings *settings, const char *text, char path[64],
                                 struct sma_error *err)
{
    strcpy(path, "/tmp/schemata-settings-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    enum sma_status st = sma_settings_read_file(settings, path, NULL, err);
    unlink(path);
    return st;
}

static void test_file(void **state)
{
    (void)state;
    struct sma_settings s;
    struct sma_error err = SMA_ERROR_INIT;
    char path[64];
    sma_settings_init(&s);
    enum sma_status st = read_text(&s,
                                   "# a comment\n"
                                   "! another \\\n"
                                   "\n"
                                   "  listeners = http://0.0.0.0:18081,\\\n"
                                   "      http://127.0.0.1:18082\r\n"
                                   "schema.compatibility.level:full\n"
                                   "mode.mutability false\n"
                                   "schemata.data.dir=a\\ b\\u00e9\\tc\n"
                                   "schema.registry.group.id",
                                   path, &err);
    assert_string_equal(err.message, "");
    assert_int_equal(st, SMA_OK);
    assert_int_equal(s.listener_count, 2);
    assert_int_equal(s.listeners[1].port, 18082);
    assert_true(sma_str_eq(s.compatibility_level, SMA_STR("FULL")));
    assert_false(s.mode_mutability);
    sma_test_same_text("escapes", s.data_dir, SMA_STR("a b\xc3\xa9\tc"));
    assert_int_equal(s.group_id.len, 0);
    sma_settings_fini(&s);
}

static void test_file_mistakes_name_the_line(void **state)
{
    (void)state;
    struct sma_settings s;
    struct sma_error err = SMA_ERROR_INIT;
    char path[64], want[256];
    sma_settings_init(&s);
    assert_int_equal(read_text(&s, "listeners=http://a:1\n\\\n\nschemata.loop=3\n", path, &err),
                     SMA_EINVAL);
    snprintf(want, sizeof want,
             "%s:4: unknown setting \"schemata.loop\"; did you mean "
             "\"schemata.loops\"?",
             path);
    assert_string_equal(err.message, want);
    sma_error_clear(&err);
    assert_int_equal(read_text(&s, "schemata.data.dir=\\u12\n", path, &err), SMA_EINVAL);
    sma_error_clear(&err);
    assert_int_equal(sma_settings_read_file(&s, "/nonexistent/x.properties", NULL, &err),
                     SMA_ENOTFOUND);
    sma_settings_fini(&s);
}

static void test_environment(void **state)
{
    (void)state;
    struct sma_settings s;
    struct sma_error err = SMA_ERROR_INIT;
    char *good[] = {(char *)"PATH=/bin", (char *)"SCHEMA_REGISTRY_SCHEMA_COMPATIBILITY_LEVEL=none",
                    (char *)"SCHEMA_REGISTRY_LISTENERS=http://0.0.0.0:9",
                    (char *)"SCHEMA_REGISTRY_HEAP_OPTS=-Xmx1g", NULL};
    char *bad[] = {(char *)"SCHEMA_REGISTRY_MODE_MUTABILITY=maybe", NULL};
    sma_settings_init(&s);
    assert_int_equal(sma_settings_read_environment(&s, good, NULL, &err), SMA_OK);
    assert_true(sma_str_eq(s.compatibility_level, SMA_STR("NONE")));
    assert_int_equal(s.listeners[0].port, 9);
    assert_int_equal(sma_settings_read_environment(&s, bad, NULL, &err), SMA_EINVAL);
    assert_string_equal(err.message,
                        "SCHEMA_REGISTRY_MODE_MUTABILITY: mode.mutability must be true or "
                        "false, not \"maybe\"");
    sma_settings_fini(&s);
}

int main(void)
{
    struct CMUnitTest tests[SMA_COUNT(rows) + 5] = {{0}};
    size_t n = 0;
    for (; n < SMA_COUNT(rows); n++)
        tests[n] = (struct CMUnitTest){
            .name = rows[n].name, .test_func = check_row, .initial_state = (void *)&rows[n]};
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_defaults);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_limits_fit_together);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_file);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_file_mistakes_name_the_line);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_environment);
    return _cmocka_run_group_tests("settings", tests, n, NULL, NULL) != 0;
}
