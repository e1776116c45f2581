/* REST calls with everything around them: URLs in turn, retries, deadlines, credentials, limits, and
 * what an answer means. Below it a transport (libcurl, the application's own, the mock); above it
 * nothing knows about HTTP. */
#ifndef SMA_CLIENT_REST_H
#define SMA_CLIENT_REST_H

#include "base/buf.h"
#include "clients/c/conf.h"
#include "clients/c/stats.h"

struct sma_client_rest;

/* A body that came back, and from where (without credentials); fini releases both. */
struct sma_client_reply {
    int status;
    struct sma_buf body, url;
};

/* counters are the client's and outlive the result. SMA_ERR_CONF for URLs and settings that make no
 * sense. */
schemata_status_t sma_client_rest_new(struct sma_client_rest **out, const schemata_conf_t *c,
                                      struct sma_client_counters *counters,
                                      schemata_error_t **err);
void sma_client_rest_free(struct sma_client_rest *rest);
/* Calls that are under way end soon, with an error. */
void sma_client_rest_stop(struct sma_client_rest *rest);

/* One call. `path` begins with '/', its segments are encoded already.
 *
 * out       the answer, whatever its status below 500 and other than 401, 403, 408, 429; init'ed
 *           here, written on success only.
 * deadline  ms of sma_client_now_ms.
 * err       may be NULL.
 * Returns   SCHEMATA_ERR_UNREACHABLE, _TIMEOUT, _SERVER, _AUTH, _NOMEM. */
schemata_status_t sma_client_rest_call(struct sma_client_rest *rest, const char *method,
                                       const char *path, struct sma_str body, int64_t deadline_ms,
                                       struct sma_client_reply *out, schemata_error_t **err);
void sma_client_reply_fini(struct sma_client_reply *reply);

/* The error that an answer with a status of 400 and above stands for. */
schemata_status_t sma_client_rest_refused(const struct sma_client_reply *reply,
                                          schemata_error_t **err);

/* Appends one path segment, percent-encoded; "." and ".." too, which proxies would resolve. */
void sma_client_put_segment(struct sma_buf *out, struct sma_str segment);
/* The same for a query value. */
void sma_client_put_query(struct sma_buf *out, struct sma_str value);

#endif
