/* schemata diff: what changed between two schemas, by meaning, with the verdicts. */
#include "cli/diff.h"

#include <stdlib.h>

#include "cli/commands.h"
#include "cli/diff_registries.h"
#include "cli/rules.h"
#include "core/json/writer.h"

const struct sma_option sma_diff_options[] = {
    {.name = "--exit-code", .help = "exit status 1 when the schemas differ"},
    {.name = "--text", .help = "a unified diff of the pretty forms"},
    {.name = "--stat", .help = "only counts and verdicts"},
    {.name = "--registries", .help = "the arguments are URLs: compare two registries"},
    {.name = "--subject", .value = "GLOB", .help = "with --registries: only these subjects"},
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

static enum sma_status open_sides(struct sma_diff *d, struct sma_side sides[2], bool *broken)
{
    struct sma_session *s = d->session;
    enum sma_status st = SMA_OK;
    for (int i = 0; !st && i < 2; i++) {
        enum sma_build_fault fault = SMA_FAULT_NONE;
        struct sma_error why = SMA_ERROR_INIT;
        st = sma_session_one(s, &sides[i], s->arguments->positional[i], &d->files[i], &fault,
                             &why);
        if (!st && fault) {
            *broken = true;
            if (!sma_session_say_fault(s, &sides[i], d->files[i], fault, &why))
                st = sma_fail_nomem(&s->err);
        }
    }
    return st;
}

/* ---- for programs ---- */

static void put_changes(struct sma_json_writer *w, const struct sma_diff *d,
                        const struct sma_findings *findings, bool is_backward)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct sma_finding *f = &findings->items[i];
        struct sma_buf text;
        if (f->is_compatible && !is_backward)
            continue; /* the other direction has told it */
        sma_buf_init(&text, 0);
        sma_diff_describe(&text, f, is_backward);
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

static void put_json(const struct sma_diff *d, struct sma_buf *out)
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

static enum sma_status print(struct sma_diff *d)
{
    struct sma_buf out;
    const char *format = sma_argument(d->session->arguments, "--format");
    enum sma_status st = SMA_OK;
    sma_buf_init(&out, 0);
    if (format && !strcmp(format, "json"))
        put_json(d, &out);
    else if (sma_argument_has(d->session->arguments, "--text"))
        st = sma_diff_put_text(&out, d);
    else
        sma_diff_put(&out, d, sma_argument_has(d->session->arguments, "--stat"));
    if (!st && sma_buf_failed(&out))
        st = sma_fail_nomem(&d->session->err);
    if (!st)
        fwrite(sma_buf_str(&out).ptr, 1, out.len, stdout);
    sma_buf_fini(&out);
    return st;
}

int sma_diff_main(const struct sma_arguments *arguments)
{
    struct sma_session session;
    struct sma_side sides[2];
    struct sma_diff d = {.session = &session};
    bool broken = false;
    if (sma_argument_has(arguments, "--registries"))
        return sma_diff_registries(arguments);
    enum sma_status st = sma_session_open(&session, arguments, "diff");
    sma_side_init(&sides[0], &session.arena, NULL);
    sma_side_init(&sides[1], &session.arena, NULL);
    if (!st)
        st = open_sides(&d, sides, &broken);
    if (!st && !broken)
        st = sma_diff_find(&d);
    if (!st && !broken)
        st = print(&d);
    sma_side_fini(&sides[0]);
    sma_side_fini(&sides[1]);
    if (st || broken)
        return sma_session_finish(&session, st);
    sma_session_close(&session);
    return d.differs && sma_argument_has(arguments, "--exit-code") ? SMA_EXIT_FINDINGS
                                                                   : SMA_EXIT_OK;
}
