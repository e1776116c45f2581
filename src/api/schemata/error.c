/* Error bodies: the form of the Confluent API, so that one client reads both. */
#include <stdarg.h>

#include "api/common/failure.h"
#include "api/schemata/call.h"

void sma_own_failure(struct sma_http_exchange *exchange, enum sma_status st, int code,
                     struct sma_str message)
{
    sma_http_set_type(exchange, SMA_STR("application/json"));
    sma_failure_answer(exchange, sma_failure_shown(st, code, message, 422));
}

void sma_own_problem(struct sma_http_exchange *exchange, const struct sma_http_request *request,
                     const struct sma_http_problem *problem, void *ctx)
{
    (void)request;
    (void)ctx;
    if (problem->kind == SMA_HTTP_OPTIONS)
        return;
    sma_http_set_type(exchange, SMA_STR("application/json"));
    sma_failure_body(exchange, problem->status, sma_str_z(problem->detail));
}

enum sma_status sma_own_refuse(struct sma_error *err, const char *fmt, ...)
{
    va_list args;
    bool is_first = err && !err->status;
    va_start(args, fmt);
    enum sma_status st = sma_fail_v(err, SMA_EINVAL, SMA_NO_OFFSET, fmt, args);
    va_end(args);
    if (is_first)
        err->code = 422;
    return st;
}
