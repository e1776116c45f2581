#include "core/jsonschema/tag_paths.h"

#include <stdlib.h>

#include "core/jsonschema/loader.h"

bool sma_js_describes_objects(const struct sma_json *schema)
{
    const struct sma_json *type = sma_json_getz(schema, "type");
    if (sma_json_is(type, SMA_JSON_STRING))
        return sma_str_eqz(type->text, "object");
    if (!sma_json_is(type, SMA_JSON_ARRAY))
        return sma_json_is(sma_json_getz(schema, "properties"), SMA_JSON_OBJECT);
    for (uint32_t i = 0; i < type->count; i++)
        if (type->items[i].type == SMA_JSON_STRING && sma_str_eqz(type->items[i].text, "object"))
            return true;
    return false;
}

/* ---- the order of members -----------------------------------------------------------------------
 */

struct member {
    const struct sma_json *schema;
    struct sma_str class, title, description, default_text;
    uint32_t position;
};

/* How the original calls the kind of a schema: its members are sorted by that. */
static const char *name_of_class(enum sma_js_class class)
{
    static const char *const names[] = {
        [SMA_JS_EMPTY] = "EmptySchema",       [SMA_JS_TRUE] = "TrueSchema",
        [SMA_JS_FALSE] = "FalseSchema",       [SMA_JS_BOOLEAN] = "BooleanSchema",
        [SMA_JS_NULL] = "NullSchema",         [SMA_JS_STRING] = "StringSchema",
        [SMA_JS_NUMBER] = "NumberSchema",     [SMA_JS_OBJECT] = "ObjectSchema",
        [SMA_JS_ARRAY] = "ArraySchema",       [SMA_JS_ENUM] = "EnumSchema",
        [SMA_JS_CONST] = "ConstSchema",       [SMA_JS_NOT] = "NotSchema",
        [SMA_JS_COMBINED] = "CombinedSchema", [SMA_JS_CONDITIONAL] = "ConditionalSchema",
        [SMA_JS_REFERENCE] = "ReferenceSchema",
    };
    return names[class];
}

/* One class for one keyword that makes a part of a schema; several parts make a Combined. */
struct classes {
    uint32_t count;
    enum sma_js_class last;
};

static void add_class(struct classes *c, enum sma_js_class class)
{
    c->count++;
    c->last = class;
}

