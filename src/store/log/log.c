#include "store/log/log.h"

#include "store/record.h"

enum sma_status sma_log_append(struct sma_log *log, struct sma_log_entry *entry,
                               struct sma_error *err)
{
    size_t bytes = entry->record.key.len + entry->record.value.len;
    if (bytes > SMA_RECORD_BYTES_MAX)
        return sma_fail(err, SMA_ELIMIT, "record of %zu bytes exceeds the limit of %u record bytes",
                        bytes, SMA_RECORD_BYTES_MAX);
    return log->ops->append(log, entry, err);
}

enum sma_status sma_log_read(struct sma_log *log, int64_t after, sma_log_fn *fn, void *ctx,
                             struct sma_error *err)
{
    return log->ops->read(log, after, fn, ctx, err);
}

void sma_log_close(struct sma_log *log)
{
    if (log && log->ops->close)
        log->ops->close(log);
}
