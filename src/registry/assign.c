/* Registration: the writer's part (confluent-rest 7.1, steps 11 and 13 to 15). Everything here is
 * asked of the state as it is at this moment, not of the snapshot the decision saw. */
#include "registry/register.h"

#include "registry/association.h"
#include "registry/codes.h"
#include "store/record.h"

enum sma_status sma_register_known_id(int32_t *id, struct sma_view *view, struct sma_arena *arena,
                                      struct sma_str context, const struct sma_content *content,
                                      struct sma_error *err)
{
    struct sma_id_row row;
    int32_t found;
    enum sma_status st = sma_view_id_by_hash(view, context, content->hash, &found, err);
    if (!st)
        st = sma_view_id(view, arena, context, found, &row, err);
    if (st && st != SMA_ENOTFOUND)
        return st;
    /* The hash alone proves nothing: its parts run together. */
    *id = !st && sma_content_equal(&row.newest.content, content) ? found : 0;
    return SMA_OK;
}

/* A target that went or moved since the decision sends it back. */
static enum sma_status check_target(struct sma_register_op *op, struct sma_view *view,
                                    const struct sma_target *target, struct sma_error *err)
{
    struct sma_arena *arena = &op->op->arena;
    enum sma_deleted deleted = sma_mode_is_replica(op->mode) ? SMA_WITH_DELETED : SMA_LIVE;
    struct sma_version row;
    enum sma_status st;
    if (target->was_latest)
        st = sma_view_latest(view, arena, target->subject, SMA_LIVE, &row, err);
    else
        st = sma_view_version(view, arena, target->subject, target->version, deleted, &row, err);
    if (st && st != SMA_ENOTFOUND)
        return st;
    if (st || row.version != target->version)
        return sma_fail(err, SMA_ESTALE, "a reference has moved");
    return sma_assoc_may_refer(view, arena, target->subject, err);
}

static enum sma_status check_targets(struct sma_register_op *op, struct sma_view *view,
                                     struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    for (size_t i = 0; !st && i < op->candidate.closure.direct_count; i++)
        st = check_target(op, view, &op->candidate.closure.targets[i], err);
    return st;
}

/* Step 13. */
static enum sma_status choose_id(int32_t *id, struct sma_register_op *op, struct sma_view *view,
                                 struct sma_error *err)
{
    struct sma_arena *arena = &op->op->arena;
    const struct sma_subject *subject = op->request->subject;
    struct sma_id_row bound;
    int32_t highest;
    enum sma_status st;
    if (op->id < 0) {
        st = sma_register_known_id(id, view, arena, subject->context, &op->candidate.content, err);
        if (st || *id)
            return st;
        st = sma_view_max_id(view, subject->context, &highest, err);
        if (!st && highest == INT32_MAX)
            st = sma_fail(err, SMA_ELIMIT, "the ids of the context are used up");
        if (!st)
            *id = highest + 1;
        return st;
    }
    st = sma_view_id(view, arena, subject->context, op->id, &bound, err);
    if (!st && !sma_content_equal(&bound.newest.content, &op->candidate.content)) {
        struct sma_str context = sma_subject_shown_context(arena, subject);
        return sma_refuse(err, SMA_CODE_NOT_PERMITTED,
                          "Overwrite new schema with id %d in context %.*s is not permitted.",
                          op->id, SMA_STR_ARG(context));
    }
    *id = op->id;
    return st == SMA_ENOTFOUND ? SMA_OK : st;
}

/* ---- records ------------------------------------------------------------------------------------
 */

/* Step 11. */
static enum sma_status add_context(struct sma_register_op *op, struct sma_txn *txn,
                                   struct sma_buf *key, struct sma_buf *value,
                                   struct sma_error *err)
{
    struct sma_str context = op->request->subject->context;
    struct sma_str *contexts;
    size_t count;
    if (op->knows_context)
        return SMA_OK;
    enum sma_status st =
        sma_view_contexts(sma_txn_view(txn), &op->op->arena, &contexts, &count, err);
    for (size_t i = 0; !st && i < count; i++)
        if (sma_str_eq(contexts[i], context))
            return SMA_OK;
    if (st)
        return st;
    sma_record_context_key(key, context);
    sma_record_context_value(value, context);
    return sma_op_append(txn, key, value, err);
}

