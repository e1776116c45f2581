/* Strings, numbers, UTF-8, buffers, arenas, maps. */
#include "tests/support/test.h"

#include <math.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/map.h"
#include "base/num.h"
#include "base/utf8.h"

/* ---- numbers
 * -----------------------------------------------------------------------------------------------
 */

static const struct double_row {
    const char *text, *java;
} double_rows[] = {
    {"1.10", "1.1"},          {"1e3", "1000.0"},
    {"1e10", "1.0E10"},       {"1E-7", "1.0E-7"},
    {"-0.0", "-0.0"},         {"0.0", "0.0"},
    {"100000000.0", "1.0E8"}, {"9999999.0", "9999999.0"},
    {"10000000.0", "1.0E7"},  {"0.001", "0.001"},
    {"0.00099", "9.9E-4"},    {"123456.789", "123456.789"},
    {"0.1", "0.1"},           {"1.7976931348623157e308", "1.7976931348623157E308"},
    {"4.9e-324", "4.9E-324"}, {"5e-324", "4.9E-324"},
    {"1e400", "Infinity"},    {"-1e400", "-Infinity"},
    {"1e-400", "0.0"},        {"1e22", "1.0E22"},
    {"1.5e300", "1.5E300"},   {"100", "100.0"},
};

static void test_java_doubles(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(double_rows); i++) {
        double value;
        struct sma_buf buf;
        sma_buf_init(&buf, 0);
        if (!sma_parse_double(sma_str_z(double_rows[i].text), &value))
            fail_msg("%s is not read", double_rows[i].text);
        sma_put_java_double(&buf, value);
        sma_test_same_text(double_rows[i].text, sma_buf_str(&buf), sma_str_z(double_rows[i].java));
        sma_buf_fini(&buf);
    }
}

static void test_java_floats(void **state)
{
    (void)state;
    static const struct {
        float value;
        const char *java;
    } rows[] = {{0.1f, "0.1"},
                {1e10f, "1.0E10"},
                {3.4028235e38f, "3.4028235E38"},
                {16777216.0f, "1.6777216E7"}};
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        struct sma_buf buf;
        sma_buf_init(&buf, 0);
        sma_put_java_float(&buf, rows[i].value);
        sma_test_same_text(rows[i].java, sma_buf_str(&buf), sma_str_z(rows[i].java));
        sma_buf_fini(&buf);
    }
}

static void test_double_refusals(void **state)
{
    (void)state;
    static const char *const rows[] = {"",    "-",   ".",  "1e", "1e+", "0x10",
                                       "inf", "nan", " 1", "1 ", "1f"};
    double value;
    for (size_t i = 0; i < SMA_COUNT(rows); i++)
        if (sma_parse_double(sma_str_z(rows[i]), &value))
            fail_msg("\"%s\" was read as a number", rows[i]);
}

static void test_integers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool fits32, fits64;
    } rows[] = {
        {"0", true, true},
        {"-0", true, true},
        {"2147483647", true, true},
        {"2147483648", false, true},
        {"-2147483648", true, true},
        {"-2147483649", false, true},
        {"9223372036854775807", false, true},
        {"9223372036854775808", false, false},
        {"-9223372036854775808", false, true},
        {"-9223372036854775809", false, false},
        {"18446744073709551616", false, false},
        {"", false, false},
        {"-", false, false},
        {"+1", false, false},
        {"1.0", false, false},
        {"1 ", false, false},
    };
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        int32_t small;
        int64_t large;
        struct sma_str text = sma_str_z(rows[i].text);
        if (sma_parse_i32(text, &small) != rows[i].fits32 ||
            sma_parse_i64(text, &large) != rows[i].fits64)
            fail_msg("\"%s\" is read wrongly", rows[i].text);
    }
    int64_t lowest;
    assert_true(sma_parse_i64(SMA_STR("-9223372036854775808"), &lowest));
    assert_true(lowest == INT64_MIN);
}

/* ---- UTF-8
 * --------------------------------------------------------------------------------------------------
 */

static const struct utf8_row {
    const char *name, *bytes;
    bool valid;
} utf8_rows[] = {
    {"ascii", "plain", true},
    {"two bytes", "\xc3\xa9", true},
    {"three bytes", "\xe2\x82\xac", true},
    {"four bytes", "\xf0\x9f\x98\x80", true},
    {"highest", "\xf4\x8f\xbf\xbf", true},
    {"beyond the highest", "\xf4\x90\x80\x80", false},
    {"overlong two", "\xc0\x80", false},
    {"overlong three", "\xe0\x80\x80", false},
    {"overlong four", "\xf0\x80\x80\x80", false},
    {"surrogate", "\xed\xa0\x80", false},
    {"lone continuation", "abcdefgh\x80", false},
    {"cut", "\xe2\x82", false},
    {"never legal", "\xff", false},
};

