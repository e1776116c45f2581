/* Where a request ends: shapes that make two servers disagree are refused, limits hold at limit and
 * limit + 1. */
#include "tests/unit/http/raw.h"

enum { BODY_MAX = 5000, TARGET_MAX = 3000, HEADER_MAX = 9000 };

static _Atomic int smuggled;

static enum sma_http_outcome count_smuggled(struct sma_http_exchange *exchange,
                                            const struct sma_http_request *request, void *ctx)
{
    (void)exchange;
    (void)request;
    (void)ctx;
    smuggled++;
    return SMA_HTTP_DONE;
}

/* Length and a checksum of the body. */
static enum sma_http_outcome measure(struct sma_http_exchange *exchange,
                                     const struct sma_http_request *request, void *ctx)
{
    unsigned sum = 0;
    (void)ctx;
    for (size_t i = 0; i < request->body.len; i++)
        sum = sum * 31 + (unsigned char)request->body.ptr[i];
    sma_buf_printf(sma_http_body(exchange), "%zu %u", request->body.len, sum);
    return SMA_HTTP_DONE;
}

static const struct sma_http_route routes[] = {
    {"POST", "/", "post", measure, NULL, SMA_HTTP_INLINE, NULL, NULL, NULL},
    {"GET", "/", "get", measure, NULL, SMA_HTTP_INLINE, NULL, NULL, NULL},
    {"GET", "/{name}", "name", measure, NULL, SMA_HTTP_INLINE, NULL, NULL, NULL},
    {"POST", "/later", "later", measure, NULL, 0, NULL, NULL, NULL},
    {"GET", "/smuggled", "smuggled", count_smuggled, NULL, SMA_HTTP_INLINE, NULL, NULL, NULL},
    {"POST", "/smuggled", "smuggled", count_smuggled, NULL, SMA_HTTP_INLINE, NULL, NULL, NULL},
};
static const struct sma_http_facade facade = {.routes = routes, .route_count = SMA_COUNT(routes)};

static struct sma_http_server *server;

static int start(void **state)
{
    struct sma_http_options options = {.body_bytes_max = BODY_MAX,
                                       .bodies_bytes_max = 4 * BODY_MAX,
                                       .target_bytes_max = TARGET_MAX,
                                       .header_bytes_max = HEADER_MAX};
    (void)state;
    server = raw_start(options, &facade, 1);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    sma_http_server_stop(server);
    return 0;
}

#define INNER "GET /smuggled HTTP/1.1\r\nHost: t\r\n\r\n"

