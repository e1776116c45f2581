/* The request target: splitting, decoding, query parameters. Pure functions on bytes. */
#ifndef SMA_HTTP_TARGET_H
#define SMA_HTTP_TARGET_H

#include "http/http.h"

/* Views into the target. */
struct sma_http_target_parts {
    struct sma_str path;  /* as sent; "*" for the asterisk form */
    struct sma_str query; /* as sent, without the '?' */
};

/* Splits `target` (origin form, absolute form with http or https, or "*") and decodes it. Text that
 * needs no decoding stays a view of `target`; the rest lives in `arena`.
 *
 * Returns   SMA_OK; SMA_EINVAL with a static *why; SMA_ENOTFOUND for a well-formed path with more
 *           than SMA_HTTP_SEGMENTS_MAX segments (then `parts` is set, `out` has none); SMA_ENOMEM.
 * Source    RFC 9112 3.2; splitting before decoding: the registry's REST specification 1.5. */
enum sma_status sma_http_target_parse(struct sma_http_target *out,
                                      struct sma_http_target_parts *parts, struct sma_str target,
                                      struct sma_arena *arena, const char **why) SMA_MUST_CHECK;

/* True when `s` is a non-empty token (RFC 9110 5.6.2): what methods and header names are made of.
 */
bool sma_http_is_token(struct sma_str s);

#endif
