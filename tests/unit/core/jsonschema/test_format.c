/* The format's own behaviour: canonical numbers and texts, normalizing, errors with their whole
 * message, and what a schema answers about itself. */
#include "tests/unit/core/jsonschema/support.h"

#include "core/jsonschema/canonical.h"

#define M "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\","
#define D4 "{\"$schema\":\"http://json-schema.org/draft-04/schema#\","
#define PROBLEM "Invalid JSON schema: "

/* ---- numbers
 * ------------------------------------------------------------------------------------- */

static const struct number_row {
    const char *in, *out; /* out NULL: refused */
} numbers[] = {
    {"0", "0"},
    {"-0", "0"},
    {"-0.0", "0.0"},
    {"-0.00e3", "0E+1"},
    {"0e5", "0E+5"},
    {"0e-5", "0.00000"},
    {"0e-6", "0.000000"},
    {"0e-7", "0E-7"},
    {"1", "1"},
    {"-12", "-12"},
    {"0.10", "0.10"},
    {"1.0", "1.0"},
    {"1e0", "1"},
    {"1e2", "1E+2"},
    {"1E+2", "1E+2"},
    {"1.5e-10", "1.5E-10"},
    {"12.5E3", "1.25E+4"},
    {"12.5E1", "125"},
    {"1e-2", "0.01"},
    {"0.000001", "0.000001"},
    {"0.0000001", "1E-7"},
    {"0.00000012", "1.2E-7"},
    {"0.0000012", "0.0000012"},
    {"-0.0000001", "-1E-7"},
    {"1e400", "1E+400"},
    {"1e-400", "1E-400"},
    {"1.10e1", "11.0"},
    {"120e-1", "12.0"},
    {"100.00e-1", "10.000"},
    {"0.5e1", "5"},
    {"00.5", NULL},
    {"12345678901234567890123", "12345678901234567890123"},
    {"12345678901234567890123.5e-30", "1.23456789012345678901235E-8"},
    {"1e2147483647", "1E+2147483647"},
    {"1e2147483648", NULL},
    {"10e2147483647", NULL},
    {"1e-2147483647", "1E-2147483647"},
    {"1e-2147483648", NULL},
    {"1e-99999999999999999999", NULL},
    {"1e00000000000000000000002", "1E+2"},
    {"NaN", NULL},
    {"-Infinity", NULL},
};

static void canonical_numbers(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(numbers); i++) {
        struct sma_error err;
        struct sma_schema *schema = try_parse(sma_str_z(numbers[i].in), &lax, &err);
        if (!schema != !numbers[i].out)
            fail_msg("%s: %s", numbers[i].in, schema ? "accepted" : err.message);
        if (schema)
            sma_test_same_text(numbers[i].in, schema->canonical, sma_str_z(numbers[i].out));
        sma_schema_unref(schema);
    }
}

/* ---- texts
 * --------------------------------------------------------------------------------------- */

static const struct text_row {
    const char *in, *canonical, *normalized;
} texts[] = {
    {"{\"b\":1,\"a\":[1.0,1e2,-0]}", "{\"b\":1,\"a\":[1.0,1E+2,0]}",
     "{\"a\":[1.0,1E+2,0],\"b\":1}"},
    {" { \"a\" : [ 1 , 2 ] } ", "{\"a\":[1,2]}", "{\"a\":[1,2]}"},
    {"{} trailing text", "{}", "{}"},
    {"{\"a\":1,\"b\":2,\"a\":3}", "{\"a\":3,\"b\":2}", "{\"a\":3,\"b\":2}"},
    {"\"\\u0000\\b\\t\\n\\f\\r\\u001f\\u007f\\/\\\"\\\\\\u00e9\"",
     "\"\\u0000\\b\\t\\n\\f\\r\\u001F\x7f/\\\"\\\\\xc3\xa9\"",
     "\"\\u0000\\b\\t\\n\\f\\r\\u001F\x7f/\\\"\\\\\xc3\xa9\""},
    {"\"\\ud83d\\ude00\\u2028\"", "\"\xf0\x9f\x98\x80\xe2\x80\xa8\"",
     "\"\xf0\x9f\x98\x80\xe2\x80\xa8\""},
    /* By UTF-16 code unit: a surrogate pair comes before U+FFFF, `$` and upper case before lower.
     */
    {"{\"\xef\xbf\xbf\":1,\"\xf0\x9f\x98\x80\":2,\"b\":3,\"B\":4,\"$x\":5}",
     "{\"\xef\xbf\xbf\":1,\"\xf0\x9f\x98\x80\":2,\"b\":3,\"B\":4,\"$x\":5}",
     "{\"$x\":5,\"B\":4,\"b\":3,\"\xf0\x9f\x98\x80\":2,\"\xef\xbf\xbf\":1}"},
    {"{\"required\":[\"b\",\"a\"],\"enum\":[{\"d\":1,\"c\":2}],\"default\":{\"z\":0,\"y\":0}}",
     "{\"required\":[\"b\",\"a\"],\"enum\":[{\"d\":1,\"c\":2}],\"default\":{\"z\":0,\"y\":0}}",
     "{\"default\":{\"y\":0,\"z\":0},\"enum\":[{\"c\":2,\"d\":1}],\"required\":[\"b\",\"a\"]}"},
    {"true", "true", "true"},
};

