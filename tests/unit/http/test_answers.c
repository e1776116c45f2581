/* What goes with an answer: compression, access log, metrics. */
#include <pthread.h>
#include <zlib.h>

#include "tests/unit/http/raw.h"

/* ---- what is served
 * --------------------------------------------------------------------------------- */

/* `size` bytes that compress well, or (with ?noise) not at all. */
static enum sma_http_outcome sized(struct sma_http_exchange *exchange,
                                   const struct sma_http_request *request, void *ctx)
{
    size_t size = strtoul(request->params[0].ptr, NULL, 10);
    struct sma_buf *body = sma_http_body(exchange);
    uint64_t noise = 88172645463325252u;
    (void)ctx;
    for (size_t i = 0; i < size; i++) {
        noise ^= noise << 13;
        noise ^= noise >> 7;
        noise ^= noise << 17;
        sma_buf_putc(body, sma_http_query(request, "noise") ? (char)noise : (char)('a' + i % 10));
    }
    if (sma_http_query(request, "always"))
        sma_http_set_gzip(exchange, true);
    if (sma_http_query(request, "never"))
        sma_http_set_gzip(exchange, false);
    if (sma_http_query(request, "encoded") &&
        !sma_http_add_header(exchange, "Content-Encoding", SMA_STR("own")))
        return SMA_HTTP_DECLINED;
    return SMA_HTTP_DONE;
}

static void *complete_it(void *exchange)
{
    sma_http_complete(exchange);
    return NULL;
}

static enum sma_http_outcome sized_later(struct sma_http_exchange *exchange,
                                         const struct sma_http_request *request, void *ctx)
{
    pthread_t thread;
    if (!sma_http_defer(exchange) || sized(exchange, request, ctx) ||
        pthread_create(&thread, NULL, complete_it, exchange))
        return SMA_HTTP_DONE;
    pthread_detach(thread);
    return SMA_HTTP_LATER;
}

static const struct sma_http_media types[] = {{SMA_STR_INIT("application/json"), 1000}};
static const struct sma_http_route routes[] = {
    {"GET", "/inline/{size}", "inline", sized, NULL, SMA_HTTP_INLINE, NULL, NULL, NULL},
    {"POST", "/inline/{size}", "inline", sized, NULL, SMA_HTTP_INLINE, NULL, NULL, NULL},
    {"GET", "/plain/{size}", "plain", sized, NULL, SMA_HTTP_INLINE | SMA_HTTP_NO_GZIP, NULL, NULL, NULL},
    {"GET", "/worker/{size}", "worker", sized, NULL, 0, NULL, NULL, NULL},
    {"GET", "/later/{size}", "later", sized_later, NULL, SMA_HTTP_INLINE, NULL, NULL, NULL},
};
static const struct sma_http_facade facade = {
    .routes = routes, .route_count = SMA_COUNT(routes), .produces = {types, 1}};

static struct {
    pthread_mutex_t lock;
    struct sma_buf lines;
} logged = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void log_lines(void *ctx, const char *lines, size_t len)
{
    (void)ctx;
    pthread_mutex_lock(&logged.lock);
    sma_buf_append(&logged.lines, lines, len);
    pthread_mutex_unlock(&logged.lock);
}

static struct sma_http_server *server;

static int start(void **state)
{
    struct sma_http_options options = {.access_log = log_lines, .loops = 1, .body_bytes_max = 5000};
    (void)state;
    sma_buf_fini(&logged.lines);
    server = raw_start(options, &facade, 1);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    sma_http_server_stop(server);
    sma_buf_fini(&logged.lines);
    return 0;
}

/* ---- compression
 * ------------------------------------------------------------------------------------ */

