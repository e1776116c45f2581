/* Serializers and deserializers of the installed library against a real registry:
 *
 *     serde URL        prints "fine"
 *
 * Three formats, both places of the id, subjects by record, an older writer, a reader by latest
 * version, a registry that has to be asked once. */
#include <schemata/schemata.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void stop(const char *what, schemata_error_t *err)
{
    fprintf(stderr, "%s: %s (%s)\n", what, err ? schemata_error_message(err) : "not as wanted",
            err && schemata_error_hint(err) ? schemata_error_hint(err) : "no hint");
    exit(1);
}

struct header {
    char name[32];
    unsigned char value[64];
    size_t len;
};

static schemata_status_t put(void *ctx, const char *name, const void *value, size_t len)
{
    struct header *h = ctx;
    if (len > sizeof h->value)
        return SCHEMATA_ERR_BUFFER;
    snprintf(h->name, sizeof h->name, "%s", name);
    memcpy(h->value, value, len);
    h->len = len;
    return SCHEMATA_OK;
}

static bool get(void *ctx, const char *name, const void **value, size_t *len)
{
    struct header *h = ctx;
    *value = h->value;
    *len = h->len;
    return h->len && !strcmp(h->name, name);
}

static const struct row {
    const char *topic, *message;
    schemata_type_t type;
    const char *schema, *value;
} rows[] = {
    {"avro", NULL, SCHEMATA_AVRO,
     "{\"type\":\"record\",\"name\":\"A\",\"fields\":[{\"name\":\"id\",\"type\":\"long\"}]}", "{\"id\":7}"},
    {"json", NULL, SCHEMATA_JSON,
     "{\"title\":\"J\",\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"integer\"}}}",
     "{\"id\": 7}"},
    {"proto", "p.P.Inner", SCHEMATA_PROTOBUF,
     "syntax = \"proto3\"; package p; message O { } message P { message Inner { int32 id = 1; } }",
     "{\"id\":7}"},
};

static schemata_conf_t *configure(const char *url, const char *const *pairs)
{
    schemata_error_t *err = NULL;
    schemata_conf_t *conf = schemata_conf_new();
    if (schemata_conf_set(conf, "url", url, &err))
        stop("url", err);
    for (; pairs[0]; pairs += 2)
        if (schemata_conf_set(conf, pairs[0], pairs[1], &err))
            stop(pairs[0], err);
    return conf;
}

static void round_trip(const char *url, const struct row *row, const char *place,
                       const char *strategy)
{
    const char *const pairs[] = {"schema.id.serializer", place, "subject.name.strategy.type", strategy,
                                 NULL};
    struct header header = {.len = 0};
    schemata_error_t *err = NULL;
    schemata_conf_t *conf = configure(url, pairs);
    schemata_client_t *cl = schemata_client_new(conf, &err);
    schemata_schema_t *schema =
        schemata_parse(row->type, row->schema, strlen(row->schema), NULL, NULL, 0, NULL, &err);
    schemata_serializer_t *ser = schemata_serializer_new(cl, conf, schema, &err);
    schemata_deserializer_t *de = schemata_deserializer_new(cl, conf, NULL, &err);
    schemata_buf_t out = {NULL, 0, 0}, text = {NULL, 0, 0};
    schemata_decoded_t info = {.size = sizeof info};
    schemata_stats_t before = {.size = sizeof before}, after = before;
    schemata_msg_t m = {.size = sizeof m,
                        .topic = row->topic,
                        .put_header = put,
                        .get_header = get,
                        .header_ctx = &header,
                        .message = row->message};
    if (!cl || !schema || !ser || !de)
        stop("setting up", err);
    for (int i = 0; i < 50; i++) {
        if (schemata_serialize_json(ser, &m, row->value, strlen(row->value), &out, &err))
            stop("serialize", err);
        if (schemata_deserialize_json(de, &m, out.data, out.len, &text, &info, &err))
            stop("deserialize", err);
        if (text.len != strlen(row->value) || memcmp(text.data, row->value, text.len))
            stop("value", NULL);
        schemata_decoded_release(&info);
        if (!i)
            schemata_stats_get(cl, &before);
    }
    schemata_stats_get(cl, &after);
    if (after.requests != before.requests || !before.requests)
        stop("requests after the first message", NULL);
    schemata_buf_free(&out);
    schemata_buf_free(&text);
    schemata_deserializer_free(de);
    schemata_serializer_free(ser);
    schemata_schema_unref(schema);
    schemata_client_unref(cl);
    schemata_conf_free(conf);
}

/* Data of version 1, read as the latest version, which the registry has got since. */
static void evolves(const char *url)
{
    static const char second[] =
        "{\"type\":\"record\",\"name\":\"A\",\"fields\":[{\"name\":\"id\",\"type\":\"long\"},"
        "{\"name\":\"currency\",\"type\":\"string\",\"default\":\"EUR\"}]}";
    const char *const pairs[] = {"use.latest.version", "true", "auto.register.schemas", "false", NULL};
    schemata_error_t *err = NULL;
    schemata_conf_t *conf = configure(url, pairs);
    schemata_client_t *cl = schemata_client_new(conf, &err);
    schemata_schema_t *old =
        schemata_parse(SCHEMATA_AVRO, rows[0].schema, strlen(rows[0].schema), NULL, NULL, 0, NULL, &err);
    schemata_schema_t *first = schemata_lookup(cl, "avro-value", old, NULL, &err);
    schemata_schema_t *wider =
        schemata_parse(SCHEMATA_AVRO, second, sizeof second - 1, NULL, NULL, 0, NULL, &err);
    schemata_schema_t *made = schemata_register(cl, "avro-value", wider, NULL, &err);
    schemata_deserializer_t *de = schemata_deserializer_new(cl, conf, NULL, &err);
    schemata_buf_t text = {NULL, 0, 0};
    schemata_msg_t m = {.size = sizeof m, .topic = "avro"};
    unsigned char message[6];
    if (!first || !made || !de)
        stop("evolving", err);
    schemata_wire_write_id(message, sizeof message, schemata_schema_id(first), NULL, 0);
    message[5] = 14;
    if (schemata_deserialize_json(de, &m, message, sizeof message, &text, NULL, &err))
        stop("an older writer", err);
    if (text.len != 25 || memcmp(text.data, "{\"id\":7,\"currency\":\"EUR\"}", 25))
        stop("the default", NULL);
    schemata_buf_free(&text);
    schemata_deserializer_free(de);
    schemata_schema_unref(made);
    schemata_schema_unref(wider);
    schemata_schema_unref(first);
    schemata_schema_unref(old);
    schemata_client_unref(cl);
    schemata_conf_free(conf);
}

int main(int argc, char **argv)
{
    static const char *const places[] = {"prefix", "header"};
    static const char *const strategies[] = {"TOPIC", "RECORD", "TOPIC_RECORD", "ASSOCIATED"};
    if (argc != 2)
        return 2;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t k = 0; k < 8; k++)
            round_trip(argv[1], &rows[i], places[k & 1], strategies[k >> 1]);
    evolves(argv[1]);
    puts("fine");
    return 0;
}
