/* Reading the references of a content. Private to this folder. */
#ifndef SMA_STORE_STATE_REFERENCES_H
#define SMA_STORE_STATE_REFERENCES_H

#include "store/state/db.h"

/* In stored order, copied into `arena`. */
enum sma_status sma_references_read(struct sma_db *db, struct sma_arena *arena, int64_t schema_key,
                                    const struct sma_reference **out, size_t *count,
                                    struct sma_error *err) SMA_MUST_CHECK;

#endif
