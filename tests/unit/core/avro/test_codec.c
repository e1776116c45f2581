/* Binary Avro: encoding from JSON, decoding with resolution, hostile bytes. The bytes in the rows
 * follow the Avro specification's binary encoding by hand. */
#include "tests/support/test.h"

#include "core/avro/avro.h"
#include "core/avro/codec.h"

static struct sma_schema *parse(const char *text)
{
    struct sma_source source = {.text = sma_str_z(text)};
    const struct sma_parse_options options = {SMA_PARSE_STRICT, true, false};
    struct sma_schema *schema = NULL;
    struct sma_error err = SMA_ERROR_INIT;
    if (sma_format_avro.parse(&schema, &source, &options, &err))
        fail_msg("%s: %s", text, err.message);
    return schema;
}

static void put_hex(struct sma_buf *out, struct sma_str bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        sma_buf_printf(out, "%02x", (unsigned char)bytes.ptr[i]);
}

static void take_hex(struct sma_buf *out, const char *hex)
{
    for (; hex[0] && hex[1]; hex += 2) {
        unsigned value;
        assert_int_equal(sscanf(hex, "%2x", &value), 1);
        sma_buf_putc(out, (char)value);
    }
}

/* Encodes JSON text; "!message" on failure. */
static void encode(struct sma_buf *hex, const struct sma_schema *schema, const char *json,
                   const struct sma_avro_encode_options *options)
{
    struct sma_arena arena;
    const struct sma_json *value;
    struct sma_buf bytes;
    struct sma_error err = SMA_ERROR_INIT;
    sma_arena_init(&arena, 0);
    sma_buf_init(&bytes, 0);
    assert_int_equal(sma_json_parse(&value, &arena, sma_str_z(json), NULL, NULL, NULL), SMA_OK);
    if (sma_avro_encode(&bytes, schema, value, options, &err))
        sma_buf_printf(hex, "!%s", err.message);
    else
        put_hex(hex, sma_buf_str(&bytes));
    sma_buf_fini(&bytes);
    sma_arena_fini(&arena);
}

/* Decodes hex to JSON; "!message" on failure. */
static void decode(struct sma_buf *json, const struct sma_schema *writer,
                   const struct sma_schema *reader, const char *hex,
                   const struct sma_visitor *visitor)
{
    struct sma_avro_plan *plan = NULL;
    struct sma_json_sink sink;
    struct sma_buf bytes;
    struct sma_error err = SMA_ERROR_INIT;
    sma_buf_init(&bytes, 0);
    take_hex(&bytes, hex);
    sma_json_sink_init(&sink, json, SMA_JSON_BYTES_LATIN1);
    assert_int_equal(sma_avro_plan_new(&plan, writer, reader, &err), SMA_OK);
    if (sma_avro_decode(plan, sma_buf_str(&bytes), NULL, visitor, &sink, &err)) {
        sma_buf_clear(json);
        sma_buf_printf(json, "!%s", err.message);
    }
    sma_avro_plan_free(plan);
    sma_buf_fini(&bytes);
}

/* ---- one schema: JSON to bytes and back
 * ------------------------------------------------------------------- */

#define E_SCHEMA "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"]}"
#define R_SCHEMA                                                                                   \
    "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"long\"},"          \
    "{\"name\":\"b\",\"type\":\"string\"}]}"
#define LIST_SCHEMA                                                                                \
    "{\"type\":\"record\",\"name\":\"L\",\"fields\":[{\"name\":\"v\",\"type\":\"int\"},"           \
    "{\"name\":\"next\",\"type\":[\"null\",\"L\"]}]}"

