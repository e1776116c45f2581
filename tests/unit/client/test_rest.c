/* The REST layer over a scripted transport: order of URLs, retries, waits, credentials, and what each
 * answer means to the caller. */
#include <pthread.h>
#include <stdatomic.h>

#include "clients/c/clock.h"
#include "clients/c/conf.h"
#include "schemata/schemata.h"
#include "tests/support/test.h"

#define SEEN_MAX 256

/* One step: what the next request that matches gets. */
struct step {
    const char *url; /* part of it; NULL: any */
    int status;      /* 0: no answer */
    const char *body;
    int retry_after_ms;
};

struct script {
    const struct step *steps;
    size_t count;
    pthread_mutex_t mutex;
    size_t used[SEEN_MAX];
    char seen[SEEN_MAX][256];      /* METHOD URL */
    char authorization[SEEN_MAX][256];
    int64_t at_ms[SEEN_MAX];
    size_t seen_count;
    char last_headers[2048], last_body[2048];
};

/* Steps are used in order; the last that matches goes on for ever. */
static const struct step *next_step(struct script *s, const char *url)
{
    const struct step *last = NULL;
    for (size_t i = 0; i < s->count; i++) {
        if (s->steps[i].url && !strstr(url, s->steps[i].url))
            continue;
        last = &s->steps[i];
        if (!s->used[i]) {
            s->used[i] = 1;
            return last;
        }
    }
    return last;
}

static void note(struct script *s, const schemata_http_request_t *req)
{
    assert_true(s->seen_count < SEEN_MAX);
    snprintf(s->seen[s->seen_count], sizeof s->seen[0], "%s %s", req->method, req->url);
    s->at_ms[s->seen_count] = sma_client_now_ms();
    s->authorization[s->seen_count][0] = '\0';
    s->last_headers[0] = '\0';
    for (const char *const *h = req->headers; *h; h++) {
        if (!strncmp(*h, "Authorization: ", 15))
            snprintf(s->authorization[s->seen_count], sizeof s->authorization[0], "%s", *h + 15);
        strncat(s->last_headers, *h, sizeof s->last_headers - strlen(s->last_headers) - 2);
        strcat(s->last_headers, "\n");
    }
    snprintf(s->last_body, sizeof s->last_body, "%.*s", (int)req->body_len,
             req->body ? (const char *)req->body : "");
    s->seen_count++;
}

static schemata_status_t play(void *ctx, const schemata_http_request_t *req,
                              schemata_http_response_t *resp)
{
    struct script *s = ctx;
    pthread_mutex_lock(&s->mutex);
    note(s, req);
    const struct step *step = next_step(s, req->url);
    pthread_mutex_unlock(&s->mutex);
    *resp = (schemata_http_response_t){.size = sizeof *resp};
    if (!step || !step->status) {
        resp->transport_error = "connection refused";
        return SCHEMATA_OK;
    }
    resp->status = step->status;
    resp->body = step->body ? step->body : "";
    resp->body_len = strlen(step->body ? step->body : "");
    resp->retry_after_ms = step->retry_after_ms;
    return SCHEMATA_OK;
}

#define SCHEMA "{\"schema\":\"\\\"string\\\"\"}"

static void script_init(struct script *s, const struct step *steps, size_t count)
{
    memset(s, 0, sizeof *s);
    pthread_mutex_init(&s->mutex, NULL);
    s->steps = steps;
    s->count = count;
}

/* A client on the script, configured by pairs with a NULL at the end. */
static schemata_client_t *open_client(struct script *s, const char *const *pairs)
{
    schemata_error_t *err = NULL;
    schemata_conf_t *conf = schemata_conf_new();
    schemata_conf_set(conf, "url", "http://a:8081", NULL);
    schemata_conf_set(conf, "retries.wait.ms", "1", NULL);
    schemata_conf_set(conf, "retries.max.wait.ms", "2", NULL);
    for (; pairs && *pairs; pairs += 2)
        if (schemata_conf_set(conf, pairs[0], pairs[1], &err))
            fail_msg("%s", schemata_error_message(err));
    schemata_conf_set_http(conf, play, NULL, s);
    schemata_client_t *cl = schemata_client_new(conf, &err);
    if (!cl)
        fail_msg("%s", schemata_error_message(err));
    schemata_conf_free(conf);
    return cl;
}

static schemata_status_t get(schemata_client_t *cl, int32_t id, schemata_error_t **err)
{
    schemata_schema_t *s = schemata_get_by_id(cl, id, NULL, NULL, err);
    schemata_schema_unref(s);
    return s ? SCHEMATA_OK : schemata_error_status(*err);
}

