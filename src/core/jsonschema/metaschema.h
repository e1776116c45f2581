/* The published meta-schemas of drafts 4, 6, 7, 2019-09 and 2020-12, embedded in the binary, so
 * that a `$ref` to one of them never needs the network. */
#ifndef SMA_CORE_JSONSCHEMA_METASCHEMA_H
#define SMA_CORE_JSONSCHEMA_METASCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/* Finds the document of an absolute URI without fragment (an empty fragment "#" is ignored; "http:"
 * and "https:" are equal). Knows the five schemas and the vocabularies of the last two.
 *
 * text      out: the JSON text, static, valid forever. Written only when found.
 * Threads   safe. */
bool sma_jsonschema_metaschema(struct sma_str uri, struct sma_str *text);

/* The i-th document and its URI (without '#', as its own identifier writes it); false past the end.
 */
bool sma_jsonschema_metaschema_at(size_t i, struct sma_str *uri, struct sma_str *text);

#endif
