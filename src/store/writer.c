/* The one thread that writes: whatever queued during the last commit is the next batch. Each
 * operation has a savepoint of its own, the batch has one commit and one fsync. Checkpoints happen
 * between batches, never inside one. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "store/handle.h"
#include "store/record.h"
#include "store/state/apply.h"

#define IDLE_MS 100               /* quiet time before the WAL is put away */
#define IDLE_MS_MAX 5000          /* while readers keep it from being put away */
#define IDLE_WAL_BYTES (1u << 20) /* not worth it below */
#define CHECKPOINT_WAIT_MS 100    /* for readers, when the WAL has become too long */

static void add(_Atomic uint64_t *counter, uint64_t n)
{
    atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

static void raise_to(_Atomic uint64_t *counter, uint64_t value)
{
    if (value > atomic_load_explicit(counter, memory_order_relaxed))
        atomic_store_explicit(counter, value, memory_order_relaxed);
}

static uint64_t monotonic_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

/* ---- the end ------------------------------------------------------------------------------- */

/* Nobody can tell what the disk holds now. Going on could undo what was acknowledged. */
static void die(struct sma_store *store, const char *message)
{
    atomic_store(&store->is_dead, true);
    sma_db_abandon(store->db);
    if (store->options.on_fatal) {
        store->options.on_fatal(store->options.fatal_ctx, message);
        return;
    }
    fprintf(stderr, "schemata: fatal: %s\n", message);
    fflush(stderr);
    _exit(70);
}

/* ---- one operation ------------------------------------------------------------------------- */

enum sma_status sma_txn_append(struct sma_txn *txn, const struct sma_record *record,
                               struct sma_error *err)
{
    struct sma_store *store = txn->store;
    struct sma_log_entry entry = {.ts_ms = txn->now_ms, .record = *record};
    struct sma_error reason = SMA_ERROR_INIT;
    bool is_applied = false;
    enum sma_status st = txn->failed;
    if (!st)
        st = sma_log_append(store->log, &entry, &txn->err);
    if (!st)
        st = sma_apply(store->db, &entry, &store->writer.keys, &is_applied, &reason, &txn->err);
    if (!st && !is_applied)
        st = sma_fail(&txn->err, SMA_ECONFLICT, "record was not applied: %s", reason.message);
    txn->failed = st;
    if (st)
        return sma_fail(err, st, "%s", txn->err.message);
    txn->records++;
    return SMA_OK;
}

struct sma_view *sma_txn_view(struct sma_txn *txn)
{
    return &txn->store->writer.view;
}

int64_t sma_txn_now_ms(struct sma_txn *txn)
{
    return txn->now_ms;
}

static enum sma_status run_write(struct sma_store *store, struct sma_result *result)
{
    struct sma_txn txn = {.store = store, .now_ms = sma_store_now_ms(store)};
    enum sma_status st = result->write->run(result->write, &txn, &result->err);
    if (!st && txn.failed)
        st = sma_fail(&result->err, txn.failed, "%s", txn.err.message);
    result->records = txn.records;
    return st;
}

/* False when the whole transaction is lost: then result->st says why. */
static bool run_operation(struct sma_store *store, struct sma_result *result)
{
    struct sma_error undo_err = SMA_ERROR_INIT;
    size_t mark = store->writer.keys.count;
    result->st = sma_db_savepoint(store->db, &result->err);
    if (result->st)
        return false;
    result->st = run_write(store, result);
    if (!result->st)
        result->st = sma_db_release(store->db, &result->err);
    if (!result->st)
        return true;
    sma_touched_cut(&store->writer.keys, mark);
    /* A full disk or a lack of memory may have ended the transaction behind our back. */
    return sma_db_in_transaction(store->db) && !sma_db_undo(store->db, &undo_err);
}

/* ---- one transaction ----------------------------------------------------------------------- */

static void fail_all(struct sma_result *results, size_t count, enum sma_status st,
                     const char *message)
{
    for (size_t i = 0; i < count; i++)
        if (!results[i].st)
            results[i].st = sma_fail(&results[i].err, st, "%s", message);
}

static void announce(struct sma_store *store, bool is_before)
{
    struct sma_writer *writer = &store->writer;
    pthread_mutex_lock(&writer->mutex);
    struct sma_listener listener = is_before ? writer->touching : writer->touched;
    pthread_mutex_unlock(&writer->mutex);
    for (size_t i = 0; listener.fn && i < writer->keys.count; i++)
        listener.fn(listener.ctx, writer->keys.keys[i]);
}

static void count_commit(struct sma_store *store, const struct sma_result *results, size_t count,
                         uint64_t us)
{
    struct sma_store_counters *c = &store->counters;
    uint64_t operations = 0, records = 0;
    for (size_t i = 0; i < count; i++) {
        operations += !results[i].st;
        records += results[i].st ? 0 : results[i].records;
    }
    add(&c->commits, 1);
    add(&c->operations, operations);
    add(&c->records, records);
    add(&c->commit_us_total, us);
    raise_to(&c->commit_us_max, us);
    raise_to(&c->batch_max_seen, count);
}

static void roll_back(struct sma_store *store)
{
    struct sma_error err = SMA_ERROR_INIT;
    if (sma_db_rollback(store->db, &err))
        die(store, err.message);
}

static void commit(struct sma_store *store, struct sma_result *results, size_t count)
{
    struct sma_error err = SMA_ERROR_INIT;
    bool is_unknown;
    sma_touched_unique(&store->writer.keys);
    announce(store, true);
    uint64_t start = monotonic_us();
    enum sma_status st = sma_db_commit(store->db, &is_unknown, &err);
    if (!st) {
        count_commit(store, results, count, monotonic_us() - start);
    } else {
        if (is_unknown)
            die(store, err.message);
        else
            roll_back(store);
        fail_all(results, count, st, err.message);
    }
    announce(store, false);
    atomic_store_explicit(&store->counters.wal_bytes, sma_db_wal_bytes(store->db),
                          memory_order_relaxed);
}

/* Runs operations until the end of the batch or until the transaction is lost; returns how many
 * have a result now. Those that the loss took with them fail with its reason: nothing of them
 * happened. */
static size_t run_transaction(struct sma_store *store, struct sma_result *results, size_t count)
{
    struct sma_error err = SMA_ERROR_INIT;
    size_t ran = 0, good = 0;
    bool is_open = true;
    sma_touched_cut(&store->writer.keys, 0);
    enum sma_status st = sma_db_begin(store->db, &err);
    if (st) {
        fail_all(results, count, st, err.message);
        return count;
    }
    while (is_open && ran < count) {
        is_open = run_operation(store, &results[ran]);
        good += !results[ran].st;
        ran++;
    }
    if (!is_open) {
        fail_all(results, ran, results[ran - 1].st, results[ran - 1].err.message);
        roll_back(store);
    } else if (good) {
        commit(store, results, ran);
    } else {
        roll_back(store);
    }
    return ran;
}

static void run_batch(struct sma_store *store, size_t count)
{
    struct sma_result *results = store->writer.results;
    for (size_t done = 0; done < count;) {
        size_t ran = count - done;
        if (atomic_load(&store->is_dead))
            fail_all(results + done, ran, SMA_EIO, "the store has stopped after an I/O error");
        else
            ran = run_transaction(store, results + done, ran);
        for (size_t i = done; i < done + ran; i++)
            results[i].write->done(results[i].write, results[i].st, &results[i].err);
        done += ran;
    }
}

/* ---- checkpoints --------------------------------------------------------------------------- */

/* True when all of the WAL is in the database now. */
static bool checkpoint(struct sma_store *store, enum sma_checkpoint kind, int wait_ms)
{
    struct sma_error err = SMA_ERROR_INIT;
    bool is_done = false;
    if (sma_db_checkpoint(store->db, kind, wait_ms, &is_done, &err) == SMA_EIO)
        die(store, err.message);
    if (is_done) {
        add(&store->counters.checkpoints, 1);
        atomic_store_explicit(&store->counters.wal_bytes, 0, memory_order_relaxed);
    }
    return is_done;
}

/* Under constant writing: rarely enough that few operations wait for one (it happens between two
 * batches), and with a bound on the file also when readers keep it from being used again. */
static void checkpoint_when_long(struct sma_store *store)
{
    struct sma_writer *writer = &store->writer;
    uint64_t bytes = sma_db_wal_bytes(store->db), max = store->options.wal_max_bytes;
    if (bytes < writer->wal_bytes_before) /* it has started over */
        writer->checkpoint_above = max - max / 4;
    writer->wal_bytes_before = bytes;
    if (bytes < writer->checkpoint_above || atomic_load(&store->is_dead))
        return;
    writer->checkpoint_above = bytes + max / 8; /* unless it starts over with the next write */
    if (bytes < max - max / 8)
        checkpoint(store, SMA_CHECKPOINT_KEEP, 0);
    else
        checkpoint(store, SMA_CHECKPOINT_TRUNCATE, CHECKPOINT_WAIT_MS);
}

static void checkpoint_when_idle(struct sma_store *store)
{
    struct sma_writer *writer = &store->writer;
    if (checkpoint(store, SMA_CHECKPOINT_KEEP, 0))
        writer->idle_ms = IDLE_MS;
    else if (writer->idle_ms < IDLE_MS_MAX)
        writer->idle_ms *= 2;
}

static bool wants_idle_checkpoint(const struct sma_store *store)
{
    return sma_db_wal_bytes(store->db) >= IDLE_WAL_BYTES && !atomic_load(&store->is_dead);
}

/* ---- the thread ---------------------------------------------------------------------------- */

static struct timespec deadline_in(int ms)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_nsec += (long)(ms % 1000) * 1000000;
    t.tv_sec += ms / 1000 + t.tv_nsec / 1000000000;
    t.tv_nsec %= 1000000000;
    return t;
}

