/* From a request to its handler, and the way back of answers that come later. */
#include "http/loop.h"

#include <string.h>

#include "http/clock.h"
#include "http/target.h"

#define INLINE_PACK_BYTES_MAX 65536u /* larger answers are compressed by a worker */

static void problem(struct sma_http_exchange *exchange, enum sma_http_problem_kind kind,
                    const char *detail, struct sma_str allow)
{
    sma_http_answer_problem(exchange, &exchange->loop->server->options.facades[0], kind, detail,
                            allow);
}

/* ---- routing
 * -------------------------------------------------------------------------------------- */

/* All Accept headers as one; an empty view when there is none. */
static struct sma_str accept_of(struct sma_http_exchange *exchange)
{
    struct sma_http_request *request = &exchange->request;
    struct sma_str accept = SMA_STR("");
    for (size_t i = 0; i < request->header_count; i++) {
        struct sma_str value = request->headers[i].value;
        if (request->headers[i].name.len != 6 ||
            !sma_str_eq_nocase(request->headers[i].name, SMA_STR("Accept")))
            continue;
        accept = !accept.len ? value
                             : sma_arena_printf(&exchange->arena, "%.*s,%.*s", SMA_STR_ARG(accept),
                                                SMA_STR_ARG(value));
    }
    return accept;
}

/* sma_http_accept with a memory. */
static int accept_index(struct sma_http_loop *loop, struct sma_str accept,
                        const struct sma_http_media_list *list)
{
    struct sma_http_accept_memo *memo = &loop->accepts[accept.len % SMA_HTTP_ACCEPT_MEMOS];
    if (!accept.len || accept.len > sizeof memo->text)
        return sma_http_accept(accept, list);
    if (memo->list == list && sma_str_eq(sma_str_make(memo->text, memo->len), accept))
        return memo->chosen;
    memo->chosen = sma_http_accept(accept, list);
    memo->list = list;
    memo->len = accept.len;
    memcpy(memo->text, accept.ptr, accept.len);
    return memo->chosen;
}

/* Chooses the answer's type from a list. False when none is acceptable; then it is the best one. */
static bool choose_media(struct sma_http_exchange *exchange, struct sma_str accept,
                         const struct sma_http_media_list *list)
{
    if (!list->count) {
        exchange->request.media = SMA_STR("");
        return true;
    }
    int chosen = accept_index(exchange->loop, accept, list);
    exchange->request.media = list->types[chosen < 0 ? 0 : chosen].type;
    return chosen >= 0;
}

static bool takes_body(const struct sma_http_exchange *exchange)
{
    const struct sma_http_row *row = exchange->row;
    struct sma_str type = row->facade->default_type, sent;
    if (!exchange->request.has_body || !row->consumes->count)
        return true;
    if (sma_http_header(&exchange->request, "Content-Type", &sent) && sma_str_trim(sent).len)
        type = sent;
    return !type.len || sma_http_content_type(type, row->consumes) >= 0;
}

/* The path is known. JAX-RS order: the method, then the body's type, then the answer's. */
static void route_matched(struct sma_http_exchange *exchange, const struct sma_http_match *match,
                          struct sma_str accept)
{
    struct sma_http_request *request = &exchange->request;
    if (!match->row) {
        bool is_question = sma_str_eqz(request->method, "OPTIONS");
        (void)choose_media(exchange, accept, &match->facade->produces);
        sma_http_answer_problem(exchange, match->facade,
                                is_question ? SMA_HTTP_OPTIONS : SMA_HTTP_BAD_METHOD,
                                is_question ? "OK" : "Method Not Allowed", match->allow);
        return;
    }
    exchange->row = match->row;
    request->route = match->row->route;
    request->param_count = match->param_count;
    memcpy(request->params, match->params, match->param_count * sizeof match->params[0]);
    bool is_acceptable = choose_media(exchange, accept, match->row->produces);
    if (!takes_body(exchange))
        problem(exchange, SMA_HTTP_BAD_MEDIA_TYPE, "Unsupported Media Type", SMA_STR(""));
    else if (!is_acceptable)
        problem(exchange, SMA_HTTP_NOT_ACCEPTABLE, "Not Acceptable", SMA_STR(""));
}

/* Every facade's hook in turn. False when one has answered. */
static bool rewrite(struct sma_http_exchange *exchange, struct sma_http_target *target)
{
    const struct sma_http_options *options = &exchange->loop->server->options;
    for (size_t i = 0; i < options->facade_count; i++) {
        const struct sma_http_facade *facade = &options->facades[i];
        if (facade->rewrite &&
            facade->rewrite(exchange, &exchange->request, target, facade->ctx) == SMA_HTTP_DONE) {
            exchange->is_answered = true;
            return false;
        }
    }
    return true;
}

