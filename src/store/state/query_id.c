/* Ids, hashes and guids. */
#include "store/state/lookup.h"
#include "store/state/rowread.h"

/* The most recently written row that carries the id, among the live or the soft-deleted ones. */
static enum sma_status newest_row(struct sma_db *db, struct sma_arena *arena,
                                  struct sma_str context, int32_t id, bool is_deleted,
                                  struct sma_version *out, struct sma_error *err)
{
    struct sma_query q = sma_query_on(db, SMA_SQL_ID_NEWEST);
    sma_query_str(&q, context);
    sma_query_i64(&q, id);
    sma_query_i64(&q, is_deleted);
    return sma_row_read_only(&q, arena, out, err);
}

/* A live row when there is one. */
static enum sma_status best_row(struct sma_db *db, struct sma_arena *arena, struct sma_str context,
                                int32_t id, struct sma_version *out, struct sma_error *err)
{
    enum sma_status st = newest_row(db, arena, context, id, false, out, err);
    if (st == SMA_ENOTFOUND)
        st = newest_row(db, arena, context, id, true, out, err);
    return st;
}

enum sma_status sma_view_id(struct sma_view *view, struct sma_arena *arena, struct sma_str context,
                            int32_t id, struct sma_id_row *out, struct sma_error *err)
{
    struct sma_version row;
    enum sma_status st = best_row(view->db, arena, context, id, &row, err);
    if (!st)
        *out = (struct sma_id_row){.id = id, .newest = row};
    return st;
}

enum sma_status sma_view_id_subject(struct sma_view *view, struct sma_arena *arena,
                                    struct sma_str context, int32_t id, struct sma_str subject,
                                    struct sma_version *out, struct sma_error *err)
{
    struct sma_row_list list = {0};
    int64_t schema_key;
    enum sma_status st = sma_schema_key_of_id(view->db, context, id, &schema_key, err);
    if (st)
        return st;
    struct sma_query q = sma_query_on(view->db, SMA_SQL_VERSION_OF_SCHEMA);
    sma_query_i64(&q, schema_key);
    sma_query_str(&q, context);
    sma_query_i64(&q, id);
    sma_query_str(&q, subject);
    sma_query_deleted(&q, SMA_WITH_DELETED);
    st = sma_row_read_all(&q, arena, SMA_ROW_WITH_CONTENT, &list, err);
    if (st)
        return st;
    if (!list.count)
        return SMA_ENOTFOUND;
    size_t best = 0;
    for (size_t i = 1; i < list.count; i++)
        if (list.positions[i] > list.positions[best])
            best = i;
    *out = list.rows[best];
    return SMA_OK;
}

/* Columns of ID_ROWS: all but the content, which every row of an id shares. */
static enum sma_status read_id_row(const struct sma_query *q, struct sma_arena *arena,
                                   const struct sma_content *content, struct sma_version *out,
                                   struct sma_error *err)
{
    *out = (struct sma_version){.subject = sma_query_copy_str(q, 0, arena),
                                .version = (int32_t)sma_query_get_i64(q, 1),
                                .id = (int32_t)sma_query_get_i64(q, 2),
                                .type = sma_query_copy_str(q, 3, arena),
                                .is_deleted = sma_query_get_bool(q, 4),
                                .ts_ms = sma_query_get_i64(q, 5),
                                .content = *content};
    sma_query_get_bytes(q, 6, out->uuid, sizeof out->uuid);
    return out->subject.ptr && out->type.ptr ? SMA_OK : sma_fail_nomem(err);
}

/* Rows come by subject and position: the last one of each subject stays. */
static enum sma_status read_id_rows(struct sma_query *q, struct sma_arena *arena,
                                    const struct sma_content *content, struct sma_row_list *list,
                                    struct sma_error *err)
{
    bool has_row;
    enum sma_status st = sma_query_row(q, &has_row, err);
    while (!st && has_row) {
        struct sma_version row, *place;
        st = read_id_row(q, arena, content, &row, err);
        if (st)
            break;
        if (list->count && sma_str_eq(list->rows[list->count - 1].subject, row.subject))
            place = &list->rows[list->count - 1];
        else
            place = sma_row_list_add(list, arena, 0);
        if (!place) {
            st = sma_fail_nomem(err);
            break;
        }
        *place = row;
        st = sma_query_row(q, &has_row, err);
    }
    sma_query_end(q);
    return st;
}

