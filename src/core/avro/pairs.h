/* A table over pairs of nodes, for walks over two schemas at once: compact, without allocation
 * while small, and its cost charged to the caller's work. */
#ifndef SMA_CORE_AVRO_PAIRS_H
#define SMA_CORE_AVRO_PAIRS_H

#include <stdint.h>

#include "core/avro/model.h"

#define SMA_AVRO_PAIRS_INLINE 32 /* a power of two */

struct sma_avro_pair {
    uint64_t key; /* both indexes + 1; 0 = free */
    const void *value;
};

struct sma_avro_pairs {
    struct sma_avro_pair *slots;
    uint32_t mask;
    uint32_t count;
    struct sma_work *work;
    struct sma_avro_pair inline_slots[SMA_AVRO_PAIRS_INLINE];
};

/* The work must outlive the table. */
void sma_avro_pairs_init(struct sma_avro_pairs *pairs, struct sma_work *work);
void sma_avro_pairs_fini(struct sma_avro_pairs *pairs);
/* The pair's slot, made with a NULL value when absent (then *is_new). Valid until the next call
 * that makes one. SMA_ELIMIT when the work ran out, SMA_ENOMEM. */
enum sma_status sma_avro_pairs_at(struct sma_avro_pair **out, bool *is_new,
                                  struct sma_avro_pairs *pairs, const struct sma_avro_node *a,
                                  const struct sma_avro_node *b) SMA_MUST_CHECK;

#endif
