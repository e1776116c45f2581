/* Fields of binary Protobuf messages rewritten in place. */
#include "core/protobuf/fields.h"
#include "tests/support/fields.h"
#include "tests/unit/core/protobuf/support.h"

#define P3 "syntax = \"proto3\"; package n; import \"confluent/meta.proto\"; message M { "
#define P2 "syntax = \"proto2\"; package n; import \"confluent/meta.proto\"; message M { "
#define PII "[(confluent.field_meta).tags = \"PII\"]"

static const struct test_fields_row rows[] = {
    {"a string among others", P3 "int64 i = 1; string s = 2 " PII "; string t = 3; }",
     "{\"i\":\"-7\",\"s\":\"x\",\"t\":\"y\"}", "PII", "{\"i\":\"-7\",\"s\":\"<x>\",\"t\":\"y\"}", "n.M.s ", false},
    {"bytes", P3 "bytes b = 1 " PII "; }", "{\"b\":\"YWJj\"}", "PII", "{\"b\":\"Y2Jh\"}", "n.M.b ", false},
    {"another tag", P3 "string s = 1 " PII "; }", "{\"s\":\"x\"}", "GDPR", "{\"s\":\"x\"}", "", false},
    {"no tags wanted: all fields", P3 "string a = 1; bytes b = 2; }", "{\"a\":\"x\",\"b\":\"YWJj\"}", NULL,
     "{\"a\":\"<x>\",\"b\":\"Y2Jh\"}", "n.M.a n.M.b ", false},
    {"what is not there stays away", P3 "string s = 1 " PII "; optional string o = 2 " PII "; }", "{}", "PII",
     "{}", "", false},
    {"empty values without presence on demand",
     P3 "string s = 1 " PII "; optional string o = 2 " PII "; repeated string r = 3 " PII "; string t = 4; }",
     "{}", "PII", "{\"s\":\"<>\"}", "n.M.s ", true},
    {"repeated", P3 "repeated string r = 1 " PII "; }", "{\"r\":[\"x\",\"\"]}", "PII", "{\"r\":[\"<x>\",\"<>\"]}",
     "n.M.r n.M.r ", false},
    {"values of a map", P3 "map<string, string> m = 1 " PII "; }", "{\"m\":{\"k\":\"x\"}}", "PII",
     "{\"m\":{\"k\":\"<x>\"}}", "n.M.m ", false},
    {"messages inside have fields of their own",
     P3 "message N { string a = 1 " PII "; string b = 2; } N n = 1; repeated N r = 2; map<int32, N> m = 3; }",
     "{\"n\":{\"a\":\"1\",\"b\":\"x\"},\"r\":[{\"a\":\"2\"},{\"b\":\"y\"}],\"m\":{\"5\":{\"a\":\"3\"}}}", "PII",
     "{\"n\":{\"a\":\"<1>\",\"b\":\"x\"},\"r\":[{\"a\":\"<2>\"},{\"b\":\"y\"}],\"m\":{\"5\":{\"a\":\"<3>\"}}}",
     "n.M.N.a n.M.N.a n.M.N.a ", false},
    {"members of a oneof", P3 "oneof o { string a = 1 " PII "; string b = 2; } }", "{\"a\":\"\"}", "PII",
     "{\"a\":\"<>\"}", "n.M.a ", true},
    {"recursive", P3 "string s = 1 " PII "; M m = 2; }", "{\"s\":\"1\",\"m\":{\"s\":\"2\"}}", "PII",
     "{\"s\":\"<1>\",\"m\":{\"s\":\"<2>\"}}", "n.M.s n.M.s ", false},
    {"groups", P2 "optional group G = 1 { optional string s = 1 " PII "; } }", "{\"g\":{\"s\":\"x\"}}", "PII",
     "{\"g\":{\"s\":\"<x>\"}}", "n.M.G.s ", false},
    {"a number", P3 "int32 i = 1 " PII "; }", "{\"i\":5}", "PII", "! n.M.i cannot be rewritten", "", false},
    {"packed numbers", P3 "repeated int32 i = 1 " PII "; }", "{\"i\":[5]}", "PII",
     "! n.M.i cannot be rewritten", "", false},
};

struct fixture {
    struct sma_schema *schema;
    struct sma_proto_codec *codec;
    struct sma_buf data, changed, json;
    struct test_rewriter t;
};

static void fixture_init(struct fixture *f, const char *schema, const char *json, const char *tag)
{
    struct sma_error err = SMA_ERROR_INIT;
    memset(f, 0, sizeof *f);
    f->schema = pb_parsez(schema);
    f->t.tag = tag;
    sma_buf_init(&f->t.names, 0);
    sma_buf_init(&f->data, 0);
    sma_buf_init(&f->changed, 0);
    sma_buf_init(&f->json, 0);
    if (sma_proto_codec_new(&f->codec, f->schema, &err) ||
        sma_proto_from_json(&f->data, f->codec, SMA_STR("n.M"), sma_str_z(json), NULL, &err))
        fail_msg("%s: %s", json, err.message);
}

