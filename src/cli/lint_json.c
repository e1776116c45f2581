#include "cli/lint.h"
#include "core/jsonschema/jsonschema.h"

#define LINT_DEPTH_MAX 512u

static struct sma_str words(struct sma_lint *lint, struct sma_str name, const char *problem)
{
    return sma_arena_printf(&lint->session->arena, "property \"%.*s\" %s", SMA_STR_ARG(name),
                            problem);
}

static bool says_type(const struct sma_json *v)
{
    static const char *const names[] = {"type",        "enum",          "const", "$ref",
                                        "$dynamicRef", "$recursiveRef", "allOf", "anyOf",
                                        "oneOf",       "not",           "if"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (sma_json_get(v, sma_str_z(names[i])))
            return true;
    return false;
}

static void lint_property(struct sma_lint *lint, const struct sma_json_member *m)
{
    struct sma_span span = {m->name_start, m->name_end};
    if (m->value.type != SMA_JSON_OBJECT)
        return;
    if (!says_type(&m->value))
        sma_lint_say(lint, "json/missing-type", words(lint, m->name, "says nothing about its type"),
                     span);
    if (!sma_json_getz(&m->value, "description"))
        sma_lint_say(lint, "json/missing-description", words(lint, m->name, "has no description"),
                     span);
}

static void lint_object(struct sma_lint *lint, const struct sma_json *v)
{
    const struct sma_json *properties = sma_json_getz(v, "properties");
    const struct sma_json_member *place = sma_json_find(v, SMA_STR("properties"));
    if (!sma_json_is(properties, SMA_JSON_OBJECT))
        return;
    if (!sma_json_getz(v, "additionalProperties") && !sma_json_getz(v, "unevaluatedProperties"))
        sma_lint_say(lint, "json/open-content-model",
                     SMA_STR("the object does not say whether other properties are allowed"),
                     (struct sma_span){place->name_start, place->name_end});
    for (size_t i = 0; i < properties->count; i++)
        lint_property(lint, &properties->members[i]);
}

/* Every object that looks like a schema; data inside enum, const, default, examples is none. */
static void walk(struct sma_lint *lint, const struct sma_json *v, unsigned depth)
{
    if (depth > LINT_DEPTH_MAX)
        return;
    for (size_t i = 0; v->type == SMA_JSON_ARRAY && i < v->count; i++)
        walk(lint, &v->items[i], depth + 1);
    if (v->type != SMA_JSON_OBJECT)
        return;
    lint_object(lint, v);
    for (size_t i = 0; i < v->count; i++) {
        struct sma_str name = v->members[i].name;
        bool is_data = sma_str_eqz(name, "enum") || sma_str_eqz(name, "const") ||
                       sma_str_eqz(name, "default") || sma_str_eqz(name, "examples");
        if (!is_data)
            walk(lint, &v->members[i].value, depth + 1);
    }
}

void sma_lint_json(struct sma_lint *lint)
{
    const struct sma_json *root = sma_jsonschema_of(lint->file->schema)->root;
    struct sma_span start = {root->start, root->start + 1};
    if (root->type == SMA_JSON_OBJECT && !sma_json_getz(root, "$schema"))
        sma_lint_say(lint, "json/missing-dialect",
                     SMA_STR("the schema does not say which draft it follows"), start);
    if (root->type == SMA_JSON_OBJECT && !sma_json_getz(root, "description") &&
        !sma_json_getz(root, "title"))
        sma_lint_say(lint, "json/missing-description",
                     SMA_STR("the schema has neither title nor description"), start);
    walk(lint, root, 0);
}
