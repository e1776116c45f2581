/* Input made to hurt: whatever it is, the work is bounded (counted in steps, not in seconds), and
 * the answer is a verdict or a clear refusal that names the limit. */
#include "core/jsonschema/loader.h"
#include "tests/unit/core/jsonschema/support.h"

/* What comparing took; the status is as expected. */
static uint64_t steps_of(struct sma_findings *findings, struct sma_arena *arena,
                         const struct sma_schema *old, const struct sma_schema *new,
                         enum sma_status want)
{
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_work work = {SMA_COMPAT_STEPS_MAX};
    sma_findings_init(findings, arena, 0);
    enum sma_status st =
        sma_format_jsonschema.compat(findings, new, old, SMA_POLICY_STRICT, &work, &err);
    if (st != want)
        fail_msg("comparing: %s (%s)", sma_status_name(st), err.message);
    return SMA_COMPAT_STEPS_MAX - work.left;
}

static struct sma_schema *schema_of(const struct sma_buf *text)
{
    assert_false(sma_buf_failed(text));
    return must_parse(sma_buf_str(text));
}

static void expect_limit(const struct sma_buf *text, const char *limit)
{
    struct sma_error err;
    assert_null(try_parse(sma_buf_str(text), &validating, &err));
    assert_int_equal(err.status, SMA_ELIMIT);
    if (!strstr(err.message, limit))
        fail_msg("the message does not name the limit %s: %s", limit, err.message);
}

static void compare_texts(const struct sma_buf *old, const struct sma_buf *new,
                          enum sma_status want, uint64_t max_steps, bool is_compatible)
{
    struct sma_arena arena;
    struct sma_findings findings;
    struct sma_schema *a = schema_of(old), *b = schema_of(new);
    sma_arena_init(&arena, 0);
    uint64_t steps = steps_of(&findings, &arena, a, b, want);
    if (steps > max_steps)
        fail_msg("%llu steps, at most %llu expected", (unsigned long long)steps,
                 (unsigned long long)max_steps);
    if (!want)
        assert_int_equal(findings.incompatible_count == 0, is_compatible);
    assert_true(findings.count <= 2 * SMA_JS_FINDINGS_MAX);
    sma_arena_fini(&arena);
    sma_schema_unref(a);
    sma_schema_unref(b);
}

/* ---- exponential graphs
 * ------------------------------------------------------------------------------ */

/* Level i has two properties that both refer to level i + 1: 2^levels paths to the leaf. */
static void put_graph(struct sma_buf *out, int levels, const char *leaf)
{
    sma_buf_putz(out, "{\"$ref\":\"#/definitions/l0\",\"definitions\":{");
    for (int i = 0; i < levels; i++)
        sma_buf_printf(out,
                       "\"l%d\":{\"properties\":{\"x\":{\"$ref\":\"#/definitions/l%d\"},"
                       "\"y\":{\"$ref\":\"#/definitions/l%d\"}}},",
                       i, i + 1, i + 1);
    sma_buf_printf(out, "\"l%d\":{\"type\":\"%s\"}}}", levels, leaf);
}

static void exponential_reference_graph(void **state)
{
    struct sma_buf old, same, new;
    (void)state;
    sma_buf_init(&old, 0);
    sma_buf_init(&same, 0);
    sma_buf_init(&new, 0);
    put_graph(&old, 200, "string");
    put_graph(&same, 200, "string");
    put_graph(&new, 200, "null");
    compare_texts(&old, &same, SMA_OK, 5000, true);
    compare_texts(&old, &new, SMA_OK, 8000, false);
    sma_buf_fini(&old);
    sma_buf_fini(&same);
    sma_buf_fini(&new);
}

/* Two members that each hold two of the next level, under all three criteria in turn. */
static void put_tower(struct sma_buf *out, int levels, const char *leaf)
{
    static const char *const criteria[] = {"allOf", "oneOf", "anyOf"};
    sma_buf_putz(out, "{\"$ref\":\"#/definitions/a0\",\"definitions\":{");
    for (int i = 0; i < levels; i++)
        for (char c = 'a'; c <= 'b'; c++)
            sma_buf_printf(out,
                           "\"%c%d\":{\"title\":\"%c\",\"%s\":[{\"$ref\":\"#/definitions/a%d\"},"
                           "{\"$ref\":\"#/definitions/b%d\"}]},",
                           c, i, c, criteria[i % 3], i + 1, i + 1);
    sma_buf_printf(out, "\"a%d\":{\"type\":\"string\"},\"b%d\":{\"type\":\"%s\"}}}", levels, levels,
                   leaf);
}

