#include "api/confluent/schemas_associated.h"

static enum sma_status read_lifecycles(struct sma_associated *out, const struct sma_call *call,
                                       struct sma_error *err)
{
    const struct sma_http_query_item *item = sma_http_query(call->request, "lifecycle");
    bool is_any = !item;
    for (; item; item = sma_http_query_next(call->request, item)) {
        enum sma_lifecycle lifecycle;
        if (sma_str_eqz(item->value, "NONE"))
            out->admits_none = true;
        else if (sma_lifecycle_parse(&lifecycle, item->value))
            out->admits[lifecycle] = true;
        else
            return sma_param_not_convertible(err);
    }
    for (int i = SMA_LIFECYCLE_WEAK; i <= SMA_LIFECYCLE_STRONG; i++)
        out->admits[i] = out->admits[i] || is_any;
    return SMA_OK;
}

enum sma_status sma_associated_read(struct sma_associated *out, const struct sma_call *call,
                                    struct sma_error *err)
{
    struct sma_str type = sma_param_text(call, "resourceType");
    *out = (struct sma_associated){.is_asked = type.len ||
                                               sma_http_query(call->request, "associationType") ||
                                               sma_http_query(call->request, "lifecycle")};
    enum sma_status st = read_lifecycles(out, call, err);
    if (!st)
        st = sma_param_association_types(&out->filter, call, err);
    if (!st && type.len)
        out->filter.resource_type = type;
    return st;
}

enum sma_status sma_associated_find(bool *shown, struct sma_assoc_row **rows, size_t *count,
                                    const struct sma_associated *asked, struct sma_view *view,
                                    struct sma_arena *arena, struct sma_str subject,
                                    struct sma_error *err)
{
    struct sma_assoc_filter filter = asked->filter;
    size_t kept = 0;
    bool has_any = false;
    *count = 0;
    *shown = true;
    if (!asked->is_asked)
        return SMA_OK;
    filter.subject = subject;
    enum sma_status st = sma_view_associations(view, arena, &filter, rows, count, err);
    for (size_t i = 0; !st && i < *count; i++) {
        enum sma_lifecycle lifecycle = SMA_LIFECYCLE_UNSET;
        if (sma_lifecycle_parse(&lifecycle, (*rows)[i].lifecycle) && asked->admits[lifecycle])
            (*rows)[kept++] = (*rows)[i];
    }
    *count = kept;
    if (!st && !kept && asked->admits_none)
        st = sma_assoc_has_any(&has_any, view, arena, subject, err);
    *shown = kept || (asked->admits_none && !has_any);
    return st;
}
