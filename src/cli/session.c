#include "cli/session.h"

#include <time.h>

#include "cli/fix.h"
#include "cli/rules.h"
#include "cli/side_registry.h"
#include "cli/user_config.h"
#include "core/avro/avro.h"
#include "core/formats/formats.h"
#include "core/jsonschema/jsonschema.h"

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

enum sma_status sma_session_open(struct sma_session *session, const struct sma_arguments *arguments,
                                 const char *command)
{
    return sma_session_open_at(session, arguments, command, NULL);
}

/* What the user's file says about colours; the rest of it counts when a registry is used. */
static enum sma_status read_user_config(struct sma_session *session)
{
    struct sma_user_config user;
    const struct sma_profile *profile = NULL;
    const char *name = sma_argument(session->arguments, "--profile");
    enum sma_status st = sma_user_config_load(&user, &session->arena, &session->err);
    if (!st && !name && user.profile.len)
        name = user.profile.ptr;
    if (!st && name)
        st = sma_profile_find(&profile, &user, name, &session->err);
    if (st)
        return st;
    struct sma_str color = profile && profile->color.len ? profile->color : user.color;
    session->report.color = color.len ? color.ptr : NULL;
    return SMA_OK;
}

enum sma_status sma_session_open_at(struct sma_session *session,
                                    const struct sma_arguments *arguments, const char *command,
                                    const char *config)
{
    *session = (struct sma_session){.arguments = arguments, .err = SMA_ERROR_INIT};
    session->started_ms = now_ms();
    sma_arena_init(&session->arena, 0);
    sma_report_init(&session->report, &session->arena, command);
    sma_side_init(&session->side, &session->arena, &session->project);
    enum sma_status st =
        sma_project_load(&session->project, &session->arena,
                         config ? config : sma_argument(arguments, "--config"), &session->err);
    return st ? st : read_user_config(session);
}

void sma_session_close(struct sma_session *session)
{
    sma_side_fini(&session->side);
    sma_git_close(session->git);
    sma_remote_close(session->remote);
    sma_arena_fini(&session->arena);
}

enum sma_status sma_session_git(struct sma_session *session)
{
    if (session->git)
        return SMA_OK;
    enum sma_status st = sma_git_open(&session->git, &session->err);
    if (!st && sma_argument_has(session->arguments, "--fetch"))
        sma_git_allow_fetch(session->git);
    return st;
}

enum sma_status sma_session_remote(struct sma_session *session)
{
    if (session->remote)
        return SMA_OK;
    enum sma_status st = sma_remote_open(&session->remote, session->arguments, &session->project,
                                         &session->err);
    session->side.remote = st ? NULL : session->remote;
    session->side.remote_arguments = session->arguments;
    return st;
}

/* ---- references to schemas ---- */

/* "REV" or "REV:path" behind "git:". */
static enum sma_status add_git(struct sma_session *session, struct sma_side *side,
                               const struct sma_scope *scope, struct sma_str reference)
{
    struct sma_str commit, path = SMA_STR("");
    ptrdiff_t colon = sma_str_chr(reference, ':');
    struct sma_str revision = colon < 0 ? reference : sma_str_head(reference, (size_t)colon);
    enum sma_status st = sma_session_git(session);
    if (!st)
        st = sma_git_commit(&commit, session->git, &session->arena, revision, &session->err);
    if (st)
        return st;
    if (colon >= 0)
        path = sma_path_clean(&session->arena, sma_str_from(reference, (size_t)colon + 1));
    st = sma_side_add_git(side, session->git, commit, scope, path, &session->err);
    bool any = !path.len;
    for (size_t i = 0; !st && !any && i < side->count; i++)
        any = side->files[i]->is_selected;
    return st || any ? st
                     : sma_fail(&session->err, SMA_ENOTFOUND, "%.*s has no schema at %.*s",
                                SMA_STR_ARG(side->label), SMA_STR_ARG(path));
}

