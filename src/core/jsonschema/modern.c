/* Drafts 2019-09 and 2020-12: what an object becomes. Keywords give parts one by one; parts of the
 * same kind grow together, others end up side by side in a generated allOf. Source: compat-json
 * section 6.
 *
 * The original walks an object's keywords in the order of a Java hash table, and whether a keyword
 * grows into a member of a `type` list depends on it having come after `type`. So that order is
 * rebuilt here: by bucket of the spread hash of the name, table size by the number of members. */
#include <stdlib.h>

#include "core/jsonschema/loader.h"

/* enum, const, not, allOf, anyOf, oneOf, if, $ref, $dynamicRef, type and the four kinds. */
#define PARTS_MAX 14

/* Keywords of 2020-12 that are not late, and some to spare: names in an object are unique. */
#define KEYWORDS_MAX 48

/* What the parts so far have come to; NULL: nothing yet. */
struct whole {
    struct sma_js_node *node;
};

static bool is_generated(const struct sma_js_node *node, enum sma_js_criterion criterion)
{
    return node && node->is_generated && node->combined->criterion == criterion;
}

static enum sma_status generate(struct sma_js_node **out, struct sma_js_loader *loader,
                                const struct sma_js_at *at, enum sma_js_criterion criterion,
                                uint32_t capacity)
{
    enum sma_status st;
    struct sma_js_node **members = sma_js_array_new(loader, capacity, sizeof *members, &st);
    if (!st)
        st = sma_js_combined_new(out, loader, at, criterion, members, 0);
    if (!st)
        (*out)->is_generated = true;
    return st;
}

/* Sets a part beside what is there. */
static enum sma_status join(struct whole *whole, struct sma_js_loader *loader,
                            const struct sma_js_at *at, struct sma_js_node *part)
{
    struct sma_js_node *all = whole->node;
    if (!all) {
        whole->node = part;
        return SMA_OK;
    }
    if (!is_generated(all, SMA_JS_ALL_OF)) {
        enum sma_status st = generate(&all, loader, at, SMA_JS_ALL_OF, PARTS_MAX);
        if (st)
            return st;
        all->combined->members[all->combined->member_count++] = whole->node;
        whole->node = all;
    }
    all->combined->members[all->combined->member_count++] = part;
    return SMA_OK;
}

/* The node a keyword of that class grows into: the whole, a member of the generated allOf, or,
 * while a `type` list is all there is, the list's first member of the class. NULL: none yet. */
static struct sma_js_node *find_of_class(const struct whole *whole, enum sma_js_class class)
{
    struct sma_js_node *node = whole->node;
    if (!node || node->class == class)
        return node;
    if (!node->is_generated)
        return NULL;
    for (uint32_t i = 0; i < node->combined->member_count; i++)
        if (node->combined->members[i]->class == class)
            return node->combined->members[i];
    return NULL;
}

static enum sma_status node_of_kind(struct sma_js_node **out, struct whole *whole,
                                    struct sma_js_loader *loader, const struct sma_js_at *at,
                                    enum sma_js_class class)
{
    *out = find_of_class(whole, class);
    if (*out)
        return SMA_OK;
    enum sma_status st = sma_js_node_new(out, loader, class, at);
    return st ? st : join(whole, loader, at, *out);
}

/* ---- type ---------------------------------------------------------------------------------- */

static enum sma_status load_type_list(struct whole *whole, struct sma_js_loader *loader,
                                      const struct sma_js_at *at, const struct sma_js_at *list)
{
    struct sma_js_node *any = NULL;
    struct sma_js_trail trail;
    enum sma_status st = generate(&any, loader, at, SMA_JS_ANY_OF, list->json->count);
    for (uint32_t i = 0; !st && i < list->json->count; i++) {
        struct sma_js_at item = sma_js_below_index(list, &trail, i);
        struct sma_js_node *member = NULL;
        enum sma_js_class class;
        enum sma_js_kind kind;
        bool is_kind;
        if (item.json->type != SMA_JSON_STRING)
            return sma_js_wrong_type(loader, &item, "String");
        if (!sma_js_type_of_name(item.json->text, &class, &kind, &is_kind))
            return sma_js_fail(loader, at, "unknown type: [%.*s]", SMA_STR_ARG(item.json->text));
        st = sma_js_node_new(&member, loader, class, at);
        if (st)
            return st;
        member->requires_type = true;
        if (class == SMA_JS_NUMBER)
            member->number->is_integer = sma_str_eqz(item.json->text, "integer");
        any->combined->members[any->combined->member_count++] = member;
    }
    return st ? st : join(whole, loader, at, any);
}