static const struct round_row {
    const char *name, *schema, *json, *hex;
    const char *back; /* NULL = the same JSON */
} round_rows[] = {
    {"null", "\"null\"", "null", "", NULL},
    {"true", "\"boolean\"", "true", "01", NULL},
    {"int 0", "\"int\"", "0", "00", NULL},
    {"int -1", "\"int\"", "-1", "01", NULL},
    {"int 1", "\"int\"", "1", "02", NULL},
    {"int -64", "\"int\"", "-64", "7f", NULL},
    {"int 64", "\"int\"", "64", "8001", NULL},
    {"int lowest", "\"int\"", "-2147483648", "ffffffff0f", NULL},
    {"long highest", "\"long\"", "9223372036854775807", "feffffffffffffffff01", NULL},
    {"long lowest", "\"long\"", "-9223372036854775808", "ffffffffffffffffff01", NULL},
    {"float", "\"float\"", "1.5", "0000c03f", NULL},
    {"float from an integer", "\"float\"", "1", "0000803f", "1.0"},
    {"double", "\"double\"", "-2.5", "00000000000004c0", NULL},
    {"double NaN", "\"double\"", "\"NaN\"", "000000000000f87f", NULL},
    {"double infinity", "\"double\"", "\"-Infinity\"", "000000000000f0ff", NULL},
    {"string", "\"string\"", "\"foo\"", "06666f6f", NULL},
    {"bytes", "\"bytes\"", "\"\\u0000\xc3\xbf\"", "0400ff", NULL},
    {"fixed", "{\"type\":\"fixed\",\"name\":\"F\",\"size\":2}", "\"ab\"", "6162", NULL},
    {"enum", E_SCHEMA, "\"B\"", "02", NULL},
    {"array", "{\"type\":\"array\",\"items\":\"long\"}", "[3,27]", "04063600", NULL},
    {"empty array", "{\"type\":\"array\",\"items\":\"long\"}", "[]", "00", NULL},
    {"map", "{\"type\":\"map\",\"values\":\"int\"}", "{\"k\":1}", "02026b0200", NULL},
    {"record", R_SCHEMA, "{\"a\":27,\"b\":\"foo\"}", "3606666f6f", NULL},
    {"union, first branch", "[\"null\",\"string\"]", "null", "00", NULL},
    {"union, second branch", "[\"null\",\"string\"]", "\"a\"", "020261", NULL},
    {"union of numbers takes the first that fits", "[\"int\",\"long\",\"double\"]", "2147483648",
     "028080808010", NULL},
    {"linked list", LIST_SCHEMA, "{\"v\":1,\"next\":{\"v\":2,\"next\":null}}", "02020400", NULL},
    {"missing field takes its default",
     "{\"type\":\"record\",\"name\":\"D\",\"fields\":[{\"name\":\"a\",\"type\":\"int\",\"default\":"
     "7}]}",
     "{}", "0e", "{\"a\":7}"},
};

static void check_round(void **state)
{
    const struct round_row *row = *state;
    struct sma_schema *schema = parse(row->schema);
    struct sma_buf hex, json;
    sma_buf_init(&hex, 0);
    sma_buf_init(&json, 0);
    encode(&hex, schema, row->json, NULL);
    sma_test_same_text(row->name, sma_buf_str(&hex), sma_str_z(row->hex));
    decode(&json, schema, NULL, row->hex, &sma_json_visitor);
    sma_test_same_text(row->name, sma_buf_str(&json), sma_str_z(row->back ? row->back : row->json));
    sma_buf_fini(&hex);
    sma_buf_fini(&json);
    sma_schema_unref(schema);
}

/* ---- two schemas
 * ------------------------------------------------------------------------------------------- */

#define REC(fields) "{\"type\":\"record\",\"name\":\"R\",\"fields\":[" fields "]}"
#define FIELD(name, type) "{\"name\":\"" name "\",\"type\":" type "}"

