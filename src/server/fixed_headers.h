/* response.http.headers.config: fixed headers on every answer, in the original's notation
 * `add NAME: VALUE, "add NAME: VALUE, WITH COMMA", set NAME: VALUE`. */
#ifndef SMA_SERVER_FIXED_HEADERS_H
#define SMA_SERVER_FIXED_HEADERS_H

#include "base/arena.h"
#include "http/http.h"

#define SMA_FIXED_HEADERS_MAX 16

/* Parses `text` into `out`; strings live in `arena`. SMA_EINVAL names the piece that is wrong;
 * SMA_ELIMIT for more than SMA_FIXED_HEADERS_MAX. */
enum sma_status sma_fixed_headers_parse(struct sma_http_header out[SMA_FIXED_HEADERS_MAX],
                                        size_t *count, struct sma_arena *arena, struct sma_str text,
                                        struct sma_error *err) SMA_MUST_CHECK;

#endif
