/* Counters of one client; written by any thread, read without stopping anybody. */
#ifndef SMA_CLIENT_STATS_H
#define SMA_CLIENT_STATS_H

#include <stdatomic.h>
#include <stdint.h>

#include "schemata/schemata.h"

#define SMA_CLIENT_LATENCY_BUCKETS 64

struct sma_client_counters {
    atomic_uint_fast64_t misses, negative_hits, coalesced, evictions, stale_served;
    atomic_uint_fast64_t requests, retries, failovers, errors;
    /* Requests by latency: bucket 2k + h holds [2^k, 2^(k+1)) µs, split in halves. */
    atomic_uint_fast64_t latency[SMA_CLIENT_LATENCY_BUCKETS];
};

void sma_client_count_latency(struct sma_client_counters *counters, uint64_t us);
/* Fills in everything but hits, bytes_cached and schemas_cached, which the cache knows. */
void sma_client_counters_get(struct sma_client_counters *counters, schemata_stats_t *out);

static inline void sma_client_count(atomic_uint_fast64_t *counter)
{
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

#endif
