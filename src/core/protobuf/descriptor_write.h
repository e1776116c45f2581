/* What the files of the descriptor writer share. */
#ifndef SMA_CORE_PROTOBUF_DESCRIPTOR_WRITE_H
#define SMA_CORE_PROTOBUF_DESCRIPTOR_WRITE_H

#include "core/protobuf/descriptor.h"
#include "core/protobuf/option_encode.h"
#include "core/protobuf/wire.h"

struct sma_proto_descriptor_writer {
    struct sma_buf *out;
    struct sma_proto_session *session;
    struct sma_proto_pool pool;
    const struct sma_proto_unit *unit;
    enum sma_proto_descriptor_form form;
    struct sma_buf scope;   /* full name of the package and messages around */
    enum sma_status status; /* sticky */
    struct sma_error *err;
};

/* An options message as field `number`; nothing when there are no options. */
void sma_proto_write_options(struct sma_proto_descriptor_writer *w, uint32_t number,
                             struct sma_str message, struct sma_proto_options options);
/* default_value = 7 of a field that has one. */
void sma_proto_write_default(struct sma_proto_descriptor_writer *w,
                             const struct sma_proto_field *field);

/* The name of a type and its kind: resolved and with a leading dot, or as written. */
struct sma_proto_named_type {
    struct sma_str name;
    bool is_known, is_enum, is_absolute;
};

struct sma_proto_named_type sma_proto_name_type(struct sma_proto_descriptor_writer *w,
                                                struct sma_str written, struct sma_span span);
void sma_proto_write_type_name(struct sma_proto_descriptor_writer *w, uint32_t number,
                               struct sma_str name, bool is_absolute);

/* Number ranges of reserved or extensions statements, and the names among reserved ones. */
void sma_proto_write_ranges(struct sma_proto_descriptor_writer *w, uint32_t number,
                            struct sma_proto_range_lists lists, bool is_enum);
void sma_proto_write_reserved_names(struct sma_proto_descriptor_writer *w, uint32_t number,
                                    struct sma_proto_range_lists lists);
void sma_proto_write_enum(struct sma_proto_descriptor_writer *w, uint32_t number,
                          const struct sma_proto_enum *one);
void sma_proto_write_service(struct sma_proto_descriptor_writer *w,
                             const struct sma_proto_service *service);

#endif
