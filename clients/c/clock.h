/* Time for deadlines, and waiting with one. */
#ifndef SMA_CLIENT_CLOCK_H
#define SMA_CLIENT_CLOCK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* Milliseconds of the monotonic clock. */
int64_t sma_client_now_ms(void);
/* The same, a few milliseconds old at times and several times as fast. */
int64_t sma_client_now_coarse_ms(void);
/* The same in microseconds. */
int64_t sma_client_now_us(void);
/* A condition variable that waits by that clock. */
bool sma_client_cond_init(pthread_cond_t *cond);
/* False when the deadline has passed. */
bool sma_client_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t deadline_ms);
/* Sleeps, however often signals interrupt it. */
void sma_client_sleep_ms(int64_t ms);
/* A random number below `limit` (0 gives 0); for jitter, not for secrets. */
uint64_t sma_client_random_below(uint64_t limit);

#endif
