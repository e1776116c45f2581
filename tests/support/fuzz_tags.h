/* What the fuzz targets of tag edits share. Input: a schema, a NUL, then one edit a line: 'R' or
 * 'F', '?' or any other byte, the path, '+' and '-' before tags. Whatever the edits make of a schema
 * must be a schema, and making them again must change nothing. */
#ifndef SMA_TESTS_SUPPORT_FUZZ_TAGS_H
#define SMA_TESTS_SUPPORT_FUZZ_TAGS_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "core/schema/schema.h"
#include "core/schema/tags.h"

#define SMA_FUZZ_EDITS_MAX 32

static inline struct sma_str fuzz_take(struct sma_str *rest, char end)
{
    ptrdiff_t at = sma_str_chr(*rest, end);
    struct sma_str part = at < 0 ? *rest : sma_str_head(*rest, (size_t)at);
    *rest = sma_str_from(*rest, part.len + 1);
    return part;
}

static inline struct sma_schema *fuzz_parse(const struct sma_format *format, struct sma_str text)
{
    struct sma_source source = {.text = text};
    const struct sma_parse_options options = {SMA_PARSE_LAX, true, false};
    struct sma_schema *schema = NULL;
    return format->parse(&schema, &source, &options, NULL) ? NULL : schema;
}

struct fuzz_edits {
    struct sma_tag_edit items[SMA_FUZZ_EDITS_MAX];
    struct sma_str add[SMA_FUZZ_EDITS_MAX], remove[SMA_FUZZ_EDITS_MAX];
    size_t count;
};

static inline void fuzz_read_edits(struct fuzz_edits *out, struct sma_str rest)
{
    for (out->count = 0; rest.len && out->count < SMA_FUZZ_EDITS_MAX; out->count++) {
        struct sma_tag_edit *edit = &out->items[out->count];
        struct sma_str line = fuzz_take(&rest, '\n');
        *edit = (struct sma_tag_edit){.kind = line.len && line.ptr[0] == 'R' ? SMA_ENTITY_RECORD
                                                                             : SMA_ENTITY_FIELD,
                                      .is_optional = line.len > 1 && line.ptr[1] == '?'};
        line = sma_str_from(line, 2);
        out->remove[out->count] = line;
        line = fuzz_take(&out->remove[out->count], '-');
        out->add[out->count] = line;
        edit->path = fuzz_take(&out->add[out->count], '+');
        edit->add = (struct sma_tag_list){&out->add[out->count], out->add[out->count].len > 0};
        edit->remove =
            (struct sma_tag_list){&out->remove[out->count], out->remove[out->count].len > 0};
    }
}

static inline void fuzz_list(const struct sma_schema *schema)
{
    struct sma_tagged_list list = {0};
    struct sma_arena arena;
    sma_arena_init(&arena, 0);
    enum sma_status st = schema->format->tagged(&list, &arena, schema, NULL);
    if (st && st != SMA_ELIMIT)
        abort();
    for (size_t i = 0; i < list.count; i++)
        if (!list.items[i].tags.count)
            abort();
    sma_arena_fini(&arena);
}

static inline void fuzz_edit(const struct sma_schema *schema, const struct fuzz_edits *edits)
{
    struct sma_buf once, twice;
    sma_buf_init(&once, 0);
    sma_buf_init(&twice, 0);
    enum sma_status st =
        schema->format->edit_tags(&once, schema, edits->items, edits->count, NULL);
    struct sma_schema *edited = st ? NULL : fuzz_parse(schema->format, sma_buf_str(&once));
    if (!st && !edited)
        abort();
    if (edited) {
        fuzz_list(edited);
        if (edited->format->edit_tags(&twice, edited, edits->items, edits->count, NULL))
            abort();
        struct sma_schema *again = fuzz_parse(schema->format, sma_buf_str(&twice));
        if (!again || !sma_str_eq(again->canonical, edited->canonical))
            abort();
        sma_schema_unref(again);
    }
    sma_schema_unref(edited);
    sma_buf_fini(&twice);
    sma_buf_fini(&once);
}

static inline void fuzz_tags(const struct sma_format *format, const uint8_t *data, size_t size)
{
    static struct fuzz_edits edits;
    struct sma_str rest = sma_str_make((const char *)data, size);
    struct sma_schema *schema = fuzz_parse(format, fuzz_take(&rest, '\0'));
    if (!schema)
        return;
    fuzz_list(schema);
    if (sma_utf8_valid(rest, NULL)) { /* edits come out of JSON */
        fuzz_read_edits(&edits, rest);
        fuzz_edit(schema, &edits);
    }
    sma_schema_unref(schema);
}

#endif
