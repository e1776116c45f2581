/* A request and its answer, and where they are.
 *
 *   HOME ──defer──► OUT ──complete──► BACK ──popped by the loop──► HOME
 *                    └──given up by the loop──► ORPHAN ──complete──► freed
 *
 * The loop's thread owns an exchange that is HOME; whoever it was handed to owns one that is OUT.
 * The compare-and-swap away from OUT decides between completion and giving up. */
#ifndef SMA_HTTP_EXCHANGE_H
#define SMA_HTTP_EXCHANGE_H

#include <stdatomic.h>

#include "http/http.h"
#include "http/request_id.h"
#include "http/router.h"

struct sma_http_loop;
struct sma_http_conn;

#define SMA_HTTP_ANSWER_HEADERS_MAX 16

enum sma_http_place { SMA_HTTP_HOME, SMA_HTTP_OUT, SMA_HTTP_BACK, SMA_HTTP_ORPHAN };

enum sma_http_gzip { SMA_HTTP_GZIP_BY_SIZE, SMA_HTTP_GZIP_NEVER, SMA_HTTP_GZIP_ALWAYS };

/* What a worker is to do. */
enum sma_http_job {
    SMA_HTTP_JOB_HANDLE,
    SMA_HTTP_JOB_COMPRESS,
    SMA_HTTP_JOB_PIECE, /* of the body */
    SMA_HTTP_JOB_STREAM /* the next piece of the answer */
};

struct sma_http_answer {
    int status;
    struct sma_str type;                                         /* empty: none */
    struct sma_http_header headers[SMA_HTTP_ANSWER_HEADERS_MAX]; /* NUL-terminated, in the arena */
    size_t header_count;
    const char *etag;     /* NULL = none; lives with the body */
    struct sma_buf own;   /* the body when `bytes.ptr` is NULL */
    struct sma_str bytes; /* static or shared body */
    void (*release)(void *owner);
    void *owner;
    enum sma_http_gzip gzip;
    struct sma_buf packed; /* the body compressed, when it has a length */
    bool is_pack_tried;    /* once is enough */
    bool is_packable;      /* "Vary: Accept-Encoding" goes out */
    const struct sma_http_stream *stream; /* or NULL: `own` is all there is */
    void *stream_state;
    struct sma_http_zip *zip; /* compressor of the stream, or NULL */
    bool is_last, is_broken; /* of the stream: nothing follows `own`, or nothing can */
    size_t sent;             /* bytes of `own`, while streaming */
    uint64_t streamed;       /* bytes of the pieces before it */
};

struct sma_http_exchange {
    struct sma_http_request request; /* what handlers see */
    struct sma_arena arena;
    _Atomic int place; /* enum sma_http_place */
    struct sma_http_loop *loop;
    struct sma_http_conn *conn;     /* loop thread only; NULL once the connection is gone */
    struct sma_http_exchange *next; /* in the pool, a worker's queue or the way back */
    enum sma_http_job job;

    const struct sma_http_row *row; /* of the matching route, or NULL */
    struct sma_http_header headers[SMA_HTTP_HEADERS_MAX];
    uint64_t content_length;
    bool has_length, is_chunked, expects_continue, is_http10;
    bool has_head;      /* the header was taken in */
    bool is_answered;   /* the answer is complete: nothing runs any more */
    bool is_discarding; /* the body is not kept */
    bool is_detached;   /* defer has copied what lived in the connection */
    bool is_cramped;    /* the answer's own header must be short: there is no room for more */
    bool has_too_many;  /* more header fields than we keep */

    struct sma_buf body;
    size_t body_bytes_seen;
    size_t bearable_bytes; /* a refused body is read up to here */
    void *state;           /* of a route that takes its body in pieces */
    void (*release_state)(void *state);
    size_t charged; /* against the server's budget for bodies */
    uint64_t started_ns;

    struct sma_http_answer answer;
};

/* A pool of exchanges of one loop; only the loop's thread touches it. */
struct sma_http_exchange_pool {
    struct sma_http_exchange *first;
    size_t count;
};

/* An empty exchange, HOME. NULL when out of memory. */
struct sma_http_exchange *sma_http_exchange_take(struct sma_http_exchange_pool *pool,
                                                 struct sma_http_loop *loop, size_t arena_max,
                                                 size_t body_max, size_t answer_max);
/* Lets go of everything it holds and keeps it for reuse, or frees it. */
void sma_http_exchange_put(struct sma_http_exchange_pool *pool, struct sma_http_exchange *exchange);
void sma_http_exchange_free(struct sma_http_exchange *exchange);
void sma_http_exchange_pool_fini(struct sma_http_exchange_pool *pool);

/* Copies into `to` what an answer needs that is made in place of `from`'s: method, target, request
 * id, media, remote. `from` may be with somebody else: only what nobody writes is read. False when
 * out of memory. */
bool sma_http_exchange_stand_in(struct sma_http_exchange *to, const struct sma_http_exchange *from);

/* Answers with a problem through the hook of the exchange's facade (or `facade`). `allow` may be
 * empty. Loop thread. */
void sma_http_answer_problem(struct sma_http_exchange *exchange,
                             const struct sma_http_facade *facade, enum sma_http_problem_kind kind,
                             const char *detail, struct sma_str allow);
/* Visible characters, spaces, tabs and bytes beyond ASCII; nothing that ends a line. */
bool sma_http_is_header_value(struct sma_str value);
/* Makes the finished answer a 500. */
void sma_http_answer_fail(struct sma_http_exchange *exchange);
/* Lets go of the stream, if there is one. */
void sma_http_answer_drop_stream(struct sma_http_exchange *exchange);
/* The bytes to send: packed, shared, static or own. */
/* Whether the value of an If-None-Match names `etag`, compared weakly. */
bool sma_http_names_tag(struct sma_str list, struct sma_str etag);
struct sma_str sma_http_answer_bytes(const struct sma_http_exchange *exchange);

#endif
