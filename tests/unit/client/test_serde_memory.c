/* Every allocation of serializing and deserializing made to fail once: the call says so, nothing leaks
 * (ASan watches), and the next call works. In steady state there are none to fail. */
#include "tests/unit/client/serde.h"

#define SCOPE "serde-memory"
#define TRIES_MAX 20000

static const char proto_inner[] = "syntax = \"proto3\"; package p; message In { string s = 1; }";
static const char proto_outer[] = "syntax = \"proto3\"; package p; import \"in.proto\";\n"
                                  "message Out { In in = 1; repeated int32 n = 2; }";

static const struct row {
    const char *name;
    schemata_type_t type;
    const char *schema, *reader, *value;
    const char *settings[8];
} rows[] = {
    {"Avro", SCHEMATA_AVRO, serde_avro, NULL, "{\"id\":1,\"region\":\"eu\",\"tags\":[\"a\"]}", {NULL}},
    {"Avro with a reader", SCHEMATA_AVRO, serde_avro,
     "{\"type\":\"record\",\"name\":\"Order\",\"namespace\":\"shop\",\"fields\":["
     "{\"name\":\"id\",\"type\":\"double\"},{\"name\":\"z\",\"type\":\"int\",\"default\":1}]}",
     "{\"id\":1,\"region\":\"eu\"}", {NULL}},
    {"JSON", SCHEMATA_JSON, serde_json, NULL, "{\"id\":1}", {"schema.id.serializer", "header", NULL}},
    {"Protobuf with a reference", SCHEMATA_PROTOBUF, proto_outer, NULL,
     "{\"in\":{\"s\":\"x\"},\"n\":[1,2]}", {NULL}},
    {"association, record", SCHEMATA_AVRO, serde_avro, NULL, "{\"id\":1,\"region\":\"eu\"}",
     {"subject.name.strategy.type", "ASSOCIATED", "subject.name.strategy.fallback.type", "RECORD",
      NULL}},
    {"latest", SCHEMATA_AVRO, serde_avro, NULL, "{\"id\":1,\"region\":\"eu\"}",
     {"use.latest.version", "true", NULL}},
};

struct things {
    schemata_conf_t *conf;
    schemata_client_t *client;
    schemata_schema_t *inner, *schema, *reader;
    schemata_serializer_t *ser;
    schemata_deserializer_t *de;
    schemata_buf_t out, json;
};

static bool configure(struct things *t, const struct row *row, schemata_error_t **err)
{
    t->conf = schemata_conf_new();
    bool ok = t->conf && !schemata_conf_set(t->conf, "url", "mock://" SCOPE, err) &&
              !schemata_conf_set(t->conf, "retries.wait.ms", "0", err);
    for (const char *const *at = row->settings; ok && at[0]; at += 2)
        ok = !schemata_conf_set(t->conf, at[0], at[1], err);
    return ok && (t->client = schemata_client_new(t->conf, err));
}

static bool parse(struct things *t, const struct row *row, schemata_error_t **err)
{
    schemata_ref_in_t ref = {"in.proto", NULL, 0, NULL};
    bool has_reference = row->schema == proto_outer;
    if (has_reference) {
        t->inner = schemata_parse(SCHEMATA_PROTOBUF, proto_inner, strlen(proto_inner), NULL, NULL, 0,
                                  NULL, err);
        ref.schema = t->inner;
        if (!t->inner)
            return false;
    }
    t->schema = schemata_parse(row->type, row->schema, strlen(row->schema), NULL, &ref,
                               has_reference, NULL, err);
    if (t->schema && row->reader)
        t->reader = schemata_parse(row->type, row->reader, strlen(row->reader), NULL, NULL, 0, NULL,
                                   err);
    return t->schema && (t->reader || !row->reader);
}

