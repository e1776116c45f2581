/* What the files of the normalizer share. */
#ifndef SMA_CORE_PROTOBUF_NORMALIZER_H
#define SMA_CORE_PROTOBUF_NORMALIZER_H

#include "core/protobuf/normalize.h"

struct sma_proto_normalizer {
    struct sma_proto_session *session;
    struct sma_arena *arena;
    struct sma_buf scope;   /* full name of the package and messages around the current place */
    enum sma_status status; /* sticky */
    struct sma_error *err;
};

/* Enters a named scope; leaving takes the value returned. */
size_t sma_proto_scope_enter(struct sma_proto_normalizer *n, struct sma_str name);
void sma_proto_scope_leave(struct sma_proto_normalizer *n, size_t mark);

/* An array of `count` elements in the arena, or NULL with the sticky status set. */
void *sma_proto_normal_array(struct sma_proto_normalizer *n, size_t count, size_t size);
void sma_proto_normal_nomem(struct sma_proto_normalizer *n);

/* Options of what stands in the current scope: names resolved, sorted, merged, values in their
 * normal form. `field` adds its default and JSON name, or is NULL. */
struct sma_proto_options sma_proto_normal_options(struct sma_proto_normalizer *n,
                                                  struct sma_proto_options options,
                                                  const struct sma_proto_field *field);

#endif
