/* libschemata as a worker of the client matrix.
 *
 * Reads one JSON request per line on standard input, answers one JSON line each; the protocol and the
 * meaning of every field are in ../README.md. It is a program like any user's: the installed library,
 * librdkafka through schemata/rdkafka.h, jansson for the protocol.
 *
 *     worker.c    requests, schemas, serializers
 *     frames.c    Kafka, or a file of frames */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <schemata/test.h>

#include "frames.h"

#define REFERENCES_MAX 16

/* ---- answers ------------------------------------------------------------------------------------ */

/* The first failure of a request, as the answer tells it. */
static json_t *failure;

static int fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static int fail(const char *fmt, ...)
{
    char text[2048];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (!failure)
        failure = json_pack("{s:s}", "message", text);
    return -1;
}

int worker_fail(const char *what)
{
    return fail("%s", what);
}

/* Takes the error over. */
static int fail_of(schemata_error_t *err)
{
    fail("%s", schemata_error_message(err));
    if (schemata_error_http_status(err))
        json_object_set_new(failure, "status", json_integer(schemata_error_http_status(err)));
    if (schemata_error_code(err))
        json_object_set_new(failure, "code", json_integer(schemata_error_code(err)));
    schemata_error_free(err);
    return -1;
}

static json_t *hello(void)
{
    char package[64];
    snprintf(package, sizeof package, "libschemata %s", schemata_version_str());
    return json_pack("{s:s,s:s,s:{s:{s:s,s:s,s:s},s:{s:s,s:s,s:s},s:{s:s,s:s,s:s}},"
                     "s:[],s:[s,s,s],s:[s,s],s:[s],s:[s,s]}",
                     "client", "c", "package", package, "formats",
                     "avro", "register", "auto", "new", "reader", "old", "reader",
                     "json", "register", "auto", "new", "writer", "old", "writer",
                     "protobuf", "register", "auto", "new", "reader", "old", "reader",
                     "inferred", "header", "avro", "json", "protobuf",
                     "references", "avro", "json", "pinned", "avro", "encrypted", "avro", "json");
}

/* ---- schemas ------------------------------------------------------------------------------------ */

static schemata_type_t type_of(const char *format)
{
    return !strcmp(format, "avro")       ? SCHEMATA_AVRO
           : !strcmp(format, "protobuf") ? SCHEMATA_PROTOBUF
                                         : SCHEMATA_JSON;
}

static char *read_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    char *text = malloc(1 << 20);
    *len = file && text ? fread(text, 1, (1 << 20) - 1, file) : 0;
    if (file)
        fclose(file);
    if (!*len) {
        fail("cannot read %s", path);
        free(text);
        return NULL;
    }
    text[*len] = '\0';
    return text;
}

static schemata_schema_t *parse_file(schemata_type_t type, const char *path,
                                     const schemata_ref_in_t *refs, size_t n_refs)
{
    size_t len;
    schemata_error_t *err = NULL;
    char *text = read_file(path, &len);
    schemata_schema_t *schema =
        text ? schemata_parse(type, text, len, path, refs, n_refs, NULL, &err) : NULL;
    if (text && !schema)
        fail_of(err);
    free(text);
    return schema;
}

/* The .proto of an order imports the buyer's, which the serializer registers by itself. */
static schemata_schema_t *parse_proto(const char *variant)
{
    char path[512];
    snprintf(path, sizeof path, "%s/protobuf/%s/shop/buyer.proto", getenv("SCHEMAS"), variant);
    schemata_schema_t *buyer = parse_file(SCHEMATA_PROTOBUF, path, NULL, 0);
    const schemata_ref_in_t refs[] = {{"shop/buyer.proto", NULL, 0, buyer}};
    if (!buyer)
        return NULL;
    snprintf(path, sizeof path, "%s/protobuf/%s/shop/order.proto", getenv("SCHEMAS"), variant);
    schemata_schema_t *order = parse_file(SCHEMATA_PROTOBUF, path, refs, 1);
    schemata_schema_unref(buyer);
    return order;
}

