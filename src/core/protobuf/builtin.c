#include "core/protobuf/builtin.h"

#define FILES(X)                                                                                   \
    X(confluent_meta, "confluent/meta.proto")                                                      \
    X(confluent_type_decimal, "confluent/type/decimal.proto")                                      \
    X(confluent_type_variant, "confluent/type/variant.proto")                                      \
    X(google_protobuf_any, "google/protobuf/any.proto")                                            \
    X(google_protobuf_api, "google/protobuf/api.proto")                                            \
    X(google_protobuf_descriptor, "google/protobuf/descriptor.proto")                              \
    X(google_protobuf_duration, "google/protobuf/duration.proto")                                  \
    X(google_protobuf_empty, "google/protobuf/empty.proto")                                        \
    X(google_protobuf_field_mask, "google/protobuf/field_mask.proto")                              \
    X(google_protobuf_source_context, "google/protobuf/source_context.proto")                      \
    X(google_protobuf_struct, "google/protobuf/struct.proto")                                      \
    X(google_protobuf_timestamp, "google/protobuf/timestamp.proto")                                \
    X(google_protobuf_type, "google/protobuf/type.proto")                                          \
    X(google_protobuf_wrappers, "google/protobuf/wrappers.proto")                                  \
    X(google_type_calendar_period, "google/type/calendar_period.proto")                            \
    X(google_type_color, "google/type/color.proto")                                                \
    X(google_type_date, "google/type/date.proto")                                                  \
    X(google_type_datetime, "google/type/datetime.proto")                                          \
    X(google_type_dayofweek, "google/type/dayofweek.proto")                                        \
    X(google_type_decimal, "google/type/decimal.proto")                                            \
    X(google_type_expr, "google/type/expr.proto")                                                  \
    X(google_type_fraction, "google/type/fraction.proto")                                          \
    X(google_type_interval, "google/type/interval.proto")                                          \
    X(google_type_latlng, "google/type/latlng.proto")                                              \
    X(google_type_money, "google/type/money.proto")                                                \
    X(google_type_month, "google/type/month.proto")                                                \
    X(google_type_phone_number, "google/type/phone_number.proto")                                  \
    X(google_type_postal_address, "google/type/postal_address.proto")                              \
    X(google_type_quaternion, "google/type/quaternion.proto")                                      \
    X(google_type_timeofday, "google/type/timeofday.proto")

/* Defined in builtin_files.S. */
#define DECLARE(name, file)                                                                        \
    extern const char sma_proto_builtin_##name[], sma_proto_builtin_##name##_end[];
FILES(DECLARE)