/* ---- what answers mean ----------------------------------------------------------------------------
 */

static const struct meaning {
    const char *name;
    int status;
    const char *body;
    schemata_status_t want;
    int code;
    bool is_retriable;
    size_t requests; /* with max.retries=2 */
} meanings[] = {
    {"200", 200, SCHEMA, SCHEMATA_OK, 0, false, 1},
    {"401", 401, "{\"error_code\":401,\"message\":\"no\"}", SCHEMATA_ERR_AUTH, 401, false, 1},
    {"403", 403, "{\"error_code\":40301,\"message\":\"no\"}", SCHEMATA_ERR_AUTH, 40301, false, 1},
    {"404 of a registry", 404, "{\"error_code\":40403,\"message\":\"Schema 1 not found\"}",
     SCHEMATA_ERR_NOT_FOUND, 40403, false, 1},
    {"404 of something else", 404, "<html>", SCHEMATA_ERR_NOT_FOUND, 0, false, 1},
    {"405", 405, "", SCHEMATA_ERR_CONFLICT, 0, false, 1},
    {"409", 409, "{\"error_code\":409,\"message\":\"no\"}", SCHEMATA_ERR_INCOMPATIBLE, 409, false, 1},
    {"422 schema", 422, "{\"error_code\":42201,\"message\":\"no\"}", SCHEMATA_ERR_PARSE, 42201, false,
     1},
    {"422 version", 422, "{\"error_code\":42202,\"message\":\"no\"}", SCHEMATA_ERR_ARG, 42202, false,
     1},
    {"422 mode", 422, "{\"error_code\":42205,\"message\":\"no\"}", SCHEMATA_ERR_CONFLICT, 42205,
     false, 1},
    {"422 in use", 422, "{\"error_code\":42206,\"message\":\"no\"}", SCHEMATA_ERR_CONFLICT, 42206,
     false, 1},
    {"400", 400, "", SCHEMATA_ERR_ARG, 0, false, 1},
    {"501", 501, "", SCHEMATA_ERR_SERVER, 0, false, 1},
    {"408", 408, "", SCHEMATA_ERR_SERVER, 0, true, 3},
    {"429", 429, "", SCHEMATA_ERR_SERVER, 0, true, 3},
    {"500", 500, "{\"error_code\":50001,\"message\":\"disk\"}", SCHEMATA_ERR_SERVER, 50001, true, 3},
    {"502", 502, "<html>", SCHEMATA_ERR_SERVER, 0, true, 3},
    {"503", 503, "", SCHEMATA_ERR_SERVER, 0, true, 3},
    {"504", 504, "", SCHEMATA_ERR_SERVER, 0, true, 3},
    {"no answer", 0, "", SCHEMATA_ERR_UNREACHABLE, 0, true, 3},
    {"HTML with 200", 200, "<html><body>please log in</body></html>", SCHEMATA_ERR_SERVER, 0, false,
     1},
    {"nothing with 200", 200, "", SCHEMATA_ERR_SERVER, 0, false, 1},
    {"an array with 200", 200, "[1]", SCHEMATA_ERR_SERVER, 0, false, 1},
    {"no schema with 200", 200, "{\"id\":1}", SCHEMATA_ERR_SERVER, 0, false, 1},
    {"a schema that does not parse", 200, "{\"schema\":\"{\"}", SCHEMATA_ERR_PARSE, 0, false, 1},
    {"a type of the future", 200, "{\"schema\":\"x\",\"schemaType\":\"THRIFT\"}",
     SCHEMATA_ERR_UNSUPPORTED, 0, false, 1},
    {"304", 304, "", SCHEMATA_ERR_SERVER, 0, false, 1},
};

static void each_answer_has_a_meaning(void **state)
{
    const struct meaning *m = *state;
    const struct step step = {.status = m->status, .body = m->body};
    const char *const pairs[] = {"max.retries", "2", NULL};
    struct script s;
    schemata_error_t *err = NULL;
    script_init(&s, &step, 1);
    schemata_client_t *cl = open_client(&s, pairs);
    schemata_status_t st = get(cl, 1, &err);
    if (st != m->want)
        fail_msg("got %s, want %s: %s", schemata_status_name(st), schemata_status_name(m->want),
                 schemata_error_message(err));
    if (schemata_error_code(err) != m->code || schemata_error_retriable(err) != m->is_retriable)
        fail_msg("code %d, retriable %d", schemata_error_code(err), schemata_error_retriable(err));
    if (s.seen_count != m->requests)
        fail_msg("%zu requests, want %zu", s.seen_count, m->requests);
    if (st && st != SCHEMATA_ERR_PARSE && st != SCHEMATA_ERR_UNSUPPORTED) {
        assert_int_equal(schemata_error_http_status(err), m->status);
        assert_string_equal(schemata_error_url(err), "http://a:8081/schemas/ids/1");
    }
    if (st == SCHEMATA_ERR_AUTH || st == SCHEMATA_ERR_UNREACHABLE)
        assert_non_null(schemata_error_hint(err));
    schemata_error_free(err);
    schemata_client_unref(cl);
}

