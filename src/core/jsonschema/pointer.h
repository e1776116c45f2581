/* JSON pointers (RFC 6901): writing the way to a value of a parsed tree, and following one. */
#ifndef SMA_CORE_JSONSCHEMA_POINTER_H
#define SMA_CORE_JSONSCHEMA_POINTER_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "core/json/json.h"

/* Appends the pointer from `root` to `target`, a value of the same tree ("" for the root itself).
 * Found by byte offsets: costs the members on the way, nothing is kept for it. */
void sma_pointer_put(struct sma_buf *out, const struct sma_json *root,
                     const struct sma_json *target);
/* Appends "/" and one token with its '~' and '/' escaped. */
void sma_pointer_put_token(struct sma_buf *out, struct sma_str token);

/* Takes the first token off *rest (which begins with '/') and decodes it; ptr NULL when out of
 * memory or when the text is no pointer. */
struct sma_str sma_pointer_next(struct sma_arena *arena, struct sma_str *rest);
/* One step down: a member, or an item by its number ("0", "1", … without leading zeros). NULL when
 * there is none. */
const struct sma_json *sma_pointer_step(const struct sma_json *from, struct sma_str token);

#endif
