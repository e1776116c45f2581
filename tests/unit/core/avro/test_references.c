/* References (compat-avro section 8): one table of names, what is printed and what is only named.
 */
#include "tests/unit/core/avro/support.h"

#define A_WITH_B                                                                                   \
    "{\"type\":\"record\",\"name\":\"n.A\",\"fields\":[{\"name\":\"a\",\"type\":{\"type\":"        \
    "\"record\","                                                                                  \
    "\"name\":\"n.B\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"}]}}]}"
#define M(fields) "{\"type\":\"record\",\"name\":\"M\",\"namespace\":\"n\",\"fields\":[" fields "]}"
#define F(name, type) "{\"name\":\"" name "\",\"type\":" type "}"
#define B "{\"type\":\"record\",\"name\":\"B\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"}]}"
#define DOC_B                                                                                      \
    "{\"type\":\"record\",\"name\":\"B\",\"doc\":\"own\",\"fields\":[{\"name\":\"a\",\"type\":"    \
    "\"int\"}]}"

static const struct row {
    const char *name;
    const char *references[4];
    const char *text;
    const char *canonical; /* "!" = error */
    const char *resolved;  /* NULL = the same as canonical */
} rows[] = {
    {"a nested type prints in full at its first use, the referenced one by name",
     {A_WITH_B},
     M(F("x", "\"A\"") "," F("y", "\"B\"") "," F("z", "\"B\"")),
     M(F("x", "\"A\"") "," F("y", B) "," F("z", "\"B\"")),
     M(F("x", "{\"type\":\"record\",\"name\":\"A\",\"fields\":[" F("a", B) "]}") "," F(
         "y", "\"B\"") "," F("z", "\"B\""))},
    {"the text may be nothing but a referenced name",
     {A_WITH_B},
     "\"n.A\"",
     "\"n.A\"",
     "{\"type\":\"record\",\"name\":\"A\",\"namespace\":\"n\",\"fields\":[" F("a", B) "]}"},
    {"a nested name as the whole text",
     {A_WITH_B},
     "\"n.B\"",
     "{\"type\":\"record\",\"name\":\"B\",\"namespace\":\"n\",\"fields\":[{\"name\":\"a\",\"type\":"
     "\"int\"}]}",
     NULL},
    {"repeating the referenced type at the root stands for it",
     {A_WITH_B},
     A_WITH_B,
     "\"n.A\"",
     "{\"type\":\"record\",\"name\":\"A\",\"namespace\":\"n\",\"fields\":[" F("a", B) "]}"},
    {"an own definition of a nested type prints, and is what later uses mean",
     {A_WITH_B},
     M(F("x", DOC_B) "," F("y", "\"B\"")),
     M(F("x", DOC_B) "," F("y", "\"B\"")),
     NULL},
    {"used before it is repeated: the reference's definition prints",
     {A_WITH_B},
     M(F("x", "\"B\"") "," F("y", DOC_B)),
     M(F("x", B) "," F("y", "\"B\"")),
     NULL},
    {"another definition of a referenced type",
     {A_WITH_B},
     M(F("x", "{\"type\":\"record\",\"name\":\"B\",\"fields\":[]}")),
     "!Can't redefine: n.B",
     NULL},
    {"types outside any namespace are found from inside one",
     {"{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\"]}"},
     M(F("x", "\"E\"")),
     M(F("x", "\"E\"")),
     M(F("x", "{\"type\":\"enum\",\"name\":\"E\",\"namespace\":\"\",\"symbols\":[\"A\"]}"))},
    {"a reference that is no named type still brings its types",
     {"[\"null\",{\"type\":\"record\",\"name\":\"n.U\",\"fields\":[]}]"},
     M(F("x", "\"U\"")),
     M(F("x", "{\"type\":\"record\",\"name\":\"U\",\"fields\":[]}")),
     NULL},
    {"references see those before them",
     {"{\"type\":\"record\",\"name\":\"n.C\",\"fields\":[]}",
      "{\"type\":\"record\",\"name\":\"n.D\",\"fields\":[" F("c", "\"n.C\"") "]}"},
     M(F("x", "\"D\"")),
     M(F("x", "\"D\"")),
     M(F("x", "{\"type\":\"record\",\"name\":\"D\",\"fields\":[" F(
                  "c", "{\"type\":\"record\",\"name\":\"C\",\"fields\":[]}") "]}"))},
    {"but not those after",
     {"{\"type\":\"record\",\"name\":\"n.D\",\"fields\":[" F("c", "\"n.C\"") "]}",
      "{\"type\":\"record\",\"name\":\"n.C\",\"fields\":[]}"},
     M(F("x", "\"D\"")),
     "!Undefined schema: n.C",
     NULL},
    {"a reference is read to its end",
     {"{\"type\":\"int\"} x"},
     "\"int\"",
     "!dangling content after end of schema: x",
     NULL},
    {"a broken reference",
     {"{\"type\":\"record\",\"name\":\"1x\",\"fields\":[]}"},
     "\"int\"",
     "!Illegal initial character: 1x",
     NULL},
    {"a recursive type repeated",
     {"{\"type\":\"record\",\"name\":\"n.A\",\"fields\":[" F("a", "[\"null\",\"n.A\"]") "]}"},
     "{\"type\":\"record\",\"name\":\"n.A\",\"doc\":\"x\",\"fields\":[" F(
         "a", "[\"null\",\"n.A\"]") "]}",
     "\"n.A\"",
     "{\"type\":\"record\",\"name\":\"A\",\"namespace\":\"n\",\"fields\":[" F(
         "a", "[\"null\",\"A\"]") "]}"},
};

