/* A small HTTP/1.1 toolkit over libmicrohttpd: listeners, routes, requests, answers, limits, access
 * log, metrics, drain. It knows nothing about what is served: the shape of an error body, the media
 * types and the meaning of a route belong to the facade that supplies them.
 *
 *   loop thread (one per core)              worker pool              any thread
 *   accept, read, limits, rewrite, route
 *     fast()/handler() of INLINE routes ──► DONE: answered at once
 *     else suspend ───────────────────────► handler() ─► DONE
 *                                           handler() ─► LATER ────► sma_http_complete()
 *   resume, compress, send, count, log ◄─────────────────┴──────────────────┘
 *
 * Rules of the house: a request and its answer live in one `struct sma_http_exchange`. Exactly one
 * thread owns it at a time, so nothing in it is locked. Every view in a request stays valid until
 * the exchange is finished (returned DONE or completed), except the header values of an inline
 * handler: call sma_http_defer before another thread may see them.
 *
 * Long bodies need not be in memory: an answer may come in pieces (struct sma_http_stream), and a
 * route may take its body in pieces (sma_http_route.piece); both are made and taken by workers, one
 * piece at a time, while the connection is suspended.
 *
 * Deliberately absent: HTTP/2, static files, cookies, form bodies. */
#ifndef SMA_HTTP_HTTP_H
#define SMA_HTTP_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"

struct sma_http_server;
struct sma_http_exchange; /* one request and the answer that grows for it */
struct sma_http_route;

#define SMA_HTTP_SEGMENTS_MAX 16     /* path segments; more match no route */
#define SMA_HTTP_QUERY_ITEMS_MAX 256 /* query parameters; more are a 400 */
#define SMA_HTTP_HEADERS_MAX 100     /* header fields; more are a 431 */

/* ---- request ------------------------------------------------------------------------------------
 */

/* One query parameter, decoded: percent-encoding once, `+` is a space. `?deleted` has no value,
 * `?deleted=` an empty one. */
struct sma_http_query_item {
    struct sma_str name;
    struct sma_str value; /* empty when has_value is false */
    bool has_value;
};

struct sma_http_header {
    struct sma_str name;
    struct sma_str value;
};

/* Read only for handlers. All text was decoded once by us and is valid UTF-8 without NUL; the body
 * and the header values are as sent. */
struct sma_http_request {
    struct sma_str method;                        /* "GET", "HEAD" … as sent */
    struct sma_str target;                        /* as sent, with the query */
    struct sma_str path;                          /* as sent, still encoded, no query */
    struct sma_str query;                         /* as sent, without the '?' */
    struct sma_str params[SMA_HTTP_SEGMENTS_MAX]; /* {names} of the pattern, in order */
    size_t param_count;
    const struct sma_http_route *route;            /* NULL before routing, or if none */
    const struct sma_http_query_item *query_items; /* in the order sent (or as rewritten) */
    size_t query_count;
    const struct sma_http_header *headers; /* in the order sent */
    size_t header_count;
    struct sma_str body;       /* whole, or the piece at hand; empty when there was none */
    bool has_body;             /* Content-Length > 0 or chunked */
    bool is_head;              /* a GET whose body will not be sent */
    struct sma_str media;      /* negotiated type of the answer, or empty */
    struct sma_str request_id; /* X-Request-ID, echoed or made */
    struct sma_str remote;     /* "127.0.0.1", "::1" */
    struct sma_arena *arena;   /* lives until the answer is sent */
};

/* First value of a header, name without regard to case. False when absent. */
bool sma_http_header(const struct sma_http_request *request, const char *name,
                     struct sma_str *value);
/* First query parameter of that name, or NULL. */
const struct sma_http_query_item *sma_http_query(const struct sma_http_request *request,
                                                 const char *name);
/* The next one of the same name after `item`, or NULL. */
const struct sma_http_query_item *sma_http_query_next(const struct sma_http_request *request,
                                                      const struct sma_http_query_item *item);
/* Value of the path parameter called `name` in the route's pattern; empty when there is none.
 * request->params[i] is the same by position. */
struct sma_str sma_http_param(const struct sma_http_request *request, const char *name);

/* ---- answer -------------------------------------------------------------------------------------
 */

/* Status 200, the negotiated type and an empty body are the defaults. A later call replaces what an
 * earlier one set. */
void sma_http_set_status(struct sma_http_exchange *exchange, int status);
/* Views must live as long as request->arena (a literal, or text in it). */
void sma_http_set_type(struct sma_http_exchange *exchange, struct sma_str type);
/* Adds a field. Name and value are copied; at most 16. False (and not added) when full, out of
 * memory, or when they hold bytes that would break the header. */
