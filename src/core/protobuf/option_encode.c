#include "core/protobuf/option_encode.h"

#include <math.h>
#include <string.h>

#include "base/num.h"
#include "core/protobuf/number.h"
#include "core/protobuf/parse.h"
#include "core/protobuf/sort.h"
#include "core/protobuf/wire.h"

/* Mistakes are collected as "did not work" and turned into an error at the option. */
static bool put_field(struct sma_buf *out, struct sma_proto_option_encoder *e,
                      const struct sma_proto_field_type *field,
                      const struct sma_proto_value *value);

static int record_order(const void *left, const void *right)
{
    const struct sma_proto_record *a = left, *b = right;
    return a->number < b->number ? -1 : a->number > b->number;
}

/* Puts the records from `mark` to the end into the order of their numbers. */
static bool sort_records(struct sma_buf *out, size_t mark, struct sma_arena *arena)
{
    struct sma_proto_record *records, record;
    struct sma_str rest = sma_str_from(sma_buf_str(out), mark);
    size_t count = 0, at = mark;
    bool is_broken;
    if (sma_buf_failed(out) || rest.len == 0)
        return true;
    struct sma_str copy = sma_arena_copy(arena, rest);
    for (struct sma_str r = copy; sma_proto_next_record(&r, &record, 100, &is_broken);)
        count++;
    records = sma_arena_calloc(arena, count, sizeof *records);
    if (!copy.ptr || !records)
        return false;
    count = 0;
    for (struct sma_str r = copy; sma_proto_next_record(&r, &record, 100, &is_broken);)
        records[count++] = record;
    if (!sma_proto_sort(arena, records, count, sizeof *records, record_order))
        return false;
    for (size_t i = 0; i < count; i++) {
        memcpy(out->ptr + at, records[i].whole.ptr, records[i].whole.len);
        at += records[i].whole.len;
    }
    return true;
}

static bool put_entries(struct sma_buf *out, struct sma_proto_option_encoder *e,
                        struct sma_proto_message_type *message, const struct sma_proto_value *value)
{
    size_t mark = out->len;
    sma_proto_pool_link(e->pool, message);
    for (uint32_t i = 0; i < value->count && !e->pool->status; i++) {
        const struct sma_proto_entry *entry = &value->entries[i];
        const struct sma_proto_field_type *field =
            entry->is_extension ? sma_proto_pool_extension(e->pool, entry->key, e->scope)
                                : sma_proto_field_of_name(message, entry->key);
        if (!field || !put_field(out, e, field, &entry->value))
            return false;
    }
    return sort_records(out, mark, e->pool->arena);
}

static bool put_message(struct sma_buf *out, struct sma_proto_option_encoder *e,
                        const struct sma_proto_field_type *field,
                        const struct sma_proto_value *value)
{
    if (value->kind != SMA_PROTO_VALUE_MAP || !field->message)
        return false;
    if (field->kind == SMA_PROTO_GROUP) {
        sma_proto_put_tag(out, (uint32_t)field->number, SMA_PROTO_WIRE_GROUP);
        bool ok = put_entries(out, e, field->message, value);
        sma_proto_put_tag(out, (uint32_t)field->number, SMA_PROTO_WIRE_GROUP_END);
        return ok;
    }
    size_t mark = sma_proto_open(out, (uint32_t)field->number);
    bool ok = put_entries(out, e, field->message, value);
    sma_proto_close(out, mark);
    return ok;
}

/* An integer within low..high, given as two's complement. */
static bool read_integer(const struct sma_proto_value *value, int64_t low, uint64_t high,
                         uint64_t *out)
{
    bool is_negative;
    uint64_t magnitude;
    if (value->kind != SMA_PROTO_VALUE_NUMBER ||
        !sma_proto_parse_integer(value->text, &is_negative, &magnitude))
        return false;
    if (is_negative ? magnitude > (uint64_t)0 - (uint64_t)low : magnitude > high)
        return false;
    *out = is_negative ? (uint64_t)0 - magnitude : magnitude;
    return true;
}

static bool read_enum(const struct sma_proto_field_type *field, const struct sma_proto_value *value,
                      uint64_t *out)
{
    const struct sma_proto_enum_value *constant;
    if (value->kind == SMA_PROTO_VALUE_NUMBER)
        return read_integer(value, INT32_MIN, INT32_MAX, out);
    if (value->kind == SMA_PROTO_VALUE_STRING || !field->enumeration)
        return false;
    constant = sma_proto_enum_value_of_name(field->enumeration, value->text);
    if (!constant)
        return false;
    *out = (uint64_t)(int64_t)constant->number;
    return true;
}

