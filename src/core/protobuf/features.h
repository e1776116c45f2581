/* What syntax and edition say about fields, enums and their encoding. */
#ifndef SMA_CORE_PROTOBUF_FEATURES_H
#define SMA_CORE_PROTOBUF_FEATURES_H

#include "core/protobuf/ast.h"

enum sma_proto_presence { SMA_PROTO_EXPLICIT, SMA_PROTO_IMPLICIT, SMA_PROTO_LEGACY_REQUIRED };

struct sma_proto_features {
    enum sma_proto_presence presence;
    bool is_closed_enum;
    bool is_packed;
    bool is_delimited; /* messages are encoded as groups */
    bool checks_utf8;
    bool is_json_best_effort; /* json_format LEGACY_BEST_EFFORT */
};

/* The defaults of a file's syntax or edition, with the file's own options. */
struct sma_proto_features sma_proto_features_of_file(const struct sma_proto_file *file);
/* `outer` as changed by the features among `options`, written features.x = Y or features = { x: Y
 * }. */
struct sma_proto_features sma_proto_features_apply(struct sma_proto_features outer,
                                                   struct sma_proto_options options);

#endif
