/* URIs, identifiers, anchors, registered references: what a $ref leads to, seen through the model.
 */
#include "core/jsonschema/uri.h"
#include "tests/unit/core/jsonschema/support.h"

/* ---- URIs
 * ---------------------------------------------------------------------------------------- */

/* The examples of RFC 3986 section 5.4 (without fragments, which are split off before), then ours.
 */
static const struct uri_row {
    const char *base, *reference, *want;
} uris[] = {
    {"http://a/b/c/d;p?q", "g:h", "g:h"},
    {"http://a/b/c/d;p?q", "g", "http://a/b/c/g"},
    {"http://a/b/c/d;p?q", "./g", "http://a/b/c/g"},
    {"http://a/b/c/d;p?q", "g/", "http://a/b/c/g/"},
    {"http://a/b/c/d;p?q", "/g", "http://a/g"},
    {"http://a/b/c/d;p?q", "//g", "http://g"},
    {"http://a/b/c/d;p?q", "?y", "http://a/b/c/d;p?y"},
    {"http://a/b/c/d;p?q", "g?y", "http://a/b/c/g?y"},
    {"http://a/b/c/d;p?q", ";x", "http://a/b/c/;x"},
    {"http://a/b/c/d;p?q", "", "http://a/b/c/d;p?q"},
    {"http://a/b/c/d;p?q", ".", "http://a/b/c/"},
    {"http://a/b/c/d;p?q", "./", "http://a/b/c/"},
    {"http://a/b/c/d;p?q", "..", "http://a/b/"},
    {"http://a/b/c/d;p?q", "../", "http://a/b/"},
    {"http://a/b/c/d;p?q", "../g", "http://a/b/g"},
    {"http://a/b/c/d;p?q", "../..", "http://a/"},
    {"http://a/b/c/d;p?q", "../../g", "http://a/g"},
    {"http://a/b/c/d;p?q", "../../../g", "http://a/g"},
    {"http://a/b/c/d;p?q", "../../../../g", "http://a/g"},
    {"http://a/b/c/d;p?q", "/./g", "http://a/g"},
    {"http://a/b/c/d;p?q", "/../g", "http://a/g"},
    {"http://a/b/c/d;p?q", "g.", "http://a/b/c/g."},
    {"http://a/b/c/d;p?q", "..g", "http://a/b/c/..g"},
    {"http://a/b/c/d;p?q", "./../g", "http://a/b/g"},
    {"http://a/b/c/d;p?q", "./g/.", "http://a/b/c/g/"},
    {"http://a/b/c/d;p?q", "g/./h", "http://a/b/c/g/h"},
    {"http://a/b/c/d;p?q", "g/../h", "http://a/b/c/h"},
    {"http://a/b/c/d;p?q", "g?y/../x", "http://a/b/c/g?y/../x"},
    {"mem://input", "ref.json", "mem://input/ref.json"},
    {"mem://input", "./ref.json", "mem://input/ref.json"},
    {"", "ref.json", "ref.json"},
    {"", "./a/../ref.json", "ref.json"},
    {"dir/a.json", "b.json", "dir/b.json"},
    {"dir/a.json", "../b.json", "b.json"},
    {"a.json", "b.json", "b.json"},
    {"urn:x:a", "urn:x:b", "urn:x:b"},
};

static void resolves_uris(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(uris); i++) {
        struct sma_buf out;
        sma_buf_init(&out, 0);
        sma_js_uri_resolve(&out, sma_str_z(uris[i].base), sma_str_z(uris[i].reference));
        sma_test_same_text(uris[i].reference, sma_buf_str(&out), sma_str_z(uris[i].want));
        sma_buf_fini(&out);
    }
}

/* ---- references
 * ---------------------------------------------------------------------------------- */

#define M "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\","
#define D4 "{\"$schema\":\"http://json-schema.org/draft-04/schema#\","
#define STRING "{\"type\":\"string\"}"

