/* --watch: a command again and again, whenever its files change. */
#ifndef SMA_CLI_WATCH_H
#define SMA_CLI_WATCH_H

#include "cli/cli.h"

/* Folders looked at in one run. */
#define SMA_WATCH_FOLDERS_MAX 8192u

/* Runs `once`, waits until a schema or project file below what the arguments name has changed, and
 * so on until Ctrl-C. What the command itself writes (-o, the baseline) does not count. Returns
 * SMA_EXIT_INTERRUPTED, or the code of a failure to watch. */
int sma_watch(const struct sma_arguments *arguments, int (*once)(const struct sma_arguments *));

#endif
