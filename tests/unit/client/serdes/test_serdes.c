/* libserdes' interface: what kcat and its kin call, against the mock registry. */
#include <errno.h>

#include <libserdes/serdes-avro.h>

#include "schemata/test.h"
#include "tests/support/test.h"

#define SCOPE "serdes"
#define ORDER                                                                                      \
    "{\"type\":\"record\",\"name\":\"Order\",\"fields\":[{\"name\":\"id\",\"type\":\"long\"},"       \
    "{\"name\":\"note\",\"type\":[\"null\",\"string\"]}]}"
#define OTHER "{\"type\":\"record\",\"name\":\"Other\",\"fields\":[]}"

static serdes_t *open_serdes(const char *framing)
{
    char errstr[256];
    serdes_conf_t *conf = serdes_conf_new(errstr, sizeof errstr, "schema.registry.url",
                                          "mock://" SCOPE, "debug", "all", NULL);
    assert_non_null(conf);
    assert_int_equal(serdes_conf_set(conf, "deserializer.framing", framing, NULL, 0), SERDES_ERR_OK);
    assert_int_equal(serdes_conf_set(conf, "serializer.framing", framing, NULL, 0), SERDES_ERR_OK);
    serdes_t *serdes = serdes_new(conf, errstr, sizeof errstr);
    if (!serdes)
        fail_msg("%s", errstr);
    return serdes;
}

static serdes_schema_t *add_order(serdes_t *serdes)
{
    char errstr[256];
    serdes_schema_t *schema =
        serdes_schema_add(serdes, "orders-value", -1, ORDER, -1, errstr, sizeof errstr);
    if (!schema)
        fail_msg("%s", errstr);
    return schema;
}

/* An Order of avro-c's. */
static void make_value(avro_schema_t schema, int64_t id, avro_value_t *v)
{
    avro_value_t field, branch;
    avro_value_iface_t *iface = avro_generic_class_from_schema(schema);
    assert_int_equal(avro_generic_value_new(iface, v), 0);
    avro_value_iface_decref(iface);
    assert_int_equal(avro_value_get_by_name(v, "id", &field, NULL), 0);
    avro_value_set_long(&field, id);
    assert_int_equal(avro_value_get_by_name(v, "note", &field, NULL), 0);
    avro_value_set_branch(&field, 1, &branch);
    avro_value_set_string(&branch, "two words");
}

/* As kcat prints a message. */
static void value_is(avro_value_t *v, const char *want)
{
    char *json = NULL;
    assert_int_equal(avro_value_to_json(v, 1, &json), 0);
    assert_string_equal(json, want);
    free(json);
}

static void a_message_there_and_back(void **state)
{
    (void)state;
    schemata_mock_reset(SCOPE);
    serdes_t *writer = open_serdes("cp1"), *reader = open_serdes("cp1");
    serdes_schema_t *schema = add_order(writer), *found = NULL;
    avro_value_t v, back;
    void *payload = NULL;
    size_t size = 0;
    char errstr[256];
    assert_true(serdes_schema_id(schema) > 0);
    assert_string_equal(serdes_schema_name(schema), "orders-value");
    assert_string_equal(serdes_schema_definition(schema), ORDER);
    assert_ptr_equal(serdes_schema_handle(schema), writer);
    assert_ptr_equal(serdes_schema_object(schema), serdes_schema_avro(schema));
    make_value(serdes_schema_avro(schema), 7, &v);
    assert_int_equal(
        serdes_schema_serialize_avro(schema, &v, &payload, &size, errstr, sizeof errstr),
        SERDES_ERR_OK);
    assert_int_equal(size, serdes_serializer_framing_size(writer) + 1 + 1 + 1 + strlen("two words"));
    assert_int_equal(serdes_deserialize_avro(reader, &back, &found, payload, size, errstr,
                                             sizeof errstr),
                     SERDES_ERR_OK);
    assert_int_equal(serdes_schema_id(found), serdes_schema_id(schema));
    assert_null(serdes_schema_name(found));
    value_is(&back, "{\"id\": 7, \"note\": {\"string\": \"two words\"}}");
    avro_value_decref(&back);
    for (int i = 0; i < 10; i++) { /* from the cache */
        assert_int_equal(
            serdes_deserialize_avro(reader, &back, NULL, payload, size, errstr, sizeof errstr),
            SERDES_ERR_OK);
        avro_value_decref(&back);
    }
    assert_int_equal(schemata_mock_requests(SCOPE, "/schemas/ids/"), 1);
    avro_value_decref(&v);
    free(payload);
    serdes_destroy(writer);
    serdes_destroy(reader);
}

