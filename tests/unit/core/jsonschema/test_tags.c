/* Tags in JSON Schemas: the list of what carries some, and edits of the text. */
#include "tests/support/tags.h"
#include "tests/unit/core/jsonschema/support.h"

#define TAGS(list) "\"confluent:tags\":[" list "]"
#define DEEP                                                                                       \
    "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"object\",\"properties\":{\"b\":{"      \
    "\"type\":\"array\",\"items\":{\"properties\":{\"c\":{}}}}}}}}"

static const struct row {
    const char *name, *schema, *edits, *edited, *tagged; /* tagged: of the edited text */
} rows[] = {
    {"the schema itself", "{\"type\":\"object\"}", "R:object+A,B",
     "{\"type\":\"object\"," TAGS("\"A\",\"B\"") "}", "R:object=A,B"},
    {"a property", "{\"type\":\"object\",\"properties\":{\"f\":{\"type\":\"string\"}}}",
     "F:object.f+PII",
     "{\"type\":\"object\",\"properties\":{\"f\":{\"type\":\"string\"," TAGS("\"PII\"") "}}}",
     "F:object.f=PII"},
    {"an empty property schema", "{\"properties\":{\"f\":{}}}", "F:object.f+A",
     "{\"properties\":{\"f\":{" TAGS("\"A\"") "}}}", "F:object.f=A"},
    {"the last tag takes the keyword along",
     "{\"properties\":{\"f\":{" TAGS("\"A\"") "}}," TAGS("\"B\"") "}", "F:object.f-A R:object-B",
     "{\"properties\":{\"f\":{}}}", ""},
    {"first of several members", "{" TAGS("\"B\"") ",\"type\":\"object\"}", "R:object-B",
     "{\"type\":\"object\"}", ""},
    {"nested", DEEP, "F:object.a.object.b+A F:object.a.object.b.array.object.c+B R:object.a.object+C",
     "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"object\",\"properties\":{\"b\":{"
     "\"type\":\"array\",\"items\":{\"properties\":{\"c\":{" TAGS("\"B\"") "}}}," TAGS("\"A\"") "}},"
     TAGS("\"C\"") "}}}",
     "F:object.a=C R:object.a.object=C F:object.a.object.b=A F:object.a.object.b.array.object.c=B"},
    {"names with dots",
     "{\"properties\":{\"a\":{\"properties\":{\"b\":{}}},\"a.object.b\":{},\"a.x\":{}}}",
     "F:object.a.x+A F:object.a.object.b+B",
     "{\"properties\":{\"a\":{\"properties\":{\"b\":{" TAGS("\"B\"") "}}},\"a.object.b\":{},\"a.x\":{"
     TAGS("\"A\"") "}}}",
     "F:object.a.object.b=B F:object.a.x=A"},
    {"items by position", "{\"items\":[{\"type\":\"object\"},{\"properties\":{\"x\":{}}}]}",
     "R:array.0.object+A F:array.1.object.x+B",
     "{\"items\":[{\"type\":\"object\"," TAGS("\"A\"") "},{\"properties\":{\"x\":{" TAGS("\"B\"")
     "}}}]}",
     "R:array.0.object=A F:array.1.object.x=B"},
    {"members are sorted by kind, then by title",
     "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"object\",\"title\":\"B\"},{\"type\":\"object\","
     "\"title\":\"A\"},{\"type\":\"array\",\"items\":{\"type\":\"object\"}}]}",
     "R:anyof.0.array.object+ARR R:anyof.1.object+AA R:anyof.2.object+BB",
     "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"object\",\"title\":\"B\"," TAGS("\"BB\"") "},{"
     "\"type\":\"object\",\"title\":\"A\"," TAGS("\"AA\"") "},{\"type\":\"array\",\"items\":{"
     "\"type\":\"object\"," TAGS("\"ARR\"") "}}]}",
     "R:anyof.0.array.object=ARR R:anyof.1.object=AA R:anyof.2.object=BB"},
    {"all kinds of branches",
     "{\"allOf\":[{\"properties\":{\"p\":{}}}],\"oneOf\":[{\"properties\":{\"q\":{}}}],\"not\":{"
     "\"properties\":{\"n\":{}}},\"if\":{\"properties\":{\"i\":{}}},\"then\":{\"properties\":{"
     "\"t\":{}}},\"else\":{\"properties\":{\"e\":{}}}}",
     "F:allof.0.object.p+P F:oneof.0.object.q+Q F:not.object.n+N F:conditional.if.object.i+I "
     "F:conditional.then.object.t+T F:conditional.else.object.e+E",
     "{\"allOf\":[{\"properties\":{\"p\":{" TAGS("\"P\"") "}}}],\"oneOf\":[{\"properties\":{\"q\":{"
     TAGS("\"Q\"") "}}}],\"not\":{\"properties\":{\"n\":{" TAGS("\"N\"") "}}},\"if\":{\"properties\":{"
     "\"i\":{" TAGS("\"I\"") "}}},\"then\":{\"properties\":{\"t\":{" TAGS("\"T\"")
     "}}},\"else\":{\"properties\":{\"e\":{" TAGS("\"E\"") "}}}}",
     "F:allof.0.object.p=P F:oneof.0.object.q=Q F:not.object.n=N F:conditional.if.object.i=I "
     "F:conditional.then.object.t=T F:conditional.else.object.e=E"},
    {"definitions, also beside a property of that name",
     "{\"properties\":{\"definitions\":{}},\"definitions\":{\"D\":{\"properties\":{\"x\":{}}}},"
     "\"$defs\":{\"E\":{\"type\":\"object\"}}}",
     "F:object.definitions+P F:object.definitions.D.object.x+X R:object.$defs.E.object+E",
     "{\"properties\":{\"definitions\":{" TAGS("\"P\"") "}},\"definitions\":{\"D\":{\"properties\":{"
     "\"x\":{" TAGS("\"X\"") "}}}},\"$defs\":{\"E\":{\"type\":\"object\"," TAGS("\"E\"") "}}}",
     "F:object.definitions=P F:object.definitions.D.object.x=X R:object.$defs.E.object=E"},
    {"numbers stay as they are written", "{\"type\":\"object\",\"default\":1.10}", "R:object+A",
     "{\"type\":\"object\",\"default\":1.10," TAGS("\"A\"") "}", "R:object=A"},
    {"no such property", "{\"type\":\"object\"}", "F:object.f+A",
     "! No matching path 'object.f' found in the schema", ""},
    {"a property that is true", "{\"properties\":{\"f\":true}}", "F:object.f+A",
     "! No matching path 'object.f' found in the schema", ""},
    {"a record's path for a field", "{\"type\":\"object\"}", "F:object+A",
     "! No matching path 'object' found in the schema", ""},
    {"a schema of no object", "{\"type\":\"string\"}", "R:object+A",
     "! No matching path 'object' found in the schema", ""},
    {"an empty path", "{\"type\":\"object\"}", "R:+A", "! No matching path '' found in the schema",
     ""},
    {"what may be missing is passed over", "{\"type\":\"object\"}", "?F:object.f+A R:object+B",
     "{\"type\":\"object\"," TAGS("\"B\"") "}", "R:object=B"},
    {"true", "true", "R:object+A", "! No matching path 'object' found in the schema", ""},
};

