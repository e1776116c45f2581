/* JSON to tree by the proto3 mapping. Well-known messages are in dynamic_well_known_in.c. */
#include <float.h>
#include <math.h>

#include "base/num.h"
#include "core/protobuf/descriptor.h"
#include "core/protobuf/dynamic_tree.h"
#include "core/protobuf/number.h"

static void wrong(struct sma_proto_dynamic *d, const struct sma_proto_field_type *field,
                  const char *what)
{
    sma_proto_dynamic_fail(d, "%.*s: %s", SMA_STR_ARG(field->name), what);
}

/* An integer in any spelling that has no fraction: 1, "1", 1.0, 1e3. Low and high bound it. */
static bool read_integer(const struct sma_json *json, int64_t low, uint64_t high,
                         struct sma_arena *arena, uint64_t *out)
{
    bool is_negative;
    uint64_t magnitude;
    if (json->type != SMA_JSON_NUMBER && json->type != SMA_JSON_STRING)
        return false;
    struct sma_str text = json->text;
    if (text.len > 1 && text.ptr[0] == '0' && text.ptr[1] >= '0' && text.ptr[1] <= '9')
        return false; /* no octal in JSON strings */
    if (text.len > 1 && (text.ptr[1] | 32) == 'x')
        return false;
    text = sma_proto_plain_number(arena, text);
    if (!text.ptr || !sma_proto_parse_integer(text, &is_negative, &magnitude))
        return false;
    if (is_negative ? magnitude > (uint64_t)0 - (uint64_t)low : magnitude > high)
        return false;
    *out = is_negative ? (uint64_t)0 - magnitude : magnitude;
    return true;
}

static bool integer_of(const struct sma_proto_field_type *field, const struct sma_json *json,
                       struct sma_arena *arena, uint64_t *out)
{
    switch (field->kind) {
    case SMA_PROTO_UINT32:
    case SMA_PROTO_FIXED32:
        return read_integer(json, 0, UINT32_MAX, arena, out);
    case SMA_PROTO_UINT64:
    case SMA_PROTO_FIXED64:
        return read_integer(json, 0, UINT64_MAX, arena, out);
    case SMA_PROTO_INT64:
    case SMA_PROTO_SINT64:
    case SMA_PROTO_SFIXED64:
        return read_integer(json, INT64_MIN, INT64_MAX, arena, out);
    default:
        return read_integer(json, INT32_MIN, INT32_MAX, arena, out);
    }
}

static bool read_real(const struct sma_json *json, double *out)
{
    if (json->type == SMA_JSON_STRING) {
        bool is_negative = json->text.len && json->text.ptr[0] == '-';
        struct sma_str word = sma_str_from(json->text, is_negative);
        if (sma_str_eqz(word, "Infinity") || (sma_str_eqz(word, "NaN") && !is_negative)) {
            *out = word.ptr[0] == 'N' ? (double)NAN : is_negative ? -HUGE_VAL : HUGE_VAL;
            return true;
        }
    } else if (json->type != SMA_JSON_NUMBER) {
        return false;
    }
    return sma_parse_double(json->text, out) && isfinite(*out);
}

static bool real_of(const struct sma_proto_field_type *field, const struct sma_json *json,
                    uint64_t *out)
{
    double value;
    if (!read_real(json, &value))
        return false;
    if (field->kind == SMA_PROTO_DOUBLE) {
        memcpy(out, &value, sizeof value);
        return true;
    }
    /* what would round to an infinity does not fit */
    if (isfinite(value) && !isfinite((float)value))
        return false;
    float narrow = (float)value;
    uint32_t bits;
    memcpy(&bits, &narrow, sizeof bits);
    *out = bits;
    return true;
}

