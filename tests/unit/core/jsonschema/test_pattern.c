/* Patterns beyond ECMA-262: Java's property names, and that they mean what they mean there. */
#include "core/jsonschema/pattern.h"
#include "tests/unit/core/jsonschema/support.h"

static const struct row {
    const char *pattern, *matches, *fails; /* NULL matches: is refused; NULL fails: matches all */
} rows[] = {
    {"^\\p{Alnum}+$", "aZ09", "a_"},
    {"^[\\p{Alnum}_-]+$", "a-Z_9", "a.b"},
    {"^\\P{Digit}+$", "abc", "a1"},
    {"^\\p{Lower}\\p{Upper}$", "aB", "Ab"},
    {"^\\p{Punct}$", "!", "a"},
    {"^[\\p{Punct}]+$", "]^_/{~", "a"},
    {"^\\p{XDigit}{4}$", "0fA9", "0fGa"},
    {"^\\p{Blank}\\p{Space}$", " \n", "\n "},
    {"^\\p{Cntrl}$", "\x7f", " "},
    {"^\\p{IsGreek}+$", "\xce\xb1\xce\xb2", "ab"},
    {"^\\p{IsLatin}$", "\xc3\xa9", "\xce\xb1"},
    {"^\\p{IsAlphabetic}$", "\xce\xb1", "1"},
    {"^\\p{IsLu}$", "A", "a"},
    {"^\\p{IsDigit}$", "7", "a"},
    {"^\\p{javaLowerCase}$", "\xc3\xa9", "E"},
    {"^[\\p{javaLetterOrDigit}.]+$",
     "\xc3\xa9"
     "1.",
     "-"},
    {"\\[\\p{Alnum}\\]", "[a]", "[-]"},
    {"^\\p{L}+$", "\xc3\xa9", "1"},
    {"\\p{Nonsense}", NULL, NULL},
    {"[\\P{Alnum}]", NULL, NULL},
    {"\\p{Alnum", NULL, NULL},
    {"(\\p{Alnum}", NULL, NULL},
};

static void patterns_mean(void **state)
{
    const struct row *row = *state;
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_regex *regex = NULL;
    bool matched = false;
    enum sma_status st = sma_js_pattern_compile(&regex, sma_str_z(row->pattern), &err);
    if (!row->matches) {
        assert_int_equal(st, SMA_EINVAL);
        if (!strstr(err.message, row->pattern))
            fail_msg("the message is not about %s: %s", row->pattern, err.message);
        return;
    }
    if (st)
        fail_msg("%s: %s", row->pattern, err.message);
    assert_int_equal(sma_regex_search(regex, sma_str_z(row->matches), &matched, NULL), SMA_OK);
    assert_true(matched);
    assert_int_equal(sma_regex_search(regex, sma_str_z(row->fails), &matched, NULL), SMA_OK);
    assert_false(matched);
    sma_regex_free(regex);
}

/* A pattern that is right but beyond this engine: a fine schema, but no answer about names. */
static void unsupported_patterns(void **state)
{
    struct sma_schema *old =
        must_parse(SMA_STR("{\"pattern\":\"(?<=a+)b\",\"patternProperties\":{\"(?<=a+)b\":{}}}"));
    struct sma_schema *new = must_parse(SMA_STR("{\"properties\":{\"x\":{}},\"maxLength\":1}"));
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_work work = {100000};
    struct sma_arena arena;
    struct sma_findings findings;
    (void)state;
    sma_arena_init(&arena, 0);
    compare_schemas(&findings, &arena, old, old, SMA_POLICY_STRICT);
    assert_int_equal(findings.count, 0);
    sma_findings_init(&findings, &arena, 0);
    assert_int_equal(
        sma_format_jsonschema.compat(&findings, new, old, SMA_POLICY_STRICT, &work, &err),
        SMA_EINVAL);
    assert_non_null(strstr(err.message, "(?<=a+)b"));
    sma_arena_fini(&arena);
    sma_schema_unref(old);
    sma_schema_unref(new);
}

int main(void)
{
    struct CMUnitTest tests[SMA_COUNT(rows) + 1];
    for (size_t i = 0; i < SMA_COUNT(rows); i++)
        tests[i] = (struct CMUnitTest){.name = rows[i].pattern,
                                       .test_func = patterns_mean,
                                       .initial_state = (void *)(uintptr_t)&rows[i]};
    tests[SMA_COUNT(rows)] = (struct CMUnitTest)cmocka_unit_test(unsupported_patterns);
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
