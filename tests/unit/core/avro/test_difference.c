/* What two schemas differ in, whether it breaks anybody or not. */
#include "tests/unit/core/avro/support.h"

#include "core/avro/difference.h"

#define REC(name, fields) "{\"type\":\"record\",\"name\":\"" name "\",\"fields\":[" fields "]}"
#define F(name, type) "{\"name\":\"" name "\",\"type\":" type "}"
#define MORE(name, type, more) "{\"name\":\"" name "\",\"type\":" type "," more "}"
#define ENUM(more) "{\"type\":\"enum\",\"name\":\"E\"," more "}"

static const struct row {
    const char *name, *older, *newer, *findings;
} rows[] = {
    {"nothing", REC("R", F("a", "\"int\"")), REC("R", F("a", "\"int\"")), ""},
    {"spelled another way", "\"int\"", "{\"type\": \"int\"}", ""},
    {"a field more", REC("R", F("a", "\"int\"")),
     REC("R", F("a", "\"int\"") "," MORE("b", "[\"null\",\"long\"]", "\"default\":null")),
     "FIELD_ADDED /fields/1 b (null | long, default null)"},
    {"fields less", REC("R", F("a", "\"int\"") "," F("b", "{\"type\":\"map\",\"values\":\"int\"}")),
     REC("R", ""),
     "FIELD_REMOVED /fields/0 a (int, no default); FIELD_REMOVED /fields/1 b (map of int, no "
     "default)"},
    {"renamed, and its type too", REC("R", F("a", "\"int\"")),
     REC("R", MORE("b", "\"long\"", "\"aliases\":[\"a\"]")),
     "FIELD_RENAMED /fields/0 a to b; ALIASES_CHANGED /fields/0 ; "
     "TYPE_CHANGED /fields/0/type int to long"},
    {"another order of fields", REC("R", F("a", "\"int\"") "," F("b", "\"int\"")),
     REC("R", F("b", "\"int\"") "," F("a", "\"int\"")), "ORDER_CHANGED / fields"},
    {"a new field between is no other order", REC("R", F("a", "\"int\"") "," F("b", "\"int\"")),
     REC("R", F("a", "\"int\"") "," F("x", "\"int\"") "," F("b", "\"int\"")),
     "FIELD_ADDED /fields/1 x (int, no default)"},
    {"defaults come, change and go",
     REC("R", F("a", "\"int\"") "," MORE("b", "\"int\"", "\"default\":1") "," MORE(
                  "c", "\"int\"", "\"default\":1")),
     REC("R", MORE("a", "\"int\"", "\"default\":1") "," MORE("b", "\"int\"", "\"default\":2") "," F(
                  "c", "\"int\"")),
     "DEFAULT_ADDED /fields/0 1; DEFAULT_CHANGED /fields/1 1 to 2; DEFAULT_REMOVED /fields/2 1"},
    {"docs, sort order, properties",
     REC("R", MORE("a", "\"int\"", "\"doc\":\"x\",\"order\":\"ignore\",\"p\":1,\"q\":[1,2]")),
     REC("R", MORE("a", "\"int\"", "\"doc\":\"y\",\"p\":2,\"q\":[1,2],\"s\":1")),
     "SORT_ORDER_CHANGED /fields/0 ignore to ascending; DOC_CHANGED /fields/0 ; "
     "PROPERTIES_CHANGED /fields/0 p, s"},
    {"a logical type", "\"long\"", "{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}",
     "PROPERTIES_CHANGED / logicalType"},
    {"symbols", ENUM("\"symbols\":[\"A\",\"B\",\"C\"]"),
     ENUM("\"symbols\":[\"C\",\"D\",\"A\"],\"default\":\"A\""),
     "ORDER_CHANGED / symbols; SYMBOL_ADDED / D; SYMBOL_REMOVED / B; DEFAULT_ADDED / A"},
    {"branches", "[\"null\",\"int\",{\"type\":\"array\",\"items\":\"int\"}]",
     "[\"null\",\"string\",{\"type\":\"array\",\"items\":\"long\"}]",
     "BRANCH_ADDED /1 string; TYPE_CHANGED /2/items int to long; BRANCH_REMOVED /1 int"},
    {"another order of branches", "[\"null\",\"int\"]", "[\"int\",\"null\"]",
     "ORDER_CHANGED / branches"},
    {"a union where there was none", REC("R", F("a", "\"int\"")),
     REC("R", F("a", "[\"null\",\"int\"]")), "TYPE_CHANGED /fields/0/type int to null | int"},
    {"names and sizes", "{\"type\":\"fixed\",\"name\":\"n.F\",\"size\":1}",
     "{\"type\":\"fixed\",\"name\":\"n.G\",\"size\":2,\"aliases\":[\"F\"]}",
     "NAME_CHANGED / n.F to n.G; ALIASES_CHANGED / ; SIZE_CHANGED / 1 to 2"},
    {"a recursive type ends", REC("R", F("next", "[\"null\",\"R\"]") "," F("a", "\"int\"")),
     REC("R", F("next", "[\"null\",\"R\"]") "," F("a", "\"long\"")),
     "TYPE_CHANGED /fields/1/type int to long"},
    {"another named type by reference",
     REC("R", F("a", REC("S", "")) "," F("b", REC("T", "")) "," F("c", "\"S\"")),
     REC("R", F("a", REC("S", "")) "," F("b", REC("T", "")) "," F("c", "\"T\"")),
     "NAME_CHANGED /fields/2/type S to T"},
};

