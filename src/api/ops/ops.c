#include "api/ops/ops.h"

static enum sma_http_outcome answer_text(struct sma_http_exchange *exchange, int status,
                                         struct sma_str text)
{
    sma_http_set_status(exchange, status);
    sma_http_set_type(exchange, SMA_STR("text/plain; charset=utf-8"));
    sma_http_body_static(exchange, text);
    return SMA_HTTP_DONE;
}

/* Alive: this thread answers. */
static enum sma_http_outcome get_health(struct sma_http_exchange *exchange,
                                        const struct sma_http_request *request, void *ctx)
{
    (void)request;
    (void)ctx;
    return answer_text(exchange, 200, SMA_STR("ok\n"));
}

/* Ready: the state can be read now. */
static enum sma_http_outcome get_ready(struct sma_http_exchange *exchange,
                                       const struct sma_http_request *request, void *ctx)
{
    struct sma_ops *ops = ctx;
    struct sma_view *view = NULL;
    int64_t position;
    (void)request;
    if (!atomic_load(&ops->is_ready))
        return answer_text(exchange, 503, SMA_STR("starting or stopping\n"));
    enum sma_status st = sma_store_view(&view, ops->store, NULL);
    if (!st)
        st = sma_view_position(view, &position, NULL);
    sma_view_release(view);
    return st ? answer_text(exchange, 503, SMA_STR("the state cannot be read\n"))
              : answer_text(exchange, 200, SMA_STR("ready\n"));
}

static enum sma_http_outcome get_metrics(struct sma_http_exchange *exchange,
                                         const struct sma_http_request *request, void *ctx)
{
    struct sma_ops *ops = ctx;
    struct sma_http_server *server = atomic_load(&ops->server);
    struct sma_buf *out = sma_http_body(exchange);
    (void)request;
    sma_http_set_type(exchange, SMA_STR("text/plain; version=0.0.4; charset=utf-8"));
    if (server)
        sma_http_metrics(server, out);
    sma_ops_metrics(out, ops);
    return SMA_HTTP_DONE;
}

static enum sma_http_outcome get_openapi(struct sma_http_exchange *exchange,
                                         const struct sma_http_request *request, void *ctx)
{
    (void)request;
    (void)ctx;
    sma_http_set_type(exchange, SMA_STR("application/yaml"));
    sma_http_body_static(exchange, sma_ops_openapi());
    return SMA_HTTP_DONE;
}

static const struct sma_http_media_list anything = {NULL, 0};

#define OPS_ROUTE(path, name, handler, flags)                                                      \
    {                                                                                              \
        "GET", path, name, handler, NULL, flags, &anything, &anything, NULL                        \
    }

static const struct sma_http_route routes[] = {
    OPS_ROUTE("/healthz", "ops.health", get_health, SMA_HTTP_INLINE),
    OPS_ROUTE("/readyz", "ops.ready", get_ready, 0),
    OPS_ROUTE("/metrics", "ops.metrics", get_metrics, 0),
    OPS_ROUTE("/openapi.yaml", "ops.openapi", get_openapi, SMA_HTTP_INLINE),
};

struct sma_http_facade sma_ops_facade(struct sma_ops *ops)
{
    return (struct sma_http_facade){
        .routes = routes, .route_count = sizeof routes / sizeof routes[0], .ctx = ops};
}
