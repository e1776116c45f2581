/* Hostile and very large input: every limit at the limit and one beyond, and bounded work. */
#include "tests/unit/core/avro/support.h"

#include "core/avro/model.h"
#include "core/avro/parser.h"

static struct sma_buf text_buf(void)
{
    struct sma_buf buf;
    sma_buf_init(&buf, 0);
    return buf;
}

static void expect_limit(struct parsed p, const char *message)
{
    if (p.st != SMA_ELIMIT)
        fail_msg("want the limit \"%s\", got %s: %s", message, sma_status_name(p.st),
                 p.st ? p.err.message : "a schema");
    assert_string_equal(p.err.message, message);
}

/* ---- nesting ---- */

static struct parsed parse_nested(int levels, enum sma_parse_mode mode)
{
    struct sma_buf text = text_buf();
    for (int i = 0; i < levels; i++)
        sma_buf_putz(&text, "{\"type\":\"array\",\"items\":");
    sma_buf_putz(&text, "\"int\"");
    for (int i = 0; i < levels; i++)
        sma_buf_putc(&text, '}');
    struct parsed p = parse_str(sma_buf_str(&text), NULL, mode);
    sma_buf_fini(&text);
    return p;
}

static void nesting(void **state)
{
    (void)state;
    struct parsed p = parse_nested(SMA_JSON_DEPTH_MAX, SMA_PARSE_STRICT);
    assert_int_equal(p.st, SMA_OK);
    struct parsed normal = normalize(p.schema, NULL, SMA_PARSE_STRICT);
    sma_test_same_text("normalized", normal.schema->canonical, p.schema->canonical);
    sma_schema_unref(normal.schema);
    sma_schema_unref(p.schema);
    expect_limit(parse_nested(SMA_JSON_DEPTH_MAX + 1, SMA_PARSE_STRICT),
                 "JSON exceeds the limit of 64 levels of nesting");
    expect_limit(parse_nested(10000, SMA_PARSE_LAX),
                 "JSON exceeds the limit of 64 levels of nesting");
}

/* [R0 { f: "R1" }, R1 { f: "R2" }, …]: flat as written, each inside the other when printed. */
static struct parsed parse_unfolding(int count)
{
    struct sma_buf text = text_buf();
    for (int i = 0; i < count; i++) {
        sma_buf_printf(&text, "%c{\"type\":\"record\",\"name\":\"R%d\",\"fields\":[", i ? ',' : '[',
                       i);
        if (i + 1 < count)
            sma_buf_printf(&text, "{\"name\":\"f\",\"type\":\"R%d\"}", i + 1);
        sma_buf_putz(&text, "]}");
    }
    sma_buf_putc(&text, ']');
    struct parsed p = parse_str(sma_buf_str(&text), NULL, SMA_PARSE_STRICT);
    sma_buf_fini(&text);
    return p;
}

static void unfolding(void **state)
{
    (void)state;
    /* one level for the union, three for each record but the last, two for that */
    struct parsed p = parse_unfolding(21);
    assert_int_equal(p.st, SMA_OK);
    struct parsed again = parse_str(p.schema->canonical, NULL, SMA_PARSE_STRICT);
    assert_int_equal(again.st, SMA_OK);
    sma_schema_unref(again.schema);
    sma_schema_unref(p.schema);
    expect_limit(parse_unfolding(22),
                 "the printed schema exceeds the limit of 64 levels of nesting");
    expect_limit(parse_unfolding(5000),
                 "the printed schema exceeds the limit of 64 levels of nesting");
}

/* A property deep in a definition that is printed elsewhere. */
static void property_levels(void **state)
{
    struct sma_buf text = text_buf();
    (void)state;
    sma_buf_putz(&text, "[{\"type\":\"record\",\"name\":\"A\",\"fields\":[{\"name\":\"b\",\"type\":"
                        "\"B\"}]},{\"type\":\"record\",\"name\":\"B\",\"fields\":[],\"p\":");
    for (int i = 0; i < 61; i++)
        sma_buf_putc(&text, '[');
    for (int i = 0; i < 61; i++)
        sma_buf_putc(&text, ']');
    sma_buf_putz(&text, "}]");
    expect_limit(parse_str(sma_buf_str(&text), NULL, SMA_PARSE_STRICT),
                 "the printed schema exceeds the limit of 64 levels of nesting");
    sma_buf_fini(&text);
}

