/* The registry as the base of a check: the versions that matter to the candidates, and the levels in
 * force for their subjects. */
#ifndef SMA_CLI_CHECK_REGISTRY_H
#define SMA_CLI_CHECK_REGISTRY_H

#include "cli/session.h"
#include "core/compat/compat.h"

/* The level that a registry has in force for a subject, and where it was set. */
struct sma_level_in_force {
    struct sma_str subject;
    enum sma_level level;
    struct sma_str from; /* "set on subject orders-value" */
    struct sma_str group; /* only versions with the same value of this metadata property count */
    bool is_lenient;      /* compatibilityPolicy */
    bool is_known;       /* the registry names a level this program knows */
};

struct sma_levels_in_force {
    struct sma_level_in_force *items;
    size_t count;
};

/* NULL when the registry was not asked about the subject, or its level is none of ours. */
const struct sma_level_in_force *sma_levels_find(const struct sma_levels_in_force *levels,
                                                 struct sma_str subject);

/* The subjects that "sr:…" is about: those of the chosen candidates; all of the registry too with
 * `all`; for a single subject or id the one it names. */
enum sma_status sma_check_subjects(struct sma_strings *out, struct sma_session *session,
                                   const struct sma_sr_ref *ref, bool all) SMA_MUST_CHECK;
/* Asks for the levels of the subjects, several at a time. */
enum sma_status sma_check_levels(struct sma_levels_in_force *out, struct sma_session *session,
                                 const struct sma_strings *subjects) SMA_MUST_CHECK;

/* The value that a candidate's metadata would have for a property: of --metadata, of the project; ptr
 * NULL for none. */
struct sma_str sma_check_property(const struct sma_session *session, struct sma_str subject,
                                  struct sma_str property);

/* Checks the chosen candidates of a session against the registry in use, as `check --against sr:`
 * does, and adds the findings to the session's report. What the registry has beyond them is no
 * finding. Adds nothing to the side. */
enum sma_status sma_check_with_registry(struct sma_session *session) SMA_MUST_CHECK;

#endif
