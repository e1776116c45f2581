/* A running server, asked over sockets: routing, decoding, hooks, negotiation, answers. */
#include "tests/unit/http/raw.h"

/* ---- what is served
 * --------------------------------------------------------------------------------- */

static const struct sma_http_media types[] = {
    {SMA_STR_INIT("application/vnd.schemaregistry.v1+json"), 1000},
    {SMA_STR_INIT("application/json"), 500},
};
static const struct sma_http_media body_types[] = {
    {SMA_STR_INIT("application/json"), 1000},
    {SMA_STR_INIT("application/octet-stream"), 1000},
};

/* Writes down everything a handler can see. */
static enum sma_http_outcome show(struct sma_http_exchange *exchange,
                                  const struct sma_http_request *request, void *ctx)
{
    struct sma_buf *body = sma_http_body(exchange);
    (void)ctx;
    sma_buf_printf(body, "%.*s %s", SMA_STR_ARG(request->method), request->route->name);
    for (size_t i = 0; i < request->param_count; i++)
        sma_buf_printf(body, " [%.*s]", SMA_STR_ARG(request->params[i]));
    for (size_t i = 0; i < request->query_count; i++) {
        const struct sma_http_query_item *item = &request->query_items[i];
        sma_buf_printf(body, " %.*s%s%.*s", SMA_STR_ARG(item->name), item->has_value ? "=" : "",
                       SMA_STR_ARG(item->value));
    }
    if (request->has_body)
        sma_buf_printf(body, " {%.*s}", SMA_STR_ARG(request->body));
    return SMA_HTTP_DONE;
}

static enum sma_http_outcome lookups(struct sma_http_exchange *exchange,
                                     const struct sma_http_request *request, void *ctx)
{
    struct sma_buf *body = sma_http_body(exchange);
    struct sma_str value;
    (void)ctx;
    for (const struct sma_http_query_item *item = sma_http_query(request, "key"); item;
         item = sma_http_query_next(request, item))
        sma_buf_printf(body, "%.*s;", SMA_STR_ARG(item->value));
    sma_buf_printf(body, "%s;", sma_http_query(request, "none") ? "there" : "absent");
    sma_buf_puts(body, sma_http_param(request, "second"));
    sma_buf_putc(body, ';');
    sma_buf_puts(body, sma_http_param(request, "third"));
    sma_buf_putc(body, ';');
    if (sma_http_header(request, "x-TEST", &value))
        sma_buf_puts(body, value);
    sma_buf_printf(body, ";%.*s;%.*s;%.*s", SMA_STR_ARG(request->remote),
                   SMA_STR_ARG(request->path), SMA_STR_ARG(request->query));
    return SMA_HTTP_DONE;
}

static enum sma_http_outcome custom(struct sma_http_exchange *exchange,
                                    const struct sma_http_request *request, void *ctx)
{
    (void)request;
    (void)ctx;
    sma_http_set_status(exchange, 299);
    sma_http_set_type(exchange, SMA_STR("text/x-custom"));
    assert_true(sma_http_add_header(exchange, "X-One", SMA_STR("1")));
    assert_true(sma_http_add_header(exchange, "X-Two", SMA_STR("zwei")));
    assert_false(sma_http_add_header(exchange, "X-Bad", SMA_STR("a\r\nSet-Cookie: b")));
    assert_false(sma_http_add_header(exchange, "X Bad", SMA_STR("a")));
    sma_http_body_static(exchange, SMA_STR("custom"));
    return SMA_HTTP_DONE;
}

static enum sma_http_outcome no_content(struct sma_http_exchange *exchange,
                                        const struct sma_http_request *request, void *ctx)
{
    (void)request;
    (void)ctx;
    sma_buf_putz(sma_http_body(exchange), "not to be seen");
    sma_http_set_status(exchange, 204);
    return SMA_HTTP_DONE;
}

