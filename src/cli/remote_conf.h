/* Which registry is in use and how it is spoken to, with the origin of every value. Order, later
 * wins: built-in, the user's default profile, the project file, the environment, the profile that
 * SCHEMATA_PROFILE or --profile names, flags. */
#ifndef SMA_CLI_REMOTE_CONF_H
#define SMA_CLI_REMOTE_CONF_H

#include "cli/cli.h"
#include "cli/project.h"
#include "cli/user_config.h"
#include "clients/c/conf.h"

struct sma_remote_conf {
    struct sma_arena *arena;
    struct sma_user_config user;
    const struct sma_profile *profile; /* in use; NULL = none */
    schemata_conf_t *conf;             /* owned */
    struct sma_str origin[SMA_P_COUNT]; /* "" = built in */
};

/* is_needed: a missing registry (or a ${NAME} of the project that is not set) is SMA_EINVAL. */
enum sma_status sma_remote_conf_load(struct sma_remote_conf *out, struct sma_arena *arena,
                                     const struct sma_arguments *arguments,
                                     const struct sma_project *project, const char *url,
                                     bool is_needed, struct sma_error *err) SMA_MUST_CHECK;
void sma_remote_conf_fini(struct sma_remote_conf *conf);

/* "500ms", "10s", "2m" or a bare number of seconds, as milliseconds. */
bool sma_parse_duration(const char *text, int64_t *out_ms);

#endif
