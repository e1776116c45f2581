#include "http/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

/* ---- the URL ---- */

static bool copy(char *out, size_t size, struct sma_str text)
{
    return text.len < size && snprintf(out, size, "%.*s", SMA_STR_ARG(text)) >= 0;
}

enum sma_status sma_probe_init(struct sma_http_probe *probe, struct sma_str url,
                               struct sma_error *err)
{
    struct sma_str rest, authority, port;
    memset(probe, 0, sizeof *probe);
    probe->fd = -1;
    probe->is_tls = sma_str_starts(url, SMA_STR("https://"));
    if (!probe->is_tls && !sma_str_starts(url, SMA_STR("http://")))
        return sma_fail(err, SMA_EINVAL, "%.*s is no http:// or https:// URL", SMA_STR_ARG(url));
    rest = sma_str_from(url, probe->is_tls ? 8 : 7);
    ptrdiff_t slash = sma_str_chr(rest, '/');
    authority = slash < 0 ? rest : sma_str_head(rest, (size_t)slash);
    rest = slash < 0 ? SMA_STR("/") : sma_str_from(rest, (size_t)slash);
    ptrdiff_t at = sma_str_rchr(authority, '@');
    authority = sma_str_from(authority, at < 0 ? 0 : (size_t)at + 1);
    ptrdiff_t colon = sma_str_rchr(authority, ':'), bracket = sma_str_rchr(authority, ']');
    port = probe->is_tls ? SMA_STR("443") : SMA_STR("80");
    if (colon > bracket) {
        port = sma_str_from(authority, (size_t)colon + 1);
        authority = sma_str_head(authority, (size_t)colon);
    }
    if (authority.len > 2 && authority.ptr[0] == '[')
        authority = sma_str_make(authority.ptr + 1, authority.len - 2);
    return authority.len && copy(probe->host, sizeof probe->host, authority) &&
                   copy(probe->port, sizeof probe->port, port) &&
                   copy(probe->path, sizeof probe->path, rest)
               ? SMA_OK
               : sma_fail(err, SMA_EINVAL, "%.*s is no URL", SMA_STR_ARG(url));
}

/* ---- name and connection ---- */

static struct addrinfo *look_up(const struct sma_http_probe *probe, int *why)
{
    struct addrinfo *list = NULL;
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    *why = getaddrinfo(probe->host, probe->port, &hints, &list);
    return *why ? NULL : list;
}

enum sma_status sma_probe_lookup(struct sma_http_probe *probe, struct sma_error *err)
{
    int why;
    struct addrinfo *list = look_up(probe, &why);
    size_t used = 0;
    if (!list)
        return sma_fail(err, SMA_EIO, "%s: %s", probe->host, gai_strerror(why));
    for (const struct addrinfo *a = list; a; a = a->ai_next) {
        char text[64];
        if (getnameinfo(a->ai_addr, a->ai_addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST) ||
            used + strlen(text) + 3 > sizeof probe->addresses)
            continue;
        used += (size_t)snprintf(probe->addresses + used, sizeof probe->addresses - used, "%s%s",
                                 used ? ", " : "", text);
    }
    freeaddrinfo(list);
    return SMA_OK;
}

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* 0, or the errno of the attempt. */
static int try_address(int *out, const struct addrinfo *a, int timeout_ms)
{
    int why = 0;
    socklen_t len = sizeof why;
    int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, a->ai_protocol);
    struct pollfd ready = {.fd = fd, .events = POLLOUT};
    if (fd < 0)
        return errno;
    if (connect(fd, a->ai_addr, a->ai_addrlen) && errno != EINPROGRESS)
        why = errno;
    else if (poll(&ready, 1, timeout_ms) <= 0)
        why = ETIMEDOUT;
    else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &len))
        why = errno;
    if (why)
        close(fd);
    else
        *out = fd;
    return why;
}

static void set_timeouts(int fd, int timeout_ms)
{
    const struct timeval limit = {timeout_ms / 1000, timeout_ms % 1000 * 1000};
    int flags = 0; /* blocking from here on, within the limit */
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    fcntl(fd, F_SETFL, flags);
}

enum sma_status sma_probe_connect(struct sma_http_probe *probe, int timeout_ms,
                                  struct sma_error *err)
{
    int why = 0;
    int64_t start = now_us();
    struct addrinfo *list = look_up(probe, &why);
    why = EHOSTUNREACH;
    for (const struct addrinfo *a = list; a && probe->fd < 0; a = a->ai_next)
        why = try_address(&probe->fd, a, timeout_ms);
    if (list)
        freeaddrinfo(list);
    probe->connect_us = now_us() - start;
    if (probe->fd < 0)
        return sma_fail(err, SMA_EIO, "%s port %s: %s", probe->host, probe->port, strerror(why));
    set_timeouts(probe->fd, timeout_ms);
    return SMA_OK;
}

/* ---- TLS ---- */

static void read_certificate(struct sma_http_probe *probe, gnutls_session_t session)
{
    gnutls_x509_crt_t certificate;
    size_t len = sizeof probe->issuer;
    const gnutls_datum_t *list = gnutls_certificate_get_peers(session, &probe->chain);
    if (!list || !probe->chain || gnutls_x509_crt_init(&certificate) < 0)
        return;
    if (gnutls_x509_crt_import(certificate, list, GNUTLS_X509_FMT_DER) >= 0) {
        probe->expires = gnutls_x509_crt_get_expiration_time(certificate);
        if (gnutls_x509_crt_get_issuer_dn(certificate, probe->issuer, &len) < 0)
            probe->issuer[0] = 0;
    }
    gnutls_x509_crt_deinit(certificate);
}

