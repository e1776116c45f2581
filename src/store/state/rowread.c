#include "store/state/rowread.h"

#include "store/seal.h"
#include "store/state/references.h"

/* JSON that may be missing: written as '' because no column is nullable. */
static bool copy_json(const struct sma_query *q, int column, struct sma_arena *arena,
                      struct sma_str *out)
{
    struct sma_str text = sma_query_get_str(q, column);
    *out = text.len ? sma_arena_copy(arena, text) : sma_str_make(NULL, 0);
    return !text.len || out->ptr;
}

static enum sma_status read_content(const struct sma_query *q, struct sma_arena *arena,
                                    struct sma_content *content, struct sma_error *err)
{
    if (!copy_json(q, 11, arena, &content->metadata) ||
        !copy_json(q, 12, arena, &content->rule_set))
        return sma_fail_nomem(err);
    content->text = sma_query_copy_str(q, 13, arena);
    if (!content->text.ptr)
        return sma_fail_nomem(err);
    enum sma_status st = SMA_OK;
    if (sma_query_get_i64(q, 10))
        st = sma_references_read(q->db, arena, sma_query_get_i64(q, 8), &content->references,
                                 &content->reference_count, err);
    return st ? st : sma_seal_open(content, arena, q->db->seal, err);
}

enum sma_status sma_row_read(const struct sma_query *q, struct sma_arena *arena,
                             enum sma_row_parts parts, struct sma_version *out, int64_t *position,
                             struct sma_error *err)
{
    struct sma_version row = {.subject = sma_query_copy_str(q, 0, arena),
                              .version = (int32_t)sma_query_get_i64(q, 1),
                              .id = (int32_t)sma_query_get_i64(q, 2),
                              .type = sma_query_copy_str(q, 3, arena),
                              .is_deleted = sma_query_get_bool(q, 4),
                              .ts_ms = sma_query_get_i64(q, 5)};
    enum sma_status st = SMA_OK;
    if (!row.subject.ptr || !row.type.ptr)
        return sma_fail_nomem(err);
    sma_query_get_bytes(q, 6, row.uuid, sizeof row.uuid);
    sma_query_get_bytes(q, 9, row.content.hash, sizeof row.content.hash);
    if (position)
        *position = sma_query_get_i64(q, 7);
    if (parts == SMA_ROW_WITH_CONTENT)
        st = read_content(q, arena, &row.content, err);
    if (!st)
        *out = row;
    return st;
}

enum sma_status sma_row_read_only(struct sma_query *q, struct sma_arena *arena,
                                  struct sma_version *out, struct sma_error *err)
{
    bool has_row;
    enum sma_status st = sma_query_row(q, &has_row, err);
    if (!st && !has_row)
        return SMA_ENOTFOUND;
    if (!st)
        st = sma_row_read(q, arena, SMA_ROW_WITH_CONTENT, out, NULL, err);
    sma_query_end(q);
    return st;
}

struct sma_version *sma_row_list_add(struct sma_row_list *list, struct sma_arena *arena,
                                     int64_t position)
{
    list->rows = sma_arena_grow(arena, list->rows, list->count, &list->capacity, list->count + 1,
                                sizeof *list->rows);
    list->positions = sma_arena_grow(arena, list->positions, list->count, &list->positions_capacity,
                                     list->count + 1, sizeof *list->positions);
    if (!list->rows || !list->positions)
        return NULL;
    list->positions[list->count] = position;
    return &list->rows[list->count++];
}

enum sma_status sma_row_read_all(struct sma_query *q, struct sma_arena *arena,
                                 enum sma_row_parts parts, struct sma_row_list *list,
                                 struct sma_error *err)
{
    bool has_row;
    enum sma_status st = sma_query_row(q, &has_row, err);
    while (!st && has_row) {
        struct sma_version row;
        int64_t position;
        st = sma_row_read(q, arena, parts, &row, &position, err);
        struct sma_version *place = st ? NULL : sma_row_list_add(list, arena, position);
        if (!st && !place)
            st = sma_fail_nomem(err);
        if (st)
            break;
        *place = row;
        st = sma_query_row(q, &has_row, err);
    }
    sma_query_end(q);
    return st;
}
