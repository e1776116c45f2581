#include "core/protobuf/ast.h"

static const struct {
    struct sma_str name;
    enum sma_proto_kind kind;
} scalars[] = {
    {SMA_STR_INIT("string"), SMA_PROTO_STRING},     {SMA_STR_INIT("int32"), SMA_PROTO_INT32},
    {SMA_STR_INIT("int64"), SMA_PROTO_INT64},       {SMA_STR_INIT("bool"), SMA_PROTO_BOOL},
    {SMA_STR_INIT("double"), SMA_PROTO_DOUBLE},     {SMA_STR_INIT("bytes"), SMA_PROTO_BYTES},
    {SMA_STR_INIT("float"), SMA_PROTO_FLOAT},       {SMA_STR_INIT("uint32"), SMA_PROTO_UINT32},
    {SMA_STR_INIT("uint64"), SMA_PROTO_UINT64},     {SMA_STR_INIT("sint32"), SMA_PROTO_SINT32},
    {SMA_STR_INIT("sint64"), SMA_PROTO_SINT64},     {SMA_STR_INIT("fixed32"), SMA_PROTO_FIXED32},
    {SMA_STR_INIT("fixed64"), SMA_PROTO_FIXED64},   {SMA_STR_INIT("sfixed32"), SMA_PROTO_SFIXED32},
    {SMA_STR_INIT("sfixed64"), SMA_PROTO_SFIXED64},
};

enum sma_proto_kind sma_proto_kind_of(struct sma_str name)
{
    for (size_t i = 0; i < sizeof scalars / sizeof scalars[0]; i++)
        if (sma_str_eq(scalars[i].name, name))
            return scalars[i].kind;
    return SMA_PROTO_NAMED;
}

struct sma_str sma_proto_kind_name(enum sma_proto_kind kind)
{
    for (size_t i = 0; i < sizeof scalars / sizeof scalars[0]; i++)
        if (scalars[i].kind == kind)
            return scalars[i].name;
    return SMA_STR("");
}

bool sma_proto_is_word(struct sma_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        bool is_alnum = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
        if (!is_alnum && c != '_' && c != '-' && c != '.')
            return false;
    }
    return s.len > 0;
}
