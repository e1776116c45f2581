#include "core/protobuf/features.h"

/* One setting: feature.x = Y. What means nothing changes nothing. */
static void set(struct sma_proto_features *f, struct sma_str name, struct sma_str value)
{
    if (sma_str_eqz(name, "field_presence")) {
        if (sma_str_eqz(value, "EXPLICIT"))
            f->presence = SMA_PROTO_EXPLICIT;
        else if (sma_str_eqz(value, "IMPLICIT"))
            f->presence = SMA_PROTO_IMPLICIT;
        else if (sma_str_eqz(value, "LEGACY_REQUIRED"))
            f->presence = SMA_PROTO_LEGACY_REQUIRED;
    } else if (sma_str_eqz(name, "enum_type")) {
        f->is_closed_enum = sma_str_eqz(value, "CLOSED");
    } else if (sma_str_eqz(name, "repeated_field_encoding")) {
        f->is_packed = sma_str_eqz(value, "PACKED");
    } else if (sma_str_eqz(name, "message_encoding")) {
        f->is_delimited = sma_str_eqz(value, "DELIMITED");
    } else if (sma_str_eqz(name, "utf8_validation")) {
        f->checks_utf8 = sma_str_eqz(value, "VERIFY");
    } else if (sma_str_eqz(name, "json_format")) {
        f->is_json_best_effort = sma_str_eqz(value, "LEGACY_BEST_EFFORT");
    }
}

struct sma_proto_features sma_proto_features_apply(struct sma_proto_features outer,
                                                   struct sma_proto_options options)
{
    struct sma_proto_features out = outer;
    for (size_t i = 0; i < options.count; i++) {
        const struct sma_proto_option *option = &options.items[i];
        const struct sma_proto_value *value = &option->value;
        if (option->is_parenthesized || option->part_count)
            continue;
        if (sma_str_starts(option->name, SMA_STR("features.")))
            set(&out, sma_str_from(option->name, sizeof "features." - 1), value->text);
        if (!sma_str_eqz(option->name, "features") || value->kind != SMA_PROTO_VALUE_MAP)
            continue;
        for (uint32_t j = 0; j < value->count; j++)
            if (!value->entries[j].is_extension)
                set(&out, value->entries[j].key, value->entries[j].value.text);
    }
    return out;
}

struct sma_proto_features sma_proto_features_of_file(const struct sma_proto_file *file)
{
    struct sma_proto_features out = {.presence = SMA_PROTO_EXPLICIT};
    if (file->syntax == SMA_PROTO_3)
        out = (struct sma_proto_features){
            .presence = SMA_PROTO_IMPLICIT, .is_packed = true, .checks_utf8 = true};
    else if (file->syntax == SMA_PROTO_EDITION)
        out = (struct sma_proto_features){
            .presence = SMA_PROTO_EXPLICIT, .is_packed = true, .checks_utf8 = true};
    else
        out.is_closed_enum = out.is_json_best_effort = true;
    return file->syntax == SMA_PROTO_EDITION ? sma_proto_features_apply(out, file->options) : out;
}
