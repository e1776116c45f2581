/* A side whose schemas are a registry's: versions of subjects, with what they refer to. Texts of one
 * line are laid out, so that places in them can be shown. */
#ifndef SMA_CLI_SIDE_REGISTRY_H
#define SMA_CLI_SIDE_REGISTRY_H

#include "cli/remote_read.h"
#include "cli/source.h"

/* A list of versions to fetch, growing. */
struct sma_wanted {
    struct sma_fetch *items;
    size_t count, capacity;
};

/* version 0 = the latest. */
enum sma_status sma_wanted_add(struct sma_wanted *wanted, struct sma_arena *arena,
                               struct sma_str subject, int32_t version,
                               struct sma_error *err) SMA_MUST_CHECK;
/* The newest `history` versions of a subject, 0 = all. A subject that is not there adds nothing. */
enum sma_status sma_wanted_add_history(struct sma_wanted *wanted, struct sma_remote *remote,
                                       struct sma_arena *arena, struct sma_str subject,
                                       size_t history, struct sma_error *err) SMA_MUST_CHECK;

/* Fetches the versions and adds those that are there, chosen, then what they refer to, not chosen.
 * keep: says which of them count; NULL = all. */
enum sma_status sma_side_add_wanted(struct sma_side *side, struct sma_remote *remote,
                                    const struct sma_arguments *arguments,
                                    struct sma_wanted *wanted,
                                    bool (*keep)(void *ctx, const struct sma_fetch *item),
                                    void *ctx, struct sma_error *err) SMA_MUST_CHECK;
/* What one "sr:…" names. SMA_ENOTFOUND, exit 6, when the registry does not have it. */
enum sma_status sma_side_add_registry(struct sma_side *side, struct sma_remote *remote,
                                      const struct sma_arguments *arguments,
                                      const struct sma_sr_ref *ref,
                                      struct sma_error *err) SMA_MUST_CHECK;
/* The schema of an id or, with id 0, of a GUID, as messages name them; it joins the side, chosen, with
 * what it refers to. SMA_ENOTFOUND, exit 6, when the registry does not have it. */
enum sma_status sma_side_add_id(struct sma_file **out, struct sma_side *side,
                                struct sma_remote *remote, const struct sma_arguments *arguments,
                                int32_t id, struct sma_str guid,
                                struct sma_error *err) SMA_MUST_CHECK;
/* A schema the registry has for a name that no file of the side defines: what the newest version of
 * the file's subject refers to under this name, else the subject of that name. It joins the side, not
 * chosen. *out is NULL when there is none. */
enum sma_status sma_side_find_in_registry(struct sma_file **out, struct sma_side *side,
                                          const struct sma_file *from, struct sma_str name,
                                          struct sma_error *err) SMA_MUST_CHECK;

#endif
