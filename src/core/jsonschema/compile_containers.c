/* Keywords on arrays and objects: from their JSON to rules. */
#include "core/jsonschema/compile_schema.h"

/* ---- arrays
 * -------------------------------------------------------------------------------------- */

static void set_rest(struct sma_build *b, const char *keyword, const struct sma_json *schema)
{
    struct sma_array_rules *rules = sma_build_array(b);
    if (!rules)
        return;
    rules->rest = sma_compile_node(b, schema);
    rules->rest_keyword = keyword;
}

static void set_prefix(struct sma_build *b, const char *keyword, const struct sma_json *list)
{
    struct sma_array_rules *rules = sma_build_array(b);
    if (!rules)
        return;
    rules->prefix = sma_compile_nodes(b, list, &rules->prefix_count);
    rules->prefix_keyword = keyword;
}

/* Before 2020-12 a list is the prefix, and additionalItems what follows it; beside a schema for all
 * items additionalItems means nothing. */
void sma_keyword_items(struct sma_build *b, const char *keyword, const struct sma_json *value)
{
    if (value->type != SMA_JSON_ARRAY || b->draft >= SMA_DRAFT_2020_12) {
        set_rest(b, keyword, value);
        return;
    }
    set_prefix(b, keyword, value);
    const struct sma_json *additional = sma_json_getz(b->schema, "additionalItems");
    if (additional)
        set_rest(b, "additionalItems", additional);
}

void sma_keyword_prefix_items(struct sma_build *b, const char *keyword,
                              const struct sma_json *value)
{
    set_prefix(b, keyword, value);
}

void sma_keyword_contains(struct sma_build *b, const char *keyword, const struct sma_json *value)
{
    (void)keyword;
    struct sma_array_rules *rules = sma_build_array(b);
    if (!rules)
        return;
    rules->contains = sma_compile_node(b, value);
    rules->contains_min = 1;
    rules->contains_evaluates = b->draft >= SMA_DRAFT_2020_12;
    bool counted = b->draft >= SMA_DRAFT_2019_09 && (b->vocabularies & SMA_VOCABULARY_VALIDATION);
    const struct sma_json *min = counted ? sma_json_getz(b->schema, "minContains") : NULL;
    const struct sma_json *max = counted ? sma_json_getz(b->schema, "maxContains") : NULL;
    if (min)
        rules->contains_min = sma_compile_count(b, min, false);
    if (max)
        rules->contains_max = sma_compile_count(b, max, true);
}

void sma_keyword_array_size(struct sma_build *b, const char *keyword, const struct sma_json *value)
{
    struct sma_array_rules *rules = sma_build_array(b);
    if (!rules)
        return;
    if (!strcmp(keyword, "minItems"))
        rules->min = sma_compile_count(b, value, false);
    else if (!strcmp(keyword, "maxItems"))
        rules->max = sma_compile_count(b, value, true);
    else if (value->type != SMA_JSON_BOOL)
        sma_compile_fail(b, value, "must be a boolean");
    else
        rules->is_unique = value->boolean;
}

void sma_keyword_unevaluated_items(struct sma_build *b, const char *keyword,
                                   const struct sma_json *value)
{
    (void)keyword;
    struct sma_array_rules *rules = sma_build_array(b);
    if (rules)
        rules->unevaluated = sma_compile_node(b, value);
}

/* ---- objects
 * ------------------------------------------------------------------------------------- */

static bool is_object(struct sma_build *b, const struct sma_json *value)
{
    if (value->type != SMA_JSON_OBJECT)
        sma_compile_fail(b, value, "must be an object");
    return value->type == SMA_JSON_OBJECT;
}

/* The table of `properties` and `required`; called for either, built once for both. */
static void build_names(struct sma_build *b, const struct sma_json *properties,
                        const struct sma_json *required)
{
    struct sma_object_rules *rules = sma_build_object(b);
    uint32_t property_count = properties ? properties->count : 0;
    size_t most = (size_t)property_count + (required ? required->count : 0), count = 0;
    struct sma_name *entries = sma_compile_take(b->c, most, sizeof *entries);
    struct sma_map map;
    if (!rules || !entries)
        return;
    sma_map_init(&map);
    for (uint32_t i = 0; !b->c->st && i < property_count; i++) {
        entries[count].text = properties->members[i].name;
        entries[count].value = sma_compile_node(b, &properties->members[i].value);
        if (!sma_map_put(&map, entries[count].text, &entries[count]))
            b->c->st = sma_fail_nomem(b->c->err);
        count++;
    }
    for (uint32_t i = 0; required && !b->c->st && i < required->count; i++) {
        struct sma_name *entry = sma_map_get(&map, required->items[i].text);
        if (!entry) {
            entry = &entries[count++];
            entry->text = required->items[i].text;
            if (!sma_map_put(&map, entry->text, entry))
                b->c->st = sma_fail_nomem(b->c->err);
        }
        rules->required_count += !entry->flag;
        entry->flag = true;
    }
    sma_map_fini(&map);
    if (!b->c->st && !sma_names_build(&rules->names, b->c->arena, entries, count))
        b->c->st = sma_fail_nomem(b->c->err);
}

