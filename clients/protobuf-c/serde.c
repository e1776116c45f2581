/* protobuf-c's messages in and out. */
#include "clients/protobuf-c/protobuf_c.h"

const struct sma_client_adapter *sma_protobuf_c_api(schemata_error_t **err)
{
    const struct sma_client_adapter *api = schemata_private_adapter();
    if (api->layout == SMA_CLIENT_ADAPTER_LAYOUT)
        return api;
    api->fail(err, SCHEMATA_ERR_UNSUPPORTED,
              "libschemata-protobuf-c is of version %s, libschemata of %s: install both from one "
              "build",
              SMA_VERSION, api->version);
    return NULL;
}

/* ---- bindings -------------------------------------------------------------------------------------
 */

static const struct sma_client_binding *find_binding(schemata_serializer_t *s, const void *type)
{
    const struct sma_client_binding *b = atomic_load_explicit(&s->bindings, memory_order_acquire);
    while (b && b->type != type)
        b = b->next;
    return b;
}

static schemata_status_t add_binding(const struct sma_client_adapter *api, schemata_serializer_t *s,
                                     const ProtobufCMessageDescriptor *d,
                                     const schemata_schema_t *proto, schemata_error_t **err)
{
    struct sma_client_binding *b = api->alloc(sizeof *b);
    size_t size = strlen(d->name) + 1;
    if (b)
        b->message = api->alloc(size);
    if (!b || !b->message) {
        api->release(b);
        return api->no_memory(err);
    }
    memcpy(b->message, d->name, size);
    b->type = d;
    b->schema = schemata_schema_ref((schemata_schema_t *)proto); /* only counted */
    b->next = atomic_load(&s->bindings);
    while (!atomic_compare_exchange_weak(&s->bindings, &b->next, b))
        ;
    return SCHEMATA_OK;
}

schemata_status_t schemata_bind_pbc(schemata_serializer_t *s, const ProtobufCMessageDescriptor *d,
                                    const schemata_schema_t *proto, schemata_error_t **err)
{
    const struct sma_client_adapter *api = sma_protobuf_c_api(err);
    if (!api)
        return SCHEMATA_ERR_UNSUPPORTED;
    if (!s || !d || !proto || schemata_schema_type(proto) != SCHEMATA_PROTOBUF)
        return api->fail(err, SCHEMATA_ERR_ARG,
                         "schemata_bind_pbc: needs a serializer, a descriptor and a Protobuf schema");
    schemata_status_t st = sma_protobuf_c_compare(api, d, proto->body, err);
    return st ? st : add_binding(api, s, d, proto, err);
}

/* ---- out ------------------------------------------------------------------------------------------
 */

static schemata_status_t pack(const struct sma_client_adapter *api,
                              const struct sma_client_writing *w, const ProtobufCMessage *msg,
                              schemata_error_t **err)
{
    struct sma_buf *bytes = &w->lane->bytes;
    if (!protobuf_c_message_check(msg)) {
        api->fail(err, SCHEMATA_ERR_DATA, "the message lacks a required field or holds NULL");
        api->hint(err, "protobuf_c_message_check() found it: required fields, strings, submessages");
        return SCHEMATA_ERR_DATA;
    }
    size_t size = protobuf_c_message_get_packed_size(msg);
    if (!sma_buf_reserve(bytes, size))
        return api->no_memory(err);
    bytes->len = protobuf_c_message_pack(msg, (uint8_t *)bytes->ptr);
    return SCHEMATA_OK;
}

