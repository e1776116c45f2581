/* schemata check: is this change safe? Matches candidates with their bases by subject, runs the
 * rule engine that the server runs, and reports. */
#include <stdlib.h>

#include "cli/check_registry.h"
#include "cli/commands.h"
#include "cli/rules.h"
#include "cli/session.h"
#include "cli/side_registry.h"
#include "cli/watch.h"
#include "core/compat/compat.h"

const struct sma_option sma_check_options[] = {
    {.name = "--against",
     .value = "REF",
     .repeats = true,
     .standard = "the configuration, else the git merge base with the default branch",
     .help = "compare with files, a folder, git:REV[:path], sr:[SUBJECT[@V]] or bundle:FILE"},
    {.name = "--level",
     .value = "LEVEL",
     .letter = 'l',
     .standard = "the subject's in the configuration, the registry's, the configuration's, BACKWARD",
     .help = "NONE, BACKWARD, FORWARD, FULL, or one of them with _TRANSITIVE"},
    {.name = "--history",
     .value = "N|all",
     .standard = "all",
     .help = "how many versions transitive levels look at in git and in a registry"},
    {.name = "--deleted",
     .value = "error|warn|ignore",
     .standard = "warn",
     .help = "what a schema of the base without counterpart is; of a registry only when given"},
    {.name = "--new",
     .value = "ignore|warn|error",
     .standard = "ignore",
     .help = "what a schema without base is"},
    {.name = "--all-levels", .help = "print the verdicts of BACKWARD, FORWARD and FULL for all"},
    {.name = "--baseline",
     .value = "FILE",
     .standard = "schemata-baseline.json",
     .help = "accepted findings"},
    {.name = "--update-baseline", .help = "write the findings of this run as accepted"},
    {.name = "--fix", .help = "write the edits that are safe, then check again"},
    {.name = "--watch", .help = "check again whenever a schema changes, until Ctrl-C"},
    {.name = NULL},
};

struct base {
    struct sma_side side;
    struct sma_str commit; /* git */
};

struct check {
    struct sma_session *session;
    struct base *bases;
    size_t base_count;
    const char *deleted, *fresh;
    size_t history;
    enum sma_level flag_level;
    bool has_flag_level;
    struct sma_levels_in_force in_force; /* of the registry, when it is a base */
    struct sma_sr_ref single;            /* "sr:orders-value": its level counts for every candidate */
};

/* ---- settings ---- */

static const char *setting(const struct sma_session *s, const char *option, struct sma_str project,
                           const char *standard)
{
    const char *flag = sma_argument(s->arguments, option);
    return flag ? flag : project.len ? project.ptr : standard;
}

static enum sma_status read_settings(struct check *c)
{
    struct sma_session *s = c->session;
    const char *level = sma_argument(s->arguments, "--level");
    const char *history = setting(s, "--history", s->project.history, "all");
    char *end = NULL;
    c->deleted = setting(s, "--deleted", s->project.deleted, "warn");
    c->fresh = setting(s, "--new", s->project.new_subjects, "ignore");
    c->has_flag_level = level != NULL;
    if (level && !sma_level_parse(sma_str_z(level), &c->flag_level))
        return sma_fail(&s->err, SMA_EINVAL,
                        "no level \"%s\": NONE, BACKWARD, FORWARD, FULL, or one of them with "
                        "_TRANSITIVE",
                        level);
    c->history = strcmp(history, "all") ? strtoul(history, &end, 10) : 0;
    if (end && (*end || !c->history || history[0] == '-'))
        return sma_fail(&s->err, SMA_EINVAL, "--history wants a number or all, not \"%s\"",
                        history);
    return SMA_OK;
}

/* The level of a subject, and where it comes from. */
static enum sma_level level_of(const struct check *c, struct sma_str subject, struct sma_str *from)
{
    enum sma_level level = SMA_LEVEL_BACKWARD;
    struct sma_str own = sma_project_level(&c->session->project, subject);
    *from = SMA_STR("--level");
    if (c->has_flag_level)
        return c->flag_level;
    if (own.len && sma_level_parse(own, &level)) {
        *from = sma_arena_printf(&c->session->arena, "set on subject %.*s in %.*s",
                                 SMA_STR_ARG(subject), SMA_STR_ARG(c->session->project.path));
        return level;
    }
    const struct sma_level_in_force *of_registry = sma_levels_find(
        &c->in_force, c->single.kind == SMA_SR_SUBJECT ? c->single.subject : subject);
    if (of_registry) {
        *from = of_registry->from;
        return of_registry->level;
    }
    *from = SMA_STR("default");
    if (c->session->project.level.len && sma_level_parse(c->session->project.level, &level))
        *from = c->session->project.path;
    return level;
}

