#include "clients/c/rest.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "clients/c/auth.h"
#include "clients/c/clock.h"
#include "clients/c/endpoint.h"
#include "clients/c/http_curl.h"
#include "clients/c/memory.h"
#include "clients/c/mock.h"
#include "core/json/json.h"

#define HEADERS_MAX 64

struct sma_client_rest {
    struct sma_client_endpoints endpoints;
    struct sma_client_auth_http http; /* the transport */
    struct sma_client_curl *curl;     /* NULL with another transport */
    struct sma_client_mock *mock;
    struct sma_client_auth *auth;
    struct sma_client_counters *counters;
    char *fixed[HEADERS_MAX]; /* headers that every request has */
    size_t fixed_count;
    int64_t retries, wait_ms, max_wait_ms;
    pid_t pid;
    pthread_mutex_t mutex; /* of the next two */
    pthread_cond_t stopping;
    bool is_stopping;
};

/* ---- life -----------------------------------------------------------------------------------------
 */

static schemata_status_t add_header(struct sma_client_rest *rest, const char *name,
                                    const char *value, schemata_error_t **err)
{
    struct sma_buf text;
    if (!value)
        return SCHEMATA_OK;
    if (rest->fixed_count == HEADERS_MAX)
        return sma_client_fail(err, SCHEMATA_ERR_CONF, "more than %d headers", HEADERS_MAX);
    sma_buf_init(&text, 0);
    sma_buf_putz(&text, name);
    sma_buf_putz(&text, ": ");
    sma_buf_putz(&text, value);
    rest->fixed[rest->fixed_count] =
        sma_buf_failed(&text) ? NULL : sma_client_copy_str(sma_buf_str(&text));
    sma_buf_fini(&text);
    return rest->fixed[rest->fixed_count] ? (rest->fixed_count++, SCHEMATA_OK)
                                          : sma_client_no_memory(err);
}

static schemata_status_t make_headers(struct sma_client_rest *rest, const schemata_conf_t *c,
                                      schemata_error_t **err)
{
    static const char media[] = "application/vnd.schemaregistry.v1+json";
    schemata_status_t st = add_header(rest, "Accept", media, err);
    if (!st)
        st = add_header(rest, "Content-Type", media, err);
    if (!st)
        st = add_header(rest, "User-Agent", "schemata/" SMA_VERSION, err);
    if (!st)
        st = add_header(rest, "target-sr-cluster",
                        sma_client_conf_text(c, SMA_P_BEARER_LOGICAL_CLUSTER), err);
    if (!st)
        st = add_header(rest, "Confluent-Identity-Pool-Id",
                        sma_client_conf_text(c, SMA_P_BEARER_IDENTITY_POOL), err);
    for (size_t i = 0; !st && i < c->header_count; i++)
        st = add_header(rest, c->headers[i].name, c->headers[i].value, err);
    return st;
}

static schemata_status_t make_transport(struct sma_client_rest *rest, const schemata_conf_t *c,
                                        schemata_error_t **err)
{
    schemata_status_t st = SCHEMATA_OK;
    if (rest->endpoints.mock_scope) {
        st = sma_client_mock_open(&rest->mock, rest->endpoints.mock_scope, err);
        rest->http = (struct sma_client_auth_http){sma_client_mock_run, sma_client_mock_release,
                                                   rest->mock};
    } else if (rest->endpoints.is_file) {
        st = sma_client_mock_open_file(&rest->mock, rest->endpoints.items[0].base, err);
        rest->http = (struct sma_client_auth_http){sma_client_mock_run, sma_client_mock_release,
                                                   rest->mock};
    } else if (c->http) {
        rest->http = (struct sma_client_auth_http){c->http, c->http_free, c->http_ctx};
    } else {
        st = sma_client_curl_new(&rest->curl, c, err);
        rest->http = (struct sma_client_auth_http){sma_client_curl_run, sma_client_curl_release,
                                                   rest->curl};
    }
    return st;
}

