/* The keywords of the four kinds (array, object, number, string) as one table, with a loader for
 * each form of value. Source: compat-json sections 5.2, 5.3 and 6.2. */
#include <stddef.h>
#include <stdlib.h>

#include "core/jsonschema/decimal.h"
#include "core/jsonschema/loader.h"

static void *field_of(struct sma_js_node *node, const struct sma_js_keyword *row)
{
    return (char *)node->string + row->field; /* any member of the union: one pointer */
}

static enum sma_status load_child(struct sma_js_node *node, struct sma_js_loader *loader,
                                  const struct sma_js_at *at, const struct sma_js_keyword *row)
{
    return sma_js_load_schema(field_of(node, row), loader, at);
}

/* ---- numbers and texts --------------------------------------------------------------------- */

int64_t sma_js_truncate(const struct sma_json *json)
{
    struct sma_decimal d;
    int64_t value = 0;
    if (!sma_decimal_parse(&d, json->text) || !d.count)
        return 0;
    int64_t digits = (int64_t)d.count + d.exponent; /* in front of the point */
    if (digits <= 0)
        return 0;
    if (digits > 18)
        return d.is_negative ? INT64_MIN : INT64_MAX;
    for (int64_t i = 0; i < digits; i++) {
        size_t k = (size_t)i;
        int digit = k < d.head.len                ? d.head.ptr[k] - '0'
                    : k - d.head.len < d.tail.len ? d.tail.ptr[k - d.head.len] - '0'
                                                  : 0;
        value = value * 10 + digit;
    }
    return d.is_negative ? -value : value;
}

/* A length or count. The older drafts want an integer literal of 32 bits; the newer ones cut off
 * what is behind the point. */
static enum sma_status load_limit(struct sma_js_node *node, struct sma_js_loader *loader,
                                  const struct sma_js_at *at, const struct sma_js_keyword *row)
{
    int32_t value;
    struct sma_js_limit *limit = field_of(node, row);
    if (!loader->is_modern && !sma_json_i32(at->json, &value))
        return sma_js_wrong_type(loader, at, "Integer");
    if (at->json->type != SMA_JSON_NUMBER)
        return sma_js_wrong_type(loader, at, "Number");
    *limit = (struct sma_js_limit){sma_js_truncate(at->json), true};
    return SMA_OK;
}

static enum sma_status load_number(struct sma_js_node *node, struct sma_js_loader *loader,
                                   const struct sma_js_at *at, const struct sma_js_keyword *row)
{
    const struct sma_json **number = field_of(node, row);
    if (at->json->type != SMA_JSON_NUMBER)
        return sma_js_wrong_type(loader, at, "Number");
    *number = at->json;
    return SMA_OK;
}

static enum sma_status load_multiple(struct sma_js_node *node, struct sma_js_loader *loader,
                                     const struct sma_js_at *at, const struct sma_js_keyword *row)
{
    struct sma_decimal d;
    enum sma_status st = load_number(node, loader, at, row);
    if (st || loader->is_modern || !sma_decimal_parse(&d, at->json->text) || d.count)
        return st;
    struct sma_js_at object = {at->json, at->resource, at->trail->parent};
    return sma_js_fail(loader, &object, "multipleOf should not be 0");
}

static enum sma_status load_flag(struct sma_js_node *node, struct sma_js_loader *loader,
                                 const struct sma_js_at *at, const struct sma_js_keyword *row)
{
    bool *flag = field_of(node, row);
    if (at->json->type != SMA_JSON_BOOL)
        return sma_js_wrong_type(loader, at, "Boolean");
    *flag = at->json->boolean;
    return SMA_OK;
}

static enum sma_status load_text(struct sma_js_node *node, struct sma_js_loader *loader,
                                 const struct sma_js_at *at, const struct sma_js_keyword *row)
{
    const struct sma_json **text = field_of(node, row);
    if (at->json->type != SMA_JSON_STRING)
        return sma_js_wrong_type(loader, at, "String");
    *text = at->json;
    return SMA_OK;
}

static enum sma_status load_pattern(struct sma_js_node *node, struct sma_js_loader *loader,
                                    const struct sma_js_at *at, const struct sma_js_keyword *row)
{
    enum sma_status st = load_text(node, loader, at, row);
    return st ? st : sma_js_check_pattern(loader, at, at->json->text);
}

/* ---- objects ------------------------------------------------------------------------------- */

