/* validateFields: what protoc refuses. Each row is checked with protoc too, where it is installed.
 */
#include "tests/unit/core/protobuf/support.h"

#include <unistd.h>

#define P3 "syntax = \"proto3\"; package p; "
#define P2 "syntax = \"proto2\"; package p; "
#define DESCRIPTOR "import \"google/protobuf/descriptor.proto\"; "

static const struct row {
    const char *name, *text, *error; /* error NULL: accepted by both */
} rows[] = {
    {"plain",
     P3
     "message M { int32 a = 1; map<string, M> m = 2; oneof o { int32 b = 3; } enum E { A = 0; } }",
     NULL},
    {"field name twice", P3 "message M { int32 a = 1; int32 a = 2; }",
     "\"p.M.a\" is already defined"},
    {"nested name twice", P3 "message M { message N {} enum N { A = 0; } }",
     "\"p.M.N\" is already defined"},
    {"constants of two enums in one scope", P3 "enum E { A = 0; } enum F { A = 0; }",
     "\"p.A\" is already defined"},
    {"a map's hidden message", P3 "message M { map<string, int32> a_b = 1; message ABEntry {} }",
     "\"p.M.ABEntry\" is already defined"},
    {"number twice", P3 "message M { int32 a = 1; oneof o { int32 b = 1; } }",
     "field number 1 has already been used in \"p.M\" by field \"a\""},
    {"number zero", P3 "message M { int32 a = 0; }", "field \"a\": numbers must be positive"},
    {"number negative", P3 "message M { int32 a = -1; }", "field \"a\": numbers must be positive"},
    {"largest number", P3 "message M { int32 a = 536870911; }", NULL},
    {"number too large", P3 "message M { int32 a = 536870912; }",
     "field \"a\": numbers cannot exceed 536870911"},
    {"below the reserved numbers", P3 "message M { int32 a = 18999; int32 b = 20000; }", NULL},
    {"reserved number of the implementation", P3 "message M { int32 a = 19000; }",
     "field \"a\": numbers 19000 to 19999 are reserved for the implementation"},
    {"reserved number", P3 "message M { reserved 3, 5 to 9; int32 a = 7; }",
     "field \"a\" uses a reserved number or name"},
    {"reserved name", P3 "message M { reserved \"a\"; int32 a = 7; }",
     "field \"a\" uses a reserved number or name"},
    {"overlapping ranges", P3 "message M { reserved 1 to 5, 5; }",
     "p.M: range 5 to 5 overlaps 1 to 5"},
    {"range the wrong way", P2 "message M { extensions 5 to 1; }",
     "p.M: range 5 to 1 is empty or out of bounds"},
    {"name reserved twice", P3 "message M { reserved \"a\", \"a\"; }", "\"a\" is reserved twice"},
    {"number of an extension range", P2 "message M { extensions 5 to 9; optional int32 a = 5; }",
     "field \"a\" uses a number of an extension range"},
    {"extension range in proto3", P3 "message M { extensions 5; }",
     "extension ranges are not allowed in proto3"},
    {"extending something else in proto3", P3 "message M {} extend M { int32 a = 1; }",
     "extensions in proto3 are only allowed for defining options"},
    {"extending options in proto3",
     P3 DESCRIPTOR "extend google.protobuf.FieldOptions { int32 a = 50000; }", NULL},
    {"undeclared extension number",
     P2 "message M { extensions 5; } extend M { optional int32 a = 6; }",
     "\"p.M\" does not declare 6 as an extension number"},
    {"extending an enum", P2 "enum E { A = 0; } extend E { optional int32 a = 6; }",
     "\"E\" is not a message type"},
    {"empty enum", P3 "enum E {}", "enum \"E\" has no values"},
    {"first constant not zero", P3 "enum E { A = 1; }",
     "the first value of open enum \"E\" must be zero"},
    {"first constant not zero, closed", P2 "enum E { A = 1; }", NULL},
    {"constant twice", P3 "enum E { A = 0; B = 0; }",
     "\"B\" uses the same enum value as \"A\" without the allow_alias option"},
    {"aliases allowed", P3 "enum E { option allow_alias = true; A = 0; B = 0; }", NULL},
    {"reserved constant", P3 "enum E { A = 0; B = 5; reserved 5; }",
     "enum value \"B\" uses a reserved number or name"},
    {"empty oneof", P3 "message M { oneof o {} }", "oneof \"o\" has no fields"},
    {"map in a oneof", P3 "message M { oneof o { map<string, int32> a = 1; } }",
     "map fields are not allowed in oneofs"},
    {"unknown map value", P3 "message M { map<string, Nope> a = 1; }", "\"Nope\" is not defined"},
    {"JSON names in conflict", P3 "message M { int32 a_b = 1; int32 aB = 2; }",
     "field \"aB\": the JSON name \"aB\" is used twice"},
    {"default in proto3", P3 "message M { int32 a = 1 [default = 1]; }",
     "field \"a\": explicit default values are not allowed in proto3"},
    {"default of a repeated field", P2 "message M { repeated int32 a = 1 [default = 1]; }",
     "field \"a\": repeated fields and messages have no default value"},
    {"default of a message", P2 "message M { optional M a = 1 [default = 1]; }",
     "field \"a\": repeated fields and messages have no default value"},
    {"default that is no number", P2 "message M { optional int32 a = 1 [default = x]; }",
     "field \"a\": the default does not fit its type"},
    {"default beyond 32 bits", P2 "message M { optional int32 a = 1 [default = 2147483648]; }",
     "field \"a\": the default does not fit its type"},
    {"lowest default", P2 "message M { optional int32 a = 1 [default = -2147483648]; }", NULL},
    {"negative default of an unsigned field",
     P2 "message M { optional uint32 a = 1 [default = -1]; }",
     "field \"a\": the default does not fit its type"},
    {"default constant that is none",
     P2 "message M { optional E a = 1 [default = Z]; enum E { A = 0; } }",
     "field \"a\": the default does not fit its type"},
    {"default of a string without quotes", P2 "message M { optional string a = 1 [default = x]; }",
     "field \"a\": the default does not fit its type"},
    {"defaults that fit",
     P2 "message M { optional double a = 1 [default = -inf]; optional float b = 2 [default = 1]; "
        "optional bool c = 3 [default = true]; optional bytes d = 4 [default = \"\\377\"]; }",
     NULL},
    {"group in lower case", P2 "message M { optional group g = 1 {} }",
     "group names start with a capital letter"},
    {"group in proto3", P3 "message M { repeated group G = 1 {} }",
     "groups are not supported in proto3"},
    {"rpc of an enum", P3 "enum E { A = 0; } service S { rpc R (E) returns (E); }",
     "\"E\" is not a message type"},
    {"import that leads nowhere", P3 "import \"nope.proto\";",
     "cannot resolve import nope.proto in default"},
    {"used without an import", P3 "message M { google.protobuf.Any a = 1; }",
     "\"google.protobuf.Any\" seems to be defined in \"google/protobuf/any.proto\", which is not "
     "imported"},
    {"imported",
     P3 "import \"google/protobuf/any.proto\"; message M { google.protobuf.Any a = 1; }", NULL},
    {"unknown option", P3 "option nope = 1;", "option \"nope\" is unknown"},
    {"option of a wrong type", P3 "option java_package = 1;",
     "option \"java_package\" is unknown or has a wrong value"},
    {"unknown custom option", P3 "option (nope) = 1;",
     "option \"nope\" is unknown or has a wrong value"},
    {"constant that an option lacks", P3 "option optimize_for = FAST;",
     "option \"optimize_for\" is unknown or has a wrong value"},
    {"custom option",
     P3 DESCRIPTOR "extend google.protobuf.FileOptions { int32 x = 50000; } option (x) = 5;", NULL},
};

