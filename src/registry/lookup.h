/* "Is this schema registered under this subject?" (confluent-rest 7.3, 4.1). */
#ifndef SMA_REGISTRY_LOOKUP_H
#define SMA_REGISTRY_LOOKUP_H

#include "registry/candidate.h"

/* Finds the version under exactly `subject` that the candidate is the same as: first by hash, then
 * by comparison from the newest down. SMA_ENOTFOUND without message when there is none.
 *
 * is_latest_only  compare with the newest live version and nothing else
 * by_hash         out: found by hash; the original then builds its answer from the request, without
 * the row's time and deleted flag */
enum sma_status sma_lookup_under(struct sma_version *out, bool *by_hash, struct sma_loader *loader,
                                 struct sma_candidate *candidate, const struct sma_subject *subject,
                                 enum sma_deleted deleted, bool is_latest_only,
                                 struct sma_error *err) SMA_MUST_CHECK;

/* How a schema is read when it is compared under a subject: what config and mode in scope say. */
enum sma_status sma_lookup_how(struct sma_parse_how *how, struct sma_config *config,
                               enum sma_mode *mode, struct sma_loader *loader,
                               const struct sma_subject *subject, bool normalize,
                               struct sma_error *err) SMA_MUST_CHECK;

/* New schemas are held to the strict rules. */
bool sma_config_validates_new(const struct sma_config *config, const struct sma_registry *registry);

/* What lookup and registration answer with. */
struct sma_found_schema {
    struct sma_version row;
    bool is_stored_row; /* ts_ms and is_deleted belong into the answer */
};

/* POST /subjects/{subject}. An unqualified subject is also tried in the other contexts. 40401 when
 * the subject has no version that counts, else 40403; 42201 for a bad schema. */
enum sma_status sma_lookup(struct sma_found_schema *out, struct sma_loader *loader,
                           const struct sma_subject *subject,
                           const struct sma_schema_request *request, bool normalize,
                           bool with_deleted, struct sma_error *err) SMA_MUST_CHECK;

#endif