schemata_status_t sma_client_rest_new(struct sma_client_rest **out, const schemata_conf_t *c,
                                      struct sma_client_counters *counters, schemata_error_t **err)
{
    struct sma_client_rest *rest = sma_client_alloc(sizeof *rest);
    if (!rest)
        return sma_client_no_memory(err);
    if (!sma_client_cond_init(&rest->stopping)) {
        sma_client_free(rest);
        return sma_client_no_memory(err);
    }
    pthread_mutex_init(&rest->mutex, NULL);
    rest->counters = counters;
    rest->pid = getpid();
    rest->retries = sma_client_conf_int(c, SMA_P_MAX_RETRIES);
    rest->wait_ms = sma_client_conf_int(c, SMA_P_RETRY_WAIT_MS);
    rest->max_wait_ms = sma_client_conf_int(c, SMA_P_RETRY_MAX_WAIT_MS);
    schemata_status_t st = sma_client_endpoints_init(&rest->endpoints, c, err);
    if (!st)
        st = make_transport(rest, c, err);
    if (!st)
        st = sma_client_auth_new(&rest->auth, c, &rest->http, err);
    if (!st)
        st = make_headers(rest, c, err);
    if (st)
        sma_client_rest_free(rest);
    else
        *out = rest;
    return st;
}

void sma_client_rest_free(struct sma_client_rest *rest)
{
    if (!rest)
        return;
    for (size_t i = 0; i < rest->fixed_count; i++)
        sma_client_free_secret(rest->fixed[i]);
    sma_client_auth_free(rest->auth);
    sma_client_curl_free(rest->curl);
    sma_client_mock_close(rest->mock);
    sma_client_endpoints_fini(&rest->endpoints);
    pthread_cond_destroy(&rest->stopping);
    pthread_mutex_destroy(&rest->mutex);
    sma_client_free(rest);
}

void sma_client_rest_stop(struct sma_client_rest *rest)
{
    if (!rest)
        return;
    pthread_mutex_lock(&rest->mutex);
    rest->is_stopping = true;
    pthread_cond_broadcast(&rest->stopping);
    pthread_mutex_unlock(&rest->mutex);
    sma_client_curl_stop(rest->curl);
}

/* False when the client is being freed. */
static bool pause_until(struct sma_client_rest *rest, int64_t until_ms)
{
    pthread_mutex_lock(&rest->mutex);
    while (!rest->is_stopping &&
           sma_client_cond_wait(&rest->stopping, &rest->mutex, until_ms))
        ;
    bool goes_on = !rest->is_stopping;
    pthread_mutex_unlock(&rest->mutex);
    return goes_on;
}

void sma_client_reply_fini(struct sma_client_reply *reply)
{
    sma_buf_fini(&reply->body);
    sma_buf_fini(&reply->url);
}

/* ---- percent encoding -----------------------------------------------------------------------------
 */

static void put_encoded(struct sma_buf *out, struct sma_str text, bool dots_too)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_~";
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c && (strchr(plain, c) || (c == '.' && !dots_too))) {
            sma_buf_putc(out, (char)c);
        } else {
            sma_buf_putc(out, '%');
            sma_buf_putc(out, digits[c >> 4]);
            sma_buf_putc(out, digits[c & 15]);
        }
    }
}

void sma_client_put_segment(struct sma_buf *out, struct sma_str segment)
{
    put_encoded(out, segment, sma_str_eqz(segment, ".") || sma_str_eqz(segment, ".."));
}

void sma_client_put_query(struct sma_buf *out, struct sma_str value)
{
    put_encoded(out, value, false);
}

/* ---- what an answer means -------------------------------------------------------------------------
 */

