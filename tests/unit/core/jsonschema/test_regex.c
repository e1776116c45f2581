/* The regular expressions of JSON Schema: what ECMA-262 says matches, what it refuses, and that no
 * pattern runs away. */
#include "base/error.h"
#include "core/jsonschema/regex.h"
#include "tests/support/test.h"

struct match_row {
    const char *pattern, *subject;
    bool matches;
};

static const struct match_row match_rows[] = {
    {"", "", true},
    {"", "abc", true},
    {"b", "abc", true},
    {"^b", "abc", false},
    {"^abc$", "abc", true},
    {"^abc$", "abc\n", false},
    {"^$", "", true},
    {"^$", "\n", false},
    {"a|b", "xb", true},
    {"^(a|b)$", "ab", false},
    {"^a|b$", "axx", true},
    {"^a|b$", "xxb", true},
    {"^a|b$", "xax", false},
    {"^[a-z]+$", "hello", true},
    {"^[a-z]+$", "Hello", false},
    {"^[^a-z]+$", "123", true},
    {"^[^a-z]+$", "1a3", false},
    {"^.$", "\xf0\x9f\x98\x80", true},
    {"^..$", "\xf0\x9f\x98\x80", false},
    {"^.$", "\n", false},
    {"^.$", "\xe2\x80\xa8", false},
    {"^\\d$", "5", true},
    {"^\\d$", "\xd9\xa3", false},
    {"^\\D$", "\xd9\xa3", true},
    {"^\\w$", "\xc3\xa9", false},
    {"^\\W$", "\xc3\xa9", true},
    {"^\\w+$", "a_Z9", true},
    {"^\\s$", "\xc2\xa0", true},
    {"^\\s$", "\xef\xbb\xbf", true},
    {"^\\s$", "\x0b", true},
    {"^\\s$", "\xe2\x80\x8b", false},
    {"^\\S$", "\xc2\xa0", false},
    {"^[\\S]$", "\xc2\xa0", false},
    {"^[^\\S]$", "\xc2\xa0", true},
    {"^[\\d\\-x]+$", "5-x", true},
    {"^[\\w-]+$", "a-b", true},
    {"^[+-]?\\d+$", "-12", true},
    {"^[a\\-z]$", "b", false},
    {"[[:alpha:]]", "b", false},
    {"[[:alpha:]]", ":]", true},
    {"^[]$", "", false},
    {"^[^]$", "\n", true},
    {"[]", "a", false},
    {"^\\u0041$", "A", true},
    {"^\\u{1F600}$", "\xf0\x9f\x98\x80", true},
    {"^\\uD83D\\uDE00$", "\xf0\x9f\x98\x80", true},
    {"^[\\uD83D\\uDE00]$", "\xf0\x9f\x98\x80", true},
    {"^[\\u{1F600}-\\u{1F64F}]$", "\xf0\x9f\x98\x83", true},
    {"\\uD83D", "\xf0\x9f\x98\x80", false},
    {"^\\x41\\cA\\0$", "A\x01", false}, /* the subject ends before the NUL */
    {"^\\x41\\cA$", "A\x01", true},
    {"^[\\b]$", "\b", true},
    {"\\bfoo\\b", "a foo b", true},
    {"\\bfoo\\b", "afoo", false},
    {"o\\B", "foob", true},
    {"^a{2}$", "aa", true},
    {"^a{2}$", "aaa", false},
    {"^a{2,}$", "aaa", true},
    {"^a{1,2}$", "aaa", false},
    {"^a{0}b$", "b", true},
    {"^a{,2}$", "a{,2}", true},
    {"^{a}$", "{a}", true},
    {"^x{$", "x{", true},
    {"^a+?b$", "aab", true},
    {"^(?:ab)*$", "ababab", true},
    {"^(?:ab)*$", "aba", false},
    {"^(a)\\1$", "aa", true},
    {"^(a)?b\\1$", "b", true},
    {"^\\1(a)$", "a", true},
    {"^(?<x>a|b)\\k<x>$", "bb", true},
    {"^(?<x>a|b)\\k<x>$", "ba", false},
    {"^(?=.*\\d)(?=.*[a-z]).{4,}$", "abc1", true},
    {"^(?=.*\\d)(?=.*[a-z]).{4,}$", "abcd", false},
    {"^(?!foo)", "food", false},
    {"^(?!foo)", "bar", true},
    {"(?<=a)b", "ab", true},
    {"(?<!a)b", "ab", false},
    {"^\\p{L}+$", "\xc3\xa9t\xc3\xa9", true},
    {"^\\p{Letter}+$", "\xc3\xa9t\xc3\xa9", true},
    {"^\\P{Letter}+$", "123", true},
    {"^[\\p{Lu}\\d]+$",
     "\xc3\x89"
     "1",
     true},
    {"^[^\\p{Lu}]+$", "\xc3\x89", false},
    {"^\\p{Script=Greek}+$", "\xce\xb1\xce\xb2", true},
    {"^\\p{sc=Grek}+$", "ab", false},
    {"^\\p{gc=Decimal_Number}$", "\xd9\xa3", true},
    {"^\\p{ASCII}+$", "ab", true},
    {"^\\p{Assigned}$", "a", true},
    {"^\\p{Any}$", "a", true},
    {"^\\/\\-\\@\\_$", "/-@_", true},
    {"^a]b$", "a]b", true},
    {"^a}b$", "a}b", true},
    {"a$b", "a$b", false},
    {"(^a)|b", "cb", true},
    {"(?:^|,)x", "a,x", true},
    {"(?:^|,)x", "ax", false},
    {"x(?:$|,)", "ax", true},
    {"x(?:$|,)", "xa", false},
    {"x*", "", true},
    {"(x*)*y", "xxxy", true},
    {"^\xc3\xa9$", "\xc3\xa9", true},
    {"^[\xc3\xa0-\xc3\xbf]$", "\xc3\xa9", true},
    {"^[\\u0000-\\uFFFF]$", "\xc3\xa9", true},
    {"^[\\u0000-\\uFFFF]$", "\xf0\x9f\x98\x80", false},
    {"^[\\uD800-\\uDFFF]$", "a", false},
    /* A row of ASCII sets between ^ and $. */
    {"^[A-Z]{2}-[0-9]{4}$", "AB-1234", true},
    {"^[A-Z]{2}-[0-9]{4}$", "AB-123", false},
    {"^[A-Z]{2}-[0-9]{4}$", "AB-12345", false},
    {"^[A-Z]{2}-[0-9]{4}$", "AB-123\xd9\xa3", false},
    {"^[A-Z]{2}-[0-9]{4}$", "aB-1234", false},
    {"^(?:ab){2}c$", "ababc", true},
    {"^(?:ab){2}c$", "abc", false},
    {"^((a)(b)){2}$", "abab", true},
    {"^a{0}b$", "b", true},
    {"^a{0}$", "", true},
    {"^(?:a{2}){3}$", "aaaaaa", true},
    {"^(?:a{2}){3}$", "aaaaa", false},
    {"^[ab][bc][cd][de][ef][fg][gh][hi][ij]$", "abcdefghi", true},
    {"^[ab][bc][cd][de][ef][fg][gh][hi][ij]$", "abcdefghk", false},
    {"^a{64}$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true},
    {"^a{65}$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true},
    {"^a{65}$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
    {"^a$b", "ab", false},
    {"^^a$", "a", true},
    {"^[^\\x00-\\x60\\x7b-\\u{10ffff}]$", "q", true},
};

static void check_match(const char *before, const struct match_row *row)
{
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_regex *re = NULL;
    char pattern[256];
    bool matched = !row->matches;
    int len = snprintf(pattern, sizeof pattern, "%s%s", before, row->pattern);
    assert_in_range(len, 0, sizeof pattern - 1);
    if (sma_regex_compile(&re, sma_str_z(pattern), &err) ||
        sma_regex_search(re, sma_str_z(row->subject), &matched, &err))
        fail_msg("/%s/ on \"%s\": %s", pattern, row->subject, err.message);
    if (matched != row->matches)
        fail_msg("/%s/ on \"%s\": got %d", pattern, row->subject, matched);
    sma_regex_free(re);
}

static void check_matches(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(match_rows); i++) {
        check_match("", &match_rows[i]);
        check_match("(?=)", &match_rows[i]); /* changes nothing but the engine */
    }
}

static const struct refusal {
    const char *pattern;
    enum sma_status st;
    const char *message;
} refusals[] = {
    {"(", SMA_EINVAL, "pattern \"(\": ( without ) at character 2"},
    {")", SMA_EINVAL, "pattern \")\": ) without ( at character 1"},
    {"^(abc]", SMA_EINVAL, "pattern \"^(abc]\": ( without ) at character 7"},
    {"[a", SMA_EINVAL, "pattern \"[a\": [ without ] at character 3"},
    {"*a", SMA_EINVAL, "pattern \"*a\": nothing to repeat at character 1"},
    {"a**", SMA_EINVAL, "pattern \"a**\": nothing to repeat at character 3"},
    {"a++", SMA_EINVAL, "pattern \"a++\": nothing to repeat at character 3"},
    {"^*", SMA_EINVAL, "pattern \"^*\": an assertion cannot be repeated at character 3"},
    {"(?i)a", SMA_EINVAL, "pattern \"(?i)a\": an unknown kind of group at character 2"},
    {"(?>a)", SMA_EINVAL, "pattern \"(?>a)\": an unknown kind of group at character 2"},
    {"(?#c)", SMA_EINVAL, "pattern \"(?#c)\": an unknown kind of group at character 2"},
    {"(?P<n>a)", SMA_EINVAL, "pattern \"(?P<n>a)\": an unknown kind of group at character 2"},
    {"(*UCP)a", SMA_EINVAL, "pattern \"(*UCP)a\": nothing to repeat at character 2"},
    {"\\A", SMA_EINVAL, "pattern \"\\A\": unknown escape at character 3"},
    {"\\Z", SMA_EINVAL, "pattern \"\\Z\": unknown escape at character 3"},
    {"\\a", SMA_EINVAL, "pattern \"\\a\": unknown escape at character 3"},
    {"\\Qa\\E", SMA_EINVAL, "pattern \"\\Qa\\E\": unknown escape at character 3"},
    {"\\h", SMA_EINVAL, "pattern \"\\h\": unknown escape at character 3"},
    {"\\", SMA_EINVAL, "pattern \"\\\": the pattern ends after a backslash at character 2"},
    {"\\1", SMA_EINVAL,
     "pattern \"\\1\": a back reference to a group that does not exist at character 3"},
    {"\\01", SMA_EINVAL, "pattern \"\\01\": octal escapes are not part of ECMA-262 at character 3"},
    {"\\u12", SMA_EINVAL, "pattern \"\\u12\": \\u needs four hexadecimal digits at character 3"},
    {"\\u{110000}", SMA_EINVAL, NULL},
    {"\\x1", SMA_EINVAL, NULL},
    {"\\c1", SMA_EINVAL, NULL},
    {"\\p{Nope}", SMA_EINVAL, "pattern \"\\p{Nope}\": unknown Unicode property at character 4"},
    {"\\p{L&}", SMA_EINVAL, NULL},
    {"\\p{Greek}", SMA_EINVAL, NULL},
    {"\\p{sc=Nope}", SMA_EINVAL, NULL},
    {"\\pL", SMA_EINVAL, NULL},
    {"\\p{L", SMA_EINVAL, NULL},
    {"\\k<x>", SMA_EINVAL, NULL},
    {"(?<x>a)(?<x>b)", SMA_EINVAL, NULL},
    {"(?<1x>a)", SMA_EINVAL, NULL},
    {"[z-a]", SMA_EINVAL, "pattern \"[z-a]\": a range in [ ] is out of order at character 5"},
    {"a{2,1}", SMA_EINVAL, NULL},
    {"a{65536}", SMA_ELIMIT, NULL},
    {"((a{1000}){1000}){1000}\\b", SMA_ELIMIT, NULL},
    {"(?<=a*)b", SMA_EUNSUPPORTED, "pattern \"(?<=a*)b\": a look-behind must have a fixed length"},
};

static void check_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(refusals); i++) {
        struct sma_error err = SMA_ERROR_INIT;
        struct sma_regex *re = NULL;
        enum sma_status st = sma_regex_compile(&re, sma_str_z(refusals[i].pattern), &err);
        if (st != refusals[i].st)
            fail_msg("/%s/: status %d, message \"%s\"", refusals[i].pattern, st, err.message);
        if (refusals[i].message)
            sma_test_same_text(refusals[i].pattern, sma_str_z(err.message),
                               sma_str_z(refusals[i].message));
        sma_regex_free(re);
    }
}

