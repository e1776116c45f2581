#include "core/avro/equal.h"

#include "core/avro/avro.h"
#include "core/avro/node_state.h"
#include "core/avro/pairs.h"
#include "core/avro/value.h"

struct comparison {
    bool is_lookup; /* docs, aliases and enum defaults count */
    struct sma_avro_pairs
        *pairs; /* named pairs seen; NULL while parsing, when nothing is cyclic yet */
    struct sma_work work;
    uint32_t depth_left;
};

static bool same_node(struct comparison *c, const struct sma_avro_node *a,
                      const struct sma_avro_node *b);

/* Usually at the same place in both; a look through all is charged to the work. */
static const struct sma_json *find_property(struct comparison *c,
                                            const struct sma_avro_property *properties,
                                            uint32_t count, struct sma_str name, uint32_t hint)
{
    if (sma_str_eq(properties[hint].name, name))
        return properties[hint].value;
    for (uint32_t i = 0; i < count && sma_work_take(&c->work, 1); i++)
        if (sma_str_eq(properties[i].name, name))
            return properties[i].value;
    return NULL;
}

static bool same_properties(struct comparison *c, const struct sma_avro_property *a,
                            uint32_t a_count, const struct sma_avro_property *b, uint32_t b_count)
{
    if (a_count != b_count)
        return false;
    for (uint32_t i = 0; i < a_count; i++) {
        const struct sma_json *other = find_property(c, b, b_count, a[i].name, i);
        if (!other || !sma_avro_json_equal(a[i].value, other))
            return false;
    }
    return true;
}

static bool same_optional(bool has_a, struct sma_str a, bool has_b, struct sma_str b)
{
    return has_a == has_b && (!has_a || sma_str_eq(a, b));
}

static bool has_alias(const struct sma_avro_node *node, struct sma_str full)
{
    for (uint32_t i = 0; i < node->alias_count; i++)
        if (sma_str_eq(node->aliases[i].full, full))
            return true;
    return false;
}

static bool same_aliases(struct comparison *c, const struct sma_avro_node *a,
                         const struct sma_avro_node *b)
{
    if (a->alias_count != b->alias_count)
        return false;
    for (uint32_t i = 0; i < a->alias_count; i++) {
        if (sma_str_eq(a->aliases[i].full, b->aliases[i].full))
            continue;
        if (!sma_work_take(&c->work, b->alias_count) || !has_alias(b, a->aliases[i].full))
            return false;
    }
    return true;
}

static bool has_string(const struct sma_str *strings, uint32_t count, struct sma_str s)
{
    for (uint32_t i = 0; i < count; i++)
        if (sma_str_eq(strings[i], s))
            return true;
    return false;
}

static bool same_field_extras(struct comparison *c, const struct sma_avro_field *a,
                              const struct sma_avro_field *b)
{
    if (!same_optional(a->has_doc, a->doc, b->has_doc, b->doc) || a->alias_count != b->alias_count)
        return false;
    for (uint32_t i = 0; i < a->alias_count; i++) {
        if (sma_str_eq(a->aliases[i], b->aliases[i]))
            continue;
        if (!sma_work_take(&c->work, b->alias_count) ||
            !has_string(b->aliases, b->alias_count, a->aliases[i]))
            return false;
    }
    return true;
}

static bool same_default(const struct sma_json *a, const struct sma_json *b)
{
    return a && b ? sma_avro_json_equal(a, b) : a == b;
}

static bool same_field(struct comparison *c, const struct sma_avro_field *a,
                       const struct sma_avro_field *b)
{
    return sma_str_eq(a->name, b->name) && a->order == b->order &&
           same_default(a->default_value, b->default_value) &&
           same_properties(c, a->properties, a->property_count, b->properties, b->property_count) &&
           (!c->is_lookup || same_field_extras(c, a, b)) && same_node(c, a->type, b->type);
}

static bool same_record(struct comparison *c, const struct sma_avro_node *a,
                        const struct sma_avro_node *b)
{
    if (a->record.count != b->record.count)
        return false;
    for (uint32_t i = 0; i < a->record.count; i++)
        if (!same_field(c, &a->record.fields[i], &b->record.fields[i]))
            return false;
    return true;
}

