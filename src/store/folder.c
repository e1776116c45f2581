#include "store/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define DB_NAME "schemata.db"
#define LOCK_NAME "schemata.lock"

static enum sma_status fail_errno(struct sma_error *err, const char *what, const char *path)
{
    enum sma_status st = errno == ENOMEM ? SMA_ENOMEM : errno == ENOSPC ? SMA_EFULL : SMA_EIO;
    return sma_fail(err, st, "cannot %s \"%s\": %s", what, path, strerrordesc_np(errno));
}

static char *join(const char *dir, const char *name)
{
    char *path = NULL;
    return asprintf(&path, "%s/%s", dir, name) < 0 ? NULL : path;
}

/* ---- the folder ---------------------------------------------------------------------------- */

/* mkdir -p. Schemas may be confidential: only the owner looks into a folder we make. */
static enum sma_status make_folder(char *dir, struct sma_error *err)
{
    for (char *at = dir + 1; *at; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        int rc = mkdir(dir, 0700);
        *at = '/';
        if (rc && errno != EEXIST)
            return fail_errno(err, "make the folder", dir);
    }
    if (mkdir(dir, 0700) && errno != EEXIST)
        return fail_errno(err, "make the folder", dir);
    return SMA_OK;
}

static enum sma_status find_database(const struct sma_folder *folder, struct sma_error *err)
{
    struct stat info;
    if (stat(folder->db_path, &info))
        return sma_fail(err, SMA_EINVAL, "\"%s\" holds no data: cannot open \"%s\"", folder->dir,
                        folder->db_path);
    return SMA_OK;
}

static enum sma_status name_paths(struct sma_folder *folder, enum sma_folder_kind kind,
                                  const char *dir, struct sma_error *err)
{
    const char *tmp = getenv("TMPDIR");
    if (kind == SMA_FOLDER_EPHEMERAL) {
        folder->dir = join(tmp && *tmp ? tmp : "/tmp", "schemata-XXXXXX");
        if (folder->dir && !mkdtemp(folder->dir))
            return fail_errno(err, "make the folder", folder->dir);
        folder->is_ephemeral = folder->dir != NULL;
    } else {
        if (!dir || !*dir)
            return sma_fail(err, SMA_EINVAL, "the data folder has no name");
        folder->dir = strdup(dir);
    }
    if (!folder->dir)
        return sma_fail_nomem(err);
    folder->db_path = join(folder->dir, DB_NAME);
    folder->lock_path = join(folder->dir, LOCK_NAME);
    return folder->db_path && folder->lock_path ? SMA_OK : sma_fail_nomem(err);
}

/* ---- the lock ------------------------------------------------------------------------------ */

/* The process id that the holder wrote; 0 when it cannot be told. */
static long holder(int fd)
{
    char text[32] = "";
    ssize_t got = pread(fd, text, sizeof text - 1, 0);
    return got > 0 ? strtol(text, NULL, 10) : 0;
}

static enum sma_status fail_taken(const struct sma_folder *folder, int fd, struct sma_error *err)
{
    long pid = holder(fd);
    if (pid > 0)
        return sma_fail(err, SMA_EBUSY, "the data folder \"%s\" is in use by process %ld",
                        folder->dir, pid);
    return sma_fail(err, SMA_EBUSY, "the data folder \"%s\" is in use by another process",
                    folder->dir);
}

/* A lock of the open file, not of the process: closing some other descriptor of the same file does
 * not drop it, and two stores in one process exclude each other as well. */
static enum sma_status take_lock(struct sma_folder *folder, struct sma_error *err)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    char text[32];
    int fd = open(folder->lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    enum sma_status st = SMA_OK;
    if (fd < 0)
        return fail_errno(err, "open the lock file", folder->lock_path);
    int len = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (fcntl(fd, F_OFD_SETLK, &lock))
        st = errno == EAGAIN || errno == EACCES
                 ? fail_taken(folder, fd, err)
                 : fail_errno(err, "lock the file", folder->lock_path);
    else if (ftruncate(fd, 0) || pwrite(fd, text, (size_t)len, 0) != len)
        st = fail_errno(err, "write the lock file", folder->lock_path);
    if (st)
        close(fd);
    else
        folder->lock_fd = fd;
    return st;
}

/* ---- both ---------------------------------------------------------------------------------- */

enum sma_status sma_folder_init(struct sma_folder *folder, enum sma_folder_kind kind,
                                const char *dir, struct sma_error *err)
{
    struct sma_folder f = {.lock_fd = -1};
    enum sma_status st = name_paths(&f, kind, dir, err);
    if (!st && kind == SMA_FOLDER_CREATE)
        st = make_folder(f.dir, err);
    if (!st && kind == SMA_FOLDER_EXISTING)
        st = find_database(&f, err);
    if (!st)
        st = take_lock(&f, err);
    if (st)
        sma_folder_fini(&f);
    else
        *folder = f;
    return st;
}

static void remove_file(const char *path, const char *suffix)
{
    char *whole = NULL;
    if (path && asprintf(&whole, "%s%s", path, suffix) >= 0) {
        unlink(whole); /* what is not there need not be removed */
        free(whole);
    }
}

void sma_folder_fini(struct sma_folder *folder)
{
    if (folder->is_ephemeral) {
        remove_file(folder->db_path, "");
        remove_file(folder->db_path, "-wal");
        remove_file(folder->db_path, "-shm");
        remove_file(folder->lock_path, "");
        rmdir(folder->dir);
    }
    if (folder->dir && folder->lock_fd >= 0)
        close(folder->lock_fd);
    free(folder->lock_path);
    free(folder->db_path);
    free(folder->dir);
    *folder = (struct sma_folder){.lock_fd = -1};
}