static bool any_transitive(const struct check *c)
{
    const struct sma_side *side = &c->session->side;
    struct sma_str from;
    for (size_t i = 0; i < side->count; i++)
        if (side->files[i]->is_selected &&
            sma_level_is_transitive(level_of(c, side->files[i]->subject, &from)))
            return true;
    return false;
}

/* ---- bases ---- */

static enum sma_status open_git_base(struct check *c, struct base *base, struct sma_str reference)
{
    struct sma_session *s = c->session;
    ptrdiff_t colon = sma_str_chr(reference, ':');
    struct sma_str revision = colon < 0 ? reference : sma_str_head(reference, (size_t)colon);
    struct sma_str path = SMA_STR("");
    enum sma_status st = sma_session_git(s);
    if (!st)
        st = sma_git_commit(&base->commit, s->git, &s->arena, revision, &s->err);
    if (st)
        return st;
    if (colon >= 0)
        path = sma_path_clean(&s->arena, sma_str_from(reference, (size_t)colon + 1));
    st = sma_side_add_git(&base->side, s->git, base->commit, &s->scope, path, &s->err);
    if (!st)
        st = sma_side_name(&base->side, &s->err);
    size_t selected = 0;
    for (size_t i = 0; !st && i < base->side.count; i++)
        selected += base->side.files[i]->is_selected;
    base->side.is_single = path.len && selected == 1;
    if (!st && path.len && !selected)
        return sma_fail(&s->err, SMA_ENOTFOUND, "%.*s has no schema at %.*s",
                        SMA_STR_ARG(base->side.label), SMA_STR_ARG(path));
    if (!st && any_transitive(c))
        st = sma_side_add_history(&base->side, base->commit, c->history, &s->err);
    return st;
}

static const struct sma_level_in_force *in_force(const struct check *c, struct sma_str subject)
{
    return sma_levels_find(&c->in_force,
                           c->single.kind == SMA_SR_SUBJECT ? c->single.subject : subject);
}

/* Where the registry has a group, only versions with the candidate's value of it are compared. */
static bool is_in_group(void *ctx, const struct sma_fetch *item)
{
    const struct check *c = ctx;
    const struct sma_level_in_force *level = in_force(c, item->subject);
    if (!level || !level->group.len)
        return true;
    struct sma_str mine = sma_check_property(c->session, item->subject, level->group);
    const struct sma_json *its = sma_json_get(
        sma_json_getz(item->schema.metadata, "properties"), level->group);
    if (!sma_json_is(its, SMA_JSON_STRING))
        return !mine.ptr;
    return mine.ptr && sma_str_eq(mine, its->text);
}

/* The newest version of each subject, or as many as a transitive level looks at. */
static enum sma_status want_versions(struct check *c, struct sma_wanted *wanted,
                                     const struct sma_strings *subjects,
                                     const struct sma_sr_ref *ref)
{
    struct sma_session *s = c->session;
    enum sma_status st = SMA_OK;
    for (size_t i = 0; !st && i < subjects->count; i++) {
        struct sma_str from;
        const struct sma_level_in_force *level = in_force(c, subjects->items[i]);
        bool has_group = level && level->group.len;
        bool is_deep = ref->versions == SMA_SR_EVERY ||
                       (!ref->is_explicit &&
                        (has_group ||
                         sma_level_is_transitive(level_of(c, subjects->items[i], &from))));
        st = is_deep ? sma_wanted_add_history(wanted, s->remote, &s->arena, subjects->items[i],
                                              has_group ? 0 : c->history, &s->err)
                     : sma_wanted_add(wanted, &s->arena, subjects->items[i], ref->version, &s->err);
    }
    return st;
}

