/* apply: what a record does to the relational state (confluent-rest 14.4). A pure function of state
 * and record: no clock, no random numbers, no configuration, so that replaying the history into an
 * empty file gives the same rows (invariant I9). */
#ifndef SMA_STORE_STATE_APPLY_H
#define SMA_STORE_STATE_APPLY_H

#include "store/log/log.h"
#include "store/state/state.h"
#include "store/state/touched.h"

/* Applies one record inside the open transaction. A record that is ignored changes nothing.
 *
 * is_applied  out: false when the record means nothing here; `reason` then says why.
 * touched     gets the keys of what changed; NULL when nobody wants them.
 * Returns     SMA_OK also for an ignored record; SMA_EFULL, SMA_ENOMEM, SMA_EIO: then the
 *             operation must be undone. */
enum sma_status sma_apply(struct sma_db *db, const struct sma_log_entry *entry,
                          struct sma_touched *touched, bool *is_applied, struct sma_error *reason,
                          struct sma_error *err) SMA_MUST_CHECK;

#endif
