/* Inside libschemata-protobuf-c. */
#ifndef SMA_CLIENT_PROTOBUF_C_H
#define SMA_CLIENT_PROTOBUF_C_H

#include "clients/c/adapter.h"
#include "schemata/protobuf_c.h"

/* The library's table; NULL with *err set when it is of another build. */
const struct sma_client_adapter *sma_protobuf_c_api(schemata_error_t **err);

/* Compares generated code with a message of the schema, and with the messages within. */
schemata_status_t sma_protobuf_c_compare(const struct sma_client_adapter *api,
                                         const ProtobufCMessageDescriptor *generated,
                                         struct sma_client_body *body, schemata_error_t **err);

/* True when no message within nests deeper than `depth_left`: protobuf-c itself knows no limit. What
 * is damaged counts as shallow; protobuf-c says so itself. */
bool sma_protobuf_c_is_shallow(const ProtobufCMessageDescriptor *type, struct sma_str bytes,
                               unsigned depth_left);

#endif
