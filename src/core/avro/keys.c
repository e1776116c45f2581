/* The keys of records: what checks need of each field, laid out for a quick pass. */
#include "core/avro/read.h"

static uint64_t word(struct sma_str name, size_t from)
{
    uint64_t value = 0;
    size_t len = name.len - from < sizeof value ? name.len - from : sizeof value;
    if (len)
        memcpy(&value, name.ptr + from, len);
    return value;
}

static void add_kind(struct sma_avro_key *key, const struct sma_avro_node *type)
{
    if (!sma_avro_is_primitive(type)) {
        key->is_plain = false;
        return;
    }
    key->reads |= sma_avro_readable_kinds(type->kind);
    key->writes |= (uint16_t)(1 << type->kind);
}

/* Takes up to three arrays and maps off a type and notes them; a deeper one stays on, and is then
 * no plain type. */
static const struct sma_avro_node *unwrap(struct sma_avro_key *key,
                                          const struct sma_avro_node *type)
{
    enum { ARRAY = 1, MAP = 2, LEVELS = 3 };
    for (int i = 0; i < LEVELS && (type->kind == SMA_AVRO_ARRAY || type->kind == SMA_AVRO_MAP);
         i++) {
        key->nesting = (uint8_t)(key->nesting << 2 | (type->kind == SMA_AVRO_ARRAY ? ARRAY : MAP));
        type = type->items;
    }
    return type;
}

static void make_key(struct sma_avro_key *key, const struct sma_avro_field *field)
{
    const struct sma_avro_node *type = unwrap(key, field->type);
    struct sma_str name = field->name;
    key->head = word(name, 0);
    key->tail = word(name, name.len > sizeof key->tail ? name.len - sizeof key->tail : 0);
    key->length = (uint32_t)name.len;
    key->has_aliases = field->alias_count > 0;
    key->is_plain = true;
    if (type->kind != SMA_AVRO_UNION)
        add_kind(key, type);
    else
        for (uint32_t i = 0; i < type->variants.count; i++)
            add_kind(key, type->variants.members[i]);
}

static bool make_keys(struct sma_arena *arena, struct sma_avro_node *record)
{
    struct sma_avro_key *keys = sma_arena_calloc(arena, record->record.count, sizeof *keys);
    if (!keys)
        return false;
    for (uint32_t i = 0; i < record->record.count; i++)
        make_key(&keys[i], &record->record.fields[i]);
    record->record.keys = keys;
    return true;
}

enum sma_status sma_avro_make_keys(struct sma_avro_schema *schema, struct sma_error *err)
{
    for (uint32_t i = 0; i < schema->node_count; i++)
        /* The parser that made the nodes is still the only one to see them. */
        if (schema->nodes[i]->kind == SMA_AVRO_RECORD &&
            !make_keys(&schema->base.arena, (struct sma_avro_node *)schema->nodes[i]))
            return sma_fail_nomem(err);
    return SMA_OK;
}
