/* Transactions, savepoints, snapshots. */
#include "store/state/db.h"

static enum sma_status run(struct sma_db *db, enum sma_sql sql, struct sma_error *err)
{
    struct sma_query q = sma_query_on(db, sql);
    return sma_query_run(&q, err);
}

/* IMMEDIATE: a transaction that began by reading could not turn into a writing one reliably. */
enum sma_status sma_db_begin(struct sma_db *db, struct sma_error *err)
{
    return run(db, SMA_SQL_BEGIN_IMMEDIATE, err);
}

enum sma_status sma_db_commit(struct sma_db *db, bool *is_unknown, struct sma_error *err)
{
    struct sma_error mine = SMA_ERROR_INIT;
    enum sma_status st = run(db, SMA_SQL_COMMIT, &mine);
    *is_unknown = false;
    if (!st)
        return SMA_OK;
    /* After an I/O error the frames may be in the log or not, whatever SQLite believes now. */
    *is_unknown = st == SMA_EIO;
    return sma_fail(err, st, "%s", mine.message);
}

enum sma_status sma_db_rollback(struct sma_db *db, struct sma_error *err)
{
    return sma_db_in_transaction(db) ? run(db, SMA_SQL_ROLLBACK, err) : SMA_OK;
}

bool sma_db_in_transaction(const struct sma_db *db)
{
    return !sqlite3_get_autocommit(db->conn);
}

enum sma_status sma_db_savepoint(struct sma_db *db, struct sma_error *err)
{
    return run(db, SMA_SQL_SAVEPOINT, err);
}

enum sma_status sma_db_release(struct sma_db *db, struct sma_error *err)
{
    return run(db, SMA_SQL_RELEASE, err);
}

enum sma_status sma_db_undo(struct sma_db *db, struct sma_error *err)
{
    enum sma_status st = run(db, SMA_SQL_UNDO, err);
    return st ? st : run(db, SMA_SQL_RELEASE, err);
}

enum sma_status sma_db_snapshot(struct sma_db *db, int64_t *position, struct sma_error *err)
{
    bool has_row;
    enum sma_status st = run(db, SMA_SQL_BEGIN, err);
    if (st)
        return st;
    struct sma_query q = sma_query_on(db, SMA_SQL_HISTORY_LAST);
    st = sma_query_row(&q, &has_row, err); /* the read that fixes the snapshot */
    if (!st) {
        *position = sma_query_get_i64(&q, 0);
        sma_query_end(&q);
    } else {
        sma_db_snapshot_end(db);
    }
    return st;
}

void sma_db_snapshot_end(struct sma_db *db)
{
    struct sma_error ignored = SMA_ERROR_INIT;
    /* Ending a transaction that only read cannot fail in a way that matters to anybody. */
    if (sma_db_rollback(db, &ignored))
        sma_error_clear(&ignored);
}
