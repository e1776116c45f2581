/* References of a schema that is about to be posted: those without a version are registered first
 * (or looked up), each under its own subject. */
#ifndef SMA_CLIENT_REFERENCES_H
#define SMA_CLIENT_REFERENCES_H

#include "clients/c/conf.h"
#include "clients/c/schema.h"

struct sma_client_reference_rules {
    bool is_qualified;    /* subject of an import: dots for slashes and no ".proto" */
    bool skips_known;     /* well-known imports are nobody's reference */
    bool only_looks_up;
};
void sma_client_reference_rules_init(struct sma_client_reference_rules *rules,
                                     const schemata_conf_t *c);

/* The schema with every reference at a version: a new reference to `schema` itself when that is so
 * already. Asks the registry through the client's cache. */
schemata_status_t sma_client_settle_references(schemata_client_t *client,
                                               const struct sma_client_reference_rules *rules,
                                               const schemata_schema_t *schema, bool registers,
                                               const schemata_call_t *call, schemata_schema_t **out,
                                               schemata_error_t **err);

#endif
