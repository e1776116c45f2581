#include "cli/deploy.h"

#include <pthread.h>
#include <stdlib.h>

#include "cli/progress.h"
#include "core/json/writer.h"

/* ---- collecting ---- */

struct walk {
    struct sma_deploy *deploy;
    size_t depth;
};

/* The file of the tree behind a resolved reference; NULL when the registry's own. */
static struct sma_file *file_behind(const struct sma_side *side,
                                    const struct sma_reference *reference)
{
    struct sma_file *usual = sma_map_get(&side->by_subject, reference->subject);
    if (usual && !usual->is_remote && !usual->version && reference->version == 1)
        return usual;
    for (size_t i = 0; i < side->count; i++) {
        struct sma_file *file = side->files[i];
        int32_t version = file->version ? file->version : 1;
        if (!file->is_remote && !file->is_history && version == reference->version &&
            sma_str_eq(file->subject, reference->subject))
            return file;
    }
    return NULL;
}

void sma_deploy_init(struct sma_deploy *deploy, struct sma_session *session)
{
    *deploy = (struct sma_deploy){
        .session = session, .metadata = SMA_STR(""), .rule_set = SMA_STR("")};
    sma_map_init(&deploy->by_path);
}

void sma_deploy_fini(struct sma_deploy *deploy)
{
    sma_map_fini(&deploy->by_path);
}

static enum sma_status visit(struct walk *w, struct sma_file *file, bool is_chosen, size_t *index);

static enum sma_status visit_needs(struct walk *w, struct sma_deploy_item *item)
{
    struct sma_session *s = w->deploy->session;
    size_t count = item->source.reference_count;
    enum sma_status st = SMA_OK;
    item->needs = sma_arena_calloc(&s->arena, count + 1, sizeof *item->needs);
    if (!item->needs)
        return sma_fail_nomem(&s->err);
    for (size_t i = 0; !st && i < count; i++) {
        struct sma_file *file = file_behind(&s->side, &item->source.references[i]);
        if (file && file != item->file)
            st = visit(w, file, false, &item->needs[i]);
    }
    return st;
}

/* Building has found cycles and bounded the depth: what is built can be walked. */
static enum sma_status visit(struct walk *w, struct sma_file *file, bool is_chosen, size_t *index)
{
    struct sma_deploy *d = w->deploy;
    struct sma_session *s = d->session;
    struct sma_deploy_item item = {.file = file, .is_chosen = is_chosen};
    struct sma_error why = SMA_ERROR_INIT;
    enum sma_build_fault fault = SMA_FAULT_NONE;
    *index = (size_t)(uintptr_t)sma_map_get(&d->by_path, file->path);
    if (*index) {
        d->items[*index - 1].is_chosen |= is_chosen;
        return SMA_OK;
    }
    enum sma_status st = sma_side_build(&s->side, file, &fault, &why, &s->err);
    item.is_broken = fault != SMA_FAULT_NONE;
    if (!st && !fault)
        st = sma_side_source(&item.source, &s->side, file, &fault, &why, &s->err);
    if (!st && !fault)
        st = visit_needs(w, &item);
    if (st)
        return st;
    struct sma_deploy_item *grown = sma_arena_grow(&s->arena, d->items, d->count, &d->capacity,
                                                   d->count + 1, sizeof *grown);
    if (!grown)
        return sma_fail_nomem(&s->err);
    d->items = grown;
    grown[d->count++] = item;
    file->is_selected = true;
    *index = d->count;
    return sma_map_put(&d->by_path, file->path, (void *)(uintptr_t)*index)
               ? SMA_OK
               : sma_fail_nomem(&s->err);
}

/* Versions of one subject go in by their numbers; the rest in the order of the tree. */
static int by_version(const void *a, const void *b)
{
    const struct sma_file *x = *(struct sma_file *const *)a, *y = *(struct sma_file *const *)b;
    int order = x->version && y->version ? sma_str_cmp(x->subject, y->subject) : 0;
    if (!x->version != !y->version)
        return x->version ? 1 : -1;
    if (!order && x->version != y->version)
        order = x->version < y->version ? -1 : 1;
    return order ? order : sma_str_cmp(x->path, y->path);
}

