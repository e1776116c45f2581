#include "core/jsonschema/fields.h"

#include "core/jsonschema/jsonschema.h"
#include "core/schema/tag_editor.h"

/* The property that the values belong to; NULL outside of objects. */
struct place {
    struct sma_str name;
    bool is_wanted;
};

/* Values change while schemas are applied one after the other, so the document is a tree that is copied on
 * the way: every function gives the new value back. NULL after a failure (`status`). */
struct walk {
    struct sma_arena arena;
    const struct sma_field_rewriter *rewriter;
    uint32_t depth_left, values_left;
    enum sma_status status;
    struct sma_error *err;
};

static const struct sma_json *walk_value(struct walk *w, const struct sma_js_node *node,
                                         const struct sma_json *value, const struct place *place);

static const struct sma_json *fail(struct walk *w, enum sma_status st)
{
    if (!w->status)
        w->status = st;
    return NULL;
}

static const struct sma_json *no_memory(struct walk *w)
{
    return fail(w, sma_fail_nomem(w->err));
}

/* ---- which branch -------------------------------------------------------------------------------
 */

static bool fits(struct walk *w, const struct sma_js_node *node, const struct sma_json *value,
                 uint32_t depth);

static bool fits_object(struct walk *w, const struct sma_js_object *object,
                        const struct sma_json *value, uint32_t depth)
{
    if (value->type != SMA_JSON_OBJECT)
        return false;
    for (uint32_t i = 0; i < object->required.count; i++)
        if (!sma_json_get(value, object->required.items[i]))
            return false;
    for (uint32_t i = 0; i < object->property_count; i++) {
        const struct sma_js_property *property = &object->properties[i];
        const struct sma_json *member = sma_json_get(value, property->name);
        if (member && !fits(w, property->schema, member, depth))
            return false;
    }
    return true;
}

static bool fits_values(struct walk *w, const struct sma_js_values *values,
                        const struct sma_json *value)
{
    struct sma_buf text;
    bool found = false;
    sma_buf_init(&text, 0);
    sma_json_put(&text, value);
    if (sma_buf_failed(&text))
        no_memory(w);
    /* Canonical text sorts names, so objects may be missed: they tell no branches apart in practice. */
    for (uint32_t i = 0; !found && i < values->set.count; i++)
        found = sma_str_eq(values->set.items[i], sma_buf_str(&text));
    sma_buf_fini(&text);
    return found;
}

static bool fits_combined(struct walk *w, const struct sma_js_combined *combined,
                          const struct sma_json *value, uint32_t depth)
{
    bool wants_all = combined->criterion == SMA_JS_ALL_OF;
    for (uint32_t i = 0; i < combined->member_count; i++)
        if (fits(w, combined->members[i], value, depth) != wants_all)
            return !wants_all;
    return wants_all;
}

static bool fits(struct walk *w, const struct sma_js_node *node, const struct sma_json *value,
                 uint32_t depth)
{
    if (!depth || !w->values_left || w->status)
        return true; /* the walk itself will meet the limit */
    w->values_left--;
    depth--;
    switch (node->class) {
    case SMA_JS_FALSE:
        return false;
    case SMA_JS_BOOLEAN:
        return value->type == SMA_JSON_BOOL;
    case SMA_JS_NULL:
        return value->type == SMA_JSON_NULL;
    case SMA_JS_STRING:
        return value->type == SMA_JSON_STRING || !node->requires_type;
    case SMA_JS_NUMBER:
        return (value->type == SMA_JSON_NUMBER &&
                (!node->number->is_integer || value->is_integer)) ||
               !node->requires_type;
    case SMA_JS_OBJECT:
        return fits_object(w, node->object, value, depth);
    case SMA_JS_ARRAY:
        return value->type == SMA_JSON_ARRAY || !node->requires_type;
    case SMA_JS_ENUM:
    case SMA_JS_CONST:
        return fits_values(w, node->values, value);
    case SMA_JS_COMBINED:
        return fits_combined(w, node->combined, value, depth);
    case SMA_JS_REFERENCE:
        return !node->reference->target || fits(w, node->reference->target, value, depth);
    default: /* empty, true, not, conditional */
        return true;
    }
}

