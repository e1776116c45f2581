/* Strings, numbers, enum, const, not, and the bounds and remainders that several classes share.
 * Source: compat-json sections 8.5 to 9.4. */
#include "base/num.h"
#include "core/jsonschema/compat.h"
#include "core/jsonschema/decimal.h"

static const struct sma_str no_segment = {NULL, 0};

/* ---- bounds -------------------------------------------------------------------------------- */

/* -1, 0, 1 for less, equal, more; absent on a side gives added or removed. */
static enum sma_status add_bound(struct sma_js_differ *differ, struct sma_js_result *result,
                                 struct sma_js_bound_rules rules, bool has_old, bool has_new,
                                 int change, struct sma_str keyword)
{
    if (!has_old && !has_new)
        return SMA_OK;
    if (has_old && has_new && change == 0)
        return SMA_OK;
    enum sma_js_rule_id rule = !has_old     ? rules.added
                               : !has_new   ? rules.removed
                               : change > 0 ? rules.increased
                                            : rules.decreased;
    return sma_js_add(differ, result, rule, keyword, no_segment);
}

enum sma_status sma_js_compare_limit(struct sma_js_differ *differ, struct sma_js_result *result,
                                     struct sma_js_bound_rules rules, struct sma_js_limit old,
                                     struct sma_js_limit new, struct sma_str keyword)
{
    int change = (new.value > old.value) - (new.value < old.value);
    return add_bound(differ, result, rules, old.is_set, new.is_set, change, keyword);
}

/* ---- what is left to others ---------------------------------------------------------------- */

enum sma_status sma_js_compare_additional(struct sma_js_differ *differ,
                                          struct sma_js_result *result,
                                          struct sma_js_rest_rules rules,
                                          struct sma_js_additional old,
                                          struct sma_js_additional new, struct sma_str keyword)
{
    if (old.is_forbidden != new.is_forbidden)
        return sma_js_add(differ, result, new.is_forbidden ? rules.removed : rules.added, keyword,
                          no_segment);
    if (!old.schema != !new.schema)
        return sma_js_add(differ, result, new.schema ? rules.narrowed : rules.extended, keyword,
                          no_segment);
    return sma_js_compare_below(differ, result, old.schema, new.schema, keyword, no_segment);
}

enum rest {
    REST_ABSENT,
    REST_FORBIDDEN, /* false */
    REST_FREE,      /* true or {} */
    REST_SCHEMA,
    REST_COUNT
};

static enum rest rest_of(const struct sma_js_node *node)
{
    return !node                         ? REST_ABSENT
           : node->class == SMA_JS_FALSE ? REST_FORBIDDEN
           : sma_js_is_empty(node)       ? REST_FREE
                                         : REST_SCHEMA;
}

enum sma_status sma_js_compare_unevaluated(struct sma_js_differ *differ,
                                           struct sma_js_result *result,
                                           struct sma_js_rest_rules rules,
                                           const struct sma_js_node *old,
                                           const struct sma_js_node *new, struct sma_str keyword)
{
    enum { NOTHING, ADDED, REMOVED, EXTENDED, NARROWED, COMPARE };
    static const unsigned char table[REST_COUNT][REST_COUNT] = {
        [REST_ABSENT] = {NOTHING, REMOVED, NARROWED, NARROWED},
        [REST_FORBIDDEN] = {ADDED, COMPARE, ADDED, ADDED},
        [REST_FREE] = {EXTENDED, REMOVED, COMPARE, NARROWED},
        [REST_SCHEMA] = {EXTENDED, REMOVED, EXTENDED, COMPARE},
    };
    switch (table[rest_of(old)][rest_of(new)]) {
    case ADDED:
        return sma_js_add(differ, result, rules.added, keyword, no_segment);
    case REMOVED:
        return sma_js_add(differ, result, rules.removed, keyword, no_segment);
    case EXTENDED:
        return sma_js_add(differ, result, rules.extended, keyword, no_segment);
    case NARROWED:
        return sma_js_add(differ, result, rules.narrowed, keyword, no_segment);
    case COMPARE:
        return sma_js_compare_below(differ, result, old, new, keyword, no_segment);
    default:
        return SMA_OK;
    }
}

/* ---- string -------------------------------------------------------------------------------- */