static enum sma_http_outcome too_much(struct sma_http_exchange *exchange,
                                      const struct sma_http_request *request, void *ctx)
{
    (void)request;
    (void)ctx;
    for (int i = 0; i < 3000; i++)
        sma_buf_putz(sma_http_body(exchange), "0123456789");
    return SMA_HTTP_DONE;
}

static enum sma_http_outcome declines(struct sma_http_exchange *exchange,
                                      const struct sma_http_request *request, void *ctx)
{
    (void)exchange;
    (void)ctx;
    return sma_http_query(request, "fast") ? show(exchange, request, ctx) : SMA_HTTP_DECLINED;
}

static _Atomic int released;

static void release(void *owner)
{
    *(_Atomic int *)owner += 1;
}

static enum sma_http_outcome shared(struct sma_http_exchange *exchange,
                                    const struct sma_http_request *request, void *ctx)
{
    (void)request;
    (void)ctx;
    sma_http_body_shared(exchange, SMA_STR("first"), release, &released);
    sma_http_body_shared(exchange, SMA_STR("shared"), release, &released);
    return SMA_HTTP_DONE;
}

static const struct sma_http_media_list anything;
static const struct sma_http_media html_types[] = {{SMA_STR_INIT("text/html"), 1000}};
static const struct sma_http_media_list html = {html_types, 1};

static const struct sma_http_route routes[] = {
    {"GET", "/", "root", show, NULL, SMA_HTTP_INLINE, NULL, NULL, NULL},
    {"GET", "/subjects/{subject}", "subject", show, NULL, SMA_HTTP_INLINE, NULL, NULL, NULL},
    {"POST", "/subjects/{subject}", "lookup", show, NULL, 0, NULL, NULL, NULL},
    {"GET", "/subjects/{subject}/versions/{version}", "version", show, NULL, 0, NULL, NULL, NULL},
    {"GET", "/lookups/{first}/{second}", "lookups", lookups, NULL, 0, NULL, NULL, NULL},
    {"GET", "/custom", "custom", custom, NULL, SMA_HTTP_INLINE, NULL, NULL, NULL},
    {"DELETE", "/empty", "empty", no_content, NULL, SMA_HTTP_INLINE, NULL, NULL, NULL},
    {"GET", "/too-much", "too-much", too_much, NULL, SMA_HTTP_INLINE, NULL, NULL, NULL},
    {"GET", "/too-much-later", "too-much", too_much, NULL, 0, NULL, NULL, NULL},
    {"POST", "/either", "either", show, declines, 0, NULL, NULL, NULL},
    {"GET", "/bug", "bug", declines, NULL, SMA_HTTP_INLINE, NULL, NULL, NULL},
    {"GET", "/bug-later", "bug", declines, NULL, 0, NULL, NULL, NULL},
    {"GET", "/shared", "shared", shared, NULL, SMA_HTTP_INLINE, NULL, NULL, NULL},
    {"GET", "/shared-later", "shared", shared, NULL, 0, NULL, NULL, NULL},
    {"GET", "/html", "html", show, NULL, SMA_HTTP_INLINE, &html, NULL, NULL},
    {"POST", "/open", "open", show, NULL, SMA_HTTP_INLINE, &anything, &anything, NULL},
};

/* The facade's own form of an error body. */
static void problem(struct sma_http_exchange *exchange, const struct sma_http_request *request,
                    const struct sma_http_problem *problem_, void *ctx)
{
    (void)request;
    sma_buf_printf(sma_http_body(exchange), "%s %d", (const char *)ctx, problem_->status);
}