/* ---- URLs in turn ---------------------------------------------------------------------------------
 */

static const char *const three[] = {"url", "http://a:1, http://b:2/base/ ,https://c:3", "max.retries",
                                    "1", NULL};

static void the_next_url_comes_before_the_next_round(void **state)
{
    (void)state;
    const struct step steps[] = {{"//a", 0, NULL, 0}, {"//b", 503, NULL, 0}, {"//c", 429, NULL, 0},
                                 {"//a", 0, NULL, 0}, {"//b", 200, SCHEMA, 0}};
    struct script s;
    schemata_error_t *err = NULL;
    schemata_stats_t stats = {.size = sizeof stats};
    script_init(&s, steps, SMA_COUNT(steps));
    schemata_client_t *cl = open_client(&s, three);
    assert_int_equal(get(cl, 7, &err), SCHEMATA_OK);
    assert_int_equal(s.seen_count, 5);
    assert_string_equal(s.seen[0], "GET http://a:1/schemas/ids/7");
    assert_string_equal(s.seen[1], "GET http://b:2/base/schemas/ids/7");
    assert_string_equal(s.seen[2], "GET https://c:3/schemas/ids/7");
    assert_string_equal(s.seen[3], "GET http://a:1/schemas/ids/7");
    assert_string_equal(s.seen[4], "GET http://b:2/base/schemas/ids/7");
    schemata_stats_get(cl, &stats);
    assert_int_equal(stats.requests, 5);
    assert_int_equal(stats.failovers, 3);
    assert_int_equal(stats.retries, 1);
    /* The one that worked last comes first, those that failed come last. */
    assert_int_equal(get(cl, 8, &err), SCHEMATA_OK);
    assert_int_equal(s.seen_count, 6);
    assert_string_equal(s.seen[5], "GET http://b:2/base/schemas/ids/8");
    schemata_client_unref(cl);
}

static void an_answer_is_an_answer(void **state)
{
    (void)state;
    const struct step steps[] = {{"//a", 404, "{\"error_code\":40403,\"message\":\"no\"}", 0},
                                 {"//b", 200, SCHEMA, 0}};
    struct script s;
    schemata_error_t *err = NULL;
    script_init(&s, steps, SMA_COUNT(steps));
    schemata_client_t *cl = open_client(&s, three);
    assert_int_equal(get(cl, 7, &err), SCHEMATA_ERR_NOT_FOUND);
    assert_int_equal(s.seen_count, 1);
    schemata_error_free(err);
    err = NULL;
    assert_int_equal(get(cl, 7, &err), SCHEMATA_ERR_NOT_FOUND);
    assert_true(schemata_error_cached(err));
    assert_int_equal(schemata_error_code(err), 40403);
    assert_int_equal(s.seen_count, 1);
    schemata_error_free(err);
    schemata_client_unref(cl);
}

/* ---- waiting --------------------------------------------------------------------------------------
 */

static void retry_after_is_honoured(void **state)
{
    (void)state;
    const struct step steps[] = {{NULL, 429, NULL, 150}, {NULL, 503, NULL, 150},
                                 {NULL, 200, SCHEMA, 0}};
    struct script s;
    schemata_error_t *err = NULL;
    script_init(&s, steps, SMA_COUNT(steps));
    schemata_client_t *cl = open_client(&s, NULL);
    assert_int_equal(get(cl, 1, &err), SCHEMATA_OK);
    assert_int_equal(s.seen_count, 3);
    assert_true(s.at_ms[1] - s.at_ms[0] >= 150);
    assert_true(s.at_ms[2] - s.at_ms[1] >= 150);
    schemata_client_unref(cl);
}

static void retry_after_beyond_the_deadline_ends_the_call(void **state)
{
    (void)state;
    const struct step step = {NULL, 503, NULL, 60000};
    struct script s;
    schemata_error_t *err = NULL;
    int64_t start = sma_client_now_ms();
    script_init(&s, &step, 1);
    schemata_client_t *cl = open_client(&s, NULL);
    assert_int_equal(get(cl, 1, &err), SCHEMATA_ERR_SERVER);
    assert_int_equal(s.seen_count, 1);
    assert_true(sma_client_now_ms() - start < 5000);
    schemata_error_free(err);
    schemata_client_unref(cl);
}

