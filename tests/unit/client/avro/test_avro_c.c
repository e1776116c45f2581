/* Values of avro-c in and out, against our own JSON form of the same messages. */
#include "schemata/avro.h"
#include "tests/unit/client/serde.h"

#define SCOPE "avro-c"

static const char every[] =
    "{\"type\":\"record\",\"name\":\"Every\",\"namespace\":\"t\",\"fields\":["
    "{\"name\":\"i\",\"type\":\"int\"},{\"name\":\"l\",\"type\":\"long\"},"
    "{\"name\":\"f\",\"type\":\"float\"},{\"name\":\"d\",\"type\":\"double\"},"
    "{\"name\":\"b\",\"type\":\"boolean\"},{\"name\":\"s\",\"type\":\"string\"},"
    "{\"name\":\"y\",\"type\":\"bytes\"},"
    "{\"name\":\"x\",\"type\":{\"type\":\"fixed\",\"name\":\"X\",\"size\":2}},"
    "{\"name\":\"e\",\"type\":{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"]}},"
    "{\"name\":\"a\",\"type\":{\"type\":\"array\",\"items\":\"string\"}},"
    "{\"name\":\"m\",\"type\":{\"type\":\"map\",\"values\":\"long\"}},"
    "{\"name\":\"u\",\"type\":[\"null\",\"string\"]},"
    "{\"name\":\"n\",\"type\":[\"null\",\"Every\"]}]}";
static const char value[] =
    "{\"i\":-2147483648,\"l\":9223372036854775807,\"f\":1.5,\"d\":-2.25,\"b\":true,\"s\":\"na\u00efve\","
    "\"y\":\"AAH/\",\"x\":\"AQI=\",\"e\":\"B\",\"a\":[\"p\",\"\"],\"m\":{\"k\":1,\"j\":-1},\"u\":\"x\","
    "\"n\":{\"i\":0,\"l\":0,\"f\":0.0,\"d\":0.0,\"b\":false,\"s\":\"\",\"y\":\"\",\"x\":\"AAA=\","
    "\"e\":\"A\",\"a\":[],\"m\":{},\"u\":null,\"n\":null}}";

static void read_avro(struct serde *s, avro_value_t *v)
{
    schemata_error_t *err = NULL;
    if (schemata_deserialize_avro(s->de, &s->msg, s->out.data, s->out.len, v, NULL, &err))
        fail_msg("%s", schemata_error_message(err));
}

static void write_avro(struct serde *s, const avro_value_t *v)
{
    schemata_error_t *err = NULL;
    if (schemata_serialize_avro(s->ser, &s->msg, v, &s->out, &err))
        fail_msg("%s", schemata_error_message(err));
}

/* JSON → bytes → avro-c → the same bytes → JSON. */
static void every_type(void **state)
{
    (void)state;
    struct serde s;
    avro_value_t v, field;
    const char *text;
    size_t len;
    schemata_mock_reset(SCOPE);
    serde_open(&s, SCOPE, SCHEMATA_AVRO, every, NULL);
    for (int i = 0; i < 3; i++) {
        serde_write(&s, value);
        uint8_t *first = malloc(s.out.len);
        size_t first_len = s.out.len;
        memcpy(first, s.out.data, first_len);
        read_avro(&s, &v);
        assert_int_equal(avro_value_get_by_name(&v, "s", &field, NULL), 0);
        assert_int_equal(avro_value_get_string(&field, &text, &len), 0);
        assert_string_equal(text, "na\u00efve");
        s.out.len = 0;
        write_avro(&s, &v);
        assert_int_equal(s.out.len, first_len);
        assert_memory_equal(s.out.data, first, first_len);
        serde_read(&s, value);
        avro_value_decref(&v);
        free(first);
    }
    serde_close(&s);
}

/* What avro-c's own encoder writes is what ours writes. */
static void same_as_avro_c(void **state)
{
    (void)state;
    struct serde s;
    avro_value_t v;
    char bytes[512];
    schemata_mock_reset(SCOPE);
    serde_open(&s, SCOPE, SCHEMATA_AVRO, every, NULL);
    serde_write(&s, value);
    read_avro(&s, &v);
    avro_writer_t writer = avro_writer_memory(bytes, sizeof bytes);
    assert_int_equal(avro_value_write(writer, &v), 0);
    /* avro-c writes blocks with their sizes; so it is the decoded form that must agree. */
    avro_reader_t reader = avro_reader_memory(bytes, avro_writer_tell(writer));
    avro_value_t again;
    schemata_schema_t *schema = s.schema;
    avro_schema_t as_avro = schemata_schema_as_avro(schema, NULL);
    assert_non_null(as_avro);
    avro_value_iface_t *iface = avro_generic_class_from_schema(as_avro);
    avro_generic_value_new(iface, &again);
    assert_int_equal(avro_value_read(reader, &again), 0);
    assert_int_equal(avro_value_equal(&v, &again), 1);
    avro_value_decref(&again);
    avro_value_iface_decref(iface);
    avro_schema_decref(as_avro);
    avro_reader_free(reader);
    avro_writer_free(writer);
    avro_value_decref(&v);
    serde_close(&s);
}

