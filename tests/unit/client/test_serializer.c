/* Serializers on a mock registry: which schema, which subject, which bytes, how many requests. */
#include "tests/unit/client/serde.h"

#define SCOPE "serializer"

static const char order[] = "{\"id\":7,\"region\":\"eu\"}";
static const char order_read[] =
    "{\"id\":7,\"region\":\"eu\",\"note\":null,\"tags\":[],\"sign\":\"A\",\"raw\":\"\"}";

/* ---- the three formats, both places of the id --------------------------------------------------- */

static const struct round {
    const char *name;
    schemata_type_t type;
    const char *schema, *in, *out;
    const char *message;
    size_t data_len;
    uint8_t indexes[8];
    size_t index_len;
} rounds[] = {
    {"Avro", SCHEMATA_AVRO, serde_avro, order, order_read, NULL, 8, {0}, 0},
    {"Avro bytes are base64", SCHEMATA_AVRO, "\"bytes\"", "\"AAEC/w==\"", "\"AAEC/w==\"", NULL, 5,
     {0}, 0},
    {"JSON", SCHEMATA_JSON, serde_json, order, order, NULL, sizeof order - 1, {0}, 0},
    {"JSON keeps the text", SCHEMATA_JSON, "true", "{ \"a\" : 1.50e1 }", "{ \"a\" : 1.50e1 }", NULL,
     16, {0}, 0},
    {"Protobuf, first message", SCHEMATA_PROTOBUF, serde_proto, "{\"id\":\"x\"}", "{\"id\":\"x\"}",
     NULL, 3, {0}, 1},
    {"Protobuf, nested message", SCHEMATA_PROTOBUF, serde_proto, "{\"id\":\"7\",\"region\":\"eu\"}",
     "{\"id\":\"7\",\"region\":\"eu\"}", "shop.Shop.Order", 6, {4, 2, 0}, 3},
};

static void round_trip(const struct round *r, bool in_header, bool is_key)
{
    const char *const settings[] = {"schema.id.serializer", in_header ? "header" : "prefix", NULL};
    struct serde s;
    schemata_mock_reset(SCOPE);
    serde_open(&s, SCOPE, r->type, r->schema, settings);
    s.msg.message = r->message;
    s.msg.is_key = is_key;
    serde_write(&s, r->in);
    size_t prefix = in_header ? 0 : 5 + r->index_len;
    assert_int_equal(s.out.len, prefix + r->data_len);
    assert_int_equal(s.header.is_set, in_header);
    if (in_header) {
        assert_string_equal(s.header.name, is_key ? "__key_schema_id" : "__value_schema_id");
        assert_int_equal(s.header.len, 17 + r->index_len);
        assert_int_equal(s.header.value[0], 1);
        assert_memory_equal(s.header.value + 17, r->indexes, r->index_len);
    } else {
        assert_memory_equal(s.out.data, "\0\0\0\0\1", 5);
        assert_memory_equal(s.out.data + 5, r->indexes, r->index_len);
    }
    serde_read(&s, r->out);
    serde_read(&s, r->out);
    serde_close(&s);
}

static void goes_and_comes_back(void **state)
{
    for (int how = 0; how < 4; how++)
        round_trip(*state, how & 1, how & 2);
}

/* ---- the schema that is chosen ------------------------------------------------------------------ */

static const char wider[] =
    "{\"type\":\"record\",\"name\":\"Order\",\"namespace\":\"shop\",\"fields\":["
    "{\"name\":\"id\",\"type\":\"long\"},{\"name\":\"region\",\"type\":\"string\"},"
    "{\"name\":\"currency\",\"type\":\"string\",\"default\":\"EUR\"}]}";
static const char narrow[] =
    "{\"type\":\"record\",\"name\":\"Order\",\"namespace\":\"shop\",\"fields\":["
    "{\"name\":\"id\",\"type\":\"long\"},{\"name\":\"region\",\"type\":\"string\"}]}";