/* Each is one malformed request, followed by bytes that must never be taken for a second one. */
static const struct row {
    const char *name, *request;
    const char
        *message; /* part of our JSON answer; NULL when the library answers (HTML) or closes */
} rows[] = {
    {"length and encoding",
     "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
     "0\r\n\r\n" INNER,
     "Content-Length and Transfer-Encoding exclude each other"},
    {"encoding and length",
     "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n"
     "0\r\n\r\n" INNER,
     "Content-Length and Transfer-Encoding exclude each other"},
    {"two lengths",
     "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 0\r\nContent-Length: 37\r\n\r\n" INNER,
     "more than one Content-Length"},
    {"the same length twice",
     "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n" INNER,
     "more than one Content-Length"},
    {"two encodings",
     "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
     "identity\r\n\r\n0\r\n\r\n" INNER,
     "the only Transfer-Encoding understood is chunked"},
    {"gzip, chunked",
     "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" INNER,
     "the only Transfer-Encoding understood is chunked"},
    {"identity", "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: identity\r\n\r\n" INNER,
     "the only Transfer-Encoding understood is chunked"},
    {"chunked with a blank behind it",
     "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked \r\n\r\n0\r\n\r\n" INNER,
     "the only Transfer-Encoding understood is chunked"},
    {"chunked with a vertical tab",
     "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n" INNER,
     "the only Transfer-Encoding understood is chunked"},
    {"quoted chunked",
     "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n" INNER,
     "the only Transfer-Encoding understood is chunked"},
    {"empty encoding", "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding:\r\n\r\n" INNER,
     "the only Transfer-Encoding understood is chunked"},
    {"encoding in HTTP/1.0",
     "POST / HTTP/1.0\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" INNER,
     "HTTP/1.0 has no Transfer-Encoding"},
    {"blank before the colon", "POST / HTTP/1.1\r\nHost: t\r\nContent-Length : 37\r\n\r\n" INNER,
     "a header field has no proper name"},
    {"tab before the colon",
     "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding\t: chunked\r\n\r\n" INNER,
     "a header field has no proper name"},
    {"empty name", "GET / HTTP/1.1\r\nHost: t\r\n: x\r\n\r\n" INNER, "the request header holds"},
    {"control character in a name", "GET / HTTP/1.1\r\nHost: t\r\nA\x01: x\r\n\r\n" INNER,
     "a header field has no proper name"},
    {"first line of the header is folded", "GET / HTTP/1.1\r\n Host: t\r\nHost: t\r\n\r\n" INNER,
     "a header field has no proper name"},
    {"folded encoding",
     "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" INNER,
     "a folded line"},
    {"folded value", "GET / HTTP/1.1\r\nHost: t\r\nX: a\r\n\tb\r\n\r\n" INNER, "a folded line"},
    {"bare line feed after a field", "GET / HTTP/1.1\r\nHost: t\nX: y\r\n\r\n" INNER,
     "without CR LF"},
    {"bare line feed after the request line", "GET / HTTP/1.1\nHost: t\r\n\r\n" INNER,
     "without CR LF"},
    {"bare line feed at the end", "GET / HTTP/1.1\r\nHost: t\r\n\n" INNER, "without CR LF"},
    {"bare carriage return in a name", "GET / HTTP/1.1\r\nHost: t\r\nX\rY: z\r\n\r\n" INNER,
     "a header field has no proper name"},
    {"NUL in a value",
     "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\2x\r\n\r\n0\r\n\r\n" INNER, "a NUL"},
    {"NUL in a name", "GET / HTTP/1.1\r\nHost: t\r\nA\2B: c\r\n\r\n" INNER, NULL},
    {"NUL in the target", "GET /a\2b HTTP/1.1\r\nHost: t\r\n\r\n" INNER, "a NUL"},
    {"NUL in the query", "GET /a?x\2y=1 HTTP/1.1\r\nHost: t\r\n\r\n" INNER, "a NUL"},
    {"NUL in the method", "G\2ET / HTTP/1.1\r\nHost: t\r\n\r\n" INNER, "a NUL"},
    {"two blanks before the target", "GET  / HTTP/1.1\r\nHost: t\r\n\r\n" INNER, "a NUL"},
    {"two blanks after the target", "GET /  HTTP/1.1\r\nHost: t\r\n\r\n" INNER, "must be percent"},
    {"blank in the target", "GET /a b HTTP/1.1\r\nHost: t\r\n\r\n" INNER, "must be percent"},
    {"method that is no token", "GE\"T / HTTP/1.1\r\nHost: t\r\n\r\n" INNER,
     "the method is not a token"},
    {"no host", "GET / HTTP/1.1\r\n\r\n" INNER, "exactly one Host"},
    {"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n" INNER, "exactly one Host"},
    {"length with a plus", "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: +0\r\n\r\n" INNER, NULL},
    {"negative length", "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: -1\r\n\r\n" INNER, NULL},
    {"two lengths in one field", "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 0,0\r\n\r\n" INNER,
     NULL},
    {"hexadecimal length", "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 0x0\r\n\r\n" INNER, NULL},
    {"length with a blank behind it",
     "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 0 \r\n\r\n" INNER, NULL},
    {"empty length", "POST / HTTP/1.1\r\nHost: t\r\nContent-Length:\r\n\r\n" INNER, NULL},
    {"length beyond 64 bits",
     "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 99999999999999999999\r\n\r\n" INNER, NULL},
    {"header line without colon", "GET / HTTP/1.1\r\nHost: t\r\nnonsense\r\n\r\n" INNER, NULL},
    {"no version", "GET /\r\nHost: t\r\n\r\n" INNER, NULL},
    {"HTTP/0.9", "GET / HTTP/0.9\r\nHost: t\r\n\r\n" INNER, NULL},
    {"HTTP/2.0", "GET / HTTP/2.0\r\nHost: t\r\n\r\n" INNER, NULL},
    {"preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" INNER, NULL},
    {"chunk size that is no number",
     "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n" INNER,
     NULL},
    {"chunk size with a prefix",
     "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n" INNER,
     NULL},
    {"negative chunk size",
     "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\na\r\n0\r\n\r\n" INNER,
     NULL},
    {"chunk longer than it says",
     "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n" INNER,
     NULL},
    {"chunk size beyond 64 bits",
     "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"
     "fffffffffffffffff\r\na\r\n0\r\n\r\n" INNER,
     NULL},
};

/* One refusal (or a closed connection), then the end: nothing behind it was obeyed. (The library's
 * own answer to a malformed Content-Length repeats its header before the body.) */
