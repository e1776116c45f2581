/* Associations: create and upsert. The rules are looked at on a snapshot; what they rest on is
 * named for the writer, and a schema that comes along is an ordinary registration in the same
 * commit. */
#include "registry/association_op.h"
#include "registry/internal.h"
#include "registry/read.h"
#include "registry/text.h"
#include "store/record.h"

#include "core/hash/hash.h"

/* ---- what is meant ------------------------------------------------------------------------------
 */

static enum sma_status name_own_subject(struct sma_assoc_item *item, struct sma_arena *arena,
                                        const struct sma_assoc_resource *resource,
                                        struct sma_error *err)
{
    struct sma_str context = SMA_JOIN(arena, SMA_STR("."), resource->ns);
    struct sma_str name = SMA_JOIN(arena, resource->name, SMA_STR("-"), item->type);
    if (!context.ptr || !name.ptr)
        return sma_fail_nomem(err);
    return sma_subject_make(&item->own, arena, context, name, err);
}

static enum sma_status name_wanted_subject(struct sma_assoc_item *item, struct sma_assoc_op *op,
                                           struct sma_loader *loader, struct sma_error *err)
{
    struct sma_subject given;
    if (!item->wish->subject.len)
        return SMA_OK;
    enum sma_status st = sma_subject_resolve(&given, loader->arena, op->changes[op->at].context,
                                             item->wish->subject, err);
    if (!st)
        st = sma_read_alias(&item->subject, loader, &given, err);
    return st ? st : sma_op_watch(&op->op, "c:", given.qualified, err);
}

/* Of the rows of the item's type the one with the wanted subject, or else any: normally there is
 * one.
 */
static void find_existing(struct sma_assoc_item *item, const struct sma_assoc_op *op)
{
    for (size_t i = 0; i < op->row_count; i++) {
        const struct sma_assoc_row *row = &op->rows[i];
        if (sma_str_eq(row->association_type, item->type) &&
            (!item->existing ||
             (item->subject.qualified.ptr && sma_str_eq(row->subject, item->subject.qualified))))
            item->existing = row;
    }
}

/* Without a wanted subject the one that there is; else the resource's own. */
static enum sma_status fill_in_subject(struct sma_assoc_item *item, struct sma_arena *arena,
                                       struct sma_error *err)
{
    if (item->subject.qualified.ptr)
        return SMA_OK;
    if (item->existing)
        return sma_subject_parse(&item->subject, arena, item->existing->subject, err);
    item->subject = item->own;
    return SMA_OK;
}

/* ---- one that is there --------------------------------------------------------------------------
 */

static enum sma_status refuse_existing(const struct sma_assoc_item *item,
                                       const struct sma_assoc_resource *resource,
                                       struct sma_error *err)
{
    return sma_refuse(err, SMA_CODE_RESOURCE_ASSOCIATED,
                      "An association of type '%.*s' already exists for resource '%.*s'",
                      SMA_STR_ARG(item->type), SMA_STR_ARG(resource->name));
}

static bool is_of_resource(const struct sma_assoc_row *row,
                           const struct sma_assoc_resource *resource)
{
    return sma_str_eq(row->resource_name, resource->name) &&
           sma_str_eq(row->resource_namespace, resource->ns) &&
           (!resource->id.len || sma_str_eq(row->resource_id, resource->id));
}

static bool is_frozen(const struct sma_assoc_item *item)
{
    return item->frozen == SMA_TRUE;
}

/* Takes what is not said from the row. */
static void fill_in_from_row(struct sma_assoc_item *item)
{
    enum sma_lifecycle was = SMA_LIFECYCLE_WEAK;
    (void)sma_lifecycle_parse(&was, item->existing->lifecycle);
    if (item->lifecycle == SMA_LIFECYCLE_UNSET)
        item->lifecycle = was;
    if (item->frozen == SMA_UNSET) {
        bool frozen = item->lifecycle == was ? item->existing->is_frozen
                                             : sma_lifecycle_freezes(item->lifecycle);
        item->frozen = frozen ? SMA_TRUE : SMA_FALSE;
    }
}

static bool is_as_the_row(const struct sma_assoc_item *item)
{
    const struct sma_assoc_row *row = item->existing;
    return sma_str_eq(item->subject.qualified, row->subject) &&
           sma_str_eqz(row->lifecycle, sma_lifecycle_name(item->lifecycle)) &&
           row->is_frozen == is_frozen(item);
}

