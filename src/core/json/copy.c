/* Copies of single values, so that a document's tree need not outlive the few parts worth keeping.
 */
#include "core/json/json.h"

static bool copy_value(struct sma_arena *arena, struct sma_json *to, const struct sma_json *from,
                       struct sma_str kept);

static bool is_inside(struct sma_str s, struct sma_str kept)
{
    uintptr_t at = (uintptr_t)s.ptr, from = (uintptr_t)kept.ptr;
    return at >= from && at - from <= kept.len && s.len <= kept.len - (at - from);
}

static bool copy_text(struct sma_arena *arena, struct sma_str *to, struct sma_str from,
                      struct sma_str kept)
{
    *to = from;
    if (!from.len || is_inside(from, kept))
        return true;
    *to = sma_arena_copy(arena, from);
    return to->ptr;
}

static bool copy_items(struct sma_arena *arena, struct sma_json *to, const struct sma_json *from,
                       struct sma_str kept)
{
    struct sma_json *items = sma_arena_calloc(arena, from->count, sizeof *items);
    if (!items)
        return false;
    for (uint32_t i = 0; i < from->count; i++)
        if (!copy_value(arena, &items[i], &from->items[i], kept))
            return false;
    to->items = items;
    return true;
}

/* The hash index holds positions, not pointers: index[0] is the size of the table behind it. */
static bool copy_index(struct sma_arena *arena, struct sma_json *to, const struct sma_json *from)
{
    if (!from->index)
        return true;
    size_t count = (size_t)from->index[0] + 1;
    uint32_t *index = sma_arena_calloc(arena, count, sizeof *index);
    if (!index)
        return false;
    memcpy(index, from->index, count * sizeof *index);
    to->index = index;
    return true;
}

static bool copy_members(struct sma_arena *arena, struct sma_json *to, const struct sma_json *from,
                         struct sma_str kept)
{
    struct sma_json_member *members = sma_arena_calloc(arena, from->count, sizeof *members);
    if (!members)
        return false;
    for (uint32_t i = 0; i < from->count; i++) {
        members[i] = from->members[i];
        if (!copy_text(arena, &members[i].name, from->members[i].name, kept) ||
            !copy_value(arena, &members[i].value, &from->members[i].value, kept))
            return false;
    }
    to->members = members;
    return copy_index(arena, to, from);
}

/* As deep as the reader's limit allowed the document to be. */
static bool copy_value(struct sma_arena *arena, struct sma_json *to, const struct sma_json *from,
                       struct sma_str kept)
{
    *to = *from;
    switch (from->type) {
    case SMA_JSON_ARRAY:
        return copy_items(arena, to, from, kept);
    case SMA_JSON_OBJECT:
        return copy_members(arena, to, from, kept);
    case SMA_JSON_STRING:
    case SMA_JSON_NUMBER:
        return copy_text(arena, &to->text, from->text, kept);
    default:
        return true;
    }
}

const struct sma_json *sma_json_copy(struct sma_arena *arena, const struct sma_json *v,
                                     struct sma_str kept)
{
    struct sma_json *copy = sma_arena_alloc(arena, sizeof *copy);
    return copy && copy_value(arena, copy, v, kept) ? copy : NULL;
}