static enum sma_status load_properties(struct sma_js_node *node, struct sma_js_loader *loader,
                                       const struct sma_js_at *at, const struct sma_js_keyword *row)
{
    struct sma_js_object *object = node->object;
    struct sma_js_trail trail;
    enum sma_status st;
    (void)row;
    if (at->json->type != SMA_JSON_OBJECT)
        return sma_js_wrong_type(loader, at, "JsonObject");
    object->properties = sma_js_array_new(loader, at->json->count, sizeof *object->properties, &st);
    for (uint32_t i = 0; !st && i < at->json->count; i++) {
        const struct sma_json_member *member = &at->json->members[i];
        struct sma_js_at below = sma_js_below(at, &trail, member->name, &member->value);
        object->properties[i].name = member->name;
        st = sma_js_load_schema(&object->properties[i].schema, loader, &below);
    }
    if (!st)
        object->property_count = at->json->count;
    return st;
}

static enum sma_status load_required(struct sma_js_node *node, struct sma_js_loader *loader,
                                     const struct sma_js_at *at, const struct sma_js_keyword *row)
{
    return sma_js_load_names(field_of(node, row), loader, at);
}

static enum sma_status load_patterns(struct sma_js_node *node, struct sma_js_loader *loader,
                                     const struct sma_js_at *at, const struct sma_js_keyword *row)
{
    struct sma_js_object *object = node->object;
    struct sma_js_trail trail;
    enum sma_status st;
    (void)row;
    if (at->json->type != SMA_JSON_OBJECT)
        return sma_js_wrong_type(loader, at, "JsonObject");
    object->patterns = sma_js_array_new(loader, at->json->count, sizeof *object->patterns, &st);
    for (uint32_t i = 0; !st && i < at->json->count; i++) {
        const struct sma_json_member *member = &at->json->members[i];
        struct sma_js_at below = sma_js_below(at, &trail, member->name, &member->value);
        object->patterns[i].pattern = member->name;
        st = sma_js_check_pattern(loader, &below, member->name);
        if (!st)
            st = sma_js_load_schema(&object->patterns[i].schema, loader, &below);
    }
    if (!st)
        object->pattern_count = at->json->count;
    return st;
}

/* false forbids, true says nothing, anything else (also {}) is a schema. */
static enum sma_status load_additional(struct sma_js_loader *loader, const struct sma_js_at *at,
                                       bool *forbids, struct sma_js_node **schema)
{
    *forbids = at->json->type == SMA_JSON_BOOL && !at->json->boolean;
    return at->json->type == SMA_JSON_BOOL ? SMA_OK : sma_js_load_schema(schema, loader, at);
}

static enum sma_status load_additional_properties(struct sma_js_node *node,
                                                  struct sma_js_loader *loader,
                                                  const struct sma_js_at *at,
                                                  const struct sma_js_keyword *row)
{
    (void)row;
    return load_additional(loader, at, &node->object->forbids_additional,
                           &node->object->additional);
}

enum dependency_form { LISTS = 1, SCHEMAS = 2 };

/* One dependency; an empty list is none. */
static enum sma_status load_dependency(struct sma_js_dependency *dependency, bool *is_there,
                                       struct sma_js_loader *loader, const struct sma_js_at *at,
                                       int forms)
{
    enum sma_status st;
    *is_there = true;
    if (at->json->type != SMA_JSON_ARRAY || !(forms & LISTS)) {
        bool is_schema = at->json->type == SMA_JSON_BOOL || at->json->type == SMA_JSON_OBJECT;
        if (!(forms & SCHEMAS))
            return sma_js_wrong_type(loader, at, "JsonArray");
        if (!is_schema && (forms & LISTS))
            return sma_js_wrong_type(loader, at, "Boolean or JsonArray or JsonObject");
        return sma_js_load_schema(&dependency->schema, loader, at);
    }
    st = sma_js_load_names(&dependency->required, loader, at);
    sma_js_names_sort(&dependency->required);
    *is_there = dependency->required.count > 0;
    return st;
}

/* Appends to what an earlier keyword gave (dependentRequired and dependentSchemas). */
static enum sma_status load_dependencies(struct sma_js_object *object, struct sma_js_loader *loader,
                                         const struct sma_js_at *at, int forms)
{
    struct sma_js_trail trail;
    enum sma_status st;
    if (at->json->type != SMA_JSON_OBJECT)
        return sma_js_wrong_type(loader, at, "JsonObject");
    size_t total = (size_t)object->dependency_count + at->json->count;
    struct sma_js_dependency *all = sma_js_array_new(loader, total, sizeof *all, &st);
    if (st)
        return st;
    if (object->dependency_count)
        memcpy(all, object->dependencies, object->dependency_count * sizeof *all);
    object->dependencies = all;
    for (uint32_t i = 0; !st && i < at->json->count; i++) {
        const struct sma_json_member *member = &at->json->members[i];
        struct sma_js_dependency *next = &all[object->dependency_count];
        struct sma_js_at below = sma_js_below(at, &trail, member->name, &member->value);
        bool is_there = false;
        next->name = member->name;
        st = load_dependency(next, &is_there, loader, &below, forms);
        object->dependency_count += is_there;
    }
    return st;
}

