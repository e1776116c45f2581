/* Hostile input: depth, size, repetition. Each ends in a named limit or in a result within the time
 * that its size deserves. */
#include "tests/unit/core/protobuf/support.h"

#include <time.h>

#include "core/protobuf/parse.h"

#define P3 "syntax = \"proto3\";\n"

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Parses, checks and normalizes; the status of the first that fails. */
static enum sma_status run(struct sma_str text, struct sma_error *err)
{
    struct sma_schema *schema = NULL, *normal = NULL;
    struct sma_error own = SMA_ERROR_INIT;
    struct pb_source source;
    struct sma_parse_options options = {SMA_PARSE_STRICT, true, true};
    err = err ? err : &own;
    enum sma_status st = pb_try_parse(&schema, text, NULL, true, err);
    if (!st) {
        st = pb_try_normalize(&normal, schema, NULL, err);
        sma_schema_unref(normal);
        sma_schema_unref(schema);
    }
    pb_source_init(&source, text, NULL);
    schema = NULL;
    if (sma_format_protobuf.parse(&schema, &source.source, &options, &own) == SMA_OK)
        sma_schema_unref(schema);
    return st;
}

/* `times` copies of a printf format that takes the number twice. */
static void repeat(struct sma_buf *out, const char *before, const char *each, size_t times,
                   const char *after)
{
    sma_buf_init(out, 0);
    sma_buf_putz(out, before);
    for (size_t i = 0; i < times; i++)
        for (const char *at = each; *at; at++) {
            if (*at == '#')
                sma_buf_put_u64(out, i + 1);
            else
                sma_buf_putc(out, *at);
        }
    sma_buf_putz(out, after);
}

static const struct nest {
    const char *name, *before, *open, *middle, *close, *after;
    const char *limit;
    size_t fits; /* levels that pass; one more does not */
} nests[] = {
    {"messages", P3, "message M {", "", "}", "", "messages nested deeper than 64 levels", 64},
    {"literals", P3 "option (x) = ", "{a:", "1", "}", ";",
     "option values nested deeper than 64 levels", 63},
    {"lists", P3 "option (x) = ", "[", "1", "]", ";", "option values nested deeper than 64 levels",
     63},
    {"map types", P3 "message M { ", "map<string,", "int32", ">", " m = 1; }",
     "types nested deeper than 64 levels", 63},
};

static void nested(struct sma_buf *out, const struct nest *nest, size_t levels)
{
    sma_buf_init(out, 0);
    sma_buf_putz(out, nest->before);
    for (size_t i = 0; i < levels; i++)
        sma_buf_putz(out, nest->open);
    sma_buf_putz(out, nest->middle);
    for (size_t i = 0; i < levels; i++)
        sma_buf_putz(out, nest->close);
    sma_buf_putz(out, nest->after);
}

static void test_depth(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(nests); i++)
        for (int beyond = 0; beyond < 3; beyond++) {
            struct sma_buf text;
            struct sma_error err = SMA_ERROR_INIT;
            struct sma_schema *schema = NULL;
            size_t levels = beyond == 2 ? 200000 : nests[i].fits + (size_t)beyond;
            nested(&text, &nests[i], levels);
            enum sma_status st = pb_try_parse(&schema, sma_buf_str(&text), NULL, false, &err);
            if (st != (beyond ? SMA_ELIMIT : SMA_OK))
                fail_msg("%s: %zu levels: status %d %s", nests[i].name, levels, (int)st,
                         err.message);
            if (beyond)
                assert_string_equal(err.message, nests[i].limit);
            sma_schema_unref(schema);
            sma_buf_fini(&text);
        }
}

