/* What the parser takes and refuses, and what the printer makes of it: the rules of compat-protobuf
 * sections 2 and 5. */
#include "tests/unit/core/protobuf/support.h"

#define P3 "syntax = \"proto3\";\n"
#define P2 "syntax = \"proto2\";\n"
#define E23 "edition = \"2023\";\n"

/* Refused, with the whole message but its common beginning. */
static const struct bad {
    const char *name, *text, *error;
} bad[] = {
    {"end of file in a message", "message M {", "Syntax error in :1:12: unexpected end of file"},
    {"end of file in a field", P3 "message M { int32", "Syntax error in :2:18: expected a word"},
    {"end of file after a string", P3 "import \"a\"",
     "Syntax error in :2:11: unexpected end of file"},
    {"no equals sign", P3 "message M { int32 a 1; }",
     "Syntax error in :2:22: expected '=' but was '1'"},
    {"unterminated string", P3 "import \"abc;\n", "Syntax error in :3:1: unterminated string"},
    {"unterminated comment", P3 "/* abc", "Syntax error in :2:7: unterminated comment"},
    {"comment of one star", P3 "/*/", "Syntax error in :2:4: unterminated comment"},
    {"lonely slash", P3 "message / M {}", "Syntax error in :2:11: unexpected '/'"},
    {"form feed is no white space", P3 "message\fM {}", "Syntax error in :2:8: expected a word"},
    {"non-ASCII outside strings", P3 "message \xc3\xa9 {}",
     "Syntax error in :2:9: expected a word"},
    {"columns count UTF-16 units", P3 "/* \xf0\x9f\x98\x80 */ message {",
     "Syntax error in :2:18: expected a word"},
    {"invalid UTF-8", "message M { // \xff\n}", "Syntax error in :1:16: invalid UTF-8"},
    {"hexadecimal beyond 32 bits", P3 "message M { int32 a = 0xffffffff; }",
     "Syntax error in :2:33: expected an integer but was 0xffffffff"},
    {"a word for a number", P3 "message M { int32 a = x; }",
     "Syntax error in :2:24: expected an integer but was x"},
    {"a fraction for a number", P3 "message M { int32 a = 1.5; }",
     "Syntax error in :2:26: expected an integer but was 1.5"},
    {"edition this grammar does not know", "edition = \"2022\";",
     "Syntax error in :1:1: unexpected edition: 2022"},
    {"syntax behind a semicolon", "; syntax = \"proto3\";",
     "Syntax error in :1:3: 'syntax' element must be the first declaration in a file"},
    {"edition not first", "package a; edition = \"2023\";",
     "Syntax error in :1:12: 'edition' element must be the first declaration in a file"},
    {"two syntax lines", P3 "syntax = \"proto3\";",
     "Syntax error in :2:1: too many syntax definitions"},
    {"syntax without quotes", "syntax = proto3;", "Syntax error in :1:10: expected a string"},
    {"optional label missing in proto2 extend", P2 "extend M { int32 a = 1; }",
     "Syntax error in :2:12: unexpected label: int32"},
    {"label in a oneof", P3 "message M { oneof o { optional int32 a = 1; } }",
     "Syntax error in :2:39: expected '=' but was 'a'"},
    {"semicolon in a oneof", P3 "message M { oneof o { ; } }",
     "Syntax error in :2:23: expected a word"},
    {"label before a map", P2 "message M { optional map<string, int32> m = 1; }",
     "Syntax error in :2:13: 'map' type cannot have label"},
    {"map key of bytes", P3 "message M { map<bytes, int32> m = 1; }",
     "map key must be non-byte, non-floating point scalar: bytes"},
    {"map key of double", P3 "message M { map<double, int32> m = 1; }",
     "map key must be non-byte, non-floating point scalar: double"},
    {"map key of a message", P3 "message M { map<M, int32> m = 1; }",
     "map key must be non-byte, non-floating point scalar: M"},
    {"map without types", P3 "message M { map m = 1; }",
     "Syntax error in :2:18: expected '<' but was 'm'"},
    {"two enums of one name", P3 "enum E {}\n enum E {}", "E (:3:2) is already defined at :2:1"},
    {"an enum and a message of one name", P3 "enum E {} message E {}",
     "E (:2:11) is already defined at :2:1"},
    {"two services of one name", P3 "service S {} service S {}",
     "S (:2:14) is already defined at :2:1"},
    {"a constant called option", P3 "enum E { option = 1; }",
     "Syntax error in :2:17: expected a word"},
    {"unknown declaration", P3 "foo bar;", "Syntax error in :2:1: unexpected label: foo"},
    {"an rpc outside services", P3 "rpc A (M) returns (M);",
     "Syntax error in :2:1: unexpected label: rpc"},
    {"a field in a service", P3 "service S { int32 a = 1; }",
     "Syntax error in :2:13: unexpected label: int32"},
    {"returns missing", P3 "service S { rpc A (M) gives (M); }",
     "Syntax error in :2:28: expected 'returns'"},
    {"field in an rpc", P3 "service S { rpc A (M) returns (M) { int32 a = 1; } }",
     "Syntax error in :2:37: unexpected label: int32"},
    {"bare reserved word", P3 "message M { reserved foo; }",
     "Syntax error in :2:25: expected an integer but was foo"},
    {"reserved range without to", P3 "message M { reserved 1 2; }",
     "Syntax error in :2:13: expected ',', ';', or 'to'"},
    {"reserved with a brace", P3 "message M { reserved \"a\" }",
     "Syntax error in :2:27: expected ',' or ';'"},
    {"extensions without a comma", P2 "message M { extensions 1 to 2 3; }",
     "Syntax error in :2:32: expected ',' or ';'"},
    {"extensions after options", P2 "message M { extensions 1 [x = 1], 2; }",
     "Syntax error in :2:34: expected ';' but was ','"},
    {"group in a group", P2 "message M { optional group G = 1 { optional group H = 2 {} } }",
     "Syntax error in :2:59: expected field declaration, was group"},
    {"Any URL as a key", P3 "option (x) = { [type.googleapis.com/x]: 1 };",
     "Syntax error in :2:38: unexpected '/'"},
    {"angle brackets", P3 "option (x) = { a < b: 1 > };",
     "Syntax error in :2:19: expected ':' in option"},
    {"options without a comma", P3 "message M { int32 a = 1 [x = 1 y = 2]; }",
     "Syntax error in :2:32: Expected ',' or ']'"},
    {"list without a comma", P3 "option (x) = [1 2];",
     "Syntax error in :2:17: expected ',' or ']'"},
    {"parenthesis left open", P3 "option (x = 1;",
     "Syntax error in :2:12: expected ')' but was '='"},
    {"third part of an option", P3 "option (a).(b).c = 1;",
     "Syntax error in :2:16: expected '=' in option"},
    {"escape without digits", P3 "option x = \"\\x\";",
     "Syntax error in :2:15: expected a digit after \\x or \\X"},
    {"comment in front of code", P3 "enum E { A = 0; /* x */ B = 1; }",
     "Syntax error in :2:26: no syntax may follow trailing comment"},
    {"comment behind reserved", P3 "message M { reserved 1; /* x */ }",
     "Syntax error in :2:34: no syntax may follow trailing comment"},
    {"optional in editions", E23 "message M { optional int32 a = 1; }",
     "Syntax error in :2:13: 'optional' label forbidden in editions: use features.field_presence"},
    {"required in editions", E23 "message M { required int32 a = 1; }",
     "Syntax error in :2:13: 'required' label forbidden in editions: use features.field_presence"},
};

