/* Any bytes as a schema: parse, print, parse again, normalize, fingerprint. The first byte chooses
 * the mode. What was accepted and printed must be accepted again, also with its defaults checked
 * when it was before, and printing must have come to rest after two rounds. */
#include <stdint.h>
#include <stdlib.h>

#include "core/avro/avro.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct sma_schema *parse(struct sma_str text, enum sma_parse_mode mode)
{
    struct sma_source source = {.text = text};
    const struct sma_parse_options options = {.mode = mode};
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_schema *schema = NULL;
    enum sma_status st = sma_format_avro.parse(&schema, &source, &options, &err);
    if (st == SMA_OK ? !schema : !err.message[0] || st == SMA_EINTERNAL)
        abort();
    return schema;
}

static struct sma_schema *normalize(const struct sma_schema *schema, enum sma_parse_mode mode)
{
    struct sma_source source = {.text = schema->text};
    const struct sma_parse_options options = {.mode = mode};
    struct sma_schema *normal = NULL;
    if (sma_format_avro.normalize(&normal, schema, &source, &options, NULL))
        return NULL;
    return normal;
}

static void print_forms(const struct sma_schema *schema)
{
    struct sma_buf text;
    uint64_t rabin;
    sma_buf_init(&text, 0);
    if (sma_format_avro.print(&text, schema, SMA_TEXT_RESOLVED, NULL))
        abort();
    /* nothing comes from a reference here */
    if (!sma_str_eq(sma_buf_str(&text), schema->canonical))
        abort();
    if (sma_avro_fingerprint_rabin(&rabin, schema, NULL))
        abort();
    sma_buf_fini(&text);
}

/* A schema is equal to what is parsed from its text, once it is its own printed text. */
static void check_round(const struct sma_schema *schema)
{
    struct sma_schema *second = parse(schema->canonical, SMA_PARSE_LAX);
    struct sma_schema *third = second ? parse(second->canonical, SMA_PARSE_LAX) : NULL;
    if (!third || !sma_str_eq(second->canonical, third->canonical))
        abort();
    if (!sma_format_avro.equal(second, third) || !sma_format_avro.equal(third, second))
        abort();
    sma_schema_unref(second);
    sma_schema_unref(third);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    enum sma_parse_mode mode = data[0] & 1 ? SMA_PARSE_STRICT : SMA_PARSE_LAX;
    struct sma_schema *schema = parse(sma_str_make((const char *)data + 1, size - 1), mode);
    if (!schema)
        return 0;
    print_forms(schema);
    check_round(schema);
    struct sma_schema *normal = normalize(schema, mode);
    if (normal)
        check_round(normal);
    sma_schema_unref(normal);
    sma_schema_unref(schema);
    return 0;
}
