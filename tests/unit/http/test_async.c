/* Answers that come later: from workers, from other threads, or never; clients that leave
 * meanwhile; many connections at once; limits on connections. */
#include <pthread.h>

#include "tests/unit/http/raw.h"

enum { KEPT_MAX = 512 };

/* Exchanges that handlers have handed out, for the test's thread to complete. */
static struct {
    pthread_mutex_t lock;
    struct sma_http_exchange *exchanges[KEPT_MAX];
    const struct sma_http_request *requests[KEPT_MAX];
    size_t count;
    bool gate_open; /* workers in `block` wait for it */
    pthread_cond_t gate;
    size_t blocked;
} kept = {.lock = PTHREAD_MUTEX_INITIALIZER, .gate = PTHREAD_COND_INITIALIZER};

static enum sma_http_outcome keep(struct sma_http_exchange *exchange,
                                  const struct sma_http_request *request, void *ctx)
{
    (void)ctx;
    if (!sma_http_defer(exchange))
        return SMA_HTTP_DONE;
    pthread_mutex_lock(&kept.lock);
    kept.exchanges[kept.count] = exchange;
    kept.requests[kept.count++] = request;
    pthread_mutex_unlock(&kept.lock);
    return SMA_HTTP_LATER;
}

static void *complete_soon(void *arg)
{
    struct sma_http_exchange *exchange = arg;
    sma_buf_putz(sma_http_body(exchange), "soon");
    sma_http_complete(exchange);
    return NULL;
}

/* Completed by a thread of its own, perhaps before this function returns. */
static enum sma_http_outcome soon(struct sma_http_exchange *exchange,
                                  const struct sma_http_request *request, void *ctx)
{
    pthread_t thread;
    pthread_attr_t detached;
    (void)request;
    (void)ctx;
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    bool ok =
        sma_http_defer(exchange) && !pthread_create(&thread, &detached, complete_soon, exchange);
    pthread_attr_destroy(&detached);
    return ok ? SMA_HTTP_LATER : SMA_HTTP_DONE;
}

/* Completes itself before it returns. */
static enum sma_http_outcome at_once(struct sma_http_exchange *exchange,
                                     const struct sma_http_request *request, void *ctx)
{
    (void)request;
    (void)ctx;
    if (!sma_http_defer(exchange))
        return SMA_HTTP_DONE;
    complete_soon(exchange);
    return SMA_HTTP_LATER;
}

/* Defers and then answers after all. */
static enum sma_http_outcome changes_its_mind(struct sma_http_exchange *exchange,
                                              const struct sma_http_request *request, void *ctx)
{
    (void)ctx;
    if (!sma_http_defer(exchange))
        return SMA_HTTP_DECLINED;
    sma_buf_putz(sma_http_body(exchange), "mind");
    return sma_http_query(request, "decline") ? SMA_HTTP_DECLINED : SMA_HTTP_DONE;
}

static enum sma_http_outcome block(struct sma_http_exchange *exchange,
                                   const struct sma_http_request *request, void *ctx)
{
    (void)request;
    (void)ctx;
    pthread_mutex_lock(&kept.lock);
    kept.blocked++;
    while (!kept.gate_open)
        pthread_cond_wait(&kept.gate, &kept.lock);
    pthread_mutex_unlock(&kept.lock);
    sma_buf_putz(sma_http_body(exchange), "unblocked");
    return SMA_HTTP_DONE;
}

static enum sma_http_outcome echo(struct sma_http_exchange *exchange,
                                  const struct sma_http_request *request, void *ctx)
{
    (void)ctx;
    sma_buf_puts(sma_http_body(exchange), request->body.len ? request->body : request->target);
    return SMA_HTTP_DONE;
}

