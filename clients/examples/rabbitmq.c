/* Messages over RabbitMQ (AMQP 0-9-1): each line of standard input, a JSON value, is published as a framed
 * message of the schema in a file, consumed again and printed. The frame is in the body, as Kinesis' and
 * SQS' users have it: no header is needed.
 *
 *     rabbitmq PORT QUEUE SCHEMA-FILE <messages
 *
 * cc -o rabbitmq rabbitmq.c $(pkg-config --cflags --libs schemata librabbitmq) */
#include <amqp.h>
#include <amqp_tcp_socket.h>
#include <sys/time.h>

#include "common.h"

#define WAIT_SECONDS 10

static int refused(amqp_connection_state_t amqp, const char *what)
{
    amqp_rpc_reply_t reply = amqp_get_rpc_reply(amqp);
    if (reply.reply_type == AMQP_RESPONSE_NORMAL)
        return 0;
    fprintf(stderr, "%s: %s\n", what,
            reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION
                ? amqp_error_string2(reply.library_error)
                : "refused by the broker");
    return 1;
}

static int open_queue(amqp_connection_state_t amqp, int port, const char *queue)
{
    struct timeval wait = {WAIT_SECONDS, 0};
    amqp_socket_t *socket = amqp_tcp_socket_new(amqp);
    if (!socket || amqp_socket_open_noblock(socket, "127.0.0.1", port, &wait)) {
        fprintf(stderr, "no broker at port %d\n", port);
        return 1;
    }
    amqp_rpc_reply_t login =
        amqp_login(amqp, "/", 0, 131072, 0, AMQP_SASL_METHOD_PLAIN, "guest", "guest");
    if (login.reply_type != AMQP_RESPONSE_NORMAL) {
        fprintf(stderr, "login refused\n");
        return 1;
    }
    amqp_channel_open(amqp, 1);
    if (refused(amqp, "channel"))
        return 1;
    amqp_queue_declare(amqp, 1, amqp_cstring_bytes(queue), 0, 0, 0, 1, amqp_empty_table);
    if (refused(amqp, "queue"))
        return 1;
    amqp_basic_consume(amqp, 1, amqp_cstring_bytes(queue), amqp_empty_bytes, 0, 1, 0,
                       amqp_empty_table);
    return refused(amqp, "consume");
}

static int publish(amqp_connection_state_t amqp, schemata_serializer_t *ser, const char *queue,
                   const char *json, size_t len, schemata_buf_t *out)
{
    schemata_error_t *err = NULL;
    const schemata_msg_t m = {.size = sizeof m, .topic = queue};
    if (schemata_serialize_json(ser, &m, json, len, out, &err)) {
        say("message", err);
        return 1;
    }
    const amqp_bytes_t body = {.len = out->len, .bytes = out->data};
    return amqp_basic_publish(amqp, 1, amqp_empty_bytes, amqp_cstring_bytes(queue), 0, 0, NULL,
                              body) != AMQP_STATUS_OK;
}

static int receive(amqp_connection_state_t amqp, schemata_deserializer_t *de, const char *queue,
                   schemata_buf_t *json)
{
    struct timeval wait = {WAIT_SECONDS, 0};
    schemata_error_t *err = NULL;
    amqp_envelope_t envelope;
    amqp_maybe_release_buffers(amqp);
    if (amqp_consume_message(amqp, &envelope, &wait, 0).reply_type != AMQP_RESPONSE_NORMAL) {
        fprintf(stderr, "nothing came\n");
        return 1;
    }
    const schemata_msg_t m = {.size = sizeof m, .topic = queue};
    int failed = schemata_deserialize_json(de, &m, envelope.message.body.bytes,
                                           envelope.message.body.len, json, NULL, &err);
    if (failed)
        say("message", err);
    else
        printf("%.*s\n", (int)json->len, (const char *)json->data);
    amqp_destroy_envelope(&envelope);
    return failed;
}

static int run(amqp_connection_state_t amqp, schemata_serializer_t *ser, schemata_deserializer_t *de,
               const char *queue)
{
    static char line[1 << 20];
    schemata_buf_t out = {0}, json = {0};
    int failures = 0, sent = 0;
    while (fgets(line, sizeof line, stdin)) {
        int failed = publish(amqp, ser, queue, line, strcspn(line, "\r\n"), &out);
        failures += failed;
        sent += !failed;
    }
    for (int i = 0; i < sent && !failures; i++)
        failures += receive(amqp, de, queue, &json);
    schemata_buf_free(&out);
    schemata_buf_free(&json);
    return failures;
}

int main(int argc, char **argv)
{
    schemata_error_t *err = NULL;
    if (argc != 4) {
        fprintf(stderr, "usage: rabbitmq PORT QUEUE SCHEMA-FILE <messages\n");
        return 2;
    }
    schemata_conf_t *conf = read_conf(&err);
    schemata_client_t *client = conf ? schemata_client_new(conf, &err) : NULL;
    schemata_schema_t *schema = client ? read_schema(argv[3], &err) : NULL;
    schemata_serializer_t *ser = schema ? schemata_serializer_new(client, conf, schema, &err) : NULL;
    schemata_deserializer_t *de = ser ? schemata_deserializer_new(client, conf, NULL, &err) : NULL;
    if (!de) {
        say("start", err);
        return 1;
    }
    amqp_connection_state_t amqp = amqp_new_connection();
    int failures = open_queue(amqp, atoi(argv[1]), argv[2]) ? 1 : run(amqp, ser, de, argv[2]);
    amqp_connection_close(amqp, AMQP_REPLY_SUCCESS);
    amqp_destroy_connection(amqp);
    schemata_deserializer_free(de);
    schemata_serializer_free(ser);
    schemata_schema_unref(schema);
    schemata_client_unref(client);
    schemata_conf_free(conf);
    return failures ? 1 : 0;
}