/* What lies in a registry and not here is usually somebody else's: it counts as deleted only when
 * that was asked for. */
static enum sma_status open_registry_base(struct check *c, struct base *base,
                                          struct sma_str reference)
{
    struct sma_session *s = c->session;
    struct sma_strings subjects;
    struct sma_wanted wanted = {NULL, 0, 0};
    struct sma_sr_ref ref;
    bool with_gone = sma_argument_has(s->arguments, "--deleted");
    enum sma_status st = sma_sr_parse(&ref, reference, &s->err);
    if (!st)
        st = sma_session_remote(s);
    if (st)
        return st;
    if (ref.kind == SMA_SR_ID || ref.kind == SMA_SR_GUID)
        return sma_side_add_registry(&base->side, s->remote, s->arguments, &ref, &s->err);
    st = sma_check_subjects(&subjects, s, &ref, with_gone && strcmp(c->deleted, "ignore"));
    bool is_one = ref.kind == SMA_SR_SUBJECT && !sma_subject_is_pattern(ref.subject);
    if (is_one)
        c->single = ref;
    if (!st && !c->has_flag_level)
        st = sma_check_levels(&c->in_force, s, &subjects);
    if (!st)
        st = want_versions(c, &wanted, &subjects, &ref);
    if (!st)
        st = sma_side_add_wanted(&base->side, s->remote, s->arguments, &wanted, is_in_group, c,
                                 &s->err);
    base->side.is_single = is_one;
    if (!st && is_one && !base->side.count)
        return sma_remote_fail(&s->err, SMA_ENOTFOUND, SMA_EXIT_NOT_FOUND, "%s has no %.*s",
                               sma_remote_url(s->remote), SMA_STR_ARG(reference));
    return st;
}

static enum sma_status open_base(struct check *c, const char *reference)
{
    struct sma_session *s = c->session;
    struct base *base = &c->bases[c->base_count];
    struct sma_scope scope = {NULL, 0, 0};
    sma_side_init(&base->side, &s->arena, &s->project);
    c->base_count++;
    if (!strncmp(reference, "git:", 4)) {
        base->side.includes = s->side.includes;
        base->side.include_count = s->side.include_count;
        return open_git_base(c, base, sma_str_z(reference + 4));
    }
    bool is_registry = !strncmp(reference, "sr:", 3);
    enum sma_status st = is_registry
                             ? open_registry_base(c, base, sma_str_z(reference))
                             : sma_session_add(s, &base->side, &scope, reference);
    if (!st)
        st = sma_side_name(&base->side, &s->err);
    if (!st && strncmp(reference, "bundle:", 7))
        base->side.label = sma_str_z(reference);
    return st ? st : sma_side_chain_versions(&base->side, &s->err);
}

static enum sma_status open_bases(struct check *c)
{
    struct sma_session *s = c->session;
    size_t flags = 0, listed = s->project.against.count;
    enum sma_status st = SMA_OK;
    while (sma_argument_nth(s->arguments, "--against", flags))
        flags++;
    c->bases = sma_arena_calloc(&s->arena, flags + listed + 1, sizeof *c->bases);
    if (!c->bases)
        return sma_fail_nomem(&s->err);
    for (size_t i = 0; !st && i < flags; i++)
        st = open_base(c, sma_argument_nth(s->arguments, "--against", i));
    for (size_t i = 0; !st && !flags && i < listed; i++)
        st = open_base(c, s->project.against.items[i].ptr);
    if (st || flags || listed)
        return st;
    st = open_base(c, "git:merge-base");
    if (st == SMA_ENOTFOUND && !s->git) {
        sma_error_clear(&s->err);
        return sma_fail(&s->err, SMA_EINVAL,
                        "nothing to compare with: this is no git work tree; name a base with "
                        "--against");
    }
    return st;
}

/* The base's file for a candidate: at the same path, else of the same subject unless that one's
 * own path is still among the candidates. */
