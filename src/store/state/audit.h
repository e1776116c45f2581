/* Replays records into a scratch database and watches what no single state can show: how ids and
 * version numbers were handed out (invariants I4 and I5). For fsck. */
#ifndef SMA_STORE_STATE_AUDIT_H
#define SMA_STORE_STATE_AUDIT_H

#include "store/log/log.h"
#include "store/state/state.h"

struct sma_audit;

/* replayed: a migrated scratch database, the caller's; it is inside a transaction until the end of
 * the audit. */
enum sma_status sma_audit_new(struct sma_audit **out, struct sma_db *replayed,
                              struct sma_error *err) SMA_MUST_CHECK;
void sma_audit_free(struct sma_audit *audit);

/* Applies the next record; one line into report for each that is ignored, out of order or breaks an
 * invariant. */
enum sma_status sma_audit_apply(struct sma_audit *audit, const struct sma_log_entry *entry,
                                struct sma_buf *report, struct sma_error *err) SMA_MUST_CHECK;

#endif
