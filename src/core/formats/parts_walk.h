/* The walks behind parts.h, one file per format. Private to this folder. */
#ifndef SMA_CORE_FORMATS_PARTS_WALK_H
#define SMA_CORE_FORMATS_PARTS_WALK_H

#include "base/buf.h"
#include "core/formats/parts.h"
#include "core/json/json.h"

struct sma_parts {
    struct sma_str text;
    struct sma_arena *arena;
    sma_part_fn *fn;
    void *ctx;
    bool is_over; /* fn wants no more */
    struct sma_buf path;
};

/* Hands one part out, unless it is over. */
void sma_parts_give(struct sma_parts *parts, enum sma_part_kind kind, struct sma_str text,
                    struct sma_str path, size_t start, size_t end);

/* "a.b"; only b when a is empty. ptr NULL when out of memory. */
struct sma_str sma_parts_join(struct sma_parts *parts, struct sma_str a, struct sma_str b);

enum sma_status sma_parts_avro(struct sma_parts *parts, struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_parts_json(struct sma_parts *parts, struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_parts_proto(struct sma_parts *parts, struct sma_error *err) SMA_MUST_CHECK;

#endif