/* References that the request names, fetched; returns their number, -1 for a failure. */
static int fetch_references(schemata_client_t *cl, const json_t *list, schemata_ref_in_t *refs)
{
    int n = 0;
    schemata_error_t *err = NULL;
    for (size_t i = 0; i < json_array_size(list) && i < REFERENCES_MAX; i++, n++) {
        const json_t *one = json_array_get(list, i);
        refs[i].name = json_string_value(json_object_get(one, "name"));
        refs[i].subject = json_string_value(json_object_get(one, "subject"));
        refs[i].version = (int32_t)json_integer_value(json_object_get(one, "version"));
        refs[i].schema = schemata_get_version(cl, refs[i].subject, refs[i].version, NULL, &err);
        if (!refs[i].schema)
            return fail_of(err);
    }
    return n;
}

static schemata_schema_t *parse_variant(schemata_client_t *cl, const char *format,
                                        const char *variant, const json_t *references)
{
    char path[512];
    schemata_ref_in_t refs[REFERENCES_MAX] = {{0}};
    if (!strcmp(format, "protobuf"))
        return parse_proto(variant);
    snprintf(path, sizeof path, "%s/%s/%s.%s", getenv("SCHEMAS"), format, variant,
             !strcmp(format, "avro") ? "avsc" : "json");
    int n = fetch_references(cl, references, refs);
    schemata_schema_t *schema = n < 0 ? NULL : parse_file(type_of(format), path, refs, (size_t)n);
    for (int i = 0; i < n; i++)
        schemata_schema_unref((schemata_schema_t *)refs[i].schema);
    return schema;
}

/* ---- configuration ------------------------------------------------------------------------------ */

static int set(schemata_conf_t *conf, const char *key, const char *value)
{
    schemata_error_t *err = NULL;
    return schemata_conf_set(conf, key, value, &err) ? fail_of(err) : 0;
}

/* {"release": "1"} as the property has it: release=1. */
static void pairs_of(const json_t *pinned, char *out, size_t size)
{
    const char *key;
    json_t *value;
    size_t len = 0;
    out[0] = '\0';
    json_object_foreach((json_t *)pinned, key, value) {
        if (len < size)
            len += (size_t)snprintf(out + len, size - len, "%s%s=%s", len ? "," : "", key,
                                    json_string_value(value));
    }
}

/* Field encryption: the rules are the registered schema's, their settings come with the request. Deks that
 * expire are tried with a clock that is ahead. */
static int set_encryption(schemata_conf_t *conf, const json_t *encrypted)
{
    const char *key;
    json_t *value;
    char name[128];
    int bad = set(conf, "use.latest.version", "true");
    json_object_foreach(json_object_get(encrypted, "conf"), key, value) {
        snprintf(name, sizeof name, "rule.executors._default_.param.%s", key);
        bad = bad || set(conf, name, json_string_value(value));
    }
    schemata_test_shift_clock(json_integer_value(json_object_get(encrypted, "days")) * 86400000);
    return bad;
}

static schemata_conf_t *configure(const json_t *req)
{
    schemata_conf_t *conf = schemata_conf_new();
    const json_t *pinned = json_object_get(req, "pinned");
    const json_t *encrypted = json_object_get(req, "encrypted");
    bool registers = !pinned && !encrypted && !json_is_true(json_object_get(req, "lookup"));
    bool is_proto = !strcmp(json_string_value(json_object_get(req, "format")), "protobuf");
    char pairs[256];
    int bad = set(conf, "schema.registry.url", getenv("REGISTRY_URL")) ||
              set(conf, "auto.register.schemas", registers ? "true" : "false") ||
              set(conf, "protobuf.json.defaults", "true");
    if (is_proto) /* see ../README.md, "Where a client cannot follow" */
        bad = bad || set(conf, "normalize.schemas", "true");
    if (json_is_true(json_object_get(req, "header")))
        bad = bad || set(conf, "schema.id.serializer", "header");
    if (encrypted)
        bad = bad || set_encryption(conf, encrypted);
    if (pinned) {
        pairs_of(pinned, pairs, sizeof pairs);
        bad = bad || set(conf, "use.latest.with.metadata", pairs);
    }
    if (!bad)
        return conf;
    schemata_conf_free(conf);
    return NULL;
}

