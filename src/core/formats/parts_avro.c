/* Avro: records, enums and fixed with their full names, fields, doc. */
#include "core/formats/parts_walk.h"

/* Where the walk is: the namespace that short names get, and the type or field around it. */
struct place {
    struct sma_str name_space, owner;
};

static struct sma_str text_of(const struct sma_json *object, struct sma_str name)
{
    const struct sma_json *v = sma_json_get(object, name);
    return sma_json_is(v, SMA_JSON_STRING) ? v->text : SMA_STR("");
}

static void give_doc(struct sma_parts *parts, const struct sma_json *object, struct sma_str owner)
{
    const struct sma_json *doc = sma_json_getz(object, "doc");
    if (sma_json_is(doc, SMA_JSON_STRING))
        sma_parts_give(parts, SMA_PART_DOC, doc->text, owner, doc->start, doc->end);
}

/* "ns.name"; a name with dots is full already. */
static struct sma_str full_name(struct sma_parts *parts, struct sma_str name_space,
                                struct sma_str name)
{
    return sma_str_chr(name, '.') >= 0 ? name : sma_parts_join(parts, name_space, name);
}

static enum sma_status walk_type(struct sma_parts *parts, const struct sma_json *type,
                                 struct place place, struct sma_error *err);

static enum sma_status walk_fields(struct sma_parts *parts, const struct sma_json *fields,
                                   struct place place, struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    if (!sma_json_is(fields, SMA_JSON_ARRAY))
        return SMA_OK;
    for (size_t i = 0; !st && !parts->is_over && i < fields->count; i++) {
        const struct sma_json *field = &fields->items[i], *name = sma_json_getz(field, "name");
        if (!sma_json_is(name, SMA_JSON_STRING))
            continue;
        struct sma_str path = sma_parts_join(parts, place.owner, name->text);
        if (!path.ptr)
            return sma_fail_nomem(err);
        sma_parts_give(parts, SMA_PART_FIELD, name->text, path, name->start, name->end);
        give_doc(parts, field, path);
        st = walk_type(parts, sma_json_getz(field, "type"), (struct place){place.name_space, path},
                       err);
    }
    return st;
}

static enum sma_status walk_named(struct sma_parts *parts, const struct sma_json *type,
                                  const struct sma_json *name, struct place place,
                                  struct sma_error *err)
{
    const struct sma_json *own = sma_json_getz(type, "namespace");
    struct sma_str name_space = sma_json_is(own, SMA_JSON_STRING) ? own->text : place.name_space;
    struct sma_str full = full_name(parts, name_space, name->text);
    if (!full.ptr)
        return sma_fail_nomem(err);
    ptrdiff_t dot = sma_str_rchr(full, '.');
    sma_parts_give(parts, SMA_PART_TYPE, full, full, name->start, name->end);
    give_doc(parts, type, full);
    return walk_fields(parts, sma_json_getz(type, "fields"),
                       (struct place){dot < 0 ? SMA_STR("") : sma_str_head(full, (size_t)dot), full},
                       err);
}

/* Depth is bounded by the reader. */
static enum sma_status walk_type(struct sma_parts *parts, const struct sma_json *type,
                                 struct place place, struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    if (parts->is_over)
        return SMA_OK;
    if (sma_json_is(type, SMA_JSON_ARRAY)) {
        for (size_t i = 0; !st && i < type->count; i++)
            st = walk_type(parts, &type->items[i], place, err);
        return st;
    }
    if (!sma_json_is(type, SMA_JSON_OBJECT))
        return SMA_OK;
    struct sma_str kind = text_of(type, SMA_STR("type"));
    const struct sma_json *name = sma_json_getz(type, "name");
    bool is_named = sma_str_eqz(kind, "record") || sma_str_eqz(kind, "error") ||
                    sma_str_eqz(kind, "enum") || sma_str_eqz(kind, "fixed");
    if (is_named && sma_json_is(name, SMA_JSON_STRING))
        return walk_named(parts, type, name, place, err);
    if (sma_str_eqz(kind, "array"))
        return walk_type(parts, sma_json_getz(type, "items"), place, err);
    if (sma_str_eqz(kind, "map"))
        return walk_type(parts, sma_json_getz(type, "values"), place, err);
    return walk_type(parts, sma_json_getz(type, "type"), place, err);
}

enum sma_status sma_parts_avro(struct sma_parts *parts, struct sma_error *err)
{
    static const struct sma_json_options options = {.comments = true, .non_finite = true};
    const struct sma_json *doc;
    enum sma_status st = sma_json_parse(&doc, parts->arena, parts->text, &options, NULL, err);
    struct place top = {SMA_STR(""), SMA_STR("")};
    return st ? st : walk_type(parts, doc, top, err);
}