/* /ctx/{name}/… is the same as …, with a query parameter; /teapot is answered here. */
static enum sma_http_outcome rewrite(struct sma_http_exchange *exchange,
                                     const struct sma_http_request *request,
                                     struct sma_http_target *target, void *ctx)
{
    (void)ctx;
    if (target->segment_count == 1 && sma_str_eqz(target->segments[0], "teapot")) {
        sma_http_set_status(exchange, 418);
        sma_buf_putz(sma_http_body(exchange), "short and stout");
        return SMA_HTTP_DONE;
    }
    if (target->segment_count < 2 || !sma_str_eqz(target->segments[0], "ctx"))
        return SMA_HTTP_DECLINED;
    struct sma_str name = target->segments[1];
    target->segment_count -= 2;
    memmove(target->segments, target->segments + 2,
            target->segment_count * sizeof target->segments[0]);
    if (!sma_http_target_add_query(target, request->arena, SMA_STR("ctx"), name))
        return SMA_HTTP_DONE;
    return SMA_HTTP_DECLINED;
}

static const struct sma_http_route ops_routes[] = {
    {"GET", "/healthz", "healthz", show, NULL, SMA_HTTP_INLINE, NULL, NULL, NULL},
};
static const struct sma_http_facade facades[] = {
    {.routes = routes,
     .route_count = SMA_COUNT(routes),
     .produces = {types, 2},
     .consumes = {body_types, 2},
     .default_type = SMA_STR_INIT("application/octet-stream"),
     .problem = problem,
     .rewrite = rewrite,
     .ctx = "main"},
    {.routes = ops_routes, .route_count = 1},
};
static const struct sma_http_header fixed[] = {
    {SMA_STR_INIT("X-Fixed"), SMA_STR_INIT("always")},
};

static struct sma_http_server *server;

static int start(void **state)
{
    (void)state;
    struct sma_http_options options = {
        .fixed_headers = fixed, .fixed_header_count = 1, .answer_bytes_max = 20000};
    server = raw_start(options, facades, 2);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    sma_http_server_stop(server);
    server = NULL;
    return 0;
}

/* ---- one request, one answer
 * ------------------------------------------------------------------------ */

#define H " HTTP/1.1\r\nHost: t\r\n"
#define V1 "application/vnd.schemaregistry.v1+json"

