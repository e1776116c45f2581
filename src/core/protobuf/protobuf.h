/* The Protobuf engine as the other floors see it: the format, names and message indexes. Behaviour:
 * the registry's main line (compat-protobuf). Pure functions on bytes. */
#ifndef SMA_CORE_PROTOBUF_PROTOBUF_H
#define SMA_CORE_PROTOBUF_PROTOBUF_H

#include "core/schema/schema.h"
#include "core/wire/frame.h"

extern const struct sma_format sma_format_protobuf;

/* Full name (no leading dot) of the message that stands for the schema: the first of the file, or
 * its first enum when it has no message. A file without types but with exactly one public import
 * takes that file's.
 *
 * out       a view that lives as long as the schema or is static.
 * Returns   SMA_EINVAL "Protobuf schema definition contains no type definitions". */
enum sma_status sma_proto_default_name(struct sma_str *out, const struct sma_schema *schema,
                                       struct sma_error *err) SMA_MUST_CHECK;

/* The path of a message of the schema's own file: index among messages at each level, enums not
 * counted. `name` is a full name, with or without a leading dot.
 *
 * Returns   SMA_ENOTFOUND when the file has no such message. Threads: safe.
 * Source    confluent-rest 16.3. */
enum sma_status sma_proto_indexes_of(struct sma_message_indexes *out,
                                     const struct sma_schema *schema, struct sma_str name,
                                     struct sma_error *err) SMA_MUST_CHECK;
/* The full name behind a path; appended to `out`. SMA_ENOTFOUND when an index leads nowhere. */
enum sma_status sma_proto_name_at(struct sma_buf *out, const struct sma_schema *schema,
                                  const struct sma_message_indexes *indexes,
                                  struct sma_error *err) SMA_MUST_CHECK;

/* Appends the binary FileDescriptorProto of the schema's own file under `name`, as protoc writes it
 * (no source info): types resolved, options encoded, custom ones included.
 *
 * Returns   SMA_EINVAL when a type, an import or an option cannot be resolved; SMA_ELIMIT;
 * SMA_ENOMEM. Threads   safe. */
enum sma_status sma_proto_put_file_descriptor(struct sma_buf *out, const struct sma_schema *schema,
                                              struct sma_str name,
                                              struct sma_error *err) SMA_MUST_CHECK;
/* Appends a FileDescriptorSet: every file that the schema's file imports, directly or not, each
 * once and before those that import it, and the file itself, last. Errors as above. */
enum sma_status sma_proto_put_descriptor_set(struct sma_buf *out, const struct sma_schema *schema,
                                             struct sma_str name,
                                             struct sma_error *err) SMA_MUST_CHECK;

#endif