/* ---- producing ---------------------------------------------------------------------------------- */

static const char *message_of(const char *format)
{
    return !strcmp(format, "protobuf") ? "shop.Shop.Order" : NULL;
}

static int serialize_all(schemata_serializer_t *ser, const json_t *req, struct frames *frames)
{
    const char *format = json_string_value(json_object_get(req, "format"));
    const json_t *records = json_object_get(req, "records");
    schemata_error_t *err = NULL;
    for (size_t i = 0; i < json_array_size(records); i++) {
        struct frame *frame = frames_add(frames);
        char *text = json_dumps(json_array_get(records, i), JSON_COMPACT | JSON_REAL_PRECISION(17));
        schemata_msg_t m = {.size = sizeof m,
                            .topic = json_string_value(json_object_get(req, "topic")),
                            .put_header = schemata_rdk_put_header_,
                            .header_ctx = frame->headers,
                            .message = message_of(format)};
        schemata_status_t st =
            schemata_serialize_json(ser, &m, text, strlen(text), &frame->value, &err);
        free(text);
        if (st)
            return fail_of(err);
    }
    return 0;
}

static int produce_with(schemata_client_t *cl, const schemata_conf_t *conf, const json_t *req,
                        struct frames *frames)
{
    const char *format = json_string_value(json_object_get(req, "format"));
    const char *variant = json_string_value(json_object_get(req, "schema"));
    schemata_error_t *err = NULL;
    schemata_schema_t *schema = NULL;
    int bad = 0;
    if (!json_object_get(req, "pinned") && !json_object_get(req, "encrypted")) {
        schema = parse_variant(cl, format, variant, json_object_get(req, "references"));
        bad = schema ? 0 : -1;
    }
    schemata_serializer_t *ser = bad ? NULL : schemata_serializer_new(cl, conf, schema, &err);
    if (!bad && !ser)
        bad = fail_of(err);
    if (!bad)
        bad = serialize_all(ser, req, frames);
    if (!bad)
        bad = frames_send(frames, json_string_value(json_object_get(req, "topic")));
    schemata_serializer_free(ser);
    schemata_schema_unref(schema);
    return bad;
}

static json_t *produced(const struct frames *frames)
{
    json_t *all = json_array();
    for (size_t i = 0; i < frames->count; i++) {
        char *text = frames_base64(frames->items[i].value.data, frames->items[i].value.len);
        json_array_append_new(all, json_string(text));
        free(text);
    }
    return json_pack("{s:O,s:o}", "first", json_array_get(all, 0), "frames", all);
}

static json_t *produce(const json_t *req)
{
    struct frames frames = {0};
    schemata_error_t *err = NULL;
    json_t *answer = NULL;
    schemata_conf_t *conf = configure(req);
    schemata_client_t *cl = conf ? schemata_client_new(conf, &err) : NULL;
    if (conf && !cl)
        fail_of(err);
    if (cl && !produce_with(cl, conf, req, &frames))
        answer = produced(&frames);
    frames_free(&frames);
    schemata_client_unref(cl);
    schemata_conf_free(conf);
    return answer;
}

/* ---- consuming ---------------------------------------------------------------------------------- */