/* A root whose property `p` is a reference; does it lead to something of that class? */
static const struct ref_row {
    const char *name, *text;
    int want;                    /* enum sma_js_class, -1: does not load, -2: a String, anywhere */
    const char *documents[2][2]; /* registered: name, text */
} rows[] = {
    {"pointer",
     "{\"properties\":{\"p\":{\"$ref\":\"#/definitions/s\"}},\"definitions\":{\"s\":" STRING "}}",
     SMA_JS_STRING,
     {{NULL}}},
    {"pointer with escapes",
     "{\"properties\":{\"p\":{\"$ref\":\"#/definitions/a~1b~0c%25d%20e\"}},"
     "\"definitions\":{\"a/b~c%d e\":" STRING "}}",
     SMA_JS_STRING,
     {{NULL}}},
    {"pointer into a list",
     "{\"properties\":{\"p\":{\"$ref\":\"#/allOf/1\"}},\"allOf\":[true," STRING "]}",
     -2,
     {{NULL}}},
    {"leading zeros in an index",
     "{\"properties\":{\"p\":{\"$ref\":\"#/items/01\"}},\"items\":[true," STRING "]}",
     -2,
     {{NULL}}},
    {"empty key",
     "{\"properties\":{\"p\":{\"$ref\":\"#/definitions/\"}},\"definitions\":{\"\":" STRING "}}",
     SMA_JS_STRING,
     {{NULL}}},
    {"root", "{\"properties\":{\"p\":{\"$ref\":\"#\"}}}", SMA_JS_OBJECT, {{NULL}}},
    {"unknown keyword is a fine target",
     "{\"properties\":{\"p\":{\"$ref\":\"#/x-y/z\"}},\"x-y\":{\"z\":" STRING "}}",
     SMA_JS_STRING,
     {{NULL}}},
    {"definitions count as $defs",
     "{\"properties\":{\"p\":{\"$ref\":\"#/$defs/s\"}},\"definitions\":{\"s\":" STRING "}}",
     SMA_JS_STRING,
     {{NULL}}},
    {"definitions count as $defs, modern",
     M "\"properties\":{\"p\":{\"$ref\":\"#/$defs/"
       "s\"}},\"$defs\":{\"o\":true},\"definitions\":{\"s\":" STRING "}}",
     SMA_JS_STRING,
     {{NULL}}},
    {"$defs come first",
     "{\"properties\":{\"p\":{\"$ref\":\"#/$defs/s\"}},\"$defs\":{\"s\":{\"type\":\"null\"}},"
     "\"definitions\":{\"s\":" STRING "}}",
     SMA_JS_NULL,
     {{NULL}}},
    {"$defs do not count as definitions",
     "{\"properties\":{\"p\":{\"$ref\":\"#/definitions/s\"}},\"$defs\":{\"s\":" STRING "}}",
     -1,
     {{NULL}}},
    {"only at the root",
     "{\"properties\":{\"p\":{\"$ref\":\"#/x/$defs/s\"}},\"x\":{\"definitions\":{\"s\":" STRING
     "}}}",
     -1,
     {{NULL}}},
    {"anchor by $id",
     "{\"properties\":{\"p\":{\"$ref\":\"#s\"}},\"definitions\":{\"x\":{\"$id\":\"#s\","
     "\"type\":\"string\"}}}",
     SMA_JS_STRING,
     {{NULL}}},
    {"anchor by id in draft 4",
     D4 "\"properties\":{\"p\":{\"$ref\":\"#s\"}},\"definitions\":{\"x\":{\"id\":\"#s\","
        "\"type\":\"string\"}}}",
     SMA_JS_STRING,
     {{NULL}}},
    {"$id means nothing in draft 4",
     D4 "\"properties\":{\"p\":{\"$ref\":\"#s\"}},\"definitions\":{\"x\":{\"$id\":\"#s\","
        "\"type\":\"string\"}}}",
     SMA_JS_OBJECT,
     {{NULL}}},
    {"$anchor",
     M "\"properties\":{\"p\":{\"$ref\":\"#s\"}},\"$defs\":{\"x\":{\"$anchor\":\"s\","
       "\"type\":\"string\"}}}",
     SMA_JS_STRING,
     {{NULL}}},
    {"$anchor means nothing in draft 7",
     "{\"properties\":{\"p\":{\"$ref\":\"#s\"}},\"definitions\":{\"x\":{\"$anchor\":\"s\","
     "\"type\":\"string\"}}}",
     SMA_JS_OBJECT,
     {{NULL}}},
    {"an $id inside enum is data",
     "{\"properties\":{\"p\":{\"$ref\":\"#s\"}},\"enum\":[{\"$id\":\"#s\"}]}",
     SMA_JS_COMBINED,
     {{NULL}}},
    {"a property may be called enum",
     "{\"properties\":{\"p\":{\"$ref\":\"#s\"},\"enum\":{\"$id\":\"#s\",\"type\":\"string\"}}}",
     SMA_JS_STRING,
     {{NULL}}},
    {"subschema with an identifier",
     "{\"$id\":\"http://x.y/root.json\",\"properties\":{\"p\":{\"$ref\":\"sub.json\"}},"
     "\"definitions\":{\"s\":{\"$id\":\"sub.json\",\"type\":\"string\"}}}",
     SMA_JS_STRING,
     {{NULL}}},
    {"and by its absolute URI",
     "{\"$id\":\"http://x.y/root.json\",\"properties\":{\"p\":{\"$ref\":\"http://x.y/sub.json\"}},"
     "\"definitions\":{\"s\":{\"$id\":\"sub.json\",\"type\":\"string\"}}}",
     SMA_JS_STRING,
     {{NULL}}},
    {"pointer inside a resource counts from it",
     "{\"properties\":{\"p\":{\"$ref\":\"sub.json#/definitions/t\"}},"
     "\"definitions\":{\"t\":{\"type\":\"null\"},\"s\":{\"$id\":\"sub.json\","
     "\"definitions\":{\"t\":" STRING "}}}}",
     SMA_JS_STRING,
     {{NULL}}},
    {"or from the top, when it leads nowhere there",
     "{\"definitions\":{\"t\":" STRING "},\"properties\":{\"p\":{\"$id\":\"/properties/p\","
     "\"allOf\":[{\"$ref\":\"#/definitions/t\"}]}}}",
     SMA_JS_COMBINED,
     {{NULL}}},
    {"a name that nothing defines is the document in draft 7",
     "{\"properties\":{\"p\":{\"$ref\":\"#nope\"}}}",
     SMA_JS_OBJECT,
     {{NULL}}},
    {"also of a registered document",
     "{\"properties\":{\"p\":{\"$ref\":\"ref.json#nope\"}}}",
     SMA_JS_STRING,
     {{"ref.json", STRING}}},
    {"a pointer may lack its first slash in draft 7",
     "{\"properties\":{\"p\":{\"$ref\":\"#x/definitions/s\"}},\"definitions\":{\"s\":" STRING "}}",
     SMA_JS_STRING,
     {{NULL}}},
    {"neither in 2020-12", M "\"properties\":{\"p\":{\"$ref\":\"#nope\"}}}", -1, {{NULL}}},
    {"a pointer counts from the top in draft 7",
     "{\"definitions\":{\"t\":" STRING
     "},\"properties\":{\"p\":{\"$ref\":\"sub.json\"},\"q\":{\"$id\":"
     "\"sub.json\",\"$ref\":\"#/definitions/t\",\"definitions\":{\"t\":{\"type\":\"null\"}}}}}",
     SMA_JS_REFERENCE,
     {{NULL}}},
    {"a plus may be a space",
     "{\"properties\":{\"p\":{\"$ref\":\"#/definitions/a+b\"}},\"definitions\":{\"a b\":" STRING
     "}}",
     SMA_JS_STRING,
     {{NULL}}},
    {"or a plus",
     "{\"properties\":{\"p\":{\"$ref\":\"#/definitions/a+b\"}},\"definitions\":{\"a "
     "b\":true,\"a+b\":" STRING "}}",
     SMA_JS_STRING,
     {{NULL}}},
    {"$id beside $ref is its base",
     "{\"$id\":\"http://x.y/a/root.json\",\"properties\":{\"p\":{\"$id\":\"b/"
     "\",\"$ref\":\"s.json\"}},"
     "\"definitions\":{\"s\":{\"$id\":\"s.json\",\"type\":\"string\"},\"t\":{\"$id\":"
     "\"http://x.y/a/b/s.json\",\"type\":\"null\"}}}",
     SMA_JS_NULL,
     {{NULL}}},
    {"metaschema of draft 7",
     "{\"properties\":{\"p\":{\"$ref\":\"http://json-schema.org/draft-07/"
     "schema#\"}}}",
     SMA_JS_COMBINED,
     {{NULL}}},
    {"metaschema of draft 4, a part",
     "{\"properties\":{\"p\":{\"$ref\":\"http://json-schema.org/draft-04/schema#/definitions/"
     "positiveInteger\"}}}",
     SMA_JS_NUMBER,
     {{NULL}}},
    {"metaschema of 2020-12",
     M "\"properties\":{\"p\":{\"$ref\":\"https://json-schema.org/draft/2020-12/"
       "schema\"}}}",
     SMA_JS_COMBINED,
     {{NULL}}},
    {"metaschema of 2019-09 from draft 7",
     "{\"properties\":{\"p\":{\"$ref\":\"https://json-schema.org/draft/2019-09/schema\"}}}",
     SMA_JS_COMBINED,
     {{NULL}}},
    {"registered by name",
     "{\"properties\":{\"p\":{\"$ref\":\"ref.json\"}}}",
     SMA_JS_STRING,
     {{"ref.json", STRING}}},
    {"registered, pointer into it",
     "{\"properties\":{\"p\":{\"$ref\":\"ref.json#/definitions/x\"}}}",
     SMA_JS_STRING,
     {{"ref.json", "{\"definitions\":{\"x\":" STRING "}}"}}},
    {"registered, $defs by definitions there",
     "{\"properties\":{\"p\":{\"$ref\":\"ref.json#/$defs/x\"}}}",
     SMA_JS_STRING,
     {{"ref.json", "{\"definitions\":{\"x\":" STRING "}}"}}},
    {"registered, against the root's identifier",
     "{\"$id\":\"https://acme.com/referrer.json\",\"properties\":{\"p\":{\"$ref\":\"ref.json\"}}}",
     SMA_JS_STRING,
     {{"ref.json", STRING}}},
    {"registered, referred to by the full URI",
     "{\"$id\":\"https://acme.com/referrer.json\","
     "\"properties\":{\"p\":{\"$ref\":\"https://acme.com/ref.json\"}}}",
     SMA_JS_STRING,
     {{"ref.json", STRING}}},
    {"registered by a full URI",
     "{\"properties\":{\"p\":{\"$ref\":\"https://acme.com/ref.json\"}}}",
     SMA_JS_STRING,
     {{"https://acme.com/ref.json", STRING}}},
    {"registered, modern, ./name",
     M "\"properties\":{\"p\":{\"$ref\":\"./ref.json\"}}}",
     SMA_JS_STRING,
     {{"ref.json", STRING}}},
    {"registered, modern, name",
     M "\"properties\":{\"p\":{\"$ref\":\"ref.json#x\"}}}",
     SMA_JS_STRING,
     {{"ref.json", "{\"$defs\":{\"a\":{\"$anchor\":\"x\",\"type\":\"string\"}}}"}}},
    {"registered refers to registered",
     "{\"properties\":{\"p\":{\"$ref\":\"a.json#/properties/q\"}}}",
     SMA_JS_STRING,
     {{"b.json", STRING},
      {"a.json", "{\"properties\":{\"q\":{\"type\":\"string\"},\"r\":{\"$ref\":\"b.json\"}}}"}}},
    {"of two with one name the first counts",
     "{\"properties\":{\"p\":{\"$ref\":\"a.json\"}}}",
     SMA_JS_STRING,
     {{"a.json", STRING}, {"a.json", "{\"type\":\"null\"}"}}},
    {"registered, known by its own identifier",
     "{\"properties\":{\"p\":{\"$ref\":\"https://acme.com/other\"}}}",
     SMA_JS_STRING,
     {{"ref.json", "{\"$id\":\"https://acme.com/other\",\"type\":\"string\"}"}}},
    {"an unused broken reference does no harm",
     "{\"properties\":{\"p\":" STRING "}}",
     SMA_JS_STRING,
     {{"ref.json", "{\"type\":"}}},
    {"a used broken reference does",
     "{\"properties\":{\"p\":{\"$ref\":\"ref.json\"}}}",
     -1,
     {{"ref.json", "{\"type\":"}}},
    {"an older draft in the reference",
     "{\"properties\":{\"p\":{\"$ref\":\"ref.json\"}}}",
     SMA_JS_NUMBER,
     {{"ref.json", D4 "\"exclusiveMaximum\":true,\"maximum\":5}"}}},
    {"$dynamicRef",
     M "\"properties\":{\"p\":{\"$dynamicRef\":\"#n\"}},\"$defs\":{\"x\":{"
       "\"$dynamicAnchor\":\"n\",\"type\":\"string\"}}}",
     SMA_JS_STRING,
     {{NULL}}},
    {"$dynamicRef to itself",
     M "\"$dynamicAnchor\":\"n\",\"properties\":{\"p\":{\"$dynamicRef\":\"#n\"}}}",
     SMA_JS_OBJECT,
     {{NULL}}},
    {"$dynamicRef like a $ref",
     M "\"properties\":{\"p\":{\"$dynamicRef\":\"#/$defs/x\"}},\"$defs\":{"
       "\"x\":" STRING "}}",
     SMA_JS_STRING,
     {{NULL}}},
    {"$recursiveRef is unknown",
     "{\"$schema\":\"https://json-schema.org/draft/2019-09/schema\","
     "\"properties\":{\"p\":{\"$recursiveRef\":\"#\"}}}",
     SMA_JS_EMPTY,
     {{NULL}}},
    {"a reference to a reference stays one",
     "{\"properties\":{\"p\":{\"$ref\":\"#/definitions/a\"}},\"definitions\":{\"a\":{\"$ref\":"
     "\"#/definitions/b\"},\"b\":" STRING "}}",
     SMA_JS_REFERENCE,
     {{NULL}}},
    {"a reference to itself",
     "{\"properties\":{\"p\":{\"$ref\":\"#/properties/p\"}}}",
     SMA_JS_REFERENCE,
     {{NULL}}},
    {"unused definitions may be broken in draft 7",
     "{\"definitions\":{\"x\":{\"$ref\":\"#/nope\"}},\"properties\":{\"p\":" STRING "}}",
     SMA_JS_STRING,
     {{NULL}}},
    {"but not in 2020-12",
     M "\"$defs\":{\"x\":{\"$ref\":\"#/nope\"}},\"properties\":{\"p\":" STRING "}}",
     -1,
     {{NULL}}},
};