static const struct resolve_row {
    const char *name, *writer, *reader, *hex, *want;
} resolve_rows[] = {
    {"int as long", "\"int\"", "\"long\"", "02", "1"},
    {"int as float", "\"int\"", "\"float\"", "02", "1.0"},
    {"long as double", "\"long\"", "\"double\"", "02", "1.0"},
    {"float as double", "\"float\"", "\"double\"", "0000c03f", "1.5"},
    {"string as bytes", "\"string\"", "\"bytes\"", "0261", "\"a\""},
    {"bytes as string", "\"bytes\"", "\"string\"", "0261", "\"a\""},
    {"bytes that are no text", "\"bytes\"", "\"string\"", "02ff", "!string is not UTF-8 at byte 0"},
    {"long as int is refused", "\"long\"", "\"int\"", "02",
     "!data of type long cannot be read as int at byte 0"},
    {"dropped field is skipped", REC(FIELD("a", "\"string\"") "," FIELD("b", "\"int\"")),
     REC(FIELD("b", "\"int\"")), "06666f6f0e", "{\"b\":7}"},
    {"dropped array is skipped by its block size",
     REC(FIELD("a", "{\"type\":\"array\",\"items\":\"string\"}") "," FIELD("b", "\"int\"")),
     REC(FIELD("b", "\"int\"")), "0308026102620002", "{\"b\":1}"},
    {"dropped map and union are skipped",
     REC(FIELD("a", "{\"type\":\"map\",\"values\":[\"null\",\"double\"]}") "," FIELD("b",
                                                                                     "\"int\"")),
     REC(FIELD("b", "\"int\"")), "04026100026202000000000000f03f0002", "{\"b\":1}"},
    {"new field takes its default", REC(FIELD("a", "\"int\"")),
     REC("{\"name\":\"n\",\"type\":[\"null\",\"string\"],\"default\":null}," FIELD("a",
                                                                                   "\"long\"")),
     "02", "{\"a\":1,\"n\":null}"},
    {"default of every kind", REC(FIELD("a", "\"int\"")),
     REC(FIELD("a", "\"int\"") ","
                               "{\"name\":\"s\",\"type\":\"string\",\"default\":\"x\"},"
                               "{\"name\":\"y\",\"type\":\"bytes\",\"default\":\"\\u00ff\"},"
                               "{\"name\":\"d\",\"type\":\"double\",\"default\":1},"
                               "{\"name\":\"e\",\"type\":" E_SCHEMA ",\"default\":\"B\"},"
                               "{\"name\":\"m\",\"type\":{\"type\":\"map\",\"values\":\"int\"},"
                               "\"default\":{\"k\":1}},"
                               "{\"name\":\"l\",\"type\":{\"type\":\"array\",\"items\":\"int\"},"
                               "\"default\":[1,2]},"
                               "{\"name\":\"r\",\"type\":{\"type\":\"record\",\"name\":\"S\","
                               "\"fields\":[{\"name\":\"z\","
                               "\"type\":\"int\",\"default\":9}]},\"default\":{}}"),
     "02",
     "{\"a\":1,\"s\":\"x\",\"y\":\"\xc3\xbf\",\"d\":1.0,\"e\":\"B\",\"m\":{\"k\":1},\"l\":[1,2],"
     "\"r\":{\"z\":9}}"},
    {"new field without a default", REC(FIELD("a", "\"int\"")),
     REC(FIELD("a", "\"int\"") "," FIELD("n", "\"int\"")), "02",
     "!field \"n\" is not in the data and has no default at byte 0"},
    {"renamed field by alias", REC(FIELD("old", "\"int\"")),
     REC("{\"name\":\"new\",\"type\":\"int\",\"aliases\":[\"old\"]}"), "02", "{\"new\":1}"},
    {"value into a union", "\"int\"", "[\"null\",\"long\"]", "02", "1"},
    {"value out of a union", "[\"null\",\"int\"]", "\"long\"", "0202", "1"},
    {"null branch out of a union that the reader lacks", "[\"null\",\"int\"]", "\"long\"", "00",
     "!data of type null cannot be read as long at byte 1"},
    {"union to union, other order", "[\"null\",\"int\"]", "[\"long\",\"null\"]", "0202", "1"},
    {"enum symbol moves", E_SCHEMA,
     "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"Z\",\"B\",\"A\"]}", "00", "\"A\""},
    {"unknown enum symbol takes the default", E_SCHEMA,
     "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\"],\"default\":\"A\"}", "02", "\"A\""},
    {"unknown enum symbol without default", E_SCHEMA,
     "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\"]}", "02",
     "!enum symbol is unknown to the reader, which has no default at byte 0"},
    {"fixed of another size", "{\"type\":\"fixed\",\"name\":\"F\",\"size\":2}",
     "{\"type\":\"fixed\",\"name\":\"F\",\"size\":3}", "6162",
     "!data of type F cannot be read as F at byte 0"},
    {"linked list with a new field", LIST_SCHEMA,
     "{\"type\":\"record\",\"name\":\"L\",\"fields\":[{\"name\":\"v\",\"type\":\"long\"},{\"name\":"
     "\"w\",\"type\":\"int\",\"default\":0},{\"name\":\"next\",\"type\":[\"null\",\"L\"]}]}",
     "02020400", "{\"v\":1,\"next\":{\"v\":2,\"next\":null,\"w\":0},\"w\":0}"},
    {"record of another name by short name",
     "{\"type\":\"record\",\"name\":\"n1.R\",\"fields\":[]}",
     "[\"null\",{\"type\":\"record\",\"name\":\"n2.R\",\"fields\":[]}]", "", "{}"},
};

