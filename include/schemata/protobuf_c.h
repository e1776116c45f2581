/* Protobuf messages as protobuf-c's generated structs. A library of its own, libschemata-protobuf-c
 * (pkg-config: schemata-protobuf-c), so that libschemata itself needs no protobuf-c.
 *
 * Threads: serializing and deserializing as for the other calls; bind before other threads use the
 * serializer, or from any of them. */
#ifndef SCHEMATA_PROTOBUF_C_H
#define SCHEMATA_PROTOBUF_C_H
#include <protobuf-c/protobuf-c.h>
#include <schemata/schemata.h>
#ifdef __cplusplus
extern "C" {
#endif
/* Generated descriptors do not carry their .proto, so tie them together once.
 *
 * proto     the schema whose own file has the message; the serializer keeps a reference.
 * Returns   SCHEMATA_ERR_DATA, naming the field, if the generated code and the .proto disagree on a
 *           field's number, name, type or label, also in the messages within: the code is stale. */
SCHEMATA_API schemata_status_t
schemata_bind_pbc(schemata_serializer_t *s, const ProtobufCMessageDescriptor *d,
                  const schemata_schema_t *proto, schemata_error_t **err);
/* Packs and frames a message whose descriptor was bound.
 *
 * msg       NULL for a tombstone: out->len becomes 0.
 * Returns   SCHEMATA_ERR_ARG for a message that was not bound, _DATA for one without a required field
 *           or that the chosen schema does not have; others as schemata_serialize_json. */
SCHEMATA_API schemata_status_t
schemata_serialize_pbc(schemata_serializer_t *s, const schemata_msg_t *m,
                       const ProtobufCMessage *msg, schemata_buf_t *out, schemata_error_t **err);
/* Unpacks. The generated code is the reader: fields that it does not know are kept as unknown ones.
 *
 * alloc     NULL: malloc. Free *out with protobuf_c_message_free_unpacked and the same allocator.
 * out       out, on success; NULL for a tombstone (p NULL).
 * Returns   SCHEMATA_ERR_DATA when the message is of another type than `want`, is damaged or nests
 *           deeper than 100 levels; others as schemata_deserialize_json. */
SCHEMATA_API schemata_status_t
schemata_deserialize_pbc(schemata_deserializer_t *d, const schemata_msg_t *m,
                         const void *p, size_t len, const ProtobufCMessageDescriptor *want,
                         ProtobufCAllocator *alloc, ProtobufCMessage **out,
                         schemata_decoded_t *info, schemata_error_t **err);
#ifdef __cplusplus
}
#endif
#endif
