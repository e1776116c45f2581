/* Observed texts and verdicts: tests/vectors/protobuf-{print,compat}.jsonl; and, when they are
 * there, the data files beside the tree. Where this engine answers differently on purpose, the row
 * is in `ours` with the reason. */
#include "tests/unit/core/protobuf/support.h"

static const struct {
    const char *note, *form, *text, *reason;
} ours[] = {
    {"t1", "normalized", "option (a.b.my_opt2) = {\n  sub: {\n    a: 1,\n    b: \"x\"\n  }\n};\n",
     "assignments to one nested message are merged; the original keeps the last only"},
    {"numeric_forms", "normalized", "optional double b = 2 [default = -0.0015];",
     "numbers stay exact; the original keeps three fraction digits"},
    {"t2", "canonical", "optional bytes by = 30 [default = \"\\001\\377\"];",
     "bytes defaults are quoted; the original's text does not parse again"},
    {"t2", "ignore_extensions", "optional bytes by = 30 [default = \"\\001\\377\"];", "as above"},
    {"t2", "normalized", "optional bytes by = 30 [default = \"\\001\\377\"];", "as above"},
};

/* What the original prints in the same places. */
static const struct {
    const char *note, *text;
} theirs[] = {
    {"t1", "option (a.b.my_opt2) = {\n  sub: {\n    b: \"x\"\n  }\n};\n"},
    {"numeric_forms", "optional double b = 2 [default = -0.002];"},
    {"t2", "optional bytes by = 30 [default = \001\303\277];"},
};

/* The text a row wants, with the original's piece replaced by ours. Free it. */
static char *wanted(const char *note, const char *form, struct sma_str text)
{
    char *copy = calloc(1, text.len + 200);
    memcpy(copy, text.ptr, text.len);
    for (size_t i = 0; i < SMA_COUNT(ours); i++) {
        if (strcmp(ours[i].note, note) != 0 || strcmp(ours[i].form, form) != 0)
            continue;
        for (size_t j = 0; j < SMA_COUNT(theirs); j++) {
            char *at = strcmp(theirs[j].note, note) ? NULL : strstr(copy, theirs[j].text);
            if (!at)
                continue;
            size_t cut = strlen(theirs[j].text), put = strlen(ours[i].text);
            memmove(at + put, at + cut, strlen(at + cut) + 1);
            memcpy(at, ours[i].text, put);
        }
    }
    return copy;
}

static void check_text(const char *note, const char *form, struct sma_str got,
                       const struct sma_json *row)
{
    const struct sma_json *value = sma_json_get(row, sma_str_z(form));
    char what[200];
    if (!value)
        return;
    char *want = wanted(note, form, value->text);
    struct sma_str expected = sma_str_z(want);
    /* One captured text lacks the last line end. */
    if (expected.len && expected.ptr[expected.len - 1] != '\n' && got.len)
        got.len--;
    snprintf(what, sizeof what, "%s (%s)", note, form);
    sma_test_same_text(what, got, expected);
    free(want);
}

static void check_form(const char *note, const struct sma_schema *schema,
                       const struct sma_json *row)
{
    struct sma_buf buf;
    sma_buf_init(&buf, 0);
    assert_int_equal(sma_format_protobuf.print(&buf, schema, SMA_TEXT_IGNORE_EXTENSIONS, NULL),
                     SMA_OK);
    check_text(note, "ignore_extensions", sma_buf_str(&buf), row);
    sma_buf_fini(&buf);
}

static void check_normalized(const char *note, const struct sma_schema *schema,
                             const struct sma_json *row)
{
    const struct sma_json *want_error = sma_json_getz(row, "normalized_error");
    struct sma_schema *normal = NULL;
    struct sma_error err = SMA_ERROR_INIT;
    enum sma_status st = pb_try_normalize(&normal, schema, NULL, &err);
    if (want_error) {
        assert_int_equal(st, SMA_EINVAL);
        sma_test_same_text(note, sma_str_z(err.message), want_error->text);
        return;
    }
    if (st)
        fail_msg("%s: %s", note, err.message);
    check_text(note, "normalized", normal->canonical, row);
    sma_schema_unref(normal);
}

/* Accepted here although the original refuses: editions, and a descriptor where only the text
 * parser was observed. */
static bool is_superset(const char *note)
{
    return !strcmp(note, "t4") || !strcmp(note, "reserved_ident") || !strcmp(note, "base64");
}