static const struct sma_http_route routes[] = {
    {"GET", "/keep/{n}", "keep", keep, NULL, SMA_HTTP_INLINE, NULL, NULL, NULL},
    {"POST", "/keep/{n}", "keep", keep, NULL, SMA_HTTP_INLINE, NULL, NULL, NULL},
    {"GET", "/keep-on-worker/{n}", "keep-on-worker", keep, NULL, 0, NULL, NULL, NULL},
    {"GET", "/soon", "soon", soon, NULL, SMA_HTTP_INLINE, NULL, NULL, NULL},
    {"GET", "/soon-on-worker", "soon", soon, NULL, 0, NULL, NULL, NULL},
    {"GET", "/at-once", "at-once", at_once, NULL, SMA_HTTP_INLINE, NULL, NULL, NULL},
    {"GET", "/at-once-on-worker", "at-once", at_once, NULL, 0, NULL, NULL, NULL},
    {"GET", "/fast-soon", "fast-soon", echo, soon, 0, NULL, NULL, NULL},
    {"GET", "/mind", "mind", echo, changes_its_mind, SMA_HTTP_INLINE, NULL, NULL, NULL},
    {"GET", "/mind-on-worker", "mind", echo, changes_its_mind, 0, NULL, NULL, NULL},
    {"GET", "/block", "block", block, NULL, 0, NULL, NULL, NULL},
    {"GET", "/inline/{n}", "inline", echo, NULL, SMA_HTTP_INLINE, NULL, NULL, NULL},
    {"POST", "/inline", "inline", echo, NULL, SMA_HTTP_INLINE, NULL, NULL, NULL},
    {"GET", "/worker/{n}", "worker", echo, NULL, 0, NULL, NULL, NULL},
};
static const struct sma_http_facade facade = {.routes = routes, .route_count = SMA_COUNT(routes)};

static struct sma_http_server *server;

static void start(struct sma_http_options options)
{
    kept.count = kept.blocked = 0;
    kept.gate_open = false;
    server = raw_start(options, &facade, 1);
}

static int stop(void **state)
{
    (void)state;
    sma_http_server_stop(server);
    server = NULL;
    return 0;
}

static size_t kept_count(void)
{
    pthread_mutex_lock(&kept.lock);
    size_t count = kept.count;
    pthread_mutex_unlock(&kept.lock);
    return count;
}

static bool has_kept(void *want)
{
    return kept_count() >= *(size_t *)want;
}

static bool has_blocked(void *want)
{
    pthread_mutex_lock(&kept.lock);
    bool yes = kept.blocked >= *(size_t *)want;
    pthread_mutex_unlock(&kept.lock);
    return yes;
}

static void open_gate(void)
{
    pthread_mutex_lock(&kept.lock);
    kept.gate_open = true;
    pthread_cond_broadcast(&kept.gate);
    pthread_mutex_unlock(&kept.lock);
}

struct sample {
    const char *name;
    double value;
};

static bool is_sample(void *ctx)
{
    struct sample *sample = ctx;
    return raw_metric(server, sample->name) == sample->value;
}

static void wait_sample(const char *name, double value)
{
    struct sample sample = {name, value};
    raw_wait_for(name, is_sample, &sample);
}

static void expect(struct raw_conn *conn, int status, const char *body)
{
    struct raw_reply reply;
    raw_receive(conn, &reply, false);
    if (reply.status != status || (body && strcmp(reply.body, body)))
        fail_msg("got %d %s, want %d %s", reply.status, reply.body, status, body);
    raw_free(&reply);
}

/* ---- one at a time
 * ---------------------------------------------------------------------------------- */

static void ways_of_answering_later(void **state)
{
    static const struct {
        const char *request, *body;
    } rows[] = {
        {RAW_GET("/soon"), "soon"},
        {RAW_GET("/soon-on-worker"), "soon"},
        {RAW_GET("/at-once"), "soon"},
        {RAW_GET("/at-once-on-worker"), "soon"},
        {RAW_GET("/fast-soon"), "soon"},
        {RAW_GET("/mind"), "mind"},
        {RAW_GET("/mind?decline"), "/mind?decline"},
        {RAW_GET("/mind-on-worker?decline"), "/mind-on-worker?decline"},
        {RAW_GET("/worker/1"), "/worker/1"},
    };
    struct raw_conn conn;
    (void)state;
    start((struct sma_http_options){0});
    conn = raw_open(raw_port(server));
    for (int round = 0; round < 50; round++)
        for (size_t i = 0; i < SMA_COUNT(rows); i++) {
            raw_send(&conn, rows[i].request);
            expect(&conn, 200, rows[i].body);
        }
    /* All of them in one go, in order. */
    for (size_t i = 0; i < SMA_COUNT(rows); i++)
        raw_send(&conn, rows[i].request);
    for (size_t i = 0; i < SMA_COUNT(rows); i++)
        expect(&conn, 200, rows[i].body);
    raw_close(&conn);
}