static const struct row {
    const char *name, *target, *accept;
    size_t size;
    bool is_packed, has_vary;
} rows[] = {
    {"small", "/inline/575", "gzip", 575, false, false},
    {"below the threshold", "/inline/1399", "gzip", 1399, false, false},
    {"at the threshold", "/inline/1400", "gzip", 1400, true, true},
    {"at the threshold, not asked for", "/inline/1400", "identity", 1400, false, true},
    {"excluded by the client", "/inline/5000", "gzip;q=0", 5000, false, true},
    {"excluded by the route", "/plain/5000", "gzip", 5000, false, false},
    {"excluded by the handler", "/inline/5000?never", "gzip", 5000, false, false},
    {"small, but the handler wants it", "/inline/100?always", "gzip", 100, true, true},
    {"the handler wants it, the client not", "/inline/100?always", "br", 100, false, true},
    {"encoded already", "/inline/5000?encoded", "gzip", 5000, false, false},
    {"noise", "/inline/5000?noise", "gzip", 5000, false, true},
    {"large, inline", "/inline/300000", "gzip", 300000, true, true},
    {"large noise, inline", "/inline/300000?noise", "gzip", 300000, false, true},
    {"worker", "/worker/5000", "gzip", 5000, true, true},
    {"large, worker", "/worker/3000000", "gzip", 3000000, true, true},
    {"large noise, worker", "/worker/300000?noise", "gzip", 300000, false, true},
    {"later", "/later/5000", "gzip", 5000, true, true},
    {"large, later", "/later/300000", "gzip", 300000, true, true},
    {"large noise, later", "/later/300000?noise", "gzip", 300000, false, true},
    {"nothing", "/inline/0?always", "gzip", 0, false, false},
};

static size_t unpack(const struct raw_reply *reply, char *out, size_t size)
{
    z_stream stream = {0};
    assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
    stream.next_in = (Bytef *)reply->body;
    stream.avail_in = (uInt)reply->body_len;
    stream.next_out = (Bytef *)out;
    stream.avail_out = (uInt)size;
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(stream.avail_in, 0);
    inflateEnd(&stream);
    return size - stream.avail_out;
}

static void check(void **state)
{
    const struct row *row = *state;
    struct raw_conn conn = raw_open(raw_port(server));
    char request[512], text[64];
    for (int is_head = 0; is_head < 2; is_head++) {
        struct raw_reply reply;
        snprintf(request, sizeof request,
                 "%s %s HTTP/1.1\r\nHost: t\r\nAccept-Encoding: %s\r\n\r\n",
                 is_head ? "HEAD" : "GET", row->target, row->accept);
        raw_send(&conn, request);
        raw_receive(&conn, &reply, is_head);
        assert_int_equal(reply.status, 200);
        const char *encoding = raw_header(&reply, "Content-Encoding", text, sizeof text);
        bool is_packed = encoding && !strcmp(encoding, "gzip");
        if (is_packed != row->is_packed)
            fail_msg("%s: Content-Encoding %s", row->name, encoding ? encoding : "none");
        if ((raw_header(&reply, "Vary", text, sizeof text) != NULL) != row->has_vary)
            fail_msg("%s: Vary", row->name);
        if (!is_head && is_packed) {
            char *plain = malloc(row->size + 1);
            assert_true(reply.body_len < row->size);
            assert_int_equal(unpack(&reply, plain, row->size + 1), row->size);
            for (size_t i = 0; i < row->size; i++)
                assert_int_equal(plain[i], 'a' + i % 10);
            free(plain);
        } else if (!is_head) {
            assert_int_equal(reply.body_len, row->size);
        }
        raw_free(&reply);
    }
    raw_close(&conn);
}

static void compression_can_be_switched_off(void **state)
{
    struct sma_http_server *other =
        raw_start((struct sma_http_options){.no_gzip = true}, &facade, 1);
    struct raw_reply reply;
    char text[64];
    (void)state;
    raw_exchange(raw_port(other),
                 "GET /inline/5000?always HTTP/1.1\r\nHost: t\r\nAccept-Encoding: gzip\r\n\r\n",
                 &reply);
    assert_null(raw_header(&reply, "Content-Encoding", text, sizeof text));
    assert_null(raw_header(&reply, "Vary", text, sizeof text));
    assert_int_equal(reply.body_len, 5000);
    raw_free(&reply);
    sma_http_server_stop(other);
}

/* ---- access log
 * ------------------------------------------------------------------------------------- */

static size_t line_count(void)
{
    size_t count = 0;
    pthread_mutex_lock(&logged.lock);
    for (size_t i = 0; i < logged.lines.len; i++)
        count += logged.lines.ptr[i] == '\n';
    pthread_mutex_unlock(&logged.lock);
    return count;
}

static bool has_lines(void *want)
{
    return line_count() >= *(size_t *)want;
}

