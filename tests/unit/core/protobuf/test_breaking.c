/* The wire-level rules: what each finds, and in which sets it is. */
#include "tests/unit/core/protobuf/support.h"

#include "core/protobuf/breaking.h"

#define P3 "syntax = \"proto3\"; package p; "
#define P2 "syntax = \"proto2\"; package p; "
#define ALL 31u

/* Two versions of one file a.proto, or, after "====", of b.proto too; a text of "-" is no file. */
static const struct row {
    const char *name, *old, *new;
    const char *found; /* "RULE path" lines over all sets, sorted */
} rows[] = {
    {"nothing", P3 "message M { int32 a = 1; }", P3 "message M { int32 a = 1; }", ""},
    {"adding", P3 "message M { int32 a = 1; }",
     P3 "message M { int32 a = 1; int32 b = 2; oneof o { int32 c = 3; } } message N {} enum E { A "
        "= 0; } service S {}",
     ""},
    {"field deleted", P3 "message M { int32 a = 1; }", P3 "message M {}",
     "FIELD_NO_DELETE p.M.a\nFIELD_NO_DELETE_UNLESS_NAME_RESERVED "
     "p.M.a\nFIELD_NO_DELETE_UNLESS_NUMBER_RESERVED "
     "p.M.a\n"},
    {"field deleted, number reserved", P3 "message M { int32 a = 1; }",
     P3 "message M { reserved 1; }",
     "FIELD_NO_DELETE p.M.a\nFIELD_NO_DELETE_UNLESS_NAME_RESERVED p.M.a\n"},
    {"field deleted, both reserved", P3 "message M { int32 a = 5; }",
     P3 "message M { reserved 1 to 9; reserved \"a\"; }", "FIELD_NO_DELETE p.M.a\n"},
    {"required field deleted, another added", P2 "message M { required int32 a = 1; }",
     P2 "message M { reserved 1; reserved \"a\"; required int32 b = 2; }",
     "FIELD_NO_DELETE p.M.a\nMESSAGE_SAME_REQUIRED_FIELDS p.M.a\nMESSAGE_SAME_REQUIRED_FIELDS "
     "p.M.b\n"},
    {"required becomes optional", P2 "message M { required int32 a = 1; }",
     P2 "message M { optional int32 a = 1; }",
     "FIELD_SAME_CARDINALITY p.M.a\nMESSAGE_SAME_REQUIRED_FIELDS p.M.a\n"},
    {"name, and the JSON name with it", P3 "message M { int32 a_b = 1; }",
     P3 "message M { int32 c = 1; }", "FIELD_SAME_JSON_NAME p.M.a_b\nFIELD_SAME_NAME p.M.a_b\n"},
    {"JSON name alone", P3 "message M { int32 a_b = 1; }",
     P3 "message M { int32 a_b = 1 [json_name = \"x\"]; }", "FIELD_SAME_JSON_NAME p.M.a_b\n"},
    {"types that binary bridges",
     P3 "message M { int32 a = 1; string b = 2; sint32 c = 3; fixed32 d = 4; fixed64 e = 5; }",
     P3 "message M { bool a = 1; bytes b = 2; sint64 c = 3; sfixed32 d = 4; sfixed64 e = 5; }",
     "FIELD_SAME_TYPE p.M.a\nFIELD_SAME_TYPE p.M.b\nFIELD_SAME_TYPE p.M.c\nFIELD_SAME_TYPE "
     "p.M.d\nFIELD_SAME_TYPE "
     "p.M.e\nFIELD_WIRE_JSON_COMPATIBLE_TYPE p.M.a\nFIELD_WIRE_JSON_COMPATIBLE_TYPE "
     "p.M.b\nFIELD_WIRE_JSON_COMPATIBLE_TYPE p.M.c\n"},
    {"types that nothing bridges",
     P3 "message M { int32 a = 1; bytes b = 2; M c = 3; float d = 4; }",
     P3 "message M { string a = 1; string b = 2; N c = 3; double d = 4; } message N {}",
     "FIELD_SAME_TYPE p.M.a\nFIELD_SAME_TYPE p.M.b\nFIELD_SAME_TYPE p.M.c\nFIELD_SAME_TYPE "
     "p.M.d\nFIELD_WIRE_COMPATIBLE_TYPE p.M.a\nFIELD_WIRE_COMPATIBLE_TYPE "
     "p.M.b\nFIELD_WIRE_COMPATIBLE_TYPE "
     "p.M.c\nFIELD_WIRE_COMPATIBLE_TYPE p.M.d\nFIELD_WIRE_JSON_COMPATIBLE_TYPE "
     "p.M.a\nFIELD_WIRE_JSON_COMPATIBLE_TYPE p.M.b\nFIELD_WIRE_JSON_COMPATIBLE_TYPE "
     "p.M.c\nFIELD_WIRE_JSON_COMPATIBLE_TYPE p.M.d\n"},
    {"another enum with all numbers",
     P3 "message M { E a = 1; } enum E { A = 0; } enum F { B = 0; }",
     P3 "message M { F a = 1; } enum E { A = 0; } enum F { B = 0; }",
     "FIELD_SAME_TYPE p.M.a\nFIELD_WIRE_JSON_COMPATIBLE_TYPE p.M.a\n"},
    {"types as written differently", P3 "message M { M a = 1; }", P3 "message M { .p.M a = 1; }",
     ""},
    {"singular becomes repeated", P3 "message M { int32 a = 1; }",
     P3 "message M { repeated int32 a = 1; }",
     "FIELD_SAME_CARDINALITY p.M.a\nFIELD_WIRE_COMPATIBLE_CARDINALITY "
     "p.M.a\nFIELD_WIRE_JSON_COMPATIBLE_CARDINALITY p.M.a\n"},
    {"implicit becomes optional", P3 "message M { int32 a = 1; }",
     P3 "message M { optional int32 a = 1; }", "FIELD_SAME_CARDINALITY p.M.a\n"},
    {"map becomes a list of its entries", P3 "message M { map<string, int32> a = 1; }",
     P3 "message M { repeated N a = 1; } message N { string key = 1; int32 value = 2; }",
     "FIELD_SAME_CARDINALITY p.M.a\nFIELD_SAME_TYPE p.M.a\nFIELD_WIRE_JSON_COMPATIBLE_CARDINALITY "
     "p.M.a\n"},
    {"map values", P3 "message M { map<string, int32> a = 1; }",
     P3 "message M { map<string, string> a = 1; }",
     "FIELD_SAME_TYPE p.M.a\nFIELD_WIRE_COMPATIBLE_TYPE p.M.a\nFIELD_WIRE_JSON_COMPATIBLE_TYPE "
     "p.M.a\n"},
    {"oneofs", P3 "message M { oneof o { int32 a = 1; int32 b = 2; } int32 c = 3; }",
     P3 "message M { int32 a = 1; oneof q { int32 b = 2; int32 c = 3; } }",
     "FIELD_SAME_CARDINALITY p.M.a\nFIELD_SAME_CARDINALITY p.M.c\nFIELD_SAME_ONEOF "
     "p.M.a\nFIELD_SAME_ONEOF "
     "p.M.b\nFIELD_SAME_ONEOF p.M.c\nONEOF_NO_DELETE p.M.o\n"},
    {"defaults",
     P2 "message M { optional int32 a = 1 [default = 0x10]; optional string b = 2; optional int32 "
        "c = 3; }",
     P2 "message M { optional int32 a = 1 [default = 16]; optional string b = 2 [default = \"x\"]; "
        "optional int32 c = "
        "3 [default = 0]; }",
     "FIELD_SAME_DEFAULT p.M.b\n"},
    {"settings of fields", P2 "message M { optional string a = 1; optional int64 b = 2; }",
     P2 "option java_string_check_utf8 = true; message M { optional string a = 1 [ctype = CORD]; "
        "optional int64 b = 2 "
        "[jstype = JS_STRING]; }",
     "FIELD_SAME_CPP_STRING_TYPE p.M.a\nFIELD_SAME_JAVA_UTF8_VALIDATION p.M.a\nFIELD_SAME_JSTYPE "
     "p.M.b\n"},
    {"syntax", P3 "message M { optional string a = 1; } enum E { A = 0; }",
     P2 "message M { optional string a = 1; } enum E { A = 0; }",
     "ENUM_SAME_JSON_FORMAT p.E\nENUM_SAME_TYPE p.E\nFIELD_SAME_UTF8_VALIDATION "
     "p.M.a\nFILE_SAME_SYNTAX "
     "a.proto\nMESSAGE_SAME_JSON_FORMAT p.M\n"},
    {"file options", P3 "option java_package = \"a\"; option optimize_for = SPEED;",
     P3 "option java_package = \"b\"; option go_package = \"g\"; option java_multiple_files = "
        "false; option "
        "cc_enable_arenas = false;",
     "FILE_SAME_CC_ENABLE_ARENAS a.proto\nFILE_SAME_GO_PACKAGE a.proto\nFILE_SAME_JAVA_PACKAGE "
     "a.proto\n"},
    {"package", P3 "message M {}", "syntax = \"proto3\"; package q; message M {}",
     "FILE_SAME_PACKAGE a.proto\nMESSAGE_NO_DELETE p.M\nPACKAGE_NO_DELETE p\n"},
    {"everything deleted from a file",
     P2 "message M { message N {} extensions 1 to max; } enum E { A = 0; } service S "
        "{} extend M { optional int32 x = 1; }",
     P2 "message Q {}",
     "ENUM_NO_DELETE p.E\nEXTENSION_NO_DELETE p.x\nMESSAGE_NO_DELETE p.M\nMESSAGE_NO_DELETE "
     "p.M.N\nPACKAGE_ENUM_NO_DELETE p.E\nPACKAGE_EXTENSION_NO_DELETE "
     "p.x\nPACKAGE_MESSAGE_NO_DELETE "
     "p.M\nPACKAGE_MESSAGE_NO_DELETE p.M.N\nPACKAGE_SERVICE_NO_DELETE p.S\nSERVICE_NO_DELETE "
     "p.S\n"},
    {"moved between files of a package", P3 "message M { int32 a = 1; }\n====\n" P3 "message B {}",
     P3 "message A {}\n====\n" P3 "message B {} message M { string a = 1; }",
     "FIELD_SAME_TYPE p.M.a\nFIELD_WIRE_COMPATIBLE_TYPE p.M.a\nFIELD_WIRE_JSON_COMPATIBLE_TYPE "
     "p.M.a\nMESSAGE_NO_DELETE p.M\n"},
    {"file deleted", P3 "message M {}\n====\n" P3 "message B {}", P3 "message M {}",
     "FILE_NO_DELETE b.proto\nPACKAGE_MESSAGE_NO_DELETE p.B\n"},
    {"enum values", P3 "enum E { A = 0; B = 1; C = 2; D = 3; }",
     P3 "enum E { A = 0; X = 1; reserved 3; reserved \"D\"; }",
     "ENUM_VALUE_NO_DELETE p.E.C\nENUM_VALUE_NO_DELETE "
     "p.E.D\nENUM_VALUE_NO_DELETE_UNLESS_NAME_RESERVED "
     "p.E.C\nENUM_VALUE_NO_DELETE_UNLESS_NUMBER_RESERVED p.E.C\nENUM_VALUE_SAME_NAME p.E.B\n"},
    {"aliases", P3 "enum E { option allow_alias = true; A = 0; B = 0; }",
     P3 "enum E { option allow_alias = true; B = 0; A = 0; }", ""},
    {"reserved things",
     P3 "message M { reserved 1 to 5, 7; reserved \"a\", \"b\"; } enum E { A = 0; reserved 5; }",
     P3 "message M { reserved 1 to 3, 4 to 6; reserved \"b\"; } enum E { A = 0; }",
     "RESERVED_ENUM_NO_DELETE p.E\nRESERVED_MESSAGE_NO_DELETE p.M\nRESERVED_MESSAGE_NO_DELETE "
     "p.M\n"},
    {"extension ranges", P2 "message M { extensions 100 to 199; }",
     P2 "message M { extensions 100 to 150; }", "EXTENSION_MESSAGE_NO_DELETE p.M\n"},
    {"extensions are fields",
     P2 "message M { extensions 1 to max; } extend M { optional int32 x = 1; }",
     P2 "message M { extensions 1 to max; } extend M { optional string x = 1; }",
     "FIELD_SAME_TYPE p.x\nFIELD_WIRE_COMPATIBLE_TYPE p.x\nFIELD_WIRE_JSON_COMPATIBLE_TYPE p.x\n"},
    {"message options", P3 "message M {}",
     P3 "message M { option no_standard_descriptor_accessor = true; }",
     "MESSAGE_NO_REMOVE_STANDARD_DESCRIPTOR_ACCESSOR p.M\n"},
    {"services",
     P3 "message M {} message N {} service S { rpc A (M) returns (M); rpc B (M) returns (M); }",
     P3 "message M {} message N {} service S { rpc A (stream N) returns (stream N) { option "
        "idempotency_level = "
        "IDEMPOTENT; } }",
     "RPC_NO_DELETE p.S.B\nRPC_SAME_CLIENT_STREAMING p.S.A\nRPC_SAME_IDEMPOTENCY_LEVEL "
     "p.S.A\nRPC_SAME_REQUEST_TYPE p.S.A\nRPC_SAME_RESPONSE_TYPE p.S.A\nRPC_SAME_SERVER_STREAMING "
     "p.S.A\n"},
    {"groups", P2 "message M { optional group G = 1 { optional int32 a = 1; } }",
     P2 "message M { optional M g = 1; }",
     "FIELD_SAME_TYPE p.M.g\nFIELD_WIRE_COMPATIBLE_TYPE p.M.g\nFIELD_WIRE_JSON_COMPATIBLE_TYPE "
     "p.M.g\n"},
};

