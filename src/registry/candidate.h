/* A request's schema made ready to be compared with stored ones: parsed, canonical, hashed; and the
 * rules that say when it is "the same" as a stored one (confluent-rest 7.2, 7.3, 8, 9). */
#ifndef SMA_REGISTRY_CANDIDATE_H
#define SMA_REGISTRY_CANDIDATE_H

#include "registry/metadata.h"
#include "registry/parse.h"
#include "registry/rules.h"
#include "registry/scope.h"

/* RegisterSchemaRequest as a facade hands it over. All views outlive the use case. */
struct sma_schema_request {
    int32_t version;                        /* 0 = absent, -1 = compare with the latest only */
    int32_t id;                             /* -1 = absent */
    struct sma_str type;                    /* empty = AVRO */
    struct sma_str text;                    /* empty = absent */
    const struct sma_reference *references; /* version 0 = the request gave none */
    size_t reference_count;
    const struct sma_metadata *metadata; /* NULL = null */
    const struct sma_rule_set *rule_set; /* NULL = null */
};

/* Type, text and references of a stored version. */
void sma_schema_request_take(struct sma_schema_request *request, const struct sma_version *row);

struct sma_candidate {
    struct sma_schema *schema; /* own reference; NULL before the parse */
    struct sma_closure closure;
    const struct sma_metadata *metadata;
    const struct sma_rule_set *rule_set;
    /* What would be stored: canonical text, references, both texts, hash. Views into the schema and
     * the arena. */
    struct sma_content content;
};

/* Parses `request` for the context and hashes it. `how` as for sma_parse_schema. On success the
 * candidate owns a schema: call sma_candidate_fini. 42201 for an empty text and for what
 * sma_parse_schema refuses. */
enum sma_status sma_candidate_make(struct sma_candidate *out, struct sma_loader *loader,
                                   struct sma_str context, const struct sma_schema_request *request,
                                   const struct sma_parse_how *how,
                                   struct sma_error *err) SMA_MUST_CHECK;
/* Safe on a zeroed candidate. */
void sma_candidate_fini(struct sma_candidate *candidate);

/* Replaces metadata and rule set, and the hash with them. */
enum sma_status sma_candidate_set_contract(struct sma_candidate *candidate, struct sma_arena *arena,
                                           const struct sma_metadata *metadata,
                                           const struct sma_rule_set *rule_set,
                                           struct sma_error *err) SMA_MUST_CHECK;

/* Fills in metadata and rule set from the newest live version and the config's defaults and
 * overrides (confluent-rest 7.2). `latest` is NULL when there is none; set_version != 0 puts that
 * number into confluent:version, as the caller decides. Leaves both NULL when nothing gives them.
 */
struct sma_contract {
    const struct sma_metadata *metadata;
    const struct sma_rule_set *rule_set;
};
enum sma_status sma_contract_complete(struct sma_contract *contract, struct sma_arena *arena,
                                      const struct sma_config *config,
                                      const struct sma_version *latest, int32_t request_version,
                                      int32_t next_version, bool touch_version,
                                      struct sma_error *err) SMA_MUST_CHECK;

/* Whole contents equal, byte for byte; the hash alone does not prove it. */
bool sma_content_equal(const struct sma_content *a, const struct sma_content *b);

/* "The request can look up the stored version" (confluent-rest 7.3). Parses the stored text only
 * when cheaper signs leave it open. */
enum sma_status sma_candidate_matches(bool *out, struct sma_candidate *candidate,
                                      struct sma_loader *loader, const struct sma_version *row,
                                      struct sma_error *err) SMA_MUST_CHECK;
/* The newest of the versions (given in ascending order) that the request can look up; most are
 * ruled out unread. SMA_ENOTFOUND without message when there is none. */
enum sma_status sma_candidate_find(struct sma_version *out, struct sma_candidate *candidate,
                                   struct sma_loader *loader, struct sma_str subject,
                                   const struct sma_version_number *numbers, size_t count,
                                   struct sma_error *err) SMA_MUST_CHECK;

#endif
