/* Any bytes as a schema, with what follows the first NUL as a referenced document. Whatever parses
 * must print to a text that parses to the same text, normalize to a fixed point, and be compatible
 * with itself. */
#include <stdint.h>
#include <stdlib.h>

#include "core/compat/finding.h"
#include "core/jsonschema/jsonschema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
    if (!holds)
        abort();
}

static struct sma_schema *parse(const struct sma_source *source,
                                const struct sma_parse_options *options)
{
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_schema *schema = NULL;
    enum sma_status st = sma_format_jsonschema.parse(&schema, source, options, &err);
    demand(st != SMA_EINTERNAL && (st == SMA_OK) == (schema != NULL));
    return schema;
}

static void check_texts(const struct sma_schema *schema, struct sma_source source,
                        const struct sma_parse_options *options)
{
    struct sma_schema *sorted = NULL, *twice = NULL;
    source.text = schema->canonical;
    struct sma_schema *again = parse(&source, options);
    demand(again && sma_format_jsonschema.equal(again, schema));
    /* What is sorted may not load any more: the last of two keywords may decide. */
    if (!sma_format_jsonschema.normalize(&sorted, schema, &source, options, NULL)) {
        source.text = sorted->canonical;
        demand(!sma_format_jsonschema.normalize(&twice, sorted, &source, options, NULL));
        demand(sma_str_eq(sorted->canonical, twice->canonical));
    }
    sma_schema_unref(again);
    sma_schema_unref(sorted);
    sma_schema_unref(twice);
}

static void check_self(const struct sma_schema *schema)
{
    struct sma_arena arena;
    struct sma_findings findings;
    struct sma_work work = {200000};
    sma_arena_init(&arena, 0);
    sma_findings_init(&findings, &arena, 0);
    if (!sma_format_jsonschema.compat(&findings, schema, schema, SMA_POLICY_STRICT, &work, NULL))
        demand(findings.incompatible_count == 0);
    sma_arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct sma_parse_options lax = {SMA_PARSE_LAX, false, false};
    static const struct sma_parse_options strict = {SMA_PARSE_STRICT, true, false};
    struct sma_str text = sma_str_make((const char *)data, size);
    ptrdiff_t nul = sma_str_chr(text, '\0');
    struct sma_resolved_reference other = {
        {SMA_STR_INIT("r.json"), SMA_STR_INIT("s"), 1}, {NULL, 0}, true};
    struct sma_source source = {.text = text};
    if (nul >= 0) {
        other.text = sma_str_from(text, (size_t)nul + 1);
        source.text = sma_str_head(text, (size_t)nul);
        source.resolved = &other;
        source.resolved_count = 1;
    }
    sma_schema_unref(parse(&source, &lax));
    struct sma_schema *schema = parse(&source, &strict);
    if (schema) {
        check_texts(schema, source, &strict);
        check_self(schema);
    }
    sma_schema_unref(schema);
    return 0;
}
