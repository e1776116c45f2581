/* Two states side by side: every table but the history and the bookkeeping, row by row in the order
 * of the primary key. Knows no table by name, so that a new one is compared from its first day. */
#include "store/state/db.h"

#define NAMES                                                                                      \
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('history', "             \
    "'migrations', 'imports') AND substr(name, 1, 7) <> 'sqlite_' ORDER BY name"

struct comparing {
    struct sma_db *kept, *replayed;
    struct sma_buf *report;
    struct sma_error *err;
};

static enum sma_status prepare(struct sma_db *db, const char *sql, sqlite3_stmt **out,
                               struct sma_error *err)
{
    int rc = sqlite3_prepare_v2(db->conn, sql, -1, out, NULL);
    return rc ? sma_db_fail(db, rc, "comparison", err) : SMA_OK;
}

static enum sma_status step(struct sma_db *db, sqlite3_stmt *stmt, bool *has_row,
                            struct sma_error *err)
{
    int rc = sqlite3_step(stmt);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        return sma_db_fail(db, rc, "comparison", err);
    *has_row = rc == SQLITE_ROW;
    return SMA_OK;
}

static bool same_value(sqlite3_stmt *a, sqlite3_stmt *b, int column)
{
    if (sqlite3_column_type(a, column) != sqlite3_column_type(b, column))
        return false;
    if (sqlite3_column_type(a, column) == SQLITE_INTEGER)
        return sqlite3_column_int64(a, column) == sqlite3_column_int64(b, column);
    const void *x = sqlite3_column_blob(a, column), *y = sqlite3_column_blob(b, column);
    int len = sqlite3_column_bytes(a, column);
    return len == sqlite3_column_bytes(b, column) && (!len || (x && y && !memcmp(x, y, len)));
}

/* Column that differs, or -1. */
static int differing_column(sqlite3_stmt *a, sqlite3_stmt *b)
{
    int count = sqlite3_column_count(a);
    for (int i = 0; i < count; i++)
        if (!same_value(a, b, i))
            return i;
    return -1;
}

/* "SELECT * FROM table ORDER BY key"; the key's columns are read from the schema. */
static enum sma_status select_ordered(struct comparing *c, const char *table, struct sma_buf *sql)
{
    sqlite3_stmt *stmt = NULL;
    bool has_row = true, is_first = true;
    enum sma_status st = prepare(
        c->kept, "SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk", &stmt, c->err);
    if (!st && sqlite3_bind_text(stmt, 1, table, -1, SQLITE_STATIC))
        st = sma_fail_nomem(c->err);
    sma_buf_printf(sql, "SELECT * FROM \"%s\" ORDER BY ", table);
    while (!st && has_row) {
        st = step(c->kept, stmt, &has_row, c->err);
        if (!st && has_row)
            sma_buf_printf(sql, "%s\"%s\"", is_first ? "" : ", ", sqlite3_column_text(stmt, 0));
        is_first = false;
    }
    sqlite3_finalize(stmt);
    return st || !sma_buf_failed(sql) ? st : sma_fail_nomem(c->err);
}

/* Stops at the first difference of a table: what follows is seldom news. */
static enum sma_status compare_rows(struct comparing *c, const char *table, sqlite3_stmt *kept,
                                    sqlite3_stmt *replayed)
{
    for (long long row = 1;; row++) {
        bool in_kept = false, in_replayed = false;
        enum sma_status st = step(c->kept, kept, &in_kept, c->err);
        if (!st)
            st = step(c->replayed, replayed, &in_replayed, c->err);
        if (st || (!in_kept && !in_replayed))
            return st;
        if (in_kept != in_replayed) {
            sqlite3_stmt *has = in_kept ? kept : replayed;
            sma_buf_printf(c->report, "I9: table %s: row %lld (%s) is only in the %s state\n",
                           table, row, sqlite3_column_text(has, 0), in_kept ? "kept" : "replayed");
            return SMA_OK;
        }
        int column = differing_column(kept, replayed);
        if (column >= 0) {
            sma_buf_printf(c->report, "I9: table %s: row %lld (%s) differs in %s\n", table, row,
                           sqlite3_column_text(kept, 0), sqlite3_column_name(kept, column));
            return SMA_OK;
        }
    }
}

static enum sma_status compare_table(struct comparing *c, const char *table)
{
    struct sma_buf sql;
    sqlite3_stmt *kept = NULL, *replayed = NULL;
    sma_buf_init(&sql, 0);
    enum sma_status st = select_ordered(c, table, &sql);
    if (!st)
        st = prepare(c->kept, sql.ptr, &kept, c->err);
    if (!st)
        st = prepare(c->replayed, sql.ptr, &replayed, c->err);
    if (!st)
        st = compare_rows(c, table, kept, replayed);
    sqlite3_finalize(kept);
    sqlite3_finalize(replayed);
    sma_buf_fini(&sql);
    return st;
}

/* Both databases have the same migrations (that was checked when they were opened), so the tables
 * of one are those of the other. */
enum sma_status sma_db_compare(struct sma_db *kept, struct sma_db *replayed, struct sma_buf *report,
                               struct sma_error *err)
{
    struct comparing c = {kept, replayed, report, err};
    sqlite3_stmt *names = NULL;
    bool has_row = true;
    enum sma_status st = prepare(replayed, NAMES, &names, err);
    while (!st && has_row) {
        st = step(replayed, names, &has_row, err);
        if (!st && has_row)
            st = compare_table(&c, (const char *)sqlite3_column_text(names, 0));
    }
    sqlite3_finalize(names);
    return st;
}
