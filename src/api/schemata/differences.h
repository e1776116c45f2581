/* What changed between two schemas: the rule engines' findings as JSON. */
#ifndef SMA_API_SCHEMATA_DIFFERENCES_H
#define SMA_API_SCHEMATA_DIFFERENCES_H

#include "api/schemata/call.h"
#include "core/compat/compat.h"

/* {"direction":"backward","rule":…,"isCompatible":…,"path":…,"description":…,"info":…,"fix":…,
 *  "new":{"start":…,"end":…,"line":…,"column":…},"old":{…}} for each finding, into an open array.
 * Spans are left out where the rule knows none, or where `newer` or `older` (the texts) is not
 * given. forward: old reads new, so the reader is the old schema. */
void sma_own_differences_write(struct sma_json_writer *w, const struct sma_findings *findings,
                               bool is_forward, struct sma_str newer, struct sma_str older);

/* Both directions between two schemas of one format; lives in `arena`. */
struct sma_own_comparison {
    struct sma_findings backward; /* new reads old */
    struct sma_findings forward;  /* old reads new */
    uint64_t steps_left;          /* in: work allowed; out: what is left */
};
/* SMA_ELIMIT when the work is too much. 422 for two formats. */
enum sma_status sma_own_compare_schemas(struct sma_own_comparison *out, struct sma_arena *arena,
                                        const struct sma_schema *newer,
                                        const struct sma_schema *older, enum sma_policy policy,
                                        struct sma_error *err) SMA_MUST_CHECK;
/* Members isBackwardCompatible and isForwardCompatible. */
void sma_own_verdict_write(struct sma_json_writer *w, const struct sma_own_comparison *comparison);
/* `policy`: STRICT (when empty) or LENIENT; 422 otherwise. */
enum sma_status sma_own_policy_read(enum sma_policy *out, struct sma_str text,
                                    struct sma_error *err) SMA_MUST_CHECK;

#endif
