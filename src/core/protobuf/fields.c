#include "core/protobuf/fields.h"

#include "core/protobuf/dynamic_tree.h"
#include "core/protobuf/meta_option.h"

/* The field that the values belong to. */
struct place {
    struct sma_str name;
    bool is_wanted;
};

struct walk {
    struct sma_buf *out;
    struct sma_buf changed; /* one value */
    const struct sma_field_rewriter *rewriter;
    uint32_t depth_left, values_left;
    struct sma_error *err;
};

static enum sma_status walk_message(struct walk *w, const struct sma_proto_message_type *type,
                                    struct sma_str bytes, const struct place *outer);

static enum sma_status broken(struct walk *w, const struct sma_proto_message_type *type)
{
    return sma_fail(w->err, SMA_EINVAL, "bytes that are no message %.*s",
                    SMA_STR_ARG(type->full_name));
}

/* ---- what a field is ----------------------------------------------------------------------------
 */

/* `name` lives in `arena`. */
static enum sma_status place_of(struct place *place, struct sma_arena *arena, struct walk *w,
                                const struct sma_proto_message_type *type,
                                const struct sma_proto_field_type *field)
{
    struct sma_tag_set tags;
    place->name = field->full_name.len
                      ? field->full_name
                      : sma_arena_printf(arena, "%.*s.%.*s", SMA_STR_ARG(type->full_name),
                                         SMA_STR_ARG(field->name));
    sma_tag_set_init(&tags);
    if (field->ast)
        sma_proto_meta_tags(&tags, field->ast->options, SMA_ENTITY_FIELD);
    bool ok = place->name.ptr && !tags.failed;
    place->is_wanted = ok && w->rewriter->wants(w->rewriter->ctx, place->name, &tags);
    sma_tag_set_fini(&tags);
    return ok ? SMA_OK : sma_fail_nomem(w->err);
}

static bool is_text(const struct sma_proto_field_type *field)
{
    return field->kind == SMA_PROTO_STRING || field->kind == SMA_PROTO_BYTES;
}

static bool is_message(const struct sma_proto_field_type *field)
{
    return field->kind == SMA_PROTO_MESSAGE || field->kind == SMA_PROTO_GROUP;
}

/* ---- values -------------------------------------------------------------------------------------
 */

static enum sma_status rewrite(struct walk *w, const struct place *place,
                               const struct sma_proto_field_type *field, struct sma_str value)
{
    enum sma_leaf_kind kind = field->kind == SMA_PROTO_STRING  ? SMA_LEAF_STRING
                              : field->kind == SMA_PROTO_BYTES ? SMA_LEAF_BYTES
                                                               : SMA_LEAF_OTHER;
    sma_buf_clear(&w->changed);
    enum sma_status st = w->rewriter->rewrite(w->rewriter->ctx, place->name, kind, value,
                                              &w->changed, w->err);
    if (!st && sma_buf_failed(&w->changed))
        st = sma_fail_nomem(w->err);
    if (!st)
        sma_proto_put_bytes_field(w->out, (uint32_t)field->number, sma_buf_str(&w->changed));
    return st;
}

static enum sma_status walk_submessage(struct walk *w, const struct sma_proto_field_type *field,
                                       const struct sma_proto_record *record,
                                       const struct place *place)
{
    bool is_group = record->wire == SMA_PROTO_WIRE_GROUP;
    size_t mark = w->out->len;
    if (is_group)
        sma_proto_put_tag(w->out, record->number, SMA_PROTO_WIRE_GROUP);
    else
        mark = sma_proto_open(w->out, record->number);
    enum sma_status st = walk_message(w, field->message, record->bytes,
                                      field->message->is_map_entry ? place : NULL);
    if (is_group)
        sma_proto_put_tag(w->out, record->number, SMA_PROTO_WIRE_GROUP_END);
    else
        sma_proto_close(w->out, mark);
    return st;
}