static const char alien[] = "{\"type\":\"record\",\"name\":\"Order\",\"namespace\":\"shop\","
                            "\"fields\":[{\"name\":\"id\",\"type\":\"long\"},"
                            "{\"name\":\"must\",\"type\":\"long\"}]}";

/* Registers two versions of orders-value, the second with metadata; ids 1 and 2. */
static void fill_registry(const char *first, const char *second)
{
    struct serde s;
    char body[2048], path[] = "/subjects/orders-value/versions", *out = NULL;
    char quoted[1024], *at = quoted;
    int status = 0;
    schemata_mock_reset(SCOPE);
    serde_open(&s, SCOPE, SCHEMATA_AVRO, first, NULL);
    const char *none = "{\"compatibility\":\"NONE\"}";
    assert_int_equal(schemata_rest(s.client, "PUT", "/config/orders-value", none, strlen(none),
                                   &out, NULL, &status, NULL, NULL),
                     SCHEMATA_OK);
    schemata_free(out);
    serde_write(&s, order);
    for (const char *c = second; *c; c++) {
        if (*c == '"')
            *at++ = '\\';
        *at++ = *c;
    }
    *at = '\0';
    snprintf(body, sizeof body,
             "{\"schema\":\"%s\",\"metadata\":{\"properties\":{\"release\":\"2\"}}}", quoted);
    assert_int_equal(
        schemata_rest(s.client, "POST", path, body, strlen(body), &out, NULL, &status, NULL, NULL),
        SCHEMATA_OK);
    if (status != 200)
        fail_msg("%s", out);
    schemata_free(out);
    serde_close(&s);
}

static const struct way {
    const char *name;
    const char *settings[12];
    const char *given; /* NULL: none */
    schemata_status_t status;
    int id;
    const char *says;
} ways[] = {
    {"registered: the first again", {NULL}, narrow, SCHEMATA_OK, 1, NULL},
    {"looked up", {"auto.register.schemas", "false", NULL}, wider, SCHEMATA_OK, 2, NULL},
    {"looked up, unknown",
     {"auto.register.schemas", "false", NULL},
     alien,
     SCHEMATA_ERR_NOT_FOUND,
     0,
     NULL},
    {"by id", {"auto.register.schemas", "false", "use.schema.id", "1", NULL}, narrow, SCHEMATA_OK,
     1, NULL},
    {"by id, without a schema", {"use.schema.id", "2", NULL}, NULL, SCHEMATA_OK, 2, NULL},
    {"by id, strict",
     {"auto.register.schemas", "false", "use.schema.id", "1", NULL},
     "{\"type\":\"record\",\"name\":\"Order\",\"namespace\":\"shop\",\"fields\":["
     "{\"name\":\"id\",\"type\":\"long\"}]}",
     SCHEMATA_ERR_INCOMPATIBLE,
     0,
     "schema 1 of the registry cannot read"},
    {"by id, not strict",
     {"auto.register.schemas", "false", "use.schema.id", "1", "id.compatibility.strict", "false",
      NULL},
     "{\"type\":\"record\",\"name\":\"Order\",\"namespace\":\"shop\",\"fields\":["
     "{\"name\":\"id\",\"type\":\"long\"}]}",
     SCHEMATA_OK,
     1,
     NULL},
    {"latest, without a schema", {"use.latest.version", "true", NULL}, NULL, SCHEMATA_OK, 2, NULL},
    {"latest, which reads the given one",
     {"auto.register.schemas", "false", "use.latest.version", "true", NULL},
     narrow,
     SCHEMATA_OK,
     2,
     NULL},
    {"latest, strict",
     {"auto.register.schemas", "false", "use.latest.version", "true", NULL},
     "\"string\"",
     SCHEMATA_ERR_INCOMPATIBLE,
     0,
     "schema 2 of the registry cannot read"},
    {"with metadata", {"use.latest.with.metadata", "release=2", NULL}, NULL, SCHEMATA_OK, 2, NULL},
};

