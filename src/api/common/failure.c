#include "api/common/failure.h"

#include "registry/codes.h"

void sma_failure_write(struct sma_json_writer *w, int code, struct sma_str message)
{
    sma_jw_object_open(w);
    sma_jw_member_i64(w, "error_code", code);
    sma_jw_member_string(w, "message", message);
    sma_jw_object_close(w);
}

void sma_failure_body(struct sma_http_exchange *exchange, int code, struct sma_str message)
{
    struct sma_buf *body = sma_http_body(exchange);
    int status = code;
    while (status > 999)
        status /= 10;
    sma_buf_clear(body);
    struct sma_json_writer w = sma_json_writer_on(body);
    sma_failure_write(&w, code, message);
    sma_http_set_status(exchange, status);
}

/* What a status without a code of its own means to a client. */
static int code_of(enum sma_status st, int refused)
{
    switch (st) {
    case SMA_EINVAL:
        return 400;
    case SMA_ENOTFOUND:
        return 404;
    case SMA_ELIMIT:
    case SMA_EUNSUPPORTED:
        return refused;
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

struct sma_shown_failure sma_failure_shown(enum sma_status st, int code, struct sma_str message,
                                           int refused)
{
    struct sma_shown_failure failure = {code ? code : code_of(st, refused), message};
    if (failure.code == 500)
        failure.message = SMA_STR("Internal Server Error");
    return failure;
}

void sma_failure_answer(struct sma_http_exchange *exchange, struct sma_shown_failure failure)
{
    if (failure.code == 503 && !sma_http_add_header(exchange, "Retry-After", SMA_STR("1")))
        failure.code = 500;
    sma_failure_body(exchange, failure.code, failure.message);
}
