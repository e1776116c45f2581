/* Reading: what a subject's name means. */
#include "registry/codes.h"
#include "registry/read.h"

/* Only the default context's names are looked for elsewhere. */
static bool may_be_elsewhere(const struct sma_subject *subject)
{
    return sma_subject_is_default_context(subject) && subject->name.len;
}

enum sma_status sma_subject_search_next(struct sma_subject_search *search, struct sma_subject *out,
                                        struct sma_loader *loader, enum sma_deleted deleted,
                                        struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    bool is_there = false;
    if (!search->next) {
        search->next = 1;
        *out = search->subject;
        st = sma_loader_has_subject(&is_there, loader, out->qualified, deleted, err);
        if (st || is_there)
            return st;
    }
    if (!may_be_elsewhere(&search->subject))
        return SMA_ENOTFOUND;
    if (!search->contexts)
        st = sma_loader_contexts(&search->contexts, &search->count, loader, err);
    while (!st && search->next < search->count) { /* the first is the default one */
        st = sma_subject_make(out, loader->arena, search->contexts[search->next++],
                              search->subject.name, err);
        if (!st)
            st = sma_loader_has_subject(&is_there, loader, out->qualified, deleted, err);
        if (!st && is_there)
            return SMA_OK;
    }
    return st ? st : SMA_ENOTFOUND;
}

enum sma_status sma_subject_not_found(const struct sma_subject *subject, struct sma_error *err)
{
    return sma_refuse(err, SMA_CODE_SUBJECT_NOT_FOUND, "Subject '%.*s' not found.",
                      SMA_STR_ARG(subject->qualified));
}

static enum sma_status read_alias(struct sma_subject *out, struct sma_loader *loader,
                                  const struct sma_subject *subject, bool is_for_deks,
                                  struct sma_error *err)
{
    struct sma_config config;
    if (!subject->name.len) {
        *out = *subject;
        return SMA_OK;
    }
    enum sma_status st = sma_scope_own_config(&config, loader, subject->qualified, err);
    if (st && st != SMA_ENOTFOUND)
        return st;
    struct sma_str alias = st ? SMA_STR("") : config.alias;
    if (!st && is_for_deks && config.alias_for_deks.len)
        alias = config.alias_for_deks;
    if (!alias.len) {
        *out = *subject;
        return SMA_OK;
    }
    return sma_subject_resolve(out, loader->arena, subject->context, alias, err);
}

enum sma_status sma_read_alias(struct sma_subject *out, struct sma_loader *loader,
                               const struct sma_subject *subject, struct sma_error *err)
{
    return read_alias(out, loader, subject, false, err);
}

enum sma_status sma_read_alias_for_deks(struct sma_subject *out, struct sma_loader *loader,
                                        const struct sma_subject *subject, struct sma_error *err)
{
    return read_alias(out, loader, subject, true, err);
}

enum sma_status sma_read_prefix(struct sma_str *context, struct sma_str *prefix,
                                struct sma_arena *arena, struct sma_str text, struct sma_error *err)
{
    struct sma_subject subject;
    enum sma_status st = sma_subject_parse(&subject, arena, text, err);
    if (st)
        return st;
    *context = sma_str_eqz(subject.context, "*") ? (struct sma_str){NULL, 0} : subject.context;
    *prefix = subject.name;
    return SMA_OK;
}