static void check_depth(void **state)
{
    (void)state;
    static const struct {
        size_t depth;
        enum sma_status st;
    } rows[] = {{SMA_REGEX_DEPTH_MAX, SMA_OK}, {SMA_REGEX_DEPTH_MAX + 1, SMA_ELIMIT}};
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        char text[1024];
        size_t len = 0;
        for (size_t d = 0; d < rows[i].depth; d++)
            text[len++] = '(';
        for (size_t d = 0; d < rows[i].depth; d++)
            text[len++] = ')';
        struct sma_regex *re = NULL;
        assert_int_equal(sma_regex_compile(&re, sma_str_make(text, len), NULL), rows[i].st);
        sma_regex_free(re);
    }
}

static void check_length(void **state)
{
    (void)state;
    char *text = malloc(SMA_REGEX_BYTES_MAX + 1);
    assert_non_null(text);
    memset(text, 'a', SMA_REGEX_BYTES_MAX + 1);
    struct sma_regex *re = NULL;
    assert_int_equal(sma_regex_compile(&re, sma_str_make(text, SMA_REGEX_BYTES_MAX), NULL), SMA_OK);
    sma_regex_free(re);
    assert_int_equal(sma_regex_compile(&re, sma_str_make(text, SMA_REGEX_BYTES_MAX + 1), NULL),
                     SMA_ELIMIT);
    free(text);
}

