/* schemata plan and apply: a tree of schemas and the settings of the project file against a registry.
 * The plan says what differs; apply does it, in an order in which every step can work. Nothing is
 * deleted without --prune. */
#include <stdlib.h>
#include <unistd.h>

#include "base/num.h"
#include "cli/check_registry.h"
#include "cli/commands.h"
#include "cli/consent.h"
#include "cli/deploy.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/remote_settings.h"
#include "cli/table.h"

#define MAX_DELETES_DEFAULT 5

#define PRUNE_OPTION                                                                               \
    {                                                                                              \
        .name = "--prune", .help = "subjects that the tree does not have are soft-deleted"         \
    }

const struct sma_option sma_plan_options[] = {
    PRUNE_OPTION,
    {.name = "--exit-code", .help = "exit status 1 when something differs"},
    {.name = NULL},
};

const struct sma_option sma_apply_options[] = {
    PRUNE_OPTION,
    {.name = "--max-deletes",
     .value = "N",
     .standard = "5",
     .help = "delete nothing at all when it would be more subjects"},
    {.name = NULL},
};

enum step_kind { STEP_LEVEL, STEP_MODE_OPEN, STEP_SCHEMA, STEP_MODE_CLOSE, STEP_DELETE };
enum step_state { STEP_PENDING, STEP_DONE, STEP_FAILED };

/* One difference between tree and registry. */
struct step {
    enum step_kind kind;
    enum step_state state;
    struct sma_str subject;
    struct sma_deploy_item *item; /* STEP_SCHEMA */
    struct sma_str before, after; /* of a setting; before empty = not set */
    struct sma_str why;           /* of a failure */
    enum sma_exit code;
};

struct plan {
    struct sma_session *s;
    struct sma_deploy deploy;
    struct step *steps;
    size_t count, capacity, unchanged;
    bool is_apply;
};

/* ---- finding the differences ---- */

static enum sma_status add_step(struct plan *p, struct step step)
{
    struct sma_arena *arena = &p->s->arena;
    struct step *grown =
        sma_arena_grow(arena, p->steps, p->count, &p->capacity, p->count + 1, sizeof *grown);
    if (!grown)
        return sma_fail_nomem(&p->s->err);
    p->steps = grown;
    grown[p->count++] = step;
    return SMA_OK;
}

static enum sma_status plan_setting(struct plan *p, struct sma_str subject, const char *what,
                                    const char *member, struct sma_str wanted)
{
    struct sma_session *s = p->s;
    struct sma_chain chain;
    if (!wanted.len)
        return SMA_OK;
    enum sma_status st =
        sma_remote_chain(&chain, s->remote, &s->arena, what, member, subject, NULL,
                                          &s->err);
    if (st)
        return st;
    struct sma_str own = chain.links[0].value;
    if (sma_str_eq_nocase(own, wanted)) {
        p->unchanged++;
        return SMA_OK;
    }
    bool is_level = !strcmp(what, "config");
    bool opens = sma_str_eqz(wanted, "READWRITE") || sma_str_eqz(wanted, "IMPORT");
    return add_step(p, (struct step){.kind = is_level ? STEP_LEVEL
                                             : opens  ? STEP_MODE_OPEN
                                                      : STEP_MODE_CLOSE,
                                     .subject = subject,
                                     .before = own,
                                     .after = wanted});
}

static enum sma_status plan_settings(struct plan *p)
{
    const struct sma_project *project = &p->s->project;
    enum sma_status st = SMA_OK;
    for (size_t i = 0; !st && i < project->subject_count; i++) {
        const struct sma_project_subject *subject = &project->subjects[i];
        st = plan_setting(p, subject->name, "config", "compatibilityLevel", subject->level);
        if (!st)
            st = plan_setting(p, subject->name, "mode", "mode", subject->mode);
    }
    return st;
}

static enum sma_status plan_schemas(struct plan *p)
{
    enum sma_status st = sma_deploy_compare(&p->deploy);
    for (size_t i = 0; !st && i < p->deploy.count; i++) {
        struct sma_deploy_item *item = &p->deploy.items[i];
        struct step step = {.kind = STEP_SCHEMA, .subject = item->file->subject, .item = item};
        if (item->state == SMA_DEPLOY_UNCHANGED) {
            p->unchanged++;
            continue;
        }
        if (item->state == SMA_DEPLOY_FAILED) {
            step.state = STEP_FAILED;
            step.why = item->why;
            step.code = item->code;
        }
        st = add_step(p, step);
    }
    return st;
}