static void read_trust(struct sma_http_probe *probe, gnutls_session_t session)
{
    unsigned status = 0;
    gnutls_datum_t text = {NULL, 0};
    if (gnutls_certificate_verify_peers3(session, probe->host, &status) < 0) {
        snprintf(probe->trouble, sizeof probe->trouble, "the chain cannot be judged");
        return;
    }
    if (!status)
        return;
    if (gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &text, 0) >= 0)
        snprintf(probe->trouble, sizeof probe->trouble, "%.*s", (int)text.size, text.data);
    else
        snprintf(probe->trouble, sizeof probe->trouble, "the chain is not trusted");
    gnutls_free(text.data);
}

enum sma_status sma_probe_tls(struct sma_http_probe *probe, const char *ca_file,
                              struct sma_error *err)
{
    gnutls_session_t session = NULL;
    gnutls_certificate_credentials_t credentials = NULL;
    int rc = gnutls_certificate_allocate_credentials(&credentials);
    if (rc >= 0)
        rc = gnutls_init(&session, GNUTLS_CLIENT);
    probe->session = session;
    probe->credentials = credentials;
    if (rc < 0)
        return sma_fail(err, SMA_EIO, "%s", gnutls_strerror(rc));
    gnutls_certificate_set_x509_system_trust(credentials);
    if (ca_file &&
        gnutls_certificate_set_x509_trust_file(credentials, ca_file, GNUTLS_X509_FMT_PEM) < 0)
        return sma_fail(err, SMA_EIO, "%s has no certificates that can be read", ca_file);
    gnutls_set_default_priority(session);
    gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
    gnutls_server_name_set(session, GNUTLS_NAME_DNS, probe->host, strlen(probe->host));
    gnutls_transport_set_int(session, probe->fd);
    gnutls_handshake_set_timeout(session, GNUTLS_DEFAULT_HANDSHAKE_TIMEOUT);
    do
        rc = gnutls_handshake(session);
    while (rc < 0 && !gnutls_error_is_fatal(rc) && rc != GNUTLS_E_AGAIN);
    if (rc < 0)
        return sma_fail(err, SMA_EIO, "no TLS with %s port %s: %s", probe->host, probe->port,
                        gnutls_strerror(rc));
    snprintf(probe->protocol, sizeof probe->protocol, "%s",
             gnutls_protocol_get_name(gnutls_protocol_get_version(session)));
    read_certificate(probe, session);
    read_trust(probe, session);
    return SMA_OK;
}

/* ---- one request ---- */

static ssize_t put(struct sma_http_probe *probe, const char *bytes, size_t len)
{
    return probe->session ? gnutls_record_send(probe->session, bytes, len)
                          : send(probe->fd, bytes, len, MSG_NOSIGNAL);
}

#define TICKETS_MAX 8 /* messages of the handshake that may come before the answer */

static ssize_t take(struct sma_http_probe *probe, char *bytes, size_t len)
{
    ssize_t got = GNUTLS_E_AGAIN;
    if (!probe->session)
        return recv(probe->fd, bytes, len, 0);
    for (int i = 0; i < TICKETS_MAX && (got == GNUTLS_E_AGAIN || got == GNUTLS_E_INTERRUPTED); i++)
        got = gnutls_record_recv(probe->session, bytes, len);
    return got;
}

enum sma_status sma_probe_ask(struct sma_http_probe *probe, struct sma_error *err)
{
    char request[1024];
    size_t used = 0;
    int len = snprintf(request, sizeof request,
                       "GET %s HTTP/1.1\r\nHost: %s:%s\r\nAccept: application/json\r\n"
                       "User-Agent: schemata-doctor\r\nConnection: close\r\n\r\n",
                       probe->path, probe->host, probe->port);
    if (len < 0 || (size_t)len >= sizeof request || put(probe, request, (size_t)len) != len)
        return sma_fail(err, SMA_EIO, "%s takes no request", probe->host);
    while (used + 1 < sizeof probe->head && !strstr(probe->head, "\r\n\r\n")) {
        ssize_t got = take(probe, probe->head + used, sizeof probe->head - 1 - used);
        if (got <= 0)
            break;
        used += (size_t)got;
        probe->head[used] = 0;
    }
    if (strncmp(probe->head, "HTTP/", 5))
        return sma_fail(err, SMA_EIO, "%s port %s does not answer HTTP", probe->host, probe->port);
    return SMA_OK;
}

bool sma_probe_header(const struct sma_http_probe *probe, const char *name, struct sma_str *out)
{
    size_t len = strlen(name);
    for (const char *line = strstr(probe->head, "\r\n"); line && line[2];
         line = strstr(line + 2, "\r\n")) {
        const char *end = strstr(line + 2, "\r\n");
        if (strncasecmp(line + 2, name, len) || line[2 + len] != ':' || !end)
            continue;
        const char *value = line + 3 + len;
        *out = sma_str_trim(sma_str_make(value, (size_t)(end - value)));
        return true;
    }
    return false;
}

void sma_probe_fini(struct sma_http_probe *probe)
{
    if (probe->session)
        gnutls_deinit(probe->session);
    if (probe->credentials)
        gnutls_certificate_free_credentials(probe->credentials);
    if (probe->fd >= 0)
        close(probe->fd);
    probe->fd = -1;
}