static void chooses(void **state)
{
    const struct way *way = *state;
    struct serde s;
    schemata_error_t *err = NULL;
    fill_registry(narrow, wider);
    serde_open(&s, SCOPE, SCHEMATA_AVRO, way->given, way->settings);
    schemata_status_t st =
        schemata_serialize_json(s.ser, &s.msg, order, strlen(order), &s.out, &err);
    if (way->status) {
        serde_refused(st, way->status, &err, way->says);
    } else {
        if (st)
            fail_msg("%s", schemata_error_message(err));
        assert_int_equal(s.out.data[4], way->id);
        assert_int_equal(s.out.len, way->id == 1 ? 9 : 13);
    }
    serde_close(&s);
}

static void needs_to_know_what(void **state)
{
    (void)state;
    schemata_error_t *err = NULL;
    schemata_conf_t *conf = serde_conf(SCOPE, NULL);
    schemata_client_t *cl = schemata_client_new(conf, NULL);
    assert_null(schemata_serializer_new(cl, conf, NULL, &err));
    serde_refused(schemata_error_status(err), SCHEMATA_ERR_CONF, &err, "without a schema");
    schemata_client_unref(cl);
    schemata_conf_free(conf);
}

/* ---- subjects ----------------------------------------------------------------------------------- */

static const struct subject {
    const char *name, *strategy;
    schemata_type_t type;
    const char *schema, *message, *value;
    bool is_key;
    const char *path;
} subjects[] = {
    {"topic, value", "TOPIC", SCHEMATA_AVRO, narrow, NULL, order, false, "/subjects/orders-value/"},
    {"topic, key", "TOPIC", SCHEMATA_AVRO, narrow, NULL, order, true, "/subjects/orders-key/"},
    {"record", "RECORD", SCHEMATA_AVRO, narrow, NULL, order, false, "/subjects/shop.Order/"},
    {"topic and record", "TOPIC_RECORD", SCHEMATA_AVRO, narrow, NULL, order, false,
     "/subjects/orders-shop.Order/"},
    {"title", "RECORD", SCHEMATA_JSON, serde_json, NULL, order, false, "/subjects/Order/"},
    {"first message", "RECORD", SCHEMATA_PROTOBUF, serde_proto, NULL, "{}", false,
     "/subjects/shop.Receipt/"},
    {"other message", "RECORD", SCHEMATA_PROTOBUF, serde_proto, "shop.Shop.Order", "{}", false,
     "/subjects/shop.Shop.Order/"},
    {"no association", "ASSOCIATED", SCHEMATA_AVRO, narrow, NULL, order, false,
     "/subjects/orders-value/"},
};

static void names_the_subject(void **state)
{
    const struct subject *row = *state;
    const char *const settings[] = {"subject.name.strategy.type", row->strategy, NULL};
    struct serde s;
    schemata_mock_reset(SCOPE);
    serde_open(&s, SCOPE, row->type, row->schema, settings);
    s.msg.is_key = row->is_key;
    s.msg.message = row->message;
    for (int i = 0; i < 3; i++)
        serde_write(&s, row->value);
    assert_int_equal(schemata_mock_requests(SCOPE, row->path), 1);
    assert_int_equal(schemata_mock_requests(SCOPE, "/associations/"),
                     !strcmp(row->strategy, "ASSOCIATED"));
    serde_close(&s);
}

static schemata_status_t own_strategy(void *ctx, const schemata_msg_t *m, const char *record,
                                      schemata_buf_t *out)
{
    static uint8_t name[64];
    (void)ctx;
    *out = (schemata_buf_t){NULL, 0, 0};
    int len = snprintf((char *)name, sizeof name, "mine/%s/%s", m->topic, record);
    out->data = malloc((size_t)len);
    memcpy(out->data, name, (size_t)len);
    out->len = out->cap = (size_t)len;
    return SCHEMATA_OK;
}

