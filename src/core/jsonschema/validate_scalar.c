/* Rules on strings and numbers, enum and const. */
#include "core/jsonschema/validate_run.h"

#include "base/utf8.h"

/* Characters (bytes, digits) that one unit of work pays for. */
#define BYTES_PER_UNIT 64

bool sma_run_is_integer(const struct sma_rule_node *node, const struct sma_json *v)
{
    struct sma_decimal d;
    return !node->is_draft4 && sma_decimal_parse(&d, v->text) && sma_decimal_is_integer(&d);
}

/* ---- strings
 * ------------------------------------------------------------------------------------- */

bool sma_run_matches(struct sma_run *r, const struct sma_regex *regex, struct sma_str text)
{
    bool matched = false;
    if (!sma_run_take(r, 1 + text.len / BYTES_PER_UNIT))
        return false;
    enum sma_status st = sma_regex_search_with(regex, text, &r->scratch->regex, &matched, r->err);
    if (st)
        r->st = st;
    return !st && matched;
}

/* A character has one to four bytes, which answers most questions without counting. */
static bool has_at_least(struct sma_str s, uint64_t min)
{
    if (s.len < min)
        return false;
    return s.len / 4 >= min || sma_utf8_count(s) >= min;
}

static bool has_at_most(struct sma_str s, uint64_t max)
{
    if (s.len <= max)
        return true;
    return s.len / 4 <= max && sma_utf8_count(s) <= max;
}

bool sma_run_string(struct sma_run *r, const struct sma_rule_node *node, const struct sma_json *v)
{
    const struct sma_string_rules *rules = node->string;
    bool ok = true;
    if (v->text.len > BYTES_PER_UNIT && !sma_run_take(r, v->text.len / BYTES_PER_UNIT))
        return false;
    if (!has_at_least(v->text, rules->min)) {
        ok = false;
        if (!sma_run_violate(r, node, "minLength", v, "%zu characters are fewer than %llu",
                             sma_utf8_count(v->text), (unsigned long long)rules->min))
            return false;
    }
    if (!has_at_most(v->text, rules->max)) {
        ok = false;
        if (!sma_run_violate(r, node, "maxLength", v, "%zu characters are more than %llu",
                             sma_utf8_count(v->text), (unsigned long long)rules->max))
            return false;
    }
    if (rules->pattern && !sma_run_matches(r, rules->pattern, v->text)) {
        ok = false;
        if (r->st || !sma_run_violate(r, node, "pattern", v, NULL))
            return false;
    }
    if (rules->format && !sma_string_format_matches(rules->format, v->text)) {
        ok = false;
        if (!sma_run_violate(r, node, "format", v, NULL))
            return false;
    }
    return ok;
}

/* ---- numbers
 * ------------------------------------------------------------------------------------- */

/* An integer literal of up to 18 digits. */
static bool read_small(const struct sma_json *v, int64_t *out)
{
    struct sma_str s = v->text;
    bool negative = s.ptr[0] == '-';
    if (!v->is_integer || s.len > 18)
        return false;
    int64_t value = 0;
    for (size_t i = negative; i < s.len; i++)
        value = value * 10 + (s.ptr[i] - '0');
    *out = negative ? -value : value;
    return true;
}

static bool in_bound(const struct sma_bound *bound, int order)
{
    if (order == 0)
        return !bound->is_exclusive;
    return bound->is_lower ? order > 0 : order < 0;
}

static bool is_multiple(struct sma_run *r, const struct sma_number_rules *rules,
                        const struct sma_decimal *d)
{
    bool multiple = false;
    enum sma_status st = sma_decimal_is_multiple(d, &rules->divisor, &r->work, &multiple, r->err);
    if (st)
        r->st = st;
    return !st && multiple;
}

bool sma_run_number(struct sma_run *r, const struct sma_rule_node *node, const struct sma_json *v)
{
    const struct sma_number_rules *rules = node->number;
    struct sma_decimal d;
    int64_t small = 0;
    bool is_small = read_small(v, &small), ok = true;
    if (v->text.len > BYTES_PER_UNIT && !sma_run_take(r, v->text.len / BYTES_PER_UNIT))
        return false;
    if (!sma_decimal_parse(&d, v->text)) /* NaN and its like, when the reader let them pass */
        return sma_run_violate(r, node, "type", v, "not a finite number") && false;
    for (uint32_t i = 0; i < rules->bound_count; i++) {
        const struct sma_bound *b = &rules->bounds[i];
        int order = is_small && b->is_small ? (small > b->small) - (small < b->small)
                                            : sma_decimal_compare(&d, &b->value);
        if (!in_bound(b, order)) {
            ok = false;
            if (!sma_run_violate_bound(r, node, b, v))
                return false;
        }
    }
    if (rules->has_divisor && !(is_small && rules->small_divisor ? small % rules->small_divisor == 0
                                                                 : is_multiple(r, rules, &d))) {
        ok = false;
        if (r->st || !sma_run_violate(r, node, "multipleOf", v, NULL))
            return false;
    }
    return ok;
}

/* ---- enum and const
 * ------------------------------------------------------------------------------ */

static bool in_enum(struct sma_run *r, const struct sma_enum_rules *rules, const struct sma_json *v)
{
    if (!(rules->types & sma_run_types(v)))
        return false;
    if (!sma_run_take(r, 1 + (rules->other_count + v->text.len) / BYTES_PER_UNIT))
        return false;
    if (v->type == SMA_JSON_STRING)
        return sma_names_find(&rules->strings, v->text) != NULL;
    if (v->type == SMA_JSON_NULL)
        return true;
    for (uint32_t i = 0; i < rules->other_count && !r->st; i++)
        if (sma_run_equal(r, rules->others[i], v))
            return true;
    return false;
}

bool sma_run_enum(struct sma_run *r, const struct sma_rule_node *node, const struct sma_json *v)
{
    bool ok = true;
    for (uint32_t i = 0; i < node->enum_count; i++) {
        if (in_enum(r, &node->enumeration[i], v))
            continue;
        ok = false;
        if (r->st || !sma_run_violate_enum(r, node, &node->enumeration[i], v))
            return false;
    }
    return ok;
}
