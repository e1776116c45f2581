/* What the Protobuf tests share: schemas from texts, findings as text, JSON lines. */
#ifndef TESTS_UNIT_CORE_PROTOBUF_SUPPORT_H
#define TESTS_UNIT_CORE_PROTOBUF_SUPPORT_H

#include "tests/support/test.h"

#include "core/compat/finding.h"
#include "core/json/json.h"
#include "core/protobuf/protobuf.h"

/* A reference by import path with its text; version 0 ends an array. */
struct pb_reference {
    const char *path, *subject;
    int32_t version;
    struct sma_str text;
};

#define PB_REFERENCES_MAX 16

struct pb_source {
    struct sma_source source;
    struct sma_reference references[PB_REFERENCES_MAX];
    struct sma_resolved_reference resolved[PB_REFERENCES_MAX];
};

static inline void pb_source_init(struct pb_source *out, struct sma_str text,
                                  const struct pb_reference *references)
{
    memset(out, 0, sizeof *out);
    out->source.text = text;
    out->source.references = out->references;
    out->source.resolved = out->resolved;
    for (size_t i = 0; references && references[i].version; i++) {
        struct sma_reference r = {sma_str_z(references[i].path), sma_str_z(references[i].subject),
                                  references[i].version};
        out->references[i] = r;
        out->resolved[i] = (struct sma_resolved_reference){r, references[i].text, true};
        out->source.reference_count = out->source.resolved_count = i + 1;
    }
}

static inline enum sma_status pb_try_parse(struct sma_schema **out, struct sma_str text,
                                           const struct pb_reference *references, bool validate,
                                           struct sma_error *err)
{
    struct pb_source source;
    struct sma_parse_options options = {.mode = SMA_PARSE_STRICT, .validate = validate};
    pb_source_init(&source, text, references);
    sma_error_clear(err);
    return sma_format_protobuf.parse(out, &source.source, &options, err);
}

/* A schema, or a failed test. */
static inline struct sma_schema *pb_parse(struct sma_str text,
                                          const struct pb_reference *references)
{
    struct sma_schema *schema = NULL;
    struct sma_error err = SMA_ERROR_INIT;
    if (pb_try_parse(&schema, text, references, false, &err))
        fail_msg("%s\nin %.*s", err.message, SMA_STR_ARG(text));
    return schema;
}

static inline struct sma_schema *pb_parsez(const char *text)
{
    return pb_parse(sma_str_z(text), NULL);
}

static inline enum sma_status pb_try_normalize(struct sma_schema **out,
                                               const struct sma_schema *schema,
                                               const struct pb_reference *references,
                                               struct sma_error *err)
{
    struct pb_source source;
    struct sma_parse_options options = {.mode = SMA_PARSE_STRICT, .validate = true};
    pb_source_init(&source, schema->text, references);
    sma_error_clear(err);
    return sma_format_protobuf.normalize(out, schema, &source.source, &options, err);
}

static inline int pb_compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "TYPE path" of each finding, sorted, one per line; only the incompatible ones if asked. Free it.
 */
static inline char *pb_findings_text(const struct sma_findings *findings, bool incompatible_only)
{
    char *lines[4096];
    size_t n = 0;
    struct sma_buf out;
    for (size_t i = 0; i < findings->count && n < SMA_COUNT(lines); i++) {
        const struct sma_finding *f = &findings->items[i];
        if (incompatible_only && f->is_compatible)
            continue;
        size_t room = strlen(f->rule->id) + f->path.len + 2;
        lines[n] = malloc(room);
        snprintf(lines[n++], room, "%s %.*s", f->rule->id, SMA_STR_ARG(f->path));
    }
    qsort(lines, n, sizeof lines[0], pb_compare_lines);
    sma_buf_init(&out, 0);
    for (size_t i = 0; i < n; i++) {
        sma_buf_putz(&out, lines[i]);
        sma_buf_putc(&out, '\n');
        free(lines[i]);
    }
    size_t len;
    char *text = sma_buf_take(&out, &len);
    return text ? text : calloc(1, 1);
}

/* A JSON array of strings in the same form. Free it. */
static inline char *pb_lines_of(const struct sma_json *array)
{
    char *lines[4096];
    size_t n = 0;
    struct sma_buf out;
    for (uint32_t i = 0; array && i < array->count && n < SMA_COUNT(lines); i++) {
        struct sma_str s = array->items[i].text;
        lines[n] = malloc(s.len + 1);
        memcpy(lines[n], s.ptr, s.len);
        lines[n++][s.len] = '\0';
    }
    qsort(lines, n, sizeof lines[0], pb_compare_lines);
    sma_buf_init(&out, 0);
    for (size_t i = 0; i < n; i++) {
        sma_buf_putz(&out, lines[i]);
        sma_buf_putc(&out, '\n');
        free(lines[i]);
    }
    size_t len;
    char *text = sma_buf_take(&out, &len);
    return text ? text : calloc(1, 1);
}

/* Runs the rules: `reader` reads data of `writer`. The arena owns the findings. */
static inline void pb_compat(struct sma_findings *findings, struct sma_arena *arena,
                             const struct sma_schema *reader, const struct sma_schema *writer)
{
    struct sma_work work = {SMA_COMPAT_STEPS_MAX};
    struct sma_error err = SMA_ERROR_INIT;
    sma_findings_init(findings, arena, 0);
    if (sma_format_protobuf.compat(findings, reader, writer, SMA_POLICY_STRICT, &work, &err))
        fail_msg("compat: %s", err.message);
}

static inline const struct sma_json *pb_json(struct sma_arena *arena, struct sma_str text)
{
    const struct sma_json *doc;
    struct sma_error err = SMA_ERROR_INIT;
    if (sma_json_parse(&doc, arena, text, NULL, NULL, &err))
        fail_msg("json: %s", err.message);
    return doc;
}

/* Cuts the next line off; false at the end. */
static inline bool pb_next_line(struct sma_str *rest, struct sma_str *line)
{
    while (rest->len) {
        ptrdiff_t eol = sma_str_chr(*rest, '\n');
        *line = eol < 0 ? *rest : sma_str_head(*rest, (size_t)eol);
        *rest = eol < 0 ? sma_str_make(NULL, 0) : sma_str_from(*rest, (size_t)eol + 1);
        if (line->len)
            return true;
    }
    return false;
}

#endif
