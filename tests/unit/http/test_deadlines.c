/* Silence, trickles and clients that do not read: every phase of a connection ends. */
#include "tests/unit/http/raw.h"

static enum sma_http_outcome large(struct sma_http_exchange *exchange,
                                   const struct sma_http_request *request, void *ctx)
{
    (void)request;
    (void)ctx;
    for (int i = 0; i < 1 << 20; i++)
        sma_buf_putz(sma_http_body(exchange), "0123456789abcdef");
    return SMA_HTTP_DONE;
}

static enum sma_http_outcome small(struct sma_http_exchange *exchange,
                                   const struct sma_http_request *request, void *ctx)
{
    (void)request;
    (void)ctx;
    sma_buf_putz(sma_http_body(exchange), "ok");
    return SMA_HTTP_DONE;
}

static const struct sma_http_route routes[] = {
    {"GET", "/", "small", small, NULL, SMA_HTTP_INLINE, NULL, NULL, NULL},
    {"POST", "/", "small", small, NULL, SMA_HTTP_INLINE, NULL, NULL, NULL},
    {"GET", "/large", "large", large, NULL, 0, NULL, NULL, NULL},
};
static const struct sma_http_facade facade = {.routes = routes, .route_count = SMA_COUNT(routes)};

/* One phase's deadline is short, the others' are far away: what ends a connection is known. */
enum { SHORT_MS = 150, LONG_MS = 600000 };

struct phase {
    const char *name;
    struct sma_http_options options;
    const char *first;   /* sent at once */
    bool has_answer;     /* an answer to that comes first */
    const char *trickle; /* then a byte of this now and then, over and over; NULL: silence */
    const char *metric;
};

#define OPTIONS(idle, header, body)                                                                \
    {                                                                                              \
        .idle_timeout_ms = idle, .header_timeout_ms = header, .body_timeout_ms = body,             \
        .send_timeout_ms = LONG_MS, .answer_timeout_ms = LONG_MS                                   \
    }
#define GET_LINE "GET / HTTP/1.1\r\nHost: t\r\n\r\n"

static const struct phase phases[] = {
    {"connected and silent", OPTIONS(LONG_MS, SHORT_MS, LONG_MS), "", false, NULL, "connect"},
    {"half a request line", OPTIONS(LONG_MS, SHORT_MS, LONG_MS), "GET /ab", false, NULL, "connect"},
    {"a request line that trickles", OPTIONS(LONG_MS, SHORT_MS, LONG_MS), "GET /", false, "a",
     "connect"},
    {"half a header", OPTIONS(LONG_MS, SHORT_MS, LONG_MS), "GET / HTTP/1.1\r\nHost: t\r\nX-", false,
     NULL, "header"},
    {"a header that trickles", OPTIONS(LONG_MS, SHORT_MS, LONG_MS),
     "GET / HTTP/1.1\r\nHost: t\r\nX: ", false, "a", "header"},
    {"fields that trickle", OPTIONS(LONG_MS, SHORT_MS, LONG_MS), "GET / HTTP/1.1\r\nHost: t\r\n",
     false, "A: b\r\n", "header"},
    {"half a body", OPTIONS(LONG_MS, LONG_MS, SHORT_MS),
     "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 9999\r\n\r\nabc", false, NULL, "body"},
    {"a body that trickles", OPTIONS(LONG_MS, LONG_MS, SHORT_MS),
     "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 9999\r\n\r\n", false, "x", "body"},
    {"half a chunk", OPTIONS(LONG_MS, LONG_MS, SHORT_MS),
     "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc", false, NULL,
     "body"},
    {"a chunk header that trickles", OPTIONS(LONG_MS, LONG_MS, SHORT_MS),
     "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n1;", false, "x", "body"},
    {"a trailer that trickles", OPTIONS(LONG_MS, LONG_MS, SHORT_MS),
     "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: ", false, "x",
     "body"},
    {"a body after 100-continue", OPTIONS(LONG_MS, LONG_MS, SHORT_MS),
     "POST / HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n", true, NULL,
     "body"},
    {"idle after an answer", OPTIONS(SHORT_MS, LONG_MS, LONG_MS), GET_LINE, true, NULL, "idle"},
    {"a second request line that trickles", OPTIONS(SHORT_MS, LONG_MS, LONG_MS), GET_LINE "GET /",
     true, "a", "idle"},
    {"empty lines that trickle", OPTIONS(SHORT_MS, LONG_MS, LONG_MS), GET_LINE, true, "\r\n",
     "idle"},
};

/* Sends until the connection is closed, which must happen soon. */
static void outlast(struct raw_conn *conn, const char *trickle)
{
    int64_t until = raw_now_ms() + RAW_WAIT_MS;
    for (size_t i = 0;; i++) {
        struct pollfd fd = {conn->fd, POLLIN, 0};
        char byte;
        if (poll(&fd, 1, trickle ? 5 : RAW_WAIT_MS) > 0 && recv(conn->fd, &byte, 1, 0) <= 0)
            return;
        if (raw_now_ms() > until)
            fail_msg("the connection stays open");
        if (trickle && !raw_try_send(conn, &trickle[i % strlen(trickle)], 1))
            return;
    }
}

