#include "frames.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAIT_MS 30000

struct frame *frames_add(struct frames *frames)
{
    struct frame *grown = realloc(frames->items, (frames->count + 1) * sizeof *grown);
    if (!grown)
        abort();
    frames->items = grown;
    grown[frames->count] = (struct frame){{NULL, 0, 0}, rd_kafka_headers_new(4)};
    return &grown[frames->count++];
}

void frames_free(struct frames *frames)
{
    for (size_t i = 0; i < frames->count; i++) {
        schemata_buf_free(&frames->items[i].value);
        rd_kafka_headers_destroy(frames->items[i].headers);
    }
    free(frames->items);
}

/* The bytes come from outside the library: they go through its own allocator into its buffer. */
static void set_value(struct frame *frame, const void *bytes, size_t len)
{
    frame->value.data = malloc(len + 1);
    if (!frame->value.data)
        abort();
    memcpy(frame->value.data, bytes, len);
    frame->value.len = frame->value.cap = len;
}

/* ---- base64 ------------------------------------------------------------------------------------- */

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *frames_base64(const void *bytes, size_t len)
{
    const unsigned char *p = bytes;
    char *text = malloc((len + 2) / 3 * 4 + 1), *at = text;
    if (!text)
        abort();
    for (size_t i = 0; i < len; i += 3) {
        size_t n = len - i < 3 ? len - i : 3;
        unsigned group = p[i] << 16 | (n > 1 ? p[i + 1] << 8 : 0) | (n > 2 ? p[i + 2] : 0);
        for (size_t k = 0; k < 4; k++)
            *at++ = k <= n ? letters[group >> (18 - 6 * k) & 63] : '=';
    }
    *at = '\0';
    return text;
}

static unsigned char *from_base64(const char *text, size_t *len)
{
    unsigned char *bytes = malloc(strlen(text) + 1);
    unsigned group = 0, bits = 0;
    if (!bytes)
        abort();
    *len = 0;
    for (; *text && *text != '='; text++) {
        const char *letter = strchr(letters, *text);
        group = group << 6 | (letter ? (unsigned)(letter - letters) : 0);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes[(*len)++] = (unsigned char)(group >> bits);
        }
    }
    return bytes;
}

/* ---- a file ------------------------------------------------------------------------------------- */

static FILE *open_file(const char *topic, const char *mode)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s.jsonl", getenv("FRAMES"), topic);
    return fopen(path, mode);
}

static json_t *headers_as_json(const struct frame *frame)
{
    json_t *list = json_array();
    const char *name;
    const void *value;
    size_t len;
    for (size_t i = 0; !rd_kafka_header_get_all(frame->headers, i, &name, &value, &len); i++) {
        char *text = frames_base64(value, len);
        json_array_append_new(list, json_pack("[s,s]", name, text));
        free(text);
    }
    return list;
}

static int send_to_file(const struct frames *frames, const char *topic)
{
    FILE *file = open_file(topic, "a");
    if (!file)
        return worker_fail("cannot write the file of frames");
    for (size_t i = 0; i < frames->count; i++) {
        char *value = frames_base64(frames->items[i].value.data, frames->items[i].value.len);
        json_t *row = json_pack("{s:s,s:o}", "value", value, "headers",
                                headers_as_json(&frames->items[i]));
        json_dumpf(row, file, JSON_COMPACT);
        fputc('\n', file);
        json_decref(row);
        free(value);
    }
    return fclose(file) ? worker_fail("cannot write the file of frames") : 0;
}

static void take_row(struct frames *frames, const json_t *row)
{
    struct frame *frame = frames_add(frames);
    const json_t *headers = json_object_get(row, "headers");
    size_t len;
    unsigned char *bytes = from_base64(json_string_value(json_object_get(row, "value")), &len);
    set_value(frame, bytes, len);
    free(bytes);
    for (size_t i = 0; i < json_array_size(headers); i++) {
        const json_t *one = json_array_get(headers, i);
        bytes = from_base64(json_string_value(json_array_get(one, 1)), &len);
        rd_kafka_header_add(frame->headers, json_string_value(json_array_get(one, 0)), -1, bytes,
                            (ssize_t)len);
        free(bytes);
    }
}

static int receive_from_file(struct frames *frames, const char *topic, size_t count)
{
    FILE *file = open_file(topic, "r");
    char *line = NULL;
    size_t size = 0;
    if (!file)
        return worker_fail("cannot read the file of frames");
    while (frames->count < count && getline(&line, &size, file) > 0) {
        json_t *row = json_loads(line, 0, NULL);
        take_row(frames, row);
        json_decref(row);
    }
    free(line);
    fclose(file);
    return frames->count == count ? 0 : worker_fail("too few frames in the file");
}

/* ---- Kafka -------------------------------------------------------------------------------------- */

