/* Carrying an import out. */
#include <stdlib.h>

#include "cli/import.h"
#include "cli/interrupt.h"
#include "core/json/writer.h"

#define BATCH 256 /* subjects at a time, see "the order of work" */

struct batch {
    struct sma_import *import;
    struct sma_import_target *targets[BATCH];
    size_t count;
    bool is_deleting;
};

void sma_import_say_failure(struct sma_import *import, const struct sma_archive_schema *schema,
                            const char *why)
{
    pthread_mutex_lock(&import->mutex);
    sma_progress_end(&import->progress);
    fprintf(stderr, "schemata: %.*s@%d: %s\n", SMA_STR_ARG(schema->subject), schema->version, why);
    import->failed++;
    pthread_mutex_unlock(&import->mutex);
}

static void count_done(struct sma_import *import, size_t *which)
{
    pthread_mutex_lock(&import->mutex);
    ++*which;
    sma_progress_step(&import->progress, import->registered + import->deleted, import->due);
    pthread_mutex_unlock(&import->mutex);
}

static const char *message_of(const struct sma_remote_answer *answer, struct sma_arena *arena)
{
    const struct sma_json *message = sma_json_getz(answer->body, "message");
    struct sma_str text = sma_json_is(message, SMA_JSON_STRING)
                              ? message->text
                              : sma_arena_printf(arena, "HTTP %d", answer->status);
    struct sma_str copy = sma_arena_copy(arena, text);
    return copy.ptr ? copy.ptr : "refused";
}

/* ---- modes ---- */

static struct sma_str mode_body(struct sma_arena *arena, struct sma_str mode)
{
    return sma_arena_printf(arena, "{\"mode\":\"%.*s\"}", SMA_STR_ARG(mode));
}

/* A question about modes. A page of something else is not taken for consent. */
static enum sma_status ask_mode(struct sma_remote *remote, struct sma_arena *arena,
                                const char *method, struct sma_str path, struct sma_str body,
                                struct sma_remote_answer *answer, struct sma_error *err)
{
    enum sma_status st = sma_remote_try(remote, arena, method, path, body, answer, err);
    if (st || answer->body || answer->status >= 400)
        return st;
    return sma_remote_fail(err, SMA_EIO, SMA_EXIT_UNREACHABLE,
                           "%s answered HTTP %d with something that is no JSON",
                           sma_remote_url(remote), answer->status);
}

/* Whether the subject must be put into IMPORT mode, and what its own is. */
static enum sma_status look_at_mode(void *ctx, size_t i, struct sma_error *err)
{
    struct batch *b = ctx;
    struct sma_import *import = b->import;
    struct sma_import_target *target = b->targets[i];
    struct sma_remote_answer answer;
    struct sma_arena arena;
    target->must_open = target->is_told;
    target->is_told = false;
    if (target->is_open || target->was_open)
        return SMA_OK;
    sma_arena_init(&arena, 0);
    struct sma_str path = sma_remote_path(&arena, "/mode/%s", target->subject);
    enum sma_status st =
        ask_mode(import->s->remote, &arena, "GET", path, SMA_STR(""), &answer, err);
    const struct sma_json *mode = st ? NULL : sma_json_getz(answer.body, "mode");
    target->must_open = !st;
    if (!st && answer.status == 200 && sma_json_is(mode, SMA_JSON_STRING)) {
        pthread_mutex_lock(&import->mutex);
        target->was = sma_arena_copy(&import->s->arena, mode->text);
        pthread_mutex_unlock(&import->mutex);
        target->was_open = sma_str_eqz(target->was, "IMPORT");
        target->must_open = !target->was_open;
        st = target->was.ptr ? SMA_OK : sma_fail_nomem(err);
    }
    sma_arena_fini(&arena);
    return st;
}

