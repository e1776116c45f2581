/* Deserializers on a mock registry: readers, places of the id, visitors. */
#include "tests/unit/client/serde.h"

#define SCOPE "deserializer"

/* ---- readers ------------------------------------------------------------------------------------ */

#define FIELD(name, type) "{\"name\":\"" name "\",\"type\":" type "}"
#define RECORD(fields) "{\"type\":\"record\",\"name\":\"R\",\"fields\":[" fields "]}"

static const struct evolution {
    const char *name;
    schemata_type_t type;
    const char *writer, *reader, *in, *out; /* out NULL: refused, */
    const char *says;                       /* with these words */
} evolutions[] = {
    {"no reader", SCHEMATA_AVRO, RECORD(FIELD("a", "\"int\"")), NULL, "{\"a\":1}", "{\"a\":1}", NULL},
    {"added with a default", SCHEMATA_AVRO, RECORD(FIELD("a", "\"int\"")),
     RECORD(FIELD("a", "\"int\"") ",{\"name\":\"b\",\"type\":\"string\",\"default\":\"x\"}"),
     "{\"a\":1}", "{\"a\":1,\"b\":\"x\"}", NULL},
    {"removed", SCHEMATA_AVRO, RECORD(FIELD("a", "\"int\"") "," FIELD("b", "\"string\"")),
     RECORD(FIELD("b", "\"string\"")), "{\"a\":1,\"b\":\"y\"}", "{\"b\":\"y\"}", NULL},
    {"promoted", SCHEMATA_AVRO, RECORD(FIELD("a", "\"int\"")), RECORD(FIELD("a", "\"double\"")),
     "{\"a\":3}", "{\"a\":3.0}", NULL},
    {"an alias", SCHEMATA_AVRO, RECORD(FIELD("old", "\"int\"")),
     RECORD("{\"name\":\"new\",\"type\":\"int\",\"aliases\":[\"old\"]}"), "{\"old\":1}",
     "{\"new\":1}", NULL},
    {"into a union", SCHEMATA_AVRO, RECORD(FIELD("a", "\"int\"")),
     RECORD(FIELD("a", "[\"null\",\"long\"]")), "{\"a\":1}", "{\"a\":1}", NULL},
    {"enum default", SCHEMATA_AVRO,
     "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"]}",
     "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\"],\"default\":\"A\"}", "\"B\"", "\"A\"",
     NULL},
    {"added without a default", SCHEMATA_AVRO, RECORD(FIELD("a", "\"int\"")),
     RECORD(FIELD("a", "\"int\"") "," FIELD("b", "\"int\"")), "{\"a\":1}", NULL, "\"b\""},
    {"not to be read", SCHEMATA_AVRO, "\"string\"", "\"int\"", "\"x\"", NULL, "string"},
    {"another format", SCHEMATA_AVRO, "\"string\"", "json:true", "\"x\"", NULL, "AVRO"},
    {"Protobuf by tag", SCHEMATA_PROTOBUF, "syntax=\"proto3\"; message M { int32 a = 1; }",
     "syntax=\"proto3\"; message M { int32 b = 1; string c = 2; }", "{\"a\":5}", "{\"b\":5}", NULL},
    {"no such message", SCHEMATA_PROTOBUF, "syntax=\"proto3\"; message M { int32 a = 1; }",
     "syntax=\"proto3\"; message N { int32 b = 1; }", "{\"a\":5}", NULL, "M"},
    {"valid for the reader", SCHEMATA_JSON, "true", "{\"type\":\"integer\"}", "5", "5", NULL},
    {"not valid for the reader", SCHEMATA_JSON, "true", "{\"type\":\"integer\"}", "\"x\"", NULL,
     "integer"},
};

