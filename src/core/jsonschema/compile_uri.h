/* URI references: splitting and resolving as RFC 3986 section 5 says. Text only, no I/O. Private to
 * compile_*.c. */
#ifndef SMA_CORE_JSONSCHEMA_COMPILE_URI_H
#define SMA_CORE_JSONSCHEMA_COMPILE_URI_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

/* The part before '#', and what follows it (empty when there is no '#'). */
struct sma_str sma_uri_without_fragment(struct sma_str uri);
struct sma_str sma_uri_fragment(struct sma_str uri);

/* `reference` without its fragment, resolved against `base` (which may be relative or empty: then
 * as much as can be said is said). The result lives in `arena`, or is a view of an argument; ptr
 * NULL when out of memory. */
struct sma_str sma_uri_resolve(struct sma_arena *arena, struct sma_str base,
                               struct sma_str reference);

/* Decodes %XX. As sma_uri_resolve; a percent sign without two hex digits stays. */
struct sma_str sma_uri_percent_decode(struct sma_arena *arena, struct sma_str text);

#endif
