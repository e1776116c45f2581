/* Configuration: the table, values and what is wrong with them, properties files, the environment. */
#include "base/buf.h"
#include "clients/c/conf.h"
#include "tests/support/test.h"

#include <unistd.h>

static const char *text_of(const schemata_conf_t *c, const char *name)
{
    enum sma_client_prop prop = sma_client_prop_find(sma_str_z(name));
    if (prop == SMA_P_COUNT)
        fail_msg("no property is called %s", name);
    return sma_client_conf_text(c, prop);
}

/* ---- the table ------------------------------------------------------------------------------------
 */

static void each_property_is_described_and_found(void **state)
{
    (void)state;
    size_t n = 0;
    const schemata_prop_t *props = schemata_conf_props(&n);
    assert_int_equal(n, SMA_P_COUNT);
    for (size_t i = 0; i < n; i++) {
        const schemata_prop_t *p = &props[i];
        char with_prefix[128];
        if (!p->key || !p->type || !p->doc || strlen(p->doc) < 10)
            fail_msg("row %zu (%s) is not described", i, p->key ? p->key : "?");
        assert_int_equal(sma_client_prop_find(sma_str_z(p->key)), i);
        snprintf(with_prefix, sizeof with_prefix, "schema.registry.%s", p->key);
        assert_int_equal(sma_client_prop_find(sma_str_z(with_prefix)), i);
        struct sma_str rest = sma_str_z(p->alias);
        while (rest.len) {
            ptrdiff_t comma = sma_str_chr(rest, ',');
            struct sma_str alias = comma < 0 ? rest : sma_str_head(rest, (size_t)comma);
            if (sma_client_prop_find(alias) != (enum sma_client_prop)i)
                fail_msg("alias %.*s leads elsewhere", SMA_STR_ARG(alias));
            rest = sma_str_from(rest, alias.len + 1);
        }
    }
}

/* A default must be a value that somebody could have set. */
static void defaults_are_valid(void **state)
{
    (void)state;
    schemata_conf_t *c = schemata_conf_new();
    for (int i = 0; i < SMA_P_COUNT; i++) {
        schemata_error_t *err = NULL;
        const char *value = sma_client_props[i].dflt;
        if (value && schemata_conf_set(c, sma_client_props[i].key, value, &err))
            fail_msg("%s", schemata_error_message(err));
    }
    schemata_conf_free(c);
}

/* clients/c/CONFIGURATION.md is the table in prose. UPDATE=1 writes it anew. */
static void the_page_is_the_table(void **state)
{
    (void)state;
    const char *path = "clients/c/CONFIGURATION.md";
    struct sma_buf page;
    size_t len = 0;
    sma_buf_init(&page, 0);
    sma_buf_putz(&page, "# Properties\n\nFor `schemata_conf_set`, properties files and, as `SCHEMATA_` and "
                        "the name in capitals with `_` for `.`, the\nenvironment. Every name may have "
                        "`schema.registry.` in front. `request.header.NAME` adds a header;\n"
                        "`rule.executors.X.param.NAME`, with any X, is a setting of rules "
                        "(`schemata/rules.h`).\n\n"
                        "| property | also | values | default | meaning |\n|---|---|---|---|---|\n");
    for (int i = 0; i < SMA_P_COUNT; i++) {
        const schemata_prop_t *p = &sma_client_props[i];
        sma_buf_printf(&page, "| `%s` | %s | ", p->key, p->alias ? p->alias : "");
        for (const char *c = p->range ? p->range : p->type; *c; c++)
            sma_buf_putz(&page, *c == '|' ? ", " : (const char[]){*c, 0});
        sma_buf_printf(&page, " | %s | %s |\n", p->dflt ? p->dflt : "", p->doc);
    }
    if (getenv("UPDATE")) {
        FILE *file = fopen(path, "w");
        assert_int_equal(fwrite(page.ptr, 1, page.len, file), page.len);
        fclose(file);
    }
    char *there = sma_test_read_file(path, &len);
    sma_test_same_text("run with UPDATE=1", sma_str_make(there, len), sma_buf_str(&page));
    free(there);
    sma_buf_fini(&page);
}

