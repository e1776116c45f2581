/* Observed results of the original, from tests/vectors: canonical and normalized text, which
 * schemas load, verdicts and differences under both policies. Beside this tree there may be
 * captures that are not ours to copy; they run when they are there. */
#include <unistd.h>

#include "tests/unit/core/jsonschema/support.h"

#define CAPTURED "../shared/corpus/vectors/captured-confluent-7.4.0.jsonl"
#define CONFLUENT "../shared/corpus/confluent/"

static size_t failures;

static bool get_bool(const struct sma_json *row, const char *name)
{
    const struct sma_json *value = sma_json_get(row, sma_str_z(name));
    return value && value->type == SMA_JSON_BOOL && value->boolean;
}

static struct sma_str get_text(const struct sma_json *row, const char *name)
{
    const struct sma_json *value = sma_json_get(row, sma_str_z(name));
    return sma_json_is(value, SMA_JSON_STRING) ? value->text : sma_str_make(NULL, 0);
}

/* ---- parse
 * --------------------------------------------------------------------------------------- */

/* Where this implementation differs on purpose (compat-json sections 4 and 6.2): the bare words NaN
 * and Infinity are refused, a number beyond a double keeps its value, and a schema that refers to
 * itself dynamically loads instead of overflowing the stack. NULL = refused. */
static const struct deviation {
    const char *schema, *canonical, *normalized;
    bool loads;
} deviations[] = {
    {"{\"maximum\":1e400}", "{\"maximum\":1E+400}", "{\"maximum\":1E+400}", true},
    {"{\"enum\":[NaN]}", NULL, NULL, false},
    {"{\"b\":1.0,\"a\":1e2,\"c\":1E400,\"d\":0.10,\"e\":\"\\u00e9\\/\\u2028\","
     "\"f\":12345678901234567890123,\"g\":-0,\"h\":-0.0,\"i\":NaN}",
     NULL, NULL, false},
    {"{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"$dynamicAnchor\":\"n\","
     "\"type\":\"object\",\"properties\":{\"c\":{\"$dynamicRef\":\"#n\"},"
     "\"v\":{\"type\":\"string\"}}}",
     "", "", true},
};

static const struct deviation *deviation_of(struct sma_str schema)
{
    for (size_t i = 0; i < SMA_COUNT(deviations); i++)
        if (sma_str_eqz(schema, deviations[i].schema))
            return &deviations[i];
    return NULL;
}

static const char *node_name(const struct sma_js_node *node)
{
    static const char *const names[] = {
        [SMA_JS_EMPTY] = "EmptySchema",         [SMA_JS_TRUE] = "TrueSchema",
        [SMA_JS_FALSE] = "FalseSchema",         [SMA_JS_BOOLEAN] = "BooleanSchema",
        [SMA_JS_NULL] = "NullSchema",           [SMA_JS_STRING] = "StringSchema",
        [SMA_JS_NUMBER] = "NumberSchema",       [SMA_JS_OBJECT] = "ObjectSchema",
        [SMA_JS_ARRAY] = "ArraySchema",         [SMA_JS_ENUM] = "EnumSchema",
        [SMA_JS_CONST] = "ConstSchema",         [SMA_JS_NOT] = "NotSchema",
        [SMA_JS_COMBINED] = "CombinedSchema",   [SMA_JS_CONDITIONAL] = "ConditionalSchema",
        [SMA_JS_REFERENCE] = "ReferenceSchema",
    };
    return names[node->class];
}

static void complain(size_t number, const struct sma_json *row, const char *what,
                     struct sma_str got, struct sma_str want)
{
    failures++;
    print_error("parse %zu %.*s\n  %s: got %.*s\n  want %.*s\n", number,
                SMA_STR_ARG(get_text(row, "schema")), what, SMA_STR_ARG(got), SMA_STR_ARG(want));
}

static void check_texts(size_t number, const struct sma_json *row, const struct sma_schema *schema,
                        struct sma_str canonical, struct sma_str normalized)
{
    struct sma_source source = {.text = schema->text};
    struct sma_schema *sorted = NULL;
    if (!sma_str_eq(schema->canonical, canonical))
        complain(number, row, "canonical", schema->canonical, canonical);
    assert_int_equal(sma_format_jsonschema.normalize(&sorted, schema, &source, &lax, NULL), SMA_OK);
    if (!sma_str_eq(sorted->canonical, normalized))
        complain(number, row, "normalized", sorted->canonical, normalized);
    sma_schema_unref(sorted);
}

