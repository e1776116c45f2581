/* The JSON reader and writer: what is accepted, what is kept, what is refused and where. */
#include "tests/support/test.h"

#include "core/json/json.h"
#include "core/json/writer.h"

static const struct sma_json_options comments = {.comments = true};
static const struct sma_json_options non_finite = {.non_finite = true};
static const struct sma_json_options trailing = {.allow_trailing = true};
static const struct sma_json_options unique = {.duplicates = SMA_JSON_REJECT};

/* input -> compact re-print, or "!" and the message */
static const struct row {
    const char *name, *input, *want;
    const struct sma_json_options *options;
} rows[] = {
    {"scalars", "[null,true,false,\"x\",0,-1]", "[null,true,false,\"x\",0,-1]", NULL},
    {"order is kept", "{\"b\":1,\"a\":2}", "{\"b\":1,\"a\":2}", NULL},
    {"number text is kept", "[1.10,1e400,0.10000000000000000001,18446744073709551616,-0,1E+5]",
     "[1.10,1e400,0.10000000000000000001,18446744073709551616,-0,1E+5]", NULL},
    {"escapes", "\"\\u0041\\n\\/\\\"\\\\\\u0001\\ud83d\\ude00\"",
     "\"A\\n/\\\"\\\\\\u0001\xf0\x9f\x98\x80\"", NULL},
    {"NUL inside", "\"a\\u0000b\"", "\"a\\u0000b\"", NULL},
    {"DEL and U+2028 stay raw", "\"\x7f\xe2\x80\xa8\"", "\"\x7f\xe2\x80\xa8\"", NULL},
    {"last duplicate wins at the first place", "{\"a\":1,\"b\":2,\"a\":3}", "{\"a\":3,\"b\":2}",
     NULL},
    {"duplicates by escape", "{\"a\":1,\"\\u0061\":3}", "{\"a\":3}", NULL},
    {"blanks", " \t\r\n[ 1 , 2 ] \n", "[1,2]", NULL},
    {"empty containers", "[[],{}]", "[[],{}]", NULL},
    {"comments", "/* a */{// b\n\"x\"/**/:/*c*/1}//end", "{\"x\":1}", &comments},
    {"non-finite", "[NaN,Infinity,-Infinity,-1]", "[NaN,Infinity,-Infinity,-1]", &non_finite},
    {"trailing text allowed", "{} garbage", "{}", &trailing},
    {"twelve members with a duplicate",
     "{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"j\":1,\"b\":2,"
     "\"k\":1}",
     "{\"a\":1,\"b\":2,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"j\":1,\"k\":1}",
     NULL},

    {"comments need the option", "/* a */1", "!unexpected character at line 1, column 1", NULL},
    {"open comment", "1 /* a", "!comment is not closed at line 1, column 3", &comments},
    {"NaN needs the option", "NaN", "!unexpected character at line 1, column 1", NULL},
    {"empty", "", "!unexpected end of input at line 1, column 1", NULL},
    {"trailing", "{}\n x", "!unexpected text after the JSON value at line 2, column 2", NULL},
    {"trailing comma", "[1,]", "!unexpected character at line 1, column 4", NULL},
    {"trailing comma in object", "{\"a\":1,}",
     "!expected a name in double quotes at line 1, column 8", NULL},
    {"missing colon", "{\"a\" 1}", "!expected ':' at line 1, column 6", NULL},
    {"leading zero", "01", "!number with a leading zero at line 1, column 1", NULL},
    {"bare minus", "-", "!not a number at line 1, column 1", NULL},
    {"no fraction digits", "1.", "!number without digits after the point at line 1, column 1",
     NULL},
    {"no exponent digits", "1e", "!number without digits in the exponent at line 1, column 1",
     NULL},
    {"open array", "[1", "!array is not closed at line 1, column 1", NULL},
    {"open object", "{\"a\":1", "!object is not closed at line 1, column 1", NULL},
    {"open string", "[\"abc", "!string is not closed at line 1, column 2", NULL},
    {"raw control character", "\"a\nb\"", "!control character in a string at line 1, column 3",
     NULL},
    {"unknown escape", "\"\\x\"", "!unknown escape at line 1, column 2", NULL},
    {"short \\u", "\"\\u12\"", "!\\u needs four hexadecimal digits at line 1, column 2", NULL},
    {"lone high surrogate", "\"\\ud800\"", "!\\u escape of a lone surrogate at line 1, column 2",
     NULL},
    {"lone low surrogate", "\"\\udc00\"", "!\\u escape of a lone surrogate at line 1, column 2",
     NULL},
    {"high twice", "\"\\ud800\\ud800\"", "!\\u escape of a lone surrogate at line 1, column 2",
     NULL},
    {"invalid UTF-8", "[\"\xff\"]", "!invalid UTF-8 at line 1, column 3", NULL},
    {"BOM", "\xef\xbb\xbf{}", "!byte order mark before the JSON text at line 1, column 1", NULL},
    {"duplicates refused", "{\"a\":1,\n\"a\":2}", "!duplicate name at line 2, column 1", &unique},
    {"column counts characters", "\"\xc3\xa9\" x",
     "!unexpected text after the JSON value at line 1, column 5", NULL},
    {"word cut", "tru", "!unexpected character at line 1, column 1", NULL},
};

