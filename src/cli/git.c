#include "cli/git.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/num.h"
#include "cli/source.h"

extern char **environ;

#define GIT_OUTPUT_MAX (512u << 20)
#define GIT_BLOB_MAX (8u << 20)

struct sma_git {
    struct sma_arena arena;
    struct sma_str root, prefix;
    bool is_shallow, may_fetch;
    pid_t batch; /* of `git cat-file --batch`; 0 = not running */
    int to_batch, from_batch;
};

/* ---- running git ---- */

/* Starts git with pipes. in_fd and err_fd may be NULL: then /dev/null. */
static enum sma_status start(pid_t *pid, char *const argv[], int *in_fd, int *out_fd,
                             struct sma_error *err)
{
    int in[2] = {-1, -1}, out[2] = {-1, -1};
    posix_spawn_file_actions_t actions;
    if ((in_fd && pipe2(in, O_CLOEXEC)) || pipe2(out, O_CLOEXEC))
        return sma_fail(err, SMA_EIO, "no pipe for git");
    posix_spawn_file_actions_init(&actions);
    if (in_fd)
        posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    else
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    int failed = posix_spawnp(pid, "git", &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (in_fd)
        close(in[0]);
    close(out[1]);
    if (failed) {
        if (in_fd)
            close(in[1]);
        close(out[0]);
        return sma_fail(err, SMA_ENOTFOUND, "the program git cannot be started");
    }
    if (in_fd)
        *in_fd = in[1];
    *out_fd = out[0];
    return SMA_OK;
}

/* True when git ended well. */
static bool ended_well(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return false;
    return WIFEXITED(status) && !WEXITSTATUS(status);
}

/* All that git prints. SMA_ENOTFOUND without a message when it ends badly. */
static enum sma_status run(struct sma_buf *out, char *const argv[], struct sma_error *err)
{
    pid_t pid;
    int fd;
    ssize_t got;
    enum sma_status st = start(&pid, argv, NULL, &fd, err);
    if (st)
        return st;
    for (;;) {
        if (!sma_buf_reserve(out, 1 << 16))
            break;
        got = read(fd, out->ptr + out->len, 1 << 16);
        if (got > 0)
            out->len += (size_t)got;
        else if (!got || errno != EINTR)
            break;
    }
    close(fd);
    bool ok = ended_well(pid);
    if (sma_buf_failed(out))
        return sma_fail(err, SMA_ELIMIT, "git prints more than %u bytes", GIT_OUTPUT_MAX);
    return ok ? SMA_OK : SMA_ENOTFOUND;
}

/* The next line (or NUL-ended part) of a text. False at the end. */
static bool next_part(struct sma_str *part, struct sma_str *rest, char end)
{
    if (!rest->len)
        return false;
    ptrdiff_t at = sma_str_chr(*rest, end);
    *part = at < 0 ? *rest : sma_str_head(*rest, (size_t)at);
    *rest = at < 0 ? SMA_STR("") : sma_str_from(*rest, (size_t)at + 1);
    return true;
}

/* ---- the repository ---- */

static enum sma_status look_around(struct sma_git *git, struct sma_error *err)
{
    char *const argv[] = {
        "git", "rev-parse", "--show-toplevel", "--show-prefix", "--is-shallow-repository", NULL};
    struct sma_buf out;
    struct sma_str root, prefix, shallow, rest;
    sma_buf_init(&out, GIT_OUTPUT_MAX);
    enum sma_status st = run(&out, argv, err);
    rest = sma_buf_str(&out);
    if (st == SMA_ENOTFOUND || !next_part(&root, &rest, '\n') || !next_part(&prefix, &rest, '\n') ||
        !next_part(&shallow, &rest, '\n')) {
        st = sma_fail(err, SMA_ENOTFOUND, "not inside a git work tree");
    } else if (!st) {
        git->root = sma_arena_copy(&git->arena, root);
        git->prefix = sma_arena_copy(&git->arena, prefix);
        git->is_shallow = sma_str_eqz(shallow, "true");
    }
    sma_buf_fini(&out);
    return st;
}

enum sma_status sma_git_open(struct sma_git **out, struct sma_error *err)
{
    struct sma_git *git = calloc(1, sizeof *git);
    if (!git)
        return sma_fail_nomem(err);
    sma_arena_init(&git->arena, 0);
    enum sma_status st = look_around(git, err);
    if (st)
        sma_git_close(git);
    else
        *out = git;
    return st;
}

void sma_git_close(struct sma_git *git)
{
    if (!git)
        return;
    if (git->batch) {
        close(git->to_batch);
        close(git->from_batch);
        ended_well(git->batch);
    }
    sma_arena_fini(&git->arena);
    free(git);
}

struct sma_str sma_git_prefix(const struct sma_git *git)
{
    return git->prefix;
}

struct sma_str sma_git_root(const struct sma_git *git)
{
    return git->root;
}

/* ---- revisions ---- */

void sma_git_allow_fetch(struct sma_git *git)
{
    git->may_fetch = true;
}

/* Runs one `git fetch`, told on stderr. False when it was not allowed or did not work. */
static bool fetch(struct sma_git *git, const char *how, struct sma_str what)
{
    struct sma_str name = sma_arena_copy(&git->arena, what);
    char *argv[] = {"git", "fetch", "--quiet", (char *)(uintptr_t)(how ? how : "--"),
                    (char *)(uintptr_t)(how ? "--" : "origin"), NULL, NULL, NULL};
    size_t n = 5;
    struct sma_buf unused;
    if (!git->may_fetch || !name.ptr)
        return false;
    if (how)
        argv[n++] = "origin";
    if (what.len)
        argv[n++] = (char *)(uintptr_t)name.ptr;
    fprintf(stderr, "schemata: git fetch%s%s origin %.*s\n", how ? " " : "", how ? how : "",
            SMA_STR_ARG(what));
    sma_buf_init(&unused, GIT_OUTPUT_MAX);
    enum sma_status st = run(&unused, argv, NULL);
    sma_buf_fini(&unused);
    return !st;
}

/* One line of output in the arena. */
static enum sma_status run_line(struct sma_str *out, struct sma_arena *arena, char *const argv[],
                                struct sma_error *err)
{
    struct sma_buf text;
    struct sma_str line, rest;
    sma_buf_init(&text, GIT_OUTPUT_MAX);
    enum sma_status st = run(&text, argv, err);
    rest = sma_buf_str(&text);
    if (!st && !next_part(&line, &rest, '\n'))
        st = SMA_ENOTFOUND;
    if (!st) {
        *out = sma_arena_copy(arena, line);
        st = out->ptr ? SMA_OK : sma_fail_nomem(err);
    }
    sma_buf_fini(&text);
    return st;
}

static enum sma_status resolve(struct sma_str *out, struct sma_arena *arena, struct sma_str name,
                               struct sma_error *err)
{
    struct sma_str wanted = sma_arena_printf(arena, "%.*s^{commit}", SMA_STR_ARG(name));
    if (!wanted.ptr)
        return sma_fail_nomem(err);
    char *const argv[] = {"git",     "rev-parse",        "--verify",
                          "--quiet", "--end-of-options", (char *)(uintptr_t)wanted.ptr,
                          NULL};
    return run_line(out, arena, argv, err);
}

/* What to type when a revision is not in this clone. */
static enum sma_status missing(const struct sma_git *git, struct sma_str name,
                               struct sma_error *err)
{
    const char *depth = git->is_shallow ? " --depth=1" : "";
    struct sma_str branch = name;
    if (sma_str_starts(branch, SMA_STR("origin/")))
        branch = sma_str_from(branch, 7);
    bool in_actions = getenv("GITHUB_ACTIONS") != NULL;
    bool in_gitlab = getenv("GITLAB_CI") != NULL;
    return sma_fail(err, SMA_ENOTFOUND,
                    "git has no revision \"%.*s\"%s; try: git fetch%s origin %.*s%s",
                    SMA_STR_ARG(name), git->is_shallow ? " (this clone is shallow)" : "", depth,
                    SMA_STR_ARG(branch),
                    in_actions  ? " (or fetch-depth: 0 for actions/checkout)"
                    : in_gitlab ? " (or GIT_DEPTH: 0 in the job's variables)"
                                : "");
}

static enum sma_status merge_base(struct sma_str *out, struct sma_git *git, struct sma_arena *arena,
                                  struct sma_error *err)
{
    static const char *const branches[] = {"refs/remotes/origin/HEAD", "refs/remotes/origin/main",
                                           "refs/remotes/origin/master", "refs/heads/main",
                                           "refs/heads/master"};
    struct sma_str tip;
    enum sma_status st = SMA_ENOTFOUND;
    for (size_t i = 0; st == SMA_ENOTFOUND && i < sizeof branches / sizeof branches[0]; i++)
        st = resolve(&tip, arena, sma_str_z(branches[i]), err);
    if (st == SMA_ENOTFOUND)
        return sma_fail(err, st,
                        "git knows no default branch (origin/HEAD, main or master): name "
                        "the base with --against git:REV");
    if (st)
        return st;
    char *const argv[] = {"git", "merge-base", "HEAD", (char *)(uintptr_t)tip.ptr, NULL};
    st = run_line(out, arena, argv, err);
    if (st == SMA_ENOTFOUND && git->is_shallow && fetch(git, "--unshallow", SMA_STR(""))) {
        git->is_shallow = false;
        st = run_line(out, arena, argv, err);
    }
    if (st == SMA_ENOTFOUND)
        return sma_fail(err, st, "git finds no common ancestor of HEAD and the default branch%s",
                        git->is_shallow ? ": this clone is shallow; try: git fetch --unshallow "
                                          "origin (or fetch-depth: 0 for actions/checkout)"
                                        : "");
    return st;
}

enum sma_status sma_git_commit(struct sma_str *out, struct sma_git *git, struct sma_arena *arena,
                               struct sma_str revision, struct sma_error *err)
{
    if (sma_str_starts(revision, SMA_STR("-")))
        return sma_fail(err, SMA_EINVAL, "a git revision cannot begin with '-': \"%.*s\"",
                        SMA_STR_ARG(revision));
    if (sma_str_eqz(revision, "merge-base"))
        return merge_base(out, git, arena, err);
    enum sma_status st = resolve(out, arena, revision, err);
    struct sma_str branch = revision;
    if (sma_str_starts(branch, SMA_STR("origin/")))
        branch = sma_str_from(branch, 7);
    if (st == SMA_ENOTFOUND && fetch(git, git->is_shallow ? "--depth=1" : NULL, branch))
        st = resolve(out, arena, SMA_STR("FETCH_HEAD"), err);
    return st == SMA_ENOTFOUND ? missing(git, revision, err) : st;
}

/* ---- files of a commit ---- */

/* "100644 blob OID\tPATH" */
static enum sma_status take_entry(struct sma_str row, sma_git_entry_fn *fn, void *ctx,
                                  struct sma_error *err)
{
    ptrdiff_t tab = sma_str_chr(row, '\t');
    struct sma_str head = sma_str_head(row, tab < 0 ? 0 : (size_t)tab);
    ptrdiff_t space = sma_str_rchr(head, ' ');
    bool is_file =
        sma_str_starts(head, SMA_STR("100644 ")) || sma_str_starts(head, SMA_STR("100755 "));
    if (tab < 0 || space < 0 || !is_file)
        return SMA_OK;
    return fn(ctx, sma_str_from(row, (size_t)tab + 1), sma_str_from(head, (size_t)space + 1), err);
}

enum sma_status sma_git_list(struct sma_git *git, struct sma_str commit, sma_git_entry_fn *fn,
                             void *ctx, struct sma_error *err)
{
    char *const argv[] = {
        "git", "ls-tree", "-r", "-z", "--full-tree", (char *)(uintptr_t)commit.ptr, NULL};
    struct sma_buf out;
    struct sma_str row, rest;
    (void)git;
    sma_buf_init(&out, GIT_OUTPUT_MAX);
    enum sma_status st = run(&out, argv, err);
    if (st == SMA_ENOTFOUND)
        st = sma_fail(err, st, "git cannot list commit %.*s", SMA_STR_ARG(commit));
    rest = sma_buf_str(&out);
    while (!st && next_part(&row, &rest, 0))
        st = take_entry(row, fn, ctx, err);
    sma_buf_fini(&out);
    return st;
}

/* ---- blobs ---- */

static enum sma_status start_batch(struct sma_git *git, struct sma_error *err)
{
    char *const argv[] = {"git", "cat-file", "--batch", NULL};
    return git->batch ? SMA_OK : start(&git->batch, argv, &git->to_batch, &git->from_batch, err);
}

static bool read_exactly(int fd, char *to, size_t len)
{
    while (len) {
        ssize_t got = read(fd, to, len);
        if (got <= 0 && !(got < 0 && errno == EINTR))
            return false;
        if (got > 0) {
            to += got;
            len -= (size_t)got;
        }
    }
    return true;
}

static bool write_exactly(int fd, const char *from, size_t len)
{
    while (len) {
        ssize_t put = write(fd, from, len);
        if (put <= 0 && !(put < 0 && errno == EINTR))
            return false;
        if (put > 0) {
            from += put;
            len -= (size_t)put;
        }
    }
    return true;
}

/* "OID blob SIZE", byte by byte: the line is short, and no text may be read with it. */
static bool read_header(int fd, char *line, size_t max)
{
    for (size_t i = 0; i + 1 < max; i++) {
        if (!read_exactly(fd, line + i, 1))
            return false;
        if (line[i] == '\n') {
            line[i] = 0;
            return true;
        }
    }
    return false;
}

static enum sma_status read_blob(struct sma_str *out, struct sma_git *git, struct sma_arena *arena,
                                 struct sma_str oid, struct sma_error *err)
{
    char line[512];
    int64_t size;
    if (!read_header(git->from_batch, line, sizeof line))
        return sma_fail(err, SMA_EIO, "git cat-file ended early");
    const char *space = strrchr(line, ' ');
    if (!space || !sma_parse_i64(sma_str_z(space + 1), &size))
        return sma_fail(err, SMA_ENOTFOUND,
                        "git object %.*s is not in this clone; try: git fetch --refetch origin",
                        SMA_STR_ARG(oid));
    if (size > (int64_t)GIT_BLOB_MAX)
        return sma_fail(err, SMA_ELIMIT, "git object %.*s has more than %u bytes", SMA_STR_ARG(oid),
                        GIT_BLOB_MAX);
    char *bytes = sma_arena_alloc(arena, (size_t)size + 1);
    if (!bytes)
        return sma_fail_nomem(err);
    if (!read_exactly(git->from_batch, bytes, (size_t)size + 1))
        return sma_fail(err, SMA_EIO, "git cat-file ended early");
    bytes[size] = 0;
    *out = sma_str_make(bytes, (size_t)size);
    return SMA_OK;
}

enum sma_status sma_git_blob(struct sma_str *out, struct sma_git *git, struct sma_arena *arena,
                             struct sma_str oid, struct sma_error *err)
{
    char line[128];
    enum sma_status st = start_batch(git, err);
    int len = snprintf(line, sizeof line, "%.*s\n", SMA_STR_ARG(oid));
    if (!st && (len >= (int)sizeof line || !write_exactly(git->to_batch, line, (size_t)len)))
        st = sma_fail(err, SMA_EIO, "git cat-file does not listen");
    return st ? st : read_blob(out, git, arena, oid, err);
}

/* ---- history ---- */

/* ":100644 100644 OLD NEW STATUS" and its one or two paths. */
static enum sma_status take_change(struct sma_str commit, struct sma_str row, struct sma_str *rest,
                                   sma_git_change_fn *fn, void *ctx, struct sma_error *err)
{
    struct sma_str part, from, to, oid = SMA_STR(""), status = SMA_STR("");
    for (int i = 0; next_part(&part, &row, ' '); i++) {
        if (i == 3)
            oid = part;
        status = part;
    }
    if (!next_part(&from, rest, 0))
        return SMA_OK;
    to = from;
    bool is_move = status.len && (status.ptr[0] == 'R' || status.ptr[0] == 'C');
    if (is_move && !next_part(&to, rest, 0))
        return SMA_OK;
    if (status.len && status.ptr[0] == 'D')
        oid = SMA_STR("");
    return fn(ctx, commit, from, to, oid, err);
}

enum sma_status sma_git_history(struct sma_git *git, struct sma_str commit, sma_git_change_fn *fn,
                                void *ctx, struct sma_error *err)
{
    char *const argv[] = {
        "git", "log", "--first-parent", "-m",          "--raw",
        "-z",  "-M",  "--no-abbrev",    "--format=%H", (char *)(uintptr_t)commit.ptr,
        "--",  NULL};
    struct sma_buf out;
    struct sma_str row, rest, current = SMA_STR("");
    (void)git;
    sma_buf_init(&out, GIT_OUTPUT_MAX);
    enum sma_status st = run(&out, argv, err);
    if (st == SMA_ENOTFOUND)
        st = sma_fail(err, st, "git cannot list the history of %.*s", SMA_STR_ARG(commit));
    rest = sma_buf_str(&out);
    while (!st && next_part(&row, &rest, 0)) {
        while (row.len && row.ptr[0] == '\n')
            row = sma_str_from(row, 1);
        if (row.len && row.ptr[0] == ':')
            st = take_change(current, row, &rest, fn, ctx, err);
        else if (row.len)
            current = row;
    }
    sma_buf_fini(&out);
    return st;
}

/* ---- diff drivers ---- */

enum sma_status sma_git_set_driver(struct sma_str *attributes, struct sma_arena *arena,
                                   const char *name, const char *command, struct sma_error *err)
{
    char key[64], folder[4096];
    snprintf(key, sizeof key, "diff.%s.command", name);
    char *const where[] = {"git", "rev-parse", "--git-path", "info/attributes", NULL};
    char *const set[] = {"git", "config", key, (char *)(uintptr_t)command, NULL};
    struct sma_buf out;
    sma_buf_init(&out, GIT_OUTPUT_MAX);
    enum sma_status st = run(&out, where, err);
    if (st == SMA_ENOTFOUND)
        st = sma_fail(err, SMA_ENOTFOUND, "not inside a git repository");
    if (!st) {
        *attributes = sma_arena_copy(arena, sma_str_trim(sma_buf_str(&out)));
        st = attributes->ptr ? SMA_OK : sma_fail_nomem(err);
    }
    if (!st) {
        struct sma_str parent = sma_path_folder(*attributes);
        snprintf(folder, sizeof folder, "%.*s", SMA_STR_ARG(parent));
        if (mkdir(folder, 0777) && errno != EEXIST)
            st = sma_fail(err, SMA_EIO, "cannot make %s: %s", folder, strerror(errno));
    }
    sma_buf_clear(&out);
    if (!st && run(&out, set, err))
        st = sma_fail(err, SMA_EIO, "git config refuses to set %s", key);
    sma_buf_fini(&out);
    return st;
}
