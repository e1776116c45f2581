/* The Avro format as the table of formats knows it. */
#include "core/avro/avro.h"
#include "core/avro/compat.h"
#include "core/avro/difference.h"
#include "core/avro/equal.h"
#include "core/avro/model.h"
#include "core/avro/normal.h"
#include "core/avro/print.h"
#include "core/avro/read.h"
#include "core/avro/tags.h"

static enum sma_status print(struct sma_buf *out, const struct sma_schema *schema,
                             enum sma_text_form form, struct sma_error *err)
{
    const struct sma_avro_print_options options = {.max_levels = SMA_AVRO_DEPTH_MAX};
    if (form == SMA_TEXT_RESOLVED)
        return sma_avro_put_schema(out, sma_avro_schema_of(schema)->root, &options, err);
    sma_buf_puts(out, schema->canonical);
    return sma_buf_failed(out) ? sma_fail_nomem(err) : SMA_OK;
}

/* Only a record has fields of its own; the original looks no further. */
static void each_field(const struct sma_schema *schema, bool (*fn)(void *ctx, struct sma_str name),
                       void *ctx)
{
    const struct sma_avro_node *root = sma_avro_schema_of(schema)->root;
    if (root->kind != SMA_AVRO_RECORD)
        return;
    for (uint32_t i = 0; i < root->record.count; i++)
        if (!fn(ctx, root->record.fields[i].name))
            return;
}

const struct sma_format sma_format_avro = {
    .name = "AVRO",
    .parse = sma_avro_read,
    .normalize = sma_avro_normalize,
    .print = print,
    .equal = sma_avro_equal,
    .compat = sma_avro_compat,
    .differences = sma_avro_add_differences,
    .each_field = each_field,
    .tagged = sma_avro_tagged,
    .edit_tags = sma_avro_edit_tags,
};
