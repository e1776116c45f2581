/* The client handle and the calls that are not about one schema. */
#include "clients/c/client.h"

#include <string.h>
#include <unistd.h>

#include "clients/c/clock.h"
#include "clients/c/disk.h"
#include "clients/c/keys.h"
#include "clients/c/memory.h"
#include "clients/c/worker.h"

/* ---- life -----------------------------------------------------------------------------------------
 */

static void free_parts(schemata_client_t *cl)
{
    /* In a fork's child neither the worker's thread nor the connections are ours. */
    if (cl->pid == getpid()) {
        sma_client_rest_stop(cl->rest);
        sma_client_worker_free(cl->worker);
        sma_client_rest_free(cl->rest);
    }
    sma_client_keys_free(atomic_load(&cl->keys));
    sma_client_cache_free(cl->cache);
    sma_client_disk_free(cl->disk);
    schemata_conf_free(cl->conf);
    sma_client_free(cl);
}

static schemata_status_t make_parts(schemata_client_t *cl, const schemata_conf_t *c,
                                    schemata_error_t **err)
{
    cl->conf = schemata_conf_copy(c);
    cl->cache = cl->conf ? sma_client_cache_new(c, &cl->counters) : NULL;
    if (!cl->cache)
        return sma_client_no_memory(err);
    cl->total_ms = sma_client_conf_int(c, SMA_P_TOTAL_TIMEOUT_MS);
    schemata_status_t st = sma_client_rest_new(&cl->rest, c, &cl->counters, err);
    if (!st)
        st = sma_client_disk_new(&cl->disk, c, err);
    if (!st && sma_client_conf_int(c, SMA_P_WORKER_THREADS))
        st = sma_client_worker_new(&cl->worker, err);
    return st;
}

schemata_client_t *schemata_client_new(const schemata_conf_t *c, schemata_error_t **err)
{
    schemata_client_t *cl;
    if (!c) {
        sma_client_fail(err, SCHEMATA_ERR_ARG, "schemata_client_new: NULL");
        return NULL;
    }
    cl = sma_client_alloc(sizeof *cl);
    if (!cl) {
        sma_client_no_memory(err);
        return NULL;
    }
    atomic_init(&cl->ref_count, 1);
    cl->pid = getpid();
    if (!make_parts(cl, c, err))
        return cl;
    free_parts(cl);
    return NULL;
}

schemata_client_t *schemata_client_ref(schemata_client_t *cl)
{
    if (cl)
        atomic_fetch_add_explicit(&cl->ref_count, 1, memory_order_relaxed);
    return cl;
}

void schemata_client_unref(schemata_client_t *cl)
{
    if (cl && atomic_fetch_sub_explicit(&cl->ref_count, 1, memory_order_acq_rel) == 1)
        free_parts(cl);
}

/* Two threads may both make some; the second ones go. */
struct sma_client_keys *sma_client_keys_of(schemata_client_t *cl)
{
    struct sma_client_keys *keys = cl ? atomic_load(&cl->keys) : NULL, *made;
    if (keys || !cl)
        return keys;
    made = sma_client_keys_new(cl);
    if (made && !atomic_compare_exchange_strong(&cl->keys, &keys, made)) {
        sma_client_keys_free(made);
        return keys;
    }
    return made;
}

schemata_call_t sma_client_call(const schemata_call_t *o)
{
    schemata_call_t call = {.size = sizeof call};
    if (o)
        memcpy(&call, o, o->size && o->size < sizeof call ? o->size : sizeof call);
    return call;
}

int64_t sma_client_deadline(const schemata_client_t *cl, const schemata_call_t *o)
{
    return sma_client_now_ms() + (o && o->timeout_ms > 0 ? o->timeout_ms : cl->total_ms);
}

/* ---- the cache as a whole ------------------------------------------------------------------------
 */

int schemata_prefetch_ids(schemata_client_t *cl, const int32_t *ids, size_t n,
                          const schemata_call_t *o, schemata_error_t **err)
{
    int cached = 0;
    schemata_error_t *first = NULL;
    if (!cl || (n && !ids)) {
        sma_client_fail(err, SCHEMATA_ERR_ARG, "schemata_prefetch_ids: NULL");
        return 0;
    }
    for (size_t i = 0; i < n; i++) {
        schemata_schema_t *schema = schemata_get_by_id(cl, ids[i], NULL, o, first ? NULL : &first);
        cached += schema != NULL;
        schemata_schema_unref(schema);
    }
    if (first)
        sma_client_error_give(err, first);
    return cached;
}

void schemata_cache_clear(schemata_client_t *cl, bool latest_only)
{
    if (cl)
        sma_client_cache_clear(cl->cache, latest_only);
}

void schemata_stats_get(schemata_client_t *cl, schemata_stats_t *out)
{
    schemata_stats_t all = {.size = sizeof all};
    size_t size;
    if (!cl || !out)
        return;
    size = out->size && out->size < sizeof all ? out->size : sizeof all;
    sma_client_counters_get(&cl->counters, &all);
    sma_client_cache_totals(cl->cache, &all);
    all.size = size;
    memcpy(out, &all, size);
}

/* ---- anything else of the API ---------------------------------------------------------------------
 */

/* A caller who takes the status takes refusals as answers; to others they are errors. */
static schemata_status_t give_reply(const struct sma_client_reply *reply, char **out,
                                    size_t *out_len, int *http_status, schemata_error_t **err)
{
    char *copy;
    if (reply->status >= 400 && !http_status)
        return sma_client_rest_refused(reply, err);
    copy = out ? sma_client_copy_str(sma_buf_str(&reply->body)) : NULL;
    if (out && !copy)
        return sma_client_no_memory(err);
    if (out)
        *out = copy;
    if (out_len)
        *out_len = reply->body.len;
    if (http_status)
        *http_status = reply->status;
    return SCHEMATA_OK;
}

schemata_status_t schemata_rest(schemata_client_t *cl, const char *method,
                                const char *path_and_query, const void *body, size_t len,
                                char **out, size_t *out_len, int *http_status,
                                const schemata_call_t *o, schemata_error_t **err)
{
    const schemata_call_t call = sma_client_call(o);
    struct sma_client_reply reply;
    struct sma_buf path;
    if (http_status)
        *http_status = 0;
    if (!cl || !method || !path_and_query || path_and_query[0] != '/' || (len && !body))
        return sma_client_fail(err, SCHEMATA_ERR_ARG,
                               "schemata_rest: no client or method, or a path without '/'");
    sma_buf_init(&path, 0);
    if (call.context && *call.context && strcmp(call.context, ".") != 0) {
        sma_buf_putz(&path, "/contexts/");
        sma_client_put_segment(&path, sma_str_z(call.context));
    }
    sma_buf_putz(&path, path_and_query);
    schemata_status_t st =
        sma_buf_failed(&path)
            ? sma_client_no_memory(err)
            : sma_client_rest_call(cl->rest, method, path.ptr, sma_str_make(body, len),
                                   sma_client_deadline(cl, &call), &reply, err);
    if (!st) {
        st = give_reply(&reply, out, out_len, http_status, err);
        sma_client_reply_fini(&reply);
    }
    sma_buf_fini(&path);
    return st;
}
