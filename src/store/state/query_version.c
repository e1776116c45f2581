/* Versions of one subject. */
#include "store/state/rowread.h"

#include "store/qualified.h"
#include "store/state/lookup.h"

#include <stdlib.h>

enum sma_status sma_view_version(struct sma_view *view, struct sma_arena *arena,
                                 struct sma_str subject, int32_t version, enum sma_deleted deleted,
                                 struct sma_version *out, struct sma_error *err)
{
    struct sma_query q = sma_query_on(view->db, SMA_SQL_VERSION_GET);
    sma_query_str(&q, subject);
    sma_query_i64(&q, version);
    sma_query_deleted(&q, deleted);
    return sma_row_read_only(&q, arena, out, err);
}

enum sma_status sma_view_latest(struct sma_view *view, struct sma_arena *arena,
                                struct sma_str subject, enum sma_deleted deleted,
                                struct sma_version *out, struct sma_error *err)
{
    struct sma_query q = sma_query_on(view->db, SMA_SQL_VERSION_LATEST);
    sma_query_str(&q, subject);
    sma_query_deleted(&q, deleted);
    return sma_row_read_only(&q, arena, out, err);
}

enum sma_status sma_view_latest_head(struct sma_view *view, struct sma_arena *arena,
                                     struct sma_str subject, enum sma_deleted deleted,
                                     struct sma_version *out, struct sma_error *err)
{
    bool has_row;
    struct sma_query q = sma_query_on(view->db, SMA_SQL_VERSION_LATEST);
    sma_query_str(&q, subject);
    sma_query_deleted(&q, deleted);
    enum sma_status st = sma_query_row(&q, &has_row, err);
    if (st)
        return st;
    st = has_row ? sma_row_read(&q, arena, SMA_ROW_WITHOUT_CONTENT, out, NULL, err) : SMA_ENOTFOUND;
    sma_query_end(&q);
    return st;
}

enum sma_status sma_view_versions(struct sma_view *view, struct sma_arena *arena,
                                  struct sma_str subject, enum sma_deleted deleted,
                                  struct sma_version_number **out, size_t *count,
                                  struct sma_error *err)
{
    struct sma_version_number *list = NULL;
    size_t n = 0, capacity = 0;
    bool has_row;
    struct sma_query q = sma_query_on(view->db, SMA_SQL_VERSION_NUMBERS);
    sma_query_str(&q, subject);
    sma_query_deleted(&q, deleted);
    enum sma_status st = sma_query_row(&q, &has_row, err);
    while (!st && has_row) {
        list = sma_arena_grow(arena, list, n, &capacity, n + 1, sizeof *list);
        if (!list) {
            st = sma_fail_nomem(err);
            break;
        }
        list[n++] = (struct sma_version_number){
            .version = (int32_t)sma_query_get_i64(&q, 0),
            .id = (int32_t)sma_query_get_i64(&q, 1),
            .is_deleted = sma_query_get_bool(&q, 2),
            .text_bytes = (uint32_t)sma_query_get_i64(&q, 3),
            .reference_count = (uint32_t)sma_query_get_i64(&q, 4),
        };
        st = sma_query_row(&q, &has_row, err);
    }
    sma_query_end(&q);
    if (!st) {
        *out = list;
        *count = n;
    }
    return st;
}

static int newest_version_first(const void *a, const void *b)
{
    int32_t x = ((const struct sma_version *)a)->version;
    int32_t y = ((const struct sma_version *)b)->version;
    return (x < y) - (x > y);
}

/* IMPORT mode can give one content several ids in a context, so the rows are gathered id by id. */
enum sma_status sma_view_versions_by_hash(struct sma_view *view, struct sma_arena *arena,
                                          struct sma_str subject, const uint8_t hash[SMA_HASH_LEN],
                                          enum sma_deleted deleted, struct sma_version **out,
                                          size_t *count, struct sma_error *err)
{
    struct sma_row_list list = {0};
    struct sma_str context = sma_qualified_context(subject);
    int64_t schema_key;
    int32_t id = -1;
    enum sma_status st = sma_schema_key_of_hash(view->db, hash, &schema_key, err);
    while (!st) {
        st = sma_next_id_of_schema(view->db, schema_key, context, &id, err);
        if (st)
            break;
        struct sma_query q = sma_query_on(view->db, SMA_SQL_VERSION_OF_SCHEMA);
        sma_query_i64(&q, schema_key);
        sma_query_str(&q, context);
        sma_query_i64(&q, id);
        sma_query_str(&q, subject);
        sma_query_deleted(&q, deleted);
        st = sma_row_read_all(&q, arena, SMA_ROW_WITH_CONTENT, &list, err);
    }
    if (st != SMA_ENOTFOUND)
        return st;
    if (list.count)
        qsort(list.rows, list.count, sizeof *list.rows, newest_version_first);
    *out = list.rows;
    *count = list.count;
    return SMA_OK;
}
