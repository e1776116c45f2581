/* A message in memory, and what the files of dynamic messages share. */
#ifndef SMA_CORE_PROTOBUF_DYNAMIC_TREE_H
#define SMA_CORE_PROTOBUF_DYNAMIC_TREE_H

#include "core/json/json.h"
#include "core/json/writer.h"
#include "core/protobuf/dynamic.h"
#include "core/protobuf/pool.h"
#include "core/protobuf/wire.h"

struct sma_proto_codec {
    struct sma_schema *schema;
    struct sma_arena arena;
    struct sma_work work;
    struct sma_proto_library library;
    struct sma_proto_session session;
    struct sma_proto_pool pool;
};

struct sma_proto_node;

/* One value of a field; a repeated field has several, in order. */
struct sma_proto_item {
    const struct sma_proto_field_type *field;
    union {
        uint64_t
            bits; /* integers sign- or zero-extended, bools, enums; floats and doubles as bits */
        struct sma_str bytes; /* strings and bytes; of messages while reading: the encoded form */
        struct sma_proto_node *node;
    };
};

struct sma_proto_node {
    const struct sma_proto_message_type *type;
    struct sma_proto_item *items; /* by field number, once finished */
    size_t count, capacity;
    /* Records of unknown fields, one after the other; empty when there are none. */
    struct sma_str unknown;
    size_t unknown_capacity;
};

/* State of one conversion. */
struct sma_proto_dynamic {
    const struct sma_proto_codec *codec;
    struct sma_proto_json_options options;
    struct sma_arena arena; /* the tree */
    unsigned depth;
    enum sma_status status; /* sticky */
    struct sma_error *err;
};

void sma_proto_dynamic_init(struct sma_proto_dynamic *d, const struct sma_proto_codec *codec,
                            const struct sma_proto_json_options *options, struct sma_error *err);
void sma_proto_dynamic_fini(struct sma_proto_dynamic *d);
void sma_proto_dynamic_fail(struct sma_proto_dynamic *d, const char *fmt, ...) SMA_PRINTF(2, 3);
void sma_proto_dynamic_nomem(struct sma_proto_dynamic *d);
bool sma_proto_dynamic_enter(struct sma_proto_dynamic *d);
void sma_proto_dynamic_leave(struct sma_proto_dynamic *d);

/* The linked message of that full name, NULL when the codec has none. */
const struct sma_proto_message_type *sma_proto_codec_find(const struct sma_proto_codec *codec,
                                                          struct sma_str name);

struct sma_proto_node *sma_proto_node_new(struct sma_proto_dynamic *d,
                                          const struct sma_proto_message_type *type);
/* Appends an item; the caller fills in the value. NULL when out of memory. */
struct sma_proto_item *sma_proto_node_add(struct sma_proto_dynamic *d, struct sma_proto_node *node,
                                          const struct sma_proto_field_type *field);
void sma_proto_node_add_unknown(struct sma_proto_dynamic *d, struct sma_proto_node *node,
                                struct sma_str records);
/* Sorts the items by number, stably. */
void sma_proto_node_sort(struct sma_proto_dynamic *d, struct sma_proto_node *node);
/* The item of that field number, NULL when absent; of a repeated field the first, and *count tells
 * how many follow it, itself included. */
const struct sma_proto_item *sma_proto_node_find(const struct sma_proto_node *node, int32_t number,
                                                 size_t *count);

/* Binary to tree; NULL after a failure. */
struct sma_proto_node *sma_proto_decode(struct sma_proto_dynamic *d,
                                        const struct sma_proto_message_type *type,
                                        struct sma_str bytes);
/* Tree to binary. */
void sma_proto_encode(struct sma_proto_dynamic *d, struct sma_buf *out,
                      const struct sma_proto_node *node);

/* Tree to JSON. */
void sma_proto_write_json(struct sma_proto_dynamic *d, struct sma_json_writer *w,
                          const struct sma_proto_node *node);
/* The members of an ordinary message, without braces. */
void sma_proto_write_members(struct sma_proto_dynamic *d, struct sma_json_writer *w,
                             const struct sma_proto_node *node);
/* One value of a field. */
void sma_proto_write_item(struct sma_proto_dynamic *d, struct sma_json_writer *w,
                          const struct sma_proto_item *item);
/* A well-known message in its own form; false when it is an ordinary one. */
bool sma_proto_write_well_known(struct sma_proto_dynamic *d, struct sma_json_writer *w,
                                const struct sma_proto_node *node);
/* A map as an object; the items are its entries. */
void sma_proto_write_map(struct sma_proto_dynamic *d, struct sma_json_writer *w,
                         const struct sma_proto_item *items, size_t count);
void sma_proto_put_quoted_base64(struct sma_buf *out, struct sma_str bytes);
void sma_proto_put_number(struct sma_buf *out, double value, bool is_float);

/* JSON to tree; NULL after a failure. */
struct sma_proto_node *sma_proto_read_json(struct sma_proto_dynamic *d,
                                           const struct sma_proto_message_type *type,
                                           const struct sma_json *json);
/* The members of an object into an ordinary message; names that begin with '@' and stand in `skip`
 * are left out (skip may be NULL). */
void sma_proto_read_members(struct sma_proto_dynamic *d, struct sma_proto_node *node,
                            const struct sma_json *json, const char *skip);
/* One value of a field, which is not null. */
void sma_proto_read_item(struct sma_proto_dynamic *d, struct sma_proto_node *node,
                         const struct sma_proto_field_type *field, const struct sma_json *json);
/* A well-known message from its own form; false when it is an ordinary one. */
bool sma_proto_read_well_known(struct sma_proto_dynamic *d, struct sma_proto_node *node,
                               const struct sma_json *json);
bool sma_proto_read_base64(struct sma_proto_dynamic *d, struct sma_str text, struct sma_str *out);

/* "1970-01-01T00:00:00Z" and "1.5s". False when out of range or not of that form. */
bool sma_proto_put_timestamp(struct sma_buf *out, int64_t seconds, int32_t nanos);
bool sma_proto_take_timestamp(struct sma_str text, int64_t *seconds, int32_t *nanos);
bool sma_proto_put_duration(struct sma_buf *out, int64_t seconds, int32_t nanos);
bool sma_proto_take_duration(struct sma_str text, int64_t *seconds, int32_t *nanos);

#endif