/* ---- values ---------------------------------------------------------------------------------------
 */

static const struct value {
    const char *key, *value, *want; /* want NULL: refused */
    const char *says;               /* part of the message, or the hint */
} values[] = {
    {"auto.register.schemas", "true", "true", NULL},
    {"auto.register.schemas", " FALSE ", "false", NULL},
    {"auto.register.schemas", "yes", NULL, "\"yes\" is not"},
    {"auto.register", "true", NULL, "no property is called"},
    {"auto.register.schema", "true", NULL, "did you mean auto.register.schemas?"},
    {"max.retries", "0", "0", NULL},
    {"max.retries", "100", "100", NULL},
    {"max.retries", "101", NULL, "is not one of 0..100"},
    {"max.retries", "-1", NULL, "is not one of 0..100"},
    {"max.retries", "1e1", NULL, "is not one of"},
    {"max.retries", "", NULL, "is not one of"},
    {"max.retries", "99999999999999999999", NULL, "is not one of"},
    {"latest.cache.ttl.sec", "-1", "-1", NULL},
    {"cache.latest.ttl.sec", "5", "5", NULL},
    {"subject.name.strategy", "topic_record", "TOPIC_RECORD", NULL},
    {"value.subject.name.strategy", "io.confluent.kafka.serializers.subject.RecordNameStrategy",
     "RECORD", NULL},
    {"key.subject.name.strategy", "io.confluent.kafka.serializers.subject.TopicRecordNameStrategy",
     "TOPIC_RECORD", NULL},
    {"subject.name.strategy.type", "com.example.MyStrategy", NULL, "is not one of TOPIC|RECORD"},
    {"value.schema.id.serializer",
     "io.confluent.kafka.serializers.schema.id.HeaderSchemaIdSerializer", "header", NULL},
    {"use.schema.guid", "89791762-2336-4186-9674-299b90a802e2",
     "89791762-2336-4186-9674-299b90a802e2", NULL},
    {"use.schema.guid", "no", NULL, "is not a valid guid"},
    {"use.latest.with.metadata", "a=b,c=d", "a=b,c=d", NULL},
    {"use.latest.with.metadata", "a", NULL, "is not a valid pairs"},
    {"schema.registry.basic.auth.user.info", "u:p", "u:p", NULL},
    {"worker.threads", "2", NULL, "0..1"},
    {"request.header.X-A", "b", "", NULL},
    {"request.header.X A", "b", NULL, "is no header"},
    {"request.header.X-A", "b\r\nc: d", NULL, "is no header"},
    {"request.header.", "b", NULL, "no property is called"},
};

static void values_are_checked(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(values); i++) {
        const struct value *row = &values[i];
        schemata_conf_t *c = schemata_conf_new();
        schemata_error_t *err = NULL;
        schemata_status_t st = schemata_conf_set(c, row->key, row->value, &err);
        if (st != (row->want ? SCHEMATA_OK : SCHEMATA_ERR_CONF))
            fail_msg("%s=%s: %s %s", row->key, row->value, schemata_status_name(st),
                     schemata_error_message(err));
        if (row->want && *row->want && strcmp(text_of(c, row->key), row->want) != 0)
            fail_msg("%s=%s: kept as %s", row->key, row->value, text_of(c, row->key));
        const char *hint = schemata_error_hint(err) ? schemata_error_hint(err) : "";
        if (row->says && !strstr(schemata_error_message(err), row->says) &&
            !strstr(hint, row->says))
            fail_msg("%s=%s: %s (%s)", row->key, row->value, schemata_error_message(err), hint);
        schemata_error_free(err);
        schemata_conf_free(c);
    }
}

static void secrets_are_not_in_messages(void **state)
{
    (void)state;
    size_t n = 0;
    const schemata_prop_t *props = schemata_conf_props(&n);
    for (size_t i = 0; i < n; i++)
        if (strstr(props[i].key, "secret") || strstr(props[i].key, "password") ||
            strstr(props[i].key, "user.info") || !strcmp(props[i].key, "bearer.auth.token") ||
            !strcmp(props[i].key, "ssl.key.pem"))
            assert_string_equal(props[i].type, "secret");
}