static void towers_of_combined_schemas(void **state)
{
    struct sma_buf old, new;
    (void)state;
    sma_buf_init(&old, 0);
    sma_buf_init(&new, 0);
    put_tower(&old, 60, "integer");
    put_tower(&new, 60, "boolean");
    compare_texts(&old, &old, SMA_OK, 20000, true);
    compare_texts(&old, &new, SMA_OK, 20000, false);
    sma_buf_fini(&old);
    sma_buf_fini(&new);
}

/* Nested inline, no two members alike: every old member meets every new one, on every level. */
static void put_nested(struct sma_buf *out, int levels, const char *leaf, int *title)
{
    if (!levels) {
        sma_buf_printf(out, "{\"title\":\"%d\",\"type\":\"%s\"}", ++*title, leaf);
        return;
    }
    sma_buf_printf(out, "{\"title\":\"%d\",\"oneOf\":[", ++*title);
    put_nested(out, levels - 1, leaf, title);
    sma_buf_putz(out, ",{\"type\":\"boolean\"},");
    put_nested(out, levels - 1, "null", title);
    sma_buf_putz(out, "]}");
}

static void nested_combined_schemas(void **state)
{
    static const struct {
        int levels;
        enum sma_status want;
        uint64_t max_steps;
    } sizes[] = {{6, SMA_OK, 300000}, {11, SMA_ELIMIT, SMA_COMPAT_STEPS_MAX}};
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(sizes); i++) {
        struct sma_buf old, new;
        int title = 0;
        sma_buf_init(&old, 0);
        sma_buf_init(&new, 0);
        put_nested(&old, sizes[i].levels, "string", &title);
        put_nested(&new, sizes[i].levels, "integer", &title);
        compare_texts(&old, &new, sizes[i].want, sizes[i].max_steps, false);
        sma_buf_fini(&old);
        sma_buf_fini(&new);
    }
}

/* 50 by 50 members, as wide apart as can be: only one pairing of all fits. */
static void fifty_members(void **state)
{
    struct sma_buf old, new;
    (void)state;
    sma_buf_init(&old, 0);
    sma_buf_init(&new, 0);
    for (int side = 0; side < 2; side++) {
        struct sma_buf *out = side ? &new : &old;
        sma_buf_putz(out, "{\"oneOf\":[");
        for (int i = 0; i < 50; i++) {
            int size = side ? 50 - i : i + 1;
            sma_buf_printf(out, "%s{\"type\":\"object\",\"title\":\"m%d\",\"maxProperties\":%d,",
                           i ? "," : "", i, size);
            sma_buf_putz(out, "\"properties\":{");
            for (int k = 0; k < 20; k++)
                sma_buf_printf(out, "%s\"p%d\":{\"type\":\"string\"}", k ? "," : "", k);
            sma_buf_putz(out, "}}");
        }
        sma_buf_putz(out, "]}");
    }
    compare_texts(&old, &new, SMA_OK, 1500000, true);
    sma_buf_fini(&old);
    sma_buf_fini(&new);
}

/* ---- recursion
 * ---------------------------------------------------------------------------------------- */

static const char *const recursive[] = {
    "{\"$ref\":\"#\"}",
    "{\"allOf\":[{\"$ref\":\"#\"},{\"$ref\":\"#\"}]}",
    "{\"not\":{\"$ref\":\"#\"}}",
    "{\"anyOf\":[{\"$ref\":\"#\"},{\"not\":{\"$ref\":\"#\"}}]}",
    "{\"oneOf\":[{\"properties\":{\"n\":{\"$ref\":\"#\"}}},{\"items\":{\"$ref\":\"#\"}},"
    "{\"$ref\":\"#/oneOf/0\"}]}",
    "{\"$ref\":\"#/definitions/a\",\"definitions\":{\"a\":{\"$ref\":\"#/definitions/b\"},"
    "\"b\":{\"$ref\":\"#/definitions/a\"}}}",
    "{\"additionalProperties\":{\"$ref\":\"#\"},\"properties\":{\"a\":{\"$ref\":\"#\"}}}",
    "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"$dynamicAnchor\":\"n\","
    "\"unevaluatedProperties\":{\"$dynamicRef\":\"#n\"},\"prefixItems\":[{\"$ref\":\"#\"}]}",
    "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"$ref\":\"#\",\"minLength\":1}",
    "{\"type\":\"string\"}",
    "true",
};

