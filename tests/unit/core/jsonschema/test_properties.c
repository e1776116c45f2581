/* What must hold for any schema: it is compatible with itself, its canonical text is a fixed point
 * of parsing and printing, normalizing twice is normalizing once, LENIENT forbids nothing that
 * STRICT allows, and comparing is deterministic. Run over all vectors and over schemas grown at
 * random from a fixed seed. */
#include "tests/unit/core/jsonschema/support.h"

static bool has_incompatible(const struct sma_schema *old, const struct sma_schema *new,
                             enum sma_policy policy)
{
    struct sma_arena arena;
    struct sma_findings findings;
    sma_arena_init(&arena, 0);
    compare_schemas(&findings, &arena, old, new, policy);
    bool found = findings.incompatible_count > 0;
    sma_arena_fini(&arena);
    return found;
}

static void expect_compatible(const char *what, const struct sma_schema *old,
                              const struct sma_schema *new)
{
    if (has_incompatible(old, new, SMA_POLICY_STRICT))
        fail_msg("%s:\n  %.*s\n  %.*s", what, SMA_STR_ARG(old->text), SMA_STR_ARG(new->text));
}

static struct sma_schema *normalized(const struct sma_schema *schema)
{
    struct sma_source source = {.text = schema->text};
    struct sma_schema *out = NULL;
    assert_int_equal(sma_format_jsonschema.normalize(&out, schema, &source, &lax, NULL), SMA_OK);
    return out;
}

static void check_one(const struct sma_schema *schema)
{
    static struct sma_schema *anything, *nothing;
    if (!anything) {
        anything = must_parse(SMA_STR("true"));
        nothing = must_parse(SMA_STR("false"));
    }
    struct sma_schema *again = must_parse(schema->canonical);
    struct sma_schema *sorted = normalized(schema), *twice = normalized(sorted);
    sma_test_same_text("print of parse", again->canonical, schema->canonical);
    sma_test_same_text("normalized twice", twice->canonical, sorted->canonical);
    assert_true(sma_format_jsonschema.equal(schema, again));
    expect_compatible("with itself", schema, schema);
    expect_compatible("with its canonical text", schema, again);
    expect_compatible("anything is wider", schema, anything);
    expect_compatible("nothing is narrower", nothing, schema);
    sma_schema_unref(again);
    sma_schema_unref(sorted);
    sma_schema_unref(twice);
}

static void check_two(const struct sma_schema *old, const struct sma_schema *new)
{
    struct sma_arena arena;
    struct sma_findings first, second;
    if (!has_incompatible(old, new, SMA_POLICY_STRICT) &&
        has_incompatible(old, new, SMA_POLICY_LENIENT))
        fail_msg("LENIENT forbids:\n  %.*s\n  %.*s", SMA_STR_ARG(old->text),
                 SMA_STR_ARG(new->text));
    sma_arena_init(&arena, 0);
    compare_schemas(&first, &arena, old, new, SMA_POLICY_STRICT);
    compare_schemas(&second, &arena, old, new, SMA_POLICY_STRICT);
    assert_int_equal(first.count, second.count);
    for (size_t i = 0; i < first.count; i++) {
        assert_ptr_equal(first.items[i].rule, second.items[i].rule);
        sma_test_same_text("path", first.items[i].path, second.items[i].path);
        assert_true(first.items[i].reader_span.end <= new->text.len);
        assert_true(first.items[i].writer_span.end <= old->text.len);
    }
    sma_arena_fini(&arena);
}

/* ---- vectors
 * --------------------------------------------------------------------------------------- */

static void check_texts(const struct sma_json *row, const char *const *names)
{
    struct sma_error err;
    for (; *names; names++) {
        const struct sma_json *text = sma_json_get(row, sma_str_z(*names));
        struct sma_schema *schema = text ? try_parse(text->text, &validating, &err) : NULL;
        if (schema)
            check_one(schema);
        sma_schema_unref(schema);
    }
}

static void check_row(struct sma_arena *arena, const struct sma_json *row, size_t number)
{
    static const char *const names[] = {"schema", "old", "new", NULL};
    (void)arena;
    (void)number;
    check_texts(row, names);
}

static void schemas_of_the_vectors(void **state)
{
    (void)state;
    each_json_line("tests/vectors/json-parse.jsonl", check_row);
    each_json_line("tests/vectors/json-compat.jsonl", check_row);
}

/* ---- random schemas
 * ---------------------------------------------------------------------------------- */

struct grower {
    uint64_t state;
    struct sma_buf text;
    bool is_modern;
};

static unsigned roll(struct grower *g, unsigned sides)
{
    g->state = g->state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(g->state >> 33) % sides;
}

static void put_schema(struct grower *g, int depth);

static void put_list(struct grower *g, int depth)
{
    unsigned count = roll(g, 4);
    sma_buf_putc(&g->text, '[');
    for (unsigned i = 0; i < count; i++) {
        if (i)
            sma_buf_putc(&g->text, ',');
        put_schema(g, depth);
    }
    sma_buf_putc(&g->text, ']');
}

