/* The wire format as pure functions, and the version of the library. */
#include <arpa/inet.h>
#include <string.h>

#include "clients/c/schema.h"
#include "core/wire/frame.h"

uint32_t schemata_version(void)
{
    return SCHEMATA_VERSION_HEX;
}

const char *schemata_version_str(void)
{
    return SMA_VERSION;
}

const char *schemata_features(void)
{
    return "avro protobuf json http tls oauth mock rules.encrypt";
}

/* How many bytes the prefix takes: 0x00 and an id, or 0x01 and a GUID; 0 when it is neither. */
static inline size_t prefix_len(const uint8_t *b, size_t len)
{
    if (len >= SMA_FRAME_ID_LEN && b[0] == 0)
        return SMA_FRAME_ID_LEN;
    return len >= SMA_FRAME_GUID_LEN && b[0] == 1 ? SMA_FRAME_GUID_LEN : 0;
}

static bool read_indexes(struct sma_message_indexes *indexes, struct sma_str *rest)
{
    return sma_message_indexes_read(indexes, rest, *rest, NULL) == SMA_OK &&
           indexes->count <= SCHEMATA_MAX_INDEXES;
}

static schemata_status_t read_with_indexes(const uint8_t *b, size_t len, size_t prefix,
                                           schemata_wire_t *out)
{
    struct sma_message_indexes indexes;
    struct sma_str rest = sma_str_make((const char *)b + prefix, len - prefix);
    if (!read_indexes(&indexes, &rest))
        return SCHEMATA_ERR_FRAMING;
    schemata_wire_read(b, len, false, out);
    out->n_indexes = (int32_t)indexes.count;
    for (size_t i = 0; i < indexes.count; i++)
        out->indexes[i] = indexes.path[i];
    out->header_len = len - rest.len;
    return SCHEMATA_OK;
}

schemata_status_t schemata_wire_read(const void *p, size_t len, bool with_indexes,
                                     schemata_wire_t *out)
{
    const uint8_t *b = p;
    uint32_t bits;
    if (!out || (len && !p))
        return SCHEMATA_ERR_ARG;
    size_t prefix = prefix_len(b, len);
    if (!prefix)
        return SCHEMATA_ERR_FRAMING;
    if (with_indexes)
        return read_with_indexes(b, len, prefix, out);
    memset(out, 0, sizeof *out);
    out->header_len = prefix;
    out->kind = b[0] ? SCHEMATA_WIRE_GUID : SCHEMATA_WIRE_ID;
    if (b[0]) {
        memcpy(out->guid.b, b + 1, sizeof out->guid.b);
    } else {
        memcpy(&bits, b + 1, sizeof bits);
        out->id = (int32_t)ntohl(bits);
    }
    return SCHEMATA_OK;
}

static size_t write_frame(void *p, size_t cap, const uint8_t *prefix, size_t prefix_len,
                          const int32_t *idx, size_t n_idx)
{
    uint8_t bytes[SMA_MESSAGE_INDEXES_BYTES_MAX];
    struct sma_message_indexes indexes = {.count = n_idx};
    size_t len = 0;
    if (n_idx > SCHEMATA_MAX_INDEXES || (n_idx && !idx))
        return 0;
    if (n_idx) {
        memcpy(indexes.path, idx, n_idx * sizeof *idx);
        len = sma_message_indexes_put(bytes, &indexes);
    }
    if (p && cap >= prefix_len + len) {
        memcpy(p, prefix, prefix_len);
        memcpy((uint8_t *)p + prefix_len, bytes, len);
    }
    return prefix_len + len;
}

size_t schemata_wire_write_id(void *p, size_t cap, int32_t id, const int32_t *idx, size_t n_idx)
{
    uint8_t prefix[SMA_FRAME_ID_LEN];
    sma_frame_put_id(prefix, id);
    return write_frame(p, cap, prefix, sizeof prefix, idx, n_idx);
}

size_t schemata_wire_write_guid(void *p, size_t cap, const schemata_guid_t *g, const int32_t *idx,
                                size_t n_idx)
{
    uint8_t prefix[SMA_FRAME_GUID_LEN];
    if (!g)
        return 0;
    sma_frame_put_guid(prefix, g->b);
    return write_frame(p, cap, prefix, sizeof prefix, idx, n_idx);
}

const char *schemata_wire_explain(const void *p, size_t len)
{
    const unsigned char *b = p;
    if (!p || !len)
        return "no bytes at all: a null value (a tombstone) has no schema";
    if (b[0] == 0)
        return len < SMA_FRAME_ID_LEN ? "begins with 0x00, but the 4-byte schema id is cut off"
                                      : "0x00 and a 4-byte schema id: the registry's format";
    if (b[0] == 1)
        return len < SMA_FRAME_GUID_LEN ? "begins with 0x01, but the 16-byte GUID is cut off"
                                        : "0x01 and a 16-byte GUID: the registry's format";
    if (len >= 2 && b[0] == 0xc3 && b[1] == 0x01)
        return "no 0x00 marker; 0xc3 0x01 is Avro's single-object encoding";
    if (len >= 4 && !memcmp(b, "Obj\1", 4))
        return "no 0x00 marker; \"Obj\" begins an Avro container file";
    if (len >= 2 && b[0] == 0x1f && b[1] == 0x8b)
        return "no 0x00 marker; 0x1f 0x8b is gzip: compressed outside the broker";
    if (b[0] == '{')
        return "no 0x00 marker; 0x7b looks like plain JSON";
    if (b[0] == '[')
        return "no 0x00 marker; 0x5b looks like a plain JSON array";
    if (b[0] == '"')
        return "no 0x00 marker; 0x22 looks like a plain JSON string";
    if (b[0] >= 0x20 && b[0] < 0x7f)
        return "no 0x00 marker; it looks like plain text";
    return "no 0x00 marker: not written by a serializer of a schema registry";
}
