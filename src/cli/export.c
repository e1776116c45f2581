/* schemata export and backup: a registry's content as a file. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/num.h"
#include "cli/commands.h"
#include "cli/harvest.h"
#include "cli/source.h"
#include "http/gzip_text.h"

const struct sma_option sma_export_options[] = {
    {.name = "--output", .letter = 'o', .value = "FILE", .standard = "stdout", .help = "where to"},
    {.name = "--deleted", .help = "soft-deleted versions too"},
    {.name = "--gzip", .help = "compressed; import reads that as it is"},
    {.name = NULL},
};

const struct sma_option sma_backup_options[] = {
    {.name = "--keep", .value = "N", .standard = "all", .help = "remove older backups beyond N"},
    {.name = NULL},
};

/* In UTC: "2026-11-29T15:00:00Z", or without the marks between for names of files. */
static void now_text(char out[32], bool is_short)
{
    struct tm parts = {0};
    time_t now = time(NULL);
    gmtime_r(&now, &parts);
    if (is_short)
        strftime(out, 32, "%Y%m%dT%H%M%SZ", &parts);
    else
        strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &parts);
}

/* The whole text of an export. */
static enum sma_status compose(struct sma_buf *out, struct sma_remote_session *s,
                               struct sma_str pattern, bool deleted, bool gzip)
{
    struct sma_archive archive;
    struct sma_buf plain;
    char time_of[32];
    now_text(time_of, false);
    sma_archive_init(&archive, &s->arena);
    sma_buf_init(&plain, SMA_ARCHIVE_BYTES_MAX);
    enum sma_status st = sma_harvest(&archive, s, pattern, deleted);
    if (!st && pattern.len && !archive.schema_count)
        st = sma_remote_fail(&s->err, SMA_ENOTFOUND, SMA_EXIT_NOT_FOUND,
                             "no subject matches \"%.*s\"", SMA_STR_ARG(pattern));
    if (!st)
        st = sma_archive_write(gzip ? &plain : out, &archive, time_of, &s->err);
    if (!st && gzip)
        st = sma_gzip_text(out, sma_buf_str(&plain), &s->err);
    if (!st)
        fprintf(stderr, "schemata: %zu schemas of %s exported\n", archive.schema_count,
                sma_remote_url(s->remote));
    sma_buf_fini(&plain);
    sma_archive_fini(&archive);
    return st;
}

int sma_export_main(const struct sma_arguments *arguments)
{
    struct sma_remote_session s;
    struct sma_buf out;
    const char *path = sma_argument(arguments, "--output");
    struct sma_str pattern =
        sma_str_z(arguments->positional_count ? arguments->positional[0] : "");
    enum sma_status st = sma_remote_session_open(&s, arguments);
    sma_buf_init(&out, SMA_ARCHIVE_BYTES_MAX);
    if (!st)
        st = compose(&out, &s, pattern, sma_argument_has(arguments, "--deleted"),
                     sma_argument_has(arguments, "--gzip"));
    if (!st && path)
        st = sma_replace_file(&s.arena, sma_str_z(path), sma_buf_str(&out), &s.err);
    else if (!st)
        fwrite(sma_buf_str(&out).ptr, 1, out.len, stdout);
    sma_buf_fini(&out);
    return sma_remote_session_finish(&s, st, SMA_EXIT_OK);
}

/* ---- backup ---- */

#define PREFIX "schemata-"
#define SUFFIX ".ndjson.gz"

/* Only what backup itself names so: PREFIX, a time of 16 characters, SUFFIX. */
static int is_backup(const struct dirent *entry)
{
    struct sma_str name = sma_str_z(entry->d_name);
    return name.len == strlen(PREFIX) + 16 + strlen(SUFFIX) &&
           sma_str_starts(name, SMA_STR(PREFIX)) && sma_str_ends(name, SMA_STR(SUFFIX));
}

static enum sma_status remove_old(struct sma_remote_session *s, const char *folder, int32_t keep)
{
    struct dirent **entries;
    enum sma_status st = SMA_OK;
    int count = scandir(folder, &entries, is_backup, alphasort);
    if (count < 0)
        return sma_fail(&s->err, SMA_EIO, "cannot read %s: %s", folder, strerror(errno));
    for (int i = 0; i < count; i++) {
        struct sma_str path = sma_arena_printf(&s->arena, "%s/%s", folder, entries[i]->d_name);
        if (!st && i < count - keep && (!path.ptr || unlink(path.ptr)))
            st = sma_fail(&s->err, SMA_EIO, "cannot remove %s/%s: %s", folder, entries[i]->d_name,
                          strerror(errno));
        free(entries[i]);
    }
    free(entries);
    return st;
}

static enum sma_status back_up(struct sma_remote_session *s, const char *folder, int32_t keep)
{
    struct sma_buf out;
    char stamp[32];
    now_text(stamp, true);
    if (mkdir(folder, 0777) && errno != EEXIST)
        return sma_fail(&s->err, SMA_EIO, "cannot make %s: %s", folder, strerror(errno));
    struct sma_str path = sma_arena_printf(&s->arena, "%s/" PREFIX "%s" SUFFIX, folder, stamp);
    sma_buf_init(&out, SMA_ARCHIVE_BYTES_MAX);
    enum sma_status st = path.ptr ? compose(&out, s, SMA_STR(""), true, true)
                                  : sma_fail_nomem(&s->err);
    if (!st)
        st = sma_replace_file(&s->arena, path, sma_buf_str(&out), &s->err);
    if (!st)
        printf("%.*s\n", SMA_STR_ARG(path));
    if (!st && keep)
        st = remove_old(s, folder, keep);
    sma_buf_fini(&out);
    return st;
}

int sma_backup_main(const struct sma_arguments *arguments)
{
    struct sma_remote_session s;
    const char *text = sma_argument(arguments, "--keep");
    int32_t keep = 0;
    enum sma_status st = sma_remote_session_open(&s, arguments);
    if (!st && text && (!sma_parse_i32(sma_str_z(text), &keep) || keep < 1))
        st = sma_fail(&s.err, SMA_EINVAL, "--keep wants a number from 1, not \"%s\"", text);
    if (!st)
        st = back_up(&s, arguments->positional[0], keep);
    return sma_remote_session_finish(&s, st, SMA_EXIT_OK);
}
