#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "cli/import.h"
#include "cli/source.h"
#include "core/json/writer.h"

#define JOURNAL_BYTES_MAX (512u << 20)

static struct sma_str text_of(const struct sma_json *object, const char *name)
{
    const struct sma_json *v = sma_json_get(object, sma_str_z(name));
    return sma_json_is(v, SMA_JSON_STRING) ? v->text : SMA_STR("");
}

/* ---- reading ---- */

static enum sma_status take_head(struct sma_import *import, const struct sma_json *row)
{
    struct sma_error *err = &import->s->err;
    const struct sma_json *empty = sma_json_getz(row, "wasEmpty");
    if (!sma_str_eq(text_of(row, "digest"), import->digest))
        return sma_fail(err, SMA_EINVAL, "%.*s is the journal of another file",
                        SMA_STR_ARG(import->journal->path));
    if (!sma_str_eqz(text_of(row, "url"), sma_remote_url(import->s->remote)))
        return sma_fail(err, SMA_EINVAL, "%.*s is the journal of an import into %.*s",
                        SMA_STR_ARG(import->journal->path), SMA_STR_ARG(text_of(row, "url")));
    import->was_empty = sma_json_is(empty, SMA_JSON_BOOL) && empty->boolean;
    return SMA_OK;
}

static void take_row(struct sma_import *import, const struct sma_json *row)
{
    struct sma_import_target *target;
    if ((target = sma_map_get(&import->target_of, text_of(row, "existed"))))
        target->existed = true;
    if ((target = sma_map_get(&import->target_of, text_of(row, "opened")))) {
        target->is_open = target->is_told = true;
        target->was = text_of(row, "was");
    }
    if ((target = sma_map_get(&import->target_of, text_of(row, "closed"))))
        target->is_open = target->is_told = false;
}

/* A last line that was cut off tells of nothing that was done. */
static enum sma_status read_all(struct sma_import *import, struct sma_str text)
{
    enum sma_status st = SMA_OK;
    for (size_t line = 0; !st && text.len; line++) {
        const struct sma_json *row;
        ptrdiff_t end = sma_str_chr(text, '\n');
        struct sma_str part = sma_str_head(text, end < 0 ? 0 : (size_t)end);
        text = sma_str_from(text, end < 0 ? text.len : (size_t)end + 1);
        if (end < 0)
            break;
        if (sma_json_parse(&row, &import->s->arena, part, NULL, NULL, NULL))
            return sma_fail(&import->s->err, SMA_EIO, "%.*s:%zu: no line of a journal",
                            SMA_STR_ARG(import->journal->path), line + 1);
        if (line)
            take_row(import, row);
        else
            st = take_head(import, row);
    }
    return st;
}

enum sma_status sma_import_journal_open(struct sma_import_journal *journal,
                                        struct sma_import *import, const char *path, bool resume)
{
    struct sma_error *err = &import->s->err;
    struct sma_str text;
    bool is_there = !access(path, F_OK);
    *journal = (struct sma_import_journal){.path = sma_str_z(path), .fd = -1};
    import->journal = journal;
    if (is_there && !resume)
        return sma_remote_fail(err, SMA_ECONFLICT, SMA_EXIT_REFUSED,
                               "an import of this file was begun and not finished (%s): --resume "
                               "goes on with it",
                               path);
    if (resume && !is_there)
        fprintf(stderr, "schemata: there is no %s: starting from the beginning\n", path);
    if (is_there) {
        enum sma_status st = sma_read_bytes(&text, &import->s->arena, path, JOURNAL_BYTES_MAX, err);
        if (!st)
            st = read_all(import, text);
        if (st)
            return st;
        journal->is_resumed = text.len > 0;
    }
    if (import->dry_run)
        return SMA_OK;
    journal->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    return journal->fd < 0
               ? sma_fail(err, SMA_EIO, "cannot write %s: %s", path, strerror(errno))
               : SMA_OK;
}

/* ---- writing ---- */

/* is_urgent: on disk when it returns. */
static enum sma_status write_text(struct sma_import *import, struct sma_str text, bool is_urgent,
                                  struct sma_error *err)
{
    struct sma_import_journal *journal = import->journal;
    while (text.len) {
        ssize_t put = write(journal->fd, text.ptr, text.len);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            break;
        text = sma_str_from(text, (size_t)put);
    }
    if (!text.len && (!is_urgent || !fdatasync(journal->fd)))
        return SMA_OK;
    return sma_fail(err, SMA_EIO, "cannot write %.*s: %s", SMA_STR_ARG(journal->path),
                    strerror(errno));
}

static enum sma_status write_buf(struct sma_import *import, struct sma_buf *buf, bool is_urgent,
                                 struct sma_error *err)
{
    enum sma_status st = sma_buf_failed(buf)
                             ? sma_fail_nomem(err)
                             : write_text(import, sma_buf_str(buf), is_urgent, err);
    sma_buf_fini(buf);
    return st;
}

static void put_line(struct sma_buf *out, const char *name, struct sma_str subject,
                     struct sma_str was)
{
    struct sma_json_writer w = sma_json_writer_on(out);
    sma_jw_object_open(&w);
    sma_jw_member_string(&w, name, subject);
    if (was.len)
        sma_jw_member_string(&w, "was", was);
    sma_jw_object_close(&w);
    sma_buf_putc(out, '\n');
}

enum sma_status sma_import_journal_begin(struct sma_import *import)
{
    struct sma_buf out;
    sma_buf_init(&out, 0);
    struct sma_json_writer w = sma_json_writer_on(&out);
    sma_jw_object_open(&w);
    sma_jw_member_i64(&w, "journal", 1);
    sma_jw_member_string(&w, "digest", import->digest);
    sma_jw_member_string(&w, "url", sma_str_z(sma_remote_url(import->s->remote)));
    sma_jw_member_bool(&w, "wasEmpty", import->was_empty);
    sma_jw_object_close(&w);
    sma_buf_putc(&out, '\n');
    for (size_t i = 0; i < import->target_count; i++)
        if (import->targets[i].existed)
            put_line(&out, "existed", import->targets[i].subject, SMA_STR(""));
    return write_buf(import, &out, true, &import->s->err);
}

enum sma_status sma_import_journal_opened(struct sma_import *import,
                                          struct sma_import_target *const *targets, size_t count)
{
    struct sma_buf out;
    sma_buf_init(&out, 0);
    for (size_t i = 0; i < count; i++)
        if (targets[i]->must_open)
            put_line(&out, "opened", targets[i]->subject, targets[i]->was);
    if (!out.len && !sma_buf_failed(&out))
        return SMA_OK;
    return write_buf(import, &out, true, &import->s->err);
}

enum sma_status sma_import_journal_closed(struct sma_import *import,
                                          const struct sma_import_target *target,
                                          struct sma_error *err)
{
    struct sma_buf out;
    sma_buf_init(&out, 0);
    put_line(&out, "closed", target->subject, SMA_STR(""));
    pthread_mutex_lock(&import->mutex);
    enum sma_status st = write_buf(import, &out, false, err);
    pthread_mutex_unlock(&import->mutex);
    return st;
}

void sma_import_journal_close(struct sma_import_journal *journal, bool is_done)
{
    if (journal->fd >= 0)
        close(journal->fd);
    if (is_done && journal->fd >= 0)
        unlink(journal->path.ptr);
    journal->fd = -1;
}