/* ---- numbers of values ---- */

static void many_values(void **state)
{
    struct sma_buf text = text_buf();
    (void)state;
    sma_buf_putc(&text, '[');
    while (text.len < 3u << 20)
        sma_buf_putz(&text, "{},");
    sma_buf_putz(&text, "{}]");
    expect_limit(parse_str(sma_buf_str(&text), NULL, SMA_PARSE_LAX),
                 "JSON exceeds the limit of 50000 values");
    sma_buf_fini(&text);
}

static void put_symbols(struct sma_buf *text, int count)
{
    for (int i = 0; i < count; i++)
        sma_buf_printf(text, "%s\"S%d\"", i ? "," : "", i);
}

static struct parsed parse_enum(int symbols)
{
    struct sma_buf text = text_buf();
    sma_buf_putz(&text, "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[");
    put_symbols(&text, symbols);
    sma_buf_putz(&text, "]}");
    struct parsed p = parse_str(sma_buf_str(&text), NULL, SMA_PARSE_STRICT);
    sma_buf_fini(&text);
    return p;
}

static void many_symbols(void **state)
{
    struct sma_arena arena;
    (void)state;
    /* the object, "type", "name" and the array are values too */
    struct parsed all = parse_enum(SMA_JSON_VALUES_MAX - 4), few = parse_enum(3);
    assert_int_equal(all.st, SMA_OK);
    expect_limit(parse_enum(SMA_JSON_VALUES_MAX - 3), "JSON exceeds the limit of 50000 values");
    assert_int_equal(sma_avro_symbol_find(sma_avro_schema_of(all.schema)->root, SMA_STR("S4711")),
                     4711);
    assert_int_equal(sma_avro_symbol_find(sma_avro_schema_of(all.schema)->root, SMA_STR("S")), -1);
    sma_arena_init(&arena, 0);
    assert_int_equal(compare(&arena, all.schema, few.schema).len, 0);
    assert_true(compare(&arena, few.schema, all.schema).len > 300000);
    sma_arena_fini(&arena);
    sma_schema_unref(all.schema);
    sma_schema_unref(few.schema);
}

/* ---- unions ---- */

static struct parsed parse_union(int records, const char *last)
{
    struct sma_buf text = text_buf();
    for (int i = 0; i < records; i++)
        sma_buf_printf(&text, "%c{\"type\":\"record\",\"name\":\"%c%d\",\"fields\":[]}",
                       i ? ',' : '[', last ? 'A' : 'B', i);
    sma_buf_printf(&text, "%s]", last ? last : "");
    struct parsed p = parse_str(sma_buf_str(&text), NULL, SMA_PARSE_STRICT);
    sma_buf_fini(&text);
    return p;
}

static enum sma_status compat_status(const struct sma_schema *reader,
                                     const struct sma_schema *writer, uint64_t steps, size_t *found)
{
    struct sma_arena arena;
    struct sma_findings findings;
    struct sma_work work = {steps};
    struct sma_error err = SMA_ERROR_INIT;
    sma_arena_init(&arena, 0);
    sma_findings_init(&findings, &arena, 0);
    enum sma_status st =
        sma_format_avro.compat(&findings, reader, writer, SMA_POLICY_STRICT, &work, &err);
    *found = findings.count;
    assert_true(!st == (err.message[0] == '\0'));
    sma_arena_fini(&arena);
    return st;
}

static void huge_unions(void **state)
{
    size_t found;
    (void)state;
    struct parsed a = parse_union(10000, ""), b = parse_union(10000, NULL);
    assert_int_equal(a.st, SMA_OK);
    assert_int_equal(b.st, SMA_OK);
    expect("a repetition at the end", parse_union(10000, ",\"A77\""), NULL,
           "Duplicate in union:A77");
    assert_int_equal(compat_status(a.schema, b.schema, SMA_COMPAT_STEPS_MAX, &found), SMA_ELIMIT);
    assert_int_equal(found, 0);
    sma_schema_unref(a.schema);
    sma_schema_unref(b.schema);
}

