/* Taking a request in: its header, its body, and everything that may be wrong with either before
 * anybody looks at what it asks for.
 *
 * Framing is where a server and a proxy in front of it must not differ. libmicrohttpd 0.9.75 is
 * lenient there: it takes Content-Length beside Transfer-Encoding, any Transfer-Encoding, "Name :",
 * bare line feeds, folded lines (which it glues to the *name*) and NULs (which cut the text). All
 * of that is refused here. The last three cannot be seen in the strings; they show in the distances
 * between them, because each string is a piece of the header as it came in. */
#include "http/loop.h"

#include "base/num.h"
#include "http/clock.h"
#include "http/target.h"

#define REQUEST_ID_BYTES_MAX 1024u
#define HEADER_RECORD_BYTES 72u /* what the library keeps per field in the connection's memory */
#define ANSWER_ROOM_BYTES 1536u /* what an answer's own header may take of it */
#define PIECE_ROOM_BYTES (SMA_HTTP_PIECE_BYTES + (SMA_HTTP_CONNECTION_MEMORY << 1))
#define DISCARD_FACTOR 16u /* a refused body is read to its end up to so many times the limit */

static const struct sma_http_options *options_of(const struct sma_http_exchange *exchange)
{
    return &exchange->loop->server->options;
}

static void refuse(struct sma_http_exchange *exchange, enum sma_http_problem_kind kind,
                   const char *detail)
{
    sma_http_answer_problem(exchange, &options_of(exchange)->facades[0], kind, detail, SMA_STR(""));
}

bool sma_http_receive_line(struct sma_http_conn *conn, struct sma_str target)
{
    struct sma_http_loop *loop = conn->loop;
    const struct sma_http_options *options = &loop->server->options;
    struct sma_http_exchange *exchange =
        sma_http_exchange_take(&loop->pool, loop, options->arena_bytes_max, options->body_bytes_max,
                               options->answer_bytes_max);
    if (!exchange)
        return false;
    exchange->conn = conn;
    exchange->request.remote = sma_str_make(conn->remote, conn->remote_len);
    exchange->request.target = sma_arena_copy(&exchange->arena, target);
    if (!exchange->request.target.ptr) {
        sma_http_exchange_put(&loop->pool, exchange);
        return false;
    }
    conn->exchange = exchange;
    conn->is_whole = false;
    sma_http_conn_enter(conn, SMA_HTTP_PHASE_HEAD);
    return true;
}

/* ---- header
 * --------------------------------------------------------------------------------------- */

bool sma_http_receive_header(struct sma_http_exchange *exchange, struct sma_str name,
                             struct sma_str value)
{
    struct sma_http_request *request = &exchange->request;
    if (request->header_count == SMA_HTTP_HEADERS_MAX) {
        exchange->has_too_many = true;
        return false;
    }
    request->headers = exchange->headers;
    exchange->headers[request->header_count++] = (struct sma_http_header){name, value};
    return true;
}

/* Whether the header in memory is exactly the strings we were given, joined by one space or CR LF.
 */
static bool is_plain_layout(const struct sma_http_exchange *exchange,
                            const struct sma_http_head *head)
{
    const struct sma_http_request *request = &exchange->request;
    uintptr_t start = (uintptr_t)head->method,
              at = start + request->method.len + 1; /* where the target begins */
    if (at != (uintptr_t)head->url)
        return false;
    at += request->target.len + 1;
    if (at != (uintptr_t)head->version)
        return false;
    at += sizeof "HTTP/1.1" - 1 + 2;
    for (size_t i = 0; i < request->header_count; i++) {
        struct sma_str name = request->headers[i].name, value = request->headers[i].value;
        if (at != (uintptr_t)name.ptr)
            return false;
        uintptr_t after_colon = at + name.len + 1;
        const char *blank = (const char *)after_colon;
        while ((uintptr_t)blank < (uintptr_t)value.ptr && (*blank == ' ' || *blank == '\t'))
            blank++;
        if (blank != value.ptr)
            return false;
        at = (uintptr_t)value.ptr + value.len + 2;
    }
    return at + 2 == start + head->header_size;
}

