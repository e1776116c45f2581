/* Clients, serializers and deserializers of random configuration against a registry of random moods, in
 * several threads, for SOAK_SECONDS (2 by default; ten minutes is a good night's). What must hold: a
 * success is right, a failure says why, everything is given back, memory does not grow. A failure prints
 * the seed; SOAK_SEED repeats it as far as threads allow. */
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "clients/c/clock.h"
#include "schemata/schemata.h"
#include "schemata/test.h"
#include "tests/support/test.h"

#define SCOPE "soak"
#define THREADS 4
#define STEPS 400 /* of a thread in a round */
#define TOPICS 6

struct random {
    uint64_t state;
};

static uint32_t draw(struct random *r, uint32_t limit)
{
    r->state = r->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(r->state >> 33) % limit;
}

static const char *choice(struct random *r, const char *const *options)
{
    uint32_t n = 0;
    while (options[n])
        n++;
    return options[draw(r, n)];
}

/* Each format with a schema per topic and messages that fit it. */
static const struct format {
    schemata_type_t type;
    const char *schema; /* '#' is the topic's number */
} formats[] = {
    {SCHEMATA_AVRO, "{\"type\":\"record\",\"name\":\"Order#\",\"fields\":[{\"name\":\"id\",\"type\":"
                    "\"long\"},{\"name\":\"region\",\"type\":\"string\"}]}"},
    {SCHEMATA_JSON, "{\"title\":\"Order#\",\"type\":\"object\",\"properties\":{\"id\":{\"type\":"
                    "\"integer\"},\"region\":{\"type\":\"string\"}},\"required\":[\"id\"]}"},
    {SCHEMATA_PROTOBUF, "syntax = \"proto3\";\nmessage Order# { int32 id = 1; string region = 2; }\n"},
};

static const struct knob {
    const char *key;
    const char *values[6];
} knobs[] = {
    {"max.retries", {"0", "1", "3"}},
    {"cache.capacity", {"16", "10000"}},
    {"cache.max.bytes", {"65536", "67108864"}},
    {"latest.cache.ttl.sec", {"0", "1", "60", "-1"}},
    {"latest.cache.stale.ok", {"true", "false"}},
    {"missing.id.cache.ttl.sec", {"0", "5"}},
    {"missing.version.cache.ttl.sec", {"0", "5"}},
    {"worker.threads", {"0", "1"}},
    {"normalize.schemas", {"true", "false"}},
    {"auto.register.schemas", {"true", "true", "false"}},
    {"use.latest.version", {"true", "false"}},
    {"subject.name.strategy", {"TOPIC", "RECORD", "TOPIC_RECORD", "ASSOCIATED"}},
    {"schema.id.serializer", {"prefix", "header"}},
    {"schema.id.deserializer", {"dual"}},
    {"request.timeout.total.ms", {"5", "200", "30000"}},
};

static schemata_conf_t *random_conf(struct random *r, const char *directory)
{
    schemata_conf_t *conf = schemata_conf_new();
    schemata_conf_set(conf, "url", "mock://" SCOPE, NULL);
    schemata_conf_set(conf, "retries.wait.ms", "1", NULL);
    schemata_conf_set(conf, "retries.max.wait.ms", "2", NULL);
    for (size_t i = 0; i < SMA_COUNT(knobs); i++) {
        schemata_error_t *err = NULL;
        if (schemata_conf_set(conf, knobs[i].key, choice(r, knobs[i].values), &err))
            fail_msg("%s", schemata_error_message(err));
    }
    if (!draw(r, 4))
        schemata_conf_set(conf, "cache.dir", directory, NULL);
    return conf;
}

static void random_mood(struct random *r)
{
    static const int statuses[] = {0, 404, 408, 409, 429, 500, 502, 503, 504};
    static const char *const prefixes[] = {"/", "/schemas/ids", "/subjects", "/schemas/ids/1", NULL};
    const schemata_fault_t fault = {.size = sizeof fault,
                                    .path_prefix = choice(r, prefixes),
                                    .http_status = statuses[draw(r, SMA_COUNT(statuses))],
                                    .latency_ms = draw(r, 3) ? 0 : (int)draw(r, 8),
                                    .times = 1 + (int)draw(r, 6)};
    schemata_mock_fault(SCOPE, &fault);
}

/* ---- one thread -----------------------------------------------------------------------------------
 */

struct header {
    char name[32];
    uint8_t value[64];
    size_t len;
};

