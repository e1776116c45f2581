/* Tags in Protobuf schemas: the list of what carries some, and edits of the text. */
#include "tests/support/tags.h"
#include "tests/unit/core/protobuf/support.h"

#define P3 "syntax = \"proto3\";\n"
#define META "\nimport \"confluent/meta.proto\";\n"

static const struct row {
    const char *name, *schema, *edits, *edited, *tagged; /* tagged: of the edited text */
} rows[] = {
    {"first tag of a field", P3 "message M { string f = 1; }", "F:M.f+PII",
     P3 META "\nmessage M {\n  string f = 1 [(confluent.field_meta) = {\n    tags: [\n      "
             "\"PII\"\n    ]\n  }];\n}\n",
     "F:M.f=PII"},
    {"first tag of a message", P3 "message M { string f = 1; }", "R:M+A,B",
     P3 META "\nmessage M {\n  option (confluent.message_meta) = {\n    tags: [\n      \"A\",\n      "
             "\"B\"\n    ]\n  };\n\n  string f = 1;\n}\n",
     "R:M=A,B"},
    {"an older form of the path", P3 META "message M { string f = 1; }", "F:.M.f+A",
     P3 META "\nmessage M {\n  string f = 1 [(confluent.field_meta) = {\n    tags: [\n      "
             "\"A\"\n    ]\n  }];\n}\n",
     "F:M.f=A"},
    {"the package is no part of the path; nested messages, oneofs",
     P3 "package a.b;" META "message M { message N { oneof o { int32 x = 1; } } }", "F:M.N.x+A R:M.N+B",
     P3 "package a.b;\n" META "\nmessage M {\n  message N {\n    option (confluent.message_meta) = {\n"
        "      tags: [\n        \"B\"\n      ]\n    };\n  \n    oneof o {\n      int32 x = 1 "
        "[(confluent.field_meta) = {\n        tags: [\n          \"A\"\n        ]\n      }];\n    "
        "}\n  }\n}\n",
     "R:M.N=B F:M.N.x=A"},
    {"the last tag takes the option along",
     P3 META "message M { string f = 1 [deprecated = true, (confluent.field_meta).tags = \"A\"]; }",
     "F:M.f-A", P3 META "\nmessage M {\n  string f = 1 [deprecated = true];\n}\n", ""},
    {"the literal stays when it says more",
     P3 META "message M { option (confluent.message_meta) = { doc: \"d\" tags: \"A\" }; }", "R:M-A",
     P3 META "\nmessage M {\n  option (confluent.message_meta) = {\n    doc: \"d\"\n  };\n}\n", ""},
    {"settings of one option are put together",
     P3 META "message M { string f = 1 [(confluent.field_meta).doc = \"old\", "
             "(confluent.field_meta).tags = \"A\", deprecated = true, (.confluent.field_meta).tags = "
             "\"B\", (confluent.field_meta).doc = \"d\", (confluent.field_meta).params = { key: "
             "\"k\", value: \"1\" }, (confluent.field_meta).params = { key: \"l\", value: \"2\" }]; }",
     "F:M.f+C-A",
     P3 META "\nmessage M {\n  string f = 1 [\n    (confluent.field_meta) = {\n      doc: \"d\",\n    "
             "  tags: [\n        \"B\",\n        \"C\"\n      ],\n      params: [\n        {\n        "
             "  key: \"k\",\n          value: \"1\"\n        },\n        {\n          key: \"l\",\n    "
             "      value: \"2\"\n        }\n      ]\n    },\n    deprecated = true\n  ];\n}\n",
     "F:M.f=B,C"},
    {"both forms of a list", P3 META "message M { string f = 1 [(confluent.field_meta) = { tags: "
                                     "[\"A\", \"B\"] tags: \"C\" }]; }",
     "F:M.f-B",
     P3 META "\nmessage M {\n  string f = 1 [(confluent.field_meta) = {\n    tags: [\n      \"A\",\n"
             "      \"C\"\n    ]\n  }];\n}\n",
     "F:M.f=A,C"},
    {"what is not edited stays as it is written",
     P3 META "message M { string f = 1 [(confluent.field_meta).tags = \"A\"]; string g = 2; }",
     "F:M.g-X",
     P3 META "\nmessage M {\n  string f = 1 [(confluent.field_meta).tags = \"A\"];\n  string g = "
             "2;\n}\n",
     "F:M.f=A"},
    {"nothing is imported for tags that go", P3 "message M { string f = 1; }", "F:M.f-A",
     P3 "\nmessage M {\n  string f = 1;\n}\n", ""},
    {"quotes in a tag", P3 META "message M { string f = 1; }", "F:M.f+a\"b",
     P3 META "\nmessage M {\n  string f = 1 [(confluent.field_meta) = {\n    tags: [\n      "
             "\"a\\\"b\"\n    ]\n  }];\n}\n",
     "F:M.f=a\"b"},
    {"no such message", P3 "message M {}", "R:N+A",
     "! No matching Message/Field with name 'N' found in the schema", ""},
    {"no such field", P3 "message M { string f = 1; }", "F:M.g+A",
     "! No matching Message/Field with name 'M.g' found in the schema", ""},
    {"a field's path for a message", P3 "message M { string f = 1; }", "R:M.f+A",
     "! No matching Message/Field with name 'M.f' found in the schema", ""},
    {"enums have no path", P3 "enum E { A = 0; }", "F:E.A+A",
     "! No matching Message/Field with name 'E.A' found in the schema", ""},
    {"what may be missing is passed over", P3 META "message M { string f = 1; }", "?F:M.gone+A",
     P3 META "\nmessage M {\n  string f = 1;\n}\n", ""},
};