static enum sma_status strict(struct sma_str text, const struct pb_reference *references,
                              struct sma_error *err)
{
    struct pb_source source;
    struct sma_schema *schema = NULL;
    struct sma_parse_options options = {SMA_PARSE_STRICT, true, true};
    pb_source_init(&source, text, references);
    enum sma_status st = sma_format_protobuf.parse(&schema, &source.source, &options, err);
    if (!st)
        sma_schema_unref(schema);
    return st;
}

static int protoc_accepts(const char *text)
{
    char path[] = "/tmp/sma-strict-XXXXXX.proto", command[300];
    int fd = mkstemps(path, 6);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    snprintf(command, sizeof command,
             "protoc -I/tmp -Isrc/core/protobuf/builtin --descriptor_set_out=/dev/null %s "
             ">/dev/null 2>&1",
             path);
    int accepts = system(command) == 0;
    unlink(path);
    return accepts;
}

static void check_row(void **state)
{
    const struct row *row = *state;
    struct sma_error err = SMA_ERROR_INIT;
    enum sma_status st = strict(sma_str_z(row->text), NULL, &err);
    if (row->error)
        sma_test_same_text(row->name, sma_str_z(err.message), sma_str_z(row->error));
    else if (st)
        fail_msg("%s: %s", row->name, err.message);
    static int has_protoc = -1;
    if (has_protoc < 0)
        has_protoc = system("protoc --version >/dev/null 2>&1") == 0;
    if (has_protoc && protoc_accepts(row->text) != (row->error == NULL))
        fail_msg("%s: protoc says otherwise", row->name);
}

static void test_two_files(void **state)
{
    const struct pb_reference references[] = {
        {"a.proto", "a", 1,
         SMA_STR_INIT("syntax = \"proto3\"; package p; message M { message N {} }")},
        {0}};
    struct sma_error err = SMA_ERROR_INIT;
    (void)state;
    assert_int_equal(strict(SMA_STR(P3 "message M {}"), references, &err), SMA_EINVAL);
    assert_string_equal(err.message, "duplicate name: p.M");
    sma_error_clear(&err);
    assert_int_equal(strict(SMA_STR(P3 "message Q { M m = 1; }"), references, &err), SMA_EINVAL);
    sma_error_clear(&err);
    assert_int_equal(
        strict(SMA_STR(P3 "import \"a.proto\"; message Q { M.N m = 1; }"), references, &err),
        SMA_OK);
}

int main(void)
{
    struct CMUnitTest tests[SMA_COUNT(rows) + 1];
    size_t n = 0;
    memset(tests, 0, sizeof tests);
    for (size_t i = 0; i < SMA_COUNT(rows); i++)
        tests[n++] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = check_row, .initial_state = (void *)&rows[i]};
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_two_files);
    return _cmocka_run_group_tests("strict", tests, n, NULL, NULL) != 0;
}
