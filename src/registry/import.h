/* Taking over another registry's history: its records as they are, with times and identities, so that
 * every answer about them is the same here. Nothing is parsed or checked but what `apply` checks. */
#ifndef SMA_REGISTRY_IMPORT_H
#define SMA_REGISTRY_IMPORT_H

#include "registry/write.h"

/* Records that follow one another without a gap; those that an earlier import took are passed over.
 * The pointers must live until the callback has returned. */
struct sma_import_part {
    uint8_t feed[16]; /* uuid of the history's first record */
    int64_t goal;     /* position up to which the export goes */
    const struct sma_change *changes;
    size_t count;
};

struct sma_import_result {
    size_t taken, skipped; /* of the part, from its start */
    int64_t position;      /* of the feed's record that was taken last, by whatever import */
};

/* All or nothing, except that a record that cannot be taken leaves those before it in: they are in
 * `result` also then. SMA_ECONFLICT: the registry is neither empty, nor in IMPORT mode, nor has it
 * begun to import this feed; a record is missing; the feed is not the one whose import began;
 * `apply` refuses a record. SMA_EBUSY, SMA_EFULL: try again. */
typedef void sma_import_done_fn(void *ctx, const struct sma_import_result *result,
                                const struct sma_failure *failure);
void sma_import(struct sma_registry *registry, const struct sma_import_part *part,
                sma_import_done_fn *fn, void *ctx);

#endif
