/* The cache on disk: answers that never change (schemas by id and GUID, and the versions they refer
 * to), one file each, so that a restart during an outage can still decode. Written to a temporary name
 * and renamed; verified by hash when read. What goes wrong with a file makes it absent, nothing more. */
#ifndef SMA_CLIENT_DISK_H
#define SMA_CLIENT_DISK_H

#include "base/buf.h"
#include "clients/c/conf.h"

struct sma_client_disk;

/* *out is NULL without cache.dir. The directory is made when it is missing, its parent is not.
 *
 * Returns   SCHEMATA_ERR_CONF when it cannot be written to, SCHEMATA_ERR_NOMEM. */
schemata_status_t sma_client_disk_new(struct sma_client_disk **out, const schemata_conf_t *c,
                                      schemata_error_t **err);
void sma_client_disk_free(struct sma_client_disk *disk);

/* `path` is the request's, within the registry that the configuration names. disk may be NULL. */
bool sma_client_disk_get(struct sma_client_disk *disk, const char *path, struct sma_buf *out);
void sma_client_disk_put(struct sma_client_disk *disk, const char *path, struct sma_str text);

#endif
