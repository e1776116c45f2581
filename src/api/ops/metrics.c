/* Store and cache figures as Prometheus text. */
#include <inttypes.h>

#include "api/ops/ops.h"

static void head(struct sma_buf *out, const char *name, const char *type, const char *help)
{
    sma_buf_printf(out, "# HELP schemata_%s %s\n# TYPE schemata_%s %s\n", name, help, name, type);
}

static void count(struct sma_buf *out, const char *name, const char *type, const char *help,
                  uint64_t value)
{
    head(out, name, type, help);
    sma_buf_printf(out, "schemata_%s %" PRIu64 "\n", name, value);
}

static void seconds(struct sma_buf *out, const char *name, const char *type, const char *help,
                    uint64_t us)
{
    head(out, name, type, help);
    sma_buf_printf(out, "schemata_%s %.6f\n", name, (double)us / 1e6);
}

static void store_figures(struct sma_buf *out, struct sma_store *store)
{
    struct sma_store_figures f;
    sma_store_figures(store, &f);
    count(out, "store_commits_total", "counter", "Commits, one fsync each.", f.commits);
    count(out, "store_operations_total", "counter", "Operations in those commits.", f.operations);
    count(out, "store_records_total", "counter", "Records applied.", f.records);
    count(out, "store_batch_max", "gauge", "Most operations that one commit carried.",
          f.batch_max_seen);
    seconds(out, "store_commit_seconds_total", "counter", "Time spent in commits.",
            f.commit_us_total);
    seconds(out, "store_commit_seconds_max", "gauge", "Longest commit.", f.commit_us_max);
    count(out, "store_queue_length", "gauge", "Operations waiting for the writer.", f.queue_length);
    count(out, "store_wal_bytes", "gauge", "Size of the write-ahead log.", f.wal_bytes);
    count(out, "store_checkpoints_total", "counter", "Checkpoints.", f.checkpoints);
}

static void state_figures(struct sma_buf *out, struct sma_store *store)
{
    struct sma_view *view;
    struct sma_counts counts;
    if (sma_store_view(&view, store, NULL))
        return;
    enum sma_status st = sma_view_counts(view, &counts, NULL);
    sma_view_release(view);
    if (st)
        return;
    count(out, "subjects", "gauge", "Subjects with at least one row.", (uint64_t)counts.subjects);
    count(out, "versions", "gauge", "Version rows, soft-deleted ones included.",
          (uint64_t)counts.versions);
    count(out, "schemas", "gauge", "Distinct schemas.", (uint64_t)counts.schemas);
    count(out, "contexts", "gauge", "Contexts.", (uint64_t)counts.contexts);
    count(out, "store_position", "gauge", "Position of the last record.",
          (uint64_t)counts.position);
}

static void cache_rows(struct sma_buf *out, const char *name, const char *type, const char *help,
                       uint64_t answers, uint64_t schemas)
{
    head(out, name, type, help);
    sma_buf_printf(out,
                   "schemata_%s{cache=\"answers\"} %" PRIu64
                   "\nschemata_%s{cache=\"schemas\"} %" PRIu64 "\n",
                   name, answers, name, schemas);
}

static void registry_figures(struct sma_buf *out, struct sma_registry *registry)
{
    struct sma_registry_figures f;
    sma_registry_figures(registry, &f);
    count(out, "registered_total", "counter", "New versions since the start.", f.registered);
    count(out, "register_retries_total", "counter",
          "Registrations that had to decide again because the state had moved.", f.retried);
    cache_rows(out, "cache_hits_total", "counter", "Look-ups that found an entry.", f.answers.hits,
               f.schemas.hits);
    cache_rows(out, "cache_misses_total", "counter", "Look-ups that did not.", f.answers.misses,
               f.schemas.misses);
    cache_rows(out, "cache_evicted_total", "counter", "Entries that made room.", f.answers.evicted,
               f.schemas.evicted);
    cache_rows(out, "cache_dropped_total", "counter", "Entries dropped by a write.",
               f.answers.dropped, f.schemas.dropped);
    cache_rows(out, "cache_entries", "gauge", "Entries now.", f.answers.entries, f.schemas.entries);
    cache_rows(out, "cache_bytes", "gauge", "Bytes now.", f.answers.bytes, f.schemas.bytes);
}

void sma_ops_metrics(struct sma_buf *out, struct sma_ops *ops)
{
    registry_figures(out, ops->registry);
    store_figures(out, ops->store);
    state_figures(out, ops->store);
    sma_ops_process_metrics(out);
}
