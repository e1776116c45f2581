/* FileDescriptorProto: writing it from a file, and reading one back into a syntax tree. */
#ifndef SMA_CORE_PROTOBUF_DESCRIPTOR_H
#define SMA_CORE_PROTOBUF_DESCRIPTOR_H

#include "core/protobuf/pool.h"

enum sma_proto_descriptor_form {
    /* What the registry serves for format=serialized: no labels where the text has none, oneof
     * members first, no custom options but confluent.*, JSON names only if written. What cannot be
     * expressed is left out. The original writes type names as they stand in the text, which some
     * clients cannot resolve; here all that can be resolved are absolute, as protoc writes them. */
    SMA_PROTO_DESCRIPTOR_REGISTRY,
    /* What protoc writes: everything resolved and in source order. What protoc refuses is a mistake
     * where it cannot be expressed. */
    SMA_PROTO_DESCRIPTOR_EXACT
};

/* Appends the descriptor of a unit of the session's world under `name`. No source info.
 *
 * Returns   SMA_EINVAL (exact form only) for unresolved types, imports and options; SMA_ELIMIT;
 *           SMA_ENOMEM.
 * Source    compat-protobuf section 8; descriptor.proto. */
enum sma_status sma_proto_put_descriptor(struct sma_buf *out, struct sma_proto_session *session,
                                         const struct sma_proto_unit *unit, struct sma_str name,
                                         enum sma_proto_descriptor_form form,
                                         struct sma_error *err) SMA_MUST_CHECK;

/* Reads a binary FileDescriptorProto. The tree has no spans: print it and parse the text for one
 * that has. Groups and unknown extensions are lost, as in the original; custom options are too, but
 * for confluent.*.
 *
 * Returns   SMA_EINVAL for bytes that are no descriptor or whose names are no words; SMA_ELIMIT for
 *           nesting deeper than SMA_PROTO_DEPTH_MAX; SMA_ENOMEM. */
enum sma_status sma_proto_read_descriptor(const struct sma_proto_file **out,
                                          struct sma_arena *arena, struct sma_str bytes,
                                          struct sma_error *err) SMA_MUST_CHECK;

/* Appends what base64 of either alphabet stands for, with padding or without; white space around
 * the text is skipped. False when it is none. */
bool sma_proto_take_base64(struct sma_buf *out, struct sma_str text);

#endif