static void a_buffer_of_ones_own(void **state)
{
    (void)state;
    schemata_mock_reset(SCOPE);
    serdes_t *serdes = open_serdes("cp1");
    serdes_schema_t *schema = add_order(serdes);
    avro_value_t v;
    char buffer[64], errstr[256];
    void *payload = buffer;
    size_t size = 4;
    make_value(serdes_schema_avro(schema), 7, &v);
    assert_int_equal(
        serdes_schema_serialize_avro(schema, &v, &payload, &size, errstr, sizeof errstr),
        SERDES_ERR_BUFFER_SIZE);
    size = sizeof buffer;
    assert_int_equal(
        serdes_schema_serialize_avro(schema, &v, &payload, &size, errstr, sizeof errstr),
        SERDES_ERR_OK);
    assert_ptr_equal(payload, buffer);
    assert_int_equal(size, 17);
    const void *at = buffer;
    serdes_schema_t *found = NULL;
    assert_int_equal(serdes_framing_read(serdes, &at, &size, &found, errstr, sizeof errstr), 5);
    assert_ptr_equal(at, buffer + 5);
    assert_int_equal(size, 12);
    assert_int_equal(serdes_schema_id(found), serdes_schema_id(schema));
    assert_int_equal(serdes_framing_write(serdes, schema, buffer, 4), 0);
    assert_int_equal(serdes_framing_write(serdes, schema, buffer, 5), 5);
    avro_value_decref(&v);
    serdes_destroy(serdes);
}

static void without_framing(void **state)
{
    (void)state;
    schemata_mock_reset(SCOPE);
    serdes_t *serdes = open_serdes("none");
    serdes_schema_t *schema = add_order(serdes), *none = NULL;
    avro_value_t v, back;
    void *payload = NULL;
    size_t size = 0;
    char errstr[256];
    make_value(serdes_schema_avro(schema), 7, &v);
    assert_int_equal(serdes_serializer_framing_size(serdes), 0);
    assert_int_equal(serdes_deserializer_framing_size(serdes), 0);
    assert_int_equal(
        serdes_schema_serialize_avro(schema, &v, &payload, &size, errstr, sizeof errstr),
        SERDES_ERR_OK);
    assert_int_equal(size, 12);
    assert_int_equal(
        serdes_deserialize_avro(serdes, &back, &none, payload, size, errstr, sizeof errstr),
        SERDES_ERR_SCHEMA_REQUIRED);
    assert_int_equal(
        serdes_deserialize_avro(serdes, &back, &schema, payload, size, errstr, sizeof errstr),
        SERDES_ERR_OK);
    value_is(&back, "{\"id\": 7, \"note\": {\"string\": \"two words\"}}");
    avro_value_decref(&back);
    avro_value_decref(&v);
    free(payload);
    serdes_destroy(serdes);
}

static const struct bad {
    const char *name, *bytes;
    size_t len;
    serdes_err_t want;
    const char *says;
} bads[] = {
    {"nothing", "", 0, SERDES_ERR_FRAMING_INVALID, "tombstone"},
    {"JSON", "{}", 2, SERDES_ERR_FRAMING_INVALID, "plain JSON"},
    {"cut id", "\0\0\0", 3, SERDES_ERR_FRAMING_INVALID, "cut off"},
    {"unknown id", "\0\0\0\4\1xx", 7, SERDES_ERR_SCHEMA_LOAD, "not found"},
    {"no data", "\0\0\0\0\1", 5, SERDES_ERR_PAYLOAD_INVALID, NULL},
    {"cut data", "\0\0\0\0\1\16\2\22two", 11, SERDES_ERR_PAYLOAD_INVALID, NULL},
    {"a length that lies", "\0\0\0\0\1\16\2\xfe\xff\xff\xff\x0f", 12, SERDES_ERR_PAYLOAD_INVALID,
     NULL},
    {"no such branch", "\0\0\0\0\1\16\6", 7, SERDES_ERR_PAYLOAD_INVALID, NULL},
};

static void bad_messages_are_refused(void **state)
{
    (void)state;
    schemata_mock_reset(SCOPE);
    serdes_t *serdes = open_serdes("cp1");
    add_order(serdes);
    for (size_t i = 0; i < SMA_COUNT(bads); i++) {
        avro_value_t v;
        char errstr[256] = "";
        char *copy = malloc(bads[i].len + 1); /* of its exact size for ASan */
        memcpy(copy, bads[i].bytes, bads[i].len);
        serdes_err_t got = serdes_deserialize_avro(serdes, &v, NULL, copy, bads[i].len, errstr,
                                                   sizeof errstr);
        free(copy);
        if (got != bads[i].want || !*errstr || (bads[i].says && !strstr(errstr, bads[i].says)))
            fail_msg("%s: %d %s", bads[i].name, got, errstr);
    }
    serdes_destroy(serdes);
}

