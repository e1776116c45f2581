/* The intermediate text of normalizing: full names everywhere, properties and aliases sorted,
 * defaults rebuilt. Reading it again and printing that gives the normalized schema. */
#include "core/avro/normal.h"

#include <stdlib.h>

#include "base/map.h"
#include "core/avro/read.h"
#include "core/avro/value.h"

struct normalizer {
    struct sma_buf *out;
    struct sma_map seen; /* full names that are written out already, or that references define */
    bool is_out_of_memory;
};

static void put_node(struct normalizer *n, const struct sma_avro_node *node);

/* ---- properties and aliases ---- */

static int compare_properties(const void *a, const void *b)
{
    const struct sma_avro_property *x = *(const struct sma_avro_property *const *)a;
    const struct sma_avro_property *y = *(const struct sma_avro_property *const *)b;
    return sma_str_cmp_utf16(x->name, y->name);
}

static void put_property(struct normalizer *n, const struct sma_avro_property *property)
{
    sma_buf_putc(n->out, ',');
    sma_json_put_string(n->out, property->name);
    sma_buf_putc(n->out, ':');
    n->is_out_of_memory |= !sma_avro_put_sorted_json(n->out, property->value);
}

/* Keys that a valid logical type puts in front of the others. */
static bool is_logical_key(const struct sma_avro_node *node, struct sma_str name)
{
    if (!node || !node->logical)
        return false;
    if (sma_str_eqz(name, "logicalType"))
        return true;
    return node->logical == SMA_AVRO_DECIMAL &&
           (sma_str_eqz(name, "precision") || (node->scale && sma_str_eqz(name, "scale")));
}

static void put_sorted(struct normalizer *n, const struct sma_avro_node *node,
                       const struct sma_avro_property *properties, uint32_t count)
{
    const struct sma_avro_property **sorted = malloc((count ? count : 1) * sizeof(*sorted));
    n->is_out_of_memory |= !sorted;
    if (!sorted)
        return;
    for (uint32_t i = 0; i < count; i++)
        sorted[i] = &properties[i];
    qsort((void *)sorted, count, sizeof(*sorted), compare_properties);
    for (uint32_t i = 0; i < count; i++)
        if (!is_logical_key(node, sorted[i]->name))
            put_property(n, sorted[i]);
    free((void *)sorted);
}

static void put_named_property(struct normalizer *n, const struct sma_avro_node *node,
                               const char *name)
{
    for (uint32_t i = 0; i < node->property_count; i++)
        if (sma_str_eqz(node->properties[i].name, name))
            put_property(n, &node->properties[i]);
}

static void put_logical(struct normalizer *n, const struct sma_avro_node *node)
{
    if (!node->logical)
        return;
    put_named_property(n, node, "logicalType");
    if (node->logical != SMA_AVRO_DECIMAL)
        return;
    put_named_property(n, node, "precision");
    if (node->scale)
        put_named_property(n, node, "scale");
}

static int compare_strings(const void *a, const void *b)
{
    return sma_str_cmp_utf16(*(const struct sma_str *)a, *(const struct sma_str *)b);
}

static void put_strings(struct normalizer *n, struct sma_str *strings, uint32_t count)
{
    qsort(strings, count, sizeof *strings, compare_strings);
    sma_buf_putz(n->out, ",\"aliases\":[");
    for (uint32_t i = 0; i < count; i++) {
        if (i)
            sma_buf_putc(n->out, ',');
        sma_json_put_string(n->out, strings[i]);
    }
    sma_buf_putc(n->out, ']');
}

/* An alias outside any namespace is written with a leading dot where the type is inside one. */
static struct sma_str alias_text(struct sma_arena *arena, const struct sma_avro_node *node,
                                 const struct sma_avro_name *alias)
{
    if (alias->space.len || !node->name.space.len)
        return alias->full;
    return sma_arena_printf(arena, ".%.*s", SMA_STR_ARG(alias->full));
}