static void check_parse(struct sma_arena *arena, const struct sma_json *row, size_t number)
{
    struct sma_str text = get_text(row, "schema");
    struct sma_str canonical = get_text(row, "canonical"), normalized = get_text(row, "normalized");
    bool loads = get_bool(row, "loads");
    const struct deviation *deviation = deviation_of(text);
    struct sma_error err;
    (void)arena;
    if (deviation) {
        loads = deviation->loads;
        if (!deviation->canonical || *deviation->canonical) {
            canonical = sma_str_z(deviation->canonical);
            normalized = sma_str_z(deviation->normalized);
        }
    }
    struct sma_schema *schema = try_parse(text, &lax, &err);
    if (!schema != !canonical.ptr)
        complain(number, row, "parses", sma_str_z(schema ? "yes" : err.message),
                 sma_str_z(canonical.ptr ? "yes" : "no"));
    else if (schema)
        check_texts(number, row, schema, canonical, normalized);
    sma_schema_unref(schema);
    schema = try_parse(text, &validating, &err);
    if (!schema != !loads)
        complain(number, row, "loads", sma_str_z(schema ? "yes" : err.message),
                 sma_str_z(loads ? "yes" : "no"));
    struct sma_str node = get_text(row, "node");
    if (schema && node.ptr && !sma_str_eqz(node, node_name(sma_jsonschema_of(schema)->model->root)))
        complain(number, row, "node", sma_str_z(node_name(sma_jsonschema_of(schema)->model->root)),
                 node);
    sma_schema_unref(schema);
}

static void parse_vectors(void **state)
{
    (void)state;
    failures = 0;
    assert_int_equal(each_json_line("tests/vectors/json-parse.jsonl", check_parse), 193);
    assert_int_equal(failures, 0);
}

/* ---- compatibility
 * ------------------------------------------------------------------------------- */

static bool is_verdict(const struct sma_schema *old, const struct sma_schema *new,
                       enum sma_policy policy, bool want)
{
    struct sma_arena arena;
    struct sma_findings findings;
    sma_arena_init(&arena, 0);
    compare_schemas(&findings, &arena, old, new, policy);
    bool is_compatible = findings.incompatible_count == 0;
    sma_arena_fini(&arena);
    return is_compatible == want;
}

static void check_pair(struct sma_arena *arena, const struct sma_json *row, size_t number)
{
    struct sma_error err;
    struct sma_findings findings;
    struct sma_schema *old = try_parse(get_text(row, "old"), &validating, &err);
    struct sma_schema *new = try_parse(get_text(row, "new"), &validating, &err);
    const struct sma_json *compatible = sma_json_getz(row, "compatible_changes");
    if (get_bool(row, "reference_fails")) {
        if (old && new) /* no verdict to agree with, but there must be one */
            compare_schemas(&findings, arena, old, new, SMA_POLICY_STRICT);
        goto out;
    }
    if (!old || !new)
        fail_msg("row %zu does not parse: %s", number, err.message);
    compare_schemas(&findings, arena, old, new, SMA_POLICY_STRICT);
    struct sma_test_lines got = lines_of_findings(arena, &findings, ONLY_INCOMPATIBLE, false);
    struct sma_test_lines want = lines_of_json(arena, sma_json_getz(row, "incompatible"), false);
    bool is_same = same_lines(&got, &want);
    if (is_same && sma_json_is(compatible, SMA_JSON_ARRAY)) {
        got = lines_of_findings(arena, &findings, ONLY_COMPATIBLE, false);
        want = lines_of_json(arena, compatible, false);
        is_same = same_lines(&got, &want);
    }
    is_same = is_same && (findings.incompatible_count == 0) == get_bool(row, "strict") &&
              is_verdict(old, new, SMA_POLICY_LENIENT, get_bool(row, "lenient"));
    if (!is_same) {
        failures++;
        print_error("compat %zu\n  %.*s\n  %.*s\n", number, SMA_STR_ARG(old->text),
                    SMA_STR_ARG(new->text));
        print_lines("got", &got);
        print_lines("want", &want);
    }
out:
    sma_schema_unref(old);
    sma_schema_unref(new);
}