/* Step 14. Those that something still refers to stay. */
static enum sma_status bury_deleted(struct sma_register_op *op, struct sma_txn *txn, int32_t id,
                                    struct sma_buf *key, struct sma_error *err)
{
    struct sma_str subject = op->request->subject->qualified;
    enum sma_status st = SMA_OK;
    for (size_t i = 0; !st && i < op->version_count; i++) {
        const struct sma_version_number *number = &op->versions[i];
        struct sma_version *referrers;
        size_t count;
        if (!number->is_deleted || number->id != id || number->version >= op->version)
            continue;
        st = sma_view_referrers(sma_txn_view(txn), &op->op->arena, subject, number->version,
                                SMA_WITH_DELETED, &referrers, &count, err);
        if (st || count)
            continue;
        sma_record_schema_key(key, subject, number->version);
        st = sma_op_append(txn, key, NULL, err);
    }
    return st;
}

/* A content that is stored as it is stays so: one content has one form. */
static enum sma_status choose_form(struct sma_str *sealed, struct sma_register_op *op,
                                   struct sma_view *view, struct sma_error *err)
{
    struct sma_version known;
    *sealed = op->candidate.content.sealed;
    if (!sealed->ptr)
        return SMA_OK;
    enum sma_status st =
        sma_view_guid(view, &op->op->arena, op->candidate.content.hash, &known, err);
    if (!st && !known.content.sealed.ptr)
        *sealed = (struct sma_str){NULL, 0};
    return st == SMA_ENOTFOUND ? SMA_OK : st;
}

/* Step 15. */
static enum sma_status add_version(struct sma_register_op *op, struct sma_txn *txn, int32_t id,
                                   struct sma_buf *key, struct sma_buf *value,
                                   struct sma_error *err)
{
    struct sma_version row = {
        .subject = op->request->subject->qualified,
        .version = op->version,
        .id = id,
        .type = sma_str_z(op->candidate.schema->format->name),
        .ts_ms = sma_txn_now_ms(txn),
        .content = op->candidate.content,
    };
    struct sma_error problem = SMA_ERROR_INIT;
    sma_record_schema_key(key, row.subject, row.version);
    enum sma_status st = choose_form(&row.content.sealed, op, sma_txn_view(txn), err);
    if (st)
        return st;
    sma_record_schema_value(value, &row);
    st = sma_op_append(txn, key, value, &problem);
    if (st == SMA_ELIMIT)
        return sma_refuse(err, SMA_CODE_TOO_LARGE,
                          "Register operation failed because schema is too large");
    if (st == SMA_ECONFLICT) /* contents made to share a guid: the store keeps only one */
        return sma_refuse(err, SMA_CODE_INVALID_SCHEMA, "Invalid schema: %s", problem.message);
    if (st)
        return sma_fail(err, st, "%s", problem.message);
    op->result = (struct sma_registered){
        .schema = {row, false}, .is_new = true, .parsed = op->candidate.schema};
    return SMA_OK;
}

enum sma_status sma_register_commit(struct sma_register_op *op, struct sma_txn *txn,
                                    struct sma_error *err)
{
    struct sma_view *view = sma_txn_view(txn);
    struct sma_buf key, value;
    int32_t id = 0;
    enum sma_status st = check_targets(op, view, err);
    if (!st)
        st = choose_id(&id, op, view, err);
    if (st)
        return st;
    sma_buf_init(&key, 0);
    sma_buf_init(&value, 0);
    st = add_context(op, txn, &key, &value, err);
    if (!st)
        st = bury_deleted(op, txn, id, &key, err);
    if (!st)
        st = add_version(op, txn, id, &key, &value, err);
    sma_buf_fini(&key);
    sma_buf_fini(&value);
    return st;
}
