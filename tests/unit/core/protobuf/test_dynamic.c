/* Dynamic messages: binary to JSON and back by the proto3 mapping. Bytes stand as hex. */
#include "tests/unit/core/protobuf/support.h"

#include "core/protobuf/dynamic.h"

static const char schema_text[] =
    "syntax = \"proto3\"; package t;\n"
    "import \"google/protobuf/any.proto\"; import \"google/protobuf/timestamp.proto\";\n"
    "import \"google/protobuf/duration.proto\"; import \"google/protobuf/struct.proto\";\n"
    "import \"google/protobuf/wrappers.proto\"; import \"google/protobuf/field_mask.proto\";\n"
    "enum E { ZERO = 0; ONE = 1; NEG = -1; }\n"
    "message S { double d = 1; float f = 2; int32 i32 = 3; int64 i64 = 4; uint32 u32 = 5; uint64 "
    "u64 = "
    "6; sint32 s32 = 7; sint64 s64 = 8; fixed32 x32 = 9; fixed64 x64 = 10; sfixed32 y32 = 11; "
    "sfixed64 "
    "y64 = 12; bool b = 13; string s = 14; bytes by = 15; E e = 16; }\n"
    "message M { int32 foo_bar = 1; M sub = 2; repeated int32 r = 3; repeated M rm = 4; "
    "map<string, "
    "int32> ms = 5; map<int32, M> mm = 6; map<bool, E> mb = 7; oneof o { int32 oa = 8; M om = 9; } "
    "optional int32 opt = 10; repeated string rs = 11; string name = 12 [json_name = \"other\"]; "
    "map<string, Nope> mn = "
    "13; Missing missing = 14; }\n"
    "message W { google.protobuf.Any any = 1; google.protobuf.Timestamp ts = 2; "
    "google.protobuf.Duration "
    "du = 3; google.protobuf.Struct st = 4; google.protobuf.Value va = 5; "
    "google.protobuf.FieldMask fm = "
    "6; google.protobuf.Int64Value w = 7; google.protobuf.NullValue nu = 8; "
    "google.protobuf.ListValue lv = 9; "
    "google.protobuf.BytesValue wb = 10; }\n";

static const char schema2_text[] = "syntax = \"proto2\"; package u;\n"
                                   "message P { required int32 a = 1; optional group Grp = 2 { "
                                   "optional string x = 1; } repeated int32 p "
                                   "= 3 [packed = true]; repeated int32 q = 4; optional string s = "
                                   "5; extensions 100 to 200; extend P { "
                                   "optional int32 inner = 101; } }\n"
                                   "extend P { repeated string ext = 100; }\n";

struct fixture {
    struct sma_schema *schema[2];
    struct sma_proto_codec *codec[2];
};

static int setup(void **state)
{
    static struct fixture f;
    const char *texts[] = {schema_text, schema2_text};
    for (int i = 0; i < 2; i++) {
        struct sma_error err = SMA_ERROR_INIT;
        f.schema[i] = pb_parsez(texts[i]);
        if (sma_proto_codec_new(&f.codec[i], f.schema[i], &err))
            return -1;
    }
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 2; i++) {
        sma_proto_codec_free(f->codec[i]);
        sma_schema_unref(f->schema[i]);
    }
    return 0;
}

static struct sma_proto_codec *codec_of(const struct fixture *f, const char *message)
{
    return f->codec[message[0] == 'u'];
}

/* "0a 01 78" as bytes. */
static void from_hex(struct sma_buf *out, const char *hex)
{
    unsigned byte;
    sma_buf_init(out, 0);
    for (const char *at = hex; *at; at += at[2] ? 3 : 2) {
        assert_int_equal(sscanf(at, "%2x", &byte), 1);
        sma_buf_putc(out, (char)byte);
    }
}

static char *to_hex(struct sma_str bytes)
{
    char *out = calloc(1, bytes.len * 3 + 1);
    for (size_t i = 0; i < bytes.len; i++)
        sprintf(out + i * 3, "%02x ", (unsigned char)bytes.ptr[i]);
    if (bytes.len)
        out[bytes.len * 3 - 1] = '\0';
    return out;
}