static enum sma_status compare_pattern(struct sma_js_differ *differ, struct sma_js_result *result,
                                       const struct sma_json *old, const struct sma_json *new)
{
    if (!old && !new)
        return SMA_OK;
    if (old && new &&sma_str_eq(old->text, new->text))
        return SMA_OK;
    enum sma_js_rule_id rule = !old   ? SMA_JS_PATTERN_ADDED
                               : !new ? SMA_JS_PATTERN_REMOVED
                                      : SMA_JS_PATTERN_CHANGED;
    return sma_js_add(differ, result, rule, SMA_STR("pattern"), no_segment);
}

enum sma_status sma_js_compare_string(struct sma_js_differ *differ, struct sma_js_result *result,
                                      const struct sma_js_string *old,
                                      const struct sma_js_string *new)
{
    enum sma_status st =
        sma_js_compare_limit(differ, result, SMA_JS_BOUND_RULES(MAX_LENGTH), old->max_length,
                             new->max_length, SMA_STR("maxLength"));
    if (!st)
        st = sma_js_compare_limit(differ, result, SMA_JS_BOUND_RULES(MIN_LENGTH), old->min_length,
                                  new->min_length, SMA_STR("minLength"));
    return st ? st : compare_pattern(differ, result, old->pattern, new->pattern);
}

/* ---- number -------------------------------------------------------------------------------- */

/* As the original does it: as doubles. A JSON number is always one (or an infinity). */
static double as_double(const struct sma_json *number)
{
    double value = 0;
    (void)sma_parse_double(number->text, &value);
    return value;
}

static enum sma_status compare_bound(struct sma_js_differ *differ, struct sma_js_result *result,
                                     struct sma_js_bound_rules rules, const struct sma_json *old,
                                     const struct sma_json *new, struct sma_str keyword)
{
    int change = 0;
    if (old && new) {
        double before = as_double(old), after = as_double(new);
        change = (after > before) - (after < before);
    }
    return add_bound(differ, result, rules, old != NULL, new != NULL, change, keyword);
}

/* The original tests a lowered exclusiveMaximum against the new `maximum` by mistake: a new maximum
 * at or above the old limit hides the change. (Without a new maximum it fails; here the change is
 * reported.) */
static bool is_decrease_hidden(const struct sma_js_number *old, const struct sma_js_number *new)
{
    if (!old->exclusive_maximum || !new->exclusive_maximum || !new->maximum)
        return false;
    double before = as_double(old->exclusive_maximum);
    return as_double(new->exclusive_maximum) < before && before <= as_double(new->maximum);
}

static enum sma_status is_multiple(bool *out, struct sma_js_differ *differ,
                                   const struct sma_decimal *number,
                                   const struct sma_decimal *divisor)
{
    *out = false;
    if (!divisor->count) /* nothing is a multiple of zero */
        return SMA_OK;
    return sma_decimal_is_multiple(number, divisor, differ->work, out, differ->err);
}

static enum sma_status compare_multiple(struct sma_js_differ *differ, struct sma_js_result *result,
                                        const struct sma_json *old, const struct sma_json *new)
{
    struct sma_decimal before, after;
    struct sma_str keyword = SMA_STR("multipleOf");
    bool is_one = false;
    if (!old && !new)
        return SMA_OK;
    if (!old || !new)
        return sma_js_add(differ, result,
                          old ? SMA_JS_MULTIPLE_OF_REMOVED : SMA_JS_MULTIPLE_OF_ADDED, keyword,
                          no_segment);
    if (!sma_decimal_parse(&before, old->text) || !sma_decimal_parse(&after, new->text))
        return sma_fail(differ->err, SMA_EINTERNAL, "multipleOf is not a number");
    if (sma_decimal_compare(&before, &after) == 0)
        return SMA_OK;
    enum sma_status st = is_multiple(&is_one, differ, &after, &before);
    if (!st && is_one)
        return sma_js_add(differ, result, SMA_JS_MULTIPLE_OF_EXPANDED, keyword, no_segment);
    if (!st)
        st = is_multiple(&is_one, differ, &before, &after);
    if (st)
        return st;
    return sma_js_add(differ, result,
                      is_one ? SMA_JS_MULTIPLE_OF_REDUCED : SMA_JS_MULTIPLE_OF_CHANGED, keyword,
                      no_segment);
}