/* ---- copies -------------------------------------------------------------------------------------
 */

static struct sma_json *copy_container(struct walk *w, const struct sma_json *value)
{
    struct sma_json *copy = sma_arena_calloc(&w->arena, 1, sizeof *copy);
    size_t size = value->type == SMA_JSON_OBJECT ? sizeof(struct sma_json_member)
                                                 : sizeof(struct sma_json);
    void *inside = copy ? sma_arena_calloc(&w->arena, (size_t)value->count + 1, size) : NULL;
    if (!inside) {
        no_memory(w);
        return NULL;
    }
    *copy = *value;
    if (value->type == SMA_JSON_OBJECT) {
        __builtin_memcpy(inside, value->members, value->count * size);
        copy->members = inside;
    } else {
        __builtin_memcpy(inside, value->items, value->count * size);
        copy->items = inside;
    }
    return copy;
}

/* ---- values -------------------------------------------------------------------------------------
 */

static const struct sma_json *rewrite(struct walk *w, const struct sma_json *value,
                                      const struct place *place)
{
    struct sma_json *changed = sma_arena_calloc(&w->arena, 1, sizeof *changed);
    struct sma_buf text;
    if (!changed)
        return no_memory(w);
    sma_buf_init(&text, 0);
    bool is_string = value->type == SMA_JSON_STRING;
    enum sma_status st = w->rewriter->rewrite(
        w->rewriter->ctx, place->name, is_string ? SMA_LEAF_STRING : SMA_LEAF_OTHER,
        is_string ? value->text : sma_str_make("", 0), &text, w->err);
    *changed = *value;
    changed->text = sma_arena_copy(&w->arena, sma_buf_str(&text));
    if (!st && (sma_buf_failed(&text) || !changed->text.ptr))
        st = sma_fail_nomem(w->err);
    sma_buf_fini(&text);
    return st ? fail(w, st) : changed;
}

/* A value that no schema looks into any further. */
static const struct sma_json *walk_leaf(struct walk *w, const struct sma_json *value,
                                        const struct place *place)
{
    bool is_leaf = value->type != SMA_JSON_OBJECT && value->type != SMA_JSON_ARRAY &&
                   value->type != SMA_JSON_NULL;
    return place && place->is_wanted && is_leaf ? rewrite(w, value, place) : value;
}

static bool place_of(struct walk *w, struct place *place, const struct place *outer,
                     const struct sma_js_property *property)
{
    struct sma_tag_set tags;
    struct sma_str path = outer ? outer->name : SMA_STR("$");
    place->name = sma_arena_printf(&w->arena, "%.*s.%.*s", SMA_STR_ARG(path),
                                   SMA_STR_ARG(property->name));
    sma_tag_set_init(&tags);
    sma_tag_set_add_json(&tags, sma_json_get(property->schema->source, SMA_TAGS_MEMBER));
    bool ok = place->name.ptr && !tags.failed;
    place->is_wanted = ok && w->rewriter->wants(w->rewriter->ctx, place->name, &tags);
    sma_tag_set_fini(&tags);
    if (!ok)
        no_memory(w);
    return ok;
}

static const struct sma_json *walk_object(struct walk *w, const struct sma_js_object *object,
                                          const struct sma_json *value, const struct place *outer)
{
    struct sma_json *copy;
    if (value->type != SMA_JSON_OBJECT)
        return value;
    copy = copy_container(w, value);
    for (uint32_t i = 0; copy && !w->status && i < copy->count; i++) {
        struct sma_json_member *member = (struct sma_json_member *)&copy->members[i];
        const struct sma_js_property *property = sma_js_property_find(object, member->name);
        struct place place;
        if (!property || !place_of(w, &place, outer, property))
            continue;
        const struct sma_json *changed = walk_value(w, property->schema, &member->value, &place);
        if (changed)
            member->value = *changed;
    }
    return w->status ? NULL : copy;
}

