/* Compatibility (compat-avro sections 10 and 11): which findings, in which order, at which paths,
 * with which words. The rows were observed on the original. */
#include "tests/unit/core/avro/support.h"

#include "core/avro/model.h"

#define REC(name, fields) "{\"type\":\"record\",\"name\":\"" name "\",\"fields\":[" fields "]}"
#define F(name, type) "{\"name\":\"" name "\",\"type\":" type "}"
#define B_INT REC("B", F("x", "\"int\""))
#define B_STRING REC("B", F("x", "\"string\""))
#define INT_STRING "reader type: INT not compatible with writer type: STRING"

static const struct row {
    const char *name, *reader, *writer, *findings;
} rows[] = {
    {"promotions", REC("R", F("a", "\"double\"") "," F("b", "\"long\"") "," F("c", "\"bytes\"")),
     REC("R", F("a", "\"float\"") "," F("b", "\"int\"") "," F("c", "\"string\"")), ""},
    {"no demotion", "\"float\"", "\"double\"",
     "TYPE_MISMATCH / reader type: FLOAT not compatible with writer type: DOUBLE"},
    {"array items", "{\"type\":\"array\",\"items\":\"int\"}",
     "{\"type\":\"array\",\"items\":\"string\"}", "TYPE_MISMATCH /items " INT_STRING},
    {"map values", "{\"type\":\"map\",\"values\":\"int\"}",
     "{\"type\":\"map\",\"values\":\"string\"}", "TYPE_MISMATCH /values " INT_STRING},
    {"fixed: name, then size", "{\"type\":\"fixed\",\"name\":\"F\",\"size\":1}",
     "{\"type\":\"fixed\",\"name\":\"n.G\",\"size\":2}",
     "NAME_MISMATCH /name expected: n.G; FIXED_SIZE_MISMATCH /size expected: 2, found: 1"},
    {"missing symbols are sorted by UTF-16 unit",
     "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\"]}",
     "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"z\",\"a\",\"Z\",\"A\",\"_\",\"\xc3\xa9\"]}",
     "MISSING_ENUM_SYMBOLS /symbols [Z, _, a, z, \xc3\xa9]"},
    {"an enum's default reads every symbol",
     "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\"],\"default\":\"A\"}",
     "{\"type\":\"enum\",\"name\":\"n.E\",\"symbols\":[\"A\",\"B\"]}", ""},
    {"a name mismatch does not end the check", REC("M", F("a", "\"int\"")),
     REC("N", F("a", "\"string\"")),
     "NAME_MISMATCH /name expected: N; TYPE_MISMATCH /fields/0/type " INT_STRING},
    {"an alias is in the type's namespace",
     "{\"type\":\"enum\",\"name\":\"n1.F\",\"symbols\":[],\"aliases\":[\"E\"]}",
     "{\"type\":\"enum\",\"name\":\"n1.E\",\"symbols\":[]}", ""},
    {"and not in another one",
     "{\"type\":\"enum\",\"name\":\"n1.F\",\"symbols\":[],\"aliases\":[\"E\"]}",
     "{\"type\":\"enum\",\"name\":\"n2.E\",\"symbols\":[]}", "NAME_MISMATCH /name expected: n2.E"},
    {"an alias outside any namespace never matches from inside one",
     "{\"type\":\"enum\",\"name\":\"n1.F\",\"symbols\":[],\"aliases\":[\".E\"]}",
     "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[]}", "NAME_MISMATCH /name expected: E"},
    {"the writer's aliases do not count", REC("M", ""),
     "{\"type\":\"record\",\"name\":\"N\",\"fields\":[],\"aliases\":[\"M\"]}",
     "NAME_MISMATCH /name expected: N"},
    {"error and record are one kind", REC("M", ""),
     "{\"type\":\"error\",\"name\":\"M\",\"fields\":[]}", ""},

    {"no default", REC("R", F("a", "\"int\"") "," F("b", "[\"null\",\"int\"]")),
     REC("R", F("a", "\"int\"")), "READER_FIELD_MISSING_DEFAULT_VALUE /fields/1 b"},
    {"null is a default", REC("R", "{\"name\":\"b\",\"type\":[\"null\",\"int\"],\"default\":null}"),
     REC("R", ""), ""},
    {"other order", REC("R", F("a", "\"int\"") "," F("b", "\"long\"")),
     REC("R", F("b", "\"int\"") "," F("c", "\"int\"") "," F("a", "\"string\"")),
     "TYPE_MISMATCH /fields/0/type " INT_STRING},
    {"long names that differ at the end only",
     REC("R", F("abcdefghijklmnopqrstuvwxyz_0", "\"int\"")),
     REC("R", F("abcdefghijklm_opqrstuvwxyz_0", "\"int\"")),
     "READER_FIELD_MISSING_DEFAULT_VALUE /fields/0 abcdefghijklmnopqrstuvwxyz_0"},
    {"an alias of the reader",
     REC("R", "{\"name\":\"c\",\"type\":\"int\",\"aliases\":[\"x\",\"a\"]}"),
     REC("R", F("b", "\"int\"") "," F("a", "\"string\"")),
     "TYPE_MISMATCH /fields/0/type " INT_STRING},
    {"an enum's default is no field default, and leads to this",
     REC("M",
         F("a", "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\"],\"default\":\"A\"}") "," F(
             "b", "\"E\"")),
     REC("M", ""),
     "TYPE_MISMATCH /fields/0/type reader type: ENUM not compatible with writer type: RECORD; "
     "TYPE_MISMATCH /fields/0/type reader type: ENUM not compatible with writer type: RECORD"},
    {"an enum without one",
     REC("M", F("a", "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\"]}")), REC("M", ""),
     "READER_FIELD_MISSING_DEFAULT_VALUE /fields/0 a"},
    {"two candidates end the check",
     REC("M", F("z", "\"null\"") ",{\"name\":\"a\",\"type\":\"int\",\"aliases\":[\"b\",\"c\"]}"),
     REC("n.M", F("z", "\"int\"") "," F("b", "\"int\"") "," F("c", "\"int\"") "," F(
                    "d", B_INT) "," F("e", "\"B\"")),
     "AMBIGUOUS_FIELD / Reader record field a type:INT pos:1 matches multiple fields in writer "
     "record "
     "schema {\"type\":\"record\",\"name\":\"M\",\"namespace\":\"n\",\"fields\":[{\"name\":\"z\","
     "\"type\":\"int\"},{\"name\":\"b\",\"type\":\"int\"},{\"name\":\"c\",\"type\":\"int\"},{"
     "\"name\":"
     "\"d\",\"type\":{\"type\":\"record\",\"name\":\"B\",\"fields\":[{\"name\":\"x\",\"type\":"
     "\"int\"}]"
     "}},{\"name\":\"e\",\"type\":\"B\"}]}"},
    {"its own name as an alias counts twice",
     REC("M", "{\"name\":\"a\",\"type\":\"int\",\"aliases\":[\"a\"]}"), REC("M", F("a", "\"int\"")),
     "AMBIGUOUS_FIELD / Reader record field a type:INT pos:0 matches multiple fields in writer "
     "record "
     "schema {\"type\":\"record\",\"name\":\"M\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"}]}"},
    {"also inside a union",
     "[\"null\"," REC("M", "{\"name\":\"a\",\"type\":\"int\",\"aliases\":[\"a\"]}") "]",
     REC("M", F("a", "\"int\"")),
     "AMBIGUOUS_FIELD / Reader record field a type:INT pos:0 matches multiple fields in writer "
     "record "
     "schema {\"type\":\"record\",\"name\":\"M\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"}]}"},

    {"writer union, reader none", "\"int\"", "[\"int\",\"long\"]",
     "TYPE_MISMATCH /1 reader type: INT not compatible with writer type: LONG"},
    {"reader union, writer none", "[\"null\",\"int\"]", "\"string\"",
     "MISSING_UNION_BRANCH / reader union lacking writer type: STRING"},
    {"empty writer union", "\"int\"", "[]", ""},
    {"empty reader union", "[]", "\"int\"",
     "MISSING_UNION_BRANCH / reader union lacking writer type: INT"},
    {"both unions", "[\"int\",\"string\"]", "[\"string\",\"int\",\"long\",\"bytes\",\"float\"]",
     "MISSING_UNION_BRANCH /2 reader union lacking writer type: LONG; "
     "MISSING_UNION_BRANCH /4 reader union lacking writer type: FLOAT"},
    {"a plain union as a field", REC("R", F("a", "[\"null\",\"double\"]")),
     REC("R", F("a", "[\"float\",\"null\",\"string\"]")),
     "MISSING_UNION_BRANCH /fields/0/type/2 reader union lacking writer type: STRING"},
    {"what is wrong inside a union is not told",
     REC("R", F("a", "[\"null\"," REC("S", F("x", "\"int\"")) "]")),
     REC("R", F("a", "[\"null\"," REC("S", F("x", "\"string\"")) "]")),
     "MISSING_UNION_BRANCH /fields/0/type/1 reader union lacking writer type: RECORD"},
    {"a record against a union of null and record", REC("R", F("a", "\"int\"")),
     "[\"null\"," REC("R", F("b", "\"int\"")) "]",
     "TYPE_MISMATCH /0 reader type: RECORD not compatible with writer type: NULL; "
     "READER_FIELD_MISSING_DEFAULT_VALUE /1/fields/0 a"},
    {"any reader record of that short name",
     "[" REC("a.R", F("x", "\"int\"")) "," REC("b.R", "") "]", REC("c.R", F("x", "\"string\"")),
     ""},

    {"a pair met again gives its first paths", REC("M", F("a", B_INT) "," F("b", "\"B\"")),
     REC("M", F("a", B_STRING) "," F("b", "\"B\"")),
     "TYPE_MISMATCH /fields/0/type/fields/0/type " INT_STRING
     "; TYPE_MISMATCH /fields/0/type/fields/0/type " INT_STRING},
    {"a second definition is another type", REC("M", F("a", B_INT) "," F("b", B_INT)),
     REC("M", F("a", B_STRING) "," F("b", "\"B\"")),
     "TYPE_MISMATCH /fields/0/type/fields/0/type " INT_STRING
     "; TYPE_MISMATCH /fields/1/type/fields/0/type " INT_STRING},
    {"first met inside a union: paths from there",
     REC("M", F("a", "[\"null\"," B_INT "]") "," F("b", "\"B\"")),
     REC("M", F("a", "[\"null\"," B_STRING "]") "," F("b", "\"B\"")),
     "MISSING_UNION_BRANCH /fields/0/type/1 reader union lacking writer type: RECORD; "
     "TYPE_MISMATCH /fields/0/type " INT_STRING},
    {"met in a union later", REC("M", F("b", "\"B\"") "," F("a", "[\"null\"," B_INT "]")),
     REC("M", F("b", "\"B\"") "," F("a", "[\"null\"," B_STRING "]")),
     "TYPE_MISMATCH /fields/0/type/fields/0/type " INT_STRING
     "; MISSING_UNION_BRANCH /fields/1/type/1 reader union lacking writer type: RECORD"},
    {"the writer's union has another way there", REC("M", F("a", B_INT) "," F("b", "\"B\"")),
     REC("M", F("a", "[\"null\"," B_STRING "]") "," F("b", "\"B\"")),
     "TYPE_MISMATCH /fields/0/type/0 reader type: RECORD not compatible with writer type: NULL; "
     "TYPE_MISMATCH /fields/0/type/1/fields/0/type " INT_STRING
     "; TYPE_MISMATCH /fields/0/type/1/fields/0/type " INT_STRING},

    {"recursion: a leaf is told once", REC("L", F("n", "[\"null\",\"L\"]") "," F("a", "\"int\"")),
     REC("L", F("n", "[\"null\",\"L\"]") "," F("a", "\"string\"")),
     "TYPE_MISMATCH /fields/1/type " INT_STRING},
    {"mutual recursion through array and map",
     REC("P",
         F("q", "{\"type\":\"array\",\"items\":" REC(
                    "Q", F("p", "{\"type\":\"map\",\"values\":\"P\"}") "," F("x", "\"int\"")) "}")),
     REC("P", F("q", "{\"type\":\"array\",\"items\":" REC(
                         "Q", F("p", "{\"type\":\"map\",\"values\":\"P\"}") "," F(
                                  "x", "\"string\"")) "}")),
     "TYPE_MISMATCH /fields/0/type/items/fields/1/type " INT_STRING},
    {"logical types, docs, order, properties never matter",
     REC("R", "{\"name\":\"a\",\"doc\":\"x\",\"order\":\"ignore\",\"type\":{\"type\":\"int\","
              "\"logicalType\":\"date\"},\"p\":1}"),
     REC("R", F("a", "\"int\"")), ""},
};