static void check_row(void **state)
{
    const struct row *row = *state;
    struct sma_schema *schema = pb_parsez(row->schema);
    test_edited(row->name, schema, row->edits, row->edited);
    if (row->edited[0] != '!') {
        struct sma_schema *edited = pb_parsez(row->edited);
        sma_test_same_text(row->name, edited->canonical, sma_str_z(row->edited));
        test_tagged(row->name, edited, row->tagged);
        test_tags_memory(edited, row->edits);
        sma_schema_unref(edited);
    }
    sma_schema_unref(schema);
}

/* A hostile option with thousands of keys is refused, one with thousands of settings is not slow. */
static void test_limits(void **state)
{
    struct sma_buf text, out;
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_str name = SMA_STR("T");
    struct sma_tag_edit edit = {.path = SMA_STR("M.f"), .kind = SMA_ENTITY_FIELD, .add = {&name, 1}};
    (void)state;
    sma_buf_init(&text, 0);
    sma_buf_init(&out, 0);
    sma_buf_putz(&text, P3 "message M { string f = 1 [");
    for (int i = 0; i < 20000; i++)
        sma_buf_printf(&text, "%s(confluent.field_meta).params = { key: \"%d\" }", i ? ", " : "", i);
    sma_buf_putz(&text, "]; }");
    struct sma_schema *schema = pb_parse(sma_buf_str(&text), NULL);
    assert_int_equal(sma_format_protobuf.edit_tags(&out, schema, &edit, 1, &err), SMA_OK);
    sma_schema_unref(schema);
    sma_buf_clear(&text);
    sma_buf_putz(&text, P3 "message M { string f = 1 [(confluent.field_meta) = {");
    for (int i = 0; i < 100; i++)
        sma_buf_printf(&text, " k%d: 1", i);
    sma_buf_putz(&text, " }]; }");
    schema = pb_parse(sma_buf_str(&text), NULL);
    assert_int_equal(sma_format_protobuf.edit_tags(&out, schema, &edit, 1, &err), SMA_ELIMIT);
    assert_string_equal(err.message, "an option exceeds the limit of 64 keys");
    sma_schema_unref(schema);
    sma_buf_fini(&out);
    sma_buf_fini(&text);
}

int main(void)
{
    struct CMUnitTest tests[SMA_COUNT(rows) + 1];
    memset(tests, 0, sizeof tests);
    for (size_t i = 0; i < SMA_COUNT(rows); i++)
        tests[i] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = check_row, .initial_state = (void *)&rows[i]};
    tests[SMA_COUNT(rows)] = (struct CMUnitTest)cmocka_unit_test(test_limits);
    return _cmocka_run_group_tests("tags", tests, SMA_COUNT(tests), NULL, NULL) != 0;
}