enum sma_status sma_view_id_versions(struct sma_view *view, struct sma_arena *arena,
                                     struct sma_str context, int32_t id, enum sma_deleted deleted,
                                     struct sma_version **out, size_t *count, struct sma_error *err)
{
    struct sma_row_list list = {0};
    struct sma_version any = {0};
    enum sma_status st = best_row(view->db, arena, context, id, &any, err);
    if (!st) {
        struct sma_query q = sma_query_on(view->db, SMA_SQL_ID_ROWS);
        sma_query_str(&q, context);
        sma_query_i64(&q, id);
        sma_query_deleted(&q, deleted);
        st = read_id_rows(&q, arena, &any.content, &list, err);
    }
    if (st && st != SMA_ENOTFOUND)
        return st;
    *out = list.rows;
    *count = list.count;
    return SMA_OK;
}

/* Several ids only after an import: then the one written last, as in the original's hash index. */
enum sma_status sma_view_id_by_hash(struct sma_view *view, struct sma_str context,
                                    const uint8_t hash[SMA_HASH_LEN], int32_t *id,
                                    struct sma_error *err)
{
    int64_t schema_key, best = 0, position;
    int32_t first, next;
    enum sma_status st = sma_schema_key_of_hash(view->db, hash, &schema_key, err);
    first = -1;
    if (!st)
        st = sma_next_id_of_schema(view->db, schema_key, context, &first, err);
    if (st)
        return st;
    next = first;
    st = sma_next_id_of_schema(view->db, schema_key, context, &next, err);
    if (st == SMA_ENOTFOUND) {
        *id = first;
        return SMA_OK;
    }
    if (!st)
        st = sma_position_of_id(view->db, context, first, &best, err);
    while (!st) {
        st = sma_position_of_id(view->db, context, next, &position, err);
        if (!st && position > best) {
            best = position;
            first = next;
        }
        if (!st)
            st = sma_next_id_of_schema(view->db, schema_key, context, &next, err);
    }
    if (st != SMA_ENOTFOUND)
        return st;
    *id = first;
    return SMA_OK;
}

enum sma_status sma_view_guid_ids(struct sma_view *view, struct sma_arena *arena,
                                  const uint8_t hash[SMA_HASH_LEN], struct sma_context_id **out,
                                  size_t *count, struct sma_error *err)
{
    struct sma_context_id *list = NULL, at = {SMA_STR(""), -1};
    size_t n = 0, capacity = 0;
    int64_t schema_key;
    enum sma_status st = sma_schema_key_of_hash(view->db, hash, &schema_key, err);
    while (!st) {
        st = sma_next_context_id(view->db, arena, schema_key, &at, err);
        if (st)
            break;
        list = sma_arena_grow(arena, list, n, &capacity, n + 1, sizeof *list);
        if (!list)
            return sma_fail_nomem(err);
        list[n++] = at;
    }
    if (st != SMA_ENOTFOUND)
        return st;
    *out = list;
    *count = n;
    return SMA_OK;
}

/* The newest row over all contexts; every candidate has the same content, so that is read once. */
enum sma_status sma_view_guid(struct sma_view *view, struct sma_arena *arena,
                              const uint8_t hash[SMA_HASH_LEN], struct sma_version *out,
                              struct sma_error *err)
{
    struct sma_context_id *ids;
    size_t count, best = 0;
    int64_t best_position = -1;
    enum sma_status st = sma_view_guid_ids(view, arena, hash, &ids, &count, err);
    for (size_t i = 0; !st && count > 1 && i < count; i++) {
        int64_t position;
        st = sma_position_of_id(view->db, ids[i].context, ids[i].id, &position, err);
        if (!st && position > best_position) {
            best_position = position;
            best = i;
        }
    }
    if (st)
        return st;
    if (!count)
        return SMA_ENOTFOUND;
    return best_row(view->db, arena, ids[best].context, ids[best].id, out, err);
}

enum sma_status sma_view_max_id(struct sma_view *view, struct sma_str context, int32_t *id,
                                struct sma_error *err)
{
    bool has_row;
    struct sma_query q = sma_query_on(view->db, SMA_SQL_CONTEXT_GET);
    sma_query_str(&q, context);
    enum sma_status st = sma_query_row(&q, &has_row, err);
    if (!st)
        *id = has_row ? (int32_t)sma_query_get_i64(&q, 1) : 0;
    sma_query_end(&q);
    return st;
}