static void check_row(void **state)
{
    const struct row *row = *state;
    struct sma_arena arena;
    struct sma_error err = SMA_ERROR_INIT;
    const struct sma_json *v = NULL;
    struct sma_buf out;
    sma_arena_init(&arena, 0);
    sma_buf_init(&out, 0);
    if (sma_json_parse(&v, &arena, sma_str_z(row->input), row->options, NULL, &err))
        sma_buf_printf(&out, "!%s", err.message);
    else
        sma_json_put(&out, v);
    sma_test_same_text(row->name, sma_buf_str(&out), sma_str_z(row->want));
    sma_buf_fini(&out);
    sma_arena_fini(&arena);
}

/* ---- limits: at the limit and one more
 * ------------------------------------------------------------------------ */

static enum sma_status parse_generated(struct sma_buf *text, const struct sma_json_options *options,
                                       struct sma_error *err)
{
    struct sma_arena arena;
    const struct sma_json *v;
    sma_arena_init(&arena, 0);
    enum sma_status st = sma_json_parse(&v, &arena, sma_buf_str(text), options, NULL, err);
    sma_arena_fini(&arena);
    return st;
}

static void nested(struct sma_buf *text, size_t depth)
{
    sma_buf_clear(text);
    for (size_t i = 0; i < depth; i++)
        sma_buf_putz(text, i % 2 ? "{\"a\":" : "[");
    sma_buf_putc(text, '1');
    for (size_t i = depth; i-- > 0;)
        sma_buf_putc(text, i % 2 ? '}' : ']');
}

static void test_depth_limit(void **state)
{
    (void)state;
    struct sma_buf text;
    struct sma_error err = SMA_ERROR_INIT;
    sma_buf_init(&text, 0);
    nested(&text, SMA_JSON_DEPTH_MAX);
    assert_int_equal(parse_generated(&text, NULL, &err), SMA_OK);
    nested(&text, SMA_JSON_DEPTH_MAX + 1);
    assert_int_equal(parse_generated(&text, NULL, &err), SMA_ELIMIT);
    assert_string_equal(err.message, "JSON exceeds the limit of 64 levels of nesting");
    sma_error_clear(&err);
    nested(&text, 10000);
    assert_int_equal(parse_generated(&text, NULL, &err), SMA_ELIMIT);
    sma_buf_fini(&text);
}

static void test_value_limit(void **state)
{
    (void)state;
    struct sma_buf text;
    struct sma_error err = SMA_ERROR_INIT;
    for (size_t extra = 0; extra < 2; extra++) {
        sma_buf_init(&text, 0);
        sma_buf_putc(&text, '[');
        for (size_t i = 0; i < SMA_JSON_VALUES_MAX - 1 + extra; i++)
            sma_buf_putz(&text, i ? ",{}" : "{}");
        sma_buf_putc(&text, ']');
        assert_int_equal(parse_generated(&text, NULL, &err), extra ? SMA_ELIMIT : SMA_OK);
        sma_buf_fini(&text);
    }
    assert_string_equal(err.message, "JSON exceeds the limit of 50000 values");
}

static void test_byte_limit(void **state)
{
    (void)state;
    const struct sma_json_options small = {.max_bytes = 10};
    struct sma_buf text;
    struct sma_error err = SMA_ERROR_INIT;
    sma_buf_init(&text, 0);
    sma_buf_putz(&text, "\"12345678\"");
    assert_int_equal(parse_generated(&text, &small, &err), SMA_OK);
    sma_buf_putc(&text, ' ');
    assert_int_equal(parse_generated(&text, &small, &err), SMA_ELIMIT);
    assert_string_equal(err.message, "JSON exceeds the limit of 10 bytes");
    sma_buf_fini(&text);
}

/* ---- look-up, spans, equality
 * --------------------------------------------------------------------------------- */

static void test_lookup_in_large_object(void **state)
{
    (void)state;
    struct sma_arena arena;
    struct sma_buf text;
    const struct sma_json *v;
    sma_arena_init(&arena, 0);
    sma_buf_init(&text, 0);
    for (int i = 0; i < 3000; i++)
        sma_buf_printf(&text, "%c\"name%d\":%d", i ? ',' : '{', i, i);
    sma_buf_putc(&text, '}');
    assert_int_equal(sma_json_parse(&v, &arena, sma_buf_str(&text), NULL, NULL, NULL), SMA_OK);
    for (int i = 0; i < 3000; i++) {
        char name[16];
        int32_t got;
        snprintf(name, sizeof name, "name%d", i);
        assert_true(sma_json_i32(sma_json_get(v, sma_str_z(name)), &got));
        assert_int_equal(got, i);
    }
    assert_null(sma_json_getz(v, "name3000"));
    assert_null(sma_json_getz(NULL, "x"));
    sma_buf_fini(&text);
    sma_arena_fini(&arena);
}

