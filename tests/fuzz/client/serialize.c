/* First byte: which schema. The rest is JSON; what is taken must be readable again. */
#include "tests/fuzz/client/registry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fuzz_registry registry;
    schemata_buf_t out = {NULL, 0, 0}, json = {NULL, 0, 0};
    schemata_msg_t m = {.size = sizeof m, .topic = "t"};
    if (!registry.ser[0])
        fuzz_open(&registry);
    if (!size)
        return 0;
    int which = data[0] % FUZZ_SCHEMAS;
    char subject[2] = {(char)('a' + which), '\0'};
    m.subject = subject;
    if (!schemata_serialize_json(registry.ser[which], &m, (const char *)data + 1, size - 1, &out,
                                 NULL) &&
        schemata_deserialize_json(registry.de[which][0], &m, out.data, out.len, &json, NULL, NULL))
        abort();
    schemata_buf_free(&out);
    schemata_buf_free(&json);
    return 0;
}
