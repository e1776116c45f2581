/* Properties of JSON documents rewritten by their schemas. */
#include "core/jsonschema/fields.h"
#include "tests/support/fields.h"
#include "tests/unit/core/jsonschema/support.h"

#define PII ",\"confluent:tags\":[\"PII\"]"
#define OBJECT(properties) "{\"type\":\"object\",\"properties\":{" properties "}}"
#define S "{\"type\":\"string\"}"
#define TAGGED "{\"type\":\"string\"" PII "}"

static const struct test_fields_row rows[] = {
    {"a string among others", OBJECT("\"i\":{\"type\":\"integer\"},\"s\":" TAGGED ",\"t\":" S),
     "{\"i\": 1, \"t\":\"y\",\"s\":\"x\",\"more\":[1.50]}", "PII",
     "{\"i\":1,\"t\":\"y\",\"s\":\"<x>\",\"more\":[1.50]}", "$.s ", false},
    {"another tag", OBJECT("\"s\":" TAGGED), "{\"s\":\"x\"}", "GDPR", "{\"s\":\"x\"}", "", false},
    {"no tags wanted: all fields", OBJECT("\"a\":" S ",\"b\":" S), "{\"a\":\"x\",\"b\":\"y\"}", NULL,
     "{\"a\":\"<x>\",\"b\":\"<y>\"}", "$.a $.b ", false},
    {"objects inside have properties of their own", OBJECT("\"o\":" OBJECT("\"s\":" TAGGED)),
     "{\"o\":{\"s\":\"x\"}}", "PII", "{\"o\":{\"s\":\"<x>\"}}", "$.o.s ", false},
    {"arrays", OBJECT("\"a\":{\"type\":\"array\",\"items\":" S PII "}"), "{\"a\":[\"x\",\"y\"]}", "PII",
     "{\"a\":[\"<x>\",\"<y>\"]}", "$.a $.a ", false},
    {"arrays of objects", OBJECT("\"a\":{\"type\":\"array\",\"items\":" OBJECT("\"s\":" TAGGED) "}"),
     "{\"a\":[{\"s\":\"x\"},{}]}", "PII", "{\"a\":[{\"s\":\"<x>\"},{}]}", "$.a.s ", false},
    {"null stays", OBJECT("\"s\":{\"type\":[\"string\",\"null\"]" PII "}"), "{\"s\":null}", "PII",
     "{\"s\":null}", "", false},
    {"one of several types", OBJECT("\"s\":{\"type\":[\"null\",\"string\"]" PII "}"), "{\"s\":\"x\"}", "PII",
     "{\"s\":\"<x>\"}", "$.s ", false},
    {"references",
     "{\"type\":\"object\",\"properties\":{\"o\":{\"$ref\":\"#/definitions/O\"}},\"definitions\":{\"O\":" OBJECT(
         "\"s\":" TAGGED) "}}",
     "{\"o\":{\"s\":\"x\"}}", "PII", "{\"o\":{\"s\":\"<x>\"}}", "$.o.s ", false},
    {"the branch that fits",
     "{\"oneOf\":[{\"type\":\"object\",\"required\":[\"k\"],\"properties\":{\"k\":{\"const\":\"a\"},\"s\":" S
     "}},{\"type\":\"object\",\"required\":[\"k\"],\"properties\":{\"k\":{\"const\":\"b\"},\"s\":" TAGGED "}}]}",
     "{\"k\":\"b\",\"s\":\"x\"}", "PII", "{\"k\":\"b\",\"s\":\"<x>\"}", "$.s ", false},
    {"the other one",
     "{\"oneOf\":[{\"type\":\"object\",\"required\":[\"k\"],\"properties\":{\"k\":{\"const\":\"a\"},\"s\":" S
     "}},{\"type\":\"object\",\"required\":[\"k\"],\"properties\":{\"k\":{\"const\":\"b\"},\"s\":" TAGGED "}}]}",
     "{\"k\":\"a\",\"s\":\"x\"}", "PII", "{\"k\":\"a\",\"s\":\"x\"}", "", false},
    {"all of them",
     "{\"allOf\":[" OBJECT("\"s\":" TAGGED) "," OBJECT("\"t\":" TAGGED) "]}", "{\"s\":\"x\",\"t\":\"y\"}",
     "PII", "{\"s\":\"<x>\",\"t\":\"<y>\"}", "$.s $.t ", false},
    {"a choice beside properties",
     "{\"type\":\"object\",\"properties\":{\"s\":" TAGGED "},\"anyOf\":[" OBJECT("\"t\":" TAGGED) "]}",
     "{\"s\":\"x\",\"t\":\"y\"}", "PII", "{\"s\":\"<x>\",\"t\":\"<y>\"}", "$.t $.s ", false},
    {"an enum of texts", OBJECT("\"s\":{\"enum\":[\"x\"]" PII "}"), "{\"s\":\"x\"}", "PII", "{\"s\":\"<x>\"}",
     "$.s ", false},
    {"a number", OBJECT("\"i\":{\"type\":\"integer\"" PII "}"), "{\"i\":1}", "PII",
     "! $.i cannot be rewritten", "", false},
    {"no JSON", OBJECT("\"s\":" TAGGED), "{\"s\":", "PII",
     "! unexpected end of input at line 1, column 6", "", false},
};

