/* mock://scope: a registry inside the process. It answers the same requests with the same rule
 * engine as the server, from memory, and plays faults. Scopes are shared by all clients of the
 * process, so there is one list of them; everything behind it is guarded by locks. */
#ifndef SMA_CLIENT_MOCK_H
#define SMA_CLIENT_MOCK_H

#include "clients/c/conf.h"

struct sma_client_mock; /* an open scope */

/* The scope of that name, created when there is none. It lives until the process ends; the handle
 * is only a borrowed view of it. */
schemata_status_t sma_client_mock_open(struct sma_client_mock **out, const char *scope,
                                       schemata_error_t **err);
/* file:PATH of a bundle: a scope of one's own, which close frees. */
schemata_status_t sma_client_mock_open_file(struct sma_client_mock **out, const char *url,
                                            schemata_error_t **err);
void sma_client_mock_close(struct sma_client_mock *mock);

/* A schemata_http_fn and its release; ctx is the scope. */
schemata_status_t sma_client_mock_run(void *ctx, const schemata_http_request_t *req,
                                      schemata_http_response_t *resp);
void sma_client_mock_release(void *ctx, schemata_http_response_t *resp);

#endif
