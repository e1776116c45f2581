/* Answers that may be kept by who asked, and the question whether they still hold (RFC 9110, 8.8.3
 * and 13.1.2; RFC 8246). Comparison is weak, so a tag holds for the plain and the compressed form.
 */
#include "http/exchange.h"

/* Without `W/`, which weak comparison does not look at. */
static struct sma_str opaque_of(struct sma_str tag)
{
    return sma_str_starts(tag, SMA_STR("W/")) ? sma_str_from(tag, 2) : tag;
}

/* Takes the next tag off a list; empty at its end, and where it is no list of tags. */
static struct sma_str next_tag(struct sma_str *rest)
{
    struct sma_str list = *rest, tag;
    while (list.len && (list.ptr[0] == ' ' || list.ptr[0] == '\t' || list.ptr[0] == ','))
        list = sma_str_from(list, 1);
    *rest = (struct sma_str){NULL, 0};
    tag = opaque_of(list);
    if (!tag.len || tag.ptr[0] != '"')
        return (struct sma_str){NULL, 0};
    ptrdiff_t end = sma_str_chr(sma_str_from(tag, 1), '"');
    if (end < 0)
        return (struct sma_str){NULL, 0};
    *rest = sma_str_from(tag, (size_t)end + 2);
    return sma_str_head(tag, (size_t)end + 2);
}

bool sma_http_names_tag(struct sma_str list, struct sma_str etag)
{
    struct sma_str tag;
    if (sma_str_eqz(sma_str_trim(list), "*"))
        return true;
    do {
        tag = next_tag(&list);
        if (tag.len && sma_str_eq(tag, opaque_of(etag)))
            return true;
    } while (tag.len);
    return false;
}

void sma_http_set_lasting(struct sma_http_exchange *exchange, const char *etag)
{
    const struct sma_http_request *request = &exchange->request;
    exchange->answer.etag = etag;
    for (size_t i = 0; i < request->header_count; i++)
        if (sma_str_eq_nocase(request->headers[i].name, SMA_STR("If-None-Match")) &&
            sma_http_names_tag(request->headers[i].value, sma_str_z(etag)))
            exchange->answer.status = 304;
}
