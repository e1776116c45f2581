/* The table of formats this build has. It sits above the formats, so that core/schema stays below
 * them and no floor has to look up. */
#ifndef SMA_CORE_FORMATS_FORMATS_H
#define SMA_CORE_FORMATS_FORMATS_H

#include "core/schema/schema.h"

/* By the registry's name, case-sensitive; empty means AVRO. NULL when unknown. */
const struct sma_format *sma_format_find(struct sma_str name);
/* The i-th format, NULL past the end. */
const struct sma_format *sma_format_at(size_t i);

#endif
