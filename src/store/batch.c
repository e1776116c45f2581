/* A batch: each operation in a savepoint of its own, one commit and one fsync for all. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "store/handle.h"
#include "store/record.h"
#include "store/state/apply.h"

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

void sma_store_die(struct sma_store *store, const char *message)
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

static enum sma_status append(struct sma_txn *txn, struct sma_log_entry *entry,
                              struct sma_error *err)
{
    struct sma_store *store = txn->store;
    struct sma_error reason = SMA_ERROR_INIT;
    bool is_applied = false;
    enum sma_status st = txn->failed;
    if (!st)
        st = sma_log_append(store->log, entry, &txn->err);
    if (!st)
        st = sma_apply(store->db, entry, &store->writer.keys, &is_applied, &reason, &txn->err);
    if (!st && !is_applied)
        st = sma_fail(&txn->err, SMA_ECONFLICT, "record was not applied: %s", reason.message);
    txn->failed = st;
    if (st)
        return sma_fail(err, st, "%s", txn->err.message);
    txn->records++;
    return SMA_OK;
}

enum sma_status sma_txn_append(struct sma_txn *txn, const struct sma_record *record,
                               struct sma_error *err)
{
    struct sma_log_entry entry = {.ts_ms = txn->now_ms, .record = *record};
    return append(txn, &entry, err);
}

enum sma_status sma_txn_append_kept(struct sma_txn *txn, const struct sma_change *change,
                                    struct sma_error *err)
{
    struct sma_log_entry entry = {
        .ts_ms = change->ts_ms, .is_kept = true, .record = change->record};
    memcpy(entry.uuid, change->uuid, sizeof entry.uuid);
    return append(txn, &entry, err);
}

enum sma_status sma_txn_note_import(struct sma_txn *txn, const struct sma_import *import,
                                    struct sma_error *err)
{
    struct sma_import row = *import;
    row.begun_ms = row.updated_ms = txn->now_ms; /* the former only of a new one */
    return sma_db_note_import(txn->store->db, &row, err);
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
        sma_store_die(store, err.message);
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
            sma_store_die(store, err.message);
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

void sma_batch_run(struct sma_store *store, size_t count)
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
