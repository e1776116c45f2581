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

#endif