/* Both ways: the bytes give the JSON, the JSON gives the bytes. */
static const struct both {
    const char *name, *message, *hex, *json;
} both[] = {
    {"empty", "t.M", "", "{}"},
    {"integers at their edges", "t.S",
     "18 80 80 80 80 f8 ff ff ff ff 01 20 ff ff ff ff ff ff ff ff 7f 28 ff ff ff ff 0f 30 ff ff ff "
     "ff ff ff ff ff "
     "ff 01 38 ff ff ff ff 0f 40 01 4d ff ff ff ff 51 01 00 00 00 00 00 00 00 5d ff ff ff ff 61 00 "
     "00 00 00 00 00 "
     "00 80",
     "{\"i32\":-2147483648,\"i64\":\"9223372036854775807\",\"u32\":4294967295,\"u64\":"
     "\"18446744073709551615\",\"s32\":-2147483648,\"s64\":\"-1\",\"x32\":4294967295,\"x64\":\"1\","
     "\"y32\":-"
     "1,\"y64\":\"-9223372036854775808\"}"},
    {"reals", "t.S", "09 9a 99 99 99 99 99 b9 3f 15 cd cc cc 3d", "{\"d\":0.1,\"f\":0.1}"},
    {"reals without a number", "t.S", "09 00 00 00 00 00 00 f0 ff 15 00 00 80 7f",
     "{\"d\":\"-Infinity\",\"f\":\"Infinity\"}"},
    {"negative zero", "t.S", "09 00 00 00 00 00 00 00 80", "{\"d\":-0.0}"},
    {"text, bytes, bool, enum", "t.S",
     "68 01 72 02 c3 a9 7a 02 00 ff 80 01 ff ff ff ff ff ff ff ff ff 01",
     "{\"b\":true,\"s\":\"\xc3\xa9\",\"by\":\"AP8=\",\"e\":\"NEG\"}"},
    {"a constant without name", "t.S", "80 01 4d", "{\"e\":77}"},
    {"messages and lists", "t.M", "08 01 12 02 08 02 1a 03 01 02 03 22 00 22 02 08 05",
     "{\"fooBar\":1,\"sub\":{\"fooBar\":2},\"r\":[1,2,3],\"rm\":[{},{\"fooBar\":5}]}"},
    {"maps", "t.M",
     "2a 05 0a 01 61 10 01 2a 05 0a 01 62 10 00 32 06 08 07 12 02 08 01 3a 04 08 01 10 01",
     "{\"ms\":{\"a\":1,\"b\":0},\"mm\":{\"7\":{\"fooBar\":1}},\"mb\":{\"true\":\"ONE\"}}"},
    {"members of oneofs and optional fields show their defaults", "t.M", "40 00 50 00",
     "{\"oa\":0,\"opt\":0}"},
    {"a JSON name of its own", "t.M", "62 01 78", "{\"other\":\"x\"}"},
    {"field mask", "t.W", "32 0e 0a 07 66 6f 6f 5f 62 61 72 0a 03 61 2e 62",
     "{\"fm\":\"fooBar,a.b\"}"},
    {"wrapped", "t.W", "3a 02 08 05 52 03 0a 01 ff", "{\"w\":\"5\",\"wb\":\"/w==\"}"},
    {"Any of an own type", "t.W", "0a 0d 0a 07 78 2e 79 2f 74 2e 4d 12 02 08 05",
     "{\"any\":{\"@type\":\"x.y/t.M\",\"fooBar\":5}}"},
    {"Any of an unknown type", "t.W", "0a 0b 0a 05 61 2f 62 2e 63 12 02 08 05",
     "{\"any\":{\"@type\":\"a/b.c\",\"@bytes\":\"CAU=\"}}"},
    {"empty Any", "t.W", "0a 00", "{\"any\":{}}"},
    {"null in a Value", "t.W", "2a 02 08 00", "{\"va\":null}"},
    {"groups, packing and extensions", "u.P",
     "08 01 13 0a 01 79 14 1a 02 01 02 20 01 20 02 a2 06 01 65 a8 06 07",
     "{\"a\":1,\"grp\":{\"x\":\"y\"},\"p\":[1,2],\"q\":[1,2],\"[u.ext]\":[\"e\"],\"[u.P.inner]\":"
     "7}"},
};

