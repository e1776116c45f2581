/* Wiring: opens the store, builds the registry, mounts the facades, runs the HTTP server until a
 * signal says stop. */
#ifndef SMA_SERVER_SERVER_H
#define SMA_SERVER_SERVER_H

#include "base/error.h"
#include "server/settings.h"

/* Runs until SIGTERM or SIGINT, then drains and returns SMA_OK. Prints one line on stdout when
 * ready: where it listens and where the data is. Errors: SMA_EBUSY the data folder is in use;
 * SMA_EINVAL the folder's state cannot be used by this version; SMA_EIO a port or file cannot be
 * had. */
enum sma_status sma_server_run(const struct sma_settings *settings,
                               struct sma_error *err) SMA_MUST_CHECK;

#endif