static const struct row {
    const char *name, *request;
    int status;
    const char *body;
    const char *header, *value; /* NULL: not looked at; value NULL: must be absent */
} rows[] = {
    {"root", "GET /" H "\r\n", 200, "GET root", "Content-Type", V1},
    {"parameter", "GET /subjects/abc" H "\r\n", 200, "GET subject [abc]", "X-Fixed", "always"},
    {"trailing slash", "GET /subjects/abc/" H "\r\n", 200, "GET subject [abc]", NULL, NULL},
    {"escaped slash", "GET /subjects/a%2Fb" H "\r\n", 200, "GET subject [a/b]", NULL, NULL},
    {"escaped twice", "GET /subjects/a%252Fb" H "\r\n", 200, "GET subject [a%2Fb]", NULL, NULL},
    {"dots", "GET /subjects/.." H "\r\n", 200, "GET subject [..]", NULL, NULL},
    {"escaped dots", "GET /subjects/%2e%2e/versions/1" H "\r\n", 200, "GET version [..] [1]", NULL,
     NULL},
    {"double slash", "GET //subjects/a" H "\r\n", 404, "main 404", NULL, NULL},
    {"query", "GET /subjects/a?deleted&x=&y=1+2%2B3" H "\r\n", 200,
     "GET subject [a] deleted x= y=1 2+3", NULL, NULL},
    {"absolute form", "GET http://other/subjects/a?q=1" H "\r\n", 200, "GET subject [a] q=1", NULL,
     NULL},
    {"encoded NUL", "GET /subjects/a%00b" H "\r\n", 400, "main 400", "Content-Type", V1},
    {"invalid UTF-8", "GET /subjects/%ff" H "\r\n", 400, "main 400", NULL, NULL},
    {"bad escape", "GET /subjects/%2" H "\r\n", 400, "main 400", NULL, NULL},
    {"bad escape in the query", "GET /subjects/a?x=%" H "\r\n", 400, "main 400", NULL, NULL},
    {"look-ups", "GET /lookups/1/2?key=a&KEY=x&key=b" H "X-Test: 7\r\n\r\n", 200,
     "a;b;absent;2;;7;127.0.0.1;/lookups/1/2;key=a&KEY=x&key=b", NULL, NULL},
    {"worker", "GET /subjects/a/versions/1" H "\r\n", 200, "GET version [a] [1]", NULL, NULL},
    {"body", "POST /subjects/a" H "Content-Length: 3\r\n\r\nabc", 200, "POST lookup [a] {abc}",
     NULL, NULL},
    {"chunked body",
     "POST /subjects/a" H "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", 200,
     "POST lookup [a] {abc}", NULL, NULL},
    {"chunked body with extension and trailer",
     "POST /subjects/a" H "Transfer-Encoding: Chunked\r\n\r\n2;x=y\r\nab\r\n0\r\nX: y\r\n\r\n", 200,
     "POST lookup [a] {ab}", NULL, NULL},
    {"no body", "POST /subjects/a" H "Content-Length: 0\r\n\r\n", 200, "POST lookup [a]", NULL,
     NULL},
    {"head", "HEAD /subjects/a" H "\r\n", 200, "", "Content-Length", "16"},
    {"head of a worker's route", "HEAD /subjects/a/versions/1" H "\r\n", 200, "", "Content-Length",
     "20"},
    {"head of nothing", "HEAD /nope" H "\r\n", 404, "", "Content-Length", "8"},
    {"unknown path", "GET /nope" H "\r\n", 404, "main 404", "Content-Type", V1},
    {"unknown path, with a body", "POST /nope" H "Content-Length: 3\r\n\r\nabc", 404, "main 404",
     NULL, NULL},
    {"unknown path, other type asked for", "GET /nope" H "Accept: application/json\r\n\r\n", 404,
     "main 404", "Content-Type", "application/json"},
    {"17 segments", "GET /1/2/3/4/5/6/7/8/9/a/b/c/d/e/f/g/h" H "\r\n", 404, "main 404", NULL, NULL},
    {"other method", "PUT /subjects/a" H "\r\n", 405, "main 405", "Allow",
     "GET, HEAD, POST, OPTIONS"},
    {"lower-case method", "get /" H "\r\n", 405, "main 405", "Allow", "GET, HEAD, OPTIONS"},
    {"made-up method", "BREW /" H "\r\n", 405, "main 405", NULL, NULL},
    {"long method", "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZ /" H "\r\n", 405,
     "main 405", NULL, NULL},
    {"options", "OPTIONS /subjects/a" H "\r\n", 200, "main 200", "Allow",
     "GET, HEAD, POST, OPTIONS"},
    {"options of everything", "OPTIONS *" H "\r\n", 200, "main 200", "Allow",
     "GET, HEAD, POST, DELETE, OPTIONS"},
    {"options of nothing", "OPTIONS /nope" H "\r\n", 404, "main 404", NULL, NULL},
    {"asterisk with another method", "GET *" H "\r\n", 400, "main 400", NULL, NULL},
    {"connect", "CONNECT host:443" H "\r\n", 400, "main 400", NULL, NULL},
    {"trace", "TRACE /" H "\r\n", 405, "main 405", NULL, NULL},
    {"json asked for", "GET /" H "Accept: application/json\r\n\r\n", 200, "GET root",
     "Content-Type", "application/json"},
    {"several accept headers", "GET /" H "Accept: text/plain\r\nAccept: application/json\r\n\r\n",
     200, "GET root", "Content-Type", "application/json"},
    {"not acceptable", "GET /" H "Accept: text/plain\r\n\r\n", 406, "main 406", "Content-Type", V1},
    {"a route's own types", "GET /html" H "Accept: text/html\r\n\r\n", 200, "GET html",
     "Content-Type", "text/html"},
    {"a route's own types only", "GET /html" H "Accept: application/json\r\n\r\n", 406, "main 406",
     NULL, NULL},
    {"supported body type",
     "POST /subjects/a" H "Content-Type: application/json; charset=utf-8\r\n"
     "Content-Length: 1\r\n\r\nx",
     200, "POST lookup [a] {x}", NULL, NULL},
    {"unsupported body type",
     "POST /subjects/a" H "Content-Type: text/plain\r\nContent-Length: 1\r\n\r\nx", 415, "main 415",
     NULL, NULL},
    {"unsupported type without a body",
     "POST /subjects/a" H "Content-Type: text/plain\r\nContent-Length: 0\r\n\r\n", 200,
     "POST lookup [a]", NULL, NULL},
    {"415 comes before 406",
     "POST /subjects/a" H "Accept: a/b\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\nx",
     415, "main 415", NULL, NULL},
    {"405 comes before 406", "PUT /" H "Accept: a/b\r\n\r\n", 405, "main 405", NULL, NULL},
    {"a route without negotiation",
     "POST /open" H "Accept: a/b\r\nContent-Type: c/d\r\nContent-Length: 1\r\n\r\nx", 200,
     "POST open {x}", NULL, NULL},
    {"status, type, headers", "GET /custom" H "\r\n", 299, "custom", "X-Two", "zwei"},
    {"own type", "GET /custom" H "\r\n", 299, "custom", "Content-Type", "text/x-custom"},
    {"no bad header", "GET /custom" H "\r\n", 299, "custom", "X-Bad", NULL},
    {"no content", "DELETE /empty" H "\r\n", 204, "", "Content-Length", NULL},
    {"no content has no type", "DELETE /empty" H "\r\n", 204, "", "Content-Type", NULL},
    {"answer over its limit", "GET /too-much" H "\r\n", 500, "main 500", NULL, NULL},
    {"answer over its limit, by a worker", "GET /too-much-later" H "\r\n", 500, "main 500", NULL,
     NULL},
    {"fast handler", "POST /either?fast" H "\r\n", 200, "POST either fast", NULL, NULL},
    {"fast handler declines", "POST /either" H "\r\n", 200, "POST either", NULL, NULL},
    {"a handler that must not decline", "GET /bug" H "\r\n", 500, "main 500", NULL, NULL},
    {"a worker's handler that must not", "GET /bug-later" H "\r\n", 500, "main 500", NULL, NULL},
    {"rewritten", "GET /ctx/c%2Fd/subjects/a?x=1" H "\r\n", 200, "GET subject [a] x=1 ctx=c/d",
     NULL, NULL},
    {"rewritten to nothing", "GET /ctx/c/nope" H "\r\n", 404, "main 404", NULL, NULL},
    {"answered by the hook", "GET /teapot" H "\r\n", 418, "short and stout", NULL, NULL},
    {"second facade", "GET /healthz" H "Accept: a/b\r\n\r\n", 200, "GET healthz", "Content-Type",
     NULL},
    {"second facade's problems", "PUT /healthz" H "\r\n", 405,
     "{\"error_code\":405,\"message\":\"Method Not Allowed\"}", "Content-Type", "application/json"},
    {"HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", 200, "GET root", "Connection", "close"},
    {"HTTP/1.0 keep-alive", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200, "GET root",
     "Connection", "Keep-Alive"},
    {"close", "GET /" H "Connection: close\r\n\r\n", 200, "GET root", "Connection", "close"},
    {"given request id", "GET /" H "X-Request-ID: abc-1\r\n\r\n", 200, "GET root", "X-Request-ID",
     "abc-1"},
    {"given request id with spaces", "GET /" H "x-request-id:   a b  \r\n\r\n", 200, "GET root",
     "X-Request-ID", "a b"},
    {"request id of a problem", "GET /nope" H "X-Request-ID: abc-1\r\n\r\n", 404, "main 404",
     "X-Request-ID", "abc-1"},
    {"request id by a worker", "GET /subjects/a/versions/1" H "X-Request-ID: abc-1\r\n\r\n", 200,
     "GET version [a] [1]", "X-Request-ID", "abc-1"},
};

