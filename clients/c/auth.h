/* Credentials: Basic, a fixed bearer token, a token file, the application's source of tokens, and
 * OAuth 2 client credentials. */
#ifndef SMA_CLIENT_AUTH_H
#define SMA_CLIENT_AUTH_H

#include "base/buf.h"
#include "clients/c/conf.h"

struct sma_client_auth;

/* How a token is fetched: the REST layer's transport. */
struct sma_client_auth_http {
    schemata_http_fn run;
    void (*release)(void *ctx, schemata_http_response_t *resp);
    void *ctx;
};

schemata_status_t sma_client_auth_new(struct sma_client_auth **out, const schemata_conf_t *c,
                                      const struct sma_client_auth_http *http,
                                      schemata_error_t **err);
void sma_client_auth_free(struct sma_client_auth *auth);

/* Appends "Authorization: …" for the next request, or nothing. `url_user_info` is what the URL
 * carried ("user:password"), or NULL. A token is fetched by one thread, the others wait for it.
 *
 * Returns   SCHEMATA_ERR_AUTH, _TIMEOUT, _UNREACHABLE. */
schemata_status_t sma_client_auth_put(struct sma_client_auth *auth, struct sma_buf *out,
                                      const char *url_user_info, int64_t deadline_ms,
                                      schemata_error_t **err);
/* The registry refused the credentials. True when a fresh token may help: try once more. */
bool sma_client_auth_renew(struct sma_client_auth *auth);

#endif
