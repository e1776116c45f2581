/* Edits for findings: what a machine can write down, and what it may write by itself. */
#ifndef SMA_CLI_FIX_H
#define SMA_CLI_FIX_H

#include "cli/session.h"

/* Gives an edit to every finding of the report that has one. Safe edits change nothing for data
 * that is written already and nothing that a person must choose; the others are suggestions. */
enum sma_status sma_fix_propose(struct sma_session *session) SMA_MUST_CHECK;
/* Writes the safe edits of findings that are not accepted into the files of the work tree, whole
 * file or nothing, and names the files on stderr. *count: the edits written. SMA_EINTERNAL when a
 * file would not parse any more; it is then left as it is. */
enum sma_status sma_fix_apply(struct sma_session *session, size_t *count) SMA_MUST_CHECK;

#endif
