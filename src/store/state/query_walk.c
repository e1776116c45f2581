/* Walks for clients that page: the history after a position, subjects after a name. */
#include "store/state/range.h"
#include "store/state/rowread.h"

enum sma_status sma_view_changes(struct sma_view *view, int64_t after, sma_change_fn *fn, void *ctx,
                                 struct sma_error *err)
{
    struct sma_query q = sma_query_on(view->db, SMA_SQL_HISTORY_AFTER);
    bool has_row, goes_on = true;
    sma_query_i64(&q, after);
    enum sma_status st = sma_query_row(&q, &has_row, err);
    while (!st && has_row && goes_on) {
        struct sma_change change = {.position = sma_query_get_i64(&q, 0),
                                    .ts_ms = sma_query_get_i64(&q, 1)};
        sma_query_get_bytes(&q, 2, change.uuid, sizeof change.uuid);
        change.record.key = sma_query_get_str(&q, 3);
        change.record.value = sma_query_get_str(&q, 4);
        if (!change.record.value.len)
            change.record.value.ptr = NULL;
        goes_on = fn(ctx, &change);
        if (goes_on)
            st = sma_query_row(&q, &has_row, err);
    }
    sma_query_end(&q);
    return st;
}

/* ---- subjects -----------------------------------------------------------------------------------
 */

static enum sma_status walk_range(struct sma_db *db, const struct sma_range *range, bool *goes_on,
                                  sma_subject_row_fn *fn, void *ctx, struct sma_error *err)
{
    struct sma_query q = sma_query_on(db, SMA_SQL_SUBJECT_WALK);
    bool has_row;
    sma_query_str(&q, range->from);
    sma_query_str(&q, range->to);
    enum sma_status st = sma_query_row(&q, &has_row, err);
    while (!st && has_row && *goes_on) {
        struct sma_subject_row row = {sma_query_get_str(&q, 0), sma_query_get_i64(&q, 1),
                                      sma_query_get_i64(&q, 2), sma_query_get_i64(&q, 3)};
        *goes_on = fn(ctx, &row);
        if (*goes_on)
            st = sma_query_row(&q, &has_row, err);
    }
    sma_query_end(&q);
    return st;
}

enum sma_status sma_view_subject_rows(struct sma_view *view, struct sma_str context,
                                      struct sma_str after, sma_subject_row_fn *fn, void *ctx,
                                      struct sma_error *err)
{
    struct sma_arena arena;
    struct sma_ranges ranges;
    bool goes_on = true;
    enum sma_status st = SMA_OK;
    sma_arena_init(&arena, 0);
    struct sma_str from = after.ptr ? sma_range_behind(&arena, after) : SMA_STR("");
    if (!from.ptr)
        st = sma_fail_nomem(err);
    else if (context.ptr)
        st = sma_ranges_of_context(&ranges, &arena, context, SMA_STR(""), err);
    else
        sma_ranges_of_all(&ranges);
    if (!st)
        sma_ranges_begin_at(&ranges, from);
    for (size_t i = 0; !st && goes_on && i < ranges.count; i++)
        st = walk_range(view->db, &ranges.list[i], &goes_on, fn, ctx, err);
    sma_arena_fini(&arena);
    return st;
}
