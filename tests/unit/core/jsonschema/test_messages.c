/* The wording of messages, word for word, one per group of rules and in both directions; and the
 * bytes that a finding points at. */
#include "core/compat/compat.h"
#include "core/jsonschema/rules.h"
#include "tests/unit/core/jsonschema/support.h"

/* ---- wording (compat-json section 12)
 * -------------------------------------------------------------- */

static const struct message_row {
    const char *name, *old, *new, *backward; /* backward: the messages, joined by newlines */
} rows[] = {
    {"optional property in an open object", "{\"properties\":{}}",
     "{\"properties\":{\"b\":{\"type\":\"null\"}}}",
     "{errorType:\"OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL\", description:\"The new schema "
     "has an "
     "open content model and has a property or item at path '#/properties/b' which is missing in "
     "the "
     "old schema'}"},
    {"keyword added", "{\"type\":\"string\"}", "{\"type\":\"string\",\"maxLength\":1}",
     "{errorType:\"MAX_LENGTH_ADDED\", description:\"The keyword at path '#/maxLength' in the new "
     "schema is not present in the old schema'}"},
    {"keyword added: a closed object", "{\"type\":\"object\"}",
     "{\"type\":\"object\",\"additionalProperties\":false}",
     "{errorType:\"ADDITIONAL_PROPERTIES_REMOVED\", description:\"The keyword at path "
     "'#/additionalProperties' in the new schema is not present in the old schema'}"},
    {"value grown", "{\"minimum\":1}", "{\"minimum\":2}",
     "{errorType:\"MINIMUM_INCREASED\", description:\"The value at path '#/minimum' in the new "
     "schema "
     "is more than its value in the old schema'}"},
    {"value shrunk", "{\"maximum\":2}", "{\"maximum\":1}",
     "{errorType:\"MAXIMUM_DECREASED\", description:\"The value at path '#/maximum' in the new "
     "schema "
     "is less than its value in the old schema'}"},
    {"value changed", "{\"pattern\":\"a\"}", "{\"pattern\":\"b\"}",
     "{errorType:\"PATTERN_CHANGED\", description:\"The value at path '#/pattern' is different "
     "between "
     "the new and old schema'}"},
    {"fewer elements", "{\"enum\":[1,2]}", "{\"enum\":[1]}",
     "{errorType:\"ENUM_ARRAY_NARROWED\", description:\"An array or combined type at path '#/enum' "
     "has "
     "fewer elements in the new schema than the old schema'}"},
    {"more elements", "{\"dependencies\":{\"a\":[\"b\"]}}",
     "{\"dependencies\":{\"a\":[\"b\",\"c\"]}}",
     "{errorType:\"DEPENDENCY_ARRAY_EXTENDED\", description:\"An array or combined type at path "
     "'#/dependencies/a' has more elements in the new schema than the old schema'}"},
    {"type changed", "{\"type\":\"string\"}", "{\"type\":\"null\"}",
     "{errorType:\"TYPE_CHANGED\", description:\"A type at path '#/' is different between the new "
     "schema "
     "and the old schema'}"},
    {"required property in a closed object", "{\"additionalProperties\":false}",
     "{\"additionalProperties\":false,\"required\":[\"b\"],\"properties\":{\"b\":{}}}",
     "{errorType:\"REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL\", description:\"The new schema "
     "has "
     "an unopen content model and has a required property at path '#/properties/b' which is "
     "missing in "
     "the old schema'}"},
    {"property gone from a closed object",
     "{\"additionalProperties\":false,\"properties\":{\"b\":{}}}",
     "{\"additionalProperties\":false}",
     "{errorType:\"PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL\", description:\"The new has a "
     "closed "
     "content model and is missing a property or item present at path '#/properties/b' in the old "
     "schema'}"},
    {"property gone and not covered",
     "{\"additionalProperties\":{\"type\":\"null\"},\"properties\":{\"b\":{\"type\":\"string\"}}}",
     "{\"additionalProperties\":{\"type\":\"null\"}}",
     "{errorType:\"TYPE_CHANGED\", description:\"A type at path '#/properties/b' is different "
     "between "
     "the new schema and the old schema'}\n"
     "{errorType:\"PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL\", description:\"A "
     "property or item is missing in the new schema but present at path '#/properties/b' in the "
     "old "
     "schema and is not covered by its partially open content model'}"},
    {"property added and not covered", "{\"additionalProperties\":{\"type\":\"null\"}}",
     "{\"additionalProperties\":{\"type\":\"null\"},\"properties\":{\"b\":{\"type\":\"string\"}}}",
     "{errorType:\"TYPE_CHANGED\", description:\"A type at path '#/properties/b' is different "
     "between "
     "the new schema and the old schema'}\n"
     "{errorType:\"PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL\", description:\"The "
     "new "
     "schema has a property or item at path '#/properties/b' which is missing in the old schema "
     "and is "
     "not covered by its partially open content model'}"},
    {"schema added: no text", "{\"type\":\"array\"}", "{\"type\":\"array\",\"items\":{}}",
     "{errorType:\"SCHEMA_ADDED\", description:\"'}"},
    /* Names go into paths as they are: no escaping, and format directives mean nothing. */
    {"names are not escaped",
     "{\"properties\":{\"a/b\":{\"properties\":{\"100%s {1} {P}\":{\"type\":\"null\"}}}}}",
     "{\"properties\":{\"a/b\":{\"properties\":{\"100%s {1} {P}\":{\"type\":\"string\"}}}}}",
     "{errorType:\"TYPE_CHANGED\", description:\"A type at path '#/properties/a/b/properties/100%s "
     "{1} "
     "{P}' is different between the new schema and the old schema'}"},
    /* required before properties; old document order, then what is only new */
    {"order of discovery", "{\"properties\":{\"z\":{\"type\":\"null\"},\"a\":{\"type\":\"null\"}}}",
     "{\"required\":[\"a\"],\"properties\":{\"n\":{\"type\":\"null\"},\"a\":{\"type\":\"string\"},"
     "\"z\":{\"type\":\"string\"}},\"maxProperties\":3}",
     "{errorType:\"REQUIRED_ATTRIBUTE_ADDED\", description:\"The keyword at path '#/required/a' in "
     "the "
     "new schema is not present in the old schema'}\n"
     "{errorType:\"TYPE_CHANGED\", description:\"A type at path '#/properties/z' is different "
     "between "
     "the new schema and the old schema'}\n"
     "{errorType:\"TYPE_CHANGED\", description:\"A type at path '#/properties/a' is different "
     "between "
     "the new schema and the old schema'}\n"
     "{errorType:\"OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL\", description:\"The new schema "
     "has an "
     "open content model and has a property or item at path '#/properties/n' which is missing in "
     "the "
     "old schema'}\n"
     "{errorType:\"MAX_PROPERTIES_ADDED\", description:\"The keyword at path '#/maxProperties' in "
     "the "
     "new schema is not present in the old schema'}"},
    /* what is compatible stays out of the messages */
    {"compatible differences stay out", "{\"maxLength\":1,\"minLength\":1}",
     "{\"maxLength\":2,\"minLength\":2}",
     "{errorType:\"MIN_LENGTH_INCREASED\", description:\"The value at path '#/minLength' in the "
     "new "
     "schema is more than its value in the old schema'}"},
};

