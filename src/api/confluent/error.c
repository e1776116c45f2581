/* Error bodies (confluent-rest 1.3, 2). */
#include "api/confluent/call.h"

struct sma_shown_failure sma_api_shown(enum sma_status st, int code, struct sma_str message)
{
    return sma_failure_shown(st, code, message, SMA_CODE_INVALID_SCHEMA);
}

void sma_api_failure(struct sma_http_exchange *exchange, enum sma_status st, int code,
                     struct sma_str message)
{
    sma_failure_answer(exchange, sma_api_shown(st, code, message));
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
    sma_failure_body(exchange, problem->status, sma_str_z(message));
}
