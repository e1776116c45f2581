/* The server's way to key services, for shared keks: properties from the settings and, where those
 * are silent, from the environment variables that the clients read too. */
#ifndef SMA_SERVER_KEYS_H
#define SMA_SERVER_KEYS_H

#include "base/arena.h"
#include "kms/kms.h"
#include "server/settings.h"

struct sma_keys;

/* settings must outlive it. SMA_EINVAL for an address that is none. */
enum sma_status sma_keys_new(struct sma_keys **out, const struct sma_settings *settings,
                             struct sma_error *err) SMA_MUST_CHECK;
/* Calls that are under way end within about a second. */
void sma_keys_stop(struct sma_keys *keys);
void sma_keys_free(struct sma_keys *keys);
/* Lives as long as `keys`. */
const struct sma_kms *sma_keys_kms(const struct sma_keys *keys);

#endif