static void compat_vectors(void **state)
{
    (void)state;
    failures = 0;
    assert_int_equal(each_json_line("tests/vectors/json-compat.jsonl", check_pair), 212);
    assert_int_equal(failures, 0);
}

/* ---- matrices: every schema against every other
 * ---------------------------------------------------- */

static void check_cell(struct sma_arena *arena, struct sma_schema **schemas,
                       const struct sma_json *cell)
{
    int32_t old, new;
    struct sma_findings findings;
    struct sma_str verdict = cell->items[2].text;
    assert_true(sma_json_i32(&cell->items[0], &old) && sma_json_i32(&cell->items[1], &new));
    compare_schemas(&findings, arena, schemas[old], schemas[new], SMA_POLICY_STRICT);
    struct sma_test_lines got = lines_of_findings(arena, &findings, ONLY_INCOMPATIBLE, true);
    struct sma_test_lines want =
        lines_of_json(arena, cell->count > 3 ? &cell->items[3] : NULL, true);
    bool is_strict = sma_str_eqz(verdict, "both");
    bool is_lenient = is_strict || sma_str_eqz(verdict, "lenient");
    if (same_lines(&got, &want) && (findings.incompatible_count == 0) == is_strict &&
        is_verdict(schemas[old], schemas[new], SMA_POLICY_LENIENT, is_lenient))
        return;
    failures++;
    print_error("%.*s\n%.*s\n  want %.*s\n", SMA_STR_ARG(schemas[old]->text),
                SMA_STR_ARG(schemas[new]->text), SMA_STR_ARG(verdict));
    print_lines("got", &got);
    print_lines("want", &want);
}

static void check_matrix(const char *path, uint32_t schema_count)
{
    size_t len;
    char *bytes = sma_test_read_file(path, &len);
    struct sma_json_options options = {.max_values = 1000000};
    struct sma_arena arena, scratch;
    struct sma_schema *schemas[100];
    const struct sma_json *matrix;
    failures = 0;
    sma_arena_init(&arena, 0);
    sma_arena_init(&scratch, 0);
    assert_int_equal(
        sma_json_parse(&matrix, &arena, sma_str_make(bytes, len), &options, NULL, NULL), SMA_OK);
    const struct sma_json *texts = sma_json_getz(matrix, "schemas");
    const struct sma_json *cells = sma_json_getz(matrix, "pairs");
    assert_int_equal(texts->count, schema_count);
    assert_int_equal(cells->count, schema_count * schema_count);
    for (uint32_t i = 0; i < texts->count; i++)
        schemas[i] = must_parse(texts->items[i].text);
    for (uint32_t i = 0; i < cells->count; i++) {
        check_cell(&scratch, schemas, &cells->items[i]);
        sma_arena_reset(&scratch);
    }
    for (uint32_t i = 0; i < texts->count; i++)
        sma_schema_unref(schemas[i]);
    sma_arena_fini(&scratch);
    sma_arena_fini(&arena);
    free(bytes);
    assert_int_equal(failures, 0);
}

static void matrix_draft7(void **state)
{
    (void)state;
    check_matrix("tests/vectors/json-compat-matrix-draft7.json", 67);
}

static void matrix_2020_12(void **state)
{
    (void)state;
    check_matrix("tests/vectors/json-compat-matrix-2020-12.json", 71);
}

/* ---- captures that may lie beside the tree
 * --------------------------------------------------------- */

static bool is_there(const char *path)
{
    if (access(path, R_OK) == 0)
        return true;
    print_message("%s is not there, skipped\n", path);
    return false;
}

