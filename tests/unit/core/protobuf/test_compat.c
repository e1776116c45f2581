/* Differences, verdicts and messages: compat-protobuf sections 10 and 11. */
#include "tests/unit/core/protobuf/support.h"

#define P3 "syntax = \"proto3\"; package p; "
#define P2 "syntax = \"proto2\"; package p; "

static const struct row {
    const char *name, *old, *new;
    const char *differences; /* sorted, one per line; "!" in front of incompatible ones */
} rows[] = {
    {"nothing", P3 "message M { int32 a = 1; }", P3 "message M { int32 a = 1; }", ""},
    {"a singular field becomes repeated", P3 "message M { int32 a = 1; }",
     P3 "message M { repeated int32 a = 1; }", ""},
    {"an optional field becomes repeated", P3 "message M { optional int32 a = 1; }",
     P3 "message M { repeated int32 a = 1; }", "!FIELD_NUMERIC_LABEL_CHANGED #/M/1\n"},
    {"an optional string becomes required", P2 "message M { optional string a = 1; }",
     P2 "message M { required string a = 1; }", "FIELD_STRING_OR_BYTES_LABEL_CHANGED #/M/1\n"},
    {"an optional message becomes required", P2 "message M { optional N a = 1; } message N {}",
     P2 "message M { required N a = 1; } message N {}", ""},
    {"field renamed", P3 "message M { int32 a = 1; }", P3 "message M { int32 b = 1; }",
     "FIELD_NAME_CHANGED #/M/1\n"},
    {"field renumbered", P3 "message M { int32 a = 1; }", P3 "message M { int32 a = 2; }",
     "FIELD_ADDED #/M/2\nFIELD_REMOVED #/M/1\n"},
    {"message renamed", P3 "message M {}", P3 "message N {}",
     "!MESSAGE_REMOVED #/M\nMESSAGE_ADDED #/N\n"},
    {"nested message removed with its field", P3 "message M { message N {} N n = 1; }",
     P3 "message M {}", "!MESSAGE_REMOVED #/M/N\nFIELD_REMOVED #/M/1\n"},
    {"nested message moved to the top", P3 "message M { message N {} N n = 1; }",
     P3 "message M { N n = 1; } message N {}",
     "!FIELD_NAMED_TYPE_CHANGED #/M/1\n!MESSAGE_REMOVED #/M/N\nMESSAGE_ADDED #/N\n"},
    {"messages reordered", P3 "message A {} message B {} message C {}",
     P3 "message A {} message C {} message B {}", "MESSAGE_MOVED #/B\nMESSAGE_MOVED #/C\n"},
    {"enums between messages do not count for the order", P3 "message A {} message B {}",
     P3 "enum E {} message A {} enum F {} message B {}", "ENUM_ADDED #/E\nENUM_ADDED #/F\n"},
    {"package changed", P3 "message M {}", "syntax = \"proto3\"; package q; message M {}",
     "!PACKAGE_CHANGED #/\n"},
    {"package removed", P3 "message M {}", "syntax = \"proto3\"; message M {}",
     "!PACKAGE_CHANGED #/\n"},
    {"syntax changed", P3 "message M { optional int32 a = 1; }",
     P2 "message M { optional int32 a = 1; }", ""},
    {"one field into a new oneof", P3 "message M { int32 a = 1; }",
     P3 "message M { oneof o { int32 a = 1; } }", "ONEOF_ADDED #/M/o\n"},
    {"two fields into a new oneof", P3 "message M { int32 a = 1; int32 b = 2; }",
     P3 "message M { oneof o { int32 a = 1; int32 b = 2; } }",
     "!MULTIPLE_FIELDS_MOVED_TO_ONEOF #/M/o\nONEOF_ADDED #/M/o\n"},
    {"one field into an existing oneof", P3 "message M { int32 a = 1; oneof o { int32 b = 2; } }",
     P3 "message M { oneof o { int32 a = 1; int32 b = 2; } }",
     "!FIELD_MOVED_TO_EXISTING_ONEOF #/M/o\n"},
    {"one field and a new one into a new oneof", P3 "message M { int32 a = 1; }",
     P3 "message M { oneof o { int32 a = 1; int32 b = 2; } }",
     "ONEOF_ADDED #/M/o\nONEOF_FIELD_ADDED #/M/o/2\n"},
    {"a member leaves its oneof", P3 "message M { oneof o { int32 a = 1; int32 b = 2; } }",
     P3 "message M { int32 a = 1; oneof o { int32 b = 2; } }",
     "ONEOF_FIELD_MOVED_TO_TOP_LEVEL #/M/1\n"},
    {"a member is removed", P3 "message M { oneof o { int32 a = 1; int32 b = 2; } }",
     P3 "message M { oneof o { int32 b = 2; } }", "!ONEOF_FIELD_REMOVED #/M/o/1\n"},
    {"a oneof is removed with all members",
     P3 "message M { oneof o { int32 a = 1; int32 b = 2; } }", P3 "message M {}",
     "ONEOF_REMOVED #/M/o\n"},
    {"a oneof is removed, a member stays", P3 "message M { oneof o { int32 a = 1; int32 b = 2; } }",
     P3 "message M { int32 b = 2; }",
     "!ONEOF_FIELD_REMOVED #/M/o/1\nONEOF_FIELD_MOVED_TO_TOP_LEVEL #/M/2\nONEOF_REMOVED #/M/o\n"},
    {"a oneof is renamed", P3 "message M { oneof o { int32 a = 1; } }",
     P3 "message M { oneof q { int32 a = 1; } }", "ONEOF_ADDED #/M/q\nONEOF_REMOVED #/M/o\n"},
    {"a oneof is renamed and loses a member",
     P3 "message M { oneof o { int32 a = 1; int32 b = 2; } }",
     P3 "message M { oneof q { int32 a = 1; } }",
     "!ONEOF_FIELD_REMOVED #/M/o/2\nONEOF_ADDED #/M/q\nONEOF_REMOVED #/M/o\n"},
    {"two oneofs become one", P3 "message M { oneof o { int32 a = 1; } oneof q { int32 b = 2; } }",
     P3 "message M { oneof o { int32 a = 1; int32 b = 2; } }",
     "!FIELD_MOVED_TO_EXISTING_ONEOF #/M/o\nONEOF_REMOVED #/M/q\n"},
    {"a member changes its type", P3 "message M { oneof o { int32 a = 1; } }",
     P3 "message M { oneof o { string a = 1; } }", "!FIELD_SCALAR_KIND_CHANGED #/M/o/1\n"},
    {"a member that was a plain field of another type", P3 "message M { int32 a = 1; }",
     P3 "message M { oneof o { string a = 1; } }",
     "!FIELD_SCALAR_KIND_CHANGED #/M/o/1\nONEOF_ADDED #/M/o\n"},
    {"map field removed", P3 "message M { map<string, int32> a = 1; }", P3 "message M {}",
     "FIELD_REMOVED #/M/1\n"},
    {"map value", P3 "message M { map<string, string> a = 1; }",
     P3 "message M { map<string, int32> a = 1; }", "!FIELD_SCALAR_KIND_CHANGED #/M/1\n"},
    {"map key and value", P3 "message M { map<string, string> a = 1; }",
     P3 "message M { map<int32, int32> a = 1; }",
     "!FIELD_SCALAR_KIND_CHANGED #/M/1\n!FIELD_SCALAR_KIND_CHANGED #/M/1\n"},
    {"a map written as its entries", P3 "message M { map<string, string> a = 1; }",
     P3 "message M { repeated E a = 1; message E { option map_entry = true; string key = 1; string "
        "value = 2; } }",
     ""},
    {"a map becomes a list of messages", P3 "message M { map<string, string> a = 1; }",
     P3 "message M { repeated E a = 1; message E { string key = 1; string value = 2; } }",
     "!FIELD_KIND_CHANGED #/M/1\nMESSAGE_ADDED #/M/E\n"},
    {"map value message", P3 "message M { map<string, A> a = 1; } message A {} message B {}",
     P3 "message M { map<string, B> a = 1; } message A {} message B {}",
     "!FIELD_NAMED_TYPE_CHANGED #/M/1\n"},
    {"another message of the same shape", P3 "message M { N a = 1; } message N {}",
     P3 "message M { O a = 1; } message O {}",
     "!FIELD_NAMED_TYPE_CHANGED #/M/1\n!MESSAGE_REMOVED #/N\nMESSAGE_ADDED #/O\n"},
    {"change inside a local message shows there only",
     P3 "message M { N a = 1; } message N { int32 a = "
        "1; }",
     P3 "message M { N a = 1; } message N { string a = 1; }", "!FIELD_SCALAR_KIND_CHANGED #/N/1\n"},
    {"int32 becomes an enum, an enum another",
     P3 "message M { int32 a = 1; E b = 2; } enum E { A = 0; "
        "} enum F { B = 0; }",
     P3 "message M { E a = 1; F b = 2; } enum E { A = 0; } enum F { B = 0; }", ""},
    {"bytes become a message", P3 "message M { bytes a = 1; }", P3 "message M { M a = 1; }",
     "!FIELD_KIND_CHANGED #/M/1\n"},
    {"scalar groups stay",
     P3 "message M { int32 a = 1; sint32 b = 2; string c = 3; fixed32 d = 4; fixed64 "
        "e = 5; float f = 6; double g = 7; uint64 h = 8; bool i = 9; }",
     P3 "message M { uint64 a = 1; sint64 b = 2; bytes c = 3; sfixed32 d = 4; sfixed64 e = 5; "
        "float f = 6; "
        "double g = 7; bool h = 8; int64 i = 9; }",
     ""},
    {"scalar groups change",
     P3 "message M { int32 a = 1; sint32 b = 2; string c = 3; fixed32 d = 4; "
        "fixed64 e = 5; float f = 6; double g = 7; }",
     P3 "message M { sint32 a = 1; int32 b = 2; int32 c = 3; fixed64 d = 4; double e = 5; fixed32 "
        "f = 6; "
        "float g = 7; }",
     "!FIELD_SCALAR_KIND_CHANGED #/M/1\n!FIELD_SCALAR_KIND_CHANGED "
     "#/M/2\n!FIELD_SCALAR_KIND_CHANGED "
     "#/M/3\n!FIELD_SCALAR_KIND_CHANGED #/M/4\n!FIELD_SCALAR_KIND_CHANGED "
     "#/M/5\n!FIELD_SCALAR_KIND_CHANGED #/M/6\n!FIELD_SCALAR_KIND_CHANGED #/M/7\n"},
    {"groups, extensions and services are not looked at",
     P2 "message M { optional group G = 1 { optional int32 a = 1; } extensions 5; } extend M { "
        "optional "
        "int32 e = 5; } service S { rpc A (M) returns (M); }",
     P2 "message M { optional group G = 1 { optional string a = 1; } }", ""},
    {"a reserved number is used again", P3 "message M { reserved 1; }",
     P3 "message M { int32 a = 1; }", "FIELD_ADDED #/M/1\n"},
    {"required fields", P2 "message M { required int32 a = 1; optional int32 b = 2; }",
     P2 "message M { optional int32 b = 2; required int32 c = 3; }",
     "!REQUIRED_FIELD_ADDED #/M/3\n!REQUIRED_FIELD_REMOVED #/M/1\n"},
    {"built-in types",
     P3 "message M { google.protobuf.Timestamp a = 1; google.protobuf.Any b = 2; }",
     P3 "message M { google.protobuf.Duration a = 1; .google.protobuf.Any b = 2; }",
     "!FIELD_NAMED_TYPE_CHANGED #/M/1\n"},
    {"built-in types of one simple name are compared",
     P3 "message M { google.type.Decimal a = 1; }",
     P3 "message M { confluent.type.Decimal a = 1; }",
     "FIELD_ADDED #/Decimal/2\nFIELD_ADDED #/Decimal/3\n"},
    {"unresolved names compare as text", P3 "message M { Nope a = 1; Nope b = 2; }",
     P3 "message M { Nope a = 1; .x.Nope b = 2; }", "!FIELD_NAMED_TYPE_CHANGED #/M/2\n"},
    {"enum constants", P3 "enum E { A = 0; B = 1; C = 2; } message M { enum F { X = 0; } }",
     P3 "enum E { A = 0; Q = 1; D = 3; } message M {}",
     "ENUM_CONST_ADDED #/E/3\nENUM_CONST_CHANGED #/E/1\nENUM_CONST_REMOVED #/E/2\nENUM_REMOVED "
     "#/M/F\n"},
    {"the last of two numbers counts", P3 "message M { int32 a = 1; string b = 1; }",
     P3 "message M { bytes b = 1; }", ""},
    {"oneof members count after plain fields",
     P3 "message M { oneof o { string b = 1; } int32 a = 1; }",
     P3 "message M { oneof o { string b = 1; } }", ""},
    {"recursion", P3 "message A { B b = 1; } message B { A a = 1; int32 x = 2; }",
     P3 "message A { B b = 1; } message B { A a = 1; string x = 2; }",
     "!FIELD_SCALAR_KIND_CHANGED #/B/2\n"},
    {"deep nesting", P3 "message A { message B { message C { int32 a = 1; } } }",
     P3 "message A { message B { message C { string a = 1; } enum E {} } }",
     "!FIELD_SCALAR_KIND_CHANGED #/A/B/C/1\nENUM_ADDED #/A/B/E\n"},
};