/* The journal knows it by now. */
static enum sma_status open_target(struct sma_import *import, struct sma_import_target *target,
                                   struct sma_error *err)
{
    struct sma_remote_answer answer;
    struct sma_arena arena;
    if (!target->must_open)
        return SMA_OK;
    sma_arena_init(&arena, 0);
    target->must_open = false;
    target->is_open = true; /* also when the answer gets lost: better put back once too often */
    struct sma_str path = sma_remote_path(&arena, "/mode/%s?force=true", target->subject);
    enum sma_status st = ask_mode(import->s->remote, &arena, "PUT", path,
                                  mode_body(&arena, SMA_STR("IMPORT")), &answer, err);
    if (!st && answer.status >= 400) {
        target->is_open = false;
        st = sma_import_journal_closed(import, target, err);
        if (!st)
            st = sma_remote_fail(err, SMA_ECONFLICT, SMA_EXIT_REFUSED,
                                 "%.*s cannot be put into IMPORT mode (%s), and without it ids "
                                 "are not kept: --on-conflict renumber registers everything "
                                 "under new ids",
                                 SMA_STR_ARG(target->subject), message_of(&answer, &arena));
    }
    sma_arena_fini(&arena);
    return st;
}

/* The subject has no mode of its own: 40401 from DELETE, 40409 from GET. */
static bool has_no_mode(const struct sma_remote_answer *answer)
{
    return answer->code == 40401 || answer->code == 40409;
}

/* Puts the mode of before back. */
static enum sma_status close_target(struct sma_import *import, struct sma_import_target *target,
                                    struct sma_error *err)
{
    struct sma_remote_session *s = import->s;
    struct sma_remote_answer answer;
    struct sma_arena arena;
    if (!target->is_open)
        return SMA_OK;
    sma_arena_init(&arena, 0);
    struct sma_str path = sma_remote_path(&arena, "/mode/%s", target->subject);
    enum sma_status st =
        target->was.len
            ? ask_mode(s->remote, &arena, "PUT", path, mode_body(&arena, target->was), &answer, err)
            : ask_mode(s->remote, &arena, "DELETE", path, SMA_STR(""), &answer, err);
    /* A registry that cannot take a mode away: the ordinary one then. */
    if (!st && !target->was.len && answer.status >= 400 && !has_no_mode(&answer))
        st = ask_mode(s->remote, &arena, "PUT", path, mode_body(&arena, SMA_STR("READWRITE")),
                      &answer, err);
    if (!st && answer.status >= 400 && !has_no_mode(&answer))
        st = sma_remote_fail(err, SMA_ECONFLICT, SMA_EXIT_REFUSED, "%s",
                             message_of(&answer, &arena));
    if (!st) {
        target->is_open = false;
        st = sma_import_journal_closed(import, target, err);
    }
    sma_arena_fini(&arena);
    return st;
}

/* Whatever has happened. Says what could not be put back, and how to do it. */
static enum sma_status close_all(struct sma_import *import)
{
    struct sma_error why = SMA_ERROR_INIT;
    enum sma_status st = SMA_OK;
    size_t open = 0;
    for (size_t i = 0; i < import->target_count; i++) {
        /* One that does not answer would make each of the others wait as long. */
        if (!st || st == SMA_ECONFLICT)
            st = close_target(import, &import->targets[i], &why);
        open += import->targets[i].is_open;
    }
    if (!open)
        return SMA_OK;
    fprintf(stderr, "schemata: still in IMPORT mode (%s):", why.message);
    for (size_t i = 0; i < import->target_count; i++)
        if (import->targets[i].is_open)
            fprintf(stderr, " %.*s", SMA_STR_ARG(import->targets[i].subject));
    fprintf(stderr, "\nschemata: once the registry answers, the same command with --resume puts "
                    "%s back and goes on\n",
            open == 1 ? "it" : "them");
    return sma_remote_fail(&import->s->err, SMA_EIO, SMA_EXIT_UNREACHABLE, "%s", why.message);
}

/* ---- items ---- */

