/* A registry's answer as a schema, with the schemas it refers to. */
#ifndef SMA_CLIENT_FETCH_H
#define SMA_CLIENT_FETCH_H

#include "clients/c/client.h"

struct sma_client_fetch {
    const char *method, *path; /* GET or POST; the path is encoded already */
    struct sma_str body;       /* empty: none */
    struct sma_str context;    /* ":.ctx:" that unqualified references are in; may be empty */
    bool is_immutable;         /* the answer may come from the disk cache and go there */
    /* What the answer may not say (id by id, say). */
    struct sma_client_found known;
    /* The schema that was posted, or NULL. It stands in when the answer has no schema text (older
     * registries answer a registration with the id alone) or has the same. */
    const schemata_schema_t *given;
    int64_t deadline_ms;
};

/* A new reference in *out. References that the answer names are fetched too.
 *
 * Returns   what the REST layer says; SCHEMATA_ERR_SERVER for an answer that is none of a registry;
 *           SCHEMATA_ERR_REFERENCE when a reference cannot be had; _PARSE, _UNSUPPORTED. */
schemata_status_t sma_client_fetch(schemata_client_t *cl, const struct sma_client_fetch *what,
                                   schemata_schema_t **out, schemata_error_t **err);

/* {"schemaType":…,"references":[…],"schema":…} */
void sma_client_put_schema(struct sma_buf *out, const schemata_schema_t *s);

/* ":.ctx:" in front of a qualified subject; empty otherwise. */
struct sma_str sma_client_context_of(struct sma_str subject);

#endif
