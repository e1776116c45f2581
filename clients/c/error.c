/* The error object, and the names of statuses. */
#include "clients/c/error.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "clients/c/memory.h"

static const char *const names[] = {
    "OK",       "ARG",         "CONF",         "NOMEM",  "BUFFER",      "FRAMING", "PARSE",
    "REFERENCE", "DATA",       "INCOMPATIBLE", "NOT_FOUND", "AUTH",     "CONFLICT", "UNREACHABLE",
    "TIMEOUT",  "SERVER",      "WOULD_BLOCK",  "RULE",   "UNSUPPORTED", "INTERNAL",
};

const char *schemata_status_name(schemata_status_t s)
{
    return (unsigned)s < sizeof names / sizeof *names ? names[s] : "?";
}

static schemata_error_t no_memory = {.status = SCHEMATA_ERR_NOMEM,
                                     .is_static = true,
                                     .message = (char *)"out of memory"};

/* Always gives an error: the constant one when there is no memory for another. */
static schemata_error_t *make(schemata_status_t st, struct sma_str message)
{
    schemata_error_t *e = sma_client_alloc(sizeof *e);
    if (e)
        e->message = sma_client_copy_str(message);
    if (!e || !e->message) {
        sma_client_free(e);
        return &no_memory;
    }
    e->status = st;
    return e;
}

schemata_status_t sma_client_fail(schemata_error_t **err, schemata_status_t st, const char *fmt,
                                  ...)
{
    char text[SMA_ERROR_MESSAGE_MAX];
    va_list args;
    if (!err)
        return st;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    *err = make(st, sma_str_z(text));
    return st;
}

schemata_status_t sma_client_no_memory(schemata_error_t **err)
{
    if (err)
        *err = &no_memory;
    return SCHEMATA_ERR_NOMEM;
}

void sma_client_hint(schemata_error_t **err, const char *fmt, ...)
{
    char text[SMA_ERROR_MESSAGE_MAX];
    va_list args;
    if (!err || !*err || (*err)->is_static)
        return;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    sma_client_free((*err)->hint);
    (*err)->hint = sma_client_copy(text);
}

void sma_client_error_prefix(schemata_error_t **err, const char *fmt, ...)
{
    struct sma_buf text;
    char prefix[512];
    va_list args;
    char *joined;
    if (!err || !*err || (*err)->is_static)
        return;
    va_start(args, fmt);
    vsnprintf(prefix, sizeof prefix, fmt, args);
    va_end(args);
    sma_buf_init(&text, 0);
    sma_buf_putz(&text, prefix);
    sma_buf_putz(&text, (*err)->message);
    joined = sma_buf_failed(&text) ? NULL : sma_client_copy_str(sma_buf_str(&text));
    sma_buf_fini(&text);
    if (!joined)
        return;
    sma_client_free((*err)->message);
    (*err)->message = joined;
}

void sma_client_error_place(schemata_error_t **err, int http_status, const char *url)
{
    if (!err || !*err || (*err)->is_static)
        return;
    (*err)->http_status = http_status;
    sma_client_free((*err)->url);
    (*err)->url = sma_client_copy(url);
}

schemata_status_t sma_client_fail_core(schemata_error_t **err, schemata_status_t as,
                                       const struct sma_error *core)
{
    switch (core->status) {
    case SMA_ENOMEM:
        return sma_client_no_memory(err);
    case SMA_EINTERNAL:
        return sma_client_fail(err, SCHEMATA_ERR_INTERNAL, "%s", core->message);
    case SMA_EUNSUPPORTED:
        return sma_client_fail(err, SCHEMATA_ERR_UNSUPPORTED, "%s", core->message);
    default:
        return sma_client_fail(err, as, "%s", core->message);
    }
}

schemata_error_t *sma_client_error_copy(const schemata_error_t *e)
{
    schemata_error_t *copy;
    if (!e || e->is_static)
        return &no_memory;
    copy = make(e->status, sma_str_z(e->message));
    if (copy->is_static)
        return copy;
    copy->http_status = e->http_status;
    copy->code = e->code;
    copy->is_retriable = e->is_retriable;
    copy->is_cached = e->is_cached;
    copy->hint = sma_client_copy(e->hint);
    copy->url = sma_client_copy(e->url);
    return copy;
}

schemata_status_t sma_client_error_give(schemata_error_t **err, schemata_error_t *e)
{
    schemata_status_t st = e->status;
    if (err)
        *err = e;
    else
        schemata_error_free(e);
    return st;
}

/* ---- what callers ask -----------------------------------------------------------------------------
 */

void schemata_error_free(schemata_error_t *e)
{
    if (!e || e->is_static)
        return;
    sma_client_free(e->message);
    sma_client_free(e->hint);
    sma_client_free(e->url);
    schemata_report_free(e->report);
    sma_client_free(e);
}

schemata_status_t schemata_error_status(const schemata_error_t *e)
{
    return e ? e->status : SCHEMATA_OK;
}

const char *schemata_error_message(const schemata_error_t *e)
{
    return e ? e->message : "";
}

const char *schemata_error_hint(const schemata_error_t *e)
{
    return e ? e->hint : NULL;
}

int schemata_error_http_status(const schemata_error_t *e)
{
    return e ? e->http_status : 0;
}

int schemata_error_code(const schemata_error_t *e)
{
    return e ? e->code : 0;
}

bool schemata_error_retriable(const schemata_error_t *e)
{
    return e && e->is_retriable;
}

bool schemata_error_cached(const schemata_error_t *e)
{
    return e && e->is_cached;
}

const char *schemata_error_url(const schemata_error_t *e)
{
    return e ? e->url : NULL;
}

const schemata_report_t *schemata_error_report(const schemata_error_t *e)
{
    return e ? e->report : NULL;
}