/* A constant's name, or a number. *skip when the name is unknown and may be. */
static bool enum_of(struct sma_proto_dynamic *d, const struct sma_proto_field_type *field,
                    const struct sma_json *json, uint64_t *out, bool *skip)
{
    const struct sma_proto_enum_value *constant;
    if (json->type == SMA_JSON_NULL && field->enumeration && field->enumeration->is_null) {
        *out = 0;
        return true;
    }
    if (json->type == SMA_JSON_NUMBER)
        return read_integer(json, INT32_MIN, INT32_MAX, &d->arena, out);
    if (json->type != SMA_JSON_STRING || !field->enumeration)
        return false;
    constant = sma_proto_enum_value_of_name(field->enumeration, json->text);
    if (constant)
        *out = (uint64_t)(int64_t)constant->number;
    else
        *skip = d->options.ignore_unknown_names;
    return constant != NULL;
}

bool sma_proto_read_base64(struct sma_proto_dynamic *d, struct sma_str text, struct sma_str *out)
{
    struct sma_buf bytes;
    bool ok = true;
    sma_buf_init(&bytes, 0);
    if (text.len)
        ok = sma_proto_take_base64(&bytes, text);
    if (sma_buf_failed(&bytes))
        sma_proto_dynamic_nomem(d); /* counts, whatever it looks like */
    if (ok) {
        *out = sma_arena_copy(&d->arena, sma_buf_str(&bytes));
        if (!out->ptr)
            sma_proto_dynamic_nomem(d);
    }
    sma_buf_fini(&bytes);
    return ok;
}

static void read_scalar(struct sma_proto_dynamic *d, struct sma_proto_node *node,
                        const struct sma_proto_field_type *field, const struct sma_json *json)
{
    uint64_t bits = 0;
    struct sma_str bytes = SMA_STR("");
    bool ok, skip = false,
             is_text = field->kind == SMA_PROTO_STRING || field->kind == SMA_PROTO_BYTES;
    if (field->kind == SMA_PROTO_BOOL) {
        ok = json->type == SMA_JSON_BOOL;
        bits = json->boolean;
    } else if (field->kind == SMA_PROTO_ENUM) {
        ok = enum_of(d, field, json, &bits, &skip);
    } else if (field->kind == SMA_PROTO_DOUBLE || field->kind == SMA_PROTO_FLOAT) {
        ok = real_of(field, json, &bits);
    } else if (is_text) {
        ok = json->type == SMA_JSON_STRING;
        bytes = json->text;
        if (ok && field->kind == SMA_PROTO_BYTES)
            ok = sma_proto_read_base64(d, json->text, &bytes);
    } else {
        ok = integer_of(field, json, &d->arena, &bits);
    }
    if (!ok && !skip)
        wrong(d, field, "the value does not fit the type");
    struct sma_proto_item *item = ok ? sma_proto_node_add(d, node, field) : NULL;
    if (!item)
        return;
    if (is_text)
        item->bytes = bytes;
    else
        item->bits = bits;
}

void sma_proto_read_item(struct sma_proto_dynamic *d, struct sma_proto_node *node,
                         const struct sma_proto_field_type *field, const struct sma_json *json)
{
    if (field->kind != SMA_PROTO_MESSAGE && field->kind != SMA_PROTO_GROUP) {
        read_scalar(d, node, field, json);
        return;
    }
    struct sma_proto_node *inner = sma_proto_read_json(d, field->message, json);
    if (!inner) {
        if (d->err && d->status == SMA_EINVAL)
            sma_error_prefix(d->err, "%.*s.", SMA_STR_ARG(field->name));
        return;
    }
    struct sma_proto_item *item = sma_proto_node_add(d, node, field);
    if (item)
        item->node = inner;
}

/* Keys are strings; numbers and bools in quotes. */
static void read_key(struct sma_proto_dynamic *d, struct sma_proto_node *entry,
                     const struct sma_proto_field_type *field, struct sma_str name)
{
    struct sma_json key = {.type = SMA_JSON_STRING, .text = name};
    if (field->kind == SMA_PROTO_BOOL) {
        key.type = SMA_JSON_BOOL;
        key.boolean = sma_str_eqz(name, "true");
        if (!key.boolean && !sma_str_eqz(name, "false"))
            wrong(d, field, "the key is neither true nor false");
    }
    sma_proto_read_item(d, entry, field, &key);
}

