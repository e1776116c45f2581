/* Our own API under /schemata/v1/ (cli-and-client section 8): what the command line and a user
 * interface need beyond the Confluent API. No client library depends on it. It translates; the
 * registry decides. */
#ifndef SMA_API_SCHEMATA_SCHEMATA_H
#define SMA_API_SCHEMATA_SCHEMATA_H

#include "http/http.h"
#include "registry/registry.h"

struct sma_own;

struct sma_own_options {
    struct sma_registry *registry; /* must outlive the facade */
    size_t engine_bytes;           /* for compiled validators and codecs; 0 = 16 MiB */
};

/* Starts the thread that answers long polls. */
enum sma_status sma_own_new(struct sma_own **out, const struct sma_own_options *options,
                            struct sma_error *err) SMA_MUST_CHECK;
/* Answers the long polls at once, so that the HTTP server need not wait for them when it stops.
 * NULL is fine. */
void sma_own_stop_waiting(struct sma_own *own);
/* After the HTTP server has stopped. NULL is fine. */
void sma_own_free(struct sma_own *own);
struct sma_http_facade sma_own_facade(struct sma_own *own);

#endif
