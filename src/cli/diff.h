/* What changed between two schemas, for the commands that say it. */
#ifndef SMA_CLI_DIFF_H
#define SMA_CLI_DIFF_H

#include "cli/session.h"
#include "core/compat/finding.h"

struct sma_diff {
    struct sma_session *session;
    struct sma_file *files[2]; /* old, new; built */
    /* What breaks, and what does not (in `backward` only). */
    struct sma_findings backward, forward;
    bool differs;
};

/* Fills in all but the files. SMA_EINVAL for two formats. */
enum sma_status sma_diff_find(struct sma_diff *diff) SMA_MUST_CHECK;
/* For people: what breaks by direction, the rest by kind of change, the verdicts. */
void sma_diff_put(struct sma_buf *out, const struct sma_diff *diff, bool only_counts);
/* A unified diff of the pretty forms. */
enum sma_status sma_diff_put_text(struct sma_buf *out, const struct sma_diff *diff) SMA_MUST_CHECK;
/* The sentence of a finding. */
void sma_diff_describe(struct sma_buf *out, const struct sma_finding *finding, bool is_backward);

#endif