static enum sma_status load_type(struct whole *whole, struct sma_js_loader *loader,
                                 const struct sma_js_at *at, const struct sma_js_at *type)
{
    enum sma_js_class class;
    enum sma_js_kind kind;
    bool is_kind;
    struct sma_js_node *node = NULL;
    if (type->json->type == SMA_JSON_ARRAY)
        return load_type_list(whole, loader, at, type);
    if (type->json->type != SMA_JSON_STRING)
        return sma_js_wrong_type(loader, type, "JsonArray or String");
    if (!sma_js_type_of_name(type->json->text, &class, &kind, &is_kind))
        return sma_js_fail(loader, at, "unknown type: [%.*s]", SMA_STR_ARG(type->json->text));
    enum sma_status st = node_of_kind(&node, whole, loader, at, class);
    if (st)
        return st;
    node->requires_type = true;
    if (class == SMA_JS_NUMBER)
        node->number->is_integer = sma_str_eqz(type->json->text, "integer");
    return SMA_OK;
}

/* ---- keywords that belong to no kind ------------------------------------------------------- */

enum special {
    SPECIAL_TYPE,
    SPECIAL_ENUM,
    SPECIAL_CONST,
    SPECIAL_NOT,
    SPECIAL_ALL_OF,
    SPECIAL_ANY_OF,
    SPECIAL_ONE_OF,
    SPECIAL_IF,
    SPECIAL_REF,
    SPECIAL_DYNAMIC_REF,
    SPECIAL_DEFS,
    SPECIAL_FORMAT,
    SPECIAL_DYNAMIC_ANCHOR,
    SPECIAL_COUNT
};

static const struct sma_str special_names[SPECIAL_COUNT] = {
    SMA_STR_INIT("type"),           SMA_STR_INIT("enum"),
    SMA_STR_INIT("const"),          SMA_STR_INIT("not"),
    SMA_STR_INIT("allOf"),          SMA_STR_INIT("anyOf"),
    SMA_STR_INIT("oneOf"),          SMA_STR_INIT("if"),
    SMA_STR_INIT("$ref"),           SMA_STR_INIT("$dynamicRef"),
    SMA_STR_INIT("$defs"),          SMA_STR_INIT("format"),
    SMA_STR_INIT("$dynamicAnchor"),
};

/* Each definition must be a schema, whether something refers to it or not. */
static enum sma_status load_definitions(struct sma_js_loader *loader, const struct sma_js_at *map,
                                        const struct sma_json *except)
{
    enum sma_status st = SMA_OK;
    struct sma_js_trail trail;
    for (uint32_t i = 0; !st && i < map->json->count; i++) {
        const struct sma_json_member *member = &map->json->members[i];
        struct sma_js_at below = sma_js_below(map, &trail, member->name, &member->value);
        if (!sma_json_get(except, member->name))
            st = sma_js_load_later(loader, &below);
    }
    return st;
}

static enum sma_status load_special_part(struct sma_js_node **out, struct sma_js_loader *loader,
                                         const struct sma_js_at *at, const struct sma_js_at *below,
                                         enum special special)
{
    switch (special) {
    case SPECIAL_ENUM:
        return sma_js_load_enum(out, loader, below);
    case SPECIAL_CONST:
        return sma_js_load_const(out, loader, below);
    case SPECIAL_NOT:
        return sma_js_load_not(out, loader, below);
    case SPECIAL_ALL_OF:
        return sma_js_load_combined(out, loader, below, SMA_JS_ALL_OF);
    case SPECIAL_ANY_OF:
        return sma_js_load_combined(out, loader, below, SMA_JS_ANY_OF);
    case SPECIAL_ONE_OF:
        return sma_js_load_combined(out, loader, below, SMA_JS_ONE_OF);
    case SPECIAL_IF:
        return sma_js_load_conditional(out, loader, at);
    default:
        return sma_js_load_reference(out, loader, below, special == SPECIAL_DYNAMIC_REF);
    }
}

