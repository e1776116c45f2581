/* The transport over libcurl, which stays behind this header. One transport per client: a pool of
 * handles, each with its live connection, any number of threads. */
#ifndef SMA_CLIENT_HTTP_CURL_H
#define SMA_CLIENT_HTTP_CURL_H

#include "clients/c/conf.h"

struct sma_client_curl;

/* SCHEMATA_ERR_CONF for TLS material that cannot be used, SCHEMATA_ERR_NOMEM. */
schemata_status_t sma_client_curl_new(struct sma_client_curl **out, const schemata_conf_t *c,
                                      schemata_error_t **err);
void sma_client_curl_free(struct sma_client_curl *curl);
/* Requests that are under way end within about a second. */
void sma_client_curl_stop(struct sma_client_curl *curl);

/* A schemata_http_fn; ctx is the transport. Times out always, follows redirects within one origin
 * only, caps the answer. SCHEMATA_OK with status 0 and transport_error when there was no answer;
 * SCHEMATA_ERR_SERVER with transport_error for one that must not be used (too long, redirected
 * elsewhere); SCHEMATA_ERR_NOMEM. */
schemata_status_t sma_client_curl_run(void *ctx, const schemata_http_request_t *req,
                                      schemata_http_response_t *resp);
void sma_client_curl_release(void *ctx, schemata_http_response_t *resp);

/* The application has called curl_global_init itself. */
void sma_client_curl_is_initialized(void);

#endif