static schemata_status_t unwrap(void *ctx, const char *key_id, const void *in, size_t n,
                                schemata_buf_t *out)
{
    (void)ctx, (void)key_id, (void)in, (void)n, (void)out;
    return SCHEMATA_ERR_UNSUPPORTED;
}

static void a_copy_is_its_own(void **state)
{
    (void)state;
    schemata_conf_t *c = schemata_conf_new();
    schemata_conf_set(c, "url", "http://a", NULL);
    schemata_conf_set(c, "request.header.X-A", "b", NULL);
    const schemata_kms_t kms = {.size = sizeof kms, .scheme = "x", .unwrap = unwrap, .ctx = c};
    const schemata_kms_t other = {.size = sizeof kms, .scheme = "y", .unwrap = unwrap};
    assert_int_equal(schemata_conf_add_kms(c, &kms), SCHEMATA_OK);
    assert_int_equal(schemata_conf_add_kms(c, &other), SCHEMATA_OK);
    assert_int_equal(schemata_conf_add_kms(c, &kms), SCHEMATA_OK);
    assert_int_equal(schemata_conf_add_kms(c, &(schemata_kms_t){.size = sizeof kms}),
                     SCHEMATA_ERR_ARG);
    schemata_conf_t *copy = schemata_conf_copy(c);
    schemata_conf_set(c, "url", "http://b", NULL);
    assert_string_equal(text_of(copy, "url"), "http://a");
    schemata_conf_free(c);
    assert_int_equal(copy->header_count, 1);
    assert_int_equal(copy->kms_count, 2);
    assert_ptr_equal(sma_client_conf_kms(copy, SMA_STR("x"))->ctx, kms.ctx);
    assert_null(sma_client_conf_kms(copy, SMA_STR("z")));
    assert_string_equal(copy->headers[0].value, "b");
    schemata_conf_free(copy);
    assert_null(schemata_conf_copy(NULL));
    assert_int_equal(schemata_conf_set(NULL, "url", "x", NULL), SCHEMATA_ERR_ARG);
}

/* ---- files ----------------------------------------------------------------------------------------
 */

static const struct file {
    const char *name, *text, *key, *want; /* want NULL: refused */
    const char *says;
    bool prefix_only;
} files[] = {
    {"equals", "url=http://a", "url", "http://a", NULL, false},
    {"colon and blanks", "  url \t:  http://a  ", "url", "http://a", NULL, false},
    {"blank alone", "url http://a", "url", "http://a", NULL, false},
    {"CRLF", "\r\nurl=http://a\r\nmax.retries=1\r\n", "url", "http://a", NULL, false},
    {"CR alone", "max.retries=1\rurl=http://a\r", "url", "http://a", NULL, false},
    {"comments", "#url=x\n!url=y\nurl=http://a", "url", "http://a", NULL, false},
    {"joined", "url=http:\\\n   //a", "url", "http://a", NULL, false},
    {"an escaped backslash joins nothing", "ssl.ca.location=a\\\\\nurl=http://a", "url", "http://a",
     NULL, false},
    {"escapes", "basic.auth.user.info=a\\:b\\u0041\\tc", "basic.auth.user.info", "a:bA\tc", NULL,
     false},
    {"escaped key", "u\\u0072l=http://a", "url", "http://a", NULL, false},
    {"UTF-8", "bearer.auth.client.id=caf\xc3\xa9", "bearer.auth.client.id", "caf\xc3\xa9", NULL,
     false},
    {"last wins", "url=http://a\nurl=http://b", "url", "http://b", NULL, false},
    {"no end of line", "max.retries=7", "max.retries", "7", NULL, false},
    {"a line joined to nothing", "max.retries=7\\", "max.retries", "7", NULL, false},
    {"empty", "", "max.retries", "3", NULL, false},
    {"Kafka's own", "bootstrap.servers=a:9092\nurl=http://a", "url", "http://a", NULL, true},
    {"Kafka's own, not skipped", "\nbootstrap.servers=a:9092", NULL, NULL, ":2: no property", false},
    {"ours misspelt", "schema.registry.urll=x", NULL, NULL, ":1: no property is called", true},
    {"bad value", "\n\nmax.retries=many", NULL, NULL, ":3: max.retries", true},
    {"bad escape", "url=\\u00g0", NULL, NULL, ":1: broken \\u escape", false},
    {"cut escape", "url=\\u00", NULL, NULL, ":1: broken \\u escape", false},
    {"a NUL by escape", "url=\\u0000", NULL, NULL, ":1: broken \\u escape", false},
    {"a surrogate", "url=\\ud800", NULL, NULL, ":1: broken \\u escape", false},
};

