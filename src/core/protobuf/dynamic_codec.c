/* The codec, and trees as such. */
#include <stdarg.h>
#include <stdlib.h>

#include "core/protobuf/builtin.h"
#include "core/protobuf/dynamic_tree.h"
#include "core/protobuf/schema.h"
#include "core/protobuf/sort.h"

/* Everything that the schema and its references define. */
static void link_world(struct sma_proto_codec *codec)
{
    const struct sma_map *types = &codec->session.world->types;
    for (size_t i = 0; i < types->count && !codec->pool.status; i++) {
        const struct sma_proto_type *type = types->entries[i].value;
        if (!type->is_enum)
            (void)sma_proto_pool_message(&codec->pool, type->full_name);
    }
    sma_proto_pool_link_all(&codec->pool);
}

/* What may stand in an Any besides the schema's own messages: the built-in data types. Those that
 * describe schemas are left out. */
static bool may_stand_in_any(const struct sma_proto_type *type)
{
    struct sma_str path = sma_proto_builtin_at(type->builtin).path;
    return !type->is_enum && !sma_str_eqz(path, "google/protobuf/descriptor.proto") &&
           !sma_str_eqz(path, "google/protobuf/api.proto") &&
           !sma_str_eqz(path, "google/protobuf/type.proto") &&
           !sma_str_eqz(path, "confluent/meta.proto");
}

static void link_builtins(struct sma_proto_codec *codec)
{
    const struct sma_proto_type *type;
    if (!sma_map_get(&codec->pool.messages, SMA_STR("google.protobuf.Any")))
        return;
    for (size_t i = 0; (type = sma_proto_builtin_type_at(i)) && !codec->pool.status; i++)
        if (may_stand_in_any(type))
            (void)sma_proto_pool_message(&codec->pool, type->full_name);
    sma_proto_pool_link_all(&codec->pool);
}

enum sma_status sma_proto_codec_new(struct sma_proto_codec **out, const struct sma_schema *schema,
                                    struct sma_error *err)
{
    struct sma_proto_codec *codec = calloc(1, sizeof *codec);
    if (!codec)
        return sma_fail_nomem(err);
    codec->schema = sma_schema_ref(schema);
    codec->work.left = SMA_COMPAT_STEPS_MAX;
    sma_arena_init(&codec->arena, 0);
    sma_proto_library_init(&codec->library, &codec->arena);
    sma_proto_session_init(&codec->session, &sma_proto_of(schema)->world, &codec->arena,
                           &codec->work, &codec->library);
    sma_proto_pool_init(&codec->pool, &codec->session);
    link_world(codec);
    link_builtins(codec);
    enum sma_status st = sma_proto_pool_status(&codec->pool, err);
    if (st)
        sma_proto_codec_free(codec);
    else
        *out = codec;
    return st;
}

void sma_proto_codec_free(struct sma_proto_codec *codec)
{
    if (!codec)
        return;
    sma_proto_pool_fini(&codec->pool);
    sma_proto_session_fini(&codec->session);
    sma_proto_library_fini(&codec->library);
    sma_arena_fini(&codec->arena);
    sma_schema_unref(codec->schema);
    free(codec);
}

const struct sma_proto_message_type *sma_proto_codec_find(const struct sma_proto_codec *codec,
                                                          struct sma_str name)
{
    const struct sma_proto_message_type *type;
    if (name.len && name.ptr[0] == '.')
        name = sma_str_from(name, 1);
    type = sma_map_get(&codec->pool.messages, name);
    return type && type->is_linked ? type : NULL;
}

void sma_proto_dynamic_init(struct sma_proto_dynamic *d, const struct sma_proto_codec *codec,
                            const struct sma_proto_json_options *options, struct sma_error *err)
{
    *d = (struct sma_proto_dynamic){.codec = codec, .err = err};
    if (options)
        d->options = *options;
    sma_arena_init(&d->arena, 0);
}

void sma_proto_dynamic_fini(struct sma_proto_dynamic *d)
{
    sma_arena_fini(&d->arena);
}

void sma_proto_dynamic_fail(struct sma_proto_dynamic *d, const char *fmt, ...)
{
    va_list args;
    if (d->status)
        return;
    va_start(args, fmt);
    d->status = sma_fail_v(d->err, SMA_EINVAL, SMA_NO_OFFSET, fmt, args);
    va_end(args);
}

void sma_proto_dynamic_nomem(struct sma_proto_dynamic *d)
{
    if (!d->status)
        d->status = sma_fail_nomem(d->err);
}

bool sma_proto_dynamic_enter(struct sma_proto_dynamic *d)
{
    if (d->depth >= SMA_PROTO_MESSAGE_DEPTH_MAX && !d->status)
        d->status = sma_fail(d->err, SMA_ELIMIT, "messages nested deeper than %d levels",
                             SMA_PROTO_MESSAGE_DEPTH_MAX);
    if (d->status)
        return false;
    d->depth++;
    return true;
}

void sma_proto_dynamic_leave(struct sma_proto_dynamic *d)
{
    d->depth--;
}

struct sma_proto_node *sma_proto_node_new(struct sma_proto_dynamic *d,
                                          const struct sma_proto_message_type *type)
{
    struct sma_proto_node *node = d->status ? NULL : sma_arena_calloc(&d->arena, 1, sizeof *node);
    if (!node) {
        sma_proto_dynamic_nomem(d);
        return NULL;
    }
    node->type = type;
    return node;
}

