/* The references of a schema and everything they lead to (confluent-rest 6.5, 8.4). */
#ifndef SMA_REGISTRY_REFERENCES_H
#define SMA_REGISTRY_REFERENCES_H

#include "core/schema/schema.h"
#include "registry/loader.h"

struct sma_closure {
    /* The schema's own list with -1 replaced by the version it means now. */
    struct sma_reference *direct;
    size_t direct_count;
    /* What each of them points to: parallel to `direct`. */
    struct sma_target {
        struct sma_str subject; /* qualified */
        int32_t version;
        bool was_latest; /* the request said -1 */
        bool is_deleted;
    } * targets;
    /* Depth first, dependencies before dependents, each name once. */
    struct sma_resolved_reference *resolved;
    size_t resolved_count;
};

/* Loads the closure of a schema that lives in `context`. Soft-deleted targets are loaded like
 * others; see `is_deleted`. The result lives in the loader's arena.
 *
 * Returns  42201 for a reference without name, subject or version, for a target that does not
 * exist, for more than SMA_REFERENCES_MAX direct or SMA_REFERENCES_TRANSITIVE_MAX transitive
 *          references, for more text than SMA_RESOLVED_BYTES_MAX, and, when the registry is strict
 *          about it, for two versions under one name. */
enum sma_status sma_closure_load(struct sma_closure *out, struct sma_loader *loader,
                                 struct sma_str context, const struct sma_reference *references,
                                 size_t count, struct sma_error *err) SMA_MUST_CHECK;

/* 42201 when a direct target is soft-deleted: a new schema may not refer to it. */
enum sma_status sma_closure_must_be_live(const struct sma_closure *closure,
                                         struct sma_error *err) SMA_MUST_CHECK;

#endif
