/* Threads for handlers that may block, with one bounded queue. */
#ifndef SMA_HTTP_WORKERS_H
#define SMA_HTTP_WORKERS_H

#include "http/exchange.h"

struct sma_http_workers;

/* SMA_ENOMEM when the threads cannot be had. */
enum sma_status sma_http_workers_start(struct sma_http_workers **out, unsigned threads,
                                       size_t queue_max, struct sma_error *err) SMA_MUST_CHECK;
/* Takes over an exchange that is OUT, to do its `job`. False (nothing taken) when the queue is full
 * or the pool is stopping. Never blocks for long: the lock is held for a few instructions. */
bool sma_http_workers_push(struct sma_http_workers *workers, struct sma_http_exchange *exchange);
/* Finishes what is queued and running, then ends. NULL is fine. */
void sma_http_workers_stop(struct sma_http_workers *workers);
/* How many wait. */
size_t sma_http_workers_queued(struct sma_http_workers *workers);

#endif
