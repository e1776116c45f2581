/* A program with HTTP of its own, as a log shipper or a database extension has: libschemata asks it for
 * every request, and links no libcurl when it was built so (make lib HTTP=off). The transport here is the
 * smallest that keeps its deadlines: one HTTP/1.0 request per connection, http:// URLs with an IPv4 address.
 *
 *     own_http URL ID        prints the schema with that id
 *
 * cc -o own_http own_http.c $(pkg-config --cflags --libs schemata) */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common.h"

#define ANSWER_MAX (1 << 20)

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Waits until the socket is ready for `events`; 0 when the deadline came first. */
static int wait_for(int fd, short events, int64_t deadline_ms)
{
    struct pollfd p = {.fd = fd, .events = events};
    int64_t left = deadline_ms - now_ms();
    return left > 0 && poll(&p, 1, (int)left) > 0;
}

static int open_connection(const char *host, int port, int64_t deadline_ms)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int error = 0;
    socklen_t len = sizeof error;
    int fd = inet_pton(AF_INET, host, &to.sin_addr) == 1
                 ? socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)
                 : -1;
    if (fd < 0 || (connect(fd, (struct sockaddr *)&to, sizeof to) && errno != EINPROGRESS) ||
        !wait_for(fd, POLLOUT, deadline_ms) ||
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) || error) {
        if (fd >= 0)
            close(fd);
        return -1;
    }
    return fd;
}

static int send_all(int fd, const char *bytes, size_t len, int64_t deadline_ms)
{
    while (len) {
        ssize_t n = wait_for(fd, POLLOUT, deadline_ms) ? send(fd, bytes, len, MSG_NOSIGNAL) : -1;
        if (n <= 0)
            return 0;
        bytes += n;
        len -= (size_t)n;
    }
    return 1;
}

/* Everything up to the end of the connection; -1 when that does not come in time, or too much does. */
static ssize_t read_all(int fd, char *to, size_t size, int64_t deadline_ms)
{
    size_t len = 0;
    while (len < size && wait_for(fd, POLLIN, deadline_ms)) {
        ssize_t n = recv(fd, to + len, size - len, 0);
        if (n <= 0)
            return n < 0 ? -1 : (ssize_t)len;
        len += (size_t)n;
    }
    return -1;
}

static int send_request(int fd, const schemata_http_request_t *req, const char *host, const char *path)
{
    char head[8192];
    int n = snprintf(head, sizeof head, "%s %s HTTP/1.0\r\nHost: %s\r\nContent-Length: %zu\r\n",
                     req->method, path, host, req->body_len);
    for (const char *const *h = req->headers; *h && n < (int)sizeof head; h++)
        n += snprintf(head + n, sizeof head - (size_t)n, "%s\r\n", *h);
    if (n + 2 >= (int)sizeof head)
        return 0;
    memcpy(head + n, "\r\n", 2);
    return send_all(fd, head, (size_t)n + 2, req->deadline_ms) &&
           send_all(fd, req->body, req->body_len, req->deadline_ms);
}

static schemata_status_t no_answer(schemata_http_response_t *resp, const char *why)
{
    resp->transport_error = why;
    return SCHEMATA_OK; /* nobody answered: the library tries the next URL */
}

static schemata_status_t run(void *ctx, const schemata_http_request_t *req,
                             schemata_http_response_t *resp)
{
    char host[64], path[2048] = "/", *answer, *body;
    int port = 80;
    (void)ctx;
    memset(resp, 0, sizeof *resp);
    resp->size = sizeof *resp;
    if (sscanf(req->url, "http://%63[^:/]:%d%2047s", host, &port, path) < 2)
        return no_answer(resp, "this transport takes http://ADDRESS:PORT only");
    int fd = open_connection(host, port, req->deadline_ms);
    if (fd < 0)
        return no_answer(resp, "no connection");
    answer = malloc(ANSWER_MAX + 1);
    ssize_t len = answer && send_request(fd, req, host, path)
                      ? read_all(fd, answer, ANSWER_MAX, req->deadline_ms)
                      : -1;
    close(fd);
    if (len > 0)
        answer[len] = '\0';
    body = len > 0 ? strstr(answer, "\r\n\r\n") : NULL;
    if (!body || sscanf(answer, "HTTP/1.%*d %d", &resp->status) != 1) {
        free(answer);
        return no_answer(resp, "no answer, or half of one");
    }
    resp->body = body + 4;
    resp->body_len = (size_t)(answer + len - body - 4);
    resp->owner = answer;
    return SCHEMATA_OK;
}

static void release(void *ctx, schemata_http_response_t *resp)
{
    (void)ctx;
    free(resp->owner);
}

int main(int argc, char **argv)
{
    schemata_error_t *err = NULL;
    if (argc != 3) {
        fprintf(stderr, "usage: own_http URL ID\n");
        return 2;
    }
    schemata_conf_t *conf = schemata_conf_new();
    schemata_conf_set_http(conf, run, release, NULL);
    schemata_client_t *client = NULL;
    if (!schemata_conf_set(conf, "schema.registry.url", argv[1], &err))
        client = schemata_client_new(conf, &err);
    schemata_schema_t *s =
        client ? schemata_get_by_id(client, atoi(argv[2]), NULL, NULL, &err) : NULL;
    if (s)
        printf("%s\n", schemata_schema_text(s, NULL));
    else
        say("schema", err);
    schemata_schema_unref(s);
    schemata_client_unref(client);
    schemata_conf_free(conf);
    return !s;
}