/* "!TYPE path" lines, sorted. Free it. */
static char *marked(const struct sma_findings *findings)
{
    char *lines[100];
    size_t n = 0;
    struct sma_buf out;
    for (size_t i = 0; i < findings->count && n < SMA_COUNT(lines); i++) {
        const struct sma_finding *f = &findings->items[i];
        lines[n] = malloc(200);
        snprintf(lines[n++], 200, "%s%s %.*s", f->is_compatible ? "" : "!", f->rule->id,
                 SMA_STR_ARG(f->path));
    }
    qsort(lines, n, sizeof lines[0], pb_compare_lines);
    sma_buf_init(&out, 0);
    for (size_t i = 0; i < n; i++) {
        sma_buf_putz(&out, lines[i]);
        sma_buf_putc(&out, '\n');
        free(lines[i]);
    }
    size_t len;
    char *text = sma_buf_take(&out, &len);
    return text ? text : calloc(1, 1);
}

static void check_pair(const char *name, struct sma_str old, const struct pb_reference *old_refs,
                       struct sma_str new, const struct pb_reference *new_refs, const char *want)
{
    struct sma_arena arena;
    struct sma_findings findings;
    struct sma_schema *a = pb_parse(old, old_refs), *b = pb_parse(new, new_refs);
    sma_arena_init(&arena, 0);
    pb_compat(&findings, &arena, b, a);
    char *got = marked(&findings);
    sma_test_same_text(name, sma_str_z(got), sma_str_z(want));
    free(got);
    sma_arena_fini(&arena);
    sma_schema_unref(a);
    sma_schema_unref(b);
}