static void check_resolve(void **state)
{
    const struct resolve_row *row = *state;
    struct sma_schema *writer = parse(row->writer), *reader = parse(row->reader);
    struct sma_buf json;
    sma_buf_init(&json, 0);
    decode(&json, writer, reader, row->hex, &sma_json_visitor);
    sma_test_same_text(row->name, sma_buf_str(&json), sma_str_z(row->want));
    sma_buf_fini(&json);
    sma_schema_unref(writer);
    sma_schema_unref(reader);
}

/* ---- wrong input
 * ------------------------------------------------------------------------------------------- */

static const struct broken_row {
    const char *name, *schema, *hex, *want;
} broken_rows[] = {
    {"empty", "\"int\"", "", "!data ends too early at byte 0"},
    {"cut varint", "\"long\"", "80", "!data ends too early at byte 0"},
    {"varint too long", "\"long\"", "ffffffffffffffffffff01",
     "!number longer than 64 bits at byte 0"},
    {"varint of 65 bits", "\"long\"", "ffffffffffffffffff02",
     "!number longer than 64 bits at byte 0"},
    {"long in an int", "\"int\"", "8080808010", "!number does not fit an int at byte 0"},
    {"boolean 2", "\"boolean\"", "02", "!boolean is neither 0 nor 1 at byte 0"},
    {"negative length", "\"string\"", "01", "!negative length at byte 0"},
    {"length beyond the end", "\"string\"", "0661", "!length beyond the end of the data at byte 0"},
    {"not UTF-8", "\"string\"", "02ff", "!string is not UTF-8 at byte 0"},
    {"enum index", E_SCHEMA, "04", "!enum index out of range at byte 0"},
    {"union index", "[\"null\",\"int\"]", "04", "!union index out of range at byte 0"},
    {"negative union index", "[\"null\",\"int\"]", "01", "!union index out of range at byte 0"},
    {"left over", "\"int\"", "0200", "!bytes left over after the value at byte 1"},
    {"a hundred million nulls", "{\"type\":\"array\",\"items\":\"null\"}", "8084af5f00",
     "!arrays exceed the limit of 65536 items without bytes"},
    {"more longs than bytes", "{\"type\":\"array\",\"items\":\"long\"}", "8084af5f00",
     "!more items than the data can hold at byte 0"},
    {"block of INT64_MIN items", "{\"type\":\"array\",\"items\":\"long\"}",
     "ffffffffffffffffff0100", "!block count out of range at byte 10"},
    {"block size beyond the end", "{\"type\":\"array\",\"items\":\"long\"}", "01ff7f02",
     "!block size out of range at byte 3"},
    {"cut float", "\"float\"", "000000", "!data ends too early at byte 0"},
    {"cut fixed", "{\"type\":\"fixed\",\"name\":\"F\",\"size\":2}", "61",
     "!data ends too early at byte 0"},
};

