/* Deadlines. Every phase of a connection has one, so that neither silence nor a trickle of bytes
 * keeps a connection, its memory or a request for longer than the settings say:
 *
 *   connect ─header_timeout─► request line ─header_timeout─► header ─body_timeout─► body
 *   ─answer_timeout─► answer ─send_timeout, and idle_timeout without progress─► sent
 * ─idle_timeout─►
 *
 * The library tells about a request once its first line is complete; a line that trickles in counts
 * as idle, and is bounded by that. Checking all connections of a loop now and then is cheaper than
 * a timer each: nothing is touched on the way of a request. */
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "http/loop.h"

void sma_http_conn_kill(struct sma_http_conn *conn)
{
    conn->is_killed = true;
    shutdown(conn->fd, SHUT_RDWR);
}

/* The exchange that somebody still has goes its own way; a stand-in carries the answer. When there
 * is no memory for one, the client is cut off. */
void sma_http_give_up(struct sma_http_conn *conn, enum sma_http_problem_kind kind,
                      const char *detail)
{
    struct sma_http_loop *loop = conn->loop;
    const struct sma_http_options *options = &loop->server->options;
    struct sma_http_exchange *away = conn->exchange;
    struct sma_http_exchange *stand_in =
        sma_http_exchange_take(&loop->pool, loop, options->arena_bytes_max, options->body_bytes_max,
                               options->answer_bytes_max);
    if (!stand_in)
        return; /* tried again at the next sweep */
    if (!sma_http_exchange_stand_in(stand_in, away)) {
        sma_http_exchange_put(&loop->pool, stand_in);
        return;
    }
    size_t charged = away->charged;
    bool is_receiving = away->job == SMA_HTTP_JOB_PIECE;
    if (!sma_http_exchange_orphan(away)) {
        sma_http_exchange_put(&loop->pool, stand_in); /* it is on its way back after all */
        return;
    }
    stand_in->charged = charged;
    stand_in->conn = conn;
    conn->exchange = stand_in;
    sma_http_answer_problem(stand_in, &options->facades[0], kind, detail, SMA_STR(""));
    stand_in->is_discarding = is_receiving; /* the rest of the body */
    if (is_receiving)
        sma_http_conn_enter(conn, SMA_HTTP_PHASE_BODY);
    if (conn->is_suspended) {
        conn->is_suspended = false;
        sma_http_wire_resume(conn);
    }
}

/* Bytes of this connection that the client's system has taken. */
static uint64_t acknowledged(const struct sma_http_conn *conn)
{
    struct tcp_info info = {0};
    socklen_t len = sizeof info;
    if (getsockopt(conn->fd, IPPROTO_TCP, TCP_INFO, &info, &len))
        return 0;
    return info.tcpi_bytes_acked;
}

/* A client that does not read has idle_timeout; one that reads slowly has send_timeout. */
static bool is_send_overdue(struct sma_http_conn *conn, uint64_t now_ms)
{
    const struct sma_http_options *options = &conn->loop->server->options;
    uint64_t sent = acknowledged(conn);
    if (sent != conn->sent || conn->sent_ms < conn->since_ms) {
        conn->sent = sent;
        conn->sent_ms = now_ms;
    }
    return now_ms - conn->sent_ms > options->idle_timeout_ms ||
           now_ms - conn->since_ms > options->send_timeout_ms;
}

static bool is_overdue(struct sma_http_conn *conn, uint64_t now_ms)
{
    const struct sma_http_options *options = &conn->loop->server->options;
    uint64_t age_ms = now_ms - conn->since_ms;
    switch (conn->phase) {
    case SMA_HTTP_PHASE_NEW:
    case SMA_HTTP_PHASE_HEAD:
        return age_ms > options->header_timeout_ms;
    case SMA_HTTP_PHASE_IDLE:
        return age_ms > options->idle_timeout_ms;
    case SMA_HTTP_PHASE_BODY:
        return age_ms > options->body_timeout_ms;
    case SMA_HTTP_PHASE_WORK:
        return age_ms > options->answer_timeout_ms;
    case SMA_HTTP_PHASE_SEND:
        return is_send_overdue(conn, now_ms);
    }
    return false;
}

/* Whether the client has closed, unnoticed. The library waits for edges: when the end arrives
 * together with the last bytes, it reads the bytes and never hears of the end. After silence one
 * look is enough, since a later end is an edge of its own; while bytes come in it can happen again.
 */
static bool has_left(struct sma_http_conn *conn)
{
    bool is_receiving = conn->phase == SMA_HTTP_PHASE_HEAD || conn->phase == SMA_HTTP_PHASE_BODY;
    bool is_silent = conn->phase == SMA_HTTP_PHASE_NEW || conn->phase == SMA_HTTP_PHASE_IDLE;
    char byte;
    if (!is_receiving && (!is_silent || conn->is_looked_at))
        return false;
    conn->is_looked_at = true;
    return recv(conn->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

void sma_http_sweep(struct sma_http_loop *loop)
{
    for (struct sma_http_conn *conn = loop->conns; conn; conn = conn->next) {
        if (conn->is_killed)
            continue;
        if (!is_overdue(conn, loop->now_ms)) {
            if (has_left(conn))
                sma_http_conn_kill(conn);
            continue;
        }
        sma_http_count(&loop->counters.timeouts[conn->phase], 1);
        if (conn->phase != SMA_HTTP_PHASE_WORK)
            sma_http_conn_kill(conn);
        else if (conn->exchange && atomic_load(&conn->exchange->place) == SMA_HTTP_OUT)
            sma_http_give_up(conn, SMA_HTTP_TIMED_OUT, "the request took too long");
    }
}

/* A request that has already arrived is still answered: only silent connections are closed. */
void sma_http_close_idle(struct sma_http_loop *loop)
{
    for (struct sma_http_conn *conn = loop->conns; conn; conn = conn->next) {
        char byte;
        if (conn->is_killed ||
            (conn->phase != SMA_HTTP_PHASE_NEW && conn->phase != SMA_HTTP_PHASE_IDLE))
            continue;
        if (recv(conn->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0)
            sma_http_conn_kill(conn);
    }
}