static void self_references(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(recursive); i++)
        for (size_t k = 0; k < SMA_COUNT(recursive); k++) {
            struct sma_arena arena;
            struct sma_findings findings;
            struct sma_schema *a = must_parse(sma_str_z(recursive[i]));
            struct sma_schema *b = must_parse(sma_str_z(recursive[k]));
            sma_arena_init(&arena, 0);
            uint64_t steps = steps_of(&findings, &arena, a, b, SMA_OK);
            if (steps > 3000)
                fail_msg("%s\n%s\n  takes %llu steps", recursive[i], recursive[k],
                         (unsigned long long)steps);
            sma_arena_fini(&arena);
            sma_schema_unref(a);
            sma_schema_unref(b);
        }
}

/* A list of definitions, each with a property that refers to the next. */
static void put_chain(struct sma_buf *out, int count, const char *leaf)
{
    sma_buf_putz(out, "{\"$ref\":\"#/definitions/d0\",\"definitions\":{");
    for (int i = 0; i < count; i++)
        sma_buf_printf(out, "\"d%d\":{\"properties\":{\"n\":{\"$ref\":\"#/definitions/d%d\"}}},", i,
                       i + 1);
    sma_buf_printf(out, "\"d%d\":{\"type\":\"%s\"}}}", count, leaf);
}

/* At the limit, and one beyond: the root's target is one level, each link one more. */
static void long_chains(void **state)
{
    struct sma_buf old, new;
    (void)state;
    sma_buf_init(&old, 0);
    sma_buf_init(&new, 0);
    put_chain(&old, SMA_JS_COMPAT_DEPTH_MAX - 1, "string");
    put_chain(&new, SMA_JS_COMPAT_DEPTH_MAX - 1, "null");
    compare_texts(&old, &new, SMA_OK, 50000, false);
    sma_buf_clear(&old);
    sma_buf_clear(&new);
    put_chain(&old, SMA_JS_COMPAT_DEPTH_MAX, "string");
    put_chain(&new, SMA_JS_COMPAT_DEPTH_MAX, "null");
    compare_texts(&old, &new, SMA_ELIMIT, 50000, false);
    sma_buf_fini(&old);
    sma_buf_fini(&new);
}

/* A chain of bare references is followed one step and no further, however long it is. */
static void chains_of_bare_references(void **state)
{
    struct sma_buf text;
    (void)state;
    sma_buf_init(&text, 0);
    sma_buf_putz(&text, "{\"$ref\":\"#/definitions/d0\",\"definitions\":{");
    for (int i = 0; i < 10000; i++)
        sma_buf_printf(&text, "\"d%d\":{\"$ref\":\"#/definitions/d%d\"},", i, i + 1);
    sma_buf_putz(&text, "\"d10000\":{}}}");
    compare_texts(&text, &text, SMA_OK, 100, true);
    sma_buf_fini(&text);
}

/* ---- depth and size
 * ------------------------------------------------------------------------------------- */

static void put_levels(struct sma_buf *out, size_t levels, const char *open, const char *leaf,
                       const char *close)
{
    for (size_t i = 0; i < levels; i++)
        sma_buf_putz(out, open);
    sma_buf_putz(out, leaf);
    for (size_t i = 0; i < levels; i++)
        sma_buf_putz(out, close);
}

static void deep_nesting(void **state)
{
    static const char *const heads[] = {
        "", "\"$schema\":\"https://json-schema.org/draft/2020-12/schema\","};
    (void)state;
    for (size_t head = 0; head < SMA_COUNT(heads); head++) {
        struct sma_buf old, new;
        sma_buf_init(&old, 0);
        sma_buf_init(&new, 0);
        for (int side = 0; side < 2; side++) {
            struct sma_buf *out = side ? &new : &old;
            sma_buf_printf(out, "{%s\"properties\":{\"a\":", heads[head]);
            put_levels(out, 200, "{\"properties\":{\"a\":",
                       side ? "{\"type\":\"null\"}" : "{\"type\":\"string\"}", "}}");
            sma_buf_putz(out, "}}");
        }
        compare_texts(&old, &new, SMA_OK, 10000, false);
        sma_buf_clear(&old);
        sma_buf_printf(&old, "{%s\"not\":", heads[head]);
        put_levels(&old, SMA_JS_DEPTH_MAX - 1, "{\"not\":", "true", "}");
        sma_buf_putz(&old, "}");
        compare_texts(&old, &old, SMA_OK, 20000, true);
        sma_buf_clear(&old);
        sma_buf_printf(&old, "{%s\"not\":", heads[head]);
        put_levels(&old, SMA_JS_DEPTH_MAX, "{\"not\":", "true", "}");
        sma_buf_putz(&old, "}");
        expect_limit(&old, "512");
        sma_buf_fini(&old);
        sma_buf_fini(&new);
    }
}