static void check_print_row(const struct sma_json *row)
{
    char note[64];
    struct sma_schema *schema = NULL;
    struct sma_error err = SMA_ERROR_INIT;
    const struct sma_json *want_error = sma_json_getz(row, "error");
    snprintf(note, sizeof note, "%.*s", SMA_STR_ARG(sma_json_getz(row, "note")->text));
    enum sma_status st =
        pb_try_parse(&schema, sma_json_getz(row, "input")->text, NULL, false, &err);
    if (want_error && !is_superset(note)) {
        struct sma_str got = sma_str_z(err.message),
                       prefix = SMA_STR("Could not parse Protobuf - ");
        if (st != SMA_EINVAL || !sma_str_starts(got, prefix))
            fail_msg("%s: status %d, %s", note, (int)st, err.message);
        sma_test_same_text(note, sma_str_from(got, prefix.len), want_error->text);
        return;
    }
    if (st)
        fail_msg("%s: %s", note, err.message);
    if (!want_error) {
        check_text(note, "canonical", schema->canonical, row);
        check_form(note, schema, row);
        check_normalized(note, schema, row);
    }
    sma_schema_unref(schema);
}

static void check_compat_row(const struct sma_json *row, const struct pb_reference *old_refs,
                             const struct pb_reference *new_refs, const char *old_name,
                             const char *new_name, const char *diff_name, const char *note_name)
{
    struct sma_arena arena;
    struct sma_findings findings;
    struct sma_str note = sma_json_get(row, sma_str_z(note_name))->text;
    struct sma_schema *old = pb_parse(sma_json_get(row, sma_str_z(old_name))->text, old_refs);
    struct sma_schema *new = pb_parse(sma_json_get(row, sma_str_z(new_name))->text, new_refs);
    const struct sma_json *incompatible = sma_json_getz(row, "incompatible");
    char name[200];
    snprintf(name, sizeof name, "%.*s", SMA_STR_ARG(note));
    sma_arena_init(&arena, 0);
    pb_compat(&findings, &arena, new, old);
    char *got = pb_findings_text(&findings, false);
    char *want = pb_lines_of(sma_json_get(row, sma_str_z(diff_name)));
    sma_test_same_text(name, sma_str_z(got), sma_str_z(want));
    free(got);
    free(want);
    if (incompatible) {
        got = pb_findings_text(&findings, true);
        want = pb_lines_of(incompatible);
        sma_test_same_text(name, sma_str_z(got), sma_str_z(want));
        free(got);
        free(want);
    }
    if ((findings.incompatible_count == 0) != sma_json_getz(row, "compatible")->boolean)
        fail_msg("%s: verdict", name);
    sma_arena_fini(&arena);
    sma_schema_unref(old);
    sma_schema_unref(new);
}

static size_t each_line(const char *path, void (*fn)(const struct sma_json *row))
{
    size_t len, rows = 0;
    char *bytes = sma_test_read_file(path, &len);
    struct sma_str rest = sma_str_make(bytes, len), line;
    while (pb_next_line(&rest, &line)) {
        struct sma_arena arena;
        sma_arena_init(&arena, 0);
        fn(pb_json(&arena, line));
        sma_arena_fini(&arena);
        rows++;
    }
    free(bytes);
    return rows;
}

static void test_print(void **state)
{
    (void)state;
    assert_int_equal(each_line("tests/vectors/protobuf-print.jsonl", check_print_row), 56);
}

static void vector_compat_row(const struct sma_json *row)
{
    check_compat_row(row, NULL, NULL, "old", "new", "differences", "note");
}

static void test_compat(void **state)
{
    (void)state;
    assert_int_equal(each_line("tests/vectors/protobuf-compat.jsonl", vector_compat_row), 69);
}

static bool is_there(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file)
        fclose(file);
    else
        print_message("%s: not there, skipped\n", path);
    return file != NULL;
}

#define RESOURCES "../shared/corpus/confluent/resources/"

/* The texts of a list of dependencies; those without one are the built-in files. */
static void read_references(struct pb_reference *out, const struct sma_json *references,
                            const struct sma_json *dependencies, struct sma_arena *arena)
{
    size_t n = references ? references->count : 0;
    memset(out, 0, PB_REFERENCES_MAX * sizeof *out);
    for (size_t i = 0; i < n && i < PB_REFERENCES_MAX - 1; i++) {
        const struct sma_json *ref = &references->items[i];
        const struct sma_json *text = sma_json_getz(&dependencies->items[i], "dependency");
        out[i].path = sma_arena_copy(arena, sma_json_getz(ref, "name")->text).ptr;
        out[i].subject = sma_arena_copy(arena, sma_json_getz(ref, "subject")->text).ptr;
        sma_json_i32(sma_json_getz(ref, "version"), &out[i].version);
        if (text) {
            out[i].text = text->text;
            continue;
        }
        char path[300];
        size_t len;
        snprintf(path, sizeof path, "src/core/protobuf/builtin/%s", out[i].path);
        char *bytes = sma_test_read_file(path, &len);
        out[i].text = sma_arena_copy(arena, sma_str_make(bytes, len));
        free(bytes);
    }
}