static void the_program_names_it(void **state)
{
    (void)state;
    schemata_error_t *err = NULL;
    schemata_mock_reset(SCOPE);
    schemata_conf_t *conf = serde_conf(SCOPE, NULL);
    schemata_conf_set_subject_strategy(conf, own_strategy, NULL);
    schemata_client_t *cl = schemata_client_new(conf, NULL);
    schemata_schema_t *schema = serde_parse(SCHEMATA_AVRO, narrow);
    schemata_serializer_t *ser = schemata_serializer_new(cl, conf, schema, NULL);
    schemata_msg_t m = {.size = sizeof m, .topic = "t"};
    schemata_buf_t out = {NULL, 0, 0};
    if (schemata_serialize_json(ser, &m, order, strlen(order), &out, &err))
        fail_msg("%s", schemata_error_message(err));
    assert_int_equal(schemata_mock_requests(SCOPE, "/subjects/mine%2Ft%2Fshop.Order/"), 1);
    schemata_buf_free(&out);
    schemata_serializer_free(ser);
    schemata_schema_unref(schema);
    schemata_client_unref(cl);
    schemata_conf_free(conf);
}

static void lacks_what_it_needs(void **state)
{
    (void)state;
    const char *const by_record[] = {"subject.name.strategy.type", "RECORD", NULL};
    const char *const none[] = {"subject.name.strategy.type", "ASSOCIATED",
                                "subject.name.strategy.fallback.type", "NONE", NULL};
    struct serde s;
    schemata_error_t *err = NULL;
    schemata_mock_reset(SCOPE);
    serde_open(&s, SCOPE, SCHEMATA_AVRO, "\"long\"", NULL);
    s.msg.topic = NULL;
    serde_refused(schemata_serialize_json(s.ser, &s.msg, "1", 1, &s.out, &err), SCHEMATA_ERR_ARG,
                  &err, "no topic");
    serde_close(&s);
    err = NULL;
    serde_open(&s, SCOPE, SCHEMATA_AVRO, "\"long\"", by_record);
    serde_refused(schemata_serialize_json(s.ser, &s.msg, "1", 1, &s.out, &err), SCHEMATA_ERR_ARG,
                  &err, "record name");
    serde_close(&s);
    err = NULL;
    serde_open(&s, SCOPE, SCHEMATA_AVRO, "\"long\"", none);
    assert_int_equal(schemata_serialize_json(s.ser, &s.msg, "1", 1, &s.out, &err),
                     SCHEMATA_ERR_NOT_FOUND);
    schemata_error_free(err);
    serde_close(&s);
}

/* ---- the hit path ------------------------------------------------------------------------------- */

static void asks_once(void **state)
{
    (void)state;
    struct serde s;
    schemata_mock_reset(SCOPE);
    schemata_fault_t f = {.size = sizeof f, .http_status = 503, .times = 2};
    const char *const settings[] = {"retries.wait.ms", "1", NULL};
    serde_open(&s, SCOPE, SCHEMATA_AVRO, narrow, settings);
    schemata_mock_fault(SCOPE, &f);
    serde_write(&s, order);
    assert_int_equal(schemata_mock_requests(SCOPE, "/subjects/"), 3);
    for (int i = 0; i < 1000; i++) {
        serde_write(&s, order);
        serde_read(&s, order);
    }
    assert_int_equal(schemata_mock_requests(SCOPE, "/subjects/"), 3);
    assert_int_equal(schemata_mock_requests(SCOPE, "/schemas/"), 1);
    serde_close(&s);
}

/* Many topics: more than a lane has notes for, and all are right. */
static void many_topics(void **state)
{
    (void)state;
    struct serde s;
    char topic[32];
    schemata_mock_reset(SCOPE);
    serde_open(&s, SCOPE, SCHEMATA_AVRO, narrow, NULL);
    s.msg.topic = topic;
    for (int i = 0; i < 600; i++) {
        snprintf(topic, sizeof topic, "topic-%d", i % 200);
        serde_write(&s, order);
        serde_read(&s, order);
    }
    assert_int_equal(schemata_mock_requests(SCOPE, "/subjects/"), 200);
    serde_close(&s);
}

