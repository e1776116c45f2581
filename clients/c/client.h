/* The client handle: REST, cache, counters. */
#ifndef SMA_CLIENT_CLIENT_H
#define SMA_CLIENT_CLIENT_H

#include "clients/c/cache.h"
#include "clients/c/rest.h"

struct schemata_client {
    atomic_uint ref_count;
    struct sma_client_rest *rest;
    struct sma_client_cache *cache;
    struct sma_client_counters counters;
    int64_t total_ms;
};

/* The caller's options, filled up with defaults; `o` may be NULL or an older, shorter struct. */
schemata_call_t sma_client_call(const schemata_call_t *o);

/* Deadline of a call in ms of sma_client_now_ms; `o` may be NULL. */
int64_t sma_client_deadline(const schemata_client_t *cl, const schemata_call_t *o);

/* GET (body empty) or POST, then the answer as a schema with its references fetched too. What the
 * answer does not say (id by id, say) comes from `known`. A new reference.
 *
 * given     may be NULL: the body that was posted. It stands in when the answer has no schema text
 *           (older registries answer a registration with the id alone) or has the same. */
schemata_status_t sma_client_fetch(schemata_client_t *cl, const char *method, const char *path,
                                   struct sma_str body, const struct sma_client_found *known,
                                   struct sma_client_body *given, int64_t deadline_ms, schemata_schema_t **out,
                                   schemata_error_t **err);

/* {"schemaType":…,"references":[…],"schema":…} */
void sma_client_put_schema(struct sma_buf *out, const schemata_schema_t *s);

#endif