static enum sma_status add_registry(struct sma_session *session, struct sma_side *side,
                                    struct sma_str reference)
{
    struct sma_sr_ref ref;
    enum sma_status st = sma_sr_parse(&ref, reference, &session->err);
    if (!st)
        st = sma_session_remote(session);
    if (!st)
        st = sma_side_add_registry(side, session->remote, session->arguments, &ref, &session->err);
    if (!st && side != &session->side)
        side->label = reference;
    return st;
}

static enum sma_status add_includes(struct sma_session *session, struct sma_side *side)
{
    const char *folder;
    struct sma_strings from_project = {NULL, 0, 0};
    for (size_t i = 0; i < session->project.source_count; i++) {
        from_project = session->project.sources[i].include;
        for (size_t j = 0; j < from_project.count; j++) {
            struct sma_str path =
                sma_path_join(&session->arena, session->project.folder, from_project.items[j]);
            struct sma_str *grown =
                sma_arena_grow(&session->arena, side->includes, side->include_count,
                               &side->include_capacity, side->include_count + 1, sizeof *grown);
            if (!grown || !path.ptr)
                return sma_fail_nomem(&session->err);
            side->includes = grown;
            grown[side->include_count++] = path;
        }
    }
    for (size_t i = 0; (folder = sma_argument_nth(session->arguments, "--include", i)); i++) {
        struct sma_str path = sma_path_clean(&session->arena, sma_str_z(folder));
        struct sma_str *grown =
            sma_arena_grow(&session->arena, side->includes, side->include_count,
                           &side->include_capacity, side->include_count + 1, sizeof *grown);
        if (!grown || !path.ptr)
            return sma_fail_nomem(&session->err);
        side->includes = grown;
        grown[side->include_count++] = path;
    }
    return SMA_OK;
}

enum sma_status sma_session_add(struct sma_session *session, struct sma_side *side,
                                struct sma_scope *scope, const char *reference)
{
    struct sma_str text = sma_str_z(reference);
    const char *type = sma_argument(session->arguments, "--type");
    const struct sma_format *format = type ? sma_type_of_word(sma_str_z(type)) : NULL;
    enum sma_status st = side->include_count ? SMA_OK : add_includes(session, side);
    if (st)
        return st;
    if (sma_str_starts(text, SMA_STR("git:")))
        return add_git(session, side, scope, sma_str_from(text, 4));
    if (sma_str_starts(text, SMA_STR("sr:")))
        return add_registry(session, side, text);
    if (sma_str_starts(text, SMA_STR("bundle:")))
        return sma_side_add_bundle(side, reference + 7, &session->err);
    size_t before = scope->count;
    st = sma_side_add_path(side, scope, reference, sma_argument(session->arguments, "--stdin-name"),
                           format, &session->err);
    side->is_single =
        !st && (scope->count == before || scope->items[scope->count - 1].kind == SMA_SCOPE_FILE);
    return st;
}

static enum sma_status add_defaults(struct sma_session *session)
{
    const struct sma_project *project = &session->project;
    enum sma_status st = SMA_OK;
    if (!project->source_count)
        return sma_session_add(session, &session->side, &session->scope, ".");
    for (size_t i = 0; !st && i < project->source_count; i++)
        for (size_t f = 0; !st && f < project->sources[i].files.count; f++) {
            struct sma_str path =
                sma_path_join(&session->arena, project->folder, project->sources[i].files.items[f]);
            st = path.ptr ? sma_session_add(session, &session->side, &session->scope, path.ptr)
                          : sma_fail_nomem(&session->err);
            /* A pattern may have nothing to match yet; that all of them have nothing is told later.
             */
            if (st == SMA_ENOTFOUND && sma_glob_is(path)) {
                sma_error_clear(&session->err);
                st = SMA_OK;
            }
        }
    return st;
}

