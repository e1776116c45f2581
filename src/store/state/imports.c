/* The journal of imports: bookkeeping beside the state. */
#include "store/state/db.h"

static struct sma_import read_import(const struct sma_query *q)
{
    struct sma_import import = {.position = sma_query_get_i64(q, 1),
                                .goal = sma_query_get_i64(q, 3),
                                .begun_ms = sma_query_get_i64(q, 4),
                                .updated_ms = sma_query_get_i64(q, 5)};
    sma_query_get_bytes(q, 0, import.feed, sizeof import.feed);
    sma_query_get_bytes(q, 2, import.uuid, sizeof import.uuid);
    return import;
}

enum sma_status sma_view_import(struct sma_view *view, const uint8_t feed[16],
                                struct sma_import *out, struct sma_error *err)
{
    bool has_row;
    struct sma_query q = sma_query_on(view->db, SMA_SQL_IMPORT_GET);
    sma_query_blob(&q, feed, sizeof out->feed);
    enum sma_status st = sma_query_row(&q, &has_row, err);
    if (st)
        return st;
    if (!has_row)
        return SMA_ENOTFOUND;
    *out = read_import(&q);
    sma_query_end(&q);
    return SMA_OK;
}

enum sma_status sma_view_imports(struct sma_view *view, sma_import_fn *fn, void *ctx,
                                 struct sma_error *err)
{
    bool has_row, goes_on = true;
    struct sma_query q = sma_query_on(view->db, SMA_SQL_IMPORT_LIST);
    enum sma_status st = sma_query_row(&q, &has_row, err);
    while (!st && has_row && goes_on) {
        struct sma_import import = read_import(&q);
        goes_on = fn(ctx, &import);
        if (goes_on)
            st = sma_query_row(&q, &has_row, err);
    }
    sma_query_end(&q);
    return st;
}

enum sma_status sma_db_note_import(struct sma_db *db, const struct sma_import *import,
                                   struct sma_error *err)
{
    struct sma_query q = sma_query_on(db, SMA_SQL_IMPORT_SET);
    sma_query_blob(&q, import->feed, sizeof import->feed);
    sma_query_i64(&q, import->position);
    sma_query_blob(&q, import->uuid, sizeof import->uuid);
    sma_query_i64(&q, import->goal);
    sma_query_i64(&q, import->begun_ms);
    sma_query_i64(&q, import->updated_ms);
    return sma_query_run(&q, err);
}
