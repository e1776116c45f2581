/* Numbers for models: two members of a combined schema count as one when their models read the
 * same. The text of a model is written with the numbers of its children in place of their texts,
 * and texts are numbered by first appearance. Order matters where it does in the original's text
 * (lists), not where that comes from a hash table (properties). */
#include "core/jsonschema/loader.h"

#include "core/jsonschema/canonical.h"

static void put_text(struct sma_buf *out, const char *key, struct sma_str text)
{
    sma_buf_putz(out, key);
    sma_json_put_string(out, text);
}

static void put_json_text(struct sma_buf *out, const char *key, const struct sma_json *text)
{
    if (text)
        put_text(out, key, text->text);
}

/* Numbers were checked when the schema was printed, so this cannot refuse them. */
static enum sma_status put_value(struct sma_buf *out, const char *key, const struct sma_json *value,
                                 struct sma_error *err)
{
    if (!value)
        return SMA_OK;
    sma_buf_putz(out, key);
    return sma_js_put_canonical(out, value, SMA_JS_ORDER_BY_NAME, err);
}

static void put_limit(struct sma_buf *out, const char *key, const struct sma_js_limit *limit)
{
    if (!limit->is_set)
        return;
    sma_buf_putz(out, key);
    sma_buf_put_i64(out, limit->value);
}

static void put_child(struct sma_buf *out, const char *key, const struct sma_js_node *node)
{
    if (!node)
        return;
    sma_buf_putz(out, key);
    sma_buf_put_u64(out, node->signature);
}

static void put_names(struct sma_buf *out, const char *key, const struct sma_js_names *names)
{
    sma_buf_putz(out, key);
    for (uint32_t i = 0; i < names->count; i++) {
        sma_json_put_string(out, names->items[i]);
        sma_buf_putc(out, ',');
    }
}

/* ---- children first ----------------------------------------------------------------------------
 */

static enum sma_status sign_optional(struct sma_js_node *node, struct sma_js_loader *loader)
{
    return node ? sma_js_sign(node, loader) : SMA_OK;
}

static enum sma_status sign_object_children(struct sma_js_object *object,
                                            struct sma_js_loader *loader)
{
    enum sma_status st = SMA_OK;
    for (uint32_t i = 0; !st && i < object->property_count; i++)
        st = sma_js_sign(object->properties[i].schema, loader);
    for (uint32_t i = 0; !st && i < object->pattern_count; i++)
        st = sma_js_sign(object->patterns[i].schema, loader);
    for (uint32_t i = 0; !st && i < object->dependency_count; i++)
        st = sign_optional(object->dependencies[i].schema, loader);
    if (!st)
        st = sign_optional(object->additional, loader);
    if (!st)
        st = sign_optional(object->names, loader);
    return st ? st : sign_optional(object->unevaluated, loader);
}

static enum sma_status sign_array_children(struct sma_js_array *array, struct sma_js_loader *loader)
{
    enum sma_status st = sign_optional(array->all_items, loader);
    for (uint32_t i = 0; !st && i < array->item_count; i++)
        st = sma_js_sign(array->items[i], loader);
    if (!st)
        st = sign_optional(array->additional, loader);
    if (!st)
        st = sign_optional(array->contains, loader);
    return st ? st : sign_optional(array->unevaluated, loader);
}

static enum sma_status sign_children(struct sma_js_node *node, struct sma_js_loader *loader)
{
    enum sma_status st = SMA_OK;
    switch (node->class) {
    case SMA_JS_OBJECT:
        return sign_object_children(node->object, loader);
    case SMA_JS_ARRAY:
        return sign_array_children(node->array, loader);
    case SMA_JS_NOT:
        return sma_js_sign(node->inner, loader);
    case SMA_JS_COMBINED:
        for (uint32_t i = 0; !st && i < node->combined->member_count; i++)
            st = sma_js_sign(node->combined->members[i], loader);
        return st;
    case SMA_JS_CONDITIONAL:
        st = sign_optional(node->conditional->condition, loader);
        if (!st)
            st = sign_optional(node->conditional->consequence, loader);
        return st ? st : sign_optional(node->conditional->alternative, loader);
    default:
        return SMA_OK;
    }
}

/* ---- the node itself ---------------------------------------------------------------------------
 */

static void put_string(struct sma_buf *out, const struct sma_js_string *string)
{
    put_limit(out, "min", &string->min_length);
    put_limit(out, "max", &string->max_length);
    put_json_text(out, "pattern", string->pattern);
    put_json_text(out, "format", string->format);
}

static enum sma_status put_number(struct sma_buf *out, const struct sma_js_number *number,
                                  struct sma_error *err)
{
    if (number->is_integer)
        sma_buf_putz(out, "integer");
    if (number->exclusive_minimum_flag)
        sma_buf_putz(out, "xminflag");
    if (number->exclusive_maximum_flag)
        sma_buf_putz(out, "xmaxflag");
    enum sma_status st = put_value(out, "min", number->minimum, err);
    if (!st)
        st = put_value(out, "max", number->maximum, err);
    if (!st)
        st = put_value(out, "xmin", number->exclusive_minimum, err);
    if (!st)
        st = put_value(out, "xmax", number->exclusive_maximum, err);
    return st ? st : put_value(out, "multiple", number->multiple_of, err);
}

