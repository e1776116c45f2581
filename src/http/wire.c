/* The only file that knows libmicrohttpd: its daemon in external epoll mode, its callbacks, and the
 * making of its responses.
 *
 * What the library is trusted with: reading and splitting the header, chunked bodies, 100-continue,
 * keep-alive, writing. What it is not: decoding, limits on bodies, deadlines, framing checks
 * (receive.c), waiting for events (loop.c; its own epoll thread can sleep with exactly 128 events
 * waiting), accepting (listen.c). */
#include <arpa/inet.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <microhttpd.h>

#include "http/loop.h"

#define STREAM_BLOCK_BYTES 65536u /* at most, of one call for an answer in pieces */

struct sma_http_wire {
    struct MHD_Daemon *daemon;
    int epoll_fd;
};

static struct sma_http_conn *conn_of(struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

/* ---- connections
 * ---------------------------------------------------------------------------------- */

static void write_remote(struct sma_http_conn *conn)
{
    const void *address = NULL;
    int family = conn->address.ss_family;
    if (family == AF_INET) {
        address = &((struct sockaddr_in *)&conn->address)->sin_addr;
    } else if (family == AF_INET6) {
        const struct in6_addr *v6 = &((struct sockaddr_in6 *)&conn->address)->sin6_addr;
        bool is_mapped = IN6_IS_ADDR_V4MAPPED(v6);
        family = is_mapped ? AF_INET : AF_INET6;
        address = is_mapped ? (const void *)&v6->s6_addr[12] : (const void *)v6;
    }
    if (address && inet_ntop(family, address, conn->remote, sizeof conn->remote))
        conn->remote_len = strlen(conn->remote);
}

static void open_conn(struct sma_http_loop *loop, struct MHD_Connection *mhd, void **context)
{
    struct sma_http_conn *conn = calloc(1, sizeof *conn);
    const union MHD_ConnectionInfo *fd =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    const union MHD_ConnectionInfo *address =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (!conn) { /* nothing would watch over it */
        shutdown(fd->connect_fd, SHUT_RDWR);
        return;
    }
    conn->loop = loop;
    conn->mhd = mhd;
    conn->fd = fd->connect_fd;
    size_t len = address->client_addr->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                             : sizeof(struct sockaddr_in);
    memcpy(&conn->address, address->client_addr, len);
    write_remote(conn);
    conn->next = loop->conns;
    if (loop->conns)
        loop->conns->prev = conn;
    loop->conns = conn;
    loop->conn_count++;
    conn->is_whole = false;
    sma_http_conn_enter(conn, SMA_HTTP_PHASE_NEW);
    *context = conn;
}

static void close_conn(struct sma_http_conn *conn)
{
    struct sma_http_loop *loop = conn->loop;
    /* A target with more parameters than the library's memory holds ends the connection without a
     * word about the request that had begun. */
    if (conn->exchange)
        sma_http_finish_request(loop, conn->exchange, SMA_HTTP_STATUS_ABORTED);
    sma_http_linger(conn);
    if (conn->prev)
        conn->prev->next = conn->next;
    else
        loop->conns = conn->next;
    if (conn->next)
        conn->next->prev = conn->prev;
    loop->conn_count--;
    free(conn);
}

static void on_connection(void *cls, struct MHD_Connection *mhd, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct sma_http_loop *loop = cls;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        sma_http_count(&loop->counters.accepted, 1);
        open_conn(loop, mhd, context);
        return;
    }
    const union MHD_ConnectionInfo *address =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    struct sockaddr_storage copy = {0};
    size_t len = address->client_addr->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                             : sizeof(struct sockaddr_in);
    memcpy(&copy, address->client_addr, len);
    sma_http_count(&loop->counters.closed, 1);
    sma_http_connection_ended(loop, &copy);
    if (*context)
        close_conn(*context);
    *context = NULL;
}

/* ---- requests
 * ------------------------------------------------------------------------------------- */

