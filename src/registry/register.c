/* Registration: the decision (confluent-rest 7.1, steps 1 to 12). Steps 11 and 13 to 15, which the
 * writer takes, are in assign.c. */
#include "registry/register.h"

#include "registry/association.h"
#include "registry/check.h"
#include "registry/codes.h"
#include "registry/internal.h"
#include "registry/read.h"

/* ---- answering ----------------------------------------------------------------------------------
 */

static void settle(struct sma_register_op *op, const struct sma_version *row, bool is_stored_row)
{
    op->result = (struct sma_registered){.schema = {*row, is_stored_row}};
    op->is_settled = true;
}

void sma_register_reset(struct sma_register_op *op)
{
    sma_candidate_fini(&op->candidate);
    op->message = (struct sma_str){NULL, 0};
    op->depends = (struct sma_depends){.count = 0};
    op->is_settled = false;
}

/* ---- what can be said without looking at the state
 * ------------------------------------------------ */

static enum sma_status check_subject(const struct sma_register_op *op, struct sma_error *err)
{
    const struct sma_subject *subject = op->request->subject;
    if (sma_subject_is_registrable(subject, op->op->registry->options.reject_empty_subject))
        return SMA_OK;
    return sma_refuse(err, SMA_CODE_INVALID_SUBJECT, "The specified subject '%.*s' is not a valid.",
                      SMA_STR_ARG(subject->qualified));
}

static enum sma_status check_request(struct sma_register_op *op, struct sma_loader *loader,
                                     struct sma_error *err)
{
    const struct sma_registry_options *options = &op->op->registry->options;
    enum sma_status st = SMA_OK;
    op->schema = op->request->schema;
    if (options->rule_sets == SMA_RULES_DROP)
        op->schema.rule_set = NULL;
    if (op->request->revision) {
        st = check_subject(op, err);
        if (!st)
            st = sma_register_revise(op, loader, err);
    }
    if (!st && op->schema.rule_set && options->rule_sets == SMA_RULES_REFUSE)
        st = sma_refuse(err, SMA_CODE_INVALID_RULE_SET, "This registry takes no rule sets");
    if (!st)
        st = sma_rule_set_name_keks(&op->schema.rule_set, loader->arena, err);
    if (!st)
        st = sma_rule_set_validate(op->schema.rule_set, err);
    return st ? st : check_subject(op, err);
}

/* ---- fast path ----------------------------------------------------------------------------------
 */

/* Version `v` of the subject, when it is live and carries what was found. */
static enum sma_status same_at_version(struct sma_register_op *op, struct sma_loader *loader,
                                       const struct sma_version *found, struct sma_error *err)
{
    const struct sma_version *row;
    enum sma_status st =
        sma_loader_row(&row, loader, op->request->subject->qualified, op->schema.version, err);
    if (st)
        return st == SMA_ENOTFOUND ? SMA_OK : st;
    if (!row->is_deleted && row->id == found->id &&
        !memcmp(row->content.hash, found->content.hash, SMA_HASH_LEN))
        settle(op, row, true);
    return SMA_OK;
}

/* Step 1. An existing version is answered in every mode. */
static enum sma_status try_fast_path(struct sma_register_op *op, struct sma_loader *loader,
                                     struct sma_candidate *candidate, struct sma_error *err)
{
    const struct sma_schema_request *schema = &op->schema;
    struct sma_version found;
    bool by_hash;
    if (sma_config_has_contract(&op->config))
        return SMA_OK;
    enum sma_status st = sma_lookup_under(&found, &by_hash, loader, candidate, op->request->subject,
                                          SMA_LIVE, schema->version == SMA_LATEST, err);
    if (st)
        return st == SMA_ENOTFOUND ? SMA_OK : st;
    if (schema->version == 0 || schema->version == SMA_LATEST) {
        if (schema->id < 0 || schema->id == found.id)
            settle(op, &found, !by_hash);
    } else if (schema->id == found.id && schema->version == found.version) {
        settle(op, &found, !by_hash);
    } else if (schema->id == found.id && schema->version > 0) {
        return same_at_version(op, loader, &found, err);
    }
    return SMA_OK;
}

