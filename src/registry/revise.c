/* Registration of a stored version's next edition: its schema with other tags, metadata or rules
 * (confluent-rest 17.5). What comes out is an ordinary request for register.c. */
#include "registry/codes.h"
#include "registry/internal.h"
#include "registry/read.h"
#include "registry/register.h"

/* The version that is revised, live, under exactly the subject. */
static enum sma_status find_revised(struct sma_version *out, struct sma_register_op *op,
                                    struct sma_loader *loader, struct sma_error *err)
{
    const struct sma_subject *subject = op->request->subject;
    int32_t of = op->request->revision->of;
    const struct sma_version *row;
    enum sma_status st;
    bool is_there;
    if (of == SMA_LATEST) {
        st = sma_loader_latest(out, loader, subject->qualified, SMA_LIVE, err);
    } else {
        st = sma_loader_row(&row, loader, subject->qualified, of, err);
        if (!st && row->is_deleted)
            st = SMA_ENOTFOUND;
        if (!st)
            *out = *row;
    }
    if (st != SMA_ENOTFOUND)
        return st;
    st = sma_loader_has_subject(&is_there, loader, subject->qualified, SMA_LIVE, err);
    if (!st && !is_there)
        return sma_subject_not_found(subject, err);
    return st ? st : sma_refuse(err, SMA_CODE_VERSION_NOT_FOUND, "Version %d not found.", of);
}

/* The rule set of the version before the new one; NULL when there is none. */
static enum sma_status rules_before(const struct sma_rule_set **out, struct sma_register_op *op,
                                    struct sma_loader *loader, struct sma_error *err)
{
    struct sma_str subject = op->request->subject->qualified;
    struct sma_version latest;
    const struct sma_version *row = &latest;
    enum sma_status st;
    *out = NULL;
    if (op->schema.version > 0)
        st = sma_loader_row(&row, loader, subject, op->schema.version - 1, err);
    else
        st = sma_loader_latest(&latest, loader, subject, SMA_LIVE, err);
    if (st || row->is_deleted)
        return st == SMA_ENOTFOUND ? SMA_OK : st;
    return sma_rule_set_parse(out, loader->arena, row->content.rule_set, err);
}

static enum sma_status change_rules(struct sma_register_op *op, struct sma_loader *loader,
                                    struct sma_error *err)
{
    const struct sma_revision *revision = op->request->revision;
    const struct sma_rule_set *rules = NULL;
    bool drops = op->op->registry->options.rule_sets == SMA_RULES_DROP;
    if (!revision->rules_to_merge && !revision->rules_to_remove)
        return SMA_OK;
    if (op->request->schema.rule_set)
        return sma_refuse(err, SMA_CODE_INVALID_RULE_SET,
                          "ruleSet should be omitted if specifying rulesToMerge or rulesToRemove");
    enum sma_status st = rules_before(&rules, op, loader, err);
    if (!st && revision->rules_to_merge && !drops)
        st = sma_rule_set_merge(&rules, loader->arena, rules, revision->rules_to_merge, err);
    if (!st && revision->rules_to_remove)
        st = sma_rule_set_without(&rules, loader->arena, rules, revision->rules_to_remove, err);
    if (!st)
        op->schema.rule_set = rules;
    return st;
}

/* The new version's number goes into the metadata; the registration puts in the right one. */
static enum sma_status change_metadata(struct sma_register_op *op, struct sma_loader *loader,
                                       const struct sma_version *row, struct sma_error *err)
{
    const struct sma_metadata *metadata = op->schema.metadata;
    struct sma_str number = sma_arena_printf(loader->arena, "%d", op->schema.version);
    enum sma_status st = number.ptr ? SMA_OK : sma_fail_nomem(err);
    if (!st && !metadata)
        st = sma_metadata_parse(&metadata, loader->arena, row->content.metadata, err);
    if (!st)
        st = sma_metadata_with(&op->schema.metadata, loader->arena, metadata, SMA_CONFLUENT_VERSION,
                               number, err);
    return st;
}

enum sma_status sma_register_revise(struct sma_register_op *op, struct sma_loader *loader,
                                    struct sma_error *err)
{
    struct sma_version row;
    enum sma_status st = find_revised(&row, op, loader, err);
    if (st)
        return st;
    sma_schema_request_take(&op->schema, &row);
    st = change_metadata(op, loader, &row, err);
    return st ? st : change_rules(op, loader, err);
}
