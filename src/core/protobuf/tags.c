#include "core/protobuf/tags.h"

#include "base/map.h"
#include "core/protobuf/meta_option.h"
#include "core/protobuf/print.h"
#include "core/protobuf/schema.h"

/* ---- what carries tags --------------------------------------------------------------------------
 */

struct lister {
    struct sma_tagged_list *out;
    struct sma_arena *arena;
    struct sma_buf path;
    struct sma_error *err;
};

static size_t enter(struct lister *l, struct sma_str name)
{
    size_t mark = l->path.len;
    if (mark)
        sma_buf_putc(&l->path, '.');
    sma_buf_puts(&l->path, name);
    return mark;
}

static void leave(struct lister *l, size_t mark)
{
    if (!sma_buf_failed(&l->path))
        l->path.len = mark;
}

static enum sma_status list_entity(struct lister *l, enum sma_entity_kind kind,
                                   struct sma_proto_options options)
{
    struct sma_tag_set set;
    if (sma_buf_failed(&l->path))
        return sma_fail_nomem(l->err);
    if (!options.count)
        return SMA_OK;
    sma_tag_set_init(&set);
    sma_proto_meta_tags(&set, options, kind);
    enum sma_status st =
        sma_tagged_add(l->out, l->arena, sma_buf_str(&l->path), kind, &set, l->err);
    sma_tag_set_fini(&set);
    return st;
}

static enum sma_status list_fields(struct lister *l, struct sma_proto_fields fields)
{
    enum sma_status st = SMA_OK;
    for (size_t i = 0; !st && i < fields.count; i++) {
        size_t mark = enter(l, fields.items[i].name);
        st = list_entity(l, SMA_ENTITY_FIELD, fields.items[i].options);
        leave(l, mark);
    }
    return st;
}

static enum sma_status list_messages(struct lister *l, struct sma_proto_messages messages);

static enum sma_status list_message(struct lister *l, const struct sma_proto_message *message)
{
    enum sma_status st = list_entity(l, SMA_ENTITY_RECORD, message->options);
    if (!st)
        st = list_fields(l, message->fields);
    for (size_t i = 0; !st && i < message->oneof_count; i++)
        st = list_fields(l, message->oneofs[i].fields);
    return st ? st : list_messages(l, message->messages);
}

/* Nests as deep as the parser lets it. */
static enum sma_status list_messages(struct lister *l, struct sma_proto_messages messages)
{
    enum sma_status st = SMA_OK;
    for (size_t i = 0; !st && i < messages.count; i++) {
        size_t mark = enter(l, messages.items[i].name);
        st = list_message(l, &messages.items[i]);
        leave(l, mark);
    }
    return st;
}

enum sma_status sma_proto_tagged(struct sma_tagged_list *out, struct sma_arena *arena,
                                 const struct sma_schema *schema, struct sma_error *err)
{
    struct lister l = {.out = out, .arena = arena, .err = err};
    sma_buf_init(&l.path, 0);
    enum sma_status st = list_messages(&l, sma_proto_of(schema)->file->messages);
    sma_buf_fini(&l.path);
    return st;
}

/* ---- edits of the tree --------------------------------------------------------------------------
 */

/* Works on a copy of all messages, so that what the schema shares stays as it is. */
struct editor {
    struct sma_arena arena;
    struct sma_proto_file file;
    struct sma_map targets; /* the address of options → struct target */
    bool has_added;         /* some edit has added a tag */
    struct sma_error *err;
};

/* An entity that some edit names; its options are set once, at the end. */
struct target {
    struct sma_proto_options *options;
    enum sma_entity_kind kind;
    struct sma_tag_set tags;
};

/* A copy of an array in the editor's arena; NULL when out of memory. */
static void *copy_array(struct editor *e, const void *items, size_t count, size_t size)
{
    void *copy = sma_arena_calloc(&e->arena, count + 1, size);
    if (copy && count)
        memcpy(copy, items, count * size);
    return copy;
}

static bool copy_fields(struct editor *e, struct sma_proto_fields *fields)
{
    fields->items = copy_array(e, fields->items, fields->count, sizeof *fields->items);
    return fields->items != NULL;
}

static bool copy_oneofs(struct editor *e, struct sma_proto_message *message)
{
    struct sma_proto_oneof *oneofs =
        copy_array(e, message->oneofs, message->oneof_count, sizeof *oneofs);
    message->oneofs = oneofs;
    for (size_t i = 0; oneofs && i < message->oneof_count; i++)
        if (!copy_fields(e, &oneofs[i].fields))
            return false;
    return oneofs != NULL;
}

static bool copy_messages(struct editor *e, struct sma_proto_messages *messages)
{
    struct sma_proto_message *items =
        copy_array(e, messages->items, messages->count, sizeof *items);
    messages->items = items;
    for (size_t i = 0; items && i < messages->count; i++)
        if (!copy_fields(e, &items[i].fields) || !copy_oneofs(e, &items[i]) ||
            !copy_messages(e, &items[i].messages))
            return false;
    return items != NULL;
}

/* The options of the field, of the copy and so not const. */
static struct sma_proto_options *find_field(struct sma_proto_fields fields, struct sma_str name)
{
    for (size_t i = 0; i < fields.count; i++)
        if (sma_str_eq(fields.items[i].name, name))
            return (struct sma_proto_options *)&fields.items[i].options;
    return NULL;
}

