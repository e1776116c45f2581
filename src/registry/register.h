/* Private to writing use cases: a registration as part of an operation, decided in register.c (a
 * revision is made ready in revise.c) and recorded in assign.c. An operation may hold several, under
 * different subjects. */
#ifndef SMA_REGISTRY_REGISTER_H
#define SMA_REGISTRY_REGISTER_H

#include "registry/candidate.h"
#include "registry/op.h"
#include "registry/write.h"

struct sma_register_op {
    struct sma_op *op; /* whose arena and stamps it uses */
    const struct sma_register_request *request;

    /* Set by prepare, anew each time. */
    bool is_settled;                  /* the version is there already: nothing to commit */
    struct sma_schema_request schema; /* the request's, completed */
    struct sma_candidate candidate;
    struct sma_config config;
    enum sma_mode mode;
    struct sma_version_number *versions; /* of the subject, soft-deleted ones too, ascending */
    size_t version_count;
    int32_t version; /* to be written */
    int32_t id;      /* the request's in IMPORT mode, else -1 */
    bool knows_context;
    struct sma_depends depends;
    struct sma_registered result;
    struct sma_str message; /* longer than an error holds; ptr NULL = none */
};

/* Fills in op->schema from the version that the request revises (revise.c). */
enum sma_status sma_register_revise(struct sma_register_op *op, struct sma_loader *loader,
                                    struct sma_error *err) SMA_MUST_CHECK;
/* Decides on the loader's snapshot; names on `op` what must not move. The members op and request
 * are set, the rest zero or reset. */
enum sma_status sma_register_prepare(struct sma_register_op *op, struct sma_loader *loader,
                                     struct sma_error *err) SMA_MUST_CHECK;
/* The writer's part, unless it is settled: looks at references and ids as they are now, then
 * context, tombstones of soft-deleted versions with the same id, and the new version. */
enum sma_status sma_register_commit(struct sma_register_op *op, struct sma_txn *txn,
                                    struct sma_error *err) SMA_MUST_CHECK;
/* Releases what does not live in the arena. Safe on a zeroed one. */
void sma_register_reset(struct sma_register_op *op);
/* The id that the context gives the content, when it knows it: 0 if not. */
enum sma_status sma_register_known_id(int32_t *id, struct sma_view *view, struct sma_arena *arena,
                                      struct sma_str context, const struct sma_content *content,
                                      struct sma_error *err) SMA_MUST_CHECK;

#endif