/* What an upsert may change of one that is not frozen: its lifecycle, and that only down. */
static enum sma_status may_change(const struct sma_assoc_item *item, struct sma_loader *loader,
                                  struct sma_error *err)
{
    const struct sma_assoc_row *row = item->existing;
    if (row->is_frozen)
        return sma_assoc_refuse_frozen(item->type, row->subject, err);
    if (!sma_str_eq(item->subject.qualified, row->subject))
        return sma_assoc_invalid(err, "subject", "cannot be changed from '%.*s' to '%.*s'",
                                 SMA_STR_ARG(row->subject), SMA_STR_ARG(item->subject.qualified));
    if (is_frozen(item))
        return sma_assoc_invalid(err, "frozen", "cannot be changed from false to true");
    enum sma_status st = sma_assoc_check_subject(item, loader, err);
    return st ? st : sma_assoc_check_others(item, loader, err);
}

static enum sma_status decide_existing(struct sma_assoc_item *item, struct sma_loader *loader,
                                       const struct sma_assoc_change *change, struct sma_error *err)
{
    fill_in_from_row(item);
    item->has_registration = item->wish->has_schema;
    if (!is_of_resource(item->existing, &change->resource))
        return refuse_existing(item, &change->resource, err);
    if (is_as_the_row(item))
        return SMA_OK;
    if (change->kind == SMA_ASSOC_CREATE)
        return refuse_existing(item, &change->resource, err);
    item->writes_row = true;
    return may_change(item, loader, err);
}

/* ---- a new one ----------------------------------------------------------------------------------
 */

static enum sma_status must_have_live_version(const struct sma_assoc_item *item,
                                              struct sma_loader *loader, struct sma_error *err)
{
    bool is_there;
    enum sma_status st =
        sma_view_has_subject(loader->view, item->subject.qualified, SMA_LIVE, &is_there, err);
    if (!st && !is_there)
        st = sma_refuse(err, SMA_CODE_NO_LIVE_VERSION,
                        "No active (non-deleted) version exists for subject '%.*s'",
                        SMA_STR_ARG(item->subject.qualified));
    return st;
}

/* An upsert makes only associations to what is shared; in IMPORT mode others are taken over as they
 * were. */
static enum sma_status settle_upsert(struct sma_assoc_item *item, struct sma_error *err)
{
    if (item->lifecycle == SMA_LIFECYCLE_UNSET)
        item->lifecycle = SMA_LIFECYCLE_WEAK;
    if (item->lifecycle == SMA_LIFECYCLE_STRONG && item->mode != SMA_MODE_IMPORT)
        return sma_assoc_invalid(err, "lifecycle",
                                 "cannot be STRONG when creating an association; STRONG "
                                 "associations must be created with the topic");
    if (item->lifecycle == SMA_LIFECYCLE_WEAK && item->frozen == SMA_TRUE)
        return sma_assoc_invalid(err, "frozen",
                                 "association with lifecycle of WEAK cannot be frozen=true");
    if (item->lifecycle == SMA_LIFECYCLE_WEAK && item->wish->has_schema)
        return sma_assoc_invalid(err, "schema", "cannot be provided when creating an association");
    if (item->lifecycle == SMA_LIFECYCLE_WEAK && !item->wish->subject.len)
        return sma_assoc_invalid(err, "subject", "must be provided for WEAK associations");
    item->frozen = sma_lifecycle_freezes(item->lifecycle) ? SMA_TRUE : SMA_FALSE;
    return SMA_OK;
}

/* What belongs to a topic comes with its schema, except where it is only taken over. */
static enum sma_status check_schema_given(const struct sma_assoc_item *item, struct sma_error *err)
{
    if (item->lifecycle != SMA_LIFECYCLE_STRONG)
        return SMA_OK;
    if (item->mode == SMA_MODE_IMPORT && item->wish->has_schema)
        return sma_assoc_invalid(err, "schema",
                                 "cannot be provided while subject '%.*s' is in IMPORT mode",
                                 SMA_STR_ARG(item->subject.qualified));
    if (item->mode != SMA_MODE_IMPORT && !item->wish->has_schema)
        return sma_assoc_invalid(err, "frozen",
                                 "schema must be provided when creating a frozen association");
    return SMA_OK;
}

