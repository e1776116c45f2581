/* Schemas in files: walking folders, expanding patterns, reading. Symbolic links to folders are not
 * followed, hidden folders and node_modules are not entered. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/source.h"

static enum sma_status read_all(struct sma_str *out, struct sma_arena *arena, int fd,
                                const char *path, size_t max, struct sma_error *err)
{
    struct sma_buf buf;
    enum sma_status st = SMA_OK;
    sma_buf_init(&buf, max);
    for (;;) {
        char part[65536];
        ssize_t got = read(fd, part, sizeof part);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            st = sma_fail(err, SMA_EIO, "cannot read %s: %s", path, strerror(errno));
        if (got <= 0)
            break;
        sma_buf_append(&buf, part, (size_t)got);
    }
    if (!st && sma_buf_failed(&buf))
        st = sma_fail(err, SMA_ELIMIT, "%s has more than %zu bytes", path, max);
    if (!st) {
        *out = sma_arena_copy(arena, sma_buf_str(&buf));
        st = out->ptr ? SMA_OK : sma_fail_nomem(err);
    }
    sma_buf_fini(&buf);
    return st;
}

enum sma_status sma_read_file(struct sma_str *out, struct sma_arena *arena, const char *path,
                              struct sma_error *err)
{
    return sma_read_bytes(out, arena, path, SMA_FILE_BYTES_MAX, err);
}

enum sma_status sma_read_bytes(struct sma_str *out, struct sma_arena *arena, const char *path,
                               size_t max, struct sma_error *err)
{
    bool is_stdin = !strcmp(path, "-");
    int fd = is_stdin ? 0 : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return sma_fail(err, errno == ENOENT ? SMA_ENOTFOUND : SMA_EIO, "cannot open %s: %s", path,
                        strerror(errno));
    enum sma_status st = read_all(out, arena, fd, path, max, err);
    if (!is_stdin)
        close(fd);
    return st;
}

/* A new file beside the old one, then renamed over it: there is never half a file. */
enum sma_status sma_replace_file(struct sma_arena *arena, struct sma_str path, struct sma_str text,
                                 struct sma_error *err)
{
    struct stat info;
    struct sma_str beside = sma_arena_printf(arena, "%.*s.schemata-new", SMA_STR_ARG(path));
    if (!beside.ptr)
        return sma_fail_nomem(err);
    mode_t mode = stat(path.ptr, &info) ? 0644 : info.st_mode & 0777;
    int fd = open(beside.ptr, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0)
        return sma_fail(err, SMA_EIO, "cannot write %s: %s", beside.ptr, strerror(errno));
    bool failed = false;
    for (size_t done = 0; !failed && done < text.len;) {
        ssize_t put = write(fd, text.ptr + done, text.len - done);
        failed = put < 0 && errno != EINTR;
        done += put > 0 ? (size_t)put : 0;
    }
    failed |= fsync(fd) != 0;
    failed |= close(fd) != 0;
    if (!failed && !rename(beside.ptr, path.ptr))
        return SMA_OK;
    int why = errno;
    unlink(beside.ptr);
    return sma_fail(err, SMA_EIO, "cannot write %s: %s", path.ptr, strerror(why));
}

/* ---- folders ---- */

bool sma_folder_is_entered(const char *name)
{
    return name[0] != '.' && strcmp(name, "node_modules") != 0;
}