static void put_map(struct grower *g, int depth, const char *const *names, unsigned name_count)
{
    bool is_first = true;
    sma_buf_putc(&g->text, '{');
    for (unsigned i = 0; i < name_count; i++) {
        if (roll(g, 2))
            continue;
        sma_buf_printf(&g->text, "%s\"%s\":", is_first ? "" : ",", names[i]);
        put_schema(g, depth);
        is_first = false;
    }
    sma_buf_putc(&g->text, '}');
}

static const char *const property_names[] = {"a", "b", "c", "ab"};
static const char *const pattern_names[] = {"^a", "b$", "c"};
static const char *const types[] = {"\"string\"",
                                    "\"integer\"",
                                    "\"number\"",
                                    "\"object\"",
                                    "\"array\"",
                                    "\"null\"",
                                    "\"boolean\"",
                                    "[\"string\",\"null\"]",
                                    "[\"object\",\"array\"]",
                                    "[\"number\"]"};
static const char *const simple[] = {"\"minLength\":1",
                                     "\"maxLength\":5",
                                     "\"pattern\":\"^x\"",
                                     "\"minimum\":2",
                                     "\"exclusiveMaximum\":9.5",
                                     "\"multipleOf\":0.5",
                                     "\"minItems\":1",
                                     "\"uniqueItems\":true",
                                     "\"required\":[\"a\",\"b\"]",
                                     "\"maxProperties\":3",
                                     "\"enum\":[1,\"a\",{\"x\":[1.0]}]",
                                     "\"const\":null",
                                     "\"title\":\"t\"",
                                     "\"default\":{\"d\":1}",
                                     "\"format\":\"date\"",
                                     "\"minContains\":2",
                                     "\"additionalProperties\":false",
                                     "\"items\":false"};

/* One keyword that holds schemas. */
static void put_holder(struct grower *g, int depth)
{
    static const char *const holders[] = {
        "not",   "additionalProperties",  "propertyNames", "contains", "if",
        "items", "unevaluatedProperties", "then"};
    static const char *const lists[] = {"allOf", "anyOf", "oneOf"};
    unsigned which = roll(g, 6);
    if (which == 0) {
        sma_buf_putz(&g->text, "\"properties\":");
        put_map(g, depth, property_names, SMA_COUNT(property_names));
    } else if (which == 1) {
        sma_buf_putz(&g->text, "\"patternProperties\":");
        put_map(g, depth, pattern_names, SMA_COUNT(pattern_names));
    } else if (which == 2) {
        sma_buf_printf(&g->text, "\"%s\":", lists[roll(g, SMA_COUNT(lists))]);
        put_list(g, depth);
    } else if (which == 3) {
        sma_buf_putz(&g->text, g->is_modern ? "\"prefixItems\":" : "\"items\":");
        put_list(g, depth);
    } else {
        sma_buf_printf(&g->text, "\"%s\":", holders[roll(g, SMA_COUNT(holders))]);
        put_schema(g, depth);
    }
}

static void put_schema(struct grower *g, int depth)
{
    static const char *const whole[] = {"true", "false", "{}", "{\"$ref\":\"#\"}",
                                        "{\"$ref\":\"#/definitions/d\"}"};
    if (depth == 0 || roll(g, 6) == 0) {
        sma_buf_putz(&g->text, whole[roll(g, SMA_COUNT(whole))]);
        return;
    }
    sma_buf_putc(&g->text, '{');
    sma_buf_printf(&g->text, "\"x-%u\":0", roll(g, 20));
    if (roll(g, 3))
        sma_buf_printf(&g->text, ",\"type\":%s", types[roll(g, SMA_COUNT(types))]);
    for (unsigned i = roll(g, 4); i-- > 0;) {
        sma_buf_putc(&g->text, ',');
        if (roll(g, 2))
            sma_buf_putz(&g->text, simple[roll(g, SMA_COUNT(simple))]);
        else
            put_holder(g, depth - 1);
    }
    sma_buf_putc(&g->text, '}');
}

static struct sma_schema *grow(struct grower *g)
{
    g->is_modern = roll(g, 2);
    sma_buf_clear(&g->text);
    sma_buf_printf(&g->text, "{\"$schema\":\"%s\",\"definitions\":{\"d\":",
                   g->is_modern ? "https://json-schema.org/draft/2020-12/schema"
                                : "http://json-schema.org/draft-07/schema#");
    put_schema(g, 3);
    sma_buf_putz(&g->text, "},\"allOf\":[");
    put_schema(g, 4);
    sma_buf_putz(&g->text, "],\"properties\":{\"p\":");
    put_schema(g, 4);
    sma_buf_putz(&g->text, "}}");
    return must_parse(sma_buf_str(&g->text));
}

static void random_schemas(void **state)
{
    struct grower g = {.state = 20240229};
    struct sma_schema *before = NULL;
    (void)state;
    sma_buf_init(&g.text, 0);
    for (int i = 0; i < 3000; i++) {
        struct sma_schema *schema = grow(&g);
        check_one(schema);
        if (before) {
            check_two(before, schema);
            check_two(schema, before);
        }
        sma_schema_unref(before);
        before = schema;
    }
    sma_schema_unref(before);
    sma_buf_fini(&g.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(schemas_of_the_vectors),
        cmocka_unit_test(random_schemas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