/* References to every level of a deep document load each level anew: the model's size is limited.
 */
static void references_to_every_level(void **state)
{
    struct sma_buf text;
    (void)state;
    sma_buf_init(&text, 0);
    sma_buf_putz(&text, "{\"definitions\":{\"d\":");
    put_levels(&text, 240, "{\"items\":", "{\"enum\":[", "");
    for (int i = 0; i < 5000; i++)
        sma_buf_printf(&text, "%s%d", i ? "," : "", i);
    sma_buf_putz(&text, "]}");
    put_levels(&text, 240, "", "", "}");
    sma_buf_putz(&text, "},\"allOf\":[true");
    for (int i = 0; i < 240; i++) {
        sma_buf_putz(&text, ",{\"$ref\":\"#/definitions/d");
        put_levels(&text, (size_t)i, "/items", "", "");
        sma_buf_putz(&text, "\"}");
    }
    sma_buf_putz(&text, "]}");
    expect_limit(&text, "500000 entries");
    sma_buf_fini(&text);
}

static void long_identifiers(void **state)
{
    struct sma_buf text;
    (void)state;
    sma_buf_init(&text, 0);
    for (int i = 0; i < 2; i++) { /* at the limit, and one beyond */
        sma_buf_clear(&text);
        sma_buf_putz(&text, "{\"$id\":\"");
        put_levels(&text, 2048 + (size_t)i, "x", "\",\"items\":{\"$ref\":\"#\"}}", "");
        if (i)
            expect_limit(&text, "2048");
        else
            sma_schema_unref(schema_of(&text));
    }
    sma_buf_clear(&text); /* each identifier is resolved against the long one around it */
    sma_buf_putz(&text, "{\"$id\":\"http://x/");
    put_levels(&text, 2000, "x", "/\",\"anyOf\":[true", "");
    for (int i = 0; i < 20000; i++)
        sma_buf_printf(&text, ",{\"$id\":\"%d\"}", i);
    sma_buf_putz(&text, "]}");
    expect_limit(&text, "1000000 steps");
    sma_buf_fini(&text);
}

/* Referenced documents share one budget of values. */
static void many_big_references(void **state)
{
    struct sma_resolved_reference resolved[20];
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_schema *schema = NULL;
    struct sma_buf big, text;
    char names[20][8];
    (void)state;
    sma_buf_init(&big, 0);
    sma_buf_init(&text, 0);
    sma_buf_putz(&big, "{\"x\":[0");
    put_levels(&big, 49000, ",0", "]}", "");
    sma_buf_putz(&text, "{\"allOf\":[true");
    for (size_t i = 0; i < SMA_COUNT(resolved); i++) {
        snprintf(names[i], sizeof names[i], "r%zu", i);
        resolved[i] = (struct sma_resolved_reference){
            {sma_str_z(names[i]), SMA_STR("s"), 1}, sma_buf_str(&big), true};
        sma_buf_printf(&text, ",{\"$ref\":\"r%zu\"}", i);
    }
    sma_buf_putz(&text, "]}");
    struct sma_source source = {
        .text = sma_buf_str(&text), .resolved = resolved, .resolved_count = SMA_COUNT(resolved)};
    assert_int_equal(sma_format_jsonschema.parse(&schema, &source, &validating, &err), SMA_ELIMIT);
    assert_non_null(strstr(err.message, "values"));
    sma_buf_fini(&big);
    sma_buf_fini(&text);
}

/* ---- regular expressions and numbers
 * ---------------------------------------------------------------------- */

