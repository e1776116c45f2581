/* Everything a registry holds, read through the standard API alone. */
#ifndef SMA_CLI_HARVEST_H
#define SMA_CLI_HARVEST_H

#include "cli/archive.h"
#include "cli/remote_session.h"

/* Fills an archive with the subjects that match the pattern (empty = all) and what they refer to,
 * with their levels and modes; without a pattern also the registry's and the contexts' own.
 * Settings of subjects without schemas cannot be listed by that API and stay behind.
 *
 * deleted   soft-deleted versions too. Progress goes to stderr. */
enum sma_status sma_harvest(struct sma_archive *out, struct sma_remote_session *session,
                            struct sma_str pattern, bool deleted) SMA_MUST_CHECK;

/* Subjects of the registry, those of other contexts by their full names; with a context in use only
 * its own. A pattern narrows: one that does not begin with ':' is about the context in use. */
enum sma_status sma_harvest_subjects(struct sma_strings *out, struct sma_remote_session *session,
                                     struct sma_str pattern, bool deleted) SMA_MUST_CHECK;

#endif
