/* The normal form: compat-protobuf section 6, point by point. */
#include "tests/unit/core/protobuf/support.h"

#define P3 "syntax = \"proto3\";\n"
#define P2 "syntax = \"proto2\";\n"
#define HEAD P3 "import \"google/protobuf/descriptor.proto\";\n"
#define HEAD_OUT P3 "\nimport \"google/protobuf/descriptor.proto\";\n"

static const struct row {
    const char *name, *text, *normal;
} rows[] = {
    {"type names in full",
     P3 "package a.b; message M { N n = 1; O.P p = 2; repeated E e = 3; message N "
        "{} } message O { message P {} } enum E { A = 0; }",
     P3 "package a.b;\n\nmessage M {\n  .a.b.M.N n = 1;\n  .a.b.O.P p = 2;\n  repeated .a.b.E e = "
        "3;\n\n  message N {}\n}\nmessage O {\n  message P {}\n}\nenum E {\n  A = 0;\n}\n"},
    {"proto2 line dropped", P2 "message M { required int32 a = 1; }",
     "\nmessage M {\n  required int32 a = 1;\n}\n"},
    {"imports sorted, each once",
     P3 "import \"b\"; import \"a\"; import public \"d\"; import \"B\"; "
        "import public \"c\"; import \"a\"; import weak \"w\";",
     P3
     "\nimport \"B\";\nimport \"a\";\nimport \"b\";\nimport public \"c\";\nimport public \"d\";\n"},
    {"fields by number, stable",
     P3 "message M { int32 c = 3; int32 a = 1; int32 b = 1; int32 z = -1; }",
     P3 "\nmessage M {\n  int32 z = -1;\n  int32 a = 1;\n  int32 b = 1;\n  int32 c = 3;\n}\n"},
    {"oneofs by lowest number, members sorted",
     P3 "message M { oneof a { int32 x = 9; int32 y = 5; } oneof b { int32 z = 6; int32 w = 2; } }",
     P3 "\nmessage M {\n  oneof b {\n    int32 w = 2;\n    int32 z = 6;\n  }\n  oneof a {\n    "
        "int32 y "
        "= 5;\n    int32 x = 9;\n  }\n}\n"},
    {"empty oneofs dropped beside others", P3 "message M { int32 a = 1; oneof o {} }",
     P3 "\nmessage M {\n  int32 a = 1;\n}\n"},
    {"oneof of a group stays", P2 "message M { oneof o { group G = 2 { optional int32 a = 1; } } }",
     "\nmessage M {\n  oneof o {\n    group G = 2 {\n      optional int32 a = 1;\n    }\n  }\n}\n"},
    {"groups by number",
     P2 "message M { optional group B = 2 { optional M m = 2; optional int32 a = 1; } "
        "optional group A = 1 {} }",
     "\nmessage M {\n  optional group A = 1 {}\n  optional group B = 2 {\n    optional int32 a = "
     "1;\n    optional .M m = 2;\n  }\n}\n"},
    {"types, services and rpcs keep their order",
     P3
     "message B {} message A {} enum Z { Y = 0; } enum X { W = 0; } service T { rpc B (B) returns "
     "(A); rpc A (A) returns (B); } service S {}",
     P3
     "\nmessage B {}\nmessage A {}\nenum Z {\n  Y = 0;\n}\nenum X {\n  W = 0;\n}\n\nservice T {\n  "
     "rpc B (.B) returns (.A);\n  rpc A (.A) returns (.B);\n}\nservice S {}\n"},
    {"constants by number, then name", P3 "enum E { C = 1; A = 0; B = 1; D = -1; }",
     P3 "\nenum E {\n  D = -1;\n  A = 0;\n  B = 1;\n  C = 1;\n}\n"},
    {"ranges one by one",
     P2 "message M { reserved \"b\", 7; reserved 1 to 1, \"a\"; extensions 9, 5 to 6 [y "
        "= 1, x = 2]; extensions 8 to 8; }",
     "\nmessage M {\n  reserved 1;\n  reserved 7;\n  reserved \"a\";\n  reserved \"b\";\n\n  "
     "extensions "
     "5 to 6 [\n    x = 2,\n    y = 1\n  ];\n  extensions 8;\n  extensions 9 [\n    x = 2,\n    y "
     "= "
     "1\n  ];\n}\n"},
    {"enum reserved", P3 "enum E { A = 0; reserved \"Q\", 9, 4 to max, -3 to -2; }",
     P3 "\nenum E {\n  reserved -3 to -2;\n  reserved 4 to max;\n  reserved 9;\n  reserved "
        "\"Q\";\n  A = "
        "0;\n}\n"},
    {"extends by target",
     P2
     "package p; message M { extensions 1 to max; } message N { extensions 1 to max; } extend M { "
     "optional int32 b = 2; } extend N { optional int32 c = 1; } extend .p.M { optional M a = 1; }",
     "package p;\n\nmessage M {\n  extensions 1 to max;\n}\nmessage N {\n  extensions 1 to "
     "max;\n}\n\nextend .p.M {\n  optional .p.M a = 1;\n  optional int32 b = 2;\n}\nextend .p.N "
     "{\n  "
     "optional int32 c = 1;\n}\n"},
    {"map entries become maps",
     P3
     "package p; message M { repeated MpEntry mp = 1; repeated M.Second s = 2; message MpEntry { "
     "option map_entry = true; string key = 1; V value = 2; } message Second { option map_entry = "
     "true; int32 key = 1; int64 value = 2; } message V {} }",
     P3 "package p;\n\nmessage M {\n  map<string, .p.M.V> mp = 1;\n  map<int32, int64> s = 2;\n\n  "
        "message V {}\n}\n"},
    {"nothing but map entries inside",
     P3 "message M { repeated E m = 1; message E { option map_entry = "
        "true; string key = 1; string value = 2; } }",
     P3 "\nmessage M {\n  map<string, string> m = 1;\n}\n"},
    {"an entry that is none",
     P3 "message M { repeated E m = 1; message E { option map_entry = true; float "
        "key = 1; string value = 2; } }",
     P3 "\nmessage M {\n  repeated .M.E m = 1;\n\n  message E {\n    option map_entry = true;\n  "
        "\n    "
        "float key = 1;\n    string value = 2;\n  }\n}\n"},
    {"map values", P3 "message M { map<string, N> a = 1; map<string, Nope> b = 2; message N {} }",
     P3 "\nmessage M {\n  map<string, .M.N> a = 1;\n  map<string, Nope> b = 2;\n\n  message N "
        "{}\n}\n"},
    {"options by name, brackets not counted",
     P3
     "option java_package = \"x\"; option (a.b.x) = 1; option cc = 2; option (z) = 3; option (b) = "
     "4;",
     P3
     "\noption (a.b.x) = 1;\noption (b) = 4;\noption cc = 2;\noption java_package = \"x\";\noption "
     "(z) = 3;\n"},
    {"default and json_name sort too",
     P2 "message M { optional int32 a = 1 [packed = true, deprecated = true, json_name = \"q\", "
        "default "
        "= 0x1F, a = 1]; }",
     "\nmessage M {\n  optional int32 a = 1 [\n    a = 1,\n    default = 31,\n    deprecated = "
     "true,\n    "
     "json_name = \"q\",\n    packed = true\n  ];\n}\n"},
    {"extension names in full, scopes respected",
     HEAD "package p; extend google.protobuf.MessageOptions { int32 mo = 50000; } message M { "
          "option (mo) "
          "= 1; message N { option (p.M.inner) = 2; option (inner) = 3; } extend "
          "google.protobuf.MessageOptions { int32 inner = 50001; } }",
     P3
     "package p;\n\nimport \"google/protobuf/descriptor.proto\";\n\nmessage M {\n  option (p.mo) = "
     "1;\n\n  extend .google.protobuf.MessageOptions {\n    int32 inner = 50001;\n  }\n\n  message "
     "N "
     "{\n    option (p.M.inner) = 3;\n  }\n}\n\nextend .google.protobuf.MessageOptions {\n  int32 "
     "mo = "
     "50000;\n}\n"},
    {"unknown options stay apart",
     P3 "option (x).b = 2; option (x).a = 1; option y = 1; option y = 2;",
     P3 "\noption (x).b = 2;\noption (x).a = 1;\noption y = 1;\noption y = 2;\n"},
    {"one singular extension merges",
     HEAD
     "extend google.protobuf.FileOptions { O o = 50000; repeated O r = 50001; string s = 50002; } "
     "message O { int32 a = 1; O sub = 2; repeated int32 list = 3; map<string, int32> m = 4; } "
     "option (o).a = 1; option (o).sub.a = 2; option (o) = { a: 3, list: [1, 2] }; option (o).sub "
     "= { "
     "sub { a: 5 } }; option (o).list = 2; option (o).list = 9; option (o).unknown = 1; option "
     "(o).unknown = 2; option (o).m = { key: \"k\" }; option (o).m = { key: \"l\" }; option (r).a "
     "= 1; "
     "option (r).a = 2; option (s) = \"x\"; option (s) = \"y\";",
     HEAD_OUT
     "\noption (o) = {\n  a: 3,\n  list: [\n    1,\n    2,\n    9\n  ],\n  m: [\n    {\n      "
     "key: \"k\"\n    },\n    {\n      key: \"l\"\n    }\n  ],\n  sub: {\n    a: 2,\n    sub: {\n  "
     "    a: 5\n    }\n  },\n  unknown: [\n    1,\n    2\n  ]\n};\noption (r) = {\n  a: "
     "1\n};\noption (r) = {\n  a: 2\n};\noption (s) = \"y\";\n\nmessage O {\n  int32 a = 1;\n  .O "
     "sub = 2;\n  repeated int32 list = 3;\n  map<string, int32> m = 4;\n}\n\nextend "
     ".google.protobuf.FileOptions {\n  .O o = 50000;\n  repeated .O r = 50001;\n  string s = "
     "50002;\n}\n"},
    {"literals",
     P3 "option (x) = { b: 1 [z.y]: 2 Z: 3 a: [] c: [4] d: [[5], 6] e { } f: 010 g: 1e3 };",
     P3
     "\noption (x) = {\n  Z: 3,\n  [z.y]: 2,\n  b: 1,\n  c: 4,\n  d: [\n    5,\n    6\n  ],\n  e: "
     "{\n  },\n  f: 8,\n  g: 1000\n};\n"},
    {"numbers",
     P3
     "option a = 0x7f; option b = 017; option c = 09; option d = 1.50; option e = -0.0; option f = "
     "1e-3; option g = 12.5e1; option h = 0xffffffffffffffff; option i = 1e999999; option j = "
     "-inf; "
     "option k = 00; option l = 0.000; option m = 100; option n = 1e0; option o = -0x10; option p "
     "= "
     "123456789012345678901234567890.5;",
     P3
     "\noption a = 127;\noption b = 15;\noption c = 9;\noption d = 1.5;\noption e = -0;\noption f "
     "= "
     "0.001;\noption g = 125;\noption h = 18446744073709551615;\noption i = 1e999999;\noption j = "
     "-inf;\noption k = 0;\noption l = 0;\noption m = 100;\noption n = 1;\noption o = -16;\noption "
     "p = "
     "123456789012345678901234567890.5;\n"},
    {"defaults of every kind",
     P2
     "message M { optional double a = 1 [default = .5]; optional string b = 2 [default = \"'\"]; "
     "optional bytes c = 3 [default = \"\\001\"]; optional bool d = 4 [default = true]; optional E "
     "e = "
     "5 [default = \"X\"]; enum E { X = 1; } }",
     "\nmessage M {\n  optional double a = 1 [default = 0.5];\n  optional string b = 2 [default = "
     "\"\\'\"];\n  optional bytes c = 3 [default = \"\\001\"];\n  optional bool d = 4 [default = "
     "true];\n  optional .M.E e = 5 [default = X];\n\n  enum E {\n    X = 1;\n  }\n}\n"},
    {"confluent meta",
     P3 "package a.b; message M { N nn = 12 [(confluent.field_meta).doc = \"hey\", "
        "(confluent.field_meta).tags = \"PII\", (confluent.field_meta).tags = \"X\", "
        "(confluent.field_meta).tags = \"PII\"]; message N {} }",
     P3 "package a.b;\n\nmessage M {\n  .a.b.M.N nn = 12 [(confluent.field_meta) = {\n    doc: "
        "\"hey\",\n    tags: [\n      \"PII\",\n      \"X\"\n    ]\n  }];\n\n  message N {}\n}\n"},
};