/* The library's percent-decoding turns %2F into a separator and cuts at %00: we decode ourselves.
 */
static size_t leave_escaped(void *cls, struct MHD_Connection *mhd, char *text)
{
    (void)cls;
    (void)mhd;
    return strlen(text);
}

/* The request line is complete. What is returned becomes the request's context. */
static void *on_line(void *cls, const char *target, struct MHD_Connection *mhd)
{
    struct sma_http_conn *conn = conn_of(mhd);
    (void)cls;
    if (!conn || conn->exchange || !sma_http_receive_line(conn, sma_str_z(target)))
        return NULL;
    return conn;
}

static enum MHD_Result on_header(void *cls, enum MHD_ValueKind kind, const char *name,
                                 size_t name_len, const char *value, size_t value_len)
{
    (void)kind;
    bool more = sma_http_receive_header(cls, sma_str_make(name, name_len),
                                        sma_str_make(value ? value : "", value_len));
    return more ? MHD_YES : MHD_NO;
}

/* Adds a field; a value the library refuses was refused by us before. */
static bool add(struct MHD_Response *response, const char *name, const char *value)
{
    return MHD_add_response_header(response, name, value) == MHD_YES;
}

static bool add_type(struct MHD_Response *response, struct sma_http_exchange *exchange,
                     size_t body_len)
{
    struct sma_str type = exchange->answer.type, media = exchange->request.media;
    if (!type.ptr)
        return !body_len || !media.len || add(response, MHD_HTTP_HEADER_CONTENT_TYPE, media.ptr);
    if (!type.len)
        return true;
    struct sma_str z = sma_arena_copy(&exchange->arena, type);
    return z.ptr && add(response, MHD_HTTP_HEADER_CONTENT_TYPE, z.ptr);
}