/* What a deferred exchange shows stays readable from another thread. */
static void a_deferred_request_stays_readable(void **state)
{
    struct raw_conn conn;
    size_t want = 2;
    struct sma_str value;
    (void)state;
    start((struct sma_http_options){0});
    conn = raw_open(raw_port(server));
    struct raw_conn other = raw_open(raw_port(server));
    raw_send(&conn, "POST /keep/a%2Fb?x=1 HTTP/1.1\r\nHost: t\r\nX-One: first\r\n"
                    "Content-Length: 4\r\n\r\nbody");
    raw_send(&other, "GET /keep-on-worker/c HTTP/1.1\r\nHost: t\r\nX-One: second\r\n\r\n");
    raw_wait_for("both", has_kept, &want);
    for (size_t i = 0; i < 2; i++) {
        const struct sma_http_request *request = kept.requests[i];
        bool is_post = sma_str_eqz(request->method, "POST");
        assert_true(sma_http_header(request, "x-one", &value));
        sma_test_same_text("header", value, sma_str_z(is_post ? "first" : "second"));
        sma_test_same_text("param", request->params[0], sma_str_z(is_post ? "a/b" : "c"));
        sma_test_same_text("body", request->body, sma_str_z(is_post ? "body" : ""));
        sma_test_same_text("remote", request->remote, SMA_STR("127.0.0.1"));
        assert_true(sma_http_is_wanted(kept.exchanges[i]));
        sma_http_set_status(kept.exchanges[i], is_post ? 201 : 202);
        sma_http_complete(kept.exchanges[i]);
    }
    expect(&conn, 201, "");
    expect(&other, 202, "");
    raw_close(&conn);
    raw_close(&other);
}

static void one_slow_request_does_not_stall_others(void **state)
{
    struct raw_conn slow[3], quick;
    size_t want = 3;
    (void)state;
    start((struct sma_http_options){.loops = 1, .workers = 4});
    for (int i = 0; i < 3; i++) {
        slow[i] = raw_open(raw_port(server));
        raw_send(&slow[i], RAW_GET("/block"));
    }
    raw_wait_for("three busy workers", has_blocked, &want);
    quick = raw_open(raw_port(server));
    for (int i = 0; i < 20; i++) {
        raw_send(&quick, RAW_GET("/inline/1") RAW_GET("/worker/1"));
        expect(&quick, 200, "/inline/1");
        expect(&quick, 200, "/worker/1");
    }
    open_gate();
    for (int i = 0; i < 3; i++) {
        expect(&slow[i], 200, "unblocked");
        raw_close(&slow[i]);
    }
    raw_close(&quick);
}

static void a_full_queue_is_503(void **state)
{
    struct raw_conn conns[5];
    struct raw_reply reply;
    size_t want = 1;
    (void)state;
    start((struct sma_http_options){.loops = 1, .workers = 1, .worker_queue_max = 3});
    conns[0] = raw_open(raw_port(server));
    raw_send(&conns[0], RAW_GET("/block"));
    raw_wait_for("a busy worker", has_blocked, &want);
    for (int i = 1; i < 5; i++) {
        conns[i] = raw_open(raw_port(server));
        raw_send(&conns[i], RAW_GET("/worker/1"));
        if (i < 4)
            wait_sample("schemata_http_worker_queue", i);
    }
    raw_receive(&conns[4], &reply, false);
    assert_int_equal(reply.status, 503);
    assert_non_null(strstr(reply.head, "Retry-After: 1\r\n"));
    raw_free(&reply);
    open_gate();
    for (int i = 0; i < 4; i++)
        expect(&conns[i], 200, i ? "/worker/1" : "unblocked");
    raw_send(&conns[4], RAW_GET("/worker/1"));
    expect(&conns[4], 200, "/worker/1");
    for (int i = 0; i < 5; i++)
        raw_close(&conns[i]);
}

/* ---- time and clients that leave
 * ------------------------------------------------------------------- */