static struct sma_proto_options *find_member(const struct sma_proto_message *message,
                                             struct sma_str name)
{
    struct sma_proto_options *found = find_field(message->fields, name);
    for (size_t i = 0; !found && i < message->oneof_count; i++)
        found = find_field(message->oneofs[i].fields, name);
    return found;
}

/* Of the entity at `path` below these messages; NULL when there is none. */
static struct sma_proto_options *find_entity(struct sma_proto_messages messages,
                                             struct sma_str path, enum sma_entity_kind kind)
{
    struct sma_proto_options *found = NULL;
    for (size_t i = 0; !found && i < messages.count; i++) {
        const struct sma_proto_message *message = &messages.items[i];
        struct sma_str rest = sma_str_from(path, message->name.len);
        if (!sma_str_starts(path, message->name))
            continue;
        if (!rest.len && kind == SMA_ENTITY_RECORD)
            return (struct sma_proto_options *)&message->options;
        if (!sma_str_starts(rest, SMA_STR(".")))
            continue;
        rest = sma_str_from(rest, 1);
        if (kind == SMA_ENTITY_FIELD)
            found = find_member(message, rest);
        if (!found)
            found = find_entity(message->messages, rest, kind);
    }
    return found;
}

static struct target *target_of(struct editor *e, struct sma_proto_options *options,
                                enum sma_entity_kind kind)
{
    struct sma_str key = sma_str_make((const char *)&options, sizeof options);
    struct target *target = sma_map_get(&e->targets, key);
    if (target)
        return target;
    target = sma_arena_alloc(&e->arena, sizeof *target);
    if (!target)
        return NULL;
    *target = (struct target){.options = options, .kind = kind};
    sma_tag_set_init(&target->tags);
    sma_proto_meta_tags(&target->tags, *options, kind);
    key.ptr = (const char *)&target->options;
    if (sma_map_put(&e->targets, key, target))
        return target;
    sma_tag_set_fini(&target->tags);
    return NULL;
}

static enum sma_status make_edit(struct editor *e, const struct sma_tag_edit *edit)
{
    struct sma_str path = edit->path;
    if (sma_str_starts(path, SMA_STR(".")))
        path = sma_str_from(path, 1);
    struct sma_proto_options *options = find_entity(e->file.messages, path, edit->kind);
    if (!options && edit->is_optional)
        return SMA_OK;
    if (!options)
        return sma_fail(e->err, SMA_EINVAL,
                        "No matching Message/Field with name '%.*s' found in the schema",
                        SMA_STR_ARG(edit->path));
    struct target *target = target_of(e, options, edit->kind);
    if (!target)
        return sma_fail_nomem(e->err);
    sma_tag_set_edit(&target->tags, edit);
    e->has_added = e->has_added || edit->add.count > 0;
    return target->tags.failed ? sma_fail_nomem(e->err) : SMA_OK;
}

static enum sma_status set_tags(struct editor *e)
{
    enum sma_status st = SMA_OK;
    for (size_t i = 0; !st && i < e->targets.count; i++) {
        struct target *target = e->targets.entries[i].value;
        struct sma_tag_list tags;
        st = sma_tag_set_list(&tags, &e->arena, &target->tags, e->err);
        if (!st)
            st = sma_proto_meta_set_tags(target->options, &e->arena, target->kind, tags, e->err);
    }
    return st;
}

static void fini(struct editor *e)
{
    for (size_t i = 0; i < e->targets.count; i++)
        sma_tag_set_fini(&((struct target *)e->targets.entries[i].value)->tags);
    sma_map_fini(&e->targets);
    sma_arena_fini(&e->arena);
}

#define META_FILE "confluent/meta.proto"

/* What the options need to be understood by whoever resolves them. */
static enum sma_status add_import(struct editor *e)
{
    struct sma_proto_file *file = &e->file;
    for (size_t i = 0; i < file->import_count; i++)
        if (sma_str_eqz(file->imports[i].path, META_FILE))
            return SMA_OK;
    struct sma_proto_import *imports =
        copy_array(e, file->imports, file->import_count, sizeof *imports);
    if (!imports)
        return sma_fail_nomem(e->err);
    imports[file->import_count++] =
        (struct sma_proto_import){.path = SMA_STR(META_FILE), .kind = SMA_PROTO_IMPORT};
    file->imports = imports;
    return SMA_OK;
}

enum sma_status sma_proto_edit_tags(struct sma_buf *out, const struct sma_schema *schema,
                                    const struct sma_tag_edit *edits, size_t count,
                                    struct sma_error *err)
{
    struct editor e = {.file = *sma_proto_of(schema)->file, .err = err};
    sma_arena_init(&e.arena, 0);
    sma_map_init(&e.targets);
    enum sma_status st =
        copy_messages(&e, &e.file.messages) ? SMA_OK : sma_fail_nomem(err);
    for (size_t i = 0; !st && i < count; i++)
        st = make_edit(&e, &edits[i]);
    if (!st)
        st = set_tags(&e);
    if (!st && e.has_added)
        st = add_import(&e);
    if (!st)
        sma_proto_print(out, &e.file, false);
    if (!st && sma_buf_failed(out))
        st = sma_fail_nomem(err);
    fini(&e);
    return st;
}
