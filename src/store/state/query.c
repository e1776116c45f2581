/* One use of a cached statement. */
#include "store/state/db.h"

struct sma_query sma_query_on(struct sma_db *db, enum sma_sql sql)
{
    struct sma_query q = {.db = db, .sql = sql};
    if (!db->stmts[sql])
        q.rc = sqlite3_prepare_v3(db->conn, sma_sql_text(sql), -1, SQLITE_PREPARE_PERSISTENT,
                                  &db->stmts[sql], NULL);
    q.stmt = db->stmts[sql];
    return q;
}

static void note(struct sma_query *q, int rc)
{
    if (!q->rc)
        q->rc = rc;
}

void sma_query_str(struct sma_query *q, struct sma_str text)
{
    if (!q->rc)
        note(q, sqlite3_bind_text64(q->stmt, ++q->bound, text.ptr ? text.ptr : "", text.len,
                                    SQLITE_STATIC, SQLITE_UTF8));
}

void sma_query_blob(struct sma_query *q, const void *bytes, size_t len)
{
    if (!q->rc)
        note(q, sqlite3_bind_blob64(q->stmt, ++q->bound, bytes, len, SQLITE_STATIC));
}

void sma_query_i64(struct sma_query *q, int64_t value)
{
    if (!q->rc)
        note(q, sqlite3_bind_int64(q->stmt, ++q->bound, value));
}

void sma_query_deleted(struct sma_query *q, enum sma_deleted deleted)
{
    sma_query_i64(q, deleted == SMA_ONLY_DELETED);
    sma_query_i64(q, deleted != SMA_LIVE);
}

enum sma_status sma_query_row(struct sma_query *q, bool *has_row, struct sma_error *err)
{
    if (!q->rc)
        q->rc = sqlite3_step(q->stmt);
    if (q->rc == SQLITE_ROW) {
        q->rc = SQLITE_OK;
        *has_row = true;
        return SMA_OK;
    }
    *has_row = false;
    enum sma_status st = SMA_OK;
    if (q->rc && q->rc != SQLITE_DONE)
        st = sma_db_fail(q->db, q->rc, sma_sql_name(q->sql), err);
    sma_query_end(q);
    return st;
}

enum sma_status sma_query_run(struct sma_query *q, struct sma_error *err)
{
    bool has_row = true;
    enum sma_status st = SMA_OK;
    while (!st && has_row)
        st = sma_query_row(q, &has_row, err);
    return st;
}

void sma_query_end(struct sma_query *q)
{
    if (q->stmt)
        sqlite3_reset(q->stmt); /* repeats the error of the step, which was reported there */
}

int64_t sma_query_get_i64(const struct sma_query *q, int column)
{
    return sqlite3_column_int64(q->stmt, column);
}

bool sma_query_get_bool(const struct sma_query *q, int column)
{
    return sqlite3_column_int(q->stmt, column) != 0;
}

/* As bytes: no conversion, no NUL to be added, and inner NULs count. */
struct sma_str sma_query_get_str(const struct sma_query *q, int column)
{
    const char *bytes = sqlite3_column_blob(q->stmt, column);
    int len = sqlite3_column_bytes(q->stmt, column);
    return bytes ? sma_str_make(bytes, (size_t)len) : SMA_STR("");
}

struct sma_str sma_query_copy_str(const struct sma_query *q, int column, struct sma_arena *arena)
{
    return sma_arena_copy(arena, sma_query_get_str(q, column));
}

void sma_query_get_bytes(const struct sma_query *q, int column, void *out, size_t len)
{
    struct sma_str bytes = sma_query_get_str(q, column);
    if (bytes.len == len)
        memcpy(out, bytes.ptr, len);
    else
        memset(out, 0, len);
}

int64_t sma_db_changes(const struct sma_db *db)
{
    return sqlite3_changes64(db->conn);
}

int64_t sma_db_last_rowid(const struct sma_db *db)
{
    return sqlite3_last_insert_rowid(db->conn);
}
