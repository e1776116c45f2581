/* The log that needs nothing beside the state's file. */
#include <stdlib.h>

#include "core/hash/hash.h"
#include "store/log/log.h"
#include "store/state/state.h"

struct embedded {
    struct sma_log base;
    struct sma_db *db;
};

static enum sma_status append(struct sma_log *log, struct sma_log_entry *entry,
                              struct sma_error *err)
{
    if (!entry->is_kept)
        sma_uuid_random(entry->uuid);
    return sma_history_append(((struct embedded *)log)->db, entry, err);
}

static enum sma_status read_after(struct sma_log *log, int64_t after, sma_log_fn *fn, void *ctx,
                                  struct sma_error *err)
{
    return sma_history_read(((struct embedded *)log)->db, after, fn, ctx, err);
}

static void close_log(struct sma_log *log)
{
    free(log);
}

static const struct sma_log_ops embedded_ops = {
    .name = "embedded",
    .append = append,
    .read = read_after,
    .close = close_log,
};

enum sma_status sma_log_embedded(struct sma_log **out, struct sma_db *db, struct sma_error *err)
{
    struct embedded *log = calloc(1, sizeof *log);
    if (!log)
        return sma_fail_nomem(err);
    log->base.ops = &embedded_ops;
    log->db = db;
    *out = &log->base;
    return SMA_OK;
}