struct sma_proto_item *sma_proto_node_add(struct sma_proto_dynamic *d, struct sma_proto_node *node,
                                          const struct sma_proto_field_type *field)
{
    struct sma_proto_item *items =
        d->status ? NULL
                  : sma_arena_grow(&d->arena, node->items, node->count, &node->capacity,
                                   node->count + 1, sizeof *items);
    if (!items) {
        sma_proto_dynamic_nomem(d);
        return NULL;
    }
    node->items = items;
    items[node->count] = (struct sma_proto_item){.field = field};
    return &items[node->count++];
}

void sma_proto_node_add_unknown(struct sma_proto_dynamic *d, struct sma_proto_node *node,
                                struct sma_str records)
{
    char *bytes = sma_arena_grow(&d->arena, (void *)node->unknown.ptr, node->unknown.len,
                                 &node->unknown_capacity, node->unknown.len + records.len, 1);
    if (!bytes) {
        sma_proto_dynamic_nomem(d);
        return;
    }
    memcpy(bytes + node->unknown.len, records.ptr, records.len);
    node->unknown = sma_str_make(bytes, node->unknown.len + records.len);
}

static int item_order(const void *left, const void *right)
{
    int32_t a = ((const struct sma_proto_item *)left)->field->number;
    int32_t b = ((const struct sma_proto_item *)right)->field->number;
    return a < b ? -1 : a > b;
}

void sma_proto_node_sort(struct sma_proto_dynamic *d, struct sma_proto_node *node)
{
    if (!sma_proto_sort(&d->arena, node->items, node->count, sizeof *node->items, item_order))
        sma_proto_dynamic_nomem(d);
}

const struct sma_proto_item *sma_proto_node_find(const struct sma_proto_node *node, int32_t number,
                                                 size_t *count)
{
    size_t low = 0, high = node->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (node->items[mid].field->number < number)
            low = mid + 1;
        else
            high = mid;
    }
    size_t end = low;
    while (end < node->count && node->items[end].field->number == number)
        end++;
    if (count)
        *count = end - low;
    return end > low ? &node->items[low] : NULL;
}

/* A message by name, or the error for it. */
static const struct sma_proto_message_type *require(const struct sma_proto_codec *codec,
                                                    struct sma_str name, struct sma_error *err,
                                                    enum sma_status *st)
{
    const struct sma_proto_message_type *type = sma_proto_codec_find(codec, name);
    *st = type ? SMA_OK
               : sma_fail(err, SMA_ENOTFOUND, "no message %.*s in the schema", SMA_STR_ARG(name));
    return type;
}

/* The conversion's outcome; after a failure `out` is as long as it was. */
static enum sma_status finish(struct sma_proto_dynamic *d, struct sma_buf *out, size_t start)
{
    enum sma_status st = d->status;
    if (!st && sma_buf_failed(out))
        st = sma_fail_nomem(d->err);
    if (st && !sma_buf_failed(out))
        out->len = start;
    sma_proto_dynamic_fini(d);
    return st;
}

enum sma_status sma_proto_to_json(struct sma_buf *out, const struct sma_proto_codec *codec,
                                  struct sma_str name, struct sma_str bytes,
                                  const struct sma_proto_json_options *options,
                                  struct sma_error *err)
{
    struct sma_proto_dynamic d;
    enum sma_status st;
    size_t start = out->len;
    const struct sma_proto_message_type *type = require(codec, name, err, &st);
    if (!type)
        return st;
    sma_proto_dynamic_init(&d, codec, options, err);
    const struct sma_proto_node *node = sma_proto_decode(&d, type, bytes);
    struct sma_json_writer writer = sma_json_writer_on(out);
    if (node)
        sma_proto_write_json(&d, &writer, node);
    return finish(&d, out, start);
}

/* Large messages are legal; the text's own length bounds the rest. */
#define JSON_VALUES_MAX 4000000u
#define JSON_BYTES_MAX (256u << 20)

enum sma_status sma_proto_from_json(struct sma_buf *out, const struct sma_proto_codec *codec,
                                    struct sma_str name, struct sma_str json,
                                    const struct sma_proto_json_options *options,
                                    struct sma_error *err)
{
    static const struct sma_json_options strict = {.duplicates = SMA_JSON_REJECT,
                                                   .max_depth = 2 * SMA_PROTO_MESSAGE_DEPTH_MAX + 8,
                                                   .max_values = JSON_VALUES_MAX,
                                                   .max_bytes = JSON_BYTES_MAX};
    struct sma_proto_dynamic d;
    const struct sma_json *document;
    enum sma_status st;
    size_t start = out->len;
    const struct sma_proto_message_type *type = require(codec, name, err, &st);
    if (!type)
        return st;
    sma_proto_dynamic_init(&d, codec, options, err);
    d.status = sma_json_parse(&document, &d.arena, json, &strict, NULL, err);
    const struct sma_proto_node *node = d.status ? NULL : sma_proto_read_json(&d, type, document);
    if (node)
        sma_proto_encode(&d, out, node);
    return finish(&d, out, start);
}

enum sma_status sma_proto_rewrite(struct sma_buf *out, const struct sma_proto_codec *codec,
                                  struct sma_str name, struct sma_str bytes, struct sma_error *err)
{
    struct sma_proto_dynamic d;
    enum sma_status st;
    size_t start = out->len;
    const struct sma_proto_message_type *type = require(codec, name, err, &st);
    if (!type)
        return st;
    sma_proto_dynamic_init(&d, codec, NULL, err);
    const struct sma_proto_node *node = sma_proto_decode(&d, type, bytes);
    if (node)
        sma_proto_encode(&d, out, node);
    return finish(&d, out, start);
}
