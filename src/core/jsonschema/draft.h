/* The drafts of JSON Schema and the URIs that name them. */
#ifndef SMA_CORE_JSONSCHEMA_DRAFT_H
#define SMA_CORE_JSONSCHEMA_DRAFT_H

#include <stdbool.h>

#include "base/str.h"

/* Ordered by age, so that `draft >= SMA_DRAFT_6` reads as it should. 0 is none of them. */
enum sma_draft {
    SMA_DRAFT_NONE = 0,
    SMA_DRAFT_4,
    SMA_DRAFT_6,
    SMA_DRAFT_7,
    SMA_DRAFT_2019_09,
    SMA_DRAFT_2020_12
};

/* The draft that `$schema` names: a trailing '#' is dropped, http and https are equal, the rest
 * must match exactly. SMA_DRAFT_NONE for any other text. Source: compat-json section 3. */
enum sma_draft sma_draft_of_uri(struct sma_str uri);

/* "draft-07", "2020-12" and so on, for messages. */
const char *sma_draft_name(enum sma_draft draft);

#endif
