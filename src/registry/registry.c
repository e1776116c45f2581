/* The handle: options, caches, lanes, and the store's announcements. */
#include "registry/registry.h"

#include <stdlib.h>

#include "registry/internal.h"
#include "registry/op.h"
#include "registry/parse.h"

#define CACHE_BYTES (64u << 20)
#define ANSWER_SHARDS 16u /* small values, much asked for */
#define SCHEMA_SHARDS 4u  /* large values */
#define KEYS_MAX 20000
#define HELPERS 2u
#define WAITING_MAX 4096u

static const struct sma_cache_value_ops blob_ops = {sma_blob_ref, sma_blob_unref};

void sma_registry_options_init(struct sma_registry_options *options)
{
    *options = (struct sma_registry_options){
        .default_level = SMA_LEVEL_BACKWARD,
        .validate_new_schemas = true,
        .mode_is_mutable = true,
        .rule_sets = SMA_RULES_STORE,
        .keys_max = KEYS_MAX,
        .cache_bytes = CACHE_BYTES,
        .helpers = HELPERS,
        .waiting_max = WAITING_MAX,
    };
}

static void touching(void *ctx, struct sma_str key)
{
    sma_cache_touching(((struct sma_registry *)ctx)->answers, key);
}

static void touched(void *ctx, struct sma_str key)
{
    sma_cache_touched(((struct sma_registry *)ctx)->answers, key);
}

/* Half for answers, half for parsed schemas. */
static enum sma_status open_caches(struct sma_registry *registry, struct sma_error *err)
{
    size_t half = registry->options.cache_bytes / 2;
    if (registry->options.is_cache_off)
        return SMA_OK;
    registry->answers = sma_cache_new(half, ANSWER_SHARDS, &blob_ops);
    registry->schemas = sma_cache_new(half, SCHEMA_SHARDS, &sma_parsed_ops);
    if (!registry->answers || !registry->schemas)
        return sma_fail_nomem(err);
    sma_store_on_touching(registry->options.store, touching, registry);
    sma_store_on_touched(registry->options.store, touched, registry);
    return SMA_OK;
}

enum sma_status sma_registry_open(struct sma_registry **out,
                                  const struct sma_registry_options *options, struct sma_error *err)
{
    struct sma_registry *registry = calloc(1, sizeof *registry);
    if (!registry)
        return sma_fail_nomem(err);
    registry->options = *options;
    enum sma_status st = open_caches(registry, err);
    if (!st)
        st = sma_lanes_new(&registry->lanes, options->helpers ? options->helpers : 1,
                           options->waiting_max, err);
    if (st)
        sma_registry_close(registry);
    else
        *out = registry;
    return st;
}

void sma_registry_close(struct sma_registry *registry)
{
    if (!registry)
        return;
    sma_lanes_free(registry->lanes);
    if (registry->options.store) {
        sma_store_on_touching(registry->options.store, NULL, NULL);
        sma_store_on_touched(registry->options.store, NULL, NULL);
    }
    sma_cache_free(registry->answers);
    sma_cache_free(registry->schemas);
    free(registry);
}

struct sma_store *sma_registry_store(const struct sma_registry *registry)
{
    return registry->options.store;
}

const struct sma_registry_options *sma_registry_options(const struct sma_registry *registry)
{
    return &registry->options;
}

struct sma_cache *sma_registry_answers(struct sma_registry *registry)
{
    return registry->answers;
}

void sma_registry_figures(struct sma_registry *registry, struct sma_registry_figures *out)
{
    struct sma_registry_figures figures = {0};
    sma_cache_figures(registry->answers, &figures.answers);
    sma_cache_figures(registry->schemas, &figures.schemas);
    figures.registered = atomic_load(&registry->registered);
    figures.retried = atomic_load(&registry->retried);
    figures.waiting = sma_lanes_waiting(registry->lanes);
    *out = figures;
}