static enum sma_status load_dependencies_of_both(struct sma_js_node *node,
                                                 struct sma_js_loader *loader,
                                                 const struct sma_js_at *at,
                                                 const struct sma_js_keyword *row)
{
    (void)row;
    return load_dependencies(node->object, loader, at, LISTS | SCHEMAS);
}

static enum sma_status load_dependent_required(struct sma_js_node *node,
                                               struct sma_js_loader *loader,
                                               const struct sma_js_at *at,
                                               const struct sma_js_keyword *row)
{
    (void)row;
    return load_dependencies(node->object, loader, at, LISTS);
}

static enum sma_status load_dependent_schemas(struct sma_js_node *node,
                                              struct sma_js_loader *loader,
                                              const struct sma_js_at *at,
                                              const struct sma_js_keyword *row)
{
    (void)row;
    return load_dependencies(node->object, loader, at, SCHEMAS);
}

/* ---- arrays -------------------------------------------------------------------------------- */

static enum sma_status load_tuple(struct sma_js_node *node, struct sma_js_loader *loader,
                                  const struct sma_js_at *at, const struct sma_js_keyword *row)
{
    struct sma_js_array *array = node->array;
    struct sma_js_trail trail;
    enum sma_status st;
    (void)row;
    if (at->json->type != SMA_JSON_ARRAY)
        return sma_js_wrong_type(loader, at, "JsonArray");
    array->items = sma_js_array_new(loader, at->json->count, sizeof *array->items, &st);
    for (uint32_t i = 0; !st && i < at->json->count; i++) {
        struct sma_js_at item = sma_js_below_index(at, &trail, i);
        st = sma_js_load_schema(&array->items[i], loader, &item);
    }
    if (!st)
        array->item_count = at->json->count;
    return st;
}

static enum sma_status load_items_classic(struct sma_js_node *node, struct sma_js_loader *loader,
                                          const struct sma_js_at *at,
                                          const struct sma_js_keyword *row)
{
    if (at->json->type == SMA_JSON_ARRAY)
        return load_tuple(node, loader, at, row);
    if (at->json->type != SMA_JSON_BOOL && at->json->type != SMA_JSON_OBJECT)
        return sma_js_wrong_type(loader, at, "Boolean or JsonArray or JsonObject");
    return sma_js_load_schema(&node->array->all_items, loader, at);
}

/* Beside prefixItems it is about the rest, alone about all items; false always closes. */
static enum sma_status load_items_modern(struct sma_js_node *node, struct sma_js_loader *loader,
                                         const struct sma_js_at *at,
                                         const struct sma_js_keyword *row)
{
    struct sma_js_array *array = node->array;
    const struct sma_json *owner = node->source;
    (void)row;
    if (at->json->type == SMA_JSON_BOOL || sma_json_getz(owner, "prefixItems"))
        return load_additional(loader, at, &array->forbids_additional, &array->additional);
    return sma_js_load_schema(&array->all_items, loader, at);
}

static enum sma_status load_additional_items(struct sma_js_node *node, struct sma_js_loader *loader,
                                             const struct sma_js_at *at,
                                             const struct sma_js_keyword *row)
{
    (void)row;
    return load_additional(loader, at, &node->array->forbids_additional, &node->array->additional);
}

static enum sma_status load_count_of_contained(struct sma_js_limit *out,
                                               struct sma_js_loader *loader,
                                               const struct sma_js_at *object, const char *keyword)
{
    const struct sma_json *value = sma_json_get(object->json, sma_str_z(keyword));
    struct sma_js_trail trail;
    if (!value)
        return SMA_OK;
    struct sma_js_at below = sma_js_below(object, &trail, sma_str_z(keyword), value);
    if (value->type != SMA_JSON_NUMBER)
        return sma_js_wrong_type(loader, &below, "Number");
    *out = (struct sma_js_limit){sma_js_truncate(value), true};
    return SMA_OK;
}

/* Since 2019-09 the two counts have a meaning only beside `contains`, and the least count is one.
 */