static enum sma_status parse_row(struct sma_schema **out, const struct ref_row *row,
                                 struct sma_error *err)
{
    struct sma_resolved_reference resolved[2];
    size_t count = 0;
    for (; count < 2 && row->documents[count][0]; count++)
        resolved[count] =
            (struct sma_resolved_reference){{sma_str_z(row->documents[count][0]), SMA_STR("s"), 1},
                                            sma_str_z(row->documents[count][1]),
                                            true};
    struct sma_source source = {
        .text = sma_str_z(row->text), .resolved = resolved, .resolved_count = count};
    return sma_format_jsonschema.parse(out, &source, &validating, err);
}

/* The Object of the root, which may be a member of a synthetic allOf. */
static const struct sma_js_object *object_of(const struct sma_js_node *root)
{
    if (root->class == SMA_JS_OBJECT)
        return root->object;
    for (uint32_t i = 0; root->class == SMA_JS_COMBINED && i < root->combined->member_count; i++)
        if (root->combined->members[i]->class == SMA_JS_OBJECT)
            return root->combined->members[i]->object;
    fail_msg("no Object at the root");
    return NULL;
}

static void references_lead_somewhere(void **state)
{
    const struct ref_row *row = *state;
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_schema *schema = NULL;
    enum sma_status st = parse_row(&schema, row, &err);
    if (row->want == -1) {
        if (!st)
            fail_msg("%s: loads", row->name);
        assert_int_equal(st, SMA_EINVAL);
        return;
    }
    if (st)
        fail_msg("%s: %s", row->name, err.message);
    const struct sma_js_object *object = object_of(sma_jsonschema_of(schema)->model->root);
    const struct sma_js_property *property = sma_js_property_find(object, SMA_STR("p"));
    const struct sma_js_node *node = property->schema;
    if (node->class == SMA_JS_REFERENCE)
        node = node->reference->target;
    enum sma_js_class want = row->want == -2 ? SMA_JS_STRING : (enum sma_js_class)row->want;
    if (node->class != want)
        fail_msg("%s: class %d", row->name, (int)node->class);
    sma_schema_unref(schema);
}

