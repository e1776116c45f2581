#include "core/avro/fields.h"

#include "base/utf8.h"
#include "core/avro/model.h"
#include "core/schema/tag_editor.h"

/* The field that the values belong to; NULL outside of records. */
struct place {
    struct sma_str name;
    bool is_wanted;
};

struct walk {
    struct sma_str rest;
    size_t length;
    struct sma_buf *out;
    struct sma_buf name;    /* of the innermost field */
    struct sma_buf changed; /* one value */
    const struct sma_field_rewriter *rewriter;
    uint32_t depth_left, values_left;
    struct sma_error *err;
};

static enum sma_status walk_value(struct walk *w, const struct sma_avro_node *node,
                                  const struct place *place);

/* ---- reading ------------------------------------------------------------------------------------
 */

static enum sma_status broken(struct walk *w, const char *what)
{
    size_t offset = w->length - w->rest.len;
    return sma_fail_at(w->err, SMA_EINVAL, offset, "%s at byte %zu", what, offset);
}

/* Zigzag varint of at most ten bytes. */
static enum sma_status take_long(struct walk *w, int64_t *out)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < 10 && i < w->rest.len; i++) {
        uint8_t byte = (uint8_t)w->rest.ptr[i];
        if (i == 9 && byte > 1)
            return broken(w, "number longer than 64 bits");
        bits |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            w->rest = sma_str_from(w->rest, i + 1);
            *out = (int64_t)(bits >> 1) ^ -(int64_t)(bits & 1);
            return SMA_OK;
        }
    }
    return broken(w, "data ends too early");
}

static void put_long(struct sma_buf *out, int64_t value)
{
    uint64_t bits = (uint64_t)value << 1 ^ (uint64_t)(value >> 63);
    for (; bits >= 0x80; bits >>= 7)
        sma_buf_putc(out, (char)(bits | 0x80));
    sma_buf_putc(out, (char)bits);
}

static enum sma_status take_raw(struct walk *w, int64_t len, struct sma_str *out)
{
    if (len < 0 || (uint64_t)len > w->rest.len)
        return broken(w, len < 0 ? "negative length" : "length beyond the end of the data");
    *out = sma_str_head(w->rest, (size_t)len);
    w->rest = sma_str_from(w->rest, (size_t)len);
    return SMA_OK;
}

static enum sma_status take_bytes(struct walk *w, struct sma_str *out)
{
    int64_t len;
    enum sma_status st = take_long(w, &len);
    return st ? st : take_raw(w, len, out);
}

/* ---- values -------------------------------------------------------------------------------------
 */

static enum sma_status copy_long(struct walk *w)
{
    int64_t value;
    enum sma_status st = take_long(w, &value);
    if (!st)
        put_long(w->out, value);
    return st;
}

static enum sma_status copy_raw(struct walk *w, int64_t len)
{
    struct sma_str bytes;
    enum sma_status st = take_raw(w, len, &bytes);
    if (!st)
        sma_buf_puts(w->out, bytes);
    return st;
}

static enum sma_status refuse(struct walk *w, const struct place *place)
{
    return w->rewriter->rewrite(w->rewriter->ctx, place->name, SMA_LEAF_OTHER,
                                sma_str_make("", 0), &w->changed, w->err);
}

static enum sma_status walk_text(struct walk *w, bool is_string, const struct place *place)
{
    struct sma_str value;
    enum sma_status st = take_bytes(w, &value);
    if (!st && is_string && !sma_utf8_valid(value, NULL))
        st = broken(w, "string that is not UTF-8 before the data");
    if (!st && place && place->is_wanted) {
        sma_buf_clear(&w->changed);
        st = w->rewriter->rewrite(w->rewriter->ctx, place->name,
                                  is_string ? SMA_LEAF_STRING : SMA_LEAF_BYTES, value, &w->changed,
                                  w->err);
        if (!st && sma_buf_failed(&w->changed))
            st = sma_fail_nomem(w->err);
        value = sma_buf_str(&w->changed);
    }
    if (!st) {
        put_long(w->out, (int64_t)value.len);
        sma_buf_puts(w->out, value);
    }
    return st;
}

/* A field's name is worked out for each value: records are often the items of arrays. */
static enum sma_status walk_field(struct walk *w, const struct sma_avro_node *record,
                                  const struct sma_avro_field *field)
{
    struct place place;
    struct sma_tag_set tags;
    size_t mark = w->name.len;
    sma_buf_puts(&w->name, record->name.full);
    sma_buf_putc(&w->name, '.');
    sma_buf_puts(&w->name, field->name);
    sma_tag_set_init(&tags);
    for (uint32_t i = 0; i < field->property_count; i++)
        if (sma_str_eq(field->properties[i].name, SMA_TAGS_MEMBER))
            sma_tag_set_add_json(&tags, field->properties[i].value);
    if (sma_buf_failed(&w->name) || tags.failed) {
        sma_tag_set_fini(&tags);
        return sma_fail_nomem(w->err);
    }
    struct sma_str name = sma_str_from(sma_buf_str(&w->name), mark);
    place.is_wanted = w->rewriter->wants(w->rewriter->ctx, name, &tags);
    sma_tag_set_fini(&tags);
    /* The name must stay where it is while fields inside append theirs. */
    struct sma_buf own;
    sma_buf_init(&own, 0);
    if (place.is_wanted)
        sma_buf_puts(&own, name);
    place.name = sma_buf_str(&own);
    enum sma_status st =
        sma_buf_failed(&own) ? sma_fail_nomem(w->err) : walk_value(w, field->type, &place);
    sma_buf_fini(&own);
    w->name.len = mark;
    return st;
}

