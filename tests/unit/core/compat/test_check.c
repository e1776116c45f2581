/* The driver: which versions are compared, in which direction, and the exact list of messages. The
 * format here is a fake whose text says what it can read: "r:abc w:b" reads a, b, c and writes b.
 */
#include "tests/support/test.h"

#include "core/compat/compat.h"

static const struct sma_rule rule = {
    "KIND", "the {1} schema at '{P}' lacks {M} of the {2} {x} schema", SMA_FRAME_AVRO, NULL};

static struct sma_str part(const struct sma_schema *schema, char name)
{
    struct sma_str text = schema->canonical;
    for (size_t i = 0; i + 1 < text.len; i++)
        if (text.ptr[i] == name && text.ptr[i + 1] == ':') {
            struct sma_str rest = sma_str_from(text, i + 2);
            ptrdiff_t space = sma_str_chr(rest, ' ');
            return space < 0 ? rest : sma_str_head(rest, (size_t)space);
        }
    return SMA_STR("");
}

static enum sma_status fake_compat(struct sma_findings *out, const struct sma_schema *reader,
                                   const struct sma_schema *writer, enum sma_policy policy,
                                   struct sma_work *work, struct sma_error *err)
{
    struct sma_str can_read = part(reader, 'r'), written = part(writer, 'w');
    (void)policy;
    if (sma_str_eq(can_read, SMA_STR("!")))
        return sma_fail(err, SMA_EINVAL, "boom");
    for (size_t i = 0; i < written.len; i++) {
        if (!sma_work_take(work, 1))
            return sma_fail(err, SMA_ELIMIT, "out of steps");
        bool fits = sma_str_chr(can_read, written.ptr[i]) >= 0;
        sma_findings_add(out, &rule, fits, SMA_STR("/"), sma_str_make(written.ptr + i, 1));
    }
    return SMA_OK;
}

static const struct sma_format fake = {.name = "FAKE", .compat = fake_compat};
static const struct sma_format other = {.name = "OTHER", .compat = fake_compat};

static struct sma_schema *make(const char *text)
{
    struct sma_source source = {.text = sma_str_z(text)};
    struct sma_schema *schema =
        sma_schema_new(text[0] == '#' ? &other : &fake, sizeof *schema, &source);
    assert_non_null(schema);
    schema->canonical = schema->text;
    return schema;
}

struct history {
    struct sma_schema *schemas[4]; /* newest first */
    size_t count;
    size_t asked;
};

static enum sma_status earlier(void *ctx, size_t i, struct sma_earlier *out, struct sma_error *err)
{
    struct history *history = ctx;
    (void)err;
    history->asked = i + 1;
    if (i < history->count)
        *out = (struct sma_earlier){history->schemas[i], (int32_t)(history->count - i)};
    return SMA_OK;
}

#define M(one, two, what)                                                                          \
    "{errorType:'KIND', description:'the " one " schema at '/' lacks " what " of the " two         \
    " {x} schema', additionalInfo:'" what "'}"
#define LAST(level) "{validateFields: 'false', compatibility: '" level "'}"

