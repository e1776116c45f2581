/* Texts separated by lines of "====": the old schema, the new one, then files for both to refer to
 * as a.proto, b.proto … (as version 1 for the old and version 2 for the new). A schema must be
 * compatible with itself, and no pair may do worse than run out of work. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/compat/finding.h"
#include "core/protobuf/protobuf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TEXTS_MAX 6

static size_t split(struct sma_str rest, struct sma_str *texts)
{
    static const char mark[] = "\n====\n";
    size_t count = 0;
    while (count < TEXTS_MAX) {
        const char *at = rest.len ? memmem(rest.ptr, rest.len, mark, sizeof mark - 1) : NULL;
        texts[count++] = at ? sma_str_head(rest, (size_t)(at - rest.ptr)) : rest;
        if (!at)
            break;
        rest = sma_str_from(rest, (size_t)(at - rest.ptr) + sizeof mark - 1);
    }
    return count;
}

static struct sma_schema *parse(struct sma_str text, const struct sma_str *files, size_t count,
                                int32_t version)
{
    static const char *const names[] = {"a.proto", "b.proto", "c.proto", "d.proto"};
    struct sma_resolved_reference resolved[TEXTS_MAX];
    struct sma_reference references[TEXTS_MAX];
    struct sma_schema *schema = NULL;
    struct sma_source source = {text, references, count, resolved, count};
    struct sma_parse_options options = {0};
    for (size_t i = 0; i < count; i++) {
        references[i] = (struct sma_reference){sma_str_z(names[i]), sma_str_z(names[i]), version};
        resolved[i] = (struct sma_resolved_reference){references[i], files[i], true};
    }
    return sma_format_protobuf.parse(&schema, &source, &options, NULL) ? NULL : schema;
}

static void compare(const struct sma_schema *reader, const struct sma_schema *writer, bool is_same)
{
    struct sma_arena arena;
    struct sma_findings findings;
    struct sma_work work = {200000};
    sma_arena_init(&arena, 0);
    sma_findings_init(&findings, &arena, 0);
    enum sma_status st =
        sma_format_protobuf.compat(&findings, reader, writer, SMA_POLICY_STRICT, &work, NULL);
    if (st != SMA_OK && st != SMA_ELIMIT)
        abort();
    if (!st && is_same && findings.incompatible_count)
        abort();
    sma_arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sma_str texts[TEXTS_MAX];
    size_t count = split((struct sma_str){(const char *)data, size}, texts);
    size_t files = count > 2 ? count - 2 : 0;
    struct sma_schema *old = parse(texts[0], texts + 2, files, 1);
    struct sma_schema *new = count > 1 ? parse(texts[1], texts + 2, files, 2) : NULL;
    if (old)
        compare(old, old, true);
    if (old && new) {
        compare(new, old, false);
        compare(old, new, false);
    }
    sma_schema_unref(old);
    sma_schema_unref(new);
    return 0;
}
