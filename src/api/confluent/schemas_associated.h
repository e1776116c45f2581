/* GET /schemas by association: which subjects are shown, and with which of their associations. */
#ifndef SMA_API_CONFLUENT_SCHEMAS_ASSOCIATED_H
#define SMA_API_CONFLUENT_SCHEMAS_ASSOCIATED_H

#include "api/confluent/association_shape.h"

struct sma_associated {
    bool is_asked; /* else every subject is shown, without associations */
    bool admits_none;
    bool admits[SMA_LIFECYCLE_STRONG + 1]; /* by lifecycle */
    struct sma_assoc_filter filter;        /* types */
};

/* resourceType, associationType and lifecycle (NONE, STRONG, WEAK). 404 for another lifecycle. */
enum sma_status sma_associated_read(struct sma_associated *out, const struct sma_call *call,
                                    struct sma_error *err) SMA_MUST_CHECK;
/* The subject's associations that were asked for; *shown false when the subject is not. */
enum sma_status sma_associated_find(bool *shown, struct sma_assoc_row **rows, size_t *count,
                                    const struct sma_associated *asked, struct sma_view *view,
                                    struct sma_arena *arena, struct sma_str subject,
                                    struct sma_error *err) SMA_MUST_CHECK;

#endif