static void check_captured(struct sma_arena *arena, const struct sma_json *row, size_t number)
{
    const struct sma_json *verdicts = sma_json_getz(row, "verdicts");
    const struct sma_json *newer = sma_json_getz(row, "newer");
    (void)arena;
    (void)number;
    if (!sma_str_eqz(get_text(row, "schemaType"), "JSON"))
        return;
    struct sma_schema *old = must_parse(get_text(row, "old")),
                      *new = must_parse(get_text(row, "new"));
    for (uint32_t i = 0; i < verdicts->count; i++) {
        struct sma_str level = verdicts->members[i].name;
        const struct sma_json *value = sma_json_get(newer, level);
        bool want = value ? value->boolean : verdicts->members[i].value.boolean;
        bool backward = is_verdict(old, new, SMA_POLICY_STRICT, true);
        bool forward = is_verdict(new, old, SMA_POLICY_STRICT, true);
        bool got = sma_str_eqz(level, "BACKWARD")  ? backward
                   : sma_str_eqz(level, "FORWARD") ? forward
                                                   : backward && forward;
        if (got == want)
            continue;
        failures++;
        print_error("%.*s\n%.*s\n  %.*s\n", SMA_STR_ARG(old->text), SMA_STR_ARG(new->text),
                    SMA_STR_ARG(level));
    }
    sma_schema_unref(old);
    sma_schema_unref(new);
}

static void captured_verdicts(void **state)
{
    (void)state;
    if (!is_there(CAPTURED))
        skip();
    failures = 0;
    assert_true(each_json_line(CAPTURED, check_captured) > 0);
    assert_int_equal(failures, 0);
}

static struct sma_str slice(const char *bytes, const struct sma_json *value)
{
    return sma_str_make(bytes + value->start, value->end - value->start);
}

/* All differences as a list; where two members of a combined schema could be matched to one, which
 * of them is reported depends on a hash table there, so paths below such members are cut. */
static void check_example(const char *bytes, const struct sma_json *example)
{
    struct sma_arena arena;
    struct sma_findings findings;
    struct sma_schema *old = must_parse(slice(bytes, sma_json_getz(example, "original_schema")));
    struct sma_schema *new = must_parse(slice(bytes, sma_json_getz(example, "update_schema")));
    const struct sma_json *lenient = sma_json_getz(example, "compatible_lenient");
    bool is_strict = get_bool(example, "compatible");
    sma_arena_init(&arena, 0);
    compare_schemas(&findings, &arena, old, new, SMA_POLICY_STRICT);
    struct sma_test_lines got = lines_of_findings(&arena, &findings, ALL_DIFFERENCES, false);
    struct sma_test_lines want = lines_of_json(&arena, sma_json_getz(example, "changes"), false);
    if (!same_lines(&got, &want) || (findings.incompatible_count == 0) != is_strict ||
        !is_verdict(old, new, SMA_POLICY_LENIENT, lenient ? lenient->boolean : is_strict)) {
        failures++;
        print_error("%.*s\n", SMA_STR_ARG(get_text(example, "description")));
        print_lines("got", &got);
        print_lines("want", &want);
    }
    sma_arena_fini(&arena);
    sma_schema_unref(old);
    sma_schema_unref(new);
}

static void check_examples(const char *path)
{
    struct sma_arena arena;
    const struct sma_json *examples;
    size_t len;
    if (!is_there(path))
        skip();
    failures = 0;
    char *bytes = sma_test_read_file(path, &len);
    sma_arena_init(&arena, 0);
    assert_int_equal(sma_json_parse(&examples, &arena, sma_str_make(bytes, len), NULL, NULL, NULL),
                     SMA_OK);
    assert_true(examples->count > 0);
    for (uint32_t i = 0; i < examples->count; i++)
        check_example(bytes, &examples->items[i]);
    sma_arena_fini(&arena);
    free(bytes);
    assert_int_equal(failures, 0);
}

static void examples_draft7(void **state)
{
    (void)state;
    check_examples(CONFLUENT "json-diff-schema-examples.json");
}

static void examples_combined(void **state)
{
    (void)state;
    check_examples(CONFLUENT "json-diff-combined-schema-examples.json");
}

static void examples_2020_12(void **state)
{
    (void)state;
    check_examples(CONFLUENT "json-diff-schema-examples-2020-12.json");
}

static void examples_combined_2020_12(void **state)
{
    (void)state;
    check_examples(CONFLUENT "json-diff-combined-schema-examples-2020-12.json");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parse_vectors),
        cmocka_unit_test(compat_vectors),
        cmocka_unit_test(matrix_draft7),
        cmocka_unit_test(matrix_2020_12),
        cmocka_unit_test(captured_verdicts),
        cmocka_unit_test(examples_draft7),
        cmocka_unit_test(examples_combined),
        cmocka_unit_test(examples_2020_12),
        cmocka_unit_test(examples_combined_2020_12),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