static struct sma_schema *normal_of(const struct sma_schema *schema)
{
    struct sma_schema *normal = NULL;
    struct sma_error err = SMA_ERROR_INIT;
    if (pb_try_normalize(&normal, schema, NULL, &err))
        fail_msg("%s\nin %.*s", err.message, SMA_STR_ARG(schema->text));
    return normal;
}

static void check_row(void **state)
{
    const struct row *row = *state;
    struct sma_schema *schema = pb_parsez(row->text);
    struct sma_schema *normal = normal_of(schema);
    sma_test_same_text(row->name, normal->canonical, sma_str_z(row->normal));
    struct sma_schema *again = normal_of(normal);
    sma_test_same_text(row->name, again->canonical, normal->canonical);
    sma_schema_unref(again);
    sma_schema_unref(normal);
    sma_schema_unref(schema);
}

static void test_references(void **state)
{
    static const struct pb_reference references[] = {
        {"z.proto", "z", 2, SMA_STR_INIT(P3)}, {"a.proto", "b", 1, SMA_STR_INIT(P3)}, {0}};
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_schema *normal = NULL, *schema = pb_parse(SMA_STR(P3 "message M {}"), references);
    (void)state;
    assert_int_equal(pb_try_normalize(&normal, schema, references, &err), SMA_OK);
    assert_int_equal(normal->reference_count, 2);
    sma_test_same_text("first", normal->references[0].name, SMA_STR("a.proto"));
    sma_schema_unref(normal);
    sma_schema_unref(schema);
}

int main(void)
{
    struct CMUnitTest tests[SMA_COUNT(rows) + 1];
    size_t n = 0;
    memset(tests, 0, sizeof tests);
    for (size_t i = 0; i < SMA_COUNT(rows); i++)
        tests[n++] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = check_row, .initial_state = (void *)&rows[i]};
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_references);
    return _cmocka_run_group_tests("normalize", tests, n, NULL, NULL) != 0;
}
