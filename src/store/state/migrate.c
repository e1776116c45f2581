/* Migrations: forward only, each in one transaction with its bookkeeping row. */
#include "core/hash/hash.h"
#include "store/state/db.h"

#include <stdio.h>

#define APPLICATION_ID 0x534d4152 /* as in 0001 */
#define HEX_LEN (2 * SMA_SHA256_LEN)

/* ---- what the build carries ---------------------------------------------------------------- */

/* "NNNN_name" at place `number`. */
static bool is_in_place(const struct sma_migration *migration, int number)
{
    char digits[16];
    snprintf(digits, sizeof digits, "%04d_", number);
    return sma_str_starts(sma_str_z(migration->name), sma_str_z(digits));
}

static enum sma_status count_carried(const struct sma_migration *migrations, int *count,
                                     struct sma_error *err)
{
    for (*count = 0; migrations[*count].name; (*count)++)
        if (!is_in_place(&migrations[*count], *count + 1))
            return sma_fail(err, SMA_EINVAL, "migration %d is missing: found \"%s\" in its place",
                            *count + 1, migrations[*count].name);
    return SMA_OK;
}

static enum sma_status checksum(char hex[HEX_LEN + 1], const struct sma_migration *migration,
                                struct sma_error *err)
{
    uint8_t digest[SMA_SHA256_LEN];
    size_t len = (size_t)(migration->end - migration->start);
    enum sma_status st = sma_sha256(digest, sma_str_make(migration->start, len), err);
    for (size_t i = 0; !st && i < sizeof digest; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    return st;
}

/* ---- what the file has --------------------------------------------------------------------- */

static enum sma_status read_number(struct sma_db *db, const char *sql, int64_t *out,
                                   struct sma_error *err)
{
    sqlite3_stmt *stmt = NULL;
    enum sma_status st = SMA_OK;
    int rc = sqlite3_prepare_v2(db->conn, sql, -1, &stmt, NULL);
    if (!rc)
        rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW)
        *out = sqlite3_column_int64(stmt, 0);
    else
        st = sma_db_fail(db, rc, "migrations", err);
    sqlite3_finalize(stmt);
    return st;
}

static enum sma_status check_application(struct sma_db *db, bool *is_empty, struct sma_error *err)
{
    int64_t id, objects;
    enum sma_status st = read_number(db, "PRAGMA application_id", &id, err);
    if (!st)
        st = read_number(db, "SELECT count(*) FROM sqlite_schema", &objects, err);
    if (st)
        return st;
    *is_empty = !objects && !id;
    if (!*is_empty && id != APPLICATION_ID)
        return sma_fail(err, SMA_EINVAL, "the database file belongs to another program");
    return SMA_OK;
}

static enum sma_status check_row(const struct sma_migration *migrations, int carried, int number,
                                 sqlite3_stmt *row, struct sma_error *err)
{
    int found = sqlite3_column_int(row, 0);
    const char *name = (const char *)sqlite3_column_text(row, 1);
    const char *sum = (const char *)sqlite3_column_text(row, 2);
    char hex[HEX_LEN + 1];
    if (!name || !sum)
        return sma_fail_nomem(err);
    if (found != number)
        return sma_fail(err, SMA_EINVAL, "the database has a gap: migration %d is missing", number);
    if (number > carried)
        return sma_fail(err, SMA_EINVAL,
                        "the database is from a newer version: it has migration \"%s\", this "
                        "build ends at %d",
                        name, carried);
    enum sma_status st = checksum(hex, &migrations[number - 1], err);
    if (!st && strcmp(hex, sum))
        st = sma_fail(err, SMA_EINVAL, "migration \"%s\" was changed after the database had it",
                      name);
    return st;
}

/* *applied: how many of them the file has. */
static enum sma_status check_applied(struct sma_db *db, const struct sma_migration *migrations,
                                     int carried, int *applied, struct sma_error *err)
{
    sqlite3_stmt *stmt = NULL;
    enum sma_status st = SMA_OK;
    int rc = sqlite3_prepare_v2(
        db->conn, "SELECT number, name, sha256 FROM migrations ORDER BY number", -1, &stmt, NULL);
    *applied = 0;
    while (!rc && !st && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        rc = SQLITE_OK;
        st = check_row(migrations, carried, ++*applied, stmt, err);
    }
    if (!st && rc != SQLITE_DONE)
        st = sma_db_fail(db, rc, "migrations", err);
    sqlite3_finalize(stmt);
    return st;
}

/* ---- applying ------------------------------------------------------------------------------ */

static enum sma_status keep_book(struct sma_db *db, const struct sma_migration *migration,
                                 int number, int64_t now_ms, struct sma_error *err)
{
    char hex[HEX_LEN + 1];
    sqlite3_stmt *stmt = NULL;
    enum sma_status st = checksum(hex, migration, err);
    if (st)
        return st;
    int rc = sqlite3_prepare_v2(db->conn,
                                "INSERT INTO migrations (number, name, sha256, applied_ms) "
                                "VALUES (?1, ?2, ?3, ?4)",
                                -1, &stmt, NULL);
    if (!rc)
        rc = sqlite3_bind_int(stmt, 1, number);
    if (!rc)
        rc = sqlite3_bind_text(stmt, 2, migration->name, -1, SQLITE_STATIC);
    if (!rc)
        rc = sqlite3_bind_text(stmt, 3, hex, HEX_LEN, SQLITE_STATIC);
    if (!rc)
        rc = sqlite3_bind_int64(stmt, 4, now_ms);
    if (!rc)
        rc = sqlite3_step(stmt);
    if (rc != SQLITE_DONE)
        st = sma_db_fail(db, rc, "migrations", err);
    sqlite3_finalize(stmt);
    return st;
}

static enum sma_status apply_one(struct sma_db *db, const struct sma_migration *migration,
                                 int number, int64_t now_ms, struct sma_error *err)
{
    struct sma_error ignored = SMA_ERROR_INIT;
    bool is_unknown;
    enum sma_status st = sma_db_begin(db, err);
    if (!st)
        st = sma_db_exec(db, migration->start, err);
    if (!st)
        st = keep_book(db, migration, number, now_ms, err);
    if (!st)
        st = sma_db_commit(db, &is_unknown, err);
    if (st) {
        sma_error_prefix(err, "migration \"%s\": ", migration->name);
        if (sma_db_rollback(db, &ignored)) /* the first failure is the one to report */
            sma_error_clear(&ignored);
    }
    return st;
}

enum sma_status sma_db_migrate(struct sma_db *db, const struct sma_migration *migrations,
                               int64_t now_ms, struct sma_error *err)
{
    int carried, applied = 0;
    bool is_empty = true;
    enum sma_status st = count_carried(migrations, &carried, err);
    if (!st)
        st = check_application(db, &is_empty, err);
    if (!st && !is_empty)
        st = check_applied(db, migrations, carried, &applied, err);
    if (!st && db->role == SMA_DB_CHECKER && applied < carried)
        return sma_fail(err, SMA_EINVAL,
                        "the database lacks migration \"%s\": start the server once",
                        migrations[applied].name);
    for (int i = applied; !st && i < carried; i++)
        st = apply_one(db, &migrations[i], i + 1, now_ms, err);
    return st;
}
