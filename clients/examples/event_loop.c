/* A program with one thread and one loop that must never stand still: it waits in poll() for messages of
 * Kafka and for a timer, and takes messages apart with SCHEMATA_NOWAIT. A message whose schema is not in
 * the cache yet is put aside while the client's worker fetches it; the others of the batch go on.
 *
 *     event_loop BROKERS TOPIC
 *
 * Prints each message as a line of JSON, and at the end how often the loop turned and what its longest
 * turn was.
 *
 * cc -o event_loop event_loop.c $(pkg-config --cflags --libs schemata rdkafka) */
#include <fcntl.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include <schemata/rdkafka.h>

#include "common.h"

#define ASIDE_MAX 1024
#define TICK_MS 5

struct loop {
    schemata_deserializer_t *de;
    rd_kafka_t *kafka;
    rd_kafka_queue_t *queue;
    int wake[2];
    rd_kafka_message_t *aside[ASIDE_MAX];
    size_t aside_count;
    schemata_buf_t json;
    int is_at_end, failures;
    unsigned turns, parked;
    double longest_ms;
};

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* False when it has to wait for its schema. */
static int try_message(struct loop *l, const rd_kafka_message_t *message)
{
    schemata_error_t *err = NULL;
    schemata_msg_t m;
    schemata_msg_from_rdkafka(&m, message, false);
    m.flags = SCHEMATA_NOWAIT;
    schemata_status_t st = schemata_deserialize_json(l->de, &m, message->payload, message->len,
                                                     &l->json, NULL, &err);
    if (st == SCHEMATA_ERR_WOULD_BLOCK) {
        schemata_error_free(err);
        return 0;
    }
    if (st) {
        say("message", err);
        l->failures++;
    } else {
        printf("%.*s\n", (int)l->json.len, (const char *)l->json.data);
    }
    return 1;
}

static void retry_aside(struct loop *l)
{
    size_t kept = 0;
    for (size_t i = 0; i < l->aside_count; i++) {
        if (try_message(l, l->aside[i]))
            rd_kafka_message_destroy(l->aside[i]);
        else
            l->aside[kept++] = l->aside[i];
    }
    l->aside_count = kept;
}

/* All that has come, none of it waited for. */
static void take_messages(struct loop *l)
{
    while (l->aside_count < ASIDE_MAX) {
        rd_kafka_message_t *message = rd_kafka_consume_queue(l->queue, 0);
        if (!message)
            return;
        if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
            l->is_at_end = 1;
        } else if (message->err) {
            fprintf(stderr, "%s\n", rd_kafka_message_errstr(message));
        } else if (!try_message(l, message)) {
            l->aside[l->aside_count++] = message;
            l->parked++;
            continue;
        }
        rd_kafka_message_destroy(message);
    }
}

static void run(struct loop *l)
{
    struct pollfd fd = {.fd = l->wake[0], .events = POLLIN};
    double end = now_ms() + 30000;
    while ((!l->is_at_end || l->aside_count) && now_ms() < end) {
        char bytes[64];
        if (poll(&fd, 1, TICK_MS) > 0)
            while (read(l->wake[0], bytes, sizeof bytes) > 0)
                ;
        double start = now_ms();
        retry_aside(l);
        take_messages(l);
        l->turns++;
        if (now_ms() - start > l->longest_ms)
            l->longest_ms = now_ms() - start;
    }
    for (size_t i = 0; i < l->aside_count; i++)
        rd_kafka_message_destroy(l->aside[i]);
    l->failures += (int)l->aside_count;
}

static int open_kafka(struct loop *l, const char *brokers, const char *topic)
{
    char text[512];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    if (rd_kafka_conf_set(conf, "bootstrap.servers", brokers, text, sizeof text) ||
        rd_kafka_conf_set(conf, "group.id", "schemata-loop", text, sizeof text) ||
        rd_kafka_conf_set(conf, "enable.auto.commit", "false", text, sizeof text) ||
        rd_kafka_conf_set(conf, "enable.partition.eof", "true", text, sizeof text) ||
        !(l->kafka = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text, sizeof text))) {
        fprintf(stderr, "%s\n", text);
        return 1;
    }
    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_poll_set_consumer(l->kafka);
    l->queue = rd_kafka_queue_get_consumer(l->kafka);
    rd_kafka_queue_io_event_enable(l->queue, l->wake[1], "1", 1);
    rd_kafka_topic_partition_list_add(topics, topic, 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(l->kafka, topics);
    rd_kafka_topic_partition_list_destroy(topics);
    return 0;
}

int main(int argc, char **argv)
{
    struct loop l = {.failures = 0};
    schemata_error_t *err = NULL;
    if (argc != 3) {
        fprintf(stderr, "usage: event_loop BROKERS TOPIC\n");
        return 2;
    }
    schemata_conf_t *conf = read_conf(&err);
    schemata_client_t *client = NULL;
    if (conf && !schemata_conf_set(conf, "worker.threads", "1", &err))
        client = schemata_client_new(conf, &err);
    if (client)
        l.de = schemata_deserializer_new(client, conf, NULL, &err);
    if (!l.de) {
        say("start", err);
        return 1;
    }
    if (pipe(l.wake) || fcntl(l.wake[0], F_SETFL, O_NONBLOCK) ||
        fcntl(l.wake[1], F_SETFL, O_NONBLOCK) || open_kafka(&l, argv[1], argv[2]))
        return 1;
    run(&l);
    fprintf(stderr, "%u turns, the longest %.1f ms; %u messages waited for their schema\n", l.turns,
            l.longest_ms, l.parked);
    rd_kafka_queue_destroy(l.queue);
    rd_kafka_consumer_close(l.kafka);
    rd_kafka_destroy(l.kafka);
    schemata_buf_free(&l.json);
    schemata_deserializer_free(l.de);
    schemata_client_unref(client);
    schemata_conf_free(conf);
    return l.failures ? 1 : 0;
}
