/* Findings that people have accepted: entries of the project, a baseline of fingerprints, and
 * comments in Protobuf files. Accepted findings stay in the report, marked. */
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "cli/session.h"
#include "core/json/json.h"
#include "core/json/writer.h"

static const char *baseline_path(struct sma_session *session)
{
    const char *path = sma_argument(session->arguments, "--baseline");
    if (path)
        return path;
    struct sma_str name = session->project.baseline.len ? session->project.baseline
                                                        : SMA_STR("schemata-baseline.json");
    return sma_path_join(&session->arena, session->project.folder, name).ptr;
}

static enum sma_status add_entry(struct sma_session *session, const struct sma_json *row)
{
    struct sma_project *p = &session->project;
    const struct sma_json *fingerprint = sma_json_getz(row, "fingerprint");
    struct sma_project_accept *grown =
        sma_arena_grow(&session->arena, p->accepts, p->accept_count, &p->accept_capacity,
                       p->accept_count + 1, sizeof *grown);
    if (!grown)
        return sma_fail_nomem(&session->err);
    if (!sma_json_is(fingerprint, SMA_JSON_STRING))
        return sma_fail(&session->err, SMA_EINVAL, "the baseline has an entry without fingerprint");
    p->accepts = grown;
    grown[p->accept_count++] = (struct sma_project_accept){
        .fingerprint = fingerprint->text, .reason = SMA_STR("baseline"), .is_baseline = true};
    return SMA_OK;
}

static enum sma_status read_baseline(struct sma_session *session, const char *path)
{
    struct sma_str text;
    const struct sma_json *root;
    if (!path || (access(path, F_OK) && !sma_argument_has(session->arguments, "--baseline")))
        return SMA_OK;
    enum sma_status st = sma_read_file(&text, &session->arena, path, &session->err);
    if (!st)
        st = sma_json_parse(&root, &session->arena, text, NULL, NULL, &session->err);
    if (st)
        return st;
    const struct sma_json *rows = sma_json_getz(root, "accepted");
    for (size_t i = 0; !st && sma_json_is(rows, SMA_JSON_ARRAY) && i < rows->count; i++)
        st = add_entry(session, &rows->items[i]);
    return st;
}

static enum sma_status write_baseline(struct sma_session *session, const char *path)
{
    struct sma_buf out;
    const struct sma_report *report = &session->report;
    sma_buf_init(&out, 0);
    sma_buf_putz(&out, "{\"schemata\": 1, \"accepted\": [");
    for (size_t i = 0; i < report->count; i++) {
        struct sma_json_writer w = sma_json_writer_on(&out);
        sma_buf_putz(&out, i ? ",\n  " : "\n  ");
        sma_jw_object_open(&w);
        sma_jw_member_string(&w, "fingerprint", sma_str_z(report->findings[i].fingerprint));
        sma_jw_member_string(&w, "rule", report->findings[i].rule);
        sma_jw_member_string(&w, "subject", report->findings[i].subject);
        sma_jw_member_string(&w, "path", report->findings[i].path);
        sma_jw_object_close(&w);
    }
    sma_buf_putz(&out, "\n]}\n");
    FILE *file = fopen(path, "w");
    bool failed = !file || fwrite(sma_buf_str(&out).ptr, 1, out.len, file) != out.len;
    if (file && fclose(file))
        failed = true;
    sma_buf_fini(&out);
    return failed ? sma_fail(&session->err, SMA_EIO, "cannot write %s: %s", path, strerror(errno))
                  : SMA_OK;
}

/* ---- matching ---- */

static bool is_over(struct sma_str until)
{
    char today[16];
    time_t now = time(NULL);
    struct tm parts;
    if (!until.len || !gmtime_r(&now, &parts))
        return false;
    strftime(today, sizeof today, "%Y-%m-%d", &parts);
    return sma_str_cmp(until, sma_str_z(today)) < 0;
}

static bool same_or_unset(struct sma_str wanted, struct sma_str is)
{
    return !wanted.len || sma_str_eq(wanted, is);
}

