/* Qualified subjects inside the store: "name" in the default context, ":.ctx:name" elsewhere. The
 * registry validates what clients write; here every text means something, because records of an old
 * topic must apply whatever they say. */
#ifndef SMA_STORE_QUALIFIED_H
#define SMA_STORE_QUALIFIED_H

#include "base/arena.h"
#include "base/str.h"

/* A view of the context with its dot: "." for an unqualified subject, ".ctx" otherwise. */
struct sma_str sma_qualified_context(struct sma_str subject);
/* The part behind the context; empty in ":.ctx:" and ":.ctx". */
struct sma_str sma_qualified_name(struct sma_str subject);
/* `name` in `context`. ptr NULL when out of memory. */
struct sma_str sma_qualified_make(struct sma_arena *arena, struct sma_str context,
                                  struct sma_str name);
/* What `text` means in `context` (confluent-rest 6.5): unqualified text is a name there.
 * Normalized. ptr NULL when out of memory. */
struct sma_str sma_qualified_resolve(struct sma_arena *arena, struct sma_str context,
                                     struct sma_str text);

#endif