bool sma_http_add_header(struct sma_http_exchange *exchange, const char *name,
                         struct sma_str value) SMA_MUST_CHECK;

/* The body, in one of three ways.
 * 1. The exchange's own buffer: write into it. Bounded by `answer_bytes_max`; when the buffer has
 *    failed by the time the answer is finished, the client gets a 500 through the problem hook. */
struct sma_buf *sma_http_body(struct sma_http_exchange *exchange);
/* 2. Bytes that outlive the server, or that live in request->arena. */
void sma_http_body_static(struct sma_http_exchange *exchange, struct sma_str bytes);
/* 3. Shared bytes (a cache entry): release(owner) is called exactly once, when they were sent or
 *    are no longer needed, on a loop thread or on the thread that finishes the exchange. */
void sma_http_body_shared(struct sma_http_exchange *exchange, struct sma_str bytes,
                          void (*release)(void *owner), void *owner);
/* 4. Pieces behind what is in the exchange's own buffer, each asked for when the one before was
 *    sent: for answers that may be longer than memory allows. Such an answer has no Content-Length,
 *    and is compressed piece by piece when its handler ran on a worker. Hold no snapshot and no lock from one piece to the next: the client
 *    decides how long that takes. */
struct sma_http_stream {
    /* Must. Appends the next piece (some tens of KiB, bounded by answer_bytes_max) to the empty
     * `out`. False: the answer cannot be finished, and the connection is closed in its middle, which
     * clients see as a broken answer. Runs on a worker. */
    bool (*next)(void *state, struct sma_buf *out, bool *is_last);
    /* Must. Called exactly once, on any thread. */
    void (*release)(void *state);
};
/* Takes `state` over. `stream` must outlive the server. */
void sma_http_body_stream(struct sma_http_exchange *exchange, const struct sma_http_stream *stream,
                          void *state);
/* The answer stands for something that does not change: it goes out with `etag` and with
 * SMA_HTTP_LASTING, and when the request's If-None-Match names it, as a 304 without its body. Call
 * when status and body are final. etag: NUL-terminated, `W/"…"`, living as long as the body. */
#define SMA_HTTP_LASTING "max-age=86400, immutable"
void sma_http_set_lasting(struct sma_http_exchange *exchange, const char *etag);
/* Never compress this answer / compress it whatever its size (when the client accepts it). */
void sma_http_set_gzip(struct sma_http_exchange *exchange, bool on);
/* Forgets status, type, extra headers and body, to start the answer again. */
void sma_http_reset_answer(struct sma_http_exchange *exchange);

enum sma_http_outcome {
    SMA_HTTP_DONE,    /* the answer is in the exchange */
    SMA_HTTP_LATER,   /* somebody calls sma_http_complete (perhaps has already) */
    SMA_HTTP_DECLINED /* only `fast` (its answer is forgotten) and `rewrite`: go on */
};

/* Makes the exchange fit for another thread (header values are copied into the arena). Called by an
 * inline handler before it hands the exchange over and returns LATER; on a worker it does nothing.
 * False when out of memory: then answer at once. */
bool sma_http_defer(struct sma_http_exchange *exchange) SMA_MUST_CHECK;
/* Hands a deferred exchange back, with its answer, from any thread. The exchange must not be
 * touched afterwards. Never blocks, never compresses; the client may be long gone. */
void sma_http_complete(struct sma_http_exchange *exchange);
/* False when nobody waits for the answer any more (the request's time was up, or the server stops):
 * long work may look now and then. The exchange must still be completed or returned. Any thread. */
bool sma_http_is_wanted(const struct sma_http_exchange *exchange);

/* ---- a body in pieces ---------------------------------------------------------------------------
 */

/* What a handler keeps from piece to piece: release(state) is called exactly once, when the
 * request is over in whatever way, on any thread. NULL before the first call. */
void sma_http_set_state(struct sma_http_exchange *exchange, void *state,
                        void (*release)(void *state));
void *sma_http_state(const struct sma_http_exchange *exchange);
/* From a `piece` function: the answer is in the exchange, what follows of the body is read and
 * thrown away. */
void sma_http_refuse_rest(struct sma_http_exchange *exchange);

/* ---- routes -------------------------------------------------------------------------------------
 */

typedef enum sma_http_outcome sma_http_handler_fn(struct sma_http_exchange *exchange,
                                                  const struct sma_http_request *request,
                                                  void *ctx);

enum {
    SMA_HTTP_INLINE = 1, /* handler runs on the loop thread: it must never block */
    SMA_HTTP_NO_GZIP = 2 /* answers are sent as they are */
};

