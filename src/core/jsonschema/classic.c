/* Drafts 4, 6 and 7: what an object becomes. Its keywords are taken apart into parts in a fixed
 * order; no part is Empty, one is itself, more stand in an allOf of their own. Source: compat-json
 * section 5. */
#include "core/jsonschema/loader.h"

/* enum, allOf, anyOf, oneOf, not, const, type, four kinds, conditional. */
#define PARTS_MAX 12

struct parts {
    struct sma_js_node *items[PARTS_MAX];
    uint32_t count;
    bool has_kind[SMA_JS_KIND_COUNT]; /* named by `type`: its keywords are spoken for */
};

/* Loads one member with `load` as a part, if it is there. */
static enum sma_status take_part(struct parts *parts, struct sma_js_loader *loader,
                                 const struct sma_js_at *at, const char *keyword,
                                 enum sma_status (*load)(struct sma_js_node **,
                                                         struct sma_js_loader *,
                                                         const struct sma_js_at *))
{
    const struct sma_json *value = sma_json_get(at->json, sma_str_z(keyword));
    struct sma_js_trail trail;
    if (!value)
        return SMA_OK;
    struct sma_js_at below = sma_js_below(at, &trail, sma_str_z(keyword), value);
    enum sma_status st = load(&parts->items[parts->count], loader, &below);
    parts->count += !st;
    return st;
}

static enum sma_status load_all_of(struct sma_js_node **out, struct sma_js_loader *loader,
                                   const struct sma_js_at *at)
{
    return sma_js_load_combined(out, loader, at, SMA_JS_ALL_OF);
}

static enum sma_status load_any_of(struct sma_js_node **out, struct sma_js_loader *loader,
                                   const struct sma_js_at *at)
{
    return sma_js_load_combined(out, loader, at, SMA_JS_ANY_OF);
}

static enum sma_status load_one_of(struct sma_js_node **out, struct sma_js_loader *loader,
                                   const struct sma_js_at *at)
{
    return sma_js_load_combined(out, loader, at, SMA_JS_ONE_OF);
}

/* A node of the named type with all the object's keywords of its kind; `at` is the object. */
static enum sma_status load_type(struct sma_js_node **out, struct parts *parts,
                                 struct sma_js_loader *loader, const struct sma_js_at *at,
                                 struct sma_str name)
{
    enum sma_js_class class;
    enum sma_js_kind kind;
    bool is_kind;
    if (!sma_js_type_of_name(name, &class, &kind, &is_kind))
        return sma_js_fail(loader, at, "unknown type: [%.*s]", SMA_STR_ARG(name));
    enum sma_status st = sma_js_node_new(out, loader, class, at);
    if (st)
        return st;
    (*out)->requires_type = true;
    if (class == SMA_JS_NUMBER)
        (*out)->number->is_integer = sma_str_eqz(name, "integer");
    if (!is_kind)
        return SMA_OK;
    parts->has_kind[kind] = true;
    return sma_js_load_kind(*out, loader, at, kind);
}

/* A list of types is an anyOf, a list of one too. */
static enum sma_status load_types(struct parts *parts, struct sma_js_loader *loader,
                                  const struct sma_js_at *at, const struct sma_js_at *list)
{
    enum sma_status st;
    uint32_t count = list->json->count;
    struct sma_js_trail trail;
    struct sma_js_node *node = NULL;
    struct sma_js_node **members = sma_js_array_new(loader, count, sizeof *members, &st);
    for (uint32_t i = 0; !st && i < count; i++) {
        struct sma_js_at item = sma_js_below_index(list, &trail, i);
        st = item.json->type != SMA_JSON_STRING
                 ? sma_js_wrong_type(loader, &item, "String")
                 : load_type(&members[i], parts, loader, at, item.json->text);
    }
    if (!st)
        st = sma_js_combined_new(&node, loader, at, SMA_JS_ANY_OF, members, count);
    if (!st)
        st = sma_js_distinguish(node, loader);
    if (!st)
        parts->items[parts->count++] = node;
    return st;
}

static enum sma_status take_type(struct parts *parts, struct sma_js_loader *loader,
                                 const struct sma_js_at *at)
{
    const struct sma_json *type = sma_json_getz(at->json, "type");
    struct sma_js_trail trail;
    if (!type)
        return SMA_OK;
    struct sma_js_at below = sma_js_below(at, &trail, SMA_STR("type"), type);
    if (type->type == SMA_JSON_ARRAY)
        return load_types(parts, loader, at, &below);
    if (type->type != SMA_JSON_STRING)
        return sma_js_wrong_type(loader, &below, "JsonArray or String");
    enum sma_status st = load_type(&parts->items[parts->count], parts, loader, at, type->text);
    parts->count += !st;
    return st;
}

