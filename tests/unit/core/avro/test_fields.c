/* Fields of binary Avro rewritten in place. */
#include "core/avro/fields.h"
#include "core/avro/codec.h"
#include "tests/support/fields.h"
#include "tests/unit/core/avro/support.h"

#define FIELD(name, type) "{\"name\":\"" name "\",\"type\":" type ",\"confluent:tags\":[\"PII\"]}"
#define PLAIN(name, type) "{\"name\":\"" name "\",\"type\":" type "}"
#define RECORD(name, fields) "{\"type\":\"record\",\"name\":\"" name "\",\"fields\":[" fields "]}"
#define IN_N(fields)                                                                               \
    "{\"type\":\"record\",\"name\":\"R\",\"namespace\":\"n\",\"fields\":[" fields "]}"

static const struct test_fields_row rows[] = {
    {"a string among others",
     IN_N(PLAIN("i", "\"long\"") "," FIELD("s", "\"string\"") "," PLAIN("t", "\"string\"")),
     "{\"i\":-70000,\"s\":\"x\",\"t\":\"y\"}", "PII", "{\"i\":-70000,\"s\":\"<x>\",\"t\":\"y\"}", "n.R.s ",
     false},
    {"bytes", RECORD("R", FIELD("b", "\"bytes\"")), "{\"b\":\"abc\"}", "PII", "{\"b\":\"cba\"}", "R.b ", false},
    {"another tag", RECORD("R", FIELD("s", "\"string\"")), "{\"s\":\"x\"}", "GDPR", "{\"s\":\"x\"}", "", false},
    {"no tags wanted: all fields", RECORD("R", PLAIN("a", "\"string\"") "," PLAIN("b", "\"bytes\"")),
     "{\"a\":\"x\",\"b\":\"yz\"}", NULL, "{\"a\":\"<x>\",\"b\":\"zy\"}", "R.a R.b ", false},
    {"null stays", RECORD("R", FIELD("s", "[\"null\",\"string\"]")), "{\"s\":null}", "PII", "{\"s\":null}", "",
     false},
    {"the branch that is there", RECORD("R", FIELD("s", "[\"null\",\"bytes\",\"string\"]")),
     "{\"s\":{\"string\":\"x\"}}", "PII", "{\"s\":{\"string\":\"<x>\"}}", "R.s ", false},
    {"arrays and maps of strings",
     RECORD("R", FIELD("a", "{\"type\":\"array\",\"items\":{\"type\":\"map\",\"values\":\"string\"}}")),
     "{\"a\":[{\"k\":\"x\",\"l\":\"\"},{}]}", "PII", "{\"a\":[{\"k\":\"<x>\",\"l\":\"<>\"},{}]}", "R.a R.a ",
     false},
    {"records inside have fields of their own",
     RECORD("R", FIELD("r", "[\"null\"," RECORD("S", PLAIN("a", "\"string\"") "," FIELD("b", "\"string\"")) "]")),
     "{\"r\":{\"S\":{\"a\":\"x\",\"b\":\"y\"}}}", "PII", "{\"r\":{\"S\":{\"a\":\"x\",\"b\":\"<y>\"}}}", "S.b ",
     false},
    {"a recursive record",
     RECORD("R", FIELD("s", "\"string\"") "," PLAIN("next", "[\"null\",\"R\"]")),
     "{\"s\":\"1\",\"next\":{\"R\":{\"s\":\"2\",\"next\":null}}}", "PII",
     "{\"s\":\"<1>\",\"next\":{\"R\":{\"s\":\"<2>\",\"next\":null}}}", "R.s R.s ", false},
    {"everything that stays as it is",
     RECORD("R", PLAIN("b", "\"boolean\"") "," PLAIN("f", "\"float\"") "," PLAIN("d", "\"double\"") ","
                 PLAIN("x", "{\"type\":\"fixed\",\"name\":\"F\",\"size\":3}") ","
                 PLAIN("e", "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"]}")),
     "{\"b\":true,\"f\":0.5,\"d\":-2.25,\"x\":\"abc\",\"e\":\"B\"}", "PII",
     "{\"b\":true,\"f\":0.5,\"d\":-2.25,\"x\":\"abc\",\"e\":\"B\"}", "", false},
    {"a number", RECORD("R", FIELD("i", "\"int\"")), "{\"i\":1}", "PII", "! R.i cannot be rewritten", "", false},
    {"an enum", RECORD("R", FIELD("e", "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\"]}")), "{\"e\":\"A\"}",
     "PII", "! R.e cannot be rewritten", "", false},
    {"no field at all", "\"string\"", "\"x\"", NULL, "\"x\"", "", false},
};

static void encode(struct sma_buf *out, const struct sma_schema *schema, const char *json)
{
    static const struct sma_avro_encode_options options = {SMA_AVRO_UNIONS_TAGGED, SMA_JSON_BYTES_LATIN1};
    const struct sma_json *value;
    struct sma_arena arena;
    struct sma_error err = SMA_ERROR_INIT;
    sma_arena_init(&arena, 0);
    if (sma_json_parse(&value, &arena, sma_str_z(json), NULL, NULL, &err) ||
        sma_avro_encode(out, schema, value, &options, &err))
        fail_msg("%s: %s", json, err.message);
    sma_arena_fini(&arena);
}

