/* Tree to JSON by the proto3 mapping. Well-known messages are in dynamic_well_known_out.c. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "core/json/visitor.h"
#include "core/protobuf/dynamic_tree.h"

/* Shortest decimal form that reads back as the same number. */
void sma_proto_put_number(struct sma_buf *out, double value, bool is_float)
{
    char text[40];
    int last = is_float ? 9 : 17;
    if (isnan(value) || isinf(value)) {
        sma_buf_putz(out, isnan(value) ? "\"NaN\"" : value < 0 ? "\"-Infinity\"" : "\"Infinity\"");
        return;
    }
    for (int digits = is_float ? 6 : 15; digits <= last; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        double back = strtod(text, NULL);
        if (is_float ? (float)back == (float)value : back == value)
            break;
    }
    /* readers that take "-0" for an integer would lose its sign */
    sma_buf_putz(out, strcmp(text, "-0") ? text : "-0.0");
}

static void put_real(struct sma_buf *out, const struct sma_proto_item *item)
{
    if (item->field->kind == SMA_PROTO_DOUBLE) {
        double value;
        memcpy(&value, &item->bits, sizeof value);
        sma_proto_put_number(out, value, false);
    } else {
        uint32_t bits = (uint32_t)item->bits;
        float value;
        memcpy(&value, &bits, sizeof value);
        sma_proto_put_number(out, (double)value, true);
    }
}

static void put_text(struct sma_proto_dynamic *d, struct sma_buf *out,
                     const struct sma_proto_item *item)
{
    if (!sma_utf8_valid(item->bytes, NULL))
        sma_proto_dynamic_fail(d, "%.*s: the string is not UTF-8", SMA_STR_ARG(item->field->name));
    else
        sma_json_put_string(out, item->bytes);
}

static void put_enum(struct sma_proto_dynamic *d, struct sma_buf *out,
                     const struct sma_proto_item *item)
{
    const struct sma_proto_enum_type *one = item->field->enumeration;
    const struct sma_proto_enum_value *constant =
        one ? sma_proto_enum_value_of_number(one, (int32_t)item->bits) : NULL;
    if (one && one->is_null)
        sma_buf_putz(out, "null");
    else if (constant && !d->options.enums_as_numbers)
        sma_json_put_string(out, constant->name);
    else
        sma_buf_put_i64(out, (int64_t)item->bits);
}

void sma_proto_put_quoted_base64(struct sma_buf *out, struct sma_str bytes)
{
    sma_buf_putc(out, '"');
    sma_base64_put(out, bytes);
    sma_buf_putc(out, '"');
}

/* A scalar; 64-bit integers are strings. */
static void put_scalar(struct sma_proto_dynamic *d, struct sma_buf *out,
                       const struct sma_proto_item *item)
{
    switch (item->field->kind) {
    case SMA_PROTO_DOUBLE:
    case SMA_PROTO_FLOAT:
        put_real(out, item);
        break;
    case SMA_PROTO_INT64:
    case SMA_PROTO_SINT64:
    case SMA_PROTO_SFIXED64:
        sma_buf_putc(out, '"');
        sma_buf_put_i64(out, (int64_t)item->bits);
        sma_buf_putc(out, '"');
        break;
    case SMA_PROTO_UINT64:
    case SMA_PROTO_FIXED64:
        sma_buf_putc(out, '"');
        sma_buf_put_u64(out, item->bits);
        sma_buf_putc(out, '"');
        break;
    case SMA_PROTO_BOOL:
        sma_buf_putz(out, item->bits ? "true" : "false");
        break;
    case SMA_PROTO_STRING:
        put_text(d, out, item);
        break;
    case SMA_PROTO_BYTES:
        sma_proto_put_quoted_base64(out, item->bytes);
        break;
    case SMA_PROTO_ENUM:
        put_enum(d, out, item);
        break;
    default:
        sma_buf_put_i64(out, (int64_t)item->bits);
    }
}

void sma_proto_write_item(struct sma_proto_dynamic *d, struct sma_json_writer *w,
                          const struct sma_proto_item *item)
{
    if (item->field->kind == SMA_PROTO_MESSAGE || item->field->kind == SMA_PROTO_GROUP) {
        sma_proto_write_json(d, w, item->node);
        return;
    }
    sma_jw_raw(w, SMA_STR("")); /* places the comma */
    put_scalar(d, w->buf, item);
}

/* An item that stands for a field that is not there. */
static struct sma_proto_item absent(const struct sma_proto_field_type *field)
{
    struct sma_proto_item item = {.field = field};
    if (field->kind == SMA_PROTO_STRING || field->kind == SMA_PROTO_BYTES)
        item.bytes = SMA_STR("");
    return item;
}

/* The text of a map key: the scalar, quoted in any case. */
static void write_key(struct sma_proto_dynamic *d, struct sma_json_writer *w,
                      const struct sma_proto_item *key)
{
    struct sma_buf text;
    sma_buf_init(&text, 0);
    put_scalar(d, &text, key);
    struct sma_str s = sma_buf_str(&text);
    if (key->field->kind == SMA_PROTO_STRING)
        sma_jw_name_str(w, key->bytes);
    else
        sma_jw_name_str(w, s.len && s.ptr[0] == '"' ? sma_str_make(s.ptr + 1, s.len - 2) : s);
    if (sma_buf_failed(&text))
        sma_proto_dynamic_nomem(d);
    sma_buf_fini(&text);
}

