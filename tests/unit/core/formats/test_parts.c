/* Fields, types and documentation found in texts, with their places. */
#include "base/buf.h"
#include "core/formats/parts.h"
#include "tests/support/test.h"

struct got {
    struct sma_str text;
    struct sma_buf lines;
    int left; /* parts wanted */
};

static bool note(void *ctx, const struct sma_part *part)
{
    static const char kinds[] = {'F', 'T', 'D'};
    struct got *got = ctx;
    struct sma_str span = sma_str_make(got->text.ptr + part->start, part->end - part->start);
    sma_buf_printf(&got->lines, "%c %.*s @%.*s <%.*s>\n", kinds[part->kind],
                   SMA_STR_ARG(part->text), SMA_STR_ARG(part->path), SMA_STR_ARG(span));
    return --got->left != 0;
}

static const struct row {
    const char *name, *type, *text, *want;
    int left; /* 0 = all */
} rows[] = {
    {"a primitive has no parts", "AVRO", "\"string\"", "", 0},
    {"a record", "AVRO",
     "{\"type\":\"record\",\"name\":\"R\",\"namespace\":\"n.s\",\"doc\":\"of r\",\"fields\":["
     "{\"name\":\"a\",\"type\":\"int\",\"doc\":\"of a\"},{\"name\":\"b\",\"type\":[\"null\","
     "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"X\"]}]}]}",
     "T n.s.R @n.s.R <\"R\">\nD of r @n.s.R <\"of r\">\nF a @n.s.R.a <\"a\">\n"
     "D of a @n.s.R.a <\"of a\">\nF b @n.s.R.b <\"b\">\nT n.s.E @n.s.E <\"E\">\n",
     0},
    {"a full name, an own namespace, none", "AVRO",
     "{\"type\":\"record\",\"name\":\"x.R\",\"fields\":[{\"name\":\"f\",\"type\":{\"type\":\"fixed\","
     "\"name\":\"F\",\"size\":1}},{\"name\":\"g\",\"type\":{\"type\":\"array\",\"items\":{\"type\":"
     "\"record\",\"name\":\"S\",\"namespace\":\"\",\"fields\":[]}}},{\"name\":\"h\",\"type\":{"
     "\"type\":\"map\",\"values\":{\"type\":{\"type\":\"error\",\"name\":\"y.T\",\"fields\":[]}}}}]}",
     "T x.R @x.R <\"x.R\">\nF f @x.R.f <\"f\">\nT x.F @x.F <\"F\">\nF g @x.R.g <\"g\">\n"
     "T S @S <\"S\">\nF h @x.R.h <\"h\">\nT y.T @y.T <\"y.T\">\n",
     0},
    {"not what it should be", "AVRO",
     "{\"type\":\"record\",\"name\":1,\"fields\":[{\"name\":\"a\"}],\"doc\":[]}", "", 0},
    {"fields that are none", "AVRO",
     "{\"type\":\"record\",\"name\":\"R\",\"fields\":[1,{\"name\":2},{\"name\":\"ok\"}]}",
     "T R @R <\"R\">\nF ok @R.ok <\"ok\">\n", 0},
    {"stops when told", "AVRO",
     "{\"type\":\"record\",\"name\":\"R\",\"doc\":\"d\",\"fields\":[{\"name\":\"a\",\"type\":"
     "\"int\"}]}",
     "T R @R <\"R\">\nD d @R <\"d\">\n", 2},
    {"properties, definitions, words", "JSON",
     "{\"title\":\"T\",\"description\":\"d\",\"$comment\":\"c\",\"properties\":{\"title\":{"
     "\"description\":\"e\"}},\"$defs\":{\"A\":{\"properties\":{\"x/y~\":true}}},"
     "\"definitions\":{\"B\":{}}}",
     "T T @/title <\"T\">\nD d @/description <\"d\">\nD c @/$comment <\"c\">\n"
     "F title @/properties/title <\"title\">\nD e @/properties/title/description <\"e\">\n"
     "T A @/$defs/A <\"A\">\nF x/y~ @/$defs/A/properties/x~1y~0 <\"x/y~\">\n"
     "T B @/definitions/B <\"B\">\n",
     0},
    {"values are no schemas", "JSON",
     "{\"enum\":[{\"title\":\"no\"}],\"const\":{\"title\":\"no\"},\"default\":{\"title\":\"no\"},"
     "\"examples\":[{\"title\":\"no\"}],\"allOf\":[{\"title\":\"yes\"}],\"patternProperties\":{"
     "\"title\":{\"title\":\"too\"}},\"items\":{\"title\":1}}",
     "T yes @/allOf/0/title <\"yes\">\nT too @/patternProperties/title/title <\"too\">\n", 0},
    {"true is a schema", "JSON", "true", "", 0},
    {"messages, fields, enums, services", "PROTOBUF",
     "syntax = \"proto2\";\npackage p.q;\nmessage M {\n  optional string a = 1;\n  oneof o {\n"
     "    int32 b = 2;\n  }\n  repeated group G = 3 {\n    optional int32 c = 4;\n  }\n"
     "  message N {\n    extensions 5;\n  }\n  enum E {\n    Z = 0;\n  }\n  extend N {\n"
     "    optional int32 d = 5;\n  }\n}\nenum F {\n  Y = 0;\n}\nservice S {\n  rpc R (M) returns "
     "(M);\n}\n",
     "T p.q.M @p.q.M <M>\nF a @p.q.M.a <a>\nF b @p.q.M.b <b>\nT p.q.M.G @p.q.M.G <G>\n"
     "F c @p.q.M.G.c <c>\nF d @p.q.M.d <d>\nT p.q.M.N @p.q.M.N <N>\nT p.q.M.E @p.q.M.E <E>\n"
     "T p.q.F @p.q.F <F>\nT p.q.S @p.q.S <S>\n",
     0},
};

static void check(void **state)
{
    const struct row *row = *state;
    struct sma_arena arena;
    struct sma_error err = SMA_ERROR_INIT;
    struct got got = {.text = sma_str_z(row->text), .left = row->left};
    sma_arena_init(&arena, 0);
    sma_buf_init(&got.lines, 0);
    if (sma_parts_visit(sma_str_z(row->type), got.text, &arena, note, &got, &err))
        fail_msg("%s: %s", row->name, err.message);
    sma_test_same_text(row->name, sma_buf_str(&got.lines), sma_str_z(row->want));
    sma_buf_fini(&got.lines);
    sma_arena_fini(&arena);
}

static void bad_texts(void **state)
{
    static const struct {
        const char *type, *text;
        enum sma_status want;
    } bad[] = {{"AVRO", "{", SMA_EINVAL},
               {"JSON", "{\"a\":", SMA_EINVAL},
               {"PROTOBUF", "message", SMA_EINVAL},
               {"XML", "<a/>", SMA_EUNSUPPORTED}};
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(bad); i++) {
        struct sma_arena arena;
        struct got got = {.text = sma_str_z(bad[i].text)};
        sma_arena_init(&arena, 0);
        assert_int_equal(sma_parts_visit(sma_str_z(bad[i].type), got.text, &arena, note, &got,
                                         NULL),
                         bad[i].want);
        sma_arena_fini(&arena);
    }
}

int main(void)
{
    struct CMUnitTest tests[SMA_COUNT(rows) + 1] = {cmocka_unit_test(bad_texts)};
    for (size_t i = 0; i < SMA_COUNT(rows); i++)
        tests[i + 1] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = check, .initial_state = (void *)(uintptr_t)&rows[i]};
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