struct version {
    struct sma_schema *schemas[2];
    struct sma_proto_breaking_file files[2];
    struct sma_proto_breaking_version value;
};

static void load(struct version *out, const char *text)
{
    const char *mark = strstr(text, "\n====\n");
    memset(out, 0, sizeof *out);
    size_t first = mark ? (size_t)(mark - text) : strlen(text);
    out->schemas[0] = pb_parse(sma_str_make(text, first), NULL);
    out->files[0] = (struct sma_proto_breaking_file){SMA_STR("a.proto"), out->schemas[0]};
    if (mark)
        out->schemas[1] = pb_parsez(mark + 6);
    out->files[1] = (struct sma_proto_breaking_file){SMA_STR("b.proto"), out->schemas[1]};
    out->value = (struct sma_proto_breaking_version){out->files, mark ? 2 : 1};
}

static void unload(struct version *v)
{
    sma_schema_unref(v->schemas[0]);
    sma_schema_unref(v->schemas[1]);
}

static char *run(const char *old_text, const char *new_text, enum sma_proto_rule_set set)
{
    struct version old, new;
    struct sma_arena arena;
    struct sma_findings findings;
    struct sma_work work = {SMA_COMPAT_STEPS_MAX};
    struct sma_error err = SMA_ERROR_INIT;
    load(&old, old_text);
    load(&new, new_text);
    sma_arena_init(&arena, 0);
    sma_findings_init(&findings, &arena, 0);
    if (sma_proto_breaking(&findings, old.value, new.value, set, &work, &err))
        fail_msg("%s", err.message);
    char *text = pb_findings_text(&findings, true);
    sma_arena_fini(&arena);
    unload(&old);
    unload(&new);
    return text;
}

