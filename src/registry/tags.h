/* Tags inside schemas as the use cases need them: what a stored version carries, and the edits that
 * a request asks for (confluent-rest 17.5). */
#ifndef SMA_REGISTRY_TAGS_H
#define SMA_REGISTRY_TAGS_H

#include "core/schema/tags.h"
#include "registry/candidate.h"

/* The version's records and fields that carry one of the names, with all their tags; "*" among the
 * names means any. Lives in the loader's arena. 42201 for a stored text that does not parse. */
enum sma_status sma_tags_find(struct sma_tagged_list *out, struct sma_loader *loader,
                              const struct sma_version *row, const struct sma_tag_list *names,
                              struct sma_error *err) SMA_MUST_CHECK;

struct sma_tag_changes {
    const struct sma_tag_edit *edits; /* made one after the other */
    size_t count;
    bool propagate; /* first the tags of the newest live version, where their paths still exist */
};

static inline bool sma_tag_changes_any(const struct sma_tag_changes *changes)
{
    return changes->count || changes->propagate;
}

/* Replaces the request's text by the edited one. `latest`, NULL when there is none, is where tags
 * are taken over from. 42201 with the original's words for a path that leads nowhere, and for a
 * schema that does not parse. */
enum sma_status sma_tags_edit(struct sma_schema_request *request, struct sma_loader *loader,
                              struct sma_str context, const struct sma_tag_changes *changes,
                              const struct sma_version *latest,
                              struct sma_error *err) SMA_MUST_CHECK;

#endif
