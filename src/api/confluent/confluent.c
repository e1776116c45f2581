/* The facade's handle: options, and the route table in the form the http floor wants. */
#include "api/confluent/confluent.h"

#include <stdlib.h>

#include "api/confluent/call.h"

/* What answers can be, and what bodies can come as (confluent-rest 1.1). */
static const struct sma_http_media produced[] = {
    {SMA_STR_INIT("application/vnd.schemaregistry.v1+json"), 1000},
    {SMA_STR_INIT("application/vnd.schemaregistry+json"), 900},
    {SMA_STR_INIT("application/json"), 500},
};
static const struct sma_http_media consumed[] = {
    {SMA_STR_INIT("application/vnd.schemaregistry.v1+json"), 1000},
    {SMA_STR_INIT("application/vnd.schemaregistry+json"), 900},
    {SMA_STR_INIT("application/json"), 500},
    {SMA_STR_INIT("application/octet-stream"), 100},
};

static enum sma_status make_routes(struct sma_confluent *confluent, struct sma_error *err)
{
    struct sma_http_route *routes = calloc(confluent->route_count, sizeof *routes);
    if (!routes)
        return sma_fail_nomem(err);
    for (size_t i = 0; i < confluent->route_count; i++) {
        const struct sma_api_route *row = &confluent->table[i];
        routes[i] = (struct sma_http_route){
            .method = row->method,
            .pattern = row->pattern,
            .name = row->name,
            .handler = sma_call_handle,
            .fast = row->keep == SMA_KEEP_NOT ? NULL : sma_call_answer_kept,
        };
    }
    confluent->routes = routes;
    return SMA_OK;
}

enum sma_status sma_confluent_new(struct sma_confluent **out,
                                  const struct sma_confluent_options *options,
                                  struct sma_error *err)
{
    size_t off = options->no_associations ? sma_api_association_route_count : 0;
    return sma_confluent_new_with(out, options, sma_api_routes, sma_api_route_count - off, err);
}

enum sma_status sma_confluent_new_with(struct sma_confluent **out,
                                       const struct sma_confluent_options *options,
                                       const struct sma_api_route *table, size_t count,
                                       struct sma_error *err)
{
    struct sma_confluent *confluent = calloc(1, sizeof *confluent);
    if (!confluent)
        return sma_fail_nomem(err);
    sma_arena_init(&confluent->arena, 0);
    confluent->options = *options;
    confluent->table = table;
    confluent->route_count = count;
    confluent->options.cluster_id = sma_arena_copy(&confluent->arena, options->cluster_id);
    confluent->options.deployment_attributes =
        sma_arena_copy(&confluent->arena, options->deployment_attributes);
    enum sma_status st = make_routes(confluent, err);
    if (!st &&
        (!confluent->options.cluster_id.ptr || !confluent->options.deployment_attributes.ptr))
        st = sma_fail_nomem(err);
    if (st)
        sma_confluent_free(confluent);
    else
        *out = confluent;
    return st;
}

void sma_confluent_free(struct sma_confluent *confluent)
{
    if (!confluent)
        return;
    free(confluent->routes);
    sma_arena_fini(&confluent->arena);
    free(confluent);
}

struct sma_http_facade sma_confluent_facade(struct sma_confluent *confluent)
{
    return (struct sma_http_facade){
        .routes = confluent->routes,
        .route_count = confluent->route_count,
        .produces = {produced, sizeof produced / sizeof produced[0]},
        .consumes = {consumed, sizeof consumed / sizeof consumed[0]},
        .default_type = SMA_STR("application/octet-stream"),
        .problem = sma_api_problem,
        .rewrite = sma_api_rewrite,
        .ctx = confluent,
    };
}
