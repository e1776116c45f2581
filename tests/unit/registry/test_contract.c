/* Metadata, rule sets, configurations: reading, normal text, merging. */
#include "tests/support/test.h"

#include "registry/codes.h"
#include "registry/config.h"
#include "registry/value.h"

static const struct sma_json *json(struct sma_arena *arena, const char *text)
{
    static const struct sma_json_options options = {.non_finite = true};
    const struct sma_json *value = NULL;
    struct sma_error err = SMA_ERROR_INIT;
    if (sma_json_parse(&value, arena, sma_str_z(text), &options, NULL, &err))
        fail_msg("%s: %s", text, err.message);
    return value;
}

static const struct sma_metadata *metadata(struct sma_arena *arena, const char *text)
{
    const struct sma_metadata *m = NULL;
    struct sma_error err = SMA_ERROR_INIT;
    if (text && sma_metadata_parse(&m, arena, sma_str_z(text), &err))
        fail_msg("%s: %s", text, err.message);
    return m;
}

static void same_metadata(struct sma_arena *arena, const char *what, const struct sma_metadata *got,
                          const char *want)
{
    struct sma_str text;
    assert_int_equal(sma_metadata_text(&text, arena, got, NULL), SMA_OK);
    assert_int_equal(text.ptr == NULL, want == NULL);
    sma_test_same_text(what, text, sma_str_z(want));
}

/* ---- metadata -----------------------------------------------------------------------------------
 */

static void metadata_is_normalized(void **state)
{
    static const struct {
        const char *in, *out; /* NULL = a 400 */
    } cases[] = {
        {"null", NULL},
        {"{}", "{}"},
        {"{\"tags\":null,\"properties\":{},\"sensitive\":[]}", "{}"},
        {"{\"sensitive\":[\"b\",\"a\",\"b\"],\"properties\":{\"y\":1,\"x\":true}}",
         "{\"properties\":{\"x\":\"true\",\"y\":\"1\"},\"sensitive\":[\"a\",\"b\"]}"},
        {"{\"tags\":{\"b\":[\"2\",\"1\"],\"a\":[]},\"unknown\":[1]}",
         "{\"tags\":{\"a\":[],\"b\":[\"1\",\"2\"]}}"},
        /* Java's order: U+1D11E (a surrogate pair) before U+FF5E */
        {"{\"properties\":{\"\xef\xbd\x9e\":\"1\",\"\xf0\x9d\x84\x9e\":\"2\"}}",
         "{\"properties\":{\"\xf0\x9d\x84\x9e\":\"2\",\"\xef\xbd\x9e\":\"1\"}}"},
        {"{\"properties\":{\"q\":\"\\\"\\\\\\n\\u0001\"}}",
         "{\"properties\":{\"q\":\"\\\"\\\\\\n\\u0001\"}}"},
    };
    struct sma_arena arena;
    (void)state;
    sma_arena_init(&arena, 0);
    for (size_t i = 0; i < SMA_COUNT(cases); i++) {
        const struct sma_metadata *m = NULL;
        assert_int_equal(sma_metadata_read(&m, &arena, json(&arena, cases[i].in), "metadata", NULL),
                         SMA_OK);
        same_metadata(&arena, cases[i].in, m, cases[i].out);
    }
    sma_arena_fini(&arena);
}

static void wrong_metadata_is_refused(void **state)
{
    static const char *const cases[] = {
        "[]",
        "\"x\"",
        "1",
        "{\"tags\":[]}",
        "{\"tags\":{\"a\":{}}}",
        "{\"tags\":{\"a\":[null]}}",
        "{\"tags\":{\"a\":[[]]}}",
        "{\"properties\":[]}",
        "{\"properties\":{\"a\":null}}",
        "{\"properties\":{\"a\":{}}}",
        "{\"sensitive\":{}}",
    };
    struct sma_arena arena;
    (void)state;
    sma_arena_init(&arena, 0);
    for (size_t i = 0; i < SMA_COUNT(cases); i++) {
        const struct sma_metadata *m = NULL;
        struct sma_error err = SMA_ERROR_INIT;
        if (sma_metadata_read(&m, &arena, json(&arena, cases[i]), "metadata", &err) != SMA_EINVAL ||
            err.code != 400)
            fail_msg("%s passed", cases[i]);
    }
    sma_arena_fini(&arena);
}