static void check_broken(void **state)
{
    const struct broken_row *row = *state;
    struct sma_schema *schema = parse(row->schema);
    struct sma_buf json;
    sma_buf_init(&json, 0);
    decode(&json, schema, NULL, row->hex, &sma_json_visitor);
    sma_test_same_text(row->name, sma_buf_str(&json), sma_str_z(row->want));
    sma_buf_fini(&json);
    sma_schema_unref(schema);
}

static const struct refusal_row {
    const char *name, *schema, *json, *want;
    enum sma_avro_unions unions;
} refusal_rows[] = {
    {"wrong type", "\"int\"", "\"x\"", "!value is no int at \"\"", 0},
    {"int out of range", "\"int\"", "2147483648", "!value is no int at \"\"", 0},
    {"fraction for a long", "\"long\"", "1.0", "!value is no long at \"\"", 0},
    {"pointer", R_SCHEMA, "{\"a\":1,\"b\":2}", "!value is no string at \"/b\"", 0},
    {"missing field", R_SCHEMA, "{\"a\":1}", "!field is missing and has no default at \"/b\"", 0},
    {"unknown field", R_SCHEMA, "{\"a\":1,\"b\":\"\",\"c~/\":1}", "!no such field at \"/c~0~1\"",
     0},
    {"item", "{\"type\":\"array\",\"items\":\"int\"}", "[1,\"x\"]", "!value is no int at \"/1\"",
     0},
    {"symbol", E_SCHEMA, "\"C\"", "!no such symbol in the enum at \"\"", 0},
    {"no branch", "[\"null\",\"int\"]", "\"x\"", "!value fits no branch of the union at \"\"", 0},
    {"fixed length", "{\"type\":\"fixed\",\"name\":\"F\",\"size\":2}", "\"abc\"",
     "!wrong number of bytes for a fixed at \"\"", 0},
    {"beyond Latin-1", "\"bytes\"", "\"\\u0100\"", "!value is no bytes at \"\"", 0},
    {"untagged value", "[\"null\",\"int\"]", "1",
     "!a union value must be null or an object with one branch name at \"\"",
     SMA_AVRO_UNIONS_TAGGED},
    {"unknown tag", "[\"null\",\"int\"]", "{\"long\":1}", "!no such branch in the union at \"\"",
     SMA_AVRO_UNIONS_TAGGED},
};

static void check_refusal(void **state)
{
    const struct refusal_row *row = *state;
    const struct sma_avro_encode_options options = {row->unions, SMA_JSON_BYTES_LATIN1};
    struct sma_schema *schema = parse(row->schema);
    struct sma_buf hex;
    sma_buf_init(&hex, 0);
    encode(&hex, schema, row->json, &options);
    sma_test_same_text(row->name, sma_buf_str(&hex), sma_str_z(row->want));
    sma_buf_fini(&hex);
    sma_schema_unref(schema);
}

/* ---- forms, limits, properties
 * --------------------------------------------------------------------------------- */