/* Makes the candidate and tries the fast path with it. A schema that fails only the rules for new
 * ones may still be registered already: then the lax reading finds it, and else the strict
 * complaint stands. */
static enum sma_status look_first(struct sma_register_op *op, struct sma_loader *loader,
                                  const struct sma_parse_how *how, struct sma_error *err)
{
    struct sma_str context = op->request->subject->context;
    struct sma_candidate lax = {.schema = NULL};
    struct sma_parse_how relaxed = *how;
    struct sma_error strict = SMA_ERROR_INIT;
    enum sma_status st =
        sma_candidate_make(&op->candidate, loader, context, &op->schema, how, &strict);
    if (!st)
        return try_fast_path(op, loader, &op->candidate, err);
    relaxed.is_new = false;
    if (st == SMA_EINVAL && how->is_new &&
        !sma_candidate_make(&lax, loader, context, &op->schema, &relaxed, NULL)) {
        enum sma_status looked = try_fast_path(op, loader, &lax, err);
        /* The answer points into the schema: it must outlive this. */
        op->candidate = lax;
        if (looked || op->is_settled)
            return looked;
    }
    if (err && !err->status)
        *err = strict;
    return st;
}

/* ---- decision -----------------------------------------------------------------------------------
 */

/* Step 3. */
static enum sma_status check_mode(const struct sma_register_op *op, struct sma_arena *arena,
                                  struct sma_error *err)
{
    const char *ending = NULL;
    if (sma_mode_is_readonly(op->mode))
        ending = "in read-only mode";
    else if (op->schema.id >= 0 && !sma_mode_is_replica(op->mode))
        ending = "not in import mode";
    else if (op->schema.id < 0 && op->mode != SMA_MODE_READWRITE)
        ending = "not in read-write mode";
    return ending ? sma_scope_refuse(arena, op->request->subject, ending, err) : SMA_OK;
}

/* The newest live one; NULL when there is none. */
static enum sma_status newest_live(const struct sma_version **out, struct sma_register_op *op,
                                   struct sma_loader *loader, struct sma_error *err)
{
    *out = NULL;
    for (size_t i = op->version_count; i--;)
        if (!op->versions[i].is_deleted)
            return sma_loader_row(out, loader, op->request->subject->qualified,
                                  op->versions[i].version, err);
    return SMA_OK;
}

/* Step 4. */
static enum sma_status read_versions(struct sma_register_op *op, struct sma_loader *loader,
                                     int32_t *next, struct sma_error *err)
{
    enum sma_status st =
        sma_loader_versions(&op->versions, &op->version_count, loader,
                            op->request->subject->qualified, SMA_WITH_DELETED, err);
    if (st)
        return st;
    int32_t last = op->version_count ? op->versions[op->version_count - 1].version : 0;
    if (last == INT32_MAX)
        return sma_fail(err, SMA_ELIMIT, "the subject's version numbers are used up");
    *next = last < 1 ? 1 : last + 1;
    return SMA_OK;
}

static bool has_text(const struct sma_register_op *op)
{
    return sma_str_trim(op->schema.text).len > 0;
}

/* Steps 5 and 6: the request completed from the newest live version and the settings, its tags
 * edited. */