static void check(void **state)
{
    const struct row *row = *state;
    struct raw_conn conn = raw_open(raw_port(server));
    struct raw_reply reply;
    char bytes[1024];
    size_t len = strlen(row->request);
    memcpy(bytes, row->request, len);
    for (size_t i = 0; i < len; i++)
        bytes[i] = bytes[i] == 2 ? 0 : bytes[i];
    smuggled = 0;
    raw_send_bytes(&conn, bytes, len);
    raw_receive(&conn, &reply, false);
    if (reply.status && reply.status / 100 != 4 && reply.status != 505)
        fail_msg("%s: status %d", row->name, reply.status);
    if (row->message && (!reply.body || !strstr(reply.body, row->message)))
        fail_msg("%s: %d %s", row->name, reply.status, reply.body ? reply.body : "closed");
    if (row->message && strstr(row->message, "must be percent")) {
        struct raw_reply next; /* where this one ends is clear: the connection goes on */
        raw_receive(&conn, &next, false);
        assert_int_equal(next.status, 200);
        raw_free(&next);
    } else if (raw_drain(&conn) && (row->message || strstr(conn.bytes, "HTTP/1.1 2"))) {
        fail_msg("%s: more came: %s", row->name, conn.bytes);
    } else {
        assert_int_equal(smuggled, 0);
    }
    raw_free(&reply);
    raw_close(&conn);
}

/* ---- limits
 * --------------------------------------------------------------------------------------- */

static char *filled(size_t len, char c)
{
    char *text = malloc(len + 1);
    assert_non_null(text);
    memset(text, c, len);
    text[len] = '\0';
    return text;
}

static void post_body(const char *target, size_t len, bool is_chunked, int want)
{
    struct raw_conn conn = raw_open(raw_port(server));
    struct raw_reply reply;
    char head[256], *body = filled(len, 'b');
    for (int again = 0; again < 2; again++) { /* the connection stays usable */
        if (is_chunked) {
            snprintf(head, sizeof head,
                     "POST %s HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n", target);
            raw_send(&conn, head);
            for (size_t at = 0; at < len;) {
                size_t n = len - at < 700 ? len - at : 700;
                snprintf(head, sizeof head, "%zx\r\n", n);
                raw_send(&conn, head);
                raw_send_bytes(&conn, body + at, n);
                raw_send(&conn, "\r\n");
                at += n;
            }
            raw_send(&conn, "0\r\n\r\n");
        } else {
            snprintf(head, sizeof head,
                     "POST %s HTTP/1.1\r\nHost: t\r\nContent-Length: %zu\r\n\r\n", target, len);
            raw_send(&conn, head);
            raw_send_bytes(&conn, body, len);
        }
        raw_receive(&conn, &reply, false);
        if (reply.status != want)
            fail_msg("%s %zu: %d %s", target, len, reply.status, reply.body);
        if (want == 413)
            assert_string_equal(
                reply.body, "{\"error_code\":413,\"message\":\"the request body is too large\"}");
        else
            assert_int_equal(strtoul(reply.body, NULL, 10), len);
        raw_free(&reply);
    }
    free(body);
    raw_close(&conn);
}

static void bodies_at_the_limit(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        const char *target = i % 2 ? "/later" : "/";
        post_body(target, BODY_MAX, i / 2, 200);
        post_body(target, BODY_MAX + 1, i / 2, 413);
    }
    post_body("/", BODY_MAX * 3, false, 413);
    post_body("/", BODY_MAX * 15, true, 413);
}

/* Far beyond the limit the answer comes at once, and gets through although the client goes on. */
static void a_huge_announced_body_is_refused_at_once(void **state)
{
    struct raw_conn conn = raw_open(raw_port(server));
    struct raw_reply reply;
    char *piece = filled(50000, 'x');
    (void)state;
    raw_send(&conn, "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 1000000000\r\n\r\n");
    raw_send_bytes(&conn, piece, 50000);
    raw_receive(&conn, &reply, false);
    assert_int_equal(reply.status, 413);
    assert_non_null(strstr(reply.head, "Connection: close\r\n"));
    raw_free(&reply);
    assert_int_equal(raw_drain(&conn), 0);
    free(piece);
    raw_close(&conn);
}

static void an_endless_chunked_body_is_cut_off(void **state)
{
    struct raw_conn conn = raw_open(raw_port(server));
    char chunk[1100];
    bool open = true;
    (void)state;
    snprintf(chunk, sizeof chunk, "400\r\n%01024d\r\n", 0);
    raw_send(&conn, "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n");
    int64_t until = raw_now_ms() + RAW_WAIT_MS;
    size_t sent = 0;
    while (open && raw_now_ms() < until) {
        open = raw_try_send(&conn, chunk, strlen(chunk));
        sent += 1024;
    }
    assert_false(open);
    assert_true(sent > BODY_MAX * 16);
    raw_close(&conn);
}

