/* Messages with their headers, and the two ways they travel: a Kafka topic (BOOTSTRAP in the
 * environment) or a file of frames (FRAMES, a folder). */
#ifndef FRAMES_H
#define FRAMES_H

#include <jansson.h>
#include <librdkafka/rdkafka.h>
#include <schemata/rdkafka.h>
#include <schemata/schemata.h>

struct frame {
    schemata_buf_t value;
    rd_kafka_headers_t *headers;
};

struct frames {
    struct frame *items;
    size_t count;
};

/* Ends the program when there is no memory. */
struct frame *frames_add(struct frames *frames);
void frames_free(struct frames *frames);
/* 0, or -1 after worker_fail. */
int frames_send(struct frames *frames, const char *topic);
int frames_receive(struct frames *frames, const char *topic, size_t count);
/* free() it. */
char *frames_base64(const void *bytes, size_t len);

/* Sets the answer's error; -1. */
int worker_fail(const char *what);

#endif