static bool read_bool(const struct sma_proto_value *value, uint64_t *out)
{
    if (value->kind == SMA_PROTO_VALUE_STRING || value->kind == SMA_PROTO_VALUE_MAP ||
        value->kind == SMA_PROTO_VALUE_LIST)
        return false;
    *out = sma_str_eqz(value->text, "true");
    return *out || sma_str_eqz(value->text, "false");
}

static bool read_double(const struct sma_proto_value *value, double *out)
{
    struct sma_str text = value->text;
    bool is_negative = text.len && text.ptr[0] == '-';
    uint64_t magnitude;
    if (value->kind != SMA_PROTO_VALUE_NUMBER && value->kind != SMA_PROTO_VALUE_WORD)
        return false;
    if (sma_proto_parse_integer(text, &is_negative, &magnitude)) {
        *out = is_negative ? -(double)magnitude : (double)magnitude;
        return true;
    }
    text = sma_str_from(text, is_negative);
    if (sma_str_eqz(text, "inf") || sma_str_eqz(text, "nan"))
        *out = text.ptr[0] == 'i' ? HUGE_VAL : NAN;
    else if (!sma_parse_double(text, out))
        return false;
    *out = is_negative ? -*out : *out;
    return true;
}

/* A varint's value as it is encoded. */
static bool read_varint(const struct sma_proto_field_type *field,
                        const struct sma_proto_value *value, uint64_t *out)
{
    switch (field->kind) {
    case SMA_PROTO_INT32:
    case SMA_PROTO_SFIXED32:
        return read_integer(value, INT32_MIN, INT32_MAX, out);
    case SMA_PROTO_INT64:
    case SMA_PROTO_SFIXED64:
        return read_integer(value, INT64_MIN, INT64_MAX, out);
    case SMA_PROTO_UINT32:
    case SMA_PROTO_FIXED32:
        return read_integer(value, 0, UINT32_MAX, out);
    case SMA_PROTO_UINT64:
    case SMA_PROTO_FIXED64:
        return read_integer(value, 0, UINT64_MAX, out);
    case SMA_PROTO_SINT32:
        if (!read_integer(value, INT32_MIN, INT32_MAX, out))
            return false;
        *out = (uint32_t)sma_proto_zigzag((int64_t)*out);
        return true;
    case SMA_PROTO_SINT64:
        if (!read_integer(value, INT64_MIN, INT64_MAX, out))
            return false;
        *out = sma_proto_zigzag((int64_t)*out);
        return true;
    case SMA_PROTO_BOOL:
        return read_bool(value, out);
    default:
        return read_enum(field, value, out);
    }
}

/* Bits of a float or double. */
static bool read_real(const struct sma_proto_field_type *field, const struct sma_proto_value *value,
                      uint64_t *out)
{
    double number;
    uint32_t bits;
    if (!read_double(value, &number))
        return false;
    if (field->kind == SMA_PROTO_DOUBLE) {
        memcpy(out, &number, sizeof number);
        return true;
    }
    float narrow = (float)number;
    memcpy(&bits, &narrow, sizeof bits);
    *out = bits;
    return true;
}

/* A scalar without its tag. */
static bool put_scalar(struct sma_buf *out, const struct sma_proto_field_type *field,
                       const struct sma_proto_value *value)
{
    uint64_t bits = 0;
    bool is_real = field->kind == SMA_PROTO_DOUBLE || field->kind == SMA_PROTO_FLOAT;
    if (is_real ? !read_real(field, value, &bits) : !read_varint(field, value, &bits))
        return false;
    switch (sma_proto_wire_of(field->kind)) {
    case SMA_PROTO_WIRE_64:
        sma_proto_put_fixed64(out, bits);
        break;
    case SMA_PROTO_WIRE_32:
        sma_proto_put_fixed32(out, (uint32_t)bits);
        break;
    default:
        sma_proto_put_varint(out, bits);
    }
    return true;
}