static void schemas_by_name_and_id(void **state)
{
    (void)state;
    schemata_mock_reset(SCOPE);
    char errstr[256];
    serdes_t *serdes = open_serdes("cp1"), *other = open_serdes("cp1");
    serdes_schema_t *schema = add_order(serdes);
    int id = serdes_schema_id(schema);
    assert_ptr_equal(serdes_schema_get(serdes, "orders-value", -1, errstr, sizeof errstr), schema);
    assert_ptr_equal(serdes_schema_get(serdes, NULL, id, errstr, sizeof errstr), schema);
    serdes_schema_t *found = serdes_schema_get(other, "orders-value", -1, errstr, sizeof errstr);
    assert_int_equal(serdes_schema_id(found), id);
    assert_null(serdes_schema_get(other, "gone", -1, errstr, sizeof errstr));
    assert_non_null(strstr(errstr, "not found"));
    assert_null(serdes_schema_get(other, NULL, -1, errstr, sizeof errstr));
    assert_null(serdes_schema_add(other, "bad", -1, "{", 1, errstr, sizeof errstr));
    assert_true(*errstr);
    serdes_schema_t *local = serdes_schema_add(other, NULL, 99, OTHER, -1, errstr, sizeof errstr);
    assert_int_equal(serdes_schema_id(local), 99);
    serdes_schema_set_opaque(local, other);
    assert_ptr_equal(serdes_schema_opaque(local), other);
    avro_value_t v;
    void *payload = NULL;
    size_t size = 0;
    make_value(serdes_schema_avro(schema), 1, &v);
    assert_int_equal(serdes_schema_serialize_avro(local, &v, &payload, &size, errstr, sizeof errstr),
                     SERDES_ERR_SCHEMA_MISMATCH);
    avro_value_decref(&v);
    assert_int_equal(serdes_schemas_purge(other, 3600), 0);
    assert_int_equal(serdes_schemas_purge(other, 0), 2);
    serdes_schema_destroy(schema);
    serdes_destroy(serdes);
    serdes_destroy(other);
}

static int loads, unloads;

static void *load(serdes_schema_t *schema, const char *definition, size_t len, char *errstr,
                  size_t errstr_size, void *opaque)
{
    (void)schema;
    assert_int_equal(len, strlen(ORDER));
    assert_memory_equal(definition, ORDER, len);
    snprintf(errstr, errstr_size, "the application says no");
    loads++;
    return opaque;
}

static void unload(serdes_schema_t *schema, void *object, void *opaque)
{
    (void)schema;
    assert_ptr_equal(object, opaque);
    unloads++;
}

static void objects_of_the_application(void **state)
{
    (void)state;
    char errstr[256];
    int object;
    schemata_mock_reset(SCOPE);
    for (int accepts = 0; accepts < 2; accepts++) {
        serdes_conf_t *conf =
            serdes_conf_new(errstr, sizeof errstr, "url", "mock://" SCOPE, NULL);
        serdes_conf_set_opaque(conf, accepts ? &object : NULL);
        serdes_conf_set_schema_load_cb(conf, load, unload);
        serdes_t *serdes = serdes_new(conf, errstr, sizeof errstr);
        serdes_schema_t *schema =
            serdes_schema_add(serdes, "orders-value", -1, ORDER, -1, errstr, sizeof errstr);
        assert_true((schema != NULL) == accepts);
        if (accepts) {
            assert_ptr_equal(serdes_schema_object(schema), &object);
            assert_null(serdes_schema_avro(schema));
        } else {
            assert_string_equal(errstr, "the application says no");
        }
        serdes_destroy(serdes);
    }
    assert_int_equal(loads, 2);
    assert_int_equal(unloads, 1);
}

static void wrong_configurations(void **state)
{
    (void)state;
    char errstr[256];
    assert_null(serdes_conf_new(errstr, sizeof errstr, "no.such", "x", NULL));
    assert_non_null(strstr(errstr, "no.such"));
    serdes_conf_t *conf = serdes_conf_new(NULL, 0, NULL);
    assert_int_equal(serdes_conf_set(conf, "no.such", "x", errstr, sizeof errstr),
                     SERDES_ERR_CONF_UNKNOWN);
    assert_int_equal(serdes_conf_set(conf, "max.retries", "x", errstr, sizeof errstr),
                     SERDES_ERR_CONF_INVALID);
    assert_int_equal(serdes_conf_set(conf, "schema.registry.ssl.ca.location", "/x", errstr,
                                     sizeof errstr),
                     SERDES_ERR_OK);
    serdes_conf_t *copy = serdes_conf_copy(conf);
    assert_null(serdes_new(copy, errstr, sizeof errstr)); /* no URL */
    assert_non_null(strstr(errstr, "schema.registry.url"));
    serdes_conf_destroy(copy);
    serdes_conf_destroy(conf);
    for (int e = SERDES_ERR_OK; e <= SERDES_ERR_BUFFER_SIZE; e++)
        assert_string_not_equal(serdes_err2str((serdes_err_t)e), "Unknown error");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_there_and_back),
        cmocka_unit_test(a_buffer_of_ones_own),
        cmocka_unit_test(without_framing),
        cmocka_unit_test(bad_messages_are_refused),
        cmocka_unit_test(schemas_by_name_and_id),
        cmocka_unit_test(objects_of_the_application),
        cmocka_unit_test(wrong_configurations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