static void check_row(void **state)
{
    const struct row *row = *state;
    struct sma_arena arena;
    struct sma_schema *reader = must_parse(row->reader, SMA_PARSE_LAX);
    struct sma_schema *writer = must_parse(row->writer, SMA_PARSE_LAX);
    sma_arena_init(&arena, 0);
    sma_test_same_text(row->name, compare(&arena, reader, writer), sma_str_z(row->findings));
    sma_arena_fini(&arena);
    sma_schema_unref(reader);
    sma_schema_unref(writer);
}

/* ---- the registry's messages ---- */

struct history {
    const struct sma_schema *old;
    int32_t version;
};

static enum sma_status earlier(void *ctx, size_t i, struct sma_earlier *out, struct sma_error *err)
{
    const struct history *history = ctx;
    (void)err;
    *out = (struct sma_earlier){i ? NULL : history->old, history->version};
    return SMA_OK;
}

static void check_messages(const char *candidate, const char *old, enum sma_level level,
                           const char *const *want)
{
    struct sma_arena arena;
    struct sma_check_result result;
    struct sma_schema *new_schema = must_parse(candidate, SMA_PARSE_STRICT);
    struct sma_schema *old_schema = must_parse(old, SMA_PARSE_LAX);
    struct history history = {old_schema, 3};
    const struct sma_check check = {
        .level = level, .candidate = new_schema, .earlier = earlier, .earlier_ctx = &history};
    size_t count = 0;
    sma_arena_init(&arena, 0);
    assert_int_equal(sma_check_run(&result, &arena, &check, NULL), SMA_OK);
    for (; want[count]; count++) {
        assert_true(count < result.message_count);
        sma_test_same_text("message", result.messages[count], sma_str_z(want[count]));
    }
    assert_int_equal(result.message_count, count);
    sma_arena_fini(&arena);
    sma_schema_unref(new_schema);
    sma_schema_unref(old_schema);
}