static enum sma_status register_item(struct sma_import *import, struct sma_import_item *item,
                                     struct sma_error *err)
{
    const struct sma_archive_schema *schema = item->schema;
    struct sma_remote_answer answer;
    struct sma_arena arena;
    struct sma_buf body;
    int32_t id = 0;
    sma_arena_init(&arena, 0);
    sma_buf_init(&body, 0);
    sma_buf_printf(&body, "{\"version\":%d,\"id\":%d", schema->version, schema->id);
    sma_archive_put_content(&body, schema, schema->references);
    sma_buf_putc(&body, '}');
    struct sma_str path = sma_remote_path(&arena, "/subjects/%s/versions", schema->subject);
    enum sma_status st = sma_buf_failed(&body)
                             ? sma_fail_nomem(err)
                             : sma_remote_call(import->s->remote, &arena, "POST", path,
                                               sma_buf_str(&body), &answer, err);
    if (!st && answer.status >= 400) {
        sma_import_say_failure(import, schema, message_of(&answer, &arena));
        item->target->left -= item->must_delete; /* the deletion falls away */
        item->must_delete = false;
    } else if (!st && (!sma_json_i32(sma_json_getz(answer.body, "id"), &id) || id != schema->id)) {
        st = sma_remote_fail(err, SMA_ECONFLICT, SMA_EXIT_REFUSED,
                             "%.*s@%d was registered under id %d in place of %d: this registry does "
                             "not keep ids; --on-conflict renumber writes down which became which",
                             SMA_STR_ARG(schema->subject), schema->version, id, schema->id);
    } else if (!st) {
        count_done(import, &import->registered);
    }
    sma_buf_fini(&body);
    sma_arena_fini(&arena);
    return st;
}

static enum sma_status delete_item(struct sma_import *import, struct sma_import_item *item,
                                   struct sma_error *err)
{
    const struct sma_archive_schema *schema = item->schema;
    struct sma_remote_answer answer;
    struct sma_arena arena;
    sma_arena_init(&arena, 0);
    struct sma_str path = sma_remote_path(&arena, "/subjects/%s/versions/%d", schema->subject,
                                          schema->version);
    enum sma_status st = sma_remote_call(import->s->remote, &arena, "DELETE", path, SMA_STR(""),
                                         &answer, err);
    if (!st && answer.status >= 400 && answer.status != 404)
        sma_import_say_failure(import, schema, message_of(&answer, &arena));
    else if (!st)
        count_done(import, &import->deleted);
    sma_arena_fini(&arena);
    return st;
}

/* One subject's items of the level, in order; its mode is put back behind the last of all. */
static enum sma_status run_unit(void *ctx, size_t i, struct sma_error *err)
{
    struct batch *b = ctx;
    struct sma_import_target *target = b->targets[i];
    enum sma_status st = open_target(b->import, target, err);
    for (struct sma_import_item *item = target->first; !st && item; item = item->next) {
        st = b->is_deleting ? delete_item(b->import, item, err)
                            : register_item(b->import, item, err);
        target->left -= !st;
        if (!st && item->next && sma_interrupted())
            st = sma_remote_fail_interrupted(err);
    }
    return st || target->left ? st : close_target(b->import, target, err);
}

/* ---- the order of work ----
 *
 * Schemas of one level refer to lower levels only, so the subjects of a level are independent of
 * each other and run --jobs at a time; within a subject versions keep their order. Subjects go in
 * batches: one journal entry, on disk once, is for all of a batch. */
static enum sma_status run_batch(struct batch *b)
{
    struct sma_import *import = b->import;
    struct sma_remote_session *s = import->s;
    enum sma_status st =
        sma_remote_each(s->remote, b->count, look_at_mode, NULL, b, &s->err);
    if (!st)
        st = sma_import_journal_opened(import, b->targets, b->count);
    if (!st)
        st = sma_remote_each(s->remote, b->count, run_unit, NULL, b, &s->err);
    b->count = 0;
    return st;
}

/* Hangs an item behind the others of its subject. */
static void hang(struct batch *b, struct sma_import_item *item)
{
    struct sma_import_target *target = item->target;
    bool is_new = true;
    for (size_t i = b->count; is_new && target->last && i-- > 0;)
        is_new = b->targets[i] != target;
    item->next = NULL;
    if (is_new) {
        target->first = item;
        b->targets[b->count++] = target;
    } else {
        target->last->next = item;
    }
    target->last = item;
}

static bool is_due(const struct batch *b, const struct sma_import_item *item)
{
    return b->is_deleting ? item->must_delete : item->action == SMA_IMPORT_REGISTER;
}