static void check_row(void **state)
{
    const struct row *row = *state;
    check_pair(row->name, sma_str_z(row->old), NULL, sma_str_z(row->new), NULL, row->differences);
}

/* Types of references: same subject and version means same; else they are compared, and what they
 * differ in shows at the path of the type and again at the field. */
static void test_references(void **state)
{
    static const char user[] = P3 "message M { r.outer.In a = 1; r.outer.In b = 2; }";
    static const char text1[] =
        "syntax = \"proto3\"; package r; message outer { message In { int32 x = 1; Self s = 2; } } "
        "message Self { Self s = 1; int32 y = 2; }";
    static const char text2[] = "syntax = \"proto3\"; package r; message outer { message In { "
                                "string x = 1; Self s = 2; } } "
                                "message Self { Self s = 1; string y = 2; }";
    const struct pb_reference v1[] = {{"r.proto", "r", 1, sma_str_z(text1)}, {0}};
    const struct pb_reference v2[] = {{"r.proto", "r", 2, sma_str_z(text2)}, {0}};
    const struct pb_reference same[] = {{"q.proto", "r", 1, sma_str_z(text2)}, {0}};
    const struct pb_reference clean[] = {{"r.proto", "other", 1, sma_str_z(text1)}, {0}};
    (void)state;
    check_pair(
        "another version", sma_str_z(user), v1, sma_str_z(user), v2,
        "!FIELD_NAMED_TYPE_CHANGED #/M/1\n!FIELD_NAMED_TYPE_CHANGED #/M/2\n"
        "!FIELD_NAMED_TYPE_CHANGED #/outer/In/2\n!FIELD_NAMED_TYPE_CHANGED #/outer/In/2\n"
        "!FIELD_SCALAR_KIND_CHANGED #/Self/2\n!FIELD_SCALAR_KIND_CHANGED #/Self/2\n"
        "!FIELD_SCALAR_KIND_CHANGED #/outer/In/1\n!FIELD_SCALAR_KIND_CHANGED #/outer/In/1\n");
    check_pair("same subject and version, whatever the text", sma_str_z(user), v1, sma_str_z(user),
               same, "");
    check_pair("another subject, same shape", sma_str_z(user), v1, sma_str_z(user), clean, "");
}