static bool entry_fits(const struct sma_project_accept *entry, const struct sma_said *said)
{
    bool says_something = entry->fingerprint.len || entry->rule.len;
    return says_something && same_or_unset(entry->fingerprint, sma_str_z(said->fingerprint)) &&
           same_or_unset(entry->rule, said->rule) && same_or_unset(entry->subject, said->subject) &&
           same_or_unset(entry->path, said->path) && !is_over(entry->until);
}

/* "// schemata:allow RULE reason" on the finding's line or the one above. */
static bool comment_fits(const struct sma_said *said, struct sma_str *reason)
{
    struct sma_str text = said->place.text, word = SMA_STR("schemata:allow ");
    size_t begin = said->place.span.start, end = begin;
    if (!said->place.is_known || !sma_str_starts(said->rule, SMA_STR("proto/")))
        return false;
    for (int lines = 0; begin > 0 && (text.ptr[begin - 1] != '\n' || lines++ < 1);)
        begin--;
    while (end < text.len && text.ptr[end] != '\n')
        end++;
    for (size_t i = begin; i + word.len <= end; i++) {
        struct sma_str rest = sma_str_make(text.ptr + i, end - i);
        if (!sma_str_starts(rest, word))
            continue;
        rest = sma_str_from(rest, word.len);
        if (!sma_str_starts(rest, said->rule))
            continue;
        rest = sma_str_from(rest, said->rule.len);
        ptrdiff_t line_end = sma_str_chr(rest, '\n');
        *reason = sma_str_trim(line_end < 0 ? rest : sma_str_head(rest, (size_t)line_end));
        if (!reason->len)
            *reason = SMA_STR("comment in the file");
        return true;
    }
    return false;
}

static void mark(struct sma_session *session, struct sma_said *said)
{
    struct sma_str reason;
    for (size_t i = 0; i < session->project.accept_count; i++) {
        struct sma_project_accept *entry = &session->project.accepts[i];
        if (!entry_fits(entry, said))
            continue;
        entry->is_used = true;
        said->accepted = entry->reason.len ? entry->reason : SMA_STR("accepted");
    }
    if (!said->accepted.ptr && comment_fits(said, &reason))
        said->accepted = reason;
}

/* Only when all of the project was looked at: a narrower run cannot know. */
static enum sma_status report_unused(struct sma_session *session)
{
    for (size_t i = 0; i < session->project.accept_count; i++) {
        const struct sma_project_accept *entry = &session->project.accepts[i];
        if (entry->is_used)
            continue;
        struct sma_said *said = sma_report_add(&session->report);
        if (!said)
            return sma_fail_nomem(&session->err);
        said->rule = SMA_STR("schema/accept-unused");
        said->severity = SMA_SEVERITY_WARNING;
        said->message = sma_arena_printf(&session->arena, "the accepted finding %.*s%.*s %s",
                                         SMA_STR_ARG(entry->fingerprint), SMA_STR_ARG(entry->rule),
                                         is_over(entry->until) ? "is past its date"
                                                               : "does not occur any more");
        said->place.label =
            entry->is_baseline ? sma_str_z(baseline_path(session)) : session->project.path;
        said->place.file = said->place.label;
        sma_said_sign(said);
    }
    return SMA_OK;
}

enum sma_status sma_session_accept(struct sma_session *session)
{
    const char *path = baseline_path(session);
    bool is_whole =
        !session->arguments->positional_count && !strcmp(session->report.command, "check");
    enum sma_status st = SMA_OK;
    if (session->is_accepted)
        return SMA_OK;
    session->is_accepted = true;
    if (sma_argument_has(session->arguments, "--update-baseline"))
        st = path ? write_baseline(session, path) : sma_fail_nomem(&session->err);
    if (!st)
        st = read_baseline(session, path);
    for (size_t i = 0; !st && i < session->report.count; i++)
        mark(session, &session->report.findings[i]);
    return st || !is_whole ? st : report_unused(session);
}
