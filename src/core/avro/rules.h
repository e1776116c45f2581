/* The rules of Avro compatibility, each with its one wording (compat-avro section 11). */
#ifndef SMA_CORE_AVRO_RULES_H
#define SMA_CORE_AVRO_RULES_H

#include "core/compat/finding.h"

extern const struct sma_rule sma_avro_name_mismatch;
extern const struct sma_rule sma_avro_fixed_size_mismatch;
extern const struct sma_rule sma_avro_missing_enum_symbols;
extern const struct sma_rule sma_avro_reader_field_missing_default;
extern const struct sma_rule sma_avro_type_mismatch;
extern const struct sma_rule sma_avro_missing_union_branch;
/* The original's exception, which replaces every finding of the check. */
extern const struct sma_rule sma_avro_ambiguous_field;

#endif