/* A web of imported messages, each using all the others, is compared in bounded work. */
static void test_web(void **state)
{
    struct sma_buf one, two;
    (void)state;
    sma_buf_init(&one, 0);
    sma_buf_init(&two, 0);
    sma_buf_putz(&one, "syntax = \"proto3\"; package r;");
    for (int i = 0; i < 60; i++) {
        sma_buf_printf(&one, "message M%d {", i);
        for (int j = 0; j < 60; j++)
            sma_buf_printf(&one, "M%d f%d = %d;", j, j, j + 1);
        sma_buf_putz(&one, "int32 last = 1000; }");
    }
    sma_buf_puts(&two, sma_buf_str(&one));
    memcpy(strstr(two.ptr, "int32 last"), "float", 5);
    const struct pb_reference v1[] = {{"r.proto", "r", 1, sma_buf_str(&one)}, {0}};
    const struct pb_reference v2[] = {{"r.proto", "r", 2, sma_buf_str(&one)}, {0}};
    check_pair("web", SMA_STR(P3 "message M { r.M0 a = 1; }"), v1,
               SMA_STR(P3 "message M { r.M0 a = 1; }"), v2, "");
    /* One real difference: found, whatever is said again on the way. */
    const struct pb_reference v3[] = {{"r.proto", "r", 3, sma_buf_str(&two)}, {0}};
    struct sma_arena arena;
    struct sma_findings findings;
    struct sma_schema *a = pb_parse(SMA_STR(P3 "message M { r.M0 a = 1; }"), v1);
    struct sma_schema *b = pb_parse(SMA_STR(P3 "message M { r.M0 a = 1; }"), v3);
    sma_arena_init(&arena, 0);
    pb_compat(&findings, &arena, b, a);
    assert_true(findings.incompatible_count > 1);
    sma_arena_fini(&arena);
    sma_schema_unref(a);
    sma_schema_unref(b);
    sma_buf_fini(&one);
    sma_buf_fini(&two);
}

