#include "core/schema/tag_editor.h"

#include <stdlib.h>

struct target {
    const struct sma_json *object;
    struct sma_tag_set tags;
};

/* A piece of the text and what takes its place. Pieces never overlap: each is the tags of one
 * object, and no object is edited inside the tags of another. */
struct splice {
    size_t start, end;
    const struct target *target; /* NULL: nothing takes its place */
    bool is_value;               /* the value of a member that is there, not a new one */
};

void sma_tag_editor_init(struct sma_tag_editor *editor, struct sma_str text)
{
    editor->text = text;
    sma_arena_init(&editor->arena, 0);
    sma_map_init(&editor->targets);
}

void sma_tag_editor_fini(struct sma_tag_editor *editor)
{
    for (size_t i = 0; i < editor->targets.count; i++)
        sma_tag_set_fini(&((struct target *)editor->targets.entries[i].value)->tags);
    sma_map_fini(&editor->targets);
    sma_arena_fini(&editor->arena);
}

static struct target *target_of(struct sma_tag_editor *editor, const struct sma_json *object)
{
    struct sma_str key = sma_str_make((const char *)&object, sizeof object);
    struct target *target = sma_map_get(&editor->targets, key);
    if (target)
        return target;
    target = sma_arena_alloc(&editor->arena, sizeof *target);
    if (!target)
        return NULL;
    target->object = object;
    sma_tag_set_init(&target->tags);
    sma_tag_set_add_json(&target->tags, sma_json_get(object, SMA_TAGS_MEMBER));
    key.ptr = (const char *)&target->object;
    if (sma_map_put(&editor->targets, key, target))
        return target;
    sma_tag_set_fini(&target->tags);
    return NULL;
}

enum sma_status sma_tag_editor_edit(struct sma_tag_editor *editor, const struct sma_json *object,
                                    const struct sma_tag_edit *edit, struct sma_error *err)
{
    struct target *target = target_of(editor, object);
    if (!target)
        return sma_fail_nomem(err);
    sma_tag_set_edit(&target->tags, edit);
    return target->tags.failed ? sma_fail_nomem(err) : SMA_OK;
}

/* ---- printing ---- */

/* The member with the comma behind it, or else before it. */
static void take_out(struct splice *splice, struct sma_str text,
                     const struct sma_json_member *member)
{
    splice->start = member->name_start;
    splice->end = member->value.end;
    if (splice->end < text.len && text.ptr[splice->end] == ',')
        splice->end++;
    else if (splice->start && text.ptr[splice->start - 1] == ',')
        splice->start--;
}

/* False when there is nothing to do. */
static bool splice_of(struct splice *out, const struct sma_tag_editor *editor,
                      const struct target *target, size_t tag_count)
{
    const struct sma_json_member *member = sma_json_find(target->object, SMA_TAGS_MEMBER);
    *out = (struct splice){.target = tag_count ? target : NULL, .is_value = member != NULL};
    if (member && tag_count) {
        out->start = member->value.start;
        out->end = member->value.end;
    } else if (member) {
        take_out(out, editor->text, member);
    } else {
        out->start = out->end = target->object->end - 1;
    }
    return member || tag_count;
}

static void put_splice(struct sma_buf *out, const struct splice *splice,
                       const struct sma_tag_list *tags)
{
    if (!splice->target)
        return;
    if (!splice->is_value) {
        if (splice->target->object->count)
            sma_buf_putc(out, ',');
        sma_json_put_string(out, SMA_TAGS_MEMBER);
        sma_buf_putc(out, ':');
    }
    sma_buf_putc(out, '[');
    for (size_t i = 0; i < tags->count; i++) {
        if (i)
            sma_buf_putc(out, ',');
        sma_json_put_string(out, tags->items[i]);
    }
    sma_buf_putc(out, ']');
}

static int by_start(const void *left, const void *right)
{
    size_t a = ((const struct splice *)left)->start, b = ((const struct splice *)right)->start;
    return a < b ? -1 : a > b;
}

static enum sma_status put_spliced(struct sma_buf *out, struct sma_tag_editor *editor,
                                   const struct splice *splices, size_t count,
                                   struct sma_error *err)
{
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        struct sma_tag_list tags = {NULL, 0};
        if (splices[i].target) {
            enum sma_status st =
                sma_tag_set_list(&tags, &editor->arena, &splices[i].target->tags, err);
            if (st)
                return st;
        }
        sma_buf_append(out, editor->text.ptr + at, splices[i].start - at);
        put_splice(out, &splices[i], &tags);
        at = splices[i].end;
    }
    sma_buf_puts(out, sma_str_from(editor->text, at));
    return sma_buf_failed(out) ? sma_fail_nomem(err) : SMA_OK;
}

enum sma_status sma_tag_editor_print(struct sma_buf *out, struct sma_tag_editor *editor,
                                     struct sma_error *err)
{
    size_t count = 0;
    struct splice *splices =
        sma_arena_calloc(&editor->arena, editor->targets.count + 1, sizeof *splices);
    if (!splices)
        return sma_fail_nomem(err);
    for (size_t i = 0; i < editor->targets.count; i++) {
        const struct target *target = editor->targets.entries[i].value;
        struct sma_tag_list tags;
        enum sma_status st = sma_tag_set_list(&tags, &editor->arena, &target->tags, err);
        if (st)
            return st;
        count += splice_of(&splices[count], editor, target, tags.count);
    }
    qsort(splices, count, sizeof *splices, by_start);
    return put_spliced(out, editor, splices, count, err);
}
