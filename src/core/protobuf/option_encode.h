/* Options to the binary form they have in descriptors. */
#ifndef SMA_CORE_PROTOBUF_OPTION_ENCODE_H
#define SMA_CORE_PROTOBUF_OPTION_ENCODE_H

#include "core/protobuf/pool.h"

struct sma_proto_option_encoder {
    struct sma_proto_pool *pool;
    struct sma_str scope; /* that extension names are read in */
    /* What cannot be encoded is left out, and so is every custom option but confluent.*: what the
     * registry serves. Otherwise it is a mistake, and custom options are written. */
    bool is_lenient;
    enum sma_status status; /* sticky */
    struct sma_error *err;
};

/* Appends the content of an options message: the fields that `options` set in the message of that
 * full name ("google.protobuf.FieldOptions"), by number, custom options behind them. Appends
 * nothing when there are none. */
void sma_proto_put_options(struct sma_buf *out, struct sma_proto_option_encoder *encoder,
                           struct sma_str message, struct sma_proto_options options);

#endif
