/* Subjects and prefixes as clients write them. */
#include "tests/support/test.h"

#include "registry/read.h"
#include "registry/subject.h"

static const struct row {
    const char *text, *context, *name, *qualified;
    bool registrable, strictly, configurable;
} rows[] = {
    {"foo", ".", "foo", "foo", true, true, true},
    {":.:foo", ".", "foo", "foo", true, true, true},
    {":.ctx:foo", ".ctx", "foo", ":.ctx:foo", true, true, true},
    {":.ctx:a:b", ".ctx", "a:b", ":.ctx:a:b", true, true, true},
    {":.ctx:", ".ctx", "", ":.ctx:", true, false, true},
    {":.ctx", ".ctx", "", ":.ctx:", true, false, true},
    {":.", ".", "", "", true, false, true},
    {":.:", ".", "", "", true, false, true},
    {":*:foo", "*", "foo", ":*:foo", false, false, false},
    {":foo", ".", ":foo", ":foo", true, true, true},
    {"::foo", ".", "::foo", "::foo", true, true, true},
    {"a:.b:c", ".", "a:.b:c", "a:.b:c", true, true, true},
    {"", ".", "", "", true, false, true},
    {"*", ".", "*", "*", true, false, true},
    {"__GLOBAL", ".", "__GLOBAL", "__GLOBAL", false, false, false},
    {"__EMPTY", ".", "__EMPTY", "__EMPTY", false, false, false},
    {":.c:__EMPTY", ".c", "__EMPTY", ":.c:__EMPTY", false, false, false},
    {":.__GLOBAL:", ".__GLOBAL", "", ":.__GLOBAL:", false, false, true},
    {":.__GLOBAL:x", ".__GLOBAL", "x", ":.__GLOBAL:x", false, false, true},
    {"a\tb", ".", "a\tb", "a\tb", false, false, false},
    {"a\x7f", ".", "a\x7f", "a\x7f", false, false, false},
    {"a\xc2\x85", ".", "a\xc2\x85", "a\xc2\x85", false, false, false}, /* U+0085 */
    {"a\xc2\xa0", ".", "a\xc2\xa0", "a\xc2\xa0", true, true, true},    /* U+00A0 */
    {":.c\x01:a", ".c\x01", "a", ":.c\x01:a", false, false, false},
    {"\xf0\x9d\x84\x9e", ".", "\xf0\x9d\x84\x9e", "\xf0\x9d\x84\x9e", true, true, true},
};

static void parses(void **state)
{
    struct sma_arena arena;
    (void)state;
    sma_arena_init(&arena, 0);
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        const struct row *row = &rows[i];
        struct sma_subject s;
        assert_int_equal(sma_subject_parse(&s, &arena, sma_str_z(row->text), NULL), SMA_OK);
        sma_test_same_text(row->text, s.context, sma_str_z(row->context));
        sma_test_same_text(row->text, s.name, sma_str_z(row->name));
        sma_test_same_text(row->text, s.qualified, sma_str_z(row->qualified));
        if (sma_subject_is_registrable(&s, false) != row->registrable ||
            sma_subject_is_registrable(&s, true) != row->strictly ||
            sma_subject_is_configurable(&s) != row->configurable)
            fail_msg("%s: validity", row->text);
    }
    sma_arena_fini(&arena);
}

static void a_nul_is_a_control_character(void **state)
{
    struct sma_arena arena;
    struct sma_subject s;
    (void)state;
    sma_arena_init(&arena, 0);
    assert_int_equal(sma_subject_parse(&s, &arena, SMA_STR(":.c:a\0b"), NULL), SMA_OK);
    sma_test_same_text("qualified", s.qualified, SMA_STR(":.c:a\0b"));
    assert_false(sma_subject_is_registrable(&s, false));
    sma_arena_fini(&arena);
}

static void resolves_inside_a_context(void **state)
{
    static const struct {
        const char *context, *text, *qualified;
    } cases[] = {
        {".", "a", "a"},          {".c", "a", ":.c:a"},   {".c", ":.:a", "a"},
        {".c", ":.d:a", ":.d:a"}, {".c", ":a", ":.c::a"},
    };
    struct sma_arena arena;
    (void)state;
    sma_arena_init(&arena, 0);
    for (size_t i = 0; i < SMA_COUNT(cases); i++) {
        struct sma_subject s;
        assert_int_equal(sma_subject_resolve(&s, &arena, sma_str_z(cases[i].context),
                                             sma_str_z(cases[i].text), NULL),
                         SMA_OK);
        sma_test_same_text(cases[i].text, s.qualified, sma_str_z(cases[i].qualified));
    }
    sma_arena_fini(&arena);
}

static void reads_prefixes(void **state)
{
    static const struct {
        const char *text, *context, *prefix; /* context NULL = every */
    } cases[] = {
        {"", ".", ""},      {"foo", ".", "foo"},  {":*:", NULL, ""}, {":*:f", NULL, "f"},
        {":.c:", ".c", ""}, {":.c:f", ".c", "f"}, {":.:", ".", ""},  {":.c", ".c", ""},
    };
    struct sma_arena arena;
    (void)state;
    sma_arena_init(&arena, 0);
    for (size_t i = 0; i < SMA_COUNT(cases); i++) {
        struct sma_str context, prefix;
        assert_int_equal(sma_read_prefix(&context, &prefix, &arena, sma_str_z(cases[i].text), NULL),
                         SMA_OK);
        assert_int_equal(context.ptr == NULL, cases[i].context == NULL);
        sma_test_same_text(cases[i].text, context, sma_str_z(cases[i].context));
        sma_test_same_text(cases[i].text, prefix, sma_str_z(cases[i].prefix));
    }
    sma_arena_fini(&arena);
}

static void reads_versions(void **state)
{
    static const struct {
        const char *text;
        int32_t version; /* 0 = refused */
    } cases[] = {
        {"1", 1},       {"2147483647", 2147483647},
        {"latest", -1}, {" LaTeSt ", -1},
        {"-1", -1},     {"+7", 7},
        {" 3 ", 3},     {"0", 0},
        {"-2", 0},      {"2147483648", 0},
        {"1.0", 0},     {"", 0},
        {"1a", 0},      {"+-1", 0},
        {"latest1", 0},
    };
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(cases); i++) {
        struct sma_error err = SMA_ERROR_INIT;
        int32_t version = 0;
        enum sma_status st = sma_version_parse(&version, sma_str_z(cases[i].text), &err);
        if ((st == SMA_OK) != (cases[i].version != 0) || version != cases[i].version)
            fail_msg("\"%s\" gave %d", cases[i].text, version);
        if (st)
            assert_int_equal(err.code, 42202);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses),
        cmocka_unit_test(a_nul_is_a_control_character),
        cmocka_unit_test(resolves_inside_a_context),
        cmocka_unit_test(reads_prefixes),
        cmocka_unit_test(reads_versions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
