/* Decoded values as a stream of calls: what the binary decoders of Avro and Protobuf speak. Whoever
 * listens builds whatever they like, with no tree in between; one listener here writes JSON. */
#ifndef SMA_CORE_JSON_VISITOR_H
#define SMA_CORE_JSON_VISITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

/* Every function returns false to stop the decoder, which then fails with SMA_ECONFLICT "stopped by
 * the receiver". All must be set but `branch`, which may be NULL. Views are valid during the call.
 */
struct sma_visitor {
    bool (*null_value)(void *ctx);
    bool (*bool_value)(void *ctx, bool value);
    bool (*int_value)(void *ctx, int64_t value);
    bool (*uint_value)(void *ctx, uint64_t value);
    bool (*float_value)(void *ctx, float value);
    bool (*double_value)(void *ctx, double value);
    bool (*string_value)(void *ctx, struct sma_str value); /* valid UTF-8 */
    /* logical: "decimal", "duration" …; empty when there is none. */
    bool (*bytes_value)(void *ctx, struct sma_str bytes, struct sma_str logical);
    bool (*enum_value)(void *ctx, struct sma_str symbol, int32_t index);
    bool (*map_begin)(void *ctx, size_t size_hint); /* records and messages too; 0 = unknown */
    bool (*key)(void *ctx, struct sma_str name);
    bool (*map_end)(void *ctx);
    bool (*array_begin)(void *ctx, size_t size_hint);
    bool (*array_end)(void *ctx);
    /* May be NULL. Before the value of a union whose branch is not null: the branch's name. */
    bool (*branch)(void *ctx, struct sma_str name, int32_t index);
    /* Must be set when `branch` is: after that value. */
    bool (*branch_end)(void *ctx);
};

enum sma_json_bytes {
    SMA_JSON_BYTES_LATIN1, /* the Avro specification: U+0000..U+00FF, one per byte */
    SMA_JSON_BYTES_BASE64
};

struct sma_json_sink {
    struct sma_buf *out;
    enum sma_json_bytes bytes;
    bool need_comma;
};

/* The listener that writes compact JSON into sink->out. 64-bit integers exactly; NaN and infinities
 * as the strings "NaN", "Infinity", "-Infinity". ctx is the sink. Check the buffer at the end. */
extern const struct sma_visitor sma_json_visitor;
/* The same with {"branch": value} around union values. */
extern const struct sma_visitor sma_json_visitor_tagged;

void sma_json_sink_init(struct sma_json_sink *sink, struct sma_buf *out, enum sma_json_bytes bytes);

/* Standard base64 with padding. */
void sma_base64_put(struct sma_buf *out, struct sma_str bytes);
/* Appends the bytes that standard base64 with padding stands for. False when it is not that. */
bool sma_base64_read(struct sma_buf *out, struct sma_str text);

#endif
