#include "cli/harvest.h"

#include <pthread.h>
#include <stdlib.h>

#include "cli/progress.h"

struct wanted {
    struct sma_str subject;
    int32_t version;
    bool is_deleted;
};

struct harvest {
    struct sma_remote_session *session;
    struct sma_archive *archive;
    struct sma_progress progress;
    bool deleted, has_no_modes;
    struct sma_strings subjects;
    struct sma_strings scopes; /* that may have settings: subjects, contexts, "" */
    struct wanted *wanted;
    size_t wanted_count, wanted_capacity;
    pthread_mutex_t mutex; /* around the session's arena and all that grows in it */
};

static void after(void *ctx, size_t done, size_t count)
{
    struct harvest *h = ctx;
    sma_progress_step(&h->progress, done, count);
}

static enum sma_status in_parallel(struct harvest *h, size_t count, const char *what,
                                   enum sma_status (*work)(void *ctx, size_t i,
                                                           struct sma_error *err))
{
    struct sma_remote_session *s = h->session;
    sma_progress_start(&h->progress, s->arguments, what);
    enum sma_status st = sma_remote_each(s->remote, count, work, after, h, &s->err);
    sma_progress_end(&h->progress);
    return st;
}

/* ---- versions of subjects ---- */

static bool has_number(const struct sma_numbers *numbers, int32_t number)
{
    for (size_t i = 0; i < numbers->count; i++)
        if (numbers->items[i] == number)
            return true;
    return false;
}

static enum sma_status want(struct harvest *h, struct sma_str subject, int32_t version,
                            bool is_deleted, struct sma_error *err)
{
    struct wanted *grown =
        sma_arena_grow(&h->session->arena, h->wanted, h->wanted_count, &h->wanted_capacity,
                       h->wanted_count + 1, sizeof *grown);
    if (!grown)
        return sma_fail_nomem(err);
    if (h->wanted_count >= SMA_ARCHIVE_SCHEMAS_MAX)
        return sma_fail(err, SMA_ELIMIT, "more than %u schemas", SMA_ARCHIVE_SCHEMAS_MAX);
    h->wanted = grown;
    grown[h->wanted_count++] = (struct wanted){subject, version, is_deleted};
    return SMA_OK;
}

/* Gone between two questions: no error, there is just nothing to export. */
static enum sma_status forgive_absence(enum sma_status st, struct sma_numbers *numbers,
                                       struct sma_error *err)
{
    if (st != SMA_ENOTFOUND)
        return st;
    sma_error_clear(err);
    *numbers = (struct sma_numbers){NULL, 0};
    return SMA_OK;
}

static enum sma_status list_versions(void *ctx, size_t i, struct sma_error *err)
{
    struct harvest *h = ctx;
    struct sma_remote *remote = h->session->remote;
    struct sma_str subject = h->subjects.items[i];
    struct sma_numbers live, all;
    struct sma_arena arena;
    sma_arena_init(&arena, 0);
    enum sma_status st = sma_remote_versions(&live, remote, &arena, subject, SMA_REMOTE_LIVE, err);
    st = forgive_absence(st, &live, err);
    all = live;
    if (!st && h->deleted) {
        st = sma_remote_versions(&all, remote, &arena, subject, SMA_REMOTE_WITH_DELETED, err);
        st = forgive_absence(st, &all, err);
    }
    pthread_mutex_lock(&h->mutex);
    for (size_t v = 0; !st && v < all.count; v++)
        st = want(h, subject, all.items[v], !has_number(&live, all.items[v]), err);
    pthread_mutex_unlock(&h->mutex);
    sma_arena_fini(&arena);
    return st;
}

/* ---- schemas ---- */

static struct sma_str own(struct sma_arena *arena, struct sma_str text, bool *failed)
{
    struct sma_str copy = sma_arena_copy(arena, text);
    *failed |= !copy.ptr;
    return copy;
}

static const struct sma_json *own_json(struct sma_arena *arena, const struct sma_json *value,
                                       bool *failed)
{
    const struct sma_json *copy = value ? sma_json_copy(arena, value, SMA_STR("")) : NULL;
    *failed |= value && !copy;
    return copy;
}

