/* Reading keks and deks. */
#include "store/state/db.h"
#include "store/state/range.h"

/* Every text of the column list, copied; false when out of memory. */
static bool copy_texts(const struct sma_query *q, struct sma_arena *arena,
                       struct sma_str *const *texts, int count)
{
    for (int i = 0; i < count; i++) {
        *texts[i] = sma_query_copy_str(q, i, arena);
        if (!texts[i]->ptr)
            return false;
    }
    return true;
}

enum sma_status sma_view_kek(struct sma_view *view, struct sma_arena *arena, struct sma_str name,
                             struct sma_kek *out, struct sma_error *err)
{
    struct sma_kek kek = {0};
    struct sma_str *const texts[] = {&kek.name, &kek.kms_type, &kek.kms_key_id, &kek.kms_props,
                                     &kek.doc};
    bool has_row;
    struct sma_query q = sma_query_on(view->db, SMA_SQL_KEK_GET);
    sma_query_str(&q, name);
    enum sma_status st = sma_query_row(&q, &has_row, err);
    if (st)
        return st;
    if (!has_row)
        return SMA_ENOTFOUND;
    bool is_copied = copy_texts(&q, arena, texts, 5);
    kek.is_shared = sma_query_get_bool(&q, 5);
    kek.is_deleted = sma_query_get_bool(&q, 6);
    kek.ts_ms = sma_query_get_i64(&q, 7);
    sma_query_end(&q);
    if (!is_copied)
        return sma_fail_nomem(err);
    *out = kek;
    return SMA_OK;
}

/* version 0: the highest one. */
static struct sma_query find_dek(struct sma_view *view, const struct sma_dek_key *key,
                                 enum sma_deleted deleted)
{
    struct sma_query q =
        sma_query_on(view->db, key->version ? SMA_SQL_DEK_GET : SMA_SQL_DEK_LATEST);
    sma_query_str(&q, key->kek_name);
    sma_query_str(&q, key->subject);
    sma_query_str(&q, key->algorithm);
    if (key->version)
        sma_query_i64(&q, key->version);
    sma_query_deleted(&q, deleted);
    return q;
}

enum sma_status sma_view_dek(struct sma_view *view, struct sma_arena *arena,
                             const struct sma_dek_key *key, enum sma_deleted deleted,
                             struct sma_dek *out, struct sma_error *err)
{
    struct sma_dek dek = {0};
    struct sma_str *const texts[] = {&dek.key.kek_name, &dek.key.subject, &dek.key.algorithm,
                                     &dek.encrypted_key_material};
    bool has_row;
    struct sma_query q = find_dek(view, key, deleted);
    enum sma_status st = sma_query_row(&q, &has_row, err);
    if (st)
        return st;
    if (!has_row)
        return SMA_ENOTFOUND;
    bool is_copied = copy_texts(&q, arena, texts, 4);
    dek.key.version = (int32_t)sma_query_get_i64(&q, 4);
    dek.is_deleted = sma_query_get_bool(&q, 5);
    dek.ts_ms = sma_query_get_i64(&q, 6);
    sma_query_end(&q);
    if (!is_copied)
        return sma_fail_nomem(err);
    *out = dek;
    return SMA_OK;
}

/* ---- lists --------------------------------------------------------------------------------- */

/* Runs a query of one text column to its end. */
static enum sma_status read_texts(struct sma_query *q, struct sma_arena *arena,
                                  struct sma_str **out, size_t *count, struct sma_error *err)
{
    struct sma_str *list = NULL;
    size_t n = 0, capacity = 0;
    bool has_row;
    enum sma_status st = sma_query_row(q, &has_row, err);
    while (!st && has_row) {
        list = sma_arena_grow(arena, list, n, &capacity, n + 1, sizeof *list);
        struct sma_str text = sma_query_copy_str(q, 0, arena);
        if (!list || !text.ptr) {
            st = sma_fail_nomem(err);
            break;
        }
        list[n++] = text;
        st = sma_query_row(q, &has_row, err);
    }
    sma_query_end(q);
    if (!st) {
        *out = list;
        *count = n;
    }
    return st;
}

enum sma_status sma_view_kek_names(struct sma_view *view, struct sma_arena *arena,
                                   enum sma_deleted deleted, struct sma_str **out, size_t *count,
                                   struct sma_error *err)
{
    struct sma_query q = sma_query_on(view->db, SMA_SQL_KEK_NAMES);
    sma_query_deleted(&q, deleted);
    return read_texts(&q, arena, out, count, err);
}

enum sma_status sma_view_kek_names_by_subject(struct sma_view *view, struct sma_arena *arena,
                                              struct sma_str prefix, enum sma_deleted deleted,
                                              struct sma_str **out, size_t *count,
                                              struct sma_error *err)
{
    struct sma_str end = sma_range_end(arena, prefix);
    if (!end.ptr)
        return sma_fail_nomem(err);
    struct sma_query q = sma_query_on(view->db, SMA_SQL_KEK_NAMES_BY_SUBJECT);
    sma_query_str(&q, prefix);
    sma_query_str(&q, end);
    sma_query_deleted(&q, deleted);
    return read_texts(&q, arena, out, count, err);
}

enum sma_status sma_view_kek_in_use(struct sma_view *view, struct sma_str kek_name,
                                    enum sma_deleted deleted, bool *out, struct sma_error *err)
{
    struct sma_query q = sma_query_on(view->db, SMA_SQL_KEK_IN_USE);
    sma_query_str(&q, kek_name);
    sma_query_deleted(&q, deleted);
    enum sma_status st = sma_query_row(&q, out, err);
    sma_query_end(&q);
    return st;
}

enum sma_status sma_view_dek_subjects(struct sma_view *view, struct sma_arena *arena,
                                      struct sma_str kek_name, enum sma_deleted deleted,
                                      struct sma_str **out, size_t *count, struct sma_error *err)
{
    struct sma_query q = sma_query_on(view->db, SMA_SQL_DEK_SUBJECTS);
    sma_query_str(&q, kek_name);
    sma_query_deleted(&q, deleted);
    return read_texts(&q, arena, out, count, err);
}

enum sma_status sma_view_dek_versions(struct sma_view *view, struct sma_arena *arena,
                                      const struct sma_dek_key *key, enum sma_deleted deleted,
                                      int32_t **out, size_t *count, struct sma_error *err)
{
    int32_t *list = NULL;
    size_t n = 0, capacity = 0;
    bool has_row;
    struct sma_query q = sma_query_on(view->db, SMA_SQL_DEK_VERSIONS);
    sma_query_str(&q, key->kek_name);
    sma_query_str(&q, key->subject);
    sma_query_str(&q, key->algorithm);
    sma_query_deleted(&q, deleted);
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

enum sma_status sma_view_key_count(struct sma_view *view, int64_t *count, struct sma_error *err)
{
    bool has_row;
    struct sma_query q = sma_query_on(view->db, SMA_SQL_KEY_COUNT);
    enum sma_status st = sma_query_row(&q, &has_row, err);
    if (!st)
        *count = sma_query_get_i64(&q, 0);
    sma_query_end(&q);
    return st;
}