static enum sma_status plan_deletions(struct plan *p)
{
    struct sma_session *s = p->s;
    struct sma_strings names = {NULL, 0, 0};
    if (!sma_argument_has(s->arguments, "--prune"))
        return SMA_OK;
    struct sma_map tree;
    sma_map_init(&tree);
    enum sma_status st = sma_remote_subjects(&names, s->remote, &s->arena, SMA_STR(""),
                                             SMA_REMOTE_LIVE, &s->err);
    for (size_t i = 0; !st && i < p->deploy.count; i++)
        if (!sma_map_put(&tree, p->deploy.items[i].file->subject, p))
            st = sma_fail_nomem(&s->err);
    for (size_t i = 0; !st && i < names.count; i++)
        if (!sma_map_find(&tree, names.items[i]))
            st = add_step(p, (struct step){.kind = STEP_DELETE, .subject = names.items[i]});
    sma_map_fini(&tree);
    return st;
}

/* Settings that allow more come first, those that allow less last. */
static int by_kind(const void *a, const void *b)
{
    const struct step *x = a, *y = b;
    if (x->kind != y->kind)
        return (int)x->kind - (int)y->kind;
    if (x->kind == STEP_SCHEMA)
        return (x->item > y->item) - (x->item < y->item); /* the order of references */
    return sma_str_cmp(x->subject, y->subject);
}

static enum sma_status make_plan(struct plan *p)
{
    enum sma_status st = plan_settings(p);
    if (!st)
        st = plan_schemas(p);
    if (!st)
        st = plan_deletions(p);
    if (!st && p->count)
        qsort(p->steps, p->count, sizeof *p->steps, by_kind);
    return st;
}

/* ---- printing ---- */

static const char *kind_word(const struct step *step)
{
    switch (step->kind) {
    case STEP_LEVEL:
        return "level";
    case STEP_SCHEMA:
        return "schema";
    case STEP_DELETE:
        return "delete";
    default:
        return "mode";
    }
}

static const char *state_word(const struct plan *p, const struct step *step)
{
    if (step->state == STEP_FAILED)
        return "failed";
    return step->state == STEP_DONE ? "done" : p->is_apply ? "left" : "planned";
}

static struct sma_str change_of(const struct plan *p, const struct step *step)
{
    struct sma_arena *arena = &p->s->arena;
    const struct sma_deploy_item *item = step->item;
    if (step->kind == STEP_DELETE)
        return SMA_STR("soft-delete all versions");
    if (step->kind != STEP_SCHEMA)
        return sma_arena_printf(arena, "%s %s%.*s %s %.*s", kind_word(step),
                                step->before.len ? "" : "unset", SMA_STR_ARG(step->before),
                                sma_is_utf8_place() ? "\xE2\x86\x92" : "->",
                                SMA_STR_ARG(step->after));
    if (step->state == STEP_DONE)
        return sma_arena_printf(arena, "version %d, id %d", item->version, item->id);
    if (!item->newest)
        return sma_arena_printf(arena, "new subject (%s)", item->file->format->name);
    return sma_arena_printf(arena, "new version, after %d", item->newest);
}

static char sign_of(const struct step *step)
{
    if (step->state == STEP_FAILED)
        return '!';
    if (step->kind == STEP_DELETE)
        return '-';
    return step->kind == STEP_SCHEMA && !step->item->newest ? '+' : '~';
}

static void print_human(const struct plan *p)
{
    size_t width = 0, counts[3] = {0, 0, 0};
    for (size_t i = 0; i < p->count; i++)
        if (p->steps[i].subject.len > width)
            width = p->steps[i].subject.len;
    for (size_t i = 0; i < p->count; i++) {
        const struct step *step = &p->steps[i];
        struct sma_str change = change_of(p, step);
        counts[step->state]++;
        printf("%c %.*s%*s  %.*s", sign_of(step), SMA_STR_ARG(step->subject),
               (int)(width - step->subject.len), "", SMA_STR_ARG(change));
        if (step->why.len)
            printf(": %.*s", SMA_STR_ARG(step->why));
        else if (p->is_apply && step->state == STEP_PENDING)
            printf(" (left undone)");
        putchar('\n');
    }
    if (sma_argument_has(p->s->arguments, "--quiet") && !p->count)
        return;
    if (p->is_apply)
        printf("%zu done, %zu failed, %zu left, %zu unchanged\n", counts[STEP_DONE],
               counts[STEP_FAILED], counts[STEP_PENDING], p->unchanged);
    else
        printf("%zu to do, %zu cannot be done, %zu unchanged\n", counts[STEP_PENDING],
               counts[STEP_FAILED], p->unchanged);
}