struct framing {
    unsigned lengths, encodings, hosts;
    bool is_chunked;
};

/* Notes one field that decides where the request ends. */
static void note_framing(struct sma_http_exchange *exchange, struct framing *framing,
                         const struct sma_http_header *header)
{
    switch (header->name.len) {
    case 4:
        framing->hosts += sma_str_eq_nocase(header->name, SMA_STR("Host"));
        break;
    case 6:
        exchange->expects_continue =
            exchange->expects_continue || sma_str_eq_nocase(header->name, SMA_STR("Expect"));
        break;
    case 14:
        if (!sma_str_eq_nocase(header->name, SMA_STR("Content-Length")))
            break;
        framing->lengths++;
        exchange->has_length = sma_parse_u64(header->value, &exchange->content_length);
        break;
    case 17:
        if (!sma_str_eq_nocase(header->name, SMA_STR("Transfer-Encoding")))
            break;
        framing->encodings++;
        framing->is_chunked = sma_str_eq_nocase(header->value, SMA_STR("chunked"));
        break;
    default:
        break;
    }
}

/* What is wrong with the framing, or NULL. */
static const char *check_framing(struct sma_http_exchange *exchange)
{
    const struct sma_http_request *request = &exchange->request;
    struct framing framing = {0};
    for (size_t i = 0; i < request->header_count; i++) {
        if (!sma_http_is_token(request->headers[i].name))
            return "a header field has no proper name";
        note_framing(exchange, &framing, &request->headers[i]);
    }
    if (framing.encodings > 1 || (framing.encodings && !framing.is_chunked))
        return "the only Transfer-Encoding understood is chunked";
    if (framing.encodings && framing.lengths)
        return "Content-Length and Transfer-Encoding exclude each other";
    if (framing.encodings && exchange->is_http10)
        return "HTTP/1.0 has no Transfer-Encoding";
    if (framing.lengths > 1)
        return "more than one Content-Length";
    if (framing.lengths && !exchange->has_length)
        return "Content-Length is not a number";
    if (framing.hosts > 1 || (!framing.hosts && !exchange->is_http10))
        return "a request has exactly one Host";
    exchange->is_chunked = framing.is_chunked;
    return NULL;
}

/* The method as a view that outlives the connection's memory. */
static bool take_method(struct sma_http_exchange *exchange, const char *method)
{
    static const struct sma_str common[] = {SMA_STR_INIT("GET"),    SMA_STR_INIT("POST"),
                                            SMA_STR_INIT("HEAD"),   SMA_STR_INIT("PUT"),
                                            SMA_STR_INIT("DELETE"), SMA_STR_INIT("OPTIONS")};
    struct sma_http_request *request = &exchange->request;
    struct sma_str sent = sma_str_z(method);
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++)
        if (sma_str_eq(common[i], sent)) {
            request->method = common[i];
            request->is_head = i == 2;
            return true;
        }
    request->method = sma_arena_copy(&exchange->arena, sent);
    return request->method.ptr;
}

static bool is_echoable(struct sma_str id)
{
    if (!id.len || id.len > REQUEST_ID_BYTES_MAX)
        return false;
    for (size_t i = 0; i < id.len; i++)
        if ((unsigned char)id.ptr[i] < 0x20 || id.ptr[i] == 0x7f)
            return false;
    return true;
}

