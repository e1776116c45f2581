/* The one optional thread of a client: fetches what NOWAIT calls missed and refreshes latest versions
 * before they end. All signals are blocked in it. */
#ifndef SMA_CLIENT_WORKER_H
#define SMA_CLIENT_WORKER_H

#include "clients/c/request.h"

/* Requests that may wait; more are dropped (the next call asks again). */
#define SMA_CLIENT_WORKER_QUEUE_MAX 256

schemata_status_t sma_client_worker_new(struct sma_client_worker **out, schemata_error_t **err);
/* Ends the thread. The REST layer has been told to stop before. */
void sma_client_worker_free(struct sma_client_worker *worker);
/* Copies the request; a request with the same key that waits already is enough. `refreshes`: even when
 * the cache has it by then. */
void sma_client_worker_add(struct sma_client_worker *worker, const struct sma_client_request *r,
                           struct sma_str key, bool refreshes);

#endif
