/* Random version 4 UUIDs for requests that bring no X-Request-ID. */
#ifndef SMA_HTTP_REQUEST_ID_H
#define SMA_HTTP_REQUEST_ID_H

#include <stdint.h>

#define SMA_HTTP_REQUEST_ID_LEN 36

/* One per loop, so that no two threads share it. */
struct sma_http_random {
    uint64_t state[4];
};

/* Seeds from the kernel. */
void sma_http_random_init(struct sma_http_random *random);
/* Writes 36 characters and no NUL. The numbers are unique enough to tell requests apart in a log;
 * they are no secret and must not be used as one. */
void sma_http_request_id(struct sma_http_random *random, char out[SMA_HTTP_REQUEST_ID_LEN]);

#endif
