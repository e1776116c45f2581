/* Reading: configuration and mode of a scope. */
#include "registry/codes.h"
#include "registry/internal.h"
#include "registry/read.h"

/* The global settings always resolve to something. */
static bool is_global(const struct sma_subject *scope)
{
    return !scope->qualified.len || sma_subject_is_global_context(scope);
}

enum sma_status sma_read_config(struct sma_config *out, struct sma_loader *loader,
                                const struct sma_subject *scope, bool default_to_global,
                                struct sma_error *err)
{
    struct sma_config config = {0};
    if (default_to_global)
        return sma_scope_config(out, loader, scope, err);
    enum sma_status st = sma_scope_own_config(&config, loader, scope->qualified, err);
    if (st == SMA_ENOTFOUND && !is_global(scope))
        return sma_refuse(err, SMA_CODE_SUBJECT_CONFIG_NOT_FOUND,
                          "Subject '%.*s' does not have subject-level compatibility configured",
                          SMA_STR_ARG(scope->qualified));
    if (st && st != SMA_ENOTFOUND)
        return st;
    if (!config.has_level) {
        config.has_level = true;
        config.level = loader->registry->options.default_level;
    }
    *out = config;
    return SMA_OK;
}

enum sma_status sma_read_mode(enum sma_mode *out, struct sma_loader *loader,
                              const struct sma_subject *scope, bool default_to_global,
                              struct sma_error *err)
{
    if (default_to_global)
        return sma_scope_mode(out, loader, scope, err);
    enum sma_status st = sma_scope_own_mode(out, loader, scope->qualified, err);
    if (st != SMA_ENOTFOUND)
        return st;
    if (!is_global(scope))
        return sma_refuse(err, SMA_CODE_SUBJECT_MODE_NOT_FOUND,
                          "Subject '%.*s' does not have subject-level mode configured",
                          SMA_STR_ARG(scope->qualified));
    *out = SMA_MODE_READWRITE;
    return SMA_OK;
}
