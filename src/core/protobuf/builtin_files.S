/* The built-in .proto files as bytes of the binary; builtin.c finds them by these symbols. */
    .section .rodata

    .macro proto name, file
    .global sma_proto_builtin_\name
    .global sma_proto_builtin_\name\()_end
    .hidden sma_proto_builtin_\name
    .hidden sma_proto_builtin_\name\()_end
sma_proto_builtin_\name:
    .incbin "src/core/protobuf/builtin/\file"
sma_proto_builtin_\name\()_end:
    .byte 0
    .endm

    proto confluent_meta, confluent/meta.proto
    proto confluent_type_decimal, confluent/type/decimal.proto
    proto confluent_type_variant, confluent/type/variant.proto
    proto google_protobuf_any, google/protobuf/any.proto
    proto google_protobuf_api, google/protobuf/api.proto
    proto google_protobuf_descriptor, google/protobuf/descriptor.proto
    proto google_protobuf_duration, google/protobuf/duration.proto
    proto google_protobuf_empty, google/protobuf/empty.proto
    proto google_protobuf_field_mask, google/protobuf/field_mask.proto
    proto google_protobuf_source_context, google/protobuf/source_context.proto
    proto google_protobuf_struct, google/protobuf/struct.proto
    proto google_protobuf_timestamp, google/protobuf/timestamp.proto
    proto google_protobuf_type, google/protobuf/type.proto
    proto google_protobuf_wrappers, google/protobuf/wrappers.proto
    proto google_type_calendar_period, google/type/calendar_period.proto
    proto google_type_color, google/type/color.proto
    proto google_type_date, google/type/date.proto
    proto google_type_datetime, google/type/datetime.proto
    proto google_type_dayofweek, google/type/dayofweek.proto
    proto google_type_decimal, google/type/decimal.proto
    proto google_type_expr, google/type/expr.proto
    proto google_type_fraction, google/type/fraction.proto
    proto google_type_interval, google/type/interval.proto
    proto google_type_latlng, google/type/latlng.proto
    proto google_type_money, google/type/money.proto
    proto google_type_month, google/type/month.proto
    proto google_type_phone_number, google/type/phone_number.proto
    proto google_type_postal_address, google/type/postal_address.proto
    proto google_type_quaternion, google/type/quaternion.proto
    proto google_type_timeofday, google/type/timeofday.proto

    .section .note.GNU-stack, "", %progbits
