/* Writing use cases. Each is asynchronous: it may decide on the calling thread (which it may keep
 * busy: call from a worker), goes through the store's writer, and answers once through its
 * callback, on the calling thread, a helper's or the writer's: the callback must not block.
 *
 * Everything a request points to must live until its callback has returned. A result lives only
 * during the callback. */
#ifndef SMA_REGISTRY_WRITE_H
#define SMA_REGISTRY_WRITE_H

#include "registry/config.h"
#include "registry/lookup.h"
#include "registry/registry.h"
#include "registry/scope.h"
#include "registry/tags.h"

/* How a use case failed. `message` is the whole text; err->message may be a shortened form of it.
 */
struct sma_failure {
    enum sma_status status;
    const struct sma_error *err;
    struct sma_str message;
};

/* ---- register -----------------------------------------------------------------------------------
 */

/* Makes a registration the next edition of a stored version: type, text and references are that
 * version's, its metadata too when the request has none. Rules that are merged or taken out change
 * the rule set of the version before the new one, and then the request may not bring its own. */
struct sma_revision {
    int32_t of;                                /* a number or SMA_LATEST */
    const struct sma_rule_set *rules_to_merge; /* NULL = none */
    const struct sma_names *rules_to_remove;   /* NULL = none */
};

struct sma_register_request {
    const struct sma_subject *subject;
    struct sma_schema_request schema;
    struct sma_tag_changes tags;
    const struct sma_revision *revision; /* NULL = the schema is the request's own */
    bool normalize; /* the query parameter; the config in scope may ask for it too */
    bool force;     /* no compatibility check */
};

struct sma_registered {
    struct sma_found_schema schema;
    bool is_new;
    /* Of a new version, else NULL: it need not be parsed again to be printed. */
    const struct sma_schema *parsed;
    /* What the answer rests on when nothing was written; count 0 = not to be cached. */
    const struct sma_depends *depends;
};

/* `failure` is NULL on success. */
typedef void sma_registered_fn(void *ctx, const struct sma_registered *result,
                               const struct sma_failure *failure);

/* POST /subjects/{subject}/versions (confluent-rest 7.1) and …/{version}/tags (17.5). Codes 40901,
 * 42201, 42205, 42208, 42209, 42210; a revision also 40401, 40402; SMA_EBUSY. */
void sma_register(struct sma_registry *registry, const struct sma_register_request *request,
                  sma_registered_fn *fn, void *ctx);

/* ---- delete -------------------------------------------------------------------------------------
 */

/* The versions concerned, ascending. */
typedef void sma_deleted_fn(void *ctx, const int32_t *versions, size_t count,
                            const struct sma_failure *failure);

/* version: a number or SMA_LATEST (confluent-rest 10.1). */
void sma_delete_version(struct sma_registry *registry, const struct sma_subject *subject,
                        int32_t version, bool permanent, sma_deleted_fn *fn, void *ctx);
/* confluent-rest 10.2. */
void sma_delete_subject(struct sma_registry *registry, const struct sma_subject *subject,
                        bool permanent, sma_deleted_fn *fn, void *ctx);

/* ---- settings -----------------------------------------------------------------------------------
 */

/* The merged configuration after an update, the removed one after a deletion. */
typedef void sma_config_fn(void *ctx, const struct sma_config *config,
                           const struct sma_failure *failure);

/* Merges into the scope's own configuration. 42205, 42208, 42210. */
void sma_config_put(struct sma_registry *registry, const struct sma_subject *scope,
                    const struct sma_config_update *update, sma_config_fn *fn, void *ctx);
/* 40401 when a subject or context has none of its own; the global scope answers what was in force.
 */
void sma_config_remove(struct sma_registry *registry, const struct sma_subject *scope,
                       sma_config_fn *fn, void *ctx);

/* `had_mode` false: none was set and none is shown. */
typedef void sma_mode_fn(void *ctx, bool had_mode, enum sma_mode mode,
                         const struct sma_failure *failure);

struct sma_mode_request {
    const struct sma_subject *scope;
    bool is_clear; /* {"mode":null} */
    enum sma_mode mode;
    bool force; /* switch to IMPORT although there are subjects */
};

/* 42204, 42205, 42206, 42208. */
void sma_mode_put(struct sma_registry *registry, const struct sma_mode_request *request,
                  sma_mode_fn *fn, void *ctx);
/* recursive: the modes of all subjects in the scope's context too. 40401 for a subject or context
 * without a mode of its own, unless recursive. */
void sma_mode_remove(struct sma_registry *registry, const struct sma_subject *scope, bool recursive,
                     sma_mode_fn *fn, void *ctx);

/* ---- contexts -----------------------------------------------------------------------------------
 */

typedef void sma_done_fn(void *ctx, const struct sma_failure *failure);

/* Removes the context's row. 42211 when a subject is left in it, soft-deleted or not; an unknown
 * context is fine. context: with its dot. */
void sma_context_delete(struct sma_registry *registry, struct sma_str context, sma_done_fn *fn,
                        void *ctx);

#endif