#define OLD                                                                                        \
    REC("R",                                                                                       \
        F("f", "{\"type\":\"fixed\",\"name\":\"F\",\"size\":1}") "," F("e", "{\"type\":\"enum\","  \
                                                                            "\"name\":\"E\","      \
                                                                            "\"symbols\":[\"A\","  \
                                                                            "\"B\"]}") "," F(      \
            "u", "[\"int\",\"null\"]") "," F("t", "\"int\""))
#define NEW                                                                                        \
    REC("Q",                                                                                       \
        F("f", "{\"type\":\"fixed\",\"name\":\"F\",\"size\":2}") "," F("e", "{\"type\":\"enum\","  \
                                                                            "\"name\":\"E\","      \
                                                                            "\"symbols\":[\"A\"]"  \
                                                                            "}") "," F(            \
            "u", "[\"int\"]") "," F("t", "\"string\"") "," F("n", "\"int\""))

static void backward(void **state)
{
    static const char *const want[] = {
        "{errorType:'NAME_MISMATCH', description:'The name of the schema has changed (path "
        "'/name')', "
        "additionalInfo:'expected: R'}",
        "{errorType:'FIXED_SIZE_MISMATCH', description:'The size of FIXED type field at path "
        "'/fields/0/type/size' in the new schema does not match with the old schema', "
        "additionalInfo:'expected: 1, found: 2'}",
        "{errorType:'MISSING_ENUM_SYMBOLS', description:'The new schema is missing enum symbols "
        "'[B]' "
        "at path '/fields/1/type/symbols' in the old schema', additionalInfo:'[B]'}",
        "{errorType:'MISSING_UNION_BRANCH', description:'The new schema is missing a type inside a "
        "union field at path '/fields/2/type/1' in the old schema', additionalInfo:'reader union "
        "lacking writer type: NULL'}",
        "{errorType:'TYPE_MISMATCH', description:'The type (path '/fields/3/type') of a field in "
        "the "
        "new schema does not match with the old schema', additionalInfo:'reader type: STRING not "
        "compatible with writer type: INT'}",
        "{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', description:'The field 'n' at path "
        "'/fields/4' in the new schema has no default value and is missing in the old schema', "
        "additionalInfo:'n'}",
        "{oldSchemaVersion: 3}",
        "{oldSchema: '" OLD "'}",
        "{validateFields: 'false', compatibility: 'BACKWARD'}",
        NULL,
    };
    (void)state;
    check_messages(NEW, OLD, SMA_LEVEL_BACKWARD, want);
}