static void canonical_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(texts); i++) {
        struct sma_source source = {.text = sma_str_z(texts[i].in)};
        struct sma_error err;
        struct sma_schema *sorted = NULL, *schema = try_parse(source.text, &lax, &err);
        if (!schema)
            fail_msg("%s: %s", texts[i].in, err.message);
        sma_test_same_text(texts[i].in, schema->canonical, sma_str_z(texts[i].canonical));
        assert_int_equal(sma_format_jsonschema.normalize(&sorted, schema, &source, &lax, &err),
                         SMA_OK);
        sma_test_same_text(texts[i].in, sorted->canonical, sma_str_z(texts[i].normalized));
        sma_schema_unref(sorted);
        sma_schema_unref(schema);
    }
}

static void every_form_is_canonical(void **state)
{
    (void)state;
    struct sma_schema *schema = must_parse(SMA_STR("{ \"type\" : \"string\" }"));
    for (int form = SMA_TEXT_CANONICAL; form <= SMA_TEXT_SERIALIZED; form++) {
        struct sma_buf out;
        sma_buf_init(&out, 0);
        assert_int_equal(sma_format_jsonschema.print(&out, schema, (enum sma_text_form)form, NULL),
                         SMA_OK);
        sma_test_same_text("form", sma_buf_str(&out), SMA_STR("{\"type\":\"string\"}"));
        sma_buf_fini(&out);
    }
    sma_schema_unref(schema);
}

/* ---- errors
 * -------------------------------------------------------------------------------------- */

