#include "http/metrics.h"

#include <stdlib.h>

/* Columns of the status table; the last two are "other" and "aborted". */
static const int known[SMA_HTTP_STATUSES - 2] = {200, 204, 207, 304, 400, 401, 403, 404, 405,
                                                 406, 409, 413, 414, 415, 422, 429, 431,
                                                 500, 501, 502, 503, 504, 408};
#define OTHER (SMA_HTTP_STATUSES - 2)
#define ABORTED (SMA_HTTP_STATUSES - 1)

/* Upper bounds; a hot GET is tens of microseconds, a transitive check may be seconds. */
static const struct {
    uint64_t ns;
    const char *text; /* seconds */
} bounds[SMA_HTTP_BUCKETS] = {
    {50000u, "0.00005"},  {100000u, "0.0001"},  {250000u, "0.00025"}, {500000u, "0.0005"},
    {1000000u, "0.001"},  {2500000u, "0.0025"}, {5000000u, "0.005"},  {10000000u, "0.01"},
    {25000000u, "0.025"}, {50000000u, "0.05"},  {100000000u, "0.1"},  {250000000u, "0.25"},
    {1000000000u, "1"},   {5000000000u, "5"},   {30000000000u, "30"},
};

bool sma_http_counters_init(struct sma_http_counters *counters, size_t slot_count)
{
    counters->slots = calloc(slot_count, sizeof *counters->slots);
    counters->slot_count = counters->slots ? slot_count : 0;
    return counters->slots;
}

void sma_http_counters_fini(struct sma_http_counters *counters)
{
    free(counters->slots);
    counters->slots = NULL;
    counters->slot_count = 0;
}

static size_t column_of(int status)
{
    if (status == SMA_HTTP_STATUS_ABORTED)
        return ABORTED;
    for (size_t i = 0; i < OTHER; i++)
        if (known[i] == status)
            return i;
    return OTHER;
}

void sma_http_counters_request(struct sma_http_counters *counters, size_t slot, int status,
                               uint64_t duration_ns)
{
    struct sma_http_slot *at = &counters->slots[slot];
    size_t bucket = 0;
    while (bucket < SMA_HTTP_BUCKETS && duration_ns > bounds[bucket].ns)
        bucket++;
    sma_http_count(&at->statuses[column_of(status)], 1);
    sma_http_count(&at->buckets[bucket], 1);
    sma_http_count(&at->total_ns, duration_ns);
}

/* ---- rendering ----------------------------------------------------------------------------------
 */

#define SUM(field) sum_of(loops, count, offsetof(struct sma_http_counters, field))

static uint64_t read_counter(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

static uint64_t sum_of(const struct sma_http_counters *const *loops, size_t count, size_t offset)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += read_counter((const _Atomic uint64_t *)((const char *)loops[i] + offset));
    return sum;
}

static uint64_t sum_slot(const struct sma_http_counters *const *loops, size_t count, size_t slot,
                         size_t offset)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum +=
            read_counter((const _Atomic uint64_t *)((const char *)&loops[i]->slots[slot] + offset));
    return sum;
}

static void head(struct sma_buf *out, const char *name, const char *type, const char *help)
{
    sma_buf_printf(out, "# HELP schemata_http_%s %s\n# TYPE schemata_http_%s %s\n", name, help,
                   name, type);
}

static void single(struct sma_buf *out, const char *name, const char *type, const char *help,
                   uint64_t value)
{
    head(out, name, type, help);
    sma_buf_printf(out, "schemata_http_%s %llu\n", name, (unsigned long long)value);
}

static void render_statuses(const struct sma_http_counters *const *loops, size_t count,
                            const char *const *names, struct sma_buf *out)
{
    head(out, "requests_total", "counter", "Finished requests by route and status.");
    for (size_t slot = 0; slot < loops[0]->slot_count; slot++)
        for (size_t i = 0; i < SMA_HTTP_STATUSES; i++) {
            size_t offset = offsetof(struct sma_http_slot, statuses) + i * sizeof(uint64_t);
            uint64_t n = sum_slot(loops, count, slot, offset);
            if (!n)
                continue;
            sma_buf_printf(out, "schemata_http_requests_total{route=\"%s\",status=\"", names[slot]);
            if (i < OTHER)
                sma_buf_put_i64(out, known[i]);
            else
                sma_buf_putz(out, i == OTHER ? "other" : "aborted");
            sma_buf_printf(out, "\"} %llu\n", (unsigned long long)n);
        }
}