static void check_row(void **state)
{
    const struct row *row = *state;
    char *got = run(row->old, row->new, (enum sma_proto_rule_set)ALL);
    sma_test_same_text(row->name, sma_str_z(got), sma_str_z(row->found));
    free(got);
}

/* A looser set finds nothing that the strictest does not answer for in some way: whatever breaks
 * the wire breaks generated code of the file. */
static void test_sets_nest(void **state)
{
    static const enum sma_proto_rule_set order[] = {SMA_PROTO_RULES_FILE, SMA_PROTO_RULES_PACKAGE,
                                                    SMA_PROTO_RULES_WIRE_JSON,
                                                    SMA_PROTO_RULES_WIRE};
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        bool was_empty = false;
        for (size_t s = 0; s < SMA_COUNT(order); s++) {
            char *got = run(rows[i].old, rows[i].new, order[s]);
            if (was_empty && *got)
                fail_msg("%s: set %zu finds %s, the stricter one nothing", rows[i].name, s, got);
            was_empty = *got == '\0';
            free(got);
        }
    }
}

static void test_names(void **state)
{
    static const struct {
        const char *name;
        bool is_known;
        enum sma_proto_rule_set set;
    } names[] = {
        {"FILE", true, SMA_PROTO_RULES_FILE},
        {"PACKAGE", true, SMA_PROTO_RULES_PACKAGE},
        {"WIRE_JSON", true, SMA_PROTO_RULES_WIRE_JSON},
        {"WIRE", true, SMA_PROTO_RULES_WIRE},
        {"CSR", true, SMA_PROTO_RULES_CSR},
        {"file", false, 0},
        {"", false, 0},
    };
    static const struct {
        const char *id;
        unsigned sets;
    } members[] = {
        {"FIELD_SAME_DEFAULT", 31},
        {"FIELD_SAME_NAME", 1 | 2 | 4 | 16},
        {"FIELD_NO_DELETE", 1 | 2 | 16},
        {"RPC_NO_DELETE", 1 | 2},
        {"FILE_NO_DELETE", 1 | 16},
        {"SERVICE_NO_DELETE", 1},
        {"PACKAGE_NO_DELETE", 2},
        {"FIELD_WIRE_COMPATIBLE_TYPE", 8},
        {"FIELD_WIRE_JSON_COMPATIBLE_TYPE", 4 | 16},
        {"FIELD_NO_DELETE_UNLESS_NUMBER_RESERVED", 4 | 8 | 16},
        {"ENUM_VALUE_NO_DELETE_UNLESS_NAME_RESERVED", 4 | 16},
    };
    unsigned sets;
    size_t count = 0;
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(names); i++) {
        enum sma_proto_rule_set set = 0;
        assert_int_equal(sma_proto_rule_set_parse(sma_str_z(names[i].name), &set),
                         names[i].is_known);
        assert_int_equal(set, names[i].set);
    }
    for (const struct sma_rule *rule; (rule = sma_proto_breaking_rule_at(count, &sets)); count++)
        for (size_t i = 0; i < SMA_COUNT(members); i++)
            if (!strcmp(rule->id, members[i].id))
                assert_int_equal(sets, members[i].sets);
    assert_int_equal(count, 64);
}

