/* Arrays: all items, tuple positions under open, partially open and closed content models, the
 * rest. Source: compat-json section 9.5. */
#include "core/jsonschema/compat.h"

static const struct sma_str no_segment = {NULL, 0};

/* An all-items schema does not make an array anything but open. */
static bool is_open(const struct sma_js_array *array)
{
    return !array->forbids_additional && !array->additional &&
           (!array->unevaluated || sma_js_is_empty(array->unevaluated));
}

/* The schema for positions beyond the tuple, or NULL. */
static const struct sma_js_node *cover_of(const struct sma_js_array *array)
{
    const struct sma_js_node *rest = array->unevaluated;
    if (array->additional)
        return array->additional;
    return rest && rest->class != SMA_JS_FALSE && !sma_js_is_empty(rest) ? rest : NULL;
}

static enum sma_status compare_covered(struct sma_js_differ *differ, struct sma_js_result *result,
                                       const struct sma_js_node *old, const struct sma_js_node *new,
                                       enum sma_js_rule_id if_covered, enum sma_js_rule_id if_not,
                                       struct sma_str index)
{
    const struct sma_js_result *below;
    enum sma_status st = sma_js_compare(&below, differ, old, new);
    if (!st)
        st = sma_js_add_below(differ, result, below, SMA_STR("items"), index);
    if (st)
        return st;
    return sma_js_add(differ, result, below->is_incompatible ? if_not : if_covered,
                      SMA_STR("items"), index);
}

static enum sma_status item_removed(struct sma_js_differ *differ, struct sma_js_result *result,
                                    const struct sma_js_node *item, const struct sma_js_array *new,
                                    struct sma_str index)
{
    const struct sma_js_node *cover = cover_of(new);
    if (is_open(new))
        return sma_js_add(differ, result, SMA_JS_ITEM_REMOVED_FROM_OPEN_CONTENT_MODEL,
                          SMA_STR("items"), index);
    if (cover)
        return compare_covered(differ, result, item, cover,
                               SMA_JS_ITEM_REMOVED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL,
                               SMA_JS_ITEM_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL,
                               index);
    return sma_js_add(differ, result,
                      item->class == SMA_JS_FALSE
                          ? SMA_JS_ITEM_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL
                          : SMA_JS_ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL,
                      SMA_STR("items"), index);
}

static enum sma_status item_added(struct sma_js_differ *differ, struct sma_js_result *result,
                                  const struct sma_js_node *item, const struct sma_js_array *old,
                                  struct sma_str index)
{
    const struct sma_js_node *cover = cover_of(old);
    if (is_open(old))
        return sma_js_add(differ, result,
                          sma_js_is_empty(item)
                              ? SMA_JS_ITEM_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL
                              : SMA_JS_ITEM_ADDED_TO_OPEN_CONTENT_MODEL,
                          SMA_STR("items"), index);
    if (cover)
        return compare_covered(differ, result, cover, item,
                               SMA_JS_ITEM_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL,
                               SMA_JS_ITEM_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL,
                               index);
    return sma_js_add(differ, result, SMA_JS_ITEM_ADDED_TO_CLOSED_CONTENT_MODEL, SMA_STR("items"),
                      index);
}

static enum sma_status compare_tuple(struct sma_js_differ *differ, struct sma_js_result *result,
                                     const struct sma_js_array *old, const struct sma_js_array *new)
{
    uint32_t most = old->item_count > new->item_count ? old->item_count : new->item_count;
    enum sma_status st = SMA_OK;
    for (uint32_t i = 0; !st && i < most; i++) {
        struct sma_str index;
        st = sma_js_differ_index(&index, differ, i);
        if (!st)
            st = sma_js_differ_take(differ, 1);
        if (st)
            return st;
        if (i >= old->item_count)
            st = item_added(differ, result, new->items[i], old, index);
        else if (i >= new->item_count)
            st = item_removed(differ, result, old->items[i], new, index);
        else
            st = sma_js_compare_below(differ, result, old->items[i], new->items[i],
                                      SMA_STR("items"), index);
    }
    return st;
}

static enum sma_status compare_counts(struct sma_js_differ *differ, struct sma_js_result *result,
                                      const struct sma_js_array *old,
                                      const struct sma_js_array *new)
{
    enum sma_status st = sma_js_compare_limit(differ, result, SMA_JS_BOUND_RULES(MAX_ITEMS),
                                              old->max_items, new->max_items, SMA_STR("maxItems"));
    if (!st)
        st = sma_js_compare_limit(differ, result, SMA_JS_BOUND_RULES(MIN_ITEMS), old->min_items,
                                  new->min_items, SMA_STR("minItems"));
    if (!st && old->is_unique != new->is_unique)
        st = sma_js_add(differ, result,
                        new->is_unique ? SMA_JS_UNIQUE_ITEMS_ADDED : SMA_JS_UNIQUE_ITEMS_REMOVED,
                        SMA_STR("uniqueItems"), no_segment);
    if (!st)
        st = sma_js_compare_limit(differ, result, SMA_JS_BOUND_RULES(MAX_CONTAINS),
                                  old->max_contains, new->max_contains, SMA_STR("maxContains"));
    if (!st)
        st = sma_js_compare_limit(differ, result, SMA_JS_BOUND_RULES(MIN_CONTAINS),
                                  old->min_contains, new->min_contains, SMA_STR("minContains"));
    return st;
}

enum sma_status sma_js_compare_array(struct sma_js_differ *differ, struct sma_js_result *result,
                                     const struct sma_js_array *old, const struct sma_js_array *new)
{
    struct sma_js_additional before = {old->forbids_additional, old->additional};
    struct sma_js_additional after = {new->forbids_additional, new->additional};
    enum sma_status st = sma_js_compare_below(differ, result, old->all_items, new->all_items,
                                              SMA_STR("items"), no_segment);
    if (!st)
        st = compare_tuple(differ, result, old, new);
    if (!st)
        st = sma_js_compare_additional(differ, result, SMA_JS_REST_RULES(ADDITIONAL_ITEMS), before,
                                       after, SMA_STR("additionalItems"));
    if (!st)
        st = sma_js_compare_unevaluated(differ, result, SMA_JS_REST_RULES(UNEVALUATED_ITEMS),
                                        old->unevaluated, new->unevaluated,
                                        SMA_STR("unevaluatedItems"));
    return st ? st : compare_counts(differ, result, old, new);
}
