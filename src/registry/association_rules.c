/* Associations: what may be, given what there is. */
#include "registry/association_op.h"
#include "registry/internal.h"

/* ---- rows of a resource -------------------------------------------------------------------------
 */

static enum sma_status append_rows(struct sma_assoc_row **rows, size_t *count,
                                   struct sma_arena *arena, const struct sma_assoc_row *more,
                                   size_t more_count, struct sma_error *err)
{
    struct sma_assoc_row *all = sma_arena_calloc(arena, *count + more_count + 1, sizeof *all);
    if (!all)
        return sma_fail_nomem(err);
    if (*count)
        memcpy(all, *rows, *count * sizeof *all);
    if (more_count)
        memcpy(all + *count, more, more_count * sizeof *all);
    *rows = all;
    *count += more_count;
    return SMA_OK;
}

enum sma_status sma_assoc_rows_of(struct sma_assoc_row **rows, size_t *count,
                                  struct sma_loader *loader,
                                  const struct sma_assoc_resource *resource, struct sma_error *err)
{
    struct sma_assoc_filter filter = {.resource_type = resource->type};
    struct sma_assoc_row *found = NULL;
    size_t found_count = 0, kept = 0;
    enum sma_status st = SMA_OK;
    if (!resource->type.len)
        filter.resource_type.ptr = NULL;
    *count = 0;
    if (resource->id.len) {
        filter.resource_id = resource->id;
        st = sma_view_associations(loader->view, loader->arena, &filter, rows, count, err);
        filter.resource_id.ptr = NULL;
    }
    if (st || !resource->name.len)
        return st;
    filter.resource_name = resource->name;
    filter.resource_namespace = resource->ns;
    st = sma_view_associations(loader->view, loader->arena, &filter, &found, &found_count, err);
    for (size_t i = 0; !st && i < found_count; i++)
        if (!resource->id.len || !sma_str_eq(found[i].resource_id, resource->id))
            found[kept++] = found[i];
    return st ? st : append_rows(rows, count, loader->arena, found, kept, err);
}

/* ---- one association ----------------------------------------------------------------------------
 */

enum sma_status sma_assoc_check_subject(const struct sma_assoc_item *item,
                                        struct sma_loader *loader, struct sma_error *err)
{
    struct sma_str subject = item->subject.qualified, own = item->own.qualified;
    bool is_own = sma_str_eq(subject, own);
    if (item->lifecycle == SMA_LIFECYCLE_WEAK && is_own)
        return sma_assoc_invalid(err, "subject", "WEAK associations cannot use subject '%.*s'",
                                 SMA_STR_ARG(own));
    if (item->frozen == SMA_TRUE && !is_own)
        return sma_assoc_invalid(err, "subject", "frozen associations must use subject '%.*s'",
                                 SMA_STR_ARG(own));
    if (!sma_subject_is_registrable(&item->subject, loader->registry->options.reject_empty_subject))
        return sma_refuse(err, SMA_CODE_INVALID_SUBJECT,
                          "The specified subject '%.*s' is not a valid.", SMA_STR_ARG(subject));
    return SMA_OK;
}

static bool is_same_row(const struct sma_assoc_row *a, const struct sma_assoc_row *b)
{
    return b && sma_str_eq(a->resource_name, b->resource_name) &&
           sma_str_eq(a->resource_namespace, b->resource_namespace) &&
           sma_str_eq(a->resource_type, b->resource_type) &&
           sma_str_eq(a->association_type, b->association_type);
}

