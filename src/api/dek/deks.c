/* /dek-registry/v1/keks/{name}/deks and below. */
#include "api/dek/resources.h"

/* ---- lists --------------------------------------------------------------------------------------
 */

enum sma_status sma_deks_list(struct sma_call *call, struct sma_error *err)
{
    struct sma_str *subjects;
    struct sma_page page;
    size_t count;
    enum sma_status st =
        sma_param_page(&page, call, &call->confluent->options.dek_subject_limits, err);
    if (!st)
        st = sma_read_dek_subjects(&subjects, &count, call->loader, sma_dek_kek_name(call),
                                   sma_param_bool(call, "deleted"), err);
    if (st)
        return st;
    sma_page_write_texts(call, &page, subjects, count);
    return SMA_OK;
}

enum sma_status sma_deks_versions(struct sma_call *call, struct sma_error *err)
{
    struct sma_dek_key key;
    int32_t *versions;
    struct sma_page page;
    size_t count;
    enum sma_status st =
        sma_param_page(&page, call, &call->confluent->options.dek_version_limits, err);
    if (!st)
        st = sma_dek_key_of(&key, call, call->loader, err);
    if (!st)
        st = sma_read_dek_versions(&versions, &count, call->loader, &key,
                                   sma_param_bool(call, "deleted"), err);
    if (st)
        return st;
    sma_page_write_numbers(call, &page, versions, count);
    return SMA_OK;
}

/* ---- one dek ------------------------------------------------------------------------------------
 */

static enum sma_status look_up(struct sma_dek *dek, struct sma_kek *kek, struct sma_call *call,
                               int32_t version, struct sma_depends *depends, struct sma_error *err)
{
    struct sma_view *view;
    struct sma_loader loader;
    struct sma_dek_key key;
    enum sma_status st = sma_call_open_view(call, &view, &loader, err);
    if (st)
        return st;
    st = sma_dek_key_of(&key, call, &loader, err);
    key.version = version;
    if (!st)
        st = sma_read_dek(dek, kek, &loader, &key, sma_param_bool(call, "deleted"), err);
    *depends = loader.depends;
    sma_call_close_view(view, &loader);
    return st;
}

/* The key service may be slow: it is asked after the snapshot's end. Plain keys are not kept. */
static enum sma_status answer_dek(struct sma_call *call, int32_t version, struct sma_error *err)
{
    struct sma_dek dek;
    struct sma_kek kek;
    struct sma_str key_material;
    struct sma_depends depends;
    enum sma_status st = look_up(&dek, &kek, call, version, &depends, err);
    if (!st)
        st = sma_dek_unwrap(&key_material, call->registry, call->arena, &kek, &dek, err);
    if (st)
        return st;
    sma_dek_shape_dek(&call->out, &dek, key_material);
    sma_call_done(call, kek.is_shared ? NULL : &depends);
    return SMA_OK;
}

enum sma_status sma_deks_get(struct sma_call *call, struct sma_error *err)
{
    return answer_dek(call, 1, err);
}

enum sma_status sma_deks_get_version(struct sma_call *call, struct sma_error *err)
{
    int32_t version;
    enum sma_status st = sma_dek_version_of(&version, call, err);
    return st ? st : answer_dek(call, version, err);
}

/* ---- create -------------------------------------------------------------------------------------
 */

/* The subject of the path, with its alias replaced. */
static enum sma_status take_path_subject(struct sma_str *out, struct sma_call *call,
                                         struct sma_error *err)
{
    struct sma_view *view;
    struct sma_loader loader;
    struct sma_subject subject;
    enum sma_status st = sma_call_open_view(call, &view, &loader, err);
    if (st)
        return st;
    st = sma_param_dek_subject(&subject, call, &loader, err);
    sma_call_close_view(view, &loader);
    if (!st)
        *out = subject.qualified;
    return st;
}

static enum sma_status take_body_subject(struct sma_str *subject, struct sma_call *call,
                                         struct sma_error *err)
{
    struct sma_subject parsed;
    enum sma_status st =
        sma_subject_parse(&parsed, call->arena, subject->ptr ? *subject : SMA_STR(""), err);
    if (!st)
        *subject = parsed.qualified;
    return st;
}

static enum sma_status create(struct sma_call *call, bool is_in_path, struct sma_error *err)
{
    struct sma_dek_request *request = sma_arena_alloc(call->arena, sizeof *request);
    if (!request)
        return sma_fail_nomem(err);
    enum sma_status st = sma_dek_read_dek(request, call, err);
    if (!st)
        st = is_in_path ? take_path_subject(&request->key.subject, call, err)
                        : take_body_subject(&request->key.subject, call, err);
    if (st)
        return st;
    request->key.kek_name = sma_dek_kek_name(call);
    sma_dek_create(call->registry, request, sma_dek_answer_key, call);
    return SMA_OK;
}

enum sma_status sma_deks_create(struct sma_call *call, struct sma_error *err)
{
    return create(call, false, err);
}

enum sma_status sma_deks_create_at(struct sma_call *call, struct sma_error *err)
{
    return create(call, true, err);
}

/* ---- delete, undelete ---------------------------------------------------------------------------
 */

typedef void key_fn(struct sma_registry *registry, const struct sma_key_target *target,
                    sma_key_fn *fn, void *ctx);

static enum sma_status start(struct sma_call *call, key_fn *use_case, bool has_version,
                             struct sma_error *err)
{
    struct sma_key_target *target = sma_arena_calloc(call->arena, 1, sizeof *target);
    struct sma_view *view;
    struct sma_loader loader;
    int32_t version = 0;
    if (!target)
        return sma_fail_nomem(err);
    enum sma_status st = has_version ? sma_dek_version_of(&version, call, err) : SMA_OK;
    if (!st)
        st = sma_call_open_view(call, &view, &loader, err);
    if (st)
        return st;
    st = sma_dek_key_of(&target->key, call, &loader, err);
    sma_call_close_view(view, &loader);
    if (st)
        return st;
    target->key.version = version;
    target->is_permanent = sma_param_bool(call, "permanent");
    use_case(call->registry, target, sma_dek_answer_nothing, call);
    return SMA_OK;
}

enum sma_status sma_deks_delete(struct sma_call *call, struct sma_error *err)
{
    return start(call, sma_key_delete, false, err);
}

enum sma_status sma_deks_delete_version(struct sma_call *call, struct sma_error *err)
{
    return start(call, sma_key_delete, true, err);
}

enum sma_status sma_deks_undelete(struct sma_call *call, struct sma_error *err)
{
    return start(call, sma_key_undelete, false, err);
}

enum sma_status sma_deks_undelete_version(struct sma_call *call, struct sma_error *err)
{
    return start(call, sma_key_undelete, true, err);
}