static enum sma_status decide_new(struct sma_assoc_item *item, struct sma_loader *loader,
                                  const struct sma_assoc_change *change, struct sma_error *err)
{
    uint8_t guid[16];
    enum sma_status st = change->kind == SMA_ASSOC_UPSERT ? settle_upsert(item, err) : SMA_OK;
    if (!st)
        st = sma_assoc_check_subject(item, loader, err);
    if (!st)
        st = check_schema_given(item, err);
    if (!st)
        st = sma_assoc_check_others(item, loader, err);
    if (!st && !item->wish->has_schema)
        st = must_have_live_version(item, loader, err);
    if (st)
        return st;
    sma_uuid_random(guid);
    sma_uuid_text(item->guid, guid);
    item->writes_row = true;
    item->has_registration = item->wish->has_schema;
    return SMA_OK;
}

static enum sma_status decide(struct sma_assoc_item *item, struct sma_assoc_op *op,
                              struct sma_loader *loader, struct sma_error *err)
{
    const struct sma_assoc_change *change = &op->changes[op->at];
    enum sma_status st = name_own_subject(item, loader->arena, &change->resource, err);
    if (!st)
        st = name_wanted_subject(item, op, loader, err);
    if (!st)
        find_existing(item, op);
    if (!st)
        st = fill_in_subject(item, loader->arena, err);
    if (!st)
        st = sma_scope_mode(&item->mode, loader, &item->subject, err);
    if (!st)
        st = sma_assoc_must_be_writable(&item->subject, item->mode, err);
    if (st)
        return st;
    return item->existing ? decide_existing(item, loader, change, err)
                          : decide_new(item, loader, change, err);
}

/* ---- schemas that come along --------------------------------------------------------------------
 */

/* A registration that finds the schema there, or says what to do about it that it does not. */
static enum sma_status register_new(struct sma_assoc_item *item, struct sma_loader *loader,
                                    struct sma_error *err)
{
    struct sma_version_number *numbers;
    size_t count;
    enum sma_status st =
        sma_loader_versions(&numbers, &count, loader, item->subject.qualified, SMA_LIVE, err);
    bool is_other = !st && (count > 1 || (count == 1 && numbers[0].version != 1));
    if (!st && !is_other && !count)
        return sma_register_prepare(&item->registration, loader, err);
    if (!st && !is_other) {
        struct sma_error cause = SMA_ERROR_INIT;
        st = sma_register_prepare(&item->registration, loader, &cause);
        is_other = st ? cause.code == SMA_CODE_INCOMPATIBLE : !item->registration.is_settled;
        if (st && !is_other && err && !err->status)
            *err = cause;
    }
    if (is_other)
        return sma_assoc_invalid(err, "frozen",
                                 "cannot create a frozen association when schemas already exist in "
                                 "the subject");
    return st;
}

/* The association is there: nothing but the schema that is registered may come with it. */
static enum sma_status register_again(struct sma_assoc_item *item, struct sma_loader *loader,
                                      const struct sma_assoc_change *change, struct sma_error *err)
{
    struct sma_error cause = SMA_ERROR_INIT;
    enum sma_status st = sma_register_prepare(&item->registration, loader, &cause);
    if (!st && item->registration.is_settled)
        return SMA_OK;
    if (st && cause.code != SMA_CODE_INCOMPATIBLE) {
        if (err && !err->status)
            *err = cause;
        return st;
    }
    return change->kind == SMA_ASSOC_CREATE
               ? refuse_existing(item, &change->resource, err)
               : sma_assoc_refuse_frozen(item->type, item->subject.qualified, err);
}

static enum sma_status register_item(struct sma_assoc_item *item, struct sma_assoc_op *op,
                                     struct sma_loader *loader, struct sma_error *err)
{
    const struct sma_assoc_change *change = &op->changes[op->at];
    enum sma_status st;
    item->request = (struct sma_register_request){.subject = &item->subject,
                                                  .schema = item->wish->schema,
                                                  .tags = item->wish->tags,
                                                  .normalize = item->wish->normalize};
    item->registration.op = &op->op;
    item->registration.request = &item->request;
    if (!item->existing)
        st = register_new(item, loader, err);
    else if (change->kind == SMA_ASSOC_CREATE || item->existing->is_frozen)
        st = register_again(item, loader, change, err);
    else
        st = sma_register_prepare(&item->registration, loader, err);
    if (st && err && err->code == SMA_CODE_INCOMPATIBLE)
        op->message = item->registration.message;
    return st;
}