static const struct error_row {
    const char *text, *message;
} errors[] = {
    {"[]", PROBLEM "expected an object or boolean at the root, found ARRAY"},
    {"\"x\"", PROBLEM "expected an object or boolean at the root, found STRING"},
    {"5", PROBLEM "expected an object or boolean at the root, found NUMBER"},
    {"null", PROBLEM "expected an object or boolean at the root, found NULL"},
    {"{\"type\":\"foo\"}", PROBLEM "#: unknown type: [foo]"},
    {"{\"type\":[\"string\",\"foo\"]}", PROBLEM "#: unknown type: [foo]"},
    {M "\"properties\":{\"a\":{\"type\":\"foo\"}}}", PROBLEM "#/properties/a: unknown type: [foo]"},
    {"{\"type\":5}", PROBLEM "#/type: expected type is one of JsonArray or String, found: Integer"},
    {"{\"properties\":{\"a\":5}}",
     PROBLEM "#/properties/a: expected type is one of Boolean or JsonObject, found: Integer"},
    {"{\"properties\":5}", PROBLEM "#/properties: expected type: JsonObject, found: Integer"},
    {"{\"items\":5}",
     PROBLEM "#/items: expected type is one of Boolean or JsonArray or JsonObject, "
             "found: Integer"},
    {M "\"items\":[{}]}",
     PROBLEM "#/items: expected type is one of Boolean or JsonObject, found: JsonArray"},
    {"{\"required\":\"a\"}", PROBLEM "#/required: expected type: JsonArray, found: String"},
    {"{\"required\":[1]}", PROBLEM "#/required/0: expected type: String, found: Integer"},
    {"{\"minLength\":\"1\"}", PROBLEM "#/minLength: expected type: Integer, found: String"},
    {"{\"minLength\":1.0}", PROBLEM "#/minLength: expected type: Integer, found: BigDecimal"},
    {"{\"minLength\":4294967296}", PROBLEM "#/minLength: expected type: Integer, found: Long"},
    {"{\"minLength\":18446744073709551616}",
     PROBLEM "#/minLength: expected type: Integer, found: BigInteger"},
    {M "\"minLength\":\"1\"}", PROBLEM "#/minLength: expected type: Number, found: String"},
    {"{\"minimum\":\"1\"}", PROBLEM "#/minimum: expected type: Number, found: String"},
    {"{\"exclusiveMinimum\":true}",
     PROBLEM "#/exclusiveMinimum: expected type: Number, found: Boolean"},
    {D4 "\"exclusiveMinimum\":5}",
     PROBLEM "#/exclusiveMinimum: expected type: Boolean, found: Integer"},
    {"{\"multipleOf\":0}", PROBLEM "#: multipleOf should not be 0"},
    {"{\"properties\":{\"p\":{\"multipleOf\":-0.00}}}",
     PROBLEM "#/properties/p: multipleOf should not be 0"},
    {"{\"readOnly\":\"x\"}", PROBLEM "#/readOnly: expected type: Boolean, found: String"},
    {M "\"deprecated\":1}", PROBLEM "#/deprecated: expected type: Boolean, found: Integer"},
    {M "\"$dynamicAnchor\":1}", PROBLEM "#/$dynamicAnchor: expected type: String, found: Integer"},
    {"{\"enum\":5}", PROBLEM "#/enum: expected type: JsonArray, found: Integer"},
    {"{\"allOf\":{}}", PROBLEM "#/allOf: expected type: JsonArray, found: JsonObject"},
    {"{\"allOf\":[true,null]}",
     PROBLEM "#/allOf/1: expected type is one of Boolean or JsonObject, found: null"},
    {"{\"title\":5}", PROBLEM "#/title: expected type: String, found: Integer"},
    {"{\"description\":[]}", PROBLEM "#/description: expected type: String, found: JsonArray"},
    {"{\"$id\":5}", PROBLEM "#/$id: expected type: String, found: Integer"},
    {D4 "\"id\":5}", PROBLEM "#/id: expected type: String, found: Integer"},
    {"{\"$ref\":5}", PROBLEM "#/$ref: expected type: String, found: Integer"},
    {"{\"$schema\":5}", PROBLEM "#/$schema: expected type: String, found: Integer"},
    {"{\"uniqueItems\":\"x\"}", PROBLEM "#/uniqueItems: expected type: Boolean, found: String"},
    {"{\"dependencies\":{\"a\":5}}", PROBLEM "#/dependencies/a: expected type is one of Boolean or "
                                             "JsonArray or JsonObject, found: Integer"},
    {M "\"dependentRequired\":{\"a\":true}}",
     PROBLEM "#/dependentRequired/a: expected type: JsonArray, found: Boolean"},
    {M "\"$defs\":{\"a\":{\"$defs\":{\"b\":5}}}}",
     PROBLEM "#/$defs/a/$defs/b: expected type is one of Boolean or JsonObject, found: Integer"},
    {"{\"$ref\":\"#/definitions/nope\"}",
     PROBLEM "#/$ref: $ref \"#/definitions/nope\": key [definitions] not found"},
    {"{\"definitions\":{\"a\":{\"items\":[{},{\"type\":\"x\"}]}},\"$ref\":\"#/definitions/a\"}",
     PROBLEM "#/definitions/a/items/1: unknown type: [x]"},
    {M "\"$ref\":\"#nope\"}", PROBLEM "#/$ref: $ref \"#nope\": no anchor \"nope\""},
    {"{\"$ref\":\"nope.json\"}",
     PROBLEM "#/$ref: $ref \"nope.json\": no document nope.json here: register it and list it in "
             "\"references\" under this name"},
    {"{\"properties\":{\"a\":{\"$ref\":\"http://127.0.0.1:1/x.json#/a\"}}}",
     PROBLEM "#/properties/a/$ref: $ref \"http://127.0.0.1:1/x.json#/a\": Remote schema reference "
             "fetching over HTTP(S) is disabled: register http://127.0.0.1:1/x.json and list it in "
             "\"references\" under this name"},
    {"{\"$ref\":\"file:///etc/passwd\"}", PROBLEM
     "#/$ref: $ref \"file:///etc/passwd\": no document file:///etc/passwd here: register it "
     "and list it in \"references\" under this name"},
};

static void load_errors(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(errors); i++) {
        struct sma_error err;
        struct sma_schema *schema = try_parse(sma_str_z(errors[i].text), &validating, &err);
        if (schema)
            fail_msg("%s is accepted", errors[i].text);
        assert_int_equal(err.status, SMA_EINVAL);
        sma_test_same_text(errors[i].text, sma_str_z(err.message), sma_str_z(errors[i].message));
    }
}

/* Where the message comes from the JSON reader or the regular expression engine, its start counts.
 */
