/* What handlers say about the answer. */
#include "http/exchange.h"

#include "http/gzip.h"
#include "http/target.h"

void sma_http_reset_answer(struct sma_http_exchange *exchange)
{
    struct sma_http_answer *answer = &exchange->answer;
    sma_http_body_static(exchange, sma_str_make(NULL, 0));
    sma_http_answer_drop_stream(exchange);
    sma_buf_clear(&answer->own);
    sma_buf_clear(&answer->packed);
    answer->status = 200;
    answer->type = sma_str_make(NULL, 0);
    answer->header_count = 0;
    answer->etag = NULL;
    answer->gzip = SMA_HTTP_GZIP_BY_SIZE;
    answer->is_packable = answer->is_pack_tried = false;
}

void sma_http_set_status(struct sma_http_exchange *exchange, int status)
{
    exchange->answer.status = status;
}

void sma_http_set_type(struct sma_http_exchange *exchange, struct sma_str type)
{
    exchange->answer.type = type;
}

void sma_http_set_gzip(struct sma_http_exchange *exchange, bool on)
{
    exchange->answer.gzip = on ? SMA_HTTP_GZIP_ALWAYS : SMA_HTTP_GZIP_NEVER;
}

bool sma_http_is_header_value(struct sma_str value)
{
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.ptr[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

bool sma_http_add_header(struct sma_http_exchange *exchange, const char *name, struct sma_str value)
{
    struct sma_http_answer *answer = &exchange->answer;
    if (answer->header_count == SMA_HTTP_ANSWER_HEADERS_MAX || !sma_http_is_header_value(value) ||
        !sma_http_is_token(sma_str_z(name)))
        return false;
    struct sma_http_header *header = &answer->headers[answer->header_count];
    header->name = sma_arena_copy(&exchange->arena, sma_str_z(name));
    header->value = sma_arena_copy(&exchange->arena, value);
    if (!header->name.ptr || !header->value.ptr)
        return false;
    answer->header_count++;
    return true;
}

struct sma_buf *sma_http_body(struct sma_http_exchange *exchange)
{
    sma_http_body_static(exchange, sma_str_make(NULL, 0));
    return &exchange->answer.own;
}

void sma_http_body_static(struct sma_http_exchange *exchange, struct sma_str bytes)
{
    sma_http_body_shared(exchange, bytes, NULL, NULL);
}

void sma_http_body_shared(struct sma_http_exchange *exchange, struct sma_str bytes,
                          void (*release)(void *owner), void *owner)
{
    struct sma_http_answer *answer = &exchange->answer;
    if (answer->release)
        answer->release(answer->owner);
    answer->bytes = bytes;
    answer->release = release;
    answer->owner = owner;
}

void sma_http_body_stream(struct sma_http_exchange *exchange, const struct sma_http_stream *stream,
                          void *state)
{
    sma_http_answer_drop_stream(exchange);
    exchange->answer.stream = stream;
    exchange->answer.stream_state = state;
}

void sma_http_answer_drop_stream(struct sma_http_exchange *exchange)
{
    struct sma_http_answer *answer = &exchange->answer;
    if (answer->stream)
        answer->stream->release(answer->stream_state);
    sma_http_zip_free(answer->zip);
    answer->zip = NULL;
    answer->stream = NULL;
    answer->stream_state = NULL;
    answer->is_last = answer->is_broken = false;
    answer->sent = 0;
    answer->streamed = 0;
}

void sma_http_answer_fail(struct sma_http_exchange *exchange)
{
    sma_http_body(exchange)->failed = true;
}

struct sma_str sma_http_answer_bytes(const struct sma_http_exchange *exchange)
{
    const struct sma_http_answer *answer = &exchange->answer;
    if (answer->packed.len)
        return sma_buf_str(&answer->packed);
    return answer->bytes.ptr ? answer->bytes : sma_buf_str(&answer->own);
}

/* ---- problems
 * ------------------------------------------------------------------------------------ */

static const int statuses[] = {
    [SMA_HTTP_BAD_REQUEST] = 400,       [SMA_HTTP_NOT_FOUND] = 404,
    [SMA_HTTP_BAD_METHOD] = 405,        [SMA_HTTP_OPTIONS] = 200,
    [SMA_HTTP_NOT_ACCEPTABLE] = 406,    [SMA_HTTP_BODY_TOO_LARGE] = 413,
    [SMA_HTTP_TARGET_TOO_LONG] = 414,   [SMA_HTTP_BAD_MEDIA_TYPE] = 415,
    [SMA_HTTP_HEADERS_TOO_LARGE] = 431, [SMA_HTTP_FAILED] = 500,
    [SMA_HTTP_OVERLOADED] = 503,        [SMA_HTTP_TIMED_OUT] = 504,
};

/* The body when the facade has no hook. */
static void plain_problem(struct sma_http_exchange *exchange,
                          const struct sma_http_problem *problem)
{
    if (problem->kind == SMA_HTTP_OPTIONS)
        return;
    sma_http_set_type(exchange, SMA_STR("application/json"));
    sma_buf_printf(sma_http_body(exchange), "{\"error_code\":%d,\"message\":\"%s\"}",
                   problem->status, problem->detail);
}

/* Headers that belong to the status whatever the body is. Without memory for them the answer still
 * stands. */
static void add_problem_headers(struct sma_http_exchange *exchange,
                                const struct sma_http_problem *problem)
{
    bool added = true;
    if (problem->allow.len)
        added = sma_http_add_header(exchange, "Allow", problem->allow);
    if (problem->kind == SMA_HTTP_OVERLOADED)
        added = sma_http_add_header(exchange, "Retry-After", SMA_STR("1"));
    (void)added;
}

void sma_http_answer_problem(struct sma_http_exchange *exchange,
                             const struct sma_http_facade *facade, enum sma_http_problem_kind kind,
                             const char *detail, struct sma_str allow)
{
    struct sma_http_problem problem = {kind, statuses[kind], detail, allow};
    if (exchange->row)
        facade = exchange->row->facade;
    if (!exchange->request.media.len && facade->produces.count)
        exchange->request.media = facade->produces.types[0].type;
    sma_http_reset_answer(exchange);
    sma_http_set_status(exchange, problem.status);
    add_problem_headers(exchange, &problem);
    if (facade->problem)
        facade->problem(exchange, &exchange->request, &problem, facade->ctx);
    else
        plain_problem(exchange, &problem);
    exchange->is_answered = true;
}
