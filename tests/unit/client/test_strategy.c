/* Subjects by association, against a registry that answers what a row says; through the program's own
 * transport, so that every answer can be had. */
#include <stdatomic.h>

#include "tests/unit/client/serde.h"

struct registry {
    int status;         /* of GET /associations/… */
    const char *body;
    atomic_int asked;   /* how often */
    char path[256], posted[256];
};

static schemata_status_t answer(void *ctx, const schemata_http_request_t *req,
                                schemata_http_response_t *resp)
{
    struct registry *r = ctx;
    const char *path = strstr(req->url, "registry") + strlen("registry");
    resp->status = 200;
    if (!strncmp(path, "/associations/", 14)) {
        atomic_fetch_add(&r->asked, 1);
        snprintf(r->path, sizeof r->path, "%s", path);
        resp->status = r->status;
        resp->body = r->body;
    } else {
        snprintf(r->posted, sizeof r->posted, "%s", path);
        resp->body = "{\"id\":1,\"version\":1,\"schema\":\"\\\"long\\\"\"}";
    }
    resp->body_len = strlen(resp->body);
    return SCHEMATA_OK;
}

static const struct row {
    const char *name, *fallback, *cluster;
    bool is_key;
    int status;
    const char *body;
    schemata_status_t wanted;
    const char *asks, *posts; /* beginnings of paths */
    const char *says;
} rows[] = {
    {"one", "TOPIC", NULL, false, 200, "[{\"subject\":\"theirs\"}]", SCHEMATA_OK,
     "/associations/resources/-/t%2Fx?resourceType=topic&associationType=value", "/subjects/theirs/",
     NULL},
    {"of a key, in a cluster", "TOPIC", "lkc-1", true, 200, "[{\"subject\":\"theirs\"}]", SCHEMATA_OK,
     "/associations/resources/lkc-1/t%2Fx?resourceType=topic&associationType=key",
     "/subjects/theirs/", NULL},
    {"none", "TOPIC", NULL, false, 200, "[]", SCHEMATA_OK, NULL, "/subjects/t%2Fx-value/", NULL},
    {"no such route", "TOPIC", NULL, true, 404, "<html>", SCHEMATA_OK, NULL, "/subjects/t%2Fx-key/",
     NULL},
    {"none, and no fallback", "NONE", NULL, false, 200, "[]", SCHEMATA_ERR_NOT_FOUND, NULL, NULL,
     "no association"},
    {"two", "TOPIC", NULL, false, 200, "[{\"subject\":\"a\"},{\"subject\":\"b\"}]",
     SCHEMATA_ERR_CONFLICT, NULL, NULL, "2 associations"},
    {"no list", "TOPIC", NULL, false, 200, "{}", SCHEMATA_ERR_SERVER, NULL, NULL, "no list"},
    {"no subject in it", "TOPIC", NULL, false, 200, "[{}]", SCHEMATA_ERR_SERVER, NULL, NULL,
     "names no subject"},
    {"HTML", "TOPIC", NULL, false, 200, "<html>", SCHEMATA_ERR_SERVER, NULL, NULL, "no list"},
    {"refused", "TOPIC", NULL, false, 403, "{}", SCHEMATA_ERR_AUTH, NULL, NULL, NULL},
    {"broken", "TOPIC", NULL, false, 500, "{}", SCHEMATA_ERR_SERVER, NULL, NULL, NULL},
};

static schemata_conf_t *configure(const struct row *row, struct registry *registry)
{
    const char *const pairs[] = {"url",
                                 "http://registry",
                                 "max.retries",
                                 "0",
                                 "subject.name.strategy.type",
                                 "ASSOCIATED",
                                 "subject.name.strategy.fallback.type",
                                 row->fallback,
                                 "subject.name.strategy.kafka.cluster.id",
                                 row->cluster ? row->cluster : "-",
                                 NULL};
    schemata_conf_t *conf = schemata_conf_new();
    for (const char *const *at = pairs; *at; at += 2)
        assert_int_equal(schemata_conf_set(conf, at[0], at[1], NULL), SCHEMATA_OK);
    schemata_conf_set_http(conf, answer, NULL, registry);
    return conf;
}

static void asks_for_associations(void **state)
{
    const struct row *row = *state;
    struct registry registry = {.status = row->status, .body = row->body};
    schemata_conf_t *conf = configure(row, &registry);
    schemata_client_t *cl = schemata_client_new(conf, NULL);
    schemata_schema_t *schema = serde_parse(SCHEMATA_AVRO, "\"long\"");
    schemata_serializer_t *ser = schemata_serializer_new(cl, conf, schema, NULL);
    schemata_buf_t out = {NULL, 0, 0};
    schemata_error_t *err = NULL;
    schemata_msg_t m = {.size = sizeof m, .topic = "t/x", .is_key = row->is_key};
    assert_non_null(ser);
    for (int i = 0; i < 3; i++) {
        schemata_status_t st = schemata_serialize_json(ser, &m, "1", 1, &out, &err);
        if (st != row->wanted)
            fail_msg("%s: %s", schemata_status_name(st), err ? schemata_error_message(err) : "");
        if (row->says)
            assert_non_null(strstr(schemata_error_message(err), row->says));
        schemata_error_free(err);
        err = NULL;
    }
    if (row->asks)
        assert_string_equal(registry.path, row->asks);
    if (row->posts)
        assert_memory_equal(registry.posted, row->posts, strlen(row->posts));
    /* What was told is kept, a refusal or an outage is not. */
    bool is_kept = row->status == 404 || (row->status == 200 && row->body[0] == '[' &&
                                          row->wanted != SCHEMATA_ERR_CONFLICT &&
                                          row->wanted != SCHEMATA_ERR_SERVER);
    assert_int_equal(registry.asked, is_kept ? 1 : 3);
    schemata_buf_free(&out);
    schemata_serializer_free(ser);
    schemata_schema_unref(schema);
    schemata_client_unref(cl);
    schemata_conf_free(conf);
}

/* Another topic is asked for by itself; more of them than are kept are still right. */
static void asks_per_topic(void **state)
{
    (void)state;
    struct registry registry = {.status = 200, .body = "[]"};
    schemata_conf_t *conf = configure(&rows[0], &registry);
    schemata_client_t *cl = schemata_client_new(conf, NULL);
    schemata_schema_t *schema = serde_parse(SCHEMATA_AVRO, "\"long\"");
    schemata_serializer_t *ser = schemata_serializer_new(cl, conf, schema, NULL);
    schemata_buf_t out = {NULL, 0, 0};
    for (int i = 0; i < 5000; i++) {
        char topic[16];
        snprintf(topic, sizeof topic, "t%d", i);
        schemata_msg_t m = {.size = sizeof m, .topic = topic};
        assert_int_equal(schemata_serialize_json(ser, &m, "1", 1, &out, NULL), SCHEMATA_OK);
    }
    assert_int_equal(registry.asked, 5000);
    assert_string_equal(registry.posted, "/subjects/t4999-value/versions");
    schemata_buf_free(&out);
    schemata_serializer_free(ser);
    schemata_schema_unref(schema);
    schemata_client_unref(cl);
    schemata_conf_free(conf);
}

int main(void)
{
    struct CMUnitTest tests[SMA_COUNT(rows) + 1] = {cmocka_unit_test(asks_per_topic)};
    for (size_t i = 0; i < SMA_COUNT(rows); i++)
        tests[i + 1] = (struct CMUnitTest){.name = rows[i].name,
                                           .test_func = asks_for_associations,
                                           .initial_state = (void *)&rows[i]};
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
