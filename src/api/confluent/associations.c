/* GET /associations/…: which subjects belong to which topics (confluent-rest 4.9). Serializers ask
 * before the first record of a topic and take nothing but a list or a 404. */
#include "api/confluent/association_shape.h"
#include "api/confluent/resources.h"

static enum sma_status read_lifecycle(struct sma_str *out, const struct sma_call *call,
                                      struct sma_error *err)
{
    struct sma_str text = sma_param_text(call, "lifecycle");
    enum sma_lifecycle lifecycle;
    if (text.len && !sma_lifecycle_parse(&lifecycle, text))
        return sma_param_not_convertible(err);
    if (text.len)
        *out = text;
    return SMA_OK;
}

enum sma_status sma_param_association_types(struct sma_assoc_filter *filter,
                                            const struct sma_call *call, struct sma_error *err)
{
    const struct sma_http_query_item *item = sma_http_query(call->request, "associationType");
    struct sma_str *types =
        sma_arena_calloc(call->arena, call->request->query_count + 1, sizeof *types);
    if (!types)
        return sma_fail_nomem(err);
    for (; item; item = sma_http_query_next(call->request, item))
        types[filter->type_count++] = item->value;
    filter->types = types;
    return SMA_OK;
}

/* What all three listings understand. */
static enum sma_status read_filter(struct sma_assoc_filter *filter, const struct sma_call *call,
                                   struct sma_error *err)
{
    struct sma_str type = sma_param_text(call, "resourceType");
    struct sma_page page;
    enum sma_status st = read_lifecycle(&filter->lifecycle, call, err);
    if (!st)
        st = sma_param_association_types(filter, call, err);
    if (!st)
        st = sma_param_page(&page, call, &call->confluent->options.schema_limits, err);
    if (st)
        return st;
    if (type.len)
        filter->resource_type = type;
    filter->offset = page.offset;
    filter->limit = page.limit;
    return SMA_OK;
}

static enum sma_status list(struct sma_call *call, struct sma_assoc_filter *filter,
                            struct sma_error *err)
{
    struct sma_assoc_row *rows;
    size_t count;
    enum sma_status st = read_filter(filter, call, err);
    if (!st)
        st = sma_view_associations(call->loader->view, call->arena, filter, &rows, &count, err);
    if (st)
        return st;
    sma_jw_array_open(&call->out);
    for (size_t i = 0; i < count; i++)
        sma_shape_association(&call->out, &rows[i]);
    sma_jw_array_close(&call->out);
    return SMA_OK;
}

/* "-" is any. */
static struct sma_str wildcard(const struct sma_call *call, const char *name)
{
    struct sma_str text = sma_http_param(call->request, name);
    return sma_str_eqz(text, "-") ? (struct sma_str){NULL, 0} : text;
}

enum sma_status sma_associations_by_name(struct sma_call *call, struct sma_error *err)
{
    struct sma_assoc_filter filter = {
        .resource_namespace = wildcard(call, "namespace"),
        .resource_name = wildcard(call, "name"),
    };
    /* Every producer of a topic asks this at its start. Of any topic there is nothing to hang on.
     */
    if (filter.resource_name.ptr)
        sma_loader_depend(call->loader, "n:", filter.resource_name);
    return list(call, &filter, err);
}

enum sma_status sma_associations_by_id(struct sma_call *call, struct sma_error *err)
{
    struct sma_assoc_filter filter = {.resource_id = sma_http_param(call->request, "resourceId")};
    return list(call, &filter, err);
}

enum sma_status sma_associations_by_subject(struct sma_call *call, struct sma_error *err)
{
    struct sma_subject subject;
    enum sma_status st = sma_param_subject(&subject, call, call->loader, err);
    if (st)
        return st;
    struct sma_assoc_filter filter = {.subject = subject.qualified};
    sma_loader_depend(call->loader, "a:", subject.qualified);
    return list(call, &filter, err);
}
