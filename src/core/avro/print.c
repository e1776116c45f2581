#include "core/avro/print.h"

#include "base/map.h"
#include "core/avro/node_state.h"
#include "core/avro/value.h"

struct printer {
    struct sma_buf *out;
    struct sma_map known; /* full names whose definition is not to be printed (again) */
    uint32_t levels_left;
    bool is_too_deep;
    bool is_out_of_memory;
};

static void put_node(struct printer *p, const struct sma_avro_node *node, struct sma_str space);

/* ---- pieces ---- */

static bool open(struct printer *p, char bracket)
{
    if (!p->levels_left) {
        p->is_too_deep = true;
        return false;
    }
    p->levels_left--;
    sma_buf_putc(p->out, bracket);
    return true;
}

static void close(struct printer *p, char bracket)
{
    p->levels_left++;
    sma_buf_putc(p->out, bracket);
}

/* `key` with its quotes and colon, and a comma before it when not the first. */
static void put_string_member(struct printer *p, const char *key, struct sma_str value)
{
    sma_buf_putz(p->out, key);
    sma_json_put_string(p->out, value);
}

static void put_value(struct printer *p, const struct sma_json *v)
{
    if (sma_avro_json_levels(v) > p->levels_left) {
        p->is_too_deep = true;
        return;
    }
    sma_avro_put_json(p->out, v);
}

static void put_properties(struct printer *p, const struct sma_avro_property *properties,
                           uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        sma_buf_putc(p->out, ',');
        sma_json_put_string(p->out, properties[i].name);
        sma_buf_putc(p->out, ':');
        put_value(p, properties[i].value);
    }
}

static void put_strings(struct printer *p, const char *key, const struct sma_str *strings,
                        uint32_t count)
{
    sma_buf_putz(p->out, key);
    if (!open(p, '['))
        return;
    for (uint32_t i = 0; i < count; i++) {
        if (i)
            sma_buf_putc(p->out, ',');
        sma_json_put_string(p->out, strings[i]);
    }
    close(p, ']');
}

static void put_aliases(struct printer *p, const struct sma_avro_node *node)
{
    if (!node->alias_count)
        return;
    sma_buf_putz(p->out, ",\"aliases\":");
    if (!open(p, '['))
        return;
    for (uint32_t i = 0; i < node->alias_count; i++) {
        if (i)
            sma_buf_putc(p->out, ',');
        sma_json_put_string(p->out, sma_avro_qualified(&node->aliases[i], node->name.space));
    }
    close(p, ']');
}

struct sma_str sma_avro_qualified(const struct sma_avro_name *name, struct sma_str space)
{
    enum sma_avro_kind kind;
    bool is_short =
        name->space.len && sma_str_eq(name->space, space) && !sma_avro_kind_find(name->name, &kind);
    return is_short ? name->name : name->full;
}

/* ---- constructs ---- */

static void put_primitive(struct printer *p, const struct sma_avro_node *node)
{
    struct sma_str word = sma_avro_kind_word(node->kind);
    if (!node->property_count) {
        sma_json_put_string(p->out, word);
        return;
    }
    if (!open(p, '{'))
        return;
    put_string_member(p, "\"type\":", word);
    put_properties(p, node->properties, node->property_count);
    close(p, '}');
}

static void put_collection(struct printer *p, const struct sma_avro_node *node,
                           struct sma_str space)
{
    bool is_array = node->kind == SMA_AVRO_ARRAY;
    if (!open(p, '{'))
        return;
    sma_buf_putz(p->out,
                 is_array ? "\"type\":\"array\",\"items\":" : "\"type\":\"map\",\"values\":");
    put_node(p, node->items, space);
    put_properties(p, node->properties, node->property_count);
    close(p, '}');
}

static void put_union(struct printer *p, const struct sma_avro_node *node, struct sma_str space)
{
    if (!open(p, '['))
        return;
    for (uint32_t i = 0; i < node->variants.count; i++) {
        if (i)
            sma_buf_putc(p->out, ',');
        put_node(p, node->variants.members[i], space);
    }
    close(p, ']');
}

/* type, name, namespace where it differs from the enclosing one, doc. */
static void put_head(struct printer *p, const struct sma_avro_node *node, struct sma_str space)
{
    struct sma_str word = node->is_error ? SMA_STR("error") : sma_avro_kind_word(node->kind);
    put_string_member(p, "\"type\":", word);
    put_string_member(p, ",\"name\":", node->name.name);
    if (!sma_str_eq(node->name.space, space))
        put_string_member(p, ",\"namespace\":", node->name.space);
    if (node->has_doc)
        put_string_member(p, ",\"doc\":", node->doc);
}