/* Another URL that asks for no wait is not made to wait. */
static void one_url_does_not_hold_the_others_back(void **state)
{
    (void)state;
    const struct step steps[] = {{"//a", 503, NULL, 60000}, {"//b", 0, NULL, 0},
                                 {"//c", 0, NULL, 0},       {"//a", 503, NULL, 60000},
                                 {"//b", 200, SCHEMA, 0}};
    struct script s;
    schemata_error_t *err = NULL;
    script_init(&s, steps, SMA_COUNT(steps));
    schemata_client_t *cl = open_client(&s, three);
    assert_int_equal(get(cl, 1, &err), SCHEMATA_OK);
    schemata_client_unref(cl);
}

/* Full jitter: waits differ, none is longer than the ceiling that doubles up to the maximum. */
static void waits_are_jittered_and_bounded(void **state)
{
    (void)state;
    const struct step step = {NULL, 503, NULL, 0};
    const char *const pairs[] = {"max.retries", "40",  "retries.wait.ms", "4",
                                 "retries.max.wait.ms", "16", NULL};
    struct script s;
    schemata_error_t *err = NULL;
    int64_t shortest = INT64_MAX, longest = 0;
    script_init(&s, &step, 1);
    schemata_client_t *cl = open_client(&s, pairs);
    int64_t start = sma_client_now_ms();
    assert_int_equal(get(cl, 1, &err), SCHEMATA_ERR_SERVER);
    int64_t total = sma_client_now_ms() - start;
    assert_int_equal(s.seen_count, 41);
    for (size_t i = 1; i < s.seen_count; i++) {
        int64_t wait = s.at_ms[i] - s.at_ms[i - 1];
        shortest = wait < shortest ? wait : shortest;
        longest = wait > longest ? wait : longest;
    }
    assert_true(shortest < 8);
    assert_true(longest > shortest);
    assert_true(total >= 40 && total < 40 * 16 + 5000);
    schemata_error_free(err);
    schemata_client_unref(cl);
}

static schemata_status_t slow(void *ctx, const schemata_http_request_t *req,
                              schemata_http_response_t *resp)
{
    atomic_fetch_add((atomic_int *)ctx, 1);
    sma_client_sleep_ms(req->deadline_ms - sma_client_now_ms());
    *resp = (schemata_http_response_t){.size = sizeof *resp, .transport_error = "timed out"};
    return SCHEMATA_OK;
}

static void a_call_ends_at_its_deadline(void **state)
{
    (void)state;
    atomic_int requests = 0;
    schemata_error_t *err = NULL;
    schemata_conf_t *conf = schemata_conf_new();
    schemata_conf_set(conf, "url", "http://a:1,http://b:1", NULL);
    schemata_conf_set_http(conf, slow, NULL, &requests);
    schemata_client_t *cl = schemata_client_new(conf, NULL);
    const schemata_call_t call = {.size = sizeof call, .timeout_ms = 120};
    int64_t start = sma_client_now_ms();
    assert_null(schemata_get_by_id(cl, 1, NULL, &call, &err));
    assert_int_equal(schemata_error_status(err), SCHEMATA_ERR_TIMEOUT);
    assert_true(schemata_error_retriable(err));
    int64_t took = sma_client_now_ms() - start;
    assert_true(took >= 119 && took < 2000);
    assert_int_equal(atomic_load(&requests), 1);
    schemata_error_free(err);
    schemata_client_unref(cl);
    schemata_conf_free(conf);
}

/* ---- requests as they go out ----------------------------------------------------------------------
 */

static const struct segment {
    const char *subject, *path;
} segments[] = {
    {"orders-value", "/subjects/orders-value/versions/3"},
    {"a/b", "/subjects/a%2Fb/versions/3"},
    {":.ctx:s", "/subjects/%3A.ctx%3As/versions/3"},
    {"100%", "/subjects/100%25/versions/3"},
    {"two words", "/subjects/two%20words/versions/3"},
    {"caf\xc3\xa9", "/subjects/caf%C3%A9/versions/3"},
    {"?x#y&z+", "/subjects/%3Fx%23y%26z%2B/versions/3"},
    {"..", "/subjects/%2E%2E/versions/3"},
    {".", "/subjects/%2E/versions/3"},
    {"a..b", "/subjects/a..b/versions/3"},
};

