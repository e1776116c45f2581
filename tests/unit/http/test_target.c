/* Splitting and decoding of the request target. */
#include "http/target.h"

#include "tests/unit/http/raw.h"

static const struct row {
    const char *name;
    const char *target; /* may hold NULs written as \1 */
    enum sma_status st;
    const char *segments; /* joined by '|' */
    const char *query;    /* name=value joined by '|'; no '=' when it has no value */
} rows[] = {
    {"root", "/", SMA_OK, "", ""},
    {"two segments", "/subjects/a", SMA_OK, "subjects|a", ""},
    {"a trailing slash is dropped", "/subjects/a/", SMA_OK, "subjects|a", ""},
    {"only one trailing slash", "/a//", SMA_OK, "a|", ""},
    {"an empty segment stays", "/a//b", SMA_OK, "a||b", ""},
    {"two slashes are one empty segment", "//", SMA_OK, "", ""},
    {"an escaped slash is data", "/subjects/a%2Fb/versions", SMA_OK, "subjects|a/b|versions", ""},
    {"lower-case digits", "/a%2fb", SMA_OK, "a/b", ""},
    {"decoded once", "/%252F", SMA_OK, "%2F", ""},
    {"dots are names", "/a/../b/./%2E%2E", SMA_OK, "a|..|b|.|..", ""},
    {"plus stays in a path", "/a+b", SMA_OK, "a+b", ""},
    {"space", "/a%20b", SMA_OK, "a b", ""},
    {"what subjects hold", "/@:!$&'()*,;=~", SMA_OK, "@:!$&'()*,;=~", ""},
    {"context in a subject", "/subjects/:.ctx:a", SMA_OK, "subjects|:.ctx:a", ""},
    {"two bytes of UTF-8", "/%C3%A9", SMA_OK, "\xc3\xa9", ""},
    {"raw UTF-8", "/\xc3\xa9", SMA_OK, "\xc3\xa9", ""},
    {"half raw, half escaped", "/\xc3%A9", SMA_OK, "\xc3\xa9", ""},
    {"control characters may be escaped", "/a%0Ab", SMA_OK, "a\nb", ""},
    {"encoded NUL", "/a%00b", SMA_EINVAL, "", ""},
    {"encoded NUL in the query", "/a?x=%00", SMA_EINVAL, "", ""},
    {"invalid UTF-8", "/a%ff", SMA_EINVAL, "", ""},
    {"overlong UTF-8", "/%C0%AF", SMA_EINVAL, "", ""},
    {"encoded surrogate", "/%ED%A0%80", SMA_EINVAL, "", ""},
    {"character split by a slash", "/%C3/%A9", SMA_EINVAL, "", ""},
    {"invalid UTF-8 in the query", "/a?x=%ff", SMA_EINVAL, "", ""},
    {"invalid raw UTF-8", "/\xff", SMA_EINVAL, "", ""},
    {"no digits after percent", "/a%", SMA_EINVAL, "", ""},
    {"one digit", "/a%2", SMA_EINVAL, "", ""},
    {"no hex digits", "/a%zz", SMA_EINVAL, "", ""},
    {"percent and then a slash", "/a%2/b", SMA_EINVAL, "", ""},
    {"raw space", "/a b", SMA_EINVAL, "", ""},
    {"raw tab", "/a\tb", SMA_EINVAL, "", ""},
    {"raw delete", "/a\x7f", SMA_EINVAL, "", ""},
    {"fragment", "/a#b", SMA_EINVAL, "", ""},
    {"raw NUL", "/a\1b", SMA_EINVAL, "", ""},
    {"empty", "", SMA_EINVAL, "", ""},
    {"no slash", "a/b", SMA_EINVAL, "", ""},
    {"authority form", "host:80", SMA_EINVAL, "", ""},
    {"asterisk", "*", SMA_OK, "", ""},
    {"absolute form", "http://h:1/a/b?c=d", SMA_OK, "a|b", "c=d"},
    {"absolute form in capitals", "HTTPS://h/a", SMA_OK, "a", ""},
    {"absolute form without path", "http://h", SMA_OK, "", ""},
    {"absolute form without path, with query", "http://h?x=/", SMA_OK, "", "x=/"},
    {"absolute form without host", "http:///a", SMA_EINVAL, "", ""},
    {"another scheme", "ftp://h/a", SMA_EINVAL, "", ""},
    {"16 segments", "/1/2/3/4/5/6/7/8/9/a/b/c/d/e/f/g", SMA_OK, "1|2|3|4|5|6|7|8|9|a|b|c|d|e|f|g",
     ""},
    {"17 segments", "/1/2/3/4/5/6/7/8/9/a/b/c/d/e/f/g/h", SMA_ENOTFOUND, "", ""},
    {"17 segments, badly escaped", "/1/2/3/4/5/6/7/8/9/a/b/c/d/e/f/g/%", SMA_EINVAL, "", ""},
    {"value and none", "/?deleted&deleted=&deleted=true", SMA_OK, "",
     "deleted|deleted=|deleted=true"},
    {"order is kept", "/?b=1&a=2&b=3", SMA_OK, "", "b=1|a=2|b=3"},
    {"plus is a space", "/?p=a+b%2B", SMA_OK, "", "p=a b+"},
    {"plus in a name", "/?a+b=1", SMA_OK, "", "a b=1"},
    {"escaped separators are data", "/?a=%26%3D&b=1", SMA_OK, "", "a=&=|b=1"},
    {"second equals sign", "/?a=b=c", SMA_OK, "", "a=b=c"},
    {"empty parameters are none", "/?&&a=1&", SMA_OK, "", "a=1"},
    {"only a question mark", "/?", SMA_OK, "", ""},
    {"second question mark", "/?a=?", SMA_OK, "", "a=?"},
    {"slash in the query", "/a?b=/c/d", SMA_OK, "a", "b=/c/d"},
    {"no name", "/?=x", SMA_OK, "", "=x"},
};

