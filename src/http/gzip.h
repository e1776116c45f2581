/* Compressing answers. */
#ifndef SMA_HTTP_GZIP_H
#define SMA_HTTP_GZIP_H

#include "http/exchange.h"

struct sma_http_packer; /* a compressor with its memory, for one thread */

/* Allocates nothing until the first use. NULL when out of memory. */
struct sma_http_packer *sma_http_packer_new(void);
void sma_http_packer_free(struct sma_http_packer *packer);

/* True when an Accept-Encoding header takes gzip. Pure. */
bool sma_http_takes_gzip(struct sma_str accept_encoding);

/* Whether the finished answer should be compressed: it is large enough, its route and handler do
 * not forbid it, and the client takes it. Also notes whether "Vary" goes out. */
bool sma_http_wants_packing(struct sma_http_exchange *exchange, size_t bytes_min);
/* Compresses the answer's body into answer.packed. Leaves the answer as it is when that fails or
 * gains nothing. */
void sma_http_pack(struct sma_http_packer *packer, struct sma_http_exchange *exchange);

#endif
