#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"

void sma_buf_init(struct sma_buf *buf, size_t max)
{
    *buf = (struct sma_buf){.max = max};
}

void sma_buf_fini(struct sma_buf *buf)
{
    free(buf->ptr);
    *buf = (struct sma_buf){.max = buf->max};
}

void sma_buf_clear(struct sma_buf *buf)
{
    buf->len = 0;
    buf->failed = false;
    if (buf->ptr)
        buf->ptr[0] = '\0';
}

static bool give_up(struct sma_buf *buf)
{
    buf->failed = true;
    return false;
}

/* True when nothing has to be done for `extra` more bytes and the NUL. */
static inline bool has_room(const struct sma_buf *buf, size_t extra)
{
    return !buf->failed && extra < buf->capacity - buf->len &&
           (!buf->max || extra <= buf->max - buf->len);
}

bool sma_buf_reserve(struct sma_buf *buf, size_t extra)
{
    size_t need;
    if (buf->failed || !sma_add_size(&need, buf->len, extra) || need == SIZE_MAX)
        return give_up(buf);
    if (buf->max && need > buf->max)
        return give_up(buf);
    if (need < buf->capacity)
        return true;
    size_t room = buf->capacity ? buf->capacity : 64;
    while (room <= need)
        if (!sma_mul_size(&room, room, 2))
            return give_up(buf);
    char *at = realloc(buf->ptr, room);
    if (!at)
        return give_up(buf);
    buf->ptr = at;
    buf->capacity = room;
    return true;
}

void sma_buf_append(struct sma_buf *buf, const void *bytes, size_t len)
{
    if (!has_room(buf, len) && !sma_buf_reserve(buf, len))
        return;
    if (len)
        memcpy(buf->ptr + buf->len, bytes, len);
    buf->len += len;
    buf->ptr[buf->len] = '\0';
}

void sma_buf_puts(struct sma_buf *buf, struct sma_str s)
{
    sma_buf_append(buf, s.ptr, s.len);
}

void sma_buf_putz(struct sma_buf *buf, const char *z)
{
    sma_buf_append(buf, z, strlen(z));
}

void sma_buf_putc(struct sma_buf *buf, char c)
{
    if (!has_room(buf, 1) && !sma_buf_reserve(buf, 1))
        return;
    buf->ptr[buf->len++] = c;
    buf->ptr[buf->len] = '\0';
}

void sma_buf_put_u64(struct sma_buf *buf, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    sma_buf_append(buf, digits + at, sizeof digits - at);
}

void sma_buf_put_i64(struct sma_buf *buf, int64_t value)
{
    if (value < 0)
        sma_buf_putc(buf, '-');
    sma_buf_put_u64(buf, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void sma_buf_printf(struct sma_buf *buf, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (n < 0)
        buf->failed = true;
    else if (sma_buf_reserve(buf, (size_t)n)) {
        vsnprintf(buf->ptr + buf->len, (size_t)n + 1, fmt, again);
        buf->len += (size_t)n;
    }
    va_end(again);
}

char *sma_buf_take(struct sma_buf *buf, size_t *len)
{
    if (!buf->failed && !buf->ptr)
        sma_buf_append(buf, "", 0);
    char *bytes = buf->failed ? NULL : buf->ptr;
    if (len)
        *len = bytes ? buf->len : 0;
    if (!bytes)
        free(buf->ptr);
    *buf = (struct sma_buf){.max = buf->max};
    return bytes;
}
