/* GET /usage: how much there is, and what was done since the start. Counters only: who asked for
 * which subject is not counted, so that no request pays for it. */
#include "api/schemata/resources.h"
#include "registry/registry.h"

static void write_state(struct sma_json_writer *w, const struct sma_counts *counts)
{
    sma_jw_name(w, "state");
    sma_jw_object_open(w);
    sma_jw_member_i64(w, "subjects", counts->subjects);
    sma_jw_member_i64(w, "versions", counts->versions);
    sma_jw_member_i64(w, "schemas", counts->schemas);
    sma_jw_member_i64(w, "contexts", counts->contexts);
    sma_jw_member_i64(w, "position", counts->position);
    sma_jw_object_close(w);
}

static void write_cache(struct sma_json_writer *w, const char *name,
                        const struct sma_cache_figures *cache)
{
    sma_jw_name(w, name);
    sma_jw_object_open(w);
    sma_jw_member_i64(w, "hits", (int64_t)cache->hits);
    sma_jw_member_i64(w, "misses", (int64_t)cache->misses);
    sma_jw_member_i64(w, "entries", (int64_t)cache->entries);
    sma_jw_member_i64(w, "bytes", (int64_t)cache->bytes);
    sma_jw_object_close(w);
}

static void write_since_start(struct sma_json_writer *w, struct sma_registry *registry)
{
    struct sma_registry_figures figures;
    struct sma_store_figures store;
    sma_registry_figures(registry, &figures);
    sma_store_figures(sma_registry_store(registry), &store);
    sma_jw_name(w, "sinceStart");
    sma_jw_object_open(w);
    sma_jw_member_i64(w, "registered", (int64_t)figures.registered);
    sma_jw_member_i64(w, "records", (int64_t)store.records);
    sma_jw_member_i64(w, "commits", (int64_t)store.commits);
    write_cache(w, "answerCache", &figures.answers);
    write_cache(w, "schemaCache", &figures.schemas);
    sma_jw_object_close(w);
}

enum sma_status sma_own_usage(struct sma_own_call *call, struct sma_error *err)
{
    struct sma_counts counts;
    enum sma_status st = sma_view_counts(call->loader->view, &counts, err);
    if (st)
        return st;
    sma_jw_object_open(&call->out);
    write_state(&call->out, &counts);
    write_since_start(&call->out, call->registry);
    sma_jw_object_close(&call->out);
    return SMA_OK;
}
