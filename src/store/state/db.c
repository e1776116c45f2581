/* Opening and closing connections, and SQLite's errors in our terms. */
#include "store/state/db.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define BUSY_TIMEOUT_MS 5000
#define WRITER_CACHE_KIB 8192
#define READER_CACHE_KIB 1024

/* ---- errors -------------------------------------------------------------------------------- */

static enum sma_status status_of(int rc)
{
    switch (rc & 0xff) {
    case SQLITE_NOMEM:
        return SMA_ENOMEM;
    case SQLITE_FULL:
        return SMA_EFULL;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return SMA_EBUSY;
    case SQLITE_NOTADB:
        return SMA_EINVAL;
    case SQLITE_IOERR:
    case SQLITE_CORRUPT:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_PROTOCOL:
        return SMA_EIO;
    case SQLITE_TOOBIG:
        return SMA_ELIMIT;
    default:
        return SMA_EINTERNAL;
    }
}

enum sma_status sma_db_fail(struct sma_db *db, int rc, const char *what, struct sma_error *err)
{
    /* The connection's own words fit only when they belong to this code. */
    const char *words = db && db->conn && sqlite3_extended_errcode(db->conn) == rc
                            ? sqlite3_errmsg(db->conn)
                            : sqlite3_errstr(rc);
    return sma_fail(err, status_of(rc), "database: %s: %s (%d)", what, words, rc);
}

enum sma_status sma_db_exec(struct sma_db *db, const char *sql, struct sma_error *err)
{
    int rc = sqlite3_exec(db->conn, sql, NULL, NULL, NULL);
    return rc ? sma_db_fail(db, sqlite3_extended_errcode(db->conn), "statement", err) : SMA_OK;
}

/* ---- opening ------------------------------------------------------------------------------- */

static int wal_hook(void *ctx, sqlite3 *conn, const char *name, int pages)
{
    struct sma_db *db = ctx;
    (void)conn;
    (void)name;
    db->wal_bytes = 32 + (uint64_t)pages * (db->page_bytes + 24u); /* the format's two headers */
    return SQLITE_OK;
}

/* The first column of the first row, as text; a mode that the file system refuses is not an error
 * code but another answer. */
static enum sma_status expect_pragma(struct sma_db *db, const char *sql, const char *want,
                                     struct sma_error *err)
{
    sqlite3_stmt *stmt = NULL;
    enum sma_status st = SMA_OK;
    int rc = sqlite3_prepare_v2(db->conn, sql, -1, &stmt, NULL);
    if (!rc)
        rc = sqlite3_step(stmt);
    if (rc != SQLITE_ROW)
        st = sma_db_fail(db, rc, sql, err);
    else if (strcmp((const char *)sqlite3_column_text(stmt, 0), want))
        st = sma_fail(err, SMA_EIO, "database: %s gave \"%s\"", sql,
                      (const char *)sqlite3_column_text(stmt, 0));
    sqlite3_finalize(stmt);
    return st;
}

static enum sma_status read_page_bytes(struct sma_db *db, struct sma_error *err)
{
    sqlite3_stmt *stmt = NULL;
    enum sma_status st = SMA_OK;
    int rc = sqlite3_prepare_v2(db->conn, "PRAGMA page_size", -1, &stmt, NULL);
    if (!rc)
        rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW)
        db->page_bytes = (uint32_t)sqlite3_column_int(stmt, 0);
    else
        st = sma_db_fail(db, rc, "page size", err);
    sqlite3_finalize(stmt);
    return st;
}

/* No double-quoted strings, nothing that lets SQL corrupt the file, no functions out of the schema.
 */
static enum sma_status harden(struct sma_db *db, struct sma_error *err)
{
    static const struct {
        int option, value;
    } options[] = {
        {SQLITE_DBCONFIG_DQS_DML, 0},        {SQLITE_DBCONFIG_DQS_DDL, 0},
        {SQLITE_DBCONFIG_DEFENSIVE, 1},      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        int rc = sqlite3_db_config(db->conn, options[i].option, options[i].value, (int *)NULL);
        if (rc)
            return sma_db_fail(db, rc, "configuration", err);
    }
    sqlite3_busy_timeout(db->conn, BUSY_TIMEOUT_MS);
    return sma_db_exec(db,
                       "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;"
                       "PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0",
                       err);
}

static enum sma_status set_up_writer(struct sma_db *db, const struct sma_db_options *options,
                                     struct sma_error *err)
{
    char sql[128];
    enum sma_status st = expect_pragma(db, "PRAGMA journal_mode=WAL", "wal", err);
    if (!st)
        st = read_page_bytes(db, err);
    snprintf(sql, sizeof sql, "PRAGMA synchronous=FULL; PRAGMA cache_size=-%d", WRITER_CACHE_KIB);
    if (!st)
        st = sma_db_exec(db, sql, err);
    if (!st && options->max_bytes) {
        snprintf(sql, sizeof sql, "PRAGMA max_page_count=%llu",
                 (unsigned long long)(options->max_bytes / db->page_bytes + 1));
        st = sma_db_exec(db, sql, err);
    }
    sqlite3_wal_hook(db->conn, wal_hook, db); /* also does away with automatic checkpoints */
    return st;
}

