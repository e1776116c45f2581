/* GET /effective?subject=: which level, mode and switches hold for a subject, and why: the chain of
 * scopes that were asked, nearest first, with what each of them says itself. */
#include "api/schemata/resources.h"

#include "registry/config.h"
#include "registry/read.h"
#include "registry/scope.h"

static enum sma_status write_scope(struct sma_own_call *call, struct sma_str scope,
                                   struct sma_error *err)
{
    struct sma_json_writer *w = &call->out;
    struct sma_config config = {0};
    enum sma_mode mode;
    bool has_config, has_mode;
    enum sma_status st = sma_scope_own_config(&config, call->loader, scope, err);
    has_config = !st;
    if (!st || st == SMA_ENOTFOUND)
        st = sma_scope_own_mode(&mode, call->loader, scope, err);
    has_mode = !st;
    if (st && st != SMA_ENOTFOUND)
        return st;
    sma_jw_object_open(w);
    sma_jw_member_string(w, "scope", scope);
    sma_jw_name(w, "config");
    st = SMA_OK;
    if (has_config) {
        sma_jw_object_open(w);
        st = sma_config_write(w, call->arena, &config, SMA_LEVEL_MEMBER, false, err);
        sma_jw_object_close(w);
    } else {
        sma_jw_null(w);
    }
    sma_jw_name(w, "mode");
    if (has_mode)
        sma_jw_string(w, sma_str_z(sma_mode_name(mode)));
    else
        sma_jw_null(w);
    sma_jw_object_close(w);
    return st;
}

static void write_defaults(struct sma_own_call *call)
{
    const struct sma_registry_options *options = sma_registry_options(call->registry);
    struct sma_json_writer *w = &call->out;
    sma_jw_name(w, "defaults");
    sma_jw_object_open(w);
    sma_jw_member_string(w, SMA_LEVEL_MEMBER, sma_str_z(sma_level_name(options->default_level)));
    sma_jw_member_bool(w, "validateFields", options->validate_fields);
    sma_jw_member_bool(w, "validateNewSchemas", options->validate_new_schemas);
    sma_jw_member_string(w, "mode", SMA_STR("READWRITE"));
    sma_jw_object_close(w);
}

enum sma_status sma_own_effective(struct sma_own_call *call, struct sma_error *err)
{
    struct sma_json_writer *w = &call->out;
    struct sma_subject subject;
    struct sma_scopes scopes;
    struct sma_config config;
    enum sma_mode mode;
    enum sma_status st =
        sma_subject_parse(&subject, call->arena, sma_own_param(call, "subject"), err);
    if (!st)
        st = sma_scopes_of(&scopes, call->arena, &subject, err);
    if (!st)
        st = sma_scope_config(&config, call->loader, &subject, err);
    if (!st)
        st = sma_scope_mode(&mode, call->loader, &subject, err);
    if (st)
        return st;
    sma_jw_object_open(w);
    sma_jw_member_string(w, "subject", subject.qualified);
    sma_jw_member_string(w, "mode", sma_str_z(sma_mode_name(mode)));
    sma_jw_name(w, "config");
    sma_jw_object_open(w);
    st = sma_config_write(w, call->arena, &config, SMA_LEVEL_MEMBER, false, err);
    sma_jw_object_close(w);
    sma_jw_name(w, "chain");
    sma_jw_array_open(w);
    for (size_t i = 0; !st && i < scopes.count; i++)
        st = write_scope(call, scopes.items[i], err);
    sma_jw_array_close(w);
    write_defaults(call);
    sma_jw_object_close(w);
    return st;
}
