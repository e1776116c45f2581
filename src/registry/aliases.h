/* Aliases the other way round: which subjects are meant by the aliases of which others
 * (confluent-rest 4.3, `aliases=true`). */
#ifndef SMA_REGISTRY_ALIASES_H
#define SMA_REGISTRY_ALIASES_H

#include "registry/loader.h"

/* A subject that aliases point to, and the subjects whose own configuration points there. */
struct sma_alias_target {
    struct sma_str subject;
    struct sma_str *aliases; /* in byte order */
    size_t count;
};

struct sma_alias_targets {
    struct sma_alias_target *items; /* by subject, in byte order */
    size_t count;
};

/* Of the aliases in `context` (ptr NULL: in all) whose name begins with `prefix`. The result lives
 * in the loader's arena; it is not noted as something that an answer rests on. */
enum sma_status sma_read_alias_targets(struct sma_alias_targets *out, struct sma_loader *loader,
                                       struct sma_str context, struct sma_str prefix,
                                       struct sma_error *err) SMA_MUST_CHECK;
/* NULL when no alias points to the subject. */
const struct sma_alias_target *sma_alias_target_find(const struct sma_alias_targets *targets,
                                                     struct sma_str subject);

#endif