#define R(fields) "{\"type\":\"record\",\"name\":\"R\",\"fields\":[" fields "]}"
#define F(name, type) "{\"name\":\"" name "\",\"type\":" type "}"

static const struct evolution {
    const char *name, *of_values, *chosen, *in, *out; /* out NULL: refused */
} evolutions[] = {
    {"other order", R(F("a", "\"int\"") "," F("b", "\"string\"")),
     R(F("b", "\"string\"") "," F("a", "\"int\"")), "{\"a\":1,\"b\":\"x\"}", "{\"b\":\"x\",\"a\":1}"},
    {"a default", R(F("a", "\"int\"")),
     R(F("a", "\"int\"") ",{\"name\":\"b\",\"type\":[\"string\",\"null\"],\"default\":\"d\"}"),
     "{\"a\":1}", "{\"a\":1,\"b\":\"d\"}"},
    {"a promotion", R(F("a", "\"int\"")), R(F("a", "\"double\"")), "{\"a\":2}", "{\"a\":2.0}"},
    {"bytes in a union", R(F("a", "\"bytes\"")), R(F("a", "[\"null\",\"string\",\"bytes\"]")),
     "{\"a\":\"AP8=\"}", "{\"a\":\"AP8=\"}"},
    {"what cannot be", R(F("a", "\"string\"")), R(F("a", "\"int\"")), "{\"a\":\"x\"}", NULL},
};

/* The value's schema is not the one that is chosen. */
static void resolves_on_the_way_out(void **state)
{
    const struct evolution *row = *state;
    const char *const loose[] = {"auto.register.schemas",      "false", "use.latest.version", "true",
                                 "latest.compatibility.strict", "false", NULL};
    struct serde values, s;
    avro_value_t v;
    schemata_error_t *err = NULL;
    schemata_mock_reset(SCOPE);
    serde_open(&values, SCOPE, SCHEMATA_AVRO, row->of_values, NULL);
    values.msg.topic = "others";
    serde_write(&values, row->in);
    read_avro(&values, &v);
    serde_open(&s, SCOPE, SCHEMATA_AVRO, row->chosen, NULL);
    schemata_schema_unref(schemata_register(s.client, "orders-value", s.schema, NULL, NULL));
    serde_close(&s);
    serde_open(&s, SCOPE, SCHEMATA_AVRO, row->of_values, loose);
    for (int i = 0; i < 2; i++) {
        schemata_status_t st = schemata_serialize_avro(s.ser, &s.msg, &v, &s.out, &err);
        if (!row->out) {
            serde_refused(st, SCHEMATA_ERR_DATA, &err, "cannot be read as");
            continue;
        }
        if (st)
            fail_msg("%s", schemata_error_message(err));
        schemata_deserializer_t *plain = schemata_deserializer_new(s.client, values.conf, NULL, NULL);
        assert_int_equal(
            schemata_deserialize_json(plain, &s.msg, s.out.data, s.out.len, &s.json, NULL, NULL),
            SCHEMATA_OK);
        sma_test_same_text("written", sma_str_make((char *)s.json.data, s.json.len),
                           sma_str_z(row->out));
        schemata_deserializer_free(plain);
    }
    avro_value_decref(&v);
    serde_close(&s);
    serde_close(&values);
}

/* Data of an older writer into a value of the reader's schema. */
static void resolves_on_the_way_in(void **state)
{
    (void)state;
    struct serde s;
    avro_value_t v, field;
    const char *text;
    int64_t number;
    size_t len;
    schemata_mock_reset(SCOPE);
    serde_open(&s, SCOPE, SCHEMATA_AVRO, R(F("a", "\"int\"") "," F("gone", "\"string\"")), NULL);
    schemata_schema_t *reader = serde_parse(
        SCHEMATA_AVRO, R("{\"name\":\"b\",\"type\":\"string\",\"default\":\"dflt\"}," F("a", "\"long\"")));
    schemata_deserializer_free(s.de);
    s.de = schemata_deserializer_new(s.client, s.conf, reader, NULL);
    serde_write(&s, "{\"a\":7,\"gone\":\"x\"}");
    read_avro(&s, &v);
    assert_int_equal(avro_value_get_by_name(&v, "a", &field, NULL), 0);
    assert_int_equal(avro_value_get_long(&field, &number), 0);
    assert_int_equal(number, 7);
    assert_int_equal(avro_value_get_by_name(&v, "b", &field, NULL), 0);
    assert_int_equal(avro_value_get_string(&field, &text, &len), 0);
    assert_string_equal(text, "dflt");
    avro_value_decref(&v);
    schemata_schema_unref(reader);
    serde_close(&s);
}

