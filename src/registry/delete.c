/* Deleting a version, a subject, a context (confluent-rest 10, 4.7). All of it happens in the
 * writer: what may be deleted depends on rows that others may be adding at this moment. */
#include "registry/delete.h"

#include "registry/association.h"
#include "registry/codes.h"
#include "registry/internal.h"
#include "registry/op.h"
#include "registry/read.h"
#include "registry/write.h"
#include "store/record.h"

struct delete_op {
    struct sma_op op;
    struct sma_deletion what;
    int32_t version; /* SMA_LATEST or a number; of a subject: unused */
    sma_deleted_fn *fn;
    void *ctx;
};

static void finish(struct sma_op *base, enum sma_status st, const struct sma_error *err)
{
    struct delete_op *op = (struct delete_op *)base;
    struct sma_failure failure = {st, err, sma_str_z(err->message)};
    op->fn(op->ctx, op->what.versions, op->what.count, st ? &failure : NULL);
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

static enum sma_status referenced(const struct sma_subject *subject, int32_t version,
                                  struct sma_error *err)
{
    return sma_refuse(err, SMA_CODE_REFERENCED,
                      "One or more references exist to the schema {magic=1,keytype=SCHEMA,"
                      "subject=%.*s,version=%d}.",
                      SMA_STR_ARG(subject->qualified), version);
}

/* ---- records ------------------------------------------------------------------------------------
 */

static enum sma_status bury(const struct sma_deletion *what, struct sma_txn *txn, int32_t version,
                            struct sma_error *err)
{
    struct sma_buf key;
    sma_buf_init(&key, 0);
    sma_record_schema_key(&key, what->subject->qualified, version);
    enum sma_status st = sma_op_append(txn, &key, NULL, err);
    sma_buf_fini(&key);
    return st;
}

/* With the last version go the subject's own mode and configuration. */
static enum sma_status bury_settings(const struct sma_deletion *what, struct sma_loader *loader,
                                     struct sma_txn *txn, struct sma_error *err)
{
    struct sma_view *view = loader->view;
    struct sma_str scope = what->subject->qualified, ignored;
    struct sma_buf key;
    sma_buf_init(&key, 0);
    enum sma_status st = sma_view_mode(view, loader->arena, scope, &ignored, err);
    if (!st) {
        sma_record_mode_key(&key, scope);
        st = sma_op_append(txn, &key, NULL, err);
    } else if (st == SMA_ENOTFOUND) {
        st = SMA_OK;
    }
    if (!st) {
        st = sma_view_config(view, loader->arena, scope, &ignored, err);
        if (!st) {
            sma_record_config_key(&key, scope);
            st = sma_op_append(txn, &key, NULL, err);
        } else if (st == SMA_ENOTFOUND) {
            st = SMA_OK;
        }
    }
    sma_buf_fini(&key);
    return st;
}

/* ---- one version --------------------------------------------------------------------------------
 */

/* The row with the deleted flag set. */
static enum sma_status flag_version(struct sma_txn *txn, const struct sma_version *row,
                                    struct sma_error *err)
{
    struct sma_version flagged = *row;
    struct sma_buf key, value;
    flagged.is_deleted = true;
    sma_buf_init(&key, 0);
    sma_buf_init(&value, 0);
    sma_record_schema_key(&key, flagged.subject, flagged.version);
    sma_record_schema_value(&value, &flagged);
    enum sma_status st = sma_op_append(txn, &key, &value, err);
    sma_buf_fini(&key);
    sma_buf_fini(&value);
    return st;
}

/* Steps 1 and 2. */
static enum sma_status find_version(struct sma_version *row, struct delete_op *op,
                                    struct sma_loader *loader, struct sma_error *err)
{
    struct sma_str subject = op->what.subject->qualified;
    bool is_known;
    enum sma_status st = op->version == SMA_LATEST
                             ? sma_loader_latest(row, loader, subject, SMA_LIVE, err)
                             : sma_view_version(loader->view, loader->arena, subject, op->version,
                                                SMA_WITH_DELETED, row, err);
    if (!st && row->is_deleted && !op->what.permanent)
        return sma_refuse(err, SMA_CODE_VERSION_SOFT_DELETED,
                          "Subject '%.*s' Version %d was soft deleted.Set permanent=true to delete "
                          "permanently",
                          SMA_STR_ARG(subject), row->version);
    if (st != SMA_ENOTFOUND)
        return st;
    st = sma_loader_has_subject(&is_known, loader, subject, SMA_WITH_DELETED, err);
    if (st)
        return st;
    if (!is_known)
        return sma_subject_not_found(op->what.subject, err);
    return sma_refuse(err, SMA_CODE_VERSION_NOT_FOUND, "Version %d not found.", op->version);
}

/* Step 4, when the row is the last live one: then the subject would be gone for whoever is sent to
 * it by an association. */
static enum sma_status must_leave_a_version(const struct sma_deletion *what,
                                            struct sma_loader *loader, struct sma_error *err)
{
    struct sma_version_number *numbers;
    size_t count;
    bool is_associated;
    enum sma_status st = sma_assoc_has_any(&is_associated, loader->view, loader->arena,
                                           what->subject->qualified, err);
    if (st || !is_associated)
        return st;
    st = sma_view_versions(loader->view, loader->arena, what->subject->qualified, SMA_LIVE,
                           &numbers, &count, err);
    return st || count > 1 ? st : sma_assoc_refuse_subject(what->subject->qualified, err);
}

/* Steps 3 to 6. */
static enum sma_status may_delete_version(const struct sma_deletion *what,
                                          struct sma_loader *loader, const struct sma_version *row,
                                          struct sma_error *err)
{
    struct sma_version *referrers;
    size_t count;
    enum sma_status st = sma_scope_must_be_writable(loader, what->subject, err);
    if (!st && !what->permanent)
        st = must_leave_a_version(what, loader, err);
    if (!st)
        st = sma_view_referrers(loader->view, loader->arena, what->subject->qualified, row->version,
                                what->permanent ? SMA_WITH_DELETED : SMA_LIVE, &referrers, &count,
                                err);
    if (st)
        return st;
    if (count)
        return referenced(what->subject, row->version, err);
    if (what->permanent && !row->is_deleted)
        return sma_refuse(err, SMA_CODE_VERSION_NOT_SOFT_DELETED,
                          "Subject '%.*s' Version %d was not deleted first before being "
                          "permanently deleted",
                          SMA_STR_ARG(what->subject->qualified), row->version);
    return SMA_OK;
}

static enum sma_status remove_version(const struct sma_deletion *what, struct sma_loader *loader,
                                      struct sma_txn *txn, const struct sma_version *row,
                                      struct sma_error *err)
{
    bool is_left;
    if (!what->permanent)
        return flag_version(txn, row, err);
    enum sma_status st = bury(what, txn, row->version, err);
    if (!st)
        st = sma_view_has_subject(loader->view, what->subject->qualified, SMA_WITH_DELETED,
                                  &is_left, err);
    return st || is_left ? st : bury_settings(what, loader, txn, err);
}

static enum sma_status commit_version(struct sma_op *base, struct sma_txn *txn,
                                      struct sma_error *err)
{
    struct delete_op *op = (struct delete_op *)base;
    struct sma_deletion *what = &op->what;
    struct sma_loader loader;
    struct sma_version row;
    sma_loader_init(&loader, base->registry, sma_txn_view(txn), &base->arena);
    enum sma_status st = find_version(&row, op, &loader, err);
    if (!st)
        st = may_delete_version(what, &loader, &row, err);
    if (!st)
        st = remove_version(what, &loader, txn, &row, err);
    if (!st) {
        what->versions = sma_arena_calloc(&base->arena, 1, sizeof *what->versions);
        if (what->versions) {
            what->versions[0] = row.version;
            what->count = 1;
        } else {
            st = sma_fail_nomem(err);
        }
    }
    sma_loader_fini(&loader);
    return st;
}

/* ---- a subject ----------------------------------------------------------------------------------
 */

/* Steps 1 and 2; `numbers` are all rows, ascending. */
static enum sma_status may_delete_subject(const struct sma_deletion *what,
                                          struct sma_loader *loader,
                                          const struct sma_version_number *numbers, size_t count,
                                          struct sma_error *err)
{
    bool has_live = false, is_associated = false;
    for (size_t i = 0; i < count; i++)
        has_live = has_live || !numbers[i].is_deleted;
    if (!count)
        return sma_subject_not_found(what->subject, err);
    if (!has_live && !what->permanent)
        return sma_refuse(err, SMA_CODE_SUBJECT_SOFT_DELETED,
                          "Subject '%.*s' was soft deleted.Set permanent=true to delete "
                          "permanently",
                          SMA_STR_ARG(what->subject->qualified));
    enum sma_status st = sma_scope_must_be_writable(loader, what->subject, err);
    if (!st)
        st = sma_assoc_has_any(&is_associated, loader->view, loader->arena,
                               what->subject->qualified, err);
    return st || !is_associated ? st : sma_assoc_refuse_subject(what->subject->qualified, err);
}

/* Step 3: the first version, ascending, that stands in the way. */
static enum sma_status check_each(const struct sma_deletion *what, struct sma_loader *loader,
                                  const struct sma_version_number *numbers, size_t count,
                                  struct sma_error *err)
{
    int32_t *used;
    size_t used_count, u = 0;
    enum sma_deleted which = what->permanent ? SMA_WITH_DELETED : SMA_LIVE;
    enum sma_status st =
        sma_view_referenced_versions(loader->view, loader->arena, what->subject->qualified, which,
                                     which, &used, &used_count, err);
    for (size_t i = 0; !st && i < count; i++) {
        if (numbers[i].is_deleted && !what->permanent)
            continue;
        while (u < used_count && used[u] < numbers[i].version)
            u++;
        if (u < used_count && used[u] == numbers[i].version)
            return referenced(what->subject, numbers[i].version, err);
        if (what->permanent && !numbers[i].is_deleted)
            return sma_refuse(err, SMA_CODE_SUBJECT_NOT_SOFT_DELETED,
                              "Subject '%.*s' was not deleted first before being permanently "
                              "deleted",
                              SMA_STR_ARG(what->subject->qualified));
    }
    return st;
}

/* Step 4, permanent: from the highest down. */
static enum sma_status bury_all(const struct sma_deletion *what, struct sma_loader *loader,
                                struct sma_txn *txn, struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    for (size_t i = what->count; !st && i--;)
        st = bury(what, txn, what->versions[i], err);
    return st ? st : bury_settings(what, loader, txn, err);
}

/* Step 4, soft: one record with the highest live version. */
static enum sma_status flag_all(const struct sma_deletion *what, struct sma_txn *txn,
                                struct sma_error *err)
{
    struct sma_buf key, value;
    sma_buf_init(&key, 0);
    sma_buf_init(&value, 0);
    sma_record_delete_subject_key(&key, what->subject->qualified);
    sma_record_delete_subject_value(&value, what->subject->qualified,
                                    what->versions[what->count - 1]);
    enum sma_status st = sma_op_append(txn, &key, &value, err);
    sma_buf_fini(&key);
    sma_buf_fini(&value);
    return st;
}

enum sma_status sma_delete_subject_in(struct sma_deletion *what, struct sma_loader *loader,
                                      struct sma_txn *txn, struct sma_error *err)
{
    struct sma_version_number *numbers;
    size_t count;
    enum sma_status st = sma_loader_versions(&numbers, &count, loader, what->subject->qualified,
                                             SMA_WITH_DELETED, err);
    if (!st)
        st = may_delete_subject(what, loader, numbers, count, err);
    if (!st)
        st = check_each(what, loader, numbers, count, err);
    if (!st) {
        what->count = 0;
        what->versions = sma_arena_calloc(loader->arena, count, sizeof *what->versions);
        if (!what->versions)
            st = sma_fail_nomem(err);
    }
    for (size_t i = 0; !st && i < count; i++)
        if (what->permanent || !numbers[i].is_deleted)
            what->versions[what->count++] = numbers[i].version;
    if (st)
        return st;
    return what->permanent ? bury_all(what, loader, txn, err) : flag_all(what, txn, err);
}

static enum sma_status commit_subject(struct sma_op *base, struct sma_txn *txn,
                                      struct sma_error *err)
{
    struct sma_loader loader;
    sma_loader_init(&loader, base->registry, sma_txn_view(txn), &base->arena);
    enum sma_status st =
        sma_delete_subject_in(&((struct delete_op *)base)->what, &loader, txn, err);
    sma_loader_fini(&loader);
    return st;
}

/* ---- entry --------------------------------------------------------------------------------------
 */

static void start(struct sma_registry *registry, const struct sma_op_kind *kind,
                  const struct delete_op *wanted)
{
    struct delete_op *op = sma_op_new(sizeof *op, kind, registry);
    if (!op) {
        struct sma_error err = SMA_ERROR_INIT;
        struct sma_failure failure = {sma_fail_nomem(&err), &err, sma_str_z(err.message)};
        wanted->fn(wanted->ctx, NULL, 0, &failure);
        return;
    }
    op->what = wanted->what;
    op->version = wanted->version;
    op->fn = wanted->fn;
    op->ctx = wanted->ctx;
    sma_op_start(&op->op);
}

void sma_delete_version(struct sma_registry *registry, const struct sma_subject *subject,
                        int32_t version, bool permanent, sma_deleted_fn *fn, void *ctx)
{
    static const struct sma_op_kind kind = {prepare, commit_version, finish, NULL};
    start(registry, &kind,
          &(struct delete_op){
              .what = {subject, permanent}, .version = version, .fn = fn, .ctx = ctx});
}

void sma_delete_subject(struct sma_registry *registry, const struct sma_subject *subject,
                        bool permanent, sma_deleted_fn *fn, void *ctx)
{
    static const struct sma_op_kind kind = {prepare, commit_subject, finish, NULL};
    start(registry, &kind, &(struct delete_op){.what = {subject, permanent}, .fn = fn, .ctx = ctx});
}
