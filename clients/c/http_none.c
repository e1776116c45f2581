/* Instead of http_curl.c in a build without libcurl (make lib HTTP=off): programs bring their transport with
 * schemata_conf_set_http; mock:// and file: need none. */
#include "clients/c/http_curl.h"

schemata_status_t sma_client_curl_new(struct sma_client_curl **out, const schemata_conf_t *c,
                                      schemata_error_t **err)
{
    (void)out, (void)c;
    schemata_status_t st = sma_client_fail(err, SCHEMATA_ERR_UNSUPPORTED,
                                           "this libschemata was built without HTTP of its own");
    sma_client_hint(err, "give it yours with schemata_conf_set_http, or link one built with libcurl");
    return st;
}

void sma_client_curl_free(struct sma_client_curl *curl)
{
    (void)curl;
}

void sma_client_curl_stop(struct sma_client_curl *curl)
{
    (void)curl;
}

schemata_status_t sma_client_curl_run(void *ctx, const schemata_http_request_t *req,
                                      schemata_http_response_t *resp)
{
    (void)ctx, (void)req;
    *resp = (schemata_http_response_t){.size = sizeof *resp};
    return SCHEMATA_ERR_UNSUPPORTED;
}

void sma_client_curl_release(void *ctx, schemata_http_response_t *resp)
{
    (void)ctx, (void)resp;
}

void sma_client_curl_is_initialized(void)
{
}