/* Takes one JSON string; NULL when it is not one. */
static const char *skip_string(const char *at)
{
    if (*at++ != '"')
        return NULL;
    for (; *at != '"'; at++) {
        if ((unsigned char)*at < 0x20)
            return NULL;
        if (*at == '\\') {
            at++;
            if (*at == 'u') {
                if (strspn(at + 1, "0123456789abcdef") < 4)
                    return NULL;
                at += 4;
            } else if (!strchr("\"\\/bfnrt", *at)) {
                return NULL;
            }
        }
    }
    return at + 1;
}

/* One flat JSON object per line: strings, numbers, true, false, null. */
static void check_line(const char *line)
{
    const char *at = line;
    bool more = *at++ == '{';
    while (more) {
        at = skip_string(at);
        if (!at || *at++ != ':')
            fail_msg("not JSON: %s", line);
        size_t word = strspn(at, "-0123456789");
        for (size_t i = 0; i < 3 && !word; i++) {
            static const char *const words[] = {"true", "false", "null"};
            word = strncmp(at, words[i], strlen(words[i])) ? 0 : strlen(words[i]);
        }
        at = word ? at + word : skip_string(at);
        if (!at || (*at != ',' && *at != '}'))
            fail_msg("not JSON: %s", line);
        more = *at++ == ',';
    }
    if (*at != '\n')
        fail_msg("not one object: %s", line);
}

static void every_request_is_logged_as_json(void **state)
{
    static const struct {
        const char *request, *parts[5];
    } requests[] = {
        {"GET /inline/7?a=\"b\\ HTTP/1.1\r\nHost: t\r\nUser-Agent: \"x\"\t\x80\r\n"
         "X-Request-ID: me\r\n\r\n",
         {"\"target\":\"/inline/7?a=\\\"b\\\\\"", "\"request_id\":\"me\"", "\"bytes_out\":7",
          "\"user_agent\":\"\\\"x\\\"\\u0009\\ufffd\"", "\"status\":200"}},
        {"GET /worker/9 HTTP/1.1\r\nHost: t\r\n\r\n",
         {"\"route\":\"worker\"", "\"bytes_out\":9", "\"remote\":\"127.0.0.1\"", "", ""}},
        {"HEAD /inline/9 HTTP/1.1\r\nHost: t\r\n\r\n",
         {"\"HEAD\"", "\"bytes_out\":0,", "", "", ""}},
        {"POST /inline/1 HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\nabc",
         {"\"POST\"", "\"bytes_in\":3,", "\"bytes_out\":1,", "", ""}},
        {"GET /nope HTTP/1.1\r\nHost: t\r\n\r\n",
         {"\"route\":\"none\"", "\"status\":404", "", "", ""}},
        {"GET /\xff%zz HTTP/1.1\r\nHost: t\r\n\r\n",
         {"\"target\":\"/\\ufffd%zz\"", "\"status\":400", "", "", ""}},
        /* The library's own answer: it is known that there was one. */
        {"POST /inline/1 HTTP/1.1\r\nHost: t\r\nContent-Length: x\r\n\r\n",
         {"\"status\":400", "\"target\":\"/inline/1\"", "", "", ""}},
    };
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(requests); i++) {
        struct raw_reply reply;
        size_t want = i + 1;
        raw_exchange(raw_port(server), requests[i].request, &reply);
        raw_free(&reply);
        raw_wait_for("its line", has_lines, &want);
    }
    assert_int_equal(line_count(), SMA_COUNT(requests));
    const char *line = logged.lines.ptr;
    for (size_t i = 0; i < SMA_COUNT(requests); i++) {
        const char *end = strchr(line, '\n');
        char one[1024];
        snprintf(one, sizeof one, "%.*s", (int)(end - line + 1), line);
        check_line(one);
        for (size_t p = 0; p < 5; p++)
            if (!strstr(one, requests[i].parts[p]))
                fail_msg("no %s in %s", requests[i].parts[p], one);
        line = end + 1;
    }
}

static void a_broken_off_request_is_logged(void **state)
{
    struct raw_conn conn = raw_open(raw_port(server));
    size_t want = 1;
    (void)state;
    raw_send(&conn, "POST /inline/1 HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\na");
    raw_close(&conn);
    raw_wait_for("its line", has_lines, &want);
    check_line(logged.lines.ptr);
    assert_non_null(strstr(logged.lines.ptr, "\"status\":null,\"aborted\":true,\"bytes_in\":1,"));
}

