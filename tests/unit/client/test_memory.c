/* Every allocation of a flow made to fail once: the call says so, nothing leaks (ASan watches), and the
 * next call works. */
#include "schemata/schemata.h"
#include "schemata/test.h"
#include "tests/support/test.h"

#include <unistd.h>

#define SCOPE "memory"
#define TRIES_MAX 20000

#define ORDER                                                                                      \
    "{\"type\":\"record\",\"name\":\"Order\",\"fields\":[{\"name\":\"id\",\"type\":\"long\"},"       \
    "{\"name\":\"who\",\"type\":\"Customer\"}]}"
#define CUSTOMER                                                                                   \
    "{\"type\":\"record\",\"name\":\"Customer\",\"fields\":[{\"name\":\"name\",\"type\":\"string\"}]}"
#define OTHER "{\"type\":\"record\",\"name\":\"Other\",\"fields\":[]}"

static schemata_conf_t *conf_of(schemata_error_t **err)
{
    schemata_conf_t *conf = schemata_conf_new();
    if (conf && !schemata_conf_set(conf, "schema.registry.url", "mock://" SCOPE, err) &&
        !schemata_conf_set(conf, "retries.wait.ms", "0", err) &&
        !schemata_conf_set(conf, "request.header.X-Team", "orders", err))
        return conf;
    schemata_conf_free(conf);
    return NULL;
}

static schemata_client_t *client_of(schemata_error_t **err)
{
    schemata_conf_t *conf = conf_of(err);
    schemata_client_t *cl = conf ? schemata_client_new(conf, err) : NULL;
    schemata_conf_free(conf);
    return cl;
}

static schemata_schema_t *parse(const char *text, const schemata_ref_in_t *refs, size_t n,
                                schemata_error_t **err)
{
    return schemata_parse(SCHEMATA_AVRO, text, strlen(text), "a.avsc", refs, n, NULL, err);
}

/* ---- flows: true when all went well ---------------------------------------------------------------
 */

static bool configure(schemata_error_t **err)
{
    schemata_conf_t *conf = conf_of(err), *copy = conf ? schemata_conf_copy(conf) : NULL;
    bool ok = copy && !schemata_conf_load(copy, "tests/unit/client/client.properties", true, err) &&
              !schemata_conf_load_env(copy, err);
    schemata_conf_free(conf);
    schemata_conf_free(copy);
    return ok;
}

static bool open_and_close(schemata_error_t **err)
{
    schemata_client_t *cl = client_of(err);
    schemata_client_unref(cl);
    return cl != NULL;
}

/* A schema with a reference: registered, found by id and version, looked up, checked. */
static bool whole_round(schemata_error_t **err)
{
    schemata_schema_t *customer = NULL, *made = NULL, *order = NULL, *found[4] = {NULL};
    schemata_client_t *cl = client_of(err);
    schemata_report_t *report = NULL;
    bool ok = false;
    schemata_mock_reset(SCOPE);
    if (cl)
        customer = parse(CUSTOMER, NULL, 0, err);
    if (customer)
        made = schemata_register(cl, "customer", customer, NULL, err);
    const schemata_ref_in_t ref = {"Customer", "customer", 1, made};
    if (made)
        order = parse(ORDER, &ref, 1, err);
    if (order && (found[0] = schemata_register(cl, "orders-value", order, NULL, err)) &&
        (found[1] = schemata_get_by_id(cl, schemata_schema_id(found[0]), NULL, NULL, err)) &&
        (found[2] = schemata_get_version(cl, "orders-value", -1, NULL, err)) &&
        (found[3] = schemata_lookup(cl, "orders-value", order, NULL, err)))
        ok = !schemata_test_compatibility(cl, "orders-value", -1, order, NULL, &report, err);
    schemata_report_free(report);
    for (size_t i = 0; i < SMA_COUNT(found); i++)
        schemata_schema_unref(found[i]);
    schemata_schema_unref(order);
    schemata_schema_unref(made);
    schemata_schema_unref(customer);
    schemata_client_unref(cl);
    return ok;
}