/* ---- work ---- */

static void no_work_left(void **state)
{
    size_t found;
    (void)state;
    struct sma_schema *a = must_parse(
        "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"}]}",
        SMA_PARSE_STRICT);
    assert_int_equal(compat_status(a, a, 0, &found), SMA_ELIMIT);
    assert_int_equal(compat_status(a, a, 2, &found), SMA_ELIMIT);
    assert_int_equal(compat_status(a, a, 4, &found), SMA_OK);
    sma_schema_unref(a);
}

/* Records that each hold the one before twice: one wrong leaf is found 2^levels times. */
static struct parsed parse_doubling(int levels, const char *leaf, const char *suffix)
{
    struct sma_buf text = text_buf();
    sma_buf_printf(
        &text, "[{\"type\":\"record\",\"name\":\"R0\",\"fields\":[{\"name\":\"x\",\"type\":%s}]}",
        leaf);
    for (int i = 1; i < levels; i++)
        sma_buf_printf(
            &text,
            ",{\"type\":\"record\",\"name\":\"R%d\",\"fields\":[{\"name\":\"a\",\"type\":"
            "\"R%d\"%s},{\"name\":\"b\",\"type\":\"R%d\"%s}]}",
            i, i - 1, suffix, i - 1, suffix);
    sma_buf_putc(&text, ']');
    struct parsed p = parse_str(sma_buf_str(&text), NULL, SMA_PARSE_STRICT);
    sma_buf_fini(&text);
    return p;
}

/* The last record of such a union as a schema of its own, by reference. */
static struct sma_schema *last_of(const struct sma_schema *all, int levels)
{
    struct sma_resolved_reference reference = {.text = all->canonical};
    char name[16];
    snprintf(name, sizeof name, "\"R%d\"", levels - 1);
    struct sma_source source = {
        .text = sma_str_z(name), .resolved = &reference, .resolved_count = 1};
    const struct sma_parse_options options = {.mode = SMA_PARSE_STRICT};
    struct sma_schema *schema = NULL;
    assert_int_equal(sma_format_avro.parse(&schema, &source, &options, NULL), SMA_OK);
    return schema;
}

static void doubling_findings(void **state)
{
    static const struct {
        int levels;
        enum sma_status st;
        size_t found;
    } rows[] = {{10, SMA_OK, 512}, {13, SMA_OK, 4096}, {18, SMA_ELIMIT, 0}, {20, SMA_ELIMIT, 0}};
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        size_t found;
        struct parsed r = parse_doubling(rows[i].levels, "\"int\"", "");
        struct parsed w = parse_doubling(rows[i].levels, "\"string\"", "");
        struct sma_schema *reader = last_of(r.schema, rows[i].levels);
        struct sma_schema *writer = last_of(w.schema, rows[i].levels);
        assert_int_equal(compat_status(reader, writer, SMA_COMPAT_STEPS_MAX, &found), rows[i].st);
        if (!rows[i].st)
            assert_int_equal(found, rows[i].found);
        assert_int_equal(compat_status(reader, reader, 1000, &found), SMA_OK);
        assert_true(sma_format_avro.equal(reader, reader));
        assert_false(sma_format_avro.equal(reader, writer));
        sma_schema_unref(reader);
        sma_schema_unref(writer);
        sma_schema_unref(r.schema);
        sma_schema_unref(w.schema);
    }
}

/* The same shape with defaults {}: checking one walks all of them. */
static void doubling_defaults(void **state)
{
    (void)state;
    struct parsed p = parse_doubling(10, "\"int\",\"default\":1", ",\"default\":{}");
    assert_int_equal(p.st, SMA_OK);
    sma_schema_unref(p.schema);
    expect_limit(parse_doubling(40, "\"int\",\"default\":1", ",\"default\":{}"),
                 "checking defaults exceeds the limit of 1000000 steps");
}

/* ---- chains of references ---- */

