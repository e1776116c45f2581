/* Parameters and bodies. Unlike the Confluent API, what makes no sense is refused, by name. */
#include "api/schemata/call.h"

#include "api/schemata/limits.h"
#include "base/num.h"
#include "registry/read.h"
#include "registry/text.h"

struct sma_str sma_own_param(const struct sma_own_call *call, const char *name)
{
    const struct sma_http_query_item *item = sma_http_query(call->request, name);
    return item ? item->value : SMA_STR("");
}

enum sma_status sma_own_param_number(int64_t *out, const struct sma_own_call *call,
                                     const char *name, int64_t min, int64_t max, int64_t fallback,
                                     struct sma_error *err)
{
    struct sma_str text = sma_own_param(call, name);
    int64_t value = fallback;
    if (text.len && (!sma_parse_i64(text, &value) || value < min || value > max))
        return sma_own_refuse(err, "%s: give a whole number from %lld to %lld", name,
                              (long long)min, (long long)max);
    *out = value;
    return SMA_OK;
}

enum sma_status sma_own_param_bool(bool *out, const struct sma_own_call *call, const char *name,
                                   struct sma_error *err)
{
    const struct sma_http_query_item *item = sma_http_query(call->request, name);
    struct sma_str text = item ? item->value : SMA_STR("");
    if (!text.len)
        *out = item && !item->has_value;
    else if (sma_str_eq_nocase(text, SMA_STR("true")))
        *out = true;
    else if (sma_str_eq_nocase(text, SMA_STR("false")))
        *out = false;
    else
        return sma_own_refuse(err, "%s: give true or false", name);
    return SMA_OK;
}

enum sma_status sma_own_param_context(struct sma_str *out, const struct sma_own_call *call,
                                      struct sma_error *err)
{
    struct sma_str name = sma_own_param(call, "context");
    *out = (struct sma_str){NULL, 0};
    if (!name.len || sma_str_eqz(name, "*"))
        return SMA_OK;
    if (sma_str_starts(name, SMA_STR(":")) && sma_str_ends(name, SMA_STR(":")) && name.len > 1)
        name = sma_str_make(name.ptr + 1, name.len - 2);
    if (sma_str_chr(name, ':') >= 0)
        return sma_own_refuse(err, "context: a name holds no colon");
    if (!sma_str_starts(name, SMA_STR(".")))
        name = SMA_JOIN(call->arena, SMA_STR("."), name);
    if (!name.ptr)
        return sma_fail_nomem(err);
    *out = name;
    return SMA_OK;
}

enum sma_status sma_own_param_subject(struct sma_subject *out, struct sma_own_call *call,
                                      struct sma_error *err)
{
    struct sma_subject given;
    enum sma_status st =
        sma_subject_parse(&given, call->arena, sma_http_param(call->request, "subject"), err);
    return st ? st : sma_read_alias(out, call->loader, &given, err);
}

enum sma_status sma_own_body(const struct sma_json **out, const struct sma_own_call *call,
                             struct sma_error *err)
{
    static const struct sma_json_options options = {.max_depth = SMA_OWN_BODY_DEPTH_MAX,
                                                    .max_values = SMA_OWN_BODY_VALUES_MAX};
    const struct sma_json *body = NULL;
    enum sma_status st = SMA_OK;
    if (sma_str_trim(call->request->body).len)
        st = sma_json_parse(&body, call->arena, call->request->body, &options, NULL, err);
    if (st)
        return st;
    if (!sma_json_is(body, SMA_JSON_OBJECT))
        return sma_own_refuse(err, "the request's body must be a JSON object");
    *out = body;
    return SMA_OK;
}

enum sma_status sma_own_member_bool(bool *out, const struct sma_json *object, const char *name,
                                    bool fallback, struct sma_error *err)
{
    const struct sma_json *value = sma_json_get(object, sma_str_z(name));
    if (!value || value->type == SMA_JSON_NULL) {
        *out = fallback;
        return SMA_OK;
    }
    if (value->type != SMA_JSON_BOOL)
        return sma_own_refuse(err, "%s: give true or false", name);
    *out = value->boolean;
    return SMA_OK;
}
