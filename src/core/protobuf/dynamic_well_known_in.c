/* Well-known messages from the forms that JSON has for them. */
#include "core/protobuf/dynamic_tree.h"

static void set_bits(struct sma_proto_dynamic *d, struct sma_proto_node *node, uint32_t number,
                     uint64_t bits)
{
    struct sma_proto_item *item =
        sma_proto_node_add(d, node, sma_proto_field_of_number(node->type, number));
    if (item)
        item->bits = bits;
}

static void set_bytes(struct sma_proto_dynamic *d, struct sma_proto_node *node, uint32_t number,
                      struct sma_str bytes)
{
    struct sma_proto_item *item =
        sma_proto_node_add(d, node, sma_proto_field_of_number(node->type, number));
    if (item)
        item->bytes = bytes;
}

static void read_time(struct sma_proto_dynamic *d, struct sma_proto_node *node,
                      const struct sma_json *json)
{
    bool is_timestamp = node->type->well_known == SMA_PROTO_TIMESTAMP;
    int64_t seconds;
    int32_t nanos;
    if (json->type != SMA_JSON_STRING ||
        !(is_timestamp ? sma_proto_take_timestamp : sma_proto_take_duration)(json->text, &seconds,
                                                                             &nanos)) {
        sma_proto_dynamic_fail(d, "not a %s", is_timestamp ? "timestamp" : "duration");
        return;
    }
    set_bits(d, node, 1, (uint64_t)seconds);
    set_bits(d, node, 2, (uint64_t)(int64_t)nanos);
}

/* fooBar.baz as foo_bar.baz. */
static void add_path(struct sma_proto_dynamic *d, struct sma_proto_node *node, struct sma_str path)
{
    char *out = sma_arena_alloc(&d->arena, path.len * 2);
    size_t n = 0;
    if (!out) {
        sma_proto_dynamic_nomem(d);
        return;
    }
    for (size_t i = 0; i < path.len; i++) {
        char c = path.ptr[i];
        if (c == '_') {
            sma_proto_dynamic_fail(d, "a FieldMask path has no underscores in JSON");
        } else if (c >= 'A' && c <= 'Z') {
            out[n++] = '_';
            out[n++] = (char)(c - 'A' + 'a');
        } else {
            out[n++] = c;
        }
    }
    set_bytes(d, node, 1, sma_str_make(out, n));
}

static void read_field_mask(struct sma_proto_dynamic *d, struct sma_proto_node *node,
                            const struct sma_json *json)
{
    struct sma_str rest = json->text;
    if (json->type != SMA_JSON_STRING) {
        sma_proto_dynamic_fail(d, "a FieldMask is a string");
        return;
    }
    while (rest.len && !d->status) {
        ptrdiff_t comma = sma_str_chr(rest, ',');
        add_path(d, node, comma < 0 ? rest : sma_str_head(rest, (size_t)comma));
        rest = comma < 0 ? SMA_STR("") : sma_str_from(rest, (size_t)comma + 1);
    }
}

static void read_value(struct sma_proto_dynamic *d, struct sma_proto_node *node,
                       const struct sma_json *json)
{
    static const uint32_t numbers[] = {
        [SMA_JSON_NULL] = 1, [SMA_JSON_NUMBER] = 2, [SMA_JSON_STRING] = 3,
        [SMA_JSON_BOOL] = 4, [SMA_JSON_OBJECT] = 5, [SMA_JSON_ARRAY] = 6};
    if (json->type == SMA_JSON_NULL)
        set_bits(d, node, 1, 0);
    else
        sma_proto_read_item(d, node, sma_proto_field_of_number(node->type, numbers[json->type]),
                            json);
}

static void read_list(struct sma_proto_dynamic *d, struct sma_proto_node *node,
                      const struct sma_json *json)
{
    if (json->type != SMA_JSON_ARRAY) {
        sma_proto_dynamic_fail(d, "a ListValue is an array");
        return;
    }
    for (uint32_t i = 0; i < json->count && !d->status; i++)
        sma_proto_read_item(d, node, &node->type->fields[0], &json->items[i]);
}