static const struct sma_js_node *property_of(const struct sma_schema *schema, const char *name)
{
    const struct sma_js_object *object = object_of(sma_jsonschema_of(schema)->model->root);
    return sma_js_property_find(object, sma_str_z(name))->schema;
}

/* Whose `definitions` a pointer means inside a subschema with an identifier. */
static void pointers_count_from(void **state)
{
    static const char *const heads[2] = {
        "", "\"$schema\":\"https://json-schema.org/draft/2020-12/schema\","};
    static const enum sma_js_class want[2] = {SMA_JS_STRING, SMA_JS_NULL};
    (void)state;
    for (int i = 0; i < 2; i++) {
        char text[400];
        snprintf(
            text, sizeof text,
            "{%s\"definitions\":{\"t\":{\"type\":\"string\"}},\"properties\":{\"q\":{\"$id\":"
            "\"sub.json\",\"not\":{\"$ref\":\"#/definitions/t\"},\"definitions\":{\"t\":{\"type\":"
            "\"null\"}}}}}",
            heads[i]);
        struct sma_schema *schema = must_parse(sma_str_z(text));
        const struct sma_js_node *target = property_of(schema, "q")->inner->reference->target;
        assert_int_equal(target->class, want[i]);
        sma_schema_unref(schema);
    }
}

