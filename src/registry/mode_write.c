/* Changing and removing a scope's mode (confluent-rest 4.6, 11). Decided by the writer: the switch
 * to IMPORT looks at every subject in the scope. */
#include "registry/codes.h"
#include "registry/internal.h"
#include "registry/op.h"
#include "registry/read.h"
#include "registry/write.h"
#include "store/record.h"

struct mode_op {
    struct sma_op op;
    const struct sma_subject *scope;
    bool is_removal; /* DELETE */
    bool is_clear;   /* PUT {"mode":null} */
    enum sma_mode mode;
    bool force, recursive;
    sma_mode_fn *fn;
    void *ctx;
    bool had_mode; /* result of a removal */
    enum sma_mode old;
};

static void finish(struct sma_op *base, enum sma_status st, const struct sma_error *err)
{
    struct mode_op *op = (struct mode_op *)base;
    struct sma_failure failure = {st, err, sma_str_z(err->message)};
    op->fn(op->ctx, op->had_mode, op->old, st ? &failure : NULL);
    sma_op_free(base);
}

/* ---- checks that need no state ------------------------------------------------------------------
 */

static bool is_global_scope(const struct sma_subject *scope)
{
    return !scope->qualified.len || sma_subject_is_global_context(scope);
}

static enum sma_status prepare(struct sma_op *base, struct sma_loader *loader,
                               struct sma_error *err)
{
    const struct mode_op *op = (const struct mode_op *)base;
    (void)loader;
    if (!base->registry->options.mode_is_mutable)
        return sma_refuse(err, SMA_CODE_NOT_PERMITTED, "Mode changes are not allowed");
    if (op->is_removal)
        return SMA_OK;
    if (!sma_subject_is_configurable(op->scope))
        return sma_refuse(err, SMA_CODE_INVALID_SUBJECT,
                          "The specified subject '%.*s' is not a valid.",
                          SMA_STR_ARG(op->scope->qualified));
    if (!op->is_clear && op->mode == SMA_MODE_FORWARD && !is_global_scope(op->scope))
        return sma_refuse(err, SMA_CODE_INVALID_MODE,
                          "Forward mode only supported on global level");
    return SMA_OK;
}

/* ---- records ------------------------------------------------------------------------------------
 */

static enum sma_status append_mode(struct sma_txn *txn, struct sma_str scope, const char *mode,
                                   struct sma_error *err)
{
    struct sma_buf key, value;
    sma_buf_init(&key, 0);
    sma_buf_init(&value, 0);
    sma_record_mode_key(&key, scope);
    if (mode)
        sma_record_mode_value(&value, scope, sma_str_z(mode));
    enum sma_status st = sma_op_append(txn, &key, mode ? &value : NULL, err);
    sma_buf_fini(&key);
    sma_buf_fini(&value);
    return st;
}

static enum sma_status remove_own(bool *had, enum sma_mode *old, struct sma_loader *loader,
                                  struct sma_txn *txn, struct sma_str scope, struct sma_error *err)
{
    enum sma_status st = sma_scope_own_mode(old, loader, scope, err);
    *had = !st;
    if (st)
        return st == SMA_ENOTFOUND ? SMA_OK : st;
    return append_mode(txn, scope, NULL, err);
}

/* ---- the subjects in a scope
 * --------------------------------------------------------------------- */

/* Subjects that the scope covers: one, a context's, or all. */
static enum sma_status list_subjects(struct sma_str **out, size_t *count, struct sma_loader *loader,
                                     const struct sma_subject *scope, enum sma_deleted deleted,
                                     uint64_t limit, struct sma_error *err)
{
    struct sma_subject_filter filter = {
        .context =
            sma_subject_is_global_context(scope) ? (struct sma_str){NULL, 0} : scope->context,
        .deleted = deleted,
        .limit = limit,
    };
    if (!scope->name.len)
        return sma_view_subjects(loader->view, loader->arena, &filter, out, count, err);
    bool is_there;
    enum sma_status st =
        sma_view_has_subject(loader->view, scope->qualified, deleted, &is_there, err);
    if (!st) {
        *out = (struct sma_str *)&scope->qualified;
        *count = is_there;
    }
    return st;
}

/* ---- IMPORT -------------------------------------------------------------------------------------
 */

/* Removes the soft-deleted versions of one subject for good; nothing may refer to them. */
static enum sma_status purge_subject(struct sma_loader *loader, struct sma_txn *txn,
                                     struct sma_str subject, struct sma_error *err)
{
    struct sma_version_number *numbers;
    size_t count;
    struct sma_buf key;
    sma_buf_init(&key, 0);
    enum sma_status st =
        sma_loader_versions(&numbers, &count, loader, subject, SMA_ONLY_DELETED, err);
    while (!st && count--) {
        struct sma_version *referrers;
        size_t referrer_count;
        st = sma_view_referrers(loader->view, loader->arena, subject, numbers[count].version,
                                SMA_WITH_DELETED, &referrers, &referrer_count, err);
        if (!st && referrer_count)
            st = sma_refuse(err, SMA_CODE_REFERENCED,
                            "One or more references exist to the schema {magic=1,keytype=SCHEMA,"
                            "subject=%.*s,version=%d}.",
                            SMA_STR_ARG(subject), numbers[count].version);
        if (st)
            break;
        sma_record_schema_key(&key, subject, numbers[count].version);
        st = sma_op_append(txn, &key, NULL, err);
    }
    sma_buf_fini(&key);
    return st;
}

