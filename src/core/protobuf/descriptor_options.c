/* Binary options to syntax trees, with the types of the built-in descriptor.proto. */
#include <math.h>
#include <stdio.h>

#include "base/utf8.h"
#include "core/protobuf/descriptor_read.h"
#include "core/protobuf/parse.h"

void sma_proto_read_options_init(struct sma_proto_descriptor_reader *r)
{
    r->unit.file = &r->no_file;
    r->unit.path = SMA_STR("");
    r->status = sma_proto_world_init(&r->world, r->arena, &r->unit, 1, r->err);
    if (r->status)
        return;
    sma_proto_library_init(&r->library, r->arena);
    sma_proto_session_init(&r->session, &r->world, r->arena, NULL, &r->library);
    sma_proto_pool_init(&r->pool, &r->session);
    r->has_pool = true;
}

void sma_proto_read_options_fini(struct sma_proto_descriptor_reader *r)
{
    if (!r->has_pool)
        return;
    sma_proto_pool_fini(&r->pool);
    sma_proto_session_fini(&r->session);
    sma_proto_library_fini(&r->library);
    sma_proto_world_fini(&r->world);
}

/* Which message, its confluent extension, and the order in which the original writes its options.
 */
static const struct {
    const char *message, *meta;
    const char *order[24];
} kinds[] = {
    [SMA_PROTO_OPTIONS_FILE] = {"google.protobuf.FileOptions",
                                "confluent.file_meta",
                                {"java_package",
                                 "java_outer_classname",
                                 "java_multiple_files",
                                 "java_generate_equals_and_hash",
                                 "java_string_check_utf8",
                                 "optimize_for",
                                 "go_package",
                                 "cc_generic_services",
                                 "java_generic_services",
                                 "py_generic_services",
                                 "deprecated",
                                 "cc_enable_arenas",
                                 "objc_class_prefix",
                                 "csharp_namespace",
                                 "swift_prefix",
                                 "php_class_prefix",
                                 "php_namespace",
                                 "php_metadata_namespace",
                                 "ruby_package",
                                 "features"}},
    [SMA_PROTO_OPTIONS_MESSAGE] = {"google.protobuf.MessageOptions",
                                   "confluent.message_meta",
                                   {"no_standard_descriptor_accessor", "deprecated", "map_entry",
                                    "features"}},
    [SMA_PROTO_OPTIONS_FIELD] = {"google.protobuf.FieldOptions",
                                 "confluent.field_meta",
                                 {"ctype", "packed", "jstype", "deprecated", "debug_redact",
                                  "retention", "targets", "edition_defaults", "features",
                                  "feature_support"}},
    [SMA_PROTO_OPTIONS_ONEOF] = {"google.protobuf.OneofOptions", NULL, {"features"}},
    [SMA_PROTO_OPTIONS_RANGE] = {"google.protobuf.ExtensionRangeOptions",
                                 NULL,
                                 {"declaration", "features", "verification"}},
    [SMA_PROTO_OPTIONS_ENUM] = {"google.protobuf.EnumOptions",
                                "confluent.enum_meta",
                                {"allow_alias", "deprecated", "features"}},
    [SMA_PROTO_OPTIONS_ENUM_VALUE] = {"google.protobuf.EnumValueOptions",
                                      "confluent.enum_value_meta",
                                      {"deprecated", "debug_redact", "features",
                                       "feature_support"}},
    [SMA_PROTO_OPTIONS_SERVICE] = {"google.protobuf.ServiceOptions",
                                   NULL,
                                   {"deprecated", "features"}},
    [SMA_PROTO_OPTIONS_METHOD] = {"google.protobuf.MethodOptions",
                                  NULL,
                                  {"deprecated", "idempotency_level", "features"}},
};

static struct sma_proto_value number_value(struct sma_proto_descriptor_reader *r, bool is_signed,
                                           uint64_t bits)
{
    struct sma_proto_value out = {.kind = SMA_PROTO_VALUE_NUMBER};
    out.text = is_signed ? sma_arena_printf(r->arena, "%lld", (long long)bits)
                         : sma_arena_printf(r->arena, "%llu", (unsigned long long)bits);
    if (!out.text.ptr)
        sma_proto_read_nomem(r);
    return out;
}

static struct sma_proto_value real_value(struct sma_proto_descriptor_reader *r, double value)
{
    struct sma_proto_value out = {.kind = SMA_PROTO_VALUE_NUMBER};
    if (isnan(value) || isinf(value)) {
        out.kind = value < 0 ? SMA_PROTO_VALUE_NUMBER : SMA_PROTO_VALUE_WORD;
        out.text = isnan(value) ? SMA_STR("nan") : value < 0 ? SMA_STR("-inf") : SMA_STR("inf");
        return out;
    }
    char text[40], *plus;
    snprintf(text, sizeof text, "%.17g", value);
    plus = strchr(text, '+'); /* no word has a plus */
    if (plus)
        memmove(plus, plus + 1, strlen(plus));
    out.text = sma_arena_copy(r->arena, sma_str_z(text));
    if (!out.text.ptr)
        sma_proto_read_nomem(r);
    return out;
}

