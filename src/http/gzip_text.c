#include "http/gzip_text.h"

#include <zlib.h>

#define WINDOW (15 + 16) /* zlib's way to say: gzip header and trailer */
#define MEMORY 8
#define PIECE (256u << 10)

static void take_in(z_stream *stream, struct sma_str *rest)
{
    size_t len = rest->len < PIECE ? rest->len : PIECE;
    if (stream->avail_in || !len)
        return;
    stream->next_in = (Bytef *)(uintptr_t)rest->ptr;
    stream->avail_in = (uInt)len;
    *rest = sma_str_from(*rest, len);
}

/* False when the buffer has no room. */
static bool give_room(z_stream *stream, struct sma_buf *out)
{
    if (!sma_buf_reserve(out, PIECE))
        return false;
    stream->next_out = (Bytef *)out->ptr + out->len;
    stream->avail_out = PIECE;
    return true;
}

static enum sma_status no_room(const struct sma_buf *out, struct sma_error *err)
{
    return out->max && out->len + PIECE > out->max
               ? sma_fail(err, SMA_ELIMIT, "more than %zu bytes", out->max)
               : sma_fail_nomem(err);
}

enum sma_status sma_gzip_text(struct sma_buf *out, struct sma_str text, struct sma_error *err)
{
    z_stream stream = {0};
    int rc = deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, WINDOW, MEMORY,
                          Z_DEFAULT_STRATEGY);
    enum sma_status st = rc == Z_OK ? SMA_OK : sma_fail_nomem(err);
    while (!st && rc != Z_STREAM_END) {
        take_in(&stream, &text);
        if (!give_room(&stream, out)) {
            st = no_room(out, err);
            break;
        }
        rc = deflate(&stream, text.len ? Z_NO_FLUSH : Z_FINISH);
        out->len += PIECE - stream.avail_out;
    }
    deflateEnd(&stream);
    return st;
}

bool sma_is_gzip(struct sma_str bytes)
{
    return bytes.len > 2 && (unsigned char)bytes.ptr[0] == 0x1f &&
           (unsigned char)bytes.ptr[1] == 0x8b;
}

enum sma_status sma_gunzip_text(struct sma_buf *out, struct sma_str bytes, struct sma_error *err)
{
    z_stream stream = {0};
    int rc = inflateInit2(&stream, WINDOW);
    enum sma_status st = rc == Z_OK ? SMA_OK : sma_fail_nomem(err);
    while (!st) {
        take_in(&stream, &bytes);
        if (rc == Z_STREAM_END && !stream.avail_in)
            break;
        if (rc == Z_STREAM_END)
            inflateReset(&stream);
        if (!give_room(&stream, out)) {
            st = no_room(out, err);
            break;
        }
        rc = inflate(&stream, Z_NO_FLUSH);
        out->len += PIECE - stream.avail_out;
        if (rc == Z_MEM_ERROR)
            st = sma_fail_nomem(err);
        else if (rc != Z_OK && rc != Z_STREAM_END)
            st = sma_fail(err, SMA_EINVAL, "no gzip file, or it is cut off");
    }
    inflateEnd(&stream);
    return st;
}
