/* First byte: which schema (bits 0-1), with a reader (bit 2), as JSON or to a visitor (bit 3). The
 * rest is the message behind the id. */
#include "tests/fuzz/client/registry.h"

static int ignore_key(void *c, const char *name, size_t n)
{
    (void)c;
    return n && name[n - 1] == '!'; /* reads what it is given, and stops at times */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fuzz_registry registry;
    const schemata_visitor_t visitor = {.size = sizeof visitor, .key = ignore_key};
    schemata_buf_t json = {NULL, 0, 0};
    schemata_msg_t m = {.size = sizeof m, .topic = "t"};
    schemata_decoded_t info = {.size = sizeof info};
    if (!registry.ser[0])
        fuzz_open(&registry);
    if (!size)
        return 0;
    int which = (data[0] & 3) % FUZZ_SCHEMAS;
    schemata_deserializer_t *de = registry.de[which][data[0] >> 2 & 1];
    uint8_t *message = malloc(size + 4);
    memset(message, 0, 4);
    message[4] = (uint8_t)(which + 1);
    memcpy(message + 5, data + 1, size - 1);
    if (data[0] & 8) {
        if (!schemata_deserialize_visit(de, &m, message, size + 4, &visitor, NULL, &info, NULL))
            schemata_decoded_release(&info);
    } else if (!schemata_deserialize_json(de, &m, message, size + 4, &json, &info, NULL)) {
        schemata_decoded_release(&info);
    }
    schemata_buf_free(&json);
    free(message);
    return 0;
}
