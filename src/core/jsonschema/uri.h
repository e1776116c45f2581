/* URI references: splitting off the fragment and resolving against a base. Nothing here, or above,
 * ever opens what a URI names. Source: RFC 3986 sections 5.2 and 6.2.2.3. */
#ifndef SMA_CORE_JSONSCHEMA_URI_H
#define SMA_CORE_JSONSCHEMA_URI_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"

/* Longest URI that is resolved, in bytes. */
#define SMA_JS_URI_BYTES_MAX 2048u

/* Cuts at the first '#'. The fragment comes without it; *has_fragment tells "x#" from "x". */
void sma_js_uri_split(struct sma_str reference, struct sma_str *uri, struct sma_str *fragment,
                      bool *has_fragment);

/* Starts with a scheme. */
bool sma_js_uri_is_absolute(struct sma_str uri);

/* Appends `reference` (without fragment) resolved against `base` (without fragment). The base may
 * be relative or empty, which the RFC leaves open: then paths are merged all the same. */
void sma_js_uri_resolve(struct sma_buf *out, struct sma_str base, struct sma_str reference);

/* Appends the text with %XX escapes decoded; broken escapes stay as they are. */
void sma_js_uri_decode(struct sma_buf *out, struct sma_str text);

#endif