static bool put_one(struct sma_buf *out, struct sma_proto_option_encoder *e,
                    const struct sma_proto_field_type *field, const struct sma_proto_value *value)
{
    switch (field->kind) {
    case SMA_PROTO_MESSAGE:
    case SMA_PROTO_GROUP:
        return put_message(out, e, field, value);
    case SMA_PROTO_STRING:
    case SMA_PROTO_BYTES:
        if (value->kind != SMA_PROTO_VALUE_STRING)
            return false;
        sma_proto_put_bytes_field(out, (uint32_t)field->number, value->bytes);
        return true;
    case SMA_PROTO_NAMED:
    case SMA_PROTO_MAP:
        return false;
    default:
        sma_proto_put_tag(out, (uint32_t)field->number, sma_proto_wire_of(field->kind));
        return put_scalar(out, field, value);
    }
}

/* A list, packed or one record per item; or a single value. */
static bool put_field(struct sma_buf *out, struct sma_proto_option_encoder *e,
                      const struct sma_proto_field_type *field, const struct sma_proto_value *value)
{
    bool ok = true;
    if (value->kind != SMA_PROTO_VALUE_LIST && !field->is_packed)
        return put_one(out, e, field, value);
    bool is_list = value->kind == SMA_PROTO_VALUE_LIST;
    uint32_t count = is_list ? value->count : 1;
    if (is_list && !field->is_repeated)
        return false;
    size_t mark = field->is_packed && count ? sma_proto_open(out, (uint32_t)field->number) : 0;
    for (uint32_t i = 0; i < count && ok; i++) {
        const struct sma_proto_value *item = is_list ? &value->items[i] : value;
        ok = field->is_packed ? put_scalar(out, field, item) : put_one(out, e, field, item);
    }
    if (mark)
        sma_proto_close(out, mark);
    return ok;
}

/* One name of the way to what an option sets. */
struct way {
    struct sma_str name;
    bool is_extension;
};

#define WAY_MAX SMA_PROTO_DEPTH_MAX

static bool push_way(struct way *way, size_t *count, struct sma_str name, bool is_extension)
{
    while (*count < WAY_MAX) {
        ptrdiff_t dot = is_extension ? -1 : sma_str_chr(name, '.');
        way[*count].name = dot < 0 ? name : sma_str_head(name, (size_t)dot);
        way[(*count)++].is_extension = is_extension;
        if (dot < 0)
            return true;
        name = sma_str_from(name, (size_t)dot + 1);
    }
    return false;
}

static bool way_of(struct way *way, size_t *count, const struct sma_proto_option *option)
{
    *count = 0;
    if (!push_way(way, count, option->name, option->is_parenthesized))
        return false;
    for (uint32_t i = 0; i < option->part_count; i++)
        if (!push_way(way, count, option->parts[i].name, option->parts[i].is_parenthesized))
            return false;
    return true;
}

/* Wraps the value into the messages on the way to it. */
static bool put_way(struct sma_buf *out, struct sma_proto_option_encoder *e,
                    struct sma_proto_message_type *message, const struct way *way, size_t count,
                    const struct sma_proto_value *value)
{
    sma_proto_pool_link(e->pool, message);
    const struct sma_proto_field_type *field =
        way->is_extension ? sma_proto_pool_extension(e->pool, way->name, e->scope)
                          : sma_proto_field_of_name(message, way->name);
    if (!field)
        return false;
    if (count == 1) /* a statement sets one element, which is never packed */
        return value->kind == SMA_PROTO_VALUE_LIST ? put_field(out, e, field, value)
                                                   : put_one(out, e, field, value);
    if (!field->message || field->is_repeated)
        return false;
    if (field->kind == SMA_PROTO_GROUP) {
        sma_proto_put_tag(out, (uint32_t)field->number, SMA_PROTO_WIRE_GROUP);
        bool ok = put_way(out, e, field->message, way + 1, count - 1, value);
        sma_proto_put_tag(out, (uint32_t)field->number, SMA_PROTO_WIRE_GROUP_END);
        return ok;
    }
    size_t mark = sma_proto_open(out, (uint32_t)field->number);
    bool ok = put_way(out, e, field->message, way + 1, count - 1, value);
    sma_proto_close(out, mark);
    return ok;
}

static bool is_wanted(const struct sma_proto_option_encoder *e,
                      const struct sma_proto_option *option)
{
    struct sma_str name = option->name;
    if (!option->is_parenthesized || !e->is_lenient)
        return true;
    if (name.len && name.ptr[0] == '.')
        name = sma_str_from(name, 1);
    return sma_str_starts(name, SMA_STR("confluent."));
}