static void latest_is_dropped_by_registration(void **state)
{
    (void)state;
    const char *const settings[] = {"use.latest.version", "true", NULL};
    struct serde s;
    fill_registry(narrow, wider);
    serde_open(&s, SCOPE, SCHEMATA_AVRO, NULL, settings);
    serde_write(&s, order);
    assert_int_equal(s.out.data[4], 2);
    schemata_schema_t *third = serde_parse(SCHEMATA_AVRO, alien);
    schemata_schema_t *made = schemata_register(s.client, "orders-value", third, NULL, NULL);
    assert_int_equal(schemata_schema_id(made), 3);
    const char *fits = "{\"id\":1,\"must\":2}";
    serde_write(&s, fits);
    assert_int_equal(s.out.data[4], 3);
    schemata_schema_unref(made);
    schemata_schema_unref(third);
    serde_close(&s);
}

static void never_blocks_when_told(void **state)
{
    (void)state;
    struct serde s;
    schemata_error_t *err = NULL;
    schemata_mock_reset(SCOPE);
    serde_open(&s, SCOPE, SCHEMATA_AVRO, narrow, NULL);
    s.msg.flags = SCHEMATA_NOWAIT;
    assert_int_equal(schemata_serialize_json(s.ser, &s.msg, order, strlen(order), &s.out, &err),
                     SCHEMATA_ERR_WOULD_BLOCK);
    schemata_error_free(err);
    assert_int_equal(schemata_mock_requests(SCOPE, "/"), 0);
    s.msg.flags = 0;
    serde_write(&s, order);
    s.msg.flags = SCHEMATA_NOWAIT;
    serde_write(&s, order);
    serde_close(&s);
}

/* ---- the rest ----------------------------------------------------------------------------------- */

static void a_tombstone_asks_nobody(void **state)
{
    (void)state;
    struct serde s;
    schemata_decoded_t info = {.size = sizeof info};
    schemata_mock_reset(SCOPE);
    serde_open(&s, SCOPE, SCHEMATA_AVRO, narrow, NULL);
    assert_int_equal(schemata_serialize_json(s.ser, &s.msg, NULL, 0, &s.out, NULL), SCHEMATA_OK);
    assert_int_equal(s.out.len, 0);
    assert_int_equal(schemata_deserialize_json(s.de, &s.msg, NULL, 0, &s.json, &info, NULL),
                     SCHEMATA_OK);
    assert_int_equal(s.json.len, 0);
    assert_null(info.writer);
    assert_int_equal(info.wire.kind, SCHEMATA_WIRE_NONE);
    assert_int_equal(schemata_mock_requests(SCOPE, "/"), 0);
    serde_close(&s);
}

static void raw_adds_the_frame_alone(void **state)
{
    (void)state;
    static const int32_t nested[] = {1, 0};
    struct serde s;
    schemata_decoded_t info = {.size = sizeof info};
    schemata_mock_reset(SCOPE);
    serde_open(&s, SCOPE, SCHEMATA_PROTOBUF, serde_proto, NULL);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(schemata_serialize_raw(s.ser, &s.msg, "ab", 2, nested, 2, &s.out, NULL),
                         SCHEMATA_OK);
        assert_int_equal(s.out.len, 10);
        assert_memory_equal(s.out.data, "\0\0\0\0\1\4\2\0ab", 10);
        assert_int_equal(schemata_serialize_raw(s.ser, &s.msg, "ab", 2, NULL, 0, &s.out, NULL),
                         SCHEMATA_OK);
        assert_memory_equal(s.out.data, "\0\0\0\0\1\0ab", 8);
    }
    assert_int_equal(schemata_serialize_raw(s.ser, &s.msg, "ab", 2, nested, 2, &s.out, NULL),
                     SCHEMATA_OK);
    assert_int_equal(schemata_deserialize_raw(s.de, &s.msg, s.out.data, s.out.len, &info, NULL),
                     SCHEMATA_OK);
    assert_int_equal(info.data_len, 2);
    assert_ptr_equal(info.data, s.out.data + 8);
    assert_int_equal(info.wire.kind, SCHEMATA_WIRE_ID);
    assert_int_equal(info.wire.id, 1);
    assert_int_equal(info.wire.n_indexes, 2);
    assert_int_equal(info.wire.indexes[0], 1);
    assert_int_equal(info.wire.header_len, 8);
    assert_string_equal(schemata_schema_record_name(info.writer), "shop.Receipt");
    assert_null(info.reader);
    schemata_decoded_release(&info);
    serde_close(&s);
}

