/* The store from the inside: what store.c, readers.c and writer.c share. Private to this folder. */
#ifndef SMA_STORE_HANDLE_H
#define SMA_STORE_HANDLE_H

#include <pthread.h>
#include <stdatomic.h>

#include "store/folder.h"
#include "store/log/log.h"
#include "store/state/state.h"
#include "store/state/touched.h"
#include "store/store.h"

/* The pool of read connections. */
struct sma_readers {
    pthread_mutex_t mutex;
    pthread_cond_t given_back;
    struct sma_view *free; /* last given back first: its cache is warm */
    size_t open;           /* connections, free or in use */
    size_t in_use;
    size_t max;
};

struct sma_listener {
    sma_touched_fn *fn;
    void *ctx;
};

/* How one operation of a batch ended. */
struct sma_result {
    struct sma_write *write;
    enum sma_status st;
    uint64_t records;
    struct sma_error err;
};

struct sma_writer {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t arrived;
    struct sma_write *first, *last; /* the queue; under the mutex */
    size_t queued;
    bool is_stopping;
    struct sma_listener touching, touched; /* under the mutex */

    /* The thread's own. */
    struct sma_view view; /* on store->db */
    struct sma_touched keys;
    struct sma_result *results; /* batch_max of them */
    uint64_t checkpoint_above;  /* bytes of WAL at which the next checkpoint is due */
    uint64_t wal_bytes_before;  /* after the last batch */
    int idle_ms;                /* quiet time before the next idle checkpoint */
};

/* Written by the writer's thread, read by anybody. */
struct sma_store_counters {
    _Atomic uint64_t commits, operations, records, commit_us_total, commit_us_max, batch_max_seen;
    _Atomic uint64_t wal_bytes, checkpoints;
};

struct sma_store {
    struct sma_store_options options; /* with the defaults filled in */
    struct sma_folder folder;
    struct sma_seal *seal; /* NULL without a secret */
    struct sma_db *db;     /* the writer's connection */
    struct sma_log *log;
    struct sma_readers readers;
    struct sma_writer writer;
    struct sma_store_counters counters;
    atomic_bool is_dead; /* after a commit or checkpoint with unknown outcome */
};

/* One operation inside a batch. */
struct sma_txn {
    struct sma_store *store;
    int64_t now_ms;
    uint64_t records;
    enum sma_status failed; /* first failed append: the operation cannot succeed any more */
    struct sma_error err;   /* its message */
};

enum sma_status sma_readers_init(struct sma_readers *readers, size_t max,
                                 struct sma_error *err) SMA_MUST_CHECK;
/* Waits for views that are still out, then closes the connections. */
void sma_readers_fini(struct sma_readers *readers);

/* Starts the thread; the database must be open. */
enum sma_status sma_writer_start(struct sma_store *store, struct sma_error *err) SMA_MUST_CHECK;
/* Lets it finish what is queued and joins it. */
void sma_writer_stop(struct sma_store *store);

/* ---- on the writer's thread ---------------------------------------------------------------- */

/* Runs the first `count` writes of writer->results and calls their done(). */
void sma_batch_run(struct sma_store *store, size_t count);
/* Nobody can tell what the disk holds now; going on could undo what was acknowledged. Ends the
 * process, or with a handler of the caller's own all writing. */
void sma_store_die(struct sma_store *store, const char *message);

void sma_checkpoint_init(struct sma_writer *writer);
/* After a batch: bounds the log under constant writing. */
void sma_checkpoint_when_long(struct sma_store *store);
/* Whether quiet time should be used for a checkpoint, and using it; writer->idle_ms says how quiet.
 */
bool sma_checkpoint_is_wanted(const struct sma_store *store);
void sma_checkpoint_when_idle(struct sma_store *store);
void sma_checkpoint_at_end(struct sma_store *store);

int64_t sma_store_now_ms(const struct sma_store *store);

#endif