static struct sma_file *match(const struct check *c, struct base *base,
                              const struct sma_file *candidate)
{
    struct sma_side *side = &base->side;
    struct sma_file *only = NULL;
    for (size_t i = 0; side->is_single && i < side->count; i++)
        if (side->files[i]->is_selected && !side->files[i]->is_bad &&
            (!only || side->files[i]->version > only->version))
            only = side->files[i];
    if (only)
        return only;
    struct sma_file *file = side->git ? sma_side_at(side, candidate->path) : NULL;
    if (file)
        return file;
    file = sma_map_get(&side->by_subject, candidate->subject);
    if (file && !side->git && !file->is_selected)
        return NULL; /* deleted in the bundle, there only to be referred to */
    struct sma_file *still = file ? sma_map_get(&c->session->side.by_path, file->path) : NULL;
    bool is_other = side->git && still && still->is_selected && still != candidate;
    return is_other ? NULL : file;
}

/* ---- one candidate ---- */

struct earlier_ctx {
    struct check *check;
    struct sma_side *side;
    struct sma_file *file; /* the newest */
    struct sma_file *last; /* given last */
    bool broken;           /* an earlier version cannot be built */
    struct sma_error why;
};

static enum sma_status next_earlier(void *ctx, size_t i, struct sma_earlier *out,
                                    struct sma_error *err)
{
    struct earlier_ctx *e = ctx;
    enum sma_build_fault fault = SMA_FAULT_NONE;
    struct sma_file *file = e->file;
    for (; i && file; i--)
        file = file->older;
    *out = (struct sma_earlier){NULL, 0};
    if (!file)
        return SMA_OK;
    sma_error_clear(&e->why);
    enum sma_status st = sma_side_build(e->side, file, &fault, &e->why, err);
    if (st)
        return st;
    e->last = file;
    e->broken = fault != SMA_FAULT_NONE;
    if (e->broken)
        return sma_fail(err, SMA_ENOTFOUND, "%.*s is no valid schema: %s", SMA_STR_ARG(file->label),
                        e->why.message);
    *out = (struct sma_earlier){file->schema, file->version};
    return SMA_OK;
}

static enum sma_policy policy_of(const struct check *c, struct sma_str subject)
{
    const struct sma_level_in_force *level = in_force(c, subject);
    return level && level->is_lenient ? SMA_POLICY_LENIENT : SMA_POLICY_STRICT;
}

static enum sma_status run_level(struct check *c, struct sma_check_result *result,
                                 struct earlier_ctx *e, const struct sma_file *candidate,
                                 enum sma_level level)
{
    struct sma_check check = {.level = level,
                              .policy = policy_of(c, candidate->subject),
                              .candidate = candidate->schema,
                              .earlier = next_earlier,
                              .earlier_ctx = e};
    e->last = NULL;
    return sma_check_run(result, &c->session->arena, &check, &c->session->err);
}

struct saying {
    struct check *check;
    struct sma_file *candidate;
    struct earlier_ctx *earlier;
    enum sma_level level;
    struct sma_str level_from;
};

static struct sma_said *say(const struct saying *w, struct sma_str rule, struct sma_str message,
                            enum sma_direction direction)
{
    struct sma_session *s = w->check->session;
    struct sma_said *said = sma_report_add(&s->report);
    const struct sma_file *old = w->earlier->last ? w->earlier->last : w->earlier->file;
    bool is_backward = direction == SMA_DIRECTION_BACKWARD;
    if (!said)
        return NULL;
    said->rule = rule;
    said->message = message;
    said->direction = direction;
    said->subject = w->candidate->subject;
    said->level = sma_str_z(sma_level_name(w->level));
    said->level_from = w->level_from;
    said->against = w->earlier->side->label;
    if (direction != SMA_DIRECTION_NONE)
        said->why = sma_arena_printf(
            &s->arena,
            is_backward ? "readers on this schema cannot read data written with %.*s"
                        : "readers on %.*s cannot read data written with this schema",
            SMA_STR_ARG(old->label));
    said->place = sma_place_of(&s->side, w->candidate, (struct sma_span){0, 0});
    said->related = sma_place_of(w->earlier->side, old, (struct sma_span){0, 0});
    return said;
}