static void files_are_read(void **state)
{
    const struct file *row = *state;
    char path[] = "/tmp/schemata-conf-XXXXXX";
    int fd = mkstemp(path);
    schemata_error_t *err = NULL;
    schemata_conf_t *c = schemata_conf_new();
    assert_int_equal(write(fd, row->text, strlen(row->text)), strlen(row->text));
    close(fd);
    schemata_status_t st = schemata_conf_load(c, path, row->prefix_only, &err);
    unlink(path);
    if (st != (row->want ? SCHEMATA_OK : SCHEMATA_ERR_CONF))
        fail_msg("%s: %s", schemata_status_name(st), schemata_error_message(err));
    if (row->want)
        assert_string_equal(text_of(c, row->key), row->want);
    if (row->says && !strstr(schemata_error_message(err), row->says))
        fail_msg("%s", schemata_error_message(err));
    schemata_error_free(err);
    schemata_conf_free(c);
}

static void files_that_cannot_be_read(void **state)
{
    (void)state;
    schemata_error_t *err = NULL;
    schemata_conf_t *c = schemata_conf_new();
    assert_int_equal(schemata_conf_load(c, "/nowhere/x", true, &err), SCHEMATA_ERR_CONF);
    assert_string_equal(schemata_error_message(err), "/nowhere/x: No such file or directory");
    schemata_error_free(err);
    err = NULL;
    assert_int_equal(schemata_conf_load(c, "/tmp", true, &err), SCHEMATA_ERR_CONF);
    assert_non_null(strstr(schemata_error_message(err), "/tmp: "));
    schemata_error_free(err);
    err = NULL;
    assert_int_equal(schemata_conf_load(c, "/dev/zero", true, &err), SCHEMATA_ERR_CONF);
    assert_non_null(strstr(schemata_error_message(err), "more than 1048576 bytes"));
    schemata_error_free(err);
    schemata_conf_free(c);
}

/* ---- the environment ------------------------------------------------------------------------------
 */

