/* Growing bytes with a stated maximum and a memory for failure: append freely, check once at the
 * end with sma_buf_failed. After a failure every append is a no-op. */
#ifndef SMA_BASE_BUF_H
#define SMA_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

struct sma_buf {
    char *ptr; /* NUL-terminated whenever not NULL; the NUL is not counted */
    size_t len;
    size_t capacity;
    size_t max;
    bool failed;
};

/* max: largest length in bytes; 0 for no limit. Allocates nothing yet. */
void sma_buf_init(struct sma_buf *buf, size_t max);
void sma_buf_fini(struct sma_buf *buf);
/* Length back to 0 and failure forgotten; keeps the memory. */
void sma_buf_clear(struct sma_buf *buf);
/* Makes room for `extra` more bytes. False (and failed) when that is not possible. */
bool sma_buf_reserve(struct sma_buf *buf, size_t extra);
void sma_buf_append(struct sma_buf *buf, const void *bytes, size_t len);
void sma_buf_puts(struct sma_buf *buf, struct sma_str s);
void sma_buf_putz(struct sma_buf *buf, const char *z);
void sma_buf_putc(struct sma_buf *buf, char c);
void sma_buf_put_i64(struct sma_buf *buf, int64_t value);
void sma_buf_put_u64(struct sma_buf *buf, uint64_t value);
void sma_buf_printf(struct sma_buf *buf, const char *fmt, ...) SMA_PRINTF(2, 3);

static inline bool sma_buf_failed(const struct sma_buf *buf)
{
    return buf->failed;
}

static inline struct sma_str sma_buf_str(const struct sma_buf *buf)
{
    return sma_str_make(buf->ptr ? buf->ptr : "", buf->len);
}

/* Moves the bytes out (free() them); the buffer is empty afterwards. NULL after a failure. */
char *sma_buf_take(struct sma_buf *buf, size_t *len);

#endif