enum sma_status sma_deploy_collect(struct sma_deploy *deploy)
{
    struct walk w = {.deploy = deploy};
    struct sma_session *s = deploy->session;
    struct sma_file **files = sma_arena_calloc(&s->arena, s->side.count + 1, sizeof *files);
    size_t count = 0, unused;
    enum sma_status st = files ? SMA_OK : sma_fail_nomem(&s->err);
    for (size_t i = 0; !st && i < s->side.count; i++)
        if (s->side.files[i]->is_selected)
            files[count++] = s->side.files[i];
    if (count)
        qsort(files, count, sizeof *files, by_version);
    for (size_t i = 0; !st && i < count; i++)
        st = visit(&w, files[i], true, &unused);
    return st;
}

/* ---- what is sent ---- */

struct sma_str sma_metadata_json(struct sma_arena *arena, const struct sma_strings *pairs)
{
    struct sma_buf out;
    struct sma_json_writer w;
    struct sma_str text;
    if (!pairs->count)
        return SMA_STR("");
    sma_buf_init(&out, 0);
    w = sma_json_writer_on(&out);
    sma_jw_object_open(&w);
    sma_jw_name(&w, "properties");
    sma_jw_object_open(&w);
    for (size_t i = 0; i + 1 < pairs->count; i += 2) {
        sma_jw_name_str(&w, pairs->items[i]);
        sma_jw_string(&w, pairs->items[i + 1]);
    }
    sma_jw_object_close(&w);
    sma_jw_object_close(&w);
    text = sma_buf_failed(&out) ? sma_str_make(NULL, 0) : sma_arena_copy(arena, sma_buf_str(&out));
    sma_buf_fini(&out);
    return text;
}

static const struct sma_project_subject *project_subject(const struct sma_deploy *deploy,
                                                         struct sma_str subject)
{
    const struct sma_project *project = &deploy->session->project;
    for (size_t i = 0; i < project->subject_count; i++)
        if (sma_str_eq(project->subjects[i].name, subject))
            return &project->subjects[i];
    return NULL;
}

static void put_references(struct sma_json_writer *w, const struct sma_deploy *deploy,
                           const struct sma_deploy_item *item)
{
    sma_jw_name(w, "references");
    sma_jw_array_open(w);
    for (size_t i = 0; i < item->source.reference_count; i++) {
        const struct sma_reference *reference = &item->source.references[i];
        size_t need = item->needs[i];
        sma_jw_object_open(w);
        sma_jw_member_string(w, "name", reference->name);
        sma_jw_member_string(w, "subject", reference->subject);
        sma_jw_member_i64(w, "version",
                          need ? deploy->items[need - 1].version : reference->version);
        sma_jw_object_close(w);
    }
    sma_jw_array_close(w);
}

static enum sma_status put_metadata(struct sma_json_writer *w, const struct sma_deploy *deploy,
                                    const struct sma_deploy_item *item)
{
    const struct sma_project_subject *subject = project_subject(deploy, item->file->subject);
    struct sma_str metadata = deploy->metadata;
    if (!metadata.len && subject) {
        metadata = sma_metadata_json(&deploy->session->arena, &subject->metadata);
        if (!metadata.ptr)
            return sma_fail_nomem(&deploy->session->err);
    }
    if (metadata.len)
        sma_jw_member_raw(w, "metadata", metadata);
    return SMA_OK;
}

/* with_numbers: a registration, not a question. */
static enum sma_status make_body(struct sma_str *out, const struct sma_deploy *deploy,
                                 const struct sma_deploy_item *item, bool with_numbers)
{
    struct sma_session *s = deploy->session;
    struct sma_buf buf;
    sma_buf_init(&buf, 0);
    struct sma_json_writer w = sma_json_writer_on(&buf);
    sma_jw_object_open(&w);
    sma_jw_member_string(&w, "schemaType", sma_str_z(item->file->format->name));
    if (item->source.reference_count)
        put_references(&w, deploy, item);
    enum sma_status st = put_metadata(&w, deploy, item);
    if (deploy->rule_set.len)
        sma_jw_member_raw(&w, "ruleSet", deploy->rule_set);
    if (with_numbers && deploy->version)
        sma_jw_member_i64(&w, "version", deploy->version);
    if (with_numbers && deploy->id)
        sma_jw_member_i64(&w, "id", deploy->id);
    sma_jw_member_string(&w, "schema", item->file->text);
    sma_jw_object_close(&w);
    *out = sma_buf_failed(&buf) ? sma_str_make(NULL, 0)
                                : sma_arena_copy(&s->arena, sma_buf_str(&buf));
    sma_buf_fini(&buf);
    return st || out->ptr ? st : sma_fail_nomem(&s->err);
}

