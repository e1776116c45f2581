/* Inside libschemata-avro. */
#ifndef SMA_CLIENT_AVRO_C_H
#define SMA_CLIENT_AVRO_C_H

#include "clients/c/adapter.h"
#include "schemata/avro.h"

/* The avro-c form of a body, kept with it. */
struct sma_avro_c_form {
    struct sma_client_attachment attachment;
    const struct sma_client_adapter *api;
    avro_schema_t schema;
    avro_value_iface_t *iface; /* of generic values */
};

/* Borrowed: lives as long as the body. NULL with *err set. */
const struct sma_avro_c_form *sma_avro_c_form_of(struct sma_client_body *body,
                                                 schemata_error_t **err);
/* The library's table; NULL with *err set when it is of another build. */
const struct sma_client_adapter *sma_avro_c_api(schemata_error_t **err);

#endif
