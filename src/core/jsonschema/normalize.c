/* The normalized schema: all members sorted by name, references sorted and without repetitions.
 * Nothing is inlined or filled in, lists keep their order. Source: compat-json section 4. */
#include <stdlib.h>

#include "core/jsonschema/canonical.h"
#include "core/jsonschema/jsonschema.h"

/* A copy of the list in normal order; *count is updated. NULL when out of memory. */
static struct sma_reference *sorted_references(const struct sma_schema *schema, size_t *count)
{
    struct sma_reference *copy = calloc(schema->reference_count + 1, sizeof *copy);
    if (!copy)
        return NULL;
    if (schema->reference_count)
        memcpy(copy, schema->references, schema->reference_count * sizeof *copy);
    *count = sma_references_normalize(copy, schema->reference_count);
    return copy;
}

enum sma_status sma_jsonschema_normalize(struct sma_schema **out, const struct sma_schema *schema,
                                         const struct sma_source *source,
                                         const struct sma_parse_options *options,
                                         struct sma_error *err)
{
    struct sma_buf text;
    struct sma_source sorted = *source;
    sma_buf_init(&text, 0);
    struct sma_reference *references = sorted_references(schema, &sorted.reference_count);
    enum sma_status st = references ? SMA_OK : sma_fail_nomem(err);
    if (!st)
        st =
            sma_js_put_canonical(&text, sma_jsonschema_of(schema)->root, SMA_JS_ORDER_BY_NAME, err);
    sorted.text = sma_buf_str(&text);
    sorted.references = references;
    if (!st)
        st = schema->format->parse(out, &sorted, options, err);
    free(references);
    sma_buf_fini(&text);
    return st;
}