static void check_row(const struct test_fields_row *row)
{
    struct test_rewriter t = {.tag = row->tag};
    struct sma_field_rewriter rewriter = test_rewriter_of(&t);
    struct sma_schema *schema = must_parse(sma_str_z(row->schema));
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_buf out;
    sma_buf_init(&t.names, 0);
    sma_buf_init(&out, 0);
    enum sma_status st =
        sma_jsonschema_rewrite_fields(&out, schema, sma_str_z(row->json), &rewriter, &err);
    if (st) {
        sma_buf_clear(&out);
        sma_buf_printf(&out, "! %s", err.message);
    }
    sma_buf_putc(&out, '\0');
    sma_buf_putc(&t.names, '\0');
    print_message("%s\n", row->name);
    assert_string_equal(out.ptr, row->result);
    assert_string_equal(t.names.ptr, row->names);
    sma_buf_fini(&out);
    sma_buf_fini(&t.names);
    sma_schema_unref(schema);
}

static void check_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(rows); i++)
        check_row(&rows[i]);
}

/* A recursive schema and a document at the limit of nesting, and beyond it. */
static void check_depth(void **state)
{
    (void)state;
    struct test_rewriter t = {.tag = "PII"};
    struct sma_field_rewriter rewriter = test_rewriter_of(&t);
    struct sma_schema *schema =
        must_parse(SMA_STR("{\"type\":\"object\",\"properties\":{\"o\":{\"$ref\":\"#\"}}}"));
    struct sma_buf document, out;
    sma_buf_init(&t.names, 0);
    sma_buf_init(&out, 0);
    for (unsigned levels = 1; levels <= SMA_JSON_DEPTH_MAX; levels++) {
        sma_buf_init(&document, 0);
        for (unsigned i = 1; i < levels; i++)
            sma_buf_puts(&document, SMA_STR("{\"o\":"));
        sma_buf_puts(&document, SMA_STR("{}"));
        for (unsigned i = 1; i < levels; i++)
            sma_buf_putc(&document, '}');
        sma_buf_clear(&out);
        /* Each level is a reference and an object. */
        assert_int_equal(sma_jsonschema_rewrite_fields(&out, schema, sma_buf_str(&document), &rewriter, NULL),
                         2 * levels - 1 <= SMA_FIELDS_DEPTH_MAX ? SMA_OK : SMA_ELIMIT);
        sma_buf_fini(&document);
    }
    sma_buf_fini(&out);
    sma_buf_fini(&t.names);
    sma_schema_unref(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_rows),
        cmocka_unit_test(check_depth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