static void reads_as(void **state)
{
    const struct evolution *row = *state;
    struct serde s;
    schemata_schema_t *reader = NULL;
    schemata_error_t *err = NULL;
    schemata_decoded_t info = {.size = sizeof info};
    schemata_mock_reset(SCOPE);
    serde_open(&s, SCOPE, row->type, row->writer, NULL);
    if (row->reader && !strncmp(row->reader, "json:", 5))
        reader = serde_parse(SCHEMATA_JSON, row->reader + 5);
    else if (row->reader)
        reader = serde_parse(row->type, row->reader);
    schemata_deserializer_free(s.de);
    s.de = schemata_deserializer_new(s.client, s.conf, reader, NULL);
    serde_write(&s, row->in);
    for (int i = 0; i < 3; i++) {
        schemata_status_t st = schemata_deserialize_json(s.de, &s.msg, s.out.data, s.out.len,
                                                         &s.json, &info, &err);
        if (!row->out) {
            assert_int_equal(s.json.len, 0);
            serde_refused(st, SCHEMATA_ERR_DATA, &err, row->says);
            continue;
        }
        if (st)
            fail_msg("%s", schemata_error_message(err));
        sma_test_same_text("read", sma_str_make((char *)s.json.data, s.json.len),
                           sma_str_z(row->out));
        assert_int_equal(info.reader != NULL, reader != NULL);
        assert_int_equal(schemata_schema_id(info.writer), 1);
        schemata_decoded_release(&info);
    }
    schemata_schema_unref(reader);
    serde_close(&s);
}

/* The latest version, and the latest with metadata, as readers. */
static void reads_as_the_latest(void **state)
{
    (void)state;
    static const char *const settings[][3] = {{"use.latest.version", "true", NULL},
                                              {"use.latest.with.metadata", "release=2", NULL}};
    static const char second[] =
        "{\"schema\":\"{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"R\\\",\\\"fields\\\":"
        "[{\\\"name\\\":\\\"a\\\",\\\"type\\\":\\\"int\\\"},{\\\"name\\\":\\\"b\\\",\\\"type\\\":"
        "\\\"int\\\",\\\"default\\\":9}]}\",\"metadata\":{\"properties\":{\"release\":\"2\"}}}";
    for (size_t i = 0; i < SMA_COUNT(settings); i++) {
        struct serde s;
        schemata_mock_reset(SCOPE);
        serde_open(&s, SCOPE, SCHEMATA_AVRO, RECORD(FIELD("a", "\"int\"")), settings[i]);
        serde_write(&s, "{\"a\":1}");
        assert_int_equal(schemata_rest(s.client, "POST", "/subjects/orders-value/versions", second,
                                       strlen(second), NULL, NULL, NULL, NULL, NULL),
                         SCHEMATA_OK);
        for (int k = 0; k < 10; k++)
            serde_read(&s, "{\"a\":1,\"b\":9}");
        assert_int_equal(schemata_mock_requests(SCOPE, "/subjects/orders-value/versions/latest") +
                             schemata_mock_requests(SCOPE, "/subjects/orders-value/metadata"),
                         1);
        serde_close(&s);
    }
}

/* With a strategy by record the subject comes from the schema, which is fetched without one. */
static void reads_without_a_subject(void **state)
{
    (void)state;
    const char *const settings[] = {"subject.name.strategy.type", "RECORD", "use.latest.version",
                                    "true", NULL};
    struct serde s;
    schemata_mock_reset(SCOPE);
    serde_open(&s, SCOPE, SCHEMATA_AVRO, RECORD(FIELD("a", "\"int\"")), settings);
    serde_write(&s, "{\"a\":1}");
    serde_read(&s, "{\"a\":1}");
    assert_int_equal(schemata_mock_requests(SCOPE, "/subjects/R/versions/latest"), 1);
    serde_close(&s);
}

/* ---- where the id is ---------------------------------------------------------------------------- */

