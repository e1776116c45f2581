#include "registry/lookup.h"

#include "registry/codes.h"
#include "registry/internal.h"
#include "registry/read.h"

/* ---- under one subject --------------------------------------------------------------------------
 */

static enum sma_status match_latest(struct sma_version *out, struct sma_loader *loader,
                                    struct sma_candidate *candidate,
                                    const struct sma_subject *subject, struct sma_error *err)
{
    struct sma_version latest;
    bool is_same = false;
    enum sma_status st = sma_loader_latest(&latest, loader, subject->qualified, SMA_LIVE, err);
    if (!st)
        st = sma_candidate_matches(&is_same, candidate, loader, &latest, err);
    if (st)
        return st;
    if (!is_same)
        return SMA_ENOTFOUND;
    *out = latest;
    return SMA_OK;
}

/* A row of another type may share the text and so the hash; it counts here (confluent-rest 7.4). */
static enum sma_status match_hash(struct sma_version *out, struct sma_loader *loader,
                                  const struct sma_candidate *candidate,
                                  const struct sma_subject *subject, enum sma_deleted deleted,
                                  struct sma_error *err)
{
    struct sma_version *rows;
    size_t count;
    sma_loader_depend(loader, "s:", subject->qualified);
    enum sma_status st =
        sma_view_versions_by_hash(loader->view, loader->arena, subject->qualified,
                                  candidate->content.hash, deleted, &rows, &count, err);
    if (st)
        return st;
    for (size_t i = 0; i < count; i++)
        if (sma_content_equal(&rows[i].content, &candidate->content)) {
            *out = rows[i];
            return SMA_OK;
        }
    return SMA_ENOTFOUND;
}

static enum sma_status match_any(struct sma_version *out, struct sma_loader *loader,
                                 struct sma_candidate *candidate, const struct sma_subject *subject,
                                 enum sma_deleted deleted, struct sma_error *err)
{
    struct sma_version_number *numbers;
    size_t count;
    enum sma_status st =
        sma_loader_versions(&numbers, &count, loader, subject->qualified, deleted, err);
    return st ? st
              : sma_candidate_find(out, candidate, loader, subject->qualified, numbers, count, err);
}

enum sma_status sma_lookup_under(struct sma_version *out, bool *by_hash, struct sma_loader *loader,
                                 struct sma_candidate *candidate, const struct sma_subject *subject,
                                 enum sma_deleted deleted, bool is_latest_only,
                                 struct sma_error *err)
{
    *by_hash = false;
    if (is_latest_only)
        return match_latest(out, loader, candidate, subject, err);
    enum sma_status st = match_hash(out, loader, candidate, subject, deleted, err);
    *by_hash = !st;
    if (st == SMA_ENOTFOUND)
        st = match_any(out, loader, candidate, subject, deleted, err);
    return st;
}

enum sma_status sma_lookup_how(struct sma_parse_how *how, struct sma_config *config,
                               enum sma_mode *mode, struct sma_loader *loader,
                               const struct sma_subject *subject, bool normalize,
                               struct sma_error *err)
{
    enum sma_status st = sma_scope_config(config, loader, subject, err);
    if (!st)
        st = sma_scope_mode(mode, loader, subject, err);
    if (st)
        return st;
    *how = (struct sma_parse_how){
        .is_unchecked = *mode == SMA_MODE_IMPORT,
        .validate_fields = config->validate_fields == SMA_UNSET
                               ? loader->registry->options.validate_fields
                               : config->validate_fields == SMA_TRUE,
        .normalize = normalize || config->normalize == SMA_TRUE,
    };
    return SMA_OK;
}

bool sma_config_validates_new(const struct sma_config *config, const struct sma_registry *registry)
{
    return config->validate_new_schemas == SMA_UNSET ? registry->options.validate_new_schemas
                                                     : config->validate_new_schemas == SMA_TRUE;
}

/* ---- the use case -------------------------------------------------------------------------------
 */