/* Patterns are asked about names, and the work of that is counted. */
static void catastrophic_patterns(void **state)
{
    struct sma_buf old, new;
    struct sma_arena arena;
    struct sma_findings findings;
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_work work = {SMA_COMPAT_STEPS_MAX};
    (void)state;
    sma_buf_init(&old, 0);
    sma_buf_init(&new, 0);
    sma_buf_putz(&old, "{\"patternProperties\":{\"^(a+)+\\\\b$\":true,\"^(?=(a|aa)+$)\":true}}");
    sma_buf_putz(&new, "{\"properties\":{\"");
    put_levels(&new, 60, "a", "!\":true}}", "");
    struct sma_schema *a = schema_of(&old), *b = schema_of(&new);
    sma_arena_init(&arena, 0);
    sma_findings_init(&findings, &arena, 0);
    enum sma_status st =
        sma_format_jsonschema.compat(&findings, b, a, SMA_POLICY_STRICT, &work, &err);
    if (st != SMA_OK && st != SMA_ELIMIT)
        fail_msg("%s: %s", sma_status_name(st), err.message);
    if (st == SMA_ELIMIT)
        assert_true(strlen(err.message) > 0);
    sma_arena_fini(&arena);
    sma_schema_unref(a);
    sma_schema_unref(b);
    sma_buf_clear(&old);
    sma_buf_clear(&new); /* many patterns × many names */
    sma_buf_putz(&old, "{\"patternProperties\":{\"^x$\":true");
    for (int i = 0; i < 500; i++)
        sma_buf_printf(&old, ",\"^x%d$\":true", i);
    sma_buf_putz(&old, "}}");
    sma_buf_putz(&new, "{\"properties\":{\"a\":true");
    for (int i = 0; i < 500; i++)
        sma_buf_printf(&new, ",\"a%d\":true", i);
    sma_buf_putz(&new, "}}");
    compare_texts(&old, &new, SMA_ELIMIT, SMA_COMPAT_STEPS_MAX, false);
    sma_buf_fini(&old);
    sma_buf_fini(&new);
}

static void put_digits(struct sma_buf *out, const char *keyword, size_t count, char digit,
                       const char *tail)
{
    sma_buf_printf(out, "{\"%s\":", keyword);
    for (size_t i = 0; i < count; i++)
        sma_buf_putc(out, digit);
    sma_buf_printf(out, "%s}", tail);
}

static void huge_numbers(void **state)
{
    struct sma_buf old, new;
    (void)state;
    sma_buf_init(&old, 0);
    sma_buf_init(&new, 0);
    put_digits(&old, "multipleOf", 1, '1', "e-300");
    put_digits(&new, "multipleOf", 10000, '7', "");
    compare_texts(&old, &new, SMA_OK, 20000, false); /* expanded */
    compare_texts(&new, &old, SMA_OK, 500000, true); /* reduced */
    sma_buf_clear(&old);
    put_digits(&old, "multipleOf", 9999, '3', "e-2000000000");
    compare_texts(&old, &new, SMA_OK, 2000000, false);
    sma_buf_clear(&old);
    sma_buf_clear(&new);
    put_digits(&old, "multipleOf", 400000, '3', "");
    put_digits(&new, "multipleOf", 400001, '7', "");
    compare_texts(&old, &new, SMA_ELIMIT, SMA_COMPAT_STEPS_MAX, false);
    sma_buf_clear(&old);
    sma_buf_clear(&new);
    put_digits(&old, "maximum", 10000, '9', "e-9990");
    put_digits(&new, "maximum", 10000, '8', "e-9990");
    compare_texts(&old, &new, SMA_OK, 100, false);
    sma_buf_fini(&old);
    sma_buf_fini(&new);
}

/* ---- work and findings
 * ------------------------------------------------------------------------------------ */

static void work_runs_out(void **state)
{
    struct sma_arena arena;
    struct sma_findings findings;
    struct sma_schema *a =
        must_parse(SMA_STR("{\"oneOf\":[{\"properties\":{\"a\":{\"enum\":[1,2]}}},{\"items\":true},"
                           "{\"patternProperties\":{\"x\":{}},\"multipleOf\":3}]}"));
    struct sma_schema *b =
        must_parse(SMA_STR("{\"oneOf\":[{\"properties\":{\"b\":{\"enum\":[1,3]}}},{\"items\":[{}]},"
                           "{\"properties\":{\"x\":{}},\"multipleOf\":7}]}"));
    (void)state;
    sma_arena_init(&arena, 0);
    uint64_t need = steps_of(&findings, &arena, a, b, SMA_OK);
    assert_true(need > 500);
    for (uint64_t have = 0; have <= need; have++) {
        struct sma_error err = SMA_ERROR_INIT;
        struct sma_work work = {have};
        sma_findings_init(&findings, &arena, 0);
        enum sma_status st =
            sma_format_jsonschema.compat(&findings, b, a, SMA_POLICY_STRICT, &work, &err);
        if (st != (have < need ? SMA_ELIMIT : SMA_OK))
            fail_msg("%llu of %llu steps: %s %s", (unsigned long long)have,
                     (unsigned long long)need, sma_status_name(st), err.message);
        sma_arena_reset(&arena);
    }
    sma_arena_fini(&arena);
    sma_schema_unref(a);
    sma_schema_unref(b);
}