static void check(void **state)
{
    const struct phase *phase = *state;
    struct sma_http_server *server = raw_start(phase->options, &facade, 1);
    struct raw_conn bystander = raw_open(raw_port(server)), conn = raw_open(raw_port(server));
    struct raw_reply reply;
    char sample[96];
    raw_send(&conn, phase->first);
    if (phase->has_answer) {
        raw_receive(&conn, &reply, false);
        assert_true(reply.status == 200 || reply.status == 100);
        raw_free(&reply);
    }
    outlast(&conn, phase->trickle);
    snprintf(sample, sizeof sample, "schemata_http_timeouts_total{phase=\"%s\"}", phase->metric);
    if (raw_metric(server, sample) < 1)
        fail_msg("%s: not counted as %s", phase->name, phase->metric);
    /* Others are served as before (unless this process itself was stopped for that long). */
    int status = 0;
    for (int i = 0; i < 5 && status != 200; i++) {
        raw_exchange(raw_port(server), GET_LINE, &reply);
        status = reply.status;
        raw_free(&reply);
    }
    assert_int_equal(status, 200);
    raw_close(&conn);
    raw_close(&bystander);
    sma_http_server_stop(server);
}

/* A client that asks for 16 MiB and does not read. */
static void an_answer_that_nobody_reads(void **state)
{
    struct sma_http_options options = OPTIONS(300, LONG_MS, LONG_MS);
    struct sma_http_server *server = raw_start(options, &facade, 1);
    struct raw_conn conn = raw_open(raw_port(server));
    (void)state;
    raw_send(&conn, RAW_GET("/large"));
    int64_t until = raw_now_ms() + RAW_WAIT_MS;
    while (raw_metric(server, "schemata_http_timeouts_total{phase=\"send\"}") < 1)
        if (raw_now_ms() > until)
            fail_msg("the answer waits for ever");
    raw_close(&conn);
    sma_http_server_stop(server);
}

/* One that reads steadily but slowly goes on past idle_timeout, and ends at send_timeout. */
static void an_answer_that_is_read_slowly(void **state)
{
    for (int is_long = 0; is_long < 2; is_long++) {
        struct sma_http_options options = OPTIONS(400, LONG_MS, LONG_MS);
        options.send_timeout_ms = is_long ? LONG_MS : 900;
        struct sma_http_server *server = raw_start(options, &facade, 1);
        int fd = raw_socket(raw_port(server));
        char piece[65536];
        (void)state;
        int64_t start = raw_now_ms(), until = start + (is_long ? 2000 : RAW_WAIT_MS);
        assert_int_equal(send(fd, RAW_GET("/large"), strlen(RAW_GET("/large")), 0),
                         strlen(RAW_GET("/large")));
        while (raw_now_ms() < until &&
               raw_metric(server, "schemata_http_timeouts_total{phase=\"send\"}") < 1) {
            assert_true(recv(fd, piece, sizeof piece, 0) > 0);
            poll(NULL, 0, 50);
        }
        double timeouts = raw_metric(server, "schemata_http_timeouts_total{phase=\"send\"}");
        assert_int_equal((int)timeouts, is_long ? 0 : 1);
        close(fd);
        sma_http_server_stop(server);
    }
}

/* Two hundred half requests do not keep the two hundred and first from being answered. */
static void slow_clients_do_not_starve_others(void **state)
{
    struct sma_http_options options = OPTIONS(LONG_MS, 1000, LONG_MS);
    struct sma_http_server *server = raw_start(options, &facade, 1);
    int fds[200];
    struct raw_reply reply;
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(fds); i++) {
        fds[i] = raw_socket(raw_port(server));
        assert_int_equal(send(fds[i], "GET / HTTP/1.1\r\nX", 17, 0), 17);
    }
    raw_exchange(raw_port(server), GET_LINE, &reply);
    assert_int_equal(reply.status, 200);
    raw_free(&reply);
    for (size_t i = 0; i < SMA_COUNT(fds); i++) {
        struct pollfd fd = {fds[i], POLLIN, 0};
        char byte;
        assert_int_equal(poll(&fd, 1, RAW_WAIT_MS), 1);
        assert_true(recv(fds[i], &byte, 1, 0) <= 0);
        close(fds[i]);
    }
    sma_http_server_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_that_nobody_reads),
        cmocka_unit_test(an_answer_that_is_read_slowly),
        cmocka_unit_test(slow_clients_do_not_starve_others),
    };
    int failed = RAW_RUN_ROWS(phases, check);
    failed += cmocka_run_group_tests(tests, NULL, NULL);
    return failed != 0;
}