/* Accepted, and printed as this (behind the same syntax line). */
static const struct good {
    const char *name, *text, *printed;
} good[] = {
    {"words with dots and dashes", P3 "message a.b-c_d {}", P3 "\nmessage a.b-c_d {}\n"},
    {"comments between tokens", P3 "message/*a*/M/**/{//x\nint32/**/a=/**/1/**/;}",
     P3 "\nmessage M {\n  int32 a = 1;\n}\n"},
    {"last line is a comment", P3 "message M {} //", P3 "\nmessage M {}\n"},
    {"block comment ends its line", P3 "message M { int32 a = 1; /* x\n y */ \t\r\n int32 b = 2; }",
     P3 "\nmessage M {\n  int32 a = 1;\n  int32 b = 2;\n}\n"},
    {"slash that begins no comment", P3 "message M { int32 a = 1; // /* x */ y\n }",
     P3 "\nmessage M {\n  int32 a = 1;\n}\n"},
    {"numbers",
     P3 "message M { int32 a = 0x10; int32 b = 007; int32 c = -2147483648; int32 d = "
        "0X7fffffff; }",
     P3 "\nmessage M {\n  int32 a = 16;\n  int32 b = 7;\n  int32 c = -2147483648;\n  int32 d = "
        "2147483647;\n}\n"},
    {"escapes", P3 "option x = \"\\a\\b\\f\\n\\r\\t\\v\\\\\\'\\\"\\?\\q\\x41\\X4a\\101\\0601\\7\";",
     P3 "\noption x = \"\\a\\b\\f\\n\\r\\t\\v\\\\\\'\\\"?qAJA01\\a\";\n"},
    {"one and two hexadecimal digits", P3 "option x = \"\\x1g\\xffz\";",
     P3 "\noption x = \"\001g\xc3\xbfz\";\n"},
    {"raw newline in a string", P3 "option x = \"a\nb\";", P3 "\noption x = \"a\\nb\";\n"},
    {"strings join over comments", P3 "option x = 'a\"' /* c */ \"b'\" // d\n 'c';",
     P3 "\noption x = \"a\\\"b\\'c\";\n"},
    {"import of every kind",
     P3 "import \"b\"; import public \"a\"; import weak \"w\"; import 'c'; import public \"0\";",
     P3 "\nimport \"b\";\nimport \"c\";\nimport public \"a\";\nimport public \"0\";\n"},
    {"package alone", "package a.b;", "package a.b;\n"},
    {"options only", "option a = b;", "\noption a = b;\n"},
    {"no syntax but a service", "service S {}", "\nservice S {}\n"},
    {"messages before enums", P3 "enum E { A = 0; } message M {} enum F { B = 0; } message N {}",
     P3 "\nmessage M {}\nmessage N {}\nenum E {\n  A = 0;\n}\nenum F {\n  B = 0;\n}\n"},
    {"extends before services", P2 "service S {} extend M { optional int32 a = 100; } message M {}",
     P2 "\nmessage M {}\n\nextend M {\n  optional int32 a = 100;\n}\n\nservice S {}\n"},
    {"empty things",
     P2 "message M { oneof o {} message N {} enum E {} extend M {} optional group G "
        "= 1 {} }",
     P2 "\nmessage M {\n  oneof o {}\n\n  optional group G = 1 {}\n\n  extend M {}\n\n  message N "
        "{}\n  enum E {}\n}\n"},
    {"group without label in proto3", P3 "message M { group G = 1 { int32 a = 1; } }",
     P3 "\nmessage M {\n  group G = 1 {\n    int32 a = 1;\n  }\n}\n"},
    {"groups in extends are kept", P2 "extend M { optional group G = 1 { optional int32 a = 1; } }",
     P2 "\nextend M {\n  optional group G = 1 {\n    optional int32 a = 1;\n  }\n}\n"},
    {"blank lines three levels down",
     P3
     "message A { message B { message C { int32 a = 1; oneof o { option x = 1; int32 b = 2; } } } "
     "}",
     P3 "\nmessage A {\n  message B {\n    message C {\n      int32 a = 1;\n    \n      oneof o "
        "{\n        option x = 1;\n      \n        int32 b = 2;\n      }\n    }\n  }\n}\n"},
    {"several reserved lines",
     P3 "message M { reserved 1; reserved \"a\", 'b'; reserved 5 to "
        "536870911, 7 to 9; }",
     P3
     "\nmessage M {\n  reserved 1;\n  reserved \"a\", \"b\";\n  reserved 5 to max, 7 to 9;\n}\n"},
    {"reserved in an enum", P3 "enum E { A = 0; reserved -5 to 3; option x = 1; reserved \"Q\"; }",
     P3 "\nenum E {\n  reserved -5 to 3;\n  reserved \"Q\";\n  option x = 1;\n  A = 0;\n}\n"},
    {"default and json_name leave the options",
     P2
     "message M { optional int32 a = 1 [json_name = \"x\", default = 1, json_name = \"y\", default "
     "= 2, a = b]; }",
     P2 "\nmessage M {\n  optional int32 a = 1 [\n    a = b,\n    default = 2,\n    json_name = "
        "\"y\"\n  ];\n}\n"},
    {"string default given as a word", P2 "message M { optional string a = 1 [default = x]; }",
     P2 "\nmessage M {\n  optional string a = 1 [default = \"x\"];\n}\n"},
    {"enum default given as a string", P2 "message M { optional E a = 1 [default = \"X\"]; }",
     P2 "\nmessage M {\n  optional E a = 1 [default = X];\n}\n"},
    {"default that is no word", P2 "message M { optional E a = 1 [default = \"a b\"]; }",
     P2 "\nmessage M {\n  optional E a = 1 [default = \"a b\"];\n}\n"},
    {"bytes default", P2 "message M { optional bytes a = 1 [default = \"\\xff\xc3\xa9'\\n\"]; }",
     P2 "\nmessage M {\n  optional bytes a = 1 [default = \"\\377\\303\\251\\'\\n\"];\n}\n"},
    {"kinds of values",
     P3 "option a = 1; option b = -1; option c = .5; option d = TRUE; option e = "
        "true; option f = 1e10; option g = -inf; option h = 'x';",
     P3
     "\noption a = 1;\noption b = -1;\noption c = .5;\noption d = TRUE;\noption e = true;\noption "
     "f = 1e10;\noption g = -inf;\noption h = \"x\";\n"},
    {"literals", P3 "option (x) = { a: 1, b { c: \"d\" }; e: [1, 2,], a: 2 a: [3, 4], [f.g]: h };",
     P3
     "\noption (x) = {\n  a: [\n    1,\n    2,\n    3,\n    4\n  ],\n  b: {\n    c: \"d\"\n  },\n  "
     "e: [\n    1,\n    2\n  ],\n  [f.g]: h\n};\n"},
    {"many keys", P3 "option (x) = { a:1 b:1 c:1 d:1 e:1 f:1 g:1 h:1 i:1 j:1 k:1 a:2 k:2 };",
     P3 "\noption (x) = {\n  a: [\n    1,\n    2\n  ],\n  b: 1,\n  c: 1,\n  d: 1,\n  e: 1,\n  f: "
        "1,\n  g: 1,\n  h: 1,\n  i: 1,\n  j: 1,\n  k: [\n    1,\n    2\n  ]\n};\n"},
    {"dotted options", P3 "option (a.b).c.d = 1; option e.f = 2; option (g).(h.i) = 3;",
     P3 "\noption (a.b).c.d = 1;\noption e.f = 2;\noption (g).(h.i) = 3;\n"},
    {"option in brackets", P3 "option [a.b] = 1;", P3 "\noption [a.b] = 1;\n"},
    {"map types",
     P3 "message M { map < string,int32 > a = 1 [x = 1]; oneof o { map<bool,M> b = 2; } }",
     P3 "\nmessage M {\n  map<string, int32> a = 1 [x = 1];\n\n  oneof o {\n    map<bool, M> b = "
        "2;\n  }\n}\n"},
    {"rpcs",
     P3 "service S { rpc A (stream .a.B) returns (stream C) {;;} ; rpc stream (M) returns "
        "(streamer); option x = 1; }",
     P3 "\nservice S {\n  option x = 1;\n\n  rpc A (stream .a.B) returns (stream C);\n  rpc stream "
        "(M) returns (streamer);\n}\n"},
    {"extensions", P2 "message M { extensions 1, 3 to 5, 9 to max [a = 1, b = 2]; }",
     P2 "\nmessage M {\n  extensions 1, 3 to 5, 9 to max [\n    a = 1,\n    b = 2\n  ];\n}\n"},
    {"editions",
     E23 "message M { reserved foo, \"bar\"; reserved 5; int32 a = 1 [features.(pb.cpp).x "
         "= Y]; }",
     E23
     "\nmessage M {\n  reserved foo, \"bar\";\n  reserved 5;\n\n  int32 a = 1 [features.(pb.cpp).x "
     "= Y];\n}\n"},
    {"edition 2024",
     "edition = \"2024\";\nimport option \"x\"; export message M { local enum E { A = 0; } export "
     "e = "
     "1; local message N {} }",
     "edition = \"2024\";\n\nimport option \"x\";\n\nexport message M {\n  export e = 1;\n\n  "
     "local "
     "message N {}\n  local enum E {\n    A = 0;\n  }\n}\n"},
    {"lists of numbers and names nobody checks",
     P3 "message M { int32 a = 0; int32 a = 0; Nope b = -1; reserved 0; message N {} enum N {} }",
     P3 "\nmessage M {\n  reserved 0;\n\n  int32 a = 0;\n  int32 a = 0;\n  Nope b = -1;\n\n  "
        "message N "
        "{}\n  enum N {}\n}\n"},
};