static enum sma_status load_contains(struct sma_js_node *node, struct sma_js_loader *loader,
                                     const struct sma_js_at *at, const struct sma_js_keyword *row)
{
    struct sma_js_array *array = node->array;
    struct sma_js_at object = {node->source, at->resource, at->trail->parent};
    enum sma_status st = load_child(node, loader, at, row);
    if (st || !loader->is_modern)
        return st;
    array->min_contains = (struct sma_js_limit){1, true};
    st = load_count_of_contained(&array->min_contains, loader, &object, "minContains");
    if (!st)
        st = load_count_of_contained(&array->max_contains, loader, &object, "maxContains");
    return st;
}

/* ---- the table ----------------------------------------------------------------------------- */

#define ALL SMA_DRAFT_4, SMA_DRAFT_2020_12
#define CLASSIC SMA_DRAFT_4, SMA_DRAFT_7
#define ONLY_4 SMA_DRAFT_4, SMA_DRAFT_4
#define SINCE_6 SMA_DRAFT_6, SMA_DRAFT_2020_12
#define MODERN SMA_DRAFT_2019_09, SMA_DRAFT_2020_12
#define OF_ARRAY(field) offsetof(struct sma_js_array, field)
#define OF_OBJECT(field) offsetof(struct sma_js_object, field)
#define OF_NUMBER(field) offsetof(struct sma_js_number, field)
#define OF_STRING(field) offsetof(struct sma_js_string, field)
#define KIND_ARRAY SMA_JS_KIND_ARRAY
#define KIND_OBJECT SMA_JS_KIND_OBJECT
#define KIND_NUMBER SMA_JS_KIND_NUMBER
#define KIND_STRING SMA_JS_KIND_STRING

static const struct sma_js_keyword keywords[] = {
    {SMA_STR_INIT("items"), KIND_ARRAY, CLASSIC, false, load_items_classic, 0},
    {SMA_STR_INIT("additionalItems"), KIND_ARRAY, CLASSIC, false, load_additional_items, 0},
    {SMA_STR_INIT("prefixItems"), KIND_ARRAY, MODERN, false, load_tuple, 0},
    {SMA_STR_INIT("items"), KIND_ARRAY, MODERN, false, load_items_modern, 0},
    {SMA_STR_INIT("minItems"), KIND_ARRAY, ALL, false, load_limit, OF_ARRAY(min_items)},
    {SMA_STR_INIT("maxItems"), KIND_ARRAY, ALL, false, load_limit, OF_ARRAY(max_items)},
    {SMA_STR_INIT("uniqueItems"), KIND_ARRAY, ALL, false, load_flag, OF_ARRAY(is_unique)},
    {SMA_STR_INIT("contains"), KIND_ARRAY, SINCE_6, false, load_contains, OF_ARRAY(contains)},
    {SMA_STR_INIT("unevaluatedItems"), KIND_ARRAY, MODERN, true, load_child, OF_ARRAY(unevaluated)},
    {SMA_STR_INIT("properties"), KIND_OBJECT, ALL, true, load_properties, 0},
    {SMA_STR_INIT("patternProperties"), KIND_OBJECT, ALL, true, load_patterns, 0},
    {SMA_STR_INIT("required"), KIND_OBJECT, ALL, false, load_required, OF_OBJECT(required)},
    {SMA_STR_INIT("minProperties"), KIND_OBJECT, ALL, false, load_limit, OF_OBJECT(min_properties)},
    {SMA_STR_INIT("maxProperties"), KIND_OBJECT, ALL, false, load_limit, OF_OBJECT(max_properties)},
    {SMA_STR_INIT("dependencies"), KIND_OBJECT, CLASSIC, false, load_dependencies_of_both, 0},
    {SMA_STR_INIT("dependentRequired"), KIND_OBJECT, MODERN, false, load_dependent_required, 0},
    {SMA_STR_INIT("dependentSchemas"), KIND_OBJECT, MODERN, false, load_dependent_schemas, 0},
    {SMA_STR_INIT("additionalProperties"), KIND_OBJECT, ALL, false, load_additional_properties, 0},
    {SMA_STR_INIT("propertyNames"), KIND_OBJECT, SINCE_6, false, load_child, OF_OBJECT(names)},
    {SMA_STR_INIT("unevaluatedProperties"), KIND_OBJECT, MODERN, true, load_child,
     OF_OBJECT(unevaluated)},
    {SMA_STR_INIT("minimum"), KIND_NUMBER, ALL, false, load_number, OF_NUMBER(minimum)},
    {SMA_STR_INIT("maximum"), KIND_NUMBER, ALL, false, load_number, OF_NUMBER(maximum)},
    {SMA_STR_INIT("exclusiveMinimum"), KIND_NUMBER, ONLY_4, false, load_flag,
     OF_NUMBER(exclusive_minimum_flag)},
    {SMA_STR_INIT("exclusiveMaximum"), KIND_NUMBER, ONLY_4, false, load_flag,
     OF_NUMBER(exclusive_maximum_flag)},
    {SMA_STR_INIT("exclusiveMinimum"), KIND_NUMBER, SINCE_6, false, load_number,
     OF_NUMBER(exclusive_minimum)},
    {SMA_STR_INIT("exclusiveMaximum"), KIND_NUMBER, SINCE_6, false, load_number,
     OF_NUMBER(exclusive_maximum)},
    {SMA_STR_INIT("multipleOf"), KIND_NUMBER, ALL, false, load_multiple, OF_NUMBER(multiple_of)},
    {SMA_STR_INIT("minLength"), KIND_STRING, ALL, false, load_limit, OF_STRING(min_length)},
    {SMA_STR_INIT("maxLength"), KIND_STRING, ALL, false, load_limit, OF_STRING(max_length)},
    {SMA_STR_INIT("pattern"), KIND_STRING, ALL, false, load_pattern, OF_STRING(pattern)},
    {SMA_STR_INIT("format"), KIND_STRING, CLASSIC, false, load_text, OF_STRING(format)},
};