static struct sma_proto_value float_value(struct sma_proto_descriptor_reader *r, uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return real_value(r, (double)value);
}

static struct sma_proto_value double_value(struct sma_proto_descriptor_reader *r, uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return real_value(r, value);
}

/* Text; bytes that are no UTF-8 become the characters of the same codes. */
static struct sma_proto_value text_value(struct sma_proto_descriptor_reader *r,
                                         struct sma_str bytes)
{
    struct sma_proto_value out = {.kind = SMA_PROTO_VALUE_STRING, .text = bytes, .bytes = bytes};
    if (sma_utf8_valid(bytes, NULL))
        return out;
    char *text = sma_arena_alloc(r->arena, bytes.len * 2);
    size_t n = 0;
    for (size_t i = 0; i < bytes.len && text; i++)
        n += sma_utf8_encode(text + n, (unsigned char)bytes.ptr[i]);
    if (!text)
        sma_proto_read_nomem(r);
    out.text = sma_str_make(text, text ? n : 0);
    return out;
}

static struct sma_proto_value enum_value(struct sma_proto_descriptor_reader *r,
                                         const struct sma_proto_field_type *field, uint64_t bits)
{
    const struct sma_proto_enum_value *constant =
        field->enumeration
            ? sma_proto_enum_value_of_number(field->enumeration, (int32_t)(uint32_t)bits)
            : NULL;
    if (!constant)
        return number_value(r, true, bits);
    return (struct sma_proto_value){.kind = SMA_PROTO_VALUE_WORD, .text = constant->name};
}

static struct sma_proto_value message_value(struct sma_proto_descriptor_reader *r,
                                            struct sma_proto_message_type *message,
                                            struct sma_str bytes);

/* One value: `bits` of a number, or the bytes of the record. */
static struct sma_proto_value value_of(struct sma_proto_descriptor_reader *r,
                                       const struct sma_proto_field_type *field, uint64_t bits,
                                       struct sma_str bytes)
{
    switch (field->kind) {
    case SMA_PROTO_MESSAGE:
    case SMA_PROTO_GROUP:
        return message_value(r, field->message, bytes);
    case SMA_PROTO_STRING:
    case SMA_PROTO_BYTES:
        return text_value(r, bytes);
    case SMA_PROTO_BOOL:
        return (struct sma_proto_value){.kind = SMA_PROTO_VALUE_BOOL,
                                        .text = bits ? SMA_STR("true") : SMA_STR("false")};
    case SMA_PROTO_ENUM:
        return enum_value(r, field, bits);
    case SMA_PROTO_FLOAT:
        return float_value(r, (uint32_t)bits);
    case SMA_PROTO_DOUBLE:
        return double_value(r, bits);
    case SMA_PROTO_UINT32:
    case SMA_PROTO_UINT64:
    case SMA_PROTO_FIXED32:
    case SMA_PROTO_FIXED64:
        return number_value(r, false, bits);
    case SMA_PROTO_SINT32:
    case SMA_PROTO_SINT64:
        return number_value(r, true, (uint64_t)sma_proto_unzigzag(bits));
    case SMA_PROTO_SFIXED32:
        return number_value(r, true, (uint64_t)(int64_t)(int32_t)(uint32_t)bits);
    default:
        return number_value(r, true, bits);
    }
}

static bool fits(const struct sma_proto_field_type *field, enum sma_proto_wire wire)
{
    return wire == sma_proto_wire_of(field->kind);
}

/* Adds the value, or the values of a packed record. What does not fit is skipped. */
static void push_values(struct sma_proto_descriptor_reader *r, struct sma_proto_read_list *list,
                        const struct sma_proto_field_type *field,
                        const struct sma_proto_record *record)
{
    struct sma_proto_value value;
    struct sma_str rest = record->bytes;
    uint64_t bits;
    if (fits(field, record->wire)) {
        value = value_of(r, field, record->value, record->bytes);
        sma_proto_read_push(r, list, &value, sizeof value);
        return;
    }
    if (record->wire != SMA_PROTO_WIRE_BYTES || !field->is_repeated ||
        !fits(field, SMA_PROTO_WIRE_VARINT))
        return;
    while (!r->status && sma_proto_take_varint(&rest, &bits)) {
        value = value_of(r, field, bits, rest);
        sma_proto_read_push(r, list, &value, sizeof value);
    }
}