/* "error_code" and "message" of a registry's answer. */
static void read_refusal(struct sma_arena *arena, struct sma_str body, int *code,
                         struct sma_str *message)
{
    const struct sma_json *root = NULL, *text;
    int32_t number = 0;
    *code = 0;
    *message = sma_str_make(NULL, 0);
    if (sma_json_parse(&root, arena, body, NULL, NULL, NULL))
        return;
    if (sma_json_i32(sma_json_getz(root, "error_code"), &number))
        *code = number;
    text = sma_json_getz(root, "message");
    if (sma_json_is(text, SMA_JSON_STRING))
        *message = text->text;
}

static schemata_status_t meaning(int status, int code)
{
    if (status == 401 || status == 403)
        return SCHEMATA_ERR_AUTH;
    if (status == 404)
        return SCHEMATA_ERR_NOT_FOUND;
    if (status == 409)
        return SCHEMATA_ERR_INCOMPATIBLE;
    if (code == 42201)
        return SCHEMATA_ERR_PARSE;
    if (code == 42205 || code == 42206 || status == 405)
        return SCHEMATA_ERR_CONFLICT; /* mode or references forbid it */
    if (status == 408 || status == 429 || status >= 500)
        return SCHEMATA_ERR_SERVER;
    return SCHEMATA_ERR_ARG;
}

static bool may_be_retried(int status)
{
    return status == 408 || status == 429 || status == 500 || status == 502 || status == 503 ||
           status == 504;
}

static schemata_status_t refuse(int status, struct sma_str body, const char *url,
                                schemata_error_t **err)
{
    struct sma_arena arena;
    struct sma_str message;
    schemata_error_t *made = NULL;
    int code;
    sma_arena_init(&arena, 0);
    read_refusal(&arena, body, &code, &message);
    schemata_status_t st = meaning(status, code);
    if (message.len)
        sma_client_fail(&made, st, "%.*s (HTTP %d, code %d)", SMA_STR_ARG(message), status, code);
    else
        sma_client_fail(&made, st, "the registry answered HTTP %d without saying why", status);
    sma_arena_fini(&arena);
    sma_client_error_place(&made, status, url);
    if (!made->is_static) {
        made->code = code;
        made->is_retriable = may_be_retried(status);
    }
    if (st == SCHEMATA_ERR_AUTH)
        sma_client_hint(&made, "set basic.auth.user.info or a bearer.auth property");
    return sma_client_error_give(err, made);
}

schemata_status_t sma_client_rest_refused(const struct sma_client_reply *reply,
                                          schemata_error_t **err)
{
    return refuse(reply->status, sma_buf_str(&reply->body), reply->url.ptr, err);
}

/* ---- one attempt ----------------------------------------------------------------------------------
 */

struct attempt {
    const char *method, *path;
    struct sma_str body;
    int64_t deadline_ms;
    int64_t retry_after_ms; /* out: what the registry asked for, 0: nothing */
    bool is_endpoint_bad;   /* out: another URL may do better */
};

/* A transport's failure as an error of ours. What came back but must not be used (too long, redirected
 * elsewhere) would come back again: another URL may help, time does not. */
static schemata_status_t no_answer(schemata_status_t st, const schemata_http_response_t *resp,
                                   const char *url, int64_t deadline_ms, schemata_error_t **err)
{
    const char *text = resp->transport_error ? resp->transport_error : "no answer";
    schemata_error_t *made = NULL;
    bool is_late = sma_client_now_ms() >= deadline_ms;
    if (st == SCHEMATA_ERR_NOMEM)
        return sma_client_no_memory(err);
    bool is_retriable = !st || st == SCHEMATA_ERR_UNREACHABLE || st == SCHEMATA_ERR_TIMEOUT;
    if (!st)
        st = is_late ? SCHEMATA_ERR_TIMEOUT : SCHEMATA_ERR_UNREACHABLE;
    sma_client_fail(&made, st, "%s: %s", url, text);
    sma_client_error_place(&made, 0, url);
    if (!made->is_static)
        made->is_retriable = is_retriable;
    if (st == SCHEMATA_ERR_UNREACHABLE)
        sma_client_hint(&made, "is the registry running, and is schema.registry.url right?");
    return sma_client_error_give(err, made);
}