static void metadata_merges(void **state)
{
    static const struct {
        const char *older, *newer, *merged;
    } cases[] = {
        {NULL, NULL, NULL},
        {"{}", NULL, "{}"},
        {NULL, "{\"sensitive\":[\"a\"]}", "{\"sensitive\":[\"a\"]}"},
        {"{\"properties\":{\"a\":\"1\",\"b\":\"1\"}}", "{\"properties\":{\"b\":\"2\",\"c\":\"2\"}}",
         "{\"properties\":{\"a\":\"1\",\"b\":\"2\",\"c\":\"2\"}}"},
        {"{\"tags\":{\"a\":[\"x\"],\"b\":[\"x\"]}}", "{\"tags\":{\"b\":[\"y\"]}}",
         "{\"tags\":{\"a\":[\"x\"],\"b\":[\"y\"]}}"},
        {"{\"sensitive\":[\"b\",\"c\"]}", "{\"sensitive\":[\"a\",\"b\"]}",
         "{\"sensitive\":[\"a\",\"b\",\"c\"]}"},
    };
    struct sma_arena arena;
    (void)state;
    sma_arena_init(&arena, 0);
    for (size_t i = 0; i < SMA_COUNT(cases); i++) {
        const struct sma_metadata *m = NULL;
        assert_int_equal(sma_metadata_merge(&m, &arena, metadata(&arena, cases[i].older),
                                            metadata(&arena, cases[i].newer), NULL),
                         SMA_OK);
        same_metadata(&arena, "merged", m, cases[i].merged);
    }
    sma_arena_fini(&arena);
}

static void metadata_with_a_property(void **state)
{
    const struct sma_metadata *m = NULL;
    struct sma_arena arena;
    int32_t version = 0;
    (void)state;
    sma_arena_init(&arena, 0);
    assert_int_equal(sma_metadata_with(&m, &arena, NULL, SMA_CONFLUENT_VERSION, SMA_STR("7"), NULL),
                     SMA_OK);
    same_metadata(&arena, "set", m, "{\"properties\":{\"confluent:version\":\"7\"}}");
    assert_true(sma_metadata_version(m, &version));
    assert_int_equal(version, 7);
    const struct sma_metadata *before = m;
    assert_int_equal(
        sma_metadata_with(&m, &arena, m, SMA_CONFLUENT_VERSION, (struct sma_str){NULL, 0}, NULL),
        SMA_OK);
    same_metadata(&arena, "dropped", m, "{}");
    same_metadata(&arena, "the first is untouched", before,
                  "{\"properties\":{\"confluent:version\":\"7\"}}");
    assert_false(sma_metadata_version(m, &version));
    assert_false(sma_metadata_version(
        metadata(&arena, "{\"properties\":{\"confluent:version\":\"x\"}}"), &version));
    sma_arena_fini(&arena);
}

/* ---- rules --------------------------------------------------------------------------------------
 */

static void rule_names_have_a_length(void **state)
{
    char text[400], name[300];
    struct sma_arena arena;
    (void)state;
    sma_arena_init(&arena, 0);
    for (int len = 256; len <= 257; len++) {
        const struct sma_rule_set *rules;
        struct sma_error err = SMA_ERROR_INIT;
        memset(name, 'n', (size_t)len);
        name[len] = '\0';
        snprintf(text, sizeof text, "{\"domainRules\":[{\"name\":\"%s\",\"type\":\"T\"}]}", name);
        assert_int_equal(sma_rule_set_parse(&rules, &arena, sma_str_z(text), NULL), SMA_OK);
        enum sma_status st = sma_rule_set_validate(rules, &err);
        assert_int_equal(st, len == 256 ? SMA_OK : SMA_EINVAL);
        if (st) {
            assert_int_equal(err.code, SMA_CODE_INVALID_RULE_SET);
            assert_string_equal(err.message, "Rule name too long");
        }
    }
    sma_arena_fini(&arena);
}