static void put_aliases(struct normalizer *n, const struct sma_avro_node *node)
{
    struct sma_arena arena;
    if (!node->alias_count)
        return;
    sma_arena_init(&arena, 0);
    struct sma_str *texts = sma_arena_calloc(&arena, node->alias_count, sizeof *texts);
    bool is_fine = texts;
    for (uint32_t i = 0; is_fine && i < node->alias_count; i++) {
        texts[i] = alias_text(&arena, node, &node->aliases[i]);
        is_fine = texts[i].ptr;
    }
    if (is_fine)
        put_strings(n, texts, node->alias_count);
    n->is_out_of_memory |= !is_fine;
    sma_arena_fini(&arena);
}

static void put_field_aliases(struct normalizer *n, const struct sma_avro_field *field)
{
    if (!field->alias_count)
        return;
    struct sma_str *copy = malloc(field->alias_count * sizeof *copy);
    n->is_out_of_memory |= !copy;
    if (!copy)
        return;
    memcpy(copy, field->aliases, field->alias_count * sizeof *copy);
    put_strings(n, copy, field->alias_count);
    free(copy);
}

/* ---- constructs ---- */

static void put_member(struct normalizer *n, const char *key, struct sma_str value)
{
    sma_buf_putz(n->out, key);
    sma_json_put_string(n->out, value);
}

static void put_default(struct normalizer *n, const struct sma_avro_field *field)
{
    static const char key[] = ",\"default\":";
    size_t start = n->out->len;
    if (!field->default_value)
        return;
    sma_buf_putz(n->out, key);
    if (!sma_avro_put_default(n->out, field->type, field->default_value))
        sma_avro_cut(n->out, start);
}

static void put_field(struct normalizer *n, const struct sma_avro_field *field)
{
    put_member(n, "{\"name\":", field->name);
    sma_buf_putz(n->out, ",\"type\":");
    put_node(n, field->type);
    if (field->order != SMA_AVRO_ASCENDING)
        put_member(n, ",\"order\":",
                   field->order == SMA_AVRO_IGNORE ? SMA_STR("ignore") : SMA_STR("descending"));
    if (field->has_doc)
        put_member(n, ",\"doc\":", field->doc);
    put_field_aliases(n, field);
    put_default(n, field);
    put_sorted(n, NULL, field->properties, field->property_count);
    sma_buf_putc(n->out, '}');
}

static void put_fields(struct normalizer *n, const struct sma_avro_node *node)
{
    sma_buf_putz(n->out, ",\"fields\":[");
    for (uint32_t i = 0; i < node->record.count; i++) {
        if (i)
            sma_buf_putc(n->out, ',');
        put_field(n, &node->record.fields[i]);
    }
    sma_buf_putc(n->out, ']');
}

static void put_symbols(struct normalizer *n, const struct sma_avro_node *node)
{
    sma_buf_putz(n->out, ",\"symbols\":[");
    for (uint32_t i = 0; i < node->enumeration.count; i++) {
        if (i)
            sma_buf_putc(n->out, ',');
        sma_json_put_string(n->out, node->enumeration.symbols[i]);
    }
    sma_buf_putc(n->out, ']');
}

static void put_definition(struct normalizer *n, const struct sma_avro_node *node)
{
    put_member(n, "{\"name\":", node->name.full);
    put_member(n, ",\"type\":", sma_avro_kind_word(node->kind));
    if (node->kind == SMA_AVRO_RECORD) {
        put_fields(n, node);
    } else if (node->kind == SMA_AVRO_ENUM) {
        put_symbols(n, node);
    } else {
        sma_buf_putz(n->out, ",\"size\":");
        sma_buf_put_u64(n->out, node->fixed.size);
    }
    put_logical(n, node);
    if (node->has_doc && node->doc.len)
        put_member(n, ",\"doc\":", node->doc);
    put_aliases(n, node);
    if (node->kind == SMA_AVRO_ENUM && node->enumeration.default_position >= 0)
        put_member(n,
                   ",\"default\":", node->enumeration.symbols[node->enumeration.default_position]);
    put_sorted(n, node, node->properties, node->property_count);
    sma_buf_putc(n->out, '}');
}

