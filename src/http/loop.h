/* Inside of the server: loops, connections, and what they share. */
#ifndef SMA_HTTP_LOOP_H
#define SMA_HTTP_LOOP_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "http/access_log.h"
#include "http/exchange.h"
#include "http/gzip.h"
#include "http/metrics.h"
#include "http/workers.h"

struct sma_http_peers;
struct sma_http_wire; /* the library's daemon of one loop (wire.c) */
struct MHD_Connection;

#define SMA_HTTP_CONNECTION_MEMORY 16384u
#define SMA_HTTP_LISTENERS_MAX 16
#define SMA_HTTP_LINGERING_MAX 64
#define SMA_HTTP_ACCEPT_MEMOS 16

/* A connection, from accept to close. Only its loop's thread touches it. */
struct sma_http_conn {
    struct sma_http_loop *loop;
    struct MHD_Connection *mhd;
    int fd;
    struct sma_http_conn *prev, *next;
    struct sma_http_exchange *exchange; /* of the request under way, or NULL */
    enum sma_http_phase phase;
    uint64_t since_ms;      /* when the phase began, on the loop's clock */
    uint64_t sent, sent_ms; /* acknowledged bytes of the answer, and when they last grew */
    bool is_suspended;
    bool is_looked_at; /* whether its client has closed, in this phase */
    bool is_killed;    /* shut down by us: nothing to linger for */
    bool is_whole;     /* the last request was read to its end before the close */
    size_t remote_len;
    char remote[48];
    struct sockaddr_storage address;
};

/* A socket on its way from the accepting loop to its own. */
struct sma_http_newcomer {
    struct sma_http_newcomer *next;
    int fd;
    socklen_t address_len;
    struct sockaddr_storage address;
};

/* A connection that was closed while its client still sends: read on for a moment, or the client's
 * system throws our answer away. */
struct sma_http_lingering {
    int fd;
    uint64_t until_ms;
};

/* An Accept header seen before and what came of it: clients send the same few again and again. */
struct sma_http_accept_memo {
    const struct sma_http_media_list *list;
    int chosen;
    size_t len;
    char text[120];
};

struct sma_http_loop {
    struct sma_http_server *server;
    unsigned index;
    pthread_t thread;
    bool has_thread;
    int wake_fd;
    uint64_t now_ns, now_ms; /* read once per round */
    struct sma_http_wire *wire;
    struct sma_http_conn *conns;
    size_t conn_count;
    struct sma_http_exchange_pool pool;
    struct sma_http_random random;
    struct sma_http_accept_memo accepts[SMA_HTTP_ACCEPT_MEMOS];
    struct sma_http_packer *packer;
    struct sma_http_counters counters;
    uint64_t next_sweep_ms;
    uint64_t accept_again_ms; /* accepting rests until then (no descriptors left) */
    bool has_logged;
    struct sma_http_lingering lingering[SMA_HTTP_LINGERING_MAX];
    size_t lingering_count;

    _Atomic(struct sma_http_exchange *) back; /* completed, newest first */
    _Atomic size_t out; /* exchanges away, and completions not yet through with this loop */
    _Atomic(struct sma_http_newcomer *) newcomers;
    _Atomic size_t load; /* connections, those under way included */
};

struct sma_http_server {
    struct sma_http_options options; /* defaults filled in */
    struct sma_http_router *router;
    struct sma_arena arena;        /* of what is made at the start */
    struct sma_http_header *fixed; /* headers of every answer, NUL-terminated */
    size_t fixed_count, fixed_bytes;
    const char **names; /* of the metrics' slots: the router's, then "none" */
    size_t name_count;
    struct sma_http_loop *loops;
    unsigned loop_count;
    struct sma_http_workers *workers;
    struct sma_http_access_log *log;
    struct sma_http_peers *peers;
    int listen_fds[SMA_HTTP_LISTENERS_MAX];
    uint16_t ports[SMA_HTTP_LISTENERS_MAX];
    size_t listen_count;
    uint64_t sweep_every_ms;
    bool checks_layout; /* the library lays headers out in memory as receive.c expects */
    _Atomic size_t connections;
    _Atomic size_t body_bytes;
    atomic_bool is_draining;
};

/* ---- loop.c
 * -------------------------------------------------------------------------------------- */

/* Runs until the drain is over. */
void *sma_http_loop_run(void *loop);
void sma_http_loop_wake(struct sma_http_loop *loop);
/* Gives a new connection's socket to this loop. Any thread. */
void sma_http_loop_hand_over(struct sma_http_loop *loop, struct sma_http_newcomer *newcomer);
/* Whether an answer is to be compressed, by the server's settings. */
bool sma_http_loop_wants_packing(struct sma_http_exchange *exchange);
/* Begins a phase, from which its deadline counts. */
void sma_http_conn_enter(struct sma_http_conn *conn, enum sma_http_phase phase);

/* ---- listen.c
 * ------------------------------------------------------------------------------------ */

/* Binds one listener, every address its host has; `index` is its place in the options. */
enum sma_status sma_http_listen(struct sma_http_server *server,
                                const struct sma_http_listener *listener, size_t index,
                                struct sma_error *err) SMA_MUST_CHECK;
/* Accepts what waits on a listener and deals it out. `loop` is the accepting one. */
void sma_http_accept_all(struct sma_http_loop *loop, int listen_fd);
/* A connection is over: counts it out. */
void sma_http_connection_ended(struct sma_http_loop *loop, const struct sockaddr_storage *address);