/* Each of `count` references holds the one before; the schema names the last. */
static struct sma_schema *parse_chain(size_t count, const char *leaf)
{
    struct sma_resolved_reference *references = calloc(count, sizeof *references);
    struct sma_arena arena;
    struct sma_error err = SMA_ERROR_INIT;
    sma_arena_init(&arena, 0);
    for (size_t i = 0; i < count; i++) {
        struct sma_str type = i ? sma_arena_printf(&arena, "\"C%zu\"", i - 1) : sma_str_z(leaf);
        references[i].text = sma_arena_printf(
            &arena,
            "{\"type\":\"record\",\"name\":\"C%zu\",\"fields\":[{\"name\":\"f\",\"type\":%.*s}]}",
            i, SMA_STR_ARG(type));
    }
    struct sma_source source = {.text = sma_arena_printf(&arena, "\"C%zu\"", count - 1),
                                .resolved = references,
                                .resolved_count = count};
    const struct sma_parse_options options = {.mode = SMA_PARSE_STRICT};
    struct sma_schema *schema = NULL;
    if (sma_format_avro.parse(&schema, &source, &options, &err))
        fail_msg("%s", err.message);
    sma_arena_fini(&arena);
    free(references);
    return schema;
}

static void chains(void **state)
{
    struct sma_buf text = text_buf();
    size_t found;
    (void)state;
    struct sma_schema *a = parse_chain(SMA_AVRO_DEPTH_MAX, "\"int\"");
    struct sma_schema *b = parse_chain(SMA_AVRO_DEPTH_MAX - 1, "\"int\"");
    struct sma_schema *e = parse_chain(SMA_AVRO_DEPTH_MAX - 1, "\"string\"");
    struct sma_schema *c = parse_chain(SMA_AVRO_DEPTH_MAX + 1, "\"int\"");
    struct sma_schema *d = parse_chain(SMA_AVRO_DEPTH_MAX / 3, "\"int\"");
    assert_int_equal(sma_avro_schema_of(c)->node_count, SMA_AVRO_DEPTH_MAX + 2);
    assert_int_equal(compat_status(a, a, SMA_COMPAT_STEPS_MAX, &found), SMA_OK);
    assert_int_equal(found, 0);
    assert_int_equal(compat_status(b, e, SMA_COMPAT_STEPS_MAX, &found), SMA_OK);
    assert_int_equal(found, 1);
    assert_int_equal(compat_status(c, c, SMA_COMPAT_STEPS_MAX, &found), SMA_ELIMIT);
    assert_false(sma_format_avro.equal(b, e));
    /* expanded: three levels for each record */
    assert_int_equal(sma_format_avro.print(&text, d, SMA_TEXT_RESOLVED, NULL), SMA_OK);
    assert_int_equal(sma_format_avro.print(&text, a, SMA_TEXT_RESOLVED, NULL), SMA_ELIMIT);
    /* record and field type count one each */
    sma_buf_clear(&text);
    assert_int_equal(sma_avro_put_canonical_form(&text, d, NULL), SMA_OK);
    assert_int_equal(sma_avro_put_canonical_form(&text, c, NULL), SMA_ELIMIT);
    sma_schema_unref(a);
    sma_schema_unref(b);
    sma_schema_unref(c);
    sma_schema_unref(d);
    sma_schema_unref(e);
    sma_buf_fini(&text);
}

/* Two rings of coprime lengths: the pairs make one long path. */
static struct sma_schema *parse_ring(int count)
{
    struct sma_buf text = text_buf();
    for (int i = 0; i < count; i++)
        sma_buf_printf(
            &text,
            "{\"type\":\"record\",\"name\":\"n%d.R\",\"fields\":[{\"name\":\"f\",\"type\":", i);
    sma_buf_putz(&text, "\"n0.R\"");
    for (int i = 0; i < count; i++)
        sma_buf_putz(&text, "}]}");
    struct parsed p = parse_str(sma_buf_str(&text), NULL, SMA_PARSE_STRICT);
    assert_int_equal(p.st, SMA_OK);
    sma_buf_fini(&text);
    return p.schema;
}

static void rings(void **state)
{
    size_t found;
    (void)state;
    struct sma_schema *a = parse_ring(20), *b = parse_ring(19);
    assert_int_equal(compat_status(a, b, SMA_COMPAT_STEPS_MAX, &found), SMA_OK);
    assert_int_equal(found, 0);
    assert_int_equal(compat_status(a, b, 20 * 19 / 2, &found), SMA_ELIMIT);
    sma_schema_unref(a);
    sma_schema_unref(b);
}

