#include "api/schemata/call.h"

static const struct sma_own_route *row_of(const struct sma_own *own,
                                          const struct sma_http_request *request)
{
    return &sma_own_routes[request->route - own->routes];
}

static enum sma_status read_in_view(struct sma_own_call *call, sma_own_fn *read,
                                    struct sma_error *err)
{
    struct sma_view *view = NULL;
    struct sma_loader loader;
    enum sma_status st = sma_store_view(&view, sma_registry_store(call->registry), err);
    if (st)
        return st;
    sma_loader_init(&loader, call->registry, view, call->arena);
    call->loader = &loader;
    st = read(call, err);
    sma_loader_fini(&loader);
    sma_view_release(view);
    return st;
}

static struct sma_own_call make_call(struct sma_http_exchange *exchange,
                                     const struct sma_http_request *request, struct sma_own *own)
{
    struct sma_own_call call = {
        .exchange = exchange,
        .request = request,
        .own = own,
        .registry = own->options.registry,
        .arena = request->arena,
        .body = sma_http_body(exchange),
    };
    call.out = sma_json_writer_on(call.body);
    return call;
}

enum sma_http_outcome sma_own_handle_piece(struct sma_http_exchange *exchange,
                                           const struct sma_http_request *request, void *ctx)
{
    struct sma_own_call call = make_call(exchange, request, ctx);
    return row_of(ctx, request)->piece(&call);
}

enum sma_http_outcome sma_own_handle(struct sma_http_exchange *exchange,
                                     const struct sma_http_request *request, void *ctx)
{
    struct sma_own *own = ctx;
    const struct sma_own_route *row = row_of(own, request);
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_own_call call = make_call(exchange, request, own);
    if (row->later)
        return row->later(&call);
    enum sma_status st = read_in_view(&call, row->read, &err);
    if (st)
        sma_own_failure(exchange, st, err.code, sma_str_z(err.message));
    return SMA_HTTP_DONE;
}
