#include "core/schema/tags.h"

/* ---- sets ---- */

void sma_tag_set_init(struct sma_tag_set *set)
{
    sma_map_init(&set->names);
    set->failed = false;
}

void sma_tag_set_fini(struct sma_tag_set *set)
{
    sma_map_fini(&set->names);
}

void sma_tag_set_add(struct sma_tag_set *set, struct sma_str tag)
{
    if (!sma_map_put(&set->names, tag, set))
        set->failed = true;
}

void sma_tag_set_add_json(struct sma_tag_set *set, const struct sma_json *value)
{
    if (!sma_json_is(value, SMA_JSON_ARRAY))
        return;
    for (uint32_t i = 0; i < value->count; i++)
        if (value->items[i].type == SMA_JSON_STRING)
            sma_tag_set_add(set, value->items[i].text);
}

void sma_tag_set_edit(struct sma_tag_set *set, const struct sma_tag_edit *edit)
{
    for (size_t i = 0; i < edit->add.count; i++)
        sma_tag_set_add(set, edit->add.items[i]);
    for (size_t i = 0; i < edit->remove.count; i++) {
        struct sma_map_entry *entry = sma_map_find(&set->names, edit->remove.items[i]);
        if (entry)
            entry->value = NULL;
    }
}

enum sma_status sma_tag_set_list(struct sma_tag_list *out, struct sma_arena *arena,
                                 const struct sma_tag_set *set, struct sma_error *err)
{
    size_t count = 0;
    struct sma_str *items =
        set->failed ? NULL : sma_arena_calloc(arena, set->names.count + 1, sizeof *items);
    if (!items)
        return sma_fail_nomem(err);
    for (size_t i = 0; i < set->names.count; i++)
        if (set->names.entries[i].value)
            items[count++] = set->names.entries[i].key;
    *out = (struct sma_tag_list){items, count};
    return SMA_OK;
}

/* ---- reports ---- */

static enum sma_status copy_names(const struct sma_tag_list *list, struct sma_arena *arena,
                                  struct sma_error *err)
{
    struct sma_str *items = (struct sma_str *)list->items; /* made by sma_tag_set_list just now */
    for (size_t i = 0; i < list->count; i++) {
        items[i] = sma_arena_copy(arena, items[i]);
        if (!items[i].ptr)
            return sma_fail_nomem(err);
    }
    return SMA_OK;
}

enum sma_status sma_tagged_add(struct sma_tagged_list *list, struct sma_arena *arena,
                               struct sma_str path, enum sma_entity_kind kind,
                               const struct sma_tag_set *set, struct sma_error *err)
{
    struct sma_tagged one = {.kind = kind};
    enum sma_status st = sma_tag_set_list(&one.tags, arena, set, err);
    if (st || !one.tags.count)
        return st;
    if (path.len > SMA_TAGGED_PATH_BYTES_MAX - list->path_bytes)
        return sma_fail(err, SMA_ELIMIT, "the paths of all tags exceed the limit of %u bytes",
                        SMA_TAGGED_PATH_BYTES_MAX);
    one.path = sma_arena_copy(arena, path);
    struct sma_tagged *items = sma_arena_grow(arena, list->items, list->count, &list->capacity,
                                              list->count + 1, sizeof *items);
    if (!one.path.ptr || !items)
        return sma_fail_nomem(err);
    st = copy_names(&one.tags, arena, err);
    if (st)
        return st;
    list->path_bytes += path.len;
    list->items = items;
    list->items[list->count++] = one;
    return SMA_OK;
}

enum sma_status sma_tag_path_missing(const struct sma_tag_edit *edit, struct sma_error *err)
{
    return sma_fail(err, SMA_EINVAL, "No matching path '%.*s' found in the schema",
                    SMA_STR_ARG(edit->path));
}
