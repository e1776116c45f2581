#include "cli/check_registry.h"

#include <pthread.h>

#include "cli/remote_settings.h"

const struct sma_level_in_force *sma_levels_find(const struct sma_levels_in_force *levels,
                                                 struct sma_str subject)
{
    for (size_t i = 0; i < levels->count; i++)
        if (levels->items[i].is_known && sma_str_eq(levels->items[i].subject, subject))
            return &levels->items[i];
    return NULL;
}

static int by_bytes(const void *a, const void *b)
{
    return sma_str_cmp(*(const struct sma_str *)a, *(const struct sma_str *)b);
}

/* Sorted, each once. */
static void make_unique(struct sma_strings *names)
{
    size_t kept = 0;
    if (names->count)
        qsort(names->items, names->count, sizeof *names->items, by_bytes);
    for (size_t i = 0; i < names->count; i++)
        if (!kept || !sma_str_eq(names->items[kept - 1], names->items[i]))
            names->items[kept++] = names->items[i];
    names->count = kept;
}

enum sma_status sma_check_subjects(struct sma_strings *out, struct sma_session *session,
                                   const struct sma_sr_ref *ref, bool all)
{
    const struct sma_side *side = &session->side;
    bool is_one = ref->kind == SMA_SR_SUBJECT && !sma_subject_is_pattern(ref->subject);
    enum sma_status st = SMA_OK;
    *out = (struct sma_strings){NULL, 0, 0};
    if (is_one)
        return sma_strings_add(out, &session->arena, ref->subject, &session->err);
    if (all)
        st = sma_remote_subjects(out, session->remote, &session->arena, ref->subject,
                                 SMA_REMOTE_LIVE, &session->err);
    for (size_t i = 0; !st && i < side->count; i++) {
        struct sma_str subject = side->files[i]->subject;
        bool is_meant = !ref->subject.len || sma_subject_match(ref->subject, subject);
        if (side->files[i]->is_selected && is_meant)
            st = sma_strings_add(out, &session->arena, subject, &session->err);
    }
    if (!st)
        make_unique(out);
    return st;
}

struct sma_str sma_check_property(const struct sma_session *session, struct sma_str subject,
                                  struct sma_str property)
{
    const struct sma_project *project = &session->project;
    const char *pair;
    for (size_t i = 0; (pair = sma_argument_nth(session->arguments, "--metadata", i)); i++) {
        ptrdiff_t equals = sma_str_chr(sma_str_z(pair), '=');
        if (equals > 0 && sma_str_eq(sma_str_head(sma_str_z(pair), (size_t)equals), property))
            return sma_str_from(sma_str_z(pair), (size_t)equals + 1);
    }
    for (size_t i = 0; i < project->subject_count; i++) {
        const struct sma_strings *pairs = &project->subjects[i].metadata;
        for (size_t k = 0; sma_str_eq(project->subjects[i].name, subject) && k + 1 < pairs->count;
             k += 2)
            if (sma_str_eq(pairs->items[k], property))
                return pairs->items[k + 1];
    }
    return sma_str_make(NULL, 0);
}

struct asking {
    struct sma_session *session;
    struct sma_levels_in_force *levels;
    const struct sma_chain *above; /* what is in force where a subject has nothing of its own */
    pthread_mutex_t mutex; /* of the session's arena */
};

static enum sma_status ask(void *ctx, size_t i, struct sma_error *err)
{
    struct asking *a = ctx;
    struct sma_level_in_force *item = &a->levels->items[i];
    struct sma_chain chain;
    struct sma_arena arena;
    sma_arena_init(&arena, 0);
    enum sma_status st = sma_remote_chain(&chain, a->session->remote, &arena, "config",
                                          "compatibilityLevel", item->subject, a->above, err);
    bool is_set = !st && chain.in_force < chain.count;
    struct sma_str group = st ? SMA_STR("") : sma_chain_text(&chain, "compatibilityGroup");
    item->is_lenient = !st && sma_str_eqz(sma_chain_text(&chain, "compatibilityPolicy"), "LENIENT");
    if (is_set && sma_level_parse(chain.links[chain.in_force].value, &item->level)) {
        struct sma_str where = chain.links[chain.in_force].where;
        pthread_mutex_lock(&a->mutex);
        item->from = sma_str_eqz(where, "global")
                         ? SMA_STR("the registry's global level")
                         : sma_arena_printf(&a->session->arena, "set on %.*s", SMA_STR_ARG(where));
        item->group = sma_arena_copy(&a->session->arena, group);
        pthread_mutex_unlock(&a->mutex);
        item->is_known = item->from.ptr && item->group.ptr;
        st = item->is_known ? SMA_OK : sma_fail_nomem(err);
    }
    sma_arena_fini(&arena);
    return st;
}

enum sma_status sma_check_levels(struct sma_levels_in_force *out, struct sma_session *session,
                                 const struct sma_strings *subjects)
{
    struct asking a = {.session = session, .levels = out};
    size_t before = out->count;
    struct sma_level_in_force *grown =
        sma_arena_calloc(&session->arena, before + subjects->count + 1, sizeof *grown);
    if (!grown)
        return sma_fail_nomem(&session->err);
    if (before)
        memcpy(grown, out->items, before * sizeof *grown);
    for (size_t i = 0; i < subjects->count; i++)
        grown[before + i].subject = subjects->items[i];
    /* The workers see the new ones only. */
    struct sma_levels_in_force fresh = {grown + before, subjects->count};
    struct sma_chain above;
    enum sma_status st = sma_remote_chain(&above, session->remote, &session->arena, "config",
                                          "compatibilityLevel", SMA_STR(""), NULL, &session->err);
    if (st)
        return st;
    a.levels = &fresh;
    a.above = &above;
    pthread_mutex_init(&a.mutex, NULL);
    st = sma_remote_each(session->remote, subjects->count, ask, NULL, &a,
                                         &session->err);
    pthread_mutex_destroy(&a.mutex);
    out->items = grown;
    out->count = before + subjects->count;
    return st;
}