static enum sma_status walk_record(struct walk *w, const struct sma_proto_field_type *field,
                                   const struct sma_proto_record *record, const struct place *place)
{
    if (is_message(field) && field->message &&
        (record->wire == SMA_PROTO_WIRE_BYTES || record->wire == SMA_PROTO_WIRE_GROUP))
        return walk_submessage(w, field, record, place);
    if (!place->is_wanted || is_message(field)) {
        sma_buf_puts(w->out, record->whole);
        return SMA_OK;
    }
    if (is_text(field) && record->wire != SMA_PROTO_WIRE_BYTES)
        return sma_fail(w->err, SMA_EINVAL, "field %.*s has another wire type than its schema",
                        SMA_STR_ARG(place->name));
    return rewrite(w, place, field, record->bytes);
}

/* The empty value of a wanted field that the message leaves out. */
static enum sma_status fill_empty(struct walk *w, const struct sma_proto_message_type *type,
                                  const bool *seen, struct sma_arena *arena)
{
    enum sma_status st = SMA_OK;
    for (size_t i = 0; !st && i < type->field_count; i++) {
        const struct sma_proto_field_type *field = &type->fields[i];
        struct place place;
        if (seen[i] || field->has_presence || field->is_repeated || is_message(field))
            continue;
        st = place_of(&place, arena, w, type, field);
        if (!st && place.is_wanted)
            st = rewrite(w, &place, field, sma_str_make("", 0));
    }
    return st;
}

static enum sma_status walk_records(struct walk *w, const struct sma_proto_message_type *type,
                                    struct sma_str rest, const struct place *outer, bool *seen,
                                    struct sma_arena *arena)
{
    struct sma_proto_record record;
    bool is_broken = false;
    enum sma_status st = SMA_OK;
    while (!st && sma_proto_next_record(&rest, &record, SMA_FIELDS_DEPTH_MAX, &is_broken)) {
        const struct sma_proto_field_type *field = sma_proto_field_of_number(type, record.number);
        struct place place = {.is_wanted = false};
        if (!w->values_left--)
            return sma_fail(w->err, SMA_ELIMIT, "message exceeds the limit of %u values",
                            SMA_FIELDS_VALUES_MAX);
        if (!field) {
            sma_buf_puts(w->out, record.whole);
            continue;
        }
        seen[field - type->fields] = true;
        if (!type->is_map_entry)
            st = place_of(&place, arena, w, type, field);
        else if (field->number == 2)
            place = *outer;
        if (!st)
            st = walk_record(w, field, &record, &place);
    }
    return !st && is_broken ? broken(w, type) : st;
}

static enum sma_status walk_message(struct walk *w, const struct sma_proto_message_type *type,
                                    struct sma_str bytes, const struct place *outer)
{
    struct sma_arena arena;
    if (!w->depth_left)
        return sma_fail(w->err, SMA_ELIMIT, "messages nested deeper than %u levels",
                        SMA_FIELDS_DEPTH_MAX);
    w->depth_left--;
    sma_arena_init(&arena, 0);
    bool *seen = sma_arena_calloc(&arena, type->field_count + 1, sizeof *seen);
    enum sma_status st = seen ? walk_records(w, type, bytes, outer, seen, &arena)
                              : sma_fail_nomem(w->err);
    if (!st && w->rewriter->fills_empty && !type->is_map_entry)
        st = fill_empty(w, type, seen, &arena);
    sma_arena_fini(&arena);
    w->depth_left++;
    return st;
}

enum sma_status sma_proto_rewrite_fields(struct sma_buf *out, const struct sma_proto_codec *codec,
                                         struct sma_str name, struct sma_str bytes,
                                         const struct sma_field_rewriter *rewriter,
                                         struct sma_error *err)
{
    const struct sma_proto_message_type *type = sma_proto_codec_find(codec, name);
    struct walk w = {.out = out,
                     .rewriter = rewriter,
                     .depth_left = SMA_FIELDS_DEPTH_MAX,
                     .values_left = SMA_FIELDS_VALUES_MAX,
                     .err = err};
    if (!type)
        return sma_fail(err, SMA_ENOTFOUND, "the schema has no message \"%.*s\"", SMA_STR_ARG(name));
    sma_buf_init(&w.changed, 0);
    enum sma_status st = walk_message(&w, type, bytes, NULL);
    if (!st && sma_buf_failed(out))
        st = sma_fail_nomem(err);
    sma_buf_fini(&w.changed);
    return st;
}
