/* Equality of lookup (compat-avro section 9), fingerprints (section 7). */
#include "tests/unit/core/avro/support.h"

#define REC(fields) "{\"type\":\"record\",\"name\":\"R\",\"fields\":[" fields "]}"
#define D(type, value) REC("{\"name\":\"a\",\"type\":" type ",\"default\":" value "}")
#define X(extra) REC("{\"name\":\"a\",\"type\":\"int\"" extra "}")

static const struct row {
    const char *a, *b;
    bool equal;
} rows[] = {
    {"\"int\"", "{\"type\":\"int\"}", true},
    {"\"int\"", "\"long\"", false},
    {"{\"type\":\"int\",\"x\":1,\"y\":{\"b\":1,\"a\":[1]}}",
     "{\"type\":\"int\",\"y\":{\"a\":[1],\"b\":1},\"x\":1}", true},
    {"{\"type\":\"int\",\"x\":1}", "{\"type\":\"int\",\"x\":1.0}", false},
    {"{\"type\":\"int\",\"x\":1.0}", "{\"type\":\"int\",\"x\":1.00}", true},
    {"{\"type\":\"int\",\"x\":1}", "{\"type\":\"int\",\"y\":1}", false},
    {"{\"type\":\"int\",\"x\":1}", "\"int\"", false},
    {"{\"type\":\"int\",\"x\":[1,2]}", "{\"type\":\"int\",\"x\":[2,1]}", false},
    {D("\"double\"", "1"), D("\"double\"", "1.0"), false},
    {D("\"double\"", "\"NaN\""), D("\"double\"", "\"-NaN\""), true},
    {D("\"double\"", "0.0"), D("\"double\"", "-0.0"), false},
    {D("\"int\"", "0"), D("\"int\"", "-0"), true},
    {D("\"null\"", "null"), REC("{\"name\":\"a\",\"type\":\"null\"}"), false},
    {REC(""), "{\"type\":\"error\",\"name\":\"R\",\"fields\":[]}", true},
    {REC(""), "{\"type\":\"record\",\"name\":\"n.R\",\"fields\":[]}", false},
    {REC(""), "{\"type\":\"record\",\"name\":\"R\",\"doc\":\"\",\"fields\":[]}", false},
    {"{\"type\":\"record\",\"name\":\"R\",\"aliases\":[\"A\",\"B\"],\"fields\":[]}",
     "{\"type\":\"record\",\"name\":\"R\",\"aliases\":[\"B\",\"A\"],\"fields\":[]}", true},
    {"{\"type\":\"record\",\"name\":\"R\",\"aliases\":[\"A\",\"B\"],\"fields\":[]}",
     "{\"type\":\"record\",\"name\":\"R\",\"aliases\":[\"A\",\"C\"],\"fields\":[]}", false},
    {X(""), X(",\"doc\":\"d\""), false},
    {X(",\"order\":\"ignore\""), X(""), false},
    {X(",\"aliases\":[\"p\",\"q\"]"), X(",\"aliases\":[\"q\",\"p\"]"), true},
    {X(",\"aliases\":[\"p\"]"), X(",\"aliases\":[\"q\"]"), false},
    {X(",\"p\":1"), X(",\"p\":2"), false},
    {"[\"int\",\"null\"]", "[\"null\",\"int\"]", false},
    {"{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"]}",
     "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"B\",\"A\"]}", false},
    {"{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"],\"default\":\"A\"}",
     "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"]}", false},
    {"{\"type\":\"fixed\",\"name\":\"F\",\"size\":1}",
     "{\"type\":\"fixed\",\"name\":\"F\",\"size\":2}", false},
    {"{\"type\":\"array\",\"items\":\"int\"}", "{\"type\":\"array\",\"items\":\"long\"}", false},
    {REC("{\"name\":\"a\",\"type\":[\"null\",\"R\"]}"),
     "{\"fields\":[{\"type\":[\"null\",\"R\"],\"name\":\"a\"}],\"name\":\"R\",\"type\":\"error\"}",
     true},
};

static void check_row(void **state)
{
    const struct row *row = *state;
    struct sma_schema *a = must_parse(row->a, SMA_PARSE_LAX);
    struct sma_schema *b = must_parse(row->b, SMA_PARSE_LAX);
    assert_true(sma_format_avro.equal(a, a));
    if (sma_format_avro.equal(a, b) != row->equal || sma_format_avro.equal(b, a) != row->equal)
        fail_msg("%s\n%s: want %sequal", row->a, row->b, row->equal ? "" : "not ");
    sma_schema_unref(a);
    sma_schema_unref(b);
}

