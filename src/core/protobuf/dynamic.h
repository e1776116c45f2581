/* Messages of a registered schema without generated code: binary to a tree and back, and both to
 * and from JSON by the proto3 mapping. Unknown fields survive the way through the tree. */
#ifndef SMA_CORE_PROTOBUF_DYNAMIC_H
#define SMA_CORE_PROTOBUF_DYNAMIC_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "core/json/visitor.h"
#include "core/schema/schema.h"

/* Messages within messages, in binary and in JSON; what the official libraries allow. */
#define SMA_PROTO_MESSAGE_DEPTH_MAX 100

/* All types that a schema's messages can hold, linked. Immutable: threads share it. */
struct sma_proto_codec;

/* Links the schema's messages, those of its references and the well-known types they use; keeps a
 * reference to the schema. When google.protobuf.Any is among them, every built-in type that may
 * stand in one is linked too.
 *
 * Returns   SMA_ELIMIT; SMA_ENOMEM. A field whose type means nothing is treated as unknown. */
enum sma_status sma_proto_codec_new(struct sma_proto_codec **out, const struct sma_schema *schema,
                                    struct sma_error *err) SMA_MUST_CHECK;
void sma_proto_codec_free(struct sma_proto_codec *codec);

struct sma_proto_json_options {
    bool use_proto_names; /* field names as declared instead of lowerCamelCase */
    bool emit_defaults;   /* write fields without presence even when they hold their default */
    bool enums_as_numbers;
    /* Unknown fields: write them as "@unknown" (base64 of their records). Reading always accepts
     * that key. */
    bool keep_unknown;
    bool ignore_unknown_names; /* reading: skip names and enum constants that the schema lacks */
};

/* A message of the codec's schema. `name` is a full name, with or without a leading dot.
 *
 * Appends the JSON of a binary message. Fields in the order of their numbers; Any of a type that
 * the codec does not know is written as its "@type" and "@bytes" (base64).
 *
 * options   NULL for the defaults of the mapping.
 * Returns   SMA_ENOTFOUND for an unknown message name; SMA_EINVAL for bytes that are no such
 * message, strings that are not UTF-8 and well-known values out of range; SMA_ELIMIT; SMA_ENOMEM.
 * Threads   safe. Source: the protobuf guide, "ProtoJSON Format". */
enum sma_status sma_proto_to_json(struct sma_buf *out, const struct sma_proto_codec *codec,
                                  struct sma_str name, struct sma_str bytes,
                                  const struct sma_proto_json_options *options,
                                  struct sma_error *err) SMA_MUST_CHECK;

/* Appends the binary form of a JSON message; fields in the order of their numbers, maps in the
 * order of the text.
 *
 * Returns   SMA_EINVAL with the JSON path of the mistake: unknown names, values that do not fit,
 * two members of one oneof, missing required fields; others as above. */
enum sma_status sma_proto_from_json(struct sma_buf *out, const struct sma_proto_codec *codec,
                                    struct sma_str name, struct sma_str json,
                                    const struct sma_proto_json_options *options,
                                    struct sma_error *err) SMA_MUST_CHECK;

/* Tells a receiver the values of a binary message, fields by number under their declared names.
 * Well-known messages come as the plain messages they are, unknown fields not at all.
 *
 * Returns   SMA_ECONFLICT "stopped by the receiver" when one of its functions returns false; others
 * as above. */
enum sma_status sma_proto_visit(const struct sma_proto_codec *codec, struct sma_str name,
                                struct sma_str bytes, const struct sma_visitor *visitor, void *ctx,
                                struct sma_error *err) SMA_MUST_CHECK;

/* Reads a binary message and writes it again: known fields by number, packed as declared, repeated
 * occurrences of singular fields merged, unknown fields kept behind them. */
enum sma_status sma_proto_rewrite(struct sma_buf *out, const struct sma_proto_codec *codec,
                                  struct sma_str name, struct sma_str bytes,
                                  struct sma_error *err) SMA_MUST_CHECK;

#endif