static json_t *deserialize_all(schemata_deserializer_t *de, const char *topic,
                               const struct frames *frames)
{
    json_t *rows = json_array();
    schemata_buf_t text = {NULL, 0, 0};
    schemata_error_t *err = NULL;
    for (size_t i = 0; rows && i < frames->count; i++) {
        const struct frame *frame = &frames->items[i];
        schemata_msg_t m = {.size = sizeof m,
                            .topic = topic,
                            .get_header = schemata_rdk_get_header_,
                            .header_ctx = frame->headers};
        json_error_t why;
        json_t *row = NULL;
        if (schemata_deserialize_json(de, &m, frame->value.data, frame->value.len, &text, NULL,
                                      &err))
            fail_of(err);
        else if (!(row = json_loadb((char *)text.data, text.len, JSON_ALLOW_NUL | JSON_DECODE_ANY,
                                    &why)))
            fail("%s: %.*s", why.text, (int)text.len, (char *)text.data);
        if (!row || json_array_append_new(rows, row)) {
            json_decref(rows);
            rows = NULL;
        }
    }
    schemata_buf_free(&text);
    return rows;
}

/* JSON Schema is validated against the writer's schema, as the other clients of the matrix do. */
static json_t *consume_as(schemata_client_t *cl, const schemata_conf_t *conf, const json_t *req,
                          const char *variant, const struct frames *frames)
{
    const char *format = json_string_value(json_object_get(req, "format"));
    schemata_error_t *err = NULL;
    schemata_schema_t *reader = NULL;
    json_t *rows = NULL;
    if (variant && strcmp(format, "json") != 0 && !json_object_get(req, "pinned")) {
        reader = parse_variant(cl, format, variant, NULL);
        if (!reader)
            return NULL;
    }
    schemata_deserializer_t *de = schemata_deserializer_new(cl, conf, reader, &err);
    if (de)
        rows = deserialize_all(de, json_string_value(json_object_get(req, "topic")), frames);
    else
        fail_of(err);
    schemata_deserializer_free(de);
    schemata_schema_unref(reader);
    return rows;
}

static json_t *consume(const json_t *req)
{
    struct frames frames = {0};
    schemata_error_t *err = NULL;
    json_t *results = json_array();
    const json_t *readers = json_object_get(req, "readers");
    schemata_conf_t *conf = configure(req);
    schemata_client_t *cl = conf ? schemata_client_new(conf, &err) : NULL;
    bool ok = cl != NULL;
    if (conf && !cl)
        fail_of(err);
    ok = ok && !frames_receive(&frames, json_string_value(json_object_get(req, "topic")),
                               (size_t)json_integer_value(json_object_get(req, "count")));
    for (size_t i = 0; ok && i < json_array_size(readers); i++) {
        json_t *rows =
            consume_as(cl, conf, req, json_string_value(json_array_get(readers, i)), &frames);
        ok = rows && !json_array_append_new(results, rows);
    }
    frames_free(&frames);
    schemata_client_unref(cl);
    schemata_conf_free(conf);
    return ok ? json_pack("{s:o}", "results", results) : (json_decref(results), NULL);
}

/* ---- the loop ----------------------------------------------------------------------------------- */

static json_t *answer_to(const char *line)
{
    json_error_t why;
    json_t *req = json_loads(line, JSON_ALLOW_NUL, &why), *answer = NULL;
    const char *op = json_string_value(json_object_get(req, "op"));
    json_decref(failure);
    failure = NULL;
    if (!op)
        fail("no request: %s", why.text);
    else if (!strcmp(op, "hello"))
        answer = hello();
    else if (!strcmp(op, "produce"))
        answer = produce(req);
    else if (!strcmp(op, "consume"))
        answer = consume(req);
    else
        fail("no operation \"%s\"", op);
    json_decref(req);
    if (answer)
        json_object_set_new(answer, "ok", json_true());
    else
        answer = json_pack("{s:b,s:O}", "ok", 0, "error", failure);
    return answer;
}

int main(void)
{
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, stdin) > 0) {
        json_t *answer = answer_to(line);
        char *text = json_dumps(answer, JSON_COMPACT | JSON_REAL_PRECISION(17));
        puts(text ? text : "{\"ok\":false,\"error\":{\"message\":\"cannot print the answer\"}}");
        fflush(stdout);
        free(text);
        json_decref(answer);
    }
    json_decref(failure);
    free(line);
    return 0;
}
