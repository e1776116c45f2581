/* Restoring soft-deleted versions. All of it happens in the writer, as deleting does: whether what
 * a version refers to is live may change at any moment before. */
#include "registry/restore.h"

#include "registry/codes.h"
#include "registry/internal.h"
#include "registry/op.h"
#include "registry/read.h"
#include "store/record.h"

struct restore_op {
    struct sma_op op;
    const struct sma_subject *subject;
    int32_t version; /* 0 = all */
    sma_deleted_fn *fn;
    void *ctx;
    int32_t *versions; /* restored, ascending */
    size_t count;
};

static void finish(struct sma_op *base, enum sma_status st, const struct sma_error *err)
{
    struct restore_op *op = (struct restore_op *)base;
    struct sma_failure failure = {st, err, sma_str_z(err->message)};
    op->fn(op->ctx, op->versions, op->count, st ? &failure : NULL);
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

/* ---- one row ------------------------------------------------------------------------------------
 */

/* Versions of the same operation count: lower ones were restored before. */
static enum sma_status targets_are_live(const struct sma_version *row, struct sma_loader *loader,
                                        const struct sma_subject *subject, struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    for (size_t i = 0; !st && i < row->content.reference_count; i++) {
        const struct sma_reference *reference = &row->content.references[i];
        struct sma_subject target;
        struct sma_version ignored;
        st = sma_subject_resolve(&target, loader->arena, subject->context, reference->subject, err);
        if (!st)
            st = sma_view_version(loader->view, loader->arena, target.qualified, reference->version,
                                  SMA_LIVE, &ignored, err);
        if (st != SMA_ENOTFOUND)
            continue;
        st = sma_refuse(err, SMA_CODE_CONFLICT,
                      "Version %d refers to subject '%.*s' version %d, which is deleted: restore "
                      "that first",
                      row->version, SMA_STR_ARG(target.qualified), reference->version);
    }
    return st;
}

static enum sma_status append_live(struct sma_txn *txn, const struct sma_version *row,
                                   struct sma_error *err)
{
    struct sma_version live = *row;
    struct sma_buf key, value;
    live.is_deleted = false;
    sma_buf_init(&key, 0);
    sma_buf_init(&value, 0);
    sma_record_schema_key(&key, live.subject, live.version);
    sma_record_schema_value(&value, &live);
    enum sma_status st = sma_op_append(txn, &key, &value, err);
    sma_buf_fini(&key);
    sma_buf_fini(&value);
    return st;
}

static enum sma_status restore_row(struct restore_op *op, struct sma_txn *txn, int32_t version,
                                   struct sma_error *err)
{
    struct sma_arena arena; /* of this row: there may be very many */
    struct sma_loader loader;
    struct sma_version row;
    sma_arena_init(&arena, 0);
    sma_loader_init(&loader, op->op.registry, sma_txn_view(txn), &arena);
    enum sma_status st = sma_view_version(loader.view, &arena, op->subject->qualified, version,
                                          SMA_WITH_DELETED, &row, err);
    if (!st)
        st = targets_are_live(&row, &loader, op->subject, err);
    if (!st)
        st = append_live(txn, &row, err);
    sma_loader_fini(&loader);
    sma_arena_fini(&arena);
    return st;
}

/* ---- which --------------------------------------------------------------------------------------
 */

static enum sma_status nothing_to_restore(const struct restore_op *op, bool is_known,
                                          struct sma_error *err)
{
    struct sma_str subject = op->subject->qualified;
    if (!op->version)
        return sma_refuse(err, SMA_CODE_SUBJECT_NOT_SOFT_DELETED,
                          "Subject '%.*s' has no soft-deleted version", SMA_STR_ARG(subject));
    if (!is_known)
        return sma_refuse(err, SMA_CODE_VERSION_NOT_FOUND, "Version %d not found.", op->version);
    return sma_refuse(err, SMA_CODE_VERSION_NOT_SOFT_DELETED,
                      "Subject '%.*s' Version %d is not soft-deleted", SMA_STR_ARG(subject),
                      op->version);
}

static enum sma_status pick(struct restore_op *op, struct sma_loader *loader, struct sma_error *err)
{
    struct sma_version_number *numbers;
    size_t count;
    bool is_known = false;
    enum sma_status st = sma_loader_versions(&numbers, &count, loader, op->subject->qualified,
                                             SMA_WITH_DELETED, err);
    if (st)
        return st;
    if (!count)
        return sma_subject_not_found(op->subject, err);
    op->count = 0;
    op->versions = sma_arena_calloc(&op->op.arena, count, sizeof *op->versions);
    if (!op->versions)
        return sma_fail_nomem(err);
    for (size_t i = 0; i < count; i++) {
        if (op->version && numbers[i].version != op->version)
            continue;
        is_known = true;
        if (numbers[i].is_deleted)
            op->versions[op->count++] = numbers[i].version;
    }
    return op->count ? SMA_OK : nothing_to_restore(op, is_known, err);
}

static enum sma_status commit(struct sma_op *base, struct sma_txn *txn, struct sma_error *err)
{
    struct restore_op *op = (struct restore_op *)base;
    struct sma_loader loader;
    sma_loader_init(&loader, base->registry, sma_txn_view(txn), &base->arena);
    enum sma_status st = pick(op, &loader, err);
    if (!st)
        st = sma_scope_must_be_writable(&loader, op->subject, err);
    for (size_t i = 0; !st && i < op->count; i++)
        st = restore_row(op, txn, op->versions[i], err);
    sma_loader_fini(&loader);
    return st;
}

void sma_restore(struct sma_registry *registry, const struct sma_subject *subject, int32_t version,
                 sma_deleted_fn *fn, void *ctx)
{
    static const struct sma_op_kind kind = {prepare, commit, finish, NULL};
    struct restore_op *op = sma_op_new(sizeof *op, &kind, registry);
    if (!op) {
        struct sma_error err = SMA_ERROR_INIT;
        struct sma_failure failure = {sma_fail_nomem(&err), &err, sma_str_z(err.message)};
        fn(ctx, NULL, 0, &failure);
        return;
    }
    op->subject = subject;
    op->version = version;
    op->fn = fn;
    op->ctx = ctx;
    sma_op_start(&op->op);
}