/* Media types with the server's own preference, best first; quality in thousandths. */
struct sma_http_media {
    struct sma_str type; /* "application/json", with a NUL behind it */
    int quality;         /* 1000 = 1.0 */
};
struct sma_http_media_list {
    const struct sma_http_media *types;
    size_t count;
};

/* A row of a facade's table, which must outlive the server.
 * Patterns: segments separated by '/', a segment is literal or one {parameter}. A parameter matches
 * one non-empty segment. A literal beats a parameter, leftmost first. "/" is the root. A trailing
 * slash in a request is accepted everywhere. HEAD runs the GET row. */
struct sma_http_route {
    const char *method;
    const char *pattern;
    const char *name; /* for metrics and log: "subjects.versions.register"; rows may share one */
    sma_http_handler_fn *handler;
    sma_http_handler_fn *fast; /* or NULL. Tried first on the loop thread: answers, or DECLINED */
    unsigned flags;
    /* What it can answer, and take as a body; NULL = the facade's. A list with count 0 = anything,
     * no negotiation. */
    const struct sma_http_media_list *produces;
    const struct sma_http_media_list *consumes;
    /* Or NULL. Then the body may be of any length and comes in pieces: request->body is the next
     * one, of at least SMA_HTTP_PIECE_BYTES, valid during the call (until completed). DONE or LATER
     * as for a handler. Pieces come in order and one at a time, on workers; the last, shorter one
     * goes to `handler`, which gives the answer. */
    sma_http_handler_fn *piece;
};
#define SMA_HTTP_PIECE_BYTES 131072u

/* What goes wrong before a handler, or instead of one. */
enum sma_http_problem_kind {
    SMA_HTTP_BAD_REQUEST,     /* 400 target or framing that cannot be accepted */
    SMA_HTTP_NOT_FOUND,       /* 404 no route */
    SMA_HTTP_BAD_METHOD,      /* 405; Allow is already set */
    SMA_HTTP_OPTIONS,         /* 200: OPTIONS on a known path without a row of its own; Allow set */
    SMA_HTTP_NOT_ACCEPTABLE,  /* 406 */
    SMA_HTTP_BODY_TOO_LARGE,  /* 413 */
    SMA_HTTP_TARGET_TOO_LONG, /* 414 */
    SMA_HTTP_BAD_MEDIA_TYPE,  /* 415 */
    SMA_HTTP_HEADERS_TOO_LARGE, /* 431 */
    SMA_HTTP_FAILED,            /* 500 the answer's buffer failed, or out of memory */
    SMA_HTTP_OVERLOADED,        /* 503 a queue or a budget is full; Retry-After is already set */
    SMA_HTTP_TIMED_OUT          /* 504 the deferred answer did not come in time */
};
struct sma_http_problem {
    enum sma_http_problem_kind kind;
    int status;           /* the number above; already set on the exchange */
    const char *detail;   /* one line in plain English that names the limit, static */
    struct sma_str allow; /* "GET, HEAD, OPTIONS" for 405 and OPTIONS, else empty */
};
/* Writes the body (and whatever else) of such an answer. Runs on a loop thread and must not block.
 * request->media is the negotiated type, or the facade's best one when there is none. */
typedef void sma_http_problem_fn(struct sma_http_exchange *exchange,
                                 const struct sma_http_request *request,
                                 const struct sma_http_problem *problem, void *ctx);

/* What a rewrite hook may change before routing. Segments are split at raw '/' first and decoded
 * afterwards, so a '/' inside one is data; they are not decoded again. New text must live in
 * request->arena. A trailing slash is already gone. */
struct sma_http_target {
    struct sma_str segments[SMA_HTTP_SEGMENTS_MAX];
    size_t segment_count;
    struct sma_http_query_item *query_items; /* in the arena; room for query_count */
    size_t query_count;
};
/* Appends a parameter. False when out of memory or at SMA_HTTP_QUERY_ITEMS_MAX. */
bool sma_http_target_add_query(struct sma_http_target *target, struct sma_arena *arena,
                               struct sma_str name, struct sma_str value) SMA_MUST_CHECK;
/* Runs on the loop thread, before routing; must not block. DECLINED: go on with what `target` now
 * says. DONE: the answer is in the exchange. */
typedef enum sma_http_outcome sma_http_rewrite_fn(struct sma_http_exchange *exchange,
                                                  const struct sma_http_request *request,
                                                  struct sma_http_target *target, void *ctx);

struct sma_http_facade {
    const struct sma_http_route *routes;
    size_t route_count;
    struct sma_http_media_list produces; /* default for its rows; count 0 = no negotiation */
    struct sma_http_media_list consumes;
    struct sma_str default_type;  /* of a body without Content-Type, looked up in `consumes` */
    sma_http_problem_fn *problem; /* NULL: {"error_code":404,"message":"Not Found"} as JSON */
    sma_http_rewrite_fn *rewrite; /* or NULL */
    void *ctx;                    /* for every function of the facade */
};

