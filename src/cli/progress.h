/* Progress of long work, on stderr: nothing for the first half second; then one redrawn line on a
 * terminal, a plain line every ten seconds elsewhere, or JSON lines. */
#ifndef SMA_CLI_PROGRESS_H
#define SMA_CLI_PROGRESS_H

#include <stdint.h>

#include "cli/cli.h"

struct sma_progress {
    const char *what; /* "fetching schemas" */
    enum { SMA_PROGRESS_NONE, SMA_PROGRESS_LINE, SMA_PROGRESS_PLAIN, SMA_PROGRESS_JSON } form;
    int64_t start_ms, last_ms;
    bool is_drawn;
};

/* --progress, --quiet and the terminal decide the form. `what` lives as long. */
void sma_progress_start(struct sma_progress *progress, const struct sma_arguments *arguments,
                        const char *what);
/* total 0: not known. Cheap; call it after every item, from one thread at a time. */
void sma_progress_step(struct sma_progress *progress, uint64_t done, uint64_t total);
/* Removes the drawn line. Call it before other output. */
void sma_progress_end(struct sma_progress *progress);

#endif
