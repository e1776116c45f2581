/* Objects: required, properties under open, partially open and closed content models, dependencies,
 * the rest. Source: compat-json section 8. */
#include "core/jsonschema/compat.h"
#include "core/jsonschema/pattern.h"

/* Work units of one search: what a backtracking pattern may take just short of its own limit. */
#define SEARCH_UNITS 500u

struct sma_js_compiled {
    struct sma_regex *regex;
};

/* ---- content models (section 8.2) ---------------------------------------------------------- */

enum content {
    CONTENT_OPEN,
    CONTENT_COVERED, /* partially open: some schema stands for the name */
    CONTENT_CLOSED
};

static enum sma_status compiled_pattern(const struct sma_regex **out, struct sma_js_differ *differ,
                                        struct sma_str pattern)
{
    struct sma_js_compiled *known = sma_map_get(&differ->patterns, pattern);
    if (!known) {
        enum sma_status st = sma_js_differ_take(differ, SEARCH_UNITS + pattern.len);
        if (st)
            return st;
        known = sma_arena_calloc(&differ->arena, 1, sizeof *known);
        if (!known || !sma_map_put(&differ->patterns, pattern, known))
            return sma_fail_nomem(differ->err);
        st = sma_js_pattern_compile(&known->regex, pattern, differ->err);
        if (st == SMA_EUNSUPPORTED) /* fine as a schema, but this question needs its answer */
            return SMA_EINVAL;
        if (st)
            return st;
    }
    *out = known->regex;
    return SMA_OK;
}

void sma_js_patterns_fini(struct sma_map *patterns)
{
    for (size_t i = 0; i < patterns->count; i++)
        sma_regex_free(((struct sma_js_compiled *)patterns->entries[i].value)->regex);
    sma_map_fini(patterns);
}

/* The schema of the first pattern, in text order, that is found in the name; NULL when none is. */
static enum sma_status find_pattern(const struct sma_js_node **out, struct sma_js_differ *differ,
                                    const struct sma_js_object *object, struct sma_str name)
{
    enum sma_status st = SMA_OK;
    bool is_found = false;
    *out = NULL;
    for (uint32_t i = 0; !st && !is_found && i < object->pattern_count; i++) {
        const struct sma_regex *regex = NULL;
        st = compiled_pattern(&regex, differ, object->patterns[i].pattern);
        if (!st)
            st = sma_js_differ_take(differ, SEARCH_UNITS + name.len);
        if (!st)
            st = sma_regex_search(regex, name, &is_found, differ->err);
        if (!st && is_found)
            *out = object->patterns[i].schema;
    }
    return st;
}

/* What the object says about a name that it does not list; *cover is set for CONTENT_COVERED. */
static enum sma_status content_for(enum content *out, const struct sma_js_node **cover,
                                   struct sma_js_differ *differ, const struct sma_js_object *object,
                                   struct sma_str name)
{
    const struct sma_js_node *rest = object->unevaluated;
    bool is_free = !object->forbids_additional && !object->additional;
    if (is_free && !object->pattern_count && (!rest || sma_js_is_empty(rest))) {
        *out = CONTENT_OPEN;
        return SMA_OK;
    }
    enum sma_status st = find_pattern(cover, differ, object, name);
    if (!st && !*cover)
        *cover = object->additional;
    if (!st && !*cover && is_free && rest && rest->class != SMA_JS_FALSE && !sma_js_is_empty(rest))
        *cover = rest;
    *out = *cover ? CONTENT_COVERED : CONTENT_CLOSED;
    return st;
}

/* ---- properties (sections 8.1, 8.3) -------------------------------------------------------- */

static enum sma_status compare_required(struct sma_js_differ *differ, struct sma_js_result *result,
                                        const struct sma_js_object *old,
                                        const struct sma_js_object *new)
{
    enum sma_status st = SMA_OK;
    for (uint32_t i = 0; !st && i < old->property_count; i++) {
        const struct sma_js_property *before = &old->properties[i];
        const struct sma_js_property *after = sma_js_property_find(new, before->name);
        if (!after || before->is_required == after->is_required)
            continue;
        enum sma_js_rule_id rule = before->is_required ? SMA_JS_REQUIRED_ATTRIBUTE_REMOVED
                                   : after->schema->default_value
                                       ? SMA_JS_REQUIRED_ATTRIBUTE_WITH_DEFAULT_ADDED
                                       : SMA_JS_REQUIRED_ATTRIBUTE_ADDED;
        st = sma_js_add(differ, result, rule, SMA_STR("required"), before->name);
    }
    return st;
}

