/* Compressing answers. */
#ifndef SMA_HTTP_GZIP_H
#define SMA_HTTP_GZIP_H

#include "http/exchange.h"

struct sma_http_zip;    /* the compressor of one answer in pieces */
struct sma_http_packer; /* a compressor with its memory, for one thread */

/* Allocates nothing until the first use. NULL when out of memory. */
struct sma_http_packer *sma_http_packer_new(void);
void sma_http_packer_free(struct sma_http_packer *packer);

/* True when an Accept-Encoding header takes gzip. Pure. */
bool sma_http_takes_gzip(struct sma_str accept_encoding);

/* Whether the finished answer should be compressed: it is large enough, its route and handler do
 * not forbid it, and the client takes it. Also notes whether "Vary" goes out. */
bool sma_http_wants_packing(struct sma_http_exchange *exchange, size_t bytes_min);
/* Whether an answer in pieces should be compressed; notes "Vary" as well. */
bool sma_http_wants_zip(struct sma_http_exchange *exchange);
/* Compresses the piece in answer.own in its place, with a compressor that is made for the first one.
 * Without memory for that the answer goes out as it is; later on it breaks. */
void sma_http_zip_piece(struct sma_http_exchange *exchange);
/* NULL is fine. */
void sma_http_zip_free(struct sma_http_zip *zip);
/* Compresses the answer's body into answer.packed. Leaves the answer as it is when that fails or
 * gains nothing. */
void sma_http_pack(struct sma_http_packer *packer, struct sma_http_exchange *exchange);

#endif