/* Two files of one subject are told apart by their paths. */
static enum sma_status tell_apart(struct sma_session *session)
{
    struct sma_side *side = &session->side;
    for (size_t i = 0; i < side->count; i++) {
        struct sma_file *file = side->files[i];
        struct sma_file *first = sma_map_get(&side->by_subject, file->subject);
        if (!file->is_selected || file->version || !first || first == file)
            continue;
        struct sma_str longer =
            sma_path_join(&session->arena, sma_path_folder(file->path), file->subject);
        if (!longer.ptr)
            return sma_fail_nomem(&session->err);
        file->subject = longer;
    }
    return SMA_OK;
}

enum sma_status sma_session_gather(struct sma_session *session, size_t from)
{
    const struct sma_arguments *arguments = session->arguments;
    struct sma_side *side = &session->side;
    const char *subject = sma_argument(arguments, "--subject");
    size_t selected = 0;
    enum sma_status st = SMA_OK;
    for (size_t i = from; !st && i < arguments->positional_count; i++)
        st = sma_session_add(session, side, &session->scope, arguments->positional[i]);
    if (!st && arguments->positional_count <= from)
        st = add_defaults(session);
    if (!st)
        st = sma_side_name(side, &session->err);
    for (size_t i = 0; !st && i < side->count; i++)
        if (side->files[i]->is_selected) {
            st = sma_side_load(side, side->files[i], &session->err);
            side->files[i]->is_selected = !side->files[i]->is_bad;
            selected += side->files[i]->is_selected;
        }
    if (!st)
        st = tell_apart(session);
    if (!st && !selected)
        return sma_fail(&session->err, SMA_ENOTFOUND, "no schema file found");
    if (!st && subject && selected > 1)
        return sma_fail(&session->err, SMA_EINVAL, "--subject is for one schema, not %zu",
                        selected);
    for (size_t i = 0; !st && subject && i < side->count; i++)
        if (side->files[i]->is_selected)
            side->files[i]->subject = sma_str_z(subject);
    return st;
}

enum sma_status sma_session_one(struct sma_session *session, struct sma_side *side,
                                const char *reference, struct sma_file **out,
                                enum sma_build_fault *fault, struct sma_error *why)
{
    struct sma_scope scope = {NULL, 0, 0};
    struct sma_file *found = NULL;
    sma_side_init(side, &session->arena, &session->project);
    enum sma_status st = sma_session_add(session, side, &scope, reference);
    if (!st)
        st = sma_side_name(side, &session->err);
    if (!st)
        st = sma_side_chain_versions(side, &session->err);
    for (size_t i = 0; !st && i < side->count; i++) {
        struct sma_file *file = side->files[i];
        if (!file->is_selected || file->is_bad)
            continue;
        bool is_newest = sma_map_get(&side->by_subject, file->subject) == file || !file->version;
        if (found && is_newest)
            return sma_fail(&session->err, SMA_EINVAL, "\"%s\" names more than one schema",
                            reference);
        if (is_newest)
            found = file;
    }
    if (!st && !found)
        return sma_fail(&session->err, SMA_ENOTFOUND, "\"%s\" names no schema", reference);
    if (!st)
        st = sma_side_load(side, found, &session->err);
    if (!st && !found->format)
        return sma_fail(&session->err, SMA_EINVAL,
                        "%s: neither its name nor its text says what it is; use --type", reference);
    if (!st)
        st = sma_side_build(side, found, fault, why, &session->err);
    if (!st)
        *out = found;
    return st;
}

/* ---- findings ---- */

const char *sma_format_prefix(const struct sma_format *format)
{
    if (!format)
        return "schema";
    return format == &sma_format_avro         ? "avro"
           : format == &sma_format_jsonschema ? "json"
                                              : "proto";
}