/* Large lists of everything. The time is a guard against squares, generous for sanitizers. */
static void test_size(void **state)
{
    static const struct {
        const char *name, *before, *each, *after;
        size_t times;
        enum sma_status status;
    } rows[] = {
        {"fields", P3 "message M {", "int32 f# = #;", "}", 100000, SMA_OK},
        {"fields of one number", P3 "message M {", "int32 f# = 1;", "}", 100000, SMA_OK},
        {"fields in reverse", P3 "message M {", "int32 f# = -#;", "}", 100000, SMA_OK},
        {"named fields", P3 "package a.b.c; message M {", "M f# = #;", "}", 50000, SMA_OK},
        {"messages", P3, "message M# {M# m = 1;}", "", 50000, SMA_OK},
        {"enum values", P3 "enum E {", "A# = 1;", "}", 100000, SMA_OK},
        {"reserved", P3 "message M { reserved ", "#, ", "\"x\"; }", 100000, SMA_OK},
        {"oneofs", P3 "message M {", "oneof o# { int32 f# = #; }", "}", 30000, SMA_OK},
        {"imports", P3, "import \"google/protobuf/any.proto\"; import \"a#\";", "", 30000, SMA_OK},
        {"options", P3, "option (a#) = #;", "", 50000, SMA_OK},
        {"one option again and again", P3, "option (confluent.file_meta).tags = \"#\";", "", 60000,
         SMA_OK},
        {"keys of a literal", P3 "option (x) = {", "k#: # ", "};", 50000, SMA_OK},
        {"one key of a literal", P3 "option (x) = {", "k: # ", "};", 100000, SMA_OK},
        {"pieces of a string", P3 "option x = ", "'#' \"\\\\#\" ", ";", 100000, SMA_OK},
        {"comments", P3, "/* # */ // #\n", "", 100000, SMA_OK},
        {"semicolons", P3, ";", "", 1000000, SMA_OK},
        {"extends", "message M { extensions 1 to max; }", "extend M { optional int32 e# = #; }", "",
         5000, SMA_OK},
        {"extends beyond measure", "message M { extensions 1 to max; }",
         "extend M { optional int32 e# = #; }", "", 20000, SMA_ELIMIT},
        {"rpcs", P3 "message M {} service S {", "rpc R# (M) returns (M);", "}", 50000, SMA_OK},
        {"package of many parts", P3 "package ", "a.", "a; message M { M m = 1; }", 20000, SMA_OK},
    };
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        struct sma_buf text;
        struct sma_error err = SMA_ERROR_INIT;
        repeat(&text, rows[i].before, rows[i].each, rows[i].times, rows[i].after);
        double start = now();
        enum sma_status st = run(sma_buf_str(&text), &err);
        double seconds = now() - start;
        if (st != rows[i].status)
            fail_msg("%s: status %d: %s", rows[i].name, (int)st, err.message);
        if (seconds > 20)
            fail_msg("%s: %.1f s", rows[i].name, seconds);
        sma_buf_fini(&text);
    }
}

/* A long package and many unresolved names: each try is paid for. */
static void test_resolution_work(void **state)
{
    struct sma_buf text;
    struct sma_error err = SMA_ERROR_INIT;
    (void)state;
    sma_buf_init(&text, 0);
    sma_buf_putz(&text, P3 "package a");
    for (int i = 0; i < 20000; i++)
        sma_buf_putz(&text, ".a");
    sma_buf_putz(&text, "; message M {");
    for (int i = 0; i < 20000; i++)
        sma_buf_printf(&text, "map<string, Nope> f%d = %d;", i, i);
    sma_buf_putz(&text, "}");
    double start = now();
    assert_int_equal(run(sma_buf_str(&text), &err), SMA_ELIMIT);
    assert_true(now() - start < 20);
    sma_buf_fini(&text);
}

/* Imports in circles and diamonds, through references. */
static void test_import_graphs(void **state)
{
    const struct pb_reference references[] = {
        {"a.proto", "a", 1,
         SMA_STR_INIT(P3 "import public \"b.proto\"; import \"d.proto\"; message A {}")},
        {"b.proto", "b", 1,
         SMA_STR_INIT(P3 "import public \"a.proto\"; import \"d.proto\"; message B {}")},
        {"d.proto", "d", 1, SMA_STR_INIT(P3 "import public \"d.proto\"; message D {}")},
        {0}};
    struct pb_source source;
    struct sma_parse_options options = {SMA_PARSE_STRICT, true, true};
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_schema *schema = NULL;
    struct sma_buf set;
    (void)state;
    pb_source_init(&source, SMA_STR(P3 "import \"a.proto\"; message M { A a = 1; B b = 2; }"),
                   references);
    if (sma_format_protobuf.parse(&schema, &source.source, &options, &err))
        fail_msg("%s", err.message);
    sma_buf_init(&set, 0);
    assert_int_equal(sma_proto_put_descriptor_set(&set, schema, SMA_STR("m"), &err), SMA_OK);
    sma_buf_fini(&set);
    sma_schema_unref(schema);
    /* d.proto is not visible: nobody imports it publicly */
    pb_source_init(&source, SMA_STR(P3 "import \"a.proto\"; message M { D d = 1; }"), references);
    assert_int_equal(sma_format_protobuf.parse(&schema, &source.source, &options, &err),
                     SMA_EINVAL);
    assert_string_equal(err.message,
                        "\"D\" seems to be defined in \"d.proto\", which is not imported");
}

/* Memory ends somewhere: every amount of arena is an error or a result, never a crash. */
static void test_little_memory(void **state)
{
    char *bytes;
    size_t len;
    (void)state;
    bytes = sma_test_read_file("tests/golden/protobuf/proto2.proto", &len);
    bool done = false;
    for (size_t limit = 4096; !done && limit < (4u << 20); limit += 4096) {
        struct sma_arena arena;
        const struct sma_proto_file *file;
        struct sma_error err = SMA_ERROR_INIT;
        sma_arena_init(&arena, limit);
        enum sma_status st = sma_proto_parse(&file, &arena, sma_str_make(bytes, len), &err);
        done = st == SMA_OK;
        assert_true(st == SMA_OK || st == SMA_ENOMEM);
        sma_arena_fini(&arena);
    }
    assert_true(done);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_depth),           cmocka_unit_test(test_size),
        cmocka_unit_test(test_resolution_work), cmocka_unit_test(test_import_graphs),
        cmocka_unit_test(test_little_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
