#include "core/formats/formats.h"

#include "core/avro/avro.h"
#include "core/jsonschema/jsonschema.h"
#include "core/protobuf/protobuf.h"

static const struct sma_format *const formats[] = {
    &sma_format_avro,
    &sma_format_jsonschema,
    &sma_format_protobuf,
};

const struct sma_format *sma_format_at(size_t i)
{
    return i < sizeof formats / sizeof formats[0] ? formats[i] : NULL;
}

const struct sma_format *sma_format_find(struct sma_str name)
{
    if (!name.len)
        return formats[0];
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (sma_str_eqz(name, formats[i]->name))
            return formats[i];
    return NULL;
}