static void segments_are_encoded(void **state)
{
    const struct segment *row = *state;
    const struct step step = {.status = 200, .body = SCHEMA};
    struct script s;
    script_init(&s, &step, 1);
    schemata_client_t *cl = open_client(&s, NULL);
    schemata_schema_unref(schemata_get_version(cl, row->subject, 3, NULL, NULL));
    assert_string_equal(s.seen[0] + strlen("GET http://a:8081"), row->path);
    schemata_client_unref(cl);
}

static void headers_are_those_of_the_protocol(void **state)
{
    (void)state;
    const struct step step = {.status = 200, .body = SCHEMA};
    const char *const pairs[] = {"request.header.X-Team",        "orders",
                                 "bearer.auth.logical.cluster",  "lsrc-1",
                                 "bearer.auth.identity.pool.id", "pool-2",
                                 NULL};
    struct script s;
    script_init(&s, &step, 1);
    schemata_client_t *cl = open_client(&s, pairs);
    schemata_schema_unref(schemata_get_by_id(cl, 1, NULL, NULL, NULL));
    static const char *const want[] = {"Accept: application/vnd.schemaregistry.v1+json\n",
                                       "Content-Type: application/vnd.schemaregistry.v1+json\n",
                                       "User-Agent: schemata/",
                                       "X-Team: orders\n",
                                       "target-sr-cluster: lsrc-1\n",
                                       "Confluent-Identity-Pool-Id: pool-2\n"};
    for (size_t i = 0; i < SMA_COUNT(want); i++)
        if (!strstr(s.last_headers, want[i]))
            fail_msg("no \"%s\" in\n%s", want[i], s.last_headers);
    assert_null(strstr(s.last_headers, "Authorization"));
    schemata_client_unref(cl);
}

/* ---- credentials ----------------------------------------------------------------------------------
 */

static const struct credentials {
    const char *name;
    const char *pairs[7];
    const char *want; /* the header's value */
} credentials[] = {
    {"none", {NULL}, ""},
    {"user info", {"basic.auth.user.info", "user:pass", NULL}, "Basic dXNlcjpwYXNz"},
    {"in the URL", {"url", "http://us%65r:p%3Ass@a:8081", NULL}, "Basic dXNlcjpwOnNz"},
    {"user info wins over the URL",
     {"url", "http://x:y@a:8081", "basic.auth.user.info", "user:pass", NULL},
     "Basic dXNlcjpwYXNz"},
    {"unless the source is the URL",
     {"url", "http://x:y@a:8081", "basic.auth.user.info", "user:pass",
      "basic.auth.credentials.source", "URL", NULL},
     "Basic eDp5"},
    {"a colon in the password", {"basic.auth.user.info", "u:p:q", NULL}, "Basic dTpwOnE="},
    {"static token", {"bearer.auth.token", "abc.def", NULL}, "Bearer abc.def"},
    {"token file", {"bearer.auth.token.file", "tests/unit/client/token", NULL}, "Bearer from-a-file"},
};

static void credentials_go_out(void **state)
{
    const struct credentials *row = *state;
    const struct step step = {.status = 401, .body = ""};
    struct script s;
    schemata_error_t *err = NULL;
    script_init(&s, &step, 1);
    schemata_client_t *cl = open_client(&s, row->pairs);
    assert_int_equal(get(cl, 1, &err), SCHEMATA_ERR_AUTH);
    assert_string_equal(s.authorization[0], row->want);
    assert_string_equal(s.seen[0], "GET http://a:8081/schemas/ids/1");
    assert_string_equal(schemata_error_url(err), "http://a:8081/schemas/ids/1");
    schemata_error_free(err);
    schemata_client_unref(cl);
}

#define GRANT(token) "{\"access_token\":\"" token "\",\"token_type\":\"Bearer\",\"expires_in\":3600}"

static const char *const oauth[] = {"bearer.auth.issuer.endpoint.url", "https://issuer/token",
                                    "bearer.auth.client.id",           "id",
                                    "bearer.auth.client.secret",       "s3cret",
                                    "bearer.auth.scope",               "a b",
                                    "max.retries",                     "1",
                                    NULL};

