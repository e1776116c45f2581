#ifndef SCHEMATA_RDKAFKA_H
#define SCHEMATA_RDKAFKA_H
#include <librdkafka/rdkafka.h>
#include <schemata/schemata.h>
#ifdef __cplusplus
extern "C" {
#endif
static inline schemata_status_t
schemata_rdk_put_header_(void *ctx, const char *name, const void *v, size_t n)
{
    return rd_kafka_header_add((rd_kafka_headers_t *)ctx, name, -1, v, (ssize_t)n)
               ? SCHEMATA_ERR_INTERNAL : SCHEMATA_OK;
}
static inline bool
schemata_rdk_get_header_(void *ctx, const char *name, const void **v, size_t *n)
{
    return ctx && rd_kafka_header_get_last((const rd_kafka_headers_t *)ctx, name, v, n)
                      == RD_KAFKA_RESP_ERR_NO_ERROR;
}
/* Fill `m` from a consumed message; nothing is copied. */
static inline void
schemata_msg_from_rdkafka(schemata_msg_t *m, const rd_kafka_message_t *km, bool is_key)
{
    rd_kafka_headers_t *h = NULL;
    rd_kafka_message_headers(km, &h);
    m->size = sizeof *m; m->topic = rd_kafka_topic_name(km->rkt); m->is_key = is_key;
    m->subject = NULL; m->put_header = NULL; m->get_header = schemata_rdk_get_header_;
    m->header_ctx = h; m->flags = 0; m->timeout_ms = 0;
    m->message = NULL;
}
#ifdef __cplusplus
}
#endif
#endif
