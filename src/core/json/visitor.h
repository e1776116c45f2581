/* Decoded values as a stream of calls: what the binary decoders of Avro and Protobuf speak. Whoever
 * listens builds whatever they like, with no tree in between; one listener here writes JSON. */
#ifndef SMA_CORE_JSON_VISITOR_H
#define SMA_CORE_JSON_VISITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

/* Every function returns 0 to go on; otherwise the decoder fails with SMA_ECONFLICT "stopped by the
 * receiver". All must be set but those that say otherwise. Pointers are valid during the call. The form
 * is that of the client library's visitor, so that a program's functions are called directly. */
struct sma_visitor {
    int (*null_value)(void *ctx);
    int (*bool_value)(void *ctx, bool value);
    int (*int_value)(void *ctx, int64_t value);
    int (*uint_value)(void *ctx, uint64_t value);
    int (*float_value)(void *ctx, float value); /* may be NULL: then double_value gets it */
    int (*double_value)(void *ctx, double value);
    int (*string_value)(void *ctx, const char *text, size_t len); /* valid UTF-8 */
    /* logical: "decimal", "duration" …; NULL when there is none. */
    int (*bytes_value)(void *ctx, const void *bytes, size_t len, const char *logical);
    int (*enum_value)(void *ctx, const char *symbol, int32_t index); /* NUL-terminated */
    int (*map_begin)(void *ctx, size_t size_hint); /* records and messages too; 0 = unknown */
    int (*key)(void *ctx, const char *name, size_t len);
    int (*map_end)(void *ctx);
    int (*array_begin)(void *ctx, size_t size_hint);
    int (*array_end)(void *ctx);
    /* May be NULL. Before the value of a union whose branch is not null: the branch's name. */
    int (*branch)(void *ctx, struct sma_str name, int32_t index);
    /* Must be set when `branch` is: after that value. */
    int (*branch_end)(void *ctx);
};

static inline int sma_visit_float(const struct sma_visitor *visitor, void *ctx, float value)
{
    return visitor->float_value ? visitor->float_value(ctx, value)
                                : visitor->double_value(ctx, (double)value);
}

/* The symbol as the NUL-terminated text that the visitor wants. */
int sma_visit_enum(const struct sma_visitor *visitor, void *ctx, struct sma_str symbol,
                   int32_t index);

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