static void a_token_is_fetched_once_and_renewed_on_401(void **state)
{
    (void)state;
    const struct step steps[] = {{"issuer", 200, GRANT("one"), 0}, {"//a", 200, SCHEMA, 0},
                                 {"//a", 200, SCHEMA, 0},          {"//a", 401, NULL, 0},
                                 {"issuer", 200, GRANT("two"), 0}, {"//a", 200, SCHEMA, 0}};
    struct script s;
    schemata_error_t *err = NULL;
    script_init(&s, steps, SMA_COUNT(steps));
    schemata_client_t *cl = open_client(&s, oauth);
    for (int id = 1; id <= 3; id++)
        assert_int_equal(get(cl, id, &err), SCHEMATA_OK);
    assert_int_equal(s.seen_count, 6);
    assert_string_equal(s.seen[0], "POST https://issuer/token");
    assert_string_equal(s.authorization[0], "Basic aWQ6czNjcmV0");
    assert_string_equal(s.authorization[1], "Bearer one");
    assert_string_equal(s.authorization[2], "Bearer one");
    assert_string_equal(s.authorization[3], "Bearer one");
    assert_string_equal(s.seen[4], "POST https://issuer/token");
    assert_string_equal(s.authorization[5], "Bearer two");
    schemata_client_unref(cl);
}

static const struct issuer {
    const char *name;
    struct step step;
    schemata_status_t want;
    size_t requests;
} issuers[] = {
    {"does not answer", {"issuer", 0, NULL, 0}, SCHEMATA_ERR_UNREACHABLE, 2},
    {"is ill", {"issuer", 503, NULL, 0}, SCHEMATA_ERR_AUTH, 2},
    {"refuses", {"issuer", 401, "{\"error\":\"invalid_client\"}", 0}, SCHEMATA_ERR_AUTH, 1},
    {"answers HTML", {"issuer", 200, "<html>", 0}, SCHEMATA_ERR_AUTH, 1},
    {"answers no token", {"issuer", 200, "{}", 0}, SCHEMATA_ERR_AUTH, 1},
    {"answers a number", {"issuer", 200, "{\"access_token\":7}", 0}, SCHEMATA_ERR_AUTH, 1},
    {"answers a header to split",
     {"issuer", 200, "{\"access_token\":\"a\\r\\nX: y\"}", 0},
     SCHEMATA_ERR_AUTH, 1},
};

static void an_issuer_that(void **state)
{
    const struct issuer *row = *state;
    struct script s;
    schemata_error_t *err = NULL;
    script_init(&s, &row->step, 1);
    schemata_client_t *cl = open_client(&s, oauth);
    schemata_status_t st = get(cl, 1, &err);
    if (st != row->want || s.seen_count != row->requests)
        fail_msg("%s after %zu requests: %s", schemata_status_name(st), s.seen_count,
                 schemata_error_message(err));
    assert_non_null(strstr(schemata_error_message(err), "issuer"));
    assert_null(strstr(schemata_error_message(err), "s3cret"));
    schemata_error_free(err);
    schemata_client_unref(cl);
}

static schemata_status_t short_lived(void *ctx, char **token, int64_t *expires_in_ms)
{
    int n = atomic_fetch_add((atomic_int *)ctx, 1);
    char text[32];
    snprintf(text, sizeof text, "token-%d", n);
    *token = strdup(text);
    *expires_in_ms = 0;
    return SCHEMATA_OK;
}

/* A life of nothing: each request fetches its own, and none loops. */
static void tokens_of_no_life_serve_once(void **state)
{
    (void)state;
    const struct step step = {.status = 200, .body = SCHEMA};
    struct script s;
    atomic_int calls = 0;
    script_init(&s, &step, 1);
    schemata_conf_t *conf = schemata_conf_new();
    schemata_conf_set(conf, "url", "http://a", NULL);
    schemata_conf_set_http(conf, play, NULL, &s);
    schemata_conf_set_token_source(conf, short_lived, &calls);
    schemata_client_t *cl = schemata_client_new(conf, NULL);
    for (int id = 0; id < 3; id++)
        schemata_schema_unref(schemata_get_by_id(cl, id, NULL, NULL, NULL));
    assert_int_equal(atomic_load(&calls), 3);
    assert_string_equal(s.authorization[2], "Bearer token-2");
    schemata_client_unref(cl);
    schemata_conf_free(conf);
}

static schemata_status_t one_token(void *ctx, char **token, int64_t *expires_in_ms)
{
    atomic_fetch_add((atomic_int *)ctx, 1);
    sma_client_sleep_ms(50);
    *token = strdup("shared");
    *expires_in_ms = 3600000;
    return SCHEMATA_OK;
}

struct one {
    schemata_client_t *cl;
    int32_t id;
};

static void *fetch_one(void *ctx)
{
    struct one *one = ctx;
    schemata_schema_unref(schemata_get_by_id(one->cl, one->id, NULL, NULL, NULL));
    return NULL;
}

