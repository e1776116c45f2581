/* Associations: deletion, and of the subject that belongs to the resource when that goes too. All
 * of it happens in the writer, as deleting versions does. */
#include "registry/association_op.h"
#include "registry/delete.h"
#include "store/record.h"

struct removal {
    const struct sma_assoc_row *row;
    struct sma_subject subject;
    bool takes_subject;
};

static bool is_of_resource(const struct sma_assoc_row *row, const struct sma_assoc_change *change)
{
    const struct sma_assoc_resource *resource = &change->resource;
    if (resource->id.len && !sma_str_eq(row->resource_id, resource->id))
        return false;
    return change->is_by_id || (sma_str_eq(row->resource_name, resource->name) &&
                                sma_str_eq(row->resource_namespace, resource->ns));
}

/* Whether the type is to go, and whether the subject may go with it. */
static bool is_wanted(const struct sma_assoc_change *change, struct sma_str type, bool *cascades)
{
    for (size_t i = 0; i < change->type_count; i++)
        if (sma_str_eq(change->types[i], type)) {
            *cascades = change->cascades[i];
            return true;
        }
    *cascades = change->cascades[0];
    return !change->type_count;
}

static enum sma_status judge(struct removal *removal, struct sma_loader *loader, bool cascades,
                             struct sma_error *err)
{
    const struct sma_assoc_row *row = removal->row;
    enum sma_mode mode;
    enum sma_status st = sma_subject_parse(&removal->subject, loader->arena, row->subject, err);
    if (!st)
        st = sma_scope_mode(&mode, loader, &removal->subject, err);
    if (!st)
        st = sma_assoc_must_be_writable(&removal->subject, mode, err);
    if (!st && row->is_frozen && !cascades)
        st = sma_assoc_refuse_frozen(row->association_type, row->subject, err);
    if (!st)
        removal->takes_subject =
            cascades && mode != SMA_MODE_IMPORT && sma_str_eqz(row->lifecycle, "STRONG");
    return st;
}

static enum sma_status append_tombstone(const struct sma_assoc_row *row, struct sma_txn *txn,
                                        struct sma_error *err)
{
    const struct sma_assoc_key assoc = {row->resource_name, row->resource_namespace,
                                        row->resource_type, row->association_type, row->subject};
    struct sma_buf key;
    sma_buf_init(&key, 0);
    sma_record_assoc_key(&key, &assoc);
    enum sma_status st = sma_op_append(txn, &key, NULL, err);
    sma_buf_fini(&key);
    return st;
}

/* Softly, then for good; as far as there is something left to delete. */
static enum sma_status take_subject(const struct sma_subject *subject, struct sma_loader *loader,
                                    struct sma_txn *txn, struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    for (int permanent = 0; !st && permanent <= 1; permanent++) {
        struct sma_deletion deletion = {.subject = subject, .permanent = permanent};
        bool is_there;
        st = sma_view_has_subject(loader->view, subject->qualified,
                                  permanent ? SMA_WITH_DELETED : SMA_LIVE, &is_there, err);
        if (!st && is_there)
            st = sma_delete_subject_in(&deletion, loader, txn, err);
    }
    return st;
}

static enum sma_status remove_all(const struct removal *list, size_t count,
                                  struct sma_loader *loader, struct sma_txn *txn,
                                  struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    for (size_t i = 0; !st && i < count; i++)
        st = append_tombstone(list[i].row, txn, err);
    for (size_t i = 0; !st && i < count; i++)
        if (list[i].takes_subject)
            st = take_subject(&list[i].subject, loader, txn, err);
    return st;
}

enum sma_status sma_assoc_remove(struct sma_assoc_op *op, struct sma_loader *loader,
                                 struct sma_txn *txn, struct sma_error *err)
{
    const struct sma_assoc_change *change = &op->changes[op->at];
    const struct sma_assoc_resource *resource = &change->resource;
    struct sma_str shown = resource->id.len ? resource->id : resource->name;
    size_t count = 0;
    enum sma_status st = sma_assoc_rows_of(&op->rows, &op->row_count, loader, resource, err);
    if (st)
        return st;
    struct removal *list = sma_arena_calloc(loader->arena, op->row_count + 1, sizeof *list);
    if (!list)
        return sma_fail_nomem(err);
    for (size_t i = 0; !st && i < op->row_count; i++) {
        const struct sma_assoc_row *row = &op->rows[i];
        bool cascades;
        if (!is_of_resource(row, change) || !is_wanted(change, row->association_type, &cascades))
            continue;
        list[count].row = row;
        st = judge(&list[count++], loader, cascades, err);
    }
    if (!st && !count)
        st = sma_refuse(err, SMA_CODE_ASSOCIATION_NOT_FOUND, "Association for '%.*s' not found.",
                        SMA_STR_ARG(shown));
    return st || !txn ? st : remove_all(list, count, loader, txn, err);
}