/* Waits for work, under the mutex. Uses the quiet for putting the WAL away. */
static void wait_for_work(struct sma_store *store)
{
    struct sma_writer *writer = &store->writer;
    while (!writer->first && !writer->is_stopping) {
        if (!wants_idle_checkpoint(store)) {
            pthread_cond_wait(&writer->arrived, &writer->mutex);
            continue;
        }
        struct timespec deadline = deadline_in(writer->idle_ms);
        int rc = 0;
        while (!writer->first && !writer->is_stopping && rc != ETIMEDOUT)
            rc = pthread_cond_timedwait(&writer->arrived, &writer->mutex, &deadline);
        if (rc == ETIMEDOUT && !writer->first && !writer->is_stopping) {
            pthread_mutex_unlock(&writer->mutex);
            checkpoint_when_idle(store);
            pthread_mutex_lock(&writer->mutex);
        }
    }
}

/* Moves what is queued, up to a batch, into the results; 0 when the store is closing. */
static size_t take_batch(struct sma_store *store)
{
    struct sma_writer *writer = &store->writer;
    size_t count = 0;
    pthread_mutex_lock(&writer->mutex);
    wait_for_work(store);
    while (writer->first && count < store->options.batch_max) {
        struct sma_result *result = &writer->results[count++];
        result->write = writer->first;
        result->st = SMA_OK;
        result->records = 0;
        sma_error_clear(&result->err);
        writer->first = result->write->next;
        writer->queued--;
    }
    if (!writer->first)
        writer->last = NULL;
    pthread_mutex_unlock(&writer->mutex);
    return count;
}