static enum sma_status print_json(const struct plan *p)
{
    static const char *const columns[] = {"kind", "subject", "change", "state", "version", "id",
                                          "message", NULL};
    struct sma_table table;
    sma_table_init(&table, &p->s->arena, columns);
    for (size_t i = 0; i < p->count; i++) {
        const struct step *step = &p->steps[i];
        bool is_there = step->kind == STEP_SCHEMA && step->state == STEP_DONE;
        sma_table_text(&table, sma_str_z(kind_word(step)));
        sma_table_text(&table, step->subject);
        sma_table_text(&table, change_of(p, step));
        sma_table_text(&table, sma_str_z(state_word(p, step)));
        if (is_there) {
            sma_table_number(&table, step->item->version);
            sma_table_number(&table, step->item->id);
        } else {
            sma_table_none(&table);
            sma_table_none(&table);
        }
        if (step->why.len)
            sma_table_text(&table, step->why);
        else
            sma_table_none(&table);
    }
    return sma_table_print(&table, p->s->arguments, &p->s->err);
}

static enum sma_status print(const struct plan *p)
{
    if (sma_wants_json(p->s->arguments))
        return print_json(p);
    print_human(p);
    return SMA_OK;
}

/* ---- doing ---- */

static enum sma_status fail_step(struct plan *p, struct step *step,
                                 const struct sma_remote_answer *answer)
{
    struct sma_session *s = p->s;
    struct sma_error why = SMA_ERROR_INIT;
    enum sma_status st = sma_remote_refused(s->remote, answer, &why);
    step->state = STEP_FAILED;
    step->code = (enum sma_exit)sma_cli_exit_code(st, &why);
    step->why = sma_remote_reason(&s->arena, answer);
    return step->why.ptr ? SMA_OK : sma_fail_nomem(&s->err);
}

static enum sma_status call_step(struct plan *p, struct step *step, const char *method,
                                 struct sma_str path, struct sma_str body)
{
    struct sma_session *s = p->s;
    struct sma_remote_answer answer;
    if (!path.ptr || !body.ptr)
        return sma_fail_nomem(&s->err);
    enum sma_status st =
        sma_remote_call(s->remote, &s->arena, method, path, body, &answer, &s->err);
    if (st)
        return st;
    if (answer.status >= 400)
        return fail_step(p, step, &answer);
    step->state = STEP_DONE;
    return SMA_OK;
}

static enum sma_status do_setting(struct plan *p, struct step *step)
{
    bool is_level = step->kind == STEP_LEVEL;
    struct sma_arena *arena = &p->s->arena;
    return call_step(p, step, "PUT",
                     sma_remote_setting_path(arena, is_level ? "config" : "mode", step->subject, ""),
                     sma_arena_printf(arena, "{\"%s\":\"%.*s\"}",
                                      is_level ? "compatibility" : "mode",
                                      SMA_STR_ARG(step->after)));
}

static enum sma_status do_schema(struct plan *p, struct step *step)
{
    struct sma_deploy_item *item = step->item;
    enum sma_status st = SMA_OK;
    if (!sma_deploy_is_blocked(&p->deploy, item))
        st = sma_deploy_register(&p->deploy, item);
    if (st)
        return st;
    step->state = item->state == SMA_DEPLOY_FAILED ? STEP_FAILED : STEP_DONE;
    step->why = item->why;
    step->code = item->code;
    return SMA_OK;
}

static enum sma_status do_step(struct plan *p, struct step *step)
{
    if (step->kind == STEP_SCHEMA)
        return do_schema(p, step);
    if (step->kind != STEP_DELETE)
        return do_setting(p, step);
    return call_step(p, step, "DELETE",
                     sma_remote_path(&p->s->arena, "/subjects/%s", step->subject), SMA_STR(""));
}

/* Deletions wait for each other when one subject refers to another: again, while any works. */
static enum sma_status retry_deletions(struct plan *p)
{
    enum sma_status st = SMA_OK;
    for (bool any = true; !st && any;) {
        any = false;
        for (size_t i = 0; !st && i < p->count; i++) {
            struct step *step = &p->steps[i];
            if (step->kind != STEP_DELETE || step->state != STEP_FAILED ||
                step->code != SMA_EXIT_REFUSED)
                continue;
            step->why = SMA_STR("");
            st = do_step(p, step);
            any |= step->state == STEP_DONE;
        }
    }
    return st;
}

/* Deletions come last, and only when all before them went well. */
static enum sma_status do_all(struct plan *p)
{
    struct sma_progress progress;
    enum sma_status st = SMA_OK;
    bool has_failed = false;
    sma_progress_start(&progress, p->s->arguments, "applying");
    for (size_t i = 0; !st && i < p->count; i++) {
        if (p->steps[i].kind == STEP_DELETE && has_failed)
            break;
        if (p->steps[i].state == STEP_PENDING)
            st = sma_interrupted() ? sma_remote_fail_interrupted(&p->s->err)
                                   : do_step(p, &p->steps[i]);
        has_failed |= p->steps[i].kind != STEP_DELETE && p->steps[i].state == STEP_FAILED;
        sma_progress_step(&progress, i + 1, p->count);
    }
    if (!st)
        st = retry_deletions(p);
    sma_progress_end(&progress);
    return st;
}