static void check_both(void **state, const struct both *row)
{
    struct fixture *f = *state;
    struct sma_buf bytes, out;
    struct sma_error err = SMA_ERROR_INIT;
    from_hex(&bytes, row->hex);
    sma_buf_init(&out, 0);
    if (sma_proto_to_json(&out, codec_of(f, row->message), sma_str_z(row->message),
                          sma_buf_str(&bytes), NULL, &err))
        fail_msg("%s: %s", row->name, err.message);
    sma_test_same_text(row->name, sma_buf_str(&out), sma_str_z(row->json));
    sma_buf_clear(&out);
    if (sma_proto_from_json(&out, codec_of(f, row->message), sma_str_z(row->message),
                            sma_str_z(row->json), NULL, &err))
        fail_msg("%s: %s", row->name, err.message);
    char *hex = to_hex(sma_buf_str(&out));
    sma_test_same_text(row->name, sma_str_z(hex), sma_str_z(row->hex));
    free(hex);
    sma_buf_fini(&out);
    sma_buf_fini(&bytes);
}

static void test_both(void **state)
{
    for (size_t i = 0; i < SMA_COUNT(both); i++)
        check_both(state, &both[i]);
}

/* JSON to JSON, through the binary form: other spellings and the forms of well-known messages. */
static void test_spellings(void **state)
{
    static const struct {
        const char *message, *in, *out; /* out NULL: the same */
    } rows[] = {
        {"t.M", "{\"foo_bar\":1}", "{\"fooBar\":1}"},
        {"t.M", "{\"fooBar\":\"12\"}", "{\"fooBar\":12}"},
        {"t.M", "{\"fooBar\":1.0}", "{\"fooBar\":1}"},
        {"t.M", "{\"fooBar\":1e2}", "{\"fooBar\":100}"},
        {"t.M", "{\"fooBar\":null,\"sub\":null,\"r\":null,\"ms\":null}", "{}"},
        {"t.M", "{\"fooBar\":0,\"r\":[],\"ms\":{}}", "{}"},
        {"t.M", "{\"oa\":null,\"om\":{}}", "{\"om\":{}}"},
        {"t.M", "{\"mb\":{\"false\":1,\"true\":\"NEG\"}}",
         "{\"mb\":{\"false\":\"ONE\",\"true\":\"NEG\"}}"},
        {"t.S", "{\"i64\":-5,\"u64\":7,\"e\":1,\"by\":\"_-8\",\"f\":\"1.5\",\"d\":\"NaN\"}",
         "{\"d\":\"NaN\",\"f\":1.5,\"i64\":\"-5\",\"u64\":\"7\",\"by\":\"/+8=\",\"e\":\"ONE\"}"},
        {"t.S", "{\"s\":\"\\u00e9\\n\",\"b\":false}", "{\"s\":\"\xc3\xa9\\n\"}"},
        {"t.W", "{\"ts\":\"1970-01-01T00:00:00Z\"}", NULL},
        {"t.W", "{\"ts\":\"0001-01-01T00:00:00Z\"}", NULL},
        {"t.W", "{\"ts\":\"9999-12-31T23:59:59.999999999Z\"}", NULL},
        {"t.W", "{\"ts\":\"2024-02-29T12:00:00.1Z\"}", "{\"ts\":\"2024-02-29T12:00:00.100Z\"}"},
        {"t.W", "{\"ts\":\"2000-01-01T01:30:00.000001+01:30\"}",
         "{\"ts\":\"2000-01-01T00:00:00.000001Z\"}"},
        {"t.W", "{\"du\":\"-1.5s\"}", "{\"du\":\"-1.500s\"}"},
        {"t.W", "{\"du\":\"315576000000s\"}", NULL},
        {"t.W", "{\"du\":\"0.000000001s\"}", NULL},
        {"t.W", "{\"st\":{\"a\":[1,\"b\",null,true,{}],\"b\":{\"c\":2.5}}}", NULL},
        {"t.W", "{\"va\":[1,[2,[3]]],\"lv\":[null]}", NULL},
        {"t.W", "{\"w\":0,\"nu\":null}", "{\"w\":\"0\"}"},
        {"t.W", "{\"w\":null,\"va\":null}", "{\"va\":null}"},
        {"t.W", "{\"any\":{\"@type\":\"a/google.protobuf.Duration\",\"value\":\"3s\"}}", NULL},
        {"t.W", "{\"any\":{\"value\":[1],\"@type\":\"a/google.protobuf.ListValue\"}}",
         "{\"any\":{\"@type\":\"a/google.protobuf.ListValue\",\"value\":[1]}}"},
        {"t.W",
         "{\"any\":{\"@type\":\"a/google.protobuf.Any\",\"value\":{\"@type\":\"a/"
         "t.M\",\"fooBar\":1}}}",
         NULL},
        {"t.W", "{\"any\":{\"@type\":\"a/google.protobuf.Empty\"}}", NULL},
        {"u.P", "{\"a\":1,\"grp\":{},\"[u.ext]\":[]}", "{\"a\":1,\"grp\":{}}"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        struct sma_buf bytes, out;
        struct sma_error err = SMA_ERROR_INIT;
        struct sma_str name = sma_str_z(rows[i].message);
        sma_buf_init(&bytes, 0);
        sma_buf_init(&out, 0);
        if (sma_proto_from_json(&bytes, codec_of(f, rows[i].message), name, sma_str_z(rows[i].in),
                                NULL, &err) ||
            sma_proto_to_json(&out, codec_of(f, rows[i].message), name, sma_buf_str(&bytes), NULL,
                              &err))
            fail_msg("%s: %s", rows[i].in, err.message);
        sma_test_same_text(rows[i].in, sma_buf_str(&out),
                           sma_str_z(rows[i].out ? rows[i].out : rows[i].in));
        sma_buf_fini(&bytes);
        sma_buf_fini(&out);
    }
}

static void test_bad_json(void **state)
{
    static const struct {
        const char *message, *json, *error;
    } rows[] = {
        {"t.M", "{\"nope\":1}", "nope: no such field"},
        {"t.M", "[]", "a t.M is an object"},
        {"t.M", "{\"fooBar\":2147483648}", "fooBar"},
        {"t.M", "{\"fooBar\":1.5}", NULL},
        {"t.M", "{\"fooBar\":\"0x10\"}", NULL},
        {"t.M", "{\"fooBar\":\"010\"}", NULL},
        {"t.M", "{\"fooBar\":true}", NULL},
        {"t.M", "{\"fooBar\":1,\"foo_bar\":1}", "foo_bar: the field is set twice"},
        {"t.M", "{\"oa\":1,\"om\":{}}", "om: another member of the oneof is set too"},
        {"t.M", "{\"sub\":{\"sub\":{\"fooBar\":\"x\"}}}",
         "sub.sub.foo_bar: the value does not fit the type"},
        {"t.M", "{\"r\":1}", "r: the value is not an array"},
        {"t.M", "{\"r\":[null]}", "r: an element cannot be null"},
        {"t.M", "{\"ms\":[]}", "ms: the value is not an object"},
        {"t.M", "{\"ms\":{\"a\":null}}", "ms: a map value cannot be null"},
        {"t.M", "{\"mm\":{\"x\":{}}}", "key: the value does not fit the type"},
        {"t.M", "{\"mb\":{\"1\":0}}", "key: the key is neither true nor false"},
        {"t.M", "{\"mn\":{\"a\":1}}", "mn: the type of the map's values is unknown"},
        {"t.M", "{\"missing\":{}}", "missing: the type of the field is unknown"},
        {"t.S", "{\"u32\":-1}", NULL},
        {"t.S", "{\"u64\":18446744073709551616}", NULL},
        {"t.S", "{\"f\":1e39}", NULL},
        {"t.S", "{\"d\":1e309}", NULL},
        {"t.S", "{\"d\":\"nan\"}", NULL},
        {"t.S", "{\"b\":\"true\"}", NULL},
        {"t.S", "{\"by\":\"!\"}", NULL},
        {"t.S", "{\"e\":\"NOPE\"}", NULL},
        {"t.W", "{\"ts\":\"2023-02-29T00:00:00Z\"}", "ts.not a timestamp"},
        {"t.W", "{\"ts\":\"0000-12-31T23:59:59Z\"}", NULL},
        {"t.W", "{\"ts\":\"9999-12-31T23:59:59-00:01\"}", NULL},
        {"t.W", "{\"ts\":\"2023-01-01 00:00:00Z\"}", NULL},
        {"t.W", "{\"ts\":\"2023-01-01T00:00:00\"}", NULL},
        {"t.W", "{\"du\":\"1\"}", NULL},
        {"t.W", "{\"du\":\"s\"}", NULL},
        {"t.W", "{\"du\":\"315576000001s\"}", NULL},
        {"t.W", "{\"fm\":\"foo_bar\"}", NULL},
        {"t.W", "{\"any\":{\"value\":1}}", "any.an Any is an object with a \"@type\""},
        {"t.W", "{\"any\":{\"@type\":\"a/b.c\"}}", "any.Any of unknown type \"a/b.c\""},
        {"t.W", "{\"any\":{\"@type\":\"a/google.protobuf.Duration\"}}", NULL},
        {"t.W", "{\"st\":1}", NULL},
        {"t.W", "{\"lv\":{}}", NULL},
        {"u.P", "{}", "a: the required field is missing"},
        {"u.P", "{\"a\":1,\"@unknown\":\"CA==\"}", "@unknown: broken record"},
        {"t.M", "{\"fooBar\":1", NULL},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        struct sma_buf out;
        struct sma_error err = SMA_ERROR_INIT;
        sma_buf_init(&out, 0);
        enum sma_status st =
            sma_proto_from_json(&out, codec_of(f, rows[i].message), sma_str_z(rows[i].message),
                                sma_str_z(rows[i].json), NULL, &err);
        if (st != SMA_EINVAL || out.len)
            fail_msg("%s: status %d", rows[i].json, (int)st);
        if (rows[i].error && strcmp(rows[i].error, "fooBar") && strcmp(err.message, rows[i].error))
            fail_msg("%s: got %s, want %s", rows[i].json, err.message, rows[i].error);
        sma_buf_fini(&out);
    }
}

static void test_bad_binary(void **state)
{
    static const struct {
        const char *name, *message, *hex;
    } rows[] = {
        {"cut tag", "t.M", "80"},
        {"field number 0", "t.M", "00 00"},
        {"cut varint", "t.M", "08 80"},
        {"varint of eleven bytes", "t.M", "08 80 80 80 80 80 80 80 80 80 80 01"},
        {"varint beyond 64 bits", "t.M", "08 80 80 80 80 80 80 80 80 80 02"},
        {"length that lies", "t.M", "12 05 08 01"},
        {"huge length", "t.M", "12 ff ff ff ff ff ff ff ff ff 01"},
        {"cut packed", "t.M", "1a 01 80"},
        {"cut fixed", "t.S", "09 00 00"},
        {"end of a group that never began", "t.M", "0c"},
        {"group that never ends", "u.P", "13"},
        {"group that ends as another", "u.P", "13 1c"},
        {"wire type 6", "t.M", "0e"},
        {"broken inside", "t.M", "12 01 08"},
        {"string that is not UTF-8", "t.S", "72 01 ff"},
        {"timestamp out of range", "t.W", "12 07 08 80 ca e3 93 ba 1c"},
        {"nanos out of range", "t.W", "12 06 10 80 94 eb dc 03"},
        {"duration of two signs", "t.W", "1a 0d 08 01 10 ff ff ff ff ff ff ff ff ff 01"},
        {"NaN in a Value", "t.W", "2a 09 11 00 00 00 00 00 00 f8 7f"},
        {"path that would not come back", "t.W", "32 05 0a 03 66 6f 4f"},
        {"broken Any", "t.W", "0a 0a 0a 05 61 2f 74 2e 4d 12 01 08"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        struct sma_buf bytes, out;
        struct sma_error err = SMA_ERROR_INIT;
        from_hex(&bytes, rows[i].hex);
        sma_buf_init(&out, 0);
        enum sma_status st =
            sma_proto_to_json(&out, codec_of(f, rows[i].message), sma_str_z(rows[i].message),
                              sma_buf_str(&bytes), NULL, &err);
        if (st != SMA_EINVAL || out.len)
            fail_msg("%s: status %d: %.*s", rows[i].name, (int)st, SMA_STR_ARG(sma_buf_str(&out)));
        sma_buf_fini(&bytes);
        sma_buf_fini(&out);
    }
}

/* What reading and writing again makes of bytes. */
static void test_rewrite(void **state)
{
    static const struct {
        const char *name, *message, *in, *out;
    } rows[] = {
        {"fields by number", "t.M", "50 01 08 02", "08 02 50 01"},
        {"the last scalar counts", "t.M", "08 01 08 02", "08 02"},
        {"messages merge", "t.M", "12 02 08 01 12 02 50 05", "12 04 08 01 50 05"},
        {"messages merge deeply", "t.M", "12 04 12 02 08 01 12 04 12 02 50 02",
         "12 06 12 04 08 01 50 02"},
        {"of a oneof the last", "t.M", "40 05 4a 02 08 01", "4a 02 08 01"},
        {"a member that comes back begins anew", "t.M", "4a 02 08 01 40 05 4a 02 50 02",
         "4a 02 50 02"},
        {"packed as declared", "t.M", "18 01 1a 02 02 03 18 04", "1a 04 01 02 03 04"},
        {"unpacked as declared", "u.P", "22 02 01 02 20 03 18 07", "1a 01 07 20 01 20 02 20 03"},
        {"of one key the last", "t.M",
         "2a 05 0a 01 61 10 01 2a 05 0a 01 62 10 02 2a 05 0a 01 61 10 03",
         "2a 05 0a 01 61 10 03 2a 05 0a 01 62 10 02"},
        {"map entries without key or value", "t.M", "2a 00", "2a 00"},
        {"unknown fields stay, behind the others", "t.M", "f8 07 05 08 01 ca 07 01 78",
         "08 01 f8 07 05 ca 07 01 78"},
        {"unknown groups stay", "t.M", "fb 07 08 01 fc 07", "fb 07 08 01 fc 07"},
        {"unknown fields inside stay", "t.M", "12 05 08 01 f8 07 05", "12 05 08 01 f8 07 05"},
        {"a wrong wire type is unknown", "t.M", "0a 01 78", "0a 01 78"},
        {"a field of a type that means nothing", "t.M", "72 01 78 6a 05 0a 01 61 12 00",
         "6a 05 0a 01 61 12 00 72 01 78"},
        {"defaults without presence fall silent", "t.M", "08 00 50 00", "50 00"},
        {"a long int32", "t.M", "08 ff ff ff ff ff 0f", "08 ff ff ff ff ff ff ff ff ff 01"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        struct sma_buf bytes, out;
        struct sma_error err = SMA_ERROR_INIT;
        from_hex(&bytes, rows[i].in);
        sma_buf_init(&out, 0);
        if (sma_proto_rewrite(&out, codec_of(f, rows[i].message), sma_str_z(rows[i].message),
                              sma_buf_str(&bytes), &err))
            fail_msg("%s: %s", rows[i].name, err.message);
        char *hex = to_hex(sma_buf_str(&out));
        sma_test_same_text(rows[i].name, sma_str_z(hex), sma_str_z(rows[i].out));
        free(hex);
        sma_buf_fini(&bytes);
        sma_buf_fini(&out);
    }
}

static void check_options(struct fixture *f, const char *hex,
                          const struct sma_proto_json_options *options, const char *want)
{
    struct sma_buf bytes, out;
    struct sma_error err = SMA_ERROR_INIT;
    from_hex(&bytes, hex);
    sma_buf_init(&out, 0);
    if (sma_proto_to_json(&out, f->codec[0], SMA_STR(".t.M"), sma_buf_str(&bytes), options, &err))
        fail_msg("%s", err.message);
    sma_test_same_text(hex, sma_buf_str(&out), sma_str_z(want));
    sma_buf_clear(&out);
    if (options->keep_unknown) { /* and back again */
        assert_int_equal(
            sma_proto_from_json(&out, f->codec[0], SMA_STR("t.M"), sma_str_z(want), NULL, &err),
            SMA_OK);
        char *again = to_hex(sma_buf_str(&out));
        sma_test_same_text("again", sma_str_z(again), sma_str_z(hex));
        free(again);
    }
    sma_buf_fini(&bytes);
    sma_buf_fini(&out);
}

static void test_options(void **state)
{
    struct fixture *f = *state;
    struct sma_buf out;
    struct sma_error err = SMA_ERROR_INIT;
    check_options(f, "08 01 62 01 78", &(struct sma_proto_json_options){.use_proto_names = true},
                  "{\"foo_bar\":1,\"name\":\"x\"}");
    check_options(
        f, "", &(struct sma_proto_json_options){.emit_defaults = true},
        "{\"fooBar\":0,\"r\":[],\"rm\":[],\"ms\":{},\"mm\":{},\"mb\":{},\"rs\":[],\"other\":\"\","
        "\"mn\":{}}");
    check_options(f, "3a 04 08 01 10 01",
                  &(struct sma_proto_json_options){.enums_as_numbers = true},
                  "{\"mb\":{\"true\":1}}");
    check_options(f, "08 01 12 03 f8 07 05 f8 07 06",
                  &(struct sma_proto_json_options){.keep_unknown = true},
                  "{\"fooBar\":1,\"sub\":{\"@unknown\":\"+AcF\"},\"@unknown\":\"+AcG\"}");
    struct sma_proto_json_options lenient = {.ignore_unknown_names = true};
    sma_buf_init(&out, 0);
    assert_int_equal(sma_proto_from_json(
                         &out, f->codec[0], SMA_STR("t.M"),
                         SMA_STR("{\"zzz\":{\"a\":[1]},\"fooBar\":3,\"mb\":{\"true\":\"NOPE\"}}"),
                         &lenient, &err),
                     SMA_OK);
    char *hex = to_hex(sma_buf_str(&out));
    assert_string_equal(hex, "08 03");
    free(hex);
    sma_buf_fini(&out);
}

static void test_limits(void **state)
{
    struct fixture *f = *state;
    struct sma_buf bytes, json, out;
    struct sma_error err = SMA_ERROR_INIT;
    sma_buf_init(&bytes, 0);
    sma_buf_init(&json, 0);
    sma_buf_init(&out, 0);
    /* 100 levels pass, 101 do not; the innermost is built first */
    for (int i = 0; i < 100; i++) {
        struct sma_buf outer;
        sma_buf_init(&outer, 0);
        sma_buf_putc(&outer, 0x12);
        if (bytes.len > 127)
            sma_buf_putc(&outer, (char)(bytes.len | 0x80));
        sma_buf_putc(&outer, (char)(bytes.len > 127 ? bytes.len >> 7 : bytes.len));
        sma_buf_puts(&outer, sma_buf_str(&bytes));
        if (i == 99) {
            assert_int_equal(sma_proto_to_json(&json, f->codec[0], SMA_STR("t.M"),
                                               sma_buf_str(&bytes), NULL, &err),
                             SMA_OK);
            assert_int_equal(sma_proto_from_json(&out, f->codec[0], SMA_STR("t.M"),
                                                 sma_buf_str(&json), NULL, &err),
                             SMA_OK);
            assert_true(sma_str_eq(sma_buf_str(&out), sma_buf_str(&bytes)));
            assert_int_equal(sma_proto_to_json(&json, f->codec[0], SMA_STR("t.M"),
                                               sma_buf_str(&outer), NULL, &err),
                             SMA_ELIMIT);
        }
        sma_buf_fini(&bytes);
        bytes = outer;
    }
    assert_int_equal(
        sma_proto_to_json(&out, f->codec[0], SMA_STR("t.Nope"), SMA_STR(""), NULL, NULL),
        SMA_ENOTFOUND);
    assert_int_equal(sma_proto_to_json(&out, f->codec[0], SMA_STR("t.E"), SMA_STR(""), NULL, NULL),
                     SMA_ENOTFOUND);
    sma_buf_fini(&bytes);
    sma_buf_fini(&json);
    sma_buf_fini(&out);
}

/* The same values through the visitor that Avro's decoder speaks to. */
static void test_visitor(void **state)
{
    struct fixture *f = *state;
    struct sma_buf bytes, out;
    struct sma_json_sink sink;
    struct sma_error err = SMA_ERROR_INIT;
    from_hex(&bytes, "08 01 13 0a 01 79 14 1a 02 01 02 a2 06 01 65");
    sma_buf_init(&out, 0);
    sma_json_sink_init(&sink, &out, SMA_JSON_BYTES_BASE64);
    assert_int_equal(sma_proto_visit(f->codec[1], SMA_STR("u.P"), sma_buf_str(&bytes),
                                     &sma_json_visitor, &sink, &err),
                     SMA_OK);
    sma_test_same_text("visitor", sma_buf_str(&out),
                       SMA_STR("{\"a\":1,\"grp\":{\"x\":\"y\"},\"p\":[1,2],\"u.ext\":[\"e\"]}"));
    sma_buf_fini(&bytes);
    sma_buf_fini(&out);
    from_hex(&bytes, "12 02 08 05 2a 05 0a 01 61 10 01 32 02 08 07 3a 04 08 01 10 01");
    sma_buf_init(&out, 0);
    sma_json_sink_init(&sink, &out, SMA_JSON_BYTES_BASE64);
    assert_int_equal(sma_proto_visit(f->codec[0], SMA_STR("t.M"), sma_buf_str(&bytes),
                                     &sma_json_visitor, &sink, &err),
                     SMA_OK);
    sma_test_same_text(
        "visitor", sma_buf_str(&out),
        SMA_STR("{\"sub\":{\"foo_bar\":5},\"ms\":{\"a\":1},\"mm\":{\"7\":null},\"mb\":{\"true\":"
                "\"ONE\"}}"));
    sma_buf_fini(&bytes);
    sma_buf_fini(&out);
}

/* Editions: presence, delimited messages, expanded lists. */
static void test_editions(void **state)
{
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_proto_codec *codec;
    struct sma_buf out;
    (void)state;
    struct sma_schema *schema = pb_parsez(
        "edition = \"2023\"; message M { int32 a = 1; int32 b = 2 [features.field_presence = "
        "IMPLICIT]; M c = 3 "
        "[features.message_encoding = DELIMITED]; repeated int32 d = 4; repeated int32 e = 5 "
        "[features.repeated_field_encoding = EXPANDED]; int32 f = 6 [features.field_presence = "
        "LEGACY_REQUIRED]; }");
    assert_int_equal(sma_proto_codec_new(&codec, schema, &err), SMA_OK);
    sma_buf_init(&out, 0);
    assert_int_equal(
        sma_proto_from_json(
            &out, codec, SMA_STR("M"),
            SMA_STR("{\"a\":0,\"b\":0,\"c\":{\"a\":1,\"f\":1},\"d\":[1,2],\"e\":[1,2],\"f\":2}"),
            NULL, &err),
        SMA_OK);
    char *hex = to_hex(sma_buf_str(&out));
    assert_string_equal(hex, "08 00 1b 08 01 30 01 1c 22 02 01 02 28 01 28 02 30 02");
    free(hex);
    sma_buf_clear(&out);
    assert_int_equal(sma_proto_from_json(&out, codec, SMA_STR("M"), SMA_STR("{}"), NULL, &err),
                     SMA_EINVAL);
    sma_buf_fini(&out);
    sma_proto_codec_free(codec);
    sma_schema_unref(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both),     cmocka_unit_test(test_spellings),
        cmocka_unit_test(test_bad_json), cmocka_unit_test(test_bad_binary),
        cmocka_unit_test(test_rewrite),  cmocka_unit_test(test_options),
        cmocka_unit_test(test_limits),   cmocka_unit_test(test_visitor),
        cmocka_unit_test(test_editions),
    };
    return cmocka_run_group_tests(tests, setup, teardown) != 0;
}