static void *write_on(void *arg)
{
    struct sma_store *store = arg;
    size_t count;
    while ((count = take_batch(store))) {
        run_batch(store, count);
        checkpoint_when_long(store);
    }
    if (!atomic_load(&store->is_dead))
        checkpoint(store, SMA_CHECKPOINT_TRUNCATE, 0);
    return NULL;
}

/* ---- from outside -------------------------------------------------------------------------- */

enum sma_status sma_store_submit(struct sma_store *store, struct sma_write *write,
                                 struct sma_error *err)
{
    struct sma_writer *writer = &store->writer;
    enum sma_status st = SMA_OK;
    if (atomic_load(&store->is_dead))
        return sma_fail(err, SMA_EIO, "the store has stopped after an I/O error");
    write->next = NULL;
    pthread_mutex_lock(&writer->mutex);
    if (writer->is_stopping) {
        st = sma_fail(err, SMA_EBUSY, "the store is closing");
    } else if (writer->queued >= store->options.queue_max) {
        st = sma_fail(err, SMA_EBUSY, "the write queue is full (%zu operations)", writer->queued);
    } else {
        if (writer->last)
            writer->last->next = write;
        else
            writer->first = write;
        writer->last = write;
        writer->queued++;
        pthread_cond_signal(&writer->arrived);
    }
    pthread_mutex_unlock(&writer->mutex);
    return st;
}

