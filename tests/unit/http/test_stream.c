/* Bodies of any length: answers in pieces, requests in pieces; clients that leave in between. */
#include <pthread.h>

#include "tests/unit/http/raw.h"

static struct {
    _Atomic int made, released, taken;
    _Atomic size_t bytes, largest;
    _Atomic bool is_gate_shut; /* pieces wait */
} seen;

/* ---- what is served ------------------------------------------------------------------------------
 */

struct counter {
    int next, count;
    size_t size; /* of each piece */
    bool breaks; /* in place of the last piece */
};

static void write_piece(struct sma_buf *out, int number, size_t size)
{
    for (size_t i = 0; i < size; i++)
        sma_buf_putc(out, (char)('a' + number % 26));
}

static bool next_piece(void *state, struct sma_buf *out, bool *is_last)
{
    struct counter *counter = state;
    seen.made++;
    while (seen.is_gate_shut)
        poll(NULL, 0, 1);
    assert_int_equal(out->len, 0);
    write_piece(out, counter->next++, counter->size);
    *is_last = counter->next == counter->count;
    return !(counter->breaks && *is_last);
}

static void release_counter(void *state)
{
    free(state);
    seen.released++;
}

static const struct sma_http_stream stream = {next_piece, release_counter};

/* /pieces/COUNT/SIZE */
static enum sma_http_outcome pieces(struct sma_http_exchange *exchange,
                                    const struct sma_http_request *request, void *ctx)
{
    struct counter *counter = calloc(1, sizeof *counter);
    (void)ctx;
    assert_non_null(counter);
    counter->count = atoi(request->params[0].ptr);
    counter->size = (size_t)atoi(request->params[1].ptr);
    counter->breaks = sma_http_query(request, "breaks");
    write_piece(sma_http_body(exchange), counter->next++, counter->size);
    sma_http_body_stream(exchange, &stream, counter);
    return SMA_HTTP_DONE;
}

/* A stream that a problem takes the place of. */
static enum sma_http_outcome fails(struct sma_http_exchange *exchange,
                                   const struct sma_http_request *request, void *ctx)
{
    enum sma_http_outcome outcome = pieces(exchange, request, ctx);
    sma_http_body(exchange)->failed = true;
    return outcome;
}

struct sum {
    size_t bytes, pieces;
    unsigned check;
};

static void release_sum(void *state)
{
    free(state);
    seen.released++;
}

static struct sum *sum_of(struct sma_http_exchange *exchange)
{
    if (!sma_http_state(exchange))
        sma_http_set_state(exchange, calloc(1, sizeof(struct sum)), release_sum);
    assert_non_null(sma_http_state(exchange));
    return sma_http_state(exchange);
}

static struct sum *add_body(struct sma_http_exchange *exchange,
                            const struct sma_http_request *request)
{
    struct sum *sum = sum_of(exchange);
    for (size_t i = 0; i < request->body.len; i++)
        sum->check = sum->check * 31 + (unsigned char)request->body.ptr[i];
    sum->bytes += request->body.len;
    sum->pieces++;
    if (request->body.len > seen.largest)
        seen.largest = request->body.len;
    return sum;
}

static void *complete_piece(void *arg)
{
    while (seen.is_gate_shut)
        poll(NULL, 0, 1);
    sma_http_complete(arg);
    return NULL;
}

static enum sma_http_outcome piece(struct sma_http_exchange *exchange,
                                   const struct sma_http_request *request, void *ctx)
{
    pthread_t thread;
    (void)ctx;
    struct sum *sum = add_body(exchange, request);
    seen.taken++;
    if (sma_http_query(request, "refuse") && sum->pieces == 2) {
        sma_http_set_status(exchange, 409);
        sma_buf_putz(sma_http_body(exchange), "enough");
        sma_http_refuse_rest(exchange);
        return SMA_HTTP_DONE;
    }
    if (!sma_http_query(request, "later"))
        return SMA_HTTP_DONE;
    assert_int_equal(pthread_create(&thread, NULL, complete_piece, exchange), 0);
    pthread_detach(thread);
    return SMA_HTTP_LATER;
}

static enum sma_http_outcome total(struct sma_http_exchange *exchange,
                                   const struct sma_http_request *request, void *ctx)
{
    (void)ctx;
    struct sum *sum = add_body(exchange, request);
    sma_buf_printf(sma_http_body(exchange), "%zu %u", sum->bytes, sum->check);
    return SMA_HTTP_DONE;
}

