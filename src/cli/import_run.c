/* Carrying an import out. */
#include "cli/import.h"
#include "cli/interrupt.h"
#include "core/json/writer.h"

void sma_import_say_failure(struct sma_import *import, const struct sma_archive_schema *schema,
                            const char *why)
{
    sma_progress_end(&import->progress);
    fprintf(stderr, "schemata: %.*s@%d: %s\n", SMA_STR_ARG(schema->subject), schema->version, why);
    import->failed++;
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

/* Remembers the subject's own mode in the journal and sets IMPORT. */
static enum sma_status open_target(struct sma_import *import, struct sma_import_target *target)
{
    struct sma_remote_session *s = import->s;
    struct sma_remote_answer answer;
    struct sma_arena arena;
    if (target->is_open || target->was_open)
        return SMA_OK;
    sma_arena_init(&arena, 0);
    struct sma_str path = sma_remote_path(&arena, "/mode/%s", target->subject);
    enum sma_status st = ask_mode(s->remote, &arena, "GET", path, SMA_STR(""), &answer, &s->err);
    const struct sma_json *mode = st ? NULL : sma_json_getz(answer.body, "mode");
    if (!st && answer.status == 200 && sma_json_is(mode, SMA_JSON_STRING)) {
        target->was = sma_arena_copy(&s->arena, mode->text);
        target->was_open = sma_str_eqz(target->was, "IMPORT");
    }
    if (!st && !target->was_open)
        st = sma_import_journal_opened(import, target);
    if (!st && !target->was_open) {
        target->is_open = true; /* also when the answer gets lost: better put back once too often */
        path = sma_remote_path(&arena, "/mode/%s?force=true", target->subject);
        st = ask_mode(s->remote, &arena, "PUT", path, mode_body(&arena, SMA_STR("IMPORT")),
                      &answer, &s->err);
        if (!st && answer.status >= 400) {
            target->is_open = false;
            st = sma_import_journal_closed(import, target);
            if (!st)
                st = sma_remote_fail(&s->err, SMA_ECONFLICT, SMA_EXIT_REFUSED,
                                     "%.*s cannot be put into IMPORT mode (%s), and without it ids "
                                     "are not kept: --on-conflict renumber registers everything "
                                     "under new ids",
                                     SMA_STR_ARG(target->subject), message_of(&answer, &arena));
        }
    }
    sma_arena_fini(&arena);
    return st;
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
    if (!st && !target->was.len && answer.status >= 400 && answer.code != 40409)
        st = ask_mode(s->remote, &arena, "PUT", path, mode_body(&arena, SMA_STR("READWRITE")),
                      &answer, err);
    if (!st && answer.status >= 400 && answer.code != 40409)
        st = sma_remote_fail(err, SMA_ECONFLICT, SMA_EXIT_REFUSED, "%s",
                             message_of(&answer, &arena));
    if (!st) {
        target->is_open = false;
        st = sma_import_journal_closed(import, target);
    }
    sma_arena_fini(&arena);
    return st;
}

/* After the last thing to do for a subject. */
static enum sma_status step_done(struct sma_import *import, struct sma_import_target *target)
{
    return target->left && --target->left ? SMA_OK
                                          : close_target(import, target, &import->s->err);
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

static enum sma_status register_item(struct sma_import *import, struct sma_import_item *item)
{
    const struct sma_archive_schema *schema = item->schema;
    struct sma_remote_session *s = import->s;
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
                             ? sma_fail_nomem(&s->err)
                             : sma_remote_call(s->remote, &arena, "POST", path,
                                               sma_buf_str(&body), &answer, &s->err);
    if (!st && answer.status >= 400) {
        sma_import_say_failure(import, schema, message_of(&answer, &arena));
        item->must_delete = false;
    } else if (!st && (!sma_json_i32(sma_json_getz(answer.body, "id"), &id) || id != schema->id)) {
        st = sma_remote_fail(&s->err, SMA_ECONFLICT, SMA_EXIT_REFUSED,
                             "%.*s@%d was registered under id %d in place of %d: this registry does "
                             "not keep ids; --on-conflict renumber writes down which became which",
                             SMA_STR_ARG(schema->subject), schema->version, id, schema->id);
    } else if (!st) {
        import->registered++;
    }
    sma_buf_fini(&body);
    sma_arena_fini(&arena);
    return st;
}

static enum sma_status delete_item(struct sma_import *import, const struct sma_import_item *item)
{
    const struct sma_archive_schema *schema = item->schema;
    struct sma_remote_session *s = import->s;
    struct sma_remote_answer answer;
    struct sma_arena arena;
    sma_arena_init(&arena, 0);
    struct sma_str path = sma_remote_path(&arena, "/subjects/%s/versions/%d", schema->subject,
                                          schema->version);
    enum sma_status st =
        sma_remote_call(s->remote, &arena, "DELETE", path, SMA_STR(""), &answer, &s->err);
    if (!st && answer.status >= 400 && answer.status != 404)
        sma_import_say_failure(import, schema, message_of(&answer, &arena));
    else if (!st)
        import->deleted++;
    sma_arena_fini(&arena);
    return st;
}

static enum sma_status stop_when_asked(struct sma_import *import)
{
    return sma_interrupted() ? sma_remote_fail_interrupted(&import->s->err) : SMA_OK;
}

static enum sma_status run_items(struct sma_import *import)
{
    enum sma_status st = SMA_OK;
    for (size_t i = 0; !st && i < import->item_count; i++) {
        struct sma_import_item *item = &import->items[i];
        if (item->action != SMA_IMPORT_REGISTER)
            continue;
        bool deletes_later = item->must_delete;
        st = open_target(import, item->target);
        if (!st)
            st = register_item(import, item);
        if (!st && deletes_later && !item->must_delete)
            st = step_done(import, item->target); /* the deletion falls away */
        if (!st)
            st = step_done(import, item->target);
        sma_progress_step(&import->progress, i + 1, import->item_count);
        if (!st)
            st = stop_when_asked(import);
    }
    /* Referrers before what they refer to. */
    for (size_t i = import->item_count; !st && i-- > 0;) {
        struct sma_import_item *item = &import->items[i];
        if (!item->must_delete)
            continue;
        st = delete_item(import, item);
        if (!st)
            st = step_done(import, item->target);
        if (!st)
            st = stop_when_asked(import);
    }
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