static const struct error_row prefixes[] = {
    {"{", PROBLEM},
    {"", PROBLEM},
    {"{/*c*/}", PROBLEM},
    {"{'type':'string'}", PROBLEM},
    {"{\"type\":\"string\",}", PROBLEM},
    {"{\"a\":\"\\ud800\"}", PROBLEM},
    {"{\"a\":\"\xff\"}", PROBLEM},
    {"{\"enum\":[NaN]}", PROBLEM},
    {"{\"maximum\":1e99999999999}", PROBLEM "number 1e99999999999: the exponent is out of range"},
    {"{\"pattern\":\"(\"}", PROBLEM "#/pattern: "},
    {"{\"patternProperties\":{\"[\":{}}}", PROBLEM "#/patternProperties/[: "},
};

static void text_errors(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(prefixes); i++) {
        struct sma_error err;
        struct sma_schema *schema = try_parse(sma_str_z(prefixes[i].text), &validating, &err);
        if (schema)
            fail_msg("%s is accepted", prefixes[i].text);
        if (err.status != SMA_EINVAL ||
            !sma_str_starts(sma_str_z(err.message), sma_str_z(prefixes[i].message)))
            fail_msg("%s: %s", prefixes[i].text, err.message);
    }
}

static const char *const accepted[] = {
    "{\"minLength\":-1,\"maxLength\":-5}",
    "{\"enum\":[]}",
    "{\"allOf\":[]}",
    "{\"type\":[]}",
    "{\"then\":{\"type\":\"string\"}}",
    "{\"$schema\":\"http://example.com/unheard-of\"}",
    "{\"definitions\":{\"a\":5},\"$defs\":5}",
    M "\"$id\":5}",
    M "\"multipleOf\":0}",
    M "\"minLength\":1.5}",
    M "\"dependencies\":{\"a\":5},\"additionalItems\":5}",
    M "\"definitions\":5}",
    "{\"pattern\":\"(?i)\\\\Aa++\\\\z\"}", /* Java's dialect */
    "{\"pattern\":\"^(?=.*\\\\d)(?!x)\\\\p{L}+$\"}",
    D4 "\"exclusiveMaximum\":true,\"const\":5,\"contains\":5,\"if\":5}",
    "{\"$schema\":\"http://json-schema.org/draft-06/schema\",\"if\":5,\"readOnly\":5}",
    "{\"deprecated\":5}",
    "{\"pattern\":\"(?<=a{1,3})b\"}", /* right, though this engine cannot run it */
    "{\"properties\":{\"a\\u0000b\":true}}",
};

static void accepted_oddities(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(accepted); i++)
        sma_schema_unref(must_parse(sma_str_z(accepted[i])));
}

/* ---- validateFields, fields, name
 * ------------------------------------------------------------------ */

static void reserved_prefix(void **state)
{
    static const struct sma_parse_options strict = {SMA_PARSE_STRICT, true, true};
    struct sma_str text =
        SMA_STR("{\"properties\":{\"a\":{\"properties\":{\"$$in\":{}}},\"$$x\":{}}}");
    struct sma_error err;
    (void)state;
    sma_schema_unref(must_parse(text));
    assert_null(try_parse(text, &strict, &err));
    sma_test_same_text(
        "message", sma_str_z(err.message),
        SMA_STR(PROBLEM "property \"$$x\": Field names cannot start with $$ prefix"));
    struct sma_schema *fine = try_parse(SMA_STR("{\"properties\":{\"$x\":{}}}"), &strict, &err);
    assert_non_null(fine);
    sma_schema_unref(fine);
}

struct collected {
    char text[64];
    size_t stop_after;
};

static bool collect(void *ctx, struct sma_str name)
{
    struct collected *all = ctx;
    strncat(all->text, name.ptr, name.len);
    return --all->stop_after > 0;
}

static void fields_and_name(void **state)
{
    struct collected all = {"", 10}, one = {"", 1};
    (void)state;
    struct sma_schema *schema =
        must_parse(SMA_STR("{\"title\":\"Order\",\"properties\":{\"b\":true,\"a\":{}}}"));
    sma_format_jsonschema.each_field(schema, collect, &all);
    sma_format_jsonschema.each_field(schema, collect, &one);
    assert_string_equal(all.text, "ba");
    assert_string_equal(one.text, "b");
    sma_test_same_text("name", sma_jsonschema_name(schema), SMA_STR("Order"));
    sma_schema_unref(schema);
    schema = must_parse(SMA_STR("true"));
    sma_format_jsonschema.each_field(schema, collect, &all);
    assert_int_equal(sma_jsonschema_name(schema).len, 0);
    sma_schema_unref(schema);
}

