/* The first byte chooses one of two messages of a schema that has everything; the rest is its
 * binary form, or JSON when the byte's top bit is set. What reads must survive being written and
 * read again. */
#include <stdint.h>
#include <stdlib.h>

#include "core/protobuf/dynamic.h"
#include "core/protobuf/protobuf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char schema_text[] =
    "syntax = \"proto2\"; package f; import \"google/protobuf/any.proto\"; import "
    "\"google/protobuf/struct.proto\"; import \"google/protobuf/wrappers.proto\"; import "
    "\"google/protobuf/timestamp.proto\"; import \"google/protobuf/duration.proto\"; import "
    "\"google/protobuf/field_mask.proto\";\n"
    "message M { optional double a = 1; optional float b = 2; optional int32 c = 3; optional "
    "sint64 d = 4; "
    "optional fixed32 e = 5; optional sfixed64 f = 6; optional bool g = 7; optional string h = 8; "
    "optional "
    "bytes i = 9; optional E j = 10; optional M k = 11; repeated int32 l = 12 [packed = true]; "
    "repeated M m = "
    "13; map<string, M> n = 14; map<int64, bytes> o = 15; oneof p { int32 q = 16; M r = 17; } "
    "optional group G "
    "= 18 { optional int32 s = 1; } repeated double t = 19; extensions 100 to max; }\n"
    "enum E { Z = 0; Y = -1; }\n"
    "extend M { repeated M ext = 100; }\n"
    "message W { optional google.protobuf.Any a = 1; optional google.protobuf.Struct b = 2; "
    "optional "
    "google.protobuf.Value c = 3; optional google.protobuf.Timestamp d = 4; optional "
    "google.protobuf.Duration e = 5; optional google.protobuf.FieldMask f = 6; optional "
    "google.protobuf.DoubleValue g = 7; repeated google.protobuf.Any h = 8; optional M m = 9; "
    "required int32 r "
    "= 10; }\n";

static struct sma_proto_codec *codec(void)
{
    static struct sma_proto_codec *one;
    struct sma_schema *schema = NULL;
    struct sma_source source = {.text = {schema_text, sizeof schema_text - 1}};
    struct sma_parse_options options = {.validate = true};
    if (one)
        return one;
    if (sma_format_protobuf.parse(&schema, &source, &options, NULL) ||
        sma_proto_codec_new(&one, schema, NULL))
        abort();
    sma_schema_unref(schema);
    return one;
}

/* Written once it is in the writer's own form: writing it again changes nothing. */
static void check_binary(struct sma_str name, struct sma_str bytes)
{
    struct sma_buf once, twice;
    sma_buf_init(&once, 0);
    sma_buf_init(&twice, 0);
    if (sma_proto_rewrite(&once, codec(), name, bytes, NULL) == SMA_OK) {
        if (sma_proto_rewrite(&twice, codec(), name, sma_buf_str(&once), NULL) ||
            !sma_str_eq(sma_buf_str(&once), sma_buf_str(&twice)))
            abort();
    }
    sma_buf_fini(&once);
    sma_buf_fini(&twice);
}

/* What has a JSON form has the same one after reading that. */
static void check_json(struct sma_str name, struct sma_str bytes)
{
    struct sma_proto_json_options options = {.keep_unknown = true};
    struct sma_buf json, back, again;
    sma_buf_init(&json, 0);
    sma_buf_init(&back, 0);
    sma_buf_init(&again, 0);
    if (sma_proto_to_json(&json, codec(), name, bytes, &options, NULL) == SMA_OK &&
        sma_proto_from_json(&back, codec(), name, sma_buf_str(&json), NULL, NULL) == SMA_OK) {
        if (sma_proto_to_json(&again, codec(), name, sma_buf_str(&back), &options, NULL) ||
            !sma_str_eq(sma_buf_str(&json), sma_buf_str(&again)))
            abort();
    }
    sma_buf_fini(&json);
    sma_buf_fini(&back);
    sma_buf_fini(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sma_buf out;
    if (size == 0)
        return 0;
    struct sma_str name = data[0] & 1 ? SMA_STR("f.W") : SMA_STR("f.M");
    struct sma_str bytes = {(const char *)data + 1, size - 1};
    if (data[0] & 0x80) {
        sma_buf_init(&out, 0);
        if (sma_proto_from_json(&out, codec(), name, bytes, NULL, NULL) == SMA_OK) {
            check_binary(name, sma_buf_str(&out));
            check_json(name, sma_buf_str(&out));
        }
        sma_buf_fini(&out);
    } else {
        check_binary(name, bytes);
        check_json(name, bytes);
    }
    return 0;
}
