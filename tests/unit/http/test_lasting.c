/* Answers that may be kept: the tag, how long, and the question whether it still holds. */
#include <pthread.h>

#include "http/exchange.h"
#include "tests/unit/http/raw.h"

/* ---- lists of tags -------------------------------------------------------------------------
 */

static const struct list_row {
    const char *name, *list;
    bool names;
} lists[] = {
    {"the tag", "W/\"a\"", true},
    {"compared weakly", "\"a\"", true},
    {"anything", "*", true},
    {"anything, with blanks", " * ", true},
    {"another", "W/\"b\"", false},
    {"longer", "\"ab\"", false},
    {"shorter", "\"\"", false},
    {"the first of two", "W/\"a\", W/\"b\"", true},
    {"the last of three", "\"x\",\"y\" ,\tW/\"a\"", true},
    {"none of two", "\"x\", \"y\"", false},
    {"empty members", ",, ,\"a\"", true},
    {"a comma inside a tag", "\"x,\"a\"", false},
    {"no separator", "\"x\"\"a\"", true},
    {"empty", "", false},
    {"blank", " \t", false},
    {"no quotes", "a", false},
    {"no end", "\"a", false},
    {"no end, later", "\"x\", \"a", false},
    {"words before it", "x \"a\"", false},
    {"lower case is no weak mark", "w/\"a\"", false},
    {"a star among others names nothing", "\"x\", *", false},
};

static void check_list(void **state)
{
    const struct list_row *row = *state;
    if (sma_http_names_tag(sma_str_z(row->list), SMA_STR("W/\"a\"")) != row->names)
        fail_msg("%s: %s", row->name, row->list);
}

/* ---- answers ------------------------------------------------------------------------------------
 */

static const char *const tag = "W/\"a\"";

static enum sma_http_outcome lasting(struct sma_http_exchange *exchange,
                                     const struct sma_http_request *request, void *ctx)
{
    size_t size = strtoul(request->params[0].ptr, NULL, 10);
    struct sma_buf *body = sma_http_body(exchange);
    (void)ctx;
    for (size_t i = 0; i < size; i++)
        sma_buf_putc(body, 'x');
    sma_http_set_lasting(exchange, tag);
    return SMA_HTTP_DONE;
}

static enum sma_http_outcome lasting_fast(struct sma_http_exchange *exchange,
                                          const struct sma_http_request *request, void *ctx)
{
    static const char bytes[3000] = "shared";
    (void)ctx;
    if (sma_http_query(request, "decline")) {
        sma_http_set_lasting(exchange, "W/\"forgotten\"");
        return SMA_HTTP_DECLINED;
    }
    sma_http_body_static(exchange, sma_str_make(bytes, sizeof bytes));
    sma_http_set_lasting(exchange, tag);
    return SMA_HTTP_DONE;
}

static enum sma_http_outcome plain(struct sma_http_exchange *exchange,
                                   const struct sma_http_request *request, void *ctx)
{
    (void)request;
    (void)ctx;
    sma_buf_putz(sma_http_body(exchange), "plain");
    return SMA_HTTP_DONE;
}

static const struct sma_http_media types[] = {{SMA_STR_INIT("application/json"), 1000}};
static const struct sma_http_route routes[] = {
    {"GET", "/inline/{size}", "inline", lasting, NULL, SMA_HTTP_INLINE, NULL, NULL, NULL},
    {"GET", "/worker/{size}", "worker", lasting, NULL, 0, NULL, NULL, NULL},
    {"GET", "/fast", "fast", plain, lasting_fast, SMA_HTTP_INLINE, NULL, NULL, NULL},
};
static const struct sma_http_facade facade = {
    .routes = routes, .route_count = SMA_COUNT(routes), .produces = {types, 1}};