static bool is_null_value(const struct sma_proto_field_type *field)
{
    return (field->message && field->message->well_known == SMA_PROTO_VALUE) ||
           (field->enumeration && field->enumeration->is_null);
}

static void read_entry(struct sma_proto_dynamic *d, struct sma_proto_node *node,
                       const struct sma_proto_field_type *field,
                       const struct sma_json_member *member)
{
    const struct sma_proto_field_type *key = sma_proto_field_of_number(field->message, 1);
    const struct sma_proto_field_type *value = sma_proto_field_of_number(field->message, 2);
    struct sma_proto_node *entry = sma_proto_node_new(d, field->message);
    if (!entry)
        return;
    if (!key || !value || value->kind == SMA_PROTO_NAMED) {
        wrong(d, field, "the type of the map's values is unknown");
        return;
    }
    if (member->value.type == SMA_JSON_NULL && !is_null_value(value)) {
        wrong(d, field, "a map value cannot be null");
        return;
    }
    read_key(d, entry, key, member->name);
    if (d->status)
        return;
    size_t before = entry->count;
    sma_proto_read_item(d, entry, value, &member->value);
    if (d->status || entry->count == before) /* an unknown constant that may be skipped */
        return;
    struct sma_proto_item *item = sma_proto_node_add(d, node, field);
    if (item)
        item->node = entry;
}

static void read_repeated(struct sma_proto_dynamic *d, struct sma_proto_node *node,
                          const struct sma_proto_field_type *field, const struct sma_json *json)
{
    if (json->type != SMA_JSON_ARRAY) {
        wrong(d, field, "the value is not an array");
        return;
    }
    for (uint32_t i = 0; i < json->count && !d->status; i++) {
        if (json->items[i].type == SMA_JSON_NULL && !is_null_value(field))
            wrong(d, field, "an element cannot be null");
        else
            sma_proto_read_item(d, node, field, &json->items[i]);
    }
}

static void read_map(struct sma_proto_dynamic *d, struct sma_proto_node *node,
                     const struct sma_proto_field_type *field, const struct sma_json *json)
{
    if (json->type != SMA_JSON_OBJECT) {
        wrong(d, field, "the value is not an object");
        return;
    }
    for (uint32_t i = 0; i < json->count && !d->status; i++)
        read_entry(d, node, field, &json->members[i]);
}

static void read_field(struct sma_proto_dynamic *d, struct sma_proto_node *node,
                       const struct sma_proto_field_type *field, const struct sma_json *json)
{
    if (json->type == SMA_JSON_NULL && (field->is_repeated || !is_null_value(field)))
        return; /* as if it were not there */
    if (field->kind == SMA_PROTO_NAMED)
        wrong(d, field, "the type of the field is unknown");
    else if (field->is_repeated && field->kind == SMA_PROTO_MESSAGE && field->message->is_map_entry)
        read_map(d, node, field, json);
    else if (field->is_repeated)
        read_repeated(d, node, field, json);
    else
        sma_proto_read_item(d, node, field, json);
}

/* "[full.name]" names an extension. */
static const struct sma_proto_field_type *find_extension(const struct sma_proto_message_type *type,
                                                         struct sma_str name)
{
    if (name.len < 3 || name.ptr[0] != '[' || name.ptr[name.len - 1] != ']')
        return NULL;
    name = sma_str_make(name.ptr + 1, name.len - 2);
    for (size_t i = 0; i < type->field_count; i++)
        if (type->fields[i].is_extension && sma_str_eq(type->fields[i].full_name, name))
            return &type->fields[i];
    return NULL;
}