static enum sma_status walk_record(struct walk *w, const struct sma_avro_node *record)
{
    enum sma_status st = SMA_OK;
    for (uint32_t i = 0; !st && i < record->record.count; i++)
        st = walk_field(w, record, &record->record.fields[i]);
    return st;
}

static enum sma_status walk_union(struct walk *w, const struct sma_avro_node *node,
                                  const struct place *place)
{
    int64_t index;
    enum sma_status st = take_long(w, &index);
    if (!st && (index < 0 || index >= node->variants.count))
        st = broken(w, "index of no branch of the union before the data");
    if (st)
        return st;
    put_long(w->out, index);
    return walk_value(w, node->variants.members[index], place);
}

static enum sma_status walk_item(struct walk *w, const struct sma_avro_node *node,
                                 const struct place *place)
{
    enum sma_status st = SMA_OK;
    if (node->kind == SMA_AVRO_MAP)
        st = walk_text(w, true, NULL);
    return st ? st : walk_value(w, node->items, place);
}

static enum sma_status walk_blocks(struct walk *w, const struct sma_avro_node *node,
                                   const struct place *place)
{
    int64_t count, bytes;
    for (;;) {
        enum sma_status st = take_long(w, &count);
        if (!st && count < 0) {
            st = count == INT64_MIN ? broken(w, "block without a count before the data")
                                    : take_long(w, &bytes);
            count = -count;
        }
        if (st)
            return st;
        put_long(w->out, count);
        if (!count)
            return SMA_OK;
        for (; count && !st; count--)
            st = walk_item(w, node, place);
        if (st)
            return st;
    }
}

static enum sma_status walk_other(struct walk *w, const struct sma_avro_node *node,
                                  const struct place *place)
{
    if (node->kind == SMA_AVRO_NULL)
        return SMA_OK;
    if (place && place->is_wanted)
        return refuse(w, place);
    switch (node->kind) {
    case SMA_AVRO_BOOLEAN:
        return copy_raw(w, 1);
    case SMA_AVRO_FLOAT:
        return copy_raw(w, 4);
    case SMA_AVRO_DOUBLE:
        return copy_raw(w, 8);
    case SMA_AVRO_FIXED:
        return copy_raw(w, node->fixed.size);
    default: /* int, long, enum */
        return copy_long(w);
    }
}

static enum sma_status walk_value(struct walk *w, const struct sma_avro_node *node,
                                  const struct place *place)
{
    enum sma_status st;
    if (!w->depth_left || !w->values_left)
        return sma_fail(w->err, SMA_ELIMIT, "message exceeds the limit of %u %s",
                        w->depth_left ? SMA_FIELDS_VALUES_MAX : SMA_FIELDS_DEPTH_MAX,
                        w->depth_left ? "values" : "levels of nesting");
    w->depth_left--;
    w->values_left--;
    switch (node->kind) {
    case SMA_AVRO_STRING:
    case SMA_AVRO_BYTES:
        st = walk_text(w, node->kind == SMA_AVRO_STRING, place);
        break;
    case SMA_AVRO_RECORD:
        st = walk_record(w, node);
        break;
    case SMA_AVRO_UNION:
        st = walk_union(w, node, place);
        break;
    case SMA_AVRO_ARRAY:
    case SMA_AVRO_MAP:
        st = walk_blocks(w, node, place);
        break;
    default:
        st = walk_other(w, node, place);
        break;
    }
    w->depth_left++;
    return st;
}

enum sma_status sma_avro_rewrite_fields(struct sma_buf *out, const struct sma_schema *schema,
                                        struct sma_str message, struct sma_str data,
                                        const struct sma_field_rewriter *rewriter,
                                        struct sma_error *err)
{
    struct walk w = {.rest = data,
                     .length = data.len,
                     .out = out,
                     .rewriter = rewriter,
                     .depth_left = SMA_FIELDS_DEPTH_MAX,
                     .values_left = SMA_FIELDS_VALUES_MAX,
                     .err = err};
    (void)message;
    sma_buf_init(&w.name, 0);
    sma_buf_init(&w.changed, 0);
    enum sma_status st = walk_value(&w, sma_avro_schema_of(schema)->root, NULL);
    if (!st && w.rest.len)
        st = broken(&w, "value ends before the data");
    if (!st && sma_buf_failed(out))
        st = sma_fail_nomem(err);
    sma_buf_fini(&w.changed);
    sma_buf_fini(&w.name);
    return st;
}
