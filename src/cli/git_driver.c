/* schemata git-diff-driver: what git calls to show a change (gitattributes, "external diff"), and
 * --install, which tells git so. Git stops with an error when a driver fails, so whatever cannot be
 * shown by meaning is shown as text. */
#include "cli/commands.h"
#include "cli/diff.h"
#include "cli/text_diff.h"

const struct sma_option sma_git_driver_options[] = {
    {.name = "--install",
     .help = "make this repository's git show schemas so: git log -p --ext-diff, git diff"},
    {.name = "--text", .help = "a unified diff of the pretty forms"},
    {.name = NULL},
};

/* path old-file old-hex old-mode new-file new-hex new-mode [new-path what-git-says] */
enum { PATH, OLD_FILE, OLD_HEX, OLD_MODE, NEW_FILE, NEW_HEX, NEW_MODE, NEW_PATH, WORDS };

/* The schema of a file that lies elsewhere, seen at its path: names lead from there. */
static enum sma_status take(struct sma_diff *d, struct sma_side *side, int i, const char *path,
                            const char *where)
{
    struct sma_session *s = d->session;
    struct sma_file *file = sma_side_add(side, sma_path_clean(&s->arena, sma_str_z(path)));
    if (!file)
        return sma_fail_nomem(&s->err);
    file->is_selected = true;
    d->files[i] = file;
    enum sma_status st = sma_read_file(&file->text, &s->arena, where, &s->err);
    if (!st)
        st = sma_side_name(side, &s->err);
    return st ? st : sma_side_load(side, file, &s->err);
}

static struct sma_str text_of(const struct sma_file *file)
{
    return file ? file->text : SMA_STR("");
}

static enum sma_status as_text(struct sma_buf *out, const struct sma_diff *d, const char *old_path,
                               const char *new_path)
{
    struct sma_arena *arena = &d->session->arena;
    struct sma_str old = d->files[0] ? sma_arena_printf(arena, "a/%s", old_path)
                                     : SMA_STR("/dev/null");
    struct sma_str new = d->files[1] ? sma_arena_printf(arena, "b/%s", new_path)
                                     : SMA_STR("/dev/null");
    return sma_text_diff(out, old, text_of(d->files[0]), new, text_of(d->files[1]),
                         &d->session->err);
}

/* False when it cannot be said by meaning. */
static bool by_meaning(struct sma_buf *out, struct sma_diff *d, struct sma_side sides[2])
{
    struct sma_error why = SMA_ERROR_INIT, err = SMA_ERROR_INIT;
    size_t start = out->len;
    for (int i = 0; i < 2; i++) {
        enum sma_build_fault fault = SMA_FAULT_NONE;
        if (!d->files[i] || d->files[i]->is_bad ||
            sma_side_build(&sides[i], d->files[i], &fault, &why, &err) || fault)
            return false;
    }
    if (sma_diff_find(d))
        return false;
    if (!sma_argument_has(d->session->arguments, "--text"))
        sma_diff_put(out, d, false);
    else if (sma_diff_put_text(out, d))
        out->len = start;
    return out->len > start;
}

static enum sma_status show(struct sma_buf *out, struct sma_diff *d, struct sma_side sides[2],
                            char **words, size_t count)
{
    const char *old_path = words[PATH], *new_path = count > NEW_PATH ? words[NEW_PATH] : old_path;
    enum sma_status st = SMA_OK;
    sma_buf_printf(out, "schema a/%s b/%s\n", old_path, new_path);
    if (count > WORDS)
        sma_buf_printf(out, "%s", words[WORDS]);
    if (strcmp(words[OLD_FILE], "/dev/null"))
        st = take(d, &sides[0], 0, old_path, words[OLD_FILE]);
    if (!st && strcmp(words[NEW_FILE], "/dev/null"))
        st = take(d, &sides[1], 1, new_path, words[NEW_FILE]);
    if (st || by_meaning(out, d, sides))
        return st;
    sma_error_clear(&d->session->err);
    return as_text(out, d, old_path, new_path);
}