static const struct sma_http_route routes[] = {
    {"GET", "/pieces/{count}/{size}", "pieces", pieces, NULL, 0, NULL, NULL, NULL},
    {"GET", "/inline/{count}/{size}", "pieces", pieces, NULL, SMA_HTTP_INLINE, NULL, NULL, NULL},
    {"GET", "/fails/{count}/{size}", "fails", fails, NULL, 0, NULL, NULL, NULL},
    {"POST", "/sum", "sum", total, NULL, 0, NULL, NULL, piece},
    {"POST", "/inline-sum", "sum", total, NULL, SMA_HTTP_INLINE, NULL, NULL, piece},
};
static const struct sma_http_facade facade = {.routes = routes, .route_count = SMA_COUNT(routes)};

static struct sma_http_server *server;

static void start(struct sma_http_options options)
{
    memset(&seen, 0, sizeof seen);
    server = raw_start(options, &facade, 1);
}

static int stop(void **state)
{
    (void)state;
    seen.is_gate_shut = false;
    sma_http_server_stop(server);
    server = NULL;
    return 0;
}

struct want {
    _Atomic int *value;
    int at_least;
};

static bool has_reached(void *ctx)
{
    const struct want *want = ctx;
    return *want->value >= want->at_least;
}

static void wait_for(const char *what, _Atomic int *value, int at_least)
{
    struct want want = {value, at_least};
    raw_wait_for(what, has_reached, &want);
}

/* ---- answers ------------------------------------------------------------------------------------
 */

/* A chunked body, decoded into `out`; false when the connection ends before it does. */
static bool receive_chunks(struct raw_conn *conn, struct sma_buf *out)
{
    for (;;) {
        char *line;
        while (!(line = conn->len ? memmem(conn->bytes, conn->len, "\r\n", 2) : NULL))
            if (!raw_more(conn))
                return false;
        size_t len = strtoul(conn->bytes, NULL, 16), head = (size_t)(line - conn->bytes) + 2;
        while (conn->len < head + len + 2)
            if (!raw_more(conn))
                return false;
        sma_buf_append(out, conn->bytes + head, len);
        raw_take(conn, head + len + 2);
        if (!len)
            return true;
    }
}

static void check_body(const struct sma_buf *body, int count, size_t size)
{
    assert_int_equal(body->len, (size_t)count * size);
    for (size_t i = 0; i < body->len; i++)
        if (body->ptr[i] != (char)('a' + (i / size) % 26))
            fail_msg("byte %zu is wrong", i);
}

static void answers_in_pieces(void **state)
{
    static const struct {
        const char *request;
        int count;
        size_t size;
    } rows[] = {
        {RAW_GET("/pieces/2/1"), 2, 1},
        {RAW_GET("/pieces/3/100000"), 3, 100000},
        {RAW_GET("/pieces/40/70000"), 40, 70000},
        {RAW_GET("/pieces/5/0"), 5, 0},
        {RAW_GET("/inline/7/5000"), 7, 5000},
    };
    (void)state;
    start((struct sma_http_options){0});
    struct raw_conn conn = raw_open(raw_port(server));
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        struct raw_reply reply;
        struct sma_buf body;
        char text[64];
        sma_buf_init(&body, 0);
        raw_send(&conn, rows[i].request);
        raw_receive(&conn, &reply, false);
        assert_int_equal(reply.status, 200);
        assert_string_equal(raw_header(&reply, "Transfer-Encoding", text, sizeof text), "chunked");
        assert_true(receive_chunks(&conn, &body));
        if (rows[i].size)
            check_body(&body, rows[i].count, rows[i].size);
        sma_buf_fini(&body);
        raw_free(&reply);
        wait_for("the release", &seen.released, (int)i + 1);
    }
    raw_close(&conn);
    assert_int_equal(seen.made, 1 + 2 + 39 + 4 + 6);
}

static void a_head_makes_no_piece(void **state)
{
    struct raw_conn conn;
    struct raw_reply reply;
    (void)state;
    start((struct sma_http_options){0});
    conn = raw_open(raw_port(server));
    raw_send(&conn, "HEAD /pieces/9/1000 HTTP/1.1\r\nHost: t\r\n\r\n");
    raw_receive(&conn, &reply, true);
    assert_int_equal(reply.status, 200);
    raw_free(&reply);
    wait_for("the release", &seen.released, 1);
    assert_int_equal(seen.made, 0);
    raw_close(&conn);
}

/* What cannot be finished must not look finished. */
static void a_broken_stream_ends_the_connection(void **state)
{
    struct sma_buf body;
    struct raw_reply reply;
    (void)state;
    start((struct sma_http_options){0});
    struct raw_conn conn = raw_open(raw_port(server));
    sma_buf_init(&body, 0);
    raw_send(&conn, RAW_GET("/pieces/4/1000?breaks"));
    raw_receive(&conn, &reply, false);
    assert_int_equal(reply.status, 200);
    assert_false(receive_chunks(&conn, &body));
    assert_true(body.len <= 3000);
    wait_for("the release", &seen.released, 1);
    sma_buf_fini(&body);
    raw_free(&reply);
    raw_close(&conn);
}