static void many_threads_share_one_token(void **state)
{
    (void)state;
    const struct step step = {.status = 200, .body = SCHEMA};
    struct script s;
    atomic_int calls = 0;
    pthread_t threads[50];
    struct one ones[50];
    script_init(&s, &step, 1);
    schemata_conf_t *conf = schemata_conf_new();
    schemata_conf_set(conf, "url", "http://a", NULL);
    schemata_conf_set_http(conf, play, NULL, &s);
    schemata_conf_set_token_source(conf, one_token, &calls);
    schemata_client_t *cl = schemata_client_new(conf, NULL);
    for (int i = 0; i < 50; i++) {
        ones[i] = (struct one){cl, i};
        assert_int_equal(pthread_create(&threads[i], NULL, fetch_one, &ones[i]), 0);
    }
    for (int i = 0; i < 50; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&calls), 1);
    assert_int_equal(s.seen_count, 50);
    for (int i = 0; i < 50; i++)
        assert_string_equal(s.authorization[i], "Bearer shared");
    schemata_client_unref(cl);
    schemata_conf_free(conf);
}

/* ---- configurations that make no client -----------------------------------------------------------
 */

static const struct refused {
    const char *name;
    const char *pairs[7];
    const char *want;
} refusals[] = {
    {"no scheme", {"url", "localhost:8081", NULL}, "is no http:// or https:// URL"},
    {"other scheme", {"url", "ftp://a", NULL}, "is no http:// or https:// URL"},
    {"no host", {"url", "http://", NULL}, "is no http:// or https:// URL"},
    {"user alone", {"url", "http://user:secret@", NULL}, "is no http:// or https:// URL"},
    {"a query", {"url", "http://a/?x=secret", NULL}, "is no http:// or https:// URL"},
    {"a line end", {"url", "http://a\r\nHost: b", NULL}, "is no http:// or https:// URL"},
    {"nothing", {"url", " , ", NULL}, "schema.registry.url is not set"},
    {"mock and more", {"url", "mock://x,http://a", NULL}, "stands alone"},
    {"more and mock", {"url", "http://a,mock://x", NULL}, "stands alone"},
    {"no token", {"bearer.auth.credentials.source", "STATIC_TOKEN", NULL}, "needs bearer.auth.token"},
    {"no source", {"bearer.auth.credentials.source", "CUSTOM", NULL}, "schemata_conf_set_token"},
    {"no issuer", {"bearer.auth.credentials.source", "OAUTHBEARER", NULL}, "needs bearer.auth.issuer"},
    {"half an issuer",
     {"bearer.auth.issuer.endpoint.url", "http://i", "bearer.auth.client.id", "x", NULL},
     "needs bearer.auth.issuer"},
};

static void such_a_client_is_refused(void **state)
{
    const struct refused *row = *state;
    schemata_error_t *err = NULL;
    schemata_conf_t *conf = schemata_conf_new();
    struct script s;
    script_init(&s, NULL, 0);
    schemata_conf_set(conf, "url", "http://a", NULL);
    schemata_conf_set_http(conf, play, NULL, &s);
    for (const char *const *pair = row->pairs; *pair; pair += 2)
        assert_int_equal(schemata_conf_set(conf, pair[0], pair[1], NULL), SCHEMATA_OK);
    assert_null(schemata_client_new(conf, &err));
    assert_int_equal(schemata_error_status(err), SCHEMATA_ERR_CONF);
    if (!strstr(schemata_error_message(err), row->want) ||
        strstr(schemata_error_message(err), "user:secret"))
        fail_msg("%s", schemata_error_message(err));
    schemata_error_free(err);
    schemata_conf_free(conf);
}

/* ---- references -----------------------------------------------------------------------------------
 */

#define WITH_REFERENCE(subject)                                                                    \
    "{\"schema\":\"{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"R\\\",\\\"fields\\\":[]}\","        \
    "\"references\":[{\"name\":\"X\",\"subject\":\"" subject "\",\"version\":1}]}"

static void references_in_a_circle_end(void **state)
{
    (void)state;
    const struct step step = {NULL, 200, WITH_REFERENCE("s"), 0};
    struct script s;
    schemata_error_t *err = NULL;
    script_init(&s, &step, 1);
    schemata_client_t *cl = open_client(&s, NULL);
    assert_int_equal(get(cl, 1, &err), SCHEMATA_ERR_REFERENCE);
    assert_true(s.seen_count <= 40);
    schemata_error_free(err);
    schemata_client_unref(cl);
}