static enum sma_status complete(struct sma_register_op *op, struct sma_loader *loader,
                                const struct sma_parse_how *how, int32_t next,
                                struct sma_error *err)
{
    const struct sma_version *latest;
    struct sma_contract contract = {op->schema.metadata, op->schema.rule_set};
    enum sma_status st = newest_live(&latest, op, loader, err);
    if (!st && !op->candidate.schema) {
        if (latest && !has_text(op)) /* the newest version's is meant */
            sma_schema_request_take(&op->schema, latest);
        if (has_text(op))
            st = sma_tags_edit(&op->schema, loader, op->request->subject->context,
                               &op->request->tags, latest, err);
    }
    if (!st && !op->candidate.schema)
        st = sma_candidate_make(&op->candidate, loader, op->request->subject->context, &op->schema,
                                how, err);
    if (!st)
        st = sma_contract_complete(&contract, loader->arena, &op->config, latest,
                                   op->schema.version, next, true, err);
    if (st || (contract.metadata == op->candidate.metadata &&
               contract.rule_set == op->candidate.rule_set))
        return st;
    return sma_candidate_set_contract(&op->candidate, loader->arena, contract.metadata,
                                      contract.rule_set, err);
}

/* Step 7. */
static enum sma_status may_refer(const struct sma_register_op *op, struct sma_loader *loader,
                                 struct sma_error *err)
{
    const struct sma_closure *closure = &op->candidate.closure;
    enum sma_status st = SMA_OK;
    for (size_t i = 0; !st && i < closure->direct_count; i++)
        st = sma_assoc_may_refer(loader->view, loader->arena, closure->targets[i].subject, err);
    return st;
}

/* The live version of the subject that has the id. */
static const struct sma_version_number *live_with_id(const struct sma_register_op *op, int32_t id)
{
    for (size_t i = op->version_count; i--;)
        if (!op->versions[i].is_deleted && op->versions[i].id == id)
            return &op->versions[i];
    return NULL;
}

/* Step 8. `known` is the context's id for the content, or 0. */
static enum sma_status match_known_id(struct sma_register_op *op, struct sma_loader *loader,
                                      int32_t known, struct sma_error *err)
{
    const struct sma_version *row;
    if (!known || (op->id >= 0 && op->id != known))
        return SMA_OK;
    const struct sma_version_number *live = live_with_id(op, known);
    if (op->schema.version || !live)
        return SMA_OK;
    enum sma_status st =
        sma_loader_row(&row, loader, op->request->subject->qualified, live->version, err);
    if (!st)
        settle(op, row, false);
    return st;
}

/* The live versions, ascending; of those that carry `id`, when it is above 0. */
static enum sma_status live_versions(struct sma_version_number **out, size_t *count,
                                     struct sma_register_op *op, int32_t id, struct sma_error *err)
{
    struct sma_version_number *live =
        sma_arena_calloc(&op->op->arena, op->version_count + 1, sizeof *live);
    if (!live)
        return sma_fail_nomem(err);
    *count = 0;
    for (size_t i = 0; i < op->version_count; i++)
        if (!op->versions[i].is_deleted && (id <= 0 || op->versions[i].id == id))
            live[(*count)++] = op->versions[i];
    *out = live;
    return SMA_OK;
}

/* Step 9. */
static enum sma_status match_live(struct sma_register_op *op, struct sma_loader *loader, int32_t id,
                                  struct sma_error *err)
{
    struct sma_version_number *live = NULL;
    struct sma_version row;
    size_t count = 0;
    enum sma_status st = live_versions(&live, &count, op, id, err);
    if (!st)
        st = sma_candidate_find(&row, &op->candidate, loader, op->request->subject->qualified, live,
                                count, err);
    if (!st)
        settle(op, &row, true);
    return st == SMA_ENOTFOUND ? SMA_OK : st;
}

/* Step 10. */
static enum sma_status refuse_incompatible(struct sma_register_op *op,
                                           const struct sma_check_result *check,
                                           struct sma_error *err)
{
    struct sma_buf text;
    sma_buf_init(&text, 0);
    sma_buf_putz(&text, "Schema being registered is incompatible with an earlier schema for "
                        "subject \"");
    sma_buf_puts(&text, op->request->subject->qualified);
    sma_buf_putz(&text, "\", details: [");
    for (size_t i = 0; i < check->message_count; i++) {
        if (i)
            sma_buf_putz(&text, ", ");
        sma_buf_puts(&text, check->messages[i]);
    }
    sma_buf_putc(&text, ']');
    if (!sma_buf_failed(&text))
        op->message = sma_arena_copy(&op->op->arena, sma_buf_str(&text));
    sma_buf_fini(&text);
    if (!op->message.ptr)
        return sma_fail_nomem(err);
    return sma_refuse(err, SMA_CODE_INCOMPATIBLE, "%.*s", SMA_STR_ARG(op->message));
}