static void test_spans(void **state)
{
    (void)state;
    struct sma_arena arena;
    const struct sma_json *v;
    struct sma_str text = SMA_STR(" {\"a\" : [1, \"xy\"]}");
    sma_arena_init(&arena, 0);
    assert_int_equal(sma_json_parse(&v, &arena, text, NULL, NULL, NULL), SMA_OK);
    const struct sma_json_member *a = sma_json_find(v, SMA_STR("a"));
    assert_int_equal(v->start, 1);
    assert_int_equal(v->end, text.len);
    assert_int_equal(a->name_start, 2);
    assert_int_equal(a->name_end, 5);
    assert_int_equal(a->value.items[1].start, 12);
    assert_int_equal(a->value.items[1].end, 16);
    sma_arena_fini(&arena);
}

static void test_integers(void **state)
{
    (void)state;
    struct sma_arena arena;
    const struct sma_json *v;
    int64_t number;
    sma_arena_init(&arena, 0);
    assert_int_equal(sma_json_parse(&v, &arena, SMA_STR("[5,5.0,5e0,99999999999999999999,\"5\"]"),
                                    NULL, NULL, NULL),
                     SMA_OK);
    assert_true(sma_json_i64(&v->items[0], &number));
    for (int i = 1; i < 5; i++)
        assert_false(sma_json_i64(&v->items[i], &number));
    sma_arena_fini(&arena);
}

static void test_equality(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool equal;
    } pairs[] = {
        {"{\"a\":1,\"b\":[2]}", "{\"b\":[2],\"a\":1}", true},
        {"{\"a\":1}", "{\"a\":1,\"b\":2}", false},
        {"[1,2]", "[2,1]", false},
        {"1", "1.0", false},
        {"\"\\u0041\"", "\"A\"", true},
        {"null", "false", false},
    };
    for (size_t i = 0; i < SMA_COUNT(pairs); i++) {
        struct sma_arena arena;
        const struct sma_json *a, *b;
        sma_arena_init(&arena, 0);
        assert_int_equal(sma_json_parse(&a, &arena, sma_str_z(pairs[i].a), NULL, NULL, NULL),
                         SMA_OK);
        assert_int_equal(sma_json_parse(&b, &arena, sma_str_z(pairs[i].b), NULL, NULL, NULL),
                         SMA_OK);
        if (sma_json_equal(a, b) != pairs[i].equal)
            fail_msg("%s and %s", pairs[i].a, pairs[i].b);
        sma_arena_fini(&arena);
    }
}

static void test_writer(void **state)
{
    (void)state;
    struct sma_buf buf;
    sma_buf_init(&buf, 0);
    struct sma_json_writer w = sma_json_writer_on(&buf);
    sma_jw_object_open(&w);
    sma_jw_member_string(&w, "s", SMA_STR("a\"\x01"));
    sma_jw_member_i64(&w, "n", -5);
    sma_jw_member_bool(&w, "b", false);
    sma_jw_name(&w, "list");
    sma_jw_array_open(&w);
    sma_jw_null(&w);
    sma_jw_object_open(&w);
    sma_jw_object_close(&w);
    sma_jw_raw(&w, SMA_STR("1.50"));
    sma_jw_array_close(&w);
    sma_jw_name_str(&w, SMA_STR("\xc3\xa9\n"));
    sma_jw_array_open(&w);
    sma_jw_array_close(&w);
    sma_jw_object_close(&w);
    sma_test_same_text(
        "writer", sma_buf_str(&buf),
        SMA_STR("{\"s\":\"a\\\"\\u0001\",\"n\":-5,\"b\":false,\"list\":[null,{},1.50],"
                "\"\xc3\xa9\\n\":[]}"));
    sma_buf_fini(&buf);
}

int main(void)
{
    struct CMUnitTest tests[SMA_COUNT(rows) + 8] = {{0}};
    size_t n = 0;
    for (; n < SMA_COUNT(rows); n++)
        tests[n] = (struct CMUnitTest){
            .name = rows[n].name, .test_func = check_row, .initial_state = (void *)&rows[n]};
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_depth_limit);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_value_limit);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_byte_limit);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_lookup_in_large_object);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_spans);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_integers);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_equality);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_writer);
    return _cmocka_run_group_tests("json", tests, n, NULL, NULL) != 0;
}
