/* Linked types: what a schema's messages are once names are resolved and syntax rules applied.
 * Built on demand, message by message; used by dynamic messages, by option values in descriptors
 * and by the wire-level rules. */
#ifndef SMA_CORE_PROTOBUF_POOL_H
#define SMA_CORE_PROTOBUF_POOL_H

#include "core/protobuf/features.h"
#include "core/protobuf/world.h"

struct sma_proto_message_type;

struct sma_proto_enum_type {
    struct sma_str full_name;
    const struct sma_proto_enum *ast;
    bool is_closed;
    bool is_null;                                  /* google.protobuf.NullValue */
    const struct sma_proto_enum_value **by_number; /* sorted; first declared first */
    const struct sma_proto_enum_value **by_name;   /* sorted */
};

struct sma_proto_field_type {
    struct sma_str name;
    struct sma_str json_name;
    struct sma_str full_name; /* of extensions; empty otherwise */
    int32_t number;
    enum sma_proto_kind kind; /* resolved: SMA_PROTO_MESSAGE, _ENUM or _GROUP instead of NAMED; maps
                                 are repeated messages; NAMED is left when nothing has that name */
    bool is_repeated, is_required, is_packed, has_presence, is_extension;
    bool checks_utf8;
    int32_t oneof; /* index into the message's oneofs (real ones), -1 outside */
    struct sma_proto_message_type *message;
    struct sma_proto_enum_type *enumeration;
    const struct sma_proto_field *ast; /* NULL for groups */
    const struct sma_proto_group *group;
    struct sma_proto_features features;
    struct sma_span span;
};

/* Messages that JSON treats specially. */
enum sma_proto_well_known {
    SMA_PROTO_ORDINARY,
    SMA_PROTO_ANY,
    SMA_PROTO_TIMESTAMP,
    SMA_PROTO_DURATION,
    SMA_PROTO_FIELD_MASK,
    SMA_PROTO_STRUCT,
    SMA_PROTO_VALUE,
    SMA_PROTO_LIST_VALUE,
    SMA_PROTO_WRAPPER /* DoubleValue … BytesValue */
};

struct sma_proto_message_type {
    struct sma_str full_name;
    struct sma_str scope;                /* that its field types are read in */
    const struct sma_proto_message *ast; /* NULL for groups and for the entries of map fields */
    const struct sma_proto_unit *unit;
    struct sma_proto_features features;
    enum sma_proto_well_known well_known;
    bool is_map_entry;
    bool is_linked;
    struct sma_proto_field_type *fields; /* ascending numbers, extensions included */
    size_t field_count;
    struct sma_proto_field_type **by_name; /* sorted by name */
    struct sma_proto_field_type **by_json; /* sorted by JSON name */
    size_t named_count;                    /* of both: all but the extensions */
    struct sma_proto_message_type *next;   /* all messages of the pool */
    /* What linking starts from, when there is no `ast`. */
    const struct sma_proto_group *group;
    const struct sma_proto_map *map;
};

struct sma_proto_pool {
    struct sma_proto_session *session;
    struct sma_arena *arena;
    struct sma_map messages; /* full name → struct sma_proto_message_type */
    struct sma_map enums;
    struct sma_map targets; /* full name of a message → list of its extensions */
    struct sma_proto_message_type *all;
    bool has_targets;
    enum sma_status status; /* sticky, ENOMEM or ELIMIT */
};

/* `session` outlives the pool; everything lives in the session's arena. */
void sma_proto_pool_init(struct sma_proto_pool *pool, struct sma_proto_session *session);
void sma_proto_pool_fini(struct sma_proto_pool *pool);
enum sma_status sma_proto_pool_status(const struct sma_proto_pool *pool,
                                      struct sma_error *err) SMA_MUST_CHECK;

/* The message of that full name, linked; NULL when there is none (or on failure). Its fields'
 * messages are there but not linked themselves. */
struct sma_proto_message_type *sma_proto_pool_message(struct sma_proto_pool *pool,
                                                      struct sma_str full_name);
/* Links a message that a field leads to. */
void sma_proto_pool_link(struct sma_proto_pool *pool, struct sma_proto_message_type *message);
/* Links everything that can be reached from what is there: afterwards the pool only reads. */
void sma_proto_pool_link_all(struct sma_proto_pool *pool);

/* The linked form of an extension, NULL when `name` means none in `scope`. */
const struct sma_proto_field_type *
sma_proto_pool_extension(struct sma_proto_pool *pool, struct sma_str name, struct sma_str scope);

/* Look-ups in a linked message; NULL when absent. By JSON name: the declared name counts too. */
const struct sma_proto_field_type *
sma_proto_field_of_number(const struct sma_proto_message_type *message, uint32_t number);
const struct sma_proto_field_type *
sma_proto_field_of_name(const struct sma_proto_message_type *message, struct sma_str name);
const struct sma_proto_field_type *
sma_proto_field_of_json_name(const struct sma_proto_message_type *message, struct sma_str name);
const struct sma_proto_enum_value *
sma_proto_enum_value_of_number(const struct sma_proto_enum_type *one, int32_t number);
const struct sma_proto_enum_value *
sma_proto_enum_value_of_name(const struct sma_proto_enum_type *one, struct sma_str name);

/* lowerCamelCase as protoc derives JSON names, in the arena; ptr NULL when out of memory. */
struct sma_str sma_proto_json_name(struct sma_arena *arena, struct sma_str name);
/* FooBarEntry of foo_bar: the message behind a map field, in the arena. */
struct sma_str sma_proto_entry_name(struct sma_arena *arena, struct sma_str name);

#endif
