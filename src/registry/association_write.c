/* Associations: the operation. A request may hold many changes; each is prepared, committed and
 * answered by itself, and the next begins when it has ended. */
#include "registry/association_op.h"
#include "registry/internal.h"

static bool is_removal(const struct sma_assoc_op *op)
{
    return op->changes[op->at].kind == SMA_ASSOC_DELETE;
}

/* A request is read whole before any of its changes is made. */
static enum sma_status check_request(struct sma_assoc_op *op, struct sma_error *err)
{
    size_t request = op->changes[op->at].request;
    enum sma_status st = SMA_OK;
    if (op->at && op->changes[op->at - 1].request == request)
        return SMA_OK;
    for (size_t i = op->at; !st && i < op->count && op->changes[i].request == request; i++) {
        st = sma_assoc_check_change(&op->changes[i], err);
        if (!st && op->changes[i].kind != SMA_ASSOC_DELETE)
            st = sma_assoc_read_wishes(op, &op->changes[i], err);
    }
    op->item_count = 0;
    return st;
}

static enum sma_status prepare(struct sma_op *base, struct sma_loader *loader,
                               struct sma_error *err)
{
    struct sma_assoc_op *op = (struct sma_assoc_op *)base;
    const struct sma_assoc_change *change = &op->changes[op->at];
    op->item_count = 0;
    enum sma_status st = check_request(op, err);
    if (st)
        return st;
    if (!is_removal(op))
        return sma_assoc_prepare_change(op, loader, err);
    base->is_settled = change->is_dry_run;
    return change->is_dry_run ? sma_assoc_remove(op, loader, NULL, err) : SMA_OK;
}

static enum sma_status commit(struct sma_op *base, struct sma_txn *txn, struct sma_error *err)
{
    struct sma_assoc_op *op = (struct sma_assoc_op *)base;
    struct sma_loader loader;
    if (!is_removal(op))
        return sma_assoc_commit_change(op, txn, err);
    sma_loader_init(&loader, base->registry, sma_txn_view(txn), &base->arena);
    enum sma_status st = sma_assoc_remove(op, &loader, txn, err);
    sma_loader_fini(&loader);
    return st;
}

static void reset(struct sma_op *base)
{
    struct sma_assoc_op *op = (struct sma_assoc_op *)base;
    for (size_t i = 0; i < op->item_count; i++)
        sma_register_reset(&op->items[i].registration);
    op->item_count = 0;
    op->message = (struct sma_str){NULL, 0};
}

/* ---- outcomes -----------------------------------------------------------------------------------
 */

static void show_item(struct sma_assoc_done *done, const struct sma_assoc_item *item)
{
    *done = (struct sma_assoc_done){
        .subject = item->subject.qualified,
        .type = item->type,
        .lifecycle = item->lifecycle,
        .is_frozen = item->frozen == SMA_TRUE,
        .schema = item->has_registration ? &item->registration.result.schema : NULL,
    };
}

static void report(struct sma_assoc_op *op)
{
    const struct sma_assoc_change *change = &op->changes[op->at];
    struct sma_assoc_result result = {.resource = change->resource};
    if (!result.resource.type.len)
        result.resource.type = SMA_STR("topic");
    for (size_t i = 0; !change->is_dry_run && i < op->item_count; i++) {
        show_item(&result.items[result.count++], &op->items[i]);
        if (op->items[i].registration.result.is_new)
            atomic_fetch_add(&op->op.registry->registered, 1);
    }
    op->changed(op->ctx, op->at, &result, NULL);
}

/* Past the change in hand, and past those that its failure takes along. */
static void step(struct sma_assoc_op *op, bool is_failure)
{
    size_t request = op->changes[op->at++].request;
    while (is_failure && op->at < op->count && op->changes[op->at].request == request)
        op->at++;
}

static bool next_part(struct sma_op *base, enum sma_status st, const struct sma_error *err)
{
    struct sma_assoc_op *op = (struct sma_assoc_op *)base;
    if (st) {
        struct sma_failure failure = {st, err,
                                      op->message.ptr ? op->message : sma_str_z(err->message)};
        op->changed(op->ctx, op->at, NULL, &failure);
    } else {
        report(op);
    }
    step(op, st != SMA_OK);
    return op->at < op->count;
}

static void finish(struct sma_op *base, enum sma_status st, const struct sma_error *err)
{
    struct sma_assoc_op *op = (struct sma_assoc_op *)base;
    (void)st;
    (void)err;
    op->finished(op->ctx);
    sma_op_free(base);
}

/* ---- entry --------------------------------------------------------------------------------------
 */

/* No memory for an operation: every request fails. */
static void fail_all(struct sma_assoc_op *op)
{
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_failure failure = {sma_fail_nomem(&err), &err, sma_str_z(err.message)};
    while (op->at < op->count) {
        op->changed(op->ctx, op->at, NULL, &failure);
        step(op, true);
    }
    op->finished(op->ctx);
}

void sma_associations_change(struct sma_registry *registry, const struct sma_assoc_change *changes,
                             size_t count, sma_assoc_changed_fn *changed,
                             sma_assoc_finished_fn *finished, void *ctx)
{
    static const struct sma_op_kind kind = {prepare, commit, finish, reset};
    struct sma_assoc_op wanted = {
        .changes = changes, .count = count, .changed = changed, .finished = finished, .ctx = ctx};
    struct sma_assoc_op *op = count ? sma_op_new(sizeof *op, &kind, registry) : NULL;
    if (!op) {
        fail_all(&wanted);
        return;
    }
    op->op.next_part = next_part;
    op->changes = changes;
    op->count = count;
    op->changed = changed;
    op->finished = finished;
    op->ctx = ctx;
    sma_op_start(&op->op);
}
