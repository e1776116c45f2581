/* The transport of the kms floor over a transport of this one: libcurl's, or the application's. */
#ifndef SMA_CLIENT_KMS_HTTP_H
#define SMA_CLIENT_KMS_HTTP_H

#include <stdatomic.h>

#include "kms/kms.h"
#include "schemata/schemata.h"

/* Zeroed and filled in by its owner; must not move while it is used. Any number of threads. */
struct sma_client_kms_http {
    schemata_http_fn run;
    void (*release)(void *ctx, schemata_http_response_t *response);
    void *ctx;
    int64_t timeout_ms;
    struct sma_str origin; /* the only one that may be talked to; ptr NULL: any */
    int calls_max;         /* at a time; 0: any number */
    /* Not asked again for this long after a call ran out of time; 0: asked always. So who tries many
     * keys of a service that hangs, or is asked often, waits once. */
    int64_t pause_ms;
    atomic_int calls;               /* private */
    atomic_int_fast64_t paused_until_ms; /* private */
};

/* ctx is a struct sma_client_kms_http. */
enum sma_status sma_client_kms_http(void *ctx, const struct sma_kms_http_request *request,
                                    struct sma_kms_http_response *response, struct sma_error *err);

#endif
