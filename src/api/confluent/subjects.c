/* /subjects (confluent-rest 4.1). */
#include "api/confluent/resources.h"
#include "api/confluent/shape.h"

#include "registry/lookup.h"
#include "registry/read.h"

enum sma_status sma_subjects_list(struct sma_call *call, struct sma_error *err)
{
    const struct sma_http_query_item *given = sma_http_query(call->request, "subjectPrefix");
    struct sma_subject_filter filter = {.deleted = sma_param_deleted(call)};
    struct sma_page page;
    struct sma_str *subjects;
    size_t count;
    enum sma_status st = sma_param_page(&page, call, &call->confluent->options.subject_limits, err);
    if (!st)
        st = sma_read_prefix(&filter.context, &filter.prefix, call->arena,
                             given ? given->value : SMA_STR(":*:"), err);
    filter.offset = page.offset;
    filter.limit = page.limit;
    if (!st)
        st = sma_view_subjects(call->loader->view, call->arena, &filter, &subjects, &count, err);
    if (st)
        return st;
    sma_jw_array_open(&call->out);
    for (size_t i = 0; i < count; i++)
        sma_jw_string(&call->out, subjects[i]);
    sma_jw_array_close(&call->out);
    return SMA_OK;
}

enum sma_status sma_subjects_lookup(struct sma_call *call, struct sma_error *err)
{
    struct sma_schema_request request;
    struct sma_subject subject;
    struct sma_found_schema found;
    struct sma_str text;
    enum sma_status st = sma_body_schema(&request, call, "lookUpSchemaUnderSubject.schema", err);
    if (!st)
        st = sma_param_subject(&subject, call, call->loader, err);
    if (!st)
        st = sma_lookup(&found, call->loader, &subject, &request, sma_param_bool(call, "normalize"),
                        sma_param_bool(call, "deleted"), err);
    if (!st)
        st = sma_shape_text(&text, call, call->loader, &found.row, sma_param_text(call, "format"),
                            err);
    if (!st)
        sma_shape_schema(&call->out, &found.row, text, found.is_stored_row);
    return st;
}

/* `key` and `value` are paired by position; what has no partner counts as empty text. */
static enum sma_status read_pairs(struct sma_property **out, size_t *count, struct sma_call *call,
                                  struct sma_error *err)
{
    const struct sma_http_query_item *key = sma_http_query(call->request, "key");
    const struct sma_http_query_item *value = sma_http_query(call->request, "value");
    struct sma_property *pairs =
        sma_arena_calloc(call->arena, call->request->query_count + 1, sizeof *pairs);
    if (!pairs)
        return sma_fail_nomem(err);
    for (*count = 0; key; key = sma_http_query_next(call->request, key)) {
        pairs[(*count)++] = (struct sma_property){key->value, value ? value->value : SMA_STR("")};
        value = value ? sma_http_query_next(call->request, value) : NULL;
    }
    *out = pairs;
    return SMA_OK;
}

enum sma_status sma_subjects_by_metadata(struct sma_call *call, struct sma_error *err)
{
    struct sma_property *pairs = NULL;
    size_t pair_count = 0;
    struct sma_subject subject;
    struct sma_version row;
    struct sma_str text;
    enum sma_status st = read_pairs(&pairs, &pair_count, call, err);
    if (!st)
        st = sma_param_subject(&subject, call, call->loader, err);
    if (!st)
        st = sma_read_by_metadata(&row, call->loader, &subject, pairs, pair_count,
                                  sma_param_bool(call, "deleted"), err);
    if (!st)
        st = sma_shape_text(&text, call, call->loader, &row, sma_param_text(call, "format"), err);
    if (!st)
        sma_shape_schema(&call->out, &row, text, true);
    return st;
}

static void deleted(void *ctx, const int32_t *versions, size_t count,
                    const struct sma_failure *failure)
{
    struct sma_call *call = ctx;
    if (failure) {
        sma_call_failed(call, failure);
        return;
    }
    sma_jw_array_open(&call->out);
    for (size_t i = 0; i < count; i++)
        sma_jw_i64(&call->out, versions[i]);
    sma_jw_array_close(&call->out);
    sma_call_done(call, NULL);
}

enum sma_status sma_subjects_delete(struct sma_call *call, struct sma_error *err)
{
    struct sma_subject *subject = sma_arena_alloc(call->arena, sizeof *subject);
    if (!subject)
        return sma_fail_nomem(err);
    enum sma_status st = sma_param_subject_now(subject, call, err);
    if (!st)
        sma_delete_subject(call->registry, subject, sma_param_bool(call, "permanent"), deleted,
                           call);
    return st;
}
