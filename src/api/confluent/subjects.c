/* /subjects (confluent-rest 4.1). */
#include "api/confluent/pieces.h"
#include "api/confluent/resources.h"
#include "api/confluent/shape.h"

#include "registry/lookup.h"
#include "registry/read.h"

struct subject_list {
    struct sma_pieces pieces; /* first */
    struct sma_subject_filter filter;
    uint64_t left;
    struct sma_buf last; /* name that the piece before ended with */
};

static enum sma_status write_subjects(struct sma_pieces *pieces, struct sma_loader *loader,
                                      bool *is_last, struct sma_error *err)
{
    struct subject_list *list = (struct subject_list *)pieces;
    struct sma_str *subjects;
    size_t count;
    list->filter.limit = list->left < SMA_PIECE_SUBJECTS ? list->left : SMA_PIECE_SUBJECTS;
    enum sma_status st = sma_view_subjects(loader->view, loader->arena, &list->filter, &subjects,
                                           &count, err);
    if (st)
        return st;
    for (size_t i = 0; i < count; i++) {
        struct sma_json_writer w = sma_pieces_row(pieces);
        sma_jw_string(&w, subjects[i]);
    }
    list->left -= count;
    *is_last = count < list->filter.limit || !list->left;
    if (*is_last)
        return SMA_OK;
    sma_buf_clear(&list->last);
    sma_buf_puts(&list->last, subjects[count - 1]);
    list->filter.after = sma_buf_str(&list->last);
    list->filter.offset = 0;
    return sma_buf_failed(&list->last) ? sma_fail_nomem(err) : SMA_OK;
}

static void free_subjects(struct sma_pieces *pieces)
{
    sma_buf_fini(&((struct subject_list *)pieces)->last);
}

enum sma_status sma_subjects_list(struct sma_call *call, struct sma_error *err)
{
    static const struct sma_pieces_kind kind = {write_subjects, free_subjects};
    const struct sma_http_query_item *given = sma_http_query(call->request, "subjectPrefix");
    struct subject_list *list = sma_arena_calloc(call->arena, 1, sizeof *list);
    struct sma_page page;
    if (!list)
        return sma_fail_nomem(err);
    enum sma_status st = sma_param_page(&page, call, &call->confluent->options.subject_limits, err);
    if (!st)
        st = sma_read_prefix(&list->filter.context, &list->filter.prefix, call->arena,
                             given ? given->value : SMA_STR(":*:"), err);
    if (st)
        return st;
    list->pieces.kind = &kind;
    list->filter.deleted = sma_param_deleted(call);
    list->filter.offset = page.offset;
    list->left = page.limit;
    sma_buf_init(&list->last, 0);
    return sma_pieces_answer(call, &list->pieces, err);
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
        sma_shape_schema(&call->out,
                         &(struct sma_shape_schema){&found.row, text, NULL, found.is_stored_row});
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
        sma_shape_schema(&call->out, &(struct sma_shape_schema){&row, text, NULL, true});
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
