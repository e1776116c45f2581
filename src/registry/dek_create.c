/* Creating deks: new ones, undeleting or deleting an equal one, replacing a wrapped key.
 *
 * For a shared kek the key service is asked on the caller's thread, before the writer: op->before is
 * the wrapped key that was found in the row (ptr NULL: there was no row), op->sealed what the service
 * made of it, or of a new key, op->asked the kek whose key it was asked for. The writer uses them only
 * if nothing has moved. */
#include "registry/codes.h"
#include "registry/dek_op.h"
#include "registry/internal.h"

static enum sma_status exists(const struct sma_dek_request *request, struct sma_error *err)
{
    return sma_refuse(err, SMA_CODE_KEY_EXISTS, "Key '%.*s' already exists; use a different value",
                      SMA_STR_ARG(request->key.subject));
}

/* The rows concerned. *has_old: there is such a dek. */
struct rows {
    struct sma_kek kek;
    struct sma_dek old;
    bool has_old;
};

static enum sma_status read_rows(struct rows *rows, struct sma_view *view, struct sma_arena *arena,
                                 const struct sma_dek_request *request, struct sma_error *err)
{
    enum sma_status st = sma_view_kek(view, arena, request->key.kek_name, &rows->kek, err);
    if (st == SMA_ENOTFOUND || (!st && rows->kek.is_deleted && !request->is_deleted))
        return sma_key_not_found(request->key.kek_name, err);
    if (st)
        return st;
    st = sma_view_dek(view, arena, &request->key, SMA_WITH_DELETED, &rows->old, err);
    rows->has_old = !st;
    return st == SMA_ENOTFOUND ? SMA_OK : st;
}

/* Replacing the wrapped key is for living deks alone. */
static bool is_rewrap(const struct rows *rows, const struct sma_dek_request *request)
{
    return request->rewrap && rows->has_old && !rows->old.is_deleted && !request->is_deleted;
}

/* What the rows and the request say together, whatever the key service may say. */
static enum sma_status may_create(const struct rows *rows, const struct sma_dek_request *request,
                                  struct sma_error *err)
{
    struct sma_str material = request->encrypted_key_material;
    if (!material.len && !rows->kek.is_shared)
        return sma_key_invalid("encryptedKeyMaterial", err);
    if (!rows->has_old || is_rewrap(rows, request))
        return SMA_OK;
    bool is_equivalent =
        !material.len || sma_str_eq(material, rows->old.encrypted_key_material);
    return rows->old.is_deleted == request->is_deleted || !is_equivalent ? exists(request, err)
                                                                          : SMA_OK;
}

/* ---- the key service ----------------------------------------------------------------------------
 */

static enum sma_status seal(struct sma_key_op *op, const struct rows *rows, struct sma_error *err)
{
    const struct sma_dek_request *request = op->request;
    const struct sma_registry *registry = op->op.registry;
    struct sma_str given = request->encrypted_key_material, *plain = &op->result.key_material;
    op->asked = rows->kek;
    if (rows->has_old)
        op->before = rows->old.encrypted_key_material;
    if (given.len)
        return sma_dek_seal_open(plain, NULL, registry, &op->kept, &rows->kek, given, true,
                                 err);
    if (rows->has_old)
        return sma_dek_seal_open(plain, is_rewrap(rows, request) ? &op->sealed : NULL, registry,
                                 &op->kept, &rows->kek, op->before, false, err);
    return sma_dek_seal_new(&op->sealed, plain, registry, &op->kept, &rows->kek,
                            request->key.algorithm, err);
}

static enum sma_status look_ahead(struct sma_key_op *op, struct sma_error *err)
{
    const struct sma_dek_request *request = op->request;
    struct rows rows;
    struct sma_view *view;
    enum sma_status st = sma_store_view(&view, op->op.registry->options.store, err);
    if (st)
        return st;
    st = read_rows(&rows, view, &op->kept, request, err);
    if (!st && !rows.has_old && rows.kek.is_shared)
        st = sma_key_check_room(op, view, err); /* before a key is made for nothing */
    sma_view_release(view);
    if (!st)
        st = may_create(&rows, request, err);
    return st || !rows.kek.is_shared ? st : seal(op, &rows, err);
}

/* ---- the writer ---------------------------------------------------------------------------------
 */

/* The wrapped key that the row gets; the answer shows a plain one only while the kek is shared. */
static enum sma_status choose_material(struct sma_str *out, struct sma_key_op *op,
                                       const struct rows *rows, struct sma_error *err)
{
    const struct sma_dek_request *request = op->request;
    struct sma_str found = rows->has_old ? rows->old.encrypted_key_material : op->before;
    *out = request->encrypted_key_material;
    if (!rows->kek.is_shared) {
        op->result.key_material = (struct sma_str){NULL, 0};
        return SMA_OK;
    }
    if (!op->result.key_material.ptr) /* it was not shared when we looked */
        return sma_key_moved(err);
    if (!sma_kek_is_same_key(&op->asked, &rows->kek))
        return sma_key_moved(err);
    if (out->len)
        return SMA_OK;
    if (rows->has_old != (op->before.ptr != NULL) || !sma_str_eq(found, op->before))
        return sma_key_moved(err);
    *out = op->sealed.ptr ? op->sealed : op->before;
    return SMA_OK;
}

static enum sma_status commit(struct sma_op *base, struct sma_txn *txn, struct sma_error *err)
{
    struct sma_key_op *op = (struct sma_key_op *)base;
    const struct sma_dek_request *request = op->request;
    struct sma_view *view = sma_txn_view(txn);
    struct rows rows = {.has_old = false};
    struct sma_dek dek = {.key = request->key, .is_deleted = request->is_deleted};
    enum sma_status st = read_rows(&rows, view, &base->arena, request, err);
    if (!st)
        st = may_create(&rows, request, err);
    if (!st && !rows.has_old)
        st = sma_key_check_room(op, view, err);
    if (!st)
        st = choose_material(&dek.encrypted_key_material, op, &rows, err);
    return st ? st : sma_key_put_dek(op, txn, &dek, err);
}

void sma_dek_create(struct sma_registry *registry, const struct sma_dek_request *request,
                    sma_key_fn *fn, void *ctx)
{
    static const struct sma_op_kind kind = {sma_key_op_prepare, commit, sma_key_op_finish, NULL};
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_key_op *op = sma_key_op_new(registry, &kind, request, fn, ctx);
    if (!op)
        return;
    enum sma_status st = sma_dek_check_subject(request->key.subject, &err);
    if (!st && request->key.version < 1)
        st = sma_key_invalid("version", &err);
    if (!st)
        st = look_ahead(op, &err);
    if (st)
        sma_key_op_refuse(op, st, &err);
    else
        sma_op_start(&op->op);
}