/* Exactly one non-blank X-Request-ID is echoed, anything else replaced (REST specification 1.6). */
static bool take_request_id(struct sma_http_exchange *exchange)
{
    struct sma_http_request *request = &exchange->request;
    struct sma_str id = SMA_STR("");
    unsigned found = 0;
    for (size_t i = 0; i < request->header_count; i++)
        if (request->headers[i].name.len == 12 &&
            sma_str_eq_nocase(request->headers[i].name, SMA_STR("X-Request-ID"))) {
            id = sma_str_trim(request->headers[i].value);
            found++;
        }
    if (found == 1 && is_echoable(id)) {
        request->request_id = sma_arena_copy(&exchange->arena, id);
        return request->request_id.ptr;
    }
    char *made = sma_arena_alloc(&exchange->arena, SMA_HTTP_REQUEST_ID_LEN + 1);
    if (!made)
        return false;
    sma_http_request_id(&exchange->loop->random, made);
    made[SMA_HTTP_REQUEST_ID_LEN] = '\0';
    request->request_id = sma_str_make(made, SMA_HTTP_REQUEST_ID_LEN);
    return true;
}

/* At most so many parameters, for which the library has made records as well. */
static size_t count_parameters(struct sma_str target)
{
    size_t count = 0;
    for (size_t i = 0; i < target.len; i++)
        count += target.ptr[i] == '&' || target.ptr[i] == '?';
    return count;
}

/* Whether the library's memory for this connection, which the answer's header shares with the
 * request's, is nearly used up. */
static bool is_cramped(const struct sma_http_exchange *exchange, size_t header_size)
{
    const struct sma_http_request *request = &exchange->request;
    size_t records = request->header_count + count_parameters(request->target);
    size_t answer_room =
        ANSWER_ROOM_BYTES + request->request_id.len + exchange->loop->server->fixed_bytes;
    return exchange->has_too_many ||
           header_size + records * HEADER_RECORD_BYTES + answer_room > SMA_HTTP_CONNECTION_MEMORY;
}

/* Sizes that we answer before the library's own memory ends (it would answer with HTML). */
static bool check_sizes(struct sma_http_exchange *exchange, size_t header_size)
{
    const struct sma_http_options *options = options_of(exchange);
    if (exchange->request.target.len > options->target_bytes_max)
        refuse(exchange, SMA_HTTP_TARGET_TOO_LONG, "the request target is too long");
    else if (header_size > options->header_bytes_max || exchange->is_cramped)
        refuse(exchange, SMA_HTTP_HEADERS_TOO_LARGE, "the request header is too large");
    return !exchange->is_answered;
}

static bool comes_in_pieces(const struct sma_http_exchange *exchange)
{
    return exchange->row && exchange->row->route->piece;
}

/* A body that is too large by its own account. */
static void check_length(struct sma_http_exchange *exchange)
{
    if (exchange->has_length && exchange->content_length > options_of(exchange)->body_bytes_max &&
        !exchange->is_answered && !comes_in_pieces(exchange))
        refuse(exchange, SMA_HTTP_BODY_TOO_LARGE, "the request body is too large");
}

/* Whether an answer that is ready before the body is read must go out at once, which closes the
 * connection. A body of bearable size is read to its end instead: most clients look for an answer
 * only after they have sent everything. */
static bool answers_at_once(const struct sma_http_exchange *exchange)
{
    if (!exchange->request.has_body)
        return false;
    uint64_t bearable = (uint64_t)options_of(exchange)->body_bytes_max * DISCARD_FACTOR;
    return exchange->expects_continue ||
           (exchange->has_length && exchange->content_length > bearable);
}

static void begin(struct sma_http_conn *conn, const struct sma_http_head *head)
{
    struct sma_http_exchange *exchange = conn->exchange;
    exchange->has_head = true;
    exchange->started_ns = conn->loop->now_ns; /* what was ready together has waited since then */
    exchange->is_http10 = !strcmp(head->version, "HTTP/1.0");
    sma_http_count(&conn->loop->counters.in_flight, 1);
    sma_http_conn_enter(conn, SMA_HTTP_PHASE_BODY);
}