static void rule_sets_merge(void **state)
{
    static const struct {
        const char *older, *newer, *names;
    } cases[] = {
        {"{\"domainRules\":[{\"name\":\"a\"},{\"name\":\"b\"},{\"name\":\"c\"}]}",
         "{\"domainRules\":[{\"name\":\"b\"},{\"name\":\"d\"}]}", "acbd"},
        {"{\"domainRules\":[{\"name\":\"a\"}]}", "{}", "a"},
        {"{}", "{\"domainRules\":[{\"name\":\"a\"}]}", "a"},
        /* a name in another list does not count */
        {"{\"domainRules\":[{\"name\":\"a\"}]}", "{\"encodingRules\":[{\"name\":\"a\"}]}", "a"},
    };
    struct sma_arena arena;
    (void)state;
    sma_arena_init(&arena, 0);
    for (size_t i = 0; i < SMA_COUNT(cases); i++) {
        const struct sma_rule_set *older, *newer, *merged;
        char names[16] = "";
        assert_int_equal(sma_rule_set_parse(&older, &arena, sma_str_z(cases[i].older), NULL),
                         SMA_OK);
        assert_int_equal(sma_rule_set_parse(&newer, &arena, sma_str_z(cases[i].newer), NULL),
                         SMA_OK);
        assert_int_equal(sma_rule_set_merge(&merged, &arena, older, newer, NULL), SMA_OK);
        for (size_t k = 0; k < merged->lists[SMA_RULES_DOMAIN].count; k++)
            strncat(names, merged->lists[SMA_RULES_DOMAIN].items[k].name.ptr, 1);
        assert_string_equal(names, cases[i].names);
    }
    sma_arena_fini(&arena);
}

static void enable_at_of_the_newer_wins(void **state)
{
    const struct sma_rule_set *older, *newer, *merged;
    struct sma_arena arena;
    (void)state;
    sma_arena_init(&arena, 0);
    assert_int_equal(sma_rule_set_parse(&older, &arena, SMA_STR("{\"enableAt\":\"ALL\"}"), NULL),
                     SMA_OK);
    assert_int_equal(sma_rule_set_parse(&newer, &arena, SMA_STR("{\"enableAt\":\"NONE\"}"), NULL),
                     SMA_OK);
    assert_int_equal(sma_rule_set_merge(&merged, &arena, older, newer, NULL), SMA_OK);
    sma_test_same_text("both", merged->enable_at, SMA_STR("NONE"));
    assert_int_equal(sma_rule_set_parse(&newer, &arena, SMA_STR("{}"), NULL), SMA_OK);
    assert_int_equal(sma_rule_set_merge(&merged, &arena, older, newer, NULL), SMA_OK);
    sma_test_same_text("older only", merged->enable_at, SMA_STR("ALL"));
    sma_arena_fini(&arena);
}

/* ---- configurations -----------------------------------------------------------------------------
 */