static void expectations(void **state)
{
    struct raw_conn conn = raw_open(raw_port(server));
    struct raw_reply reply;
    (void)state;
    raw_send(&conn, "POST / HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\n"
                    "Content-Length: 3\r\n\r\n");
    raw_receive(&conn, &reply, false);
    assert_int_equal(reply.status, 100);
    raw_free(&reply);
    raw_send(&conn, "abc");
    raw_receive(&conn, &reply, false);
    assert_int_equal(reply.status, 200);
    assert_int_equal(reply.body[0], '3');
    raw_free(&reply);
    /* A client that waits for leave is told no instead of "continue". */
    raw_send(&conn, "POST / HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\n"
                    "Content-Length: 5001\r\n\r\n");
    raw_receive(&conn, &reply, false);
    assert_int_equal(reply.status, 413);
    raw_free(&reply);
    raw_close(&conn);
}

static int status_with(const char *before, size_t len, const char *after)
{
    char *filler = filled(len, 'a'), *request = malloc(len + 1000);
    struct raw_reply reply;
    snprintf(request, len + 1000, "%s%s%s", before, filler, after);
    raw_exchange(raw_port(server), request, &reply);
    int status = reply.status;
    if (status != 200 && !strstr(reply.head, "Content-Type: application/json\r\n"))
        status = -status; /* the library's own */
    raw_free(&reply);
    free(filler);
    free(request);
    return status;
}

#define AFTER " HTTP/1.1\r\nHost: t\r\n\r\n"

static void targets_at_the_limit(void **state)
{
    (void)state;
    assert_int_equal(status_with("GET /", TARGET_MAX - 1, AFTER), 200);
    assert_int_equal(status_with("GET /", TARGET_MAX, AFTER), 414);
    assert_int_equal(status_with("GET /?", TARGET_MAX - 2, AFTER), 200);
    assert_int_equal(status_with("GET /?", TARGET_MAX - 1, AFTER), 414);
    assert_int_equal(status_with("GET /", 100000, AFTER), -414);
}

/* More parameters than the library has memory for: it closes the connection. Nothing stays behind.
 */
static void too_many_parameters_end_the_connection(void **state)
{
    struct sma_buf request;
    struct raw_conn conn = raw_open(raw_port(server));
    (void)state;
    sma_buf_init(&request, 0);
    sma_buf_putz(&request, "GET /?a");
    for (int i = 0; i < 1200; i++)
        sma_buf_putz(&request, "&a");
    sma_buf_putz(&request, " HTTP/1.1\r\nHost: t\r\n\r\n");
    raw_send_bytes(&conn, request.ptr, request.len);
    if (raw_drain(&conn))
        assert_int_equal(strncmp(conn.bytes, "HTTP/1.1 4", 10), 0);
    assert_int_equal((int)raw_metric(server, "schemata_http_requests_in_flight"), 0);
    raw_close(&conn);
    sma_buf_fini(&request);
}

#define BEFORE "GET / HTTP/1.1\r\nHost: t\r\nX: "

static void headers_at_the_limit(void **state)
{
    size_t rest = HEADER_MAX - (sizeof BEFORE - 1) - 4;
    (void)state;
    assert_int_equal(status_with(BEFORE, rest, "\r\n\r\n"), 200);
    assert_int_equal(status_with(BEFORE, rest + 1, "\r\n\r\n"), 431);
    assert_int_equal(status_with(BEFORE, 10240, "\r\n\r\n"), 431);
    assert_int_equal(status_with(BEFORE, 100000, "\r\n\r\n"), -431);
}

static int status_with_fields(int count)
{
    struct sma_buf request;
    struct raw_reply reply;
    sma_buf_init(&request, 0);
    sma_buf_putz(&request, "GET / HTTP/1.1\r\nHost: t\r\n");
    for (int i = 1; i < count; i++)
        sma_buf_printf(&request, "X-%d: y\r\n", i);
    sma_buf_putz(&request, "\r\n");
    raw_exchange(raw_port(server), request.ptr, &reply);
    int status = reply.status;
    raw_free(&reply);
    sma_buf_fini(&request);
    return status;
}

static void fields_at_the_limit(void **state)
{
    (void)state;
    assert_int_equal(status_with_fields(SMA_HTTP_HEADERS_MAX), 200);
    assert_int_equal(status_with_fields(SMA_HTTP_HEADERS_MAX + 1), 431);
    assert_int_equal(status_with_fields(1000), 431);
}

