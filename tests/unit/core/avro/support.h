/* Short ways to parse and compare, shared by the tests of this floor. */
#ifndef SMA_TESTS_AVRO_SUPPORT_H
#define SMA_TESTS_AVRO_SUPPORT_H

#include "tests/support/test.h"

#include "core/avro/avro.h"
#include "core/compat/compat.h"
#include "core/json/json.h"

#define MAX_REFERENCES 8

/* The outcome of one parse: a schema, or the error. */
struct parsed {
    struct sma_schema *schema;
    enum sma_status st;
    struct sma_error err;
};

/* `references` is a NULL-terminated list of texts, or NULL. The source must outlive nothing: the
 * schema has copies. */
static inline struct sma_source source_of(struct sma_str text, const char *const *references,
                                          struct sma_resolved_reference *resolved)
{
    struct sma_source source = {.text = text, .resolved = resolved};
    for (; references && references[source.resolved_count]; source.resolved_count++) {
        assert_true(source.resolved_count < MAX_REFERENCES);
        resolved[source.resolved_count] = (struct sma_resolved_reference){
            .text = sma_str_z(references[source.resolved_count]), .is_direct = true};
    }
    return source;
}

static inline struct parsed parse_str(struct sma_str text, const char *const *references,
                                      enum sma_parse_mode mode)
{
    struct sma_resolved_reference resolved[MAX_REFERENCES] = {0};
    struct sma_source source = source_of(text, references, resolved);
    struct sma_parse_options options = {.mode = mode, .validate = true};
    struct parsed p = {.err = SMA_ERROR_INIT};
    p.st = sma_format_avro.parse(&p.schema, &source, &options, &p.err);
    assert_true(!p.st == (p.schema != NULL));
    return p;
}

static inline struct parsed parse(const char *text, enum sma_parse_mode mode)
{
    return parse_str(sma_str_z(text), NULL, mode);
}

/* A schema that must parse. */
static inline struct sma_schema *must_parse(const char *text, enum sma_parse_mode mode)
{
    struct parsed p = parse(text, mode);
    if (p.st)
        fail_msg("%s: %s", text, p.err.message);
    return p.schema;
}

static inline struct parsed normalize(const struct sma_schema *schema,
                                      const char *const *references, enum sma_parse_mode mode)
{
    struct sma_resolved_reference resolved[MAX_REFERENCES] = {0};
    struct sma_source source = source_of(schema->text, references, resolved);
    struct sma_parse_options options = {.mode = mode, .validate = true};
    struct parsed p = {.err = SMA_ERROR_INIT};
    p.st = sma_format_avro.normalize(&p.schema, schema, &source, &options, &p.err);
    return p;
}

/* Checks a parse against the wanted text, or against the wanted error when `error` is not NULL. */
static inline void expect(const char *what, struct parsed p, const char *ok, const char *error)
{
    if (ok && p.st)
        fail_msg("%s: want %s, got the error: %s", what, ok, p.err.message);
    if (error && !p.st)
        fail_msg("%s: want the error: %s, got %.*s", what, error, SMA_STR_ARG(p.schema->canonical));
    if (ok)
        sma_test_same_text(what, p.schema->canonical, sma_str_z(ok));
    else
        sma_test_same_text(what, sma_str_z(p.err.message), sma_str_z(error));
    sma_schema_unref(p.schema);
}

/* All findings as "TYPE path message; …". */
static inline struct sma_str findings_text(struct sma_arena *arena,
                                           const struct sma_findings *findings)
{
    struct sma_buf text;
    sma_buf_init(&text, 0);
    for (size_t i = 0; i < findings->count; i++) {
        const struct sma_finding *f = &findings->items[i];
        sma_buf_printf(&text, "%s%s ", i ? "; " : "", f->rule->id);
        sma_buf_puts(&text, f->path);
        sma_buf_putc(&text, ' ');
        sma_buf_puts(&text, f->info);
    }
    struct sma_str copy = sma_arena_copy(arena, sma_buf_str(&text));
    sma_buf_fini(&text);
    return copy;
}

/* Backward: reader new, writer old. The work must suffice. */
static inline struct sma_str compare(struct sma_arena *arena, const struct sma_schema *reader,
                                     const struct sma_schema *writer)
{
    struct sma_findings findings;
    struct sma_work work = {SMA_COMPAT_STEPS_MAX};
    struct sma_error err = SMA_ERROR_INIT;
    sma_findings_init(&findings, arena, 0);
    if (sma_format_avro.compat(&findings, reader, writer, SMA_POLICY_STRICT, &work, &err))
        fail_msg("compat failed: %s", err.message);
    return findings_text(arena, &findings);
}

#endif