static void add_keywords(struct classes *c, const struct sma_json *schema)
{
    static const struct {
        const char *keyword;
        enum sma_js_class class;
    } rows[] = {
        {"enum", SMA_JS_ENUM},       {"const", SMA_JS_CONST},     {"not", SMA_JS_NOT},
        {"allOf", SMA_JS_COMBINED},  {"anyOf", SMA_JS_COMBINED},  {"oneOf", SMA_JS_COMBINED},
        {"if", SMA_JS_CONDITIONAL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (sma_json_get(schema, sma_str_z(rows[i].keyword)))
            add_class(c, rows[i].class);
}

static void add_types(struct classes *c, const struct sma_json *schema, enum sma_draft draft)
{
    const struct sma_json *type = sma_json_getz(schema, "type");
    enum sma_js_class class;
    enum sma_js_kind kind;
    bool is_kind;
    if (sma_json_is(type, SMA_JSON_ARRAY))
        add_class(c, SMA_JS_COMBINED);
    else if (sma_json_is(type, SMA_JSON_STRING) &&
             sma_js_type_of_name(type->text, &class, &kind, &is_kind))
        add_class(c, class);
    for (kind = 0; !type && kind < SMA_JS_KIND_COUNT; kind++)
        if (sma_js_has_kind(schema, draft, kind))
            add_class(c, sma_js_class_of_kind(kind));
}

static enum sma_js_class class_of(const struct sma_json *schema, enum sma_draft draft)
{
    struct classes c = {0, SMA_JS_EMPTY};
    if (schema->type == SMA_JSON_BOOL)
        return schema->boolean ? SMA_JS_TRUE : SMA_JS_FALSE;
    if (sma_json_getz(schema, "$ref"))
        return SMA_JS_REFERENCE;
    add_keywords(&c, schema);
    add_types(&c, schema, draft);
    return c.count > 1 ? SMA_JS_COMBINED : c.last;
}

/* Absent texts come first. */
static int compare_texts(struct sma_str a, struct sma_str b)
{
    if (!a.ptr || !b.ptr)
        return (a.ptr != NULL) - (b.ptr != NULL);
    return sma_str_cmp_utf16(a, b);
}

static int compare_members(const void *left, const void *right)
{
    const struct member *a = left, *b = right;
    int order = compare_texts(a->class, b->class);
    if (!order)
        order = compare_texts(a->title, b->title);
    if (!order)
        order = compare_texts(a->description, b->description);
    if (!order)
        order = compare_texts(a->default_text, b->default_text);
    return order ? order : (a->position > b->position) - (a->position < b->position);
}

static struct sma_str text_of(const struct sma_json *schema, const char *name)
{
    const struct sma_json *value = sma_json_get(schema, sma_str_z(name));
    return sma_json_is(value, SMA_JSON_STRING) ? value->text : (struct sma_str){NULL, 0};
}

static bool put_default(struct member *member, struct sma_arena *arena)
{
    const struct sma_json *value = sma_json_getz(member->schema, "default");
    struct sma_buf text;
    if (!value)
        return true;
    sma_buf_init(&text, 0);
    sma_json_put(&text, value);
    if (!sma_buf_failed(&text))
        member->default_text = sma_arena_copy(arena, sma_buf_str(&text));
    sma_buf_fini(&text);
    return member->default_text.ptr != NULL;
}

/* NULL when out of memory. */
static struct member *sorted_members(const struct sma_js_steps *steps, const struct sma_json *array)
{
    struct member *members =
        sma_arena_calloc(steps->arena, (size_t)array->count + 1, sizeof *members);
    for (uint32_t i = 0; members && i < array->count; i++) {
        const struct sma_json *schema = &array->items[i];
        members[i] = (struct member){
            .schema = schema,
            .class = sma_str_z(name_of_class(class_of(schema, steps->draft))),
            .title = text_of(schema, "title"),
            .description = text_of(schema, "description"),
            .position = i,
        };
        if (!put_default(&members[i], steps->arena))
            return NULL;
    }
    if (members)
        qsort(members, array->count, sizeof *members, compare_members);
    return members;
}

/* ---- steps --------------------------------------------------------------------------------------
 */

struct walk {
    const struct sma_js_steps *steps;
    struct sma_js_step_list *out;
    bool failed; /* out of memory */
};

/* Only objects can hold tags or lead further. */
static void add_step(struct walk *w, struct sma_str word, struct sma_str name,
                     const struct sma_json *schema, bool is_property)
{
    if (!sma_json_is(schema, SMA_JSON_OBJECT) || w->failed)
        return;
    struct sma_js_step *items = sma_arena_grow(w->steps->arena, w->out->items, w->out->count,
                                               &w->out->capacity, w->out->count + 1, sizeof *items);
    if (!items) {
        w->failed = true;
        return;
    }
    w->out->items = items;
    items[w->out->count++] = (struct sma_js_step){word, name, schema, is_property};
}

static void add_members(struct walk *w, struct sma_str word, const struct sma_json *object,
                        bool is_property)
{
    if (!sma_json_is(object, SMA_JSON_OBJECT))
        return;
    for (uint32_t i = 0; i < object->count; i++)
        add_step(w, word, object->members[i].name, &object->members[i].value, is_property);
}

static struct sma_str number(struct walk *w, size_t i)
{
    struct sma_str text = sma_arena_printf(w->steps->arena, "%zu", i);
    w->failed = w->failed || !text.ptr;
    return text;
}

static void add_items(struct walk *w, const struct sma_json *schema, const char *keyword)
{
    const struct sma_json *items = sma_json_get(schema, sma_str_z(keyword));
    if (!sma_json_is(items, SMA_JSON_ARRAY)) {
        add_step(w, SMA_STR("array"), SMA_STR(""), items, false);
        return;
    }
    for (uint32_t i = 0; i < items->count && !w->failed; i++)
        add_step(w, SMA_STR("array."), number(w, i), &items->items[i], false);
}

static void add_combined(struct walk *w, const struct sma_json *schema, const char *keyword,
                         struct sma_str word)
{
    const struct sma_json *array = sma_json_get(schema, sma_str_z(keyword));
    if (!sma_json_is(array, SMA_JSON_ARRAY))
        return;
    struct member *members = sorted_members(w->steps, array);
    if (!members)
        w->failed = true;
    for (uint32_t i = 0; i < array->count && !w->failed; i++)
        add_step(w, word, number(w, i), members[i].schema, false);
}

static void add_all(struct walk *w, const struct sma_json *schema)
{
    struct sma_str none = SMA_STR("");
    add_members(w, SMA_STR("object."), sma_json_getz(schema, "properties"), true);
    add_items(w, schema, "prefixItems");
    add_items(w, schema, "items");
    add_combined(w, schema, "allOf", SMA_STR("allof."));
    add_combined(w, schema, "anyOf", SMA_STR("anyof."));
    add_combined(w, schema, "oneOf", SMA_STR("oneof."));
    add_step(w, SMA_STR("not"), none, sma_json_getz(schema, "not"), false);
    add_step(w, SMA_STR("conditional.if"), none, sma_json_getz(schema, "if"), false);
    add_step(w, SMA_STR("conditional.then"), none, sma_json_getz(schema, "then"), false);
    add_step(w, SMA_STR("conditional.else"), none, sma_json_getz(schema, "else"), false);
    add_members(w, SMA_STR("object.definitions."), sma_json_getz(schema, "definitions"), false);
    add_members(w, SMA_STR("object.$defs."), sma_json_getz(schema, "$defs"), false);
}

/* ---- the lists of a document --------------------------------------------------------------------
 */

struct known {
    const struct sma_json *schema;
    struct sma_js_step_list list;
};

void sma_js_steps_init(struct sma_js_steps *steps, struct sma_arena *arena, enum sma_draft draft)
{
    steps->arena = arena;
    steps->draft = draft;
    sma_map_init(&steps->lists);
}

void sma_js_steps_fini(struct sma_js_steps *steps)
{
    sma_map_fini(&steps->lists);
}

enum sma_status sma_js_steps_of(const struct sma_js_step_list **out, struct sma_js_steps *steps,
                                const struct sma_json *schema, struct sma_error *err)
{
    struct sma_str key = sma_str_make((const char *)&schema, sizeof schema);
    struct known *known = sma_map_get(&steps->lists, key);
    if (!known) {
        known = sma_arena_calloc(steps->arena, 1, sizeof *known);
        if (!known)
            return sma_fail_nomem(err);
        known->schema = schema;
        struct walk w = {steps, &known->list, false};
        add_all(&w, schema);
        key.ptr = (const char *)&known->schema;
        if (w.failed || !sma_map_put(&steps->lists, key, known))
            return sma_fail_nomem(err);
    }
    *out = &known->list;
    return SMA_OK;
}