/* "@unknown": records to be kept as they are. */
static void read_unknown(struct sma_proto_dynamic *d, struct sma_proto_node *node,
                         const struct sma_json *json)
{
    struct sma_str bytes, rest;
    struct sma_proto_record record;
    bool is_broken = false;
    if (json->type != SMA_JSON_STRING || !sma_proto_read_base64(d, json->text, &bytes)) {
        sma_proto_dynamic_fail(d, "@unknown: not base64");
        return;
    }
    rest = bytes;
    while (sma_proto_next_record(&rest, &record, SMA_PROTO_MESSAGE_DEPTH_MAX, &is_broken))
        continue;
    if (is_broken)
        sma_proto_dynamic_fail(d, "@unknown: broken record");
    else
        sma_proto_node_add_unknown(d, node, bytes);
}

/* A field may come under both its names, and a oneof may have one member. */
static void check_members(struct sma_proto_dynamic *d, struct sma_proto_node *node)
{
    size_t oneofs = node->type->ast ? node->type->ast->oneof_count : 0;
    bool *is_set = oneofs ? sma_arena_calloc(&d->arena, oneofs, sizeof *is_set) : NULL;
    if (oneofs && !is_set) {
        sma_proto_dynamic_nomem(d);
        return;
    }
    for (size_t i = 0; i < node->count && !d->status; i++) {
        const struct sma_proto_field_type *field = node->items[i].field;
        if (field->is_repeated)
            continue;
        if (i > 0 && node->items[i - 1].field == field)
            wrong(d, field, "the field is set twice");
        else if (field->oneof >= 0 && is_set[field->oneof])
            wrong(d, field, "another member of the oneof is set too");
        else if (field->oneof >= 0)
            is_set[field->oneof] = true;
    }
}

static void check_required(struct sma_proto_dynamic *d, const struct sma_proto_node *node)
{
    for (size_t i = 0; i < node->type->field_count && !d->status; i++) {
        const struct sma_proto_field_type *field = &node->type->fields[i];
        if (field->is_required && !sma_proto_node_find(node, field->number, NULL))
            wrong(d, field, "the required field is missing");
    }
}

void sma_proto_read_members(struct sma_proto_dynamic *d, struct sma_proto_node *node,
                            const struct sma_json *json, const char *skip)
{
    if (json->type != SMA_JSON_OBJECT) {
        sma_proto_dynamic_fail(d, "a %.*s is an object", SMA_STR_ARG(node->type->full_name));
        return;
    }
    for (uint32_t i = 0; i < json->count && !d->status; i++) {
        const struct sma_json_member *member = &json->members[i];
        const struct sma_proto_field_type *field =
            sma_proto_field_of_json_name(node->type, member->name);
        if (!field)
            field = find_extension(node->type, member->name);
        if (field)
            read_field(d, node, field, &member->value);
        else if (sma_str_eqz(member->name, "@unknown"))
            read_unknown(d, node, &member->value);
        else if (!(skip && sma_str_eqz(member->name, skip)) && !d->options.ignore_unknown_names)
            sma_proto_dynamic_fail(d, "%.*s: no such field", SMA_STR_ARG(member->name));
    }
    if (!d->status)
        sma_proto_node_sort(d, node);
    if (!d->status)
        check_members(d, node);
    if (!d->status)
        check_required(d, node);
}

struct sma_proto_node *sma_proto_read_json(struct sma_proto_dynamic *d,
                                           const struct sma_proto_message_type *type,
                                           const struct sma_json *json)
{
    struct sma_proto_node *node = NULL;
    if (sma_proto_dynamic_enter(d)) {
        node = sma_proto_node_new(d, type);
        if (node && !sma_proto_read_well_known(d, node, json))
            sma_proto_read_members(d, node, json, NULL);
        sma_proto_dynamic_leave(d);
    }
    return d->status ? NULL : node;
}
