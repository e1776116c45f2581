#include "api/confluent/call.h"

#include "registry/text.h"

/* Larger bodies are rare and would crowd out what is asked often. */
#define KEPT_BODY_BYTES_MAX (64u << 10)

static const struct sma_api_route *row_of(const struct sma_confluent *confluent,
                                          const struct sma_http_request *request)
{
    return &confluent->table[request->route - confluent->routes];
}

/* ---- kept answers -------------------------------------------------------------------------------
 */

/* The key in the cache; ptr NULL when the answer is not to be kept. A GET's target is never equal
 * to a POST's key, which begins with a byte that no target has. */
static struct sma_str key_of(const struct sma_http_request *request, enum sma_keep keep)
{
    if (keep == SMA_KEEP_BY_TARGET || keep == SMA_KEEP_LASTING)
        return request->target;
    if (keep != SMA_KEEP_BY_BODY || request->body.len > KEPT_BODY_BYTES_MAX)
        return (struct sma_str){NULL, 0};
    return SMA_JOIN(request->arena, SMA_STR("\1"), request->target, SMA_STR("\1"), request->body);
}

static void release(void *blob)
{
    sma_blob_unref(blob);
}

enum sma_http_outcome sma_call_answer_kept(struct sma_http_exchange *exchange,
                                           const struct sma_http_request *request, void *ctx)
{
    const struct sma_confluent *confluent = ctx;
    struct sma_cache *answers = sma_registry_answers(confluent->options.registry);
    struct sma_str key = key_of(request, row_of(confluent, request)->keep);
    struct sma_blob *blob = answers && key.ptr ? sma_cache_get(answers, key) : NULL;
    if (!blob)
        return SMA_HTTP_DECLINED;
    sma_http_body_shared(exchange, sma_blob_bytes(blob), release, blob);
    if (sma_blob_label(blob)[0])
        sma_http_set_lasting(exchange, sma_blob_label(blob));
    return SMA_HTTP_DONE;
}

/* What the answer rests on: what was looked up first, and what the use case reports. */
static size_t join_tags(struct sma_str *tags, const struct sma_depends *a,
                        const struct sma_depends *b)
{
    size_t count = 0;
    if (a->is_too_many || b->is_too_many || a->count + b->count > SMA_CACHE_TAGS_MAX)
        return 0;
    for (size_t i = 0; i < a->count; i++)
        tags[count++] = a->tags[i];
    for (size_t i = 0; i < b->count; i++)
        tags[count++] = b->tags[i];
    return count;
}

/* etag: "" for none. */
static void keep_answer(const struct sma_call *call, const struct sma_depends *depends,
                        const char *etag)
{
    struct sma_cache *answers = sma_registry_answers(call->registry);
    struct sma_str tags[SMA_CACHE_TAGS_MAX], key;
    size_t count = join_tags(tags, &call->before, depends);
    if (!answers || call->keep == SMA_KEEP_NOT || sma_buf_failed(call->body) || !count)
        return;
    key = key_of(call->request, call->keep);
    struct sma_blob *blob = key.ptr ? sma_blob_new_labelled(sma_buf_str(call->body), etag) : NULL;
    if (!blob)
        return;
    sma_cache_put(answers, call->token, key, blob, call->body->len, tags, count);
    sma_blob_unref(blob);
}

/* ---- the call -----------------------------------------------------------------------------------
 */

static struct sma_call make_call(struct sma_http_exchange *exchange,
                                 const struct sma_http_request *request,
                                 const struct sma_confluent *confluent,
                                 const struct sma_api_route *row)
{
    struct sma_call call = {
        .exchange = exchange,
        .request = request,
        .confluent = confluent,
        .registry = confluent->options.registry,
        .arena = request->arena,
        .body = sma_http_body(exchange),
        .keep = row->keep,
        .token = sma_cache_token(sma_registry_answers(confluent->options.registry)),
    };
    call.out = sma_json_writer_on(call.body);
    return call;
}

enum sma_status sma_call_open_view(struct sma_call *call, struct sma_view **view,
                                   struct sma_loader *loader, struct sma_error *err)
{
    enum sma_status st = sma_store_view(view, sma_registry_store(call->registry), err);
    if (!st)
        sma_loader_init(loader, call->registry, *view, call->arena);
    return st;
}

void sma_call_close_view(struct sma_view *view, struct sma_loader *loader)
{
    sma_loader_fini(loader);
    sma_view_release(view);
}

/* Keeps the answer, here and where the client may. */
static enum sma_status keep_read(struct sma_call *call, struct sma_error *err)
{
    const char *etag;
    enum sma_status st = sma_call_etag(&etag, call, err);
    if (st)
        return st;
    keep_answer(call, &call->loader->depends, etag);
    if (etag[0])
        sma_http_set_lasting(call->exchange, etag);
    return SMA_OK;
}

static enum sma_http_outcome handle_read(struct sma_call *call, sma_call_fn *read)
{
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_view *view = NULL;
    struct sma_loader loader;
    enum sma_status st = sma_call_open_view(call, &view, &loader, &err);
    if (!st) {
        call->loader = &loader;
        st = read(call, &err);
        if (!st)
            st = keep_read(call, &err);
        sma_call_close_view(view, &loader);
    }
    if (st)
        sma_api_failure(call->exchange, st, err.code, sma_str_z(err.message));
    return SMA_HTTP_DONE;
}

static enum sma_http_outcome handle_write(const struct sma_call *made, sma_call_fn *write)
{
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_http_exchange *exchange = made->exchange;
    struct sma_call *call = sma_arena_alloc(made->arena, sizeof *call);
    enum sma_status st;
    if (!call) {
        st = sma_fail_nomem(&err);
    } else {
        *call = *made;
        st = write(call, &err); /* the call may be gone when it returns */
        if (!st)
            return SMA_HTTP_LATER;
    }
    sma_api_failure(exchange, st, err.code, sma_str_z(err.message));
    return SMA_HTTP_DONE;
}

enum sma_http_outcome sma_call_handle(struct sma_http_exchange *exchange,
                                      const struct sma_http_request *request, void *ctx)
{
    const struct sma_confluent *confluent = ctx;
    const struct sma_api_route *row = row_of(confluent, request);
    struct sma_call call = make_call(exchange, request, confluent, row);
    return row->read ? handle_read(&call, row->read) : handle_write(&call, row->write);
}

void sma_call_done(struct sma_call *call, const struct sma_depends *depends)
{
    if (depends)
        keep_answer(call, depends, "");
    sma_http_complete(call->exchange);
}

void sma_call_failed(struct sma_call *call, const struct sma_failure *failure)
{
    sma_api_failure(call->exchange, failure->status, failure->err->code, failure->message);
    sma_http_complete(call->exchange);
}