static const struct row {
    const char *name, *target, *fields;
    int status;
    size_t size; /* Content-Length */
    bool is_kept, has_vary, is_packed;
} rows[] = {
    {"small", "/inline/10", "", 200, 10, true, false, false},
    {"small, held", "/inline/10", "If-None-Match: W/\"a\"\r\n", 304, 10, true, false, false},
    {"small, not held", "/inline/10", "If-None-Match: \"b\"\r\n", 200, 10, true, false, false},
    {"two fields", "/inline/10", "If-None-Match: \"b\"\r\nif-none-match: \"a\"\r\n", 304, 10, true,
     false, false},
    {"on a worker", "/worker/10", "If-None-Match: *\r\n", 304, 10, true, false, false},
    {"nothing", "/inline/0", "If-None-Match: \"a\"\r\n", 304, 0, true, false, false},
    {"large", "/inline/5000", "", 200, 5000, true, true, false},
    {"large, held", "/inline/5000", "If-None-Match: \"a\"\r\n", 304, 5000, true, true, false},
    {"large, packed", "/inline/5000", "Accept-Encoding: gzip\r\n", 200, 0, true, true, true},
    {"large, held, would be packed", "/inline/5000",
     "Accept-Encoding: gzip\r\nIf-None-Match: \"a\"\r\n", 304, 5000, true, true, false},
    {"from a cache", "/fast", "", 200, 3000, true, true, false},
    {"from a cache, held", "/fast", "If-None-Match: W/\"a\"\r\n", 304, 3000, true, true, false},
    {"what was said before declining is forgotten", "/fast?decline",
     "If-None-Match: W/\"forgotten\"\r\n", 200, 5, false, false, false},
};

static struct sma_http_server *server;

static int start(void **state)
{
    (void)state;
    server = raw_start((struct sma_http_options){.loops = 1}, &facade, 1);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    sma_http_server_stop(server);
    return 0;
}

static void expect_field(const struct row *row, const struct raw_reply *reply, const char *field,
                         const char *want)
{
    char text[128];
    const char *got = raw_header(reply, field, text, sizeof text);
    if ((got != NULL) != (want != NULL) || (got && strcmp(got, want)))
        fail_msg("%s: %s: %s, wanted %s", row->name, field, got ? got : "none",
                 want ? want : "none");
}

static void check(void **state)
{
    const struct row *row = *state;
    struct raw_conn conn = raw_open(raw_port(server));
    char request[512], length[32];
    /* On one connection: bytes that do not belong to an answer would be taken for the next one. */
    for (int i = 0; i < 3; i++) {
        struct raw_reply reply;
        bool is_head = i == 1;
        snprintf(request, sizeof request, "%s %s HTTP/1.1\r\nHost: t\r\n%s\r\n",
                 is_head ? "HEAD" : "GET", row->target, row->fields);
        raw_send(&conn, request);
        raw_receive(&conn, &reply, is_head);
        if (reply.status != row->status)
            fail_msg("%s: %d", row->name, reply.status);
        expect_field(row, &reply, "ETag", row->is_kept ? tag : NULL);
        expect_field(row, &reply, "Cache-Control", row->is_kept ? SMA_HTTP_LASTING : NULL);
        expect_field(row, &reply, "Vary", row->has_vary ? "Accept-Encoding" : NULL);
        expect_field(row, &reply, "Content-Encoding", row->is_packed ? "gzip" : NULL);
        expect_field(row, &reply, "Content-Type", row->status == 304 ? NULL : "application/json");
        snprintf(length, sizeof length, "%zu", row->size);
        if (!row->is_packed)
            expect_field(row, &reply, "Content-Length", length);
        raw_free(&reply);
    }
    raw_close(&conn);
}

int main(void)
{
    struct CMUnitTest tests[SMA_COUNT(lists) + SMA_COUNT(rows)];
    size_t count = 0;
    for (size_t i = 0; i < SMA_COUNT(lists); i++)
        tests[count++] = (struct CMUnitTest){.name = lists[i].name,
                                             .test_func = check_list,
                                             .initial_state = (void *)(uintptr_t)&lists[i]};
    for (size_t i = 0; i < SMA_COUNT(rows); i++)
        tests[count++] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = check, .initial_state = (void *)(uintptr_t)&rows[i]};
    return cmocka_run_group_tests_name("lasting", tests, start, stop) != 0;
}
