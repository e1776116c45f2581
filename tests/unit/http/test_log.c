/* Access log lines, the ring behind them, request ids. */
#include <pthread.h>

#include "http/access_log.h"
#include "http/request_id.h"
#include "tests/unit/http/raw.h"

static struct sma_http_log_entry entry(const char *target, const char *agent)
{
    return (struct sma_http_log_entry){.duration_ns = 1234567,
                                       .bytes_in = 5,
                                       .bytes_out = 600,
                                       .status = 200,
                                       .route = "subjects.list",
                                       .remote = SMA_STR("127.0.0.1"),
                                       .method = SMA_STR("GET"),
                                       .target = sma_str_z(target),
                                       .request_id = SMA_STR("id-1"),
                                       .user_agent = sma_str_z(agent)};
}

#define LINE_START                                                                                 \
    "{\"time\":\"2026-01-02T03:04:05.678Z\",\"remote\":\"127.0.0.1\",\"method\":\"GET\","          \
    "\"target\":"
#define LINE_REST                                                                                  \
    ",\"route\":\"subjects.list\",\"status\":200,\"bytes_in\":5,\"bytes_out\":600,"                \
    "\"duration_us\":1234,\"request_id\":\"id-1\""

static const struct row {
    const char *name, *target, *agent, *line;
} rows[] = {
    {"plain", "/subjects?deleted=true", "",
     LINE_START "\"/subjects?deleted=true\"" LINE_REST "}\n"},
    {"user agent", "/", "curl/7", LINE_START "\"/\"" LINE_REST ",\"user_agent\":\"curl/7\"}\n"},
    {"quotes and backslashes", "/\"\\", "", LINE_START "\"/\\\"\\\\\"" LINE_REST "}\n"},
    {"control characters", "/\n\x7f", "", LINE_START "\"/\\u000a\\u007f\"" LINE_REST "}\n"},
    {"UTF-8 stays", "/\xc3\xa9", "", LINE_START "\"/\xc3\xa9\"" LINE_REST "}\n"},
    {"what is not UTF-8", "/\xff\xc3", "", LINE_START "\"/\\ufffd\\ufffd\"" LINE_REST "}\n"},
};

static void check(void **state)
{
    const struct row *row = *state;
    struct sma_http_log_entry e = entry(row->target, row->agent);
    struct sma_buf line;
    sma_buf_init(&line, 0);
    sma_http_log_line(&line, &e, 1767323045678);
    sma_test_same_text(row->name, sma_buf_str(&line), sma_str_z(row->line));
    sma_buf_fini(&line);
}

static void an_aborted_request_has_no_status(void **state)
{
    struct sma_http_log_entry e = entry("/", "");
    struct sma_buf line;
    (void)state;
    e.status = 0;
    sma_buf_init(&line, 0);
    sma_http_log_line(&line, &e, 0);
    assert_non_null(strstr(line.ptr, ",\"status\":null,\"aborted\":true,"));
    sma_buf_fini(&line);
}

/* ---- the ring
 * ------------------------------------------------------------------------------------- */

struct sink {
    pthread_mutex_t lock;
    pthread_cond_t opened;
    bool is_open;
    size_t lines;
    size_t bytes;
};

/* Blocks until the test lets it through: a disk that does not take anything. */
static void take(void *ctx, const char *lines, size_t len)
{
    struct sink *sink = ctx;
    pthread_mutex_lock(&sink->lock);
    while (!sink->is_open)
        pthread_cond_wait(&sink->opened, &sink->lock);
    for (size_t i = 0; i < len; i++)
        sink->lines += lines[i] == '\n';
    sink->bytes += len;
    pthread_mutex_unlock(&sink->lock);
}

static void open_sink(struct sink *sink)
{
    pthread_mutex_lock(&sink->lock);
    sink->is_open = true;
    pthread_cond_broadcast(&sink->opened);
    pthread_mutex_unlock(&sink->lock);
}

static void a_stuck_sink_drops_and_never_blocks(void **state)
{
    struct sink sink = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, 0, 0};
    struct sma_http_access_log *log = NULL;
    struct sma_http_log_entry e = entry("/subjects", "agent");
    enum { PUTS = 5000 };
    (void)state;
    assert_int_equal(sma_http_access_log_start(&log, 2, 16384, take, &sink, NULL), SMA_OK);
    for (int i = 0; i < PUTS; i++) {
        sma_http_access_log_put(log, (size_t)i % 2, &e);
        sma_http_access_log_nudge(log);
    }
    uint64_t dropped = sma_http_access_log_dropped(log);
    assert_true(dropped > 0 && dropped < PUTS);
    open_sink(&sink);
    sma_http_access_log_stop(log);
    assert_int_equal(sink.lines + dropped, PUTS);
}

static void long_texts_are_cut_and_wrap_around(void **state)
{
    struct sink sink = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, true, 0, 0};
    struct sma_http_access_log *log = NULL;
    char *long_text = malloc(100000);
    (void)state;
    memset(long_text, 'a', 99999);
    long_text[99999] = '\0';
    struct sma_http_log_entry e = entry(long_text, long_text);
    assert_int_equal(sma_http_access_log_start(&log, 1, 16384, take, &sink, NULL), SMA_OK);
    enum { PUTS = 300 };
    for (int i = 0; i < PUTS; i++) {
        uint64_t before;
        do { /* a full ring drops; what went in must come out whole */
            before = sma_http_access_log_dropped(log);
            sma_http_access_log_put(log, 0, &e);
            sma_http_access_log_nudge(log);
        } while (sma_http_access_log_dropped(log) != before);
    }
    sma_http_access_log_stop(log);
    assert_int_equal(sink.lines, PUTS);
    assert_true(sink.bytes > (size_t)PUTS * 4096 && sink.bytes < (size_t)PUTS * 4600);
    free(long_text);
}

static void request_ids_are_version_4_and_differ(void **state)
{
    struct sma_http_random random;
    char last[SMA_HTTP_REQUEST_ID_LEN] = {0};
    (void)state;
    sma_http_random_init(&random);
    for (int i = 0; i < 1000; i++) {
        char id[SMA_HTTP_REQUEST_ID_LEN];
        sma_http_request_id(&random, id);
        for (int at = 0; at < SMA_HTTP_REQUEST_ID_LEN; at++) {
            bool is_dash = at == 8 || at == 13 || at == 18 || at == 23;
            if (is_dash ? id[at] != '-' : !strchr("0123456789abcdef", id[at]))
                fail_msg("%.36s", id);
        }
        assert_int_equal(id[14], '4');
        assert_non_null(strchr("89ab", id[19]));
        assert_memory_not_equal(id, last, sizeof id);
        memcpy(last, id, sizeof id);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_aborted_request_has_no_status),
        cmocka_unit_test(a_stuck_sink_drops_and_never_blocks),
        cmocka_unit_test(long_texts_are_cut_and_wrap_around),
        cmocka_unit_test(request_ids_are_version_4_and_differ),
    };
    int failed = RAW_RUN_ROWS(rows, check);
    failed += cmocka_run_group_tests(tests, NULL, NULL);
    return failed != 0;
}
