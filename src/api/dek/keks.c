/* /dek-registry/v1/keks and /dek-registry/v1/keks/{name}. */
#include "api/dek/resources.h"

/* ---- reading ------------------------------------------------------------------------------------
 */

/* Every `subjectPrefix` of the query, as it stands there. */
static enum sma_status read_prefixes(struct sma_str **out, size_t *count,
                                     const struct sma_call *call, struct sma_error *err)
{
    const struct sma_http_request *request = call->request;
    struct sma_str *prefixes = sma_arena_calloc(call->arena, request->query_count + 1,
                                                sizeof *prefixes);
    size_t n = 0;
    if (!prefixes)
        return sma_fail_nomem(err);
    for (size_t i = 0; i < request->query_count; i++)
        if (sma_str_eqz(request->query_items[i].name, "subjectPrefix"))
            prefixes[n++] = request->query_items[i].value;
    *out = prefixes;
    *count = n;
    return SMA_OK;
}

enum sma_status sma_keks_list(struct sma_call *call, struct sma_error *err)
{
    struct sma_str *prefixes = NULL, *names;
    struct sma_page page;
    size_t prefix_count = 0, count;
    enum sma_status st = sma_param_page(&page, call, &call->confluent->options.kek_limits, err);
    if (!st)
        st = read_prefixes(&prefixes, &prefix_count, call, err);
    if (!st)
        st = sma_read_kek_names(&names, &count, call->loader, prefixes, prefix_count,
                                sma_param_bool(call, "deleted"), err);
    if (st)
        return st;
    sma_page_write_texts(call, &page, names, count);
    return SMA_OK;
}

enum sma_status sma_keks_get(struct sma_call *call, struct sma_error *err)
{
    struct sma_kek kek;
    enum sma_status st = sma_read_kek(&kek, call->loader, sma_dek_kek_name(call),
                                      sma_param_bool(call, "deleted"), err);
    if (!st)
        sma_dek_shape_kek(&call->out, &kek);
    return st;
}

/* ---- writing ------------------------------------------------------------------------------------
 */

enum sma_status sma_keks_create(struct sma_call *call, struct sma_error *err)
{
    struct sma_kek_request *request = sma_arena_alloc(call->arena, sizeof *request);
    if (!request)
        return sma_fail_nomem(err);
    enum sma_status st = sma_dek_read_kek(request, call, err);
    if (!st)
        sma_kek_create(call->registry, request, sma_dek_answer_key, call);
    return st;
}

enum sma_status sma_keks_change(struct sma_call *call, struct sma_error *err)
{
    struct sma_kek_update *update = sma_arena_alloc(call->arena, sizeof *update);
    if (!update)
        return sma_fail_nomem(err);
    enum sma_status st = sma_dek_read_update(update, call, err);
    if (!st)
        sma_kek_change(call->registry, update, sma_dek_answer_key, call);
    return st;
}

enum sma_status sma_keks_test(struct sma_call *call, struct sma_error *err)
{
    (void)err;
    const struct sma_str name = sma_dek_kek_name(call);
    sma_kek_test(call->registry, &name, sma_dek_answer_key, call);
    return SMA_OK;
}

static enum sma_status make_target(struct sma_key_target **out, struct sma_call *call,
                                   struct sma_error *err)
{
    struct sma_key_target *target = sma_arena_calloc(call->arena, 1, sizeof *target);
    if (!target)
        return sma_fail_nomem(err);
    target->key.kek_name = sma_dek_kek_name(call);
    target->is_permanent = sma_param_bool(call, "permanent");
    *out = target;
    return SMA_OK;
}

enum sma_status sma_keks_delete(struct sma_call *call, struct sma_error *err)
{
    struct sma_key_target *target = NULL;
    enum sma_status st = make_target(&target, call, err);
    if (!st)
        sma_key_delete(call->registry, target, sma_dek_answer_nothing, call);
    return st;
}

enum sma_status sma_keks_undelete(struct sma_call *call, struct sma_error *err)
{
    struct sma_key_target *target = NULL;
    enum sma_status st = make_target(&target, call, err);
    if (!st)
        sma_key_undelete(call->registry, target, sma_dek_answer_nothing, call);
    return st;
}
