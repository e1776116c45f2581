/* Listening sockets, and the way of a new connection: one loop accepts for all and deals each
 * connection to the loop that has fewest, so that a handful of long-lived connections is spread
 * evenly (hashing by SO_REUSEPORT would not do that). */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "http/clock.h"
#include "http/loop.h"

#define BACKLOG 1024
#define ACCEPTS_PER_ROUND 128
#define REST_MS 100 /* when descriptors have run out */

static uint16_t port_of(int fd)
{
    struct sockaddr_storage address = {0};
    socklen_t len = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &len))
        return 0;
    return ntohs(address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&address)->sin6_port
                                               : ((struct sockaddr_in *)&address)->sin_port);
}

/* A bound, listening, non-blocking socket, or -1 with errno. */
static int open_socket(const struct addrinfo *info, bool is_any)
{
    int fd = socket(info->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1,
        off = 0;
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (info->ai_family == AF_INET6) /* "all addresses" takes IPv4 as well */
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, is_any ? &off : &on, sizeof on);
    if (!bind(fd, info->ai_addr, info->ai_addrlen) && !listen(fd, BACKLOG))
        return fd;
    int saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

static struct addrinfo *resolve(const struct sma_http_listener *listener, int family,
                                const char **why)
{
    struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV,
                             .ai_family = family,
                             .ai_socktype = SOCK_STREAM},
                    *list = NULL;
    char port[8];
    bool is_any = !listener->host || !*listener->host;
    snprintf(port, sizeof port, "%u", (unsigned)listener->port);
    int rc = getaddrinfo(is_any ? NULL : listener->host, port, &hints, &list);
    if (rc)
        *why = rc == EAI_SYSTEM ? strerror(errno) : gai_strerror(rc);
    return list;
}

static void set_port(struct sockaddr *address, uint16_t port)
{
    if (address->sa_family == AF_INET6)
        ((struct sockaddr_in6 *)address)->sin6_port = htons(port);
    else if (address->sa_family == AF_INET)
        ((struct sockaddr_in *)address)->sin_port = htons(port);
}

/* Binds every address of the list: "localhost" is often two. Addresses that this machine does not
 * have are passed over; false when another one cannot be had. */
static bool bind_list(struct sma_http_server *server, const struct addrinfo *list, bool is_any,
                      uint16_t *port, const char **why)
{
    for (const struct addrinfo *info = list; info; info = info->ai_next) {
        if (server->listen_count == SMA_HTTP_LISTENERS_MAX) {
            *why = "too many listeners";
            return false;
        }
        if (*port)
            set_port(info->ai_addr, *port);
        int fd = open_socket(info, is_any);
        if (fd < 0) {
            *why = strerror(errno);
            if (errno == EADDRNOTAVAIL || errno == EAFNOSUPPORT)
                continue;
            return false;
        }
        server->listen_fds[server->listen_count++] = fd;
        *port = port_of(fd);
    }
    return true;
}

enum sma_status sma_http_listen(struct sma_http_server *server,
                                const struct sma_http_listener *listener, size_t index,
                                struct sma_error *err)
{
    bool is_any = !listener->host || !*listener->host, ok = true;
    const char *why = "no address";
    size_t before = server->listen_count;
    uint16_t port = listener->port;
    /* One IPv6 socket serves both families; without IPv6 on the machine, IPv4 alone. */
    static const int families[] = {AF_INET6, AF_INET};
    for (size_t i = is_any ? 0 : 1; ok && server->listen_count == before && i < 2; i++) {
        struct addrinfo *list = resolve(listener, is_any ? families[i] : AF_UNSPEC, &why);
        ok = bind_list(server, list, is_any, &port, &why);
        if (list)
            freeaddrinfo(list);
    }
    if (!ok || server->listen_count == before)
        return sma_fail(err, SMA_EIO, "cannot listen on %s:%u: %s", is_any ? "*" : listener->host,
                        (unsigned)listener->port, why);
    server->ports[index] = port;
    return SMA_OK;
}

/* ---- accepting
 * ------------------------------------------------------------------------------------ */

/* Says why, as far as the socket's buffer takes it, and closes. */
static void turn_away(int fd)
{
    static const char body[] = "{\"error_code\":503,\"message\":\"too many connections\"}";
    char answer[256];
    int n = snprintf(answer, sizeof answer,
                     "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\n"
                     "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                     sizeof body - 1, body);
    ssize_t sent = send(fd, answer, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT);
    (void)sent; /* a client that cannot be told is closed all the same */
    shutdown(fd, SHUT_WR);
    close(fd);
}

/* The loop with fewest connections; during the drain the others may be gone already. */
static struct sma_http_loop *choose_loop(struct sma_http_loop *own)
{
    struct sma_http_server *server = own->server;
    if (atomic_load(&server->is_draining))
        return own;
    struct sma_http_loop *best = &server->loops[0];
    for (unsigned i = 1; i < server->loop_count; i++)
        if (atomic_load(&server->loops[i].load) < atomic_load(&best->load))
            best = &server->loops[i];
    return best;
}

static void welcome(struct sma_http_loop *loop, const struct sma_http_newcomer *seen)
{
    struct sma_http_server *server = loop->server;
    if (atomic_load(&server->connections) >= server->options.connections_max) {
        sma_http_count(&loop->counters.refused_total, 1);
        turn_away(seen->fd);
        return;
    }
    if (server->peers && !sma_http_peers_add(server->peers, &seen->address)) {
        sma_http_count(&loop->counters.refused_address, 1);
        turn_away(seen->fd);
        return;
    }
    atomic_fetch_add(&server->connections, 1);
    struct sma_http_newcomer *newcomer = malloc(sizeof *newcomer);
    struct sma_http_loop *target = choose_loop(loop);
    atomic_fetch_add(&target->load, 1);
    if (!newcomer) {
        close(seen->fd);
        sma_http_connection_ended(target, &seen->address);
        return;
    }
    *newcomer = *seen;
    sma_http_loop_hand_over(target, newcomer);
}

void sma_http_accept_all(struct sma_http_loop *loop, int listen_fd)
{
    for (int i = 0; i < ACCEPTS_PER_ROUND; i++) {
        struct sma_http_newcomer seen = {.address_len = sizeof seen.address};
        seen.fd = accept4(listen_fd, (struct sockaddr *)&seen.address, &seen.address_len,
                          SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (seen.fd >= 0)
            welcome(loop, &seen);
        else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            loop->accept_again_ms = loop->now_ms + REST_MS;
        if (seen.fd < 0 && errno != ECONNABORTED && errno != EINTR)
            return;
    }
}

void sma_http_connection_ended(struct sma_http_loop *loop, const struct sockaddr_storage *address)
{
    if (loop->server->peers)
        sma_http_peers_remove(loop->server->peers, address);
    atomic_fetch_sub(&loop->load, 1);
    atomic_fetch_sub(&loop->server->connections, 1);
}
