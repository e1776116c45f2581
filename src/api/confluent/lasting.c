/* Which answers HTTP caches may keep, and the tags they are known by. An id and a guid stand for
 * one schema; what else the answer says (the newest version that carries it, whether that is
 * soft-deleted) may move within the day for which it may be kept. */
#include <stdio.h>

#include "api/confluent/call.h"

#include "core/hash/hash.h"

#define ETAG_BYTES 44

static bool is_lasting(const struct sma_call *call)
{
    return call->keep == SMA_KEEP_LASTING && !sma_http_query(call->request, "subject") &&
           !sma_http_query(call->request, "fetchMaxId") && !sma_buf_failed(call->body);
}

enum sma_status sma_call_etag(const char **out, const struct sma_call *call, struct sma_error *err)
{
    uint8_t digest[SMA_SHA256_LEN];
    char uuid[37];
    *out = "";
    if (!is_lasting(call))
        return SMA_OK;
    char *text = sma_arena_alloc(call->arena, ETAG_BYTES);
    if (!text)
        return sma_fail_nomem(err);
    enum sma_status st = sma_sha256(digest, sma_buf_str(call->body), err);
    if (st)
        return st;
    sma_uuid_text(uuid, digest);
    snprintf(text, ETAG_BYTES, "W/\"%s\"", uuid);
    *out = text;
    return SMA_OK;
}
