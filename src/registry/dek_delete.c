/* Deleting keks, deks and their versions, softly and for good, and undeleting them. */
#include "registry/codes.h"
#include "registry/dek_op.h"
#include "registry/internal.h"
#include "registry/read.h"
#include "store/record.h"

static bool is_kek(const struct sma_key_target *target)
{
    return !target->key.subject.ptr;
}

static enum sma_status not_soft_deleted(struct sma_str name, struct sma_error *err)
{
    return sma_refuse(err, SMA_CODE_KEY_NOT_SOFT_DELETED,
                      "Key '%.*s' was not deleted first before being permanently deleted",
                      SMA_STR_ARG(name));
}

static enum sma_status find_kek(struct sma_kek *out, struct sma_op *base, struct sma_view *view,
                                const struct sma_key_target *target, struct sma_error *err)
{
    enum sma_status st = sma_view_kek(view, &base->arena, target->key.kek_name, out, err);
    return st == SMA_ENOTFOUND ? sma_key_not_found(target->key.kek_name, err) : st;
}

/* The tombstone of what the key names; the key is released. */
static enum sma_status bury(struct sma_txn *txn, struct sma_buf *key, struct sma_error *err)
{
    enum sma_status st = sma_op_append(txn, key, NULL, err);
    sma_buf_fini(key);
    return st;
}

/* ---- a kek --------------------------------------------------------------------------------------
 */

static enum sma_status bury_kek(struct sma_txn *txn, struct sma_str name, struct sma_error *err)
{
    struct sma_buf key;
    sma_buf_init(&key, 0);
    sma_record_kek_key(&key, name);
    return bury(txn, &key, err);
}

static enum sma_status delete_kek(struct sma_key_op *op, struct sma_txn *txn, struct sma_kek *kek,
                                  struct sma_error *err)
{
    const struct sma_key_target *target = op->request;
    bool is_in_use;
    enum sma_status st =
        sma_view_kek_in_use(sma_txn_view(txn), kek->name,
                            target->is_permanent ? SMA_WITH_DELETED : SMA_LIVE, &is_in_use, err);
    if (st)
        return st;
    if (is_in_use)
        return sma_refuse(err, SMA_CODE_KEY_REFERENCED,
                          "One or more references exist to the key '%.*s'",
                          SMA_STR_ARG(kek->name));
    if (target->is_permanent)
        return kek->is_deleted ? bury_kek(txn, kek->name, err) : not_soft_deleted(kek->name, err);
    if (kek->is_deleted)
        return SMA_OK;
    kek->is_deleted = true;
    return sma_key_put_kek(op, txn, kek, err);
}

/* ---- deks ---------------------------------------------------------------------------------------
 */

/* The numbers meant; 0 stands for the highest. */
static enum sma_status find_versions(int32_t **out, size_t *count, struct sma_op *base,
                                     struct sma_view *view, const struct sma_dek_key *key,
                                     struct sma_error *err)
{
    if (!key->version)
        return sma_view_dek_versions(view, &base->arena, key, SMA_WITH_DELETED, out, count, err);
    *out = sma_arena_calloc(&base->arena, 1, sizeof **out);
    if (!*out)
        return sma_fail_nomem(err);
    **out = key->version == SMA_LATEST ? 0 : key->version;
    *count = 1;
    return SMA_OK;
}

/* The versions meant, soft-deleted or not. 40470 with the subject when there is none. */
static enum sma_status find_deks(struct sma_dek **out, size_t *count, struct sma_op *base,
                                 struct sma_view *view, const struct sma_key_target *target,
                                 enum sma_deleted latest_of, struct sma_error *err)
{
    struct sma_dek_key key = target->key;
    enum sma_deleted which = key.version == SMA_LATEST ? latest_of : SMA_WITH_DELETED;
    int32_t *versions;
    enum sma_status st = find_versions(&versions, count, base, view, &target->key, err);
    if (st)
        return st;
    struct sma_dek *deks = sma_arena_calloc(&base->arena, *count + 1, sizeof *deks);
    if (!deks)
        return sma_fail_nomem(err);
    for (size_t i = 0; !st && i < *count; i++) {
        key.version = versions[i];
        st = sma_view_dek(view, &base->arena, &key, which, &deks[i], err);
    }
    *out = deks;
    return st == SMA_ENOTFOUND || (!st && !*count) ? sma_key_not_found(key.subject, err) : st;
}