static void write_default(struct sma_proto_dynamic *d, struct sma_json_writer *w,
                          const struct sma_proto_field_type *field)
{
    if (field->kind == SMA_PROTO_MESSAGE || field->kind == SMA_PROTO_GROUP) {
        struct sma_proto_node empty = {.type = field->message};
        sma_proto_write_json(d, w, &empty);
        return;
    }
    struct sma_proto_item item = absent(field);
    sma_proto_write_item(d, w, &item);
}

void sma_proto_write_map(struct sma_proto_dynamic *d, struct sma_json_writer *w,
                         const struct sma_proto_item *items, size_t count)
{
    sma_jw_object_open(w);
    for (size_t i = 0; i < count && !d->status; i++) {
        const struct sma_proto_node *entry = items[i].node;
        const struct sma_proto_item *key = sma_proto_node_find(entry, 1, NULL);
        const struct sma_proto_item *value = sma_proto_node_find(entry, 2, NULL);
        const struct sma_proto_field_type *key_field = sma_proto_field_of_number(entry->type, 1);
        const struct sma_proto_field_type *value_field = sma_proto_field_of_number(entry->type, 2);
        if (!key_field || !value_field)
            continue;
        struct sma_proto_item no_key = absent(key_field);
        write_key(d, w, key ? key : &no_key);
        if (value)
            sma_proto_write_item(d, w, value);
        else if (value_field->kind == SMA_PROTO_NAMED)
            sma_jw_null(w); /* a type that means nothing: its bytes are among the unknown fields */
        else
            write_default(d, w, value_field);
    }
    sma_jw_object_close(w);
}

static bool is_map(const struct sma_proto_field_type *field)
{
    return field->is_repeated && field->kind == SMA_PROTO_MESSAGE && field->message->is_map_entry;
}

static void write_name(struct sma_proto_dynamic *d, struct sma_json_writer *w,
                       const struct sma_proto_field_type *field)
{
    struct sma_buf name;
    if (!field->is_extension) {
        sma_jw_name_str(w, d->options.use_proto_names ? field->name : field->json_name);
        return;
    }
    sma_buf_init(&name, 0);
    sma_buf_printf(&name, "[%.*s]", SMA_STR_ARG(field->full_name));
    sma_jw_name_str(w, sma_buf_str(&name));
    if (sma_buf_failed(&name))
        sma_proto_dynamic_nomem(d);
    sma_buf_fini(&name);
}

/* All values of one field. */
static void write_field(struct sma_proto_dynamic *d, struct sma_json_writer *w,
                        const struct sma_proto_field_type *field,
                        const struct sma_proto_item *items, size_t count)
{
    write_name(d, w, field);
    if (is_map(field)) {
        sma_proto_write_map(d, w, items, count);
    } else if (field->is_repeated) {
        sma_jw_array_open(w);
        for (size_t i = 0; i < count && !d->status; i++)
            sma_proto_write_item(d, w, &items[i]);
        sma_jw_array_close(w);
    } else {
        sma_proto_write_item(d, w, items);
    }
}

/* A field without presence is silent when it holds its default. */
static bool is_default(const struct sma_proto_item *item)
{
    const struct sma_proto_field_type *field = item->field;
    if (field->has_presence || field->is_repeated)
        return false;
    if (field->kind == SMA_PROTO_STRING || field->kind == SMA_PROTO_BYTES)
        return item->bytes.len == 0;
    return item->bits == 0;
}

static void write_absent(struct sma_proto_dynamic *d, struct sma_json_writer *w,
                         const struct sma_proto_field_type *field)
{
    if (field->is_extension || field->has_presence || field->kind == SMA_PROTO_NAMED)
        return;
    struct sma_proto_item item = absent(field);
    write_field(d, w, field, &item, 0);
}

/* With defaults: every field in order, there or not. */
static void write_all(struct sma_proto_dynamic *d, struct sma_json_writer *w,
                      const struct sma_proto_node *node)
{
    const struct sma_proto_message_type *type = node->type;
    for (size_t i = 0; i < type->field_count && !d->status; i++) {
        size_t count;
        const struct sma_proto_item *items =
            sma_proto_node_find(node, type->fields[i].number, &count);
        if (items)
            write_field(d, w, items->field, items, count);
        else
            write_absent(d, w, &type->fields[i]);
    }
}

static void write_present(struct sma_proto_dynamic *d, struct sma_json_writer *w,
                          const struct sma_proto_node *node)
{
    for (size_t at = 0; at < node->count && !d->status;) {
        size_t end = at + 1;
        while (end < node->count && node->items[end].field == node->items[at].field)
            end++;
        if (!is_default(&node->items[at]))
            write_field(d, w, node->items[at].field, &node->items[at], end - at);
        at = end;
    }
}

void sma_proto_write_members(struct sma_proto_dynamic *d, struct sma_json_writer *w,
                             const struct sma_proto_node *node)
{
    if (d->options.emit_defaults)
        write_all(d, w, node);
    else
        write_present(d, w, node);
    if (d->options.keep_unknown && node->unknown.len) {
        sma_jw_name(w, "@unknown");
        sma_jw_raw(w, SMA_STR(""));
        sma_proto_put_quoted_base64(w->buf, node->unknown);
    }
}

void sma_proto_write_json(struct sma_proto_dynamic *d, struct sma_json_writer *w,
                          const struct sma_proto_node *node)
{
    if (!sma_proto_dynamic_enter(d))
        return;
    if (!sma_proto_write_well_known(d, w, node)) {
        sma_jw_object_open(w);
        sma_proto_write_members(d, w, node);
        sma_jw_object_close(w);
    }
    sma_proto_dynamic_leave(d);
}
