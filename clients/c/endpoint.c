#include "clients/c/endpoint.h"

#include <string.h>

#include "base/buf.h"
#include "clients/c/clock.h"
#include "clients/c/memory.h"

static int hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Percent-decoded copy; NULL when out of memory. */
static char *decode(struct sma_str s)
{
    char *out = sma_client_alloc(s.len + 1), *at = out;
    for (size_t i = 0; out && i < s.len; i++) {
        bool is_escape =
            s.ptr[i] == '%' && i + 2 < s.len && hex(s.ptr[i + 1]) >= 0 && hex(s.ptr[i + 2]) >= 0;
        *at++ = is_escape ? (char)(hex(s.ptr[i + 1]) * 16 + hex(s.ptr[i + 2])) : s.ptr[i];
        i += is_escape ? 2 : 0;
    }
    return out;
}

static bool is_plain(struct sma_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] <= ' ' || s.ptr[i] == '?' || s.ptr[i] == '#')
            return false;
    return s.len > 0;
}

/* The URL may hold a password: messages show it without. */
static schemata_status_t parse(struct sma_client_endpoint *out, struct sma_str url,
                               schemata_error_t **err)
{
    size_t scheme = sma_str_starts(url, SMA_STR("http://"))    ? 7
                    : sma_str_starts(url, SMA_STR("https://")) ? 8
                                                               : 0;
    struct sma_str rest = sma_str_from(url, scheme), base;
    ptrdiff_t slash = sma_str_chr(rest, '/');
    struct sma_str authority = slash < 0 ? rest : sma_str_head(rest, (size_t)slash);
    ptrdiff_t at = sma_str_rchr(authority, '@');
    struct sma_str shown = sma_str_from(rest, (size_t)(at + 1));
    struct sma_buf text;
    if (!scheme || !is_plain(rest) || !sma_str_from(authority, (size_t)(at + 1)).len)
        return sma_client_fail(err, SCHEMATA_ERR_CONF,
                               "schema.registry.url: \"%.*s\" is no http:// or https:// URL",
                               SMA_STR_ARG(shown));
    while (shown.len && shown.ptr[shown.len - 1] == '/')
        shown.len--;
    sma_buf_init(&text, 0);
    sma_buf_puts(&text, sma_str_head(url, scheme));
    sma_buf_puts(&text, shown);
    base = sma_buf_str(&text);
    out->base = sma_buf_failed(&text) ? NULL : sma_client_copy_str(base);
    sma_buf_fini(&text);
    if (at >= 0)
        out->user_info = decode(sma_str_head(authority, (size_t)at));
    return out->base && (at < 0 || out->user_info) ? SCHEMATA_OK : sma_client_no_memory(err);
}

static schemata_status_t add(struct sma_client_endpoints *endpoints, struct sma_str url,
                             schemata_error_t **err)
{
    struct sma_str mock = SMA_STR("mock://");
    struct sma_client_endpoint *one = &endpoints->items[endpoints->count];
    bool is_file = sma_str_starts(url, SMA_STR("file:")) && url.len > strlen("file:");
    if (!sma_str_starts(url, mock) && !is_file) {
        schemata_status_t st = parse(one, url, err);
        endpoints->count++; /* also when half made: fini looks at it */
        return st;
    }
    if (endpoints->count)
        return sma_client_fail(err, SCHEMATA_ERR_CONF,
                               "schema.registry.url: mock:// or file: stands alone");
    endpoints->count = 1;
    endpoints->is_file = is_file;
    if (!is_file)
        endpoints->mock_scope = sma_client_copy_str(sma_str_from(url, mock.len));
    one->base = sma_client_copy_str(url);
    return one->base && (is_file || endpoints->mock_scope) ? SCHEMATA_OK : sma_client_no_memory(err);
}

schemata_status_t sma_client_endpoints_init(struct sma_client_endpoints *endpoints,
                                            const schemata_conf_t *c, schemata_error_t **err)
{
    struct sma_str list = sma_str_z(sma_client_conf_text(c, SMA_P_URL));
    schemata_status_t st = SCHEMATA_OK;
    memset(endpoints, 0, sizeof *endpoints);
    endpoints->items = sma_client_alloc(SMA_CLIENT_ENDPOINTS_MAX * sizeof *endpoints->items);
    if (!endpoints->items)
        return sma_client_no_memory(err);
    while (!st && list.len) {
        ptrdiff_t comma = sma_str_chr(list, ',');
        struct sma_str url = comma < 0 ? list : sma_str_head(list, (size_t)comma);
        list = sma_str_from(list, url.len + 1);
        url = sma_str_trim(url);
        if (endpoints->count == SMA_CLIENT_ENDPOINTS_MAX)
            st = sma_client_fail(err, SCHEMATA_ERR_CONF, "schema.registry.url: more than %d URLs",
                                 SMA_CLIENT_ENDPOINTS_MAX);
        else if (url.len && (endpoints->mock_scope || endpoints->is_file))
            st = sma_client_fail(err, SCHEMATA_ERR_CONF,
                                 "schema.registry.url: mock:// or file: stands alone");
        else if (url.len)
            st = add(endpoints, url, err);
    }
    if (!st && !endpoints->count) {
        st = sma_client_fail(err, SCHEMATA_ERR_CONF, "schema.registry.url is not set");
        sma_client_hint(err, "set it, or the variable SCHEMA_REGISTRY_URL, to "
                             "http://localhost:8081 for example");
    }
    if (st)
        sma_client_endpoints_fini(endpoints);
    else if (sma_client_conf_bool(c, SMA_P_URL_RANDOMIZE))
        atomic_store(&endpoints->last_good, sma_client_random_below(endpoints->count));
    return st;
}

void sma_client_endpoints_fini(struct sma_client_endpoints *endpoints)
{
    for (size_t i = 0; endpoints->items && i < endpoints->count; i++) {
        sma_client_free(endpoints->items[i].base);
        sma_client_free_secret(endpoints->items[i].user_info);
    }
    sma_client_free(endpoints->items);
    sma_client_free(endpoints->mock_scope);
    memset(endpoints, 0, sizeof *endpoints);
}

void sma_client_endpoints_order(const struct sma_client_endpoints *endpoints, size_t *order)
{
    int64_t now = sma_client_now_ms();
    size_t first = atomic_load(&endpoints->last_good), n = 0;
    bool is_sick[SMA_CLIENT_ENDPOINTS_MAX];
    for (size_t i = 0; i < endpoints->count; i++)
        is_sick[i] = atomic_load(&endpoints->items[i].sick_until_ms) > now;
    for (int pass = 0; pass < 2; pass++)
        for (size_t k = 0; k < endpoints->count; k++) {
            size_t i = (first + k) % endpoints->count;
            if (is_sick[i] == (pass == 1))
                order[n++] = i;
        }
}

void sma_client_endpoint_worked(struct sma_client_endpoints *endpoints, size_t i)
{
    atomic_store(&endpoints->items[i].failures, 0);
    atomic_store(&endpoints->items[i].sick_until_ms, 0);
    atomic_store(&endpoints->last_good, i);
}

void sma_client_endpoint_failed(struct sma_client_endpoints *endpoints, size_t i)
{
    unsigned failures = atomic_fetch_add(&endpoints->items[i].failures, 1);
    int64_t wait = failures > 6 ? 60000 : (int64_t)1000 << failures;
    if (wait > 60000)
        wait = 60000;
    atomic_store(&endpoints->items[i].sick_until_ms, sma_client_now_ms() + wait);
}
