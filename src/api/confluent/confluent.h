/* The Confluent REST API as a facade over the registry (confluent-rest sections 1 to 4): routes,
 * JSON shapes, error bodies. It decides nothing. */
#ifndef SMA_API_CONFLUENT_CONFLUENT_H
#define SMA_API_CONFLUENT_CONFLUENT_H

#include "http/http.h"
#include "registry/registry.h"

struct sma_confluent;

/* Page size when none (or a senseless one) is asked for, and the largest. */
struct sma_confluent_limits {
    int64_t fallback, max;
};

struct sma_confluent_options {
    struct sma_registry *registry;        /* must outlive the facade */
    struct sma_str cluster_id;            /* schema-registry-cluster of /v1/metadata/id; copied */
    struct sma_str deployment_attributes; /* comma list of /v1/metadata/deployment; copied */
    bool no_associations; /* their routes are not there */
    struct sma_confluent_limits schema_limits, subject_limits, version_limits, context_limits;
    struct sma_confluent_limits kek_limits, dek_subject_limits, dek_version_limits;
};

enum sma_status sma_confluent_new(struct sma_confluent **out,
                                  const struct sma_confluent_options *options,
                                  struct sma_error *err) SMA_MUST_CHECK;
/* After the HTTP server has stopped. NULL is fine. */
void sma_confluent_free(struct sma_confluent *confluent);
/* The facade; first of the server, so that it also answers for what no route matches. */
struct sma_http_facade sma_confluent_facade(struct sma_confluent *confluent);

#endif
