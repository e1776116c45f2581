/* "Would this schema be compatible?" (confluent-rest 8.5, 12, 13.1). */
#ifndef SMA_REGISTRY_CHECK_H
#define SMA_REGISTRY_CHECK_H

#include "registry/candidate.h"

/* Compares a ready candidate with versions of the subject at the level, under the policy, group and
 * validateFields of `config`.
 *
 * versions   the ones to compare with, ascending
 * Returns    SMA_OK for compatible and incompatible alike; 42201 when a stored version does not
 * parse; SMA_ELIMIT when the work is too much. The result lives in the loader's arena. */
enum sma_status sma_check_candidate(struct sma_check_result *out, struct sma_loader *loader,
                                    struct sma_candidate *candidate,
                                    const struct sma_subject *subject,
                                    const struct sma_config *config, bool validate_fields,
                                    const struct sma_version_number *versions, size_t count,
                                    struct sma_error *err) SMA_MUST_CHECK;

struct sma_check_request {
    const struct sma_subject *subject; /* exactly this one */
    struct sma_schema_request schema;
    bool normalize;
    int32_t version; /* 0 = all live versions by the level; SMA_LATEST or a number = that one */
};

/* POST /compatibility/…. 42201 for a bad schema, 40402 for a fixed version that is not live. A
 * subject without versions is compatible with everything. */
enum sma_status sma_check(struct sma_check_result *out, struct sma_loader *loader,
                          const struct sma_check_request *request,
                          struct sma_error *err) SMA_MUST_CHECK;

#endif
