/* One serializer and one deserializer shared by many threads, while the cache is cleared under them:
 * for the thread sanitizer, and to see that they ask the registry no more than they must. */
#include <pthread.h>

#include "tests/unit/client/serde.h"

#define SCOPE "serde-threads"
#define THREADS 48 /* more than there are lanes */
#define ROUNDS 200

struct worker {
    pthread_t thread;
    struct serde *shared;
    int number;
    const char *failure;
};

static bool round_trip(struct worker *w, schemata_buf_t *out, schemata_buf_t *json, int i)
{
    char value[64], topic[16];
    struct serde_header header = {.is_set = false};
    schemata_msg_t m = w->shared->msg;
    int len = snprintf(value, sizeof value, "{\"id\":%d,\"region\":\"eu\"}", w->number * ROUNDS + i);
    snprintf(topic, sizeof topic, "t%d", i % 3);
    m.topic = topic;
    m.header_ctx = &header;
    return !schemata_serialize_json(w->shared->ser, &m, value, (size_t)len, out, NULL) &&
           !schemata_deserialize_json(w->shared->de, &m, out->data, out->len, json, NULL, NULL) &&
           json->len == (size_t)len && !memcmp(json->data, value, json->len);
}

static void *work(void *arg)
{
    struct worker *w = arg;
    schemata_buf_t out = {NULL, 0, 0}, json = {NULL, 0, 0};
    for (int i = 0; i < ROUNDS && !w->failure; i++) {
        if (!round_trip(w, &out, &json, i))
            w->failure = "a message did not come back as it was";
        if (w->number == 0 && i % 50 == 49)
            schemata_cache_clear(w->shared->client, false);
    }
    schemata_buf_free(&out);
    schemata_buf_free(&json);
    return NULL;
}

static void share(const char *const *settings, const char *schema)
{
    struct serde s;
    struct worker workers[THREADS];
    schemata_mock_reset(SCOPE);
    serde_open(&s, SCOPE, SCHEMATA_JSON, schema, settings);
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){.shared = &s, .number = i};
        assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(workers[i].thread, NULL);
    for (int i = 0; i < THREADS; i++)
        if (workers[i].failure)
            fail_msg("thread %d: %s", i, workers[i].failure);
    serde_close(&s);
}

static void share_what_is_registered(void **state)
{
    (void)state;
    const char *const header[] = {"schema.id.serializer", "header", NULL};
    share(NULL, serde_json);
    share(header, serde_json);
}

/* A thousand threads' worth of misses on one key is one request: here on one subject. */
static void miss_together(void **state)
{
    (void)state;
    struct serde s;
    struct worker workers[THREADS];
    schemata_fault_t slow = {.size = sizeof slow, .latency_ms = 100, .times = 1};
    schemata_mock_reset(SCOPE);
    serde_open(&s, SCOPE, SCHEMATA_JSON, serde_json, NULL);
    schemata_mock_fault(SCOPE, &slow);
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){.shared = &s, .number = i + 1};
        assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(workers[i].thread, NULL);
    for (int i = 0; i < THREADS; i++)
        assert_null(workers[i].failure);
    assert_int_equal(schemata_mock_requests(SCOPE, "/subjects/t0-value/versions"), 1);
    assert_int_equal(schemata_mock_requests(SCOPE, "/schemas/ids/"), 3); /* one per subject */
    serde_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(share_what_is_registered),
        cmocka_unit_test(miss_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
