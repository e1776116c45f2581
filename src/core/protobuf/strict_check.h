/* What the files of the strict checks share. */
#ifndef SMA_CORE_PROTOBUF_STRICT_CHECK_H
#define SMA_CORE_PROTOBUF_STRICT_CHECK_H

#include "core/protobuf/features.h"
#include "core/protobuf/strict.h"

struct sma_proto_checker {
    struct sma_proto_session *session;
    const struct sma_proto_file *file;
    struct sma_buf scope;   /* full name of the package and messages around */
    struct sma_map symbols; /* every full name that the file defines */
    bool *is_visible;       /* per unit of the world */
    uint32_t visible_builtins;
    enum sma_status status; /* sticky */
    struct sma_error *err;
};

/* Records a mistake at a place of the source. */
void sma_proto_strict_fail(struct sma_proto_checker *c, struct sma_span span, const char *fmt, ...)
    SMA_PRINTF(3, 4);
void sma_proto_strict_nomem(struct sma_proto_checker *c);
struct sma_str sma_proto_strict_scope(const struct sma_proto_checker *c);

/* Numbers, reserved numbers and names, JSON names of the message in the current scope. */
void sma_proto_strict_members(struct sma_proto_checker *c, const struct sma_proto_message *m,
                              struct sma_proto_features features);
/* Constants of an enum. */
void sma_proto_strict_enum(struct sma_proto_checker *c, const struct sma_proto_enum *one,
                           struct sma_proto_features features);
/* The default of a field whose type is resolved; `one` is its enum, or NULL. */
void sma_proto_strict_default(struct sma_proto_checker *c, const struct sma_proto_field *field,
                              const struct sma_proto_type *type);
/* The number of an extension against the ranges of its target. */
void sma_proto_strict_extension(struct sma_proto_checker *c, struct sma_str name, int32_t number,
                                struct sma_span span, const struct sma_proto_type *target);

#endif