static const struct row {
    const char *name;
    enum sma_level level;
    const char *candidate;
    const char *history[4]; /* newest first */
    const char *messages[8];
    int32_t version;
} rows[] = {
    {"none asks nobody", SMA_LEVEL_NONE, "r: w:z", {"r: w:a"}, {NULL}, 0},
    {"first version", SMA_LEVEL_FULL_TRANSITIVE, "r:a w:a", {NULL}, {NULL}, 0},
    {"backward reads the newest", SMA_LEVEL_BACKWARD, "r:b w:z", {"r: w:b", "r: w:q"}, {NULL}, 0},
    {"backward refused",
     SMA_LEVEL_BACKWARD,
     "r:b w:z",
     {"r: w:abc"},
     {M("new", "old", "a"), M("new", "old", "c"), "{oldSchemaVersion: 1}",
      "{oldSchema: 'r: w:abc'}", LAST("BACKWARD")},
     1},
    {"transitive stops at the first refusal",
     SMA_LEVEL_BACKWARD_TRANSITIVE,
     "r:b w:z",
     {"r: w:b", "r: w:q", "r: w:x"},
     {M("new", "old", "q"), "{oldSchemaVersion: 2}", "{oldSchema: 'r: w:q'}",
      LAST("BACKWARD_TRANSITIVE")},
     2},
    {"forward turns the words",
     SMA_LEVEL_FORWARD,
     "r: w:z",
     {"r:a w:q"},
     {M("old", "new", "z"), "{oldSchemaVersion: 1}", "{oldSchema: 'r:a w:q'}", LAST("FORWARD")},
     1},
    {"full lists forward first",
     SMA_LEVEL_FULL,
     "r:a w:z",
     {"r:a w:q"},
     {M("old", "new", "z"), M("new", "old", "q"), "{oldSchemaVersion: 1}", "{oldSchema: 'r:a w:q'}",
      LAST("FULL")},
     1},
    {"full without a backward part shows no old schema",
     SMA_LEVEL_FULL,
     "r:q w:z",
     {"r:a w:q"},
     {M("old", "new", "z"), LAST("FULL")},
     1},
    {"another type",
     SMA_LEVEL_BACKWARD,
     "r:a w:a",
     {"# r:a w:a"},
     {"Incompatible because of different schema type", LAST("BACKWARD")},
     1},
    {"an exception becomes the one message",
     SMA_LEVEL_BACKWARD,
     "r:! w:a",
     {"r:a w:a"},
     {"Unexpected exception during compatibility check: boom", "{oldSchemaVersion: 1}",
      "{oldSchema: 'r:a w:a'}", LAST("BACKWARD")},
     1},
};

static void check_row(void **state)
{
    const struct row *row = *state;
    struct history history = {.count = 0};
    struct sma_arena arena;
    struct sma_check_result result;
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_schema *candidate = make(row->candidate);
    for (; history.count < 4 && row->history[history.count]; history.count++)
        history.schemas[history.count] = make(row->history[history.count]);
    const struct sma_check check = {
        .level = row->level, .candidate = candidate, .earlier = earlier, .earlier_ctx = &history};
    sma_arena_init(&arena, 0);
    assert_int_equal(sma_check_run(&result, &arena, &check, &err), SMA_OK);
    size_t want = 0;
    while (want < 8 && row->messages[want])
        want++;
    for (size_t i = 0; i < want && i < result.message_count; i++)
        sma_test_same_text(row->name, result.messages[i], sma_str_z(row->messages[i]));
    assert_int_equal(result.message_count, want);
    assert_int_equal(result.is_compatible, want == 0);
    assert_int_equal(result.version, row->version);
    sma_arena_fini(&arena);
    sma_schema_unref(candidate);
    for (size_t i = 0; i < history.count; i++)
        sma_schema_unref(history.schemas[i]);
}

static void test_long_old_schema_is_cut(void **state)
{
    (void)state;
    for (size_t extra = 0; extra < 2; extra++) {
        struct sma_buf text, want;
        struct history history = {.count = 1};
        struct sma_arena arena;
        struct sma_check_result result;
        struct sma_schema *candidate = make("r: w:");
        sma_buf_init(&text, 0);
        sma_buf_init(&want, 0);
        sma_buf_putz(&text, "w:a ");
        while (text.len < 10240 + extra)
            sma_buf_putc(&text, '.');
        history.schemas[0] = make(sma_buf_str(&text).ptr);
        const struct sma_check check = {.level = SMA_LEVEL_BACKWARD,
                                        .candidate = candidate,
                                        .earlier = earlier,
                                        .earlier_ctx = &history};
        sma_arena_init(&arena, 0);
        assert_int_equal(sma_check_run(&result, &arena, &check, NULL), SMA_OK);
        sma_buf_printf(&want, extra ? "{oldSchema: <truncated> '%.*s...'}" : "{oldSchema: '%.*s'}",
                       10240, text.ptr);
        sma_test_same_text("old schema", result.messages[2], sma_buf_str(&want));
        sma_arena_fini(&arena);
        sma_schema_unref(candidate);
        sma_schema_unref(history.schemas[0]);
        sma_buf_fini(&text);
        sma_buf_fini(&want);
    }
}

