/* Schemas from a file: a bundle as `schemata pull` writes it (one JSON object a line, {"kind": "schema",
 * …}), or the server's own export (one record a line). Ids, versions and GUIDs stay as the file has
 * them, nothing is checked for compatibility: it is history, not news. */
#ifndef SMA_CLIENT_BUNDLE_H
#define SMA_CLIENT_BUNDLE_H

#include "clients/c/mock_store.h"

/* Adds what the file holds. Lines may refer to schemas of later lines. A line without version is
 * registered as the next one.
 *
 * Returns   SCHEMATA_ERR_CONF when the file cannot be read, SCHEMATA_ERR_PARSE with "file:line: " for
 *           what is wrong in it (cut off, too), SCHEMATA_ERR_REFERENCE, SCHEMATA_ERR_NOMEM. */
schemata_status_t sma_client_bundle_load(struct sma_mock_store *store, const char *path,
                                         schemata_error_t **err);

#endif