static schemata_status_t take_answer(const schemata_http_response_t *resp, const char *url,
                                     struct sma_client_reply *out, struct attempt *a,
                                     schemata_error_t **err)
{
    struct sma_str body = sma_str_make(resp->body, resp->body ? resp->body_len : 0);
    a->is_endpoint_bad = may_be_retried(resp->status);
    if (resp->status < 200 || resp->status == 401 || resp->status == 403 ||
        may_be_retried(resp->status) || resp->status > 500)
        return refuse(resp->status, body, url, err);
    out->status = resp->status;
    sma_buf_init(&out->body, 0);
    sma_buf_init(&out->url, 0);
    sma_buf_puts(&out->body, body);
    sma_buf_putz(&out->url, url);
    if (!sma_buf_failed(&out->body) && !sma_buf_failed(&out->url))
        return SCHEMATA_OK;
    sma_client_reply_fini(out);
    return sma_client_no_memory(err);
}

static schemata_status_t send(struct sma_client_rest *rest, struct attempt *a, const char *url,
                              const char *authorization, struct sma_client_reply *out,
                              schemata_error_t **err)
{
    const char *headers[HEADERS_MAX + 2];
    size_t n = 0;
    schemata_http_response_t resp = {.size = sizeof resp};
    for (size_t i = 0; i < rest->fixed_count; i++)
        headers[n++] = rest->fixed[i];
    if (authorization)
        headers[n++] = authorization;
    headers[n] = NULL;
    const schemata_http_request_t req = {.size = sizeof req,
                                         .method = a->method,
                                         .url = url,
                                         .headers = headers,
                                         .body = a->body.ptr,
                                         .body_len = a->body.len,
                                         .deadline_ms = a->deadline_ms};
    int64_t start_us = sma_client_now_us();
    sma_client_count(&rest->counters->requests);
    schemata_status_t st = rest->http.run(rest->http.ctx, &req, &resp);
    sma_client_count_latency(rest->counters, (uint64_t)(sma_client_now_us() - start_us));
    a->retry_after_ms = resp.retry_after_ms > 0 ? resp.retry_after_ms : 0;
    a->is_endpoint_bad = st != SCHEMATA_ERR_NOMEM;
    st = st || !resp.status ? no_answer(st, &resp, url, a->deadline_ms, err)
                            : take_answer(&resp, url, out, a, err);
    if (rest->http.release)
        rest->http.release(rest->http.ctx, &resp);
    return st;
}

static schemata_status_t try_endpoint(struct sma_client_rest *rest, struct attempt *a, size_t i,
                                      struct sma_client_reply *out, schemata_error_t **err)
{
    const struct sma_client_endpoint *endpoint = &rest->endpoints.items[i];
    struct sma_buf url, authorization;
    schemata_status_t st = SCHEMATA_OK;
    a->is_endpoint_bad = false;
    a->retry_after_ms = 0;
    sma_buf_init(&url, 0);
    sma_buf_init(&authorization, 0);
    sma_buf_putz(&url, endpoint->base);
    sma_buf_putz(&url, a->path);
    if (!rest->mock)
        st = sma_client_auth_put(rest->auth, &authorization, endpoint->user_info, a->deadline_ms,
                                 err);
    if (!st && (sma_buf_failed(&url) || sma_buf_failed(&authorization)))
        st = sma_client_no_memory(err);
    if (!st)
        st = send(rest, a, url.ptr, authorization.len ? authorization.ptr : NULL, out, err);
    if (authorization.ptr)
        explicit_bzero(authorization.ptr, authorization.len);
    sma_buf_fini(&authorization);
    sma_buf_fini(&url);
    return st;
}