static enum sma_status check_others_weak(const struct sma_assoc_item *item,
                                         struct sma_loader *loader, struct sma_error *err)
{
    struct sma_str subject = item->subject.qualified;
    const struct sma_assoc_filter filter = {
        .subject = subject, .lifecycle = SMA_STR("STRONG"), .limit = 2};
    struct sma_assoc_row *rows;
    size_t count = 0;
    enum sma_status st =
        sma_view_associations(loader->view, loader->arena, &filter, &rows, &count, err);
    for (size_t i = 0; !st && i < count; i++)
        if (!is_same_row(&rows[i], item->existing))
            return sma_refuse(err, SMA_CODE_SUBJECT_OWNED,
                              "A strong association already exists for subject '%.*s'",
                              SMA_STR_ARG(subject));
    return st;
}

static enum sma_status check_others_strong(const struct sma_assoc_item *item,
                                           struct sma_loader *loader, struct sma_error *err)
{
    struct sma_str subject = item->subject.qualified;
    const struct sma_assoc_filter filter = {.subject = subject, .limit = 2};
    struct sma_assoc_row *rows;
    int32_t *used;
    size_t count = 0;
    enum sma_status st =
        sma_view_associations(loader->view, loader->arena, &filter, &rows, &count, err);
    for (size_t i = 0; !st && i < count; i++)
        if (!is_same_row(&rows[i], item->existing))
            return sma_assoc_refuse_subject(subject, err);
    if (!st)
        st = sma_view_referenced_versions(loader->view, loader->arena, subject, SMA_WITH_DELETED,
                                          SMA_WITH_DELETED, &used, &count, err);
    if (!st && count)
        st = sma_refuse(err, SMA_CODE_REFERENCED,
                        "One or more references exist to the schema %.*s.", SMA_STR_ARG(subject));
    return st;
}

enum sma_status sma_assoc_check_others(const struct sma_assoc_item *item, struct sma_loader *loader,
                                       struct sma_error *err)
{
    return item->lifecycle == SMA_LIFECYCLE_STRONG ? check_others_strong(item, loader, err)
                                                   : check_others_weak(item, loader, err);
}

/* ---- key and value ------------------------------------------------------------------------------
 */

/* What the type's association will be, or stays; UNSET when there is none. */
static enum sma_lifecycle lifecycle_of(const struct sma_assoc_op *op, const char *type)
{
    enum sma_lifecycle lifecycle = SMA_LIFECYCLE_UNSET;
    for (size_t i = 0; i < op->item_count; i++)
        if (sma_str_eqz(op->items[i].type, type))
            return op->items[i].lifecycle;
    for (size_t i = 0; i < op->row_count; i++)
        if (sma_str_eqz(op->rows[i].association_type, type) &&
            sma_lifecycle_parse(&lifecycle, op->rows[i].lifecycle))
            break;
    return lifecycle;
}

enum sma_status sma_assoc_check_lifecycles(const struct sma_assoc_op *op, struct sma_error *err)
{
    enum sma_lifecycle key = lifecycle_of(op, "key"), value = lifecycle_of(op, "value");
    if (!key || !value || key == value)
        return SMA_OK;
    return sma_assoc_invalid(err, "lifecycle",
                             "all associations for a resource must have the same lifecycle, but "
                             "got key=%s, value=%s",
                             sma_lifecycle_name(key), sma_lifecycle_name(value));
}

/* ---- refusals -----------------------------------------------------------------------------------
 */

enum sma_status sma_assoc_must_be_writable(const struct sma_subject *subject, enum sma_mode mode,
                                           struct sma_error *err)
{
    if (!sma_mode_is_readonly(mode))
        return SMA_OK;
    return sma_refuse(err, SMA_CODE_NOT_PERMITTED,
                      "Subject %.*s in context %.*s is in read-only mode",
                      SMA_STR_ARG(subject->name), SMA_STR_ARG(subject->context));
}

enum sma_status sma_assoc_refuse_frozen(struct sma_str type, struct sma_str subject,
                                        struct sma_error *err)
{
    return sma_refuse(err, SMA_CODE_ASSOCIATION_FROZEN,
                      "The association of type  '%.*s' is frozen for subject '%.*s'",
                      SMA_STR_ARG(type), SMA_STR_ARG(subject));
}
