/* Undoing a soft deletion in place: the same version, id and identity, live again. */
#ifndef SMA_REGISTRY_RESTORE_H
#define SMA_REGISTRY_RESTORE_H

#include "registry/write.h"

/* version: a number, or 0 for every soft-deleted version of the subject. What was registered once
 * is not checked for compatibility again; what it refers to must be live (409 names it).
 *
 * `fn` gets the versions restored, ascending. 40401, 40402, 40405 (nothing of the subject is
 * soft-deleted), 40407 (the version is live), 42205. */
void sma_restore(struct sma_registry *registry, const struct sma_subject *subject, int32_t version,
                 sma_deleted_fn *fn, void *ctx);

#endif
