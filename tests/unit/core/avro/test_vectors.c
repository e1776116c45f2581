/* The observed vectors, all of them: parses, normal forms, and every ordered pair of 61 schemas. */
#include "tests/unit/core/avro/support.h"

static struct sma_str text_of(const struct sma_json *v)
{
    assert_true(sma_json_is(v, SMA_JSON_STRING));
    return v->text;
}

/* ---- parses ---- */

/* The original's text names an object of its own here; ours the type. */
static bool is_unknown_schema(struct sma_str error)
{
    return sma_str_starts(error, SMA_STR("Unknown schema: org.apache.avro"));
}

static void check_parse(const struct sma_json *row, enum sma_parse_mode mode)
{
    const struct sma_json *want = sma_json_get(row, mode ? SMA_STR("strict") : SMA_STR("lax"));
    struct sma_str schema = text_of(sma_json_getz(row, "schema"));
    struct parsed p = parse_str(schema, NULL, mode);
    const struct sma_json *ok = sma_json_getz(want, "ok");
    struct sma_str got = p.st ? sma_str_z(p.err.message) : p.schema->canonical;
    struct sma_str text = text_of(ok ? ok : sma_json_getz(want, "error"));
    if (is_unknown_schema(text))
        text = SMA_STR("Unknown schema: foo");
    if (!p.st != (ok != NULL) || !sma_str_eq(got, text))
        fail_msg("%.*s (%s)\n   got %.*s\n  want %.*s", SMA_STR_ARG(schema),
                 mode ? "strict" : "lax", SMA_STR_ARG(got), SMA_STR_ARG(text));
    sma_schema_unref(p.schema);
}

static void both_modes(const struct sma_json *row)
{
    check_parse(row, SMA_PARSE_STRICT);
    check_parse(row, SMA_PARSE_LAX);
}

static size_t for_each_line(const char *path, void (*fn)(const struct sma_json *row))
{
    size_t len, rows = 0;
    char *bytes = sma_test_read_file(path, &len);
    struct sma_str rest = sma_str_make(bytes, len);
    while (rest.len) {
        ptrdiff_t newline = sma_str_chr(rest, '\n');
        struct sma_str line = newline < 0 ? rest : sma_str_head(rest, (size_t)newline);
        struct sma_arena arena;
        const struct sma_json *row;
        struct sma_error err = SMA_ERROR_INIT;
        sma_arena_init(&arena, 0);
        if (sma_json_parse(&row, &arena, line, NULL, NULL, &err))
            fail_msg("%s: %s", path, err.message);
        fn(row);
        rows++;
        sma_arena_fini(&arena);
        rest = sma_str_from(rest, line.len + 1);
    }
    free(bytes);
    return rows;
}

static void parses(void **state)
{
    (void)state;
    assert_int_equal(for_each_line("tests/vectors/avro-parse.jsonl", both_modes), 95);
}

/* ---- normal forms ---- */

static void check_form(const struct sma_json *row, const struct sma_schema *schema)
{
    struct sma_buf form;
    struct sma_error err = SMA_ERROR_INIT;
    char hex[24];
    uint64_t rabin;
    sma_buf_init(&form, 0);
    assert_int_equal(sma_avro_put_canonical_form(&form, schema, &err), SMA_OK);
    sma_test_same_text("canonical form", sma_buf_str(&form),
                       text_of(sma_json_getz(row, "parsing_canonical_form")));
    sma_buf_fini(&form);
    assert_int_equal(sma_avro_fingerprint_rabin(&rabin, schema, &err), SMA_OK);
    snprintf(hex, sizeof hex, "%llx", (unsigned long long)rabin);
    const struct sma_json *want = sma_json_getz(row, "rabin_hex");
    if (want)
        sma_test_same_text("fingerprint", sma_str_z(hex), text_of(want));
}

static void check_normal(const struct sma_json *row)
{
    struct sma_str text = text_of(sma_json_getz(row, "schema"));
    struct parsed p = parse_str(text, NULL, SMA_PARSE_LAX);
    const struct sma_json *error = sma_json_getz(row, "error");
    if (error) {
        assert_int_not_equal(p.st, SMA_OK);
        sma_test_same_text("error", sma_str_z(p.err.message), text_of(error));
        return;
    }
    assert_int_equal(p.st, SMA_OK);
    sma_test_same_text("canonical", p.schema->canonical, text_of(sma_json_getz(row, "canonical")));
    check_form(row, p.schema);
    struct parsed n = normalize(p.schema, NULL, SMA_PARSE_LAX);
    if (n.st)
        fail_msg("%.*s: %s", SMA_STR_ARG(text), n.err.message);
    /* Where the original fails on a default, ours stays as it was written. */
    const struct sma_json *want = sma_json_getz(row, "normalized");
    sma_test_same_text("normalized", n.schema->canonical, want ? want->text : p.schema->canonical);
    sma_schema_unref(n.schema);
    sma_schema_unref(p.schema);
}

static void normal_forms(void **state)
{
    (void)state;
    assert_int_equal(for_each_line("tests/vectors/avro-normalize.jsonl", check_normal), 19);
}

