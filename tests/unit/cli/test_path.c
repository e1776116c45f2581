/* Paths, patterns, stems: pure functions of names. */
#include "cli/source.h"
#include "tests/support/test.h"

static const struct glob_row {
    const char *pattern, *path;
    bool matches;
} globs[] = {
    {"*.avsc", "a.avsc", true},
    {"*.avsc", "x/a.avsc", false},
    {"**/*.avsc", "a.avsc", true},
    {"**/*.avsc", "x/y/a.avsc", true},
    {"x/**", "x/y/z", true},
    {"x/**", "y/z", false},
    {"a?c", "abc", true},
    {"a?c", "a/c", false},
    {"[a-c]x", "bx", true},
    {"[!a-c]x", "bx", false},
    {"[]]x", "]x", true},
    {"[a", "[a", true},
    {"a/**/b", "a/b", true},
    {"a/**/b", "a/x/y/b", true},
    {"", "", true},
    {"", "a", false},
    {"*", "", true},
    {"x*y*z", "xaybz", true},
};

static void test_globs(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(globs); i++)
        if (sma_glob_match(sma_str_z(globs[i].pattern), sma_str_z(globs[i].path)) !=
            globs[i].matches)
            fail_msg("%s on %s", globs[i].pattern, globs[i].path);
}

/* A pattern made to backtrack ends soon, with no match. */
static void test_hostile_glob(void **state)
{
    (void)state;
    assert_false(
        sma_glob_match(SMA_STR("**/**/**/**/**/**/**/**/**/**/z"),
                       SMA_STR("a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/b")));
    assert_false(sma_glob_match(SMA_STR("*a*a*a*a*a*a*a*a*a*a*a*b"),
                                SMA_STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac")));
}

static const struct pair {
    const char *given, *wanted;
} cleans[] =
    {
        {"", "."},         {".", "."},       {"./a", "a"},      {"a//b/", "a/b"},
        {"a/../b", "b"},   {"../a", "../a"}, {"a/../..", ".."}, {"../../x", "../../x"},
        {"/a/../..", "/"}, {"/", "/"},
},
  stems[] = {
      {"a/orders-value.avsc", "orders-value"},
      {"x.schema.json", "x"},
      {"x.avro.json", "x"},
      {"a%2Fb.proto", "a/b"},
      {"a%zz.proto", "a%zz"},
      {"noext", "noext"},
      {"a.b.avsc", "a.b"},
};

static void check_pairs(const struct pair *rows, size_t count,
                        struct sma_str (*fn)(struct sma_arena *arena, struct sma_str path))
{
    struct sma_arena arena;
    sma_arena_init(&arena, 0);
    for (size_t i = 0; i < count; i++)
        sma_test_same_text(rows[i].given, fn(&arena, sma_str_z(rows[i].given)),
                           sma_str_z(rows[i].wanted));
    sma_arena_fini(&arena);
}

static void test_names(void **state)
{
    (void)state;
    check_pairs(cleans, SMA_COUNT(cleans), sma_path_clean);
    check_pairs(stems, SMA_COUNT(stems), sma_path_stem);
}

static void test_types(void **state)
{
    bool is_maybe;
    (void)state;
    assert_string_equal(sma_type_of_name(SMA_STR("a.avsc"), &is_maybe)->name, "AVRO");
    assert_string_equal(sma_type_of_name(SMA_STR("a.proto"), &is_maybe)->name, "PROTOBUF");
    assert_string_equal(sma_type_of_name(SMA_STR("a.schema.json"), &is_maybe)->name, "JSON");
    assert_null(sma_type_of_name(SMA_STR("a.json"), &is_maybe));
    assert_true(is_maybe);
    assert_null(sma_type_of_name(SMA_STR("a.txt"), &is_maybe));
    assert_false(is_maybe);
    assert_string_equal(sma_type_of_text(SMA_STR("{\"type\":\"record\"}"))->name, "AVRO");
    assert_string_equal(sma_type_of_text(SMA_STR("{\"properties\":{}}"))->name, "JSON");
    assert_null(sma_type_of_text(SMA_STR("{\"a\":1}")));
    assert_null(sma_type_of_text(SMA_STR("nothing")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_globs),
        cmocka_unit_test(test_hostile_glob),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