static void render_histogram(const struct sma_http_counters *const *loops, size_t count,
                             size_t slot, const char *name, struct sma_buf *out)
{
    uint64_t values[SMA_HTTP_BUCKETS + 1], total = 0;
    for (size_t i = 0; i <= SMA_HTTP_BUCKETS; i++) {
        size_t offset = offsetof(struct sma_http_slot, buckets) + i * sizeof(uint64_t);
        total += values[i] = sum_slot(loops, count, slot, offset);
    }
    if (!total)
        return;
    uint64_t so_far = 0;
    for (size_t i = 0; i <= SMA_HTTP_BUCKETS; i++) {
        so_far += values[i];
        sma_buf_printf(out,
                       "schemata_http_request_duration_seconds_bucket{route=\"%s\",le=\"%s\"} "
                       "%llu\n",
                       name, i < SMA_HTTP_BUCKETS ? bounds[i].text : "+Inf",
                       (unsigned long long)so_far);
    }
    uint64_t ns = sum_slot(loops, count, slot, offsetof(struct sma_http_slot, total_ns));
    sma_buf_printf(out,
                   "schemata_http_request_duration_seconds_sum{route=\"%s\"} %llu.%09llu\n"
                   "schemata_http_request_duration_seconds_count{route=\"%s\"} %llu\n",
                   name, (unsigned long long)(ns / 1000000000u),
                   (unsigned long long)(ns % 1000000000u), name, (unsigned long long)total);
}

static void render_timeouts(const struct sma_http_counters *const *loops, size_t count,
                            struct sma_buf *out)
{
    static const char *const phases[SMA_HTTP_PHASES] = {"connect", "idle", "header",
                                                        "body",    "work", "send"};
    head(out, "timeouts_total", "counter", "Deadlines that ended a connection or a request.");
    for (size_t i = 0; i < SMA_HTTP_PHASES; i++) {
        size_t offset = offsetof(struct sma_http_counters, timeouts) + i * sizeof(uint64_t);
        sma_buf_printf(out, "schemata_http_timeouts_total{phase=\"%s\"} %llu\n", phases[i],
                       (unsigned long long)sum_of(loops, count, offset));
    }
}

static void render_connections(const struct sma_http_counters *const *loops, size_t count,
                               struct sma_buf *out)
{
    /* Read "closed" first: the difference must not go below zero. */
    uint64_t closed = SUM(closed), accepted = SUM(accepted);
    single(out, "connections", "gauge", "Open connections.",
           accepted > closed ? accepted - closed : 0);
    single(out, "connections_accepted_total", "counter", "Connections taken in.", accepted);
    head(out, "connections_refused_total", "counter", "Connections over a limit.");
    sma_buf_printf(out,
                   "schemata_http_connections_refused_total{limit=\"connections\"} %llu\n"
                   "schemata_http_connections_refused_total{limit=\"address\"} %llu\n",
                   (unsigned long long)SUM(refused_total),
                   (unsigned long long)SUM(refused_address));
}

void sma_http_metrics_render(const struct sma_http_counters *const *loops, size_t count,
                             const char *const *names, const struct sma_http_gauges *gauges,
                             struct sma_buf *out)
{
    render_statuses(loops, count, names, out);
    head(out, "request_duration_seconds", "histogram",
         "From the complete header to the last byte of the answer, by route.");
    for (size_t slot = 0; slot < loops[0]->slot_count; slot++)
        render_histogram(loops, count, slot, names[slot], out);
    single(out, "requests_in_flight", "gauge", "Requests being received or answered.",
           SUM(in_flight));
    render_connections(loops, count, out);
    render_timeouts(loops, count, out);
    single(out, "received_body_bytes_total", "counter", "Bytes of request bodies.",
           SUM(body_bytes_in));
    single(out, "sent_body_bytes_total", "counter", "Bytes of answer bodies.", SUM(body_bytes_out));
    single(out, "body_bytes_held", "gauge", "Bytes of request bodies in memory.",
           gauges->body_bytes_held);
    single(out, "worker_queue", "gauge", "Requests waiting for a worker.", gauges->worker_queue);
    single(out, "access_log_dropped_total", "counter",
           "Access log lines dropped because the log could not keep up.", gauges->log_dropped);
}