void sma_store_on_touched(struct sma_store *store, sma_touched_fn *fn, void *ctx)
{
    pthread_mutex_lock(&store->writer.mutex);
    store->writer.touched = (struct sma_listener){fn, ctx};
    pthread_mutex_unlock(&store->writer.mutex);
}

void sma_store_on_touching(struct sma_store *store, sma_touched_fn *fn, void *ctx)
{
    pthread_mutex_lock(&store->writer.mutex);
    store->writer.touching = (struct sma_listener){fn, ctx};
    pthread_mutex_unlock(&store->writer.mutex);
}

static int init_sync(struct sma_writer *writer)
{
    pthread_condattr_t attr;
    int rc = pthread_condattr_init(&attr);
    if (rc)
        return rc;
    rc = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    if (!rc)
        rc = pthread_cond_init(&writer->arrived, &attr);
    pthread_condattr_destroy(&attr);
    if (!rc && (rc = pthread_mutex_init(&writer->mutex, NULL)))
        pthread_cond_destroy(&writer->arrived);
    return rc;
}

enum sma_status sma_writer_start(struct sma_store *store, struct sma_error *err)
{
    struct sma_writer *writer = &store->writer;
    writer->results = calloc(store->options.batch_max, sizeof *writer->results);
    if (!writer->results || init_sync(writer)) {
        free(writer->results);
        writer->results = NULL;
        return sma_fail_nomem(err);
    }
    writer->view = (struct sma_view){.db = store->db, .store = store, .position = -1};
    writer->wal_bytes_before = UINT64_MAX;
    writer->idle_ms = IDLE_MS;
    sma_touched_init(&writer->keys);
    int rc = pthread_create(&writer->thread, NULL, write_on, store);
    if (!rc)
        return SMA_OK;
    sma_touched_fini(&writer->keys);
    pthread_mutex_destroy(&writer->mutex);
    pthread_cond_destroy(&writer->arrived);
    free(writer->results);
    writer->results = NULL;
    return sma_fail(err, SMA_ENOMEM, "cannot start the writer's thread: %s", strerrordesc_np(rc));
}

void sma_writer_stop(struct sma_store *store)
{
    struct sma_writer *writer = &store->writer;
    if (!writer->results)
        return;
    pthread_mutex_lock(&writer->mutex);
    writer->is_stopping = true;
    pthread_cond_signal(&writer->arrived);
    pthread_mutex_unlock(&writer->mutex);
    pthread_join(writer->thread, NULL);
    sma_touched_fini(&writer->keys);
    pthread_mutex_destroy(&writer->mutex);
    pthread_cond_destroy(&writer->arrived);
    free(writer->results);
    writer->results = NULL;
}