/* Keywords of a kind that `type` does not name make a node of that kind which demands no type. */
static enum sma_status take_left_over(struct parts *parts, struct sma_js_loader *loader,
                                      const struct sma_js_at *at)
{
    enum sma_draft draft = at->resource->document->draft;
    enum sma_status st = SMA_OK;
    for (int kind = 0; !st && kind < SMA_JS_KIND_COUNT; kind++) {
        struct sma_js_node *node = NULL;
        if (parts->has_kind[kind] || !sma_js_has_kind(at->json, draft, (enum sma_js_kind)kind))
            continue;
        st = sma_js_node_new(&node, loader, sma_js_class_of_kind((enum sma_js_kind)kind), at);
        if (!st)
            st = sma_js_load_kind(node, loader, at, (enum sma_js_kind)kind);
        if (!st)
            parts->items[parts->count++] = node;
    }
    return st;
}

static enum sma_status take_conditional(struct parts *parts, struct sma_js_loader *loader,
                                        const struct sma_js_at *at)
{
    bool is_there = sma_json_getz(at->json, "if") || sma_json_getz(at->json, "then") ||
                    sma_json_getz(at->json, "else");
    if (at->resource->document->draft < SMA_DRAFT_7 || !is_there)
        return SMA_OK;
    enum sma_status st = sma_js_load_conditional(&parts->items[parts->count], loader, at);
    parts->count += !st;
    return st;
}

static enum sma_status take_parts(struct parts *parts, struct sma_js_loader *loader,
                                  const struct sma_js_at *at)
{
    enum sma_status st = take_part(parts, loader, at, "enum", sma_js_load_enum);
    if (!st)
        st = take_part(parts, loader, at, "allOf", load_all_of);
    if (!st)
        st = take_part(parts, loader, at, "anyOf", load_any_of);
    if (!st)
        st = take_part(parts, loader, at, "oneOf", load_one_of);
    if (!st)
        st = take_part(parts, loader, at, "not", sma_js_load_not);
    if (!st && at->resource->document->draft >= SMA_DRAFT_6)
        st = take_part(parts, loader, at, "const", sma_js_load_const);
    if (!st)
        st = take_type(parts, loader, at);
    if (!st)
        st = take_left_over(parts, loader, at);
    if (!st)
        st = take_conditional(parts, loader, at);
    return st;
}

static enum sma_status join_parts(struct sma_js_node **out, struct sma_js_loader *loader,
                                  const struct sma_js_at *at, const struct parts *parts)
{
    enum sma_status st;
    if (parts->count == 0)
        return sma_js_node_new(out, loader, SMA_JS_EMPTY, at);
    if (parts->count == 1) {
        *out = parts->items[0];
        return SMA_OK;
    }
    struct sma_js_node **members = sma_js_array_new(loader, parts->count, sizeof *members, &st);
    if (st)
        return st;
    memcpy(members, parts->items, parts->count * sizeof *members);
    st = sma_js_combined_new(out, loader, at, SMA_JS_ALL_OF, members, parts->count);
    if (st)
        return st;
    (*out)->is_generated = true;
    return sma_js_distinguish(*out, loader);
}

/* These drafts do not know the two counts, but the comparison reads them off an Array all the same.
 * Anything but a number is ignored, as an unknown keyword should be. */
static void note_unknown_counts(struct sma_js_node *node, const struct sma_js_at *at)
{
    static const char *const names[2] = {"minContains", "maxContains"};
    if (node->class != SMA_JS_ARRAY)
        return;
    for (int i = 0; i < 2; i++) {
        const struct sma_json *value = sma_json_get(at->json, sma_str_z(names[i]));
        struct sma_js_limit *limit = i ? &node->array->max_contains : &node->array->min_contains;
        if (sma_json_is(value, SMA_JSON_NUMBER))
            *limit = (struct sma_js_limit){sma_js_truncate(value), true};
    }
}

enum sma_status sma_js_load_classic(struct sma_js_node **out, struct sma_js_loader *loader,
                                    const struct sma_js_at *at)
{
    struct parts parts = {.count = 0};
    struct sma_js_node *node = NULL;
    enum sma_status st;
    if (sma_json_getz(at->json, "$ref")) { /* whatever stands beside it has no meaning */
        struct sma_js_trail trail;
        struct sma_js_at below =
            sma_js_below(at, &trail, SMA_STR("$ref"), sma_json_getz(at->json, "$ref"));
        st = sma_js_load_reference(&node, loader, &below, false);
    } else {
        st = take_parts(&parts, loader, at);
        if (!st)
            st = join_parts(&node, loader, at, &parts);
        if (!st)
            note_unknown_counts(node, at);
    }
    if (!st)
        st = sma_js_load_annotations(node, loader, at);
    if (!st)
        *out = node;
    return st;
}
