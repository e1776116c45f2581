/* Generated structs of protobuf-c in and out, against our own JSON form of the same messages. */
#include "schemata/protobuf_c.h"
#include "tests/unit/client/serde.h"

#include "tests/orders.pb-c.c"

#define SCOPE "protobuf-c"

static char *orders_proto(void)
{
    size_t len;
    return sma_test_read_file("tests/unit/client/protobuf-c/orders.proto", &len);
}

static const char value[] =
    "{\"id\":\"-9007199254740993\",\"region\":\"eu\",\"counts\":[1,-2],\"status\":\"SENT\","
    "\"receipt\":{\"id\":\"r\"},\"parts\":[{\"id\":\"1\"},{}],\"prices\":{\"k\":1.5},"
    "\"raw\":\"AP8=\",\"owed\":-3}";

static void open_orders(struct serde *s)
{
    char *text = orders_proto();
    schemata_error_t *err = NULL;
    schemata_mock_reset(SCOPE);
    serde_open(s, SCOPE, SCHEMATA_PROTOBUF, text, NULL);
    s->msg.message = "shop.Shop.Order";
    if (schemata_bind_pbc(s->ser, &shop__shop__order__descriptor, s->schema, &err))
        fail_msg("%s", schemata_error_message(err));
    free(text);
}

static void goes_and_comes_back(void **state)
{
    (void)state;
    struct serde s;
    ProtobufCMessage *message = NULL;
    schemata_error_t *err = NULL;
    schemata_decoded_t info = {.size = sizeof info};
    open_orders(&s);
    for (int i = 0; i < 3; i++) {
        serde_write(&s, value);
        if (schemata_deserialize_pbc(s.de, &s.msg, s.out.data, s.out.len,
                                     &shop__shop__order__descriptor, NULL, &message, &info, &err))
            fail_msg("%s", schemata_error_message(err));
        const Shop__Shop__Order *order = (const Shop__Shop__Order *)message;
        assert_true(order->id == -9007199254740993);
        assert_string_equal(order->region, "eu");
        assert_int_equal(order->n_parts, 2);
        assert_int_equal(order->how_case, SHOP__SHOP__ORDER__HOW_OWED);
        assert_int_equal(info.wire.n_indexes, 2);
        schemata_decoded_release(&info);
        schemata_msg_t plain = s.msg;
        plain.message = NULL; /* the bound name tells */
        if (schemata_serialize_pbc(s.ser, &plain, message, &s.out, &err))
            fail_msg("%s", schemata_error_message(err));
        assert_memory_equal(s.out.data + 5, "\4\2\0", 3);
        serde_read(&s, value);
        protobuf_c_message_free_unpacked(message, NULL);
    }
    assert_int_equal(schemata_mock_requests(SCOPE, "/subjects/"), 1);
    serde_close(&s);
}

/* ---- stale code --------------------------------------------------------------------------------- */

static const struct stale {
    const char *name, *from, *to; /* a change of the .proto */
    const char *says;
} stales[] = {
    {"number", "id = 1;\n    string", "id = 21;\n    string", "id: the .proto has no field of that number"},
    {"name", "string region = 2", "string place = 2", "region: the .proto has another name"},
    {"type", "int64 id = 1", "sint64 id = 1", "id: the .proto has another type"},
    {"label", "repeated int32 counts", "int32 counts", "counts: repeated in only one"},
    {"message type", "Receipt receipt = 5", "Shop receipt = 5", "receipt: the .proto has another message"},
    {"new field", "bytes raw = 8;", "bytes raw = 8; bool extra = 11;", "extra: missing in the generated"},
    {"enum", "SENT = 1;", "RETURNED = 2;", "status: its enum has constants"},
    {"map", "map<string, double>", "map<string, float>", "value: the .proto has another type"},
    {"inner message", "string id = 1;\n}", "bytes id = 1;\n}", "shop.Receipt.id: the .proto has another"},
    {"package", "package shop;", "package store;", "no message shop.Shop.Order"},
};

static void notices_stale_code(void **state)
{
    const struct stale *row = *state;
    struct serde s;
    schemata_error_t *err = NULL;
    char *text = orders_proto(), *at = strstr(text, row->from), changed[4096];
    assert_non_null(at);
    snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - text), text, row->to,
             at + strlen(row->from));
    schemata_mock_reset(SCOPE);
    serde_open(&s, SCOPE, SCHEMATA_PROTOBUF, changed, NULL);
    serde_refused(schemata_bind_pbc(s.ser, &shop__shop__order__descriptor, s.schema, &err),
                  SCHEMATA_ERR_DATA, &err, row->says);
    free(text);
    serde_close(&s);
}

/* ---- refusals ----------------------------------------------------------------------------------- */