static void check_bad(void **state)
{
    const struct bad *row = *state;
    struct sma_schema *schema = NULL;
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_str prefix = SMA_STR("Could not parse Protobuf - ");
    enum sma_status st = pb_try_parse(&schema, sma_str_z(row->text), NULL, false, &err);
    if (st != SMA_EINVAL)
        fail_msg("%s: status %d", row->name, (int)st);
    assert_true(sma_str_starts(sma_str_z(err.message), prefix));
    sma_test_same_text(row->name, sma_str_from(sma_str_z(err.message), prefix.len),
                       sma_str_z(row->error));
}

/* The printed text is its own printed text. */
static void check_good(void **state)
{
    const struct good *row = *state;
    struct sma_schema *schema = pb_parsez(row->text);
    sma_test_same_text(row->name, schema->canonical, sma_str_z(row->printed));
    struct sma_schema *again = pb_parse(schema->canonical, NULL);
    sma_test_same_text(row->name, again->canonical, schema->canonical);
    sma_schema_unref(again);
    sma_schema_unref(schema);
}

/* Unresolved types: only with validation, in the order of printing, never for values of maps. */
static void test_unresolved(void **state)
{
    static const struct {
        const char *text, *error; /* NULL: accepted */
    } rows[] = {
        {P3 "message M { Foo a = 1; }", "Could not resolve type: Foo"},
        {P3 "message M { map<string, Foo> a = 1; }", NULL},
        {P3 "message M { Foo a = 2; Bar b = 1; }", "Could not resolve type: Bar"},
        {P3 "message M { oneof o { Foo a = 2; } }", "Could not resolve type: Foo"},
        {P2 "message M { optional group G = 1 { optional .x.Foo a = 2; } }",
         "Could not resolve type: .x.Foo"},
        {P2 "extend Foo { optional int32 a = 1; }", "Could not resolve type: Foo"},
        {P3 "message M {} service S { rpc A (M) returns (N); }", "Could not resolve type: N"},
        {P3
         "message M { google.protobuf.Timestamp t = 1; .google.type.Money m = 2; confluent.Meta c "
         "= 3; }",
         NULL},
        {P3 "message M { google.type.LocalizedText t = 1; }",
         "Could not resolve type: google.type.LocalizedText"},
        {P3 "package google.protobuf; message M { Timestamp t = 1; }", NULL},
        {P3
         "package a.b.c; message M { message N { M m = 1; c.M m2 = 2; b.c.M.N n = 3; a.b.c.M.N n2 "
         "= 4; E e = 5; } enum E { A = 0; } }",
         NULL},
        {P3
         "message M { message a { message X {} } } message a { message Y {} } message N { a.Y y = "
         "1; }",
         NULL},
        /* the whole name is tried at each level, where protoc binds the first part */
        {P3 "message a { message Y {} } message M { message a { message X {} } a.Y y = 1; }", NULL},
    };
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        struct sma_schema *schema = NULL;
        struct sma_error err = SMA_ERROR_INIT;
        enum sma_status st = pb_try_parse(&schema, sma_str_z(rows[i].text), NULL, true, &err);
        if (rows[i].error)
            sma_test_same_text(rows[i].text, sma_str_z(err.message), sma_str_z(rows[i].error));
        else if (st)
            fail_msg("%s: %s", rows[i].text, err.message);
        sma_schema_unref(schema);
        assert_int_equal(pb_try_parse(&schema, sma_str_z(rows[i].text), NULL, false, &err), SMA_OK);
        sma_schema_unref(schema);
    }
}

