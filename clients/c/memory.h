/* Memory of the library's own objects: handles, out-parameters, buffers that callers see. Goes
 * through the allocator of schemata_init. What the parsers below allocate (core) stays with malloc,
 * because it never leaves the library. */
#ifndef SMA_CLIENT_MEMORY_H
#define SMA_CLIENT_MEMORY_H

#include <stddef.h>

#include "base/str.h"
#include "schemata/schemata.h"

/* Zeroed memory, NULL when there is none. Free with sma_client_free. */
void *sma_client_alloc(size_t size);
void *sma_client_resize(void *p, size_t size);
void sma_client_free(void *p); /* NULL is fine */
/* NUL-terminated copies; NULL when out of memory (or for NULL). */
char *sma_client_copy_str(struct sma_str s);
char *sma_client_copy(const char *z);
/* A copy whose old bytes are overwritten first when it is freed: for secrets. */
void sma_client_free_secret(char *z);

/* Replaces the contents of a caller-visible buffer, growing it when needed; with `keep`, the first
 * `keep` bytes stay and room for `extra` more is made. False when out of memory; the buffer is then
 * unchanged. */
bool sma_client_buf_reserve(schemata_buf_t *buf, size_t keep, size_t extra);
bool sma_client_buf_set(schemata_buf_t *buf, const void *bytes, size_t len);

#endif
