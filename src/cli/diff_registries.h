/* The other form of schemata diff: two registries. */
#ifndef SMA_CLI_DIFF_REGISTRIES_H
#define SMA_CLI_DIFF_REGISTRIES_H

#include "cli/cli.h"

/* The two positional arguments are URLs. */
int sma_diff_registries(const struct sma_arguments *arguments);

#endif
