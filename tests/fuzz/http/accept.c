/* Accept, Content-Type and Accept-Encoding headers: no answer outside the list, and a type that is
 * named alone is found. The log line of any bytes is one line. */
#include <stdint.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "http/access_log.h"
#include "http/gzip.h"
#include "http/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static const struct sma_http_media types[] = {
    {SMA_STR_INIT("application/vnd.schemaregistry.v1+json"), 1000},
    {SMA_STR_INIT("application/vnd.schemaregistry+json"), 900},
    {SMA_STR_INIT("application/json"), 500},
};
static const struct sma_http_media_list list = {types, 3};
static const struct sma_http_media_list only_last = {types + 2, 1};

static void check_line(struct sma_str text)
{
    struct sma_http_log_entry entry = {.route = "r",
                                       .status = 200,
                                       .target = text,
                                       .user_agent = text,
                                       .remote = text,
                                       .method = text,
                                       .request_id = text};
    struct sma_buf line;
    sma_buf_init(&line, 0);
    sma_http_log_line(&line, &entry, 1700000000000);
    must(line.len && line.ptr[line.len - 1] == '\n' && sma_utf8_valid(sma_buf_str(&line), NULL));
    for (size_t i = 0; i + 1 < line.len; i++)
        must((unsigned char)line.ptr[i] >= 0x20);
    sma_buf_fini(&line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = malloc(size ? size : 1);
    if (!copy)
        return 0;
    if (size)
        memcpy(copy, data, size);
    struct sma_str header = sma_str_make(copy, size);
    int chosen = sma_http_accept(header, &list);
    must(chosen >= -1 && chosen < 3);
    /* A shorter list cannot make a type acceptable that it was not, or take one away. */
    if (sma_http_accept(header, &only_last) == 0)
        must(chosen >= 0);
    else
        must(chosen != 2);
    int named = sma_http_content_type(header, &list);
    must(named >= -1 && named < 3);
    if (named >= 0) {
        struct sma_str type = types[named].type;
        must(size >= type.len && sma_http_accept(type, &list) == named);
    }
    (void)sma_http_takes_gzip(header);
    check_line(header);
    free(copy);
    return 0;
}
