/* Words of the schema language, and look-ups in a parsed schema. */
#include "core/avro/model.h"

static const struct sma_str words[SMA_AVRO_KIND_COUNT] = {
    SMA_STR_INIT("null"),  SMA_STR_INIT("boolean"), SMA_STR_INIT("int"),   SMA_STR_INIT("long"),
    SMA_STR_INIT("float"), SMA_STR_INIT("double"),  SMA_STR_INIT("bytes"), SMA_STR_INIT("string"),
    SMA_STR_INIT("array"), SMA_STR_INIT("map"),     SMA_STR_INIT("union"), SMA_STR_INIT("fixed"),
    SMA_STR_INIT("enum"),  SMA_STR_INIT("record"),
};

static const struct sma_str uppers[SMA_AVRO_KIND_COUNT] = {
    SMA_STR_INIT("NULL"),  SMA_STR_INIT("BOOLEAN"), SMA_STR_INIT("INT"),   SMA_STR_INIT("LONG"),
    SMA_STR_INIT("FLOAT"), SMA_STR_INIT("DOUBLE"),  SMA_STR_INIT("BYTES"), SMA_STR_INIT("STRING"),
    SMA_STR_INIT("ARRAY"), SMA_STR_INIT("MAP"),     SMA_STR_INIT("UNION"), SMA_STR_INIT("FIXED"),
    SMA_STR_INIT("ENUM"),  SMA_STR_INIT("RECORD"),
};

struct sma_str sma_avro_kind_word(enum sma_avro_kind kind)
{
    return words[kind];
}

struct sma_str sma_avro_kind_upper(enum sma_avro_kind kind)
{
    return uppers[kind];
}

bool sma_avro_kind_find(struct sma_str word, enum sma_avro_kind *kind)
{
    for (int i = 0; i < SMA_AVRO_KIND_COUNT; i++)
        if (sma_str_eq(words[i], word)) {
            *kind = (enum sma_avro_kind)i;
            return true;
        }
    return false;
}

bool sma_avro_primitive_find(struct sma_str word, enum sma_avro_kind *kind)
{
    enum sma_avro_kind found;
    if (!sma_avro_kind_find(word, &found) || found > SMA_AVRO_STRING)
        return false;
    *kind = found;
    return true;
}

const struct sma_avro_field *sma_avro_field_find(const struct sma_avro_node *record,
                                                 struct sma_str name)
{
    uint32_t low = 0, high = record->record.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct sma_avro_field *field = &record->record.fields[record->record.by_name[middle]];
        int order = sma_str_cmp(name, field->name);
        if (!order)
            return field;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

int32_t sma_avro_symbol_find(const struct sma_avro_node *enumeration, struct sma_str symbol)
{
    uint32_t low = 0, high = enumeration->enumeration.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        uint32_t position = enumeration->enumeration.by_symbol[middle];
        int order = sma_str_cmp(symbol, enumeration->enumeration.symbols[position]);
        if (!order)
            return (int32_t)position;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return -1;
}

bool sma_avro_names_match(const struct sma_avro_node *reader, const struct sma_avro_node *writer)
{
    if (sma_str_eq(reader->name.name, writer->name.name))
        return true;
    for (uint32_t i = 0; i < reader->alias_count; i++) {
        const struct sma_avro_name *alias = &reader->aliases[i];
        bool is_hidden = !alias->space.len && reader->name.space.len;
        if (!is_hidden && sma_str_eq(alias->full, writer->name.full))
            return true;
    }
    return false;
}

uint16_t sma_avro_readable_kinds(enum sma_avro_kind reader)
{
    static const uint16_t readable[SMA_AVRO_STRING + 1] = {
        [SMA_AVRO_NULL] = 1 << SMA_AVRO_NULL,
        [SMA_AVRO_BOOLEAN] = 1 << SMA_AVRO_BOOLEAN,
        [SMA_AVRO_INT] = 1 << SMA_AVRO_INT,
        [SMA_AVRO_LONG] = 1 << SMA_AVRO_LONG | 1 << SMA_AVRO_INT,
        [SMA_AVRO_FLOAT] = 1 << SMA_AVRO_FLOAT | 1 << SMA_AVRO_INT | 1 << SMA_AVRO_LONG,
        [SMA_AVRO_DOUBLE] =
            1 << SMA_AVRO_DOUBLE | 1 << SMA_AVRO_INT | 1 << SMA_AVRO_LONG | 1 << SMA_AVRO_FLOAT,
        [SMA_AVRO_BYTES] = 1 << SMA_AVRO_BYTES | 1 << SMA_AVRO_STRING,
        [SMA_AVRO_STRING] = 1 << SMA_AVRO_STRING | 1 << SMA_AVRO_BYTES,
    };
    return reader <= SMA_AVRO_STRING ? readable[reader] : 0;
}