/* Reads the target. False when that already is the answer. */
static bool read_target(struct sma_http_exchange *exchange, struct sma_http_target *target)
{
    struct sma_http_request *request = &exchange->request;
    struct sma_http_target_parts parts;
    const char *why = NULL;
    enum sma_status st =
        sma_http_target_parse(target, &parts, request->target, &exchange->arena, &why);
    request->path = parts.path;
    request->query = parts.query;
    if (st == SMA_EINVAL)
        problem(exchange, SMA_HTTP_BAD_REQUEST, why, SMA_STR(""));
    else if (st == SMA_ENOTFOUND)
        problem(exchange, SMA_HTTP_NOT_FOUND, "Not Found", SMA_STR(""));
    else if (st)
        problem(exchange, SMA_HTTP_FAILED, "out of memory", SMA_STR(""));
    else if (!sma_str_eqz(parts.path, "*"))
        return true;
    else if (sma_str_eqz(request->method, "OPTIONS"))
        problem(exchange, SMA_HTTP_OPTIONS, "OK",
                sma_http_router_methods(exchange->loop->server->router));
    else
        problem(exchange, SMA_HTTP_BAD_REQUEST, "only OPTIONS may ask about *", SMA_STR(""));
    return false;
}

void sma_http_route_request(struct sma_http_exchange *exchange)
{
    struct sma_http_request *request = &exchange->request;
    struct sma_http_server *server = exchange->loop->server;
    struct sma_str accept = accept_of(exchange);
    struct sma_http_target target;
    struct sma_http_match match;
    (void)choose_media(exchange, accept, &server->options.facades[0].produces);
    if (!read_target(exchange, &target) || !rewrite(exchange, &target))
        return;
    request->query_items = target.query_items;
    request->query_count = target.query_count;
    if (sma_http_router_find(server->router, request->method, target.segments, target.segment_count,
                             &match))
        route_matched(exchange, &match, accept);
    else
        problem(exchange, SMA_HTTP_NOT_FOUND, "Not Found", SMA_STR(""));
}

/* ---- handlers
 * ------------------------------------------------------------------------------------- */

static bool copy_headers(struct sma_http_exchange *exchange)
{
    struct sma_http_request *request = &exchange->request;
    size_t bytes = request->remote.len;
    for (size_t i = 0; i < request->header_count; i++)
        bytes += request->headers[i].name.len + request->headers[i].value.len;
    char *at = sma_arena_alloc(&exchange->arena, bytes);
    if (!at)
        return false;
    struct sma_str *views[2];
    for (size_t i = 0; i < request->header_count; i++) {
        views[0] = &exchange->headers[i].name;
        views[1] = &exchange->headers[i].value;
        for (int v = 0; v < 2; v++) {
            if (views[v]->len)
                memcpy(at, views[v]->ptr, views[v]->len);
            views[v]->ptr = at;
            at += views[v]->len;
        }
    }
    memcpy(at, request->remote.ptr, request->remote.len);
    request->remote.ptr = at;
    return true;
}

void sma_http_exchange_leave(struct sma_http_exchange *exchange)
{
    atomic_fetch_add(&exchange->loop->out, 1);
    atomic_store(&exchange->place, SMA_HTTP_OUT);
}

static bool is_home(const struct sma_http_exchange *exchange)
{
    return atomic_load(&exchange->place) == SMA_HTTP_HOME;
}

static bool detach(struct sma_http_exchange *exchange)
{
    exchange->is_detached = exchange->is_detached || copy_headers(exchange);
    return exchange->is_detached;
}

bool sma_http_defer(struct sma_http_exchange *exchange)
{
    if (!is_home(exchange)) /* on a worker, or the second call */
        return true;
    if (!detach(exchange))
        return false;
    sma_http_exchange_leave(exchange);
    return true;
}

/* For an exchange that was to go and did not: nobody else has it. */
static void stay_home(struct sma_http_exchange *exchange)
{
    if (is_home(exchange))
        return;
    atomic_store(&exchange->place, SMA_HTTP_HOME);
    atomic_fetch_sub(&exchange->loop->out, 1);
}

bool sma_http_is_wanted(const struct sma_http_exchange *exchange)
{
    return atomic_load(&exchange->place) != SMA_HTTP_ORPHAN;
}

bool sma_http_send_to_worker(struct sma_http_exchange *exchange, enum sma_http_job job)
{
    exchange->job = job;
    sma_http_exchange_leave(exchange);
    if (sma_http_workers_push(exchange->loop->server->workers, exchange))
        return true;
    stay_home(exchange);
    return false;
}

