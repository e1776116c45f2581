/* What a log engine must provide: it stores records and puts them in order, nothing else. What they
 * mean is up to `apply`. Called on the writer's thread, inside its transaction. */
#ifndef SMA_STORE_LOG_LOG_H
#define SMA_STORE_LOG_LOG_H

#include <stdint.h>

#include "base/error.h"
#include "store/store.h"

#define SMA_UUID_LEN 16

/* A record in its place. Time and identity come with it, so that applying it needs no clock and no
 * random numbers and gives the same state on every replay. */
struct sma_log_entry {
    int64_t position; /* ascending, starting above 0 */
    int64_t ts_ms;
    uint8_t uuid[SMA_UUID_LEN];
    bool is_kept; /* uuid is given: a record of another history */
    struct sma_record record;
};

/* Anything but SMA_OK stops the walk and is passed on. */
typedef enum sma_status sma_log_fn(void *ctx, const struct sma_log_entry *entry,
                                   struct sma_error *err);

struct sma_log;

struct sma_log_ops {
    const char *name;
    /* Must. Stores entry->record with entry->ts_ms; fills in position and, unless it is given, uuid. */
    enum sma_status (*append)(struct sma_log *log, struct sma_log_entry *entry,
                              struct sma_error *err);
    /* Must. Entries after the position `after`, ascending, each valid during its call. */
    enum sma_status (*read)(struct sma_log *log, int64_t after, sma_log_fn *fn, void *ctx,
                            struct sma_error *err);
    /* May be NULL. */
    void (*close)(struct sma_log *log);
};

struct sma_log {
    const struct sma_log_ops *ops;
};

enum sma_status sma_log_append(struct sma_log *log, struct sma_log_entry *entry,
                               struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_log_read(struct sma_log *log, int64_t after, sma_log_fn *fn, void *ctx,
                             struct sma_error *err) SMA_MUST_CHECK;
/* NULL is fine. */
void sma_log_close(struct sma_log *log);

/* The embedded engine: the table `history` of the state's own file, so that record and effect
 * commit together. The connection stays the caller's. */
struct sma_db;
enum sma_status sma_log_embedded(struct sma_log **out, struct sma_db *db,
                                 struct sma_error *err) SMA_MUST_CHECK;

#endif