/* A schema given by file name is read from the resources. */
static const struct sma_json *inline_schema(const struct sma_json *row, const char *name,
                                            struct sma_arena *arena)
{
    struct sma_json *value = (struct sma_json *)sma_json_get(row, sma_str_z(name));
    char path[400];
    size_t len;
    if (!sma_str_ends(value->text, SMA_STR(".proto")))
        return value;
    snprintf(path, sizeof path, RESOURCES "%.*s", SMA_STR_ARG(value->text));
    char *bytes = sma_test_read_file(path, &len);
    value->text = sma_arena_copy(arena, sma_str_make(bytes, len));
    free(bytes);
    return value;
}

static size_t check_examples(const char *path)
{
    struct sma_arena arena;
    size_t len;
    char *bytes = sma_test_read_file(path, &len);
    sma_arena_init(&arena, 0);
    const struct sma_json *doc = pb_json(&arena, sma_str_make(bytes, len));
    for (uint32_t i = 0; i < doc->count; i++) {
        const struct sma_json *row = &doc->items[i];
        struct pb_reference old_refs[PB_REFERENCES_MAX], new_refs[PB_REFERENCES_MAX];
        read_references(old_refs, sma_json_getz(row, "original_references"),
                        sma_json_getz(row, "original_dependencies"), &arena);
        read_references(new_refs, sma_json_getz(row, "update_references"),
                        sma_json_getz(row, "update_dependencies"), &arena);
        inline_schema(row, "original_schema", &arena);
        inline_schema(row, "update_schema", &arena);
        check_compat_row(row, old_refs, new_refs, "original_schema", "update_schema", "changes",
                         "description");
    }
    size_t rows = doc->count;
    sma_arena_fini(&arena);
    free(bytes);
    return rows;
}

static void test_examples(void **state)
{
    static const char *const paths[] = {
        "../shared/corpus/confluent/protobuf-diff-schema-examples.json",
        "../shared/corpus/confluent/protobuf-diff-schema-examples-with-meta.json"};
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(paths); i++)
        if (is_there(paths[i]))
            assert_true(check_examples(paths[i]) > 0);
}

static bool is_compatible(const struct sma_schema *reader, const struct sma_schema *writer)
{
    struct sma_arena arena;
    struct sma_findings findings;
    sma_arena_init(&arena, 0);
    pb_compat(&findings, &arena, reader, writer);
    bool ok = findings.incompatible_count == 0;
    sma_arena_fini(&arena);
    return ok;
}

static size_t captured;

/* `newer` holds what releases since the captured one answer. */
static void check_captured_row(const struct sma_json *row)
{
    static const char *const levels[] = {"BACKWARD", "FORWARD", "FULL"};
    if (!sma_str_eqz(sma_json_getz(row, "schemaType")->text, "PROTOBUF"))
        return;
    struct sma_schema *old = pb_parse(sma_json_getz(row, "old")->text, NULL);
    struct sma_schema *new = pb_parse(sma_json_getz(row, "new")->text, NULL);
    bool backward = is_compatible(new, old), forward = is_compatible(old, new);
    bool got[] = {backward, forward, backward && forward};
    for (size_t i = 0; i < 3; i++) {
        const struct sma_json *verdicts = sma_json_getz(row, "verdicts");
        const struct sma_json *want = sma_json_get(verdicts, sma_str_z(levels[i]));
        const struct sma_json *newer =
            sma_json_get(sma_json_getz(row, "newer"), sma_str_z(levels[i]));
        want = newer ? newer : want;
        captured += want != NULL;
        if (want && want->boolean != got[i])
            fail_msg("%.*s %s: got %d", SMA_STR_ARG(sma_json_getz(row, "case")->text), levels[i],
                     got[i]);
    }
    sma_schema_unref(old);
    sma_schema_unref(new);
}

static void test_captured(void **state)
{
    static const char path[] = "../shared/corpus/vectors/captured-confluent-7.4.0.jsonl";
    (void)state;
    if (!is_there(path))
        return;
    each_line(path, check_captured_row);
    assert_true(captured > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_print),
        cmocka_unit_test(test_compat),
        cmocka_unit_test(test_examples),
        cmocka_unit_test(test_captured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
