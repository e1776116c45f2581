/* What the files of this floor share about the handle. */
#ifndef SMA_REGISTRY_INTERNAL_H
#define SMA_REGISTRY_INTERNAL_H

#include <stdatomic.h>

#include "registry/registry.h"

struct sma_lanes; /* op.c */

struct sma_registry {
    struct sma_registry_options options;
    struct sma_cache *answers; /* NULL when caches are off */
    struct sma_cache *schemas; /* parsed, see parse.c; NULL when caches are off */
    struct sma_lanes *lanes;
    atomic_uint_fast64_t registered, retried;
};

#endif