schemata_status_t schemata_serialize_pbc(schemata_serializer_t *s, const schemata_msg_t *m,
                                         const ProtobufCMessage *msg, schemata_buf_t *out,
                                         schemata_error_t **err)
{
    const struct sma_client_adapter *api = sma_protobuf_c_api(err);
    struct sma_client_writing w;
    if (!api)
        return SCHEMATA_ERR_UNSUPPORTED;
    if (!s || !m || !m->size || !out || (msg && !msg->descriptor))
        return api->fail(err, SCHEMATA_ERR_ARG,
                         "schemata_serialize_pbc: needs a serializer, a message with its size set, "
                         "what to write and a buffer");
    if (!msg) {
        out->len = 0; /* a tombstone: no schema, no registry */
        return SCHEMATA_OK;
    }
    const struct sma_client_binding *binding = find_binding(s, msg->descriptor);
    if (!binding) {
        api->fail(err, SCHEMATA_ERR_ARG, "message %s is not bound to a .proto",
                  msg->descriptor->name);
        api->hint(err, "call schemata_bind_pbc() once for each message type that is written");
        return SCHEMATA_ERR_ARG;
    }
    schemata_status_t st = api->write_begin(s, m, binding->schema, binding->message, &w, err);
    if (!st)
        st = pack(api, &w, msg, err);
    return api->write_end(s, &w, st, out, err);
}

/* ---- in -------------------------------------------------------------------------------------------
 */

static schemata_status_t unpack(const struct sma_client_adapter *api,
                                const struct sma_client_message *msg,
                                const ProtobufCMessageDescriptor *want, ProtobufCAllocator *alloc,
                                ProtobufCMessage **out, schemata_error_t **err)
{
    const struct sma_client_route *route = msg->route;
    if (route->writer->body->type != SCHEMATA_PROTOBUF) {
        api->fail(err, SCHEMATA_ERR_UNSUPPORTED, "the message's schema is no Protobuf schema");
        api->hint(err, "schemata_deserialize_json() takes every format");
        return SCHEMATA_ERR_UNSUPPORTED;
    }
    if (strcmp(route->reading.message, want->name) != 0) {
        api->fail(err, SCHEMATA_ERR_DATA, "the message is a %s, not a %s", route->reading.message,
                  want->name);
        api->hint(err, "schemata_deserialize_raw() tells what a message is before it is unpacked");
        return SCHEMATA_ERR_DATA;
    }
    if (!sma_protobuf_c_is_shallow(want, msg->data, SMA_PROTO_MESSAGE_DEPTH_MAX))
        return api->fail(err, SCHEMATA_ERR_DATA, "messages nested deeper than %d levels",
                         SMA_PROTO_MESSAGE_DEPTH_MAX);
    *out = protobuf_c_message_unpack(want, alloc, msg->data.len, (const uint8_t *)msg->data.ptr);
    return *out ? SCHEMATA_OK
                : api->fail(err, SCHEMATA_ERR_DATA, "protobuf-c cannot unpack the message");
}

schemata_status_t schemata_deserialize_pbc(schemata_deserializer_t *d, const schemata_msg_t *m,
                                           const void *p, size_t len,
                                           const ProtobufCMessageDescriptor *want,
                                           ProtobufCAllocator *alloc, ProtobufCMessage **out,
                                           schemata_decoded_t *info, schemata_error_t **err)
{
    const struct sma_client_adapter *api = sma_protobuf_c_api(err);
    struct sma_client_message msg;
    if (!api)
        return SCHEMATA_ERR_UNSUPPORTED;
    if (!d || !m || !m->size || !want || !out || (info && info->size < sizeof *info))
        return api->fail(err, SCHEMATA_ERR_ARG,
                         "schemata_deserialize_pbc: needs a deserializer, a message and an info "
                         "block with their sizes set, a descriptor and somewhere to put the result");
    *out = NULL;
    schemata_status_t st = api->read_begin(d, m, p, len, &msg, err);
    if (!st && msg.route && msg.data.len > d->form.max_bytes)
        st = api->fail(err, SCHEMATA_ERR_DATA, "a message of %zu bytes exceeds the limit of %u bytes",
                       msg.data.len, d->form.max_bytes);
    if (!st && msg.route)
        st = unpack(api, &msg, want, alloc, out, err);
    return api->read_end(&msg, st, info, err);
}