static struct sma_str found(struct sma_arena *arena, const struct sma_schema *newer,
                            const struct sma_schema *older)
{
    struct sma_findings findings;
    struct sma_buf out;
    struct sma_work work = {SMA_COMPAT_STEPS_MAX};
    sma_findings_init(&findings, arena, 0);
    sma_buf_init(&out, 0);
    assert_int_equal(sma_avro_differences(&findings, newer, older, &work, NULL), SMA_OK);
    for (size_t i = 0; i < findings.count; i++) {
        const struct sma_finding *f = &findings.items[i];
        assert_true(f->is_compatible);
        sma_buf_printf(&out, "%s%s %.*s %.*s", i ? "; " : "", f->rule->id, SMA_STR_ARG(f->path),
                       SMA_STR_ARG(f->info));
    }
    struct sma_str text = sma_arena_copy(arena, sma_buf_str(&out));
    sma_buf_fini(&out);
    return text;
}

static void check_row(void **state)
{
    const struct row *row = *state;
    struct sma_arena arena;
    struct sma_schema *older = must_parse(row->older, SMA_PARSE_LAX);
    struct sma_schema *newer = must_parse(row->newer, SMA_PARSE_LAX);
    sma_arena_init(&arena, 0);
    sma_test_same_text(row->name, found(&arena, newer, older), sma_str_z(row->findings));
    assert_int_equal(sma_format_avro.equal(newer, older), !*row->findings);
    assert_int_equal(found(&arena, newer, newer).len, 0);
    sma_arena_fini(&arena);
    sma_schema_unref(older);
    sma_schema_unref(newer);
}

/* At the limit and one step beyond it. */
static void work_is_bounded(void **state)
{
    (void)state;
    struct sma_arena arena;
    struct sma_findings findings;
    struct sma_work work = {SMA_COMPAT_STEPS_MAX};
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_schema *older = must_parse(rows[3].older, SMA_PARSE_LAX);
    struct sma_schema *newer = must_parse(rows[3].newer, SMA_PARSE_LAX);
    sma_arena_init(&arena, 0);
    sma_findings_init(&findings, &arena, 0);
    assert_int_equal(sma_avro_differences(&findings, newer, older, &work, &err), SMA_OK);
    uint64_t used = SMA_COMPAT_STEPS_MAX - work.left;
    work.left = used;
    assert_int_equal(sma_avro_differences(&findings, newer, older, &work, &err), SMA_OK);
    work.left = used - 1;
    assert_int_equal(sma_avro_differences(&findings, newer, older, &work, &err), SMA_ELIMIT);
    sma_arena_fini(&arena);
    sma_schema_unref(older);
    sma_schema_unref(newer);
}

int main(void)
{
    struct CMUnitTest tests[sizeof rows / sizeof rows[0] + 1];
    size_t count = 0;
    for (; count < sizeof rows / sizeof rows[0]; count++)
        tests[count] = (struct CMUnitTest){.name = rows[count].name,
                                           .test_func = check_row,
                                           .initial_state = (void *)(uintptr_t)&rows[count]};
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(work_is_bounded);
    return _cmocka_run_group_tests("core/avro difference", tests, count, NULL, NULL) != 0;
}
