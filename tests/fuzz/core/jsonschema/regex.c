/* A pattern, 0xff, a text: compiling and searching end within their limits, whatever both are, and the
 * engine that was picked says what PCRE2 says. */
#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"

#include "core/jsonschema/regex.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* True when there is an answer; aborts on an internal error. */
static bool search(struct sma_str pattern, struct sma_str subject, bool *matched)
{
    struct sma_regex *regex = NULL;
    if (sma_regex_compile(&regex, pattern, NULL))
        return false;
    enum sma_status st = sma_regex_search(regex, subject, matched, NULL);
    sma_regex_free(regex);
    if (st == SMA_EINTERNAL)
        abort();
    return !st;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sma_str text = sma_str_make((const char *)data, size);
    ptrdiff_t split = sma_str_chr(text, (char)0xff);
    struct sma_buf looking; /* an empty look-ahead changes nothing but the engine */
    bool matched, backtracked;
    if (split < 0)
        return 0;
    struct sma_str pattern = sma_str_head(text, (size_t)split);
    struct sma_str subject = sma_str_from(text, (size_t)split + 1);
    if (!search(pattern, subject, &matched))
        return 0;
    sma_buf_init(&looking, 0);
    sma_buf_puts(&looking, SMA_STR("(?=)(?:"));
    sma_buf_puts(&looking, pattern);
    sma_buf_puts(&looking, SMA_STR(")"));
    if (search(sma_buf_str(&looking), subject, &backtracked) && backtracked != matched)
        abort();
    sma_buf_fini(&looking);
    return 0;
}
