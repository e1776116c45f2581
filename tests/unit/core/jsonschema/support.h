/* What the tests of this floor share: schemas from text, comparison, and JSON lines from a file. */
#ifndef SMA_TESTS_UNIT_CORE_JSONSCHEMA_SUPPORT_H
#define SMA_TESTS_UNIT_CORE_JSONSCHEMA_SUPPORT_H

#include "base/arena.h"
#include "core/compat/finding.h"
#include "core/json/json.h"
#include "core/jsonschema/jsonschema.h"
#include "tests/support/test.h"

static const struct sma_parse_options validating = {SMA_PARSE_STRICT, true, false};
static const struct sma_parse_options lax = {SMA_PARSE_LAX, false, false};

/* The schema, or NULL with the reason in *err. */
static inline struct sma_schema *
try_parse(struct sma_str text, const struct sma_parse_options *options, struct sma_error *err)
{
    struct sma_source source = {.text = text};
    struct sma_schema *schema = NULL;
    sma_error_clear(err);
    if (sma_format_jsonschema.parse(&schema, &source, options, err))
        return NULL;
    return schema;
}

static inline struct sma_schema *must_parse(struct sma_str text)
{
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_schema *schema = try_parse(text, &validating, &err);
    if (!schema)
        fail_msg("%.*s\n   does not parse: %s", SMA_STR_ARG(text), err.message);
    return schema;
}

/* "TYPE path" of each finding, sorted, one per line; compatible or incompatible ones. */
struct sma_test_lines {
    struct sma_str *items;
    size_t count;
};

static int compare_lines(const void *left, const void *right)
{
    return sma_str_cmp(*(const struct sma_str *)left, *(const struct sma_str *)right);
}

static inline void sort_lines(struct sma_test_lines *lines, bool is_unique)
{
    size_t kept = 0;
    if (lines->count)
        qsort(lines->items, lines->count, sizeof *lines->items, compare_lines);
    for (size_t i = 0; i < lines->count; i++)
        if (!is_unique || !kept || !sma_str_eq(lines->items[kept - 1], lines->items[i]))
            lines->items[kept++] = lines->items[i];
    lines->count = kept;
}

enum sma_test_which { ONLY_INCOMPATIBLE, ONLY_COMPATIBLE, ALL_DIFFERENCES };

static inline struct sma_test_lines lines_of_findings(struct sma_arena *arena,
                                                      const struct sma_findings *findings,
                                                      enum sma_test_which which, bool is_unique)
{
    struct sma_test_lines lines = {
        sma_arena_calloc(arena, findings->count + 1, sizeof(struct sma_str)), 0};
    for (size_t i = 0; i < findings->count; i++) {
        const struct sma_finding *finding = &findings->items[i];
        if (which != ALL_DIFFERENCES && finding->is_compatible != (which == ONLY_COMPATIBLE))
            continue;
        lines.items[lines.count++] =
            sma_arena_printf(arena, "%s %.*s", finding->rule->id, SMA_STR_ARG(finding->path));
    }
    sort_lines(&lines, is_unique);
    return lines;
}

static inline struct sma_test_lines lines_of_json(struct sma_arena *arena,
                                                  const struct sma_json *list, bool is_unique)
{
    size_t count = list ? list->count : 0;
    struct sma_test_lines lines = {sma_arena_calloc(arena, count + 1, sizeof(struct sma_str)),
                                   count};
    for (size_t i = 0; i < count; i++)
        lines.items[i] = list->items[i].text;
    sort_lines(&lines, is_unique);
    return lines;
}

static inline bool same_lines(const struct sma_test_lines *a, const struct sma_test_lines *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (!sma_str_eq(a->items[i], b->items[i]))
            return false;
    return true;
}

static inline void print_lines(const char *what, const struct sma_test_lines *lines)
{
    print_error("  %s:", what);
    for (size_t i = 0; i < lines->count; i++)
        print_error(" [%.*s]", SMA_STR_ARG(lines->items[i]));
    print_error("\n");
}

/* Findings of `new` against `old`; SMA_OK is demanded. */
static inline void compare_schemas(struct sma_findings *findings, struct sma_arena *arena,
                                   const struct sma_schema *old, const struct sma_schema *new,
                                   enum sma_policy policy)
{
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_work work = {SMA_COMPAT_STEPS_MAX};
    sma_findings_init(findings, arena, 0);
    if (sma_format_jsonschema.compat(findings, new, old, policy, &work, &err))
        fail_msg("%.*s\n%.*s\n  comparing failed: %s", SMA_STR_ARG(old->text),
                 SMA_STR_ARG(new->text), err.message);
}

/* Calls `fn` with each line of a file of JSON lines. */
static inline size_t each_json_line(const char *path,
                                    void (*fn)(struct sma_arena *arena, const struct sma_json *row,
                                               size_t number))
{
    size_t len, number = 0;
    char *bytes = sma_test_read_file(path, &len);
    for (size_t at = 0; at < len;) {
        const char *newline = memchr(bytes + at, '\n', len - at);
        size_t end = newline ? (size_t)(newline - bytes) : len;
        struct sma_arena arena;
        const struct sma_json *row;
        sma_arena_init(&arena, 0);
        if (end > at) {
            assert_int_equal(
                sma_json_parse(&row, &arena, sma_str_make(bytes + at, end - at), NULL, NULL, NULL),
                SMA_OK);
            fn(&arena, row, ++number);
        }
        sma_arena_fini(&arena);
        at = end + 1;
    }
    free(bytes);
    return number;
}

#endif