/* ---- sizes ---- */

static void many_fields(void **state)
{
    enum { COUNT = 12000 };
    struct sma_buf forth = text_buf(), back = text_buf();
    size_t found;
    (void)state;
    sma_buf_putz(&forth, "{\"type\":\"record\",\"name\":\"R\",\"fields\":[");
    sma_buf_putz(&back, "{\"type\":\"record\",\"name\":\"R\",\"fields\":[");
    for (int i = 0; i < COUNT; i++) {
        sma_buf_printf(&forth, "%s{\"name\":\"f%d\",\"type\":\"long\"}", i ? "," : "", i);
        sma_buf_printf(&back, "%s{\"name\":\"f%d\",\"type\":\"int\"}", i ? "," : "", COUNT - i);
    }
    sma_buf_putz(&forth, "]}");
    sma_buf_putz(&back, "]}");
    struct parsed a = parse_str(sma_buf_str(&forth), NULL, SMA_PARSE_STRICT);
    struct parsed b = parse_str(sma_buf_str(&back), NULL, SMA_PARSE_STRICT);
    assert_int_equal(compat_status(a.schema, b.schema, SMA_COMPAT_STEPS_MAX, &found), SMA_OK);
    assert_int_equal(found, 1); /* f0 */
    const struct sma_avro_node *root = sma_avro_schema_of(b.schema)->root;
    assert_int_equal(sma_avro_field_find(root, SMA_STR("f17"))->position, COUNT - 17);
    assert_null(sma_avro_field_find(root, SMA_STR("f0")));
    sma_schema_unref(a.schema);
    sma_schema_unref(b.schema);
    sma_buf_fini(&forth);
    sma_buf_fini(&back);
}

/* Messages are cut, not overrun. */
static void long_messages(void **state)
{
    struct sma_buf text = text_buf();
    (void)state;
    sma_buf_putz(&text, "{\"type\":\"record\",\"name\":\"");
    for (int i = 0; i < 50000; i++)
        sma_buf_putz(&text, "\xc3\xa9");
    sma_buf_putz(&text, "\",\"fields\":5}");
    struct parsed p = parse_str(sma_buf_str(&text), NULL, SMA_PARSE_LAX);
    assert_int_equal(p.st, SMA_EINVAL);
    assert_true(strlen(p.err.message) < SMA_ERROR_MESSAGE_MAX);
    p = parse_str(sma_buf_str(&text), NULL, SMA_PARSE_STRICT);
    assert_int_equal(p.st, SMA_EINVAL);
    assert_true(sma_str_starts(sma_str_z(p.err.message), SMA_STR("Illegal initial character: ")));
    sma_buf_fini(&text);
}

static void broken_texts(void **state)
{
    static const char *const texts[] = {
        "",         " ",        "{",           "[",           "\"",           "{\"a\"",
        "\xff",     "\"\xc3\"", "nul",         "{\"type\":}", "// x",         "/* x",
        "[\"int\"", "[,]",      "\"\\ud800\"", "\x01",        "{\"type\":1e}"};
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(texts); i++) {
        struct parsed p = parse(texts[i], SMA_PARSE_STRICT);
        if (p.st != SMA_EINVAL || !p.err.message[0])
            fail_msg("\"%s\": %s", texts[i], sma_status_name(p.st));
    }
    struct parsed p = parse_str(sma_str_make("\"in\0t\"", 6), NULL, SMA_PARSE_STRICT);
    assert_int_equal(p.st, SMA_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nesting),
        cmocka_unit_test(unfolding),
        cmocka_unit_test(property_levels),
        cmocka_unit_test(many_values),
        cmocka_unit_test(many_symbols),
        cmocka_unit_test(huge_unions),
        cmocka_unit_test(no_work_left),
        cmocka_unit_test(doubling_findings),
        cmocka_unit_test(doubling_defaults),
        cmocka_unit_test(chains),
        cmocka_unit_test(rings),
        cmocka_unit_test(many_fields),
        cmocka_unit_test(long_messages),
        cmocka_unit_test(broken_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
