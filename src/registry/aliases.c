#include "registry/aliases.h"

#include <stdlib.h>

#include "registry/scope.h"

struct pair {
    struct sma_str target, alias;
};

struct pairs {
    struct sma_arena *arena;
    struct sma_arena scratch; /* of one configuration */
    struct sma_str prefix;
    struct pair *items;
    size_t count, capacity;
    struct sma_error *err;
    enum sma_status st;
};

static enum sma_status add_pair(struct pairs *pairs, struct sma_str target, struct sma_str scope)
{
    struct pair pair = {sma_arena_copy(pairs->arena, target), sma_arena_copy(pairs->arena, scope)};
    pairs->items = sma_arena_grow(pairs->arena, pairs->items, pairs->count, &pairs->capacity,
                                  pairs->count + 1, sizeof *pairs->items);
    if (!pair.target.ptr || !pair.alias.ptr || !pairs->items)
        return sma_fail_nomem(pairs->err);
    pairs->items[pairs->count++] = pair;
    return SMA_OK;
}

/* A setting of a context or of all is no subject's. */
static bool read_pair(void *ctx, struct sma_str scope, struct sma_str json)
{
    struct pairs *pairs = ctx;
    struct sma_subject subject, target;
    struct sma_config config;
    sma_arena_reset(&pairs->scratch);
    pairs->st = sma_subject_parse(&subject, &pairs->scratch, scope, pairs->err);
    if (pairs->st || !subject.name.len || !sma_str_starts(subject.name, pairs->prefix))
        return !pairs->st;
    pairs->st = sma_config_parse(&config, &pairs->scratch, json, pairs->err);
    if (!pairs->st && config.alias.len) {
        pairs->st = sma_subject_resolve(&target, &pairs->scratch, subject.context, config.alias,
                                        pairs->err);
        if (!pairs->st)
            pairs->st = add_pair(pairs, target.qualified, scope);
    }
    return !pairs->st;
}

static int by_target(const void *left, const void *right)
{
    const struct pair *a = left, *b = right;
    int order = sma_str_cmp(a->target, b->target);
    return order ? order : sma_str_cmp(a->alias, b->alias);
}

/* Sorted pairs to one entry per target. */
static enum sma_status group(struct sma_alias_targets *out, struct sma_arena *arena,
                             const struct pairs *pairs, struct sma_error *err)
{
    struct sma_alias_target *items = sma_arena_calloc(arena, pairs->count + 1, sizeof *items);
    struct sma_str *aliases = sma_arena_calloc(arena, pairs->count + 1, sizeof *aliases);
    size_t count = 0;
    if (!items || !aliases)
        return sma_fail_nomem(err);
    for (size_t i = 0; i < pairs->count; i++) {
        aliases[i] = pairs->items[i].alias;
        if (!count || !sma_str_eq(items[count - 1].subject, pairs->items[i].target))
            items[count++] = (struct sma_alias_target){pairs->items[i].target, &aliases[i], 0};
        items[count - 1].count++;
    }
    *out = (struct sma_alias_targets){items, count};
    return SMA_OK;
}

enum sma_status sma_read_alias_targets(struct sma_alias_targets *out, struct sma_loader *loader,
                                       struct sma_str context, struct sma_str prefix,
                                       struct sma_error *err)
{
    struct pairs pairs = {.arena = loader->arena, .prefix = prefix, .err = err};
    sma_arena_init(&pairs.scratch, 0);
    enum sma_status st =
        sma_view_aliases(loader->view, context, prefix, read_pair, &pairs, err);
    sma_arena_fini(&pairs.scratch);
    if (st || pairs.st)
        return st ? st : pairs.st;
    if (pairs.count)
        qsort(pairs.items, pairs.count, sizeof *pairs.items, by_target);
    return group(out, loader->arena, &pairs, err);
}

const struct sma_alias_target *sma_alias_target_find(const struct sma_alias_targets *targets,
                                                     struct sma_str subject)
{
    size_t low = 0, high = targets->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = sma_str_cmp(subject, targets->items[middle].subject);
        if (!order)
            return &targets->items[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}
