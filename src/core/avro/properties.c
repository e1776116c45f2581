/* Properties: the keys that mean nothing to the language, and the logical types some of them make.
 */
#include "core/avro/parser.h"

static bool is_reserved_on_schema(struct sma_str key, bool is_enum)
{
    static const struct sma_str keys[] = {
        SMA_STR_INIT("type"),    SMA_STR_INIT("name"),    SMA_STR_INIT("namespace"),
        SMA_STR_INIT("doc"),     SMA_STR_INIT("fields"),  SMA_STR_INIT("items"),
        SMA_STR_INIT("values"),  SMA_STR_INIT("symbols"), SMA_STR_INIT("size"),
        SMA_STR_INIT("aliases"),
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (sma_str_eq(key, keys[i]))
            return true;
    return is_enum && sma_str_eqz(key, "default");
}

static bool is_reserved_on_field(struct sma_str key)
{
    static const struct sma_str keys[] = {
        SMA_STR_INIT("name"), SMA_STR_INIT("type"),  SMA_STR_INIT("default"),
        SMA_STR_INIT("doc"),  SMA_STR_INIT("order"), SMA_STR_INIT("aliases"),
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (sma_str_eq(key, keys[i]))
            return true;
    return false;
}

static bool is_property(struct sma_str key, bool is_field, bool is_enum)
{
    return is_field ? !is_reserved_on_field(key) : !is_reserved_on_schema(key, is_enum);
}

bool sma_avro_keep_properties(struct sma_avro_parser *p, const struct sma_avro_property **out,
                              uint32_t *count, const struct sma_json *json, bool is_field,
                              bool is_enum)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < json->count; i++)
        n += is_property(json->members[i].name, is_field, is_enum);
    if (!n)
        return true;
    struct sma_avro_property *properties = sma_arena_calloc(p->arena, n, sizeof *properties);
    if (!properties)
        return false;
    n = 0;
    for (uint32_t i = 0; i < json->count; i++) {
        if (!is_property(json->members[i].name, is_field, is_enum))
            continue;
        properties[n].name = sma_avro_keep(p, json->members[i].name);
        properties[n].value = sma_avro_keep_json(p, &json->members[i].value);
        if (!properties[n++].value)
            return false;
    }
    *out = properties;
    *count = n;
    return true;
}

/* ---- logical types ---- */

static const struct sma_json *property(const struct sma_avro_node *node, const char *name)
{
    for (uint32_t i = 0; i < node->property_count; i++)
        if (sma_str_eqz(node->properties[i].name, name))
            return node->properties[i].value;
    return NULL;
}

/* Decimal digits that a fixed of that many bytes always holds: floor(log10(2^(8n-1))). */
static int64_t fixed_precision_max(uint32_t size)
{
    return size ? (int64_t)(0.301029995663981195214 * (8 * (double)size - 1)) : 0;
}

static bool fits_decimal(struct sma_avro_node *node)
{
    const struct sma_json *scale = property(node, "scale");
    int32_t digits, after_point = 0;
    if (node->kind != SMA_AVRO_BYTES && node->kind != SMA_AVRO_FIXED)
        return false;
    if (!sma_json_i32(property(node, "precision"), &digits) || digits <= 0)
        return false;
    if (node->kind == SMA_AVRO_FIXED && digits > fixed_precision_max(node->fixed.size))
        return false;
    if (scale && !sma_json_i32(scale, &after_point))
        return false;
    if (after_point < 0 || after_point > digits)
        return false;
    node->precision = digits;
    node->scale = after_point;
    return true;
}

static bool fits_uuid(const struct sma_avro_node *node)
{
    return node->kind == SMA_AVRO_STRING ||
           (node->kind == SMA_AVRO_FIXED && node->fixed.size == 16);
}

/* An array of records with two fields, key and value in that order. */
static bool fits_map(const struct sma_avro_node *node)
{
    return node->kind == SMA_AVRO_ARRAY && node->items->kind == SMA_AVRO_RECORD &&
           node->items->record.count == 2;
}

static bool is_bytes_field(const struct sma_avro_node *record, const char *name)
{
    const struct sma_avro_field *field = sma_avro_field_find(record, sma_str_z(name));
    return field && field->type->kind == SMA_AVRO_BYTES;
}

static bool fits_variant(const struct sma_avro_node *node)
{
    return node->kind == SMA_AVRO_RECORD && node->record.count == 2 &&
           is_bytes_field(node, "metadata") && is_bytes_field(node, "value");
}

static bool fits(struct sma_avro_node *node, enum sma_avro_logical logical)
{
    switch (logical) {
    case SMA_AVRO_DECIMAL:
        return fits_decimal(node);
    case SMA_AVRO_BIG_DECIMAL:
        return node->kind == SMA_AVRO_BYTES;
    case SMA_AVRO_UUID:
        return fits_uuid(node);
    case SMA_AVRO_DATE:
    case SMA_AVRO_TIME_MILLIS:
        return node->kind == SMA_AVRO_INT;
    case SMA_AVRO_DURATION:
        return node->kind == SMA_AVRO_FIXED && node->fixed.size == 12;
    case SMA_AVRO_LOGICAL_MAP:
        return fits_map(node);
    case SMA_AVRO_LOGICAL_VARIANT:
        return fits_variant(node);
    default:
        return node->kind == SMA_AVRO_LONG;
    }
}

void sma_avro_find_logical(struct sma_avro_node *node)
{
    static const struct {
        const char *name;
        enum sma_avro_logical logical;
    } known[] = {
        {"decimal", SMA_AVRO_DECIMAL},
        {"big-decimal", SMA_AVRO_BIG_DECIMAL},
        {"uuid", SMA_AVRO_UUID},
        {"date", SMA_AVRO_DATE},
        {"time-millis", SMA_AVRO_TIME_MILLIS},
        {"time-micros", SMA_AVRO_TIME_MICROS},
        {"timestamp-millis", SMA_AVRO_TIMESTAMP_MILLIS},
        {"timestamp-micros", SMA_AVRO_TIMESTAMP_MICROS},
        {"timestamp-nanos", SMA_AVRO_TIMESTAMP_NANOS},
        {"local-timestamp-millis", SMA_AVRO_LOCAL_TIMESTAMP_MILLIS},
        {"local-timestamp-micros", SMA_AVRO_LOCAL_TIMESTAMP_MICROS},
        {"local-timestamp-nanos", SMA_AVRO_LOCAL_TIMESTAMP_NANOS},
        {"duration", SMA_AVRO_DURATION},
        {"map", SMA_AVRO_LOGICAL_MAP},
        {"variant", SMA_AVRO_LOGICAL_VARIANT},
    };
    const struct sma_json *name = property(node, "logicalType");
    if (!sma_json_is(name, SMA_JSON_STRING))
        return;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (sma_str_eqz(name->text, known[i].name) && fits(node, known[i].logical))
            node->logical = known[i].logical;
}