/* Offline: two schemas compared, the report rendered. */
static bool compare(schemata_error_t **err)
{
    schemata_schema_t *a = parse(CUSTOMER, NULL, 0, err);
    schemata_schema_t *b = a ? parse(OTHER, NULL, 0, err) : NULL;
    const schemata_schema_t *older[] = {a};
    schemata_report_t *report = NULL;
    char *text = NULL;
    bool ok = b && schemata_check(b, older, 1, SCHEMATA_BACKWARD, &report, err) ==
                       SCHEMATA_ERR_INCOMPATIBLE;
    if (ok) {
        schemata_error_free(*err);
        *err = NULL;
        ok = (text = schemata_report_render(report, "json")) != NULL;
    }
    schemata_free(text);
    schemata_report_free(report);
    schemata_schema_unref(a);
    schemata_schema_unref(b);
    return ok;
}

static bool disk_round(schemata_error_t **err)
{
    schemata_conf_t *conf = conf_of(err);
    schemata_client_t *cl = NULL;
    schemata_schema_t *given = NULL, *made = NULL, *found = NULL;
    char directory[] = "/tmp/schemata-memory-XXXXXX", command[64];
    assert_non_null(mkdtemp(directory));
    schemata_mock_reset(SCOPE);
    if (conf && !schemata_conf_set(conf, "cache.dir", directory, err))
        cl = schemata_client_new(conf, err);
    if (cl && (given = parse(CUSTOMER, NULL, 0, err)) &&
        (made = schemata_register(cl, "customer", given, NULL, err)))
        found = schemata_get_by_id(cl, schemata_schema_id(made), NULL, NULL, err);
    bool ok = found != NULL;
    schemata_schema_unref(found);
    schemata_schema_unref(made);
    schemata_schema_unref(given);
    schemata_client_unref(cl);
    schemata_conf_free(conf);
    snprintf(command, sizeof command, "rm -rf %s", directory);
    assert_int_equal(system(command), 0);
    return ok;
}

/* ---- produce and consume --------------------------------------------------------------------------
 */

#define PROTO                                                                                      \
    "syntax = \"proto3\"; import \"google/protobuf/timestamp.proto\";\n"                            \
    "message Order { int32 id = 1; repeated string tags = 2; google.protobuf.Timestamp at = 3; }\n"
#define SHAPE                                                                                      \
    "{\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"integer\"},"                          \
    "\"tags\":{\"type\":\"array\",\"items\":{\"type\":\"string\",\"pattern\":\"^[a-z]+$\"}}}}"
#define RECORD                                                                                     \
    "{\"type\":\"record\",\"name\":\"Order\",\"fields\":[{\"name\":\"id\",\"type\":\"int\"},"        \
    "{\"name\":\"tags\",\"type\":{\"type\":\"array\",\"items\":\"string\"}}]}"
/* A newer reader of it. */
#define READER                                                                                     \
    "{\"type\":\"record\",\"name\":\"Order\",\"fields\":[{\"name\":\"id\",\"type\":\"long\"},"       \
    "{\"name\":\"region\",\"type\":\"string\",\"default\":\"eu\"}]}"
#define MESSAGE "{\"id\":7,\"tags\":[\"a\",\"b\"]}"

struct header {
    char name[32];
    unsigned char value[64];
    size_t len;
};

static schemata_status_t put_header(void *ctx, const char *name, const void *value, size_t len)
{
    struct header *h = ctx;
    snprintf(h->name, sizeof h->name, "%s", name);
    memcpy(h->value, value, len);
    h->len = len;
    return SCHEMATA_OK;
}

static bool get_header(void *ctx, const char *name, const void **value, size_t *len)
{
    struct header *h = ctx;
    *value = h->value;
    *len = h->len;
    return h->len && !strcmp(h->name, name);
}

