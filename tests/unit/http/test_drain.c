/* Stopping: what is in flight is finished, what never finishes is cut off in time. */
#include <pthread.h>

#include "tests/unit/http/raw.h"

static struct {
    pthread_mutex_t lock;
    struct sma_http_exchange *exchange;
} kept = {.lock = PTHREAD_MUTEX_INITIALIZER};

static enum sma_http_outcome keep(struct sma_http_exchange *exchange,
                                  const struct sma_http_request *request, void *ctx)
{
    (void)request;
    (void)ctx;
    if (!sma_http_defer(exchange))
        return SMA_HTTP_DONE;
    pthread_mutex_lock(&kept.lock);
    kept.exchange = exchange;
    pthread_mutex_unlock(&kept.lock);
    return SMA_HTTP_LATER;
}

static enum sma_http_outcome echo(struct sma_http_exchange *exchange,
                                  const struct sma_http_request *request, void *ctx)
{
    (void)ctx;
    sma_buf_puts(sma_http_body(exchange), request->body);
    return SMA_HTTP_DONE;
}

static const struct sma_http_route routes[] = {
    {"GET", "/keep", "keep", keep, NULL, SMA_HTTP_INLINE, NULL, NULL, NULL},
    {"POST", "/echo", "echo", echo, NULL, SMA_HTTP_INLINE, NULL, NULL, NULL},
    {"POST", "/echo-on-worker", "echo", echo, NULL, 0, NULL, NULL, NULL},
};
static const struct sma_http_facade facade = {.routes = routes, .route_count = SMA_COUNT(routes)};

static bool has_kept(void *ctx)
{
    (void)ctx;
    pthread_mutex_lock(&kept.lock);
    bool yes = kept.exchange != NULL;
    pthread_mutex_unlock(&kept.lock);
    return yes;
}

static void *stop_it(void *server)
{
    sma_http_server_stop(server);
    return NULL;
}

/* True when nobody listens any more. */
static bool refuses(void *ctx)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(*(uint16_t *)ctx)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool is_refused = connect(fd, (struct sockaddr *)&address, sizeof address) != 0;
    close(fd);
    return is_refused;
}

static void requests_in_flight_are_finished(void **state)
{
    struct sma_http_server *server = raw_start((struct sma_http_options){0}, &facade, 1);
    uint16_t port = raw_port(server);
    struct raw_conn deferred = raw_open(port), half = raw_open(port), idle = raw_open(port);
    struct raw_reply reply;
    pthread_t stopper;
    (void)state;
    kept.exchange = NULL;
    raw_send(&deferred, RAW_GET("/keep"));
    raw_wait_for("the exchange", has_kept, NULL);
    raw_send(&half, "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nab");
    raw_send(&idle, "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\n\r\nxy");
    raw_receive(&idle, &reply, false);
    assert_string_equal(reply.body, "xy");
    raw_free(&reply);
    assert_int_equal(pthread_create(&stopper, NULL, stop_it, server), 0);
    raw_wait_for("the listener's end", refuses, &port);
    assert_int_equal(raw_drain(&idle), 0); /* closed without waiting for its client */
    raw_send(&half, "cde");
    raw_receive(&half, &reply, false);
    assert_string_equal(reply.body, "abcde");
    assert_non_null(strstr(reply.head, "Connection: close\r\n"));
    raw_free(&reply);
    sma_buf_putz(sma_http_body(kept.exchange), "kept");
    sma_http_complete(kept.exchange);
    raw_receive(&deferred, &reply, false);
    assert_string_equal(reply.body, "kept");
    raw_free(&reply);
    assert_int_equal(raw_drain(&deferred), 0);
    pthread_join(stopper, NULL);
    raw_close(&deferred);
    raw_close(&half);
    raw_close(&idle);
}

static void what_never_finishes_is_given_up(void **state)
{
    struct sma_http_options options = {.drain_timeout_ms = 150};
    struct sma_http_server *server = raw_start(options, &facade, 1);
    struct raw_conn deferred = raw_open(raw_port(server)), half = raw_open(raw_port(server));
    struct raw_reply reply;
    (void)state;
    kept.exchange = NULL;
    raw_send(&deferred, RAW_GET("/keep"));
    raw_wait_for("the exchange", has_kept, NULL);
    raw_send(&half, "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nab");
    int64_t begin = raw_now_ms();
    sma_http_server_stop(server);
    assert_true(raw_now_ms() - begin < 3000);
    raw_receive(&deferred, &reply, false);
    assert_int_equal(reply.status, 503);
    assert_string_equal(reply.body, "{\"error_code\":503,\"message\":\"the server is stopping\"}");
    raw_free(&reply);
    raw_receive(&half, &reply, false);
    assert_int_equal(reply.status, 0);
    raw_free(&reply);
    /* The server is gone; its exchange is not, and goes quietly. */
    assert_false(sma_http_is_wanted(kept.exchange));
    sma_buf_putz(sma_http_body(kept.exchange), "too late");
    sma_http_complete(kept.exchange);
    raw_close(&deferred);
    raw_close(&half);
}

static void *hammer(void *ctx)
{
    struct raw_conn *conn = ctx;
    static const char request[] =
        "POST /echo-on-worker HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\nabc";
    size_t answers = 0;
    while (raw_try_send(conn, request, sizeof request - 1)) {
        char bytes[1024];
        ssize_t n = recv(conn->fd, bytes, sizeof bytes - 1, 0);
        if (n <= 0)
            break;
        bytes[n] = '\0';
        answers += strstr(bytes, "HTTP/1.1 200") != NULL;
    }
    return (void *)answers;
}

/* Stopping in the middle of traffic, again and again. */
static void stopping_under_load(void **state)
{
    (void)state;
    for (int round = 0; round < 10; round++) {
        struct sma_http_server *server = raw_start((struct sma_http_options){0}, &facade, 1);
        struct raw_conn conns[8];
        pthread_t threads[8];
        size_t answers = 0;
        for (int i = 0; i < 8; i++) {
            conns[i] = raw_open(raw_port(server));
            assert_int_equal(pthread_create(&threads[i], NULL, hammer, &conns[i]), 0);
        }
        int64_t until = raw_now_ms() + RAW_WAIT_MS;
        while (raw_metric(server, "schemata_http_requests_total{route=\"echo\",status=\"200\"}") <
               100)
            assert_true(raw_now_ms() < until);
        int64_t begin = raw_now_ms();
        sma_http_server_stop(server);
        if (raw_now_ms() - begin > 4000)
            fail_msg("the drain took %lld ms", (long long)(raw_now_ms() - begin));
        for (int i = 0; i < 8; i++) {
            void *got;
            pthread_join(threads[i], &got);
            answers += (size_t)got;
            raw_close(&conns[i]);
        }
        assert_true(answers >= 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_in_flight_are_finished),
        cmocka_unit_test(what_never_finishes_is_given_up),
        cmocka_unit_test(stopping_under_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
