/* /mode (confluent-rest 4.6). Without {subject} the global scope is meant. */
#include "api/confluent/resources.h"

#include "registry/read.h"
#include "registry/value.h"

static void write_mode(struct sma_call *call, struct sma_str mode)
{
    sma_jw_object_open(&call->out);
    if (mode.ptr)
        sma_jw_member_string(&call->out, "mode", mode);
    sma_jw_object_close(&call->out);
}

enum sma_status sma_mode_get_route(struct sma_call *call, struct sma_error *err)
{
    struct sma_subject scope;
    enum sma_mode mode;
    enum sma_status st = sma_param_scope(&scope, call, err);
    if (!st)
        st = sma_read_mode(&mode, call->loader, &scope, sma_param_bool(call, "defaultToGlobal"),
                           err);
    if (!st)
        write_mode(call, sma_str_z(sma_mode_name(mode)));
    return st;
}

struct mode_update {
    struct sma_mode_request request;
    struct sma_subject scope;
    struct sma_str echo; /* as sent */
};

static void put_done(void *ctx, bool had_mode, enum sma_mode mode,
                     const struct sma_failure *failure)
{
    struct sma_call *call = ctx;
    const struct mode_update *put = call->data;
    (void)had_mode;
    (void)mode;
    if (failure) {
        sma_call_failed(call, failure);
        return;
    }
    write_mode(call, put->echo);
    sma_call_done(call, NULL);
}

/* `{"mode":null}` clears; a body without the member is as wrong as one with an unknown word. */
static enum sma_status read_update(struct mode_update *put, const struct sma_json *body,
                                   struct sma_error *err)
{
    const struct sma_json *value = sma_json_getz(body, "mode");
    enum sma_status st = sma_value_text(&put->echo, value, "mode", err);
    if (st)
        return st;
    put->request.is_clear = value && !put->echo.ptr;
    if (!put->request.is_clear && !sma_mode_parse(put->echo, &put->request.mode))
        return sma_refuse(err, SMA_CODE_INVALID_MODE,
                          "Invalid mode. Valid values are READWRITE, READONLY, IMPORT and "
                          "FORWARD.");
    return SMA_OK;
}

enum sma_status sma_mode_put_route(struct sma_call *call, struct sma_error *err)
{
    struct mode_update *put = sma_arena_calloc(call->arena, 1, sizeof *put);
    const struct sma_json *body;
    if (!put)
        return sma_fail_nomem(err);
    enum sma_status st = sma_body_object(&body, call, "updateMode.request", err);
    if (!st)
        st = read_update(put, body, err);
    if (!st)
        st = sma_param_scope(&put->scope, call, err);
    if (st)
        return st;
    put->request.scope = &put->scope;
    put->request.force = sma_param_bool(call, "force");
    call->data = put;
    sma_mode_put(call->registry, &put->request, put_done, call);
    return SMA_OK;
}

static void removed(void *ctx, bool had_mode, enum sma_mode mode, const struct sma_failure *failure)
{
    struct sma_call *call = ctx;
    if (failure) {
        sma_call_failed(call, failure);
        return;
    }
    write_mode(call, had_mode ? sma_str_z(sma_mode_name(mode)) : sma_str_z(NULL));
    sma_call_done(call, NULL);
}

enum sma_status sma_mode_delete_route(struct sma_call *call, struct sma_error *err)
{
    struct sma_subject *scope = sma_arena_alloc(call->arena, sizeof *scope);
    if (!scope)
        return sma_fail_nomem(err);
    enum sma_status st = sma_param_scope(scope, call, err);
    if (!st)
        sma_mode_remove(call->registry, scope, sma_param_bool(call, "recursive"), removed, call);
    return st;
}
