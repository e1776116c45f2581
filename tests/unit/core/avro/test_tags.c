/* Tags in Avro schemas: the list of what carries some, and edits of the text. */
#include "tests/support/tags.h"
#include "tests/unit/core/avro/support.h"

#define FIELD(name, type, more) "{\"name\":\"" name "\",\"type\":" type more "}"
#define RECORD(head, fields, more)                                                                 \
    "{\"type\":\"record\",\"name\":" head ",\"fields\":[" fields "]" more "}"
#define TAGS(list) ",\"confluent:tags\":[" list "]"

/* Two records called S in two namespaces, the outer one first breadth first. */
#define TWO                                                                                        \
    RECORD("\"R\",\"namespace\":\"n\"",                                                            \
           FIELD("a", "{\"type\":\"array\",\"items\":" RECORD("\"S\",\"namespace\":\"deep\"",      \
                                                              FIELD("x", "\"int\"", ""), "") "}",  \
                 "") "," FIELD("b", RECORD("\"S\"", FIELD("x", "\"int\"", ""), ""), ""),           \
           "")

static const struct row {
    const char *name, *schema, *edits, *edited, *tagged; /* tagged: of the edited text */
} rows[] = {
    {"first tag of a field", RECORD("\"R\"", FIELD("f", "\"int\"", ""), ""), "F:R.f+PII",
     RECORD("\"R\"", FIELD("f", "\"int\"", TAGS("\"PII\"")), ""), "F:R.f=PII"},
    {"first tag of a record", RECORD("\"R\"", FIELD("f", "\"int\"", ""), ""), "R:R+A,B",
     RECORD("\"R\"", FIELD("f", "\"int\"", ""), TAGS("\"A\",\"B\"")), "R:R=A,B"},
    {"the last tag takes the property along",
     RECORD("\"R\"", FIELD("f", "\"int\"", TAGS("\"A\"") ",\"z\":1"), ""), "F:R.f-A",
     RECORD("\"R\"", FIELD("f", "\"int\"", ",\"z\":1"), ""), ""},
    {"the last member goes with the comma before it",
     RECORD("\"R\"", FIELD("f", "\"int\"", ",\"z\":1" TAGS("\"A\"")), ""), "F:R.f-A",
     RECORD("\"R\"", FIELD("f", "\"int\"", ",\"z\":1"), ""), ""},
    {"what is there keeps its place, new ones follow",
     RECORD("\"R\"", FIELD("f", "\"int\"", TAGS("\"A\",\"B\"") ",\"z\":1"), ""), "F:R.f+C,A-B",
     RECORD("\"R\"", FIELD("f", "\"int\"", TAGS("\"A\",\"C\"") ",\"z\":1"), ""), "F:R.f=A,C"},
    {"a tag added and taken out at once", RECORD("\"R\"", FIELD("f", "\"int\"", ""), ""),
     "F:R.f+A-A", RECORD("\"R\"", FIELD("f", "\"int\"", ""), ""), ""},
    {"several edits of one entity, under two names",
     RECORD("\"R\",\"namespace\":\"n\"", FIELD("f", "\"int\"", ""), ""), "F:n.R.f+A F:R.f+B F:R.f-A",
     RECORD("\"R\",\"namespace\":\"n\"", FIELD("f", "\"int\"", TAGS("\"B\"")), ""), "F:n.R.f=B"},
    {"the first of a name, breadth first", TWO, "F:S.x+A R:deep.S+B R:n.R+C",
     RECORD("\"R\",\"namespace\":\"n\"",
            FIELD("a",
                  "{\"type\":\"array\",\"items\":" RECORD(
                      "\"S\",\"namespace\":\"deep\"", FIELD("x", "\"int\"", ""), TAGS("\"B\"")) "}",
                  "") "," FIELD("b",
                                RECORD("\"S\"", FIELD("x", "\"int\"", TAGS("\"A\"")), ""), ""),
            TAGS("\"C\"")),
     "R:n.R=C R:deep.S=B F:n.S.x=A"},
    {"inside unions and maps",
     RECORD("\"R\"", FIELD("f", "[\"null\",{\"type\":\"map\",\"values\":" RECORD("\"S\"", FIELD("x",
                                "\"int\"", ""), "") "}]", ""), ""),
     "F:S.x+A",
     RECORD("\"R\"", FIELD("f", "[\"null\",{\"type\":\"map\",\"values\":" RECORD("\"S\"", FIELD("x",
                                "\"int\"", TAGS("\"A\"")), "") "}]", ""), ""),
     "F:S.x=A"},
    {"no such record", RECORD("\"R\"", "", ""), "R:Q+A",
     "! No matching path 'Q' found in the schema", ""},
    {"no such field", RECORD("\"R\"", FIELD("f", "\"int\"", ""), ""), "F:R.g+A",
     "! No matching path 'R.g' found in the schema", ""},
    {"a field's path for a record", RECORD("\"R\"", FIELD("f", "\"int\"", ""), ""), "R:R.f+A",
     "! No matching path 'R.f' found in the schema", ""},
    {"a path without a record", RECORD("\"R\"", FIELD("f", "\"int\"", ""), ""), "F:f+A",
     "! No matching path 'f' found in the schema", ""},
    {"nothing to find in a primitive", "\"int\"", "R:int+A",
     "! No matching path 'int' found in the schema", ""},
    {"what may be missing is passed over", RECORD("\"R\"", FIELD("f", "\"int\"", ""), ""),
     "?F:R.gone+A F:R.f+B", RECORD("\"R\"", FIELD("f", "\"int\"", TAGS("\"B\"")), ""), "F:R.f=B"},
    {"no edits", RECORD("\"R\"", "", ""), "", RECORD("\"R\"", "", ""), ""},
    {"escapes", RECORD("\"R\"", FIELD("f", "\"int\"", TAGS("\"a\\\"b\"")), ""), "F:R.f+c\\d",
     RECORD("\"R\"", FIELD("f", "\"int\"", TAGS("\"a\\\"b\",\"c\\\\d\"")), ""),
     "F:R.f=a\"b,c\\d"},
    {"repeated and foreign values in the list",
     RECORD("\"R\"", FIELD("f", "\"int\"", TAGS("\"A\",1,\"A\",null")), ""), "F:R.f+B",
     RECORD("\"R\"", FIELD("f", "\"int\"", TAGS("\"A\",\"B\"")), ""), "F:R.f=A,B"},
    {"a property that is no list holds no tags",
     RECORD("\"R\"", FIELD("f", "\"int\"", ",\"confluent:tags\":\"A\""), ""), "F:R.f+B",
     RECORD("\"R\"", FIELD("f", "\"int\"", TAGS("\"B\"")), ""), "F:R.f=B"},
};

