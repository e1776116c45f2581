/* Edits of the tags in a schema; see tests/support/fuzz_tags.h for the input. */
#include "core/jsonschema/jsonschema.h"
#include "tests/support/fuzz_tags.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_tags(&sma_format_jsonschema, data, size);
    return 0;
}
