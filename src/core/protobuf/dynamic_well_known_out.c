/* Well-known messages to JSON: each has a form of its own. */
#include <math.h>

#include "core/json/visitor.h"
#include "core/protobuf/dynamic_tree.h"

static uint64_t bits_of(const struct sma_proto_node *node, int32_t number)
{
    const struct sma_proto_item *item = sma_proto_node_find(node, number, NULL);
    return item ? item->bits : 0;
}

static struct sma_str bytes_of(const struct sma_proto_node *node, int32_t number)
{
    const struct sma_proto_item *item = sma_proto_node_find(node, number, NULL);
    return item ? item->bytes : SMA_STR("");
}

static void write_time(struct sma_proto_dynamic *d, struct sma_json_writer *w,
                       const struct sma_proto_node *node)
{
    bool is_timestamp = node->type->well_known == SMA_PROTO_TIMESTAMP;
    int64_t seconds = (int64_t)bits_of(node, 1);
    int32_t nanos = (int32_t)bits_of(node, 2);
    struct sma_buf text;
    sma_buf_init(&text, 0);
    if (!(is_timestamp ? sma_proto_put_timestamp : sma_proto_put_duration)(&text, seconds, nanos))
        sma_proto_dynamic_fail(d, "%s out of range: %lld s, %d ns",
                               is_timestamp ? "Timestamp" : "Duration", (long long)seconds, nanos);
    else
        sma_jw_string(w, sma_buf_str(&text));
    if (sma_buf_failed(&text))
        sma_proto_dynamic_nomem(d);
    sma_buf_fini(&text);
}

/* foo_bar.baz as fooBar.baz. A path that would not come back is refused. */
static void put_path(struct sma_proto_dynamic *d, struct sma_buf *out, struct sma_str path)
{
    for (size_t i = 0; i < path.len; i++) {
        char c = path.ptr[i];
        bool is_upper = c >= 'A' && c <= 'Z';
        if (c == '_' && i + 1 < path.len && path.ptr[i + 1] >= 'a' && path.ptr[i + 1] <= 'z')
            sma_buf_putc(out, (char)(path.ptr[++i] - 'a' + 'A'));
        else if (c == '_' || is_upper)
            sma_proto_dynamic_fail(d, "FieldMask path \"%.*s\" has no JSON form",
                                   SMA_STR_ARG(path));
        else
            sma_buf_putc(out, c);
    }
}

static void write_field_mask(struct sma_proto_dynamic *d, struct sma_json_writer *w,
                             const struct sma_proto_node *node)
{
    size_t count;
    const struct sma_proto_item *paths = sma_proto_node_find(node, 1, &count);
    struct sma_buf text;
    sma_buf_init(&text, 0);
    for (size_t i = 0; i < count; i++) {
        sma_buf_putz(&text, i ? "," : "");
        put_path(d, &text, paths[i].bytes);
    }
    sma_jw_string(w, sma_buf_str(&text));
    if (sma_buf_failed(&text))
        sma_proto_dynamic_nomem(d);
    sma_buf_fini(&text);
}

static void write_value(struct sma_proto_dynamic *d, struct sma_json_writer *w,
                        const struct sma_proto_node *node)
{
    double number;
    if (node->count == 0 || node->items[0].field->number == 1) {
        sma_jw_null(w);
        return;
    }
    memcpy(&number, &node->items[0].bits, sizeof number);
    if (node->items[0].field->number == 2 && !isfinite(number))
        sma_proto_dynamic_fail(d, "a Value cannot hold NaN or an infinity");
    else
        sma_proto_write_item(d, w, &node->items[0]);
}

static void write_list(struct sma_proto_dynamic *d, struct sma_json_writer *w,
                       const struct sma_proto_node *node)
{
    sma_jw_array_open(w);
    for (size_t i = 0; i < node->count && !d->status; i++)
        sma_proto_write_item(d, w, &node->items[i]);
    sma_jw_array_close(w);
}

static void write_wrapper(struct sma_proto_dynamic *d, struct sma_json_writer *w,
                          const struct sma_proto_node *node)
{
    struct sma_proto_item zero = {.field = &node->type->fields[0]};
    if (zero.field->kind == SMA_PROTO_STRING || zero.field->kind == SMA_PROTO_BYTES)
        zero.bytes = SMA_STR("");
    sma_proto_write_item(d, w, node->count ? &node->items[0] : &zero);
}

/* The message of a known type: its members beside "@type", or its own form as "value". */
static void write_packed(struct sma_proto_dynamic *d, struct sma_json_writer *w,
                         const struct sma_proto_message_type *type, struct sma_str bytes)
{
    const struct sma_proto_node *node = sma_proto_decode(d, type, bytes);
    if (!node)
        return;
    if (type->well_known == SMA_PROTO_ORDINARY) {
        sma_proto_write_members(d, w, node);
    } else {
        sma_jw_name(w, "value");
        sma_proto_write_json(d, w, node);
    }
}

static void write_any(struct sma_proto_dynamic *d, struct sma_json_writer *w,
                      const struct sma_proto_node *node)
{
    struct sma_str url = bytes_of(node, 1), bytes = bytes_of(node, 2);
    ptrdiff_t slash = sma_str_rchr(url, '/');
    const struct sma_proto_message_type *type =
        slash < 0 ? NULL : sma_proto_codec_find(d->codec, sma_str_from(url, (size_t)slash + 1));
    sma_jw_object_open(w);
    if (url.len || bytes.len)
        sma_jw_member_string(w, "@type", url);
    if (type) {
        write_packed(d, w, type, bytes);
    } else if (url.len || bytes.len) {
        sma_jw_name(w, "@bytes");
        sma_jw_raw(w, SMA_STR(""));
        sma_proto_put_quoted_base64(w->buf, bytes);
    }
    sma_jw_object_close(w);
}

static void write_struct(struct sma_proto_dynamic *d, struct sma_json_writer *w,
                         const struct sma_proto_node *node)
{
    sma_proto_write_map(d, w, node->items, node->count);
}

bool sma_proto_write_well_known(struct sma_proto_dynamic *d, struct sma_json_writer *w,
                                const struct sma_proto_node *node)
{
    switch (node->type->well_known) {
    case SMA_PROTO_ORDINARY:
        return false;
    case SMA_PROTO_ANY:
        write_any(d, w, node);
        break;
    case SMA_PROTO_TIMESTAMP:
    case SMA_PROTO_DURATION:
        write_time(d, w, node);
        break;
    case SMA_PROTO_FIELD_MASK:
        write_field_mask(d, w, node);
        break;
    case SMA_PROTO_STRUCT:
        write_struct(d, w, node);
        break;
    case SMA_PROTO_VALUE:
        write_value(d, w, node);
        break;
    case SMA_PROTO_LIST_VALUE:
        write_list(d, w, node);
        break;
    case SMA_PROTO_WRAPPER:
        write_wrapper(d, w, node);
        break;
    }
    return true;
}
