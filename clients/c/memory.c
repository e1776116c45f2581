/* The library's allocator, schemata_init and the little things around memory. */
#include "clients/c/memory.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "clients/c/http_curl.h"

/* Set once by schemata_init before any other call, as its contract demands; read-only afterwards. */
static schemata_allocator_t allocator;
static atomic_bool is_in_use;

void *sma_client_alloc(size_t size)
{
    void *p;
    if (!allocator.alloc)
        return calloc(1, size ? size : 1);
    p = allocator.alloc(allocator.ctx, size ? size : 1);
    if (p)
        memset(p, 0, size);
    return p;
}

void *sma_client_resize(void *p, size_t size)
{
    return allocator.alloc ? allocator.resize(allocator.ctx, p, size ? size : 1)
                           : realloc(p, size ? size : 1);
}

void sma_client_free(void *p)
{
    if (!p)
        return;
    if (allocator.alloc)
        allocator.release(allocator.ctx, p);
    else
        free(p);
}

char *sma_client_copy_str(struct sma_str s)
{
    char *copy = sma_client_alloc(s.len + 1);
    if (copy && s.len)
        memcpy(copy, s.ptr, s.len);
    return copy;
}

char *sma_client_copy(const char *z)
{
    return z ? sma_client_copy_str(sma_str_z(z)) : NULL;
}

void sma_client_free_secret(char *z)
{
    if (z)
        explicit_bzero(z, strlen(z));
    sma_client_free(z);
}

bool sma_client_buf_reserve(schemata_buf_t *buf, size_t keep, size_t extra)
{
    size_t need, size = buf->cap < 64 ? 64 : buf->cap;
    uint8_t *grown;
    if (__builtin_add_overflow(keep, extra, &need) || need > SIZE_MAX / 2)
        return false;
    if (need <= buf->cap)
        return true;
    while (size < need)
        size *= 2;
    grown = sma_client_resize(buf->data, size);
    if (!grown)
        return false;
    buf->data = grown;
    buf->cap = size;
    return true;
}

bool sma_client_buf_set(schemata_buf_t *buf, const void *bytes, size_t len)
{
    if (!sma_client_buf_reserve(buf, 0, len))
        return false;
    if (len)
        memcpy(buf->data, bytes, len);
    buf->len = len;
    return true;
}

void schemata_free(void *p)
{
    sma_client_free(p);
}

void schemata_buf_free(schemata_buf_t *b)
{
    if (!b)
        return;
    sma_client_free(b->data);
    *b = (schemata_buf_t){NULL, 0, 0};
}

schemata_status_t schemata_init(const schemata_allocator_t *a, uint32_t flags)
{
    if ((flags & ~SCHEMATA_INIT_NO_CURL_GLOBAL) || (a && (!a->alloc || !a->resize || !a->release)))
        return SCHEMATA_ERR_ARG;
    if (atomic_exchange(&is_in_use, true))
        return SCHEMATA_ERR_ARG; /* a second time: what was allocated could not be freed */
    if (a)
        allocator = *a;
    if (flags & SCHEMATA_INIT_NO_CURL_GLOBAL)
        sma_client_curl_is_initialized();
    return SCHEMATA_OK;
}
