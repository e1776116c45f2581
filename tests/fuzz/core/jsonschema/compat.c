/* Two schemas, separated by the first NUL, compared both ways: every finding has a rule, a path and
 * spans inside the texts, the counts are right, and LENIENT forbids nothing that STRICT allows. */
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

static struct sma_schema *parse(struct sma_str text)
{
    static const struct sma_parse_options strict = {SMA_PARSE_STRICT, true, false};
    struct sma_source source = {.text = text};
    struct sma_schema *schema = NULL;
    return sma_format_jsonschema.parse(&schema, &source, &strict, NULL) ? NULL : schema;
}

static void check_findings(const struct sma_findings *findings, const struct sma_schema *old,
                           const struct sma_schema *new)
{
    size_t incompatible = 0;
    for (size_t i = 0; i < findings->count; i++) {
        const struct sma_finding *finding = &findings->items[i];
        incompatible += !finding->is_compatible;
        demand(finding->rule && sma_str_starts(finding->path, SMA_STR("#/")));
        demand(finding->reader_span.start <= finding->reader_span.end);
        demand(finding->reader_span.end <= new->text.len);
        demand(finding->writer_span.start <= finding->writer_span.end);
        demand(finding->writer_span.end <= old->text.len);
    }
    demand(incompatible == findings->incompatible_count);
}

/* True when comparing came to an end; *is_compatible then. */
static bool compare(const struct sma_schema *old, const struct sma_schema *new,
                    enum sma_policy policy, bool *is_compatible)
{
    struct sma_arena arena;
    struct sma_findings findings;
    struct sma_work work = {200000};
    sma_arena_init(&arena, 0);
    sma_findings_init(&findings, &arena, 0);
    enum sma_status st = sma_format_jsonschema.compat(&findings, new, old, policy, &work, NULL);
    demand(st == SMA_OK || st == SMA_ELIMIT || st == SMA_EINVAL);
    if (!st)
        check_findings(&findings, old, new);
    *is_compatible = findings.incompatible_count == 0;
    sma_arena_fini(&arena);
    return st == SMA_OK;
}

static void check_pair(const struct sma_schema *old, const struct sma_schema *new)
{
    bool strict, lenient;
    if (compare(old, new, SMA_POLICY_STRICT, &strict) &&
        compare(old, new, SMA_POLICY_LENIENT, &lenient))
        demand(!strict || lenient);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sma_str text = sma_str_make((const char *)data, size);
    ptrdiff_t nul = sma_str_chr(text, '\0');
    if (nul < 0)
        return 0;
    struct sma_schema *old = parse(sma_str_head(text, (size_t)nul));
    struct sma_schema *new = old ? parse(sma_str_from(text, (size_t)nul + 1)) : NULL;
    if (new) {
        check_pair(old, new);
        check_pair(new, old);
    }
    sma_schema_unref(old);
    sma_schema_unref(new);
    return 0;
}