/* Headers up to and beyond what fits, with answers that have long headers themselves: every one of
 * them is answered by us, whatever the number of fields. */
static void the_largest_headers_are_answered(void **state)
{
    char *id = filled(1000, 'i'), *fixed_value = filled(800, 'f');
    struct sma_http_header fixed = {SMA_STR_INIT("X-Fixed"), {fixed_value, 800}};
    struct sma_http_options options = {.fixed_headers = &fixed, .fixed_header_count = 1};
    struct sma_http_server *other = raw_start(options, &facade, 1);
    size_t statuses[2] = {0};
    (void)state;
    for (size_t fields = 2; fields < 99; fields += 16)
        for (size_t len = 5000; len < 12600; len += 233) {
            struct sma_buf request;
            struct raw_reply reply;
            char text[64];
            sma_buf_init(&request, 0);
            sma_buf_printf(&request, "GET / HTTP/1.1\r\nHost: t\r\nX-Request-ID: %s\r\n", id);
            for (size_t i = 2; i < fields; i++)
                sma_buf_putz(&request, "A: b\r\n");
            sma_buf_printf(&request, "X: %0*d\r\n\r\n", (int)(len - request.len - 7), 0);
            raw_exchange(raw_port(other), request.ptr, &reply);
            bool is_full = len + fields * 64 > 16384 - 320;
            if (reply.status != 200 && reply.status != 431 && !is_full)
                fail_msg("%zu bytes in %zu fields: %d", len, fields, reply.status);
            if (reply.status == 431 && !is_full)
                assert_non_null(raw_header(&reply, "Content-Type", text, sizeof text));
            statuses[reply.status == 200]++;
            raw_free(&reply);
            sma_buf_fini(&request);
        }
    assert_true(statuses[0] > 20 && statuses[1] > 20);
    sma_http_server_stop(other);
    free(id);
    free(fixed_value);
}

/* Four bodies fill the budget for all of them; a fifth is refused, and what was held comes free. */
static void all_bodies_together_have_a_budget(void **state)
{
    struct raw_conn holders[4];
    struct raw_reply reply;
    char head[128], *body = filled(BODY_MAX, 'h');
    (void)state;
    snprintf(head, sizeof head, "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: %d\r\n\r\n",
             BODY_MAX);
    for (int i = 0; i < 4; i++) {
        holders[i] = raw_open(raw_port(server));
        raw_send(&holders[i], head);
        raw_send_bytes(&holders[i], body, BODY_MAX - 1);
    }
    int64_t until = raw_now_ms() + RAW_WAIT_MS;
    while (raw_metric(server, "schemata_http_body_bytes_held") < 4 * (BODY_MAX - 1))
        assert_true(raw_now_ms() < until);
    struct raw_conn fifth = raw_open(raw_port(server));
    raw_send(&fifth, head);
    raw_send_bytes(&fifth, body, BODY_MAX);
    raw_receive(&fifth, &reply, false);
    assert_int_equal(reply.status, 503);
    assert_non_null(strstr(reply.head, "Retry-After: 1\r\n"));
    raw_free(&reply);
    for (int i = 0; i < 4; i++) {
        raw_send(&holders[i], "h");
        raw_receive(&holders[i], &reply, false);
        assert_int_equal(reply.status, 200);
        raw_free(&reply);
        raw_close(&holders[i]);
    }
    raw_send(&fifth, head);
    raw_send_bytes(&fifth, body, BODY_MAX);
    raw_receive(&fifth, &reply, false);
    assert_int_equal(reply.status, 200);
    raw_free(&reply);
    raw_close(&fifth);
    while (raw_metric(server, "schemata_http_body_bytes_held") != 0)
        assert_true(raw_now_ms() < until);
    free(body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies_at_the_limit),
        cmocka_unit_test(a_huge_announced_body_is_refused_at_once),
        cmocka_unit_test(an_endless_chunked_body_is_cut_off),
        cmocka_unit_test(expectations),
        cmocka_unit_test(targets_at_the_limit),
        cmocka_unit_test(too_many_parameters_end_the_connection),
        cmocka_unit_test(headers_at_the_limit),
        cmocka_unit_test(the_largest_headers_are_answered),
        cmocka_unit_test(fields_at_the_limit),
        cmocka_unit_test(all_bodies_together_have_a_budget),
    };
    start(NULL);
    int failed = RAW_RUN_ROWS(rows, check);
    stop(NULL);
    failed += cmocka_run_group_tests(tests, start, stop);
    return failed != 0;
}
