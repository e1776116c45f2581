/* What serializers and deserializers share besides lanes and codecs. */
#ifndef SMA_CLIENT_SERDE_H
#define SMA_CLIENT_SERDE_H

#include <string.h>

#include "clients/c/error.h"

/* The message as this version knows it: the caller's own, or a filled-up copy of an older, shorter
 * struct in *own. */
static inline const schemata_msg_t *sma_client_msg(const schemata_msg_t *m, schemata_msg_t *own)
{
    if (m->size >= sizeof *m)
        return m;
    memset(own, 0, sizeof *own);
    memcpy(own, m, m->size);
    return own;
}

#endif