/* Several references to one target share its node; the root reached by "#" is another than the
 * root. */
static void targets_are_shared(void **state)
{
    (void)state;
    struct sma_schema *schema =
        must_parse(SMA_STR("{\"properties\":{\"a\":{\"$ref\":\"#\"},\"b\":{\"$ref\":\"#\"},"
                           "\"c\":{\"$ref\":\"#/properties/d\"},\"d\":{\"type\":\"string\"}}}"));
    const struct sma_js_node *root = sma_jsonschema_of(schema)->model->root;
    const struct sma_js_property *p = root->object->properties;
    assert_ptr_equal(p[0].schema->reference->target, p[1].schema->reference->target);
    assert_ptr_not_equal(p[0].schema->reference->target, root);
    assert_ptr_not_equal(p[2].schema->reference->target, p[3].schema);
    sma_schema_unref(schema);
}

int main(void)
{
    struct CMUnitTest tests[SMA_COUNT(rows) + 3];
    for (size_t i = 0; i < SMA_COUNT(rows); i++)
        tests[i] = (struct CMUnitTest){.name = rows[i].name,
                                       .test_func = references_lead_somewhere,
                                       .initial_state = (void *)(uintptr_t)&rows[i]};
    tests[SMA_COUNT(rows)] = (struct CMUnitTest)cmocka_unit_test(resolves_uris);
    tests[SMA_COUNT(rows) + 1] = (struct CMUnitTest)cmocka_unit_test(targets_are_shared);
    tests[SMA_COUNT(rows) + 2] = (struct CMUnitTest)cmocka_unit_test(pointers_count_from);
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