static const struct refusal {
    const char *name;
    schemata_type_t type;
    const char *schema, *value;
    const char *says;
} refusals[] = {
    {"no JSON", SCHEMATA_AVRO, narrow, "{", "line 1"},
    {"wrong type", SCHEMATA_AVRO, narrow, "{\"id\":\"x\",\"region\":\"eu\"}", "/id"},
    {"unknown name", SCHEMATA_AVRO, narrow, "{\"id\":1,\"region\":\"eu\",\"z\":1}", "/z"},
    {"missing field", SCHEMATA_AVRO, narrow, "{\"id\":1}", "/region"},
    {"invalid", SCHEMATA_JSON, serde_json, "{\"id\":1,\"region\":\"Europe\"}", "/region"},
    {"invalid twice", SCHEMATA_JSON, serde_json, "{\"region\":\"Europe\"}", "schema 1"},
    {"no such field", SCHEMATA_PROTOBUF, serde_proto, "{\"name\":\"x\"}", "name"},
};

static void refuses_what_does_not_fit(void **state)
{
    const struct refusal *row = *state;
    struct serde s;
    schemata_error_t *err = NULL;
    schemata_mock_reset(SCOPE);
    serde_open(&s, SCOPE, row->type, row->schema, NULL);
    schemata_status_t st =
        schemata_serialize_json(s.ser, &s.msg, row->value, strlen(row->value), &s.out, &err);
    if (!strcmp(row->name, "invalid twice")) {
        const schemata_report_t *report = schemata_error_report(err);
        assert_int_equal(schemata_report_count(report), 2);
    }
    assert_int_equal(s.out.len, 0);
    serde_refused(st, SCHEMATA_ERR_DATA, &err, row->says);
    serde_close(&s);
}

static void invalid_json_passes_unchecked(void **state)
{
    (void)state;
    const char *const settings[] = {"json.fail.invalid.schema", "false", NULL};
    struct serde s;
    schemata_mock_reset(SCOPE);
    serde_open(&s, SCOPE, SCHEMATA_JSON, serde_json, settings);
    serde_write(&s, "{\"region\":\"Europe\"}");
    serde_read(&s, "{\"region\":\"Europe\"}");
    serde_close(&s);
}

static void unions_in_both_forms(void **state)
{
    (void)state;
    const char *const tagged[] = {"avro.json.unions", "tagged", "avro.json.bytes", "escapes", NULL};
    struct serde s;
    schemata_mock_reset(SCOPE);
    serde_open(&s, SCOPE, SCHEMATA_AVRO, serde_avro, tagged);
    serde_write(&s, "{\"id\":1,\"region\":\"\",\"note\":{\"string\":\"x\"},\"raw\":\"\\u00ff\"}");
    serde_read(&s, "{\"id\":1,\"region\":\"\",\"note\":{\"string\":\"x\"},\"tags\":[],"
                   "\"sign\":\"A\",\"raw\":\"\u00ff\"}");
    serde_close(&s);
}

static void protobuf_with_defaults(void **state)
{
    (void)state;
    const char *const settings[] = {"protobuf.json.defaults", "true", "protobuf.json.names", "proto",
                                    NULL};
    struct serde s;
    schemata_mock_reset(SCOPE);
    serde_open(&s, SCOPE, SCHEMATA_PROTOBUF,
               "syntax = \"proto3\"; message M { int64 big_one = 1; optional string s_s = 2; }",
               settings);
    serde_write(&s, "{}");
    serde_read(&s, "{\"big_one\":\"0\"}");
    serde_write(&s, "{\"bigOne\":1,\"s_s\":\"\"}");
    serde_read(&s, "{\"big_one\":\"1\",\"s_s\":\"\"}");
    serde_close(&s);
}