static const struct place {
    const char *name, *writes, *reads;
    bool drops_header, breaks_header;
    schemata_status_t status;
} places[] = {
    {"prefix, dual", "prefix", "dual", false, false, SCHEMATA_OK},
    {"prefix, prefix", "prefix", "prefix", false, false, SCHEMATA_OK},
    {"prefix, header", "prefix", "header", false, false, SCHEMATA_ERR_FRAMING},
    {"header, dual", "header", "dual", false, false, SCHEMATA_OK},
    {"header, header", "header", "header", false, false, SCHEMATA_OK},
    {"header, prefix", "header", "prefix", false, false, SCHEMATA_ERR_FRAMING},
    {"header lost, dual", "header", "dual", true, false, SCHEMATA_ERR_FRAMING},
    {"header cut, header", "header", "header", false, true, SCHEMATA_ERR_FRAMING},
    {"header cut, dual", "header", "dual", false, true, SCHEMATA_ERR_FRAMING},
};

static void finds_the_id(void **state)
{
    const struct place *row = *state;
    const char *const settings[] = {"schema.id.serializer", row->writes, "schema.id.deserializer",
                                    row->reads, NULL};
    struct serde s;
    schemata_error_t *err = NULL;
    schemata_mock_reset(SCOPE);
    serde_open(&s, SCOPE, SCHEMATA_JSON, serde_json, settings);
    serde_write(&s, "{\"id\":1}");
    s.header.is_set = s.header.is_set && !row->drops_header;
    if (row->breaks_header)
        s.header.len = 9;
    schemata_status_t st =
        schemata_deserialize_json(s.de, &s.msg, s.out.data, s.out.len, &s.json, NULL, &err);
    if (row->status)
        serde_refused(st, row->status, &err, NULL);
    else
        assert_int_equal(st, SCHEMATA_OK);
    serde_close(&s);
}

/* The prefix may be the GUID too. */
static void a_guid_in_front(void **state)
{
    (void)state;
    const char *const settings[] = {"schema.id.serializer", "header", NULL};
    struct serde s;
    uint8_t message[64];
    schemata_mock_reset(SCOPE);
    serde_open(&s, SCOPE, SCHEMATA_PROTOBUF, serde_proto, settings);
    s.msg.message = "shop.Shop.Order";
    serde_write(&s, "{\"id\":\"7\"}");
    memcpy(message, s.header.value, s.header.len);
    memcpy(message + s.header.len, s.out.data, s.out.len);
    size_t len = s.header.len + s.out.len;
    s.header.is_set = false;
    assert_int_equal(schemata_deserialize_json(s.de, &s.msg, message, len, &s.json, NULL, NULL),
                     SCHEMATA_OK);
    sma_test_same_text("read", sma_str_make((char *)s.json.data, s.json.len),
                       SMA_STR("{\"id\":\"7\"}"));
    serde_close(&s);
}

/* Two message types of one schema take turns, and several schemas do. */
static void takes_turns(void **state)
{
    (void)state;
    struct serde s;
    schemata_mock_reset(SCOPE);
    serde_open(&s, SCOPE, SCHEMATA_PROTOBUF, serde_proto, NULL);
    for (int i = 0; i < 6; i++) {
        s.msg.message = i % 2 ? "shop.Shop.Order" : "shop.Receipt";
        serde_write(&s, i % 2 ? "{\"region\":\"eu\"}" : "{\"id\":\"r\"}");
        serde_read(&s, i % 2 ? "{\"region\":\"eu\"}" : "{\"id\":\"r\"}");
    }
    serde_close(&s);
}

static void an_unknown_id(void **state)
{
    (void)state;
    struct serde s;
    schemata_error_t *err = NULL;
    schemata_mock_reset(SCOPE);
    serde_open(&s, SCOPE, SCHEMATA_JSON, serde_json, NULL);
    for (int i = 0; i < 5; i++)
        serde_refused(
            schemata_deserialize_json(s.de, &s.msg, "\0\0\0\0\77{}", 7, &s.json, NULL, &err),
            SCHEMATA_ERR_NOT_FOUND, &err, NULL);
    assert_int_equal(schemata_mock_requests(SCOPE, "/schemas/ids/63"), 1);
    serde_close(&s);
}

/* ---- visitors ----------------------------------------------------------------------------------- */

struct log {
    char text[512];
    size_t len;
    int stop_at; /* calls left; < 0: never */
};

