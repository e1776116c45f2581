/* A mock registry with one schema of each format, for the fuzz targets of messages. */
#ifndef SMA_TESTS_FUZZ_CLIENT_REGISTRY_H
#define SMA_TESTS_FUZZ_CLIENT_REGISTRY_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "schemata/schemata.h"

#define FUZZ_SCHEMAS 3

static const char *const fuzz_texts[FUZZ_SCHEMAS] = {
    "{\"type\":\"record\",\"name\":\"R\",\"fields\":["
    "{\"name\":\"i\",\"type\":\"int\"},{\"name\":\"l\",\"type\":\"long\"},"
    "{\"name\":\"f\",\"type\":\"float\"},{\"name\":\"d\",\"type\":\"double\"},"
    "{\"name\":\"b\",\"type\":\"boolean\"},{\"name\":\"y\",\"type\":\"bytes\"},"
    "{\"name\":\"s\",\"type\":\"string\"},"
    "{\"name\":\"x\",\"type\":{\"type\":\"fixed\",\"name\":\"X\",\"size\":3}},"
    "{\"name\":\"e\",\"type\":{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\",\"C\"]}},"
    "{\"name\":\"n\",\"type\":{\"type\":\"array\",\"items\":\"null\"}},"
    "{\"name\":\"m\",\"type\":{\"type\":\"map\",\"values\":[\"null\",\"string\",\"R\"]}},"
    "{\"name\":\"a\",\"type\":[\"null\",{\"type\":\"array\",\"items\":\"R\"}]}]}",
    "syntax = \"proto3\"; package p; import \"google/protobuf/any.proto\";\n"
    "import \"google/protobuf/timestamp.proto\"; import \"google/protobuf/struct.proto\";\n"
    "message M { int32 a = 1; sint64 b = 2; fixed32 c = 3; double d = 4; string s = 5; bytes y = 6;\n"
    "  repeated int32 r = 7; map<string, M> m = 8; E e = 9; oneof o { bool t = 10; M n = 11; }\n"
    "  google.protobuf.Any any = 12; google.protobuf.Timestamp ts = 13;\n"
    "  google.protobuf.Struct st = 14; enum E { Z = 0; Q = 7; }\n"
    "  message In { repeated M ms = 1; } }\n"
    "message Other { string s = 1; }\n",
    "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\",\"minimum\":3},"
    "\"b\":{\"$ref\":\"#\"},\"c\":{\"items\":{\"pattern\":\"^(a|b)*c$\"},\"uniqueItems\":true}},"
    "\"additionalProperties\":{\"anyOf\":[{\"type\":\"string\",\"format\":\"date\"},"
    "{\"enum\":[1,null,{}]}]}}",
};
static const schemata_type_t fuzz_types[FUZZ_SCHEMAS] = {SCHEMATA_AVRO, SCHEMATA_PROTOBUF,
                                                         SCHEMATA_JSON};
/* A reader with fields fewer, more and wider than the writer's; NULL: none. */
static const char *const fuzz_readers[FUZZ_SCHEMAS] = {
    "{\"type\":\"record\",\"name\":\"R\",\"fields\":["
    "{\"name\":\"i\",\"type\":\"double\"},{\"name\":\"new\",\"type\":\"string\",\"default\":\"\"},"
    "{\"name\":\"e\",\"type\":{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\"],"
    "\"default\":\"A\"}},{\"name\":\"s\",\"type\":[\"bytes\",\"null\"]},"
    "{\"name\":\"a\",\"type\":[{\"type\":\"array\",\"items\":\"R\"},\"null\"]}]}",
    "syntax = \"proto3\"; package p; message M { int64 a = 1; M n = 11; message In { M ms = 1; } }",
    "true",
};

/* A schema with id i + 1, and what writes and reads it with and without a reader. */
struct fuzz_registry {
    schemata_serializer_t *ser[FUZZ_SCHEMAS];
    schemata_deserializer_t *de[FUZZ_SCHEMAS][2];
};

static inline void fuzz_open(struct fuzz_registry *r)
{
    schemata_conf_t *conf = schemata_conf_new();
    schemata_buf_t out = {NULL, 0, 0};
    if (schemata_conf_set(conf, "url", "mock://fuzz", NULL))
        abort();
    schemata_client_t *cl = schemata_client_new(conf, NULL);
    for (int i = 0; i < FUZZ_SCHEMAS; i++) {
        schemata_msg_t m = {.size = sizeof m, .topic = "t"};
        schemata_schema_t *schema = schemata_parse(fuzz_types[i], fuzz_texts[i],
                                                   strlen(fuzz_texts[i]), NULL, NULL, 0, NULL, NULL);
        schemata_schema_t *reader =
            schemata_parse(fuzz_types[i], fuzz_readers[i], strlen(fuzz_readers[i]), NULL, NULL, 0,
                           NULL, NULL);
        char subject[2] = {(char)('a' + i), '\0'};
        m.subject = subject;
        if (!schema || !reader)
            abort();
        r->ser[i] = schemata_serializer_new(cl, conf, schema, NULL);
        r->de[i][0] = schemata_deserializer_new(cl, conf, NULL, NULL);
        r->de[i][1] = schemata_deserializer_new(cl, conf, reader, NULL);
        if (schemata_serialize_raw(r->ser[i], &m, "", 0, NULL, 0, &out, NULL) ||
            out.data[4] != i + 1)
            abort();
        schemata_schema_unref(schema);
        schemata_schema_unref(reader);
    }
    schemata_buf_free(&out);
    schemata_client_unref(cl);
    schemata_conf_free(conf);
}

#endif