/* Compares with the schema that covers the name and says whether it does. */
static enum sma_status compare_covered(struct sma_js_differ *differ, struct sma_js_result *result,
                                       const struct sma_js_node *old, const struct sma_js_node *new,
                                       enum sma_js_rule_id if_covered, enum sma_js_rule_id if_not,
                                       struct sma_str name)
{
    const struct sma_js_result *below;
    enum sma_status st = sma_js_compare(&below, differ, old, new);
    if (!st)
        st = sma_js_add_below(differ, result, below, SMA_STR("properties"), name);
    if (st)
        return st;
    return sma_js_add(differ, result, below->is_incompatible ? if_not : if_covered,
                      SMA_STR("properties"), name);
}

static enum sma_status property_removed(struct sma_js_differ *differ, struct sma_js_result *result,
                                        const struct sma_js_property *property,
                                        const struct sma_js_object *new)
{
    enum content content;
    const struct sma_js_node *cover = NULL;
    enum sma_status st = content_for(&content, &cover, differ, new, property->name);
    if (st)
        return st;
    if (content == CONTENT_COVERED)
        return compare_covered(differ, result, property->schema, cover,
                               SMA_JS_PROPERTY_REMOVED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL,
                               SMA_JS_PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL,
                               property->name);
    enum sma_js_rule_id rule = content == CONTENT_OPEN
                                   ? SMA_JS_PROPERTY_REMOVED_FROM_OPEN_CONTENT_MODEL
                               : property->schema->class == SMA_JS_FALSE
                                   ? SMA_JS_PROPERTY_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL
                                   : SMA_JS_PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL;
    return sma_js_add(differ, result, rule, SMA_STR("properties"), property->name);
}

static enum sma_js_rule_id added_to_open(const struct sma_js_property *property)
{
    if (sma_js_is_empty(property->schema))
        return SMA_JS_PROPERTY_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL;
    if (!property->is_required)
        return SMA_JS_OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL;
    return property->schema->default_value
               ? SMA_JS_REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_OPEN_CONTENT_MODEL
               : SMA_JS_REQUIRED_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL;
}

static enum sma_js_rule_id added_to_unopen(const struct sma_js_property *property)
{
    if (!property->is_required)
        return SMA_JS_OPTIONAL_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL;
    return property->schema->default_value
               ? SMA_JS_REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_UNOPEN_CONTENT_MODEL
               : SMA_JS_REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL;
}

static enum sma_status property_added(struct sma_js_differ *differ, struct sma_js_result *result,
                                      const struct sma_js_property *property,
                                      const struct sma_js_object *old)
{
    enum content content;
    const struct sma_js_node *cover = NULL;
    enum sma_status st = content_for(&content, &cover, differ, old, property->name);
    if (!st && content == CONTENT_COVERED)
        st = compare_covered(differ, result, cover, property->schema,
                             SMA_JS_PROPERTY_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL,
                             SMA_JS_PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL,
                             property->name);
    if (st)
        return st;
    return sma_js_add(differ, result,
                      content == CONTENT_OPEN ? added_to_open(property) : added_to_unopen(property),
                      SMA_STR("properties"), property->name);
}

static enum sma_status compare_properties(struct sma_js_differ *differ,
                                          struct sma_js_result *result,
                                          const struct sma_js_object *old,
                                          const struct sma_js_object *new)
{
    enum sma_status st =
        sma_js_differ_take(differ, 2 * ((uint64_t)old->property_count + new->property_count));
    for (uint32_t i = 0; !st && i < old->property_count; i++) {
        const struct sma_js_property *before = &old->properties[i];
        const struct sma_js_property *after = sma_js_property_find(new, before->name);
        st = after ? sma_js_compare_below(differ, result, before->schema, after->schema,
                                          SMA_STR("properties"), before->name)
                   : property_removed(differ, result, before, new);
    }
    for (uint32_t i = 0; !st && i < new->property_count; i++)
        if (!sma_js_property_find(old, new->properties[i].name))
            st = property_added(differ, result, &new->properties[i], old);
    return st;
}

/* ---- dependencies (section 8.4) ------------------------------------------------------------ */

