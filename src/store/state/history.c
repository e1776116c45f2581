/* The history table: every record ever applied, in order. */
#include "store/record.h"
#include "store/state/db.h"
#include "store/state/touched.h"

enum sma_status sma_history_append(struct sma_db *db, struct sma_log_entry *entry,
                                   struct sma_error *err)
{
    struct sma_query q = sma_query_on(db, SMA_SQL_HISTORY_INSERT);
    sma_query_i64(&q, entry->ts_ms);
    sma_query_blob(&q, entry->uuid, sizeof entry->uuid);
    sma_query_str(&q, entry->record.key);
    sma_query_str(&q, entry->record.value); /* a tombstone is written as '' */
    enum sma_status st = sma_query_run(&q, err);
    if (!st)
        entry->position = sma_db_last_rowid(db);
    return st;
}

enum sma_status sma_history_read(struct sma_db *db, int64_t after, sma_log_fn *fn, void *ctx,
                                 struct sma_error *err)
{
    struct sma_query q = sma_query_on(db, SMA_SQL_HISTORY_AFTER);
    bool has_row;
    sma_query_i64(&q, after);
    enum sma_status st = sma_query_row(&q, &has_row, err);
    while (!st && has_row) {
        struct sma_log_entry entry = {.position = sma_query_get_i64(&q, 0),
                                      .ts_ms = sma_query_get_i64(&q, 1)};
        sma_query_get_bytes(&q, 2, entry.uuid, sizeof entry.uuid);
        entry.record.key = sma_query_get_str(&q, 3);
        entry.record.value = sma_query_get_str(&q, 4);
        if (!entry.record.value.len)
            entry.record.value.ptr = NULL;
        st = fn(ctx, &entry, err);
        if (!st)
            st = sma_query_row(&q, &has_row, err);
    }
    sma_query_end(&q);
    return st;
}

/* The stamp that every applied record of this kind leaves; false when it leaves none. */
static bool stamp_of(const struct sma_record_key *key, char *kind, struct sma_str *scope)
{
    *scope = key->subject;
    switch (key->type) {
    case SMA_KEY_SCHEMA:
    case SMA_KEY_DELETE_SUBJECT:
        *kind = 's';
        break;
    case SMA_KEY_CONFIG:
        *kind = 'c';
        break;
    case SMA_KEY_MODE:
        *kind = 'm';
        break;
    case SMA_KEY_KEK:
    case SMA_KEY_DEK:
        *kind = 'd';
        *scope = key->dek.kek_name;
        break;
    default:
        return false;
    }
    return true;
}

static enum sma_status check_stamp(struct sma_db *db, const struct sma_record_key *key,
                                   int64_t position, struct sma_error *err)
{
    struct sma_view view = {.db = db, .position = -1};
    char kind;
    struct sma_str scope;
    int64_t found = 0;
    if (!stamp_of(key, &kind, &scope))
        return SMA_OK;
    struct sma_str stamp = sma_touched_key(&db->scratch, kind, scope);
    enum sma_status st =
        stamp.ptr ? sma_view_stamp(&view, stamp, &found, err) : sma_fail_nomem(err);
    if (!st && found != position)
        st = sma_fail(err, SMA_EINVAL,
                      "the last record of the history (position %lld) is not in the state; "
                      "see `schemata fsck`",
                      (long long)position);
    return st;
}

enum sma_status sma_history_check_head(struct sma_db *db, struct sma_error *err)
{
    struct sma_query q = sma_query_on(db, SMA_SQL_HISTORY_HEAD);
    struct sma_record_key key;
    bool has_row;
    enum sma_status st = sma_query_row(&q, &has_row, err);
    if (st || !has_row)
        return st;
    int64_t position = sma_query_get_i64(&q, 0);
    sma_arena_reset(&db->scratch);
    struct sma_str text = sma_query_copy_str(&q, 1, &db->scratch);
    sma_query_end(&q);
    if (!text.ptr)
        return sma_fail_nomem(err);
    st = sma_record_parse_key(&key, &db->scratch, text, err);
    if (st)
        sma_error_prefix(err,
                         "the last record of the history (position %lld): ", (long long)position);
    return st ? st : check_stamp(db, &key, position, err);
}
