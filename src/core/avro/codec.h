/* Binary Avro: decoding with full schema resolution into a visitor, encoding from JSON.
 *
 * A plan is compiled once from a writer and a reader schema (Avro specification, "Schema
 * Resolution") and then decodes any number of messages, allocating nothing. What cannot be resolved
 * fails only when a message reaches it, as in the Java decoder: a union branch that nobody writes
 * hurts nobody.
 *
 * Reader fields that the writer lacks take their defaults and come after the written ones; writer
 * fields that the reader lacks are skipped. Names match as in the registry's compatibility check
 * (short names, reader aliases); the names of records outside unions are not compared. */
#ifndef SMA_CORE_AVRO_CODEC_H
#define SMA_CORE_AVRO_CODEC_H

#include "base/buf.h"
#include "base/error.h"
#include "core/json/json.h"
#include "core/json/visitor.h"
#include "core/schema/schema.h"

/* Deepest nesting of one value. */
#define SMA_AVRO_VALUE_DEPTH_MAX 512
/* Items of arrays whose items take no bytes (null, empty records), in one message: five bytes could
 * announce a hundred million of them. */
#define SMA_AVRO_EMPTY_ITEMS_MAX 65536
/* Values looked at to find the branches of unions in one JSON value. */
#define SMA_AVRO_FIT_STEPS_MAX 20000000u
/* Steps of a plan: pairs of writer and reader types. */
#define SMA_AVRO_PLAN_STEPS_MAX 200000

struct sma_avro_plan;

/* reader NULL = the writer's schema. Keeps references to both schemas, which sma_format_avro
 * parsed. SMA_ELIMIT for a pair of schemas with more than SMA_AVRO_PLAN_STEPS_MAX steps;
 * SMA_ENOMEM. */
enum sma_status sma_avro_plan_new(struct sma_avro_plan **out, const struct sma_schema *writer,
                                  const struct sma_schema *reader,
                                  struct sma_error *err) SMA_MUST_CHECK;
void sma_avro_plan_free(struct sma_avro_plan *plan); /* NULL is fine */

/* Decodes one value at the start of `data` and reports it to `visitor`.
 *
 * used      out: bytes consumed. NULL demands that the value ends where the data ends.
 * Returns   SMA_EINVAL with the byte offset for data that is cut, lies about its lengths, holds
 *           invalid UTF-8 in a string, or cannot be read as the reader's type; SMA_ELIMIT;
 *           SMA_ECONFLICT when the visitor stopped. The visitor may have seen a part by then.
 * Threads   safe: the plan is read only. */
enum sma_status sma_avro_decode(const struct sma_avro_plan *plan, struct sma_str data, size_t *used,
                                const struct sma_visitor *visitor, void *ctx,
                                struct sma_error *err) SMA_MUST_CHECK;

enum sma_avro_unions {
    SMA_AVRO_UNIONS_PLAIN, /* {"mail": "x"}: the first branch that the value fits */
    SMA_AVRO_UNIONS_TAGGED /* {"mail": {"string": "x"}}: the specification's JSON encoding */
};

struct sma_avro_encode_options {
    enum sma_avro_unions unions;
    enum sma_json_bytes bytes; /* how bytes and fixed are written in the JSON */
};

/* Appends the binary form of a JSON value. A record field that is absent takes its default; a name
 * that is no field is an error. On failure `out` may hold a part.
 *
 * Returns   SMA_EINVAL with the JSON pointer of the wrong value in the message; SMA_ELIMIT;
 * SMA_ENOMEM. Threads   safe. */
enum sma_status sma_avro_encode(struct sma_buf *out, const struct sma_schema *schema,
                                const struct sma_json *value,
                                const struct sma_avro_encode_options *options,
                                struct sma_error *err) SMA_MUST_CHECK;

#endif
