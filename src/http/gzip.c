#include "http/gzip.h"

#include <limits.h>
#include <stdlib.h>

#include <zlib.h>

/* JSON of a registry shrinks to a fifth already at the fastest level; higher ones cost several
 * times the processor for a few percent. */
#define LEVEL 1
#define GZIP_WINDOW (15 + 16) /* zlib's way to say: gzip header and trailer */
#define MEMORY 8

struct sma_http_packer {
    z_stream stream;
    bool is_ready;
};

struct sma_http_packer *sma_http_packer_new(void)
{
    return calloc(1, sizeof(struct sma_http_packer));
}

void sma_http_packer_free(struct sma_http_packer *packer)
{
    if (!packer)
        return;
    if (packer->is_ready)
        deflateEnd(&packer->stream);
    free(packer);
}

static struct sma_str next_of(struct sma_str *rest, char separator)
{
    ptrdiff_t at = sma_str_chr(*rest, separator);
    struct sma_str piece = at < 0 ? *rest : sma_str_head(*rest, (size_t)at);
    *rest = sma_str_from(*rest, piece.len + 1);
    return sma_str_trim(piece);
}

/* "q=0", "q=0.0" and so on: everything but zeros and a point means yes. */
static bool is_zero_quality(struct sma_str parameter)
{
    struct sma_str rest = parameter, name = next_of(&rest, '=');
    rest = sma_str_trim(rest);
    if (!sma_str_eq_nocase(name, SMA_STR("q")) || !rest.len)
        return false;
    for (size_t i = 0; i < rest.len; i++)
        if (rest.ptr[i] != '0' && rest.ptr[i] != '.')
            return false;
    return true;
}

bool sma_http_takes_gzip(struct sma_str accept_encoding)
{
    bool any = false, is_named = false, named = false;
    while (accept_encoding.len) {
        struct sma_str element = next_of(&accept_encoding, ','), coding = next_of(&element, ';');
        bool yes = true;
        while (element.len)
            yes = !is_zero_quality(next_of(&element, ';')) && yes;
        if (sma_str_eq_nocase(coding, SMA_STR("gzip")) ||
            sma_str_eq_nocase(coding, SMA_STR("x-gzip"))) {
            is_named = true;
            named = named || yes;
        } else if (sma_str_eqz(coding, "*")) {
            any = yes;
        }
    }
    return is_named ? named : any;
}

static bool has_encoding(const struct sma_http_answer *answer)
{
    for (size_t i = 0; i < answer->header_count; i++)
        if (sma_str_eq_nocase(answer->headers[i].name, SMA_STR("Content-Encoding")))
            return true;
    return false;
}

static bool is_accepted(const struct sma_http_exchange *exchange)
{
    struct sma_str accepted;
    return sma_http_header(&exchange->request, "Accept-Encoding", &accepted) &&
           sma_http_takes_gzip(accepted);
}

bool sma_http_wants_packing(struct sma_http_exchange *exchange, size_t bytes_min)
{
    struct sma_http_answer *answer = &exchange->answer;
    size_t len = sma_http_answer_bytes(exchange).len;
    bool is_forbidden = exchange->row && exchange->row->route->flags & SMA_HTTP_NO_GZIP;
    if (!len || answer->stream || sma_buf_failed(&answer->own) || answer->is_pack_tried ||
        answer->gzip == SMA_HTTP_GZIP_NEVER ||
        (answer->gzip == SMA_HTTP_GZIP_BY_SIZE && (len < bytes_min || is_forbidden)) ||
        has_encoding(answer))
        return false;
    answer->is_packable = true;
    return answer->status != 304 && is_accepted(exchange);
}

static bool make_ready(struct sma_http_packer *packer)
{
    if (packer->is_ready)
        return deflateReset(&packer->stream) == Z_OK;
    packer->is_ready = deflateInit2(&packer->stream, LEVEL, Z_DEFLATED, GZIP_WINDOW, MEMORY,
                                    Z_DEFAULT_STRATEGY) == Z_OK;
    return packer->is_ready;
}

void sma_http_pack(struct sma_http_packer *packer, struct sma_http_exchange *exchange)
{
    struct sma_buf *packed = &exchange->answer.packed;
    struct sma_str bytes = sma_http_answer_bytes(exchange);
    exchange->answer.is_pack_tried = true;
    /* Anything that would not be smaller than the body is of no use, so that is all the room. */
    if (bytes.len > INT_MAX || !make_ready(packer) || !sma_buf_reserve(packed, bytes.len))
        return;
    z_stream *stream = &packer->stream;
    stream->next_in = (Bytef *)(uintptr_t)bytes.ptr;
    stream->avail_in = (uInt)bytes.len;
    stream->next_out = (Bytef *)packed->ptr;
    stream->avail_out = (uInt)bytes.len;
    if (deflate(stream, Z_FINISH) == Z_STREAM_END && stream->avail_out)
        packed->len = bytes.len - stream->avail_out;
}

/* ---- answers in pieces --------------------------------------------------------------------------
 */

/* Many such answers may be under way for long, each with a compressor: 64 KiB is enough for each. */
#define ZIP_WINDOW (13 + 16)
#define ZIP_MEMORY 6

struct sma_http_zip {
    z_stream stream;
};

bool sma_http_wants_zip(struct sma_http_exchange *exchange)
{
    struct sma_http_answer *answer = &exchange->answer;
    bool is_forbidden = exchange->row && exchange->row->route->flags & SMA_HTTP_NO_GZIP;
    if (!answer->stream || is_forbidden || answer->gzip == SMA_HTTP_GZIP_NEVER ||
        has_encoding(answer))
        return false;
    answer->is_packable = true;
    return is_accepted(exchange);
}

static struct sma_http_zip *new_zip(void)
{
    struct sma_http_zip *zip = calloc(1, sizeof *zip);
    if (zip && deflateInit2(&zip->stream, LEVEL, Z_DEFLATED, ZIP_WINDOW, ZIP_MEMORY,
                            Z_DEFAULT_STRATEGY) != Z_OK) {
        free(zip);
        zip = NULL;
    }
    return zip;
}

void sma_http_zip_free(struct sma_http_zip *zip)
{
    if (zip)
        deflateEnd(&zip->stream);
    free(zip);
}

void sma_http_zip_piece(struct sma_http_exchange *exchange)
{
    struct sma_http_answer *answer = &exchange->answer;
    if (!answer->zip)
        answer->zip = new_zip();
    if (!answer->zip)
        return;
    z_stream *stream = &answer->zip->stream;
    struct sma_buf plain = answer->own;
    /* What deflateBound says covers the end of the stream, not a flush: some bytes more. */
    size_t room = deflateBound(stream, plain.len) + 64;
    answer->own = answer->packed;
    answer->own.max = plain.max;
    answer->packed = plain;
    if (plain.len > INT_MAX || !sma_buf_reserve(&answer->own, room)) {
        answer->is_broken = answer->own.failed = true;
        return;
    }
    stream->next_in = (Bytef *)plain.ptr;
    stream->avail_in = (uInt)plain.len;
    stream->next_out = (Bytef *)answer->own.ptr;
    stream->avail_out = (uInt)room;
    int rc = deflate(stream, answer->is_last ? Z_FINISH : Z_SYNC_FLUSH);
    answer->is_broken = rc != (answer->is_last ? Z_STREAM_END : Z_OK) || stream->avail_in;
    answer->own.len = room - stream->avail_out;
    sma_buf_clear(&answer->packed);
}