static enum sma_status check_compatibility(struct sma_register_op *op, struct sma_loader *loader,
                                           const struct sma_parse_how *how, struct sma_error *err)
{
    struct sma_check_result result;
    size_t count = 0;
    if (sma_mode_is_replica(op->mode) || op->request->force)
        return SMA_OK;
    struct sma_version_number *live =
        sma_arena_calloc(loader->arena, op->version_count + 1, sizeof *live);
    if (!live)
        return sma_fail_nomem(err);
    for (size_t i = 0; i < op->version_count; i++)
        if (!op->versions[i].is_deleted)
            live[count++] = op->versions[i];
    enum sma_status st = sma_check_candidate(&result, loader, &op->candidate, op->request->subject,
                                             &op->config, how->validate_fields, live, count, err);
    if (!st && !result.is_compatible)
        st = refuse_incompatible(op, &result, err);
    return st;
}

/* Step 12. */
static enum sma_status choose_version(struct sma_register_op *op, int32_t next,
                                      struct sma_error *err)
{
    op->version = op->schema.version > 0 ? op->schema.version : next;
    if (op->version != next && !sma_mode_is_replica(op->mode))
        return sma_refuse(err, SMA_CODE_INVALID_SCHEMA,
                          "Version is not one more than previous version");
    return SMA_OK;
}

/* Everything the decision rested on, for the writer to look at again. */
static enum sma_status watch(struct sma_register_op *op, struct sma_error *err)
{
    struct sma_scopes scopes;
    const struct sma_subject *subject = op->request->subject;
    enum sma_status st = sma_scopes_of(&scopes, &op->op->arena, subject, err);
    if (!st)
        st = sma_op_watch(op->op, "s:", subject->qualified, err);
    for (size_t i = 0; !st && i < scopes.count; i++) {
        st = sma_op_watch(op->op, "c:", scopes.items[i], err);
        if (!st)
            st = sma_op_watch(op->op, "m:", scopes.items[i], err);
    }
    /* A subject's own configuration falls back to the global one from every context. */
    if (!st && !sma_subject_is_default_context(subject))
        st = sma_op_watch(op->op, "c:", SMA_STR(""), err);
    return st;
}

static enum sma_status find_context(struct sma_register_op *op, struct sma_loader *loader,
                                    struct sma_error *err)
{
    struct sma_str *contexts;
    size_t count;
    op->knows_context = sma_subject_is_default_context(op->request->subject);
    if (op->knows_context)
        return SMA_OK;
    enum sma_status st = sma_loader_contexts(&contexts, &count, loader, err);
    for (size_t i = 0; !st && i < count; i++)
        if (sma_str_eq(contexts[i], op->request->subject->context))
            op->knows_context = true;
    return st;
}

/* Steps 4 to 12, when the fast path found nothing. */
static enum sma_status decide(struct sma_register_op *op, struct sma_loader *loader,
                              const struct sma_parse_how *how, struct sma_error *err)
{
    int32_t next = 0, known = 0;
    enum sma_status st = check_mode(op, loader->arena, err);
    if (!st)
        st = read_versions(op, loader, &next, err);
    if (!st && !sma_mode_is_replica(op->mode))
        st = complete(op, loader, how, next, err);
    else if (!st && !op->candidate.schema)
        st = sma_refuse(err, SMA_CODE_INVALID_SCHEMA, "Empty schema");
    if (!st)
        st = may_refer(op, loader, err);
    if (!st)
        st = sma_register_known_id(&known, loader->view, loader->arena,
                                   op->request->subject->context, &op->candidate.content, err);
    if (!st)
        st = match_known_id(op, loader, known, err);
    if (!st && !op->is_settled && !op->schema.version)
        st = match_live(op, loader, op->id >= 0 ? op->id : known, err);
    if (st || op->is_settled)
        return st;
    st = check_compatibility(op, loader, how, err);
    if (!st)
        st = sma_store_seal(&op->candidate.content.sealed, op->op->registry->options.store,
                            &op->op->arena, op->candidate.content.metadata, err);
    if (!st)
        st = choose_version(op, next, err);
    if (!st)
        st = find_context(op, loader, err);
    return st ? st : watch(op, err);
}

