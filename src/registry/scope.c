#include "registry/scope.h"

#include "registry/codes.h"
#include "registry/internal.h"

static const char *const mode_names[] = {
    [SMA_MODE_READWRITE] = "READWRITE",
    [SMA_MODE_READONLY] = "READONLY",
    [SMA_MODE_READONLY_OVERRIDE] = "READONLY_OVERRIDE",
    [SMA_MODE_IMPORT] = "IMPORT",
    [SMA_MODE_FORWARD] = "FORWARD",
};

bool sma_mode_parse(struct sma_str name, enum sma_mode *out)
{
    for (size_t i = 0; i < sizeof mode_names / sizeof mode_names[0]; i++)
        if (sma_str_eq_nocase(name, sma_str_z(mode_names[i]))) {
            *out = (enum sma_mode)i;
            return true;
        }
    return false;
}

const char *sma_mode_name(enum sma_mode mode)
{
    return mode_names[mode];
}

bool sma_mode_is_readonly(enum sma_mode mode)
{
    return mode == SMA_MODE_READONLY || mode == SMA_MODE_READONLY_OVERRIDE;
}

bool sma_mode_is_replica(enum sma_mode mode)
{
    return mode == SMA_MODE_IMPORT || mode == SMA_MODE_FORWARD;
}

static void add_scope(struct sma_scopes *scopes, struct sma_str scope)
{
    for (size_t i = 0; i < scopes->count; i++)
        if (sma_str_eq(scopes->items[i], scope))
            return;
    scopes->items[scopes->count++] = scope;
}

enum sma_status sma_scopes_of(struct sma_scopes *out, struct sma_arena *arena,
                              const struct sma_subject *subject, struct sma_error *err)
{
    struct sma_scopes scopes = {.count = 0};
    struct sma_str context = sma_subject_context_scope(arena, subject);
    if (!context.ptr)
        return sma_fail_nomem(err);
    add_scope(&scopes, subject->qualified);
    add_scope(&scopes, context);
    add_scope(&scopes, SMA_SCOPE_GLOBAL_CONTEXT);
    *out = scopes;
    return SMA_OK;
}

enum sma_status sma_scope_own_config(struct sma_config *out, struct sma_loader *loader,
                                     struct sma_str scope, struct sma_error *err)
{
    struct sma_str text;
    sma_loader_depend(loader, "c:", scope);
    enum sma_status st = sma_view_config(loader->view, loader->arena, scope, &text, err);
    return st ? st : sma_config_parse(out, loader->arena, text, err);
}

enum sma_status sma_scope_own_mode(enum sma_mode *out, struct sma_loader *loader,
                                   struct sma_str scope, struct sma_error *err)
{
    struct sma_str name;
    sma_loader_depend(loader, "m:", scope);
    enum sma_status st = sma_view_mode(loader->view, loader->arena, scope, &name, err);
    if (!st && !sma_mode_parse(name, out))
        return SMA_ENOTFOUND; /* a mode of a future version: as if it were not set */
    return st;
}

/* What a subject's own configuration leaves open comes from the default context's global one. */
static void fall_back(struct sma_config *config, const struct sma_config *global)
{
    if (config->normalize == SMA_UNSET)
        config->normalize = global->normalize;
    if (config->validate_fields == SMA_UNSET)
        config->validate_fields = global->validate_fields;
    if (config->validate_new_schemas == SMA_UNSET)
        config->validate_new_schemas = global->validate_new_schemas;
    if (config->validate_rules == SMA_UNSET)
        config->validate_rules = global->validate_rules;
    if (!config->policy.ptr)
        config->policy = global->policy;
    if (!config->group.ptr)
        config->group = global->group;
}

enum sma_status sma_scope_config(struct sma_config *out, struct sma_loader *loader,
                                 const struct sma_subject *subject, struct sma_error *err)
{
    struct sma_config config = {0};
    struct sma_scopes scopes;
    size_t i = 0;
    enum sma_status st = sma_scopes_of(&scopes, loader->arena, subject, err);
    if (st)
        return st;
    for (st = SMA_ENOTFOUND; st == SMA_ENOTFOUND && i < scopes.count; i++)
        st = sma_scope_own_config(&config, loader, scopes.items[i], err);
    if (st && st != SMA_ENOTFOUND)
        return st;
    if (!st && i == 1 && subject->name.len) {
        struct sma_config global;
        st = sma_scope_own_config(&global, loader, SMA_STR(""), err);
        if (!st)
            fall_back(&config, &global);
        else if (st != SMA_ENOTFOUND)
            return st;
    }
    if (!config.has_level) {
        config.has_level = true;
        config.level = loader->registry->options.default_level;
    }
    *out = config;
    return SMA_OK;
}

enum sma_status sma_scope_mode(enum sma_mode *out, struct sma_loader *loader,
                               const struct sma_subject *subject, struct sma_error *err)
{
    struct sma_scopes scopes;
    enum sma_status st = sma_scopes_of(&scopes, loader->arena, subject, err);
    if (st)
        return st;
    for (size_t i = 0; i < scopes.count; i++) {
        st = sma_scope_own_mode(out, loader, scopes.items[i], err);
        if (st != SMA_ENOTFOUND)
            return st;
    }
    *out = SMA_MODE_READWRITE;
    return SMA_OK;
}

enum sma_status sma_scope_refuse(struct sma_arena *arena, const struct sma_subject *subject,
                                 const char *ending, struct sma_error *err)
{
    struct sma_str context = sma_subject_shown_context(arena, subject);
    struct sma_str shown = subject->qualified.len ? subject->qualified : SMA_STR("null");
    if (!context.ptr)
        return sma_fail_nomem(err);
    return sma_refuse(err, SMA_CODE_NOT_PERMITTED, "Subject %.*s in context %.*s is %s",
                      SMA_STR_ARG(shown), SMA_STR_ARG(context), ending);
}

enum sma_status sma_scope_must_be_writable(struct sma_loader *loader,
                                           const struct sma_subject *subject, struct sma_error *err)
{
    enum sma_mode mode;
    enum sma_status st = sma_scope_mode(&mode, loader, subject, err);
    if (!st && sma_mode_is_readonly(mode))
        st = sma_scope_refuse(loader->arena, subject, "in read-only mode", err);
    return st;
}
