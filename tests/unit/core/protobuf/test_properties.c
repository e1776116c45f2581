/* 10,000 generated pairs of schemas: what must hold for all of them.
 *   printing: print(parse(print(x))) is print(x)
 *   normal form: normalizing it again changes nothing; it is compatible with the original both ways
 *   compatibility: a schema is compatible with itself, without a difference; adding is a difference
 *   descriptors: what the registry's form says parses back and prints to itself */
#include "tests/unit/core/protobuf/support.h"

#define PAIRS 10000

struct random {
    uint64_t state;
};

static uint32_t next(struct random *r, uint32_t below)
{
    r->state = r->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(r->state >> 33) % below;
}

/* What a generated file may refer to. */
struct generator {
    struct random random;
    struct sma_buf *out;
    bool is_proto3;
    int depth, messages, enums; /* top-level M0…, E0… */
    int number;                 /* next field number of the message under construction */
};

static const char *const scalars[] = {"int32",  "int64",   "uint32",  "uint64",   "sint32",
                                      "sint64", "fixed32", "fixed64", "sfixed32", "sfixed64",
                                      "bool",   "string",  "bytes",   "float",    "double"};

static void put_type(struct generator *g)
{
    uint32_t pick = next(&g->random, 10);
    if (pick < 6)
        sma_buf_putz(g->out, scalars[next(&g->random, SMA_COUNT(scalars))]);
    else if (pick < 8)
        sma_buf_printf(g->out, "%sM%u", next(&g->random, 3) ? "" : ".gen.p.",
                       next(&g->random, (uint32_t)g->messages));
    else if (pick < 9)
        sma_buf_printf(g->out, "E%u", next(&g->random, (uint32_t)g->enums));
    else
        sma_buf_putz(g->out,
                     next(&g->random, 2) ? "google.protobuf.Timestamp" : ".google.protobuf.Any");
}

static void put_value(struct generator *g, int depth)
{
    static const char *const values[] = {"1",    "-2.50", "true", "\"a'b\\n\"", "WORD",
                                         "0x1F", "017",   "1e3",  "-inf",       "\"\\x01\\377\""};
    uint32_t pick = next(&g->random, depth > 2 ? 10 : 13);
    if (pick < 10) {
        sma_buf_putz(g->out, values[pick]);
        return;
    }
    sma_buf_putc(g->out, pick == 10 ? '[' : '{');
    for (uint32_t i = 0, n = next(&g->random, 4); i < n; i++) {
        if (pick != 10)
            sma_buf_printf(g->out, "%s%u%s: ", i % 2 ? "[k." : "k", next(&g->random, 3),
                           i % 2 ? "]" : "");
        put_value(g, depth + 1);
        sma_buf_putz(g->out, ", ");
    }
    sma_buf_putc(g->out, pick == 10 ? ']' : '}');
}

static void put_option(struct generator *g)
{
    static const char *const names[] = {"deprecated",
                                        "(custom.opt)",
                                        "(a)",
                                        "(a).b.c",
                                        "(confluent.field_meta)",
                                        "(confluent.field_meta).doc",
                                        "zeta",
                                        "(gen.p.ext)",
                                        "(ext)"};
    sma_buf_printf(g->out, "%s = ", names[next(&g->random, SMA_COUNT(names))]);
    put_value(g, 0);
}

static void put_options(struct generator *g)
{
    uint32_t n = next(&g->random, 6);
    if (n < 3)
        return;
    sma_buf_putz(g->out, " [");
    for (uint32_t i = 3; i <= n; i++) {
        sma_buf_putz(g->out, i > 3 ? ", " : "");
        put_option(g);
    }
    sma_buf_putc(g->out, ']');
}

static void put_field(struct generator *g, bool in_oneof)
{
    static const char *const labels[] = {"optional ", "repeated ", "required "};
    if (!in_oneof && next(&g->random, 8) == 0) {
        sma_buf_putz(g->out, "map<string, ");
        put_type(g);
        sma_buf_putc(g->out, '>');
    } else {
        if (!in_oneof && (!g->is_proto3 || next(&g->random, 3) == 0))
            sma_buf_putz(g->out, labels[next(&g->random, g->is_proto3 ? 2 : 3)]);
        put_type(g);
    }
    sma_buf_printf(g->out, " f%d = %d", g->number, g->number + (int)next(&g->random, 2) * 100);
    g->number++;
    put_options(g);
    sma_buf_putz(g->out, ";\n");
}

static void put_enum(struct generator *g, const char *prefix, int index)
{
    sma_buf_printf(g->out, "enum %s%d { %sZ%d = 0;", prefix, index, prefix, index);
    for (uint32_t i = 0, n = next(&g->random, 5); i < n; i++)
        sma_buf_printf(g->out, " %sV%d_%u = %d;", prefix, index, i,
                       next(&g->random, 2) ? (int)i + 1 : -(int)i - 1);
    if (next(&g->random, 3) == 0)
        sma_buf_putz(g->out, " reserved 50 to max, 40, \"GONE\"; option allow_alias = true;");
    sma_buf_putz(g->out, " }\n");
}

