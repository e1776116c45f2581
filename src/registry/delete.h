/* Private to writing use cases: the deletion of a whole subject as a part of an operation. */
#ifndef SMA_REGISTRY_DELETE_H
#define SMA_REGISTRY_DELETE_H

#include "registry/loader.h"
#include "registry/subject.h"

struct sma_deletion {
    const struct sma_subject *subject;
    bool permanent;
    int32_t *versions; /* out: touched, ascending; in the loader's arena */
    size_t count;
};

/* In the writer; the loader is on the transaction's view. confluent-rest 10.2: 40401, 40404, 40405,
 * 40904, 42205, 42206. */
enum sma_status sma_delete_subject_in(struct sma_deletion *deletion, struct sma_loader *loader,
                                      struct sma_txn *txn, struct sma_error *err) SMA_MUST_CHECK;

#endif
