/* The request target: whatever comes in, what goes out is text that means the same when it is
 * encoded and read again, and a route table can be asked about it. */
#include "http/target.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "http/router.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static enum sma_http_outcome nothing(struct sma_http_exchange *exchange,
                                     const struct sma_http_request *request, void *ctx)
{
    (void)exchange;
    (void)request;
    (void)ctx;
    return SMA_HTTP_DONE;
}

static void put_encoded(struct sma_buf *out, struct sma_str text)
{
    must(sma_utf8_valid(text, NULL) && !memchr(text.ptr, 0, text.len));
    for (size_t i = 0; i < text.len; i++)
        sma_buf_printf(out, "%%%02X", (unsigned char)text.ptr[i]);
}

static void put_target(struct sma_buf *out, const struct sma_http_target *target)
{
    for (size_t i = 0; i < target->segment_count; i++) {
        sma_buf_putc(out, '/');
        put_encoded(out, target->segments[i]);
    }
    /* A last empty segment needs a slash behind it, or it would be the trailing one. */
    sma_buf_putc(out, '/');
    for (size_t i = 0; i < target->query_count; i++) {
        sma_buf_putc(out, i ? '&' : '?');
        put_encoded(out, target->query_items[i].name);
        if (target->query_items[i].has_value)
            sma_buf_putc(out, '=');
        put_encoded(out, target->query_items[i].value);
    }
}

static void check_same(const struct sma_http_target *a, const struct sma_http_target *b)
{
    must(a->segment_count == b->segment_count && a->query_count == b->query_count);
    for (size_t i = 0; i < a->segment_count; i++)
        must(sma_str_eq(a->segments[i], b->segments[i]));
    for (size_t i = 0; i < a->query_count; i++)
        must(sma_str_eq(a->query_items[i].name, b->query_items[i].name) &&
             sma_str_eq(a->query_items[i].value, b->query_items[i].value) &&
             a->query_items[i].has_value == b->query_items[i].has_value);
}

static void check_routes(const struct sma_http_target *target)
{
    static const struct sma_http_route routes[] = {
        {"GET", "/", "root", nothing, NULL, 0, NULL, NULL, NULL},
        {"GET", "/subjects/{s}", "subject", nothing, NULL, 0, NULL, NULL, NULL},
        {"GET", "/subjects/{s}/versions/{v}", "version", nothing, NULL, 0, NULL, NULL, NULL},
        {"GET", "/{a}/{b}/{c}", "any", nothing, NULL, 0, NULL, NULL, NULL},
    };
    static const struct sma_http_facade facade = {.routes = routes, .route_count = 4};
    struct sma_http_router *router = NULL;
    struct sma_http_match match;
    if (sma_http_router_new(&router, &facade, 1, NULL))
        return;
    if (sma_http_router_find(router, SMA_STR("GET"), target->segments, target->segment_count,
                             &match)) {
        must(match.row && match.param_count <= target->segment_count);
        for (size_t i = 0; i < match.param_count; i++)
            must(match.params[i].len);
    }
    sma_http_router_free(router);
}

/* An item with neither name nor value is written as nothing at all, which is no item. */
static bool is_writable(const struct sma_http_target *target)
{
    for (size_t i = 0; i < target->query_count; i++)
        if (!target->query_items[i].name.len && !target->query_items[i].has_value)
            return false;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sma_http_target target, again;
    struct sma_http_target_parts parts;
    struct sma_arena arena;
    struct sma_buf text;
    const char *why = NULL;
    sma_arena_init(&arena, 0);
    sma_buf_init(&text, 0);
    /* A copy of the exact size, so that reading past the end shows. */
    struct sma_str input = sma_arena_copy(&arena, sma_str_make((const char *)data, size));
    enum sma_status st = sma_http_target_parse(&target, &parts, input, &arena, &why);
    must((st == SMA_EINVAL) == (why != NULL));
    must(st == SMA_OK || st == SMA_EINVAL || st == SMA_ENOTFOUND);
    if (!st && !sma_str_eqz(parts.path, "*")) {
        must(is_writable(&target));
        check_routes(&target);
        put_target(&text, &target);
        must(sma_http_target_parse(&again, &parts, sma_buf_str(&text), &arena, &why) == SMA_OK);
        check_same(&target, &again);
    }
    sma_buf_fini(&text);
    sma_arena_fini(&arena);
    return 0;
}