static void decode(struct sma_buf *out, const struct sma_schema *schema, struct sma_str data)
{
    struct sma_avro_plan *plan;
    struct sma_json_sink sink;
    struct sma_error err = SMA_ERROR_INIT;
    assert_int_equal(sma_avro_plan_new(&plan, schema, NULL, &err), SMA_OK);
    sma_json_sink_init(&sink, out, SMA_JSON_BYTES_LATIN1);
    if (sma_avro_decode(plan, data, NULL, &sma_json_visitor_tagged, &sink, &err))
        fail_msg("%s", err.message);
    sma_avro_plan_free(plan);
}

static void check_row(const struct test_fields_row *row)
{
    struct test_rewriter t = {.tag = row->tag};
    struct sma_field_rewriter rewriter = test_rewriter_of(&t);
    struct sma_schema *schema = must_parse(row->schema, SMA_PARSE_LAX);
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_buf data, changed, json;
    sma_buf_init(&t.names, 0);
    sma_buf_init(&data, 0);
    sma_buf_init(&changed, 0);
    sma_buf_init(&json, 0);
    encode(&data, schema, row->json);
    enum sma_status st = sma_avro_rewrite_fields(&changed, schema, sma_str_make("", 0),
                                                 sma_buf_str(&data), &rewriter, &err);
    if (st)
        sma_buf_printf(&json, "! %s", err.message);
    else
        decode(&json, schema, sma_buf_str(&changed));
    sma_buf_putc(&json, '\0');
    sma_buf_putc(&t.names, '\0');
    print_message("%s\n", row->name);
    assert_string_equal(json.ptr, row->result);
    assert_string_equal(t.names.ptr, row->names);
    sma_buf_fini(&json);
    sma_buf_fini(&changed);
    sma_buf_fini(&data);
    sma_buf_fini(&t.names);
    sma_schema_unref(schema);
}

static void check_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(rows); i++)
        check_row(&rows[i]);
}

/* Every prefix of a message is refused, and nothing beyond it is read. */
static void check_prefixes(void **state)
{
    (void)state;
    struct sma_schema *schema = must_parse(
        RECORD("R", FIELD("s", "\"string\"") "," PLAIN("a", "{\"type\":\"array\",\"items\":\"long\"}") ","
                    PLAIN("d", "\"double\"") "," PLAIN("u", "[\"null\",\"bytes\"]")), SMA_PARSE_LAX);
    struct test_rewriter t = {.tag = "PII"};
    struct sma_field_rewriter rewriter = test_rewriter_of(&t);
    struct sma_buf data, out;
    sma_buf_init(&t.names, 0);
    sma_buf_init(&data, 0);
    sma_buf_init(&out, 0);
    encode(&data, schema, "{\"s\":\"xyz\",\"a\":[1,700000,3],\"d\":1.5,\"u\":{\"bytes\":\"abc\"}}");
    for (size_t len = 0; len <= data.len; len++) {
        char *exact = malloc(len + 1);
        assert_non_null(exact);
        memcpy(exact, data.ptr, len);
        struct sma_error err = SMA_ERROR_INIT;
        enum sma_status st = sma_avro_rewrite_fields(&out, schema, sma_str_make("", 0),
                                                     sma_str_make(exact, len), &rewriter, &err);
        assert_int_equal(st, len == data.len ? SMA_OK : SMA_EINVAL);
        free(exact);
    }
    sma_buf_fini(&out);
    sma_buf_fini(&data);
    sma_buf_fini(&t.names);
    sma_schema_unref(schema);
}

/* Blocks that announce their size, negative counts, items without bytes in their millions. */
static void check_blocks(void **state)
{
    (void)state;
    struct sma_schema *schema =
        must_parse(RECORD("R", FIELD("a", "{\"type\":\"array\",\"items\":\"string\"}")), SMA_PARSE_LAX);
    struct sma_schema *nulls = must_parse("{\"type\":\"array\",\"items\":\"null\"}", SMA_PARSE_LAX);
    struct test_rewriter t = {.tag = "PII"};
    struct sma_field_rewriter rewriter = test_rewriter_of(&t);
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_buf out;
    sma_buf_init(&t.names, 0);
    sma_buf_init(&out, 0);
    /* Count -1, 2 bytes, "x"; count 1, "y"; 0. */
    assert_int_equal(sma_avro_rewrite_fields(&out, schema, SMA_STR(""), SMA_STR("\x01\x04\x02x\x02\x02y\0"),
                                             &rewriter, &err), SMA_OK);
    assert_int_equal(out.len, 11);
    assert_memory_equal(out.ptr, "\x02\x06<x>\x02\x06<y>\0", 11);
    /* 2^62 nulls. */
    assert_int_equal(sma_avro_rewrite_fields(&out, nulls, SMA_STR(""),
                                             SMA_STR("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01\0"), &rewriter,
                                             &err), SMA_ELIMIT);
    sma_buf_fini(&out);
    sma_buf_fini(&t.names);
    sma_schema_unref(nulls);
    sma_schema_unref(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_rows),
        cmocka_unit_test(check_prefixes),
        cmocka_unit_test(check_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
