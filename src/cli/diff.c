/* schemata diff: what changed between two schemas, by meaning, with the verdicts. */
#include <stdlib.h>

#include "cli/commands.h"
#include "cli/layout.h"
#include "cli/rules.h"
#include "cli/session.h"
#include "cli/text_diff.h"
#include "core/compat/compat.h"
#include "core/json/writer.h"

const struct sma_option sma_diff_options[] = {
    {.name = "--exit-code", .help = "exit status 1 when the schemas differ"},
    {.name = "--text", .help = "a unified diff of the pretty forms"},
    {.name = "--stat", .help = "only counts and verdicts"},
    {.name = "--format",
     .letter = 'f',
     .value = "human|json",
     .standard = "human",
     .help = "what goes to stdout"},
    {.name = "--type", .value = "avro|json|protobuf", .help = "what the schemas are"},
    {.name = "--include",
     .value = "DIR",
     .repeats = true,
     .help = "where Protobuf imports start from"},
    {.name = "--stdin-name", .value = "NAME", .help = "name (and so type) of -"},
    {.name = NULL},
};

struct diff {
    struct sma_session session;
    struct sma_side sides[2];
    struct sma_file *files[2];
    struct sma_findings backward, forward; /* with the differences that are allowed */
    bool differs;
};

static enum sma_status open_sides(struct diff *d, bool *broken)
{
    struct sma_session *s = &d->session;
    enum sma_status st = SMA_OK;
    for (int i = 0; !st && i < 2; i++) {
        enum sma_build_fault fault = SMA_FAULT_NONE;
        struct sma_error why = SMA_ERROR_INIT;
        st = sma_session_one(s, &d->sides[i], s->arguments->positional[i], &d->files[i], &fault,
                             &why);
        if (!st && fault) {
            *broken = true;
            if (!sma_session_say_fault(s, &d->sides[i], d->files[i], fault, &why))
                st = sma_fail_nomem(&s->err);
        }
    }
    return st;
}

static enum sma_status compare(struct diff *d, struct sma_findings *out,
                               const struct sma_schema *reader, const struct sma_schema *writer)
{
    struct sma_work work = {SMA_COMPAT_STEPS_MAX};
    sma_findings_init(out, &d->session.arena, 0);
    enum sma_status st =
        reader->format->compat(out, reader, writer, SMA_POLICY_STRICT, &work, &d->session.err);
    return st ? st : sma_findings_status(out, &d->session.err);
}

static enum sma_status find(struct diff *d)
{
    const struct sma_schema *old = d->files[0]->schema, *new = d->files[1]->schema;
    if (old->format != new->format)
        return sma_fail(&d->session.err, SMA_EINVAL, "%.*s is %s and %.*s is %s",
                        SMA_STR_ARG(d->files[0]->label), old->format->name,
                        SMA_STR_ARG(d->files[1]->label), new->format->name);
    d->differs = !old->format->equal(old, new);
    enum sma_status st = compare(d, &d->backward, new, old);
    return st ? st : compare(d, &d->forward, old, new);
}

/* ---- for people ---- */

static void describe(struct sma_buf *out, const struct sma_finding *f, bool is_backward)
{
    if (!*f->rule->description)
        sma_buf_putz(out, f->rule->id);
    sma_finding_description(out, f, is_backward ? "new" : "old", is_backward ? "old" : "new");
}

static void put_list(struct sma_buf *out, const struct sma_findings *findings, bool is_backward,
                     bool allowed, const char *heading, const char *mark)
{
    bool any = false;
    for (size_t i = 0; i < findings->count; i++) {
        if (findings->items[i].is_compatible != allowed)
            continue;
        sma_buf_printf(out, "%s%s  %s ", any ? "" : heading, any ? "" : "\n", mark);
        describe(out, &findings->items[i], is_backward);
        sma_buf_putc(out, '\n');
        any = true;
    }
}

static void put_verdict(struct sma_buf *out, const struct diff *d)
{
    bool backward = !d->backward.incompatible_count, forward = !d->forward.incompatible_count;
    sma_buf_printf(out, "BACKWARD %s   FORWARD %s   FULL %s\n", backward ? "ok" : "FAIL",
                   forward ? "ok" : "FAIL", backward && forward ? "ok" : "FAIL");
}

static void put_stat(struct sma_buf *out, const struct diff *d)
{
    size_t allowed = d->backward.count - d->backward.incompatible_count;
    sma_buf_printf(out,
                   "%zu break readers on the new schema, %zu break readers on the old one, "
                   "%zu allowed\n",
                   d->backward.incompatible_count, d->forward.incompatible_count, allowed);
}

