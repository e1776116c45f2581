/* The validator against our own table, tests/vectors/jsonschema-validate.json: every keyword of
 * every draft, with the places of what is wrong where a row names them; and input made to hurt. */
#include "base/buf.h"
#include "core/jsonschema/validator.h"
#include "tests/support/test.h"

#define TABLE "tests/vectors/jsonschema-validate.json"

static enum sma_draft draft_of(struct sma_str name)
{
    static const char *const names[] = {"04", "06", "07", "2019-09", "2020-12"};
    for (size_t i = 0; i < SMA_COUNT(names); i++)
        if (sma_str_eq(name, sma_str_z(names[i])))
            return (enum sma_draft)(SMA_DRAFT_4 + i);
    fail_msg("unknown draft %.*s", SMA_STR_ARG(name));
    return SMA_DRAFT_NONE;
}

static void check_places(const char *where, const struct sma_json *want,
                         const struct sma_violations *got)
{
    if (got->count != want->count)
        fail_msg("%s: %zu violations, wanted %u", where, got->count, want->count);
    for (uint32_t i = 0; i < want->count; i++) {
        const struct sma_json *place = want->items[i].items;
        sma_test_same_text(where, got->items[i].instance_path, place[0].text);
        sma_test_same_text(where, got->items[i].schema_path, place[1].text);
        sma_test_same_text(where, got->items[i].keyword, place[2].text);
        assert_true(got->items[i].message.len > 0);
    }
}

static void judge_case(const struct sma_validator *program, const char *where,
                       const struct sma_json *test)
{
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_validator_scratch *scratch = NULL;
    struct sma_violations violations;
    struct sma_arena arena;
    const struct sma_json *data = sma_json_getz(test, "data");
    const struct sma_json *places = sma_json_getz(test, "findings");
    bool want = sma_json_getz(test, "valid")->boolean, valid = !want;
    sma_arena_init(&arena, 0);
    sma_violations_init(&violations, &arena, 0);
    if (sma_validator_check(program, &scratch, data, &valid, &err) ||
        sma_validator_report(program, &scratch, data, &violations, &err))
        fail_msg("%s: %s", where, err.message);
    if (valid != want || (violations.count == 0) != want)
        fail_msg("%s: wanted %d, got %d with %zu violations", where, want, valid, violations.count);
    if (places)
        check_places(where, places, &violations);
    sma_validator_scratch_free(scratch);
    sma_arena_fini(&arena);
}

static size_t run_row(const struct sma_json *row, struct sma_str draft)
{
    const struct sma_json *tests = sma_json_getz(row, "tests");
    struct sma_validator_options options = {.default_draft = draft_of(draft),
                                            .assert_format =
                                                sma_json_getz(row, "assert_format") != NULL};
    struct sma_validator *program = NULL;
    struct sma_error err = SMA_ERROR_INIT;
    char where[256];
    struct sma_str name = sma_json_getz(row, "name")->text;
    if (sma_validator_compile(&program, sma_json_getz(row, "schema"), NULL, 0, &options, &err))
        fail_msg("%.*s: %s", SMA_STR_ARG(name), err.message);
    for (uint32_t i = 0; i < tests->count; i++) {
        snprintf(where, sizeof where, "%.*s, draft %.*s, test %u", SMA_STR_ARG(name),
                 SMA_STR_ARG(draft), i);
        judge_case(program, where, &tests->items[i]);
    }
    sma_validator_unref(program);
    return tests->count;
}

static void table(void **state)
{
    struct sma_arena arena;
    struct sma_error err = SMA_ERROR_INIT;
    const struct sma_json *rows;
    size_t len, cases = 0;
    char *text = sma_test_read_file(TABLE, &len);
    (void)state;
    sma_arena_init(&arena, 0);
    if (sma_json_parse(&rows, &arena, sma_str_make(text, len), NULL, NULL, &err))
        fail_msg("%s", err.message);
    for (uint32_t i = 0; i < rows->count; i++) {
        const struct sma_json *draft = sma_json_getz(&rows->items[i], "draft");
        if (draft->type == SMA_JSON_STRING)
            cases += run_row(&rows->items[i], draft->text);
        for (uint32_t d = 0; draft->type == SMA_JSON_ARRAY && d < draft->count; d++)
            cases += run_row(&rows->items[i], draft->items[d].text);
    }
    print_message("%s: %u rows, %zu cases\n", TABLE, rows->count, cases);
    assert_true(cases > 600);
    sma_arena_fini(&arena);
    free(text);
}