static const struct sma_js_node *item_schema(const struct sma_js_array *array, uint32_t i)
{
    return i < array->item_count ? array->items[i]
           : array->all_items    ? array->all_items
                                 : array->additional;
}

static const struct sma_json *walk_array(struct walk *w, const struct sma_js_array *array,
                                         const struct sma_json *value, const struct place *place)
{
    struct sma_json *copy;
    if (value->type != SMA_JSON_ARRAY)
        return value;
    copy = copy_container(w, value);
    for (uint32_t i = 0; copy && !w->status && i < copy->count; i++) {
        const struct sma_js_node *schema = item_schema(array, i);
        const struct sma_json *changed =
            schema ? walk_value(w, schema, &copy->items[i], place) : &copy->items[i];
        if (changed && changed != &copy->items[i])
            *(struct sma_json *)&copy->items[i] = *changed;
    }
    return w->status ? NULL : copy;
}

static const struct sma_json *walk_combined(struct walk *w, const struct sma_js_combined *combined,
                                            const struct sma_json *value, const struct place *place)
{
    for (uint32_t i = 0; value && i < combined->member_count; i++) {
        const struct sma_js_node *member = combined->members[i];
        if (combined->criterion != SMA_JS_ALL_OF && !fits(w, member, value, SMA_FIELDS_DEPTH_MAX))
            continue;
        value = walk_value(w, member, value, place);
        if (combined->criterion == SMA_JS_ONE_OF)
            break;
    }
    return value;
}

static const struct sma_json *walk_node(struct walk *w, const struct sma_js_node *node,
                                        const struct sma_json *value, const struct place *place)
{
    switch (node->class) {
    case SMA_JS_OBJECT:
        return walk_object(w, node->object, value, place);
    case SMA_JS_ARRAY:
        return walk_array(w, node->array, value, place);
    case SMA_JS_COMBINED:
        return walk_combined(w, node->combined, value, place);
    case SMA_JS_REFERENCE:
        return node->reference->target ? walk_value(w, node->reference->target, value, place)
                                       : walk_leaf(w, value, place);
    case SMA_JS_NOT:
    case SMA_JS_CONDITIONAL:
        return value;
    default:
        return walk_leaf(w, value, place);
    }
}

static const struct sma_json *walk_value(struct walk *w, const struct sma_js_node *node,
                                         const struct sma_json *value, const struct place *place)
{
    if (!w->depth_left || !w->values_left)
        return fail(w, sma_fail(w->err, SMA_ELIMIT, "document exceeds the limit of %u %s",
                                w->depth_left ? SMA_FIELDS_VALUES_MAX : SMA_FIELDS_DEPTH_MAX,
                                w->depth_left ? "values" : "levels of nesting"));
    w->depth_left--;
    w->values_left--;
    value = walk_node(w, node, value, place);
    w->depth_left++;
    return value;
}

enum sma_status sma_jsonschema_rewrite_fields(struct sma_buf *out, const struct sma_schema *schema,
                                              struct sma_str data,
                                              const struct sma_field_rewriter *rewriter,
                                              struct sma_error *err)
{
    static const struct sma_json_options options = {.max_values = SMA_FIELDS_VALUES_MAX,
                                                    .max_bytes = UINT32_MAX};
    const struct sma_jsonschema *json = sma_jsonschema_of(schema);
    const struct sma_json *document;
    struct walk w = {.rewriter = rewriter,
                     .depth_left = SMA_FIELDS_DEPTH_MAX,
                     .values_left = SMA_FIELDS_VALUES_MAX,
                     .err = err};
    if (!json->model)
        return sma_fail(err, SMA_EUNSUPPORTED, "the schema cannot be followed to its fields: %.*s",
                        SMA_STR_ARG(json->problem));
    sma_arena_init(&w.arena, 0);
    enum sma_status st = sma_json_parse(&document, &w.arena, data, &options, NULL, err);
    if (!st) {
        document = walk_value(&w, json->model->root, document, NULL);
        st = w.status;
    }
    if (!st)
        sma_json_put(out, document);
    if (!st && sma_buf_failed(out))
        st = sma_fail_nomem(err);
    sma_arena_fini(&w.arena);
    return st;
}
