/* A schema made ready to judge and decode values: a validator (JSON Schema), a codec (Protobuf), a
 * decoding plan (Avro). Making one costs far more than using it, so they are kept, by content. */
#ifndef SMA_API_SCHEMATA_ENGINE_H
#define SMA_API_SCHEMATA_ENGINE_H

#include <stdatomic.h>

#include "api/schemata/limits.h"
#include "api/schemata/source.h"
#include "core/avro/codec.h"
#include "core/jsonschema/validator.h"
#include "core/protobuf/dynamic.h"

/* Immutable once made; one of the last three is set. */
struct sma_own_engine {
    atomic_uint ref_count;
    struct sma_schema *schema;
    struct sma_validator *validator;
    struct sma_proto_codec *codec;
    struct sma_avro_plan *plan;
};

/* One reference, the caller's. With assert_format JSON Schema's `format` rejects values. 42201 for
 * a schema that does not compile. */
enum sma_status sma_own_engine_get(struct sma_own_engine **out, struct sma_own_call *call,
                                   const struct sma_own_source *source, bool assert_format,
                                   struct sma_error *err) SMA_MUST_CHECK;
void sma_own_engine_unref(struct sma_own_engine *engine); /* NULL is fine */
/* The Protobuf message at the path of indexes, as a full name in `arena`; count 0 means the first
 * one. SMA_ENOTFOUND when there is none. */
struct sma_message_indexes;
enum sma_status sma_own_message_name(struct sma_str *out, struct sma_arena *arena,
                                     const struct sma_schema *schema, const int32_t *path,
                                     size_t count, struct sma_error *err) SMA_MUST_CHECK;

extern const struct sma_cache_value_ops sma_own_engine_ops;

#endif