static void put_named(struct normalizer *n, const struct sma_avro_node *node)
{
    int is_new = node->from_reference ? 0 : sma_map_add(&n->seen, node->name.full, (void *)node);
    if (is_new < 0)
        n->is_out_of_memory = true;
    else if (is_new)
        put_definition(n, node);
    else
        sma_json_put_string(n->out, node->name.full);
}

static void put_union(struct normalizer *n, const struct sma_avro_node *node)
{
    sma_buf_putc(n->out, '[');
    for (uint32_t i = 0; i < node->variants.count; i++) {
        if (i)
            sma_buf_putc(n->out, ',');
        put_node(n, node->variants.members[i]);
    }
    sma_buf_putc(n->out, ']');
}

static void put_unnamed(struct normalizer *n, const struct sma_avro_node *node)
{
    if (sma_avro_is_primitive(node) && !node->property_count) {
        sma_json_put_string(n->out, sma_avro_kind_word(node->kind));
        return;
    }
    put_member(n, "{\"type\":", sma_avro_kind_word(node->kind));
    if (!sma_avro_is_primitive(node)) {
        sma_buf_putz(n->out, node->kind == SMA_AVRO_ARRAY ? ",\"items\":" : ",\"values\":");
        put_node(n, node->items);
    }
    put_logical(n, node);
    put_sorted(n, node, node->properties, node->property_count);
    sma_buf_putc(n->out, '}');
}

/* As deep as the canonical text at most: the same definitions are written at the same places. */
static void put_node(struct normalizer *n, const struct sma_avro_node *node)
{
    if (n->is_out_of_memory || sma_buf_failed(n->out))
        return;
    if (sma_avro_is_named(node))
        put_named(n, node);
    else if (node->kind == SMA_AVRO_UNION)
        put_union(n, node);
    else
        put_unnamed(n, node);
}

/* ---- entry ---- */

static enum sma_status put_schema(struct sma_buf *out, const struct sma_avro_schema *schema,
                                  struct sma_error *err)
{
    struct normalizer n = {.out = out};
    sma_map_init(&n.seen);
    for (uint32_t i = 0; i < schema->known_count; i++)
        if (sma_map_add(&n.seen, schema->known_names[i], NULL) < 0)
            n.is_out_of_memory = true;
    put_node(&n, schema->root);
    sma_map_fini(&n.seen);
    return n.is_out_of_memory || sma_buf_failed(out) ? sma_fail_nomem(err) : SMA_OK;
}

static enum sma_status read_with_references(struct sma_schema **out, struct sma_str text,
                                            const struct sma_source *source,
                                            const struct sma_parse_options *options,
                                            struct sma_error *err)
{
    struct sma_source normal = *source;
    size_t count = source->reference_count;
    struct sma_reference *references = malloc((count ? count : 1) * sizeof *references);
    if (!references)
        return sma_fail_nomem(err);
    if (count)
        memcpy(references, source->references, count * sizeof *references);
    normal.text = text;
    normal.references = references;
    normal.reference_count = sma_references_normalize(references, count);
    enum sma_status st = sma_avro_read(out, &normal, options, err);
    free(references);
    return st;
}

enum sma_status sma_avro_normalize(struct sma_schema **out, const struct sma_schema *schema,
                                   const struct sma_source *source,
                                   const struct sma_parse_options *options, struct sma_error *err)
{
    struct sma_buf text;
    sma_buf_init(&text, SMA_RESOLVED_BYTES_MAX);
    enum sma_status st = put_schema(&text, sma_avro_schema_of(schema), err);
    if (!st)
        st = read_with_references(out, sma_buf_str(&text), source, options, err);
    sma_buf_fini(&text);
    return st;
}
