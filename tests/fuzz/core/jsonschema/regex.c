/* A pattern, 0xff, a text: compiling and searching end within their limits, whatever both are. */
#include <stdint.h>
#include <stdlib.h>

#include "core/jsonschema/regex.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sma_str text = sma_str_make((const char *)data, size);
    ptrdiff_t split = sma_str_chr(text, (char)0xff);
    struct sma_regex *regex = NULL;
    bool matched;
    if (split < 0)
        return 0;
    if (sma_regex_compile(&regex, sma_str_head(text, (size_t)split), NULL))
        return 0;
    enum sma_status st =
        sma_regex_search(regex, sma_str_from(text, (size_t)split + 1), &matched, NULL);
    sma_regex_free(regex);
    if (st == SMA_EINTERNAL)
        abort();
    return 0;
}
