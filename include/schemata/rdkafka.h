/* Messages of librdkafka for the serializers: header only, nothing to link beside librdkafka. */
#ifndef SCHEMATA_RDKAFKA_H
#define SCHEMATA_RDKAFKA_H
#include <librdkafka/rdkafka.h>
#include <string.h>
#include <schemata/schemata.h>
#ifdef __cplusplus
extern "C" {
#endif
static inline schemata_status_t
schemata_rdk_put_header_(void *ctx, const char *name, const void *v, size_t n)
{
    rd_kafka_headers_t *h = (rd_kafka_headers_t *)ctx;
    rd_kafka_header_remove(h, name);     /* of a try before this one, or none */
    return rd_kafka_header_add(h, name, -1, v, (ssize_t)n) ? SCHEMATA_ERR_INTERNAL : SCHEMATA_OK;
}
static inline bool
schemata_rdk_get_header_(void *ctx, const char *name, const void **v, size_t *n)
{
    return ctx && rd_kafka_header_get_last((const rd_kafka_headers_t *)ctx, name, v, n)
                      == RD_KAFKA_RESP_ERR_NO_ERROR;
}
/* Fill `m` for a message to be produced. `headers` takes the id when schema.id.serializer=header; NULL
 * when there are none. They stay the caller's until rd_kafka_producev takes them. */
static inline void
schemata_msg_for_rdkafka(schemata_msg_t *m, const char *topic, bool is_key,
                         rd_kafka_headers_t *headers)
{
    memset(m, 0, sizeof *m);
    m->size = sizeof *m; m->topic = topic; m->is_key = is_key;
    m->put_header = headers ? schemata_rdk_put_header_ : NULL;
    m->header_ctx = headers;
}
/* Fill `m` from a consumed message; nothing is copied. */
static inline void
schemata_msg_from_rdkafka(schemata_msg_t *m, const rd_kafka_message_t *km, bool is_key)
{
    rd_kafka_headers_t *h = NULL;
    rd_kafka_message_headers(km, &h);
    memset(m, 0, sizeof *m);
    m->size = sizeof *m; m->topic = rd_kafka_topic_name(km->rkt); m->is_key = is_key;
    m->get_header = schemata_rdk_get_header_;
    m->header_ctx = h;
}
#ifdef __cplusplus
}
#endif
#endif