static bool add_headers(struct MHD_Response *response, struct sma_http_exchange *exchange,
                        size_t body_len)
{
    const struct sma_http_server *server = exchange->loop->server;
    const struct sma_http_answer *answer = &exchange->answer;
    bool ok = add_type(response, exchange, body_len), is_cramped = exchange->is_cramped;
    if (exchange->request.request_id.len && !is_cramped)
        ok = ok && add(response, "X-Request-ID", exchange->request.request_id.ptr);
    if (answer->is_packable)
        ok = ok && add(response, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT_ENCODING);
    if (answer->etag)
        ok = ok && add(response, MHD_HTTP_HEADER_ETAG, answer->etag) &&
             add(response, MHD_HTTP_HEADER_CACHE_CONTROL, SMA_HTTP_LASTING);
    if (answer->packed.len || answer->zip)
        ok = ok && add(response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
    for (size_t i = 0; ok && i < answer->header_count; i++)
        ok = add(response, answer->headers[i].name.ptr, answer->headers[i].value.ptr);
    for (size_t i = 0; ok && !is_cramped && i < server->fixed_count; i++)
        ok = add(response, server->fixed[i].name.ptr, server->fixed[i].value.ptr);
    if (atomic_load_explicit(&server->is_draining, memory_order_relaxed))
        ok = ok && add(response, MHD_HTTP_HEADER_CONNECTION, "close");
    return ok;
}

/* An answer whose buffer failed becomes a 500; when even that fails, an empty one. */
static void settle(struct sma_http_exchange *exchange)
{
    struct sma_http_answer *answer = &exchange->answer;
    if (!sma_buf_failed(&answer->own) && answer->status >= 200 && answer->status <= 599)
        return;
    sma_http_answer_problem(exchange, &exchange->loop->server->options.facades[0], SMA_HTTP_FAILED,
                            "the answer could not be made", SMA_STR(""));
    if (sma_buf_failed(&answer->own))
        sma_buf_clear(&answer->own);
}

static void suspend(struct sma_http_conn *conn)
{
    conn->is_suspended = true;
    MHD_suspend_connection(conn->mhd);
}

/* The library wants the next bytes of an answer in pieces: what is left of this piece, or nothing
 * for now, and the connection rests until a worker has made the next one. conn->exchange is another
 * one, without a stream, when the answer was given up in between. */
static ssize_t read_stream(void *cls, uint64_t position, char *to, size_t max)
{
    struct sma_http_conn *conn = cls;
    struct sma_http_exchange *exchange = conn->exchange;
    struct sma_http_answer *answer = &exchange->answer;
    (void)position;
    if (!answer->stream || answer->is_broken)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    size_t left = answer->own.len - answer->sent, len = left < max ? left : max;
    if (len) {
        memcpy(to, answer->own.ptr + answer->sent, len);
        answer->sent += len;
        return (ssize_t)len;
    }
    answer->streamed += answer->own.len;
    sma_buf_clear(&answer->own);
    answer->sent = 0;
    if (answer->is_last)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (!sma_http_send_to_worker(exchange, SMA_HTTP_JOB_STREAM))
        return MHD_CONTENT_READER_END_WITH_ERROR;
    suspend(conn);
    return 0;
}

/* Queues what is in the exchange. The body's bytes stay with the exchange, which lives until the
 * library says that the request is over. */
static enum MHD_Result send_answer(struct sma_http_conn *conn)
{
    struct sma_http_exchange *exchange = conn->exchange;
    settle(exchange);
    struct sma_str body = sma_http_answer_bytes(exchange);
    bool has_none = exchange->answer.status == 204 || exchange->answer.status == 304;
    /* Of a 304 the library sends the length and not the body, which is what the length is for: 0
     * would be a statement about the answer that the client has. */
    size_t len = exchange->answer.status == 204 ? 0 : body.len;
    bool is_stream = exchange->answer.stream && !has_none;
    struct MHD_Response *response =
        is_stream
            ? MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK_BYTES, read_stream,
                                                conn, NULL)
            : MHD_create_response_from_buffer(len, (void *)(uintptr_t)(len ? body.ptr : ""),
                                              MHD_RESPMEM_PERSISTENT);
    if (!response)
        return MHD_NO;
    enum MHD_Result queued = MHD_NO;
    if (add_headers(response, exchange, is_stream ? 1 : has_none ? 0 : len)) {
        sma_http_conn_enter(conn, SMA_HTTP_PHASE_SEND);
        queued = MHD_queue_response(conn->mhd, (unsigned)exchange->answer.status, response);
    }
    MHD_destroy_response(response);
    return queued;
}

static enum MHD_Result on_head(struct sma_http_conn *conn, const char *url, const char *method,
                               const char *version)
{
    const union MHD_ConnectionInfo *size =
        MHD_get_connection_info(conn->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    struct sma_http_head head = {method, url, version, size ? size->header_size : 0};
    MHD_get_connection_values_n(conn->mhd, MHD_HEADER_KIND, on_header, conn->exchange);
    return sma_http_receive_head(conn, &head) ? send_answer(conn) : MHD_YES;
}

static enum MHD_Result on_body(struct sma_http_conn *conn, const char *upload, size_t *upload_len)
{
    bool is_taken;
    size_t len = *upload_len;
    if (conn->is_suspended) /* the library has more chunks in its buffer: they stay there */
        return MHD_YES;
    *upload_len = 0;
    if (!sma_http_receive_body(conn, upload, len, &is_taken))
        return MHD_NO;
    if (is_taken)
        suspend(conn);
    return MHD_YES;
}

static enum MHD_Result on_whole(struct sma_http_conn *conn)
{
    conn->is_whole = true;
    switch (sma_http_dispatch(conn)) {
    case SMA_HTTP_STEP_ANSWER:
        return send_answer(conn);
    case SMA_HTTP_STEP_SUSPEND:
        suspend(conn);
        return MHD_YES;
    case SMA_HTTP_STEP_WAIT:
        break;
    }
    return MHD_YES;
}

/* Called for the header, for each piece of the body, and (again and again, until there is an
 * answer) once the request is complete. */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *mhd, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_len, void **context)
{
    struct sma_http_conn *conn = *context;
    (void)cls;
    (void)mhd;
    if (!conn || !conn->exchange)
        return MHD_NO; /* there was no memory for it */
    if (!conn->exchange->has_head)
        return on_head(conn, url, method, version);
    if (*upload_len) {
        return on_body(conn, upload, upload_len);
    }
    return on_whole(conn);
}