/* References: visible without an import, by the path they stand for, in place of a built-in file.
 */
static void test_references(void **state)
{
    static const struct pb_reference references[] = {
        {"other.proto", "o", 1, SMA_STR_INIT(P3 "package o; message Other { message In {} }")},
        {"google/protobuf/empty.proto", "e", 1,
         SMA_STR_INIT(P3 "package google.protobuf; message Mine {}")},
        {0}};
    struct sma_schema *schema = NULL;
    struct sma_error err = SMA_ERROR_INIT;
    (void)state;
    assert_int_equal(pb_try_parse(&schema,
                                  SMA_STR("message M { optional o.Other.In a = 1; optional "
                                          "google.protobuf.Mine m = 2; }"),
                                  references, true, &err),
                     SMA_OK);
    sma_schema_unref(schema);
    assert_int_equal(pb_try_parse(&schema,
                                  SMA_STR("message M { optional google.protobuf.Empty a = 1; }"),
                                  references, true, &err),
                     SMA_EINVAL);
    static const struct pb_reference broken[] = {{"b.proto", "b", 1, SMA_STR_INIT("message {")},
                                                 {0}};
    assert_int_equal(pb_try_parse(&schema, SMA_STR("message M {}"), broken, true, &err),
                     SMA_EINVAL);
    sma_test_same_text("broken", sma_str_z(err.message),
                       SMA_STR("reference \"b.proto\": Could not parse Protobuf - Syntax error in "
                               ":1:9: expected a word"));
}

