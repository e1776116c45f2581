/* Counters of one loop. Only the loop's thread writes them, so an increment is a plain load and
 * store; any thread may read and sum. */
#ifndef SMA_HTTP_METRICS_H
#define SMA_HTTP_METRICS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define SMA_HTTP_STATUSES 25      /* columns: the statuses we know, then "other" and "aborted" */
#define SMA_HTTP_BUCKETS 15       /* upper bounds of the latency histogram; one more for +Inf */
#define SMA_HTTP_STATUS_ABORTED 0 /* the client was gone before the answer was sent */

enum sma_http_phase {
    SMA_HTTP_PHASE_NEW,  /* connected, no request line yet */
    SMA_HTTP_PHASE_IDLE, /* between requests */
    SMA_HTTP_PHASE_HEAD, /* request line seen */
    SMA_HTTP_PHASE_BODY, /* header complete */
    SMA_HTTP_PHASE_WORK, /* the answer is being made */
    SMA_HTTP_PHASE_SEND  /* the answer is queued */
};
#define SMA_HTTP_PHASES 6

struct sma_http_slot {
    _Atomic uint64_t statuses[SMA_HTTP_STATUSES];
    _Atomic uint64_t buckets[SMA_HTTP_BUCKETS + 1];
    _Atomic uint64_t total_ns;
};

struct sma_http_counters {
    struct sma_http_slot *slots; /* one per route name, the last for "no route" */
    size_t slot_count;
    _Atomic uint64_t in_flight;
    _Atomic uint64_t accepted, closed;
    _Atomic uint64_t refused_total, refused_address; /* connections over a limit */
    _Atomic uint64_t body_bytes_in, body_bytes_out;
    _Atomic uint64_t timeouts[SMA_HTTP_PHASES]; /* connections closed, or answered 504 */
};

static inline void sma_http_count(_Atomic uint64_t *counter, uint64_t add)
{
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + add,
                          memory_order_relaxed);
}

/* False when out of memory. */
bool sma_http_counters_init(struct sma_http_counters *counters, size_t slot_count);
void sma_http_counters_fini(struct sma_http_counters *counters);
/* One finished request. */
void sma_http_counters_request(struct sma_http_counters *counters, size_t slot, int status,
                               uint64_t duration_ns);

/* What is not counted by loops. */
struct sma_http_gauges {
    size_t worker_queue;
    uint64_t log_dropped;
    size_t body_bytes_held;
};
/* Renders the sum over `count` loops. names[i] labels slot i. */
void sma_http_metrics_render(const struct sma_http_counters *const *loops, size_t count,
                             const char *const *names, const struct sma_http_gauges *gauges,
                             struct sma_buf *out);

#endif