/* ---- consent ---- */

static enum sma_status read_max_deletes(struct plan *p, int64_t *out)
{
    const char *text = sma_argument(p->s->arguments, "--max-deletes");
    *out = MAX_DELETES_DEFAULT;
    if (!text || (sma_parse_i64(sma_str_z(text), out) && *out >= 0))
        return SMA_OK;
    return sma_fail(&p->s->err, SMA_EINVAL, "--max-deletes wants a number, not \"%s\"", text);
}

static enum sma_status may_go_on(struct plan *p)
{
    struct sma_session *s = p->s;
    int64_t deletes = 0, max;
    struct sma_str question;
    enum sma_status st = read_max_deletes(p, &max);
    for (size_t i = 0; i < p->count; i++)
        deletes += p->steps[i].kind == STEP_DELETE;
    if (!st && deletes > max)
        return sma_fail(&s->err, SMA_EINVAL,
                        "nothing was done: %lld subjects would be deleted, more than --max-deletes "
                        "%lld",
                        (long long)deletes, (long long)max);
    question = sma_arena_printf(&s->arena, "%zu changes in %s, %lld of them deletions. Go on?",
                                p->count, sma_remote_url(s->remote), (long long)deletes);
    if (!question.ptr)
        return sma_fail_nomem(&s->err);
    return st || !p->count
               ? st
               : sma_consent(s->remote, s->arguments,
                             deletes ? SMA_CONSENT_DESTRUCTIVE : SMA_CONSENT_ORDINARY, NULL,
                             question.ptr, &s->err);
}

/* ---- the commands ---- */

/* A folder with a project file of its own, as pull writes it, is read by that file. */
static const char *own_project(struct sma_arena *arena, const struct sma_arguments *arguments)
{
    struct sma_str path;
    if (!arguments->positional_count || sma_argument(arguments, "--config"))
        return NULL;
    path = sma_arena_printf(arena, "%s/schemata.yaml", arguments->positional[0]);
    return path.ptr && !access(path.ptr, R_OK) ? path.ptr : NULL;
}

/* Reads the tree and checks it. *is_refused: findings are in the report. */
static enum sma_status prepare(struct plan *p, bool has_own_project, bool *is_refused)
{
    struct sma_session *s = p->s;
    enum sma_status st = sma_session_gather(s, has_own_project ? s->arguments->positional_count : 0);
    if (!st)
        st = sma_session_remote(s);
    if (!st)
        st = sma_deploy_collect(&p->deploy);
    if (!st)
        st = sma_check_with_registry(s);
    if (!st)
        st = sma_session_has_errors(s, is_refused);
    return st || *is_refused ? st : make_plan(p);
}

static int code_of(const struct plan *p)
{
    size_t failed = 0;
    int code = SMA_EXIT_OK;
    for (size_t i = 0; i < p->count; i++)
        if (p->steps[i].state == STEP_FAILED) {
            failed++;
            code = (int)p->steps[i].code;
        }
    if (failed && failed < p->count)
        return SMA_EXIT_PARTLY;
    bool differs = p->count && !p->is_apply && sma_argument_has(p->s->arguments, "--exit-code");
    return !failed && differs ? SMA_EXIT_FINDINGS : code;
}

static int plan_or_apply(const struct sma_arguments *arguments, const char *command, bool is_apply)
{
    struct sma_session s;
    struct sma_arena arena;
    struct plan p = {.s = &s, .is_apply = is_apply};
    bool is_refused = false, is_planned = false;
    sma_arena_init(&arena, 0);
    sma_deploy_init(&p.deploy, &s);
    const char *own = own_project(&arena, arguments);
    enum sma_status st = sma_session_open_at(&s, arguments, command, own);
    if (!st)
        st = prepare(&p, own != NULL, &is_refused);
    if (!st && !is_refused && is_apply)
        st = may_go_on(&p);
    is_planned = !st;
    if (!st && !is_refused && is_apply) {
        sma_interrupt_gracefully();
        st = do_all(&p);
    }
    int code;
    if (is_refused) {
        code = sma_session_finish(&s, st);
    } else {
        enum sma_status told = is_planned ? print(&p) : SMA_OK;
        code = st || told ? sma_cli_fail(st ? st : told, &s.err) : code_of(&p);
        sma_session_close(&s);
    }
    sma_deploy_fini(&p.deploy);
    sma_arena_fini(&arena);
    return code;
}

int sma_plan_main(const struct sma_arguments *arguments)
{
    return plan_or_apply(arguments, "plan", false);
}

int sma_apply_main(const struct sma_arguments *arguments)
{
    return plan_or_apply(arguments, "apply", true);
}
