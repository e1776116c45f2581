/* The SQLite state as the rest of the store sees it: connections, transactions, the history table,
 * migrations, snapshots. The library itself stays inside this folder. A connection is for one
 * thread at a time. */
#ifndef SMA_STORE_STATE_STATE_H
#define SMA_STORE_STATE_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "store/log/log.h"
#include "store/store.h"

struct sma_db;
struct sma_seal; /* store/seal.h */

enum sma_db_role {
    SMA_DB_WRITER,  /* the one connection that writes and checkpoints; creates the file */
    SMA_DB_READER,  /* query_only, never checkpoints */
    SMA_DB_CHECKER, /* opens the file read-only: fsck */
    SMA_DB_SCRATCH  /* a private temporary database without durability: replays */
};

struct sma_db_options {
    enum sma_db_role role;
    const char *path;   /* not for SMA_DB_SCRATCH */
    uint64_t max_bytes; /* of the database file, writer only; 0 = no limit */
    const struct sma_seal *seal; /* opens sensitive metadata; may be NULL; outlives the connection */
};

/* Opens a connection and sets it up. SMA_EINVAL for a file that is no database, SMA_EIO,
 * SMA_ENOMEM. */
enum sma_status sma_db_open(struct sma_db **out, const struct sma_db_options *options,
                            struct sma_error *err) SMA_MUST_CHECK;
void sma_db_close(struct sma_db *db);

/* ---- transactions ------------------------------------------------------------------------------
 */

/* BEGIN IMMEDIATE. */
enum sma_status sma_db_begin(struct sma_db *db, struct sma_error *err) SMA_MUST_CHECK;
/* *is_unknown: the outcome of the commit cannot be told (an I/O error); otherwise a failure has
 * changed nothing. */
enum sma_status sma_db_commit(struct sma_db *db, bool *is_unknown,
                              struct sma_error *err) SMA_MUST_CHECK;
/* Ends whatever transaction is open, without effect. */
enum sma_status sma_db_rollback(struct sma_db *db, struct sma_error *err) SMA_MUST_CHECK;
/* False also after SQLite gave a transaction up on its own (full disk, no memory). */
bool sma_db_in_transaction(const struct sma_db *db);

/* One savepoint at a time. */
enum sma_status sma_db_savepoint(struct sma_db *db, struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_db_release(struct sma_db *db, struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_db_undo(struct sma_db *db, struct sma_error *err) SMA_MUST_CHECK;

/* A read snapshot: begun with a first read, whose result is the position. */
enum sma_status sma_db_snapshot(struct sma_db *db, int64_t *position,
                                struct sma_error *err) SMA_MUST_CHECK;
void sma_db_snapshot_end(struct sma_db *db);

/* ---- the WAL ------------------------------------------------------------------------------------
 */

/* Bytes of the write-ahead log that the last commit left; 0 after a whole checkpoint. Writer only.
 */
uint64_t sma_db_wal_bytes(const struct sma_db *db);
enum sma_checkpoint {
    /* Never waits. The file keeps its size and the next write begins at its start again, unless a
     * reader still needs what is there: overwriting blocks syncs twice as fast as growing a file.
     */
    SMA_CHECKPOINT_KEEP,
    SMA_CHECKPOINT_TRUNCATE /* waits for readers, shortens the file to nothing */
};
/* Moves the log into the database. Waits up to wait_ms; *is_done tells whether all of it could be
 * moved (and truncated): readers that still use it are no error. SMA_EFULL and SMA_ENOMEM leave the
 * log as it is; after SMA_EIO nobody can tell. */
enum sma_status sma_db_checkpoint(struct sma_db *db, enum sma_checkpoint kind, int wait_ms,
                                  bool *is_done, struct sma_error *err) SMA_MUST_CHECK;

/* After an outcome that nobody knows: the log is not touched again, not even when closing. */
void sma_db_abandon(struct sma_db *db);

/* ---- migrations ---------------------------------------------------------------------------------
 */

/* A migration's text, NUL-terminated at `end`. */
struct sma_migration {
    const char *name; /* "0001_state" */
    const char *start;
    const char *end;
};
/* What this build carries (src/store/embed.sh), closed by a row without name. */
extern const struct sma_migration sma_migrations[] __attribute__((visibility("hidden")));

/* Refuses a file of another program or a newer version, a changed migration and a gap (SMA_EINVAL);
 * then applies what is missing, each migration in a transaction with its bookkeeping row. A checker
 * only looks: SMA_EINVAL when something is missing. */
enum sma_status sma_db_migrate(struct sma_db *db, const struct sma_migration *migrations,
                               int64_t now_ms, struct sma_error *err) SMA_MUST_CHECK;

/* ---- the history table --------------------------------------------------------------------------
 */

/* Adds a row; fills in entry->position. */
enum sma_status sma_history_append(struct sma_db *db, struct sma_log_entry *entry,
                                   struct sma_error *err) SMA_MUST_CHECK;
/* Rows after `after`, ascending. The entry given to fn is valid during the call; fn stops the walk
 * by returning something else than SMA_OK, which is passed on. */
enum sma_status sma_history_read(struct sma_db *db, int64_t after, sma_log_fn *fn, void *ctx,
                                 struct sma_error *err) SMA_MUST_CHECK;
/* Cheap check at start: the last record of the history is in the state. SMA_EINVAL when not. */
enum sma_status sma_history_check_head(struct sma_db *db, struct sma_error *err) SMA_MUST_CHECK;

/* Adds or changes a row of the journal of imports; begun_ms counts only for a new one. */
enum sma_status sma_db_note_import(struct sma_db *db, const struct sma_import *import,
                                   struct sma_error *err) SMA_MUST_CHECK;

/* ---- views --------------------------------------------------------------------------------------
 */

/* What sma_view_* work on: a connection inside a snapshot or inside the writer's transaction. */
struct sma_view {
    struct sma_db *db;
    struct sma_store *store; /* for giving it back */
    struct sma_view *next;   /* free list */
    int64_t position;        /* of the snapshot; -1 in a transaction, where it moves */
};

/* ---- for fsck -----------------------------------------------------------------------------------
 */

/* SQLite's own checks; one line per problem into report. */
enum sma_status sma_db_check_integrity(struct sma_db *db, struct sma_buf *report,
                                       struct sma_error *err) SMA_MUST_CHECK;
/* I2 and I7 and the bookkeeping of ids, over the rows; one line per problem. */
enum sma_status sma_db_check_invariants(struct sma_db *db, struct sma_buf *report,
                                        struct sma_error *err) SMA_MUST_CHECK;
/* Compares every table but history and bookkeeping (migrations, imports); one line per table that differs. */
enum sma_status sma_db_compare(struct sma_db *kept, struct sma_db *replayed, struct sma_buf *report,
                               struct sma_error *err) SMA_MUST_CHECK;

#endif