static enum sma_status only_version(void *ctx, size_t i, struct sma_earlier *out,
                                    struct sma_error *err)
{
    (void)err;
    *out = (struct sma_earlier){i == 0 ? ctx : NULL, 3};
    return SMA_OK;
}

/* Joined messages of a check without the three closing lines. */
static void run_check(struct sma_buf *out, struct sma_arena *arena, enum sma_level level,
                      struct sma_schema *old, struct sma_schema *new)
{
    struct sma_check_result result;
    struct sma_check check = {
        .level = level, .candidate = new, .earlier = only_version, .earlier_ctx = old};
    assert_int_equal(sma_check_run(&result, arena, &check, NULL), SMA_OK);
    assert_false(result.is_compatible);
    assert_true(result.message_count > 1);
    for (size_t i = 0; i < result.message_count; i++) {
        if (sma_str_starts(result.messages[i], SMA_STR("{oldSchema")) ||
            sma_str_starts(result.messages[i], SMA_STR("{validateFields")))
            continue;
        if (out->len)
            sma_buf_putc(out, '\n');
        sma_buf_puts(out, result.messages[i]);
    }
}

/* The words of the direction, exchanged. */
static void swap_words(struct sma_buf *out, struct sma_str text)
{
    static const char *const pairs[][2] = {{"the new schema", "the old schema"},
                                           {"The new ", "The old "},
                                           {"the new and old", "the old and new"}};
    for (size_t i = 0; i < text.len;) {
        const char *found = NULL;
        for (size_t k = 0; k < 2 * SMA_COUNT(pairs) && !found; k++)
            if (sma_str_starts(sma_str_from(text, i), sma_str_z(pairs[k / 2][k % 2])))
                found = pairs[k / 2][1 - k % 2];
        if (found) {
            sma_buf_putz(out, found);
            i += strlen(found);
        } else {
            sma_buf_putc(out, text.ptr[i++]);
        }
    }
}