/* The second chance for what Java accepts. */
static void check_lenient(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *subject;
        enum sma_status st;
        bool matches;
    } rows[] = {
        {"(?i)abc", "xABCx", SMA_OK, true},   {"^a++b$", "aab", SMA_OK, true},
        {"\\Aab\\z", "ab", SMA_OK, true},     {"\\Qa.b\\E", "a.b", SMA_OK, true},
        {"\\Qa.b\\E", "axb", SMA_OK, false},  {"(", "", SMA_EINVAL, false},
        {")(", "", SMA_EINVAL, false},        {"(*COMMIT)a", "", SMA_EINVAL, false},
        {"^\\d$", "\xd9\xa3", SMA_OK, false},
    };
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        struct sma_regex *re = NULL;
        bool matched = false;
        enum sma_status st = sma_regex_compile_lenient(&re, sma_str_z(rows[i].pattern), NULL);
        if (st != rows[i].st)
            fail_msg("/%s/: status %d", rows[i].pattern, st);
        if (st)
            continue;
        assert_int_equal(sma_regex_search(re, sma_str_z(rows[i].subject), &matched, NULL), SMA_OK);
        if (matched != rows[i].matches)
            fail_msg("/%s/ on \"%s\": got %d", rows[i].pattern, rows[i].subject, matched);
        sma_regex_free(re);
    }
}