static void references_are_written_out(void **state)
{
    (void)state;
    struct serde s;
    avro_value_t v;
    schemata_mock_reset(SCOPE);
    schemata_schema_t *inner = serde_parse(SCHEMATA_AVRO, "{\"type\":\"record\",\"name\":\"p.In\","
                                                          "\"fields\":[" F("a", "\"int\"") "]}");
    const schemata_ref_in_t refs[] = {{"p.In", "in-value", 0, inner}};
    static const char outer[] = R(F("in", "\"p.In\"") "," F("ins", "{\"type\":\"array\",\"items\":\"p.In\"}"));
    schemata_schema_t *schema =
        schemata_parse(SCHEMATA_AVRO, outer, strlen(outer), NULL, refs, 1, NULL, NULL);
    assert_non_null(schema);
    serde_open(&s, SCOPE, SCHEMATA_AVRO, "\"int\"", NULL);
    schemata_serializer_free(s.ser);
    s.ser = schemata_serializer_new(s.client, s.conf, schema, NULL);
    serde_write(&s, "{\"in\":{\"a\":1},\"ins\":[{\"a\":2}]}");
    read_avro(&s, &v);
    write_avro(&s, &v);
    serde_read(&s, "{\"in\":{\"a\":1},\"ins\":[{\"a\":2}]}");
    avro_value_decref(&v);
    schemata_schema_unref(schema);
    schemata_schema_unref(inner);
    serde_close(&s);
}

static void refuses(void **state)
{
    (void)state;
    struct serde s;
    avro_value_t v;
    schemata_error_t *err = NULL;
    schemata_mock_reset(SCOPE);
    serde_open(&s, SCOPE, SCHEMATA_JSON, "true", NULL);
    serde_write(&s, "1");
    serde_refused(schemata_deserialize_avro(s.de, &s.msg, s.out.data, s.out.len, &v, NULL, &err),
                  SCHEMATA_ERR_UNSUPPORTED, &err, "no Avro schema");
    avro_generic_int_new(&v, 1);
    serde_refused(schemata_serialize_avro(s.ser, &s.msg, &v, &s.out, &err),
                  SCHEMATA_ERR_UNSUPPORTED, &err, "no Avro schema");
    avro_value_decref(&v);
    assert_int_equal(schemata_serialize_avro(s.ser, &s.msg, NULL, &s.out, NULL), SCHEMATA_OK);
    assert_int_equal(s.out.len, 0);
    assert_int_equal(schemata_deserialize_avro(s.de, &s.msg, NULL, 0, &v, NULL, NULL), SCHEMATA_OK);
    assert_null(v.iface);
    serde_close(&s);
}

/* Every prefix and every changed byte: the error, and nothing left behind. */
static void hostile(void **state)
{
    (void)state;
    struct serde s;
    avro_value_t v;
    schemata_mock_reset(SCOPE);
    serde_open(&s, SCOPE, SCHEMATA_AVRO, every, NULL);
    serde_write(&s, value);
    for (size_t cut = 0; cut < s.out.len; cut++) {
        uint8_t *copy = malloc(cut ? cut : 1);
        memcpy(copy, s.out.data, cut);
        schemata_status_t st =
            schemata_deserialize_avro(s.de, &s.msg, copy, cut, &v, NULL, NULL);
        assert_true(st == SCHEMATA_ERR_FRAMING || st == SCHEMATA_ERR_DATA);
        free(copy);
    }
    for (size_t at = 5; at < s.out.len; at++) {
        s.out.data[at] ^= 0x81;
        schemata_status_t st =
            schemata_deserialize_avro(s.de, &s.msg, s.out.data, s.out.len, &v, NULL, NULL);
        if (!st)
            avro_value_decref(&v);
        assert_true(!st || st == SCHEMATA_ERR_DATA);
        s.out.data[at] ^= 0x81;
    }
    serde_close(&s);
}

int main(void)
{
    const struct CMUnitTest single[] = {
        cmocka_unit_test(every_type),
        cmocka_unit_test(same_as_avro_c),
        cmocka_unit_test(resolves_on_the_way_in),
        cmocka_unit_test(references_are_written_out),
        cmocka_unit_test(refuses),
        cmocka_unit_test(hostile),
    };
    struct CMUnitTest tests[SMA_COUNT(single) + SMA_COUNT(evolutions)];
    size_t n = 0;
    for (size_t i = 0; i < SMA_COUNT(evolutions); i++)
        tests[n++] = (struct CMUnitTest){.name = evolutions[i].name,
                                         .test_func = resolves_on_the_way_out,
                                         .initial_state = (void *)&evolutions[i]};
    memcpy(tests + n, single, sizeof single);
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
