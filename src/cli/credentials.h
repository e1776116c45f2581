/* Credentials that lie outside of our own settings: a netrc file, and a command of the user's that
 * prints them. */
#ifndef SMA_CLI_CREDENTIALS_H
#define SMA_CLI_CREDENTIALS_H

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

struct sma_credentials {
    struct sma_str user, password; /* ptr NULL = not told */
    struct sma_str token;
};

/* What a netrc file has for a host, or for "default". Nothing is SMA_OK and all NULL. */
enum sma_status sma_credentials_netrc(struct sma_credentials *out, struct sma_arena *arena,
                                      const char *path, struct sma_str host,
                                      struct sma_error *err) SMA_MUST_CHECK;
/* Runs the command with the shell, the registry's URL in SCHEMATA_URL, and reads what it prints:
 * {"username":…,"password":…} or {"token":…}. Only for commands that the user wrote into files of
 * their own: never for one that came with a project. */
enum sma_status sma_credentials_helper(struct sma_credentials *out, struct sma_arena *arena,
                                       const char *command, const char *url,
                                       struct sma_error *err) SMA_MUST_CHECK;
/* The host of a URL, without user, port and path; of "[::1]" what is inside. */
struct sma_str sma_url_host(struct sma_str url);

#endif
