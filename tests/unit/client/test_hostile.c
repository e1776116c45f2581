/* Messages that nobody's serializer wrote: cut, damaged, lying, deep. Each gives the error named in
 * the header and nothing else; the copies have no byte to spare, so that ASan sees every read past
 * the end. */
#include "tests/unit/client/serde.h"

#define SCOPE "hostile"

static schemata_status_t read_copy(struct serde *s, const uint8_t *bytes, size_t len)
{
    schemata_error_t *err = NULL;
    uint8_t *copy = malloc(len ? len : 1);
    memcpy(copy, bytes, len);
    schemata_status_t st =
        schemata_deserialize_json(s->de, &s->msg, copy, len, &s->json, NULL, &err);
    if (st) {
        assert_non_null(err);
        assert_true(*schemata_error_message(err));
        assert_non_null(schemata_error_hint(err));
        assert_int_equal(s->json.len, 0);
    }
    schemata_error_free(err);
    free(copy);
    return st;
}

static bool is_named(schemata_status_t st)
{
    return st == SCHEMATA_ERR_FRAMING || st == SCHEMATA_ERR_DATA;
}

/* ---- every prefix, every byte changed ----------------------------------------------------------- */

static const struct message {
    const char *name;
    schemata_type_t type;
    const char *schema, *message, *json;
    bool may_be_shorter; /* a prefix can be a message too */
} messages[] = {
    {"Avro", SCHEMATA_AVRO, serde_avro, NULL,
     "{\"id\":123456789012,\"region\":\"eu-west\",\"note\":\"leave it\",\"tags\":[\"a\",\"bc\"],"
     "\"sign\":\"B\",\"raw\":\"AAECAw==\"}",
     false},
    {"JSON", SCHEMATA_JSON, serde_json, NULL, "{\"id\":12,\"region\":\"eu\",\"more\":[1,{\"a\":2}]}",
     false},
    {"Protobuf", SCHEMATA_PROTOBUF, serde_proto, "shop.Shop.Order",
     "{\"id\":\"123456\",\"region\":\"eu\",\"parts\":[{\"id\":\"1\",\"parts\":[{}]},{}]}", true},
};

static void cut_and_damaged(void **state)
{
    const struct message *row = *state;
    static const uint8_t changes[] = {0x01, 0x80, 0xff, 0x7f};
    struct serde s;
    schemata_mock_reset(SCOPE);
    serde_open(&s, SCOPE, row->type, row->schema, NULL);
    s.msg.message = row->message;
    serde_write(&s, row->json);
    size_t len = s.out.len;
    assert_int_equal(read_copy(&s, s.out.data, len), SCHEMATA_OK);
    for (size_t cut = 0; cut < len; cut++) {
        schemata_status_t st = read_copy(&s, s.out.data, cut);
        if (!is_named(st) && !(row->may_be_shorter && cut > 5 && !st))
            fail_msg("%s cut to %zu of %zu: %s", row->name, cut, len, schemata_status_name(st));
    }
    for (size_t at = 0; at < len; at++)
        for (size_t i = 0; i < sizeof changes; i++) {
            s.out.data[at] ^= changes[i];
            schemata_status_t st = read_copy(&s, s.out.data, len);
            bool is_other_id = at < 5 && st == SCHEMATA_ERR_NOT_FOUND;
            if (st && !is_named(st) && !is_other_id)
                fail_msg("%s, byte %zu: %s", row->name, at, schemata_status_name(st));
            s.out.data[at] ^= changes[i];
        }
    serde_close(&s);
}

/* ---- lies --------------------------------------------------------------------------------------- */

#define BYTES(text) text, sizeof(text) - 1