static enum sma_status take_special(struct whole *whole, struct sma_js_loader *loader,
                                    const struct sma_js_at *at, const struct sma_js_at *below,
                                    enum special special)
{
    struct sma_js_node *part = NULL;
    if (special == SPECIAL_TYPE)
        return load_type(whole, loader, at, below);
    if (special == SPECIAL_FORMAT || special == SPECIAL_DYNAMIC_ANCHOR)
        return below->json->type == SMA_JSON_STRING ? SMA_OK
                                                    : sma_js_wrong_type(loader, below, "String");
    if (special == SPECIAL_DEFS)
        return below->json->type == SMA_JSON_OBJECT
                   ? load_definitions(loader, below, NULL)
                   : sma_js_wrong_type(loader, below, "JsonObject");
    enum sma_status st = load_special_part(&part, loader, at, below, special);
    return st ? st : join(whole, loader, at, part);
}

/* ---- order of keywords --------------------------------------------------------------------- */

/* A keyword of the object at hand: of a kind (row) or special. */
struct found {
    const struct sma_json_member *member;
    const struct sma_js_keyword *row;
    enum special special;
    uint32_t bucket;
};

/* The bucket of a name in a java.util.HashMap of that many buckets (a power of two). Keywords are
 * ASCII, so bytes are UTF-16 units. */
static uint32_t bucket_of(struct sma_str name, uint32_t buckets)
{
    uint32_t hash = 0;
    for (size_t i = 0; i < name.len; i++)
        hash = hash * 31 + (unsigned char)name.ptr[i];
    return (hash ^ hash >> 16) & (buckets - 1);
}

/* A table of 16 buckets doubles when it is more than three quarters full. */
static uint32_t buckets_for(uint32_t members)
{
    uint32_t buckets = 16;
    while (members > buckets / 4 * 3)
        buckets *= 2;
    return buckets;
}

static bool find_keyword(struct found *found, const struct sma_json_member *member)
{
    const struct sma_js_keyword *row;
    *found = (struct found){.member = member};
    for (int i = 0; i < SPECIAL_COUNT; i++)
        if (sma_str_eq(member->name, special_names[i])) {
            found->special = (enum special)i;
            return true;
        }
    for (size_t i = 0; (row = sma_js_keyword_at(i)); i++)
        if (!row->is_late && sma_js_keyword_is_known(row, SMA_DRAFT_2020_12) &&
            sma_str_eq(member->name, row->name)) {
            found->row = row;
            return true;
        }
    return false;
}

static int by_bucket(const void *left, const void *right)
{
    const struct found *a = left, *b = right;
    if (a->bucket != b->bucket)
        return a->bucket < b->bucket ? -1 : 1;
    return a->member < b->member ? -1 : a->member > b->member; /* text order */
}

/* The keywords that are not late, in the original's order; at most one per name there is. */
static size_t find_keywords(struct found *found, const struct sma_json *object)
{
    size_t count = 0;
    uint32_t buckets = buckets_for(object->count);
    for (uint32_t i = 0; i < object->count && count < KEYWORDS_MAX; i++)
        if (find_keyword(&found[count], &object->members[i])) {
            found[count].bucket = bucket_of(object->members[i].name, buckets);
            count++;
        }
    qsort(found, count, sizeof *found, by_bucket);
    return count;
}

/* ---- the object ---------------------------------------------------------------------------- */