static void test_tagged_unions(void **state)
{
    (void)state;
    const struct sma_avro_encode_options tagged = {SMA_AVRO_UNIONS_TAGGED, SMA_JSON_BYTES_LATIN1};
    struct sma_schema *schema =
        parse("[\"null\",\"int\",{\"type\":\"record\",\"name\":\"n.R\",\"fields\":[" FIELD(
            "x", "[\"null\",\"string\"]") "]}]");
    static const struct {
        const char *json, *hex, *back;
    } rows[] = {
        {"null", "00", "null"},
        {"{\"int\":5}", "020a", "{\"int\":5}"},
        {"{\"R\":{\"x\":{\"string\":\"a\"}}}", "04020261", "{\"n.R\":{\"x\":{\"string\":\"a\"}}}"},
    };
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        struct sma_buf hex, json;
        sma_buf_init(&hex, 0);
        sma_buf_init(&json, 0);
        encode(&hex, schema, rows[i].json, &tagged);
        sma_test_same_text(rows[i].json, sma_buf_str(&hex), sma_str_z(rows[i].hex));
        decode(&json, schema, NULL, rows[i].hex, &sma_json_visitor_tagged);
        sma_test_same_text(rows[i].json, sma_buf_str(&json), sma_str_z(rows[i].back));
        sma_buf_fini(&hex);
        sma_buf_fini(&json);
    }
    sma_schema_unref(schema);
}

static void test_base64(void **state)
{
    (void)state;
    static const struct {
        const char *text, *hex;
    } rows[] = {{"", ""}, {"YQ==", "61"}, {"YWI=", "6162"}, {"YWJj", "616263"}, {"/+8=", "ffef"}};
    static const char *const wrong[] = {"Y", "YQ=", "YQ==YQ==", "YR==", "Y!==", "===="};
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        struct sma_buf bytes, text, hex;
        sma_buf_init(&bytes, 0);
        sma_buf_init(&text, 0);
        sma_buf_init(&hex, 0);
        assert_true(sma_base64_read(&bytes, sma_str_z(rows[i].text)));
        put_hex(&hex, sma_buf_str(&bytes));
        sma_test_same_text(rows[i].text, sma_buf_str(&hex), sma_str_z(rows[i].hex));
        sma_base64_put(&text, sma_buf_str(&bytes));
        sma_test_same_text(rows[i].hex, sma_buf_str(&text), sma_str_z(rows[i].text));
        sma_buf_fini(&bytes);
        sma_buf_fini(&text);
        sma_buf_fini(&hex);
    }
    for (size_t i = 0; i < SMA_COUNT(wrong); i++) {
        struct sma_buf bytes;
        sma_buf_init(&bytes, 0);
        if (sma_base64_read(&bytes, sma_str_z(wrong[i])))
            fail_msg("%s", wrong[i]);
        sma_buf_fini(&bytes);
    }
}

static enum sma_status decode_list(size_t levels, struct sma_error *err)
{
    struct sma_schema *schema = parse(LIST_SCHEMA);
    struct sma_avro_plan *plan;
    struct sma_buf bytes, json;
    struct sma_json_sink sink;
    sma_buf_init(&bytes, 0);
    sma_buf_init(&json, 0);
    sma_json_sink_init(&sink, &json, SMA_JSON_BYTES_LATIN1);
    for (size_t i = 0; i < levels; i++)
        sma_buf_append(&bytes, i + 1 < levels ? "\2\2" : "\2\0", 2);
    assert_int_equal(sma_avro_plan_new(&plan, schema, NULL, NULL), SMA_OK);
    enum sma_status st =
        sma_avro_decode(plan, sma_buf_str(&bytes), NULL, &sma_json_visitor, &sink, err);
    sma_avro_plan_free(plan);
    sma_buf_fini(&bytes);
    sma_buf_fini(&json);
    sma_schema_unref(schema);
    return st;
}

/* A list node takes three levels: record, the union's branches, the reader's union. */
static void test_depth_limit(void **state)
{
    (void)state;
    struct sma_error err = SMA_ERROR_INIT;
    size_t most = 0;
    while (most < 2000 && decode_list(most + 1, NULL) == SMA_OK)
        most++;
    assert_in_range(most, SMA_AVRO_VALUE_DEPTH_MAX / 4, SMA_AVRO_VALUE_DEPTH_MAX);
    assert_int_equal(decode_list(most + 1, &err), SMA_ELIMIT);
    assert_string_equal(err.message, "value exceeds the limit of 512 levels of nesting");
    assert_int_equal(decode_list(100000, NULL), SMA_ELIMIT);
}