static bool collect_name(void *ctx, struct sma_str name)
{
    struct sma_buf *buf = ctx;
    sma_buf_puts(buf, name);
    sma_buf_putc(buf, ' ');
    return buf->len < 12;
}

static void test_each_field(void **state)
{
    struct sma_buf buf;
    (void)state;
    struct sma_schema *schema = pb_parsez(
        P3 "message A { int32 a = 1; oneof o { int32 b = 2; } message N { int32 no = 1; } } "
           "message B { map<string, int32> c = 1; int32 dd = 2; int32 ee = 3; int32 ff = 4; }");
    sma_buf_init(&buf, 0);
    sma_format_protobuf.each_field(schema, collect_name, &buf);
    sma_test_same_text("names", sma_buf_str(&buf), SMA_STR("a b c dd ee "));
    sma_buf_fini(&buf);
    sma_schema_unref(schema);
}

int main(void)
{
    struct CMUnitTest tests[SMA_COUNT(bad) + SMA_COUNT(good) + 3];
    size_t n = 0;
    memset(tests, 0, sizeof tests);
    for (size_t i = 0; i < SMA_COUNT(bad); i++)
        tests[n++] = (struct CMUnitTest){
            .name = bad[i].name, .test_func = check_bad, .initial_state = (void *)&bad[i]};
    for (size_t i = 0; i < SMA_COUNT(good); i++)
        tests[n++] = (struct CMUnitTest){
            .name = good[i].name, .test_func = check_good, .initial_state = (void *)&good[i]};
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_unresolved);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_references);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_each_field);
    return _cmocka_run_group_tests("parse", tests, n, NULL, NULL) != 0;
}
