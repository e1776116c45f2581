/* Records: keys byte for byte, values in order, and back again. */
#include "store/record.h"
#include "tests/support/test.h"

static struct sma_buf out;

static int setup(void **state)
{
    (void)state;
    sma_buf_init(&out, 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    sma_buf_fini(&out);
    return 0;
}

static void same(const char *what, const char *want)
{
    sma_test_same_text(what, sma_buf_str(&out), sma_str_z(want));
    sma_buf_clear(&out);
}

static const struct sma_assoc_key topic_key = {
    SMA_STR_INIT("orders"), SMA_STR_INIT("lkc-1"), SMA_STR_INIT("topic"),
    SMA_STR_INIT("value"),  SMA_STR_INIT("s"),
};

static void golden_keys(void **state)
{
    (void)state;
    sma_record_schema_key(&out, SMA_STR("s-value"), 1);
    same("SCHEMA", "{\"keytype\":\"SCHEMA\",\"subject\":\"s-value\",\"version\":1,\"magic\":1}");
    sma_record_schema_key(&out, SMA_STR(":.ctx:s"), 2147483647);
    same("SCHEMA in a context", "{\"keytype\":\"SCHEMA\",\"subject\":\":.ctx:s\","
                                "\"version\":2147483647,\"magic\":1}");
    sma_record_schema_key(&out, SMA_STR("a\"\\/\xc3\xa9\t\x1f"), 1);
    same("SCHEMA escapes",
         "{\"keytype\":\"SCHEMA\",\"subject\":\"a\\\"\\\\/\xc3\xa9\\t\\u001F\",\"version\":1,"
         "\"magic\":1}");
    sma_record_config_key(&out, SMA_STR("s"));
    same("CONFIG", "{\"keytype\":\"CONFIG\",\"subject\":\"s\",\"magic\":0}");
    sma_record_config_key(&out, SMA_STR(""));
    same("CONFIG global", "{\"keytype\":\"CONFIG\",\"magic\":0}");
    sma_record_mode_key(&out, SMA_STR(":.__GLOBAL:"));
    same("MODE", "{\"keytype\":\"MODE\",\"subject\":\":.__GLOBAL:\",\"magic\":0}");
    sma_record_mode_key(&out, SMA_STR(""));
    same("MODE global", "{\"keytype\":\"MODE\",\"magic\":0}");
    sma_record_delete_subject_key(&out, SMA_STR("s"));
    same("DELETE_SUBJECT", "{\"keytype\":\"DELETE_SUBJECT\",\"subject\":\"s\",\"magic\":0}");
    sma_record_clear_subject_key(&out, SMA_STR("s"));
    same("CLEAR_SUBJECT", "{\"keytype\":\"CLEAR_SUBJECT\",\"subject\":\"s\",\"magic\":0}");
    sma_record_clear_subject_key(&out, SMA_STR(""));
    same("CLEAR_SUBJECT global", "{\"keytype\":\"CLEAR_SUBJECT\",\"magic\":0}");
    sma_record_noop_key(&out);
    same("NOOP", "{\"keytype\":\"NOOP\",\"magic\":0}");
    sma_record_context_key(&out, SMA_STR(".ctx"));
    same("CONTEXT", "{\"keytype\":\"CONTEXT\",\"tenant\":\"default\",\"context\":\".ctx\","
                    "\"magic\":0}");
    sma_record_assoc_key(&out, &topic_key);
    same("ASSOC", "{\"keytype\":\"ASSOC\",\"tenant\":\"default\",\"resourceName\":\"orders\","
                  "\"resourceNamespace\":\"lkc-1\",\"resourceType\":\"topic\","
                  "\"associationType\":\"value\",\"subject\":\"s\",\"magic\":0}");
}

static void golden_schema_values(void **state)
{
    static const struct sma_reference refs[] = {{SMA_STR_INIT("n"), SMA_STR_INIT("t"), 3}};
    static const uint8_t md5[SMA_HASH_LEN] = {0,    1,    2,    3,    4,    5,    6,    7,
                                              0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff};
    struct sma_version row = {.subject = SMA_STR("s-value"),
                              .version = 1,
                              .id = 1,
                              .type = SMA_STR("AVRO"),
                              .content = {.text = SMA_STR("\"string\"")}};
    (void)state;
    sma_record_schema_value(&out, &row);
    same("plain", "{\"subject\":\"s-value\",\"version\":1,\"id\":1,\"schemaType\":\"AVRO\","
                  "\"schema\":\"\\\"string\\\"\",\"deleted\":false}");
    row.content.references = refs;
    row.content.reference_count = 1;
    row.content.metadata = SMA_STR("{\"properties\":{\"secret\":\"s\"}}");
    row.content.sealed = SMA_STR("{}");
    memcpy(row.content.hash, md5, sizeof md5);
    row.content.rule_set = SMA_STR("{\"domainRules\":[]}");
    row.is_deleted = true;
    sma_record_schema_value(&out, &row);
    same("sealed", "{\"subject\":\"s-value\",\"version\":1,\"id\":1,"
                 "\"md5\":\"AAECAwQFBgf4+fr7/P3+/w==\",\"schemaType\":\"AVRO\",\"references\":"
                 "[{\"name\":\"n\",\"subject\":\"t\",\"version\":3}],\"metadata\":{},"
                 "\"ruleSet\":{\"domainRules\":[]},\"schema\":\"\\\"string\\\"\","
                 "\"deleted\":true}");
}

static void golden_small_values(void **state)
{
    struct sma_record_config config = {.alias = SMA_STR("other"),
                                       .normalize = SMA_TRUE,
                                       .validate_fields = SMA_FALSE,
                                       .compatibility_level = SMA_STR("FULL"),
                                       .compatibility_group = SMA_STR(""),
                                       .default_metadata = SMA_STR("{}")};
    struct sma_assoc assoc = {.key = topic_key,
                              .guid = SMA_STR("g"),
                              .resource_id = SMA_STR("r"),
                              .lifecycle = SMA_STR("STRONG"),
                              .is_frozen = true,
                              .create_ts_ms = 7};
    (void)state;
    sma_record_config_value(&out, SMA_STR("s"), &config);
    same("CONFIG", "{\"subject\":\"s\",\"alias\":\"other\",\"normalize\":true,"
                   "\"validateFields\":false,\"compatibilityLevel\":\"FULL\","
                   "\"defaultMetadata\":{}}");
    sma_record_config_value(&out, SMA_STR(""), &(struct sma_record_config){0});
    same("empty CONFIG", "{}");
    sma_record_mode_value(&out, SMA_STR(""), SMA_STR("IMPORT"));
    same("MODE", "{\"mode\":\"IMPORT\"}");
    sma_record_mode_value(&out, SMA_STR(":.c:"), SMA_STR("READONLY"));
    same("MODE of a context", "{\"subject\":\":.c:\",\"mode\":\"READONLY\"}");
    sma_record_delete_subject_value(&out, SMA_STR("s"), 4);
    same("DELETE_SUBJECT", "{\"subject\":\"s\",\"version\":4}");
    sma_record_clear_subject_value(&out, SMA_STR("s"));
    same("CLEAR_SUBJECT", "{\"subject\":\"s\"}");
    sma_record_context_value(&out, SMA_STR(".ctx"));
    same("CONTEXT", "{\"tenant\":\"default\",\"context\":\".ctx\"}");
    sma_record_assoc_value(&out, &assoc);
    same("ASSOC", "{\"guid\":\"g\",\"tenant\":\"default\",\"resourceName\":\"orders\","
                  "\"resourceNamespace\":\"lkc-1\",\"resourceId\":\"r\",\"resourceType\":\"topic\","
                  "\"associationType\":\"value\",\"subject\":\"s\",\"lifecycle\":\"STRONG\","
                  "\"frozen\":true,\"createTs\":7}");
}

/* The rest of a row that is not read. */
#define REFUSED(status) status, SMA_KEY_SCHEMA, "", 0

static const struct key_row {
    const char *name, *json;
    enum sma_status want;
    enum sma_key_type type;
    const char *subject;
    int32_t version;
} key_rows[] = {
    {"schema", "{\"keytype\":\"SCHEMA\",\"subject\":\"s\",\"version\":2,\"magic\":1}", SMA_OK,
     SMA_KEY_SCHEMA, "s", 2},
    {"magic 0, other order", "{\"magic\":0,\"version\":2,\"subject\":\"s\",\"keytype\":\"SCHEMA\"}",
     SMA_OK, SMA_KEY_SCHEMA, "s", 2},
    {"default context is dropped",
     "{\"keytype\":\"SCHEMA\",\"subject\":\":.:s\",\"version\":2,\"magic\":1}", SMA_OK,
     SMA_KEY_SCHEMA, "s", 2},
    {"empty subject", "{\"keytype\":\"SCHEMA\",\"subject\":\"\",\"version\":2,\"magic\":1}", SMA_OK,
     SMA_KEY_SCHEMA, "", 2},
    {"global config", "{\"keytype\":\"CONFIG\",\"magic\":0}", SMA_OK, SMA_KEY_CONFIG, "", 0},
    {"global config of old lines", "{\"keytype\":\"CONFIG\",\"subject\":null,\"magic\":0}", SMA_OK,
     SMA_KEY_CONFIG, "", 0},
    {"context without closing colon", "{\"keytype\":\"MODE\",\"subject\":\":.c\",\"magic\":0}",
     SMA_OK, SMA_KEY_MODE, ":.c:", 0},
    {"unknown members", "{\"keytype\":\"NOOP\",\"magic\":0,\"x\":[1]}", SMA_OK, SMA_KEY_NOOP, "",
     0},
    {"magic 2", "{\"keytype\":\"SCHEMA\",\"subject\":\"s\",\"version\":2,\"magic\":2}",
     REFUSED(SMA_EINVAL)},
    {"no magic", "{\"keytype\":\"SCHEMA\",\"subject\":\"s\",\"version\":2}", REFUSED(SMA_EINVAL)},
    {"version 0", "{\"keytype\":\"SCHEMA\",\"subject\":\"s\",\"version\":0,\"magic\":1}",
     REFUSED(SMA_EINVAL)},
    {"version too large",
     "{\"keytype\":\"SCHEMA\",\"subject\":\"s\",\"version\":2147483648,\"magic\":1}",
     REFUSED(SMA_EINVAL)},
    {"no subject", "{\"keytype\":\"SCHEMA\",\"version\":1,\"magic\":1}", REFUSED(SMA_EINVAL)},
    {"subject of the wrong type",
     "{\"keytype\":\"SCHEMA\",\"subject\":1,\"version\":1,\"magic\":1}", REFUSED(SMA_EINVAL)},
    {"unknown type", "{\"keytype\":\"EXPORTER\",\"magic\":0}", REFUSED(SMA_EUNSUPPORTED)},
    {"no type", "{\"magic\":0}", REFUSED(SMA_EINVAL)},
    {"not JSON", "SCHEMA", REFUSED(SMA_EINVAL)},
    {"array", "[]", REFUSED(SMA_EINVAL)},
    {"empty", "", REFUSED(SMA_EINVAL)},
    {"other tenant", "{\"keytype\":\"CONTEXT\",\"tenant\":\"t\",\"context\":\".c\",\"magic\":0}",
     REFUSED(SMA_EUNSUPPORTED)},
    {"context without dot",
     "{\"keytype\":\"CONTEXT\",\"tenant\":\"default\",\"context\":\"c\",\"magic\":0}",
     REFUSED(SMA_EINVAL)},
};

static void check_key(void **state)
{
    const struct key_row *row = *state;
    struct sma_record_key key = {0};
    struct sma_arena arena;
    struct sma_error err = SMA_ERROR_INIT;
    sma_arena_init(&arena, 0);
    enum sma_status st = sma_record_parse_key(&key, &arena, sma_str_z(row->json), &err);
    if (st != row->want)
        fail_msg("%s: status %s: %s", row->name, sma_status_name(st), err.message);
    if (!st) {
        assert_int_equal(key.type, row->type);
        assert_int_equal(key.version, row->version);
        sma_test_same_text(row->name, key.subject, sma_str_z(row->subject));
    }
    sma_arena_fini(&arena);
}

static const struct value_row {
    const char *name, *json;
    enum sma_status want;
} value_rows[] = {
    {"least", "{\"id\":0,\"schema\":\"x\"}", SMA_OK},
    {"nulls",
     "{\"id\":1,\"schema\":\"x\",\"schemaType\":null,\"references\":null,"
     "\"metadata\":null,\"ruleSet\":null,\"deleted\":null,\"md5\":null,\"subject\":null,"
     "\"version\":null}",
     SMA_OK},
    {"cached row",
     "{\"subject\":\":.:s\",\"version\":2,\"id\":1,\"schema\":\"x\",\"offset\":7,"
     "\"ts\":9,\"deleted\":true}",
     SMA_OK},
    {"other subject", "{\"subject\":\"t\",\"id\":1,\"schema\":\"x\"}", SMA_EINVAL},
    {"other version", "{\"version\":3,\"id\":1,\"schema\":\"x\"}", SMA_EINVAL},
    {"no id", "{\"schema\":\"x\"}", SMA_EINVAL},
    {"negative id", "{\"id\":-1,\"schema\":\"x\"}", SMA_EINVAL},
    {"large id", "{\"id\":2147483648,\"schema\":\"x\"}", SMA_EINVAL},
    {"fractional id", "{\"id\":1.0,\"schema\":\"x\"}", SMA_EINVAL},
    {"no schema", "{\"id\":1}", SMA_EINVAL},
    {"schema of the wrong type", "{\"id\":1,\"schema\":{}}", SMA_EINVAL},
    {"metadata of the wrong type", "{\"id\":1,\"schema\":\"x\",\"metadata\":[]}", SMA_EINVAL},
    {"references of the wrong type", "{\"id\":1,\"schema\":\"x\",\"references\":{}}", SMA_EINVAL},
    {"reference without name",
     "{\"id\":1,\"schema\":\"x\",\"references\":[{\"subject\":\"t\",\"version\":1}]}", SMA_EINVAL},
    {"deleted of the wrong type", "{\"id\":1,\"schema\":\"x\",\"deleted\":1}", SMA_EINVAL},
    {"short md5", "{\"id\":1,\"schema\":\"x\",\"md5\":\"AA==\"}", SMA_EINVAL},
    {"bad md5", "{\"id\":1,\"schema\":\"x\",\"md5\":\"AAECAwQFBgf4+fr7/P3+/*==\"}", SMA_EINVAL},
    {"not JSON", "{\"id\":1", SMA_EINVAL},
};

static const struct sma_record_key row_key = {
    .type = SMA_KEY_SCHEMA, .subject = SMA_STR_INIT("s"), .version = 2};

static void check_value(void **state)
{
    const struct value_row *row = *state;
    struct sma_record_schema schema;
    struct sma_arena arena;
    struct sma_error err = SMA_ERROR_INIT;
    sma_arena_init(&arena, 0);
    enum sma_status st =
        sma_record_parse_schema(&schema, &arena, &row_key, sma_str_z(row->json), &err);
    if (st != row->want)
        fail_msg("%s: status %s: %s", row->name, sma_status_name(st), err.message);
    if (!st)
        sma_test_same_text(row->name, schema.type, SMA_STR("AVRO"));
    sma_arena_fini(&arena);
}

static void schema_value_round_trips(void **state)
{
    static const struct sma_reference refs[] = {{SMA_STR_INIT("n"), SMA_STR_INIT(":.c:t"), -1},
                                                {SMA_STR_INIT("m\""), SMA_STR_INIT("u"), 9}};
    uint8_t md5[SMA_HASH_LEN];
    struct sma_version row = {.subject = SMA_STR("s"),
                              .version = 2,
                              .id = 77,
                              .type = SMA_STR("PROTOBUF"),
                              .is_deleted = true,
                              .content = {.text = SMA_STR("a\n\0b"),
                                          .references = refs,
                                          .reference_count = 2,
                                          .metadata = SMA_STR("{\"properties\":{\"a\":\"b\"}}"),
                                          .rule_set = SMA_STR("{}")}};
    struct sma_record_schema got;
    struct sma_arena arena;
    struct sma_error err = SMA_ERROR_INIT;
    (void)state;
    for (unsigned i = 0; i < SMA_HASH_LEN; i++)
        md5[i] = (uint8_t)(i * 37 + 201);
    sma_arena_init(&arena, 0);
    row.content.sealed = row.content.metadata;
    memcpy(row.content.hash, md5, sizeof md5);
    sma_record_schema_value(&out, &row);
    if (sma_record_parse_schema(&got, &arena, &row_key, sma_buf_str(&out), &err))
        fail_msg("%s", err.message);
    assert_int_equal(got.id, 77);
    assert_true(got.is_deleted);
    assert_true(got.has_md5);
    assert_memory_equal(got.md5, md5, sizeof md5);
    sma_test_same_text("type", got.type, row.type);
    sma_test_same_text("text", got.content.text, row.content.text);
    sma_test_same_text("metadata", got.content.metadata, row.content.metadata);
    sma_test_same_text("rules", got.content.rule_set, row.content.rule_set);
    assert_true(sma_references_equal(got.content.references, got.content.reference_count, refs, 2));
    sma_arena_fini(&arena);
}

static void config_round_trips(void **state)
{
    struct sma_record_config config = {.alias = SMA_STR("a"),
                                       .alias_for_deks = SMA_STR("d"),
                                       .normalize = SMA_FALSE,
                                       .validate_fields = SMA_TRUE,
                                       .validate_new_schemas = SMA_FALSE,
                                       .validate_rules = SMA_TRUE,
                                       .compatibility_level = SMA_STR("NONE"),
                                       .compatibility_policy = SMA_STR("LENIENT"),
                                       .compatibility_group = SMA_STR("g"),
                                       .default_metadata = SMA_STR("{\"a\":1}"),
                                       .override_metadata = SMA_STR("{\"b\":1}"),
                                       .default_rule_set = SMA_STR("{\"c\":1}"),
                                       .override_rule_set = SMA_STR("{\"d\":1}")};
    struct sma_record_config got;
    struct sma_arena arena;
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_buf again;
    (void)state;
    sma_arena_init(&arena, 0);
    sma_buf_init(&again, 0);
    sma_record_config_value(&out, SMA_STR("s"), &config);
    assert_int_equal(sma_record_parse_config(&got, &arena, sma_buf_str(&out), &err), SMA_OK);
    sma_record_config_value(&again, SMA_STR("s"), &got);
    sma_test_same_text("config", sma_buf_str(&again), sma_buf_str(&out));
    assert_int_equal(
        sma_record_parse_config(&got, &arena, SMA_STR("{\"normalize\":\"true\"}"), &err),
        SMA_EINVAL);
    sma_buf_fini(&again);
    sma_arena_fini(&arena);
}

static void other_values_are_read(void **state)
{
    struct sma_arena arena;
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_str mode = SMA_STR("?");
    int32_t watermark = -1;
    struct sma_assoc assoc;
    struct sma_record_key key;
    (void)state;
    sma_arena_init(&arena, 0);
    assert_int_equal(sma_record_parse_mode(&mode, &arena, SMA_STR("{\"mode\":null}"), &err),
                     SMA_OK);
    assert_null(mode.ptr);
    assert_int_equal(sma_record_parse_mode(&mode, &arena, SMA_STR("{\"mode\":7}"), &err),
                     SMA_EINVAL);
    assert_int_equal(
        sma_record_parse_watermark(&watermark, &arena, SMA_STR("{\"version\":3}"), &err), SMA_OK);
    assert_int_equal(watermark, 3);
    assert_int_equal(sma_record_parse_watermark(&watermark, &arena, SMA_STR("{}"), &err),
                     SMA_EINVAL);
    sma_record_assoc_key(&out, &topic_key);
    assert_int_equal(sma_record_parse_key(&key, &arena, sma_buf_str(&out), &err), SMA_OK);
    assert_int_equal(sma_record_parse_assoc(
                         &assoc, &arena, &key,
                         SMA_STR("{\"lifecycle\":\"WEAK\",\"createTs\":1700000000000}"), &err),
                     SMA_OK);
    assert_true(assoc.create_ts_ms == 1700000000000);
    sma_test_same_text("resource", assoc.key.resource_name, SMA_STR("orders"));
    sma_arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(golden_keys, setup, teardown),
        cmocka_unit_test_setup_teardown(golden_schema_values, setup, teardown),
        cmocka_unit_test_setup_teardown(golden_small_values, setup, teardown),
        cmocka_unit_test_setup_teardown(schema_value_round_trips, setup, teardown),
        cmocka_unit_test_setup_teardown(config_round_trips, setup, teardown),
        cmocka_unit_test_setup_teardown(other_values_are_read, setup, teardown),
    };
    struct CMUnitTest keys[SMA_COUNT(key_rows)], values[SMA_COUNT(value_rows)];
    for (size_t i = 0; i < SMA_COUNT(key_rows); i++)
        keys[i] =
            (struct CMUnitTest){key_rows[i].name, check_key, NULL, NULL, (void *)&key_rows[i]};
    for (size_t i = 0; i < SMA_COUNT(value_rows); i++)
        values[i] = (struct CMUnitTest){value_rows[i].name, check_value, NULL, NULL,
                                        (void *)&value_rows[i]};
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    failures += _cmocka_run_group_tests("keys", keys, SMA_COUNT(keys), NULL, NULL);
    failures += _cmocka_run_group_tests("values", values, SMA_COUNT(values), NULL, NULL);
    return failures != 0;
}