static const struct lie {
    const char *name;
    schemata_type_t type;
    const char *schema;
    const char *data;
    size_t len; /* of the data behind the id */
    schemata_status_t status;
    const char *says;
} lies[] = {
    {"string longer than the data", SCHEMATA_AVRO, "\"string\"", BYTES("\x80\x01" "ab"),
     SCHEMATA_ERR_DATA, "length beyond the end"},
    {"string of 2^62 bytes", SCHEMATA_AVRO, "\"string\"",
     BYTES("\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"), SCHEMATA_ERR_DATA, "length beyond"},
    {"negative length", SCHEMATA_AVRO, "\"bytes\"", BYTES("\x01"), SCHEMATA_ERR_DATA, "negative"},
    {"number without an end", SCHEMATA_AVRO, "\"long\"",
     BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), SCHEMATA_ERR_DATA, "64 bits"},
    {"five bytes for 10^8 strings", SCHEMATA_AVRO, "{\"type\":\"array\",\"items\":\"string\"}",
     BYTES("\x80\x84\xaf\x5f\x00"), SCHEMATA_ERR_DATA, "more items than the data"},
    {"five bytes for 10^8 nulls", SCHEMATA_AVRO, "{\"type\":\"array\",\"items\":\"null\"}",
     BYTES("\x80\x84\xaf\x5f\x00"), SCHEMATA_ERR_DATA, "items without bytes"},
    {"five bytes for 10^8 entries", SCHEMATA_AVRO, "{\"type\":\"map\",\"values\":\"null\"}",
     BYTES("\x80\x84\xaf\x5f\x00"), SCHEMATA_ERR_DATA, "more items than the data"},
    {"block size beyond the data", SCHEMATA_AVRO, "{\"type\":\"array\",\"items\":\"int\"}",
     BYTES("\x01\xfe\x0f\x02\x00"), SCHEMATA_ERR_DATA, "block size"},
    {"block of -2^63 items", SCHEMATA_AVRO, "{\"type\":\"array\",\"items\":\"int\"}",
     BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00"), SCHEMATA_ERR_DATA, "out of range"},
    {"union branch that is not", SCHEMATA_AVRO, "[\"null\",\"int\"]", BYTES("\x08"),
     SCHEMATA_ERR_DATA, "union index"},
    {"enum symbol that is not", SCHEMATA_AVRO,
     "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\"]}", BYTES("\x02"), SCHEMATA_ERR_DATA,
     "enum index"},
    {"no UTF-8", SCHEMATA_AVRO, "\"string\"", BYTES("\x04\xc0\x80"), SCHEMATA_ERR_DATA, "UTF-8"},
    {"bytes left over", SCHEMATA_AVRO, "\"null\"", BYTES("x"), SCHEMATA_ERR_DATA, "left over"},
    {"count of 2^31 indexes", SCHEMATA_PROTOBUF, serde_proto, BYTES("\xfe\xff\xff\xff\x0f"),
     SCHEMATA_ERR_FRAMING, NULL},
    {"17 indexes", SCHEMATA_PROTOBUF, serde_proto,
     BYTES("\x22\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), SCHEMATA_ERR_FRAMING, "16"},
    {"negative count", SCHEMATA_PROTOBUF, serde_proto, BYTES("\x01"), SCHEMATA_ERR_FRAMING, NULL},
    {"negative index", SCHEMATA_PROTOBUF, serde_proto, BYTES("\x02\x01"), SCHEMATA_ERR_FRAMING,
     NULL},
    {"index of no message", SCHEMATA_PROTOBUF, serde_proto, BYTES("\x02\x10"),
     SCHEMATA_ERR_FRAMING, NULL},
    {"indexes cut off", SCHEMATA_PROTOBUF, serde_proto, BYTES("\x04\x02"), SCHEMATA_ERR_FRAMING,
     NULL},
    {"field longer than the data", SCHEMATA_PROTOBUF, serde_proto, BYTES("\x00\x0a\x7fx"),
     SCHEMATA_ERR_DATA, NULL},
    {"field of 2^63 bytes", SCHEMATA_PROTOBUF, serde_proto,
     BYTES("\x00\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x7f"), SCHEMATA_ERR_DATA, NULL},
    {"field number 0", SCHEMATA_PROTOBUF, serde_proto, BYTES("\x00\x00\x01"), SCHEMATA_ERR_DATA,
     NULL},
    {"group without an end", SCHEMATA_PROTOBUF, serde_proto, BYTES("\x00\x53"), SCHEMATA_ERR_DATA,
     NULL},
    {"no JSON", SCHEMATA_JSON, "true", BYTES("{\"a\":"), SCHEMATA_ERR_DATA, NULL},
    {"JSON with a byte order mark", SCHEMATA_JSON, "true", BYTES("\xef\xbb\xbf" "1"),
     SCHEMATA_ERR_DATA, NULL},
    {"half a character", SCHEMATA_JSON, "true", BYTES("\"\xe2\x82\""), SCHEMATA_ERR_DATA, NULL},
    {"no JSON at all", SCHEMATA_JSON, "true", BYTES(""), SCHEMATA_ERR_DATA, NULL},
};

static void lied_to(void **state)
{
    const struct lie *row = *state;
    struct serde s;
    uint8_t *bytes = malloc(5 + row->len);
    schemata_error_t *err = NULL;
    schemata_mock_reset(SCOPE);
    serde_open(&s, SCOPE, row->type, row->schema, NULL);
    assert_int_equal(schemata_serialize_raw(s.ser, &s.msg, "", 0, NULL, 0, &s.out, NULL),
                     SCHEMATA_OK);
    memcpy(bytes, s.out.data, 5);
    memcpy(bytes + 5, row->data, row->len);
    serde_refused(
        schemata_deserialize_json(s.de, &s.msg, bytes, 5 + row->len, &s.json, NULL, &err),
        row->status, &err, row->says);
    const schemata_visitor_t deaf = {.size = sizeof deaf};
    serde_refused(schemata_deserialize_visit(s.de, &s.msg, bytes, 5 + row->len, &deaf, NULL, NULL,
                                             &err),
                  row->status, &err, row->says);
    free(bytes);
    serde_close(&s);
}

/* ---- ten thousand levels ------------------------------------------------------------------------ */

#define LEVELS 10000

/* Avro: a list whose every element holds the next; Protobuf: parts in parts; JSON: arrays. */
static void put_deep(struct serde *s, schemata_type_t type, schemata_buf_t *out)
{
    size_t len = s->out.len;
    out->data = malloc(len + (size_t)LEVELS * 8 + 8);
    memcpy(out->data, s->out.data, len);
    if (type == SCHEMATA_AVRO) {
        memset(out->data + len, 2, LEVELS);
        out->len = len + LEVELS;
    } else if (type == SCHEMATA_JSON) {
        memset(out->data + len, '[', LEVELS);
        memset(out->data + len + LEVELS, ']', LEVELS);
        out->len = len + 2 * LEVELS;
    } else {
        /* From the inside out: 1a LENGTH, with lengths in three bytes. */
        uint8_t *at = out->data + len;
        for (uint32_t inner = 4 * (LEVELS - 1), i = 0; i < LEVELS; i++, inner -= 4) {
            *at++ = 0x1a;
            *at++ = (uint8_t)(inner | 0x80);
            *at++ = (uint8_t)(inner >> 7 | 0x80);
            *at++ = (uint8_t)(inner >> 14);
        }
        out->len = (size_t)(at - out->data);
    }
}

static void nested_deep(void **state)
{
    (void)state;
    static const struct {
        schemata_type_t type;
        const char *schema;
    } rows[] = {
        {SCHEMATA_AVRO, "{\"type\":\"record\",\"name\":\"L\",\"fields\":[{\"name\":\"n\",\"type\":"
                        "[\"null\",\"L\"]}]}"},
        {SCHEMATA_JSON, "true"},
        {SCHEMATA_PROTOBUF, serde_proto},
    };
    static const int32_t order[] = {1, 0};
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        struct serde s;
        schemata_buf_t deep = {NULL, 0, 0};
        schemata_error_t *err = NULL;
        bool is_proto = rows[i].type == SCHEMATA_PROTOBUF;
        schemata_mock_reset(SCOPE);
        serde_open(&s, SCOPE, rows[i].type, rows[i].schema, NULL);
        assert_int_equal(schemata_serialize_raw(s.ser, &s.msg, "", 0, is_proto ? order : NULL,
                                                is_proto ? 2 : 0, &s.out, NULL),
                         SCHEMATA_OK);
        put_deep(&s, rows[i].type, &deep);
        serde_refused(
            schemata_deserialize_json(s.de, &s.msg, deep.data, deep.len, &s.json, NULL, &err),
            SCHEMATA_ERR_DATA, &err, NULL);
        free(deep.data);
        serde_close(&s);
    }
}

/* JSON that is to become a message, nested as deep. */
static void nested_deep_on_the_way_in(void **state)
{
    (void)state;
    static const struct {
        schemata_type_t type;
        const char *schema, *message, *open, *close;
    } rows[] = {
        {SCHEMATA_AVRO, "{\"type\":\"record\",\"name\":\"L\",\"fields\":[{\"name\":\"n\",\"type\":"
                        "[\"null\",\"L\"]}]}", NULL, "{\"n\":", "}"},
        {SCHEMATA_JSON, "true", NULL, "[", "]"},
        {SCHEMATA_PROTOBUF, serde_proto, "shop.Shop.Order", "{\"parts\":[", "]}"},
    };
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        struct serde s;
        schemata_error_t *err = NULL;
        char *text = malloc(LEVELS * 16 + 16), *at = text;
        for (int k = 0; k < LEVELS; k++)
            at = stpcpy(at, rows[i].open);
        at = stpcpy(at, rows[i].type == SCHEMATA_PROTOBUF ? "{}" : "null");
        for (int k = 0; k < LEVELS; k++)
            at = stpcpy(at, rows[i].close);
        schemata_mock_reset(SCOPE);
        serde_open(&s, SCOPE, rows[i].type, rows[i].schema, NULL);
        s.msg.message = rows[i].message;
        serde_refused(schemata_serialize_json(s.ser, &s.msg, text, (size_t)(at - text), &s.out,
                                              &err),
                      SCHEMATA_ERR_DATA, &err, NULL);
        free(text);
        serde_close(&s);
    }
}

