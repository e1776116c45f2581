/* Two schemas, one byte 0x00 between them (JSON text has none): compared in both directions and
 * each with itself. A schema must read its own data, unless its fields name each other by alias. */
#include <stdint.h>
#include <stdlib.h>

#include "core/avro/avro.h"
#include "core/avro/difference.h"
#include "core/compat/finding.h"

#define STEPS 200000 /* keeps one input fast */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct sma_schema *parse(const uint8_t *data, size_t size)
{
    struct sma_source source = {.text = sma_str_make((const char *)data, size)};
    const struct sma_parse_options options = {.mode = SMA_PARSE_LAX};
    struct sma_schema *schema = NULL;
    return sma_format_avro.parse(&schema, &source, &options, NULL) ? NULL : schema;
}

static bool is_ambiguous(const struct sma_findings *findings)
{
    return findings->count == 1 && findings->items[0].rule->frame == SMA_FRAME_PLAIN;
}

static void check(const struct sma_schema *reader, const struct sma_schema *writer)
{
    struct sma_arena arena;
    struct sma_findings findings;
    struct sma_buf message;
    struct sma_work work = {STEPS};
    sma_arena_init(&arena, 0);
    sma_findings_init(&findings, &arena, 0);
    sma_buf_init(&message, 0);
    enum sma_status st =
        sma_format_avro.compat(&findings, reader, writer, SMA_POLICY_STRICT, &work, NULL);
    if (st && st != SMA_ELIMIT)
        abort();
    if (reader == writer && !st && findings.count && !is_ambiguous(&findings))
        abort();
    for (size_t i = 0; i < findings.count; i++) {
        if (findings.items[i].reader_span.end > reader->text.len ||
            findings.items[i].writer_span.end > writer->text.len)
            abort();
        sma_finding_message(&message, &findings.items[i], "new", "old");
    }
    sma_buf_fini(&message);
    sma_arena_fini(&arena);
}

/* Equal schemas have no differences, others have one. */
static void list(const struct sma_schema *newer, const struct sma_schema *older)
{
    struct sma_arena arena;
    struct sma_findings findings;
    struct sma_work work = {STEPS};
    sma_arena_init(&arena, 0);
    sma_findings_init(&findings, &arena, 0);
    enum sma_status st = sma_avro_differences(&findings, newer, older, &work, NULL);
    if (st && st != SMA_ELIMIT)
        abort();
    if (!st && !findings.count != sma_format_avro.equal(newer, older))
        abort();
    for (size_t i = 0; i < findings.count; i++)
        if (findings.items[i].reader_span.end > newer->text.len ||
            findings.items[i].writer_span.end > older->text.len)
            abort();
    sma_arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t at = 0;
    while (at < size && data[at])
        at++;
    if (at == size)
        return 0;
    struct sma_schema *a = parse(data, at), *b = parse(data + at + 1, size - at - 1);
    if (a)
        check(a, a);
    if (a && b) {
        check(a, b);
        check(b, a);
        list(a, b);
        if (sma_format_avro.equal(a, b) != sma_format_avro.equal(b, a))
            abort();
    }
    sma_schema_unref(a);
    sma_schema_unref(b);
    return 0;
}
