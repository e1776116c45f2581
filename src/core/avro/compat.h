/* Compatibility (compat-avro section 10). */
#ifndef SMA_CORE_AVRO_COMPAT_H
#define SMA_CORE_AVRO_COMPAT_H

#include "core/avro/model.h"

/* What sma_format.compat promises, for Avro. Where the original throws (a reader's field that
 * matches several of the writer's) the one finding is sma_avro_ambiguous_field, whose message is
 * the original's. SMA_ELIMIT also when pairs of types nest deeper than SMA_AVRO_DEPTH_MAX.
 *
 * Cost      no allocation while nothing is found and few types have names; about 3 ns for a plain
 *           field, 10 to 20 ns for one with a type to look into. */
enum sma_status sma_avro_compat(struct sma_findings *out, const struct sma_schema *reader,
                                const struct sma_schema *writer, enum sma_policy policy,
                                struct sma_work *work, struct sma_error *err) SMA_MUST_CHECK;

#endif
