/* /config (confluent-rest 4.5). Without {subject} the global scope is meant. */
#include "api/confluent/resources.h"

#include "registry/read.h"

static enum sma_status write_config(struct sma_call *call, const struct sma_config *config,
                                    const char *level_member, bool keep_empty_text,
                                    struct sma_error *err)
{
    sma_jw_object_open(&call->out);
    enum sma_status st =
        sma_config_write(&call->out, call->arena, config, level_member, keep_empty_text, err);
    sma_jw_object_close(&call->out);
    return st;
}

enum sma_status sma_config_get_route(struct sma_call *call, struct sma_error *err)
{
    struct sma_subject scope;
    struct sma_config config;
    enum sma_status st = sma_param_scope(&scope, call, err);
    if (!st)
        st = sma_read_config(&config, call->loader, &scope, sma_param_bool(call, "defaultToGlobal"),
                             err);
    return st ? st : write_config(call, &config, SMA_LEVEL_MEMBER, false, err);
}

static void finish(struct sma_call *call, const struct sma_config *config, const char *level_member,
                   bool keep_empty_text)
{
    struct sma_error err = SMA_ERROR_INIT;
    enum sma_status st = write_config(call, config, level_member, keep_empty_text, &err);
    if (st) {
        struct sma_failure failure = {st, &err, sma_str_z(err.message)};
        sma_call_failed(call, &failure);
    } else {
        sma_call_done(call, NULL);
    }
}

static void put_done(void *ctx, const struct sma_config *config, const struct sma_failure *failure)
{
    if (failure)
        sma_call_failed(ctx, failure);
    else
        finish(ctx, config, SMA_LEVEL_UPDATE_MEMBER, true);
}

static void removed(void *ctx, const struct sma_config *config, const struct sma_failure *failure)
{
    if (failure)
        sma_call_failed(ctx, failure);
    else
        finish(ctx, config, SMA_LEVEL_MEMBER, false);
}

struct config_update {
    struct sma_subject scope;
    struct sma_config_update update;
};

enum sma_status sma_config_put_route(struct sma_call *call, struct sma_error *err)
{
    struct config_update *put = sma_arena_calloc(call->arena, 1, sizeof *put);
    const struct sma_json *body;
    if (!put)
        return sma_fail_nomem(err);
    enum sma_status st = sma_body_object(&body, call, "updateConfig.request", err);
    if (!st)
        st = sma_config_update_read(&put->update, call->arena, body, err);
    if (!st)
        st = sma_param_scope(&put->scope, call, err);
    if (!st)
        sma_config_put(call->registry, &put->scope, &put->update, put_done, call);
    return st;
}

enum sma_status sma_config_delete_route(struct sma_call *call, struct sma_error *err)
{
    struct sma_subject *scope = sma_arena_alloc(call->arena, sizeof *scope);
    if (!scope)
        return sma_fail_nomem(err);
    enum sma_status st = sma_param_scope(scope, call, err);
    if (!st)
        sma_config_remove(call->registry, scope, removed, call);
    return st;
}
