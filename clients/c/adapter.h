/* What the adapter libraries (avro-c, protobuf-c) use of this one. Adapters are libraries of their own,
 * so that this one needs neither avro-c nor protobuf-c; they reach in through one exported table and
 * are of the same build, which they check. Not for programs: it changes with every version. */
#ifndef SMA_CLIENT_ADAPTER_H
#define SMA_CLIENT_ADAPTER_H

#include "clients/c/deserializer.h"
#include "clients/c/memory.h"
#include "clients/c/serializer.h"

struct sma_client_adapter {
    unsigned layout;     /* SMA_CLIENT_ADAPTER_LAYOUT: looked at in every call */
    const char *version; /* SMA_VERSION, for the message */
    schemata_status_t (*write_begin)(schemata_serializer_t *s, const schemata_msg_t *m,
                                     schemata_schema_t *given, const char *message,
                                     struct sma_client_writing *w, schemata_error_t **err);
    schemata_status_t (*write_codec)(struct sma_client_writing *w,
                                     const struct sma_client_codec **codec,
                                     schemata_error_t **err);
    schemata_status_t (*write_end)(schemata_serializer_t *s, struct sma_client_writing *w,
                                   schemata_status_t st, schemata_buf_t *out,
                                   schemata_error_t **err);
    schemata_status_t (*read_begin)(schemata_deserializer_t *d, const schemata_msg_t *m,
                                    const void *p, size_t len, struct sma_client_message *msg,
                                    schemata_error_t **err);
    schemata_status_t (*read_reading)(schemata_deserializer_t *d, struct sma_client_message *msg,
                                      const struct sma_client_reading **reading,
                                      schemata_error_t **err);
    schemata_status_t (*read_end)(struct sma_client_message *msg, schemata_status_t st,
                                  schemata_decoded_t *info, schemata_error_t **err);
    struct sma_client_attachment *(*attach)(
        struct sma_client_body *body, const void *owner,
        struct sma_client_attachment *(*make)(struct sma_client_body *body,
                                              schemata_error_t **err),
        schemata_error_t **err);
    void *(*alloc)(size_t size);
    void (*release)(void *p);
    schemata_status_t (*fail)(schemata_error_t **err, schemata_status_t st, const char *fmt, ...)
        SMA_PRINTF(3, 4);
    void (*hint)(schemata_error_t **err, const char *fmt, ...) SMA_PRINTF(2, 3);
    schemata_status_t (*no_memory)(schemata_error_t **err);
    schemata_status_t (*fail_core)(schemata_error_t **err, schemata_status_t as,
                                   const struct sma_error *core);
};

/* Changes with anything that adapters reach: this table, or the structs that it leads to. */
#define SMA_CLIENT_ADAPTER_LAYOUT 1u

SCHEMATA_API const struct sma_client_adapter *schemata_private_adapter(void);

#endif
