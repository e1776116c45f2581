/* Error bodies: the form of the Confluent API, so that one client reads both. */
#include <stdarg.h>

#include "api/schemata/call.h"

static void write_error(struct sma_http_exchange *exchange, int code, struct sma_str message)
{
    int status = code;
    while (status > 999)
        status /= 10;
    struct sma_buf *body = sma_http_body(exchange);
    sma_buf_clear(body);
    sma_http_set_type(exchange, SMA_STR("application/json"));
    struct sma_json_writer w = sma_json_writer_on(body);
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
    case SMA_ECONFLICT:
        return 409;
    case SMA_ELIMIT:
    case SMA_EUNSUPPORTED:
        return 422;
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

void sma_own_failure(struct sma_http_exchange *exchange, enum sma_status st, int code,
                     struct sma_str message)
{
    if (!code)
        code = code_of(st);
    if (code == 500)
        message = SMA_STR("Internal Server Error");
    if (code == 503 && !sma_http_add_header(exchange, "Retry-After", SMA_STR("1")))
        code = 500;
    write_error(exchange, code, message);
}

void sma_own_problem(struct sma_http_exchange *exchange, const struct sma_http_request *request,
                     const struct sma_http_problem *problem, void *ctx)
{
    (void)request;
    (void)ctx;
    if (problem->kind != SMA_HTTP_OPTIONS)
        write_error(exchange, problem->status, sma_str_z(problem->detail));
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
