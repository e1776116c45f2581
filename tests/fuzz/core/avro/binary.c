/* Input: writer schema, 0xff, reader schema, 0xff, binary data. 0xff stands in no UTF-8 text.
 * Whatever decodes is encoded again from its JSON when the schemas are one. */
#include <stdint.h>
#include <string.h>

#include "core/avro/avro.h"
#include "core/avro/codec.h"

static struct sma_str take(struct sma_str *rest)
{
    ptrdiff_t end = sma_str_chr(*rest, (char)0xff);
    struct sma_str part = end < 0 ? *rest : sma_str_head(*rest, (size_t)end);
    *rest = sma_str_from(*rest, part.len + 1);
    return part;
}

static struct sma_schema *parse(struct sma_str text)
{
    struct sma_source source = {.text = text};
    const struct sma_parse_options options = {SMA_PARSE_LAX, true, false};
    struct sma_schema *schema = NULL;
    return sma_format_avro.parse(&schema, &source, &options, NULL) ? NULL : schema;
}

static void encode_again(const struct sma_schema *schema, struct sma_str json)
{
    struct sma_arena arena;
    const struct sma_json *value;
    struct sma_buf bytes;
    sma_arena_init(&arena, 0);
    sma_buf_init(&bytes, 1 << 20);
    if (!sma_json_parse(&value, &arena, json, NULL, NULL, NULL) &&
        sma_avro_encode(&bytes, schema, value, NULL, NULL))
        bytes.len = 0; /* plain unions may be ambiguous; only crashes count here */
    sma_buf_fini(&bytes);
    sma_arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sma_str rest = sma_str_make((const char *)data, size);
    struct sma_schema *writer = parse(take(&rest)), *reader = parse(take(&rest));
    struct sma_avro_plan *plan = NULL;
    struct sma_json_sink sink;
    struct sma_buf json;
    sma_buf_init(&json, 1 << 20);
    sma_json_sink_init(&sink, &json, SMA_JSON_BYTES_LATIN1);
    if (writer && !sma_avro_plan_new(&plan, writer, reader, NULL) &&
        !sma_avro_decode(plan, rest, NULL, &sma_json_visitor, &sink, NULL) && !reader)
        encode_again(writer, sma_buf_str(&json));
    sma_buf_fini(&json);
    sma_avro_plan_free(plan);
    sma_schema_unref(writer);
    sma_schema_unref(reader);
    return 0;
}
