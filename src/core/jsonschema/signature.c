/* Numbers for models: two members of a combined schema count as one when their models have the same
 * text, and texts are numbered by first appearance, children before parents. */
#include "core/jsonschema/loader.h"

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

enum sma_status sma_js_sign(struct sma_js_node *node, struct sma_js_loader *loader)
{
    if (node->signature)
        return SMA_OK;
    enum sma_status st = sign_children(node, loader);
    if (!st)
        st = sma_js_model_text(loader, node);
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