static const struct {
    struct sma_str path;
    const char *start, *end;
} files[SMA_PROTO_BUILTIN_COUNT] = {
#define LIST(name, file)                                                                           \
    {SMA_STR_INIT(file), sma_proto_builtin_##name, sma_proto_builtin_##name##_end},
    FILES(LIST)};

enum {
#define INDEX(name, file) FILE_##name,
    FILES(INDEX)
};

#define MESSAGE(file, name)                                                                        \
    {                                                                                              \
        .full_name = SMA_STR_INIT(name), .builtin = FILE_##file                                    \
    }
#define ENUM(file, name)                                                                           \
    {                                                                                              \
        .full_name = SMA_STR_INIT(name), .builtin = FILE_##file, .is_enum = true                   \
    }

/* Sorted by name. A unit test compares it with what the files say. */
static const struct sma_proto_type types[] = {
    MESSAGE(confluent_meta, "confluent.Meta"),
    MESSAGE(confluent_meta, "confluent.Rule"),
    MESSAGE(confluent_type_decimal, "confluent.type.Decimal"),
    MESSAGE(confluent_type_variant, "confluent.type.Variant"),
    MESSAGE(google_protobuf_any, "google.protobuf.Any"),
    MESSAGE(google_protobuf_api, "google.protobuf.Api"),
    MESSAGE(google_protobuf_wrappers, "google.protobuf.BoolValue"),
    MESSAGE(google_protobuf_wrappers, "google.protobuf.BytesValue"),
    MESSAGE(google_protobuf_descriptor, "google.protobuf.DescriptorProto"),
    MESSAGE(google_protobuf_descriptor, "google.protobuf.DescriptorProto.ExtensionRange"),
    MESSAGE(google_protobuf_descriptor, "google.protobuf.DescriptorProto.ReservedRange"),
    MESSAGE(google_protobuf_wrappers, "google.protobuf.DoubleValue"),
    MESSAGE(google_protobuf_duration, "google.protobuf.Duration"),
    ENUM(google_protobuf_descriptor, "google.protobuf.Edition"),
    MESSAGE(google_protobuf_empty, "google.protobuf.Empty"),
    MESSAGE(google_protobuf_type, "google.protobuf.Enum"),
    MESSAGE(google_protobuf_descriptor, "google.protobuf.EnumDescriptorProto"),
    MESSAGE(google_protobuf_descriptor, "google.protobuf.EnumDescriptorProto.EnumReservedRange"),
    MESSAGE(google_protobuf_descriptor, "google.protobuf.EnumOptions"),
    MESSAGE(google_protobuf_type, "google.protobuf.EnumValue"),
    MESSAGE(google_protobuf_descriptor, "google.protobuf.EnumValueDescriptorProto"),
    MESSAGE(google_protobuf_descriptor, "google.protobuf.EnumValueOptions"),
    MESSAGE(google_protobuf_descriptor, "google.protobuf.ExtensionRangeOptions"),
    MESSAGE(google_protobuf_descriptor, "google.protobuf.ExtensionRangeOptions.Declaration"),
    ENUM(google_protobuf_descriptor, "google.protobuf.ExtensionRangeOptions.VerificationState"),
    MESSAGE(google_protobuf_descriptor, "google.protobuf.FeatureSet"),
    ENUM(google_protobuf_descriptor, "google.protobuf.FeatureSet.EnforceNamingStyle"),
    ENUM(google_protobuf_descriptor, "google.protobuf.FeatureSet.EnumType"),
    ENUM(google_protobuf_descriptor, "google.protobuf.FeatureSet.FieldPresence"),
    ENUM(google_protobuf_descriptor, "google.protobuf.FeatureSet.JsonFormat"),
    ENUM(google_protobuf_descriptor, "google.protobuf.FeatureSet.MessageEncoding"),
    ENUM(google_protobuf_descriptor, "google.protobuf.FeatureSet.RepeatedFieldEncoding"),
    ENUM(google_protobuf_descriptor, "google.protobuf.FeatureSet.Utf8Validation"),
    MESSAGE(google_protobuf_descriptor, "google.protobuf.FeatureSet.VisibilityFeature"),
    ENUM(google_protobuf_descriptor,
         "google.protobuf.FeatureSet.VisibilityFeature.DefaultSymbolVisibility"),
    MESSAGE(google_protobuf_descriptor, "google.protobuf.FeatureSetDefaults"),
    MESSAGE(google_protobuf_descriptor,
            "google.protobuf.FeatureSetDefaults.FeatureSetEditionDefault"),
    MESSAGE(google_protobuf_type, "google.protobuf.Field"),
    ENUM(google_protobuf_type, "google.protobuf.Field.Cardinality"),
    ENUM(google_protobuf_type, "google.protobuf.Field.Kind"),
    MESSAGE(google_protobuf_descriptor, "google.protobuf.FieldDescriptorProto"),
    ENUM(google_protobuf_descriptor, "google.protobuf.FieldDescriptorProto.Label"),
    ENUM(google_protobuf_descriptor, "google.protobuf.FieldDescriptorProto.Type"),
    MESSAGE(google_protobuf_field_mask, "google.protobuf.FieldMask"),
    MESSAGE(google_protobuf_descriptor, "google.protobuf.FieldOptions"),
    ENUM(google_protobuf_descriptor, "google.protobuf.FieldOptions.CType"),
    MESSAGE(google_protobuf_descriptor, "google.protobuf.FieldOptions.EditionDefault"),
    MESSAGE(google_protobuf_descriptor, "google.protobuf.FieldOptions.FeatureSupport"),
    ENUM(google_protobuf_descriptor, "google.protobuf.FieldOptions.JSType"),
    ENUM(google_protobuf_descriptor, "google.protobuf.FieldOptions.OptionRetention"),
    ENUM(google_protobuf_descriptor, "google.protobuf.FieldOptions.OptionTargetType"),
    MESSAGE(google_protobuf_descriptor, "google.protobuf.FileDescriptorProto"),
    MESSAGE(google_protobuf_descriptor, "google.protobuf.FileDescriptorSet"),
    MESSAGE(google_protobuf_descriptor, "google.protobuf.FileOptions"),
    ENUM(google_protobuf_descriptor, "google.protobuf.FileOptions.OptimizeMode"),
    MESSAGE(google_protobuf_wrappers, "google.protobuf.FloatValue"),
    MESSAGE(google_protobuf_descriptor, "google.protobuf.GeneratedCodeInfo"),
    MESSAGE(google_protobuf_descriptor, "google.protobuf.GeneratedCodeInfo.Annotation"),
    ENUM(google_protobuf_descriptor, "google.protobuf.GeneratedCodeInfo.Annotation.Semantic"),
    MESSAGE(google_protobuf_wrappers, "google.protobuf.Int32Value"),
    MESSAGE(google_protobuf_wrappers, "google.protobuf.Int64Value"),
    MESSAGE(google_protobuf_struct, "google.protobuf.ListValue"),
    MESSAGE(google_protobuf_descriptor, "google.protobuf.MessageOptions"),
    MESSAGE(google_protobuf_api, "google.protobuf.Method"),
    MESSAGE(google_protobuf_descriptor, "google.protobuf.MethodDescriptorProto"),
    MESSAGE(google_protobuf_descriptor, "google.protobuf.MethodOptions"),
    ENUM(google_protobuf_descriptor, "google.protobuf.MethodOptions.IdempotencyLevel"),
    MESSAGE(google_protobuf_api, "google.protobuf.Mixin"),
    ENUM(google_protobuf_struct, "google.protobuf.NullValue"),
    MESSAGE(google_protobuf_descriptor, "google.protobuf.OneofDescriptorProto"),
    MESSAGE(google_protobuf_descriptor, "google.protobuf.OneofOptions"),
    MESSAGE(google_protobuf_type, "google.protobuf.Option"),
    MESSAGE(google_protobuf_descriptor, "google.protobuf.ServiceDescriptorProto"),
    MESSAGE(google_protobuf_descriptor, "google.protobuf.ServiceOptions"),
    MESSAGE(google_protobuf_descriptor, "google.protobuf.SourceCodeInfo"),
    MESSAGE(google_protobuf_descriptor, "google.protobuf.SourceCodeInfo.Location"),
    MESSAGE(google_protobuf_source_context, "google.protobuf.SourceContext"),
    MESSAGE(google_protobuf_wrappers, "google.protobuf.StringValue"),
    MESSAGE(google_protobuf_struct, "google.protobuf.Struct"),
    ENUM(google_protobuf_descriptor, "google.protobuf.SymbolVisibility"),
    ENUM(google_protobuf_type, "google.protobuf.Syntax"),
    MESSAGE(google_protobuf_timestamp, "google.protobuf.Timestamp"),
    MESSAGE(google_protobuf_type, "google.protobuf.Type"),
    MESSAGE(google_protobuf_wrappers, "google.protobuf.UInt32Value"),
    MESSAGE(google_protobuf_wrappers, "google.protobuf.UInt64Value"),
    MESSAGE(google_protobuf_descriptor, "google.protobuf.UninterpretedOption"),
    MESSAGE(google_protobuf_descriptor, "google.protobuf.UninterpretedOption.NamePart"),
    MESSAGE(google_protobuf_struct, "google.protobuf.Value"),
    ENUM(google_type_calendar_period, "google.type.CalendarPeriod"),
    MESSAGE(google_type_color, "google.type.Color"),
    MESSAGE(google_type_date, "google.type.Date"),
    MESSAGE(google_type_datetime, "google.type.DateTime"),
    ENUM(google_type_dayofweek, "google.type.DayOfWeek"),
    MESSAGE(google_type_decimal, "google.type.Decimal"),
    MESSAGE(google_type_expr, "google.type.Expr"),
    MESSAGE(google_type_fraction, "google.type.Fraction"),
    MESSAGE(google_type_interval, "google.type.Interval"),
    MESSAGE(google_type_latlng, "google.type.LatLng"),
    MESSAGE(google_type_money, "google.type.Money"),
    ENUM(google_type_month, "google.type.Month"),
    MESSAGE(google_type_phone_number, "google.type.PhoneNumber"),
    MESSAGE(google_type_phone_number, "google.type.PhoneNumber.ShortCode"),
    MESSAGE(google_type_postal_address, "google.type.PostalAddress"),
    MESSAGE(google_type_quaternion, "google.type.Quaternion"),
    MESSAGE(google_type_timeofday, "google.type.TimeOfDay"),
    MESSAGE(google_type_datetime, "google.type.TimeZone"),
};

#define TYPE_COUNT (sizeof types / sizeof types[0])

int sma_proto_builtin_find(struct sma_str path)
{
    for (int i = 0; i < SMA_PROTO_BUILTIN_COUNT; i++)
        if (sma_str_eq(files[i].path, path))
            return i;
    return -1;
}

struct sma_proto_builtin sma_proto_builtin_at(size_t i)
{
    return (struct sma_proto_builtin){
        files[i].path, sma_str_make(files[i].start, (size_t)(files[i].end - files[i].start))};
}

const struct sma_proto_type *sma_proto_builtin_type(struct sma_str full_name)
{
    size_t low = 0, high = TYPE_COUNT;
    if (!sma_str_starts(full_name, SMA_STR("google.")) &&
        !sma_str_starts(full_name, SMA_STR("confluent.")))
        return NULL;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = sma_str_cmp(full_name, types[mid].full_name);
        if (order == 0)
            return &types[mid];
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return NULL;
}

const struct sma_proto_type *sma_proto_builtin_type_at(size_t i)
{
    return i < TYPE_COUNT ? &types[i] : NULL;
}

int sma_proto_builtin_extension(struct sma_str full_name)
{
    static const char *const names[] = {
        "confluent.file_meta", "confluent.message_meta",    "confluent.field_meta",
        "confluent.enum_meta", "confluent.enum_value_meta",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (sma_str_eqz(full_name, names[i]))
            return FILE_confluent_meta;
    return -1;
}
