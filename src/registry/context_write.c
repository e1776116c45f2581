/* Deleting a context (confluent-rest 4.7): only its row goes, and only when nothing is left in it.
 */
#include "registry/codes.h"
#include "registry/internal.h"
#include "registry/op.h"
#include "registry/write.h"
#include "store/record.h"

struct context_op {
    struct sma_op op;
    struct sma_str context;
    sma_done_fn *fn;
    void *ctx;
};

static void finish(struct sma_op *base, enum sma_status st, const struct sma_error *err)
{
    struct context_op *op = (struct context_op *)base;
    struct sma_failure failure = {st, err, sma_str_z(err->message)};
    op->fn(op->ctx, st ? &failure : NULL);
    sma_op_free(base);
}

static enum sma_status prepare(struct sma_op *base, struct sma_loader *loader,
                               struct sma_error *err)
{
    (void)base;
    (void)loader;
    (void)err;
    return SMA_OK;
}

static enum sma_status is_listed(bool *out, struct sma_view *view, struct sma_arena *arena,
                                 struct sma_str context, struct sma_error *err)
{
    struct sma_str *contexts;
    size_t count;
    enum sma_status st = sma_view_contexts(view, arena, &contexts, &count, err);
    *out = false;
    for (size_t i = 0; !st && i < count; i++)
        if (sma_str_eq(contexts[i], context) && !sma_str_eq(context, SMA_CONTEXT_DEFAULT))
            *out = true;
    return st;
}

static enum sma_status commit(struct sma_op *base, struct sma_txn *txn, struct sma_error *err)
{
    struct context_op *op = (struct context_op *)base;
    struct sma_subject_filter filter = {
        .context = op->context, .deleted = SMA_WITH_DELETED, .limit = 1};
    struct sma_view *view = sma_txn_view(txn);
    struct sma_str *subjects;
    struct sma_buf key;
    size_t count;
    bool is_known = false;
    enum sma_status st = sma_view_subjects(view, &base->arena, &filter, &subjects, &count, err);
    if (!st && count)
        st = sma_refuse(err, SMA_CODE_CONTEXT_NOT_EMPTY,
                        "The specified context '%.*s' is not empty.", SMA_STR_ARG(op->context));
    if (!st)
        st = is_listed(&is_known, view, &base->arena, op->context, err);
    if (st || !is_known)
        return st;
    sma_buf_init(&key, 0);
    sma_record_context_key(&key, op->context);
    st = sma_op_append(txn, &key, NULL, err);
    sma_buf_fini(&key);
    return st;
}

void sma_context_delete(struct sma_registry *registry, struct sma_str context, sma_done_fn *fn,
                        void *ctx)
{
    static const struct sma_op_kind kind = {prepare, commit, finish, NULL};
    struct context_op *op = sma_op_new(sizeof *op, &kind, registry);
    if (!op) {
        struct sma_error err = SMA_ERROR_INIT;
        struct sma_failure failure = {sma_fail_nomem(&err), &err, sma_str_z(err.message)};
        fn(ctx, &failure);
        return;
    }
    op->context = context;
    op->fn = fn;
    op->ctx = ctx;
    sma_op_start(&op->op);
}