static bool same_enum(struct comparison *c, const struct sma_avro_node *a,
                      const struct sma_avro_node *b)
{
    if (a->enumeration.count != b->enumeration.count)
        return false;
    for (uint32_t i = 0; i < a->enumeration.count; i++)
        if (!sma_str_eq(a->enumeration.symbols[i], b->enumeration.symbols[i]))
            return false;
    return !c->is_lookup || a->enumeration.default_position == b->enumeration.default_position;
}

static bool same_union(struct comparison *c, const struct sma_avro_node *a,
                       const struct sma_avro_node *b)
{
    if (a->variants.count != b->variants.count)
        return false;
    for (uint32_t i = 0; i < a->variants.count; i++)
        if (!same_node(c, a->variants.members[i], b->variants.members[i]))
            return false;
    return true;
}

static bool same_content(struct comparison *c, const struct sma_avro_node *a,
                         const struct sma_avro_node *b)
{
    switch (a->kind) {
    case SMA_AVRO_RECORD:
        return same_record(c, a, b);
    case SMA_AVRO_ENUM:
        return same_enum(c, a, b);
    case SMA_AVRO_FIXED:
        return a->fixed.size == b->fixed.size;
    case SMA_AVRO_UNION:
        return same_union(c, a, b);
    case SMA_AVRO_ARRAY:
    case SMA_AVRO_MAP:
        return same_node(c, a->items, b->items);
    default:
        return true;
    }
}

static bool same_head(struct comparison *c, const struct sma_avro_node *a,
                      const struct sma_avro_node *b)
{
    if (!sma_avro_is_named(a))
        return true;
    if (!sma_str_eq(a->name.full, b->name.full))
        return false;
    return !c->is_lookup ||
           (same_optional(a->has_doc, a->doc, b->has_doc, b->doc) && same_aliases(c, a, b));
}

/* A pair that is being compared, or was, counts as equal: if it is not, that alone decides. */
static bool is_seen(struct comparison *c, const struct sma_avro_node *a,
                    const struct sma_avro_node *b, bool *failed)
{
    struct sma_avro_pair *pair;
    bool is_new;
    *failed = false;
    if (!c->pairs || a->kind != SMA_AVRO_RECORD)
        return false;
    *failed = sma_avro_pairs_at(&pair, &is_new, c->pairs, a, b) != SMA_OK;
    return !*failed && !is_new;
}

static bool same_node(struct comparison *c, const struct sma_avro_node *a,
                      const struct sma_avro_node *b)
{
    bool failed;
    if (a == b)
        return true;
    if (a->kind != b->kind || a->index == SMA_AVRO_UNRESOLVED || b->index == SMA_AVRO_UNRESOLVED)
        return false;
    if (is_seen(c, a, b, &failed))
        return true;
    if (failed || !c->depth_left || !sma_work_take(&c->work, 1))
        return false;
    c->depth_left--;
    bool result =
        same_head(c, a, b) &&
        same_properties(c, a->properties, a->property_count, b->properties, b->property_count) &&
        same_content(c, a, b);
    c->depth_left++;
    return result;
}

bool sma_avro_same_definition(const struct sma_avro_node *a, const struct sma_avro_node *b)
{
    struct comparison c = {.work = {SMA_COMPAT_STEPS_MAX}, .depth_left = SMA_AVRO_DEPTH_MAX};
    return same_node(&c, a, b);
}

/* The canonical text says all there is to say. */
static bool is_whole(const struct sma_schema *schema)
{
    return !sma_avro_schema_of(schema)->uses_references;
}

bool sma_avro_equal(const struct sma_schema *a, const struct sma_schema *b)
{
    struct comparison c = {
        .is_lookup = true, .work = {SMA_COMPAT_STEPS_MAX}, .depth_left = SMA_AVRO_DEPTH_MAX};
    struct sma_avro_pairs pairs;
    if (a == b)
        return true;
    if (is_whole(a) && is_whole(b) && sma_str_eq(a->canonical, b->canonical))
        return true;
    sma_avro_pairs_init(&pairs, &c.work);
    c.pairs = &pairs;
    bool result = same_node(&c, sma_avro_schema_of(a)->root, sma_avro_schema_of(b)->root);
    sma_avro_pairs_fini(&pairs);
    return result;
}