static void an_answer_that_does_not_come_is_504(void **state)
{
    struct raw_conn conn;
    struct raw_reply reply;
    size_t want = 1;
    (void)state;
    start((struct sma_http_options){.answer_timeout_ms = 100});
    conn = raw_open(raw_port(server));
    raw_send(&conn, "GET /keep/1 HTTP/1.1\r\nHost: t\r\nX-Request-ID: me\r\n\r\n");
    raw_receive(&conn, &reply, false);
    assert_int_equal(reply.status, 504);
    assert_non_null(strstr(reply.head, "X-Request-ID: me\r\n"));
    assert_string_equal(reply.body,
                        "{\"error_code\":504,\"message\":\"the request took too long\"}");
    raw_free(&reply);
    /* The connection goes on; the late answer changes nothing. */
    raw_wait_for("the exchange", has_kept, &want);
    assert_false(sma_http_is_wanted(kept.exchanges[0]));
    sma_buf_putz(sma_http_body(kept.exchanges[0]), "late");
    sma_http_complete(kept.exchanges[0]);
    raw_send(&conn, RAW_GET("/inline/1"));
    expect(&conn, 200, "/inline/1");
    raw_close(&conn);
}

static void a_queued_request_whose_time_is_up_is_not_run(void **state)
{
    struct raw_conn first, second;
    size_t want = 1;
    (void)state;
    start((struct sma_http_options){.workers = 1, .answer_timeout_ms = 200});
    first = raw_open(raw_port(server));
    second = raw_open(raw_port(server));
    raw_send(&first, RAW_GET("/block"));
    raw_wait_for("a busy worker", has_blocked, &want);
    raw_send(&second, RAW_GET("/keep-on-worker/1"));
    expect(&second, 504, NULL);
    expect(&first, 504, NULL);
    open_gate();
    wait_sample("schemata_http_worker_queue", 0);
    raw_send(&second, RAW_GET("/worker/1"));
    expect(&second, 200, "/worker/1");
    assert_int_equal(kept_count(), 0);
    raw_close(&first);
    raw_close(&second);
}