static int say(void *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static int say(void *c, const char *fmt, ...)
{
    struct log *log = c;
    va_list args;
    va_start(args, fmt);
    log->len += (size_t)vsnprintf(log->text + log->len, sizeof log->text - log->len, fmt, args);
    va_end(args);
    assert_true(log->len < sizeof log->text);
    return log->stop_at < 0 ? 0 : log->stop_at-- == 0;
}

static int on_null(void *c) { return say(c, "null "); }
static int on_bool(void *c, bool v) { return say(c, "%s ", v ? "true" : "false"); }
static int on_int(void *c, int64_t v) { return say(c, "i%lld ", (long long)v); }
static int on_uint(void *c, uint64_t v) { return say(c, "u%llu ", (unsigned long long)v); }
static int on_double(void *c, double v) { return say(c, "d%g ", v); }
static int on_string(void *c, const char *s, size_t n) { return say(c, "'%.*s' ", (int)n, s); }
static int on_bytes(void *c, const void *p, size_t n, const char *logical)
{
    (void)p;
    return say(c, "%zu bytes%s%s ", n, logical ? " of " : "", logical ? logical : "");
}
static int on_enum(void *c, const char *s, int32_t i) { return say(c, "%s=%d ", s, (int)i); }
static int on_key(void *c, const char *s, size_t n) { return say(c, "%.*s:", (int)n, s); }
static int on_map(void *c, size_t n) { return say(c, "{%zu ", n); }
static int on_map_end(void *c) { return say(c, "} "); }
static int on_array(void *c, size_t n) { return say(c, "[%zu ", n); }
static int on_array_end(void *c) { return say(c, "] "); }

static const schemata_visitor_t logging = {
    sizeof logging, on_null, on_bool, on_int,     on_uint,  on_double,   on_string,
    on_bytes,       on_enum, on_key,  on_map,     on_map_end, on_array, on_array_end};

static const struct visit {
    const char *name;
    schemata_type_t type;
    const char *schema, *message, *in, *calls;
} visits[] = {
    {"Avro", SCHEMATA_AVRO, serde_avro, NULL,
     "{\"id\":-1,\"region\":\"eu\",\"note\":\"n\",\"tags\":[\"a\"],\"sign\":\"B\",\"raw\":\"AAE=\"}",
     "{6 id:i-1 region:'eu' note:'n' tags:[1 'a' ] sign:B=1 raw:2 bytes } "},
    {"Avro decimal", SCHEMATA_AVRO,
     "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":4,\"scale\":2}", NULL,
     "\"AAE=\"", "2 bytes of decimal "},
    {"JSON", SCHEMATA_JSON, "true", NULL,
     "[null,true,1,-1,1.5,18446744073709551615,{\"a\":\"b\"}]",
     "[7 null true i1 i-1 d1.5 u18446744073709551615 {1 a:'b' } ] "},
    {"Protobuf", SCHEMATA_PROTOBUF, serde_proto, "shop.Shop.Order",
     "{\"id\":\"7\",\"region\":\"eu\",\"parts\":[{\"id\":\"8\"}]}",
     "{0 id:i7 region:'eu' parts:[1 {0 id:i8 } ] } "},
};

static void tells(void **state)
{
    const struct visit *row = *state;
    struct serde s;
    struct log log = {.stop_at = -1};
    schemata_visitor_t deaf = {.size = sizeof deaf};
    schemata_error_t *err = NULL;
    schemata_mock_reset(SCOPE);
    serde_open(&s, SCOPE, row->type, row->schema, NULL);
    s.msg.message = row->message;
    serde_write(&s, row->in);
    if (schemata_deserialize_visit(s.de, &s.msg, s.out.data, s.out.len, &logging, &log, NULL, &err))
        fail_msg("%s", schemata_error_message(err));
    assert_string_equal(log.text, row->calls);
    assert_int_equal(schemata_deserialize_visit(s.de, &s.msg, s.out.data, s.out.len, &deaf, NULL,
                                                NULL, NULL),
                     SCHEMATA_OK);
    log = (struct log){.stop_at = 0};
    serde_refused(schemata_deserialize_visit(s.de, &s.msg, s.out.data, s.out.len, &logging, &log,
                                             NULL, &err),
                  SCHEMATA_ERR_DATA, &err, "stopped by the receiver");
    serde_close(&s);
}

/* ---- arguments ---------------------------------------------------------------------------------- */

static void wants_its_arguments(void **state)
{
    (void)state;
    struct serde s;
    schemata_decoded_t info = {.size = 4};
    const schemata_visitor_t small = {.size = 8};
    schemata_msg_t m = {.size = 0};
    schemata_error_t *err = NULL;
    const char *const bare[] = {"deserializer.framing", "none", NULL};
    schemata_mock_reset(SCOPE);
    serde_open(&s, SCOPE, SCHEMATA_JSON, "true", NULL);
    assert_int_equal(schemata_deserialize_json(NULL, &s.msg, "", 0, &s.json, NULL, NULL),
                     SCHEMATA_ERR_ARG);
    assert_int_equal(schemata_deserialize_json(s.de, &m, "", 0, &s.json, NULL, NULL),
                     SCHEMATA_ERR_ARG);
    assert_int_equal(schemata_deserialize_json(s.de, &s.msg, "", 0, NULL, NULL, NULL),
                     SCHEMATA_ERR_ARG);
    assert_int_equal(schemata_deserialize_json(s.de, &s.msg, "", 0, &s.json, &info, NULL),
                     SCHEMATA_ERR_ARG);
    assert_int_equal(schemata_deserialize_raw(s.de, &s.msg, "", 0, NULL, NULL), SCHEMATA_ERR_ARG);
    assert_int_equal(
        schemata_deserialize_visit(s.de, &s.msg, "", 0, &small, NULL, NULL, NULL),
        SCHEMATA_ERR_ARG);
    serde_close(&s);
    schemata_conf_t *conf = serde_conf(SCOPE, bare);
    assert_null(schemata_deserializer_new(NULL, conf, NULL, &err));
    serde_refused(schemata_error_status(err), SCHEMATA_ERR_CONF, &err, "bare data");
    schemata_conf_free(conf);
}

/* A program built against a header without the newest members. */
static void an_older_struct(void **state)
{
    (void)state;
    struct serde s;
    schemata_mock_reset(SCOPE);
    serde_open(&s, SCOPE, SCHEMATA_JSON, serde_json, NULL);
    s.msg.message = (const char *)(uintptr_t)1; /* not part of the older one */
    s.msg.size = offsetof(schemata_msg_t, message);
    serde_write(&s, "{\"id\":1}");
    serde_read(&s, "{\"id\":1}");
    serde_close(&s);
}

int main(void)
{
    const struct CMUnitTest single[] = {
        cmocka_unit_test(reads_as_the_latest), cmocka_unit_test(reads_without_a_subject),
        cmocka_unit_test(a_guid_in_front),     cmocka_unit_test(takes_turns),
        cmocka_unit_test(an_unknown_id),       cmocka_unit_test(wants_its_arguments),
        cmocka_unit_test(an_older_struct),
    };
    struct CMUnitTest tests[SMA_COUNT(single) + SMA_COUNT(evolutions) + SMA_COUNT(places) +
                            SMA_COUNT(visits)];
    size_t n = 0;
    for (size_t i = 0; i < SMA_COUNT(evolutions); i++)
        tests[n++] = (struct CMUnitTest){.name = evolutions[i].name,
                                         .test_func = reads_as,
                                         .initial_state = (void *)&evolutions[i]};
    for (size_t i = 0; i < SMA_COUNT(places); i++)
        tests[n++] = (struct CMUnitTest){
            .name = places[i].name, .test_func = finds_the_id, .initial_state = (void *)&places[i]};
    for (size_t i = 0; i < SMA_COUNT(visits); i++)
        tests[n++] = (struct CMUnitTest){
            .name = visits[i].name, .test_func = tells, .initial_state = (void *)&visits[i]};
    memcpy(tests + n, single, sizeof single);
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