static void test_empty_items_at_the_limit(void **state)
{
    (void)state;
    struct sma_schema *schema = parse("{\"type\":\"array\",\"items\":\"null\"}");
    struct sma_buf json;
    sma_buf_init(&json, 0);
    decode(&json, schema, NULL, "80800800", &sma_json_visitor); /* 65536 */
    assert_int_equal(json.ptr[0], '[');
    sma_buf_clear(&json);
    decode(&json, schema, NULL, "82800800", &sma_json_visitor); /* 65537 */
    assert_int_equal(json.ptr[0], '!');
    sma_buf_fini(&json);
    sma_schema_unref(schema);
}

static int stop_at_string(void *ctx, const char *text, size_t len)
{
    (void)ctx;
    (void)text;
    (void)len;
    return 1;
}

static void test_visitor_stops_the_decoder(void **state)
{
    (void)state;
    struct sma_visitor stopping = sma_json_visitor;
    struct sma_schema *schema = parse(R_SCHEMA);
    struct sma_buf json;
    stopping.string_value = stop_at_string;
    sma_buf_init(&json, 0);
    decode(&json, schema, NULL, "3606666f6f", &stopping);
    sma_test_same_text("stop", sma_buf_str(&json), SMA_STR("!stopped by the receiver"));
    sma_buf_fini(&json);
    sma_schema_unref(schema);
}

/* Every prefix of a valid message is refused, and read no further than it goes. */
static void test_every_prefix(void **state)
{
    (void)state;
    struct sma_schema *schema =
        parse("{\"type\":\"record\",\"name\":\"P\",\"fields\":[" FIELD(
            "a", "\"string\"") "," FIELD("b", "{\"type\":\"array\",\"items\":[\"null\",\"double\"]"
                                              "}") "," FIELD("c", "{\"type\":\"map\",\"values\":"
                                                                  "\"bytes\"}") "," FIELD("d",
                                                                                          "\"float"
                                                                                          "\"") "]"
                                                                                                "}");
    struct sma_buf hex;
    sma_buf_init(&hex, 0);
    encode(&hex, schema, "{\"a\":\"xyz\",\"b\":[null,1.5],\"c\":{\"k\":\"vv\"},\"d\":2.5}", NULL);
    assert_int_not_equal(hex.ptr[0], '!');
    for (size_t n = 0; n < hex.len; n += 2) {
        struct sma_buf json;
        char *cut = strndup(hex.ptr, n);
        sma_buf_init(&json, 0);
        decode(&json, schema, NULL, cut, &sma_json_visitor);
        if (json.ptr[0] != '!')
            fail_msg("%zu of %zu bytes were accepted", n / 2, hex.len / 2);
        sma_buf_fini(&json);
        free(cut);
    }
    sma_buf_fini(&hex);
    sma_schema_unref(schema);
}

#define ROWS(rows, func)                                                                           \
    for (size_t i = 0; i < SMA_COUNT(rows); i++)                                                   \
        tests[n++] = (struct CMUnitTest)                                                           \
        {                                                                                          \
            .name = (rows)[i].name, .test_func = (func), .initial_state = (void *)&(rows)[i]       \
        }

int main(void)
{
    struct CMUnitTest tests[SMA_COUNT(round_rows) + SMA_COUNT(resolve_rows) +
                            SMA_COUNT(broken_rows) + SMA_COUNT(refusal_rows) + 6] = {{0}};
    size_t n = 0;
    ROWS(round_rows, check_round);
    ROWS(resolve_rows, check_resolve);
    ROWS(broken_rows, check_broken);
    ROWS(refusal_rows, check_refusal);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_tagged_unions);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_base64);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_depth_limit);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_empty_items_at_the_limit);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_visitor_stops_the_decoder);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_every_prefix);
    return _cmocka_run_group_tests("codec", tests, n, NULL, NULL) != 0;
}