static void a_missing_reference_is_no_missing_schema(void **state)
{
    (void)state;
    const struct step steps[] = {
        {"/ids/1", 200, WITH_REFERENCE("gone"), 0},
        {"/subjects/gone", 404, "{\"error_code\":40401,\"message\":\"no such subject\"}", 0}};
    struct script s;
    schemata_error_t *err = NULL;
    script_init(&s, steps, SMA_COUNT(steps));
    schemata_client_t *cl = open_client(&s, NULL);
    assert_int_equal(get(cl, 1, &err), SCHEMATA_ERR_REFERENCE);
    assert_non_null(strstr(schemata_error_message(err), "subject \"gone\", version 1"));
    schemata_error_free(err);
    err = NULL;
    assert_int_equal(get(cl, 1, &err), SCHEMATA_ERR_REFERENCE);
    assert_false(schemata_error_cached(err));
    assert_int_equal(s.seen_count, 4);
    schemata_error_free(err);
    schemata_client_unref(cl);
}

/* ---- the open door --------------------------------------------------------------------------------
 */

static void refusals_are_answers_to_who_takes_the_status(void **state)
{
    (void)state;
    const struct step step = {NULL, 422, "{\"error_code\":42203,\"message\":\"no level\"}", 0};
    struct script s;
    schemata_error_t *err = NULL;
    char *out = NULL;
    size_t len = 0;
    int status = 0;
    script_init(&s, &step, 1);
    schemata_client_t *cl = open_client(&s, NULL);
    const schemata_call_t prod = {.size = sizeof prod, .context = ".prod"};
    assert_int_equal(schemata_rest(cl, "PUT", "/config", "{}", 2, &out, &len, &status, &prod, &err),
                     SCHEMATA_OK);
    assert_int_equal(status, 422);
    assert_int_equal(len, strlen(step.body));
    assert_string_equal(out, step.body);
    assert_string_equal(s.seen[0], "PUT http://a:8081/contexts/.prod/config");
    assert_string_equal(s.last_body, "{}");
    schemata_free(out);
    out = NULL;
    assert_int_equal(schemata_rest(cl, "PUT", "/config", "{}", 2, &out, NULL, NULL, NULL, &err),
                     SCHEMATA_ERR_ARG);
    assert_null(out);
    assert_int_equal(schemata_error_code(err), 42203);
    schemata_error_free(err);
    err = NULL;
    assert_int_equal(schemata_rest(cl, "GET", "config", NULL, 0, NULL, NULL, NULL, NULL, &err),
                     SCHEMATA_ERR_ARG);
    schemata_error_free(err);
    schemata_client_unref(cl);
}

#define ROWS(table, function)                                                                      \
    for (size_t i = 0; i < SMA_COUNT(table); i++)                                                  \
    tests[n++] = (struct CMUnitTest){.name = table[i].name,                                        \
                                     .test_func = function,                                        \
                                     .initial_state = (void *)&table[i]}

int main(void)
{
    const struct CMUnitTest single[] = {
        cmocka_unit_test(the_next_url_comes_before_the_next_round),
        cmocka_unit_test(an_answer_is_an_answer),
        cmocka_unit_test(retry_after_is_honoured),
        cmocka_unit_test(retry_after_beyond_the_deadline_ends_the_call),
        cmocka_unit_test(one_url_does_not_hold_the_others_back),
        cmocka_unit_test(waits_are_jittered_and_bounded),
        cmocka_unit_test(a_call_ends_at_its_deadline),
        cmocka_unit_test(headers_are_those_of_the_protocol),
        cmocka_unit_test(a_token_is_fetched_once_and_renewed_on_401),
        cmocka_unit_test(tokens_of_no_life_serve_once),
        cmocka_unit_test(many_threads_share_one_token),
        cmocka_unit_test(references_in_a_circle_end),
        cmocka_unit_test(a_missing_reference_is_no_missing_schema),
        cmocka_unit_test(refusals_are_answers_to_who_takes_the_status),
    };
    static struct CMUnitTest tests[128];
    size_t n = 0;
    for (; n < SMA_COUNT(single); n++)
        tests[n] = single[n];
    ROWS(meanings, each_answer_has_a_meaning);
    ROWS(credentials, credentials_go_out);
    ROWS(issuers, an_issuer_that);
    ROWS(refusals, such_a_client_is_refused);
    for (size_t i = 0; i < SMA_COUNT(segments); i++)
        tests[n++] = (struct CMUnitTest){.name = segments[i].subject,
                                         .test_func = segments_are_encoded,
                                         .initial_state = (void *)&segments[i]};
    return _cmocka_run_group_tests("rest", tests, n, NULL, NULL) != 0;
}
