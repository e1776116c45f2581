/* Changing and removing a scope's configuration (confluent-rest 4.5, 12). Merged on a snapshot,
 * recorded when nothing has moved since. */
#include "registry/codes.h"
#include "registry/internal.h"
#include "registry/op.h"
#include "registry/read.h"
#include "registry/write.h"
#include "store/record.h"

struct config_op {
    struct sma_op op;
    const struct sma_subject *scope;
    const struct sma_config_update *update; /* NULL = remove */
    sma_config_fn *fn;
    void *ctx;
    struct sma_config config; /* merged, or removed */
    struct sma_buf value;     /* of the record */
};

static void reset(struct sma_op *base)
{
    sma_buf_fini(&((struct config_op *)base)->value);
}

static void finish(struct sma_op *base, enum sma_status st, const struct sma_error *err)
{
    struct config_op *op = (struct config_op *)base;
    struct sma_failure failure = {st, err, sma_str_z(err->message)};
    op->fn(op->ctx, st ? NULL : &op->config, st ? &failure : NULL);
    sma_op_free(base);
}

static enum sma_status watch_mode(struct sma_op *op, const struct sma_subject *scope,
                                  struct sma_error *err)
{
    struct sma_scopes scopes;
    enum sma_status st = sma_scopes_of(&scopes, &op->arena, scope, err);
    for (size_t i = 0; !st && i < scopes.count; i++)
        st = sma_op_watch(op, "m:", scopes.items[i], err);
    return st ? st : sma_op_watch(op, "c:", scope->qualified, err);
}

static bool is_removal(const struct config_op *op)
{
    return !op->update;
}

/* ---- update -------------------------------------------------------------------------------------
 */

/* What the switch for rule sets makes of the update. */
static enum sma_status admit_rules(struct sma_config_update *update,
                                   const struct sma_registry_options *options,
                                   struct sma_arena *arena, struct sma_error *err)
{
    struct sma_config *values = &update->values;
    if (options->rule_sets == SMA_RULES_DROP)
        values->default_rule_set = values->override_rule_set = NULL;
    if (options->rule_sets == SMA_RULES_REFUSE &&
        (values->default_rule_set || values->override_rule_set))
        return sma_refuse(err, SMA_CODE_INVALID_RULE_SET, "This registry takes no rule sets");
    enum sma_status st = sma_rule_set_name_keks(&values->default_rule_set, arena, err);
    if (!st)
        st = sma_rule_set_name_keks(&values->override_rule_set, arena, err);
    if (!st)
        st = sma_rule_set_validate(values->default_rule_set, err);
    return st ? st : sma_rule_set_validate(values->override_rule_set, err);
}

static enum sma_status merge(struct config_op *op, struct sma_loader *loader, struct sma_error *err)
{
    struct sma_config_update update = *op->update;
    struct sma_record_config record;
    enum sma_status st = admit_rules(&update, &op->op.registry->options, loader->arena, err);
    if (!st && !sma_subject_is_configurable(op->scope))
        st = sma_refuse(err, SMA_CODE_INVALID_SUBJECT,
                        "The specified subject '%.*s' is not a valid.",
                        SMA_STR_ARG(op->scope->qualified));
    if (!st)
        st = sma_scope_must_be_writable(loader, op->scope, err);
    if (!st)
        st = sma_scope_own_config(&op->config, loader, op->scope->qualified, err);
    if (st == SMA_ENOTFOUND) {
        op->config = (struct sma_config){0};
        st = SMA_OK;
    }
    if (st)
        return st;
    sma_config_apply(&op->config, &update);
    st = sma_config_record(&record, loader->arena, &op->config, err);
    if (!st)
        sma_record_config_value(&op->value, op->scope->qualified, &record);
    return st;
}

static enum sma_status remove_own(struct config_op *op, struct sma_loader *loader,
                                  struct sma_error *err)
{
    bool is_global = !op->scope->qualified.len || sma_subject_is_global_context(op->scope);
    enum sma_status st = sma_scope_must_be_writable(loader, op->scope, err);
    if (!st)
        st = sma_scope_own_config(&op->config, loader, op->scope->qualified, err);
    if (st == SMA_ENOTFOUND &&
        is_global) { /* nothing to remove: the server's default was in force */
        op->op.is_settled = true;
        return sma_read_config(&op->config, loader, op->scope, false, err);
    }
    if (st == SMA_ENOTFOUND)
        return sma_subject_not_found(op->scope, err);
    if (!st && !op->config.has_level) {
        op->config.has_level = true;
        op->config.level = op->op.registry->options.default_level;
    }
    return st;
}

static enum sma_status prepare(struct sma_op *base, struct sma_loader *loader,
                               struct sma_error *err)
{
    struct config_op *op = (struct config_op *)base;
    sma_buf_init(&op->value, 0);
    enum sma_status st = is_removal(op) ? remove_own(op, loader, err) : merge(op, loader, err);
    return st ? st : watch_mode(base, op->scope, err);
}

static enum sma_status commit(struct sma_op *base, struct sma_txn *txn, struct sma_error *err)
{
    struct config_op *op = (struct config_op *)base;
    struct sma_buf key;
    sma_buf_init(&key, 0);
    sma_record_config_key(&key, op->scope->qualified);
    enum sma_status st = sma_op_append(txn, &key, is_removal(op) ? NULL : &op->value, err);
    sma_buf_fini(&key);
    return st;
}

/* ---- entry --------------------------------------------------------------------------------------
 */

static const struct sma_op_kind kind = {prepare, commit, finish, reset};

void sma_config_put(struct sma_registry *registry, const struct sma_subject *scope,
                    const struct sma_config_update *update, sma_config_fn *fn, void *ctx)
{
    struct config_op *op = sma_op_new(sizeof *op, &kind, registry);
    if (!op) {
        struct sma_error err = SMA_ERROR_INIT;
        struct sma_failure failure = {sma_fail_nomem(&err), &err, sma_str_z(err.message)};
        fn(ctx, NULL, &failure);
        return;
    }
    op->scope = scope;
    op->update = update;
    op->fn = fn;
    op->ctx = ctx;
    sma_op_start(&op->op);
}

void sma_config_remove(struct sma_registry *registry, const struct sma_subject *scope,
                       sma_config_fn *fn, void *ctx)
{
    sma_config_put(registry, scope, NULL, fn, ctx);
}
