/* The wire format as pure functions, and the version of the library. */
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
    return "avro protobuf json http tls oauth mock rules";
}

schemata_status_t schemata_wire_read(const void *p, size_t len, bool with_indexes,
                                     schemata_wire_t *out)
{
    struct sma_frame frame;
    struct sma_message_indexes indexes = {.count = 0};
    struct sma_str rest;
    if (!out || (len && !p))
        return SCHEMATA_ERR_ARG;
    if (sma_frame_read(&frame, sma_str_make(p, len), NULL))
        return SCHEMATA_ERR_FRAMING;
    rest = frame.rest;
    if (with_indexes && (sma_message_indexes_read(&indexes, &rest, frame.rest, NULL) ||
                         indexes.count > SCHEMATA_MAX_INDEXES))
        return SCHEMATA_ERR_FRAMING;
    memset(out, 0, sizeof *out);
    out->kind = frame.kind == SMA_FRAME_BY_ID ? SCHEMATA_WIRE_ID : SCHEMATA_WIRE_GUID;
    if (frame.kind == SMA_FRAME_BY_ID)
        out->id = frame.id;
    else
        memcpy(out->guid.b, frame.guid, sizeof out->guid.b);
    out->n_indexes = (int32_t)indexes.count;
    for (size_t i = 0; i < indexes.count; i++)
        out->indexes[i] = indexes.path[i];
    out->header_len = len - rest.len;
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