static void hand_to_worker(struct sma_http_exchange *exchange)
{
    if (!detach(exchange))
        problem(exchange, SMA_HTTP_FAILED, "out of memory", SMA_STR(""));
    else if (!sma_http_send_to_worker(exchange, SMA_HTTP_JOB_HANDLE))
        problem(exchange, SMA_HTTP_OVERLOADED, "too many requests are waiting", SMA_STR(""));
}

bool sma_http_dispatch_piece(struct sma_http_exchange *exchange)
{
    exchange->request.body = sma_buf_str(&exchange->body);
    if (!detach(exchange))
        problem(exchange, SMA_HTTP_FAILED, "out of memory", SMA_STR(""));
    else if (!sma_http_send_to_worker(exchange, SMA_HTTP_JOB_PIECE))
        problem(exchange, SMA_HTTP_OVERLOADED, "too many requests are waiting", SMA_STR(""));
    else
        sma_http_conn_enter(exchange->conn, SMA_HTTP_PHASE_WORK);
    return !exchange->is_answered;
}

/* Runs what may run on the loop. */
static void run_handler(struct sma_http_exchange *exchange)
{
    const struct sma_http_row *row = exchange->row;
    const struct sma_http_route *route = row->route;
    enum sma_http_outcome outcome = SMA_HTTP_DECLINED;
    if (route->fast)
        outcome = route->fast(exchange, &exchange->request, row->facade->ctx);
    if (outcome == SMA_HTTP_DECLINED && route->fast) { /* as if it had not been asked */
        stay_home(exchange);
        sma_http_reset_answer(exchange);
    }
    if (outcome == SMA_HTTP_DECLINED && !(route->flags & SMA_HTTP_INLINE)) {
        hand_to_worker(exchange);
        return;
    }
    if (outcome == SMA_HTTP_DECLINED)
        outcome = route->handler(exchange, &exchange->request, row->facade->ctx);
    if (outcome == SMA_HTTP_LATER)
        return;          /* somebody else's by now: not to be touched */
    stay_home(exchange); /* it may have deferred and then answered itself */
    exchange->is_answered = true;
    if (outcome == SMA_HTTP_DECLINED)
        sma_http_answer_fail(exchange);
}

bool sma_http_loop_wants_packing(struct sma_http_exchange *exchange)
{
    const struct sma_http_options *options = &exchange->loop->server->options;
    return !options->no_gzip && sma_http_wants_packing(exchange, options->gzip_bytes_min);
}

/* Compresses a finished answer when it should be, on the loop when small. False when a worker has
 * it now. */
static bool pack(struct sma_http_exchange *exchange)
{
    struct sma_http_loop *loop = exchange->loop;
    if (!sma_http_loop_wants_packing(exchange))
        return true;
    if (sma_http_answer_bytes(exchange).len > INLINE_PACK_BYTES_MAX)
        return !sma_http_send_to_worker(exchange, SMA_HTTP_JOB_COMPRESS);
    if (loop->packer)
        sma_http_pack(loop->packer, exchange);
    return true;
}

/* A suspended connection cannot learn that its client closed only the sending half, and the library
 * drops it when it reads the end right after the resume. So the first call never suspends: it
 * returns without an answer, which puts the connection into a state where resuming does not read,
 * and the library calls again at once. */
enum sma_http_step sma_http_dispatch(struct sma_http_conn *conn)
{
    struct sma_http_exchange *exchange = conn->exchange;
    bool was_home = is_home(exchange);
    if (was_home && !exchange->is_answered) {
        exchange->request.body = sma_buf_str(&exchange->body);
        sma_http_conn_enter(conn, SMA_HTTP_PHASE_WORK);
        run_handler(exchange);
    }
    if (is_home(exchange) && pack(exchange))
        return SMA_HTTP_STEP_ANSWER;
    return was_home ? SMA_HTTP_STEP_WAIT : SMA_HTTP_STEP_SUSPEND;
}

/* ---- the way back
 * ---------------------------------------------------------------------------------- */

void sma_http_complete(struct sma_http_exchange *exchange)
{
    struct sma_http_loop *loop = exchange->loop;
    int out = SMA_HTTP_OUT;
    if (!atomic_compare_exchange_strong(&exchange->place, &out, SMA_HTTP_BACK)) {
        sma_http_exchange_free(exchange); /* an orphan; its loop may be gone */
        return;
    }
    struct sma_http_exchange *head = atomic_load(&loop->back);
    do
        exchange->next = head;
    while (!atomic_compare_exchange_weak(&loop->back, &head, exchange));
    if (!head)
        sma_http_loop_wake(loop);
    atomic_fetch_sub(&loop->out, 1); /* from here on the loop may be gone */
}