/* ---- deadlines.c
 * --------------------------------------------------------------------------------- */

/* Looks at every connection's deadline. */
void sma_http_sweep(struct sma_http_loop *loop);
/* While draining: closes connections with nothing under way. */
void sma_http_close_idle(struct sma_http_loop *loop);
/* Answers in place of a deferred handler, whose exchange becomes an orphan. */
void sma_http_give_up(struct sma_http_conn *conn, enum sma_http_problem_kind kind,
                      const char *detail);
/* Shuts the socket down; the library notices and closes. */
void sma_http_conn_kill(struct sma_http_conn *conn);

/* ---- linger.c
 * ------------------------------------------------------------------------------------ */

/* Called when the library is about to close the connection's socket: keeps it open for reading when
 * the client may still be sending. */
void sma_http_linger(struct sma_http_conn *conn);
/* Reads on; closes what is done or due. */
void sma_http_linger_turn(struct sma_http_loop *loop);
void sma_http_linger_fini(struct sma_http_loop *loop);

/* ---- receive.c
 * ----------------------------------------------------------------------------------- */

/* The request line is there. False when out of memory. */
bool sma_http_receive_line(struct sma_http_conn *conn, struct sma_str target);

/* What the library knows about a complete header. */
struct sma_http_head {
    const char *method, *url, *version; /* NUL-terminated, inside the connection's memory */
    size_t header_size;                 /* bytes from the method to the end of the blank line */
};
/* One header field; false stops the iteration. */
bool sma_http_receive_header(struct sma_http_exchange *exchange, struct sma_str name,
                             struct sma_str value);
/* After the last field: checks, rewrites, routes, negotiates. True when the answer is complete and
 * must go out without reading the body. */
bool sma_http_receive_head(struct sma_http_conn *conn, const struct sma_http_head *head);
/* A piece of the body. *is_taken: it was handed on, and the connection is to be suspended until it
 * comes back. False when the connection is to be dropped. */
bool sma_http_receive_body(struct sma_http_conn *conn, const char *bytes, size_t len,
                           bool *is_taken);

/* ---- dispatch.c
 * ---------------------------------------------------------------------------------- */

/* Rewrites, routes and negotiates; may answer with a problem. */
void sma_http_route_request(struct sma_http_exchange *exchange);

enum sma_http_step {
    SMA_HTTP_STEP_ANSWER, /* send what is in conn->exchange */
    SMA_HTTP_STEP_WAIT,   /* the library calls again at once */
    SMA_HTTP_STEP_SUSPEND /* nothing to do until the exchange is back */
};
/* The request is complete: runs its handler, or says how to wait for it. */
enum sma_http_step sma_http_dispatch(struct sma_http_conn *conn);
/* Takes everything that was completed; connections that wait for it go on. */
void sma_http_take_back(struct sma_http_loop *loop);
/* Sends a HOME exchange to a worker; `conn` is suspended by the caller. False when the queue is full:
 * it is still ours. */
bool sma_http_send_to_worker(struct sma_http_exchange *exchange, enum sma_http_job job);
/* The body's piece is in exchange->body: hands it over. False when there is no room or memory; then
 * the answer is in the exchange. */
bool sma_http_dispatch_piece(struct sma_http_exchange *exchange);
/* Makes a HOME exchange OUT and counts it. */
void sma_http_exchange_leave(struct sma_http_exchange *exchange);
/* Gives up an exchange that is OUT: whoever has it frees it. False: it is on its way back. */
bool sma_http_exchange_orphan(struct sma_http_exchange *exchange);
/* Counts and logs a request that is over. Its exchange is recycled, or left to whoever has it.
 * `status` 0: aborted. */
void sma_http_finish_request(struct sma_http_loop *loop, struct sma_http_exchange *exchange,
                             int status);

/* ---- wire.c: the only file that knows libmicrohttpd
 * ------------------------------------------------ */

enum sma_status sma_http_wire_new(struct sma_http_wire **out, struct sma_http_loop *loop,
                                  struct sma_error *err) SMA_MUST_CHECK;
void sma_http_wire_free(struct sma_http_wire *wire);
/* Descriptor to poll for input. */
int sma_http_wire_fd(const struct sma_http_wire *wire);
/* True when work is pending that no descriptor announces. */
bool sma_http_wire_is_busy(const struct sma_http_wire *wire);
void sma_http_wire_run(struct sma_http_wire *wire);
/* Takes the socket over. False: it was closed. */
bool sma_http_wire_add(struct sma_http_wire *wire, const struct sma_http_newcomer *newcomer);
void sma_http_wire_resume(struct sma_http_conn *conn);
/* Whether the library is the version whose memory layout receive.c can check. */
bool sma_http_wire_layout_is_known(void);

/* ---- peers.c
 * ------------------------------------------------------------------------------------- */

/* Connections per address. */
struct sma_http_peers *sma_http_peers_new(size_t max);
void sma_http_peers_free(struct sma_http_peers *peers);
/* False when the address has as many as it may. Any thread. */
bool sma_http_peers_add(struct sma_http_peers *peers, const struct sockaddr_storage *address);
void sma_http_peers_remove(struct sma_http_peers *peers, const struct sockaddr_storage *address);

#endif