static void refuses(void **state)
{
    (void)state;
    struct serde s;
    Shop__Receipt receipt = SHOP__RECEIPT__INIT;
    ProtobufCMessage *message = NULL;
    schemata_error_t *err = NULL;
    open_orders(&s);
    serde_refused(schemata_serialize_pbc(s.ser, &s.msg, &receipt.base, &s.out, &err),
                  SCHEMATA_ERR_ARG, &err, "not bound");
    serde_write(&s, value);
    serde_refused(schemata_deserialize_pbc(s.de, &s.msg, s.out.data, s.out.len,
                                           &shop__receipt__descriptor, NULL, &message, NULL, &err),
                  SCHEMATA_ERR_DATA, &err, "is a shop.Shop.Order, not a shop.Receipt");
    assert_int_equal(schemata_serialize_pbc(s.ser, &s.msg, NULL, &s.out, NULL), SCHEMATA_OK);
    assert_int_equal(s.out.len, 0);
    assert_int_equal(schemata_deserialize_pbc(s.de, &s.msg, NULL, 0, &shop__receipt__descriptor,
                                              NULL, &message, NULL, NULL),
                     SCHEMATA_OK);
    assert_null(message);
    serde_close(&s);
    serde_open(&s, SCOPE, SCHEMATA_JSON, "true", NULL);
    s.msg.topic = "json";
    serde_write(&s, "1");
    serde_refused(schemata_deserialize_pbc(s.de, &s.msg, s.out.data, s.out.len,
                                           &shop__receipt__descriptor, NULL, &message, NULL, &err),
                  SCHEMATA_ERR_UNSUPPORTED, &err, "no Protobuf");
    serde_close(&s);
}

static schemata_status_t unpack_copy(struct serde *s, const uint8_t *bytes, size_t len)
{
    ProtobufCMessage *message = NULL;
    uint8_t *copy = malloc(len ? len : 1);
    memcpy(copy, bytes, len);
    schemata_status_t st = schemata_deserialize_pbc(
        s->de, &s->msg, copy, len, &shop__shop__order__descriptor, NULL, &message, NULL, NULL);
    assert_true(!st == !!message);
    if (message)
        protobuf_c_message_free_unpacked(message, NULL);
    free(copy);
    return st;
}

static void hostile(void **state)
{
    (void)state;
    struct serde s;
    open_orders(&s);
    serde_write(&s, value);
    for (size_t cut = 0; cut < s.out.len; cut++) {
        schemata_status_t st = unpack_copy(&s, s.out.data, cut);
        assert_true(st == SCHEMATA_ERR_FRAMING || st == SCHEMATA_ERR_DATA || (!st && cut >= 8));
    }
    for (size_t at = 8; at < s.out.len; at++) {
        s.out.data[at] ^= 0x83;
        schemata_status_t st = unpack_copy(&s, s.out.data, s.out.len);
        assert_true(!st || st == SCHEMATA_ERR_DATA);
        s.out.data[at] ^= 0x83;
    }
    serde_close(&s);
}

/* 100,000 parts within parts: protobuf-c would recurse through all of them. */
static void nested_deep(void **state)
{
    (void)state;
    enum { LEVELS = 100000 };
    struct serde s;
    open_orders(&s);
    serde_write(&s, "{}");
    uint8_t *bytes = malloc(8 + LEVELS * 5), *at = bytes + 8;
    memcpy(bytes, s.out.data, 8);
    for (uint32_t i = 0, inner = 5 * (LEVELS - 1); i < LEVELS; i++, inner -= 5) {
        *at++ = 0x32;
        *at++ = (uint8_t)(inner | 0x80);
        *at++ = (uint8_t)(inner >> 7 | 0x80);
        *at++ = (uint8_t)(inner >> 14 | 0x80);
        *at++ = (uint8_t)(inner >> 21);
    }
    assert_int_equal(unpack_copy(&s, bytes, (size_t)(at - bytes)), SCHEMATA_ERR_DATA);
    free(bytes);
    serde_close(&s);
}

int main(void)
{
    const struct CMUnitTest single[] = {
        cmocka_unit_test(goes_and_comes_back),
        cmocka_unit_test(refuses),
        cmocka_unit_test(hostile),
        cmocka_unit_test(nested_deep),
    };
    struct CMUnitTest tests[SMA_COUNT(single) + SMA_COUNT(stales)];
    size_t n = 0;
    for (size_t i = 0; i < SMA_COUNT(stales); i++)
        tests[n++] = (struct CMUnitTest){.name = stales[i].name,
                                         .test_func = notices_stale_code,
                                         .initial_state = (void *)&stales[i]};
    memcpy(tests + n, single, sizeof single);
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