static enum sma_status say_findings(const struct saying *w, const struct sma_findings *findings,
                                    enum sma_direction direction)
{
    struct sma_session *s = w->check->session;
    bool is_backward = direction == SMA_DIRECTION_BACKWARD;
    for (size_t i = 0; i < findings->count; i++) {
        const struct sma_finding *f = &findings->items[i];
        struct sma_buf text;
        if (f->is_compatible)
            continue;
        sma_buf_init(&text, 0);
        sma_finding_description(&text, f, is_backward ? "new" : "old", is_backward ? "old" : "new");
        struct sma_said *said =
            say(w, sma_rule_name(&s->arena, w->candidate->format, f->rule),
                sma_arena_copy(&s->arena, text.len ? sma_buf_str(&text) : sma_str_z(f->rule->id)),
                direction);
        sma_buf_fini(&text);
        if (!said || !said->message.ptr || !said->rule.ptr)
            return sma_fail_nomem(&s->err);
        said->path = f->path;
        said->fix.text = sma_str_z(f->rule->fix);
        said->place.span =
            sma_locate(w->candidate->schema, f, is_backward ? f->reader_span : f->writer_span);
        said->place.is_known = said->place.span.end > said->place.span.start;
        said->related.span = is_backward ? f->writer_span : f->reader_span;
        said->related.is_known = said->related.span.end > said->related.span.start &&
                                 said->related.span.end <= said->related.text.len;
        sma_said_sign(said);
    }
    return SMA_OK;
}

/* What the driver said without a finding: another type, or the engine stumbled. */
static enum sma_status say_message(const struct saying *w, const struct sma_check_result *result)
{
    struct sma_session *s = w->check->session;
    const struct sma_file *old = w->earlier->last;
    bool other_type = old && old->format != w->candidate->format;
    struct sma_str rule =
        other_type ? SMA_STR("schema/type-changed") : SMA_STR("schema/check-failed");
    struct sma_str message = result->message_count ? result->messages[0] : SMA_STR("refused");
    if (other_type)
        message = sma_arena_printf(&s->arena, "the schema was %s and is %s now", old->format->name,
                                   w->candidate->format->name);
    struct sma_said *said = say(w, rule, message, SMA_DIRECTION_NONE);
    if (!said)
        return sma_fail_nomem(&s->err);
    sma_said_sign(said);
    return SMA_OK;
}

static enum sma_status say_result(const struct saying *w, const struct sma_check_result *result)
{
    size_t before = w->check->session->report.count;
    enum sma_status st = say_findings(w, &result->backward, SMA_DIRECTION_BACKWARD);
    if (!st)
        st = say_findings(w, &result->forward, SMA_DIRECTION_FORWARD);
    if (!st && w->check->session->report.count == before)
        st = say_message(w, result);
    return st;
}

/* Both directions, at the reach of the level asked for. */
static enum sma_status find_verdict(struct check *c, struct sma_subject_report *subject,
                                    struct earlier_ctx *e, const struct sma_file *candidate,
                                    enum sma_level level, bool is_compatible)
{
    bool reach = sma_level_is_transitive(level);
    bool knows_backward = is_compatible && sma_level_is_backward(level);
    bool knows_forward = is_compatible && sma_level_is_forward(level);
    struct sma_check_result result = {.is_compatible = true};
    enum sma_status st = SMA_OK;
    if (!knows_backward) {
        st = run_level(c, &result, e, candidate,
                       reach ? SMA_LEVEL_BACKWARD_TRANSITIVE : SMA_LEVEL_BACKWARD);
        subject->verdict.backward &= !st && result.is_compatible;
    }
    if (!st && !knows_forward) {
        st = run_level(c, &result, e, candidate,
                       reach ? SMA_LEVEL_FORWARD_TRANSITIVE : SMA_LEVEL_FORWARD);
        subject->verdict.forward &= !st && result.is_compatible;
    }
    return st;
}

static enum sma_status add_compared(struct sma_session *s, struct sma_subject_report *subject,
                                    const struct sma_file *old, bool is_compatible)
{
    struct sma_compared *grown =
        sma_arena_grow(&s->arena, subject->compared, subject->compared_count,
                       &subject->compared_capacity, subject->compared_count + 1, sizeof *grown);
    if (!grown)
        return sma_fail_nomem(&s->err);
    subject->compared = grown;
    grown[subject->compared_count++] =
        (struct sma_compared){old->label, old->version, old->id, is_compatible};
    return SMA_OK;
}

