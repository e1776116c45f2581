#include "core/schema/schema.h"

#include <stdlib.h>

/* Copies the reference list with its strings into the schema's arena. */
static bool copy_references(struct sma_schema *schema, const struct sma_source *source)
{
    struct sma_reference *copy =
        sma_arena_calloc(&schema->arena, source->reference_count, sizeof *copy);
    if (!copy)
        return false;
    for (size_t i = 0; i < source->reference_count; i++) {
        const struct sma_reference *from = &source->references[i];
        copy[i].name = sma_arena_copy(&schema->arena, from->name);
        copy[i].subject = sma_arena_copy(&schema->arena, from->subject);
        copy[i].version = from->version;
        if (!copy[i].name.ptr || !copy[i].subject.ptr)
            return false;
    }
    schema->references = copy;
    schema->reference_count = source->reference_count;
    return true;
}

struct sma_schema *sma_schema_new(const struct sma_format *format, size_t size,
                                  const struct sma_source *source)
{
    struct sma_schema *schema = calloc(1, size);
    if (!schema)
        return NULL;
    schema->format = format;
    atomic_init(&schema->ref_count, 1);
    sma_arena_init(&schema->arena, 0);
    schema->text = sma_arena_copy(&schema->arena, source->text);
    if (!schema->text.ptr || !copy_references(schema, source)) {
        sma_schema_unref(schema);
        return NULL;
    }
    return schema;
}

struct sma_schema *sma_schema_ref(const struct sma_schema *schema)
{
    struct sma_schema *counted = (struct sma_schema *)schema;
    if (counted)
        atomic_fetch_add_explicit(&counted->ref_count, 1, memory_order_relaxed);
    return counted;
}

void sma_schema_unref(struct sma_schema *schema)
{
    if (!schema || atomic_fetch_sub_explicit(&schema->ref_count, 1, memory_order_acq_rel) != 1)
        return;
    if (schema->format->fini)
        schema->format->fini(schema);
    sma_arena_fini(&schema->arena);
    free(schema);
}
