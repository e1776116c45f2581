/* Putting the WAL away: between two batches, never inside one. */
#include "store/handle.h"

#define IDLE_MS 100               /* quiet time before the WAL is put away */
#define IDLE_MS_MAX 5000          /* while readers keep it from being put away */
#define IDLE_WAL_BYTES (1u << 20) /* not worth it below */
#define CHECKPOINT_WAIT_MS 100    /* for readers, when the WAL has become too long */

/* True when all of the WAL is in the database now. */
static bool checkpoint(struct sma_store *store, enum sma_checkpoint kind, int wait_ms)
{
    struct sma_error err = SMA_ERROR_INIT;
    bool is_done = false;
    if (sma_db_checkpoint(store->db, kind, wait_ms, &is_done, &err) == SMA_EIO)
        sma_store_die(store, err.message);
    if (is_done) {
        atomic_fetch_add_explicit(&store->counters.checkpoints, 1, memory_order_relaxed);
        atomic_store_explicit(&store->counters.wal_bytes, 0, memory_order_relaxed);
    }
    return is_done;
}

/* Under constant writing: rarely enough that few operations wait for one (it happens between two
 * batches), and with a bound on the file also when readers keep it from being used again. */
void sma_checkpoint_when_long(struct sma_store *store)
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

void sma_checkpoint_when_idle(struct sma_store *store)
{
    struct sma_writer *writer = &store->writer;
    if (checkpoint(store, SMA_CHECKPOINT_KEEP, 0))
        writer->idle_ms = IDLE_MS;
    else if (writer->idle_ms < IDLE_MS_MAX)
        writer->idle_ms *= 2;
}

bool sma_checkpoint_is_wanted(const struct sma_store *store)
{
    return sma_db_wal_bytes(store->db) >= IDLE_WAL_BYTES && !atomic_load(&store->is_dead);
}

void sma_checkpoint_init(struct sma_writer *writer)
{
    writer->wal_bytes_before = UINT64_MAX;
    writer->idle_ms = IDLE_MS;
}

void sma_checkpoint_at_end(struct sma_store *store)
{
    if (!atomic_load(&store->is_dead))
        checkpoint(store, SMA_CHECKPOINT_TRUNCATE, 0);
}