/* Imported messages in a chain: followed as far as the limit, then a limit, never a crash. */
static void test_chain(void **state)
{
    static const struct {
        int length;
        enum sma_status status;
    } chains[] = {{900, SMA_OK}, {1200, SMA_ELIMIT}};
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(chains); i++) {
        struct sma_buf chain;
        struct sma_arena arena;
        struct sma_findings findings;
        struct sma_work work = {SMA_COMPAT_STEPS_MAX};
        struct sma_error err = SMA_ERROR_INIT;
        sma_buf_init(&chain, 0);
        sma_buf_putz(&chain, "syntax = \"proto3\"; package r;");
        for (int m = 0; m < chains[i].length; m++)
            sma_buf_printf(&chain, "message M%d { M%d next = 1; }", m, m + 1);
        sma_buf_printf(&chain, "message M%d {}", chains[i].length);
        const struct pb_reference v1[] = {{"r.proto", "r", 1, sma_buf_str(&chain)}, {0}};
        const struct pb_reference v2[] = {{"r.proto", "r", 2, sma_buf_str(&chain)}, {0}};
        struct sma_schema *a = pb_parse(SMA_STR(P3 "message M { r.M0 a = 1; }"), v1);
        struct sma_schema *b = pb_parse(SMA_STR(P3 "message M { r.M0 a = 1; }"), v2);
        sma_arena_init(&arena, 0);
        sma_findings_init(&findings, &arena, 0);
        assert_int_equal(
            sma_format_protobuf.compat(&findings, b, a, SMA_POLICY_STRICT, &work, &err),
            chains[i].status);
        sma_arena_fini(&arena);
        sma_buf_fini(&chain);
        sma_schema_unref(a);
        sma_schema_unref(b);
    }
}