/* An object is the one map field of a Struct. */
static void read_struct(struct sma_proto_dynamic *d, struct sma_proto_node *node,
                        const struct sma_json *json)
{
    const struct sma_proto_field_type *fields = &node->type->fields[0];
    struct sma_json_member member = {.name = fields->name, .value = *json};
    struct sma_json whole = {.type = SMA_JSON_OBJECT, .count = 1};
    whole.members = &member;
    if (json->type != SMA_JSON_OBJECT)
        sma_proto_dynamic_fail(d, "a Struct is an object");
    else
        sma_proto_read_members(d, node, &whole, NULL);
}

/* The message of an Any, encoded. */
static void pack(struct sma_proto_dynamic *d, struct sma_proto_node *node,
                 const struct sma_proto_message_type *type, const struct sma_json *json)
{
    struct sma_buf bytes;
    struct sma_proto_node *inner;
    if (type->well_known == SMA_PROTO_ORDINARY) {
        inner = sma_proto_node_new(d, type);
        if (inner)
            sma_proto_read_members(d, inner, json, "@type");
    } else {
        const struct sma_json *value = sma_json_getz(json, "value");
        if (!value)
            sma_proto_dynamic_fail(d, "an Any of %.*s has a \"value\"",
                                   SMA_STR_ARG(type->full_name));
        inner = d->status ? NULL : sma_proto_read_json(d, type, value);
    }
    if (!inner || d->status)
        return;
    sma_buf_init(&bytes, 0);
    sma_proto_encode(d, &bytes, inner);
    struct sma_str copy = sma_arena_copy(&d->arena, sma_buf_str(&bytes));
    if (sma_buf_failed(&bytes) || !copy.ptr)
        sma_proto_dynamic_nomem(d);
    else
        set_bytes(d, node, 2, copy);
    sma_buf_fini(&bytes);
}

static void read_any(struct sma_proto_dynamic *d, struct sma_proto_node *node,
                     const struct sma_json *json)
{
    const struct sma_json *url = sma_json_getz(json, "@type");
    const struct sma_json *raw = sma_json_getz(json, "@bytes");
    struct sma_str bytes;
    if (json->type != SMA_JSON_OBJECT || (json->count && !sma_json_is(url, SMA_JSON_STRING))) {
        sma_proto_dynamic_fail(d, "an Any is an object with a \"@type\"");
        return;
    }
    if (json->count == 0)
        return;
    ptrdiff_t slash = sma_str_rchr(url->text, '/');
    const struct sma_proto_message_type *type =
        slash < 0 ? NULL
                  : sma_proto_codec_find(d->codec, sma_str_from(url->text, (size_t)slash + 1));
    set_bytes(d, node, 1, url->text);
    if (sma_json_is(raw, SMA_JSON_STRING) && sma_proto_read_base64(d, raw->text, &bytes))
        set_bytes(d, node, 2, bytes);
    else if (type)
        pack(d, node, type, json);
    else
        sma_proto_dynamic_fail(d, "Any of unknown type \"%.*s\"", SMA_STR_ARG(url->text));
}

bool sma_proto_read_well_known(struct sma_proto_dynamic *d, struct sma_proto_node *node,
                               const struct sma_json *json)
{
    switch (node->type->well_known) {
    case SMA_PROTO_ORDINARY:
        return false;
    case SMA_PROTO_ANY:
        read_any(d, node, json);
        break;
    case SMA_PROTO_TIMESTAMP:
    case SMA_PROTO_DURATION:
        read_time(d, node, json);
        break;
    case SMA_PROTO_FIELD_MASK:
        read_field_mask(d, node, json);
        break;
    case SMA_PROTO_STRUCT:
        read_struct(d, node, json);
        break;
    case SMA_PROTO_VALUE:
        read_value(d, node, json);
        break;
    case SMA_PROTO_LIST_VALUE:
        read_list(d, node, json);
        break;
    case SMA_PROTO_WRAPPER:
        sma_proto_read_item(d, node, &node->type->fields[0], json);
        break;
    }
    return true;
}
