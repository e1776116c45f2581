/* Framing: the input as a payload, and its first bytes (first byte: how many) as a header. */
#include "tests/fuzz/client/registry.h"

struct header {
    const uint8_t *value;
    size_t len;
};

static bool get(void *ctx, const char *name, const void **value, size_t *len)
{
    const struct header *h = ctx;
    *value = h->value;
    *len = h->len;
    return !strcmp(name, SCHEMATA_VALUE_HEADER);
}

/* What was read and is written again must be read as the same. */
static void write_again(const schemata_wire_t *wire)
{
    uint8_t bytes[128];
    schemata_wire_t again;
    size_t len = wire->kind == SCHEMATA_WIRE_ID
                     ? schemata_wire_write_id(bytes, sizeof bytes, wire->id, wire->indexes,
                                              (size_t)wire->n_indexes)
                     : schemata_wire_write_guid(bytes, sizeof bytes, &wire->guid, wire->indexes,
                                                (size_t)wire->n_indexes);
    if (schemata_wire_read(bytes, len, wire->n_indexes > 0, &again) || again.id != wire->id ||
        memcmp(again.indexes, wire->indexes, sizeof again.indexes) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fuzz_registry registry;
    schemata_wire_t wire;
    schemata_decoded_t info = {.size = sizeof info};
    struct header header = {data, 0};
    schemata_msg_t m = {
        .size = sizeof m, .topic = "t", .get_header = get, .header_ctx = &header};
    if (!registry.ser[0])
        fuzz_open(&registry);
    if (!size)
        return 0;
    if (!schemata_wire_explain(data, size))
        abort();
    for (int with_indexes = 0; with_indexes < 2; with_indexes++)
        if (!schemata_wire_read(data, size, with_indexes, &wire)) {
            if (wire.header_len > size)
                abort();
            write_again(&wire);
        }
    header.value = data + 1;
    header.len = data[0] < size ? data[0] : size - 1;
    for (int i = 0; i < 2; i++) {
        m.get_header = i ? get : NULL;
        if (schemata_deserialize_raw(registry.de[0][0], &m, data, size, &info, NULL))
            continue;
        if (info.data_len > size || (const uint8_t *)info.data < data)
            abort();
        schemata_decoded_release(&info);
    }
    return 0;
}