static enum sma_status set_up_reader(struct sma_db *db, struct sma_error *err)
{
    char sql[128];
    int rc = sqlite3_db_config(db->conn, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)NULL);
    if (rc)
        return sma_db_fail(db, rc, "configuration", err);
    snprintf(sql, sizeof sql,
             "PRAGMA query_only=ON; PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-%d",
             READER_CACHE_KIB);
    return sma_db_exec(db, sql, err);
}

/* Giving up must work when memory has run out: what that takes is prepared from the start. */
static enum sma_status prepare_transactions(struct sma_db *db, struct sma_error *err)
{
    for (enum sma_sql sql = SMA_SQL_BEGIN; sql <= SMA_SQL_UNDO; sql++) {
        struct sma_query q = sma_query_on(db, sql);
        if (q.rc)
            return sma_db_fail(db, q.rc, sma_sql_name(sql), err);
    }
    return SMA_OK;
}

static enum sma_status set_up(struct sma_db *db, const struct sma_db_options *options,
                              struct sma_error *err)
{
    enum sma_status st = harden(db, err);
    if (st)
        return st;
    switch (db->role) {
    case SMA_DB_WRITER:
        return set_up_writer(db, options, err);
    case SMA_DB_SCRATCH:
        return sma_db_exec(db,
                           "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; "
                           "PRAGMA cache_size=-32768",
                           err);
    default:
        return set_up_reader(db, err);
    }
}

/* What a crash left behind is checkpointed like what was written since. */
static void measure_wal(struct sma_db *db, const char *path)
{
    char wal[4096];
    struct stat info;
    int len = snprintf(wal, sizeof wal, "%s-wal", path);
    if (len > 0 && (size_t)len < sizeof wal && !stat(wal, &info))
        db->wal_bytes = (uint64_t)info.st_size;
}

static int open_flags(enum sma_db_role role)
{
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    switch (role) {
    case SMA_DB_CHECKER:
        return flags | SQLITE_OPEN_READONLY;
    case SMA_DB_READER:
        return flags | SQLITE_OPEN_READWRITE;
    default:
        return flags | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    }
}

enum sma_status sma_db_open(struct sma_db **out, const struct sma_db_options *options,
                            struct sma_error *err)
{
    const char *path = options->role == SMA_DB_SCRATCH ? "" : options->path;
    enum sma_status st;
    struct sma_db *db = calloc(1, sizeof *db);
    if (!db)
        return sma_fail_nomem(err);
    db->role = options->role;
    db->seal = options->seal;
    sma_arena_init(&db->scratch, 0);
    int rc = sqlite3_open_v2(path, &db->conn, open_flags(db->role), NULL);
    if (rc)
        st = sma_db_fail(db, rc, path, err);
    else
        st = set_up(db, options, err);
    if (!st)
        st = prepare_transactions(db, err);
    if (st) {
        sma_db_close(db);
        return st;
    }
    if (db->role == SMA_DB_WRITER)
        measure_wal(db, path);
    *out = db;
    return SMA_OK;
}

void sma_db_close(struct sma_db *db)
{
    if (!db)
        return;
    for (size_t i = 0; i < SMA_SQL_COUNT; i++)
        sqlite3_finalize(db->stmts[i]);
    sqlite3_close(db->conn); /* nothing is left that could keep it open */
    sma_arena_fini(&db->scratch);
    free(db);
}

void sma_db_abandon(struct sma_db *db)
{
    sqlite3_db_config(db->conn, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)NULL);
}

/* ---- the WAL ------------------------------------------------------------------------------- */

uint64_t sma_db_wal_bytes(const struct sma_db *db)
{
    return db->wal_bytes;
}

enum sma_status sma_db_checkpoint(struct sma_db *db, enum sma_checkpoint kind, int wait_ms,
                                  bool *is_done, struct sma_error *err)
{
    /* TRUNCATE falls back to moving what it can when a reader is in the way. */
    int mode = kind == SMA_CHECKPOINT_KEEP ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_TRUNCATE;
    int in_log = 0, moved = 0;
    sqlite3_busy_timeout(db->conn, wait_ms);
    int rc = sqlite3_wal_checkpoint_v2(db->conn, "main", mode, &in_log, &moved);
    sqlite3_busy_timeout(db->conn, BUSY_TIMEOUT_MS);
    if (rc && (rc & 0xff) != SQLITE_BUSY)
        return sma_db_fail(db, rc, "checkpoint", err);
    *is_done = !rc && moved == in_log;
    if (*is_done)
        db->wal_bytes = 0;
    return SMA_OK;
}
