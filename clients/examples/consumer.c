/* Prints the messages of a topic as lines of JSON, up to its end.
 *
 *     consumer BROKERS TOPIC [READER-SCHEMA-FILE]
 *
 * With a reader schema, messages of older schemas come out in its shape: fields that they lack have
 * their defaults, fields that it does not know are gone. Without, each has the shape it was written in.
 *
 * cc -o consumer consumer.c $(pkg-config --cflags --libs schemata rdkafka) */
#include <schemata/rdkafka.h>

#include "common.h"

static int print(schemata_deserializer_t *de, const rd_kafka_message_t *message,
                 schemata_buf_t *json)
{
    schemata_error_t *err = NULL;
    schemata_msg_t m;
    schemata_msg_from_rdkafka(&m, message, false);
    if (schemata_deserialize_json(de, &m, message->payload, message->len, json, NULL, &err)) {
        fprintf(stderr, "offset %lld: ", (long long)message->offset);
        say(schemata_wire_explain(message->payload, message->len), err);
        return 1;
    }
    printf("%.*s\n", (int)json->len, (const char *)json->data);
    return 0;
}

static int run(rd_kafka_t *kafka, schemata_deserializer_t *de)
{
    schemata_buf_t json = {0};
    int failures = 0;
    for (int idle = 0; idle < 100;) { /* 10 s without anything are the end, too */
        rd_kafka_message_t *message = rd_kafka_consumer_poll(kafka, 100);
        if (!message) {
            idle++;
            continue;
        }
        idle = 0;
        rd_kafka_resp_err_t code = message->err;
        if (!code)
            failures += print(de, message, &json);
        else if (code != RD_KAFKA_RESP_ERR__PARTITION_EOF)
            fprintf(stderr, "%s\n", rd_kafka_message_errstr(message));
        rd_kafka_message_destroy(message);
        if (code == RD_KAFKA_RESP_ERR__PARTITION_EOF)
            break;
    }
    schemata_buf_free(&json);
    return failures;
}

static rd_kafka_t *subscribe(const char *brokers, const char *topic)
{
    char text[512];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    if (rd_kafka_conf_set(conf, "bootstrap.servers", brokers, text, sizeof text) ||
        rd_kafka_conf_set(conf, "group.id", "schemata-example", text, sizeof text) ||
        rd_kafka_conf_set(conf, "auto.offset.reset", "earliest", text, sizeof text) ||
        rd_kafka_conf_set(conf, "enable.auto.commit", "false", text, sizeof text) ||
        rd_kafka_conf_set(conf, "enable.partition.eof", "true", text, sizeof text)) {
        fprintf(stderr, "%s\n", text);
        return NULL;
    }
    rd_kafka_t *kafka = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text, sizeof text);
    if (!kafka) {
        fprintf(stderr, "%s\n", text);
        return NULL;
    }
    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_poll_set_consumer(kafka);
    rd_kafka_topic_partition_list_add(topics, topic, 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(kafka, topics); /* one partition is enough for an example */
    rd_kafka_topic_partition_list_destroy(topics);
    return kafka;
}

int main(int argc, char **argv)
{
    schemata_error_t *err = NULL;
    schemata_schema_t *reader = NULL;
    if (argc != 3 && argc != 4) {
        fprintf(stderr, "usage: consumer BROKERS TOPIC [READER-SCHEMA-FILE]\n");
        return 2;
    }
    schemata_conf_t *conf = read_conf(&err);
    schemata_client_t *client = conf ? schemata_client_new(conf, &err) : NULL;
    if (client && argc == 4)
        reader = read_schema(argv[3], &err);
    schemata_deserializer_t *de = client && (argc == 3 || reader)
                                      ? schemata_deserializer_new(client, conf, reader, &err)
                                      : NULL;
    if (!de) {
        say("start", err);
        return 1;
    }
    rd_kafka_t *kafka = subscribe(argv[1], argv[2]);
    int failures = kafka ? run(kafka, de) : 1;
    if (kafka) {
        rd_kafka_consumer_close(kafka);
        rd_kafka_destroy(kafka);
    }
    schemata_deserializer_free(de);
    schemata_schema_unref(reader);
    schemata_client_unref(client);
    schemata_conf_free(conf);
    return failures ? 1 : 0;
}
