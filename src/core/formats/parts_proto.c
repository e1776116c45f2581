/* Protobuf: messages, enums and services with their full names, and fields. */
#include "core/formats/parts_walk.h"
#include "core/protobuf/parse.h"

/* The tree knows where a statement is; its name is the first word in it that reads so. */
static void give(struct sma_parts *parts, enum sma_part_kind kind, struct sma_str name,
                 struct sma_str text, struct sma_str path, struct sma_span span)
{
    size_t start = span.start, end = span.end < parts->text.len ? span.end : parts->text.len;
    const char *at =
        start < end ? memmem(parts->text.ptr + start, end - start, name.ptr, name.len) : NULL;
    if (at)
        start = (size_t)(at - parts->text.ptr);
    sma_parts_give(parts, kind, text, path, start, at ? start + name.len : end);
}

static enum sma_status give_type(struct sma_parts *parts, struct sma_str *full,
                                 struct sma_str owner, struct sma_str name, struct sma_span span,
                                 struct sma_error *err)
{
    *full = sma_parts_join(parts, owner, name);
    if (!full->ptr)
        return sma_fail_nomem(err);
    give(parts, SMA_PART_TYPE, name, *full, *full, span);
    return SMA_OK;
}

static enum sma_status walk_fields(struct sma_parts *parts, const struct sma_proto_fields *fields,
                                   struct sma_str owner, struct sma_error *err)
{
    for (size_t i = 0; !parts->is_over && i < fields->count; i++) {
        const struct sma_proto_field *field = &fields->items[i];
        struct sma_str path = sma_parts_join(parts, owner, field->name);
        if (!path.ptr)
            return sma_fail_nomem(err);
        give(parts, SMA_PART_FIELD, field->name, field->name, path, field->span);
    }
    return SMA_OK;
}

static enum sma_status walk_groups(struct sma_parts *parts, const struct sma_proto_groups *groups,
                                   struct sma_str owner, struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    for (size_t i = 0; !st && !parts->is_over && i < groups->count; i++) {
        const struct sma_proto_group *group = &groups->items[i];
        struct sma_str full;
        st = give_type(parts, &full, owner, group->name, group->span, err);
        if (!st)
            st = walk_fields(parts, &group->fields, full, err);
    }
    return st;
}

static enum sma_status walk_enums(struct sma_parts *parts, const struct sma_proto_enums *enums,
                                  struct sma_str owner, struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    struct sma_str full;
    for (size_t i = 0; !st && !parts->is_over && i < enums->count; i++)
        st = give_type(parts, &full, owner, enums->items[i].name, enums->items[i].span, err);
    return st;
}

static enum sma_status walk_extends(struct sma_parts *parts,
                                    const struct sma_proto_extends *extends, struct sma_str owner,
                                    struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    for (size_t i = 0; !st && !parts->is_over && i < extends->count; i++) {
        st = walk_fields(parts, &extends->items[i].fields, owner, err);
        if (!st)
            st = walk_groups(parts, &extends->items[i].groups, owner, err);
    }
    return st;
}

static enum sma_status walk_messages(struct sma_parts *parts,
                                     const struct sma_proto_messages *messages,
                                     struct sma_str owner, struct sma_error *err);

static enum sma_status walk_message(struct sma_parts *parts, const struct sma_proto_message *m,
                                    struct sma_str owner, struct sma_error *err)
{
    struct sma_str full;
    enum sma_status st = give_type(parts, &full, owner, m->name, m->span, err);
    if (!st)
        st = walk_fields(parts, &m->fields, full, err);
    for (size_t i = 0; !st && i < m->oneof_count; i++) {
        st = walk_fields(parts, &m->oneofs[i].fields, full, err);
        if (!st)
            st = walk_groups(parts, &m->oneofs[i].groups, full, err);
    }
    if (!st)
        st = walk_groups(parts, &m->groups, full, err);
    if (!st)
        st = walk_extends(parts, &m->extends, full, err);
    if (!st)
        st = walk_messages(parts, &m->messages, full, err);
    return st ? st : walk_enums(parts, &m->enums, full, err);
}

/* Nesting is bounded by the parser. */
static enum sma_status walk_messages(struct sma_parts *parts,
                                     const struct sma_proto_messages *messages,
                                     struct sma_str owner, struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    for (size_t i = 0; !st && !parts->is_over && i < messages->count; i++)
        st = walk_message(parts, &messages->items[i], owner, err);
    return st;
}

enum sma_status sma_parts_proto(struct sma_parts *parts, struct sma_error *err)
{
    const struct sma_proto_file *file;
    struct sma_str full;
    enum sma_status st = sma_proto_parse(&file, parts->arena, parts->text, err);
    if (st)
        return st;
    struct sma_str package = file->package.ptr ? file->package : SMA_STR("");
    st = walk_messages(parts, &file->messages, package, err);
    if (!st)
        st = walk_enums(parts, &file->enums, package, err);
    if (!st)
        st = walk_extends(parts, &file->extends, package, err);
    for (size_t i = 0; !st && !parts->is_over && i < file->service_count; i++)
        st = give_type(parts, &full, package, file->services[i].name, file->services[i].span, err);
    return st;
}
