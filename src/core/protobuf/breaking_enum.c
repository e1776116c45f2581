/* Enums. */
#include "core/protobuf/breaking_walk.h"
#include "core/protobuf/pool_link.h"

static struct sma_proto_features features_of(const struct sma_proto_breaking_element *element)
{
    struct sma_proto_pool *pool = &element->unit->pool;
    struct sma_str outer = sma_proto_outer(element->full_name);
    const struct sma_proto_file *file = element->unit->schema->file;
    const struct sma_proto_message_type *around =
        outer.len > file->package.len ? sma_proto_pool_message(pool, outer) : NULL;
    struct sma_proto_features features =
        around ? around->features : sma_proto_features_of_file(file);
    return file->syntax == SMA_PROTO_EDITION
               ? sma_proto_features_apply(features, element->enumeration->options)
               : features;
}

static void compare_features(struct sma_proto_breaking_check *c,
                             const struct sma_proto_breaking_element *old,
                             const struct sma_proto_breaking_element *new)
{
    struct sma_proto_features before = features_of(old), after = features_of(new);
    struct sma_span old_span = old->enumeration->span, new_span = new->enumeration->span;
    if (before.is_closed_enum != after.is_closed_enum)
        sma_proto_breaking_add(c, SMA_PROTO_ENUM_SAME_TYPE, old->full_name, old_span, new_span,
                               "from %s to %s", before.is_closed_enum ? "closed" : "open",
                               after.is_closed_enum ? "closed" : "open");
    if (!before.is_json_best_effort && after.is_json_best_effort)
        sma_proto_breaking_add(c, SMA_PROTO_ENUM_SAME_JSON_FORMAT, old->full_name, old_span,
                               new_span, "from ALLOW to LEGACY_BEST_EFFORT");
}

static void report_deleted(struct sma_proto_breaking_check *c,
                           const struct sma_proto_breaking_element *old,
                           const struct sma_proto_enum_value *value,
                           const struct sma_proto_breaking_element *new)
{
    struct sma_proto_range_lists reserved = new->enumeration->reserved;
    struct sma_str path = sma_proto_breaking_name(c, old->full_name, value->name);
    struct sma_span span = new->enumeration->span;
    sma_proto_breaking_add(c, SMA_PROTO_ENUM_VALUE_NO_DELETE, path, value->span, span, "%s", "");
    if (!sma_proto_breaking_take(c, reserved.count))
        return;
    if (!sma_proto_breaking_is_reserved(reserved, value->number))
        sma_proto_breaking_add(c, SMA_PROTO_ENUM_VALUE_NO_DELETE_UNLESS_NUMBER_RESERVED, path,
                               value->span, span, "%s", "");
    if (!sma_proto_breaking_is_name_reserved(reserved, value->name))
        sma_proto_breaking_add(c, SMA_PROTO_ENUM_VALUE_NO_DELETE_UNLESS_NAME_RESERVED, path,
                               value->span, span, "%s", "");
}

/* An enum of the pool by its full name, NULL when it is not the one in hand. */
static const struct sma_proto_enum_type *linked(const struct sma_proto_breaking_element *element)
{
    const struct sma_proto_type *type =
        sma_proto_resolve(&element->unit->session, element->full_name, SMA_STR(""));
    if (!type || !type->is_enum || type->enumeration != element->enumeration)
        return NULL;
    return sma_proto_pool_enum(&element->unit->pool, type);
}

/* A number keeps its names: with aliases, all of the old ones must be among the new ones. */
static bool has_name(const struct sma_proto_enum_type *one,
                     const struct sma_proto_enum_value *value)
{
    const struct sma_proto_enum_value *other = sma_proto_enum_value_of_name(one, value->name);
    return other && other->number == value->number;
}

void sma_proto_breaking_enum(struct sma_proto_breaking_check *c,
                             const struct sma_proto_breaking_element *old,
                             const struct sma_proto_breaking_element *new)
{
    const struct sma_proto_enum_type *after = linked(new);
    if (!after)
        return;
    compare_features(c, old, new);
    sma_proto_breaking_ranges(c, SMA_PROTO_RESERVED_ENUM_NO_DELETE, old->full_name,
                              old->enumeration->reserved, old->enumeration->span,
                              new->enumeration->reserved, new->enumeration->span);
    for (size_t i = 0; i < old->enumeration->value_count && sma_proto_breaking_take(c, 1); i++) {
        const struct sma_proto_enum_value *value = &old->enumeration->values[i];
        const struct sma_proto_enum_value *other =
            sma_proto_enum_value_of_number(after, value->number);
        if (!other)
            report_deleted(c, old, value, new);
        else if (!has_name(after, value))
            sma_proto_breaking_add(c, SMA_PROTO_ENUM_VALUE_SAME_NAME,
                                   sma_proto_breaking_name(c, old->full_name, value->name),
                                   value->span, other->span, "to %.*s", SMA_STR_ARG(other->name));
    }
}
