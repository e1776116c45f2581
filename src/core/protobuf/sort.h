/* A stable sort: the original sorts lists stably, and qsort promises nothing. */
#ifndef SMA_CORE_PROTOBUF_SORT_H
#define SMA_CORE_PROTOBUF_SORT_H

#include <stdbool.h>

#include "base/arena.h"

typedef int sma_proto_order_fn(const void *a, const void *b);

/* Sorts in place; what is already in order costs one pass. `arena` gives scratch memory as large as
 * the list. False when out of memory. */
bool sma_proto_sort(struct sma_arena *arena, void *items, size_t count, size_t size,
                    sma_proto_order_fn *order);

#endif