static void check(void **state)
{
    const struct row *row = *state;
    struct raw_reply reply;
    char text[256];
    raw_exchange(raw_port(server), row->request, &reply);
    if (reply.status != row->status)
        fail_msg("%s: status %d, want %d\n%s", row->name, reply.status, row->status, reply.head);
    sma_test_same_text(row->name, sma_str_make(reply.body, reply.body_len), sma_str_z(row->body));
    if (row->header) {
        const char *value = raw_header(&reply, row->header, text, sizeof text);
        if (!row->value)
            assert_null(value);
        else
            sma_test_same_text(row->name, sma_str_z(value), sma_str_z(row->value));
    }
    raw_free(&reply);
}

static void request_ids_are_made(void **state)
{
    static const char *const requests[] = {"GET /" H "\r\n", "GET /" H "X-Request-ID: \r\n\r\n",
                                           "GET /" H "X-Request-ID: a\r\nX-Request-ID: b\r\n\r\n",
                                           "GET /" H "X-Request-ID: a\tb\r\n\r\n"};
    char last[64] = "", id[64];
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(requests); i++) {
        struct raw_reply reply;
        raw_exchange(raw_port(server), requests[i], &reply);
        assert_int_equal(reply.status, 200);
        assert_non_null(raw_header(&reply, "X-Request-ID", id, sizeof id));
        assert_int_equal(strlen(id), 36);
        assert_string_not_equal(id, last);
        snprintf(last, sizeof last, "%s", id);
        raw_free(&reply);
    }
}