static void bare_data_need_no_registry(void **state)
{
    (void)state;
    const char *const bare[] = {"serializer.framing", "none", "deserializer.framing", "none", NULL};
    schemata_conf_t *conf = serde_conf(SCOPE, bare);
    schemata_schema_t *schema = serde_parse(SCHEMATA_AVRO, narrow);
    schemata_serializer_t *ser = schemata_serializer_new(NULL, conf, schema, NULL);
    schemata_deserializer_t *de = schemata_deserializer_new(NULL, conf, schema, NULL);
    schemata_msg_t m = {.size = sizeof m};
    schemata_buf_t out = {NULL, 0, 0}, json = {NULL, 0, 0};
    assert_non_null(ser);
    assert_non_null(de);
    assert_int_equal(schemata_serialize_json(ser, &m, order, strlen(order), &out, NULL),
                     SCHEMATA_OK);
    assert_int_equal(out.len, 4);
    assert_int_equal(schemata_deserialize_json(de, &m, out.data, out.len, &json, NULL, NULL),
                     SCHEMATA_OK);
    sma_test_same_text("bare", sma_str_make((char *)json.data, json.len), sma_str_z(order));
    schemata_buf_free(&out);
    schemata_buf_free(&json);
    schemata_serializer_free(ser);
    schemata_deserializer_free(de);
    schemata_schema_unref(schema);
    schemata_conf_free(conf);
}

static void header_needs_a_place(void **state)
{
    (void)state;
    const char *const settings[] = {"schema.id.serializer", "header", NULL};
    struct serde s;
    schemata_error_t *err = NULL;
    schemata_mock_reset(SCOPE);
    serde_open(&s, SCOPE, SCHEMATA_AVRO, narrow, settings);
    s.msg.put_header = NULL;
    serde_refused(schemata_serialize_json(s.ser, &s.msg, order, strlen(order), &s.out, &err),
                  SCHEMATA_ERR_ARG, &err, "put_header");
    serde_close(&s);
}

static void registers_what_is_referred_to(void **state)
{
    (void)state;
    static const char buyer[] = "syntax = \"proto3\"; package shop; message Buyer { string n = 1; }";
    static const char shop[] = "syntax = \"proto3\"; package shop; import \"shop/buyer.proto\";\n"
                               "import \"google/protobuf/timestamp.proto\";\n"
                               "message Order { Buyer b = 1; google.protobuf.Timestamp t = 2; }";
    static const struct {
        const char *strategy, *path;
    } rows[] = {{"DEFAULT", "/subjects/shop%2Fbuyer.proto/versions"},
                {"QUALIFIED", "/subjects/shop.buyer/versions"}};
    schemata_schema_t *inner = serde_parse(SCHEMATA_PROTOBUF, buyer);
    const schemata_ref_in_t refs[] = {{"shop/buyer.proto", NULL, 0, inner}};
    schemata_schema_t *outer = schemata_parse(SCHEMATA_PROTOBUF, shop, strlen(shop), NULL, refs, 1,
                                              NULL, NULL);
    assert_non_null(outer);
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        const char *const settings[] = {"reference.subject.name.strategy", rows[i].strategy, NULL};
        struct serde s;
        schemata_error_t *err = NULL;
        schemata_mock_reset(SCOPE);
        serde_open(&s, SCOPE, SCHEMATA_PROTOBUF, serde_proto, settings);
        schemata_serializer_t *ser = schemata_serializer_new(s.client, s.conf, outer, NULL);
        const char *value = "{\"b\":{\"n\":\"Ada\"},\"t\":\"1970-01-01T00:00:01Z\"}";
        for (int k = 0; k < 3; k++)
            if (schemata_serialize_json(ser, &s.msg, value, strlen(value), &s.out, &err))
                fail_msg("%s", schemata_error_message(err));
        serde_read(&s, value);
        assert_int_equal(schemata_mock_requests(SCOPE, rows[i].path), 1 + 1); /* and read back */
        schemata_serializer_free(ser);
        serde_close(&s);
    }
    schemata_schema_unref(outer);
    schemata_schema_unref(inner);
}