/* The second attempt: with the metadata and rules that a registration would fill in. */
static enum sma_status match_completed(struct sma_version *out, bool *by_hash,
                                       struct sma_loader *loader, struct sma_candidate *candidate,
                                       const struct sma_subject *subject,
                                       const struct sma_config *config, enum sma_deleted deleted,
                                       struct sma_error *err)
{
    struct sma_version latest;
    struct sma_contract contract = {candidate->metadata, candidate->rule_set};
    enum sma_status st = sma_loader_latest(&latest, loader, subject->qualified, SMA_LIVE, err);
    if (!st)
        st = sma_contract_complete(&contract, loader->arena, config, &latest, 0, 0, false, err);
    if (st)
        return st;
    if (contract.metadata == candidate->metadata && contract.rule_set == candidate->rule_set)
        return SMA_ENOTFOUND;
    st = sma_candidate_set_contract(candidate, loader->arena, contract.metadata, contract.rule_set,
                                    err);
    return st ? st
              : sma_lookup_under(out, by_hash, loader, candidate, subject, deleted, false, err);
}

static enum sma_status lookup_in(struct sma_found_schema *out, struct sma_loader *loader,
                                 const struct sma_subject *subject,
                                 const struct sma_schema_request *request, bool normalize,
                                 enum sma_deleted deleted, struct sma_error *err)
{
    struct sma_candidate candidate = {.schema = NULL};
    struct sma_parse_how how;
    struct sma_config config;
    enum sma_mode mode;
    bool by_hash = false;
    enum sma_status st = sma_lookup_how(&how, &config, &mode, loader, subject, normalize, err);
    if (!st)
        st = sma_candidate_make(&candidate, loader, subject->context, request, &how, err);
    if (!st)
        st =
            sma_lookup_under(&out->row, &by_hash, loader, &candidate, subject, deleted, false, err);
    if (st == SMA_ENOTFOUND && candidate.schema)
        st = match_completed(&out->row, &by_hash, loader, &candidate, subject, &config, deleted,
                             err);
    out->is_stored_row = !by_hash;
    sma_candidate_fini(&candidate);
    return st;
}

enum sma_status sma_lookup(struct sma_found_schema *out, struct sma_loader *loader,
                           const struct sma_subject *subject,
                           const struct sma_schema_request *request, bool normalize,
                           bool with_deleted, struct sma_error *err)
{
    enum sma_deleted deleted = with_deleted ? SMA_WITH_DELETED : SMA_LIVE;
    struct sma_subject_search search = {.subject = *subject};
    struct sma_subject tried;
    struct sma_error first = SMA_ERROR_INIT;
    bool is_known = false;
    enum sma_status st;
    while (!(st = sma_subject_search_next(&search, &tried, loader, deleted, err))) {
        struct sma_error problem = SMA_ERROR_INIT;
        is_known = is_known || sma_str_eq(tried.qualified, subject->qualified);
        st = lookup_in(out, loader, &tried, request, normalize, deleted, &problem);
        if (!st)
            return SMA_OK;
        if (problem.status && !first.status)
            first = problem;
        if (st != SMA_ENOTFOUND && st != SMA_EINVAL)
            break;
    }
    if (st != SMA_ENOTFOUND && st != SMA_EINVAL && !first.status)
        return st;
    /* Nobody has it. A subject that is not there is one thing, a schema that is none another: the
     * schema is looked at in any case. */
    if (!first.status && !is_known) {
        struct sma_candidate candidate = {.schema = NULL};
        st = sma_candidate_make(&candidate, loader, subject->context, request,
                                &(struct sma_parse_how){.is_new = false}, &first);
        sma_candidate_fini(&candidate);
    }
    if (first.status) {
        if (err && !err->status)
            *err = first;
        return first.status;
    }
    if (is_known)
        return sma_refuse(err, SMA_CODE_SCHEMA_NOT_FOUND, "Schema not found");
    return sma_refuse(err, SMA_CODE_SUBJECT_NOT_FOUND, "Subject '%.*s' not found.",
                      SMA_STR_ARG(subject->qualified));
}