static enum sma_status enter_import(struct mode_op *op, struct sma_loader *loader,
                                    struct sma_txn *txn, struct sma_error *err)
{
    struct sma_str *subjects;
    size_t count;
    struct sma_buf key, value;
    enum sma_status st = list_subjects(&subjects, &count, loader, op->scope, SMA_LIVE, 1, err);
    if (!st && count)
        st = sma_refuse(err, SMA_CODE_NOT_PERMITTED, "Cannot import since found existing subjects");
    if (!st)
        st = list_subjects(&subjects, &count, loader, op->scope, SMA_WITH_DELETED, 0, err);
    for (size_t i = 0; !st && i < count; i++)
        st = purge_subject(loader, txn, subjects[i], err);
    if (st)
        return st;
    sma_buf_init(&key, 0);
    sma_buf_init(&value, 0);
    sma_record_clear_subject_key(&key, op->scope->qualified);
    sma_record_clear_subject_value(&value, op->scope->qualified);
    st = sma_op_append(txn, &key, &value, err);
    sma_buf_fini(&key);
    sma_buf_fini(&value);
    return st;
}

/* ---- commit -------------------------------------------------------------------------------------
 */

static enum sma_status put(struct mode_op *op, struct sma_loader *loader, struct sma_txn *txn,
                           struct sma_error *err)
{
    enum sma_mode before;
    enum sma_status st = SMA_OK;
    bool had;
    if (op->is_clear)
        return remove_own(&had, &before, loader, txn, op->scope->qualified, err);
    if (op->mode == SMA_MODE_IMPORT && !op->force) {
        st = sma_scope_mode(&before, loader, op->scope, err);
        if (!st && before != SMA_MODE_IMPORT)
            st = enter_import(op, loader, txn, err);
    }
    return st ? st : append_mode(txn, op->scope->qualified, sma_mode_name(op->mode), err);
}

static enum sma_status remove_below(struct mode_op *op, struct sma_loader *loader,
                                    struct sma_txn *txn, struct sma_error *err)
{
    struct sma_str *subjects;
    size_t count;
    struct sma_str context =
        sma_subject_is_global_context(op->scope) ? (struct sma_str){NULL, 0} : op->scope->context;
    enum sma_status st = sma_view_setting_subjects(loader->view, loader->arena, SMA_SETTING_MODE,
                                                   context, &subjects, &count, err);
    for (size_t i = 0; !st && i < count; i++) {
        enum sma_mode old;
        bool had;
        st = remove_own(&had, &old, loader, txn, subjects[i], err);
    }
    return st;
}

static enum sma_status take_away(struct mode_op *op, struct sma_loader *loader, struct sma_txn *txn,
                                 struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    if (op->recursive && !op->scope->name.len)
        st = remove_below(op, loader, txn, err);
    if (!st)
        st = remove_own(&op->had_mode, &op->old, loader, txn, op->scope->qualified, err);
    if (st || op->had_mode)
        return st;
    if (is_global_scope(op->scope)) {
        op->had_mode = true;
        op->old = SMA_MODE_READWRITE;
        return SMA_OK;
    }
    return op->recursive ? SMA_OK : sma_subject_not_found(op->scope, err);
}

static enum sma_status commit(struct sma_op *base, struct sma_txn *txn, struct sma_error *err)
{
    struct mode_op *op = (struct mode_op *)base;
    struct sma_loader loader;
    sma_loader_init(&loader, base->registry, sma_txn_view(txn), &base->arena);
    enum sma_status st =
        op->is_removal ? take_away(op, &loader, txn, err) : put(op, &loader, txn, err);
    sma_loader_fini(&loader);
    return st;
}

/* ---- entry --------------------------------------------------------------------------------------
 */

static const struct sma_op_kind kind = {prepare, commit, finish, NULL};

static struct mode_op *start(struct sma_registry *registry, const struct sma_subject *scope,
                             sma_mode_fn *fn, void *ctx)
{
    struct mode_op *op = sma_op_new(sizeof *op, &kind, registry);
    if (!op) {
        struct sma_error err = SMA_ERROR_INIT;
        struct sma_failure failure = {sma_fail_nomem(&err), &err, sma_str_z(err.message)};
        fn(ctx, false, SMA_MODE_READWRITE, &failure);
        return NULL;
    }
    op->scope = scope;
    op->fn = fn;
    op->ctx = ctx;
    return op;
}

void sma_mode_put(struct sma_registry *registry, const struct sma_mode_request *request,
                  sma_mode_fn *fn, void *ctx)
{
    struct mode_op *op = start(registry, request->scope, fn, ctx);
    if (!op)
        return;
    op->is_clear = request->is_clear;
    op->mode = request->mode;
    op->force = request->force;
    sma_op_start(&op->op);
}

void sma_mode_remove(struct sma_registry *registry, const struct sma_subject *scope, bool recursive,
                     sma_mode_fn *fn, void *ctx)
{
    struct mode_op *op = start(registry, scope, fn, ctx);
    if (!op)
        return;
    op->is_removal = true;
    op->recursive = recursive;
    sma_op_start(&op->op);
}