enum sma_status sma_js_compare_number(struct sma_js_differ *differ, struct sma_js_result *result,
                                      const struct sma_js_number *old,
                                      const struct sma_js_number *new)
{
    enum sma_status st = compare_bound(differ, result, SMA_JS_BOUND_RULES(MAXIMUM), old->maximum,
                                       new->maximum, SMA_STR("maximum"));
    if (!st)
        st = compare_bound(differ, result, SMA_JS_BOUND_RULES(MINIMUM), old->minimum, new->minimum,
                           SMA_STR("minimum"));
    if (!st && !is_decrease_hidden(old, new))
        st = compare_bound(differ, result, SMA_JS_BOUND_RULES(EXCLUSIVE_MAXIMUM),
                           old->exclusive_maximum, new->exclusive_maximum,
                           SMA_STR("exclusiveMaximum"));
    if (!st)
        st = compare_bound(differ, result, SMA_JS_BOUND_RULES(EXCLUSIVE_MINIMUM),
                           old->exclusive_minimum, new->exclusive_minimum,
                           SMA_STR("exclusiveMinimum"));
    if (!st)
        st = compare_multiple(differ, result, old->multiple_of, new->multiple_of);
    if (st || old->is_integer == new->is_integer)
        return st;
    return sma_js_add(differ, result, new->is_integer ? SMA_JS_TYPE_NARROWED : SMA_JS_TYPE_EXTENDED,
                      no_segment, no_segment);
}

/* ---- enum, const, not ---------------------------------------------------------------------- */

enum sma_js_inclusion sma_js_names_compare(const struct sma_js_names *old,
                                           const struct sma_js_names *new)
{
    uint32_t i = 0, k = 0, common = 0;
    while (i < old->count && k < new->count) {
        int order = sma_str_cmp(old->items[i], new->items[k]);
        common += order == 0;
        i += order <= 0;
        k += order >= 0;
    }
    bool has_all_old = common == old->count, has_all_new = common == new->count;
    return has_all_old && has_all_new ? SMA_JS_SAME
           : has_all_old              ? SMA_JS_MORE
           : has_all_new              ? SMA_JS_FEWER
                                      : SMA_JS_OTHER;
}

enum sma_status sma_js_compare_enum(struct sma_js_differ *differ, struct sma_js_result *result,
                                    const struct sma_js_values *old,
                                    const struct sma_js_values *new)
{
    static const enum sma_js_rule_id rules[] = {
        [SMA_JS_MORE] = SMA_JS_ENUM_ARRAY_EXTENDED,
        [SMA_JS_FEWER] = SMA_JS_ENUM_ARRAY_NARROWED,
        [SMA_JS_OTHER] = SMA_JS_ENUM_ARRAY_CHANGED,
    };
    enum sma_status st = sma_js_differ_take(differ, (uint64_t)old->set.count + new->set.count);
    if (st)
        return st;
    enum sma_js_inclusion inclusion = sma_js_names_compare(&old->set, &new->set);
    if (inclusion == SMA_JS_SAME)
        return SMA_OK;
    return sma_js_add(differ, result, rules[inclusion], SMA_STR("enum"), no_segment);
}

enum sma_status sma_js_compare_const(struct sma_js_differ *differ, struct sma_js_result *result,
                                     const struct sma_js_values *old,
                                     const struct sma_js_values *new)
{
    if (sma_js_names_compare(&old->set, &new->set) == SMA_JS_SAME)
        return SMA_OK;
    return sma_js_add(differ, result, SMA_JS_ENUM_ARRAY_CHANGED, SMA_STR("const"), no_segment);
}

/* What is forbidden is compared the other way round, and only the verdict is told. */
enum sma_status sma_js_compare_not(struct sma_js_differ *differ, struct sma_js_result *result,
                                   const struct sma_js_node *old, const struct sma_js_node *new)
{
    const struct sma_js_result *inside;
    enum sma_status st = sma_js_compare(&inside, differ, new, old);
    if (st)
        return st;
    return sma_js_add(differ, result,
                      inside->is_incompatible ? SMA_JS_NOT_TYPE_EXTENDED : SMA_JS_NOT_TYPE_NARROWED,
                      SMA_STR("not"), no_segment);
}