static schemata_status_t put_header(void *ctx, const char *name, const void *value, size_t len)
{
    struct header *h = ctx;
    if (len > sizeof h->value)
        return SCHEMATA_ERR_BUFFER;
    snprintf(h->name, sizeof h->name, "%s", name);
    memcpy(h->value, value, len);
    h->len = len;
    return SCHEMATA_OK;
}

static bool get_header(void *ctx, const char *name, const void **value, size_t *len)
{
    struct header *h = ctx;
    if (!h->len || strcmp(h->name, name) != 0)
        return false;
    *value = h->value;
    *len = h->len;
    return true;
}

struct worker {
    struct random random;
    schemata_client_t *client; /* shared by the threads */
    const schemata_conf_t *conf;
    const struct format *format;
    pthread_t thread;
    uint64_t good, bad;
    char problem[512]; /* the first thing wrong */
};

static void complain(struct worker *w, const char *what, const char *detail)
{
    if (!w->problem[0])
        snprintf(w->problem, sizeof w->problem, "%s: %.400s", what, detail);
}

/* What a registry of moods may cause, and nothing else. */
static void must_be_explained(struct worker *w, const char *what, schemata_error_t *err)
{
    schemata_status_t st = schemata_error_status(err);
    bool is_expected = st == SCHEMATA_ERR_SERVER || st == SCHEMATA_ERR_UNREACHABLE ||
                       st == SCHEMATA_ERR_TIMEOUT || st == SCHEMATA_ERR_NOT_FOUND ||
                       st == SCHEMATA_ERR_INCOMPATIBLE || st == SCHEMATA_ERR_WOULD_BLOCK;
    if (!err || !is_expected || !*schemata_error_message(err))
        complain(w, what, err ? schemata_error_message(err) : "no error object");
    w->bad++;
    schemata_error_free(err);
}

static schemata_schema_t *parse(const struct format *f, int topic)
{
    char text[512];
    snprintf(text, sizeof text, "%s", f->schema);
    *strchr(text, '#') = (char)('0' + topic);
    return schemata_parse(f->type, text, strlen(text), NULL, NULL, 0, NULL, NULL);
}

static void send_and_receive(struct worker *w, schemata_serializer_t *ser,
                             schemata_deserializer_t *de, int topic)
{
    char name[32], text[128];
    struct header header = {.len = 0};
    schemata_buf_t out = {0}, json = {0};
    schemata_error_t *err = NULL;
    int id = 1 + (int)draw(&w->random, 100000); /* proto3 leaves out 0 */
    snprintf(name, sizeof name, "topic%d", topic);
    snprintf(text, sizeof text, "{\"id\":%d,\"region\":\"eu\"}", id);
    const schemata_msg_t m = {.size = sizeof m,
                              .topic = name,
                              .is_key = draw(&w->random, 2),
                              .put_header = put_header,
                              .get_header = get_header,
                              .header_ctx = &header,
                              .flags = draw(&w->random, 8) ? 0 : SCHEMATA_NOWAIT};
    if (schemata_serialize_json(ser, &m, text, strlen(text), &out, &err)) {
        must_be_explained(w, "serialize", err);
    } else if (schemata_deserialize_json(de, &m, out.data, out.len, &json, NULL, &err)) {
        must_be_explained(w, "deserialize", err);
    } else if (json.len != strlen(text) || memcmp(json.data, text, json.len) != 0) {
        snprintf(text + strlen(text), sizeof text - strlen(text), " became %.*s", (int)json.len,
                 (const char *)json.data);
        complain(w, "round trip", text);
    } else {
        w->good++;
    }
    schemata_buf_free(&out);
    schemata_buf_free(&json);
}

static void ask(struct worker *w, schemata_schema_t *given, int topic)
{
    char subject[40];
    schemata_error_t *err = NULL;
    schemata_schema_t *s = NULL;
    static const uint32_t flags[] = {0, 0, SCHEMATA_NOWAIT, SCHEMATA_REFRESH, SCHEMATA_STALE_OK,
                                     SCHEMATA_DELETED};
    const schemata_call_t call = {.size = sizeof call,
                                  .flags = flags[draw(&w->random, SMA_COUNT(flags))],
                                  .timeout_ms = draw(&w->random, 4) ? 0 : 3};
    int32_t id = (int32_t)draw(&w->random, 12);
    snprintf(subject, sizeof subject, "topic%d-value", topic);
    switch (draw(&w->random, 6)) {
    case 0:
        s = schemata_get_by_id(w->client, id, NULL, &call, &err);
        if (s && schemata_schema_id(s) != id)
            complain(w, "by id", "another id came");
        break;
    case 1:
        s = schemata_get_version(w->client, subject, SCHEMATA_LATEST, &call, &err);
        if (s && strcmp(schemata_schema_subject(s), subject) != 0)
            complain(w, "latest", "another subject came");
        break;
    case 2:
        s = schemata_get_version(w->client, subject, 1, &call, &err);
        if (s && schemata_schema_version(s) != 1)
            complain(w, "version", "another version came");
        break;
    case 3:
        s = schemata_lookup(w->client, subject, given, &call, &err);
        break;
    case 4:
        s = schemata_register(w->client, subject, given, &call, &err);
        break;
    default:
        schemata_cache_clear(w->client, draw(&w->random, 2));
        return;
    }
    if (!s)
        must_be_explained(w, "ask", err);
    else
        w->good++;
    schemata_schema_unref(s);
}