const struct sma_js_keyword *sma_js_keyword_at(size_t i)
{
    return i < sizeof keywords / sizeof *keywords ? &keywords[i] : NULL;
}

bool sma_js_keyword_is_known(const struct sma_js_keyword *row, enum sma_draft draft)
{
    return draft >= row->first && draft <= row->last;
}

bool sma_js_has_kind(const struct sma_json *object, enum sma_draft draft, enum sma_js_kind kind)
{
    const struct sma_js_keyword *row;
    for (size_t i = 0; (row = sma_js_keyword_at(i)); i++)
        if (row->kind == kind && sma_js_keyword_is_known(row, draft) &&
            sma_json_get(object, row->name))
            return true;
    return false;
}

enum sma_status sma_js_load_kind(struct sma_js_node *node, struct sma_js_loader *loader,
                                 const struct sma_js_at *at, enum sma_js_kind kind)
{
    const struct sma_js_keyword *row;
    enum sma_draft draft = at->resource->document->draft;
    enum sma_status st = SMA_OK;
    for (size_t i = 0; !st && (row = sma_js_keyword_at(i)); i++) {
        const struct sma_json *value = NULL;
        struct sma_js_trail trail;
        if (row->kind == kind && sma_js_keyword_is_known(row, draft))
            value = sma_json_get(at->json, row->name);
        if (!value)
            continue;
        struct sma_js_at below = sma_js_below(at, &trail, row->name, value);
        st = row->load(node, loader, &below, row);
    }
    if (!st && kind == SMA_JS_KIND_OBJECT)
        st = sma_js_object_finish(node->object, loader);
    if (kind == SMA_JS_KIND_ARRAY && node->array->all_items)
        node->array->forbids_additional = false; /* there is nothing left to forbid */
    return st;
}

/* ---- types --------------------------------------------------------------------------------- */

enum sma_js_class sma_js_class_of_kind(enum sma_js_kind kind)
{
    static const enum sma_js_class classes[SMA_JS_KIND_COUNT] = {
        [SMA_JS_KIND_ARRAY] = SMA_JS_ARRAY,
        [SMA_JS_KIND_OBJECT] = SMA_JS_OBJECT,
        [SMA_JS_KIND_NUMBER] = SMA_JS_NUMBER,
        [SMA_JS_KIND_STRING] = SMA_JS_STRING,
    };
    return classes[kind];
}

bool sma_js_type_of_name(struct sma_str name, enum sma_js_class *out, enum sma_js_kind *kind,
                         bool *is_kind)
{
    static const struct {
        const char *name;
        enum sma_js_class class;
        bool is_kind;
        enum sma_js_kind kind;
    } types[] = {
        {"string", SMA_JS_STRING, true, KIND_STRING},
        {"integer", SMA_JS_NUMBER, true, KIND_NUMBER},
        {"number", SMA_JS_NUMBER, true, KIND_NUMBER},
        {"object", SMA_JS_OBJECT, true, KIND_OBJECT},
        {"array", SMA_JS_ARRAY, true, KIND_ARRAY},
        {"boolean", SMA_JS_BOOLEAN, false, KIND_ARRAY},
        {"null", SMA_JS_NULL, false, KIND_ARRAY},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (!sma_str_eqz(name, types[i].name))
            continue;
        *out = types[i].class;
        *kind = types[i].kind;
        *is_kind = types[i].is_kind;
        return true;
    }
    return false;
}