static void messages_are_exact(void **state)
{
    const struct message_row *row = *state;
    struct sma_arena arena;
    struct sma_buf got, want;
    struct sma_schema *old = must_parse(sma_str_z(row->old)),
                      *new = must_parse(sma_str_z(row->new));
    sma_arena_init(&arena, 0);
    sma_buf_init(&got, 0);
    sma_buf_init(&want, 0);
    run_check(&got, &arena, SMA_LEVEL_BACKWARD, old, new);
    sma_test_same_text("backward", sma_buf_str(&got), sma_str_z(row->backward));
    /* Forward the same pair the other way round gives the same differences with the words changed.
     */
    sma_buf_clear(&got);
    run_check(&got, &arena, SMA_LEVEL_FORWARD, new, old);
    swap_words(&want, sma_str_z(row->backward));
    sma_test_same_text("forward", sma_buf_str(&got), sma_buf_str(&want));
    sma_buf_fini(&got);
    sma_buf_fini(&want);
    sma_arena_fini(&arena);
    sma_schema_unref(old);
    sma_schema_unref(new);
}

/* Every rule that some policy forbids has an advice; every wording has its placeholders in order.
 */
static void every_rule_is_complete(void **state)
{
    (void)state;
    for (int id = 0; id < SMA_JS_RULE_COUNT; id++) {
        const struct sma_rule *rule = sma_js_rule((enum sma_js_rule_id)id);
        bool is_free = sma_js_rule_is_allowed((enum sma_js_rule_id)id, SMA_POLICY_STRICT);
        assert_int_equal(rule->frame, SMA_FRAME_JSON);
        if (!is_free && !rule->fix)
            fail_msg("%s has no advice", rule->id);
        if (id != SMA_JS_SCHEMA_ADDED && !strstr(rule->description, "'{P}'"))
            fail_msg("%s does not name the path", rule->id);
        if (is_free && !sma_js_rule_is_allowed((enum sma_js_rule_id)id, SMA_POLICY_LENIENT))
            fail_msg("%s: LENIENT is stricter than STRICT", rule->id);
    }
}

/* ---- spans
 * ----------------------------------------------------------------------------------------- */

