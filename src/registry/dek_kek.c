/* Creating, changing and testing keks. */
#include "registry/codes.h"
#include "registry/dek_op.h"
#include "registry/internal.h"
#include "registry/text.h"

/* ---- the key service, before anything is written ------------------------------------------------
 */

/* A key goes there and back. */
static enum sma_status try_sharing(const struct sma_registry *registry, const struct sma_kek *kek,
                                   struct sma_error *err)
{
    struct sma_str wrapped, plain, again;
    struct sma_arena arena;
    sma_arena_init(&arena, 0);
    enum sma_status st = sma_dek_seal_new(&wrapped, &plain, registry, &arena, kek,
                                          SMA_DEK_ALGORITHM_DEFAULT, err);
    if (!st)
        st = sma_dek_seal_open(&again, NULL, registry, &arena, kek, wrapped, false, err);
    if (!st && !sma_str_eq(plain, again))
        st = sma_refuse(err, SMA_CODE_DEK_FAILED,
                        "the key service unwraps a key to something else than it was given");
    sma_arena_fini(&arena);
    return st;
}

/* The kek as it is now, in `arena`. */
static enum sma_status look_up(struct sma_kek *out, struct sma_registry *registry,
                               struct sma_arena *arena, struct sma_str name, struct sma_error *err)
{
    struct sma_view *view;
    enum sma_status st = sma_store_view(&view, registry->options.store, err);
    if (st)
        return st;
    st = sma_view_kek(view, arena, name, out, err);
    sma_view_release(view);
    return st == SMA_ENOTFOUND || (!st && out->is_deleted) ? sma_key_not_found(name, err) : st;
}

void sma_kek_test(struct sma_registry *registry, const struct sma_str *name, sma_key_fn *fn,
                  void *ctx)
{
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_arena arena;
    struct sma_kek kek;
    sma_arena_init(&arena, 0);
    enum sma_status st = look_up(&kek, registry, &arena, *name, &err);
    if (!st && !kek.is_shared)
        st = sma_key_invalid("shared", &err);
    if (!st)
        st = try_sharing(registry, &kek, &err);
    const struct sma_key_result result = {.kek = &kek};
    const struct sma_failure failure = {st, &err, sma_str_z(err.message)};
    fn(ctx, st ? NULL : &result, st ? &failure : NULL);
    sma_arena_fini(&arena);
}

/* ---- create -------------------------------------------------------------------------------------
 */

static enum sma_status check_request(const struct sma_kek_request *request, struct sma_error *err)
{
    enum sma_status st = sma_kek_check_name(request->name, err);
    if (!st && !request->kms_type.len)
        st = sma_key_invalid("kmsType", err);
    if (!st && !request->kms_key_id.len)
        st = sma_key_invalid("kmsKeyId", err);
    return st;
}

static bool are_equivalent(const struct sma_kek *a, const struct sma_kek *b)
{
    return sma_kek_is_same_key(a, b) && sma_str_eq(a->doc, b->doc) && a->is_shared == b->is_shared;
}

/* op->before holds the properties as text. */
static struct sma_kek wanted_kek(const struct sma_key_op *op)
{
    const struct sma_kek_request *request = op->request;
    return (struct sma_kek){
        .name = request->name,
        .kms_type = sma_kek_normal_type(request->kms_type),
        .kms_key_id = request->kms_key_id,
        .kms_props = op->before,
        .doc = request->doc.ptr ? request->doc : SMA_STR(""),
        .is_shared = request->is_shared,
        .is_deleted = request->is_deleted,
    };
}

static enum sma_status commit_create(struct sma_op *base, struct sma_txn *txn,
                                     struct sma_error *err)
{
    struct sma_key_op *op = (struct sma_key_op *)base;
    struct sma_view *view = sma_txn_view(txn);
    struct sma_kek old, kek = wanted_kek(op);
    enum sma_status st = sma_view_kek(view, &base->arena, kek.name, &old, err);
    if (st == SMA_ENOTFOUND)
        st = sma_key_check_room(op, view, err);
    else if (!st && (old.is_deleted == kek.is_deleted || !are_equivalent(&old, &kek)))
        st = sma_refuse(err, SMA_CODE_KEY_EXISTS,
                        "Key '%.*s' already exists; use a different value", SMA_STR_ARG(kek.name));
    return st ? st : sma_key_put_kek(op, txn, &kek, err);
}