static void put_option(struct sma_buf *out, struct sma_proto_option_encoder *e,
                       struct sma_proto_message_type *message,
                       const struct sma_proto_option *option)
{
    struct way way[WAY_MAX];
    size_t count, mark = out->len;
    if (e->status || !is_wanted(e, option) ||
        (way_of(way, &count, option) && put_way(out, e, message, way, count, &option->value)))
        return;
    if (!sma_buf_failed(out))
        out->len = mark;
    if (!e->is_lenient && !e->pool->status)
        e->status = sma_fail_at(e->err, SMA_EINVAL, option->span.start,
                                "option \"%.*s\" is unknown or has a wrong value",
                                SMA_STR_ARG(option->name));
}

/* Several settings of one message become one record, as after parsing and writing again. */
static void join_messages(struct sma_buf *out, size_t mark, struct sma_arena *arena)
{
    struct sma_proto_record record, next;
    bool is_broken;
    struct sma_str copy = sma_arena_copy(arena, sma_str_from(sma_buf_str(out), mark));
    if (sma_buf_failed(out) || !copy.ptr)
        return;
    out->len = mark;
    while (sma_proto_next_record(&copy, &record, 100, &is_broken)) {
        struct sma_str ahead = copy;
        bool is_run = record.wire == SMA_PROTO_WIRE_BYTES &&
                      sma_proto_next_record(&ahead, &next, 100, &is_broken) &&
                      next.number == record.number;
        if (!is_run) {
            sma_buf_puts(out, record.whole);
            continue;
        }
        size_t open = sma_proto_open(out, record.number);
        sma_buf_puts(out, record.bytes);
        while (copy.len && sma_proto_next_record(&copy, &next, 100, &is_broken)) {
            sma_buf_puts(out, next.bytes);
            ahead = copy;
            if (!sma_proto_next_record(&ahead, &next, 100, &is_broken) ||
                next.number != record.number)
                break;
        }
        if (!sort_records(out, open, arena))
            return;
        sma_proto_close(out, open);
    }
}

/* Repeated and string fields stay as they are; only singular messages join. */
static void put_plain(struct sma_buf *out, struct sma_proto_option_encoder *e,
                      struct sma_proto_message_type *message, struct sma_proto_options options)
{
    for (size_t f = 0; f < message->field_count; f++) {
        const struct sma_proto_field_type *field = &message->fields[f];
        size_t mark = out->len;
        for (size_t i = 0; i < options.count && !field->is_extension; i++) {
            const struct sma_proto_option *option = &options.items[i];
            struct sma_str root = option->name;
            ptrdiff_t dot = sma_str_chr(root, '.');
            root = dot < 0 ? root : sma_str_head(root, (size_t)dot);
            if (option->is_parenthesized || !sma_str_eq(root, field->name))
                continue;
            if (!field->is_repeated && !field->message && !sma_buf_failed(out))
                out->len = mark; /* the last assignment of a scalar counts */
            put_option(out, e, message, option);
        }
        if (field->kind == SMA_PROTO_MESSAGE && !field->is_repeated && out->len > mark)
            join_messages(out, mark, e->pool->arena);
    }
}

/* Names that no field has. */
static void check_plain(struct sma_proto_option_encoder *e,
                        const struct sma_proto_message_type *message,
                        struct sma_proto_options options)
{
    for (size_t i = 0; i < options.count && !e->status && !e->is_lenient; i++) {
        struct sma_str root = options.items[i].name;
        ptrdiff_t dot = sma_str_chr(root, '.');
        root = dot < 0 ? root : sma_str_head(root, (size_t)dot);
        if (!options.items[i].is_parenthesized && !sma_proto_field_of_name(message, root))
            e->status = sma_fail_at(e->err, SMA_EINVAL, options.items[i].span.start,
                                    "option \"%.*s\" is unknown", SMA_STR_ARG(root));
    }
}

void sma_proto_put_options(struct sma_buf *out, struct sma_proto_option_encoder *encoder,
                           struct sma_str message, struct sma_proto_options options)
{
    if (options.count == 0 || encoder->status)
        return;
    struct sma_proto_message_type *type = sma_proto_pool_message(encoder->pool, message);
    if (!type)
        return;
    check_plain(encoder, type, options);
    put_plain(out, encoder, type, options);
    for (size_t i = 0; i < options.count; i++)
        if (options.items[i].is_parenthesized)
            put_option(out, encoder, type, &options.items[i]);
}
