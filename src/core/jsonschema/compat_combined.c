/* Combined against combined: criteria, sizes, and which members can go together.
 * Source: compat-json section 10. */
#include <stdlib.h>

#include "core/jsonschema/compat.h"

static const struct sma_str no_segment = {NULL, 0};

/* *stops: the criteria are so different that nothing else is looked at. */
static enum sma_status compare_criteria(struct sma_js_differ *differ, struct sma_js_result *result,
                                        const struct sma_js_combined *old,
                                        const struct sma_js_combined *new, bool *stops)
{
    bool old_is_one = old->member_count == 1, new_is_one = new->member_count == 1;
    if (old->criterion == new->criterion)
        return SMA_OK;
    bool is_wider = new->criterion == SMA_JS_ANY_OF || (old_is_one && new_is_one) ||
                    (old_is_one && new->criterion == SMA_JS_ONE_OF) ||
                    (new_is_one && old->criterion == SMA_JS_ALL_OF);
    *stops = !is_wider;
    return sma_js_add(differ, result,
                      is_wider ? SMA_JS_COMBINED_TYPE_EXTENDED : SMA_JS_COMBINED_TYPE_CHANGED,
                      no_segment, no_segment);
}

static enum sma_status compare_sizes(struct sma_js_differ *differ, struct sma_js_result *result,
                                     const struct sma_js_combined *old,
                                     const struct sma_js_combined *new)
{
    enum sma_js_rule_id rule;
    if (old->distinct_count == new->distinct_count)
        return SMA_OK;
    if (old->distinct_count < new->distinct_count)
        rule = new->criterion == SMA_JS_ALL_OF ? SMA_JS_PRODUCT_TYPE_EXTENDED
                                               : SMA_JS_SUM_TYPE_EXTENDED;
    else
        rule = old->criterion == SMA_JS_ALL_OF ? SMA_JS_PRODUCT_TYPE_NARROWED
                                               : SMA_JS_SUM_TYPE_NARROWED;
    return sma_js_add(differ, result, rule, no_segment, no_segment);
}

/* Every old member against every new one; an edge where the change would be compatible. */
static enum sma_status fill_edges(unsigned char *edges, struct sma_js_differ *differ,
                                  const struct sma_js_combined *old,
                                  const struct sma_js_combined *new)
{
    enum sma_status st = SMA_OK;
    for (uint32_t i = 0; !st && i < old->distinct_count; i++)
        for (uint32_t k = 0; !st && k < new->distinct_count; k++) {
            const struct sma_js_result *pair = NULL;
            st = sma_js_compare(&pair, differ, old->distinct[i], new->distinct[k]);
            if (!st)
                edges[(size_t)i * new->distinct_count + k] = !pair->is_incompatible;
        }
    return st;
}

static enum sma_status add_matched(struct sma_js_differ *differ, struct sma_js_result *result,
                                   const struct sma_js_combined *old,
                                   const struct sma_js_combined *new, const uint32_t *partner)
{
    enum sma_status st = SMA_OK;
    for (uint32_t i = 0; !st && i < old->distinct_count; i++) {
        const struct sma_js_result *pair;
        struct sma_str index;
        if (partner[i] == UINT32_MAX)
            continue;
        st = sma_js_compare(&pair, differ, old->distinct[i], new->distinct[partner[i]]);
        if (st || !pair->entries)
            continue;
        st = sma_js_differ_index(&index, differ, i);
        if (!st)
            st = sma_js_add_below(differ, result, pair, sma_js_criterion_name(old->criterion),
                                  index);
    }
    return st;
}

static enum sma_status match_members(struct sma_js_differ *differ, struct sma_js_result *result,
                                     const struct sma_js_combined *old,
                                     const struct sma_js_combined *new)
{
    uint32_t left = old->distinct_count, right = new->distinct_count;
    uint32_t size = 0, smaller = left < right ? left : right;
    unsigned char *edges = NULL;
    uint32_t *partner = NULL;
    enum sma_status st = sma_js_differ_take(differ, (uint64_t)left * right);
    if (st)
        return st;
    edges = calloc((size_t)left * right + 1, 1);
    partner = calloc((size_t)left + 1, sizeof *partner);
    if (!edges || !partner) {
        st = sma_fail_nomem(differ->err);
        goto out;
    }
    st = fill_edges(edges, differ, old, new);
    if (!st)
        st = sma_js_match(partner, &size, edges, left, right, differ->work, differ->err);
    if (!st)
        st = add_matched(differ, result, old, new, partner);
    if (!st && size < smaller)
        st = sma_js_add(differ, result, SMA_JS_COMBINED_TYPE_SUBSCHEMAS_CHANGED, no_segment,
                        no_segment);
out:
    free(edges);
    free(partner);
    return st;
}

enum sma_status sma_js_compare_combined(struct sma_js_differ *differ, struct sma_js_result *result,
                                        const struct sma_js_combined *old,
                                        const struct sma_js_combined *new)
{
    bool stops = false;
    enum sma_status st = compare_criteria(differ, result, old, new, &stops);
    if (!st && !stops)
        st = compare_sizes(differ, result, old, new);
    return st || stops ? st : match_members(differ, result, old, new);
}