static void rules_are_not_ignored(void **state)
{
    (void)state;
    static const char body[] =
        "{\"schema\":\"\\\"string\\\"\",\"ruleSet\":{\"domainRules\":[{\"name\":\"hide\","
        "\"kind\":\"TRANSFORM\",\"mode\":\"WRITEREAD\",\"type\":\"ENCRYPT\"}]}}";
    const char *const settings[] = {"use.latest.version", "true", NULL};
    struct serde s;
    schemata_error_t *err = NULL;
    schemata_mock_reset(SCOPE);
    serde_open(&s, SCOPE, SCHEMATA_AVRO, NULL, settings);
    assert_int_equal(schemata_rest(s.client, "POST", "/subjects/orders-value/versions", body,
                                   strlen(body), NULL, NULL, NULL, NULL, NULL),
                     SCHEMATA_OK);
    serde_refused(schemata_serialize_json(s.ser, &s.msg, "\"x\"", 3, &s.out, &err),
                  SCHEMATA_ERR_RULE, &err, "\"hide\"");
    err = NULL;
    serde_refused(schemata_deserialize_json(s.de, &s.msg, "\0\0\0\0\1\2x", 7, &s.json, NULL, &err),
                  SCHEMATA_ERR_RULE, &err, "\"hide\"");
    serde_close(&s);
}

int main(void)
{
    const struct CMUnitTest single[] = {
        cmocka_unit_test(needs_to_know_what),
        cmocka_unit_test(the_program_names_it),
        cmocka_unit_test(lacks_what_it_needs),
        cmocka_unit_test(asks_once),
        cmocka_unit_test(many_topics),
        cmocka_unit_test(latest_is_dropped_by_registration),
        cmocka_unit_test(never_blocks_when_told),
        cmocka_unit_test(a_tombstone_asks_nobody),
        cmocka_unit_test(raw_adds_the_frame_alone),
        cmocka_unit_test(invalid_json_passes_unchecked),
        cmocka_unit_test(unions_in_both_forms),
        cmocka_unit_test(protobuf_with_defaults),
        cmocka_unit_test(bare_data_need_no_registry),
        cmocka_unit_test(header_needs_a_place),
        cmocka_unit_test(registers_what_is_referred_to),
        cmocka_unit_test(rules_are_not_ignored),
    };
    struct CMUnitTest tests[SMA_COUNT(single) + SMA_COUNT(rounds) + SMA_COUNT(ways) +
                            SMA_COUNT(subjects) + SMA_COUNT(refusals)];
    size_t n = 0;
    for (size_t i = 0; i < SMA_COUNT(rounds); i++)
        tests[n++] = (struct CMUnitTest){.name = rounds[i].name,
                                         .test_func = goes_and_comes_back,
                                         .initial_state = (void *)&rounds[i]};
    for (size_t i = 0; i < SMA_COUNT(ways); i++)
        tests[n++] = (struct CMUnitTest){
            .name = ways[i].name, .test_func = chooses, .initial_state = (void *)&ways[i]};
    for (size_t i = 0; i < SMA_COUNT(subjects); i++)
        tests[n++] = (struct CMUnitTest){.name = subjects[i].name,
                                         .test_func = names_the_subject,
                                         .initial_state = (void *)&subjects[i]};
    for (size_t i = 0; i < SMA_COUNT(refusals); i++)
        tests[n++] = (struct CMUnitTest){.name = refusals[i].name,
                                         .test_func = refuses_what_does_not_fit,
                                         .initial_state = (void *)&refusals[i]};
    memcpy(tests + n, single, sizeof single);
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