static void both_ways(void **state)
{
    static const char *const want[] = {
        "{errorType:'TYPE_MISMATCH', description:'The type (path '/') of a field in the old schema "
        "does not match with the new schema', additionalInfo:'reader type: INT not compatible with "
        "writer type: LONG'}",
        "{validateFields: 'false', compatibility: 'FULL'}",
        NULL,
    };
    (void)state;
    check_messages("\"long\"", "\"int\"", SMA_LEVEL_FULL, want);
}

static void exception(void **state)
{
    static const char *const want[] = {
        "Unexpected exception during compatibility check: Reader record field a type:INT pos:0 "
        "matches "
        "multiple fields in writer record schema {\"type\":\"record\",\"name\":\"M\",\"fields\":[{"
        "\"name\":\"a\",\"type\":\"int\"},{\"name\":\"b\",\"type\":\"int\"}]}",
        "{oldSchemaVersion: 3}",
        "{oldSchema: "
        "'{\"type\":\"record\",\"name\":\"M\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"},"
        "{\"name\":\"b\",\"type\":\"int\"}]}'}",
        "{validateFields: 'false', compatibility: 'BACKWARD'}",
        NULL,
    };
    (void)state;
    check_messages(REC("M", "{\"name\":\"a\",\"type\":\"int\",\"aliases\":[\"b\"]}"),
                   REC("M", F("a", "\"int\"") "," F("b", "\"int\"")), SMA_LEVEL_BACKWARD, want);
}