static void a_problem_takes_the_streams_place(void **state)
{
    struct raw_reply reply;
    (void)state;
    start((struct sma_http_options){0});
    raw_exchange(raw_port(server), RAW_GET("/fails/4/1000"), &reply);
    assert_int_equal(reply.status, 500);
    assert_int_equal(seen.released, 1);
    assert_int_equal(seen.made, 0);
    raw_free(&reply);
}

static void clients_that_leave_while_streaming(void **state)
{
    (void)state;
    start((struct sma_http_options){0});
    for (int i = 0; i < 20; i++) {
        struct raw_conn conn = raw_open(raw_port(server));
        raw_send(&conn, RAW_GET("/pieces/1000000/60000"));
        assert_true(raw_more(&conn));
        raw_close(&conn);
    }
    wait_for("the releases", &seen.released, 20);
    /* And with a worker at it. */
    seen.is_gate_shut = true;
    int made = seen.made;
    struct raw_conn conn = raw_open(raw_port(server));
    raw_send(&conn, RAW_GET("/pieces/1000000/10"));
    wait_for("a piece under way", &seen.made, made + 1);
    raw_close(&conn);
    seen.is_gate_shut = false;
    wait_for("the release", &seen.released, 21);
}

static void a_client_that_does_not_read_is_cut_off(void **state)
{
    (void)state;
    start((struct sma_http_options){.idle_timeout_ms = 200});
    struct raw_conn conn = raw_open(raw_port(server));
    raw_send(&conn, RAW_GET("/pieces/1000000/60000"));
    wait_for("the release", &seen.released, 1);
    raw_close(&conn);
}

static void stopping_ends_a_stream(void **state)
{
    (void)state;
    start((struct sma_http_options){.drain_timeout_ms = 100});
    struct raw_conn conn = raw_open(raw_port(server));
    seen.is_gate_shut = true;
    raw_send(&conn, RAW_GET("/pieces/1000000/10"));
    wait_for("a piece under way", &seen.made, 1);
    seen.is_gate_shut = false;
    sma_http_server_stop(server);
    server = NULL;
    assert_int_equal(seen.released, 1);
    raw_close(&conn);
}

/* ---- requests -----------------------------------------------------------------------------------
 */

static unsigned check_of(const char *bytes, size_t len)
{
    unsigned check = 0;
    for (size_t i = 0; i < len; i++)
        check = check * 31 + (unsigned char)bytes[i];
    return check;
}

static char *make_body(size_t len)
{
    char *body = malloc(len + 1);
    assert_non_null(body);
    for (size_t i = 0; i < len; i++)
        body[i] = (char)(i * 7 + i / 251);
    return body;
}

static void send_body(struct raw_conn *conn, const char *target, const char *body, size_t len,
                      bool is_chunked)
{
    char head[256];
    snprintf(head, sizeof head, "POST %s HTTP/1.1\r\nHost: t\r\n", target);
    raw_send(conn, head);
    if (!is_chunked) {
        snprintf(head, sizeof head, "Content-Length: %zu\r\n\r\n", len);
        raw_send(conn, head);
        raw_send_bytes(conn, body, len);
        return;
    }
    raw_send(conn, "Transfer-Encoding: chunked\r\n\r\n");
    for (size_t at = 0; at < len; at += 10000) {
        size_t part = len - at < 10000 ? len - at : 10000;
        snprintf(head, sizeof head, "%zx\r\n", part);
        raw_send(conn, head);
        raw_send_bytes(conn, body + at, part);
        raw_send(conn, "\r\n");
    }
    raw_send(conn, "0\r\n\r\n");
}

