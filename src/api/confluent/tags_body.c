/* SchemaTags in request bodies (confluent-rest 3). */
#include "api/confluent/call.h"

#include "registry/value.h"

static enum sma_status read_kind(enum sma_entity_kind *out, struct sma_str text,
                                 struct sma_error *err)
{
    if (sma_str_eqz(text, "sr_record"))
        *out = SMA_ENTITY_RECORD;
    else if (sma_str_eqz(text, "sr_field"))
        *out = SMA_ENTITY_FIELD;
    else
        return sma_refuse(err, SMA_CODE_BAD_REQUEST,
                          "entityType: '%.*s' is none of sr_record, sr_field", SMA_STR_ARG(text));
    return SMA_OK;
}

static enum sma_status read_entity(struct sma_tag_edit *out, const struct sma_json *value,
                                   struct sma_error *err)
{
    const struct sma_json *entity;
    struct sma_str kind;
    enum sma_status st = sma_value_container(&entity, value, SMA_JSON_OBJECT, "schemaEntity", err);
    if (!st)
        st = sma_value_text(&out->path, sma_json_getz(entity, "entityPath"), "entityPath", err);
    if (!st)
        st = sma_value_text(&kind, sma_json_getz(entity, "entityType"), "entityType", err);
    if (!st && (!out->path.ptr || !kind.ptr))
        st = sma_refuse(err, SMA_CODE_INVALID_SCHEMA,
                        "schemaEntity needs an entityPath and an entityType");
    return st ? st : read_kind(&out->kind, kind, err);
}

static enum sma_status read_names(struct sma_tag_list *out, struct sma_arena *arena,
                                  const struct sma_json *value, struct sma_error *err)
{
    const struct sma_json *array;
    enum sma_status st = sma_value_container(&array, value, SMA_JSON_ARRAY, "tags", err);
    if (st || !array)
        return st;
    struct sma_str *items = sma_arena_calloc(arena, (size_t)array->count + 1, sizeof *items);
    if (!items)
        return sma_fail_nomem(err);
    for (uint32_t i = 0; !st && i < array->count; i++) {
        st = sma_value_text(&items[i], &array->items[i], "tags", err);
        if (!st && !items[i].ptr)
            st = sma_refuse(err, SMA_CODE_BAD_REQUEST, "tags: null is no tag");
    }
    *out = (struct sma_tag_list){items, array->count};
    return st;
}

static enum sma_status read_item(struct sma_tag_edit *out, struct sma_arena *arena,
                                 const struct sma_json *value, const char *name, bool is_added,
                                 struct sma_error *err)
{
    const struct sma_json *item;
    enum sma_status st = sma_value_container(&item, value, SMA_JSON_OBJECT, name, err);
    if (!st)
        st = read_entity(out, sma_json_getz(item, "schemaEntity"), err);
    return st ? st
              : read_names(is_added ? &out->add : &out->remove, arena, sma_json_getz(item, "tags"),
                           err);
}

enum sma_status sma_body_tag_edits(struct sma_tag_changes *out, const struct sma_call *call,
                                   const struct sma_json *object, const char *to_add,
                                   const char *to_remove, struct sma_error *err)
{
    const char *const names[] = {to_add, to_remove};
    const struct sma_json *lists[2];
    size_t total = 0, count = 0;
    enum sma_status st = SMA_OK;
    for (int k = 0; !st && k < 2; k++) {
        st = sma_value_container(&lists[k], sma_json_get(object, sma_str_z(names[k])),
                                 SMA_JSON_ARRAY, names[k], err);
        total += !st && lists[k] ? lists[k]->count : 0;
    }
    if (!st && total > SMA_TAG_EDITS_MAX)
        st = sma_refuse(err, SMA_CODE_INVALID_SCHEMA,
                        "the request edits the tags of more than %d entities", SMA_TAG_EDITS_MAX);
    if (st)
        return st;
    struct sma_tag_edit *edits = sma_arena_calloc(call->arena, total + 1, sizeof *edits);
    if (!edits)
        return sma_fail_nomem(err);
    for (int k = 0; k < 2; k++)
        for (uint32_t i = 0; !st && lists[k] && i < lists[k]->count; i++)
            st = read_item(&edits[count++], call->arena, &lists[k]->items[i], names[k], k == 0,
                           err);
    *out = (struct sma_tag_changes){.edits = edits, .count = count};
    return st;
}

enum sma_status sma_body_schema_tags(struct sma_tag_changes *out, const struct sma_call *call,
                                     const struct sma_json *object, struct sma_error *err)
{
    enum sma_status st =
        sma_body_tag_edits(out, call, object, "schemaTagsToAdd", "schemaTagsToRemove", err);
    return st ? st
              : sma_value_bool(&out->propagate, sma_json_getz(object, "propagateSchemaTags"),
                               "propagateSchemaTags", err);
}
