/* Edits of the tags in a schema; see tests/support/fuzz_tags.h for the input. */
#include "core/avro/avro.h"
#include "tests/support/fuzz_tags.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_tags(&sma_format_avro, data, size);
    return 0;
}