static void test_message(void **state)
{
    struct version old, new;
    struct sma_arena arena;
    struct sma_findings findings;
    struct sma_work work = {SMA_COMPAT_STEPS_MAX}, little = {2};
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_buf text;
    (void)state;
    load(&old, P3 "message M { int32 a = 1; }");
    load(&new, P3 "message M { string a = 1; }");
    sma_arena_init(&arena, 0);
    sma_buf_init(&text, 0);
    sma_findings_init(&findings, &arena, 0);
    assert_int_equal(
        sma_proto_breaking(&findings, old.value, new.value, SMA_PROTO_RULES_WIRE, &work, &err),
        SMA_OK);
    assert_int_equal(findings.count, 1);
    sma_finding_message(&text, &findings.items[0], "new", "old");
    sma_test_same_text(
        "message", sma_buf_str(&text),
        SMA_STR("The type of field 'p.M.a' changed in a way that binary cannot bridge from "
                "\"int32\" to \"string\""));
    assert_int_equal(
        sma_proto_breaking(&findings, old.value, new.value, SMA_PROTO_RULES_WIRE, &little, &err),
        SMA_ELIMIT);
    sma_buf_fini(&text);
    sma_arena_fini(&arena);
    unload(&old);
    unload(&new);
}

int main(void)
{
    struct CMUnitTest tests[SMA_COUNT(rows) + 3];
    size_t n = 0;
    memset(tests, 0, sizeof tests);
    for (size_t i = 0; i < SMA_COUNT(rows); i++)
        tests[n++] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = check_row, .initial_state = (void *)&rows[i]};
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_sets_nest);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_names);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_message);
    return _cmocka_run_group_tests("breaking", tests, n, NULL, NULL) != 0;
}