static void config_survives_its_record(void **state)
{
    static const char all[] =
        "{\"alias\":\"a\",\"aliasForDeks\":\"d\",\"normalize\":true,\"validateFields\":false,"
        "\"validateNewSchemas\":true,\"validateRules\":false,\"compatibility\":\"FULL\","
        "\"compatibilityPolicy\":\"LENIENT\",\"compatibilityGroup\":\"g\","
        "\"defaultMetadata\":{\"properties\":{\"a\":\"1\"}},\"overrideMetadata\":{},"
        "\"defaultRuleSet\":{\"domainRules\":[{\"name\":\"r\",\"kind\":\"TRANSFORM\",\"mode\":"
        "\"WRITEREAD\",\"type\":\"T\",\"disabled\":false}]},\"overrideRuleSet\":{}}";
    struct sma_config config = {0}, again;
    struct sma_config_update update;
    struct sma_record_config record;
    struct sma_arena arena;
    struct sma_buf value, shown;
    (void)state;
    sma_arena_init(&arena, 0);
    sma_buf_init(&value, 0);
    sma_buf_init(&shown, 0);
    assert_int_equal(sma_config_update_read(&update, &arena, json(&arena, all), NULL), SMA_OK);
    sma_config_apply(&config, &update);
    assert_int_equal(sma_config_record(&record, &arena, &config, NULL), SMA_OK);
    sma_record_config_value(&value, SMA_STR("s"), &record);
    assert_int_equal(sma_config_parse(&again, &arena, sma_buf_str(&value), NULL), SMA_OK);
    struct sma_json_writer w = sma_json_writer_on(&shown);
    sma_jw_object_open(&w);
    assert_int_equal(sma_config_write(&w, &arena, &again, SMA_LEVEL_UPDATE_MEMBER, false, NULL),
                     SMA_OK);
    sma_jw_object_close(&w);
    sma_test_same_text("config", sma_buf_str(&shown), sma_str_z(all));
    sma_buf_fini(&shown);
    sma_buf_fini(&value);
    sma_arena_fini(&arena);
}

static void config_has_three_states(void **state)
{
    struct sma_config config = {.alias = SMA_STR("a"), .normalize = SMA_TRUE};
    struct sma_config_update update;
    struct sma_arena arena;
    (void)state;
    sma_arena_init(&arena, 0);
    assert_int_equal(sma_config_update_read(&update, &arena, json(&arena, "{}"), NULL), SMA_OK);
    sma_config_apply(&config, &update);
    assert_int_equal(config.normalize, SMA_TRUE);
    assert_non_null(config.alias.ptr);
    assert_int_equal(
        sma_config_update_read(&update, &arena,
                               json(&arena, "{\"alias\":null,\"normalize\":false,\"x\":1}"), NULL),
        SMA_OK);
    sma_config_apply(&config, &update);
    assert_int_equal(config.normalize, SMA_FALSE);
    assert_null(config.alias.ptr);
    sma_arena_fini(&arena);
}

/* ---- scalars ------------------------------------------------------------------------------------
 */

static void integers_are_coerced(void **state)
{
    static const struct {
        const char *json;
        int32_t value; /* -99 = left alone */
        bool is_refused;
    } cases[] = {
        {"5", 5, false},
        {"\"5\"", 5, false},
        {"\" -7 \"", -7, false},
        {"\"+5\"", 5, false},
        {"1.9", 1, false},
        {"-1.9", -1, false},
        {"1e3", 1000, false},
        {"null", -99, false},
        {"\"\"", -99, false},
        {"\"abc\"", 0, true},
        {"2147483648", 0, true},
        {"1e10", 0, true},
        {"true", 0, true},
        {"[]", 0, true},
        {"{}", 0, true},
        {"\"1.5\"", 0, true},
        {"NaN", 0, true},
        {"Infinity", 0, true},
        {"2147483647.9", 2147483647, false},
    };
    struct sma_arena arena;
    (void)state;
    sma_arena_init(&arena, 0);
    for (size_t i = 0; i < SMA_COUNT(cases); i++) {
        int32_t value = -99;
        struct sma_error err = SMA_ERROR_INIT;
        enum sma_status st = sma_value_i32(&value, json(&arena, cases[i].json), "n", &err);
        if ((st != SMA_OK) != cases[i].is_refused || (!st && value != cases[i].value))
            fail_msg("%s gave %d", cases[i].json, value);
        if (st)
            assert_int_equal(err.code, 400);
    }
    sma_arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metadata_is_normalized),
        cmocka_unit_test(wrong_metadata_is_refused),
        cmocka_unit_test(metadata_merges),
        cmocka_unit_test(metadata_with_a_property),
        cmocka_unit_test(rule_names_have_a_length),
        cmocka_unit_test(rule_sets_merge),
        cmocka_unit_test(enable_at_of_the_newer_wins),
        cmocka_unit_test(config_survives_its_record),
        cmocka_unit_test(config_has_three_states),
        cmocka_unit_test(integers_are_coerced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