/* Every incompatible rule's message, first for BACKWARD, then for FORWARD. */
static void test_messages(void **state)
{
    static const struct {
        const char *old, *new, *message;
    } cases[] = {
        {P3, "syntax = \"proto3\";",
         "{errorType:\"PACKAGE_CHANGED\", description:\"The package at '#/' in the new schema does "
         "not "
         "match the package in the old schema\"}"},
        {P3 "message M {}", P3,
         "{errorType:\"MESSAGE_REMOVED\", description:\"The new schema is missing a MESSAGE type "
         "at path "
         "'#/M' in the old schema\"}"},
        {P3 "message M { int32 a = 1; }", P3 "message M { M a = 1; }",
         "{errorType:\"FIELD_KIND_CHANGED\", description:\"The type of a field at path '#/M/1' in "
         "the new "
         "schema does not match the old schema\"}"},
        {P3 "message M { int32 a = 1; }", P3 "message M { string a = 1; }",
         "{errorType:\"FIELD_SCALAR_KIND_CHANGED\", description:\"The kind of a SCALAR field at "
         "path "
         "'#/M/1' in the new schema does not match its kind in the old schema\"}"},
        {P3 "message M { M a = 1; } message N {}", P3 "message M { N a = 1; } message N {}",
         "{errorType:\"FIELD_NAMED_TYPE_CHANGED\", description:\"The type of a MESSAGE field at "
         "path "
         "'#/M/1' in the new schema does not match its type in the old schema\"}"},
        {P2 "message M { optional int32 a = 1; }", P2 "message M { repeated int32 a = 1; }",
         "{errorType:\"FIELD_NUMERIC_LABEL_CHANGED\", description:\"The label for a NUMERIC field "
         "at path "
         "'#/M/1' in the new schema does not match its label in the old schema\"}"},
        {P2 "message M {}", P2 "message M { required int32 a = 1; }",
         "{errorType:\"REQUIRED_FIELD_ADDED\", description:\"A required field  at path '#/M/1' in "
         "the new "
         "schema is missing in the old schema\"}"},
        {P2 "message M { required int32 a = 1; }", P2 "message M {}",
         "{errorType:\"REQUIRED_FIELD_REMOVED\", description:\"The new schema is missing a "
         "required field "
         "at path: '#/M/1' in the old schema\"}"},
        {P3 "message M { oneof o { int32 a = 1; int32 b = 2; } }",
         P3 "message M { oneof o { int32 a = 1; } "
            "}",
         "{errorType:\"ONEOF_FIELD_REMOVED\", description:\"The new schema is missing a oneof "
         "field at "
         "path '#/M/o/2' in the old schema\"}"},
        {P3 "message M { int32 a = 1; int32 b = 2; oneof o {} }",
         P3 "message M { oneof o { int32 a = 1; int32 b = 2; } }",
         "{errorType:\"MULTIPLE_FIELDS_MOVED_TO_ONEOF\", description:\"Multiple fields in the "
         "oneof at path "
         "'#/M/o' in the new schema are outside a oneof in the old schema\"}"},
        {P3 "message M { int32 a = 1; oneof o { int32 b = 2; } }",
         P3 "message M { oneof o { int32 a = 1; int32 b = 2; } }",
         "{errorType:\"FIELD_MOVED_TO_EXISTING_ONEOF\", description:\"A field in the oneof at path "
         "'#/M/o' in "
         "the new schema is outside an existing oneof in the old schema\"}"},
    };
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(cases); i++) {
        struct sma_arena arena;
        struct sma_findings findings;
        struct sma_buf text;
        struct sma_schema *old = pb_parsez(cases[i].old), *new = pb_parsez(cases[i].new);
        sma_arena_init(&arena, 0);
        sma_buf_init(&text, 0);
        pb_compat(&findings, &arena, new, old);
        assert_int_equal(findings.incompatible_count, 1);
        for (size_t j = 0; j < findings.count; j++)
            if (!findings.items[j].is_compatible)
                sma_finding_message(&text, &findings.items[j], "new", "old");
        sma_test_same_text(cases[i].old, sma_buf_str(&text), sma_str_z(cases[i].message));
        sma_buf_fini(&text);
        sma_arena_fini(&arena);
        sma_schema_unref(old);
        sma_schema_unref(new);
    }
}

