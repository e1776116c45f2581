/* The facade's handle: cache of engines, long polls, and the table in the form the http floor
 * wants. */
#include "api/schemata/schemata.h"

#include <stdlib.h>

#include "api/schemata/call.h"
#include "api/schemata/changes.h"
#include "api/schemata/engine.h"

#define ENGINE_BYTES_DEFAULT (16u << 20)

static const struct sma_http_media produced[] = {
    {SMA_STR_INIT("application/json"), 1000},
    {SMA_STR_INIT("application/vnd.schemaregistry.v1+json"), 900},
    {SMA_STR_INIT("application/vnd.schemaregistry+json"), 800},
};
static const struct sma_http_media lines[] = {
    {SMA_STR_INIT("application/x-ndjson"), 1000},
    {SMA_STR_INIT("application/json"), 500},
    {SMA_STR_INIT("application/vnd.schemaregistry.v1+json"), 400},
};
static const struct sma_http_media_list lines_list = {lines, sizeof lines / sizeof lines[0]};
static const struct sma_http_media_list produced_list = {produced,
                                                         sizeof produced / sizeof produced[0]};

static const struct sma_http_media_list anything;

static enum sma_status make_routes(struct sma_own *own, struct sma_error *err)
{
    struct sma_http_route *routes = calloc(sma_own_route_count, sizeof *routes);
    if (!routes)
        return sma_fail_nomem(err);
    for (size_t i = 0; i < sma_own_route_count; i++) {
        const struct sma_own_route *row = &sma_own_routes[i];
        routes[i] = (struct sma_http_route){
            .method = row->method,
            .pattern = row->pattern,
            .name = row->name,
            .handler = sma_own_handle,
            .produces = row->is_lines ? &lines_list : NULL,
            .consumes = row->piece ? &anything : NULL,
            .piece = row->piece ? sma_own_handle_piece : NULL,
        };
    }
    own->routes = routes;
    return SMA_OK;
}

enum sma_status sma_own_new(struct sma_own **out, const struct sma_own_options *options,
                            struct sma_error *err)
{
    struct sma_own *own = calloc(1, sizeof *own);
    if (!own)
        return sma_fail_nomem(err);
    own->options = *options;
    if (!own->options.engine_bytes)
        own->options.engine_bytes = ENGINE_BYTES_DEFAULT;
    enum sma_status st = make_routes(own, err);
    if (!st && !sma_registry_options(options->registry)->is_cache_off) {
        own->engines = sma_cache_new(own->options.engine_bytes, 2, &sma_own_engine_ops);
        if (!own->engines)
            st = sma_fail_nomem(err);
    }
    if (!st)
        st = sma_own_waiters_new(&own->waiters, options->registry, err);
    if (st)
        sma_own_free(own);
    else
        *out = own;
    return st;
}

void sma_own_stop_waiting(struct sma_own *own)
{
    if (own)
        sma_own_waiters_stop(own->waiters);
}

void sma_own_free(struct sma_own *own)
{
    if (!own)
        return;
    sma_own_waiters_free(own->waiters);
    if (own->engines)
        sma_cache_free(own->engines);
    free(own->routes);
    free(own);
}

struct sma_http_facade sma_own_facade(struct sma_own *own)
{
    return (struct sma_http_facade){
        .routes = own->routes,
        .route_count = sma_own_route_count,
        .produces = produced_list,
        .consumes = produced_list,
        .default_type = SMA_STR("application/json"),
        .problem = sma_own_problem,
        .ctx = own,
    };
}
