/* A plain HTTP client on a socket, for tests that must say exactly which bytes go out and see
 * exactly what comes back. Every wait has a deadline; a test that runs into it fails. */
#ifndef SMA_TESTS_HTTP_RAW_H
#define SMA_TESTS_HTTP_RAW_H

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "http/http.h"
#include "tests/support/test.h"

#define RAW_WAIT_MS 15000

struct raw_conn {
    int fd;
    char *bytes; /* received and not yet taken */
    size_t len, capacity;
};

struct raw_reply {
    int status; /* 0: the connection ended without an answer */
    char head[8192];
    char *body; /* NUL-terminated; owned */
    size_t body_len;
};

static inline int64_t raw_now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Waits until `condition(ctx)` holds; fails the test when it does not in time. */
static inline void raw_wait_for(const char *what, bool (*condition)(void *ctx), void *ctx)
{
    int64_t until = raw_now_ms() + RAW_WAIT_MS;
    while (!condition(ctx)) {
        if (raw_now_ms() > until)
            fail_msg("waited in vain for %s", what);
        poll(NULL, 0, 2);
    }
}

static inline int raw_socket(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address))
        fail_msg("cannot connect to port %u: %s", (unsigned)port, strerror(errno));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

static inline struct raw_conn raw_open(uint16_t port)
{
    return (struct raw_conn){.fd = raw_socket(port)};
}

static inline void raw_close(struct raw_conn *conn)
{
    if (conn->fd >= 0)
        close(conn->fd);
    free(conn->bytes);
    *conn = (struct raw_conn){.fd = -1};
}

