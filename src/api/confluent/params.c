/* Path and query parameters (confluent-rest 1.5). */
#include "api/confluent/call.h"

#include "base/num.h"
#include "registry/read.h"

/* The framework behind the original answers so to a parameter that it cannot convert. */
enum sma_status sma_param_not_convertible(struct sma_error *err)
{
    enum sma_status st = sma_fail(err, SMA_ENOTFOUND, "HTTP 404 Not Found");
    if (err)
        err->code = 404;
    return st;
}

struct sma_str sma_param_text(const struct sma_call *call, const char *name)
{
    const struct sma_http_query_item *item = sma_http_query(call->request, name);
    return item ? item->value : SMA_STR("");
}

bool sma_param_bool(const struct sma_call *call, const char *name)
{
    return sma_str_eq_nocase(sma_param_text(call, name), SMA_STR("true"));
}

enum sma_status sma_param_path_i32(int32_t *out, const struct sma_call *call, const char *name,
                                   struct sma_error *err)
{
    if (!sma_parse_i32(sma_http_param(call->request, name), out))
        return sma_param_not_convertible(err);
    return SMA_OK;
}

enum sma_status sma_param_context(struct sma_str *out, const struct sma_call *call,
                                  struct sma_error *err)
{
    struct sma_str text = sma_param_text(call, "context");
    *out = SMA_CONTEXT_DEFAULT;
    return text.len ? sma_api_context(out, call->arena, text, err) : SMA_OK;
}

enum sma_status sma_param_scope(struct sma_subject *out, struct sma_call *call,
                                struct sma_error *err)
{
    return sma_subject_parse(out, call->arena, sma_http_param(call->request, "subject"), err);
}

enum sma_status sma_param_subject(struct sma_subject *out, struct sma_call *call,
                                  struct sma_loader *loader, struct sma_error *err)
{
    struct sma_subject given;
    enum sma_status st = sma_param_scope(&given, call, err);
    return st ? st : sma_read_alias(out, loader, &given, err);
}

enum sma_status sma_param_dek_subject(struct sma_subject *out, struct sma_call *call,
                                      struct sma_loader *loader, struct sma_error *err)
{
    struct sma_subject given;
    enum sma_status st = sma_param_scope(&given, call, err);
    return st ? st : sma_read_alias_for_deks(out, loader, &given, err);
}

enum sma_status sma_param_subject_now(struct sma_subject *out, struct sma_call *call,
                                      struct sma_error *err)
{
    struct sma_view *view;
    struct sma_loader loader;
    enum sma_status st = sma_call_open_view(call, &view, &loader, err);
    if (st)
        return st;
    st = sma_param_subject(out, call, &loader, err);
    call->before = loader.depends;
    sma_call_close_view(view, &loader);
    return st;
}

static enum sma_status read_int(int32_t *out, const struct sma_call *call, const char *name,
                                struct sma_error *err)
{
    struct sma_str text = sma_param_text(call, name);
    if (text.len && !sma_parse_i32(text, out))
        return sma_param_not_convertible(err);
    return SMA_OK;
}

enum sma_status sma_param_page(struct sma_page *out, const struct sma_call *call,
                               const struct sma_confluent_limits *limits, struct sma_error *err)
{
    int32_t offset = 0, limit = -1;
    enum sma_status st = read_int(&offset, call, "offset", err);
    if (!st)
        st = read_int(&limit, call, "limit", err);
    if (st)
        return st;
    out->offset = offset > 0 ? (uint64_t)offset : 0;
    out->limit = (uint64_t)(limit > 0 && limit <= limits->max ? limit : limits->fallback);
    return SMA_OK;
}

void sma_page_cut(const struct sma_page *page, size_t count, size_t *from, size_t *to)
{
    *from = page->offset < count ? (size_t)page->offset : count;
    *to = page->limit < count - *from ? *from + (size_t)page->limit : count;
}

void sma_page_write_texts(struct sma_call *call, const struct sma_page *page,
                          const struct sma_str *items, size_t count)
{
    size_t from, to;
    sma_page_cut(page, count, &from, &to);
    sma_jw_array_open(&call->out);
    for (size_t i = from; i < to; i++)
        sma_jw_string(&call->out, items[i]);
    sma_jw_array_close(&call->out);
}

void sma_page_write_numbers(struct sma_call *call, const struct sma_page *page,
                            const int32_t *items, size_t count)
{
    size_t from, to;
    sma_page_cut(page, count, &from, &to);
    sma_jw_array_open(&call->out);
    for (size_t i = from; i < to; i++)
        sma_jw_i64(&call->out, items[i]);
    sma_jw_array_close(&call->out);
}

enum sma_deleted sma_param_deleted(const struct sma_call *call)
{
    if (sma_param_bool(call, "deletedOnly"))
        return SMA_ONLY_DELETED;
    return sma_param_bool(call, "deleted") ? SMA_WITH_DELETED : SMA_LIVE;
}