static void the_log_can_go_to_a_file(void **state)
{
    FILE *file = tmpfile();
    char line[16] = {0};
    (void)state;
    assert_non_null(file);
    sma_http_log_to_file(file, "{}\n{}\n", 6);
    rewind(file);
    assert_int_equal(fread(line, 1, sizeof line, file), 6);
    assert_string_equal(line, "{}\n{}\n");
    fclose(file);
}

/* ---- metrics
 * ---------------------------------------------------------------------------------------- */

static bool all_done(void *ctx)
{
    (void)ctx;
    return raw_metric(server, "schemata_http_requests_in_flight") == 0;
}

static void requests_are_counted(void **state)
{
    struct raw_conn conn = raw_open(raw_port(server));
    (void)state;
    for (int i = 0; i < 20; i++) {
        static const char *const requests[] = {
            RAW_GET("/inline/10"), RAW_GET("/worker/20"), RAW_GET("/nope"),
            "POST /inline/1 HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nabcde"};
        struct raw_reply reply;
        raw_send(&conn, requests[i % 4]);
        raw_receive(&conn, &reply, false);
        raw_free(&reply);
    }
    raw_wait_for("the last request's end", all_done, NULL);
#define COUNTED(sample, value) assert_int_equal((int)raw_metric(server, sample), value)
    COUNTED("schemata_http_requests_total{route=\"inline\",status=\"200\"}", 10);
    COUNTED("schemata_http_requests_total{route=\"worker\",status=\"200\"}", 5);
    COUNTED("schemata_http_requests_total{route=\"none\",status=\"404\"}", 5);
    COUNTED("schemata_http_request_duration_seconds_count{route=\"inline\"}", 10);
    COUNTED("schemata_http_request_duration_seconds_bucket{route=\"inline\",le=\"+Inf\"}", 10);
    COUNTED("schemata_http_received_body_bytes_total", 25);
    COUNTED("schemata_http_connections", 1);
    COUNTED("schemata_http_connections_accepted_total", 1);
    COUNTED("schemata_http_access_log_dropped_total", 0);
    assert_true(raw_metric(server, "schemata_http_request_duration_seconds_sum{route=\"worker\"}") >
                0);
    raw_close(&conn);
}

/* Every line is a comment or "name{labels} value"; buckets do not fall. */
static void metrics_are_prometheus_text(void **state)
{
    struct sma_buf text;
    struct raw_reply reply;
    double last = -1;
    (void)state;
    raw_exchange(raw_port(server), RAW_GET("/inline/10"), &reply);
    raw_free(&reply);
    raw_wait_for("the request's end", all_done, NULL);
    sma_buf_init(&text, 0);
    sma_http_metrics(server, &text);
    char *save = NULL;
    for (char *line = strtok_r(text.ptr, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        if (!strncmp(line, "# HELP schemata_http_", 21) ||
            !strncmp(line, "# TYPE schemata_http_", 21))
            continue;
        char *space = strrchr(line, ' '), *end = NULL;
        assert_int_equal(strncmp(line, "schemata_http_", 14), 0);
        assert_non_null(space);
        double value = strtod(space + 1, &end);
        if (*end || strcspn(line, " ") + (size_t)1 != (size_t)(space - line) + 1)
            fail_msg("not a sample: %s", line);
        if (strstr(line, "_bucket{route=\"inline\"")) {
            assert_true(value >= last);
            last = value;
        }
    }
    assert_true(last >= 1);
    sma_buf_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compression_can_be_switched_off),
        cmocka_unit_test_setup_teardown(every_request_is_logged_as_json, start, stop),
        cmocka_unit_test_setup_teardown(a_broken_off_request_is_logged, start, stop),
        cmocka_unit_test(the_log_can_go_to_a_file),
        cmocka_unit_test_setup_teardown(requests_are_counted, start, stop),
        cmocka_unit_test_setup_teardown(metrics_are_prometheus_text, start, stop),
    };
    sma_buf_init(&logged.lines, 0);
    start(NULL);
    int failed = RAW_RUN_ROWS(rows, check);
    stop(NULL);
    failed += cmocka_run_group_tests(tests, NULL, NULL);
    return failed != 0;
}