static void put_object(struct sma_buf *out, const struct sma_js_object *object)
{
    for (uint32_t i = 0; i < object->property_count; i++) {
        const struct sma_js_property *property = &object->properties[object->by_name[i]];
        put_text(out, "property", property->name);
        put_child(out, ":", property->schema);
    }
    put_names(out, "required", &object->required);
    put_limit(out, "min", &object->min_properties);
    put_limit(out, "max", &object->max_properties);
    for (uint32_t i = 0; i < object->dependency_count; i++) {
        put_text(out, "dependency", object->dependencies[i].name);
        put_names(out, "of", &object->dependencies[i].required);
        put_child(out, ":", object->dependencies[i].schema);
    }
    for (uint32_t i = 0; i < object->pattern_count; i++) {
        put_text(out, "pattern", object->patterns[i].pattern);
        put_child(out, ":", object->patterns[i].schema);
    }
    if (object->forbids_additional)
        sma_buf_putz(out, "closed");
    put_child(out, "additional", object->additional);
    put_child(out, "names", object->names);
    put_child(out, "unevaluated", object->unevaluated);
}

static void put_array(struct sma_buf *out, const struct sma_js_array *array)
{
    put_child(out, "items", array->all_items);
    for (uint32_t i = 0; i < array->item_count; i++)
        put_child(out, "item", array->items[i]);
    if (array->forbids_additional)
        sma_buf_putz(out, "closed");
    put_child(out, "additional", array->additional);
    put_child(out, "unevaluated", array->unevaluated);
    put_child(out, "contains", array->contains);
    put_limit(out, "min", &array->min_items);
    put_limit(out, "max", &array->max_items);
    put_limit(out, "minc", &array->min_contains);
    put_limit(out, "maxc", &array->max_contains);
    if (array->is_unique)
        sma_buf_putz(out, "unique");
}

static enum sma_status put_details(struct sma_buf *out, const struct sma_js_node *node,
                                   struct sma_error *err)
{
    switch (node->class) {
    case SMA_JS_STRING:
        put_string(out, node->string);
        return SMA_OK;
    case SMA_JS_NUMBER:
        return put_number(out, node->number, err);
    case SMA_JS_OBJECT:
        put_object(out, node->object);
        return SMA_OK;
    case SMA_JS_ARRAY:
        put_array(out, node->array);
        return SMA_OK;
    case SMA_JS_ENUM:
    case SMA_JS_CONST:
        put_names(out, "values", &node->values->written);
        return SMA_OK;
    case SMA_JS_NOT:
        put_child(out, "not", node->inner);
        return SMA_OK;
    case SMA_JS_COMBINED:
        sma_buf_puts(out, sma_js_criterion_name(node->combined->criterion));
        for (uint32_t i = 0; i < node->combined->member_count; i++)
            put_child(out, ",", node->combined->members[i]);
        return SMA_OK;
    case SMA_JS_CONDITIONAL:
        put_child(out, "if", node->conditional->condition);
        put_child(out, "then", node->conditional->consequence);
        put_child(out, "else", node->conditional->alternative);
        return SMA_OK;
    case SMA_JS_REFERENCE:
        put_text(out, "ref", node->reference->text);
        sma_buf_putc(out, '@');
        sma_buf_put_u64(out, (uint64_t)(uintptr_t)node->reference->place);
        return SMA_OK;
    default:
        return SMA_OK;
    }
}

static enum sma_status put_node(struct sma_buf *out, const struct sma_js_node *node,
                                struct sma_error *err)
{
    sma_buf_put_u64(out, (uint64_t)node->class);
    if (node->requires_type)
        sma_buf_putz(out, "type");
    if (node->is_connect_bytes)
        sma_buf_putz(out, "bytes");
    put_json_text(out, "id", node->id);
    put_json_text(out, "title", node->title);
    put_json_text(out, "description", node->description);
    enum sma_status st = put_value(out, "default", node->default_value, err);
    sma_buf_putc(out, '|');
    return st ? st : put_details(out, node, err);
}

enum sma_status sma_js_sign(struct sma_js_node *node, struct sma_js_loader *loader)
{
    if (node->signature)
        return SMA_OK;
    enum sma_status st = sign_children(node, loader);
    if (st)
        return st;
    sma_buf_clear(&loader->text);
    st = put_node(&loader->text, node, loader->err);
    if (!st && sma_buf_failed(&loader->text))
        st = sma_fail_nomem(loader->err);
    if (!st)
        st = sma_js_charge(loader, 1 + loader->text.len / 64);
    if (st)
        return st;
    struct sma_str text = sma_buf_str(&loader->text);
    uintptr_t number = (uintptr_t)sma_map_get(&loader->signatures, text);
    if (!number) {
        number = loader->signatures.count + 1;
        text = sma_arena_copy(&loader->refs.scratch, text);
        if (!text.ptr || !sma_map_put(&loader->signatures, text, (void *)number))
            return sma_fail_nomem(loader->err);
    }
    node->signature = (uint32_t)number;
    return SMA_OK;
}

enum sma_status sma_js_distinguish(struct sma_js_node *node, struct sma_js_loader *loader)
{
    enum sma_status st;
    struct sma_js_combined *combined = node->combined;
    struct sma_map seen; /* signature → anything */
    combined->distinct =
        sma_js_array_new(loader, combined->member_count, sizeof *combined->distinct, &st);
    sma_map_init(&seen);
    for (uint32_t i = 0; !st && i < combined->member_count; i++) {
        struct sma_js_node *member = combined->members[i];
        st = sma_js_sign(member, loader);
        struct sma_str key =
            sma_str_make((const char *)&member->signature, sizeof member->signature);
        int added = st ? 0 : sma_map_add(&seen, key, member);
        if (added < 0)
            st = sma_fail_nomem(loader->err);
        if (added > 0)
            combined->distinct[combined->distinct_count++] = member;
    }
    sma_map_fini(&seen);
    return st;
}
