/* What a check of one pair of types found, as a list that other results can include: a pair met
 * again gives its result again, without copying, and with the paths of its first visit. */
#ifndef SMA_CORE_AVRO_COMPAT_RESULT_H
#define SMA_CORE_AVRO_COMPAT_RESULT_H

#include "core/avro/model.h"

/* One step on the way from where a check started; the first has no `up`. Written out only for a
 * finding. */
struct sma_avro_step {
    const struct sma_avro_step *up;
    const char *before; /* "/fields/", "/", "/items", "/values" */
    int64_t index;      /* -1 = none */
    const char *after;  /* "/type" or "" */
};

struct sma_avro_leaf {
    const struct sma_rule *rule;
    struct sma_str path, info;
    struct sma_span reader, writer;
};

/* Either a leaf or a whole earlier result. */
struct sma_avro_item {
    const struct sma_avro_item *next;
    const struct sma_avro_leaf *leaf;
    const struct sma_avro_item *list;
};

struct sma_avro_result {
    const struct sma_avro_item *first; /* NULL = compatible */
    struct sma_avro_item *last;
};

/* Where results live, and what pays for them: every finding made or written out costs
 * SMA_AVRO_FINDING_STEPS and its bytes, because included results can multiply. */
struct sma_avro_results {
    struct sma_arena arena;
    struct sma_work *work;
};
#define SMA_AVRO_FINDING_STEPS 100

/* Adds a finding at the path `step` + `suffix` (for example "/name"; may be ""). `info` is copied.
 * SMA_ELIMIT when the work ran out, SMA_ENOMEM. */
enum sma_status sma_avro_result_add(struct sma_avro_result *result, struct sma_avro_results *all,
                                    const struct sma_avro_leaf *finding,
                                    const struct sma_avro_step *step,
                                    const char *suffix) SMA_MUST_CHECK;
/* Adds what another result holds, which must be finished. SMA_ENOMEM. */
enum sma_status sma_avro_result_include(struct sma_avro_result *result,
                                        struct sma_avro_results *all,
                                        const struct sma_avro_item *list) SMA_MUST_CHECK;
/* Writes the findings out in order. SMA_ELIMIT, SMA_ENOMEM. */
enum sma_status sma_avro_result_write(struct sma_findings *out, const struct sma_avro_item *list,
                                      struct sma_avro_results *all) SMA_MUST_CHECK;

#endif