static bool is_released(void *want)
{
    return released == *(int *)want;
}

static void shared_bytes_are_released_once(void **state)
{
    static const char *const requests[] = {RAW_GET("/shared"), RAW_GET("/shared-later"),
                                           "HEAD /shared HTTP/1.1\r\nHost: t\r\n\r\n"};
    (void)state;
    released = 0;
    for (int i = 0; i < 3; i++) {
        struct raw_reply reply;
        int want = 2 * (i + 1);
        raw_exchange(raw_port(server), requests[i], &reply);
        assert_string_equal(reply.body, i < 2 ? "shared" : "");
        raw_wait_for("release", is_released, &want);
        raw_free(&reply);
    }
}

static void keep_alive_and_pipelining(void **state)
{
    static const char *const bodies[] = {"GET root", "POST lookup [a] {xyz}", "GET version [a] [1]",
                                         "main 404", "GET subject [b]"};
    struct raw_conn conn = raw_open(raw_port(server));
    (void)state;
    for (int round = 0; round < 20; round++) {
        raw_send(&conn, RAW_GET("/") "POST /subjects/a" H "Content-Length: 3\r\n\r\nxyz" RAW_GET(
                            "/subjects/a/versions/1") RAW_GET("/nope") RAW_GET("/subjects/b"));
        for (size_t i = 0; i < SMA_COUNT(bodies); i++) {
            struct raw_reply reply;
            raw_receive(&conn, &reply, false);
            assert_string_equal(reply.body, bodies[i]);
            raw_free(&reply);
        }
    }
    raw_close(&conn);
}

static void a_request_in_single_bytes(void **state)
{
    const char *request = "POST /subjects/a" H "Content-Length: 3\r\n\r\nabc";
    struct raw_conn conn = raw_open(raw_port(server));
    struct raw_reply reply;
    (void)state;
    for (const char *at = request; *at; at++)
        raw_send_bytes(&conn, at, 1);
    raw_receive(&conn, &reply, false);
    assert_string_equal(reply.body, "POST lookup [a] {abc}");
    raw_free(&reply);
    raw_close(&conn);
}