/* ---- spans ---- */

static void check_span(const char *text, struct sma_span span, const char *want)
{
    sma_test_same_text("span", sma_str_make(text + span.start, span.end - span.start),
                       sma_str_z(want));
}

static void spans(void **state)
{
    static const struct {
        const char *rule, *reader, *writer;
    } want[] = {
        {"NAME_MISMATCH", "\"Q\"", "\"R\""},
        {"FIXED_SIZE_MISMATCH", "2", "1"},
        {"MISSING_ENUM_SYMBOLS", "[\"A\"]", "[\"A\",\"B\"]"},
        {"MISSING_UNION_BRANCH", "[\"int\"]", "\"null\""},
        {"TYPE_MISMATCH", "\"string\"", "\"int\""},
        {"READER_FIELD_MISSING_DEFAULT_VALUE", "{\"name\":\"n\",\"type\":\"int\"}", OLD},
    };
    struct sma_arena arena;
    struct sma_findings findings;
    struct sma_work work = {SMA_COMPAT_STEPS_MAX};
    struct sma_schema *reader = must_parse(NEW, SMA_PARSE_STRICT);
    struct sma_schema *writer = must_parse(OLD, SMA_PARSE_STRICT);
    (void)state;
    sma_arena_init(&arena, 0);
    sma_findings_init(&findings, &arena, 0);
    assert_int_equal(
        sma_format_avro.compat(&findings, reader, writer, SMA_POLICY_STRICT, &work, NULL), SMA_OK);
    assert_int_equal(findings.count, SMA_COUNT(want));
    assert_int_equal(findings.incompatible_count, SMA_COUNT(want));
    for (size_t i = 0; i < SMA_COUNT(want); i++) {
        assert_string_equal(findings.items[i].rule->id, want[i].rule);
        check_span(NEW, findings.items[i].reader_span, want[i].reader);
        check_span(OLD, findings.items[i].writer_span, want[i].writer);
        assert_non_null(findings.items[i].rule->fix);
    }
    sma_arena_fini(&arena);
    sma_schema_unref(reader);
    sma_schema_unref(writer);
}