static void test_steps_are_bounded(void **state)
{
    (void)state;
    struct history history = {.schemas = {make("r: w:abc")}, .count = 1};
    struct sma_schema *candidate = make("r:abc w:");
    struct sma_check check = {.level = SMA_LEVEL_BACKWARD,
                              .candidate = candidate,
                              .earlier = earlier,
                              .earlier_ctx = &history,
                              .max_steps = 3};
    struct sma_arena arena;
    struct sma_check_result result;
    struct sma_error err = SMA_ERROR_INIT;
    sma_arena_init(&arena, 0);
    assert_int_equal(sma_check_run(&result, &arena, &check, &err), SMA_OK);
    check.max_steps = 2;
    assert_int_equal(sma_check_run(&result, &arena, &check, &err), SMA_ELIMIT);
    assert_string_equal(err.message, "out of steps");
    sma_arena_fini(&arena);
    sma_schema_unref(candidate);
    sma_schema_unref(history.schemas[0]);
}

static void test_extra_messages_count_at_every_level(void **state)
{
    (void)state;
    struct history history = {.count = 0};
    struct sma_schema *candidate = make("r: w:");
    const struct sma_str extra[] = {SMA_STR_INIT("reserved")};
    const struct sma_check check = {.level = SMA_LEVEL_NONE,
                                    .validate_fields = true,
                                    .candidate = candidate,
                                    .earlier = earlier,
                                    .earlier_ctx = &history,
                                    .extra_messages = extra,
                                    .extra_count = 1};
    struct sma_arena arena;
    struct sma_check_result result;
    sma_arena_init(&arena, 0);
    assert_int_equal(sma_check_run(&result, &arena, &check, NULL), SMA_OK);
    assert_false(result.is_compatible);
    assert_int_equal(result.message_count, 2);
    sma_test_same_text("last", result.messages[1],
                       SMA_STR("{validateFields: 'true', compatibility: 'NONE'}"));
    sma_arena_fini(&arena);
    sma_schema_unref(candidate);
}

static void test_level_names(void **state)
{
    (void)state;
    enum sma_level level;
    assert_true(sma_level_parse(SMA_STR("Full_Transitive"), &level));
    assert_int_equal(level, SMA_LEVEL_FULL_TRANSITIVE);
    assert_string_equal(sma_level_name(level), "FULL_TRANSITIVE");
    assert_false(sma_level_parse(SMA_STR("BACKWARDS"), &level));
    assert_false(sma_level_parse(SMA_STR(""), &level));
}

static void test_reference_lists(void **state)
{
    (void)state;
    struct sma_reference list[] = {
        {SMA_STR_INIT("b"), SMA_STR_INIT("s"), 2},
        {SMA_STR_INIT("a"), SMA_STR_INIT("t"), 1},
        {SMA_STR_INIT("b"), SMA_STR_INIT("s"), 1},
        {SMA_STR_INIT("a"), SMA_STR_INIT("t"), 1},
    };
    assert_int_equal(sma_references_normalize(list, 4), 3);
    assert_true(sma_str_eq(list[0].name, SMA_STR("a")));
    assert_int_equal(list[1].version, 1);
    assert_int_equal(list[2].version, 2);
    assert_true(sma_references_equal(list, 3, list, 3));
    assert_false(sma_references_equal(list, 3, list + 1, 2));
    assert_int_equal(sma_references_normalize(list, 0), 0);
}

int main(void)
{
    struct CMUnitTest tests[SMA_COUNT(rows) + 5] = {{0}};
    size_t n = 0;
    for (; n < SMA_COUNT(rows); n++)
        tests[n] = (struct CMUnitTest){
            .name = rows[n].name, .test_func = check_row, .initial_state = (void *)&rows[n]};
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_long_old_schema_is_cut);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_steps_are_bounded);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_extra_messages_count_at_every_level);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_level_names);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_reference_lists);
    return _cmocka_run_group_tests("check", tests, n, NULL, NULL) != 0;
}