/* Status that went out; 0 when the request was broken off. The library's own errors (a header
 * beyond its memory) come by here too. */
static int status_of(struct MHD_Connection *mhd, enum MHD_RequestTerminationCode code)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_HTTP_STATUS);
    bool is_sent = code == MHD_REQUEST_TERMINATED_COMPLETED_OK;
    return info && (is_sent || info->http_status >= 400) ? (int)info->http_status
                                                         : SMA_HTTP_STATUS_ABORTED;
}

/* The request is over, whichever way. */
static void on_completed(void *cls, struct MHD_Connection *mhd, void **context,
                         enum MHD_RequestTerminationCode code)
{
    struct sma_http_loop *loop = cls;
    struct sma_http_conn *conn = *context;
    *context = NULL;
    if (!conn || !conn->exchange)
        return;
    struct sma_http_exchange *exchange = conn->exchange;
    conn->exchange = NULL;
    conn->is_whole = conn->is_whole && code == MHD_REQUEST_TERMINATED_COMPLETED_OK;
    sma_http_conn_enter(conn, SMA_HTTP_PHASE_IDLE);
    sma_http_finish_request(loop, exchange, status_of(mhd, code));
}

/* ---- the daemon
 * ------------------------------------------------------------------------------------ */

enum sma_status sma_http_wire_new(struct sma_http_wire **out, struct sma_http_loop *loop,
                                  struct sma_error *err)
{
    struct sma_http_wire *wire = calloc(1, sizeof *wire);
    if (!wire)
        return sma_fail_nomem(err);
    wire->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
        on_request, loop, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)SMA_HTTP_CONNECTION_MEMORY,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)INT_MAX, MHD_OPTION_NOTIFY_CONNECTION, on_connection,
        loop, MHD_OPTION_NOTIFY_COMPLETED, on_completed, loop, MHD_OPTION_URI_LOG_CALLBACK, on_line,
        loop, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL, MHD_OPTION_END);
    const union MHD_DaemonInfo *info =
        wire->daemon ? MHD_get_daemon_info(wire->daemon, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
    if (!info || info->epoll_fd < 0) {
        sma_http_wire_free(wire);
        return sma_fail(err, SMA_EIO, "libmicrohttpd does not start");
    }
    wire->epoll_fd = info->epoll_fd;
    *out = wire;
    return SMA_OK;
}

void sma_http_wire_free(struct sma_http_wire *wire)
{
    if (wire && wire->daemon)
        MHD_stop_daemon(wire->daemon);
    free(wire);
}

int sma_http_wire_fd(const struct sma_http_wire *wire)
{
    return wire->epoll_fd;
}

bool sma_http_wire_is_busy(const struct sma_http_wire *wire)
{
    /* No connection timeouts are set in the library, so it asks for a turn only when it has work.
     */
    MHD_UNSIGNED_LONG_LONG wait_ms;
    return MHD_get_timeout(wire->daemon, &wait_ms) == MHD_YES;
}

void sma_http_wire_run(struct sma_http_wire *wire)
{
    MHD_run(wire->daemon);
}

bool sma_http_wire_add(struct sma_http_wire *wire, const struct sma_http_newcomer *newcomer)
{
    return MHD_add_connection(wire->daemon, newcomer->fd,
                              (const struct sockaddr *)&newcomer->address,
                              newcomer->address_len) == MHD_YES;
}

void sma_http_wire_resume(struct sma_http_conn *conn)
{
    MHD_resume_connection(conn->mhd);
}

bool sma_http_wire_layout_is_known(void)
{
    return !strcmp(MHD_get_version(), "0.9.75");
}