static enum sma_status put_text(struct diff *d, struct sma_buf *out)
{
    struct sma_buf forms[2];
    enum sma_status st = SMA_OK;
    for (int i = 0; i < 2; i++) {
        sma_buf_init(&forms[i], 4 * SMA_FILE_BYTES_MAX);
        if (!st)
            st = sma_layout(&forms[i], d->files[i]->format, d->files[i]->text, &d->session.err);
    }
    if (!st)
        st = sma_text_diff(out, d->files[0]->label, sma_buf_str(&forms[0]), d->files[1]->label,
                           sma_buf_str(&forms[1]), &d->session.err);
    sma_buf_fini(&forms[0]);
    sma_buf_fini(&forms[1]);
    return st;
}

static void put_human(struct diff *d, struct sma_buf *out)
{
    if (!d->differs && !d->backward.count && !d->forward.count) {
        sma_buf_putz(out, "no difference\n");
        return;
    }
    if (!sma_argument_has(d->session.arguments, "--stat")) {
        put_list(out, &d->backward, true, false, "breaks readers on the new schema", "!");
        put_list(out, &d->forward, false, false, "breaks readers on the old schema", "!");
        put_list(out, &d->backward, true, true, "allowed", "~");
        if (!d->backward.count && !d->forward.count)
            sma_buf_putz(out, "only what no reader minds: names, docs, defaults, order\n");
    } else {
        put_stat(out, d);
    }
    put_verdict(out, d);
}

/* ---- for programs ---- */

static void put_changes(struct sma_json_writer *w, const struct diff *d,
                        const struct sma_findings *findings, bool is_backward)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct sma_finding *f = &findings->items[i];
        struct sma_buf text;
        if (f->is_compatible && !is_backward)
            continue; /* the other direction has told it */
        sma_buf_init(&text, 0);
        describe(&text, f, is_backward);
        sma_jw_object_open(w);
        sma_jw_member_string(w, "rule",
                             sma_rule_name(d->backward.arena, d->files[0]->format, f->rule));
        if (!f->is_compatible)
            sma_jw_member_string(w, "breaks",
                                 is_backward ? SMA_STR("backward") : SMA_STR("forward"));
        sma_jw_member_string(w, "path", f->path);
        sma_jw_member_string(w, "message", sma_buf_str(&text));
        sma_jw_object_close(w);
        sma_buf_fini(&text);
    }
}

static void put_json(const struct diff *d, struct sma_buf *out)
{
    struct sma_json_writer w = sma_json_writer_on(out);
    bool backward = !d->backward.incompatible_count, forward = !d->forward.incompatible_count;
    sma_jw_object_open(&w);
    sma_jw_member_i64(&w, "schemata", 1);
    sma_jw_member_string(&w, "command", SMA_STR("diff"));
    sma_jw_member_string(&w, "old", d->files[0]->label);
    sma_jw_member_string(&w, "new", d->files[1]->label);
    sma_jw_member_bool(&w, "different", d->differs);
    sma_jw_name(&w, "verdict");
    sma_jw_object_open(&w);
    sma_jw_member_bool(&w, "backward", backward);
    sma_jw_member_bool(&w, "forward", forward);
    sma_jw_member_bool(&w, "full", backward && forward);
    sma_jw_object_close(&w);
    sma_jw_name(&w, "changes");
    sma_jw_array_open(&w);
    put_changes(&w, d, &d->backward, true);
    put_changes(&w, d, &d->forward, false);
    sma_jw_array_close(&w);
    sma_jw_object_close(&w);
    sma_buf_putc(out, '\n');
}

static enum sma_status print(struct diff *d)
{
    struct sma_buf out;
    const char *format = sma_argument(d->session.arguments, "--format");
    enum sma_status st = SMA_OK;
    sma_buf_init(&out, 0);
    if (format && !strcmp(format, "json"))
        put_json(d, &out);
    else if (sma_argument_has(d->session.arguments, "--text"))
        st = put_text(d, &out);
    else
        put_human(d, &out);
    if (!st && sma_buf_failed(&out))
        st = sma_fail_nomem(&d->session.err);
    if (!st)
        fwrite(sma_buf_str(&out).ptr, 1, out.len, stdout);
    sma_buf_fini(&out);
    return st;
}

int sma_diff_main(const struct sma_arguments *arguments)
{
    struct diff d = {.differs = false};
    bool broken = false;
    enum sma_status st = sma_session_open(&d.session, arguments, "diff");
    sma_side_init(&d.sides[0], &d.session.arena, NULL);
    sma_side_init(&d.sides[1], &d.session.arena, NULL);
    if (!st)
        st = open_sides(&d, &broken);
    if (!st && !broken)
        st = find(&d);
    if (!st && !broken)
        st = print(&d);
    sma_side_fini(&d.sides[0]);
    sma_side_fini(&d.sides[1]);
    if (st || broken)
        return sma_session_finish(&d.session, st);
    sma_session_close(&d.session);
    return d.differs && sma_argument_has(arguments, "--exit-code") ? SMA_EXIT_FINDINGS
                                                                   : SMA_EXIT_OK;
}