/* The dependency of that name and form (list or schema), or NULL. */
static const struct sma_js_dependency *find_dependency(const struct sma_js_object *object,
                                                       const struct sma_js_dependency *like)
{
    for (uint32_t i = 0; i < object->dependency_count; i++) {
        const struct sma_js_dependency *one = &object->dependencies[i];
        if (!one->schema == !like->schema && sma_str_eq(one->name, like->name))
            return one;
    }
    return NULL;
}

static enum sma_status compare_dependency(struct sma_js_differ *differ,
                                          struct sma_js_result *result,
                                          const struct sma_js_dependency *old,
                                          const struct sma_js_dependency *new)
{
    static const enum sma_js_rule_id rules[] = {
        [SMA_JS_MORE] = SMA_JS_DEPENDENCY_ARRAY_EXTENDED,
        [SMA_JS_FEWER] = SMA_JS_DEPENDENCY_ARRAY_NARROWED,
        [SMA_JS_OTHER] = SMA_JS_DEPENDENCY_ARRAY_CHANGED,
    };
    struct sma_str keyword = SMA_STR("dependencies");
    if (!new)
        return sma_js_add(differ, result,
                          old->schema ? SMA_JS_DEPENDENCY_SCHEMA_REMOVED
                                      : SMA_JS_DEPENDENCY_ARRAY_REMOVED,
                          keyword, old->name);
    if (old->schema)
        return sma_js_compare_below(differ, result, old->schema, new->schema, keyword, old->name);
    enum sma_js_inclusion inclusion = sma_js_names_compare(&old->required, &new->required);
    return inclusion == SMA_JS_SAME
               ? SMA_OK
               : sma_js_add(differ, result, rules[inclusion], keyword, old->name);
}

static enum sma_status compare_dependencies(struct sma_js_differ *differ,
                                            struct sma_js_result *result,
                                            const struct sma_js_object *old,
                                            const struct sma_js_object *new)
{
    /* Names are looked up one by one: dependencies are few. The work pays for those who have many.
     */
    uint64_t units = 1 + (uint64_t)old->dependency_count * new->dependency_count / 4;
    enum sma_status st = sma_js_differ_take(differ, units);
    for (uint32_t i = 0; !st && i < old->dependency_count; i++)
        st = compare_dependency(differ, result, &old->dependencies[i],
                                find_dependency(new, &old->dependencies[i]));
    for (uint32_t i = 0; !st && i < new->dependency_count; i++) {
        const struct sma_js_dependency *added = &new->dependencies[i];
        if (!find_dependency(old, added))
            st = sma_js_add(differ, result,
                            added->schema ? SMA_JS_DEPENDENCY_SCHEMA_ADDED
                                          : SMA_JS_DEPENDENCY_ARRAY_ADDED,
                            SMA_STR("dependencies"), added->name);
    }
    return st;
}

/* ---- the object ---------------------------------------------------------------------------- */

enum sma_status sma_js_compare_object(struct sma_js_differ *differ, struct sma_js_result *result,
                                      const struct sma_js_object *old,
                                      const struct sma_js_object *new)
{
    struct sma_js_additional before = {old->forbids_additional, old->additional};
    struct sma_js_additional after = {new->forbids_additional, new->additional};
    enum sma_status st = compare_required(differ, result, old, new);
    if (!st)
        st = compare_properties(differ, result, old, new);
    if (!st)
        st = compare_dependencies(differ, result, old, new);
    if (!st)
        st = sma_js_compare_additional(differ, result, SMA_JS_REST_RULES(ADDITIONAL_PROPERTIES),
                                       before, after, SMA_STR("additionalProperties"));
    if (!st)
        st = sma_js_compare_unevaluated(differ, result, SMA_JS_REST_RULES(UNEVALUATED_PROPERTIES),
                                        old->unevaluated, new->unevaluated,
                                        SMA_STR("unevaluatedProperties"));
    if (!st)
        st = sma_js_compare_limit(differ, result, SMA_JS_BOUND_RULES(MAX_PROPERTIES),
                                  old->max_properties, new->max_properties,
                                  SMA_STR("maxProperties"));
    if (!st)
        st = sma_js_compare_limit(differ, result, SMA_JS_BOUND_RULES(MIN_PROPERTIES),
                                  old->min_properties, new->min_properties,
                                  SMA_STR("minProperties"));
    return st;
}
