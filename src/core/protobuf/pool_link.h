/* What the files of the pool share. */
#ifndef SMA_CORE_PROTOBUF_POOL_LINK_H
#define SMA_CORE_PROTOBUF_POOL_LINK_H

#include "core/protobuf/pool.h"

/* Zeroed array, NULL with the sticky status set. */
void *sma_proto_pool_array(struct sma_proto_pool *pool, size_t count, size_t size);
/* A new, unlinked message of that name. */
struct sma_proto_message_type *sma_proto_pool_add(struct sma_proto_pool *pool,
                                                  struct sma_str full_name);
/* The message or enum behind a type, created when needed, not linked. */
struct sma_proto_message_type *sma_proto_pool_of_type(struct sma_proto_pool *pool,
                                                      const struct sma_proto_type *type);
struct sma_proto_enum_type *sma_proto_pool_enum(struct sma_proto_pool *pool,
                                                const struct sma_proto_type *type);

#endif