static enum sma_status bury_dek(struct sma_txn *txn, const struct sma_dek_key *dek,
                                struct sma_error *err)
{
    struct sma_buf key;
    sma_buf_init(&key, 0);
    sma_record_dek_key(&key, dek);
    return bury(txn, &key, err);
}

/* Gives every version the flag; those that have it stay as they are. */
static enum sma_status flag_deks(struct sma_key_op *op, struct sma_txn *txn, struct sma_dek *deks,
                                 size_t count, bool is_deleted, struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    for (size_t i = 0; !st && i < count; i++) {
        if (deks[i].is_deleted == is_deleted)
            continue;
        deks[i].is_deleted = is_deleted;
        st = sma_key_put_dek(op, txn, &deks[i], err);
    }
    return st;
}

/* All or none: a live version among them is in the way. */
static enum sma_status bury_deks(struct sma_txn *txn, const struct sma_dek *deks, size_t count,
                                 struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    for (size_t i = 0; i < count; i++)
        if (!deks[i].is_deleted)
            return not_soft_deleted(deks[i].key.subject, err);
    for (size_t i = 0; !st && i < count; i++)
        st = bury_dek(txn, &deks[i].key, err);
    return st;
}

/* ---- entry --------------------------------------------------------------------------------------
 */

/* Nothing of the rows is for the answer. */
static enum sma_status forget(struct sma_key_op *op, enum sma_status st)
{
    op->result = (struct sma_key_result){0};
    return st;
}

static enum sma_status commit_delete(struct sma_op *base, struct sma_txn *txn,
                                     struct sma_error *err)
{
    struct sma_key_op *op = (struct sma_key_op *)base;
    const struct sma_key_target *target = op->request;
    struct sma_view *view = sma_txn_view(txn);
    struct sma_kek kek;
    struct sma_dek *deks;
    size_t count;
    enum sma_status st = find_kek(&kek, base, view, target, err);
    if (st)
        return st;
    if (is_kek(target))
        return forget(op, delete_kek(op, txn, &kek, err));
    st = find_deks(&deks, &count, base, view, target,
                   target->is_permanent ? SMA_WITH_DELETED : SMA_LIVE, err);
    if (!st)
        st = target->is_permanent ? bury_deks(txn, deks, count, err)
                                  : flag_deks(op, txn, deks, count, true, err);
    return forget(op, st);
}

static enum sma_status commit_undelete(struct sma_op *base, struct sma_txn *txn,
                                       struct sma_error *err)
{
    struct sma_key_op *op = (struct sma_key_op *)base;
    const struct sma_key_target *target = op->request;
    struct sma_view *view = sma_txn_view(txn);
    struct sma_kek kek;
    struct sma_dek *deks;
    size_t count;
    enum sma_status st = find_kek(&kek, base, view, target, err);
    if (!st && is_kek(target)) {
        if (!kek.is_deleted)
            return SMA_OK;
        kek.is_deleted = false;
        return forget(op, sma_key_put_kek(op, txn, &kek, err));
    }
    if (!st)
        st = find_deks(&deks, &count, base, view, target, SMA_WITH_DELETED, err);
    if (!st && kek.is_deleted)
        st = sma_refuse(err, SMA_CODE_KEY_SOFT_DELETED, "Key '%.*s' must be undeleted first",
                        SMA_STR_ARG(kek.name));
    return forget(op, st ? st : flag_deks(op, txn, deks, count, false, err));
}

static void start(struct sma_registry *registry, const struct sma_op_kind *kind,
                  const struct sma_key_target *target, sma_key_fn *fn, void *ctx)
{
    struct sma_key_op *op = sma_key_op_new(registry, kind, target, fn, ctx);
    if (op)
        sma_op_start(&op->op);
}

void sma_key_delete(struct sma_registry *registry, const struct sma_key_target *target,
                    sma_key_fn *fn, void *ctx)
{
    static const struct sma_op_kind kind = {sma_key_op_prepare, commit_delete, sma_key_op_finish,
                                            NULL};
    start(registry, &kind, target, fn, ctx);
}

void sma_key_undelete(struct sma_registry *registry, const struct sma_key_target *target,
                      sma_key_fn *fn, void *ctx)
{
    static const struct sma_op_kind kind = {sma_key_op_prepare, commit_undelete, sma_key_op_finish,
                                            NULL};
    start(registry, &kind, target, fn, ctx);
}
