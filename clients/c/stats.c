#include "clients/c/stats.h"

static unsigned bucket_of(uint64_t us)
{
    unsigned log = us ? 63 - (unsigned)__builtin_clzll(us) : 0;
    unsigned half = log ? (unsigned)(us >> (log - 1)) & 1 : 0;
    unsigned bucket = 2 * log + half;
    return bucket < SMA_CLIENT_LATENCY_BUCKETS ? bucket : SMA_CLIENT_LATENCY_BUCKETS - 1;
}

/* Upper end of a bucket. */
static uint64_t end_of(unsigned bucket)
{
    uint64_t low = (uint64_t)1 << (bucket / 2);
    return bucket % 2 ? low * 2 : low + low / 2;
}

void sma_client_count_latency(struct sma_client_counters *counters, uint64_t us)
{
    sma_client_count(&counters->latency[bucket_of(us)]);
}

static uint64_t percentile(const uint64_t *seen, uint64_t total, unsigned percent)
{
    uint64_t rank = (total * percent + 99) / 100, sum = 0;
    for (unsigned i = 0; i < SMA_CLIENT_LATENCY_BUCKETS; i++) {
        sum += seen[i];
        if (total && sum >= rank)
            return end_of(i);
    }
    return 0;
}

void sma_client_counters_get(struct sma_client_counters *c, schemata_stats_t *out)
{
    uint64_t seen[SMA_CLIENT_LATENCY_BUCKETS], total = 0;
    for (unsigned i = 0; i < SMA_CLIENT_LATENCY_BUCKETS; i++)
        total += seen[i] = atomic_load(&c->latency[i]);
    out->misses = atomic_load(&c->misses);
    out->negative_hits = atomic_load(&c->negative_hits);
    out->coalesced = atomic_load(&c->coalesced);
    out->evictions = atomic_load(&c->evictions);
    out->stale_served = atomic_load(&c->stale_served);
    out->requests = atomic_load(&c->requests);
    out->retries = atomic_load(&c->retries);
    out->failovers = atomic_load(&c->failovers);
    out->errors = atomic_load(&c->errors);
    out->latency_us_p50 = percentile(seen, total, 50);
    out->latency_us_p99 = percentile(seen, total, 99);
}