/* A base that is no valid schema cannot be compared with: the run could not be finished. */
static enum sma_status compare(struct check *c, size_t subject_index, struct base *base,
                               struct sma_file *candidate, struct sma_file *old)
{
    struct sma_session *s = c->session;
    struct sma_str from;
    enum sma_level level = level_of(c, candidate->subject, &from);
    struct earlier_ctx e = {.check = c, .side = &base->side, .file = old, .why = SMA_ERROR_INIT};
    struct saying w = {c, candidate, &e, level, from};
    struct sma_check_result result;
    enum sma_status st = run_level(c, &result, &e, candidate, level);
    if (st)
        return st;
    struct sma_subject_report *subject = &s->report.subjects[subject_index];
    subject->is_compatible &= result.is_compatible;
    st = add_compared(s, subject, e.last && !result.is_compatible ? e.last : old,
                      result.is_compatible);
    if (!st && !result.is_compatible)
        st = say_result(&w, &result);
    return st ? st : find_verdict(c, subject, &e, candidate, level, result.is_compatible);
}

static enum sma_severity severity_of(const char *word)
{
    return !strcmp(word, "error") ? SMA_SEVERITY_ERROR : SMA_SEVERITY_WARNING;
}

static enum sma_status say_new(struct check *c, const struct sma_file *file)
{
    struct sma_session *s = c->session;
    if (!strcmp(c->fresh, "ignore"))
        return SMA_OK;
    struct sma_said *said = sma_report_add(&s->report);
    if (!said)
        return sma_fail_nomem(&s->err);
    said->rule = SMA_STR("schema/subject-new");
    said->severity = severity_of(c->fresh);
    said->subject = file->subject;
    said->message = sma_arena_printf(&s->arena, "%.*s has nothing to be compared with",
                                     SMA_STR_ARG(file->subject));
    said->place = sma_place_of(&s->side, file, (struct sma_span){0, 0});
    sma_said_sign(said);
    return SMA_OK;
}

static enum sma_status check_file(struct check *c, struct sma_file *candidate)
{
    struct sma_session *s = c->session;
    enum sma_build_fault fault = SMA_FAULT_NONE;
    struct sma_error why = SMA_ERROR_INIT;
    struct sma_str from;
    size_t index = s->report.subject_count;
    struct sma_subject_report *subject = sma_report_add_subject(&s->report);
    enum sma_status st = sma_side_build(&s->side, candidate, &fault, &why, &s->err);
    if (st || !subject)
        return st ? st : sma_fail_nomem(&s->err);
    subject->subject = candidate->subject;
    subject->type = sma_str_z(candidate->format->name);
    subject->file = candidate->label;
    subject->level = sma_str_z(sma_level_name(level_of(c, candidate->subject, &from)));
    subject->level_from = from;
    subject->verdict = (struct sma_verdict){true, true};
    subject->state = fault ? SMA_SUBJECT_BROKEN : SMA_SUBJECT_NEW;
    subject->is_compatible = !fault;
    if (fault)
        return sma_session_say_fault(s, &s->side, candidate, fault, &why) ? SMA_OK
                                                                          : sma_fail_nomem(&s->err);
    for (size_t i = 0; !st && i < c->base_count; i++) {
        struct sma_file *old = match(c, &c->bases[i], candidate);
        if (!old)
            continue;
        st = sma_side_load(&c->bases[i].side, old, &s->err);
        if (st || old->is_bad)
            continue;
        s->report.subjects[index].state = SMA_SUBJECT_CHECKED;
        s->report.subjects[index].has_verdict = true;
        st = compare(c, index, &c->bases[i], candidate, old);
    }
    bool is_new = s->report.subjects[index].state == SMA_SUBJECT_NEW;
    return st || !is_new ? st : say_new(c, candidate);
}

/* ---- what is gone ---- */

static bool is_gone(struct check *c, const struct base *base, const struct sma_file *old)
{
    const struct sma_map *candidates = &c->session->side.by_subject;
    struct sma_file *same = sma_map_get(candidates, old->subject);
    struct sma_file *newest = sma_map_get(&base->side.by_subject, old->subject);
    struct sma_file *there = sma_map_get(&c->session->side.by_path, old->path);
    if (!old->is_selected || old->is_bad || (old->version && newest != old))
        return false;
    return !(same && same->is_selected) && !(there && there->is_selected);
}