/* Moves a schema from the arena of a call into the archive's. */
static enum sma_status keep(struct harvest *h, const struct sma_remote_schema *from,
                            const struct wanted *wanted, struct sma_error *err)
{
    struct sma_arena *arena = &h->session->arena;
    bool failed = false;
    struct sma_reference *references =
        sma_arena_calloc(arena, from->reference_count + 1, sizeof *references);
    for (size_t i = 0; references && i < from->reference_count; i++)
        references[i] = (struct sma_reference){
            .name = own(arena, from->references[i].name, &failed),
            .subject = own(arena, from->references[i].subject, &failed),
            .version = from->references[i].version,
        };
    struct sma_archive_schema schema = {
        .subject = wanted->subject,
        .version = wanted->version,
        .id = from->id,
        .type = own(arena, from->type, &failed),
        .text = own(arena, from->text, &failed),
        .guid = own(arena, from->guid, &failed),
        .references = references,
        .reference_count = from->reference_count,
        .metadata = own_json(arena, from->metadata, &failed),
        .rule_set = own_json(arena, from->rule_set, &failed),
        .is_deleted = wanted->is_deleted || from->is_deleted,
    };
    return failed || !references ? sma_fail_nomem(err)
                                 : sma_archive_put(h->archive, &schema, err);
}

static enum sma_status fetch_schema(void *ctx, size_t i, struct sma_error *err)
{
    struct harvest *h = ctx;
    struct wanted *wanted = &h->wanted[i];
    struct sma_remote_schema schema;
    struct sma_arena arena;
    sma_arena_init(&arena, 0);
    enum sma_status st =
        sma_remote_version(&schema, h->session->remote, &arena, wanted->subject, wanted->version,
                           h->deleted || wanted->is_deleted, err);
    if (st == SMA_ENOTFOUND) {
        sma_error_clear(err);
        st = SMA_OK;
    } else if (!st) {
        pthread_mutex_lock(&h->mutex);
        st = keep(h, &schema, wanted, err);
        pthread_mutex_unlock(&h->mutex);
    }
    sma_arena_fini(&arena);
    return st;
}

/* What the schemas so far refer to and is not there: more to fetch. */
static enum sma_status want_targets(struct harvest *h)
{
    struct sma_archive *a = h->archive;
    struct sma_error *err = &h->session->err;
    struct sma_map asked;
    enum sma_status st = SMA_OK;
    sma_map_init(&asked);
    h->wanted_count = 0;
    for (size_t i = 0; !st && i < a->schema_count; i++)
        for (size_t r = 0; !st && r < a->schemas[i].reference_count; r++) {
            const struct sma_reference *reference = &a->schemas[i].references[r];
            struct sma_str subject = sma_archive_target(a->arena, &a->schemas[i], reference);
            if (!subject.ptr || sma_archive_find(a, subject, reference->version))
                continue;
            struct sma_str key = sma_arena_printf(a->arena, "%.*s@%d", SMA_STR_ARG(subject),
                                                  reference->version);
            int added = key.ptr ? sma_map_add(&asked, key, h) : -1;
            if (added > 0)
                st = want(h, subject, reference->version, false, err);
            else if (added < 0)
                st = sma_fail_nomem(err);
        }
    sma_map_fini(&asked);
    return st;
}

static enum sma_status fetch_all(struct harvest *h)
{
    enum sma_status st = in_parallel(h, h->wanted_count, "fetching schemas", fetch_schema);
    for (size_t before = 0; !st && before < h->archive->schema_count;) {
        before = h->archive->schema_count;
        st = want_targets(h);
        if (!st && h->wanted_count) {
            h->deleted = true; /* a target may be soft-deleted */
            st = in_parallel(h, h->wanted_count, "fetching what they refer to", fetch_schema);
        }
    }
    return st;
}

/* ---- settings ---- */

static struct sma_str setting_path(struct sma_arena *arena, const char *what, struct sma_str scope)
{
    return scope.len ? sma_remote_path(arena, "/%z/%s", what, scope)
                     : sma_remote_path(arena, "/%z", what);
}

static enum sma_status fetch_setting(struct harvest *h, struct sma_str scope, bool is_mode,
                                     struct sma_error *err)
{
    struct sma_remote_answer answer;
    struct sma_arena arena;
    struct sma_archive_setting setting = {.subject = scope};
    sma_arena_init(&arena, 0);
    enum sma_status st = sma_remote_try(h->session->remote, &arena, "GET",
                                        setting_path(&arena, is_mode ? "mode" : "config", scope),
                                        SMA_STR(""), &answer, err);
    bool is_there = !st && answer.status == 200 && sma_json_is(answer.body, SMA_JSON_OBJECT);
    pthread_mutex_lock(&h->mutex);
    h->has_no_modes |= !st && is_mode && !answer.body;
    if (is_there) {
        bool failed = false;
        const struct sma_json *mode = sma_json_getz(answer.body, "mode");
        if (is_mode && sma_json_is(mode, SMA_JSON_STRING))
            setting.mode = own(&h->session->arena, mode->text, &failed);
        else if (!is_mode)
            setting.config = own_json(&h->session->arena, answer.body, &failed);
        st = failed ? sma_fail_nomem(err) : SMA_OK;
        if (!st && (setting.config || setting.mode.len))
            st = sma_archive_set(h->archive, &setting, is_mode, err);
    }
    pthread_mutex_unlock(&h->mutex);
    sma_arena_fini(&arena);
    return st;
}

