/* What can be checked on the state alone: SQLite's own integrity, and invariants that are a query.
 */
#include "store/state/db.h"

/* One line per row: prefix and the first column's text. */
static enum sma_status report_rows(struct sma_db *db, const char *prefix, const char *sql,
                                   const char *all_is_well, struct sma_buf *report,
                                   struct sma_error *err)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(db->conn, sql, -1, &stmt, NULL);
    while (!rc && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(stmt, 0);
        if (!all_is_well || !text || strcmp(text, all_is_well))
            sma_buf_printf(report, "%s: %s\n", prefix, text ? text : "(null)");
        rc = SQLITE_OK;
    }
    enum sma_status st = rc == SQLITE_DONE ? SMA_OK : sma_db_fail(db, rc, prefix, err);
    sqlite3_finalize(stmt);
    return st;
}

/* A damaged file makes the checks themselves fail: that is a finding, not an error. */
static enum sma_status as_finding(enum sma_status st, const char *what, struct sma_buf *report,
                                  struct sma_error *err)
{
    if (st != SMA_EIO && st != SMA_EINVAL)
        return st;
    sma_buf_printf(report, "%s: %s\n", what, err ? err->message : "cannot be read");
    sma_error_clear(err);
    return SMA_OK;
}

enum sma_status sma_db_check_integrity(struct sma_db *db, struct sma_buf *report,
                                       struct sma_error *err)
{
    struct sma_error mine = SMA_ERROR_INIT;
    enum sma_status st =
        report_rows(db, "integrity", "PRAGMA integrity_check(100)", "ok", report, &mine);
    st = as_finding(st, "integrity", report, &mine);
    if (!st) {
        st = report_rows(db, "foreign key",
                         "SELECT \"table\" || ' row refers to nothing in ' || \"parent\" "
                         "FROM pragma_foreign_key_check LIMIT 100",
                         NULL, report, &mine);
        st = as_finding(st, "foreign key", report, &mine);
    }
    return st ? sma_fail(err, st, "%s", mine.message) : SMA_OK;
}

enum sma_status sma_db_check_invariants(struct sma_db *db, struct sma_buf *report,
                                        struct sma_error *err)
{
    static const struct {
        const char *prefix, *sql;
    } checks[] = {
        {"I2", "SELECT 'id ' || id || ' of context ' || context || ' stands for ' || "
               "count(DISTINCT schema_key) || ' schemas' FROM versions GROUP BY context, id "
               "HAVING min(schema_key) <> max(schema_key) LIMIT 100"},
        {"I4", "SELECT 'context ' || v.context || ' has id ' || max(v.id) || ' above its highest ' "
               "|| ifnull(c.max_id, 'none') FROM versions v LEFT JOIN contexts c "
               "ON c.context = v.context GROUP BY v.context "
               "HAVING max(v.id) > ifnull(max(c.max_id), -1) LIMIT 100"},
        {"I7", "SELECT 'subject ' || r.subject || ' version ' || r.version || ' refers to ' || "
               "r.target || ' version ' || r.target_version || ', which is not there' "
               "FROM referrers r LEFT JOIN versions v ON v.subject = r.target "
               "AND v.version = r.target_version WHERE v.subject IS NULL LIMIT 100"},
    };
    struct sma_error mine = SMA_ERROR_INIT;
    enum sma_status st = SMA_OK;
    for (size_t i = 0; !st && i < sizeof checks / sizeof *checks; i++) {
        st = report_rows(db, checks[i].prefix, checks[i].sql, NULL, report, &mine);
        st = as_finding(st, checks[i].prefix, report, &mine);
    }
    return st ? sma_fail(err, st, "%s", mine.message) : SMA_OK;
}
