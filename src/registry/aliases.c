#include "registry/aliases.h"

#include <stdlib.h>

#include "registry/scope.h"

struct pair {
    struct sma_str target, alias;
};

struct pairs {
    struct pair *items;
    size_t count, capacity;
};

/* Adds the pair when the subject `scope` has an alias and the prefix. */
static enum sma_status read_pair(struct pairs *pairs, struct sma_scan *scan, struct sma_str scope,
                                 struct sma_str prefix, struct sma_error *err)
{
    struct sma_arena *arena = scan->main->arena;
    struct sma_subject subject, target;
    struct sma_config config;
    sma_scan_step(scan);
    enum sma_status st = sma_subject_parse(&subject, scan->loader.arena, scope, err);
    if (st || !sma_str_starts(subject.name, prefix))
        return st;
    st = sma_scope_own_config(&config, &scan->loader, scope, err);
    if (st || !config.alias.len)
        return st == SMA_ENOTFOUND ? SMA_OK : st;
    st = sma_subject_resolve(&target, scan->loader.arena, subject.context, config.alias, err);
    if (st)
        return st;
    struct pair pair = {sma_arena_copy(arena, target.qualified), scope};
    pairs->items = sma_arena_grow(arena, pairs->items, pairs->count, &pairs->capacity,
                                  pairs->count + 1, sizeof *pairs->items);
    if (!pair.target.ptr || !pairs->items)
        return sma_fail_nomem(err);
    pairs->items[pairs->count++] = pair;
    return SMA_OK;
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
    struct pairs pairs = {NULL, 0, 0};
    struct sma_scan scan;
    struct sma_str *scopes;
    size_t count;
    enum sma_status st = sma_view_setting_subjects(loader->view, loader->arena, SMA_SETTING_CONFIG,
                                                   context, &scopes, &count, err);
    sma_scan_init(&scan, loader);
    for (size_t i = 0; !st && i < count; i++)
        st = read_pair(&pairs, &scan, scopes[i], prefix, err);
    sma_scan_fini(&scan);
    if (st)
        return st;
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
