/* The binary encoding of Protobuf: varints, tags, lengths. */
#ifndef SMA_CORE_PROTOBUF_WIRE_H
#define SMA_CORE_PROTOBUF_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"
#include "core/protobuf/ast.h"

enum sma_proto_wire {
    SMA_PROTO_WIRE_VARINT = 0,
    SMA_PROTO_WIRE_64 = 1,
    SMA_PROTO_WIRE_BYTES = 2,
    SMA_PROTO_WIRE_GROUP = 3,
    SMA_PROTO_WIRE_GROUP_END = 4,
    SMA_PROTO_WIRE_32 = 5
};

/* How one value of a resolved kind is encoded, packed lists aside. */
enum sma_proto_wire sma_proto_wire_of(enum sma_proto_kind kind);

void sma_proto_put_varint(struct sma_buf *out, uint64_t value);
void sma_proto_put_tag(struct sma_buf *out, uint32_t number, enum sma_proto_wire wire);
void sma_proto_put_fixed32(struct sma_buf *out, uint32_t value);
void sma_proto_put_fixed64(struct sma_buf *out, uint64_t value);
void sma_proto_put_varint_field(struct sma_buf *out, uint32_t number, uint64_t value);
void sma_proto_put_bytes_field(struct sma_buf *out, uint32_t number, struct sma_str bytes);

/* A length-delimited field whose content is appended between the two calls. */
size_t sma_proto_open(struct sma_buf *out, uint32_t number);
void sma_proto_close(struct sma_buf *out, size_t mark);

static inline uint64_t sma_proto_zigzag(int64_t value)
{
    return (uint64_t)value << 1 ^ (uint64_t)(value >> 63);
}

static inline int64_t sma_proto_unzigzag(uint64_t value)
{
    return (int64_t)(value >> 1 ^ -(value & 1));
}

/* One field as it stands on the wire. */
struct sma_proto_record {
    uint32_t number;
    enum sma_proto_wire wire;
    uint64_t value;       /* varint, 32 and 64 bits */
    struct sma_str bytes; /* length-delimited: the content; group: what stands between its tags */
    struct sma_str whole; /* tag included */
};

/* Takes the next record off `rest`, groups with all they hold. False at the end and for bytes that
 * are no record; *is_broken tells which. `depth` bounds groups within groups. */
bool sma_proto_next_record(struct sma_str *rest, struct sma_proto_record *out, unsigned depth,
                           bool *is_broken);
/* Takes a varint off `rest`. */
bool sma_proto_take_varint(struct sma_str *rest, uint64_t *out);

#endif