/* ---- properties ---- */

/* Every row's schemas read their own data, and FULL is BACKWARD and FORWARD. */
static void with_itself(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        struct sma_arena arena;
        struct sma_schema *schema = must_parse(rows[i].writer, SMA_PARSE_LAX);
        struct sma_schema *other = must_parse(rows[i].reader, SMA_PARSE_LAX);
        sma_arena_init(&arena, 0);
        struct sma_str found = compare(&arena, schema, schema);
        if (found.len)
            fail_msg("%s does not read itself: %.*s", rows[i].writer, SMA_STR_ARG(found));
        found = compare(&arena, other, other);
        if (found.len && !strstr(rows[i].reader, "\"aliases\":[\"a\"]"))
            fail_msg("%s does not read itself: %.*s", rows[i].reader, SMA_STR_ARG(found));
        sma_arena_fini(&arena);
        sma_schema_unref(schema);
        sma_schema_unref(other);
    }
}

static bool is_compatible(const struct sma_schema *candidate, const struct sma_schema *old,
                          enum sma_level level)
{
    struct sma_arena arena;
    struct sma_check_result result;
    struct history history = {old, 1};
    const struct sma_check check = {
        .level = level, .candidate = candidate, .earlier = earlier, .earlier_ctx = &history};
    sma_arena_init(&arena, 0);
    assert_int_equal(sma_check_run(&result, &arena, &check, NULL), SMA_OK);
    sma_arena_fini(&arena);
    return result.is_compatible;
}

static void full_is_both(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        struct sma_schema *a = must_parse(rows[i].reader, SMA_PARSE_LAX);
        struct sma_schema *b = must_parse(rows[i].writer, SMA_PARSE_LAX);
        bool is_backward = is_compatible(a, b, SMA_LEVEL_BACKWARD);
        bool is_forward = is_compatible(a, b, SMA_LEVEL_FORWARD);
        assert_int_equal(is_backward, rows[i].findings[0] == '\0');
        assert_int_equal(is_forward, is_compatible(b, a, SMA_LEVEL_BACKWARD));
        assert_int_equal(is_compatible(a, b, SMA_LEVEL_FULL), is_backward && is_forward);
        sma_schema_unref(a);
        sma_schema_unref(b);
    }
}

/* Every node has its index, parents before what they hold. */
static void numbering(void **state)
{
    struct sma_schema *schema = must_parse(NEW, SMA_PARSE_STRICT);
    const struct sma_avro_schema *avro = sma_avro_schema_of(schema);
    (void)state;
    assert_int_equal(avro->node_count, 7);
    assert_ptr_equal(avro->nodes[0], avro->root);
    for (uint32_t i = 0; i < avro->node_count; i++)
        assert_int_equal(avro->nodes[i]->index, i);
    assert_ptr_equal(avro->root->record.fields[4].type, avro->nodes[6]);
    sma_schema_unref(schema);
}

int main(void)
{
    enum { ROWS = SMA_COUNT(rows) };
    const struct CMUnitTest others[] = {
        cmocka_unit_test(backward),  cmocka_unit_test(both_ways),   cmocka_unit_test(exception),
        cmocka_unit_test(spans),     cmocka_unit_test(with_itself), cmocka_unit_test(full_is_both),
        cmocka_unit_test(numbering),
    };
    struct CMUnitTest tests[ROWS + SMA_COUNT(others)];
    for (size_t i = 0; i < ROWS; i++)
        tests[i] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = check_row, .initial_state = (void *)&rows[i]};
    memcpy(tests + ROWS, others, sizeof others);
    return _cmocka_run_group_tests("compat", tests, SMA_COUNT(tests), NULL, NULL) != 0;
}
