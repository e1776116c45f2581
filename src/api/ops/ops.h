/* What operators ask: liveness, readiness, metrics, the API's own description. Outside Confluent's
 * name space, so nothing here can get in a client's way. */
#ifndef SMA_API_OPS_OPS_H
#define SMA_API_OPS_OPS_H

#include <stdatomic.h>
#include <stdbool.h>

#include "http/http.h"
#include "registry/registry.h"
#include "store/store.h"

struct sma_ops {
    struct sma_store *store;
    struct sma_registry *registry;
    _Atomic(struct sma_http_server *) server; /* set once it runs; NULL before */
    atomic_bool is_ready;                     /* false before the start and while draining */
};

/* The facade over `ops`, which must outlive the server. */
struct sma_http_facade sma_ops_facade(struct sma_ops *ops);

/* Appends Prometheus text about the store, the caches and the process. */
void sma_ops_metrics(struct sma_buf *out, struct sma_ops *ops);
/* Process figures alone: resident memory, processor time, threads, open files, start time. */
void sma_ops_process_metrics(struct sma_buf *out);

/* The embedded openapi/schemata.yaml. */
struct sma_str sma_ops_openapi(void);

#endif