static void requests_in_pieces(void **state)
{
    static const size_t sizes[] = {0, 1, SMA_HTTP_PIECE_BYTES - 1, SMA_HTTP_PIECE_BYTES,
                                   SMA_HTTP_PIECE_BYTES + 1, 5000000};
    static const char *const targets[] = {"/sum", "/sum?later", "/inline-sum", "/inline-sum?later"};
    (void)state;
    /* The limits of ordinary bodies are not theirs. */
    start((struct sma_http_options){.body_bytes_max = 1000, .bodies_bytes_max = 600000});
    struct raw_conn conn = raw_open(raw_port(server));
    for (size_t i = 0; i < SMA_COUNT(sizes) * SMA_COUNT(targets) * 2; i++) {
        size_t len = sizes[i % SMA_COUNT(sizes)];
        const char *target = targets[i / 2 / SMA_COUNT(sizes)];
        struct raw_reply reply;
        char *body = make_body(len), want[64];
        send_body(&conn, target, body, len, i / SMA_COUNT(sizes) % 2);
        snprintf(want, sizeof want, "%zu %u", len, check_of(body, len));
        raw_receive(&conn, &reply, false);
        assert_int_equal(reply.status, 200);
        assert_string_equal(reply.body, want);
        raw_free(&reply);
        free(body);
        wait_for("the release", &seen.released, (int)i + 1);
    }
    raw_close(&conn);
    assert_true(seen.largest < SMA_HTTP_PIECE_BYTES + 32768);
    assert_true(raw_metric(server, "schemata_http_body_bytes_held") == 0);
}

static void a_refused_rest_is_read_away(void **state)
{
    size_t len = 4000000;
    char *body = make_body(len);
    (void)state;
    start((struct sma_http_options){.body_bytes_max = 1000});
    struct raw_conn conn = raw_open(raw_port(server));
    for (int i = 0; i < 4; i++) {
        struct raw_reply reply;
        send_body(&conn, i % 2 ? "/sum?refuse&later" : "/sum?refuse", body, len, i / 2);
        raw_receive(&conn, &reply, false);
        assert_int_equal(reply.status, 409);
        assert_string_equal(reply.body, "enough");
        raw_free(&reply);
        assert_int_equal(seen.taken, 2 * (i + 1));
    }
    free(body);
    raw_close(&conn);
    assert_true(raw_metric(server, "schemata_http_body_bytes_held") == 0);
}

static void clients_that_leave_while_sending(void **state)
{
    char *body = make_body(600000);
    (void)state;
    start((struct sma_http_options){0});
    for (int i = 0; i < 20; i++) {
        struct raw_conn conn = raw_open(raw_port(server));
        raw_send(&conn, i % 2 ? "POST /sum?later HTTP/1.1\r\nHost: t\r\nContent-Length: 9000000\r\n\r\n"
                              : "POST /sum HTTP/1.1\r\nHost: t\r\nContent-Length: 9000000\r\n\r\n");
        raw_send_bytes(&conn, body, 600000);
        wait_for("a piece", &seen.taken, 2 * i + 1);
        raw_close(&conn);
        wait_for("the release", &seen.released, i + 1);
        seen.taken = 2 * (i + 1);
    }
    free(body);
}

/* A piece that takes too long is answered for; the late end of it changes nothing. */
static void a_slow_piece_is_504(void **state)
{
    char *body = make_body(300000);
    struct raw_reply reply;
    (void)state;
    start((struct sma_http_options){.answer_timeout_ms = 100});
    seen.is_gate_shut = true;
    struct raw_conn conn = raw_open(raw_port(server));
    send_body(&conn, "/sum?later", body, 300000, false);
    raw_receive(&conn, &reply, false);
    assert_int_equal(reply.status, 504);
    raw_free(&reply);
    seen.is_gate_shut = false;
    wait_for("the release", &seen.released, 1);
    send_body(&conn, "/sum", body, 10, false);
    raw_receive(&conn, &reply, false);
    assert_int_equal(reply.status, 200);
    raw_free(&reply);
    free(body);
    raw_close(&conn);
}

static void a_stalled_sender_is_cut_off(void **state)
{
    (void)state;
    start((struct sma_http_options){.body_timeout_ms = 200});
    struct raw_conn conn = raw_open(raw_port(server));
    raw_send(&conn, "POST /sum HTTP/1.1\r\nHost: t\r\nContent-Length: 9000000\r\n\r\nabc");
    assert_int_equal(raw_drain(&conn), 0);
    raw_close(&conn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(answers_in_pieces, stop),
        cmocka_unit_test_teardown(a_head_makes_no_piece, stop),
        cmocka_unit_test_teardown(a_broken_stream_ends_the_connection, stop),
        cmocka_unit_test_teardown(a_problem_takes_the_streams_place, stop),
        cmocka_unit_test_teardown(clients_that_leave_while_streaming, stop),
        cmocka_unit_test_teardown(a_client_that_does_not_read_is_cut_off, stop),
        cmocka_unit_test_teardown(stopping_ends_a_stream, stop),
        cmocka_unit_test_teardown(requests_in_pieces, stop),
        cmocka_unit_test_teardown(a_refused_rest_is_read_away, stop),
        cmocka_unit_test_teardown(clients_that_leave_while_sending, stop),
        cmocka_unit_test_teardown(a_slow_piece_is_504, stop),
        cmocka_unit_test_teardown(a_stalled_sender_is_cut_off, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