/* The items as they are given: by level, upwards or downwards. */
static enum sma_status run_ordered(struct batch *b, struct sma_import_item **items, size_t count)
{
    enum sma_status st = SMA_OK;
    unsigned level = 0;
    for (size_t i = 0; !st && i < count; i++) {
        if (!is_due(b, items[i]))
            continue;
        bool is_other = b->count && items[i]->level != level;
        bool is_full = b->count == BATCH && items[i]->target != b->targets[BATCH - 1];
        if (is_other || is_full)
            st = run_batch(b);
        level = items[i]->level;
        if (!st)
            hang(b, items[i]);
    }
    return st || !b->count ? st : run_batch(b);
}

/* Above all that an item refers to, and not below earlier versions of its subject. */
static bool set_levels(struct sma_import *import)
{
    const struct sma_archive *a = &import->archive;
    unsigned *levels = calloc(a->schema_count + 1, sizeof *levels);
    struct sma_map newest; /* subject to item */
    sma_map_init(&newest);
    bool ok = levels != NULL;
    for (size_t i = 0; ok && i < import->item_count; i++) {
        struct sma_import_item *item = &import->items[i];
        const struct sma_archive_schema *schema = item->schema;
        const struct sma_import_item *before = sma_map_get(&newest, schema->subject);
        item->level = before ? before->level : 0;
        for (size_t r = 0; r < schema->reference_count; r++) {
            struct sma_str subject =
                sma_archive_target(&import->s->arena, schema, &schema->references[r]);
            const struct sma_archive_schema *target =
                sma_archive_find(a, subject, schema->references[r].version);
            if (target && item->level <= levels[target - a->schemas])
                item->level = levels[target - a->schemas] + 1;
        }
        levels[schema - a->schemas] = item->level;
        ok = sma_map_put(&newest, schema->subject, item);
    }
    sma_map_fini(&newest);
    free(levels);
    return ok;
}

static int upwards(const void *a, const void *b)
{
    const struct sma_import_item *const *x = a, *const *y = b;
    unsigned i = (*x)->level, j = (*y)->level;
    int by_subject = sma_str_cmp((*x)->schema->subject, (*y)->schema->subject);
    int32_t v = (*x)->schema->version, w = (*y)->schema->version;
    return i != j ? (i > j) - (i < j) : by_subject ? by_subject : (v > w) - (v < w);
}

static int downwards(const void *a, const void *b)
{
    return -upwards(a, b);
}

static enum sma_status run_items(struct sma_import *import)
{
    struct batch b = {.import = import};
    enum sma_status st = SMA_OK;
    size_t count = import->item_count;
    struct sma_import_item **order = calloc(count + 1, sizeof *order);
    if (!order || !set_levels(import))
        st = sma_fail_nomem(&import->s->err);
    for (size_t i = 0; !st && i < count; i++)
        order[i] = &import->items[i];
    if (!st && count) {
        qsort(order, count, sizeof *order, upwards);
        st = run_ordered(&b, order, count);
    }
    if (!st && count) { /* referrers before what they refer to */
        qsort(order, count, sizeof *order, downwards);
        b.is_deleting = true;
        st = run_ordered(&b, order, count);
    }
    free(order);
    return st;
}

enum sma_status sma_import_run(struct sma_import *import)
{
    sma_interrupt_gracefully();
    sma_progress_start(&import->progress, import->s->arguments, "importing");
    enum sma_status st = run_items(import);
    sma_progress_end(&import->progress);
    enum sma_status back = close_all(import);
    return st ? st : back;
}

/* ---- levels and modes ---- */

static enum sma_status set(struct sma_import *import, const char *what, struct sma_str scope,
                           struct sma_str body)
{
    struct sma_remote_session *s = import->s;
    struct sma_remote_answer answer;
    struct sma_str path = scope.len ? sma_remote_path(&s->arena, "/%z/%s", what, scope)
                                    : sma_remote_path(&s->arena, "/%z", what);
    enum sma_status st =
        sma_remote_try(s->remote, &s->arena, "PUT", path, body, &answer, &s->err);
    if (!st && answer.status >= 400) {
        fprintf(stderr, "schemata: the %s of %.*s is not set: %s\n", what,
                scope.len ? (int)scope.len : 12, scope.len ? scope.ptr : "the registry",
                message_of(&answer, &s->arena));
        import->failed++;
    } else if (!st) {
        import->settings++;
    }
    return st;
}