/* A message out and in again, by clients of its own; `reader` may be NULL. */
static bool there_and_back(schemata_type_t type, const char *text, const char *reader_text,
                           const char *const *pairs, const char *want, schemata_error_t **err)
{
    struct header header = {.len = 0};
    const schemata_msg_t m = {.size = sizeof m,
                              .topic = "orders",
                              .put_header = put_header,
                              .get_header = get_header,
                              .header_ctx = &header};
    schemata_conf_t *conf = conf_of(err);
    schemata_client_t *cl = NULL;
    schemata_schema_t *schema = NULL, *reader = NULL;
    schemata_serializer_t *ser = NULL;
    schemata_deserializer_t *de = NULL;
    schemata_buf_t out = {0}, json = {0};
    bool ok = conf != NULL;
    schemata_mock_reset(SCOPE);
    for (; ok && pairs && *pairs; pairs += 2)
        ok = !schemata_conf_set(conf, pairs[0], pairs[1], err);
    ok = ok && (cl = schemata_client_new(conf, err)) &&
         (schema = schemata_parse(type, text, strlen(text), NULL, NULL, 0, NULL, err)) &&
         (!reader_text || (reader = schemata_parse(type, reader_text, strlen(reader_text), NULL, NULL,
                                                   0, NULL, err))) &&
         (ser = schemata_serializer_new(cl, conf, schema, err)) &&
         (de = schemata_deserializer_new(cl, conf, reader, err)) &&
         !schemata_serialize_json(ser, &m, MESSAGE, strlen(MESSAGE), &out, err) &&
         !schemata_deserialize_json(de, &m, out.data, out.len, &json, NULL, err);
    if (ok && (json.len != strlen(want) || memcmp(json.data, want, json.len) != 0))
        fail_msg("%.*s", (int)json.len, (const char *)json.data);
    schemata_buf_free(&out);
    schemata_buf_free(&json);
    schemata_deserializer_free(de);
    schemata_serializer_free(ser);
    schemata_schema_unref(reader);
    schemata_schema_unref(schema);
    schemata_client_unref(cl);
    schemata_conf_free(conf);
    return ok;
}

static bool avro_message(schemata_error_t **err)
{
    return there_and_back(SCHEMATA_AVRO, RECORD, NULL, NULL, MESSAGE, err);
}

static bool avro_reader(schemata_error_t **err)
{
    return there_and_back(SCHEMATA_AVRO, RECORD, READER, NULL, "{\"id\":7,\"region\":\"eu\"}", err);
}

static bool protobuf_message(schemata_error_t **err)
{
    return there_and_back(SCHEMATA_PROTOBUF, PROTO, NULL, NULL, MESSAGE, err);
}

static bool json_message(schemata_error_t **err)
{
    return there_and_back(SCHEMATA_JSON, SHAPE, NULL, NULL, MESSAGE, err);
}

static bool id_in_a_header(schemata_error_t **err)
{
    static const char *const pairs[] = {"schema.id.serializer", "header", "subject.name.strategy",
                                        "TOPIC_RECORD", NULL};
    return there_and_back(SCHEMATA_AVRO, RECORD, NULL, pairs, MESSAGE, err);
}

static const struct row {
    const char *name;
    bool (*flow)(schemata_error_t **err);
} rows[] = {
    {"configuration", configure},
    {"client opened and closed", open_and_close},
    {"register, find, look up, check", whole_round},
    {"offline check", compare},
    {"disk cache", disk_round},
    {"an Avro message", avro_message},
    {"an Avro message for a newer reader", avro_reader},
    {"a Protobuf message", protobuf_message},
    {"a JSON message", json_message},
    {"a message with its id in a header", id_in_a_header},
};

/* A failed allocation may be made up for (a cache that does not keep, a detail of a message that is
 * missing), but when the flow fails it says out of memory. */
static void check(void **state)
{
    const struct row *row = *state;
    for (long n = 0;; n++) {
        schemata_error_t *err = NULL;
        sma_test_fail_alloc(n);
        bool ok = row->flow(&err);
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
            print_message("%s: %ld allocations\n", row->name, n);
            return;
        }
        if (n == TRIES_MAX)
            fail_msg("%s: never done", row->name);
    }
}

int main(void)
{
    struct CMUnitTest tests[SMA_COUNT(rows)];
    memset(tests, 0, sizeof tests);
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        tests[i].name = rows[i].name;
        tests[i].test_func = check;
        tests[i].initial_state = (void *)&rows[i];
    }
    return _cmocka_run_group_tests("memory", tests, SMA_COUNT(rows), NULL, NULL) != 0;
}
