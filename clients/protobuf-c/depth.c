/* How deep a message nests, before protobuf-c recurses into it. */
#include "clients/protobuf-c/protobuf_c.h"

static bool take_varint(struct sma_str *rest, uint64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < rest->len && i < 10; i++) {
        uint8_t byte = (uint8_t)rest->ptr[i];
        *out |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            *rest = sma_str_from(*rest, i + 1);
            return true;
        }
    }
    return false;
}

/* The content of the next record when it is length-delimited, empty otherwise. False at the end and
 * for what is no record. */
static bool take_record(struct sma_str *rest, uint64_t *number, struct sma_str *content)
{
    uint64_t tag, len;
    *content = sma_str_make(NULL, 0);
    if (!rest->len || !take_varint(rest, &tag))
        return false;
    *number = tag >> 3;
    switch (tag & 7) {
    case 0:
        return take_varint(rest, &len);
    case 1:
    case 5:
        len = (tag & 7) == 1 ? 8 : 4;
        if (rest->len < len)
            return false;
        *rest = sma_str_from(*rest, len);
        return true;
    case 2:
        if (!take_varint(rest, &len) || len > rest->len)
            return false;
        *content = sma_str_head(*rest, len);
        *rest = sma_str_from(*rest, len);
        return true;
    default:
        return false; /* protobuf-c knows no groups */
    }
}

bool sma_protobuf_c_is_shallow(const ProtobufCMessageDescriptor *type, struct sma_str bytes,
                               unsigned depth_left)
{
    struct sma_str content;
    uint64_t number;
    if (!depth_left)
        return false;
    while (take_record(&bytes, &number, &content)) {
        const ProtobufCFieldDescriptor *field =
            content.ptr && number <= UINT32_MAX
                ? protobuf_c_message_descriptor_get_field(type, (unsigned)number)
                : NULL;
        if (field && field->type == PROTOBUF_C_TYPE_MESSAGE &&
            !sma_protobuf_c_is_shallow(field->descriptor, content, depth_left - 1))
            return false;
    }
    return true;
}