/* Oldest first. */
static struct sma_http_exchange *reversed(struct sma_http_exchange *list)
{
    struct sma_http_exchange *result = NULL;
    while (list) {
        struct sma_http_exchange *next = list->next;
        list->next = result;
        result = list;
        list = next;
    }
    return result;
}

/* A piece of the body was taken in: there is room for the next one, unless it was the last that is
 * wanted. The rest has the time of one body. */
static void take_piece_back(struct sma_http_exchange *exchange)
{
    size_t len = exchange->body.len;
    atomic_fetch_sub(&exchange->loop->server->body_bytes, len);
    exchange->charged -= len;
    sma_buf_clear(&exchange->body);
    exchange->request.body = SMA_STR("");
    exchange->job = SMA_HTTP_JOB_HANDLE;
    exchange->is_answered = exchange->is_discarding;
    if (exchange->conn)
        sma_http_conn_enter(exchange->conn, SMA_HTTP_PHASE_BODY);
}

void sma_http_take_back(struct sma_http_loop *loop)
{
    if (!atomic_load_explicit(&loop->back, memory_order_relaxed))
        return;
    struct sma_http_exchange *list = reversed(atomic_exchange(&loop->back, NULL));
    while (list) {
        struct sma_http_exchange *exchange = list;
        struct sma_http_conn *conn = exchange->conn;
        list = list->next;
        atomic_store(&exchange->place, SMA_HTTP_HOME);
        if (exchange->job == SMA_HTTP_JOB_PIECE)
            take_piece_back(exchange);
        else
            exchange->is_answered = true;
        if (!conn) { /* the client broke off meanwhile; it is counted already */
            sma_http_exchange_put(&loop->pool, exchange);
        } else if (conn->is_suspended) {
            conn->is_suspended = false;
            sma_http_wire_resume(conn);
        }
    }
}

/* ---- the end
 * --------------------------------------------------------------------------------------- */

static void log_request(struct sma_http_loop *loop, const struct sma_http_exchange *exchange,
                        int status, uint64_t duration_ns, size_t bytes_out)
{
    const struct sma_http_request *request = &exchange->request;
    struct sma_http_log_entry entry = {
        .duration_ns = duration_ns,
        .bytes_in = exchange->body_bytes_seen,
        .bytes_out = bytes_out,
        .status = status,
        .route = exchange->row ? exchange->row->route->name : "none",
        .remote = request->remote,
        .method = request->method,
        .target = request->target,
        .request_id = request->request_id,
        .user_agent = SMA_STR(""),
    };
    struct sma_str agent;
    if (sma_http_header(request, "User-Agent", &agent))
        entry.user_agent = agent;
    sma_http_access_log_put(loop->server->log, loop->index, &entry);
    loop->has_logged = true;
}

/* Counts and logs a request that is over. Reads only what nobody else writes. */
static void account(struct sma_http_loop *loop, const struct sma_http_exchange *exchange,
                    int status)
{
    struct sma_http_server *server = loop->server;
    uint64_t duration_ns = exchange->has_head ? sma_http_now_ns() - exchange->started_ns : 0;
    bool has_body = status && status != 204 && status != 304 && !exchange->request.is_head;
    size_t bytes_out =
        has_body ? exchange->answer.streamed + sma_http_answer_bytes(exchange).len : 0;
    size_t slot = exchange->row ? exchange->row->slot : server->name_count - 1;
    sma_http_counters_request(&loop->counters, slot, status, duration_ns);
    sma_http_count(&loop->counters.body_bytes_out, bytes_out);
    if (exchange->has_head)
        sma_http_count(&loop->counters.in_flight, (uint64_t)-1);
    if (server->log)
        log_request(loop, exchange, status, duration_ns, bytes_out);
    if (exchange->charged)
        atomic_fetch_sub(&server->body_bytes, exchange->charged);
}

bool sma_http_exchange_orphan(struct sma_http_exchange *exchange)
{
    struct sma_http_loop *loop = exchange->loop;
    int out = SMA_HTTP_OUT;
    if (!atomic_compare_exchange_strong(&exchange->place, &out, SMA_HTTP_ORPHAN))
        return false;
    atomic_fetch_sub(&loop->out, 1);
    return true;
}

void sma_http_finish_request(struct sma_http_loop *loop, struct sma_http_exchange *exchange,
                             int status)
{
    bool was_home = is_home(exchange);
    exchange->conn = NULL; /* on its way back, it is only recycled */
    account(loop, exchange, was_home ? status : SMA_HTTP_STATUS_ABORTED);
    if (was_home)
        sma_http_exchange_put(&loop->pool, exchange);
    else
        (void)sma_http_exchange_orphan(exchange);
}
