/* /subjects/{subject}/versions but for registering (confluent-rest 4.2). */
#include "api/confluent/resources.h"
#include "api/confluent/shape.h"

#include "registry/read.h"

enum sma_status sma_versions_list(struct sma_call *call, struct sma_error *err)
{
    bool as_negative = sma_param_bool(call, "deletedAsNegative");
    enum sma_deleted which = as_negative ? SMA_WITH_DELETED : sma_param_deleted(call);
    struct sma_version_number *numbers;
    size_t count, from, to;
    struct sma_subject subject;
    struct sma_page page;
    enum sma_status st = sma_param_page(&page, call, &call->confluent->options.version_limits, err);
    if (!st)
        st = sma_param_subject(&subject, call, call->loader, err);
    if (!st)
        st = sma_read_versions(&numbers, &count, call->loader, &subject, which, err);
    if (st)
        return st;
    sma_page_cut(&page, count, &from, &to);
    sma_jw_array_open(&call->out);
    for (size_t i = from; i < to; i++)
        sma_jw_i64(&call->out, as_negative && numbers[i].is_deleted ? -(int64_t)numbers[i].version
                                                                    : numbers[i].version);
    sma_jw_array_close(&call->out);
    return SMA_OK;
}

static enum sma_status read_row(struct sma_version *row, struct sma_call *call,
                                struct sma_error *err)
{
    struct sma_subject subject;
    int32_t version;
    enum sma_status st = sma_version_parse(&version, sma_http_param(call->request, "version"), err);
    if (!st)
        st = sma_param_subject(&subject, call, call->loader, err);
    if (!st)
        st = sma_read_version(row, call->loader, &subject, version, sma_param_bool(call, "deleted"),
                              err);
    return st;
}

enum sma_status sma_versions_get(struct sma_call *call, struct sma_error *err)
{
    struct sma_tagged_list tags;
    struct sma_version row;
    struct sma_str text;
    enum sma_status st = read_row(&row, call, err);
    if (!st)
        st = sma_shape_text(&text, call, call->loader, &row, sma_param_text(call, "format"), err);
    if (!st)
        st = sma_shape_find_tags(&tags, call, &row, err);
    if (!st && sma_str_eqz(sma_param_text(call, "referenceFormat"), "qualified"))
        st = sma_shape_qualify(&row, call->arena, err);
    if (!st)
        sma_shape_schema(&call->out, &(struct sma_shape_schema){&row, text, &tags, true});
    return st;
}

enum sma_status sma_versions_get_text(struct sma_call *call, struct sma_error *err)
{
    struct sma_version row;
    struct sma_str text;
    enum sma_status st = read_row(&row, call, err);
    if (!st)
        st = sma_shape_text(&text, call, call->loader, &row, sma_param_text(call, "format"), err);
    if (!st)
        sma_buf_puts(call->body, text);
    return st;
}

enum sma_status sma_versions_referenced_by(struct sma_call *call, struct sma_error *err)
{
    struct sma_subject subject;
    struct sma_page page;
    int32_t version, *ids;
    size_t count;
    enum sma_status st = sma_version_parse(&version, sma_http_param(call->request, "version"), err);
    if (!st)
        st = sma_param_page(&page, call, &call->confluent->options.schema_limits, err);
    if (!st)
        st = sma_param_subject(&subject, call, call->loader, err);
    if (!st)
        st = sma_read_referrer_ids(&ids, &count, call->loader, &subject, version,
                                   sma_param_bool(call, "deleted"), err);
    if (st)
        return st;
    sma_page_write_numbers(call, &page, ids, count);
    return SMA_OK;
}

static void deleted(void *ctx, const int32_t *versions, size_t count,
                    const struct sma_failure *failure)
{
    struct sma_call *call = ctx;
    if (failure) {
        sma_call_failed(call, failure);
        return;
    }
    (void)count; /* one */
    sma_jw_i64(&call->out, versions[0]);
    sma_call_done(call, NULL);
}

enum sma_status sma_versions_delete(struct sma_call *call, struct sma_error *err)
{
    int32_t version;
    struct sma_subject *subject = sma_arena_alloc(call->arena, sizeof *subject);
    if (!subject)
        return sma_fail_nomem(err);
    enum sma_status st = sma_version_parse(&version, sma_http_param(call->request, "version"), err);
    if (!st)
        st = sma_param_subject_now(subject, call, err);
    if (!st)
        sma_delete_version(call->registry, subject, version, sma_param_bool(call, "permanent"),
                           deleted, call);
    return st;
}