/* False when the peer has closed. */
static inline bool raw_try_send(struct raw_conn *conn, const void *bytes, size_t len)
{
    for (size_t at = 0; at < len;) {
        ssize_t n = send(conn->fd, (const char *)bytes + at, len - at, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        at += (size_t)n;
    }
    return true;
}

static inline void raw_send_bytes(struct raw_conn *conn, const void *bytes, size_t len)
{
    if (!raw_try_send(conn, bytes, len))
        fail_msg("send: %s", strerror(errno));
}

static inline void raw_send(struct raw_conn *conn, const char *text)
{
    raw_send_bytes(conn, text, strlen(text));
}

/* Reads some more. False at the end of the connection. */
static inline bool raw_more(struct raw_conn *conn)
{
    struct pollfd fd = {conn->fd, POLLIN, 0};
    if (conn->capacity - conn->len < 65536) {
        conn->capacity = conn->capacity * 2 + 131072;
        conn->bytes = realloc(conn->bytes, conn->capacity);
        assert_non_null(conn->bytes);
    }
    if (poll(&fd, 1, RAW_WAIT_MS) <= 0)
        fail_msg("no bytes within %d ms", RAW_WAIT_MS);
    ssize_t n = recv(conn->fd, conn->bytes + conn->len, conn->capacity - conn->len - 1, 0);
    if (n <= 0)
        return false;
    conn->len += (size_t)n;
    conn->bytes[conn->len] = '\0';
    return true;
}

/* Value of a header field in reply->head, cut at its line's end; NULL when absent. */
static inline const char *raw_header(const struct raw_reply *reply, const char *name, char *out,
                                     size_t size)
{
    size_t len = strlen(name);
    for (const char *line = strstr(reply->head, "\r\n"); line; line = strstr(line + 2, "\r\n")) {
        if (strncasecmp(line + 2, name, len) || line[2 + len] != ':')
            continue;
        const char *value = line + 2 + len + 1, *end = strstr(value, "\r\n");
        value += *value == ' ';
        snprintf(out, size, "%.*s", (int)(end - value), value);
        return out;
    }
    return NULL;
}

static inline void raw_take(struct raw_conn *conn, size_t count)
{
    memmove(conn->bytes, conn->bytes + count, conn->len - count);
    conn->len -= count;
    conn->bytes[conn->len] = '\0';
}

/* The next answer. `is_head`: there is no body whatever Content-Length says. */
static inline void raw_receive(struct raw_conn *conn, struct raw_reply *reply, bool is_head)
{
    char text[64];
    char *end;
    *reply = (struct raw_reply){0};
    while (!conn->bytes || !(end = strstr(conn->bytes, "\r\n\r\n")))
        if (!raw_more(conn))
            return;
    size_t head_len = (size_t)(end - conn->bytes) + 2;
    assert_true(head_len < sizeof reply->head);
    memcpy(reply->head, conn->bytes, head_len);
    raw_take(conn, head_len + 2);
    assert_int_equal(sscanf(reply->head, "HTTP/1.1 %d", &reply->status), 1);
    bool has_none =
        is_head || reply->status == 204 || reply->status == 304 || reply->status / 100 == 1;
    const char *length = raw_header(reply, "Content-Length", text, sizeof text);
    reply->body_len = has_none || !length ? 0 : (size_t)strtoull(length, NULL, 10);
    while (conn->len < reply->body_len)
        if (!raw_more(conn))
            fail_msg("the body ends early: %zu of %zu", conn->len, reply->body_len);
    reply->body = malloc(reply->body_len + 1);
    assert_non_null(reply->body);
    memcpy(reply->body, conn->bytes, reply->body_len);
    reply->body[reply->body_len] = '\0';
    raw_take(conn, reply->body_len);
}

static inline void raw_free(struct raw_reply *reply)
{
    free(reply->body);
    *reply = (struct raw_reply){0};
}

/* One request on one connection of its own. */
static inline void raw_exchange(uint16_t port, const char *request, struct raw_reply *reply)
{
    struct raw_conn conn = raw_open(port);
    raw_send(&conn, request);
    raw_receive(&conn, reply, !strncmp(request, "HEAD ", 5));
    raw_close(&conn);
}

/* Reads to the end and says how many bytes came; the connection must end in time. */
static inline size_t raw_drain(struct raw_conn *conn)
{
    while (raw_more(conn))
        ;
    return conn->len;
}

/* GET with the headers a normal client sends. */
#define RAW_GET(target) "GET " target " HTTP/1.1\r\nHost: test\r\n\r\n"

/* ---- a server
 * ------------------------------------------------------------------------------------- */

/* Starts on 127.0.0.1, port 0, with two loops unless said otherwise. */
static inline struct sma_http_server *raw_start(struct sma_http_options options,
                                                const struct sma_http_facade *facades, size_t count)
{
    static const struct sma_http_listener listener = {"127.0.0.1", 0};
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_http_server *server = NULL;
    options.listeners = &listener;
    options.listener_count = 1;
    options.facades = facades;
    options.facade_count = count;
    if (!options.loops)
        options.loops = 2;
    if (sma_http_server_start(&server, &options, &err))
        fail_msg("server: %s", err.message);
    return server;
}

static inline uint16_t raw_port(const struct sma_http_server *server)
{
    return sma_http_server_port(server, 0);
}

/* Value of a sample in the server's metrics; -1 when it is not there. */
static inline double raw_metric(const struct sma_http_server *server, const char *sample)
{
    struct sma_buf text;
    double value = -1;
    sma_buf_init(&text, 0);
    sma_http_metrics(server, &text);
    for (char *line = text.ptr; line && *line; line = strchr(line, '\n'), line += line != NULL)
        if (!strncmp(line, sample, strlen(sample)) && line[strlen(sample)] == ' ')
            value = strtod(line + strlen(sample), NULL);
    sma_buf_fini(&text);
    return value;
}

/* Runs the rows of a table: one cmocka test each, named after the row (its first member). */
#define RAW_RUN_ROWS(rows, check)                                                                  \
    raw_run_rows(#rows, (rows), SMA_COUNT(rows), sizeof *(rows), (check))
static inline int raw_run_rows(const char *group, const void *rows, size_t count, size_t size,
                               CMUnitTestFunction check)
{
    struct CMUnitTest *tests = calloc(count, sizeof *tests);
    for (size_t i = 0; i < count; i++) {
        const void *row = (const char *)rows + i * size;
        memcpy(&tests[i].name, row, sizeof(char *));
        tests[i].test_func = check;
        tests[i].initial_state = (void *)(uintptr_t)row;
    }
    int failed = _cmocka_run_group_tests(group, tests, count, NULL, NULL);
    free(tests);
    return failed;
}

#endif
