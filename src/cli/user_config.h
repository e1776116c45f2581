/* The user's own settings: schemata/config.yaml below $XDG_CONFIG_HOME (~/.config). */
#ifndef SMA_CLI_USER_CONFIG_H
#define SMA_CLI_USER_CONFIG_H

#include "cli/yaml_file.h"

struct sma_profile {
    struct sma_str name, url, client_config, color, confirm;
    struct sma_str netrc, credential_helper; /* a file; a command */
};

struct sma_user_config {
    struct sma_str path;    /* of the file; empty = there is none */
    struct sma_str profile; /* the one in use when nothing else is said */
    struct sma_str color;
    struct sma_profile *profiles;
    size_t profile_count, profile_capacity;
};

/* No file is SMA_OK with an empty configuration. SMA_EINVAL for a mistake in it. */
enum sma_status sma_user_config_load(struct sma_user_config *out, struct sma_arena *arena,
                                     struct sma_error *err) SMA_MUST_CHECK;
/* SMA_EINVAL with the nearest name when there is none of that name. */
enum sma_status sma_profile_find(const struct sma_profile **out,
                                 const struct sma_user_config *config, const char *name,
                                 struct sma_error *err) SMA_MUST_CHECK;

#endif