void sma_keyword_properties(struct sma_build *b, const char *keyword, const struct sma_json *value)
{
    const struct sma_json *properties = NULL, *required = NULL;
    if (!strcmp(keyword, "properties")) {
        if (!is_object(b, value))
            return;
        properties = value;
        required = b->vocabularies & SMA_VOCABULARY_VALIDATION || b->draft < SMA_DRAFT_2019_09
                       ? sma_json_getz(b->schema, "required")
                       : NULL;
    } else {
        bool together = b->vocabularies & SMA_VOCABULARY_APPLICATOR || b->draft < SMA_DRAFT_2019_09;
        if (together && sma_json_getz(b->schema, "properties"))
            return;
        required = value;
    }
    if (required && !sma_compile_is_names(required))
        sma_compile_fail(b, required, "must be an array of strings");
    else
        build_names(b, properties, required);
}

void sma_keyword_pattern_properties(struct sma_build *b, const char *keyword,
                                    const struct sma_json *value)
{
    (void)keyword;
    struct sma_object_rules *rules = sma_build_object(b);
    if (!rules || !is_object(b, value))
        return;
    struct sma_pattern_rule *patterns = sma_compile_take(b->c, value->count, sizeof *patterns);
    for (uint32_t i = 0; patterns && i < value->count; i++) {
        const struct sma_json_member *m = &value->members[i];
        patterns[i].regex = sma_compile_pattern(b, &m->value, m->name);
        patterns[i].node = sma_compile_node(b, &m->value);
    }
    rules->patterns = patterns;
    rules->pattern_count = value->count;
}

/* A schema that accepts everything still counts as having looked at the property, so it is kept
 * where that could matter; elsewhere the loop is spared. */
void sma_keyword_additional_properties(struct sma_build *b, const char *keyword,
                                       const struct sma_json *value)
{
    (void)keyword;
    bool trivial = value->type == SMA_JSON_BOOL && value->boolean;
    struct sma_object_rules *rules =
        trivial && b->draft < SMA_DRAFT_2019_09 ? NULL : sma_build_object(b);
    if (rules)
        rules->additional = sma_compile_node(b, value);
}

void sma_keyword_property_names(struct sma_build *b, const char *keyword,
                                const struct sma_json *value)
{
    (void)keyword;
    struct sma_object_rules *rules = sma_build_object(b);
    if (rules)
        rules->name_schema = sma_compile_node(b, value);
}

void sma_keyword_object_size(struct sma_build *b, const char *keyword, const struct sma_json *value)
{
    struct sma_object_rules *rules = sma_build_object(b);
    if (!rules)
        return;
    if (!strcmp(keyword, "minProperties"))
        rules->min = sma_compile_count(b, value, false);
    else
        rules->max = sma_compile_count(b, value, true);
}

/* One entry of dependencies, dependentRequired or dependentSchemas. */
static void add_dependency(struct sma_build *b, const char *keyword,
                           const struct sma_json_member *member)
{
    struct sma_object_rules *rules = b->object;
    struct sma_dependency *grown =
        sma_arena_grow(b->c->arena, b->dependencies, rules->dependency_count,
                       &b->dependency_capacity, (size_t)rules->dependency_count + 1, sizeof *grown);
    if (!grown) {
        b->c->st = sma_fail_nomem(b->c->err);
        return;
    }
    b->dependencies = grown;
    rules->dependencies = grown;
    struct sma_dependency *d = &grown[rules->dependency_count++];
    *d = (struct sma_dependency){.name = member->name, .keyword = keyword};
    bool as_names =
        strcmp(keyword, "dependentSchemas") != 0 && member->value.type == SMA_JSON_ARRAY;
    if (!as_names && !strcmp(keyword, "dependentRequired")) {
        sma_compile_fail(b, &member->value, "must be an array of strings");
    } else if (!as_names) {
        d->node = sma_compile_node(b, &member->value);
    } else if (!sma_compile_is_names(&member->value)) {
        sma_compile_fail(b, &member->value, "must be an array of strings");
    } else {
        struct sma_str *names = sma_compile_take(b->c, member->value.count, sizeof *names);
        for (uint32_t i = 0; names && i < member->value.count; i++)
            names[i] = member->value.items[i].text;
        d->required = names;
        d->count = member->value.count;
    }
}

void sma_keyword_dependencies(struct sma_build *b, const char *keyword,
                              const struct sma_json *value)
{
    if (!sma_build_object(b) || !is_object(b, value))
        return;
    for (uint32_t i = 0; !b->c->st && i < value->count; i++)
        add_dependency(b, keyword, &value->members[i]);
}

void sma_keyword_unevaluated_properties(struct sma_build *b, const char *keyword,
                                        const struct sma_json *value)
{
    (void)keyword;
    struct sma_object_rules *rules = sma_build_object(b);
    if (rules)
        rules->unevaluated = sma_compile_node(b, value);
}