static enum sma_status register_items(struct sma_assoc_op *op, struct sma_loader *loader,
                                      struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    if (op->item_count == 2 && op->items[0].has_registration && op->items[1].has_registration &&
        sma_str_eq(op->items[0].subject.qualified, op->items[1].subject.qualified))
        return sma_assoc_invalid(err, "schema", "only one may be provided per subject");
    for (size_t i = 0; !st && i < op->item_count; i++)
        if (op->items[i].has_registration)
            st = register_item(&op->items[i], op, loader, err);
    return st;
}

/* ---- the operation ------------------------------------------------------------------------------
 */

static enum sma_status watch_item(struct sma_assoc_op *op, const struct sma_assoc_item *item,
                                  struct sma_error *err)
{
    static const char *const kinds[] = {"a:", "r:", "s:"};
    struct sma_scopes scopes;
    enum sma_status st = sma_scopes_of(&scopes, &op->op.arena, &item->subject, err);
    for (size_t i = 0; !st && i < scopes.count; i++)
        st = sma_op_watch(&op->op, "m:", scopes.items[i], err);
    for (size_t i = 0; !st && i < sizeof kinds / sizeof kinds[0]; i++)
        st = sma_op_watch(&op->op, kinds[i], item->subject.qualified, err);
    return st;
}

static enum sma_status watch(struct sma_assoc_op *op, struct sma_error *err)
{
    const struct sma_assoc_resource *resource = &op->changes[op->at].resource;
    enum sma_status st = sma_op_watch(&op->op, "n:", resource->name, err);
    if (!st)
        st = sma_op_watch(&op->op, "o:", resource->id, err);
    for (size_t i = 0; !st && i < op->item_count; i++)
        st = watch_item(op, &op->items[i], err);
    return st;
}

static bool writes(const struct sma_assoc_item *item)
{
    return item->writes_row || (item->has_registration && !item->registration.is_settled);
}

enum sma_status sma_assoc_prepare_change(struct sma_assoc_op *op, struct sma_loader *loader,
                                         struct sma_error *err)
{
    const struct sma_assoc_change *change = &op->changes[op->at];
    bool is_settled = true;
    enum sma_status st = sma_assoc_read_wishes(op, change, err);
    if (!st)
        st = sma_assoc_rows_of(&op->rows, &op->row_count, loader, &change->resource, err);
    for (size_t i = 0; !st && i < op->item_count; i++)
        st = decide(&op->items[i], op, loader, err);
    if (!st)
        st = sma_assoc_check_lifecycles(op, err);
    if (!st)
        st = register_items(op, loader, err);
    for (size_t i = 0; !st && i < op->item_count; i++)
        is_settled = is_settled && !writes(&op->items[i]);
    op->op.is_settled = is_settled || change->is_dry_run;
    return st || op->op.is_settled ? st : watch(op, err);
}

static enum sma_status append_row(const struct sma_assoc_item *item,
                                  const struct sma_assoc_resource *resource, struct sma_txn *txn,
                                  struct sma_error *err)
{
    const struct sma_assoc_row *row = item->existing;
    struct sma_assoc assoc = {
        .key = {resource->name, resource->ns, SMA_STR("topic"), item->type,
                item->subject.qualified},
        .guid = row ? row->guid : sma_str_z(item->guid),
        .resource_id = resource->id,
        .lifecycle = sma_str_z(sma_lifecycle_name(item->lifecycle)),
        .is_frozen = is_frozen(item),
        .create_ts_ms = row ? row->create_ts_ms : sma_txn_now_ms(txn),
    };
    struct sma_buf key, value;
    sma_buf_init(&key, 0);
    sma_buf_init(&value, 0);
    sma_record_assoc_key(&key, &assoc.key);
    sma_record_assoc_value(&value, &assoc);
    enum sma_status st = sma_op_append(txn, &key, &value, err);
    sma_buf_fini(&key);
    sma_buf_fini(&value);
    return st;
}

enum sma_status sma_assoc_commit_change(struct sma_assoc_op *op, struct sma_txn *txn,
                                        struct sma_error *err)
{
    const struct sma_assoc_resource *resource = &op->changes[op->at].resource;
    enum sma_status st = SMA_OK;
    for (size_t i = 0; !st && i < op->item_count; i++) {
        struct sma_assoc_item *item = &op->items[i];
        if (item->has_registration && !item->registration.is_settled)
            st = sma_register_commit(&item->registration, txn, err);
        if (!st && item->writes_row)
            st = append_row(item, resource, txn, err);
    }
    return st;
}