/* All values of a field, singular ones merged by the last. */
static struct sma_proto_read_list values_of(struct sma_proto_descriptor_reader *r,
                                            const struct sma_proto_field_type *field,
                                            struct sma_str bytes)
{
    struct sma_proto_read_list list = {0};
    struct sma_proto_record record;
    while (sma_proto_read_next(r, &bytes, &record))
        if ((int64_t)record.number == field->number)
            push_values(r, &list, field, &record);
    if (!field->is_repeated && list.count > 1) {
        struct sma_proto_value *items = list.items;
        items[0] = items[list.count - 1];
        list.count = 1;
    }
    return list;
}

static struct sma_proto_value message_value(struct sma_proto_descriptor_reader *r,
                                            struct sma_proto_message_type *message,
                                            struct sma_str bytes)
{
    struct sma_proto_value out = {.kind = SMA_PROTO_VALUE_MAP};
    struct sma_proto_read_list entries = {0};
    if (r->depth >= SMA_PROTO_DEPTH_MAX && !r->status)
        r->status = sma_fail(r->err, SMA_ELIMIT, "options nested deeper than %d levels",
                             SMA_PROTO_DEPTH_MAX);
    if (r->status)
        return out;
    r->depth++;
    sma_proto_pool_link(&r->pool, message);
    for (size_t i = 0; i < message->field_count && !r->status && bytes.len; i++) {
        const struct sma_proto_field_type *field = &message->fields[i];
        struct sma_proto_read_list values = values_of(r, field, bytes);
        struct sma_proto_entry entry = {.key = field->is_extension ? field->full_name : field->name,
                                        .is_extension = field->is_extension};
        if (values.count == 0)
            continue;
        entry.value = *(struct sma_proto_value *)values.items;
        if (field->is_repeated) {
            entry.value = (struct sma_proto_value){.kind = SMA_PROTO_VALUE_LIST,
                                                   .count = (uint32_t)values.count};
            entry.value.items = values.items;
        }
        sma_proto_read_push(r, &entries, &entry, sizeof entry);
    }
    r->depth--;
    out.count = (uint32_t)entries.count;
    out.entries = entries.items;
    return out;
}

static void push_options(struct sma_proto_descriptor_reader *r, struct sma_proto_read_list *options,
                         const struct sma_proto_field_type *field, struct sma_str bytes)
{
    struct sma_proto_read_list values = values_of(r, field, bytes);
    for (size_t i = 0; i < values.count; i++) {
        struct sma_proto_option option = {.name =
                                              field->is_extension ? field->full_name : field->name,
                                          .is_parenthesized = field->is_extension,
                                          .value = ((struct sma_proto_value *)values.items)[i]};
        sma_proto_read_push(r, options, &option, sizeof option);
    }
}

static bool is_ordered(enum sma_proto_options_kind kind, struct sma_str name)
{
    for (const char *const *at = kinds[kind].order; *at; at++)
        if (sma_str_eqz(name, *at))
            return true;
    return false;
}

/* Those that the original lists in its order, the others behind them by number. */
static void read_plain(struct sma_proto_descriptor_reader *r, enum sma_proto_options_kind kind,
                       const struct sma_proto_message_type *message, struct sma_str bytes,
                       struct sma_proto_read_list *options)
{
    for (const char *const *at = kinds[kind].order; *at; at++) {
        const struct sma_proto_field_type *field = sma_proto_field_of_name(message, sma_str_z(*at));
        if (field)
            push_options(r, options, field, bytes);
    }
    for (size_t i = 0; i < message->field_count; i++) {
        const struct sma_proto_field_type *field = &message->fields[i];
        if (!field->is_extension && !is_ordered(kind, field->name) &&
            !sma_str_eqz(field->name, "uninterpreted_option"))
            push_options(r, options, field, bytes);
    }
}

struct sma_proto_options sma_proto_read_option_bytes(struct sma_proto_descriptor_reader *r,
                                                     enum sma_proto_options_kind kind,
                                                     struct sma_str bytes)
{
    struct sma_proto_read_list options = {0};
    if (r->status || bytes.len == 0)
        return (struct sma_proto_options){0};
    struct sma_proto_message_type *message =
        sma_proto_pool_message(&r->pool, sma_str_z(kinds[kind].message));
    const struct sma_proto_field_type *meta =
        message && kinds[kind].meta
            ? sma_proto_pool_extension(&r->pool, sma_str_z(kinds[kind].meta), SMA_STR(""))
            : NULL;
    if (!message) {
        sma_proto_read_nomem(r);
        return (struct sma_proto_options){0};
    }
    read_plain(r, kind, message, bytes, &options);
    if (meta)
        push_options(r, &options, meta, bytes);
    return (struct sma_proto_options){options.items, options.count};
}
