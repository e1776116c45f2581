/* Who refers to whom. */
#include "store/state/rowread.h"

enum sma_status sma_view_referrers(struct sma_view *view, struct sma_arena *arena,
                                   struct sma_str subject, int32_t version,
                                   enum sma_deleted deleted, struct sma_version **out,
                                   size_t *count, struct sma_error *err)
{
    struct sma_row_list list = {0};
    struct sma_query q = sma_query_on(view->db, SMA_SQL_REFERRER_ROWS);
    sma_query_str(&q, subject);
    sma_query_i64(&q, version);
    sma_query_deleted(&q, deleted);
    enum sma_status st = sma_row_read_all(&q, arena, SMA_ROW_WITHOUT_CONTENT, &list, err);
    if (!st) {
        *out = list.rows;
        *count = list.count;
    }
    return st;
}

enum sma_status sma_view_referenced_versions(struct sma_view *view, struct sma_arena *arena,
                                             struct sma_str subject, enum sma_deleted targets,
                                             enum sma_deleted referrers, int32_t **out,
                                             size_t *count, struct sma_error *err)
{
    int32_t *list = NULL;
    size_t n = 0, capacity = 0;
    bool has_row;
    struct sma_query q = sma_query_on(view->db, SMA_SQL_REFERRED_VERSIONS);
    sma_query_str(&q, subject);
    sma_query_deleted(&q, targets);
    sma_query_deleted(&q, referrers);
    enum sma_status st = sma_query_row(&q, &has_row, err);
    while (!st && has_row) {
        list = sma_arena_grow(arena, list, n, &capacity, n + 1, sizeof *list);
        if (!list) {
            st = sma_fail_nomem(err);
            break;
        }
        list[n++] = (int32_t)sma_query_get_i64(&q, 0);
        st = sma_query_row(&q, &has_row, err);
    }
    sma_query_end(&q);
    if (!st) {
        *out = list;
        *count = n;
    }
    return st;
}