static void check_row(void **state)
{
    const struct row *row = *state;
    struct sma_schema *schema = must_parse(row->schema, SMA_PARSE_STRICT);
    test_edited(row->name, schema, row->edits, row->edited);
    if (row->edited[0] != '!') {
        struct sma_schema *edited = must_parse(row->edited, SMA_PARSE_STRICT);
        test_tagged(row->name, edited, row->tagged);
        test_tags_memory(edited, row->edits);
        sma_schema_unref(edited);
    }
    sma_schema_unref(schema);
}

/* A schema that leads into itself is listed once; one behind a reference is listed, not edited. */
static void test_references(void **state)
{
    static const char *const references[] = {
        RECORD("\"Other\"", FIELD("x", "\"int\"", TAGS("\"A\"")), ""), NULL};
    (void)state;
    struct parsed p = parse_str(
        SMA_STR(RECORD("\"R\"", FIELD("o", "\"Other\"", "") "," FIELD("r", "[\"null\",\"R\"]", ""),
                       TAGS("\"T\""))),
        references, SMA_PARSE_STRICT);
    assert_int_equal(p.st, SMA_OK);
    test_tagged("with a reference", p.schema, "R:R=T F:Other.x=A");
    test_edited("with a reference", p.schema, "F:Other.x+B",
                "! No matching path 'Other.x' found in the schema");
    sma_schema_unref(p.schema);
}

int main(void)
{
    struct CMUnitTest tests[SMA_COUNT(rows) + 1];
    memset(tests, 0, sizeof tests);
    for (size_t i = 0; i < SMA_COUNT(rows); i++)
        tests[i] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = check_row, .initial_state = (void *)&rows[i]};
    tests[SMA_COUNT(rows)] = (struct CMUnitTest)cmocka_unit_test(test_references);
    return _cmocka_run_group_tests("tags", tests, SMA_COUNT(tests), NULL, NULL) != 0;
}