static void put_field(struct printer *p, const struct sma_avro_field *field, struct sma_str space)
{
    if (!open(p, '{'))
        return;
    put_string_member(p, "\"name\":", field->name);
    sma_buf_putz(p->out, ",\"type\":");
    put_node(p, field->type, space);
    if (field->has_doc)
        put_string_member(p, ",\"doc\":", field->doc);
    if (field->default_value) {
        sma_buf_putz(p->out, ",\"default\":");
        put_value(p, field->default_value);
    }
    if (field->order != SMA_AVRO_ASCENDING)
        put_string_member(p, ",\"order\":",
                          field->order == SMA_AVRO_IGNORE ? SMA_STR("ignore")
                                                          : SMA_STR("descending"));
    if (field->alias_count)
        put_strings(p, ",\"aliases\":", field->aliases, field->alias_count);
    put_properties(p, field->properties, field->property_count);
    close(p, '}');
}

static void put_record(struct printer *p, const struct sma_avro_node *node)
{
    sma_buf_putz(p->out, ",\"fields\":");
    if (!open(p, '['))
        return;
    for (uint32_t i = 0; i < node->record.count && !p->is_too_deep; i++) {
        if (i)
            sma_buf_putc(p->out, ',');
        put_field(p, &node->record.fields[i], node->name.space);
    }
    close(p, ']');
}

static void put_enum(struct printer *p, const struct sma_avro_node *node)
{
    int32_t position = node->enumeration.default_position;
    put_strings(p, ",\"symbols\":", node->enumeration.symbols, node->enumeration.count);
    if (position >= 0)
        put_string_member(p, ",\"default\":", node->enumeration.symbols[position]);
}

static void put_definition(struct printer *p, const struct sma_avro_node *node,
                           struct sma_str space)
{
    if (!open(p, '{'))
        return;
    put_head(p, node, space);
    if (node->kind == SMA_AVRO_RECORD) {
        put_record(p, node);
    } else if (node->kind == SMA_AVRO_ENUM) {
        put_enum(p, node);
    } else {
        sma_buf_putz(p->out, ",\"size\":");
        sma_buf_put_u64(p->out, node->fixed.size);
    }
    put_properties(p, node->properties, node->property_count);
    put_aliases(p, node);
    close(p, '}');
}

static void put_named(struct printer *p, const struct sma_avro_node *node, struct sma_str space)
{
    int is_new = 0;
    if (node->index != SMA_AVRO_UNRESOLVED)
        is_new = sma_map_add(&p->known, node->name.full, (void *)node);
    if (is_new < 0)
        p->is_out_of_memory = true;
    else if (is_new)
        put_definition(p, node, space);
    else
        sma_json_put_string(p->out, sma_avro_qualified(&node->name, space));
}

static void put_node(struct printer *p, const struct sma_avro_node *node, struct sma_str space)
{
    if (p->is_too_deep || p->is_out_of_memory || sma_buf_failed(p->out))
        return;
    if (sma_avro_is_named(node))
        put_named(p, node, space);
    else if (sma_avro_is_primitive(node))
        put_primitive(p, node);
    else if (node->kind == SMA_AVRO_UNION)
        put_union(p, node, space);
    else
        put_collection(p, node, space);
}

/* ---- entry ---- */

static bool add_known(struct printer *p, const struct sma_avro_print_options *options)
{
    for (uint32_t i = 0; i < options->known_count; i++)
        if (sma_map_add(&p->known, options->known_names[i], NULL) < 0)
            return false;
    return true;
}

enum sma_status sma_avro_put_schema(struct sma_buf *out, const struct sma_avro_node *root,
                                    const struct sma_avro_print_options *options,
                                    struct sma_error *err)
{
    struct printer p = {.out = out, .levels_left = options->max_levels};
    enum sma_status st = SMA_OK;
    sma_map_init(&p.known);
    if (!add_known(&p, options))
        p.is_out_of_memory = true;
    put_node(&p, root, sma_str_make(NULL, 0));
    if (p.is_too_deep)
        st = sma_fail(err, SMA_ELIMIT,
                      "the printed schema exceeds the limit of %u levels of nesting",
                      options->max_levels);
    else if (p.is_out_of_memory || sma_buf_failed(out))
        st = sma_fail_nomem(err);
    sma_map_fini(&p.known);
    return st;
}