static void test_utf8(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(utf8_rows); i++)
        if (sma_utf8_valid(sma_str_z(utf8_rows[i].bytes), NULL) != utf8_rows[i].valid)
            fail_msg("%s", utf8_rows[i].name);
    size_t bad;
    assert_false(sma_utf8_valid(SMA_STR("abcdefghij\xff"), &bad));
    assert_int_equal(bad, 10);
}

static void test_utf8_round_trip(void **state)
{
    (void)state;
    for (uint32_t c = 0; c <= 0x10ffff; c += c < 0x1000 ? 1 : 97) {
        char bytes[4];
        uint32_t back;
        if (c >= 0xd800 && c <= 0xdfff)
            continue;
        size_t n = sma_utf8_encode(bytes, c);
        if (sma_utf8_decode(sma_str_make(bytes, n), &back) != n || back != c)
            fail_msg("U+%04X does not come back", c);
    }
}

static void test_utf16_measures(void **state)
{
    (void)state;
    struct sma_str s = SMA_STR("a\xc3\xa9\xf0\x9f\x98\x80z"); /* a é 😀 z */
    assert_int_equal(sma_utf16_len(s), 5);
    assert_int_equal(sma_utf8_count(s), 4);
    assert_int_equal(sma_utf16_prefix(s, 2), 3);
    assert_int_equal(sma_utf16_prefix(s, 3), 3); /* half a pair is no prefix */
    assert_int_equal(sma_utf16_prefix(s, 4), 7);
    assert_int_equal(sma_utf16_prefix(s, 99), s.len);
}

/* ---- strings
 * ------------------------------------------------------------------------------------------------
 */

static void test_utf16_order(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        int order;
    } rows[] = {
        {"a", "b", -1},
        {"a", "a", 0},
        {"a", "ab", -1},
        {"\xf0\x9f\x98\x80", "\xef\xbf\xbd", -1}, /* surrogates sort below U+FFFD */
        {"\xef\xbf\xbd", "\xf0\x9f\x98\x80", 1},
        {"\xf0\x9f\x98\x80", "\xed\x9f\xbf", 1}, /* but above U+D7FF */
        {"z", "\xc3\xa9", -1},
    };
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        int got = sma_str_cmp_utf16(sma_str_z(rows[i].a), sma_str_z(rows[i].b));
        if ((got > 0) - (got < 0) != rows[i].order)
            fail_msg("row %zu", i);
    }
}

static void test_string_helpers(void **state)
{
    (void)state;
    assert_true(sma_str_eq_nocase(SMA_STR("LaTest"), SMA_STR("latest")));
    assert_false(sma_str_eq_nocase(SMA_STR("latest"), SMA_STR("latest ")));
    static const struct {
        const char *text, *part;
        bool want;
    } rows[] = {{"", "", true},         {"a", "", true},          {"", "a", false},
                {"abc", "abc", true},   {"abc", "abcd", false},   {"xAbCx", "aBc", true},
                {"aaab", "aab", true},  {"aAaB", "AAB", true},    {"ab", "b", true},
                {"aXaYab", "ab", true}, {"aXaYa", "ab", false},   {"\xc3\xa9t\xc3\xa9", "\xa9T", true},
                {"[]{}", "{]", false},  {"@`", "`", true},        {"@", "`", false}};
    for (size_t i = 0; i < SMA_COUNT(rows); i++)
        if (sma_str_contains_nocase(sma_str_z(rows[i].text), sma_str_z(rows[i].part)) !=
            rows[i].want)
            fail_msg("%s in %s", rows[i].part, rows[i].text);
    assert_true(sma_str_eq(sma_str_trim(SMA_STR(" \t x y \n")), SMA_STR("x y")));
    assert_true(sma_str_eq(sma_str_trim(SMA_STR("  ")), SMA_STR("")));
    assert_int_equal(sma_str_rchr(SMA_STR("a.b.c"), '.'), 3);
    assert_int_equal(sma_str_chr(SMA_STR("abc"), '.'), -1);
    assert_int_equal(sma_str_distance(SMA_STR("kitten"), SMA_STR("sitting")), 3);
    assert_int_equal(sma_str_distance(SMA_STR(""), SMA_STR("abc")), 3);
}

/* ---- containers
 * --------------------------------------------------------------------------------------------- */

static void test_buffer_limit(void **state)
{
    (void)state;
    struct sma_buf buf;
    sma_buf_init(&buf, 5);
    sma_buf_putz(&buf, "12345");
    assert_false(sma_buf_failed(&buf));
    sma_buf_putc(&buf, '6');
    assert_true(sma_buf_failed(&buf));
    sma_buf_putz(&buf, "7");
    assert_int_equal(buf.len, 5);
    assert_null(sma_buf_take(&buf, NULL));
    sma_buf_putc(&buf, 'x');
    assert_true(sma_str_eq(sma_buf_str(&buf), SMA_STR("x")));
    sma_buf_fini(&buf);
}