static void check_row(void **state)
{
    const struct row *row = *state;
    struct sma_schema *schema = must_parse(sma_str_z(row->schema));
    test_edited(row->name, schema, row->edits, row->edited);
    if (row->edited[0] != '!') {
        struct sma_schema *edited = must_parse(sma_str_z(row->edited));
        test_tagged(row->name, edited, row->tagged);
        test_tags_memory(edited, row->edits);
        sma_schema_unref(edited);
    }
    sma_schema_unref(schema);
}

/* Long names at every level make paths that together would not fit into memory. */
static void test_path_limit(void **state)
{
    struct sma_buf text;
    struct sma_arena arena;
    struct sma_tagged_list list = {0};
    struct sma_error err = SMA_ERROR_INIT;
    (void)state;
    sma_buf_init(&text, 0);
    sma_buf_putz(&text, "{\"properties\":{\"");
    for (int i = 0; i < 100000; i++)
        sma_buf_putc(&text, 'x');
    sma_buf_putz(&text, "\":{\"properties\":{");
    for (int i = 0; i < 200; i++)
        sma_buf_printf(&text, "%s\"p%d\":{" TAGS("\"A\"") "}", i ? "," : "", i);
    sma_buf_putz(&text, "}}}}");
    struct sma_schema *schema = must_parse(sma_buf_str(&text));
    sma_arena_init(&arena, 0);
    assert_int_equal(sma_format_jsonschema.tagged(&list, &arena, schema, &err), SMA_ELIMIT);
    assert_string_equal(err.message, "the paths of all tags exceed the limit of 8388608 bytes");
    sma_arena_fini(&arena);
    sma_schema_unref(schema);
    sma_buf_fini(&text);
}

int main(void)
{
    struct CMUnitTest tests[SMA_COUNT(rows) + 1];
    memset(tests, 0, sizeof tests);
    for (size_t i = 0; i < SMA_COUNT(rows); i++)
        tests[i] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = check_row, .initial_state = (void *)&rows[i]};
    tests[SMA_COUNT(rows)] = (struct CMUnitTest)cmocka_unit_test(test_path_limit);
    return _cmocka_run_group_tests("tags", tests, SMA_COUNT(tests), NULL, NULL) != 0;
}
