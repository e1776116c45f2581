/* A parsed Protobuf schema. */
#ifndef SMA_CORE_PROTOBUF_SCHEMA_H
#define SMA_CORE_PROTOBUF_SCHEMA_H

#include "core/protobuf/world.h"

struct sma_proto_schema {
    struct sma_schema base;
    const struct sma_proto_file *file; /* spans are offsets into base.text */
    struct sma_proto_world world;
};

static inline const struct sma_proto_schema *sma_proto_of(const struct sma_schema *schema)
{
    return (const struct sma_proto_schema *)schema;
}

/* Everything a walk needs, in one place: an arena, a budget and a session. */
struct sma_proto_walk {
    struct sma_arena arena;
    struct sma_work work;
    struct sma_proto_library library;
    struct sma_proto_session session;
};

void sma_proto_walk_init(struct sma_proto_walk *walk, const struct sma_proto_world *world);
void sma_proto_walk_fini(struct sma_proto_walk *walk);

#endif