static void test_arena_limit(void **state)
{
    (void)state;
    struct sma_arena arena;
    sma_arena_init(&arena, 16384);
    size_t got = 0;
    while (got < 1000000 && sma_arena_alloc(&arena, 100))
        got += 112;
    assert_in_range(got, 10000, 16384);
    assert_null(sma_arena_calloc(&arena, SIZE_MAX / 2, 16));
    sma_arena_reset(&arena);
    assert_non_null(sma_arena_alloc(&arena, 100));
    sma_arena_fini(&arena);
}

static void test_map(void **state)
{
    (void)state;
    enum { N = 5000 };
    static char keys[N][12];
    struct sma_map map;
    sma_map_init(&map);
    for (size_t i = 0; i < N; i++) {
        snprintf(keys[i], sizeof keys[i], "key%zu", i);
        assert_int_equal(sma_map_add(&map, sma_str_z(keys[i]), keys[i]), 1);
    }
    assert_int_equal(sma_map_add(&map, SMA_STR("key7"), NULL), 0);
    for (size_t i = 0; i < N; i++) {
        assert_ptr_equal(sma_map_get(&map, sma_str_z(keys[i])), keys[i]);
        assert_ptr_equal(map.entries[i].value, keys[i]);
    }
    assert_null(sma_map_find(&map, SMA_STR("absent")));
    assert_true(sma_map_put(&map, SMA_STR("key7"), &map));
    assert_ptr_equal(sma_map_get(&map, SMA_STR("key7")), &map);
    assert_int_equal(map.count, N);
    sma_map_fini(&map);
}

/* ---- errors
 * -------------------------------------------------------------------------------------------------
 */

static void test_errors(void **state)
{
    (void)state;
    struct sma_error err = SMA_ERROR_INIT;
    assert_int_equal(sma_fail_at(&err, SMA_EINVAL, 7, "first %d", 1), SMA_EINVAL);
    sma_fail(&err, SMA_EIO, "second");
    assert_string_equal(err.message, "first 1");
    assert_int_equal(err.offset, 7);
    sma_error_prefix(&err, "field \"%s\": ", "age");
    assert_string_equal(err.message, "field \"age\": first 1");
    sma_error_clear(&err);
    assert_int_equal(err.status, SMA_OK);
    assert_int_equal(sma_fail(NULL, SMA_ELIMIT, "nobody listens"), SMA_ELIMIT);
}

static void test_long_message_is_cut_at_a_character(void **state)
{
    (void)state;
    struct sma_error err = SMA_ERROR_INIT;
    char text[SMA_ERROR_MESSAGE_MAX + 10] = "x";
    for (size_t i = 1; i + 2 < sizeof text; i += 2)
        memcpy(text + i, "\xc3\xa9", 2);
    text[sizeof text - 1] = '\0';
    sma_fail(&err, SMA_EINVAL, "%s", text);
    assert_true(sma_utf8_valid(sma_str_z(err.message), NULL));
    assert_in_range(strlen(err.message), SMA_ERROR_MESSAGE_MAX - 4, SMA_ERROR_MESSAGE_MAX - 1);
}

/* Whoever puts a part of a text into a message need not care where the part ends. */
static void test_messages_hold_whole_characters(void **state)
{
    (void)state;
    struct sma_error err = SMA_ERROR_INIT;
    sma_fail(&err, SMA_EINVAL, "\"%.*s\" \xe2\x82\xac \"%.*s\"%s", 2, "a\xc3\xa9", 3,
             "\xf0\x9f\x98\x80", "\xff");
    assert_string_equal(err.message, "\"a\" \xe2\x82\xac \"\"");
}

static void test_utf8_head(void **state)
{
    static const struct {
        const char *text;
        size_t max, len;
    } rows[] = {
        {"", 3, 0},          {"abc", 3, 3},          {"abcd", 3, 3},
        {"a\xc3\xa9", 3, 3}, {"a\xc3\xa9", 2, 1},    {"\xe2\x82\xac", 2, 0},
        {"abc", 0, 0},       {"\xe2\x82\xac" "b", 3, 3},
    };
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(rows); i++)
        assert_int_equal(sma_utf8_head(sma_str_z(rows[i].text), rows[i].max).len, rows[i].len);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_java_doubles),
        cmocka_unit_test(test_java_floats),
        cmocka_unit_test(test_double_refusals),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_utf8_round_trip),
        cmocka_unit_test(test_utf16_measures),
        cmocka_unit_test(test_utf16_order),
        cmocka_unit_test(test_string_helpers),
        cmocka_unit_test(test_buffer_limit),
        cmocka_unit_test(test_arena_limit),
        cmocka_unit_test(test_map),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_long_message_is_cut_at_a_character),
        cmocka_unit_test(test_messages_hold_whole_characters),
        cmocka_unit_test(test_utf8_head),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
