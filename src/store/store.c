/* Opening and closing: folder and lock, database and migrations, readers and writer. */
#include "store/store.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/processors.h"
#include "store/handle.h"
#include "store/seal.h"

static void fill_in(struct sma_store_options *o)
{
    size_t readers = 2 * (size_t)sma_processors();
    if (!o->readers)
        o->readers = readers < 4 ? 4 : readers > 16 ? 16 : readers;
    if (!o->queue_max)
        o->queue_max = 1024;
    if (!o->batch_max)
        o->batch_max = 64;
    if (!o->wal_max_bytes)
        o->wal_max_bytes = 64u << 20;
}

int64_t sma_store_now_ms(const struct sma_store *store)
{
    struct timespec now;
    if (store->options.now_ms)
        return store->options.now_ms(store->options.now_ctx);
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static enum sma_status open_database(struct sma_store *store, struct sma_error *err)
{
    const struct sma_db_options options = {.role = SMA_DB_WRITER,
                                           .path = store->folder.db_path,
                                           .max_bytes = store->options.max_bytes,
                                           .seal = store->seal};
    enum sma_status st = sma_db_open(&store->db, &options, err);
    if (!st)
        st = sma_db_migrate(store->db, sma_migrations, sma_store_now_ms(store), err);
    if (!st)
        st = sma_history_check_head(store->db, err);
    if (!st)
        st = sma_log_embedded(&store->log, store->db, err);
    if (st)
        sma_error_prefix(err, "%s: ", store->folder.db_path);
    return st;
}

enum sma_status sma_store_open(struct sma_store **out, const struct sma_store_options *options,
                               struct sma_error *err)
{
    struct sma_store *store = calloc(1, sizeof *store);
    if (!store)
        return sma_fail_nomem(err);
    store->folder.lock_fd = -1;
    store->options = *options;
    fill_in(&store->options);
    enum sma_status st =
        sma_seal_new(&store->seal, options->encoder_secret, options->encoder_old_secret, err);
    store->options.encoder_secret = store->options.encoder_old_secret = SMA_STR("");
    if (!st)
        st = sma_folder_init(&store->folder,
                             options->is_ephemeral ? SMA_FOLDER_EPHEMERAL : SMA_FOLDER_CREATE,
                             options->data_dir, err);
    if (!st)
        st = open_database(store, err);
    if (!st)
        st = sma_readers_init(&store->readers, store->options.readers, err);
    if (!st)
        st = sma_writer_start(store, err);
    if (st)
        sma_store_close(store);
    else
        *out = store;
    return st;
}

void sma_store_close(struct sma_store *store)
{
    if (!store)
        return;
    sma_writer_stop(store);
    sma_readers_fini(&store->readers);
    sma_log_close(store->log);
    sma_db_close(store->db); /* the last connection: folds the WAL into the file */
    sma_folder_fini(&store->folder);
    sma_seal_free(store->seal);
    free(store);
}

enum sma_status sma_store_seal(struct sma_str *out, const struct sma_store *store,
                               struct sma_arena *arena, struct sma_str metadata,
                               struct sma_error *err)
{
    return sma_seal_metadata(out, arena, store->seal, metadata, err);
}

const char *sma_store_dir(const struct sma_store *store)
{
    return store->folder.dir;
}

void sma_store_figures(struct sma_store *store, struct sma_store_figures *out)
{
    struct sma_store_counters *c = &store->counters;
    pthread_mutex_lock(&store->writer.mutex);
    out->queue_length = store->writer.queued;
    pthread_mutex_unlock(&store->writer.mutex);
    out->commits = atomic_load_explicit(&c->commits, memory_order_relaxed);
    out->operations = atomic_load_explicit(&c->operations, memory_order_relaxed);
    out->records = atomic_load_explicit(&c->records, memory_order_relaxed);
    out->commit_us_total = atomic_load_explicit(&c->commit_us_total, memory_order_relaxed);
    out->commit_us_max = atomic_load_explicit(&c->commit_us_max, memory_order_relaxed);
    out->batch_max_seen = atomic_load_explicit(&c->batch_max_seen, memory_order_relaxed);
    out->wal_bytes = atomic_load_explicit(&c->wal_bytes, memory_order_relaxed);
    out->checkpoints = atomic_load_explicit(&c->checkpoints, memory_order_relaxed);
}