/* Unions of two records that could both hold the rest: the branch must not be sought anew at every
 * level, which would take 2^60 steps here. */
static void unions_without_end(void **state)
{
    (void)state;
    static const char schema[] =
        "{\"type\":\"record\",\"name\":\"A\",\"fields\":[{\"name\":\"n\",\"type\":[\"null\",\"A\","
        "{\"type\":\"record\",\"name\":\"B\",\"fields\":[{\"name\":\"n\",\"type\":[\"null\",\"A\","
        "\"B\"]}]}]}]}";
    struct serde s;
    schemata_error_t *err = NULL;
    char text[512], *at = text;
    for (int i = 0; i < 60; i++)
        at = stpcpy(at, "{\"n\":");
    at = stpcpy(at, "5");
    for (int i = 0; i < 60; i++)
        at = stpcpy(at, "}");
    schemata_mock_reset(SCOPE);
    serde_open(&s, SCOPE, SCHEMATA_AVRO, schema, NULL);
    serde_refused(schemata_serialize_json(s.ser, &s.msg, text, strlen(text), &s.out, &err),
                  SCHEMATA_ERR_DATA, &err, "branches of unions exceeds");
    serde_close(&s);
}

/* ---- too long ----------------------------------------------------------------------------------- */

static void too_long(void **state)
{
    (void)state;
    const char *const settings[] = {"payload.max.bytes", "2000", NULL};
    static const struct {
        schemata_type_t type;
        const char *schema;
    } rows[] = {{SCHEMATA_AVRO, "\"string\""}, {SCHEMATA_JSON, "true"}};
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        struct serde s;
        schemata_error_t *err = NULL;
        char text[2100];
        memset(text, 'x', sizeof text);
        text[0] = text[sizeof text - 1] = '"';
        schemata_mock_reset(SCOPE);
        serde_open(&s, SCOPE, rows[i].type, rows[i].schema, settings);
        serde_refused(schemata_serialize_json(s.ser, &s.msg, text, sizeof text, &s.out, &err),
                      SCHEMATA_ERR_DATA, &err, "2000 bytes");
        serde_refused(schemata_serialize_raw(s.ser, &s.msg, text, sizeof text, NULL, 0, &s.out,
                                             &err),
                      SCHEMATA_ERR_DATA, &err, "2000 bytes");
        assert_int_equal(schemata_serialize_raw(s.ser, &s.msg, "", 0, NULL, 0, &s.out, NULL),
                         SCHEMATA_OK);
        uint8_t *message = malloc(5 + sizeof text);
        memcpy(message, s.out.data, 5);
        memcpy(message + 5, text, sizeof text);
        serde_refused(schemata_deserialize_json(s.de, &s.msg, message, 5 + sizeof text, &s.json,
                                                NULL, &err),
                      SCHEMATA_ERR_DATA, &err, "2000 bytes");
        free(message);
        serde_close(&s);
    }
}

