/* Everything that two Avro schemas differ in, also what breaks nobody: what people want to read
 * beside the verdicts. The rules of compatibility (compat.h) alone say what breaks. */
#ifndef SMA_CORE_AVRO_DIFFERENCE_H
#define SMA_CORE_AVRO_DIFFERENCE_H

#include "core/avro/model.h"

enum sma_avro_difference {
    SMA_AVRO_FIELD_ADDED,
    SMA_AVRO_FIELD_REMOVED,
    SMA_AVRO_FIELD_RENAMED, /* the new field has the old one's name among its aliases */
    SMA_AVRO_ORDER_CHANGED, /* of fields, symbols or branches */
    SMA_AVRO_TYPE_CHANGED,
    SMA_AVRO_NAME_CHANGED,
    SMA_AVRO_DEFAULT_ADDED,
    SMA_AVRO_DEFAULT_REMOVED,
    SMA_AVRO_DEFAULT_CHANGED,
    SMA_AVRO_SYMBOL_ADDED,
    SMA_AVRO_SYMBOL_REMOVED,
    SMA_AVRO_BRANCH_ADDED,
    SMA_AVRO_BRANCH_REMOVED,
    SMA_AVRO_SIZE_CHANGED,
    SMA_AVRO_SORT_ORDER_CHANGED,
    SMA_AVRO_ALIASES_CHANGED,
    SMA_AVRO_DOC_CHANGED,
    SMA_AVRO_PROPERTIES_CHANGED, /* logical types among them */
    SMA_AVRO_DIFFERENCE_COUNT
};

/* Their words; ids are those above without the prefix. */
const struct sma_rule *sma_avro_difference_rule(enum sma_avro_difference difference);

/* Appends what changed from `older` to `newer`, in the order of the newer schema, what is gone of a
 * type behind the rest of it. Findings are marked compatible; paths are those of the newer schema,
 * of the older one for what is gone; reader_span is in the newer text, writer_span in the older.
 * A named type is compared once, with the type it is first met with.
 *
 * Returns   SMA_ELIMIT beyond `work` (a step for each field, symbol, branch and type compared) or
 * SMA_AVRO_DEPTH_MAX; SMA_ENOMEM. Threads: safe. */
enum sma_status sma_avro_differences(struct sma_findings *out, const struct sma_schema *newer,
                                     const struct sma_schema *older, struct sma_work *work,
                                     struct sma_error *err) SMA_MUST_CHECK;

/* sma_format.differences for Avro. */
enum sma_status sma_avro_add_differences(struct sma_findings *backward,
                                         const struct sma_findings *forward,
                                         const struct sma_schema *newer,
                                         const struct sma_schema *older, struct sma_work *work,
                                         struct sma_error *err) SMA_MUST_CHECK;

#endif
