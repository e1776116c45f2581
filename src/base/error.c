#include "base/error.h"

#include <stdio.h>

#include "base/utf8.h"

/* Texts in a message may have been cut inside a character, by snprintf or by whoever put them in:
 * what is left of it goes, because messages end in JSON. */
static void drop_broken(char *message)
{
    struct sma_str rest = sma_str_z(message);
    size_t kept = 0;
    uint32_t ignored;
    if (sma_is_ascii(rest))
        return;
    while (rest.len) {
        size_t len = sma_utf8_decode(rest, &ignored);
        memmove(message + kept, rest.ptr, len);
        kept += len;
        rest = sma_str_from(rest, len ? len : 1);
    }
    message[kept] = '\0';
}

enum sma_status sma_fail_v(struct sma_error *err, enum sma_status st, size_t offset,
                           const char *fmt, va_list args)
{
    if (!err || err->status)
        return st;
    err->status = st;
    err->offset = offset;
    vsnprintf(err->message, sizeof err->message, fmt, args);
    drop_broken(err->message);
    return st;
}

void sma_error_set(struct sma_error *err, enum sma_status st, size_t offset, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    sma_fail_v(err, st, offset, fmt, args);
    va_end(args);
}

void sma_error_prefix(struct sma_error *err, const char *fmt, ...)
{
    if (!err || !err->status)
        return;
    char rest[SMA_ERROR_MESSAGE_MAX];
    memcpy(rest, err->message, sizeof rest);
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(err->message, sizeof err->message, fmt, args);
    va_end(args);
    if (n < 0)
        n = 0;
    if ((size_t)n < sizeof err->message)
        snprintf(err->message + n, sizeof err->message - (size_t)n, "%s", rest);
    drop_broken(err->message);
}

void sma_error_clear(struct sma_error *err)
{
    if (!err)
        return;
    err->status = SMA_OK;
    err->code = 0;
    err->offset = SMA_NO_OFFSET;
    err->message[0] = '\0';
}

enum sma_status sma_fail_nomem(struct sma_error *err)
{
    return sma_fail(err, SMA_ENOMEM, "out of memory");
}

const char *sma_status_name(enum sma_status st)
{
    static const char *const names[] = {
        "SMA_OK",     "SMA_ENOMEM", "SMA_EINVAL", "SMA_ELIMIT", "SMA_ENOTFOUND",    "SMA_ECONFLICT",
        "SMA_ESTALE", "SMA_EBUSY",  "SMA_EFULL",  "SMA_EIO",    "SMA_EUNSUPPORTED", "SMA_EINTERNAL",
    };
    return (size_t)st < sizeof names / sizeof names[0] ? names[st] : "unknown status";
}