static void clients_that_leave_while_deferred(void **state)
{
    (void)state;
    start((struct sma_http_options){0});
    for (size_t i = 0; i < 40; i++) {
        struct raw_conn conn = raw_open(raw_port(server));
        struct linger reset = {1, 0};
        size_t want = i + 1;
        raw_send(&conn, i % 2 ? RAW_GET("/keep/1") : RAW_GET("/keep-on-worker/1"));
        raw_wait_for("the exchange", has_kept, &want);
        if (i % 4 < 2) /* a reset instead of an orderly end */
            setsockopt(conn.fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        raw_close(&conn);
        sma_buf_putz(sma_http_body(kept.exchanges[i]), "nobody reads this");
        sma_http_complete(kept.exchanges[i]);
    }
    wait_sample("schemata_http_requests_in_flight", 0);
    wait_sample("schemata_http_connections", 0);
}

static void clients_that_leave_mid_body(void **state)
{
    (void)state;
    start((struct sma_http_options){0});
    for (int i = 0; i < 40; i++) {
        struct raw_conn conn = raw_open(raw_port(server));
        struct linger reset = {1, 0};
        raw_send(&conn, "POST /inline HTTP/1.1\r\nHost: t\r\nContent-Length: 100000\r\n\r\nabc");
        if (i % 2)
            setsockopt(conn.fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        raw_close(&conn);
    }
    wait_sample("schemata_http_connections_accepted_total", 40);
    wait_sample("schemata_http_connections", 0);
    wait_sample("schemata_http_requests_in_flight", 0);
    wait_sample("schemata_http_body_bytes_held", 0);
    struct raw_reply reply;
    raw_exchange(raw_port(server), RAW_GET("/inline/1"), &reply);
    assert_int_equal(reply.status, 200);
    raw_free(&reply);
}

/* ---- many
 * ------------------------------------------------------------------------------------------- */

/* All connections become ready in the same instant, again and again: a loop that counts on another
 * event to wake it would stall here (libmicrohttpd's own epoll thread does at 128 and 256). */
static void many_connections_ready_together(void **state)
{
    static const int counts[] = {128, 256, 300};
    (void)state;
    start((struct sma_http_options){.loops = 1, .workers = 2});
    for (size_t c = 0; c < SMA_COUNT(counts); c++) {
        static struct raw_conn conns[300];
        int count = counts[c];
        for (int i = 0; i < count; i++)
            conns[i] = raw_open(raw_port(server));
        for (int round = 0; round < 12; round++) {
            const char *request = round % 4 == 3 ? RAW_GET("/worker/1") : RAW_GET("/inline/1");
            int64_t begin = raw_now_ms();
            for (int i = 0; i < count; i++)
                raw_send(&conns[i], request);
            for (int i = 0; i < count; i++)
                expect(&conns[i], 200, round % 4 == 3 ? "/worker/1" : "/inline/1");
            if (raw_now_ms() - begin > 5000)
                fail_msg("%d connections took %lld ms", count, (long long)(raw_now_ms() - begin));
        }
        for (int i = 0; i < count; i++)
            raw_close(&conns[i]);
        wait_sample("schemata_http_connections", 0);
    }
}

static void many_deferred_at_once(void **state)
{
    enum { COUNT = 300 };
    static struct raw_conn conns[COUNT];
    size_t want = COUNT;
    (void)state;
    start((struct sma_http_options){0});
    for (int i = 0; i < COUNT; i++) {
        conns[i] = raw_open(raw_port(server));
        raw_send(&conns[i], RAW_GET("/keep/1"));
    }
    raw_wait_for("all exchanges", has_kept, &want);
    for (size_t i = COUNT; i-- > 0;) {
        sma_buf_putz(sma_http_body(kept.exchanges[i]), "kept");
        sma_http_complete(kept.exchanges[i]);
    }
    for (int i = 0; i < COUNT; i++) {
        expect(&conns[i], 200, "kept");
        raw_close(&conns[i]);
    }
}

static void connections_over_the_limit_are_told(void **state)
{
    struct raw_conn conns[9];
    (void)state;
    start((struct sma_http_options){.connections_max = 8});
    for (int i = 0; i < 8; i++) {
        conns[i] = raw_open(raw_port(server));
        raw_send(&conns[i], RAW_GET("/inline/1"));
        expect(&conns[i], 200, "/inline/1");
    }
    conns[8] = raw_open(raw_port(server));
    expect(&conns[8], 503, "{\"error_code\":503,\"message\":\"too many connections\"}");
    assert_int_equal(raw_drain(&conns[8]), 0);
    raw_close(&conns[8]);
    raw_close(&conns[0]);
    wait_sample("schemata_http_connections", 7);
    conns[8] = raw_open(raw_port(server));
    raw_send(&conns[8], RAW_GET("/inline/1"));
    expect(&conns[8], 200, "/inline/1");
    for (int i = 1; i < 9; i++)
        raw_close(&conns[i]);
    assert_int_equal((int)raw_metric(server, "schemata_http_connections_refused_total"
                                             "{limit=\"connections\"}"),
                     1);
}

static void connections_of_one_address_have_a_limit(void **state)
{
    struct raw_conn conns[4];
    (void)state;
    start((struct sma_http_options){.per_address_max = 3});
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 3; i++) {
            conns[i] = raw_open(raw_port(server));
            raw_send(&conns[i], RAW_GET("/inline/1"));
            expect(&conns[i], 200, "/inline/1");
        }
        conns[3] = raw_open(raw_port(server));
        expect(&conns[3], 503, NULL);
        for (int i = 0; i < 4; i++)
            raw_close(&conns[i]);
        wait_sample("schemata_http_connections", 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(ways_of_answering_later, stop),
        cmocka_unit_test_teardown(a_deferred_request_stays_readable, stop),
        cmocka_unit_test_teardown(one_slow_request_does_not_stall_others, stop),
        cmocka_unit_test_teardown(a_full_queue_is_503, stop),
        cmocka_unit_test_teardown(an_answer_that_does_not_come_is_504, stop),
        cmocka_unit_test_teardown(a_queued_request_whose_time_is_up_is_not_run, stop),
        cmocka_unit_test_teardown(clients_that_leave_while_deferred, stop),
        cmocka_unit_test_teardown(clients_that_leave_mid_body, stop),
        cmocka_unit_test_teardown(many_connections_ready_together, stop),
        cmocka_unit_test_teardown(many_deferred_at_once, stop),
        cmocka_unit_test_teardown(connections_over_the_limit_are_told, stop),
        cmocka_unit_test_teardown(connections_of_one_address_have_a_limit, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