/* A large message does not stay in memory: lanes give large buffers back. */
static void shrinks_again(void **state)
{
    (void)state;
    struct serde s;
    size_t len = 3u << 20;
    char *text = malloc(len);
    memset(text, 'x', len);
    text[0] = text[len - 1] = '"';
    schemata_mock_reset(SCOPE);
    serde_open(&s, SCOPE, SCHEMATA_JSON, "true", NULL);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(schemata_serialize_json(s.ser, &s.msg, text, len, &s.out, NULL),
                         SCHEMATA_OK);
        serde_write(&s, "1");
        serde_read(&s, "1");
    }
    free(text);
    serde_close(&s);
}

int main(void)
{
    const struct CMUnitTest single[] = {
        cmocka_unit_test(nested_deep),
        cmocka_unit_test(nested_deep_on_the_way_in),
        cmocka_unit_test(unions_without_end),
        cmocka_unit_test(too_long),
        cmocka_unit_test(shrinks_again),
    };
    struct CMUnitTest tests[SMA_COUNT(single) + SMA_COUNT(messages) + SMA_COUNT(lies)];
    size_t n = 0;
    for (size_t i = 0; i < SMA_COUNT(messages); i++)
        tests[n++] = (struct CMUnitTest){.name = messages[i].name,
                                         .test_func = cut_and_damaged,
                                         .initial_state = (void *)&messages[i]};
    for (size_t i = 0; i < SMA_COUNT(lies); i++)
        tests[n++] = (struct CMUnitTest){
            .name = lies[i].name, .test_func = lied_to, .initial_state = (void *)&lies[i]};
    memcpy(tests + n, single, sizeof single);
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
