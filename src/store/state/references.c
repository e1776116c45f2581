#include "store/state/references.h"

static bool read_one(const struct sma_query *q, struct sma_arena *arena, struct sma_reference *out)
{
    out->name = sma_query_copy_str(q, 0, arena);
    out->subject = sma_query_copy_str(q, 1, arena);
    out->version = (int32_t)sma_query_get_i64(q, 2);
    return out->name.ptr && out->subject.ptr;
}

enum sma_status sma_references_read(struct sma_db *db, struct sma_arena *arena, int64_t schema_key,
                                    const struct sma_reference **out, size_t *count,
                                    struct sma_error *err)
{
    struct sma_reference *list = NULL;
    size_t n = 0, capacity = 0;
    bool has_row;
    struct sma_query q = sma_query_on(db, SMA_SQL_REFERENCE_LIST);
    sma_query_i64(&q, schema_key);
    enum sma_status st = sma_query_row(&q, &has_row, err);
    while (!st && has_row) {
        list = sma_arena_grow(arena, list, n, &capacity, n + 1, sizeof *list);
        if (!list || !read_one(&q, arena, &list[n]))
            st = sma_fail_nomem(err);
        n++;
        if (!st)
            st = sma_query_row(&q, &has_row, err);
    }
    sma_query_end(&q);
    if (!st) {
        *out = list;
        *count = n;
    }
    return st;
}