/* Patterns that backtrack for ever elsewhere: an answer or SMA_ELIMIT, and soon. The steps are
 * bounded, so this ends whatever the machine. */
static void check_runaway(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        size_t length;
    } rows[] = {
        {"^(a+)+$", 31},
        {"(a+)+$", 4000},
        {"(a|aa)+$", 4000},
        {"(a*)*b", 4000},
        {"(.*)(.*)(.*)(.*)x", 4000},
        {"^(a+)+\\b!$", 31},
        {"(?=(a+)+b)", 4000},
        {"(?:(?=a*)a)*b", 30000},
        {"(a*a*a*a*)*\\b!", 2000},
        {"(?:a*b|a)*\\b!", 30000},
    };
    static char subject[30001];
    memset(subject, 'a', sizeof subject - 1);
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        struct sma_error err = SMA_ERROR_INIT;
        struct sma_regex *re = NULL;
        bool matched;
        assert_int_equal(sma_regex_compile(&re, sma_str_z(rows[i].pattern), &err), SMA_OK);
        subject[rows[i].length] = '!';
        enum sma_status st =
            sma_regex_search(re, sma_str_make(subject, rows[i].length + 1), &matched, &err);
        subject[rows[i].length] = 'a';
        if (st == SMA_ELIMIT)
            assert_non_null(strstr(err.message, "limit: pattern match steps"));
        else
            assert_int_equal(st, SMA_OK);
        sma_regex_free(re);
    }
}

static void check_subjects(void **state)
{
    (void)state;
    struct sma_regex *re = NULL;
    struct sma_regex_scratch *scratch = NULL;
    bool matched;
    assert_int_equal(sma_regex_compile(&re, SMA_STR("^a\\0b$"), NULL), SMA_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(sma_regex_search_with(re, SMA_STR("a\0b"), &scratch, &matched, NULL), 0);
        assert_true(matched);
    }
    assert_int_equal(sma_regex_search(re, sma_str_make(NULL, 0), &matched, NULL), SMA_OK);
    assert_false(matched);
    sma_regex_free(re);
    sma_regex_scratch_free(scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_matches),  cmocka_unit_test(check_refusals),
        cmocka_unit_test(check_depth),    cmocka_unit_test(check_length),
        cmocka_unit_test(check_lenient),  cmocka_unit_test(check_runaway),
        cmocka_unit_test(check_subjects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
