/* The pretty form: the first byte chooses the format. It means the same (sma_layout looks itself)
 * and is its own pretty form. */
#include <stdint.h>
#include <stdlib.h>

#include "cli/layout.h"
#include "core/avro/avro.h"
#include "core/jsonschema/jsonschema.h"
#include "core/protobuf/protobuf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct sma_format *const formats[] = {&sma_format_avro, &sma_format_jsonschema,
                                                &sma_format_protobuf};
    struct sma_buf once, twice;
    if (!size)
        return 0;
    const struct sma_format *format = formats[data[0] % 3];
    sma_buf_init(&once, 0);
    sma_buf_init(&twice, 0);
    enum sma_status st =
        sma_layout(&once, format, sma_str_make((const char *)data + 1, size - 1), NULL);
    if (st && st != SMA_EINVAL && st != SMA_ELIMIT)
        abort();
    if (!st && (sma_layout(&twice, format, sma_buf_str(&once), NULL) ||
                !sma_str_eq(sma_buf_str(&once), sma_buf_str(&twice))))
        abort();
    sma_buf_fini(&once);
    sma_buf_fini(&twice);
    return 0;
}