static int drive(const struct sma_arguments *a)
{
    struct sma_session session;
    struct sma_side sides[2];
    struct sma_diff d = {.session = &session};
    struct sma_str root = SMA_STR(".");
    struct sma_buf out;
    sma_buf_init(&out, 0);
    enum sma_status st = sma_session_open(&session, a, "diff");
    for (int i = 0; i < 2; i++) {
        sma_side_init(&sides[i], &session.arena, &session.project);
        sides[i].includes = &root; /* git starts its drivers there */
        sides[i].include_count = 1;
    }
    if (!st && a->positional_count == 1)
        sma_buf_printf(&out, "schema %s is not merged\n", a->positional[PATH]);
    else if (!st)
        st = show(&out, &d, sides, a->positional, a->positional_count);
    if (!st && sma_buf_failed(&out))
        st = sma_fail_nomem(&session.err);
    if (!st)
        fwrite(sma_buf_str(&out).ptr, 1, out.len, stdout);
    int code = st ? sma_cli_fail(st, &session.err) : SMA_EXIT_OK;
    sma_buf_fini(&out);
    sma_side_fini(&sides[0]);
    sma_side_fini(&sides[1]);
    sma_session_close(&session);
    return code;
}

/* ---- --install ---- */

static const char attributes[] =
    "*.avsc diff=schemata\n*.avro.json diff=schemata\n*.proto diff=schemata\n"
    "*.schema.json diff=schemata\n*.jsonschema diff=schemata\n";

/* The lines that are not there yet, at the end of a file that may not be there yet. */
static enum sma_status add_lines(struct sma_session *s, struct sma_str path)
{
    struct sma_str before = SMA_STR(""), rest = sma_str_z(attributes);
    struct sma_error none = SMA_ERROR_INIT;
    struct sma_buf out;
    enum sma_status st = sma_read_file(&before, &s->arena, path.ptr, &none);
    if (st && st != SMA_ENOTFOUND)
        return sma_fail(&s->err, st, "%s", none.message);
    sma_buf_init(&out, 0);
    sma_buf_puts(&out, before);
    if (before.len && before.ptr[before.len - 1] != '\n')
        sma_buf_putc(&out, '\n');
    while (rest.len) {
        size_t end = (size_t)sma_str_chr(rest, '\n') + 1;
        struct sma_str line = sma_arena_copy(&s->arena, sma_str_head(rest, end));
        if (!line.ptr || !strstr(sma_buf_str(&out).ptr, line.ptr))
            sma_buf_puts(&out, line);
        rest = sma_str_from(rest, end);
    }
    st = sma_buf_failed(&out) ? sma_fail_nomem(&s->err)
                              : sma_replace_file(&s->arena, path, sma_buf_str(&out), &s->err);
    sma_buf_fini(&out);
    return st;
}

static int install(const struct sma_arguments *arguments)
{
    struct sma_session s;
    struct sma_str path;
    enum sma_status st = sma_session_open(&s, arguments, "git-diff-driver");
    if (!st)
        st = sma_git_set_driver(&path, &s.arena, "schemata", "schemata git-diff-driver", &s.err);
    if (!st)
        st = add_lines(&s, path);
    if (!st)
        printf("git config diff.schemata.command and %.*s are set\n", SMA_STR_ARG(path));
    int code = st ? sma_cli_fail(st, &s.err) : SMA_EXIT_OK;
    sma_session_close(&s);
    return code;
}

int sma_git_driver_main(const struct sma_arguments *arguments)
{
    size_t count = arguments->positional_count;
    if (sma_argument_has(arguments, "--install") && !count)
        return install(arguments);
    if (count == 1 || count == NEW_MODE + 1 || count == WORDS + 1)
        return drive(arguments);
    fprintf(stderr, "schemata: git-diff-driver is for git to call, with 1, 7 or 9 arguments; "
                    "--install tells git to\n");
    return SMA_EXIT_USAGE;
}