/* One URL, once more when its 401 may come from a token that has had its day. */
static schemata_status_t try_with_renewal(struct sma_client_rest *rest, struct attempt *a, size_t i,
                                          bool *has_renewed, struct sma_client_reply *out,
                                          schemata_error_t **err)
{
    schemata_status_t st = try_endpoint(rest, a, i, out, err);
    if (st != SCHEMATA_ERR_AUTH || (*err)->http_status != 401 || *has_renewed ||
        !sma_client_auth_renew(rest->auth))
        return st;
    *has_renewed = true;
    schemata_error_free(*err);
    *err = NULL;
    return try_endpoint(rest, a, i, out, err);
}

/* ---- rounds over all URLs -------------------------------------------------------------------------
 */

/* Each URL once. SCHEMATA_OK, or the last URL's error in *err, which is not NULL here; the shortest
 * Retry-After in a->retry_after_ms. */
static schemata_status_t round_trip(struct sma_client_rest *rest, struct attempt *a,
                                    struct sma_client_reply *out, schemata_error_t **err)
{
    size_t order[SMA_CLIENT_ENDPOINTS_MAX];
    bool has_renewed = false;
    schemata_status_t st = SCHEMATA_OK;
    int64_t retry_after_ms = INT64_MAX;
    sma_client_endpoints_order(&rest->endpoints, order);
    for (size_t k = 0; k < rest->endpoints.count; k++) {
        if (k) {
            schemata_error_free(*err);
            *err = NULL;
            sma_client_count(&rest->counters->failovers);
        }
        st = try_with_renewal(rest, a, order[k], &has_renewed, out, err);
        if (!st || !a->is_endpoint_bad) {
            if (!st || (*err)->http_status)
                sma_client_endpoint_worked(&rest->endpoints, order[k]);
            return st;
        }
        sma_client_endpoint_failed(&rest->endpoints, order[k]);
        if (a->retry_after_ms < retry_after_ms)
            retry_after_ms = a->retry_after_ms;
        if (sma_client_now_ms() >= a->deadline_ms)
            break;
    }
    a->retry_after_ms = retry_after_ms;
    return st;
}

/* Full jitter under a doubling ceiling, and never sooner than the registry asked for. */
static int64_t pause_ms(const struct sma_client_rest *rest, int64_t round, int64_t retry_after_ms)
{
    int64_t ceiling = rest->wait_ms;
    for (int64_t i = 0; i < round && ceiling < rest->max_wait_ms; i++)
        ceiling *= 2;
    if (ceiling > rest->max_wait_ms)
        ceiling = rest->max_wait_ms;
    int64_t wait = (int64_t)sma_client_random_below((uint64_t)ceiling + 1);
    return wait > retry_after_ms ? wait : retry_after_ms;
}

schemata_status_t sma_client_rest_call(struct sma_client_rest *rest, const char *method,
                                       const char *path, struct sma_str body, int64_t deadline_ms,
                                       struct sma_client_reply *out, schemata_error_t **err)
{
    struct attempt a = {.method = method, .path = path, .body = body, .deadline_ms = deadline_ms};
    schemata_error_t *last = NULL;
    if (getpid() != rest->pid)
        return sma_client_fail(err, SCHEMATA_ERR_ARG,
                               "the client was made before fork(): make a new one in the child");
    for (int64_t round = 0;; round++) {
        if (!round_trip(rest, &a, out, &last))
            return SCHEMATA_OK;
        if (!last->is_retriable || round == rest->retries)
            break;
        int64_t until_ms = sma_client_now_ms() + pause_ms(rest, round, a.retry_after_ms);
        if (until_ms >= deadline_ms || !pause_until(rest, until_ms))
            break;
        schemata_error_free(last);
        last = NULL;
        sma_client_count(&rest->counters->retries);
    }
    sma_client_count(&rest->counters->errors);
    return sma_client_error_give(err, last);
}
