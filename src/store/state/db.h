/* A connection from the inside: the cached statements and the small vocabulary to run them. Private
 * to this folder. */
#ifndef SMA_STORE_STATE_DB_H
#define SMA_STORE_STATE_DB_H

#include "base/arena.h"
#include "store/state/sql.h"
#include "store/state/state.h"

#include <sqlite3.h>

struct sma_db {
    sqlite3 *conn;
    enum sma_db_role role;
    const struct sma_seal *seal; /* may be NULL */
    sqlite3_stmt *stmts[SMA_SQL_COUNT]; /* prepared when first used */
    struct sma_arena scratch;           /* of the record being applied */
    uint64_t wal_bytes;
    uint32_t page_bytes;
};

/* Turns the connection's last error (or rc) into a status and a message "what: sqlite's words". */
enum sma_status sma_db_fail(struct sma_db *db, int rc, const char *what, struct sma_error *err);
/* Runs text without results, NUL-terminated; possibly several statements. */
enum sma_status sma_db_exec(struct sma_db *db, const char *sql,
                            struct sma_error *err) SMA_MUST_CHECK;

/* One use of a statement: bind the parameters in order, then sma_query_run, or sma_query_row until
 * there is no more. What was bound must live until the use ends: after the last row, after run, or
 * at sma_query_end. Errors wait for run or row, so binding needs no checks. */
struct sma_query {
    struct sma_db *db;
    sqlite3_stmt *stmt;
    enum sma_sql sql;
    int bound; /* parameters so far */
    int rc;    /* first error */
};

struct sma_query sma_query_on(struct sma_db *db, enum sma_sql sql);
void sma_query_str(struct sma_query *q, struct sma_str text);
void sma_query_blob(struct sma_query *q, const void *bytes, size_t len);
void sma_query_i64(struct sma_query *q, int64_t value);
/* The two ends of is_deleted's range. */
void sma_query_deleted(struct sma_query *q, enum sma_deleted deleted);

/* Runs to the end, results unwanted. */
enum sma_status sma_query_run(struct sma_query *q, struct sma_error *err) SMA_MUST_CHECK;
/* *has_row false at the end; the use is then over. */
enum sma_status sma_query_row(struct sma_query *q, bool *has_row,
                              struct sma_error *err) SMA_MUST_CHECK;
/* Ends the use early; harmless when it is over. */
void sma_query_end(struct sma_query *q);

/* Columns of the current row. Views live until the next row. */
int64_t sma_query_get_i64(const struct sma_query *q, int column);
bool sma_query_get_bool(const struct sma_query *q, int column);
struct sma_str sma_query_get_str(const struct sma_query *q, int column);
/* A copy; ptr NULL when out of memory. */
struct sma_str sma_query_copy_str(const struct sma_query *q, int column, struct sma_arena *arena);
/* Fixed-size bytes; zeroed when the column has another length. */
void sma_query_get_bytes(const struct sma_query *q, int column, void *out, size_t len);
/* Rows changed by the last INSERT, UPDATE or DELETE. */
int64_t sma_db_changes(const struct sma_db *db);
int64_t sma_db_last_rowid(const struct sma_db *db);

#endif