static void equality_is_of_canonical_text(void **state)
{
    (void)state;
    struct sma_schema *a = must_parse(SMA_STR("{\"a\":1,\"b\":2}"));
    struct sma_schema *b = must_parse(SMA_STR(" {\"a\" : 1, \"b\":2} "));
    struct sma_schema *c = must_parse(SMA_STR("{\"b\":2,\"a\":1}"));
    assert_true(sma_format_jsonschema.equal(a, b));
    assert_false(sma_format_jsonschema.equal(a, c));
    sma_schema_unref(a);
    sma_schema_unref(b);
    sma_schema_unref(c);
}

/* ---- what does not load can still be looked up
 * ------------------------------------------------------- */

static void unloadable_schemas(void **state)
{
    struct sma_arena arena;
    struct sma_findings findings;
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_work work = {1000};
    struct sma_buf message;
    (void)state;
    struct sma_schema *good = must_parse(SMA_STR("{\"type\":\"string\"}"));
    struct sma_schema *bad = try_parse(SMA_STR("{\"type\":\"foo\"}"), &lax, &err);
    struct sma_schema *remote = try_parse(SMA_STR("{\"$ref\":\"http://x.y/z\"}"), &lax, &err);
    assert_non_null(bad);
    assert_non_null(remote);
    sma_arena_init(&arena, 0);
    sma_findings_init(&findings, &arena, 0);
    assert_int_equal(
        sma_format_jsonschema.compat(&findings, good, bad, SMA_POLICY_STRICT, &work, &err),
        SMA_EINVAL);
    assert_string_equal(err.message, PROBLEM "#: unknown type: [foo]");
    /* The original's one message, without the frame of the others. */
    assert_int_equal(
        sma_format_jsonschema.compat(&findings, good, remote, SMA_POLICY_LENIENT, &work, NULL),
        SMA_OK);
    assert_int_equal(findings.incompatible_count, 1);
    sma_buf_init(&message, 0);
    sma_finding_message(&message, &findings.items[0], "new", "old");
    sma_test_same_text("message", sma_buf_str(&message),
                       SMA_STR("A previous schema version contains an unsupported external "
                               "reference"));
    sma_buf_fini(&message);
    sma_arena_fini(&arena);
    sma_schema_unref(good);
    sma_schema_unref(bad);
    sma_schema_unref(remote);
}

static void normalize_sorts_references(void **state)
{
    static const struct sma_reference references[] = {
        {SMA_STR_INIT("b"), SMA_STR_INIT("s"), 1},
        {SMA_STR_INIT("a"), SMA_STR_INIT("s"), 2},
        {SMA_STR_INIT("b"), SMA_STR_INIT("s"), 1},
    };
    static const struct sma_resolved_reference resolved[] = {
        {{SMA_STR_INIT("b"), SMA_STR_INIT("s"), 1}, SMA_STR_INIT("{\"type\":\"string\"}"), true},
        {{SMA_STR_INIT("a"), SMA_STR_INIT("s"), 2}, SMA_STR_INIT("{\"type\":\"null\"}"), true},
    };
    struct sma_source source = {SMA_STR_INIT("{\"items\":{\"$ref\":\"b\"},\"contains\":{\"$ref\":"
                                             "\"a\"}}"),
                                references, 3, resolved, 2};
    struct sma_schema *schema = NULL, *sorted = NULL;
    (void)state;
    assert_int_equal(sma_format_jsonschema.parse(&schema, &source, &validating, NULL), SMA_OK);
    assert_int_equal(sma_format_jsonschema.normalize(&sorted, schema, &source, &validating, NULL),
                     SMA_OK);
    assert_int_equal(schema->reference_count, 3);
    assert_int_equal(sorted->reference_count, 2);
    sma_test_same_text("first", sorted->references[0].name, SMA_STR("a"));
    sma_test_same_text("second", sorted->references[1].name, SMA_STR("b"));
    sma_schema_unref(sorted);
    sma_schema_unref(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(canonical_numbers),
        cmocka_unit_test(canonical_texts),
        cmocka_unit_test(every_form_is_canonical),
        cmocka_unit_test(load_errors),
        cmocka_unit_test(text_errors),
        cmocka_unit_test(accepted_oddities),
        cmocka_unit_test(reserved_prefix),
        cmocka_unit_test(fields_and_name),
        cmocka_unit_test(equality_is_of_canonical_text),
        cmocka_unit_test(unloadable_schemas),
        cmocka_unit_test(normalize_sorts_references),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