static void put_target(struct sma_buf *out, const struct sma_http_target *target)
{
    for (size_t i = 0; i < target->segment_count; i++) {
        if (i)
            sma_buf_putc(out, '|');
        sma_buf_puts(out, target->segments[i]);
    }
    sma_buf_putc(out, '?');
    for (size_t i = 0; i < target->query_count; i++) {
        const struct sma_http_query_item *item = &target->query_items[i];
        if (i)
            sma_buf_putc(out, '|');
        sma_buf_puts(out, item->name);
        if (item->has_value)
            sma_buf_putc(out, '=');
        sma_buf_puts(out, item->value);
    }
}

static void check(void **state)
{
    const struct row *row = *state;
    struct sma_http_target target;
    struct sma_http_target_parts parts;
    struct sma_arena arena;
    struct sma_buf got, want;
    const char *why = NULL;
    char raw[256];
    snprintf(raw, sizeof raw, "%s", row->target);
    for (size_t i = 0; i < strlen(row->target); i++)
        if (raw[i] == 1)
            raw[i] = 0;
    sma_arena_init(&arena, 0);
    sma_buf_init(&got, 0);
    sma_buf_init(&want, 0);
    enum sma_status st = sma_http_target_parse(
        &target, &parts, sma_str_make(raw, strlen(row->target)), &arena, &why);
    if (st != row->st)
        fail_msg("%s: status %s (%s), want %s", row->name, sma_status_name(st), why ? why : "",
                 sma_status_name(row->st));
    if (st == SMA_EINVAL)
        assert_non_null(why);
    if (!st) {
        sma_buf_printf(&want, "%s?%s", row->segments, row->query);
        put_target(&got, &target);
        sma_test_same_text(row->name, sma_buf_str(&got), sma_buf_str(&want));
    }
    sma_buf_fini(&got);
    sma_buf_fini(&want);
    sma_arena_fini(&arena);
}

static void query_items_at_the_limit(void **state)
{
    (void)state;
    for (int extra = 0; extra < 2; extra++) {
        struct sma_http_target target;
        struct sma_http_target_parts parts;
        struct sma_arena arena;
        struct sma_buf text;
        const char *why = NULL;
        sma_arena_init(&arena, 0);
        sma_buf_init(&text, 0);
        sma_buf_putz(&text, "/?a");
        for (int i = 1; i < SMA_HTTP_QUERY_ITEMS_MAX + extra; i++)
            sma_buf_putz(&text, "&a");
        enum sma_status st =
            sma_http_target_parse(&target, &parts, sma_buf_str(&text), &arena, &why);
        assert_int_equal(st, extra ? SMA_EINVAL : SMA_OK);
        if (!st) {
            assert_int_equal(target.query_count, SMA_HTTP_QUERY_ITEMS_MAX);
            assert_false(sma_http_target_add_query(&target, &arena, SMA_STR("b"), SMA_STR("c")));
        }
        sma_buf_fini(&text);
        sma_arena_fini(&arena);
    }
}

static void a_parameter_can_be_added(void **state)
{
    struct sma_http_target target;
    struct sma_http_target_parts parts;
    struct sma_arena arena;
    struct sma_buf got;
    const char *why = NULL;
    (void)state;
    sma_arena_init(&arena, 0);
    sma_buf_init(&got, 0);
    assert_int_equal(sma_http_target_parse(&target, &parts, SMA_STR("/a?b"), &arena, &why), SMA_OK);
    assert_true(sma_http_target_add_query(&target, &arena, SMA_STR("c"), SMA_STR("d")));
    put_target(&got, &target);
    sma_test_same_text("added", sma_buf_str(&got), SMA_STR("a?b|c=d"));
    sma_buf_fini(&got);
    sma_arena_fini(&arena);
}

static void memory_that_runs_out_is_an_error(void **state)
{
    struct sma_http_target target;
    struct sma_http_target_parts parts;
    struct sma_arena arena;
    const char *why = NULL;
    (void)state;
    sma_arena_init(&arena, 16);
    assert_int_equal(sma_http_target_parse(&target, &parts, SMA_STR("/a%20b"), &arena, &why),
                     SMA_ENOMEM);
    assert_int_equal(sma_http_target_parse(&target, &parts, SMA_STR("/?a"), &arena, &why),
                     SMA_ENOMEM);
    sma_arena_fini(&arena);
}

static void tokens(void **state)
{
    static const char marks[] = "!#$%&'*+-.^_`|~";
    (void)state;
    assert_false(sma_http_is_token(SMA_STR("")));
    for (int c = 0; c < 256; c++) {
        char text[2] = {'a', (char)c};
        bool want = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    (c && c < 128 && strchr(marks, c));
        if (sma_http_is_token(sma_str_make(text, 2)) != want)
            fail_msg("byte %d", c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(query_items_at_the_limit),
        cmocka_unit_test(a_parameter_can_be_added),
        cmocka_unit_test(memory_that_runs_out_is_an_error),
        cmocka_unit_test(tokens),
    };
    int failed = RAW_RUN_ROWS(rows, check);
    failed += cmocka_run_group_tests(tests, NULL, NULL);
    return failed != 0;
}