static const struct span_row {
    const char *old, *new, *rule, *old_text, *new_text; /* text: what the span covers; "" = none */
} spans[] = {
    {"{\"maxLength\": 5}", "{ \"maxLength\": 3 }", "MAX_LENGTH_DECREASED", "5", "3"},
    {"{\"type\":\"string\"}", "{\"type\":\"string\",\"maxLength\":3}", "MAX_LENGTH_ADDED",
     "{\"type\":\"string\"}", "3"},
    {"{\"properties\":{\"a\":{\"type\":\"null\"}}}",
     "{\"properties\":{\"a\":{\"type\":\"string\"}}}", "TYPE_CHANGED", "{\"type\":\"null\"}",
     "{\"type\":\"string\"}"},
    {"{\"properties\":{\"a\":true}}", "{\"properties\":{\"a\":true},\"required\":[\"b\",\"a\"]}",
     "REQUIRED_ATTRIBUTE_ADDED", "{\"properties\":{\"a\":true}}", "\"a\""},
    {"{\"properties\":{\"a\":{\"$ref\":\"#/definitions/"
     "x\"}},\"definitions\":{\"x\":{\"minimum\":1}}}",
     "{\"properties\":{\"a\":{\"minimum\":2}}}", "MINIMUM_INCREASED", "1", "2"},
    {"{\"items\":[{\"type\":\"null\"}]}", "{\"items\":[{\"type\":\"string\"}]}", "TYPE_CHANGED",
     "{\"type\":\"null\"}", "{\"type\":\"string\"}"},
    {"{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"prefixItems\":[true]}",
     "{\"$schema\":\"https://json-schema.org/draft/2020-12/"
     "schema\",\"prefixItems\":[true,{\"minimum\":"
     "2}]}",
     "ITEM_ADDED_TO_OPEN_CONTENT_MODEL", "[true]", "{\"minimum\":2}"},
    {"{\"$schema\":\"https://json-schema.org/draft/2020-12/"
     "schema\",\"dependentRequired\":{\"a\":[\"b\"]}"
     "}",
     "{\"$schema\":\"https://json-schema.org/draft/2020-12/"
     "schema\",\"dependentRequired\":{\"a\":[\"c\"]}"
     "}",
     "DEPENDENCY_ARRAY_CHANGED", "[\"b\"]", "[\"c\"]"},
    {"true", "{\"type\":\"null\"}", "TYPE_CHANGED", "true", "{\"type\":\"null\"}"},
    {"{\"$ref\":\"http://json-schema.org/draft-04/schema#/definitions/positiveInteger\"}",
     "{\"type\":\"null\"}", "TYPE_CHANGED", "", "{\"type\":\"null\"}"},
};

static void findings_point_at_the_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(spans); i++) {
        struct sma_arena arena;
        struct sma_findings findings;
        struct sma_schema *old = must_parse(sma_str_z(spans[i].old));
        struct sma_schema *new = must_parse(sma_str_z(spans[i].new));
        sma_arena_init(&arena, 0);
        compare_schemas(&findings, &arena, old, new, SMA_POLICY_STRICT);
        assert_int_equal(findings.incompatible_count, 1);
        const struct sma_finding *finding = &findings.items[0];
        for (size_t k = 0; finding->is_compatible && k < findings.count; k++)
            finding = &findings.items[k];
        assert_string_equal(finding->rule->id, spans[i].rule);
        struct sma_span o = finding->writer_span, n = finding->reader_span;
        sma_test_same_text("old", sma_str_make(spans[i].old + o.start, o.end - o.start),
                           sma_str_z(spans[i].old_text));
        sma_test_same_text("new", sma_str_make(spans[i].new + n.start, n.end - n.start),
                           sma_str_z(spans[i].new_text));
        sma_arena_fini(&arena);
        sma_schema_unref(old);
        sma_schema_unref(new);
    }
}

int main(void)
{
    struct CMUnitTest tests[SMA_COUNT(rows) + 2];
    for (size_t i = 0; i < SMA_COUNT(rows); i++)
        tests[i] = (struct CMUnitTest){.name = rows[i].name,
                                       .test_func = messages_are_exact,
                                       .initial_state = (void *)(uintptr_t)&rows[i]};
    tests[SMA_COUNT(rows)] = (struct CMUnitTest)cmocka_unit_test(every_rule_is_complete);
    tests[SMA_COUNT(rows) + 1] = (struct CMUnitTest)cmocka_unit_test(findings_point_at_the_text);
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