static void check_row(void **state)
{
    const struct row *row = *state;
    struct parsed p = parse_str(sma_str_z(row->text), row->references, SMA_PARSE_STRICT);
    struct sma_buf resolved;
    if (row->canonical[0] == '!') {
        assert_int_equal(p.err.offset,
                         strncmp(row->canonical, "!Can't", 6) ? SMA_NO_OFFSET : p.err.offset);
        expect(row->name, p, NULL, row->canonical + 1);
        return;
    }
    assert_int_equal(p.st, SMA_OK);
    sma_test_same_text(row->name, p.schema->canonical, sma_str_z(row->canonical));
    sma_buf_init(&resolved, 0);
    assert_int_equal(sma_format_avro.print(&resolved, p.schema, SMA_TEXT_RESOLVED, NULL), SMA_OK);
    sma_test_same_text(row->name, sma_buf_str(&resolved),
                       sma_str_z(row->resolved ? row->resolved : row->canonical));
    sma_buf_clear(&resolved);
    assert_int_equal(sma_format_avro.print(&resolved, p.schema, SMA_TEXT_SERIALIZED, NULL), SMA_OK);
    sma_test_same_text("an unknown form is the stored text", sma_buf_str(&resolved),
                       p.schema->canonical);
    /* Sent with all types inlined it is the same schema. */
    sma_buf_clear(&resolved);
    assert_int_equal(sma_format_avro.print(&resolved, p.schema, SMA_TEXT_RESOLVED, NULL), SMA_OK);
    struct parsed inlined = parse_str(sma_buf_str(&resolved), NULL, SMA_PARSE_LAX);
    assert_int_equal(inlined.st, SMA_OK);
    if (!strstr(row->text, "own")) /* one of two docs is lost on the way */
        assert_true(sma_format_avro.equal(p.schema, inlined.schema));
    struct parsed again = parse_str(p.schema->canonical, row->references, SMA_PARSE_STRICT);
    expect("the stored text with its references", again, row->canonical, NULL);
    struct parsed normal = normalize(p.schema, row->references, SMA_PARSE_STRICT);
    expect("nothing here to normalize", normal, row->canonical, NULL);
    sma_schema_unref(inlined.schema);
    sma_schema_unref(p.schema);
    sma_buf_fini(&resolved);
}

/* Lax reading does not look at the names that references define. */
static void names_of_references(void **state)
{
    static const char *const references[] = {
        "{\"type\":\"record\",\"name\":\"n.X-y\",\"fields\":[{\"name\":\"\",\"type\":\"int\"}]}",
        NULL};
    (void)state;
    struct parsed p = parse_str(SMA_STR(M(F("x", "\"n.X-y\""))), references, SMA_PARSE_LAX);
    expect("lax", p, M(F("x", "\"X-y\"")), NULL);
    p = parse_str(SMA_STR(M(F("x", "\"n.X-y\""))), references, SMA_PARSE_STRICT);
    expect("strict", p, NULL, "Illegal character in: X-y");
}

/* The list of references is kept, and normalizing sorts it and drops repetitions. */
static void reference_list(void **state)
{
    const struct sma_reference list[] = {
        {SMA_STR_INIT("b"), SMA_STR_INIT("s"), 2},
        {SMA_STR_INIT("a"), SMA_STR_INIT("t"), 1},
        {SMA_STR_INIT("b"), SMA_STR_INIT("s"), 2},
    };
    struct sma_source source = {
        .text = SMA_STR("\"int\""), .references = list, .reference_count = 3};
    const struct sma_parse_options options = {.mode = SMA_PARSE_STRICT};
    struct sma_schema *schema, *normal;
    (void)state;
    assert_int_equal(sma_format_avro.parse(&schema, &source, &options, NULL), SMA_OK);
    assert_int_equal(schema->reference_count, 3);
    sma_test_same_text("kept in order", schema->references[0].name, SMA_STR("b"));
    assert_int_equal(sma_format_avro.normalize(&normal, schema, &source, &options, NULL), SMA_OK);
    assert_int_equal(normal->reference_count, 2);
    sma_test_same_text("sorted", normal->references[0].name, SMA_STR("a"));
    sma_schema_unref(normal);
    sma_schema_unref(schema);
}

int main(void)
{
    enum { ROWS = SMA_COUNT(rows) };
    struct CMUnitTest tests[ROWS + 2];
    for (size_t i = 0; i < ROWS; i++)
        tests[i] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = check_row, .initial_state = (void *)&rows[i]};
    tests[ROWS] = (struct CMUnitTest)cmocka_unit_test(names_of_references);
    tests[ROWS + 1] = (struct CMUnitTest)cmocka_unit_test(reference_list);
    return _cmocka_run_group_tests("references", tests, SMA_COUNT(tests), NULL, NULL) != 0;
}