/* ---- content negotiation ------------------------------------------------------------------------
 */

/* Index into `list` of the type to answer with, or -1 (406). The client's quality of a type is that
 * of the most specific range that matches it; the highest wins, ties go to the server's quality and
 * then to the earlier type. Parameters other than q are tolerated; an empty header means anything;
 * unreadable elements are skipped. Pure. */
int sma_http_accept(struct sma_str accept, const struct sma_http_media_list *list);
/* Index of the list's type that a Content-Type names, parameters aside; -1 (415). Pure. */
int sma_http_content_type(struct sma_str type, const struct sma_http_media_list *list);

/* ---- server -------------------------------------------------------------------------------------
 */

struct sma_http_listener {
    const char *host; /* numeric address or name; "" or NULL = all addresses */
    uint16_t port;    /* 0 = any free one */
};

#define SMA_HTTP_WORKERS_DEFAULT 4

/* Zero means the default in brackets. Times in milliseconds, sizes in bytes. */
struct sma_http_options {
    const struct sma_http_listener *listeners;
    size_t listener_count;
    /* Must outlive the server. The first facade also answers for what no route matches. Routes of
     * all are one table; the same method and pattern twice is SMA_EINVAL. */
    const struct sma_http_facade *facades;
    size_t facade_count;
    const struct sma_http_header
        *fixed_headers; /* on every answer; NUL-terminated; must outlive the server */
    size_t fixed_header_count;

    unsigned loops;             /* [one per processor, at most 4] */
    unsigned workers;           /* [SMA_HTTP_WORKERS_DEFAULT] */
    size_t worker_queue_max;    /* [1024] requests waiting for a worker; more are 503 */
    size_t connections_max;     /* [1000]; the next one gets a 503 and is closed */
    size_t per_address_max;     /* [no limit] connections from one address */
    size_t body_bytes_max;      /* [1 MiB] of one request */
    size_t bodies_bytes_max;    /* [64 MiB] of all requests in flight together; more are 503 */
    size_t answer_bytes_max;    /* [256 MiB] of one answer's own buffer */
    size_t arena_bytes_max;     /* [64 MiB] of one request's arena */
    size_t header_bytes_max;    /* [12 KiB] request line and header fields; at most that */
    size_t target_bytes_max;    /* [8 KiB] */
    unsigned idle_timeout_ms;   /* [30 000] between requests, and for an answer not being read */
    unsigned header_timeout_ms; /* [10 000] from connect or request line to the end of the header */
    unsigned body_timeout_ms;   /* [30 000] from the end of the header to the end of the body */
    unsigned answer_timeout_ms; /* [600 000] for a deferred answer, then 504 */
    unsigned send_timeout_ms;   /* [300 000] to send one whole answer */
    unsigned drain_timeout_ms;  /* [5 000] for what is in flight when the server stops */
    bool no_gzip;
    size_t gzip_bytes_min; /* [1 400]: less fits in one packet anyway */

    /* Access log: whole JSON lines, called on the log's own thread; NULL = none. Loops never wait
     * for it: what does not fit into the ring is dropped and counted. */
    void (*access_log)(void *ctx, const char *lines, size_t len);
    void *access_log_ctx;
    size_t access_log_ring_bytes; /* [1 MiB] per loop */
};

/* Ready-made access_log function; ctx is a FILE *, flushed after each batch. */
void sma_http_log_to_file(void *file, const char *lines, size_t len);

/* Binds every listener and starts the threads. Errors: SMA_EINVAL a route table that contradicts
 * itself; SMA_EIO an address that cannot be had (the message names it); SMA_ENOMEM. */
enum sma_status sma_http_server_start(struct sma_http_server **out,
                                      const struct sma_http_options *options,
                                      struct sma_error *err) SMA_MUST_CHECK;
/* The port that listener `index` really has. */
uint16_t sma_http_server_port(const struct sma_http_server *server, size_t index);
/* Closes the listeners, lets what is in flight finish (drain_timeout_ms), closes every connection.
 * Exchanges that are still out with somebody when the time is up are orphaned: completing them
 * later is safe and does nothing. Waits for workers to return from their handlers. NULL is fine. */
void sma_http_server_stop(struct sma_http_server *server);

/* Appends Prometheus text: requests by route and status, latency histogram by route, in-flight,
 * connections, bytes, refusals, log drops. Any thread. */
void sma_http_metrics(const struct sma_http_server *server, struct sma_buf *out);

#endif
