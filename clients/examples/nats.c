/* Messages over NATS: each line of standard input, a JSON value, is published as a framed message of the
 * schema in a file, received again and printed.
 *
 *     nats URL SUBJECT SCHEMA-FILE <messages
 *
 * With schema.id.serializer=header the id travels in a header of NATS, as it does in Kafka.
 *
 * cc -o nats nats.c $(pkg-config --cflags --libs schemata) -lnats */
#include <nats/nats.h>

#include "common.h"

#define WAIT_MS 10000

/* The headers of the message that is being made or read; ids are bytes, NATS has text: hex. */
static schemata_status_t put_header(void *ctx, const char *name, const void *value, size_t len)
{
    char hex[129];
    if (len > 64)
        return SCHEMATA_ERR_BUFFER;
    for (size_t i = 0; i < len; i++)
        sprintf(hex + 2 * i, "%02x", ((const unsigned char *)value)[i]);
    return natsMsgHeader_Set((natsMsg *)ctx, name, hex) ? SCHEMATA_ERR_INTERNAL : SCHEMATA_OK;
}

static bool get_header(void *ctx, const char *name, const void **value, size_t *len)
{
    static unsigned char bytes[64]; /* one message at a time here */
    const char *hex = NULL;
    unsigned byte;
    if (natsMsgHeader_Get((natsMsg *)ctx, name, &hex) || strlen(hex) > 2 * sizeof bytes)
        return false;
    for (*len = 0; sscanf(hex + 2 * *len, "%2x", &byte) == 1; ++*len)
        bytes[*len] = (unsigned char)byte;
    *value = bytes;
    return true;
}

/* The id may go into a header, so the message exists first and gets its body after. */
static int publish(natsConnection *nats, schemata_serializer_t *ser, const char *subject,
                   const char *json, size_t len, schemata_buf_t *out)
{
    schemata_error_t *err = NULL;
    natsMsg *headers = NULL, *message = NULL;
    int failed = natsMsg_Create(&headers, subject, NULL, "", 0);
    const schemata_msg_t m = {
        .size = sizeof m, .topic = subject, .put_header = put_header, .header_ctx = headers};
    if (!failed && schemata_serialize_json(ser, &m, json, len, out, &err)) {
        say("message", err);
        failed = 1;
    }
    failed = failed || natsMsg_Create(&message, subject, NULL, (const char *)out->data, (int)out->len);
    const char **names = NULL, *value;
    int count = 0;
    if (!failed && !natsMsgHeader_Keys(headers, &names, &count))
        for (int i = 0; i < count; i++)
            failed |= natsMsgHeader_Get(headers, names[i], &value) ||
                      natsMsgHeader_Set(message, names[i], value);
    failed = failed || natsConnection_PublishMsg(nats, message);
    free((void *)names);
    natsMsg_Destroy(message);
    natsMsg_Destroy(headers);
    return failed;
}

static int receive(natsSubscription *subscription, schemata_deserializer_t *de, schemata_buf_t *json)
{
    schemata_error_t *err = NULL;
    natsMsg *message = NULL;
    natsStatus status = natsSubscription_NextMsg(&message, subscription, WAIT_MS);
    if (status) {
        fprintf(stderr, "nothing came: %s\n", natsStatus_GetText(status));
        return 1;
    }
    const schemata_msg_t m = {.size = sizeof m,
                              .topic = natsMsg_GetSubject(message),
                              .get_header = get_header,
                              .header_ctx = message};
    int failed = schemata_deserialize_json(de, &m, natsMsg_GetData(message),
                                           (size_t)natsMsg_GetDataLength(message), json, NULL, &err);
    if (failed)
        say("message", err);
    else
        printf("%.*s\n", (int)json->len, (const char *)json->data);
    natsMsg_Destroy(message);
    return failed;
}

static int run(natsConnection *nats, natsSubscription *subscription, schemata_serializer_t *ser,
               schemata_deserializer_t *de, const char *subject)
{
    static char line[1 << 20];
    schemata_buf_t out = {0}, json = {0};
    int failures = 0, sent = 0;
    while (fgets(line, sizeof line, stdin)) {
        int failed = publish(nats, ser, subject, line, strcspn(line, "\r\n"), &out);
        failures += failed;
        sent += !failed;
    }
    natsConnection_Flush(nats);
    for (int i = 0; i < sent && !failures; i++)
        failures += receive(subscription, de, &json);
    schemata_buf_free(&out);
    schemata_buf_free(&json);
    return failures;
}

int main(int argc, char **argv)
{
    schemata_error_t *err = NULL;
    natsConnection *nats = NULL;
    natsSubscription *subscription = NULL;
    if (argc != 4) {
        fprintf(stderr, "usage: nats URL SUBJECT SCHEMA-FILE <messages\n");
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
    natsStatus status = natsConnection_ConnectTo(&nats, argv[1]);
    if (!status)
        status = natsConnection_SubscribeSync(&subscription, nats, argv[2]);
    if (status)
        fprintf(stderr, "%s: %s\n", argv[1], natsStatus_GetText(status));
    int failures = status ? 1 : run(nats, subscription, ser, de, argv[2]);
    natsSubscription_Destroy(subscription);
    natsConnection_Destroy(nats);
    nats_Close();
    schemata_deserializer_free(de);
    schemata_serializer_free(ser);
    schemata_schema_unref(schema);
    schemata_client_unref(client);
    schemata_conf_free(conf);
    return failures ? 1 : 0;
}
