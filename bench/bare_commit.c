/* The anchor of the write goals: rows like a registration's, one per FULL commit, in a bare loop.
 * bare_commit FILE SECONDS: prints commits per second. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void check(sqlite3 *db, int rc)
{
    if (rc == SQLITE_OK || rc == SQLITE_DONE || rc == SQLITE_ROW)
        return;
    fprintf(stderr, "bare_commit: %s\n", sqlite3_errmsg(db));
    exit(1);
}

int main(int argc, char **argv)
{
    sqlite3 *db;
    sqlite3_stmt *schema, *version;
    char text[1024];
    if (argc != 3)
        return 2;
    memset(text, 'x', sizeof text);
    check(NULL, sqlite3_open(argv[1], &db));
    check(db, sqlite3_exec(
                  db,
                  "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                  "CREATE TABLE IF NOT EXISTS schema(id INTEGER PRIMARY KEY, hash BLOB NOT NULL "
                  "UNIQUE, text TEXT NOT NULL) STRICT;"
                  "CREATE TABLE IF NOT EXISTS version(subject TEXT NOT NULL, version INTEGER NOT "
                  "NULL, id INTEGER NOT NULL, PRIMARY KEY(subject, version)) STRICT, WITHOUT "
                  "ROWID;",
                  NULL, NULL, NULL));
    check(db, sqlite3_prepare_v2(db, "INSERT INTO schema(hash, text) VALUES(randomblob(16), ?)", -1,
                                 &schema, NULL));
    check(db, sqlite3_prepare_v2(db, "INSERT INTO version VALUES(hex(randomblob(12)), 1, ?)", -1,
                                 &version, NULL));
    double start = now(), end = start + atof(argv[2]);
    long commits = 0;
    for (; now() < end; commits++) {
        check(db, sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL));
        sqlite3_bind_text(schema, 1, text, sizeof text, SQLITE_STATIC);
        check(db, sqlite3_step(schema));
        sqlite3_reset(schema);
        sqlite3_bind_int64(version, 1, sqlite3_last_insert_rowid(db));
        check(db, sqlite3_step(version));
        sqlite3_reset(version);
        check(db, sqlite3_exec(db, "COMMIT", NULL, NULL, NULL));
    }
    printf("%.1f\n", (double)commits / (now() - start));
    sqlite3_finalize(schema);
    sqlite3_finalize(version);
    return sqlite3_close(db) != SQLITE_OK;
}