/* However many compatible differences come first, one that decides is kept. */
static void the_deciding_finding_is_kept(void **state)
{
    struct sma_buf old, new;
    struct sma_arena arena;
    struct sma_findings findings;
    (void)state;
    sma_buf_init(&old, 0);
    sma_buf_init(&new, 0);
    for (int side = 0; side < 2; side++) {
        struct sma_buf *out = side ? &new : &old;
        sma_buf_putz(out, "{\"properties\":{");
        for (int i = 0; i < 20000; i++)
            sma_buf_printf(out, "\"p%d\":{\"maxLength\":%d},", i, side);
        sma_buf_printf(out, "\"z\":{\"type\":\"%s\"}}}", side ? "null" : "string");
    }
    sma_arena_init(&arena, 0);
    struct sma_schema *a = schema_of(&old), *b = schema_of(&new);
    (void)steps_of(&findings, &arena, a, b, SMA_OK);
    assert_int_equal(findings.incompatible_count, 1);
    assert_int_equal(findings.count, SMA_JS_FINDINGS_MAX + 1);
    assert_string_equal(findings.items[findings.count - 1].rule->id, "TYPE_CHANGED");
    sma_schema_unref(a);
    sma_schema_unref(b);
    sma_arena_fini(&arena);
    sma_buf_fini(&old);
    sma_buf_fini(&new);
}

/* Long names along exponentially many paths: the text of all findings together is limited. */
static void long_paths(void **state)
{
    struct sma_buf old, new, name;
    struct sma_arena arena;
    struct sma_findings findings;
    size_t bytes = 0;
    (void)state;
    sma_buf_init(&old, 0);
    sma_buf_init(&new, 0);
    sma_buf_init(&name, 0);
    put_levels(&name, 5000, "n", "", "");
    for (int side = 0; side < 2; side++) {
        struct sma_buf *out = side ? &new : &old;
        sma_buf_putz(out, "{\"$ref\":\"#/definitions/l0\",\"definitions\":{");
        for (int i = 0; i < 40; i++)
            sma_buf_printf(out,
                           "\"l%d\":{\"properties\":{\"%s\":{\"$ref\":\"#/definitions/l%d\"},"
                           "\"y\":{\"$ref\":\"#/definitions/l%d\"}}},",
                           i, name.ptr, i + 1, i + 1);
        sma_buf_printf(out, "\"l40\":{\"type\":\"%s\"}}}", side ? "null" : "string");
    }
    sma_arena_init(&arena, 0);
    struct sma_schema *a = schema_of(&old), *b = schema_of(&new);
    (void)steps_of(&findings, &arena, a, b, SMA_OK);
    assert_true(findings.incompatible_count > 0);
    for (size_t i = 0; i < findings.count; i++)
        bytes += findings.items[i].path.len;
    assert_true(bytes <= (16u << 20) + 1000000);
    sma_schema_unref(a);
    sma_schema_unref(b);
    sma_arena_fini(&arena);
    sma_buf_fini(&old);
    sma_buf_fini(&new);
    sma_buf_fini(&name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exponential_reference_graph),
        cmocka_unit_test(towers_of_combined_schemas),
        cmocka_unit_test(nested_combined_schemas),
        cmocka_unit_test(fifty_members),
        cmocka_unit_test(self_references),
        cmocka_unit_test(long_chains),
        cmocka_unit_test(chains_of_bare_references),
        cmocka_unit_test(deep_nesting),
        cmocka_unit_test(references_to_every_level),
        cmocka_unit_test(long_identifiers),
        cmocka_unit_test(many_big_references),
        cmocka_unit_test(catastrophic_patterns),
        cmocka_unit_test(huge_numbers),
        cmocka_unit_test(work_runs_out),
        cmocka_unit_test(the_deciding_finding_is_kept),
        cmocka_unit_test(long_paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
