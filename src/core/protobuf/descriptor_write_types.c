/* Enums, ranges and services of descriptors. */
#include "core/protobuf/descriptor_write.h"

/* Ends are exclusive in messages and inclusive in enums. */
static void put_range(struct sma_proto_descriptor_writer *w, uint32_t number,
                      const struct sma_proto_range *range, bool is_enum,
                      struct sma_proto_options options)
{
    int64_t end = range->end;
    if (is_enum && !range->is_single && end == SMA_PROTO_NUMBER_MAX)
        end = INT32_MAX;
    size_t mark = sma_proto_open(w->out, number);
    sma_proto_put_varint_field(w->out, 1, (uint64_t)(int64_t)range->start);
    sma_proto_put_varint_field(w->out, 2, (uint64_t)(is_enum ? end : end + 1));
    sma_proto_write_options(w, 3, SMA_STR("google.protobuf.ExtensionRangeOptions"), options);
    sma_proto_close(w->out, mark);
}

void sma_proto_write_ranges(struct sma_proto_descriptor_writer *w, uint32_t number,
                            struct sma_proto_range_lists lists, bool is_enum)
{
    for (size_t i = 0; i < lists.count; i++)
        for (size_t j = 0; j < lists.items[i].count; j++)
            if (!lists.items[i].items[j].name.ptr)
                put_range(w, number, &lists.items[i].items[j], is_enum, lists.items[i].options);
}

void sma_proto_write_reserved_names(struct sma_proto_descriptor_writer *w, uint32_t number,
                                    struct sma_proto_range_lists lists)
{
    for (size_t i = 0; i < lists.count; i++)
        for (size_t j = 0; j < lists.items[i].count; j++)
            if (lists.items[i].items[j].name.ptr)
                sma_proto_put_bytes_field(w->out, number, lists.items[i].items[j].name);
}

void sma_proto_write_enum(struct sma_proto_descriptor_writer *w, uint32_t number,
                          const struct sma_proto_enum *one)
{
    size_t mark = sma_proto_open(w->out, number);
    sma_proto_put_bytes_field(w->out, 1, one->name);
    for (size_t i = 0; i < one->value_count; i++) {
        size_t value = sma_proto_open(w->out, 2);
        sma_proto_put_bytes_field(w->out, 1, one->values[i].name);
        sma_proto_put_varint_field(w->out, 2, (uint64_t)(int64_t)one->values[i].number);
        sma_proto_write_options(w, 3, SMA_STR("google.protobuf.EnumValueOptions"),
                                one->values[i].options);
        sma_proto_close(w->out, value);
    }
    sma_proto_write_options(w, 3, SMA_STR("google.protobuf.EnumOptions"), one->options);
    sma_proto_write_ranges(w, 4, one->reserved, true);
    sma_proto_write_reserved_names(w, 5, one->reserved);
    if (one->visibility)
        sma_proto_put_varint_field(w->out, 6, (uint64_t)one->visibility);
    sma_proto_close(w->out, mark);
}

static void put_rpc_type(struct sma_proto_descriptor_writer *w, uint32_t number,
                         struct sma_str name, struct sma_span span)
{
    struct sma_proto_named_type type = sma_proto_name_type(w, name, span);
    sma_proto_write_type_name(w, number, type.name, type.is_absolute);
}

static void put_rpc(struct sma_proto_descriptor_writer *w, const struct sma_proto_rpc *rpc)
{
    size_t mark = sma_proto_open(w->out, 2);
    sma_proto_put_bytes_field(w->out, 1, rpc->name);
    put_rpc_type(w, 2, rpc->request, rpc->span);
    put_rpc_type(w, 3, rpc->response, rpc->span);
    if (rpc->options.count == 0 && rpc->has_body &&
        w->form == SMA_PROTO_DESCRIPTOR_EXACT) /* protoc keeps the empty braces */
        sma_proto_put_bytes_field(w->out, 4, SMA_STR(""));
    sma_proto_write_options(w, 4, SMA_STR("google.protobuf.MethodOptions"), rpc->options);
    if (rpc->is_request_stream)
        sma_proto_put_varint_field(w->out, 5, 1);
    if (rpc->is_response_stream)
        sma_proto_put_varint_field(w->out, 6, 1);
    sma_proto_close(w->out, mark);
}

void sma_proto_write_service(struct sma_proto_descriptor_writer *w,
                             const struct sma_proto_service *service)
{
    size_t mark = sma_proto_open(w->out, 6);
    sma_proto_put_bytes_field(w->out, 1, service->name);
    for (size_t i = 0; i < service->rpc_count && !w->status; i++)
        put_rpc(w, &service->rpcs[i]);
    sma_proto_write_options(w, 3, SMA_STR("google.protobuf.ServiceOptions"), service->options);
    sma_proto_close(w->out, mark);
}