/* Two texts that print alike but refer to different things. */
static void references_differ(void **state)
{
    static const char *const one[] = {"{\"type\":\"fixed\",\"name\":\"F\",\"size\":1}", NULL};
    static const char *const two[] = {"{\"type\":\"fixed\",\"name\":\"F\",\"size\":2}", NULL};
    const struct sma_reference reference = {SMA_STR_INIT("F"), SMA_STR_INIT("f"), 1};
    struct sma_resolved_reference resolved[MAX_REFERENCES] = {0};
    const struct sma_parse_options options = {.mode = SMA_PARSE_STRICT};
    struct sma_schema *a, *b, *c;
    (void)state;
    struct sma_source source = source_of(SMA_STR("[\"null\",\"F\"]"), one, resolved);
    source.references = &reference;
    source.reference_count = 1;
    assert_int_equal(sma_format_avro.parse(&a, &source, &options, NULL), SMA_OK);
    assert_int_equal(sma_format_avro.parse(&c, &source, &options, NULL), SMA_OK);
    resolved[0].text = sma_str_z(two[0]);
    assert_int_equal(sma_format_avro.parse(&b, &source, &options, NULL), SMA_OK);
    sma_test_same_text("printed alike", a->canonical, b->canonical);
    assert_false(sma_format_avro.equal(a, b));
    assert_true(sma_format_avro.equal(a, c));
    sma_schema_unref(a);
    sma_schema_unref(b);
    sma_schema_unref(c);
}

static const struct print {
    const char *text, *form;
    uint64_t rabin;
} prints[] = {
    {"\"int\"", "\"int\"", 0x7275d51a3f395c8fu},
    {"{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":4}", "\"bytes\"",
     0x4fc016dac3201965u},
    {"{\"type\":\"array\",\"items\":{\"type\":\"int\",\"x\":1},\"y\":2}",
     "{\"type\":\"array\",\"items\":\"int\"}", 0x522b814fc963b4beu},
    {"{\"type\":\"map\",\"values\":\"long\"}", "{\"type\":\"map\",\"values\":\"long\"}",
     0x4e33b109e4f4746fu},
    {"{\"type\":\"fixed\",\"namespace\":\"a\",\"name\":\"F\",\"size\":12,\"aliases\":[\"G\"]}",
     "{\"name\":\"a.F\",\"type\":\"fixed\",\"size\":12}", 0x0c6ec4e214247033u},
    {"{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"B\",\"A\"],\"doc\":\"d\"}",
     "{\"name\":\"E\",\"type\":\"enum\",\"symbols\":[\"B\",\"A\"]}", 0xe6e42317f7c5b1a1u},
    {"{\"type\":\"error\",\"name\":\"R\",\"fields\":[]}",
     "{\"name\":\"R\",\"type\":\"record\",\"fields\":[]}", 0xbb62c914b860f139u},
};

static void fingerprints(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(prints); i++) {
        struct sma_schema *schema = must_parse(prints[i].text, SMA_PARSE_STRICT);
        struct sma_buf form;
        uint64_t rabin = 0;
        sma_buf_init(&form, 0);
        assert_int_equal(sma_avro_put_canonical_form(&form, schema, NULL), SMA_OK);
        sma_test_same_text("form", sma_buf_str(&form), sma_str_z(prints[i].form));
        assert_int_equal(sma_avro_fingerprint_rabin(&rabin, schema, NULL), SMA_OK);
        if (rabin != prints[i].rabin)
            fail_msg("%s: got %016llx", prints[i].text, (unsigned long long)rabin);
        sma_buf_fini(&form);
        sma_schema_unref(schema);
    }
}

static void check_digest(const uint8_t *bytes, size_t len, const char *want)
{
    char hex[2 * SMA_SHA256_LEN + 1];
    for (size_t i = 0; i < len; i++)
        snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
    assert_string_equal(hex, want);
}

static void digests(void **state)
{
    struct sma_schema *schema = must_parse("{\"type\":\"int\",\"x\":1}", SMA_PARSE_STRICT);
    uint8_t md5[SMA_MD5_LEN], sha256[SMA_SHA256_LEN];
    (void)state;
    assert_int_equal(sma_avro_fingerprint_md5(md5, schema, NULL), SMA_OK);
    check_digest(md5, sizeof md5, "ef524ea1b91e73173d938ade36c1db32");
    assert_int_equal(sma_avro_fingerprint_sha256(sha256, schema, NULL), SMA_OK);
    check_digest(sha256, sizeof sha256,
                 "3f2b87a9fe7cc9b13835598c3981cd45e3e355309e5090aa0933d7becb6fba45");
    sma_schema_unref(schema);
}

int main(void)
{
    enum { ROWS = SMA_COUNT(rows) };
    struct CMUnitTest tests[ROWS + 3];
    for (size_t i = 0; i < ROWS; i++)
        tests[i] = (struct CMUnitTest){
            .name = rows[i].a, .test_func = check_row, .initial_state = (void *)&rows[i]};
    tests[ROWS] = (struct CMUnitTest)cmocka_unit_test(references_differ);
    tests[ROWS + 1] = (struct CMUnitTest)cmocka_unit_test(fingerprints);
    tests[ROWS + 2] = (struct CMUnitTest)cmocka_unit_test(digests);
    return _cmocka_run_group_tests("equal", tests, SMA_COUNT(tests), NULL, NULL) != 0;
}