static const char *normalize_query(const struct sma_deploy *deploy, struct sma_str subject)
{
    const struct sma_project_subject *own = project_subject(deploy, subject);
    bool yes = deploy->normalize || (own && sma_str_eqz(own->normalize, "true"));
    return yes ? "?normalize=true" : "";
}

/* ---- comparing ---- */

/* A refusal of one schema is the item's; what is left is about the run. */
static enum sma_status take_refusal(struct sma_deploy *deploy, struct sma_deploy_item *item,
                                    const struct sma_remote_answer *answer, struct sma_error *err)
{
    struct sma_session *s = deploy->session;
    struct sma_error why = SMA_ERROR_INIT;
    enum sma_status st = sma_remote_refused(s->remote, answer, &why);
    item->state = SMA_DEPLOY_FAILED;
    item->code = (enum sma_exit)sma_cli_exit_code(st, &why);
    item->why = sma_remote_reason(&s->arena, answer);
    return item->why.ptr ? SMA_OK : sma_fail_nomem(err);
}

bool sma_deploy_is_blocked(struct sma_deploy *deploy, struct sma_deploy_item *item)
{
    for (size_t i = 0; i < item->source.reference_count; i++) {
        const struct sma_deploy_item *need =
            item->needs[i] ? &deploy->items[item->needs[i] - 1] : NULL;
        if (!need || need->state != SMA_DEPLOY_FAILED)
            continue;
        item->state = SMA_DEPLOY_FAILED;
        item->code = need->code;
        item->why = sma_arena_printf(&deploy->session->arena, "it refers to %.*s, which failed",
                                     SMA_STR_ARG(need->file->subject));
        return true;
    }
    return false;
}

bool sma_deploy_did_something(const struct sma_deploy *deploy)
{
    for (size_t i = 0; i < deploy->count; i++)
        if (deploy->items[i].state == SMA_DEPLOY_DONE)
            return true;
    return false;
}

static bool needs_are_there(const struct sma_deploy *deploy, const struct sma_deploy_item *item)
{
    for (size_t i = 0; i < item->source.reference_count; i++)
        if (item->needs[i] && !deploy->items[item->needs[i] - 1].version)
            return false;
    return true;
}

/* One look-up: what is asked, and about what. */
struct question {
    struct sma_deploy_item *item;
    struct sma_str path, body;
};

static enum sma_status make_question(struct question *out, const struct sma_deploy *deploy,
                                     struct sma_deploy_item *item)
{
    struct sma_session *s = deploy->session;
    struct sma_str subject = item->file->subject;
    out->item = item;
    out->path = sma_remote_path(&s->arena, "/subjects/%s%z", subject,
                                normalize_query(deploy, subject));
    return make_body(&out->body, deploy, item, false);
}

static enum sma_status take_answer(struct sma_deploy *deploy, struct sma_deploy_item *item,
                                   const struct sma_remote_answer *answer, struct sma_error *err)
{
    if (answer->status == 404) {
        item->state = SMA_DEPLOY_NEW_VERSION;
        return SMA_OK;
    }
    if (answer->status >= 400)
        return take_refusal(deploy, item, answer, err);
    item->state = SMA_DEPLOY_UNCHANGED;
    if (!sma_json_i32(sma_json_getz(answer->body, "version"), &item->version) ||
        !sma_json_i32(sma_json_getz(answer->body, "id"), &item->id))
        return sma_remote_fail(err, SMA_EIO, SMA_EXIT_UNREACHABLE,
                               "%s answered a look-up of %.*s without version and id",
                               sma_remote_url(deploy->session->remote),
                               SMA_STR_ARG(item->file->subject));
    return SMA_OK;
}

