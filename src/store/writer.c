/* The one thread that writes: whatever queued during the last commit is the next batch. */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "store/handle.h"

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
        if (!sma_checkpoint_is_wanted(store)) {
            pthread_cond_wait(&writer->arrived, &writer->mutex);
            continue;
        }
        struct timespec deadline = deadline_in(writer->idle_ms);
        int rc = 0;
        while (!writer->first && !writer->is_stopping && rc != ETIMEDOUT)
            rc = pthread_cond_timedwait(&writer->arrived, &writer->mutex, &deadline);
        if (rc == ETIMEDOUT && !writer->first && !writer->is_stopping) {
            pthread_mutex_unlock(&writer->mutex);
            sma_checkpoint_when_idle(store);
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
        sma_batch_run(store, count);
        sma_checkpoint_when_long(store);
    }
    sma_checkpoint_at_end(store);
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
    sma_checkpoint_init(writer);
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