struct sma_place sma_place_of(const struct sma_side *side, const struct sma_file *file,
                              struct sma_span span)
{
    bool is_file = !side->git && !file->id && !file->is_remote &&
                   !sma_str_starts(file->label, SMA_STR("bundle:"));
    struct sma_str label = file->label;
    if (file->is_formatted)
        label = sma_arena_printf(side->arena, "%.*s, formatted", SMA_STR_ARG(label));
    return (struct sma_place){
        .label = label.ptr ? label : file->label,
        .file = is_file ? file->path : SMA_STR(""),
        .text = file->text,
        .span = span,
        .byte_shift = file->has_bom ? 3 : 0,
        .is_known = span.end > span.start && span.end <= file->text.len,
        .version = file->version,
        .id = file->id,
    };
}

/* The end of the word (or the character) at a place. */
static struct sma_span word_at(struct sma_str text, size_t at)
{
    size_t end = at;
    if (at == SMA_NO_OFFSET || at > text.len)
        return (struct sma_span){0, 0};
    if (at == text.len && at > 0)
        at = end = at - 1;
    while (end < text.len && !strchr(" \t\r\n,:;{}[]()=", text.ptr[end]))
        end++;
    if (end == at)
        end = at + 1;
    while (end < text.len && ((unsigned char)text.ptr[end] & 0xC0) == 0x80)
        end++;
    return (struct sma_span){(uint32_t)at, (uint32_t)end};
}

struct sma_said *sma_session_say_fault(struct sma_session *session, const struct sma_side *side,
                                       const struct sma_file *file, enum sma_build_fault fault,
                                       const struct sma_error *why)
{
    static const char *const names[] = {"", "invalid", "unresolved-reference", "reference-cycle"};
    struct sma_arena *arena = &session->arena;
    struct sma_said *said = sma_report_add(&session->report);
    struct sma_buf message;
    if (!said)
        return NULL;
    const char *prefix = fault == SMA_FAULT_PARSE ? sma_format_prefix(file->format) : "schema";
    sma_buf_init(&message, 0);
    for (const char *c = why->message; *c; c++)
        sma_buf_putc(&message, *c == '\n' || *c == '\r' ? ' ' : *c);
    said->rule = sma_arena_printf(arena, "%s/%s", prefix, names[fault]);
    said->subject = file->subject;
    said->message = sma_arena_copy(arena, sma_buf_str(&message));
    sma_buf_fini(&message);
    said->place = sma_place_of(side, file, word_at(file->text, why->offset));
    for (const struct sma_own_rule *r = sma_own_rules; r->name; r++)
        if (sma_str_eqz(said->rule, r->name))
            said->fix.text = sma_str_z(r->fix);
    sma_said_sign(said);
    return said;
}

bool sma_session_fixes(struct sma_session *session, enum sma_status *st)
{
    size_t count = 0;
    if (*st || !sma_argument_has(session->arguments, "--fix"))
        return false;
    *st = sma_session_accept(session);
    if (!*st)
        *st = sma_fix_propose(session);
    if (!*st)
        *st = sma_fix_apply(session, &count);
    return !*st && count;
}

enum sma_status sma_session_has_errors(struct sma_session *session, bool *out)
{
    const struct sma_report *report = &session->report;
    enum sma_status st = sma_session_accept(session);
    *out = false;
    for (size_t i = 0; !st && i < report->count; i++)
        *out |= report->findings[i].severity == SMA_SEVERITY_ERROR &&
                !report->findings[i].accepted.ptr;
    return st;
}

int sma_session_finish(struct sma_session *session, enum sma_status st)
{
    int code;
    const char *fail_on = sma_argument(session->arguments, "--fail-on");
    if (!fail_on && session->project.fail_on.len)
        fail_on = session->project.fail_on.ptr;
    if (!st)
        st = sma_session_accept(session);
    if (!st)
        st = sma_fix_propose(session);
    if (st) {
        code = sma_cli_fail(st, &session->err);
    } else {
        session->report.elapsed_ms = now_ms() - session->started_ms;
        code = sma_report_finish(&session->report, session->arguments, fail_on);
    }
    sma_session_close(session);
    return code;
}