static rd_kafka_t *connect_to(rd_kafka_type_t type, const char *const *settings)
{
    char why[512] = "";
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    for (; settings[0]; settings += 2)
        if (rd_kafka_conf_set(conf, settings[0], settings[1], why, sizeof why)) {
            rd_kafka_conf_destroy(conf);
            worker_fail(why);
            return NULL;
        }
    rd_kafka_t *rk = rd_kafka_new(type, conf, why, sizeof why);
    if (!rk) {
        rd_kafka_conf_destroy(conf);
        worker_fail(why);
    }
    return rk;
}

static void count_delivery(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque)
{
    (void)rk;
    (void)opaque;
    if (!message->err)
        ++*(size_t *)message->_private;
}

static int send_all(rd_kafka_t *rk, const struct frames *frames, const char *topic, size_t *delivered)
{
    for (size_t i = 0; i < frames->count; i++) {
        const struct frame *frame = &frames->items[i];
        rd_kafka_headers_t *headers = rd_kafka_headers_copy(frame->headers);
        rd_kafka_resp_err_t err = rd_kafka_producev(
            rk, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(0),
            RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
            RD_KAFKA_V_VALUE(frame->value.data, frame->value.len), RD_KAFKA_V_HEADERS(headers),
            RD_KAFKA_V_OPAQUE(delivered), RD_KAFKA_V_END);
        if (err) {
            rd_kafka_headers_destroy(headers);
            return worker_fail(rd_kafka_err2str(err));
        }
    }
    rd_kafka_flush(rk, WAIT_MS);
    return *delivered == frames->count ? 0 : worker_fail("the broker did not take every record");
}

static int send_to_kafka(const struct frames *frames, const char *topic)
{
    size_t delivered = 0;
    char why[512] = "";
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set_dr_msg_cb(conf, count_delivery);
    if (rd_kafka_conf_set(conf, "bootstrap.servers", getenv("BOOTSTRAP"), why, sizeof why) ||
        rd_kafka_conf_set(conf, "linger.ms", "0", why, sizeof why)) {
        rd_kafka_conf_destroy(conf);
        return worker_fail(why);
    }
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    if (!rk) {
        rd_kafka_conf_destroy(conf);
        return worker_fail(why);
    }
    int bad = send_all(rk, frames, topic, &delivered);
    rd_kafka_destroy(rk);
    return bad;
}

/* What schemata_msg_from_rdkafka makes of a consumed message is used by the README's example; here
 * messages outlive their poll, so value and headers are copied. */
static void take_message(struct frames *frames, const rd_kafka_message_t *message)
{
    struct frame *frame = frames_add(frames);
    rd_kafka_headers_t *headers = NULL;
    set_value(frame, message->payload, message->len);
    if (!rd_kafka_message_headers(message, &headers)) {
        rd_kafka_headers_destroy(frame->headers);
        frame->headers = rd_kafka_headers_copy(headers);
    }
}

static int receive_all(rd_kafka_t *rk, struct frames *frames, size_t count)
{
    int waits = 0;
    while (frames->count < count) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(rk, 1000);
        if (!message && ++waits * 1000 >= WAIT_MS)
            return worker_fail("too few records arrived in time");
        if (message && message->err) {
            worker_fail(rd_kafka_message_errstr(message));
            rd_kafka_message_destroy(message);
            return -1;
        }
        if (message)
            take_message(frames, message);
        if (message)
            rd_kafka_message_destroy(message);
    }
    return 0;
}

static int receive_from_kafka(struct frames *frames, const char *topic, size_t count)
{
    const char *const settings[] = {"bootstrap.servers",  getenv("BOOTSTRAP"),
                                    "group.id",           "matrix-c",
                                    "enable.auto.commit", "false",
                                    "auto.offset.reset",  "earliest",
                                    "fetch.wait.max.ms",  "50",
                                    NULL};
    rd_kafka_t *rk = connect_to(RD_KAFKA_CONSUMER, settings);
    if (!rk)
        return -1;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic, 0)->offset = 0;
    rd_kafka_resp_err_t err = rd_kafka_assign(rk, list);
    int bad = err ? worker_fail(rd_kafka_err2str(err)) : receive_all(rk, frames, count);
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_consumer_close(rk);
    rd_kafka_destroy(rk);
    return bad;
}

static bool uses_kafka(void)
{
    const char *bootstrap = getenv("BOOTSTRAP");
    return bootstrap && *bootstrap;
}

int frames_send(struct frames *frames, const char *topic)
{
    return uses_kafka() ? send_to_kafka(frames, topic) : send_to_file(frames, topic);
}

int frames_receive(struct frames *frames, const char *topic, size_t count)
{
    return uses_kafka() ? receive_from_kafka(frames, topic, count)
                        : receive_from_file(frames, topic, count);
}
