/* schemata fmt: writes schema files in the one pretty form, or says which are not in it. */
#include "cli/commands.h"
#include "cli/layout.h"
#include "cli/session.h"

const struct sma_option sma_fmt_options[] = {
    {.name = "--check", .help = "change nothing; exit status 1 when something would change"},
    {.name = "--normal-form", .help = "print what a registry with normalize=true would store"},
    {.name = NULL},
};

static enum sma_status say_unformatted(struct sma_session *s, const struct sma_file *file)
{
    struct sma_said *said = sma_report_add(&s->report);
    if (!said)
        return sma_fail_nomem(&s->err);
    said->rule = SMA_STR("schema/unformatted");
    said->subject = file->subject;
    said->message = SMA_STR("the file is not in the form that schemata fmt writes");
    said->place = sma_place_of(&s->side, file, (struct sma_span){0, 0});
    said->fix.text = sma_arena_printf(&s->arena, "schemata fmt %.*s", SMA_STR_ARG(file->path));
    said->fix.is_safe = true;
    sma_said_sign(said);
    return SMA_OK;
}

static enum sma_status format_file(struct sma_session *s, struct sma_file *file, bool only_check)
{
    struct sma_buf out;
    struct sma_error why = SMA_ERROR_INIT;
    bool is_stdin = !s->scope.count && s->side.is_single;
    sma_buf_init(&out, 4 * SMA_FILE_BYTES_MAX);
    enum sma_status st = sma_layout(&out, file->format, file->text, &why);
    if (st == SMA_EINVAL || st == SMA_ELIMIT) {
        st = sma_session_say_fault(s, &s->side, file, SMA_FAULT_PARSE, &why)
                 ? SMA_OK
                 : sma_fail_nomem(&s->err);
    } else if (st) {
        st = sma_fail(&s->err, st, "%.*s: %s", SMA_STR_ARG(file->path), why.message);
    } else {
        bool is_same = sma_str_eq(sma_buf_str(&out), file->text) && !file->has_bom;
        if (only_check)
            st = is_same ? SMA_OK : say_unformatted(s, file);
        else if (is_stdin)
            fwrite(sma_buf_str(&out).ptr, 1, out.len, stdout);
        else if (!is_same && !(st = sma_replace_file(&s->arena, file->path, sma_buf_str(&out), &s->err)))
            fprintf(stderr, "%.*s\n", SMA_STR_ARG(file->path));
    }
    sma_buf_fini(&out);
    return st;
}

static enum sma_status print_normal(struct sma_session *s, struct sma_file *file)
{
    struct sma_source source;
    struct sma_schema *normal = NULL;
    enum sma_build_fault fault = SMA_FAULT_NONE;
    struct sma_error why = SMA_ERROR_INIT;
    const struct sma_parse_options options = {.mode = SMA_PARSE_STRICT, .validate = true};
    enum sma_status st = sma_side_build(&s->side, file, &fault, &why, &s->err);
    if (st || fault) {
        if (!st && !sma_session_say_fault(s, &s->side, file, fault, &why))
            st = sma_fail_nomem(&s->err);
        return st;
    }
    st = sma_side_source(&source, &s->side, file, &fault, &why, &s->err);
    if (!st)
        st = file->format->normalize(&normal, file->schema, &source, &options, &s->err);
    if (!st)
        printf("%.*s\n", SMA_STR_ARG(normal->canonical));
    sma_schema_unref(normal);
    return st;
}

int sma_fmt_main(const struct sma_arguments *arguments)
{
    struct sma_session s;
    bool only_check = sma_argument_has(arguments, "--check");
    bool normal = sma_argument_has(arguments, "--normal-form");
    enum sma_status st = sma_session_open(&s, arguments, "fmt");
    if (!st)
        st = sma_session_gather(&s, 0);
    if (!st && !only_check && !normal && s.side.git)
        st = sma_fail(&s.err, SMA_EINVAL, "fmt writes files of the work tree, not of a commit");
    size_t count = st ? 0 : s.side.count;
    for (size_t i = 0; !st && i < count; i++) {
        if (!s.side.files[i]->is_selected)
            continue;
        if (!only_check && !normal &&
            !sma_place_of(&s.side, s.side.files[i], (struct sma_span){0, 0}).file.len)
            st = sma_fail(&s.err, SMA_EINVAL, "fmt writes files, not bundles");
        else
            st = normal ? print_normal(&s, s.side.files[i])
                        : format_file(&s, s.side.files[i], only_check);
    }
    /* Without findings there is nothing to report: the texts were the output. */
    if (!st && !s.report.count) {
        sma_session_close(&s);
        return SMA_EXIT_OK;
    }
    return sma_session_finish(&s, st);
}