/* Spans point at the declarations in both texts. */
static void test_spans(void **state)
{
    struct sma_arena arena;
    struct sma_findings findings;
    static const char old_text[] = P3 "message M { int32 a = 1; }";
    static const char new_text[] = P3 "message M { string /*x*/ a = 1; }";
    struct sma_schema *old = pb_parsez(old_text), *new = pb_parsez(new_text);
    (void)state;
    sma_arena_init(&arena, 0);
    pb_compat(&findings, &arena, new, old);
    assert_int_equal(findings.count, 1);
    struct sma_span r = findings.items[0].reader_span, w = findings.items[0].writer_span;
    sma_test_same_text("reader", sma_str_make(new_text + r.start, r.end - r.start),
                       SMA_STR("string /*x*/ a = 1;"));
    sma_test_same_text("writer", sma_str_make(old_text + w.start, w.end - w.start),
                       SMA_STR("int32 a = 1;"));
    sma_arena_fini(&arena);
    sma_schema_unref(old);
    sma_schema_unref(new);
}

/* Work runs out as a limit, not as a verdict. */
static void test_work(void **state)
{
    struct sma_arena arena;
    struct sma_findings findings;
    struct sma_work work = {3};
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_schema *old = pb_parsez(P3 "message M { int32 a = 1; int32 b = 2; } message N {}");
    (void)state;
    sma_arena_init(&arena, 0);
    sma_findings_init(&findings, &arena, 0);
    assert_int_equal(
        sma_format_protobuf.compat(&findings, old, old, SMA_POLICY_STRICT, &work, &err),
        SMA_ELIMIT);
    sma_arena_fini(&arena);
    sma_schema_unref(old);
}

int main(void)
{
    struct CMUnitTest tests[SMA_COUNT(rows) + 6];
    size_t n = 0;
    memset(tests, 0, sizeof tests);
    for (size_t i = 0; i < SMA_COUNT(rows); i++)
        tests[n++] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = check_row, .initial_state = (void *)&rows[i]};
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_references);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_web);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_chain);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_messages);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_spans);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_work);
    return _cmocka_run_group_tests("compat", tests, n, NULL, NULL) != 0;
}
