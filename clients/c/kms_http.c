#include "clients/c/kms_http.h"

#include "base/arena.h"
#include "clients/c/clock.h"

#define HEADERS_MAX 8
#define SLACK_MS 10 /* the other transport's clock may be coarser */

/* What the other transport takes. */
static enum sma_status translate(schemata_http_request_t *out, const char **headers,
                                 struct sma_arena *arena,
                                 const struct sma_kms_http_request *request, int64_t timeout_ms,
                                 struct sma_error *err)
{
    struct sma_str url = sma_arena_printf(arena, "%.*s%.*s", SMA_STR_ARG(request->origin),
                                          SMA_STR_ARG(request->path));
    if (!url.ptr)
        return sma_fail_nomem(err);
    if (request->header_count >= HEADERS_MAX)
        return sma_fail(err, SMA_EINTERNAL, "too many header fields");
    for (size_t i = 0; i < request->header_count; i++) {
        const struct sma_kms_header *header = &request->headers[i];
        headers[i] =
            sma_arena_printf(arena, "%s: %.*s", header->name, SMA_STR_ARG(header->value)).ptr;
        if (!headers[i])
            return sma_fail_nomem(err);
    }
    headers[request->header_count] = NULL;
    *out = (schemata_http_request_t){
        .size = sizeof *out,
        .method = request->method,
        .url = url.ptr,
        .headers = headers,
        .body = request->body.ptr,
        .body_len = request->body.len,
        .deadline_ms = sma_client_now_ms() + timeout_ms,
    };
    return SMA_OK;
}

static enum sma_status take_answer(schemata_status_t status,
                                   const schemata_http_response_t *answer,
                                   struct sma_kms_http_response *response, struct sma_error *err)
{
    if (status == SCHEMATA_ERR_NOMEM)
        return sma_fail_nomem(err);
    if (status || !answer->status)
        return sma_fail(err, SMA_EIO, "no answer: %s",
                        answer->transport_error ? answer->transport_error : "no reason given");
    response->status = answer->status;
    return sma_kms_http_take(response, sma_str_make(answer->body, answer->body_len), err);
}

/* After a call: did it end because its time was over? */
static void note_silence(struct sma_client_kms_http *http, enum sma_status st, int64_t deadline_ms)
{
    int64_t now = sma_client_now_ms();
    if (st == SMA_EIO && now + SLACK_MS >= deadline_ms)
        atomic_store(&http->paused_until_ms, now + http->pause_ms);
}

static enum sma_status exchange(struct sma_client_kms_http *http,
                                const struct sma_kms_http_request *request,
                                struct sma_kms_http_response *response, struct sma_error *err)
{
    const char *headers[HEADERS_MAX];
    schemata_http_request_t sent;
    schemata_http_response_t answer = {.size = sizeof answer};
    struct sma_arena arena;
    sma_arena_init(&arena, 0);
    enum sma_status st = translate(&sent, headers, &arena, request, http->timeout_ms, err);
    if (!st) {
        st = take_answer(http->run(http->ctx, &sent, &answer), &answer, response, err);
        http->release(http->ctx, &answer);
        note_silence(http, st, sent.deadline_ms);
    }
    sma_arena_fini(&arena);
    return st;
}

enum sma_status sma_client_kms_http(void *ctx, const struct sma_kms_http_request *request,
                                    struct sma_kms_http_response *response, struct sma_error *err)
{
    struct sma_client_kms_http *http = ctx;
    enum sma_status st;
    if (http->origin.ptr && !sma_str_eq(http->origin, request->origin))
        return sma_fail(err, SMA_ECONFLICT, "%.*s is not the address that is allowed",
                        SMA_STR_ARG(request->origin));
    if (sma_client_now_ms() < atomic_load(&http->paused_until_ms))
        return sma_fail(err, SMA_EIO, "no answer in time just now, not asked again so soon");
    if (atomic_fetch_add(&http->calls, 1) >= http->calls_max && http->calls_max)
        st = sma_fail(err, SMA_EBUSY, "too many calls to the key service are under way");
    else
        st = exchange(http, request, response, err);
    atomic_fetch_sub(&http->calls, 1);
    return st;
}