static enum sma_status fetch_settings(void *ctx, size_t i, struct sma_error *err)
{
    struct harvest *h = ctx;
    enum sma_status st = fetch_setting(h, h->scopes.items[i], false, err);
    return st ? st : fetch_setting(h, h->scopes.items[i], true, err);
}

static int by_subject(const void *a, const void *b)
{
    const struct sma_archive_setting *x = a, *y = b;
    return sma_str_cmp(x->subject, y->subject);
}

/* Answers came in any order; a file should not differ for that. */
static void sort_settings(struct sma_archive *archive)
{
    if (archive->config_count)
        qsort(archive->configs, archive->config_count, sizeof *archive->configs, by_subject);
    if (archive->mode_count)
        qsort(archive->modes, archive->mode_count, sizeof *archive->modes, by_subject);
}

/* ---- all of it ---- */

/* Registries without contexts answer anything; that means the default one only. */
static enum sma_status list_contexts(struct harvest *h)
{
    struct sma_remote_session *s = h->session;
    struct sma_remote_answer answer;
    if (*sma_remote_context(s->remote))
        return SMA_OK;
    enum sma_status st = sma_remote_try(s->remote, &s->arena, "GET", SMA_STR("/contexts"),
                                        SMA_STR(""), &answer, &s->err);
    if (st || answer.status != 200 || !sma_json_is(answer.body, SMA_JSON_ARRAY))
        return st;
    for (uint32_t i = 0; !st && i < answer.body->count; i++) {
        struct sma_str context = answer.body->items[i].text;
        if (answer.body->items[i].type != SMA_JSON_STRING || sma_str_eqz(context, "."))
            continue;
        st = sma_archive_add_context(h->archive, context, &s->err);
        struct sma_str scope = sma_arena_printf(&s->arena, ":%.*s:", SMA_STR_ARG(context));
        if (!st)
            st = scope.ptr ? sma_strings_add(&h->scopes, &s->arena, scope, &s->err)
                           : sma_fail_nomem(&s->err);
    }
    return st;
}

enum sma_status sma_harvest_subjects(struct sma_strings *out, struct sma_remote_session *s,
                                     struct sma_str pattern, bool deleted)
{
    enum sma_remote_deleted which = deleted ? SMA_REMOTE_WITH_DELETED : SMA_REMOTE_LIVE;
    struct sma_strings elsewhere = {NULL, 0, 0};
    enum sma_status st =
        sma_remote_subjects(out, s->remote, &s->arena, pattern, which, &s->err);
    if (!st && !pattern.len && !*sma_remote_context(s->remote))
        st = sma_remote_subjects(&elsewhere, s->remote, &s->arena, SMA_STR(":*"), which, &s->err);
    for (size_t i = 0; !st && i < elsewhere.count; i++)
        st = sma_strings_add(out, &s->arena, elsewhere.items[i], &s->err);
    return st;
}

enum sma_status sma_harvest(struct sma_archive *out, struct sma_remote_session *s,
                            struct sma_str pattern, bool deleted)
{
    struct harvest h = {.session = s, .archive = out, .deleted = deleted};
    pthread_mutex_init(&h.mutex, NULL);
    out->source = sma_str_z(sma_remote_url(s->remote));
    enum sma_status st = SMA_OK;
    if (!pattern.len)
        st = sma_strings_add(&h.scopes, &s->arena, SMA_STR(""), &s->err);
    if (!st && !pattern.len)
        st = list_contexts(&h);
    if (!st)
        st = sma_harvest_subjects(&h.subjects, s, pattern, deleted);
    for (size_t i = 0; !st && i < h.subjects.count; i++)
        st = sma_strings_add(&h.scopes, &s->arena, h.subjects.items[i], &s->err);
    if (!st)
        st = in_parallel(&h, h.subjects.count, "listing versions", list_versions);
    if (!st)
        st = fetch_all(&h);
    if (!st)
        st = in_parallel(&h, h.scopes.count, "fetching levels and modes", fetch_settings);
    if (!st && h.has_no_modes)
        fprintf(stderr, "schemata: this registry has no modes; none are exported\n");
    sort_settings(out);
    pthread_mutex_destroy(&h.mutex);
    return st;
}