static bool messages(struct things *t, const struct row *row, schemata_error_t **err)
{
    struct serde_header header = {.is_set = false};
    schemata_decoded_t info = {.size = sizeof info};
    schemata_msg_t m = {.size = sizeof m,
                        .topic = "orders",
                        .put_header = serde_put,
                        .get_header = serde_get,
                        .header_ctx = &header};
    t->ser = schemata_serializer_new(t->client, t->conf, t->schema, err);
    t->de = t->ser ? schemata_deserializer_new(t->client, t->conf, t->reader, err) : NULL;
    if (!t->de || schemata_serialize_json(t->ser, &m, row->value, strlen(row->value), &t->out, err) ||
        schemata_deserialize_json(t->de, &m, t->out.data, t->out.len, &t->json, &info, err))
        return false;
    schemata_decoded_release(&info);
    return true;
}

static bool flow(const struct row *row, schemata_error_t **err)
{
    struct things t = {NULL};
    schemata_mock_reset(SCOPE);
    bool ok = configure(&t, row, err) && parse(&t, row, err) && messages(&t, row, err);
    schemata_buf_free(&t.out);
    schemata_buf_free(&t.json);
    schemata_deserializer_free(t.de);
    schemata_serializer_free(t.ser);
    schemata_schema_unref(t.reader);
    schemata_schema_unref(t.schema);
    schemata_schema_unref(t.inner);
    schemata_client_unref(t.client);
    schemata_conf_free(t.conf);
    return ok;
}

/* A failed allocation may be made up for, but when the flow fails it says out of memory. */
static void each_fails_once(void **state)
{
    const struct row *row = *state;
    for (long n = 0;; n++) {
        schemata_error_t *err = NULL;
        sma_test_fail_alloc(n);
        bool ok = flow(row, &err);
        bool has_failed = sma_test_alloc_failed();
        schemata_status_t st = schemata_error_status(err);
        if (!ok && st != SCHEMATA_ERR_NOMEM && err)
            fail_msg("%s: allocation %ld: %s", row->name, n, schemata_error_message(err));
        if (ok && err)
            fail_msg("%s: allocation %ld: success with an error object", row->name, n);
        schemata_error_free(err);
        if (!has_failed) {
            if (!ok)
                fail_msg("%s: failed with enough memory", row->name);
            return;
        }
        if (n == TRIES_MAX)
            fail_msg("%s: never done", row->name);
    }
}

/* After the first few messages none of our code allocates: the next allocation would fail, and does not
 * come. Protobuf builds a tree per message and is left out. */
static void steady_state_allocates_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct serde s;
        schemata_mock_reset(SCOPE);
        serde_open(&s, SCOPE, rows[i].type, rows[i].schema, rows[i].settings);
        for (int k = 0; k < 3; k++) {
            serde_write(&s, rows[i].value);
            assert_int_equal(schemata_deserialize_json(s.de, &s.msg, s.out.data, s.out.len, &s.json,
                                                       NULL, NULL),
                             SCHEMATA_OK);
        }
        sma_test_fail_alloc(0);
        for (int k = 0; k < 100; k++) {
            assert_int_equal(schemata_serialize_json(s.ser, &s.msg, rows[i].value,
                                                     strlen(rows[i].value), &s.out, NULL),
                             SCHEMATA_OK);
            assert_int_equal(schemata_deserialize_json(s.de, &s.msg, s.out.data, s.out.len, &s.json,
                                                       NULL, NULL),
                             SCHEMATA_OK);
        }
        assert_false(sma_test_alloc_failed());
        serde_close(&s);
    }
}

int main(void)
{
    struct CMUnitTest tests[SMA_COUNT(rows) + 1] = {
        cmocka_unit_test(steady_state_allocates_nothing)};
    for (size_t i = 0; i < SMA_COUNT(rows); i++)
        tests[i + 1] = (struct CMUnitTest){.name = rows[i].name,
                                           .test_func = each_fails_once,
                                           .initial_state = (void *)&rows[i]};
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
