/* Error bodies (confluent-rest 1.3, 2). */
#include "api/confluent/call.h"

void sma_api_error(struct sma_http_exchange *exchange, int code, struct sma_str message)
{
    struct sma_json_writer w;
    int status = code;
    while (status > 999)
        status /= 10;
    struct sma_buf *body = sma_http_body(exchange);
    sma_buf_clear(body);
    w = sma_json_writer_on(body);
    sma_jw_object_open(&w);
    sma_jw_member_i64(&w, "error_code", code);
    sma_jw_member_string(&w, "message", message);
    sma_jw_object_close(&w);
    sma_http_set_status(exchange, status);
}

/* What a status without a code of its own means to a client. */
static int code_of(enum sma_status st)
{
    switch (st) {
    case SMA_EINVAL:
        return 400;
    case SMA_ENOTFOUND:
        return 404;
    case SMA_ELIMIT:
    case SMA_EUNSUPPORTED:
        return SMA_CODE_INVALID_SCHEMA;
    case SMA_EBUSY:
    case SMA_ESTALE:
    case SMA_EFULL:
        return 503;
    case SMA_EIO:
        return SMA_CODE_STORE;
    default:
        return 500;
    }
}

void sma_api_failure(struct sma_http_exchange *exchange, enum sma_status st, int code,
                     struct sma_str message)
{
    if (!code)
        code = code_of(st);
    if (code == 500)
        message = SMA_STR("Internal Server Error");
    if (code == 503 && !sma_http_add_header(exchange, "Retry-After", SMA_STR("1")))
        code = 500;
    sma_api_error(exchange, code, message);
}

void sma_api_problem(struct sma_http_exchange *exchange, const struct sma_http_request *request,
                     const struct sma_http_problem *problem, void *ctx)
{
    static const struct {
        enum sma_http_problem_kind kind;
        const char *message;
    } words[] = {
        {SMA_HTTP_NOT_FOUND, "HTTP 404 Not Found"},
        {SMA_HTTP_BAD_METHOD, "HTTP 405 Method Not Allowed"},
        {SMA_HTTP_NOT_ACCEPTABLE, "HTTP 406 Not Acceptable"},
        {SMA_HTTP_BAD_MEDIA_TYPE, "HTTP 415 Unsupported Media Type"},
        {SMA_HTTP_FAILED, "Internal Server Error"},
    };
    const char *message = problem->detail;
    (void)request;
    (void)ctx;
    if (problem->kind == SMA_HTTP_OPTIONS)
        return;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (words[i].kind == problem->kind)
            message = words[i].message;
    sma_api_error(exchange, problem->status, sma_str_z(message));
}