static int keep_visible(const struct dirent *entry)
{
    return sma_folder_is_entered(entry->d_name);
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

struct walk {
    struct sma_side *side;
    struct sma_str pattern; /* empty: everything */
    bool is_selected;
};

static enum sma_status take_file(const struct walk *walk, struct sma_str path,
                                 struct sma_error *err)
{
    bool is_maybe;
    if (!sma_type_of_name(path, &is_maybe) && !is_maybe)
        return SMA_OK;
    if (walk->pattern.len && !sma_glob_match(walk->pattern, path))
        return SMA_OK;
    struct sma_file *file = sma_side_at(walk->side, path);
    if (!file)
        file = sma_side_add(walk->side, path);
    if (!file)
        return sma_fail(err, SMA_ELIMIT, "more than %u files", SMA_FILES_MAX);
    file->is_selected |= walk->is_selected;
    return SMA_OK;
}

static enum sma_status walk_folder(const struct walk *walk, struct sma_str folder, unsigned depth,
                                   struct sma_error *err);

static enum sma_status walk_entry(const struct walk *walk, struct sma_str folder, const char *name,
                                  unsigned depth, struct sma_error *err)
{
    struct stat info;
    struct sma_str path = sma_path_join(walk->side->arena, folder, sma_str_z(name));
    if (!path.ptr)
        return sma_fail_nomem(err);
    if (lstat(path.ptr, &info))
        return SMA_OK; /* gone since the folder was read */
    if (S_ISLNK(info.st_mode) && (stat(path.ptr, &info) || !S_ISREG(info.st_mode)))
        return SMA_OK;
    if (S_ISDIR(info.st_mode))
        return walk_folder(walk, path, depth + 1, err);
    return S_ISREG(info.st_mode) ? take_file(walk, path, err) : SMA_OK;
}

static enum sma_status walk_folder(const struct walk *walk, struct sma_str folder, unsigned depth,
                                   struct sma_error *err)
{
    struct dirent **entries = NULL;
    enum sma_status st = SMA_OK;
    if (depth > SMA_FOLDER_DEPTH_MAX)
        return sma_fail(err, SMA_ELIMIT, "%.*s: folders nest deeper than %u", SMA_STR_ARG(folder),
                        SMA_FOLDER_DEPTH_MAX);
    int count = scandir(folder.ptr, &entries, keep_visible, by_bytes);
    if (count < 0)
        return sma_fail(err, errno == ENOENT ? SMA_ENOTFOUND : SMA_EIO, "cannot read folder %s: %s",
                        folder.ptr, strerror(errno));
    for (int i = 0; i < count; i++) {
        if (!st)
            st = walk_entry(walk, folder, entries[i]->d_name, depth, err);
        free(entries[i]);
    }
    free(entries);
    return st;
}

/* The folder part of a pattern that holds no wildcard. */
static struct sma_str fixed_part(struct sma_arena *arena, struct sma_str pattern)
{
    size_t end = 0;
    for (size_t i = 0; i < pattern.len && !strchr("*?[", pattern.ptr[i]); i++)
        if (pattern.ptr[i] == '/')
            end = i;
    return sma_path_clean(arena, sma_str_head(pattern, end));
}

/* ---- arguments ---- */

static enum sma_status remember(struct sma_scope *scope, struct sma_arena *arena,
                                enum sma_scope_kind kind, struct sma_str path,
                                struct sma_error *err)
{
    void *grown = sma_arena_grow(arena, scope->items, scope->count, &scope->capacity,
                                 scope->count + 1, sizeof *scope->items);
    if (!grown)
        return sma_fail_nomem(err);
    scope->items = grown;
    scope->items[scope->count].kind = kind;
    scope->items[scope->count++].path = path;
    return SMA_OK;
}

static enum sma_status add_stdin(struct sma_side *side, const char *name,
                                 const struct sma_format *type, struct sma_error *err)
{
    struct sma_file *file = sma_side_add(side, sma_str_z(name ? name : "stdin"));
    if (!file)
        return sma_fail_nomem(err);
    file->format = type;
    file->is_selected = true;
    return sma_read_file(&file->text, side->arena, "-", err);
}

static enum sma_status add_file(struct sma_side *side, struct sma_scope *scope, struct sma_str path,
                                const struct sma_format *type, struct sma_error *err)
{
    bool is_maybe;
    struct sma_file *file = sma_side_at(side, path);
    if (!file)
        file = sma_side_add(side, path);
    if (!file)
        return sma_fail(err, SMA_ELIMIT, "more than %u files", SMA_FILES_MAX);
    file->is_selected = true;
    file->format = type ? type : sma_type_of_name(path, &is_maybe);
    enum sma_status st = sma_side_load(side, file, err);
    if (!st && !file->format)
        return sma_fail(err, SMA_EINVAL,
                        "%.*s: neither its name nor its text says what it is; use --type",
                        SMA_STR_ARG(path));
    return st ? st : remember(scope, side->arena, SMA_SCOPE_FILE, path, err);
}

static enum sma_status add_pattern(struct sma_side *side, struct sma_scope *scope,
                                   struct sma_str pattern, struct sma_error *err)
{
    struct walk walk = {side, pattern, true};
    bool any = false;
    struct stat info;
    struct sma_str folder = fixed_part(side->arena, pattern);
    enum sma_status st = SMA_OK;
    if (!folder.ptr)
        return sma_fail_nomem(err);
    if (!stat(folder.ptr, &info) && S_ISDIR(info.st_mode))
        st = walk_folder(&walk, folder, 0, err);
    if (!st)
        st = remember(scope, side->arena, SMA_SCOPE_GLOB, pattern, err);
    for (size_t i = 0; !any && i < side->count; i++)
        any = sma_glob_match(pattern, side->files[i]->path);
    if (!st && !any)
        return sma_fail(err, SMA_ENOTFOUND, "no schema file matches %.*s", SMA_STR_ARG(pattern));
    return st;
}

/* An absolute path below the current folder, as seen from here. */
static struct sma_str below_here(struct sma_str path)
{
    char here[4096];
    if (!path.len || path.ptr[0] != '/' || !getcwd(here, sizeof here))
        return path;
    struct sma_str folder = sma_str_z(here);
    if (sma_str_eq(path, folder))
        return SMA_STR(".");
    bool is_below = sma_str_starts(path, folder) && path.ptr[folder.len] == '/';
    return is_below ? sma_str_from(path, folder.len + 1) : path;
}

enum sma_status sma_side_add_path(struct sma_side *side, struct sma_scope *scope, const char *path,
                                  const char *stdin_name, const struct sma_format *type,
                                  struct sma_error *err)
{
    struct stat info;
    struct walk walk = {side, SMA_STR(""), true};
    if (!strcmp(path, "-"))
        return add_stdin(side, stdin_name, type, err);
    struct sma_str clean = below_here(sma_path_clean(side->arena, sma_str_z(path)));
    if (!clean.ptr)
        return sma_fail_nomem(err);
    if (stat(clean.ptr, &info)) {
        if (sma_glob_is(clean))
            return add_pattern(side, scope, clean, err);
        return sma_fail(err, SMA_ENOTFOUND, "cannot open %s: %s", path, strerror(errno));
    }
    if (!S_ISDIR(info.st_mode))
        return add_file(side, scope, clean, type, err);
    enum sma_status st = walk_folder(&walk, clean, 0, err);
    return st ? st : remember(scope, side->arena, SMA_SCOPE_FOLDER, clean, err);
}

enum sma_status sma_side_list_tree(struct sma_side *side, struct sma_str folder,
                                   struct sma_error *err)
{
    struct walk walk = {side, SMA_STR(""), false};
    struct stat info;
    if (!folder.ptr)
        return sma_fail_nomem(err);
    if (stat(folder.ptr, &info) || !S_ISDIR(info.st_mode))
        return SMA_OK;
    return walk_folder(&walk, folder, 0, err);
}