/* ---- input made to hurt
 * ------------------------------------------------------------------------------ */

/* The instance is judged within 100000 steps, or refused with the limit's name. */
static void expect_bounded(struct sma_str schema, struct sma_str instance, enum sma_status want)
{
    struct sma_validator_options options = {.max_steps = 100000};
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_validator *program = NULL;
    struct sma_validator_scratch *scratch = NULL;
    const struct sma_json *data;
    struct sma_arena arena;
    bool valid;
    sma_arena_init(&arena, 0);
    if (sma_json_parse(&data, &arena, instance, NULL, NULL, &err) ||
        sma_validator_compile_text(&program, schema, NULL, 0, &options, &err))
        fail_msg("%.*s: %s", SMA_STR_ARG(schema), err.message);
    enum sma_status st = sma_validator_check(program, &scratch, data, &valid, &err);
    if (st != want || (st && !strstr(err.message, "limit")))
        fail_msg("%.*s: %s %s", SMA_STR_ARG(schema), sma_status_name(st), err.message);
    sma_validator_scratch_free(scratch);
    sma_validator_unref(program);
    sma_arena_fini(&arena);
}

static void self_reference(void **state)
{
    (void)state;
    expect_bounded(SMA_STR("{\"$ref\":\"#\"}"), SMA_STR("1"), SMA_ELIMIT);
    expect_bounded(SMA_STR("{\"allOf\":[{\"$ref\":\"#\"}]}"), SMA_STR("1"), SMA_ELIMIT);
}

static void tower_of_all_of(void **state)
{
    struct sma_buf schema;
    (void)state;
    sma_buf_init(&schema, 0);
    sma_buf_putz(&schema, "{\"$ref\":\"#/definitions/l0\",\"definitions\":{");
    for (int i = 0; i < 40; i++)
        sma_buf_printf(&schema,
                       "\"l%d\":{\"allOf\":[{\"$ref\":\"#/definitions/l%d\"},"
                       "{\"$ref\":\"#/definitions/l%d\"}]},",
                       i, i + 1, i + 1);
    sma_buf_putz(&schema, "\"l40\":{\"type\":\"integer\"}}}");
    expect_bounded(sma_buf_str(&schema), SMA_STR("1"), SMA_ELIMIT);
    expect_bounded(sma_buf_str(&schema), SMA_STR("\"x\""), SMA_OK);
    sma_buf_fini(&schema);
}

static void patterns_and_names(void **state)
{
    (void)state;
    expect_bounded(SMA_STR("{\"pattern\":\"^(a+)+$\"}"),
                   SMA_STR("\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\""), SMA_OK);
    expect_bounded(SMA_STR("{\"required\":[\"a\\u0000b\"]}"), SMA_STR("{\"a\\u0000c\":1}"), SMA_OK);
}

/* Exact decimals whose digits would not fit any machine number. */
static void numbers_beyond_measure(void **state)
{
    struct sma_buf schema, instance;
    (void)state;
    expect_bounded(SMA_STR("{\"multipleOf\":1e-300}"), SMA_STR("1e300"), SMA_OK);
    expect_bounded(SMA_STR("{\"multipleOf\":1e-300}"), SMA_STR("0.1"), SMA_OK);
    sma_buf_init(&schema, 0);
    sma_buf_init(&instance, 0);
    sma_buf_putz(&schema, "{\"multipleOf\":3,\"maximum\":");
    for (int i = 0; i < 10000; i++) {
        sma_buf_putc(&schema, '9');
        sma_buf_putc(&instance, '3');
    }
    sma_buf_putc(&schema, '}');
    expect_bounded(sma_buf_str(&schema), sma_buf_str(&instance), SMA_OK);
    sma_buf_fini(&schema);
    sma_buf_fini(&instance);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table),
        cmocka_unit_test(self_reference),
        cmocka_unit_test(tower_of_all_of),
        cmocka_unit_test(patterns_and_names),
        cmocka_unit_test(numbers_beyond_measure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