static const struct environment {
    const char *name;
    const char *pairs[9];
    const char *key, *want;
} environments[] = {
    {"usual", {"SCHEMA_REGISTRY_URL", "http://a", NULL}, "url", "http://a"},
    {"kafkactl's", {"SCHEMAREGISTRY_URL", "http://b", NULL}, "url", "http://b"},
    {"usual before kafkactl's",
     {"SCHEMA_REGISTRY_URL", "http://a", "SCHEMAREGISTRY_URL", "http://b", NULL}, "url", "http://a"},
    {"ours before all", {"SCHEMA_REGISTRY_URL", "http://a", "SCHEMATA_SCHEMA_REGISTRY_URL",
                         "http://c", NULL}, "url", "http://c"},
    {"empty is not set", {"SCHEMA_REGISTRY_URL", "", "SCHEMAREGISTRY_URL", "http://b", NULL}, "url",
     "http://b"},
    {"user and password",
     {"SCHEMA_REGISTRY_USERNAME", "u", "SCHEMA_REGISTRY_PASSWORD", "p:q", NULL},
     "basic.auth.user.info", "u:p:q"},
    {"user info", {"SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO", "k:s", NULL}, "basic.auth.user.info",
     "k:s"},
    {"user and password first",
     {"SCHEMA_REGISTRY_USERNAME", "u", "SCHEMA_REGISTRY_PASSWORD", "p",
      "SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO", "k:s", NULL},
     "basic.auth.user.info", "u:p"},
    {"a user alone is none",
     {"SCHEMA_REGISTRY_USERNAME", "u", "SCHEMA_REGISTRY_API_KEY", "k",
      "SCHEMA_REGISTRY_API_SECRET", "s", NULL},
     "basic.auth.user.info", "k:s"},
    {"kafkactl's user",
     {"SCHEMAREGISTRY_USERNAME", "u", "SCHEMAREGISTRY_PASSWORD", "p", NULL},
     "basic.auth.user.info", "u:p"},
    {"CA", {"SCHEMAREGISTRY_TLS_CA", "/ca.pem", NULL}, "ssl.ca.location", "/ca.pem"},
    {"token file", {"SCHEMATA_TOKEN_FILE", "/t", NULL}, "bearer.auth.token.file", "/t"},
    {"any property", {"SCHEMATA_MAX_RETRIES", "9", NULL}, "max.retries", "9"},
    {"cache directory", {"SCHEMATA_CACHE_DIR", "/c", NULL}, "cache.dir", "/c"},
    {"the server's are none of ours",
     {"SCHEMA_REGISTRY_HOST_NAME", "x", "SCHEMA_REGISTRY_LISTENERS", "y", "SCHEMATA_PROFILE", "z",
      "SCHEMATA_FORMAT", "json", NULL}, "max.retries", "3"},
};

static void forget_environment(void)
{
    for (size_t i = 0; i < SMA_COUNT(environments); i++)
        for (const char *const *pair = environments[i].pairs; *pair; pair += 2)
            unsetenv(pair[0]);
}

static void the_environment_is_read(void **state)
{
    const struct environment *row = *state;
    schemata_error_t *err = NULL;
    schemata_conf_t *c = schemata_conf_new();
    forget_environment();
    for (const char *const *pair = row->pairs; *pair; pair += 2)
        setenv(pair[0], pair[1], 1);
    if (schemata_conf_load_env(c, &err))
        fail_msg("%s", schemata_error_message(err));
    forget_environment();
    assert_string_equal(text_of(c, row->key), row->want);
    schemata_conf_free(c);
}

static void a_bad_variable_is_named(void **state)
{
    (void)state;
    schemata_error_t *err = NULL;
    schemata_conf_t *c = schemata_conf_new();
    forget_environment();
    setenv("SCHEMATA_MAX_RETRIES", "many", 1);
    assert_int_equal(schemata_conf_load_env(c, &err), SCHEMATA_ERR_CONF);
    assert_string_equal(schemata_error_message(err),
                        "SCHEMATA_MAX_RETRIES: max.retries: \"many\" is not one of 0..100");
    forget_environment();
    schemata_error_free(err);
    schemata_conf_free(c);
}

int main(void)
{
    const struct CMUnitTest single[] = {
        cmocka_unit_test(each_property_is_described_and_found),
        cmocka_unit_test(defaults_are_valid),
        cmocka_unit_test(the_page_is_the_table),
        cmocka_unit_test(values_are_checked),
        cmocka_unit_test(secrets_are_not_in_messages),
        cmocka_unit_test(a_copy_is_its_own),
        cmocka_unit_test(files_that_cannot_be_read),
        cmocka_unit_test(a_bad_variable_is_named),
    };
    static struct CMUnitTest tests[64];
    size_t n = 0;
    for (; n < SMA_COUNT(single); n++)
        tests[n] = single[n];
    for (size_t i = 0; i < SMA_COUNT(files); i++)
        tests[n++] = (struct CMUnitTest){.name = files[i].name,
                                         .test_func = files_are_read,
                                         .initial_state = (void *)&files[i]};
    for (size_t i = 0; i < SMA_COUNT(environments); i++)
        tests[n++] = (struct CMUnitTest){.name = environments[i].name,
                                         .test_func = the_environment_is_read,
                                         .initial_state = (void *)&environments[i]};
    return _cmocka_run_group_tests("conf", tests, n, NULL, NULL) != 0;
}