/* ---- pairs ---- */

static struct sma_str wanted_findings(struct sma_arena *arena, const struct sma_json *pair)
{
    static const char thrown[] = "THROW AvroRuntimeException: ";
    struct sma_str verdict = pair->items[2].text, copy;
    struct sma_buf text;
    sma_buf_init(&text, 0);
    if (pair->items[2].type == SMA_JSON_STRING) {
        assert_true(sma_str_starts(verdict, sma_str_z(thrown)));
        sma_buf_putz(&text, "AMBIGUOUS_FIELD / ");
        sma_buf_puts(&text, sma_str_from(verdict, strlen(thrown)));
    }
    for (uint32_t i = 0; pair->count > 3 && i < pair->items[3].count; i++) {
        const struct sma_json *one = &pair->items[3].items[i];
        sma_buf_putz(&text, i ? "; " : "");
        for (uint32_t k = 0; k < 3; k++) {
            sma_buf_putz(&text, k ? " " : "");
            sma_buf_puts(&text, text_of(&one->items[k]));
        }
    }
    copy = sma_arena_copy(arena, sma_buf_str(&text));
    sma_buf_fini(&text);
    return copy;
}

static void pairs(void **state)
{
    static const struct sma_json_options options = {.max_values = 1000000};
    struct sma_arena arena;
    const struct sma_json *doc;
    struct sma_schema *schemas[64];
    size_t len, compatible = 0;
    (void)state;
    char *bytes = sma_test_read_file("tests/vectors/avro-compat.json", &len);
    sma_arena_init(&arena, 0);
    assert_int_equal(sma_json_parse(&doc, &arena, sma_str_make(bytes, len), &options, NULL, NULL),
                     SMA_OK);
    const struct sma_json *texts = sma_json_getz(doc, "schemas");
    const struct sma_json *list = sma_json_getz(doc, "pairs");
    assert_int_equal(texts->count, 61);
    assert_int_equal(list->count, 61 * 61);
    for (uint32_t i = 0; i < texts->count; i++) {
        struct parsed p = parse_str(texts->items[i].text, NULL, SMA_PARSE_LAX);
        assert_int_equal(p.st, SMA_OK);
        schemas[i] = p.schema;
    }
    for (uint32_t i = 0; i < list->count; i++) {
        const struct sma_json *pair = &list->items[i];
        int32_t reader, writer;
        struct sma_arena scratch;
        assert_true(sma_json_i32(&pair->items[0], &reader));
        assert_true(sma_json_i32(&pair->items[1], &writer));
        sma_arena_init(&scratch, 0);
        struct sma_str got = compare(&scratch, schemas[reader], schemas[writer]);
        struct sma_str want = wanted_findings(&scratch, pair);
        if (!sma_str_eq(got, want))
            fail_msg("reader %.*s\nwriter %.*s\n   got %.*s\n  want %.*s",
                     SMA_STR_ARG(schemas[reader]->canonical),
                     SMA_STR_ARG(schemas[writer]->canonical), SMA_STR_ARG(got), SMA_STR_ARG(want));
        compatible += !got.len;
        sma_arena_fini(&scratch);
    }
    assert_int_equal(compatible, 290);
    for (uint32_t i = 0; i < texts->count; i++)
        sma_schema_unref(schemas[i]);
    sma_arena_fini(&arena);
    free(bytes);
}

/* A schema reads its own data, and its printed text says the same again. */
static void each_with_itself(void **state)
{
    static const struct sma_json_options options = {.max_values = 1000000};
    struct sma_arena arena;
    const struct sma_json *doc;
    size_t len;
    (void)state;
    char *bytes = sma_test_read_file("tests/vectors/avro-compat.json", &len);
    sma_arena_init(&arena, 0);
    assert_int_equal(sma_json_parse(&doc, &arena, sma_str_make(bytes, len), &options, NULL, NULL),
                     SMA_OK);
    const struct sma_json *texts = sma_json_getz(doc, "schemas");
    for (uint32_t i = 0; i < texts->count; i++) {
        struct parsed p = parse_str(texts->items[i].text, NULL, SMA_PARSE_STRICT);
        assert_int_equal(p.st, SMA_OK);
        struct parsed again = parse_str(p.schema->canonical, NULL, SMA_PARSE_STRICT);
        assert_int_equal(again.st, SMA_OK);
        sma_test_same_text("printed again", again.schema->canonical, p.schema->canonical);
        assert_true(sma_format_avro.equal(p.schema, again.schema));
        struct sma_str found = compare(&arena, p.schema, again.schema);
        /* One of them has a field whose alias is another field of its own: ambiguous even here. */
        if (found.len && !sma_str_starts(found, SMA_STR("AMBIGUOUS_FIELD")))
            fail_msg("%.*s: %.*s", SMA_STR_ARG(p.schema->canonical), SMA_STR_ARG(found));
        sma_schema_unref(again.schema);
        sma_schema_unref(p.schema);
    }
    sma_arena_fini(&arena);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses),
        cmocka_unit_test(normal_forms),
        cmocka_unit_test(pairs),
        cmocka_unit_test(each_with_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