bool sma_http_receive_head(struct sma_http_conn *conn, const struct sma_http_head *head)
{
    struct sma_http_exchange *exchange = conn->exchange;
    struct sma_http_request *request = &exchange->request;
    const struct sma_http_facade *facade = &options_of(exchange)->facades[0];
    begin(conn, head);
    if (facade->produces.count)
        request->media = facade->produces.types[0].type;
    if (!take_method(exchange, head->method) || !take_request_id(exchange)) {
        refuse(exchange, SMA_HTTP_FAILED, "out of memory");
        return true;
    }
    exchange->is_cramped = is_cramped(exchange, head->header_size);
    if (exchange->has_too_many) { /* the ones we have say nothing about the framing */
        refuse(exchange, SMA_HTTP_HEADERS_TOO_LARGE, "more than 100 header fields");
        return true;
    }
    const char *wrong = check_framing(exchange);
    if (!wrong && conn->loop->server->checks_layout && !is_plain_layout(exchange, head))
        wrong = "the request header holds a NUL, a folded line, or a line that ends without CR LF";
    if (!wrong && !sma_http_is_token(request->method))
        wrong = "the method is not a token";
    if (wrong) {
        refuse(exchange, SMA_HTTP_BAD_REQUEST, wrong);
        return true;
    }
    request->has_body = exchange->is_chunked || exchange->content_length > 0;
    if (check_sizes(exchange, head->header_size))
        sma_http_route_request(exchange);
    check_length(exchange);
    exchange->is_discarding = exchange->is_answered;
    exchange->bearable_bytes = options_of(exchange)->body_bytes_max * DISCARD_FACTOR;
    if (comes_in_pieces(exchange))
        exchange->body.max = PIECE_ROOM_BYTES;
    return exchange->is_answered && answers_at_once(exchange);
}

/* ---- body
 * ----------------------------------------------------------------------------------------- */

static void fail_body(struct sma_http_exchange *exchange, enum sma_http_problem_kind kind,
                      const char *detail)
{
    exchange->is_discarding = true;
    sma_buf_fini(&exchange->body);
    refuse(exchange, kind, detail);
}

static void store_body(struct sma_http_exchange *exchange, const char *bytes, size_t len)
{
    const struct sma_http_options *options = options_of(exchange);
    _Atomic size_t *held = &exchange->loop->server->body_bytes;
    if (exchange->body.len + len > options->body_bytes_max && !comes_in_pieces(exchange)) {
        fail_body(exchange, SMA_HTTP_BODY_TOO_LARGE, "the request body is too large");
        return;
    }
    exchange->charged += len;
    if (atomic_fetch_add(held, len) + len > options->bodies_bytes_max) {
        fail_body(exchange, SMA_HTTP_OVERLOADED, "too many request bodies at once");
        return;
    }
    sma_buf_append(&exchange->body, bytes, len);
    if (sma_buf_failed(&exchange->body))
        fail_body(exchange, SMA_HTTP_FAILED, "out of memory");
}

/* A refused body that comes in pieces has its time instead of a length: nobody knows how much of it
 * there is, and its sender learns only from the answer behind it. */
static bool is_bearable(const struct sma_http_exchange *exchange)
{
    return comes_in_pieces(exchange) || exchange->body_bytes_seen <= exchange->bearable_bytes;
}

bool sma_http_receive_body(struct sma_http_conn *conn, const char *bytes, size_t len,
                           bool *is_taken)
{
    struct sma_http_exchange *exchange = conn->exchange;
    exchange->body_bytes_seen += len;
    sma_http_count(&conn->loop->counters.body_bytes_in, len);
    if (!exchange->is_discarding)
        store_body(exchange, bytes, len);
    *is_taken = false;
    if (exchange->is_discarding || !comes_in_pieces(exchange) ||
        exchange->body.len < SMA_HTTP_PIECE_BYTES)
        return is_bearable(exchange);
    *is_taken = sma_http_dispatch_piece(exchange);
    if (!*is_taken) /* else it is somebody else's by now */
        exchange->is_discarding = true;
    return true;
}
