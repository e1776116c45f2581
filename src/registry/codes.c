#include "registry/codes.h"

static enum sma_status status_of(enum sma_code code)
{
    int leading = code;
    while (leading > 999)
        leading /= 10;
    switch (leading) {
    case 404:
        return SMA_ENOTFOUND;
    case 409:
        return SMA_ECONFLICT;
    case 500:
        return SMA_EIO;
    default:
        return SMA_EINVAL;
    }
}

enum sma_status sma_refuse(struct sma_error *err, enum sma_code code, const char *fmt, ...)
{
    enum sma_status st = status_of(code);
    va_list args;
    bool is_first = err && err->status == SMA_OK;
    va_start(args, fmt);
    sma_fail_v(err, st, SMA_NO_OFFSET, fmt, args);
    va_end(args);
    if (is_first)
        err->code = code;
    return st;
}