/* What is going to be edited is not looked up first. Replicas take schemas as they come. */
static bool is_as_given(const struct sma_register_op *op)
{
    return has_text(op) && !op->request->revision &&
           (!sma_tag_changes_any(&op->request->tags) || sma_mode_is_replica(op->mode));
}

enum sma_status sma_register_prepare(struct sma_register_op *op, struct sma_loader *loader,
                                     struct sma_error *err)
{
    struct sma_parse_how how;
    enum sma_status st = check_request(op, loader, err);
    if (!st)
        st = sma_lookup_how(&how, &op->config, &op->mode, loader, op->request->subject,
                            op->request->normalize, err);
    if (st)
        return st;
    how.is_new = op->schema.id < 0 && op->mode == SMA_MODE_READWRITE &&
                 sma_config_validates_new(&op->config, op->op->registry);
    op->id = op->mode == SMA_MODE_IMPORT ? op->schema.id : -1;
    if (is_as_given(op))
        st = look_first(op, loader, &how, err);
    if (!st && op->is_settled)
        op->depends = loader->depends;
    if (st || op->is_settled)
        return st;
    return decide(op, loader, &how, err);
}

/* ---- a registration alone ---------------------------------------------------------------------
 */

struct alone {
    struct sma_op op;
    struct sma_register_op registration;
    sma_registered_fn *fn;
    void *ctx;
};

static enum sma_status prepare(struct sma_op *base, struct sma_loader *loader,
                               struct sma_error *err)
{
    struct sma_register_op *registration = &((struct alone *)base)->registration;
    enum sma_status st = sma_register_prepare(registration, loader, err);
    base->is_settled = registration->is_settled;
    return st;
}

static enum sma_status commit(struct sma_op *base, struct sma_txn *txn, struct sma_error *err)
{
    return sma_register_commit(&((struct alone *)base)->registration, txn, err);
}

static void finish(struct sma_op *base, enum sma_status st, const struct sma_error *err)
{
    struct alone *alone = (struct alone *)base;
    struct sma_register_op *op = &alone->registration;
    if (st) {
        struct sma_failure failure = {st, err,
                                      op->message.ptr ? op->message : sma_str_z(err->message)};
        alone->fn(alone->ctx, NULL, &failure);
    } else {
        if (op->result.is_new)
            atomic_fetch_add(&base->registry->registered, 1);
        op->result.depends = &op->depends;
        alone->fn(alone->ctx, &op->result, NULL);
    }
    sma_op_free(base);
}

static void reset(struct sma_op *base)
{
    sma_register_reset(&((struct alone *)base)->registration);
}

void sma_register(struct sma_registry *registry, const struct sma_register_request *request,
                  sma_registered_fn *fn, void *ctx)
{
    static const struct sma_op_kind kind = {prepare, commit, finish, reset};
    struct alone *alone = sma_op_new(sizeof *alone, &kind, registry);
    if (!alone) {
        struct sma_error err = SMA_ERROR_INIT;
        struct sma_failure failure = {sma_fail_nomem(&err), &err, sma_str_z(err.message)};
        fn(ctx, NULL, &failure);
        return;
    }
    alone->registration.op = &alone->op;
    alone->registration.request = request;
    alone->fn = fn;
    alone->ctx = ctx;
    alone->op.lane = request->subject->qualified;
    if (!alone->op.lane.ptr)
        alone->op.lane = SMA_STR("");
    sma_op_start(&alone->op);
}
