/* Message framing of the registry's serializers (confluent-rest 16.1 to 16.3): the id prefix, the GUID
 * header form, and Protobuf message indexes. Pure functions on bytes; nothing is allocated. */
#ifndef SMA_CORE_WIRE_FRAME_H
#define SMA_CORE_WIRE_FRAME_H

#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

#define SMA_FRAME_ID_LEN 5    /* 0x00 and a 32-bit big-endian id */
#define SMA_FRAME_GUID_LEN 17 /* 0x01 and 16 bytes, most significant first */
#define SMA_MESSAGE_INDEXES_MAX 64
/* Longest encoding of a message index path: a count and as many zigzag varints. */
#define SMA_MESSAGE_INDEXES_BYTES_MAX (5 * (SMA_MESSAGE_INDEXES_MAX + 1))

enum sma_frame_kind {
    SMA_FRAME_BY_ID,
    SMA_FRAME_BY_GUID
};

struct sma_frame {
    enum sma_frame_kind kind;
    int32_t id;        /* for SMA_FRAME_BY_ID */
    uint8_t guid[16];  /* for SMA_FRAME_BY_GUID */
    struct sma_str rest; /* what follows: message indexes (Protobuf) and data; a view of the input */
};

void sma_frame_put_id(uint8_t out[SMA_FRAME_ID_LEN], int32_t id);
void sma_frame_put_guid(uint8_t out[SMA_FRAME_GUID_LEN], const uint8_t guid[16]);

/* Reads a payload prefix or a header value. SMA_EINVAL "Unknown magic byte!" and for a prefix that is
 * cut short. */
enum sma_status sma_frame_read(struct sma_frame *out, struct sma_str bytes,
                               struct sma_error *err) SMA_MUST_CHECK;

/* The path from a file to a message, index among messages at each level. */
struct sma_message_indexes {
    int32_t path[SMA_MESSAGE_INDEXES_MAX];
    size_t count; /* at least 1 after a read */
};

/* Bytes written; [0] is the single byte 0. `count` is between 1 and SMA_MESSAGE_INDEXES_MAX. */
size_t sma_message_indexes_put(uint8_t out[SMA_MESSAGE_INDEXES_BYTES_MAX],
                               const struct sma_message_indexes *indexes);
/* Reads the indexes at the start of `bytes`; *rest is what follows. Accepts `02 00` for [0] too.
 * SMA_EINVAL for a cut or negative value, SMA_ELIMIT for more than SMA_MESSAGE_INDEXES_MAX levels. */
enum sma_status sma_message_indexes_read(struct sma_message_indexes *out, struct sma_str *rest,
                                         struct sma_str bytes,
                                         struct sma_error *err) SMA_MUST_CHECK;

#endif
