/* Reading: what ids and guids stand for. */
#include "core/hash/hash.h"
#include "registry/codes.h"
#include "registry/read.h"

/* The row under which `subject` carries the id in its context. */
static enum sma_status read_bound(struct sma_version *out, struct sma_loader *loader,
                                  const struct sma_subject *subject, int32_t id,
                                  struct sma_error *err)
{
    sma_loader_depend_on_id(loader, subject->context, id);
    return sma_view_id_subject(loader->view, loader->arena, subject->context, id,
                               subject->qualified, out, err);
}

static enum sma_status read_anywhere(struct sma_version *out, struct sma_loader *loader,
                                     const struct sma_subject *subject, int32_t id,
                                     struct sma_error *err)
{
    struct sma_str *contexts;
    size_t count;
    enum sma_status st = read_bound(out, loader, subject, id, err);
    if (st != SMA_ENOTFOUND)
        return st;
    st = sma_loader_contexts(&contexts, &count, loader, err);
    for (size_t i = 1; !st && i < count; i++) {
        struct sma_subject elsewhere;
        st = sma_subject_make(&elsewhere, loader->arena, contexts[i], subject->name, err);
        if (!st)
            st = read_bound(out, loader, &elsewhere, id, err);
        if (st != SMA_ENOTFOUND)
            return st;
        st = SMA_OK;
    }
    return st ? st : sma_loader_id(out, loader, SMA_CONTEXT_DEFAULT, id, err);
}

enum sma_status sma_read_id(struct sma_version *out, struct sma_loader *loader,
                            const struct sma_subject *subject, int32_t id, struct sma_error *err)
{
    enum sma_status st;
    if (!subject || !subject->name.len)
        st = sma_loader_id(out, loader, subject ? subject->context : SMA_CONTEXT_DEFAULT, id, err);
    else if (!sma_subject_is_default_context(subject))
        st = read_bound(out, loader, subject, id, err);
    else
        st = read_anywhere(out, loader, subject, id, err);
    if (st == SMA_ENOTFOUND)
        return sma_refuse(err, SMA_CODE_SCHEMA_NOT_FOUND, "Schema %d not found", id);
    return st;
}

enum sma_status sma_read_id_versions(struct sma_version **out, size_t *count,
                                     struct sma_loader *loader, const struct sma_subject *subject,
                                     int32_t id, bool with_deleted, struct sma_error *err)
{
    struct sma_error problem = SMA_ERROR_INIT;
    struct sma_version row;
    struct sma_subject place;
    enum sma_status st = sma_read_id(&row, loader, subject, id, &problem);
    if (st == SMA_ENOTFOUND)
        return sma_refuse(err, SMA_CODE_SCHEMA_NOT_FOUND, "Schema not found");
    if (st)
        return sma_fail(err, st, "%s", problem.message);
    st = sma_subject_parse(&place, loader->arena, row.subject, err);
    if (!st)
        st = sma_loader_id_versions(out, count, loader, place.context, id,
                                    with_deleted ? SMA_WITH_DELETED : SMA_LIVE, err);
    return st;
}

enum sma_status sma_read_guid(struct sma_version *out, struct sma_loader *loader,
                              struct sma_str guid, struct sma_error *err)
{
    uint8_t hash[SMA_HASH_LEN];
    enum sma_status st = SMA_ENOTFOUND;
    if (sma_uuid_parse(hash, guid))
        st = sma_loader_guid(out, loader, hash, err);
    if (st == SMA_ENOTFOUND)
        return sma_refuse(err, SMA_CODE_SCHEMA_NOT_FOUND, "Schema %.*s not found",
                          SMA_STR_ARG(guid));
    return st;
}

enum sma_status sma_read_guid_ids(struct sma_context_id **out, size_t *count,
                                  struct sma_loader *loader, struct sma_str guid,
                                  struct sma_error *err)
{
    uint8_t hash[SMA_HASH_LEN];
    if (!sma_uuid_parse(hash, guid)) {
        *out = NULL;
        *count = 0;
        return SMA_OK;
    }
    return sma_view_guid_ids(loader->view, loader->arena, hash, out, count, err);
}
