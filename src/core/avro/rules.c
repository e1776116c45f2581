#include "core/avro/rules.h"

const struct sma_rule sma_avro_name_mismatch = {
    .id = "NAME_MISMATCH",
    .description = "The name of the schema has changed (path '{P}')",
    .frame = SMA_FRAME_AVRO,
    .fix = "Keep the name, or add the old full name to the new type's aliases.",
};

const struct sma_rule sma_avro_fixed_size_mismatch = {
    .id = "FIXED_SIZE_MISMATCH",
    .description = "The size of FIXED type field at path '{P}' in the {1} schema does not match "
                   "with the {2} schema",
    .frame = SMA_FRAME_AVRO,
    .fix = "Keep the size; a value of another size needs a type with another name.",
};

const struct sma_rule sma_avro_missing_enum_symbols = {
    .id = "MISSING_ENUM_SYMBOLS",
    .description = "The {1} schema is missing enum symbols '{M}' at path '{P}' in the {2} schema",
    .frame = SMA_FRAME_AVRO,
    .fix = "Keep the symbols, or give the reading enum a \"default\" symbol.",
};

const struct sma_rule sma_avro_reader_field_missing_default = {
    .id = "READER_FIELD_MISSING_DEFAULT_VALUE",
    .description = "The field '{M}' at path '{P}' in the {1} schema has no default value and is "
                   "missing in the {2} schema",
    .frame = SMA_FRAME_AVRO,
    .fix = "Give the field a \"default\", or an alias that names the field it was before.",
};

const struct sma_rule sma_avro_type_mismatch = {
    .id = "TYPE_MISMATCH",
    .description = "The type (path '{P}') of a field in the {1} schema does not match with the {2} "
                   "schema",
    .frame = SMA_FRAME_AVRO,
    .fix = "Use a type that the old one can be promoted to, or a new field with a default.",
};

const struct sma_rule sma_avro_missing_union_branch = {
    .id = "MISSING_UNION_BRANCH",
    .description = "The {1} schema is missing a type inside a union field at path '{P}' in the {2} "
                   "schema",
    .frame = SMA_FRAME_AVRO,
    .fix = "Keep every branch of the union that data may have been written with.",
};

const struct sma_rule sma_avro_ambiguous_field = {
    .id = "AMBIGUOUS_FIELD",
    .description = "Unexpected exception during compatibility check: {M}",
    .frame = SMA_FRAME_PLAIN,
    .fix = "Remove aliases until only one field of the other schema matches.",
};
