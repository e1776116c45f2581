/* What the files of the descriptor reader share. */
#ifndef SMA_CORE_PROTOBUF_DESCRIPTOR_READ_H
#define SMA_CORE_PROTOBUF_DESCRIPTOR_READ_H

#include "core/protobuf/descriptor.h"
#include "core/protobuf/wire.h"

/* The messages that options stand in. */
enum sma_proto_options_kind {
    SMA_PROTO_OPTIONS_FILE,
    SMA_PROTO_OPTIONS_MESSAGE,
    SMA_PROTO_OPTIONS_FIELD,
    SMA_PROTO_OPTIONS_ONEOF,
    SMA_PROTO_OPTIONS_RANGE,
    SMA_PROTO_OPTIONS_ENUM,
    SMA_PROTO_OPTIONS_ENUM_VALUE,
    SMA_PROTO_OPTIONS_SERVICE,
    SMA_PROTO_OPTIONS_METHOD
};

struct sma_proto_descriptor_reader {
    struct sma_arena *arena;
    struct sma_proto_file *file; /* under construction */
    unsigned depth;
    enum sma_status status; /* sticky */
    struct sma_error *err;
    /* Options are read with the types of descriptor.proto itself. */
    struct sma_proto_unit unit;
    struct sma_proto_file no_file;
    struct sma_proto_world world;
    struct sma_proto_library library;
    struct sma_proto_session session;
    struct sma_proto_pool pool;
    bool has_pool;
};

/* An array that grows in the arena. */
struct sma_proto_read_list {
    void *items;
    size_t count, capacity;
};

void sma_proto_read_push(struct sma_proto_descriptor_reader *r, struct sma_proto_read_list *list,
                         const void *item, size_t size);
void sma_proto_read_fail(struct sma_proto_descriptor_reader *r, const char *what);
void sma_proto_read_nomem(struct sma_proto_descriptor_reader *r);
/* The next record; false at the end and after a failure. */
bool sma_proto_read_next(struct sma_proto_descriptor_reader *r, struct sma_str *rest,
                         struct sma_proto_record *out);

/* The content of a length-delimited record; one that must be a word; one that must be UTF-8; a
 * varint of 32 bits. A record of another kind is a mistake. */
struct sma_str sma_proto_read_bytes(struct sma_proto_descriptor_reader *r,
                                    const struct sma_proto_record *record);
struct sma_str sma_proto_read_word(struct sma_proto_descriptor_reader *r,
                                   const struct sma_proto_record *record);
struct sma_str sma_proto_read_text(struct sma_proto_descriptor_reader *r,
                                   const struct sma_proto_record *record);
int32_t sma_proto_read_int(struct sma_proto_descriptor_reader *r,
                           const struct sma_proto_record *record);

/* A field as the descriptor has it, before it is sorted into a message. */
struct sma_proto_read_field {
    struct sma_proto_field field;
    struct sma_str extendee, default_text;
    int32_t type, label, oneof; /* oneof: -1 = none */
    bool is_proto3_optional;
};

void sma_proto_read_field(struct sma_proto_descriptor_reader *r, struct sma_str bytes,
                          struct sma_proto_read_field *out);
void sma_proto_read_message(struct sma_proto_descriptor_reader *r, struct sma_str bytes,
                            struct sma_proto_message *out);
void sma_proto_read_enum(struct sma_proto_descriptor_reader *r, struct sma_str bytes,
                         struct sma_proto_enum *out);
/* Extensions as extend blocks, one per run of one target. */
void sma_proto_read_extends(struct sma_proto_descriptor_reader *r,
                            const struct sma_proto_read_list *fields,
                            struct sma_proto_extends *out);

void sma_proto_read_options_init(struct sma_proto_descriptor_reader *r);
void sma_proto_read_options_fini(struct sma_proto_descriptor_reader *r);
/* The content of an options message as options, in the original's order. */
struct sma_proto_options sma_proto_read_option_bytes(struct sma_proto_descriptor_reader *r,
                                                     enum sma_proto_options_kind kind,
                                                     struct sma_str bytes);

#endif