static enum sma_status look_up(struct sma_deploy *deploy, struct sma_deploy_item *item)
{
    struct sma_session *s = deploy->session;
    struct sma_remote_answer answer;
    struct question question;
    enum sma_status st = make_question(&question, deploy, item);
    if (!st)
        st = sma_remote_call(s->remote, &s->arena, "POST", question.path, question.body, &answer,
                             &s->err);
    return st ? st : take_answer(deploy, item, &answer, &s->err);
}

/* ---- many look-ups at a time ---- */

struct asking {
    struct sma_deploy *deploy;
    struct question *questions;
    size_t count;
    bool *is_decided; /* per item */
    pthread_mutex_t mutex; /* of the items and the session's arena */
    struct sma_progress progress;
    size_t done; /* in earlier rounds */
};

static enum sma_status answer_one(void *ctx, size_t i, struct sma_error *err)
{
    struct asking *a = ctx;
    const struct question *question = &a->questions[i];
    struct sma_remote_answer answer;
    struct sma_arena arena;
    sma_arena_init(&arena, 0);
    enum sma_status st = sma_remote_call(a->deploy->session->remote, &arena, "POST",
                                         question->path, question->body, &answer, err);
    pthread_mutex_lock(&a->mutex);
    if (!st)
        st = take_answer(a->deploy, question->item, &answer, err);
    pthread_mutex_unlock(&a->mutex);
    sma_arena_fini(&arena);
    return st;
}

static void tell(void *ctx, size_t done, size_t count)
{
    struct asking *a = ctx;
    (void)count;
    sma_progress_step(&a->progress, a->done + done, a->deploy->count);
}

static bool needs_are_decided(const struct asking *a, const struct sma_deploy_item *item)
{
    for (size_t i = 0; i < item->source.reference_count; i++)
        if (item->needs[i] && !a->is_decided[item->needs[i] - 1])
            return false;
    return true;
}

/* What can be asked now: everything whose references have their versions. What cannot be in the
 * registry, because its subject or something it refers to is not, is decided without asking. */
static enum sma_status collect_questions(struct asking *a)
{
    struct sma_deploy *d = a->deploy;
    enum sma_status st = SMA_OK;
    a->count = 0;
    for (size_t i = 0; !st && i < d->count; i++) {
        struct sma_deploy_item *item = &d->items[i];
        if (a->is_decided[i] || !needs_are_decided(a, item))
            continue;
        bool is_asked = !item->is_broken && !sma_deploy_is_blocked(d, item) && item->newest &&
                        needs_are_there(d, item);
        if (is_asked)
            st = make_question(&a->questions[a->count++], d, item);
        else
            a->is_decided[i] = true;
    }
    return st;
}

/* Round by round along the references. */
static enum sma_status ask_all(struct asking *a)
{
    struct sma_deploy *d = a->deploy;
    enum sma_status st = collect_questions(a);
    while (!st && a->count) {
        st = sma_remote_each(d->session->remote, a->count, answer_one, tell, a, &d->session->err);
        a->done += a->count;
        for (size_t i = 0; i < a->count; i++)
            a->is_decided[a->questions[i].item - d->items] = true;
        if (!st)
            st = collect_questions(a);
    }
    return st;
}

static enum sma_status find_newest(struct sma_deploy *deploy)
{
    struct sma_session *s = deploy->session;
    struct sma_fetch *newest = sma_arena_calloc(&s->arena, deploy->count + 1, sizeof *newest);
    enum sma_status st = newest ? SMA_OK : sma_fail_nomem(&s->err);
    for (size_t i = 0; !st && i < deploy->count; i++)
        newest[i].subject = deploy->items[i].file->subject;
    if (!st)
        st = sma_remote_fetch(s->remote, &s->arena, s->arguments, newest, deploy->count, false,
                              &s->err);
    for (size_t i = 0; !st && i < deploy->count; i++) {
        struct sma_deploy_item *item = &deploy->items[i];
        item->newest = newest[i].is_missing ? 0 : newest[i].schema.version;
        item->state = item->newest ? SMA_DEPLOY_NEW_VERSION : SMA_DEPLOY_NEW_SUBJECT;
    }
    return st;
}

