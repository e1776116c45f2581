/* Produces each line of standard input, a JSON value, as a message of the schema in a file.
 *
 *     producer BROKERS TOPIC SCHEMA-FILE <messages
 *
 * cc -o producer producer.c $(pkg-config --cflags --libs schemata rdkafka) */
#include <schemata/rdkafka.h>

#include "common.h"

/* Hands the message over; the broker's queue may be full for a moment. */
static int produce(rd_kafka_t *kafka, const char *topic, const schemata_buf_t *out,
                   rd_kafka_headers_t *headers)
{
    for (int tries = 0; tries < 100; tries++) {
        rd_kafka_resp_err_t code =
            rd_kafka_producev(kafka, RD_KAFKA_V_TOPIC(topic),
                              RD_KAFKA_V_VALUE(out->data, out->len),
                              RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                              RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
        if (!code)
            return 0; /* it owns the headers now */
        if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
            fprintf(stderr, "%s\n", rd_kafka_err2str(code));
            break;
        }
        rd_kafka_poll(kafka, 100);
    }
    rd_kafka_headers_destroy(headers);
    return 1;
}

static int run(rd_kafka_t *kafka, schemata_serializer_t *ser, const char *topic)
{
    static char line[1 << 20];
    schemata_buf_t out = {0}; /* reused: steady state allocates nothing */
    schemata_error_t *err = NULL;
    int failures = 0;
    while (fgets(line, sizeof line, stdin)) {
        rd_kafka_headers_t *headers = rd_kafka_headers_new(1);
        schemata_msg_t m;
        schemata_msg_for_rdkafka(&m, topic, false, headers);
        if (schemata_serialize_json(ser, &m, line, strcspn(line, "\r\n"), &out, &err)) {
            say("message", err);
            err = NULL;
            rd_kafka_headers_destroy(headers);
            failures++;
        } else {
            failures += produce(kafka, topic, &out, headers);
        }
        rd_kafka_poll(kafka, 0);
    }
    if (rd_kafka_flush(kafka, 30000))
        failures++;
    schemata_buf_free(&out);
    return failures;
}

static void delivered(rd_kafka_t *kafka, const rd_kafka_message_t *message, void *failures)
{
    (void)kafka;
    if (message->err) {
        fprintf(stderr, "not delivered: %s\n", rd_kafka_err2str(message->err));
        ++*(int *)failures;
    }
}

int main(int argc, char **argv)
{
    char text[512];
    schemata_error_t *err = NULL;
    int lost = 0;
    if (argc != 4) {
        fprintf(stderr, "usage: producer BROKERS TOPIC SCHEMA-FILE <messages\n");
        return 2;
    }
    schemata_conf_t *conf = read_conf(&err);
    schemata_client_t *client = conf ? schemata_client_new(conf, &err) : NULL;
    schemata_schema_t *schema = client ? read_schema(argv[3], &err) : NULL;
    schemata_serializer_t *ser = schema ? schemata_serializer_new(client, conf, schema, &err) : NULL;
    if (!ser) {
        say("start", err);
        return 1;
    }
    rd_kafka_conf_t *kafka_conf = rd_kafka_conf_new();
    rd_kafka_conf_set_opaque(kafka_conf, &lost);
    rd_kafka_conf_set_dr_msg_cb(kafka_conf, delivered);
    if (rd_kafka_conf_set(kafka_conf, "bootstrap.servers", argv[1], text, sizeof text)) {
        fprintf(stderr, "%s\n", text);
        return 1;
    }
    rd_kafka_t *kafka = rd_kafka_new(RD_KAFKA_PRODUCER, kafka_conf, text, sizeof text);
    if (!kafka) {
        fprintf(stderr, "%s\n", text);
        return 1;
    }
    int failures = run(kafka, ser, argv[2]);
    rd_kafka_destroy(kafka);
    schemata_serializer_free(ser);
    schemata_schema_unref(schema);
    schemata_client_unref(client);
    schemata_conf_free(conf);
    return failures + lost ? 1 : 0;
}
