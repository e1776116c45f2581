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

static bool in_bound(const struct sma_bound *bound, int order)
{
    if (order == 0)
        return !bound->is_exclusive;
    return bound->is_lower ? order > 0 : order < 0;
}

/* -1, 0, 1: the number against a bound. *d is read when first needed. */
static int compare(const struct sma_json *v, struct sma_short_decimal brief, struct sma_decimal *d,
                   bool *is_read, const struct sma_bound *bound)
{
    if (brief.is_short && bound->brief.is_short)
        return sma_short_decimal_compare(brief, bound->brief);
    if (!*is_read)
        *is_read = sma_decimal_parse(d, v->text);
    return sma_decimal_compare(d, &bound->value);
}

static bool is_multiple(struct sma_run *r, const struct sma_number_rules *rules,
                        struct sma_short_decimal brief, const struct sma_json *v)
{
    struct sma_decimal d;
    bool known = false, multiple = false;
    if (brief.is_short && rules->brief_divisor.is_short)
        multiple = sma_short_decimal_is_multiple(brief, rules->brief_divisor, &known);
    if (known)
        return multiple;
    if (!sma_decimal_parse(&d, v->text))
        return false;
    enum sma_status st = sma_decimal_is_multiple(&d, &rules->divisor, &r->work, &multiple, r->err);
    if (st)
        r->st = st;
    return !st && multiple;
}

/* NaN and its like, when the reader let them pass. */
static bool is_finite(const struct sma_json *v)
{
    char last = v->text.len ? v->text.ptr[v->text.len - 1] : 'N';
    return last >= '0' && last <= '9';
}

bool sma_run_number(struct sma_run *r, const struct sma_rule_node *node, const struct sma_json *v)
{
    const struct sma_number_rules *rules = node->number;
    struct sma_short_decimal brief = sma_short_decimal_read(v->text);
    struct sma_decimal d = {0};
    bool ok = true, is_read = false;
    if (v->text.len > BYTES_PER_UNIT && !sma_run_take(r, v->text.len / BYTES_PER_UNIT))
        return false;
    if (!is_finite(v))
        return sma_run_violate(r, node, "type", v, "not a finite number") && false;
    for (uint32_t i = 0; i < rules->bound_count; i++) {
        const struct sma_bound *b = &rules->bounds[i];
        if (in_bound(b, compare(v, brief, &d, &is_read, b)))
            continue;
        ok = false;
        if (!sma_run_violate_bound(r, node, b, v))
            return false;
    }
    if (rules->has_divisor && !is_multiple(r, rules, brief, v)) {
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

bool sma_run_accepts(struct sma_run *r, const struct sma_rule_node *node, const struct sma_json *v)
{
    for (uint32_t i = 0; i < node->enum_count; i++)
        if (!in_enum(r, &node->enumeration[i], v))
            return false;
    if (v->type == SMA_JSON_STRING && node->string) {
        const struct sma_string_rules *rules = node->string;
        /* Long strings cost work: the thorough way counts it. */
        return v->text.len <= BYTES_PER_UNIT && has_at_least(v->text, rules->min) &&
               has_at_most(v->text, rules->max) &&
               (!rules->pattern || sma_run_matches(r, rules->pattern, v->text)) &&
               sma_string_format_matches(rules->format, v->text);
    }
    if (v->type == SMA_JSON_NUMBER && node->number) {
        const struct sma_number_rules *rules = node->number;
        struct sma_short_decimal brief = sma_short_decimal_read(v->text);
        for (uint32_t i = 0; i < rules->bound_count; i++) {
            const struct sma_bound *b = &rules->bounds[i];
            if (!brief.is_short || !b->brief.is_short ||
                !in_bound(b, sma_short_decimal_compare(brief, b->brief)))
                return false;
        }
        return !rules->has_divisor || (brief.is_short && is_multiple(r, rules, brief, v));
    }
    return true;
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