/* What GET tells as compatibilityLevel is PUT as compatibility. */
static struct sma_str config_body(struct sma_arena *arena, const struct sma_json *config)
{
    struct sma_buf out;
    sma_buf_init(&out, 0);
    struct sma_json_writer w = sma_json_writer_on(&out);
    sma_jw_object_open(&w);
    for (uint32_t i = 0; i < config->count; i++) {
        struct sma_str name = config->members[i].name;
        bool is_level = sma_str_eqz(name, "compatibilityLevel");
        sma_jw_name_str(&w, is_level ? SMA_STR("compatibility") : name);
        sma_json_put(&out, &config->members[i].value);
        w.need_comma = true;
    }
    sma_jw_object_close(&w);
    struct sma_str body = sma_arena_copy(arena, sma_buf_str(&out));
    if (sma_buf_failed(&out))
        body = sma_str_make(NULL, 0);
    sma_buf_fini(&out);
    return body;
}

static bool is_context(struct sma_str scope)
{
    struct sma_str context = sma_context_of(scope);
    return context.len && context.len == scope.len;
}

/* What is the other side's own is left alone: settings go to what the import has brought. */
static bool is_ours(const struct sma_import *import, struct sma_str scope)
{
    const struct sma_import_target *target = sma_map_get(&import->target_of, scope);
    if (!scope.len || is_context(scope))
        return import->was_empty;
    return target && !target->existed;
}

/* Whether the other side has exactly that already. */
static enum sma_status is_set(struct sma_import *import, const struct sma_archive_setting *setting,
                              bool *out)
{
    struct sma_remote_session *s = import->s;
    struct sma_remote_answer answer;
    const char *what = setting->config ? "config" : "mode";
    struct sma_str scope = setting->subject;
    struct sma_str path = scope.len ? sma_remote_path(&s->arena, "/%z/%s", what, scope)
                                    : sma_remote_path(&s->arena, "/%z", what);
    enum sma_status st =
        sma_remote_try(s->remote, &s->arena, "GET", path, SMA_STR(""), &answer, &s->err);
    if (st)
        return st;
    const struct sma_json *mode = sma_json_getz(answer.body, "mode");
    *out = answer.status == 200 && answer.body &&
           (setting->config ? sma_json_equal(answer.body, setting->config)
                            : sma_json_is(mode, SMA_JSON_STRING) &&
                                  sma_str_eq(mode->text, setting->mode));
    return SMA_OK;
}

static enum sma_status set_one(struct sma_import *import, const struct sma_archive_setting *setting)
{
    struct sma_arena *arena = &import->s->arena;
    const char *what = setting->config ? "level" : "mode";
    bool is_there = true;
    if ((!setting->config && !setting->mode.len) || sma_str_eqz(setting->mode, "IMPORT"))
        return SMA_OK; /* nobody is left in IMPORT mode, not even on request */
    enum sma_status st = is_set(import, setting, &is_there);
    if (st || is_there)
        return st;
    if (!is_ours(import, setting->subject)) {
        fprintf(stderr, "schemata: the %s of %.*s was there before and stays as it is\n", what,
                setting->subject.len ? (int)setting->subject.len : 12,
                setting->subject.len ? setting->subject.ptr : "the registry");
        return SMA_OK;
    }
    struct sma_str body = setting->config ? config_body(arena, setting->config)
                                          : mode_body(arena, setting->mode);
    return body.ptr ? set(import, setting->config ? "config" : "mode", setting->subject, body)
                    : sma_fail_nomem(&import->s->err);
}

enum sma_status sma_import_settings(struct sma_import *import)
{
    const struct sma_archive *a = &import->archive;
    enum sma_status st = SMA_OK;
    for (size_t i = 0; !st && i < a->config_count; i++)
        st = set_one(import, &a->configs[i]);
    /* A read-only mode would refuse what follows it, so modes are last, the registry's own at the
     * very end. */
    for (size_t i = a->mode_count; !st && i-- > 0;)
        if (a->modes[i].subject.len)
            st = set_one(import, &a->modes[i]);
    for (size_t i = 0; !st && i < a->mode_count; i++)
        if (!a->modes[i].subject.len)
            st = set_one(import, &a->modes[i]);
    return st;
}