static void *work(void *ctx)
{
    struct worker *w = ctx;
    int topic = (int)draw(&w->random, TOPICS);
    schemata_error_t *err = NULL;
    schemata_schema_t *given = parse(w->format, topic);
    schemata_serializer_t *ser = schemata_serializer_new(w->client, w->conf, given, &err);
    schemata_deserializer_t *de =
        ser ? schemata_deserializer_new(w->client, w->conf, draw(&w->random, 2) ? given : NULL, &err)
            : NULL;
    if (!de)
        complain(w, "new", schemata_error_message(err));
    for (int i = 0; de && i < STEPS && !w->problem[0]; i++) {
        if (!draw(&w->random, 20))
            random_mood(&w->random);
        if (draw(&w->random, 3))
            send_and_receive(w, ser, de, topic);
        else
            ask(w, given, topic);
    }
    schemata_deserializer_free(de);
    schemata_serializer_free(ser);
    schemata_schema_unref(given);
    schemata_error_free(err);
    return NULL;
}

/* ---- rounds ---------------------------------------------------------------------------------------
 */

/* Ids begin anew with each round's registry, and so must what is kept on disk. */
static void empty(const char *directory)
{
    char command[80];
    snprintf(command, sizeof command, "rm -rf %s/*", directory);
    assert_int_equal(system(command), 0);
}

static void run_round(uint64_t seed, const char *directory, uint64_t *good, uint64_t *bad)
{
    struct random random = {seed};
    struct worker workers[THREADS];
    schemata_error_t *err = NULL;
    schemata_conf_t *conf = random_conf(&random, directory);
    schemata_client_t *client = schemata_client_new(conf, &err);
    if (!client)
        fail_msg("seed %llu: %s", (unsigned long long)seed, schemata_error_message(err));
    const struct format *format = &formats[draw(&random, SMA_COUNT(formats))];
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){
            .random = {seed * 31 + (uint64_t)i}, .client = client, .conf = conf, .format = format};
        assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
        *good += workers[i].good;
        *bad += workers[i].bad;
    }
    schemata_client_unref(client);
    schemata_conf_free(conf);
    schemata_mock_reset(SCOPE);
    empty(directory);
    for (int i = 0; i < THREADS; i++)
        if (workers[i].problem[0])
            fail_msg("seed %llu: %s", (unsigned long long)seed, workers[i].problem);
}

static uint64_t number(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

static void random_lives(void **state)
{
    (void)state;
    char directory[] = "/tmp/schemata-soak-XXXXXX", command[64];
    uint64_t good = 0, bad = 0, rounds = 0;
    size_t first = 0, last = 0;
    uint64_t seed = number("SOAK_SEED", (uint64_t)sma_client_now_us());
    int64_t end = sma_client_now_ms() + (int64_t)number("SOAK_SECONDS", 2) * 1000;
    assert_non_null(mkdtemp(directory));
    while (sma_client_now_ms() < end || !rounds) {
        run_round(seed++, directory, &good, &bad);
        last = mallinfo2().uordblks;
        if (++rounds == 10)
            first = last;
    }
    snprintf(command, sizeof command, "rm -rf %s", directory);
    assert_int_equal(system(command), 0);
    print_message("%llu rounds, %llu calls succeeded, %llu failed and said why; %zu bytes in use "
                  "after ten rounds, %zu at the end\n",
                  (unsigned long long)rounds, (unsigned long long)good, (unsigned long long)bad,
                  first, last);
    assert_true(good > bad / 10);
    if (rounds > 10 && last > first + (256 << 10))
        fail_msg("memory grew from %zu to %zu bytes", first, last);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_lives)};
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
