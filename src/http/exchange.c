/* The life of an exchange, and the look-ups that a request offers. */
#include "http/exchange.h"

#include <stdlib.h>

#define POOL_MAX 64           /* idle exchanges a loop keeps */
#define KEPT_BYTES_MAX 32768u /* larger buffers go back to the system */

static void trim(struct sma_buf *buf, size_t max)
{
    if (buf->capacity > KEPT_BYTES_MAX)
        sma_buf_fini(buf);
    sma_buf_clear(buf);
    buf->max = max;
}

static void release_bytes(struct sma_http_answer *answer)
{
    if (answer->release)
        answer->release(answer->owner);
    answer->release = NULL;
    answer->bytes = sma_str_make(NULL, 0);
}

static void release_all(struct sma_http_exchange *exchange)
{
    release_bytes(&exchange->answer);
    sma_http_answer_drop_stream(exchange);
    sma_http_set_state(exchange, NULL, NULL);
}

struct sma_http_exchange *sma_http_exchange_take(struct sma_http_exchange_pool *pool,
                                                 struct sma_http_loop *loop, size_t arena_max,
                                                 size_t body_max, size_t answer_max)
{
    struct sma_http_exchange *exchange = pool->first;
    if (exchange) {
        pool->first = exchange->next;
        pool->count--;
    } else {
        exchange = calloc(1, sizeof *exchange);
        if (!exchange)
            return NULL;
        sma_arena_init(&exchange->arena, arena_max);
        exchange->loop = loop;
        exchange->request.arena = &exchange->arena;
    }
    exchange->next = NULL;
    trim(&exchange->body, body_max);
    trim(&exchange->answer.own, answer_max);
    trim(&exchange->answer.packed, 0);
    atomic_store_explicit(&exchange->place, SMA_HTTP_HOME, memory_order_relaxed);
    sma_http_reset_answer(exchange);
    return exchange;
}

/* Everything that one request may have set, so that nothing of it shows in the next. */
static void forget_request(struct sma_http_exchange *exchange)
{
    struct sma_http_request *request = &exchange->request;
    request->method = request->target = request->path = request->query = SMA_STR("");
    request->body = request->media = request->request_id = request->remote = SMA_STR("");
    request->param_count = request->query_count = request->header_count = 0;
    request->query_items = NULL;
    request->headers = NULL;
    request->route = NULL;
    request->has_body = request->is_head = false;
    exchange->row = NULL;
    exchange->conn = NULL;
    exchange->body_bytes_seen = exchange->charged = exchange->bearable_bytes = 0;
    exchange->content_length = exchange->started_ns = 0;
    exchange->has_length = exchange->is_chunked = exchange->expects_continue = false;
    exchange->is_http10 = exchange->has_head = exchange->is_answered = false;
    exchange->is_discarding = exchange->is_detached = exchange->has_too_many =
        exchange->is_cramped = false;
}

void sma_http_exchange_put(struct sma_http_exchange_pool *pool, struct sma_http_exchange *exchange)
{
    release_all(exchange);
    if (pool->count >= POOL_MAX) {
        sma_http_exchange_free(exchange);
        return;
    }
    if (exchange->arena.bytes > KEPT_BYTES_MAX)
        sma_arena_fini(&exchange->arena);
    else
        sma_arena_reset(&exchange->arena);
    forget_request(exchange);
    exchange->next = pool->first;
    pool->first = exchange;
    pool->count++;
}

void sma_http_exchange_free(struct sma_http_exchange *exchange)
{
    if (!exchange)
        return;
    release_all(exchange);
    sma_arena_fini(&exchange->arena);
    sma_buf_fini(&exchange->body);
    sma_buf_fini(&exchange->answer.own);
    sma_buf_fini(&exchange->answer.packed);
    free(exchange);
}

void sma_http_exchange_pool_fini(struct sma_http_exchange_pool *pool)
{
    while (pool->first) {
        struct sma_http_exchange *next = pool->first->next;
        sma_http_exchange_free(pool->first);
        pool->first = next;
    }
    pool->count = 0;
}

static bool copy_text(struct sma_str *out, struct sma_str text, struct sma_arena *arena)
{
    *out = sma_arena_copy(arena, text);
    return out->ptr;
}

bool sma_http_exchange_stand_in(struct sma_http_exchange *to, const struct sma_http_exchange *from)
{
    struct sma_http_request *request = &to->request;
    to->row = from->row;
    to->started_ns = from->started_ns;
    to->body_bytes_seen = from->body_bytes_seen;
    to->has_head = true;
    to->is_detached = true;
    request->route = from->request.route;
    request->media = from->request.media; /* of a facade's table, or static */
    request->has_body = from->request.has_body;
    request->is_head = from->request.is_head;
    return copy_text(&request->method, from->request.method, &to->arena) &&
           copy_text(&request->target, from->request.target, &to->arena) &&
           copy_text(&request->path, from->request.path, &to->arena) &&
           copy_text(&request->query, from->request.query, &to->arena) &&
           copy_text(&request->request_id, from->request.request_id, &to->arena) &&
           copy_text(&request->remote, from->request.remote, &to->arena);
}

/* ---- a body in pieces
 * ----------------------------------------------------------------------------- */

void sma_http_set_state(struct sma_http_exchange *exchange, void *state,
                        void (*release)(void *state))
{
    if (exchange->release_state)
        exchange->release_state(exchange->state);
    exchange->state = state;
    exchange->release_state = release;
}

void *sma_http_state(const struct sma_http_exchange *exchange)
{
    return exchange->state;
}

void sma_http_refuse_rest(struct sma_http_exchange *exchange)
{
    exchange->is_discarding = true;
}

/* ---- what a request offers
 * ------------------------------------------------------------------------ */

bool sma_http_header(const struct sma_http_request *request, const char *name,
                     struct sma_str *value)
{
    struct sma_str want = sma_str_z(name);
    for (size_t i = 0; i < request->header_count; i++)
        if (sma_str_eq_nocase(request->headers[i].name, want)) {
            *value = request->headers[i].value;
            return true;
        }
    return false;
}

static const struct sma_http_query_item *query_from(const struct sma_http_request *request,
                                                    size_t from, struct sma_str name)
{
    for (size_t i = from; i < request->query_count; i++)
        if (sma_str_eq(request->query_items[i].name, name))
            return &request->query_items[i];
    return NULL;
}

const struct sma_http_query_item *sma_http_query(const struct sma_http_request *request,
                                                 const char *name)
{
    return request->query_count ? query_from(request, 0, sma_str_z(name)) : NULL;
}

const struct sma_http_query_item *sma_http_query_next(const struct sma_http_request *request,
                                                      const struct sma_http_query_item *item)
{
    return query_from(request, (size_t)(item - request->query_items) + 1, item->name);
}

struct sma_str sma_http_param(const struct sma_http_request *request, const char *name)
{
    struct sma_str rest = sma_str_z(request->route ? request->route->pattern : ""),
                   want = sma_str_z(name);
    for (size_t i = 0; i < request->param_count; i++) {
        ptrdiff_t open = sma_str_chr(rest, '{'), close = sma_str_chr(rest, '}');
        if (open < 0 || close < open)
            break;
        if (sma_str_eq(sma_str_make(rest.ptr + open + 1, (size_t)(close - open - 1)), want))
            return request->params[i];
        rest = sma_str_from(rest, (size_t)close + 1);
    }
    return SMA_STR("");
}