static enum sma_status say_gone(struct check *c, struct base *base, struct sma_file *old)
{
    struct sma_session *s = c->session;
    enum sma_status st = sma_side_load(&base->side, old, &s->err);
    if (st || old->is_bad)
        return st;
    struct sma_subject_report *subject = sma_report_add_subject(&s->report);
    struct sma_said *said = sma_report_add(&s->report);
    if (!said || !subject)
        return sma_fail_nomem(&s->err);
    subject->subject = said->subject = old->subject;
    subject->type = sma_str_z(old->format->name);
    subject->state = SMA_SUBJECT_DELETED;
    said->rule = SMA_STR("schema/subject-deleted");
    said->severity = severity_of(c->deleted);
    said->message = sma_arena_printf(&s->arena, "%.*s is in %.*s and not here any more",
                                     SMA_STR_ARG(old->subject), SMA_STR_ARG(base->side.label));
    said->place = sma_place_of(&base->side, old, (struct sma_span){0, 0});
    said->against = base->side.label;
    said->fix.text = SMA_STR("Bring it back, or say --deleted ignore when it is meant.");
    sma_said_sign(said);
    return SMA_OK;
}

static enum sma_status check_gone(struct check *c, struct base *base)
{
    enum sma_status st = SMA_OK;
    const struct sma_scope *scope = &c->session->scope;
    bool is_narrow = true;
    for (size_t i = 0; i < scope->count; i++)
        is_narrow &= scope->items[i].kind == SMA_SCOPE_FILE;
    if (!strcmp(c->deleted, "ignore") || is_narrow || base->side.is_single)
        return SMA_OK;
    for (size_t i = 0; !st && i < base->side.count; i++)
        if (is_gone(c, base, base->side.files[i]))
            st = say_gone(c, base, base->side.files[i]);
    return st;
}

/* ---- all of it ---- */

static enum sma_status run(struct check *c)
{
    struct sma_side *side = &c->session->side;
    enum sma_status st = read_settings(c);
    if (!st)
        st = sma_session_gather(c->session, 0);
    size_t count = side->count;
    if (!st)
        st = open_bases(c);
    for (size_t i = 0; i < c->base_count; i++)
        c->bases[i].side.is_single &= count == 1 || side->is_single;
    for (size_t i = 0; !st && i < count; i++)
        if (side->files[i]->is_selected)
            st = check_file(c, side->files[i]);
    for (size_t i = 0; !st && i < c->base_count; i++)
        st = check_gone(c, &c->bases[i]);
    return st;
}

enum sma_status sma_check_with_registry(struct sma_session *session)
{
    struct check c = {.session = session, .deleted = "ignore", .fresh = "ignore"};
    size_t count = session->side.count;
    c.bases = sma_arena_calloc(&session->arena, 1, sizeof *c.bases);
    if (!c.bases)
        return sma_fail_nomem(&session->err);
    enum sma_status st = open_base(&c, "sr:");
    for (size_t i = 0; !st && i < count; i++)
        if (session->side.files[i]->is_selected)
            st = check_file(&c, session->side.files[i]);
    sma_side_fini(&c.bases[0].side);
    return st;
}

static int check_once(const struct sma_arguments *arguments, bool may_fix)
{
    struct sma_session session;
    struct check check = {.session = &session};
    enum sma_status st = sma_session_open(&session, arguments, "check");
    session.report.show_verdicts = sma_argument_has(arguments, "--all-levels");
    if (!st)
        st = run(&check);
    for (size_t i = 0; i < check.base_count; i++)
        sma_side_fini(&check.bases[i].side);
    if (may_fix && sma_session_fixes(&session, &st)) {
        sma_session_close(&session);
        return check_once(arguments, false);
    }
    return sma_session_finish(&session, st);
}

static int check_and_fix(const struct sma_arguments *arguments)
{
    return check_once(arguments, true);
}

int sma_check_main(const struct sma_arguments *arguments)
{
    if (sma_argument_has(arguments, "--watch"))
        return sma_watch(arguments, check_and_fix);
    return check_and_fix(arguments);
}