static void fixture_fini(struct fixture *f)
{
    sma_buf_fini(&f->json);
    sma_buf_fini(&f->changed);
    sma_buf_fini(&f->data);
    sma_buf_fini(&f->t.names);
    sma_proto_codec_free(f->codec);
    sma_schema_unref(f->schema);
}

static void check_row(const struct test_fields_row *row)
{
    struct fixture f;
    struct sma_error err = SMA_ERROR_INIT;
    fixture_init(&f, row->schema, row->json, row->tag);
    struct sma_field_rewriter rewriter = test_rewriter_of(&f.t);
    rewriter.fills_empty = row->fills_empty;
    enum sma_status st = sma_proto_rewrite_fields(&f.changed, f.codec, SMA_STR("n.M"),
                                                  sma_buf_str(&f.data), &rewriter, &err);
    if (!st)
        st = sma_proto_to_json(&f.json, f.codec, SMA_STR("n.M"), sma_buf_str(&f.changed), NULL, &err);
    if (st)
        sma_buf_printf(&f.json, "! %s", err.message);
    sma_buf_putc(&f.json, '\0');
    sma_buf_putc(&f.t.names, '\0');
    print_message("%s\n", row->name);
    assert_string_equal(f.json.ptr, row->result);
    assert_string_equal(f.t.names.ptr, row->names);
    fixture_fini(&f);
}

static void check_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(rows); i++)
        check_row(&rows[i]);
}

/* Nothing changes in a message without wanted fields, whatever stands in it; no prefix is read beyond. */
static void check_bytes(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, P3 "string s = 1 " PII "; message N { string a = 1; } N n = 2; }", "{}", "GDPR");
    struct sma_field_rewriter rewriter = test_rewriter_of(&f.t);
    /* n, an unknown group, an unknown varint, s twice, out of order. */
    struct sma_str bytes = SMA_STR("\x12\x03\x0a\x01x\x4b\x08\x01\x4c\x50\x96\x01\x0a\x01z\x0a\x02yy");
    for (size_t len = 0; len <= bytes.len; len++) {
        char *exact = malloc(len + 1);
        assert_non_null(exact);
        memcpy(exact, bytes.ptr, len);
        sma_buf_clear(&f.changed);
        enum sma_status st = sma_proto_rewrite_fields(&f.changed, f.codec, SMA_STR("n.M"),
                                                      sma_str_make(exact, len), &rewriter, NULL);
        assert_true(st == SMA_OK || st == SMA_EINVAL);
        if (!st) {
            assert_int_equal(f.changed.len, len);
            assert_memory_equal(len ? f.changed.ptr : exact, exact, len);
        }
        free(exact);
    }
    assert_int_equal(f.changed.len, bytes.len);
    assert_int_equal(sma_proto_rewrite_fields(&f.changed, f.codec, SMA_STR("n.X"), bytes, &rewriter, NULL),
                     SMA_ENOTFOUND);
    fixture_fini(&f);
}

static void check_depth(void **state)
{
    (void)state;
    struct fixture f;
    struct sma_buf bytes;
    fixture_init(&f, P3 "M m = 1; }", "{}", "PII");
    struct sma_field_rewriter rewriter = test_rewriter_of(&f.t);
    sma_buf_init(&bytes, 0);
    for (unsigned depth = 1; depth <= SMA_FIELDS_DEPTH_MAX + 1; depth++) {
        sma_buf_clear(&f.changed);
        assert_int_equal(sma_proto_rewrite_fields(&f.changed, f.codec, SMA_STR("n.M"), sma_buf_str(&bytes),
                                                  &rewriter, NULL),
                         depth <= SMA_FIELDS_DEPTH_MAX ? SMA_OK : SMA_ELIMIT);
        /* One more around it. */
        char head[12] = {0x0a};
        size_t n = 1, len = bytes.len;
        for (; len >= 0x80; len >>= 7)
            head[n++] = (char)(len | 0x80);
        head[n++] = (char)len;
        struct sma_buf outer;
        sma_buf_init(&outer, 0);
        sma_buf_append(&outer, head, n);
        sma_buf_puts(&outer, sma_buf_str(&bytes));
        sma_buf_fini(&bytes);
        bytes = outer;
    }
    sma_buf_fini(&bytes);
    fixture_fini(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_rows),
        cmocka_unit_test(check_bytes),
        cmocka_unit_test(check_depth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
