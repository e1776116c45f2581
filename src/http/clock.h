/* The monotonic clock, for latencies and deadlines. */
#ifndef SMA_HTTP_CLOCK_H
#define SMA_HTTP_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t sma_http_now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

#endif