enum sma_status sma_deploy_compare(struct sma_deploy *deploy)
{
    struct sma_session *s = deploy->session;
    struct asking a = {.deploy = deploy};
    enum sma_status st = find_newest(deploy);
    if (st)
        return st;
    a.questions = sma_arena_calloc(&s->arena, deploy->count + 1, sizeof *a.questions);
    a.is_decided = sma_arena_calloc(&s->arena, deploy->count + 1, sizeof *a.is_decided);
    if (!a.questions || !a.is_decided)
        return sma_fail_nomem(&s->err);
    pthread_mutex_init(&a.mutex, NULL);
    sma_progress_start(&a.progress, s->arguments, "comparing schemas");
    st = ask_all(&a);
    sma_progress_end(&a.progress);
    pthread_mutex_destroy(&a.mutex);
    return st;
}

/* ---- trying and doing ---- */

static enum sma_status join_messages(struct sma_session *s, struct sma_str *out,
                                     const struct sma_json *messages)
{
    struct sma_buf buf;
    sma_buf_init(&buf, 0);
    for (uint32_t i = 0; sma_json_is(messages, SMA_JSON_ARRAY) && i < messages->count; i++)
        if (messages->items[i].type == SMA_JSON_STRING) {
            sma_buf_putz(&buf, buf.len ? "; " : "");
            sma_buf_puts(&buf, messages->items[i].text);
        }
    if (!buf.len)
        sma_buf_putz(&buf, "incompatible");
    *out = sma_buf_failed(&buf) ? sma_str_make(NULL, 0)
                                : sma_remote_shown(&s->arena, sma_buf_str(&buf));
    sma_buf_fini(&buf);
    return out->ptr ? SMA_OK : sma_fail_nomem(&s->err);
}

enum sma_status sma_deploy_try(struct sma_deploy *deploy, struct sma_deploy_item *item,
                               struct sma_str *refusal)
{
    struct sma_session *s = deploy->session;
    struct sma_remote_answer answer;
    struct sma_str body;
    *refusal = SMA_STR("");
    if (!needs_are_there(deploy, item) || !item->newest)
        return SMA_OK;
    enum sma_status st = make_body(&body, deploy, item, false);
    if (!st)
        st = sma_remote_call(s->remote, &s->arena, "POST",
                             sma_remote_path(&s->arena,
                                             "/compatibility/subjects/%s/versions?verbose=true",
                                             item->file->subject),
                             body, &answer, &s->err);
    if (st)
        return st;
    if (answer.status >= 400) {
        st = take_refusal(deploy, item, &answer, &s->err);
        *refusal = item->why;
        return st;
    }
    const struct sma_json *verdict = sma_json_getz(answer.body, "is_compatible");
    if (sma_json_is(verdict, SMA_JSON_BOOL) && !verdict->boolean)
        st = join_messages(s, refusal, sma_json_getz(answer.body, "messages"));
    return st;
}

enum sma_status sma_deploy_register(struct sma_deploy *deploy, struct sma_deploy_item *item)
{
    struct sma_session *s = deploy->session;
    struct sma_remote_answer answer;
    struct sma_str body, subject = item->file->subject;
    enum sma_status st = make_body(&body, deploy, item, true);
    if (!st)
        st = sma_remote_call(s->remote, &s->arena, "POST",
                             sma_remote_path(&s->arena, "/subjects/%s/versions%z", subject,
                                             normalize_query(deploy, subject)),
                             body, &answer, &s->err);
    if (st)
        return st;
    if (answer.status >= 400)
        return take_refusal(deploy, item, &answer, &s->err);
    if (!sma_json_i32(sma_json_getz(answer.body, "id"), &item->id))
        return sma_remote_fail(&s->err, SMA_EIO, SMA_EXIT_UNREACHABLE,
                               "%s answered a registration of %.*s without an id",
                               sma_remote_url(s->remote), SMA_STR_ARG(subject));
    /* Older registries say the id alone. */
    if (!sma_json_i32(sma_json_getz(answer.body, "version"), &item->version)) {
        st = look_up(deploy, item);
        if (!st && item->state != SMA_DEPLOY_UNCHANGED)
            st = sma_remote_fail(&s->err, SMA_EIO, SMA_EXIT_UNREACHABLE,
                                 "%s registered %.*s as id %d and does not find it",
                                 sma_remote_url(s->remote), SMA_STR_ARG(subject), item->id);
    }
    if (!st)
        item->state = SMA_DEPLOY_DONE;
    return st;
}
