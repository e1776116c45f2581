/* Generated code against the .proto it should come from. */
#include "clients/protobuf-c/protobuf_c.h"

#include <stdio.h>

#include "core/protobuf/dynamic_tree.h"

/* Message types compared in one go. */
#define TYPES_MAX 4096

struct comparison {
    const struct sma_client_adapter *api;
    const ProtobufCMessageDescriptor *seen[TYPES_MAX];
    size_t seen_count;
    schemata_error_t **err;
};

static schemata_status_t compare(struct comparison *c, const ProtobufCMessageDescriptor *generated,
                                 const struct sma_proto_message_type *type);

static enum sma_proto_kind kind_of(ProtobufCType type)
{
    static const enum sma_proto_kind kinds[] = {
        [PROTOBUF_C_TYPE_INT32] = SMA_PROTO_INT32,       [PROTOBUF_C_TYPE_SINT32] = SMA_PROTO_SINT32,
        [PROTOBUF_C_TYPE_SFIXED32] = SMA_PROTO_SFIXED32, [PROTOBUF_C_TYPE_INT64] = SMA_PROTO_INT64,
        [PROTOBUF_C_TYPE_SINT64] = SMA_PROTO_SINT64,     [PROTOBUF_C_TYPE_SFIXED64] = SMA_PROTO_SFIXED64,
        [PROTOBUF_C_TYPE_UINT32] = SMA_PROTO_UINT32,     [PROTOBUF_C_TYPE_FIXED32] = SMA_PROTO_FIXED32,
        [PROTOBUF_C_TYPE_UINT64] = SMA_PROTO_UINT64,     [PROTOBUF_C_TYPE_FIXED64] = SMA_PROTO_FIXED64,
        [PROTOBUF_C_TYPE_FLOAT] = SMA_PROTO_FLOAT,       [PROTOBUF_C_TYPE_DOUBLE] = SMA_PROTO_DOUBLE,
        [PROTOBUF_C_TYPE_BOOL] = SMA_PROTO_BOOL,         [PROTOBUF_C_TYPE_ENUM] = SMA_PROTO_ENUM,
        [PROTOBUF_C_TYPE_STRING] = SMA_PROTO_STRING,     [PROTOBUF_C_TYPE_BYTES] = SMA_PROTO_BYTES,
        [PROTOBUF_C_TYPE_MESSAGE] = SMA_PROTO_MESSAGE,
    };
    return (size_t)type < sizeof kinds / sizeof *kinds ? kinds[type] : SMA_PROTO_NAMED;
}

static schemata_status_t differ(struct comparison *c, const ProtobufCMessageDescriptor *generated,
                                const char *field, const char *what)
{
    c->api->fail(c->err, SCHEMATA_ERR_DATA, "field %s.%s: %s", generated->name, field, what);
    c->api->hint(c->err, "the generated code is not of this .proto: run protoc-c again");
    return SCHEMATA_ERR_DATA;
}

static schemata_status_t compare_enum(struct comparison *c,
                                      const ProtobufCMessageDescriptor *generated,
                                      const ProtobufCFieldDescriptor *field,
                                      const struct sma_proto_enum_type *type)
{
    const ProtobufCEnumDescriptor *own = field->descriptor;
    for (unsigned i = 0; own && type && i < own->n_values; i++)
        if (!sma_proto_enum_value_of_number(type, own->values[i].value))
            return differ(c, generated, field->name, "its enum has constants that the .proto lacks");
    return SCHEMATA_OK;
}

static schemata_status_t compare_field(struct comparison *c,
                                       const ProtobufCMessageDescriptor *generated,
                                       const ProtobufCFieldDescriptor *field,
                                       const struct sma_proto_message_type *type)
{
    const struct sma_proto_field_type *want = sma_proto_field_of_number(type, field->id);
    enum sma_proto_kind kind = kind_of(field->type);
    if (!want)
        return differ(c, generated, field->name, "the .proto has no field of that number");
    if (!sma_str_eqz(want->name, field->name))
        return differ(c, generated, field->name, "the .proto has another name for that number");
    if (want->kind != kind)
        return differ(c, generated, field->name, "the .proto has another type");
    if (want->is_repeated != (field->label == PROTOBUF_C_LABEL_REPEATED))
        return differ(c, generated, field->name, "repeated in only one of the two");
    if (want->is_required != (field->label == PROTOBUF_C_LABEL_REQUIRED))
        return differ(c, generated, field->name, "required in only one of the two");
    if (kind == SMA_PROTO_ENUM)
        return compare_enum(c, generated, field, want->enumeration);
    if (kind != SMA_PROTO_MESSAGE)
        return SCHEMATA_OK;
    const ProtobufCMessageDescriptor *inner = field->descriptor;
    if (!want->message->is_map_entry && !sma_str_eqz(want->message->full_name, inner->name))
        return differ(c, generated, field->name, "the .proto has another message type");
    return compare(c, inner, want->message);
}

static const ProtobufCFieldDescriptor *generated_field(const ProtobufCMessageDescriptor *generated,
                                                       int32_t number)
{
    for (unsigned i = 0; i < generated->n_fields; i++)
        if (generated->fields[i].id == (uint32_t)number)
            return &generated->fields[i];
    return NULL;
}

/* Recursion ends with the types seen; their number bounds its depth. */
static schemata_status_t compare(struct comparison *c, const ProtobufCMessageDescriptor *generated,
                                 const struct sma_proto_message_type *type)
{
    for (size_t i = 0; i < c->seen_count; i++)
        if (c->seen[i] == generated)
            return SCHEMATA_OK;
    if (c->seen_count == TYPES_MAX)
        return c->api->fail(c->err, SCHEMATA_ERR_DATA, "more than %d message types", TYPES_MAX);
    c->seen[c->seen_count++] = generated;
    schemata_status_t st = SCHEMATA_OK;
    for (unsigned i = 0; !st && i < generated->n_fields; i++)
        st = compare_field(c, generated, &generated->fields[i], type);
    for (size_t i = 0; !st && i < type->field_count; i++) {
        const struct sma_proto_field_type *field = &type->fields[i];
        char name[200];
        if (field->is_extension || generated_field(generated, field->number))
            continue;
        snprintf(name, sizeof name, "%.*s", SMA_STR_ARG(sma_str_head(field->name, 190)));
        st = differ(c, generated, name, "missing in the generated code");
    }
    return st;
}

schemata_status_t sma_protobuf_c_compare(const struct sma_client_adapter *api,
                                         const ProtobufCMessageDescriptor *generated,
                                         struct sma_client_body *body, schemata_error_t **err)
{
    struct sma_error problem = SMA_ERROR_INIT;
    struct sma_proto_codec *codec = NULL;
    schemata_status_t st = SCHEMATA_OK;
    struct comparison *c = api->alloc(sizeof *c);
    if (!c)
        return api->no_memory(err);
    c->api = api;
    c->err = err;
    if (sma_proto_codec_new(&codec, body->core, &problem))
        st = api->fail_core(err, SCHEMATA_ERR_PARSE, &problem);
    const struct sma_proto_message_type *type =
        st ? NULL : sma_proto_codec_find(codec, sma_str_z(generated->name));
    if (type) {
        st = compare(c, generated, type);
    } else if (!st) {
        st = api->fail(err, SCHEMATA_ERR_DATA, "the .proto has no message %s", generated->name);
        api->hint(err, "was the message renamed, or is it another .proto?");
    }
    sma_proto_codec_free(codec);
    api->release(c);
    return st;
}
