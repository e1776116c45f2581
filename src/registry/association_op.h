/* Private to the use cases of associations: the operation and its parts. */
#ifndef SMA_REGISTRY_ASSOCIATION_OP_H
#define SMA_REGISTRY_ASSOCIATION_OP_H

#include "registry/association.h"
#include "registry/op.h"
#include "registry/register.h"

/* One wish on its way: what is wanted, what there is, what is to be written. */
struct sma_assoc_item {
    const struct sma_assoc_wish *wish;
    struct sma_str type;
    struct sma_subject own; /* the resource's own subject for the type: ":.<ns>:<name>-<type>" */
    struct sma_subject subject; /* wanted; qualified.ptr NULL = not said, so what there is stays */
    enum sma_lifecycle lifecycle; /* UNSET = what there is stays */
    enum sma_tristate frozen;     /* UNSET = what there is stays, or goes with the lifecycle */
    enum sma_mode mode;
    const struct sma_assoc_row *existing; /* NULL = none of this type */

    bool has_registration; /* a schema was given */
    bool writes_row;
    char guid[37]; /* of a new one */
    struct sma_register_request request;
    struct sma_register_op registration;
};

struct sma_assoc_op {
    struct sma_op op;
    const struct sma_assoc_change *changes;
    size_t count, at;
    sma_assoc_changed_fn *changed;
    sma_assoc_finished_fn *finished;
    void *ctx;

    /* Of the change in hand, set anew by each prepare. */
    struct sma_assoc_row *rows; /* of the resource */
    size_t row_count;
    struct sma_assoc_item items[SMA_ASSOC_TYPES];
    size_t item_count;
    struct sma_str message; /* longer than an error holds; ptr NULL = none */
};

/* ---- association_request.c: without looking ---- */

/* Name, namespace and id, as far as the change needs them: 42212. */
enum sma_status sma_assoc_check_change(const struct sma_assoc_change *change,
                                       struct sma_error *err) SMA_MUST_CHECK;
/* Types, each once: 42212. Fills in the type and what is left unsaid where the kind of
 * change says what it means. */
enum sma_status sma_assoc_read_wishes(struct sma_assoc_op *op,
                                      const struct sma_assoc_change *change,
                                      struct sma_error *err) SMA_MUST_CHECK;

/* ---- association_rules.c: given what there is ---- */

/* Rows of the resource: by its id, and by its name when that is known. */
enum sma_status sma_assoc_rows_of(struct sma_assoc_row **rows, size_t *count,
                                  struct sma_loader *loader,
                                  const struct sma_assoc_resource *resource,
                                  struct sma_error *err) SMA_MUST_CHECK;
/* The wanted subject is one that the lifecycle may have: 42212, 42208. */
enum sma_status sma_assoc_check_subject(const struct sma_assoc_item *item,
                                        struct sma_loader *loader,
                                        struct sma_error *err) SMA_MUST_CHECK;
/* Nobody else's association or schema stands in the way: 40904, 40905, 42206. */
enum sma_status sma_assoc_check_others(const struct sma_assoc_item *item, struct sma_loader *loader,
                                       struct sma_error *err) SMA_MUST_CHECK;
/* Key and value have one lifecycle: 42212. */
enum sma_status sma_assoc_check_lifecycles(const struct sma_assoc_op *op,
                                           struct sma_error *err) SMA_MUST_CHECK;
/* 42205 with this part of the API's wording. */
enum sma_status sma_assoc_must_be_writable(const struct sma_subject *subject, enum sma_mode mode,
                                           struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_assoc_refuse_frozen(struct sma_str type, struct sma_str subject,
                                        struct sma_error *err);

/* ---- association_change.c, association_remove.c ---- */

enum sma_status sma_assoc_prepare_change(struct sma_assoc_op *op, struct sma_loader *loader,
                                         struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_assoc_commit_change(struct sma_assoc_op *op, struct sma_txn *txn,
                                        struct sma_error *err) SMA_MUST_CHECK;
/* txn NULL: only looks whether it may be. */
enum sma_status sma_assoc_remove(struct sma_assoc_op *op, struct sma_loader *loader,
                                 struct sma_txn *txn, struct sma_error *err) SMA_MUST_CHECK;

#endif
