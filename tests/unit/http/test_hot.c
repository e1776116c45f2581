/* What a hot request may cost, counted instead of timed: memory taken from the system per
 * keep-alive GET on an inline route. libmicrohttpd takes seven pieces for an answer with two
 * headers; the toolkit adds nothing once it is warm. */
#include "tests/unit/http/raw.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__GLIBC__)
#define IS_COUNTING 0 /* a sanitizer's allocator must stay in place */
#else
#define IS_COUNTING 1
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *old, size_t size);

static _Atomic size_t taken;

__attribute__((visibility("default"))) void *malloc(size_t size)
{
    taken++;
    return __libc_malloc(size);
}

__attribute__((visibility("default"))) void *calloc(size_t count, size_t size)
{
    taken++;
    return __libc_calloc(count, size);
}

__attribute__((visibility("default"))) void *realloc(void *old, size_t size)
{
    taken++;
    return __libc_realloc(old, size);
}
#endif

static enum sma_http_outcome fixed_bytes(struct sma_http_exchange *exchange,
                                         const struct sma_http_request *request, void *ctx)
{
    (void)request;
    (void)ctx;
    sma_http_body_static(exchange, SMA_STR("0123456789"));
    return SMA_HTTP_DONE;
}

static enum sma_http_outcome made_bytes(struct sma_http_exchange *exchange,
                                        const struct sma_http_request *request, void *ctx)
{
    struct sma_buf *body = sma_http_body(exchange);
    (void)ctx;
    for (int i = 0; i < 100; i++)
        sma_buf_puts(body, request->params[0]);
    return SMA_HTTP_DONE;
}

static const struct sma_http_media types[] = {{SMA_STR_INIT("application/json"), 1000}};
static const struct sma_http_route routes[] = {
    {"GET", "/fixed/{id}", "fixed", fixed_bytes, NULL, SMA_HTTP_INLINE, NULL, NULL, NULL},
    {"GET", "/made/{id}", "made", made_bytes, NULL, SMA_HTTP_INLINE, NULL, NULL, NULL},
};
static const struct sma_http_facade facade = {
    .routes = routes, .route_count = 2, .produces = {types, 1}};

static void memory_per_hot_get(void **state)
{
#if IS_COUNTING
    enum { WARM = 50, COUNTED = 1000, MOST = 7 };
    static const char *const requests[] = {
        "GET /fixed/17 HTTP/1.1\r\nHost: t\r\nUser-Agent: a\r\nAccept: application/json\r\n\r\n",
        "GET /made/17?deleted=true HTTP/1.1\r\nHost: t\r\nAccept: text/plain, */*\r\n\r\n"};
    struct sma_http_server *server = raw_start((struct sma_http_options){.loops = 1}, &facade, 1);
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        int fd = raw_socket(raw_port(server));
        char bytes[4096];
        size_t before = 0;
        for (int i = 0; i < WARM + COUNTED; i++) {
            if (i == WARM)
                before = taken;
            assert_true(send(fd, requests[kind], strlen(requests[kind]), 0) > 0);
            ssize_t n = recv(fd, bytes, sizeof bytes, 0);
            assert_true(n > 12 && !memcmp(bytes, "HTTP/1.1 200", 12));
        }
        size_t each = (taken - before + COUNTED / 2) / COUNTED;
        if (each > MOST)
            fail_msg("%zu pieces of memory per request, at most %d", each, MOST);
        close(fd);
    }
    sma_http_server_stop(server);
#else
    (void)state;
    (void)facade;
    print_message("the allocator cannot be counted here, skipped\n");
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(memory_per_hot_get)};
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
