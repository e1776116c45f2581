/* Any bytes as a .proto text or base64 of a descriptor: parse, print, normalize, describe. What is
 * accepted must print to a text that is its own print, and normalize to a text that parses. */
#include <stdint.h>
#include <stdlib.h>

#include "core/protobuf/protobuf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static struct sma_schema *parse(struct sma_str text, bool validate, bool validate_fields)
{
    struct sma_schema *schema = NULL;
    struct sma_source source = {.text = text};
    struct sma_parse_options options = {SMA_PARSE_STRICT, validate, validate_fields};
    struct sma_error err = SMA_ERROR_INIT;
    return sma_format_protobuf.parse(&schema, &source, &options, &err) ? NULL : schema;
}

static void check_print(const struct sma_schema *schema)
{
    struct sma_schema *again = parse(schema->canonical, false, false);
    must(again && sma_str_eq(again->canonical, schema->canonical));
    sma_schema_unref(again);
}

static void check_forms(const struct sma_schema *schema)
{
    static const enum sma_text_form forms[] = {SMA_TEXT_IGNORE_EXTENSIONS, SMA_TEXT_SERIALIZED};
    for (size_t i = 0; i < 2; i++) {
        struct sma_buf out;
        sma_buf_init(&out, 0);
        if (sma_format_protobuf.print(&out, schema, forms[i], NULL) == SMA_OK && i == 0) {
            struct sma_schema *again = parse(sma_buf_str(&out), false, false);
            must(again != NULL);
            sma_schema_unref(again);
        }
        sma_buf_fini(&out);
    }
}

static void check_normal(const struct sma_schema *schema)
{
    struct sma_schema *normal = NULL;
    struct sma_source source = {.text = schema->text};
    struct sma_parse_options options = {.validate = true};
    struct sma_error err = SMA_ERROR_INIT;
    enum sma_status st = sma_format_protobuf.normalize(&normal, schema, &source, &options, &err);
    must(st == SMA_OK || st == SMA_ELIMIT || st == SMA_EINVAL);
    if (st)
        return;
    struct sma_schema *again = parse(normal->canonical, true, false);
    must(again != NULL);
    sma_schema_unref(again);
    sma_schema_unref(normal);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sma_str text = {(const char *)data, size}, name;
    struct sma_buf set;
    struct sma_schema *schema = parse(text, false, false);
    sma_schema_unref(parse(text, true, true));
    if (!schema)
        return 0;
    check_print(schema);
    check_forms(schema);
    check_normal(schema);
    (void)!sma_proto_default_name(&name, schema, NULL);
    sma_buf_init(&set, 0);
    (void)!sma_proto_put_descriptor_set(&set, schema, SMA_STR("f"), NULL);
    sma_buf_fini(&set);
    sma_schema_unref(schema);
    return 0;
}