static enum sma_status take_row(struct whole *whole, struct sma_js_loader *loader,
                                const struct sma_js_at *at, const struct sma_json *value,
                                const struct sma_js_keyword *row)
{
    struct sma_js_node *node = NULL;
    struct sma_js_trail trail;
    struct sma_js_at below = sma_js_below(at, &trail, row->name, value);
    enum sma_status st = node_of_kind(&node, whole, loader, at, sma_js_class_of_kind(row->kind));
    return st ? st : row->load(node, loader, &below, row);
}

static enum sma_status take_early(struct whole *whole, struct sma_js_loader *loader,
                                  const struct sma_js_at *at)
{
    struct found found[KEYWORDS_MAX];
    size_t count = find_keywords(found, at->json);
    enum sma_status st = SMA_OK;
    for (size_t i = 0; !st && i < count; i++) {
        const struct sma_json_member *member = found[i].member;
        struct sma_js_trail trail;
        struct sma_js_at below = sma_js_below(at, &trail, member->name, &member->value);
        st = found[i].row ? take_row(whole, loader, at, &member->value, found[i].row)
                          : take_special(whole, loader, at, &below, found[i].special);
    }
    return st;
}

/* The original takes properties and patterns one by one, so an empty map of them is no part. */
static bool is_no_part(const struct sma_js_keyword *row, const struct sma_json *value)
{
    bool is_map =
        sma_str_eqz(row->name, "properties") || sma_str_eqz(row->name, "patternProperties");
    return is_map && value->type == SMA_JSON_OBJECT && !value->count;
}

static enum sma_status take_late(struct whole *whole, struct sma_js_loader *loader,
                                 const struct sma_js_at *at)
{
    static const struct sma_str order[] = {
        SMA_STR_INIT("properties"), SMA_STR_INIT("patternProperties"),
        SMA_STR_INIT("unevaluatedItems"), SMA_STR_INIT("unevaluatedProperties")};
    enum sma_status st = SMA_OK;
    for (size_t k = 0; !st && k < sizeof order / sizeof *order; k++) {
        const struct sma_json *value = sma_json_get(at->json, order[k]);
        const struct sma_js_keyword *row;
        for (size_t i = 0; !st && value && (row = sma_js_keyword_at(i)); i++)
            if (row->is_late && sma_str_eq(row->name, order[k]) && !is_no_part(row, value))
                st = take_row(whole, loader, at, value, row);
    }
    return st;
}

/* A document's `definitions` count as `$defs` where those have no such name. */
static enum sma_status take_root_definitions(struct sma_js_loader *loader,
                                             const struct sma_js_at *at)
{
    const struct sma_json *definitions = sma_json_getz(at->json, "definitions");
    struct sma_js_trail trail;
    if (at->json != at->resource->document->root || !sma_json_is(definitions, SMA_JSON_OBJECT))
        return SMA_OK;
    struct sma_js_at below = sma_js_below(at, &trail, SMA_STR("definitions"), definitions);
    return load_definitions(loader, &below, sma_json_getz(at->json, "$defs"));
}

/* Indexes properties, and tells apart the members of what was generated. */
static enum sma_status finish(struct sma_js_node *node, struct sma_js_loader *loader)
{
    enum sma_status st = SMA_OK;
    if (node->class == SMA_JS_OBJECT)
        return sma_js_object_finish(node->object, loader);
    if (!node->is_generated)
        return SMA_OK;
    for (uint32_t i = 0; !st && i < node->combined->member_count; i++)
        st = finish(node->combined->members[i], loader);
    return st ? st : sma_js_distinguish(node, loader);
}

enum sma_status sma_js_load_modern(struct sma_js_node **out, struct sma_js_loader *loader,
                                   const struct sma_js_at *at)
{
    struct whole whole = {NULL};
    enum sma_status st = take_early(&whole, loader, at);
    if (!st)
        st = take_late(&whole, loader, at);
    if (!st)
        st = take_root_definitions(loader, at);
    if (!st && !whole.node)
        st = sma_js_node_new(&whole.node, loader, SMA_JS_EMPTY, at);
    if (!st)
        st = finish(whole.node, loader);
    if (!st)
        st = sma_js_load_annotations(whole.node, loader, at);
    if (!st)
        *out = whole.node;
    return st;
}
