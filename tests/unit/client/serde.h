/* What the tests of serializers and deserializers share: a client on a mock registry, schemas, and
 * messages with headers. */
#ifndef SMA_TESTS_UNIT_CLIENT_SERDE_H
#define SMA_TESTS_UNIT_CLIENT_SERDE_H

#include "schemata/schemata.h"
#include "schemata/test.h"
#include "tests/support/test.h"

static const char serde_avro[] =
    "{\"type\":\"record\",\"name\":\"Order\",\"namespace\":\"shop\",\"fields\":["
    "{\"name\":\"id\",\"type\":\"long\"},{\"name\":\"region\",\"type\":\"string\"},"
    "{\"name\":\"note\",\"type\":[\"null\",\"string\"],\"default\":null},"
    "{\"name\":\"tags\",\"type\":{\"type\":\"array\",\"items\":\"string\"},\"default\":[]},"
    "{\"name\":\"sign\",\"type\":{\"type\":\"enum\",\"name\":\"Sign\",\"symbols\":[\"A\",\"B\"]},"
    "\"default\":\"A\"},{\"name\":\"raw\",\"type\":\"bytes\",\"default\":\"\"}]}";
static const char serde_json[] =
    "{\"title\":\"Order\",\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"integer\"},"
    "\"region\":{\"type\":\"string\",\"maxLength\":5}},\"required\":[\"id\"]}";
static const char serde_proto[] = "syntax = \"proto3\"; package shop;\n"
                                  "message Receipt { string id = 1; }\n"
                                  "message Shop { message Order { int64 id = 1; string region = 2;\n"
                                  "  repeated Order parts = 3; } }\n";

/* A configuration on mock://scope; pairs of key and value, then NULL. */
static inline schemata_conf_t *serde_conf(const char *scope, const char *const *pairs)
{
    schemata_conf_t *conf = schemata_conf_new();
    char url[64];
    snprintf(url, sizeof url, "mock://%s", scope);
    assert_int_equal(schemata_conf_set(conf, "url", url, NULL), SCHEMATA_OK);
    for (; pairs && pairs[0]; pairs += 2) {
        schemata_error_t *err = NULL;
        if (schemata_conf_set(conf, pairs[0], pairs[1], &err))
            fail_msg("%s", schemata_error_message(err));
    }
    return conf;
}

static inline schemata_schema_t *serde_parse(schemata_type_t type, const char *text)
{
    schemata_error_t *err = NULL;
    schemata_schema_t *s =
        schemata_parse(type, text, strlen(text), NULL, NULL, 0, NULL, &err);
    if (!s)
        fail_msg("%s", schemata_error_message(err));
    return s;
}

/* One header, as the callbacks of schemata_msg_t see it. */
struct serde_header {
    char name[32];
    uint8_t value[128];
    size_t len;
    bool is_set;
};

static inline schemata_status_t serde_put(void *ctx, const char *name, const void *value,
                                          size_t len)
{
    struct serde_header *h = ctx;
    if (len > sizeof h->value)
        return SCHEMATA_ERR_BUFFER;
    snprintf(h->name, sizeof h->name, "%s", name);
    memcpy(h->value, value, len);
    h->len = len;
    h->is_set = true;
    return SCHEMATA_OK;
}

static inline bool serde_get(void *ctx, const char *name, const void **value, size_t *len)
{
    struct serde_header *h = ctx;
    if (!h->is_set || strcmp(h->name, name) != 0)
        return false;
    *value = h->value;
    *len = h->len;
    return true;
}

/* A client, a serializer and a deserializer over one configuration. */
struct serde {
    schemata_conf_t *conf;
    schemata_client_t *client;
    schemata_schema_t *schema;
    schemata_serializer_t *ser;
    schemata_deserializer_t *de;
    struct serde_header header;
    schemata_msg_t msg;
    schemata_buf_t out, json;
};

static inline void serde_open(struct serde *s, const char *scope, schemata_type_t type,
                              const char *text, const char *const *pairs)
{
    schemata_error_t *err = NULL;
    *s = (struct serde){.conf = serde_conf(scope, pairs)};
    s->client = schemata_client_new(s->conf, &err);
    if (!s->client)
        fail_msg("%s", schemata_error_message(err));
    s->schema = text ? serde_parse(type, text) : NULL;
    s->ser = schemata_serializer_new(s->client, s->conf, s->schema, &err);
    if (!s->ser)
        fail_msg("%s", schemata_error_message(err));
    s->de = schemata_deserializer_new(s->client, s->conf, NULL, &err);
    if (!s->de)
        fail_msg("%s", schemata_error_message(err));
    s->msg = (schemata_msg_t){.size = sizeof s->msg,
                              .topic = "orders",
                              .put_header = serde_put,
                              .get_header = serde_get,
                              .header_ctx = &s->header};
}

static inline void serde_close(struct serde *s)
{
    schemata_buf_free(&s->out);
    schemata_buf_free(&s->json);
    schemata_deserializer_free(s->de);
    schemata_serializer_free(s->ser);
    schemata_schema_unref(s->schema);
    schemata_client_unref(s->client);
    schemata_conf_free(s->conf);
}

static inline void serde_write(struct serde *s, const char *json)
{
    schemata_error_t *err = NULL;
    if (schemata_serialize_json(s->ser, &s->msg, json, strlen(json), &s->out, &err))
        fail_msg("%s: %s", json, schemata_error_message(err));
}

static inline void serde_read(struct serde *s, const char *want)
{
    schemata_error_t *err = NULL;
    if (schemata_deserialize_json(s->de, &s->msg, s->out.data, s->out.len, &s->json, NULL, &err))
        fail_msg("%s", schemata_error_message(err));
    sma_test_same_text("message", sma_str_make((char *)s->json.data, s->json.len),
                       sma_str_z(want));
}

/* The status, with a message and, when it is about messages, a hint; the error is freed. */
static inline void serde_refused(schemata_status_t got, schemata_status_t want,
                                 schemata_error_t **made, const char *says)
{
    schemata_error_t *err = *made;
    *made = NULL;
    if (got != want)
        fail_msg("%s, not %s: %s", schemata_status_name(got), schemata_status_name(want),
                 err ? schemata_error_message(err) : "");
    assert_non_null(err);
    assert_int_equal(schemata_error_status(err), want);
    if (says && !strstr(schemata_error_message(err), says))
        fail_msg("\"%s\" does not say \"%s\"", schemata_error_message(err), says);
    if (!schemata_error_hint(err))
        fail_msg("\"%s\" has no hint", schemata_error_message(err));
    schemata_error_free(err);
}

#endif