/* A client that closes its sending half still gets its answer, also from a worker. */
static void half_closed_clients_are_answered(void **state)
{
    static const char *const targets[] = {RAW_GET("/subjects/a"),
                                          RAW_GET("/subjects/a/versions/1")};
    (void)state;
    for (int i = 0; i < 40; i++) {
        struct raw_conn conn = raw_open(raw_port(server));
        struct raw_reply reply;
        raw_send(&conn, targets[i % 2]);
        shutdown(conn.fd, SHUT_WR);
        raw_receive(&conn, &reply, false);
        assert_int_equal(reply.status, 200);
        raw_free(&reply);
        if (i >= 38) /* and then is closed, though not in the same instant */
            assert_int_equal(raw_drain(&conn), 0);
        raw_close(&conn);
    }
}

static void starting_can_fail(void **state)
{
    static const struct sma_http_listener nowhere = {"192.0.2.1", 0};
    static const struct sma_http_header bad_header = {SMA_STR_INIT("X-Bad"), SMA_STR_INIT("a\nb")};
    struct sma_http_listener taken = {"127.0.0.1", raw_port(server)};
    struct sma_http_options options = {.facades = facades, .facade_count = 2};
    struct sma_http_server *other = NULL;
    struct sma_error err = SMA_ERROR_INIT;
    char want[128];
    (void)state;
    assert_int_equal(sma_http_server_start(&other, &options, &err), SMA_EINVAL);
    options.listener_count = 1;
    options.listeners = &nowhere;
    sma_error_clear(&err);
    assert_int_equal(sma_http_server_start(&other, &options, &err), SMA_EIO);
    assert_string_equal(err.message,
                        "cannot listen on 192.0.2.1:0: Cannot assign requested address");
    options.listeners = &taken;
    sma_error_clear(&err);
    assert_int_equal(sma_http_server_start(&other, &options, &err), SMA_EIO);
    snprintf(want, sizeof want, "cannot listen on 127.0.0.1:%u: Address already in use",
             (unsigned)taken.port);
    assert_string_equal(err.message, want);
    options.fixed_headers = &bad_header;
    options.fixed_header_count = 1;
    sma_error_clear(&err);
    assert_int_equal(sma_http_server_start(&other, &options, &err), SMA_EINVAL);
    assert_string_equal(err.message, "\"X-Bad\" cannot be a header of every answer");
    options.facade_count = 0;
    assert_int_equal(sma_http_server_start(&other, &options, NULL), SMA_EINVAL);
    assert_null(other);
}

static void several_listeners(void **state)
{
    static const struct sma_http_listener listeners[] = {
        {"127.0.0.1", 0}, {"localhost", 0}, {"", 0}};
    struct sma_http_options options = {
        .listeners = listeners, .listener_count = 3, .facades = facades, .facade_count = 2};
    struct sma_http_server *other = NULL;
    (void)state;
    assert_int_equal(sma_http_server_start(&other, &options, NULL), SMA_OK);
    for (size_t i = 0; i < 3; i++) {
        struct raw_reply reply;
        raw_exchange(sma_http_server_port(other, i), RAW_GET("/"), &reply);
        assert_int_equal(reply.status, 200);
        raw_free(&reply);
        for (size_t k = 0; k < i; k++)
            assert_int_not_equal(sma_http_server_port(other, i), sma_http_server_port(other, k));
    }
    assert_int_equal(sma_http_server_port(other, 3), 0);
    sma_http_server_stop(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(request_ids_are_made),
        cmocka_unit_test(shared_bytes_are_released_once),
        cmocka_unit_test(keep_alive_and_pipelining),
        cmocka_unit_test(a_request_in_single_bytes),
        cmocka_unit_test(half_closed_clients_are_answered),
        cmocka_unit_test(starting_can_fail),
        cmocka_unit_test(several_listeners),
    };
    start(NULL);
    int failed = RAW_RUN_ROWS(rows, check);
    stop(NULL);
    failed += cmocka_run_group_tests(tests, start, stop);
    return failed != 0;
}