static void put_message(struct generator *g, const char *prefix, int index)
{
    int saved = g->number;
    g->number = 1;
    sma_buf_printf(g->out, "message %s%d {\n", prefix, index);
    for (uint32_t i = 0, n = next(&g->random, 6); i < n; i++)
        put_field(g, false);
    if (next(&g->random, 3) == 0) {
        sma_buf_putz(g->out, "oneof choice {\n");
        for (uint32_t i = 0, n = next(&g->random, 3) + 1; i < n; i++)
            put_field(g, true);
        sma_buf_putz(g->out, "}\n");
    }
    if (next(&g->random, 4) == 0)
        sma_buf_putz(g->out, "reserved 1000, 900 to 950, 7777 to 7777; reserved \"x\", \"a\";\n");
    if (next(&g->random, 5) == 0) {
        sma_buf_putz(g->out, "option ");
        put_option(g);
        sma_buf_putz(g->out, ";\n");
    }
    if (!g->is_proto3 && next(&g->random, 4) == 0)
        sma_buf_printf(g->out, "optional group Grp%d = %d { optional int32 g = 1; }\n", g->number,
                       500 + g->number);
    if (!g->is_proto3 && next(&g->random, 4) == 0)
        sma_buf_putz(g->out, "extensions 2000 to 3000, 5000 to max;\n");
    if (g->depth < 3 && next(&g->random, 3) == 0) {
        g->depth++;
        put_message(g, "N", g->depth);
        put_enum(g, "NE", g->depth);
        g->depth--;
    }
    sma_buf_putz(g->out, "}\n");
    g->number = saved;
}

/* A file; the same seed gives the same file. */
static void generate(struct sma_buf *out, uint64_t seed, bool is_proto3)
{
    struct generator g = {{seed * 2 + 1}, out, is_proto3, 0, 0, 0, 1};
    g.messages = (int)next(&g.random, 4) + 1;
    g.enums = (int)next(&g.random, 2) + 1;
    sma_buf_printf(out, "syntax = \"%s\";\npackage gen.p;\n", is_proto3 ? "proto3" : "proto2");
    sma_buf_putz(out,
                 "import \"google/protobuf/timestamp.proto\";\nimport "
                 "\"google/protobuf/any.proto\";\nimport \"google/protobuf/descriptor.proto\";\n");
    for (uint32_t i = next(&g.random, 3); i-- > 0;) {
        sma_buf_putz(out, "option ");
        put_option(&g);
        sma_buf_putz(out, ";\n");
    }
    for (int i = 0; i < g.messages; i++)
        put_message(&g, "M", i);
    for (int i = 0; i < g.enums; i++)
        put_enum(&g, "E", i);
    sma_buf_putz(out, "extend google.protobuf.FieldOptions { optional M0 ext = 60000; }\n");
    sma_buf_putz(out, "service S { rpc A (M0) returns (stream M0); }\n");
}

static struct sma_schema *generated(uint64_t seed)
{
    struct sma_buf text;
    sma_buf_init(&text, 0);
    generate(&text, seed, seed & 1);
    struct sma_schema *schema = pb_parse(sma_buf_str(&text), NULL);
    sma_buf_fini(&text);
    return schema;
}

static size_t count_findings(const struct sma_schema *reader, const struct sma_schema *writer,
                             size_t *all)
{
    struct sma_arena arena;
    struct sma_findings findings;
    sma_arena_init(&arena, 0);
    pb_compat(&findings, &arena, reader, writer);
    size_t incompatible = findings.incompatible_count;
    *all = findings.count;
    sma_arena_fini(&arena);
    return incompatible;
}

static void check_print(const struct sma_schema *schema)
{
    struct sma_schema *again = pb_parse(schema->canonical, NULL);
    sma_test_same_text("print", again->canonical, schema->canonical);
    sma_schema_unref(again);
}

static void check_normal(const struct sma_schema *schema)
{
    struct sma_schema *normal = NULL, *twice = NULL;
    struct sma_error err = SMA_ERROR_INIT;
    size_t all;
    if (pb_try_normalize(&normal, schema, NULL, &err))
        fail_msg("normalize: %s", err.message);
    if (pb_try_normalize(&twice, normal, NULL, &err))
        fail_msg("normalize twice: %s", err.message);
    sma_test_same_text("normalize", twice->canonical, normal->canonical);
    if (count_findings(normal, schema, &all) || all || count_findings(schema, normal, &all) || all)
        fail_msg("normal form differs from its schema: %.*s", SMA_STR_ARG(schema->canonical));
    sma_schema_unref(twice);
    sma_schema_unref(normal);
}

static void check_descriptor(const struct sma_schema *schema)
{
    struct sma_buf base64;
    struct sma_error err = SMA_ERROR_INIT;
    sma_buf_init(&base64, 0);
    if (sma_format_protobuf.print(&base64, schema, SMA_TEXT_SERIALIZED, &err))
        fail_msg("serialize: %s", err.message);
    struct sma_schema *back = pb_parse(sma_buf_str(&base64), NULL);
    check_print(back);
    sma_schema_unref(back);
    sma_buf_fini(&base64);
}

static void test_pairs(void **state)
{
    size_t different = 0, incompatible = 0;
    (void)state;
    for (uint64_t seed = 0; seed < PAIRS; seed++) {
        struct sma_schema *a = generated(seed), *b = generated(seed + PAIRS);
        size_t all, forward, backward;
        check_print(a);
        check_normal(a);
        if (seed % 10 == 0)
            check_descriptor(a);
        if (count_findings(a, a, &all) || all)
            fail_msg("differs from itself: %.*s", SMA_STR_ARG(a->canonical));
        backward = count_findings(b, a, &all);
        forward = count_findings(a, b, &all);
        different += all > 0;
        incompatible += forward || backward;
        sma_schema_unref(a);
        sma_schema_unref(b);
    }
    /* The pairs must have something to find. */
    assert_true(different > PAIRS / 2);
    assert_true(incompatible > PAIRS / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_pairs)};
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