void sma_kek_create(struct sma_registry *registry, const struct sma_kek_request *request,
                    sma_key_fn *fn, void *ctx)
{
    static const struct sma_op_kind kind = {sma_key_op_prepare, commit_create, sma_key_op_finish,
                                            NULL};
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_key_op *op = sma_key_op_new(registry, &kind, request, fn, ctx);
    if (!op)
        return;
    enum sma_status st = check_request(request, &err);
    if (!st) {
        op->before = sma_kek_props_text(&op->kept, &request->kms_props);
        st = op->before.ptr ? SMA_OK : sma_fail_nomem(&err);
    }
    if (!st && request->is_shared && request->test_sharing) {
        const struct sma_kek kek = wanted_kek(op);
        st = try_sharing(registry, &kek, &err);
    }
    if (st)
        sma_key_op_refuse(op, st, &err);
    else
        sma_op_start(&op->op);
}

/* ---- change -------------------------------------------------------------------------------------
 */

static struct sma_kek changed_kek(const struct sma_key_op *op, const struct sma_kek *old)
{
    const struct sma_kek_update *update = op->request;
    struct sma_kek kek = *old;
    if (update->has_props)
        kek.kms_props = op->before;
    if (update->has_doc)
        kek.doc = update->doc.ptr ? update->doc : SMA_STR("");
    if (update->has_shared)
        kek.is_shared = update->is_shared;
    return kek;
}

/* Whether it was with this key that test_change asked the service. */
static bool was_tried(const struct sma_key_op *op, const struct sma_kek *kek)
{
    return op->asked.is_shared && sma_kek_is_same_key(&op->asked, kek);
}

static enum sma_status commit_change(struct sma_op *base, struct sma_txn *txn,
                                     struct sma_error *err)
{
    struct sma_key_op *op = (struct sma_key_op *)base;
    const struct sma_kek_update *update = op->request;
    struct sma_kek kek;
    enum sma_status st =
        sma_view_kek(sma_txn_view(txn), &base->arena, update->name, &op->kek, err);
    if (st == SMA_ENOTFOUND || (!st && op->kek.is_deleted))
        return sma_key_not_found(update->name, err);
    if (st)
        return st;
    kek = changed_kek(op, &op->kek);
    if (update->test_sharing && kek.is_shared && !was_tried(op, &kek))
        return sma_key_moved(err);
    op->result.kek = &op->kek;
    return are_equivalent(&kek, &op->kek) ? SMA_OK : sma_key_put_kek(op, txn, &kek, err);
}

/* The kek as it would be, with the service. */
static enum sma_status test_change(struct sma_registry *registry, struct sma_key_op *op,
                                   struct sma_error *err)
{
    const struct sma_kek_update *update = op->request;
    struct sma_kek kek;
    enum sma_status st = look_up(&kek, registry, &op->kept, update->name, err);
    if (st)
        return st;
    op->asked = changed_kek(op, &kek);
    return op->asked.is_shared ? try_sharing(registry, &op->asked, err) : SMA_OK;
}

void sma_kek_change(struct sma_registry *registry, const struct sma_kek_update *update,
                    sma_key_fn *fn, void *ctx)
{
    static const struct sma_op_kind kind = {sma_key_op_prepare, commit_change, sma_key_op_finish,
                                            NULL};
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_key_op *op = sma_key_op_new(registry, &kind, update, fn, ctx);
    if (!op)
        return;
    op->before = sma_kek_props_text(&op->kept, &update->kms_props);
    enum sma_status st = op->before.ptr ? SMA_OK : sma_fail_nomem(&err);
    if (!st && update->test_sharing)
        st = test_change(registry, op, &err);
    if (st)
        sma_key_op_refuse(op, st, &err);
    else
        sma_op_start(&op->op);
}
