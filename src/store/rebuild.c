/* A new folder from the history of another: what a replay makes of it, on disk. */
#include "store/folder.h"
#include "store/log/log.h"
#include "store/state/apply.h"
#include "store/state/state.h"
#include "store/store.h"

#define RECORDS_PER_COMMIT 1000

/* ---- the history ---------------------------------------------------------------------------- */

struct rebuild {
    struct sma_db *to;
    int64_t records;
};

static enum sma_status commit(struct rebuild *r, struct sma_error *err)
{
    bool is_unknown;
    return sma_db_commit(r->to, &is_unknown, err);
}

/* A copy of the record with its place, time and identity, and its effect. */
static enum sma_status copy_one(void *ctx, const struct sma_log_entry *entry,
                                struct sma_error *err)
{
    struct rebuild *r = ctx;
    struct sma_log_entry copy = *entry;
    struct sma_error reason = SMA_ERROR_INIT;
    bool is_applied = false;
    enum sma_status st = sma_history_append(r->to, &copy, err);
    if (!st && copy.position != entry->position)
        st = sma_fail(err, SMA_EINVAL, "the history has a gap before position %lld",
                      (long long)entry->position);
    if (!st)
        st = sma_apply(r->to, &copy, NULL, &is_applied, &reason, err);
    if (!st && !is_applied)
        st = sma_fail(err, SMA_EINVAL, "the record at position %lld cannot be applied: %s",
                      (long long)entry->position, reason.message);
    if (st || ++r->records % RECORDS_PER_COMMIT)
        return st;
    st = commit(r, err);
    return st ? st : sma_db_begin(r->to, err);
}

/* ---- the journal of imports, which no record makes: without it they could not go on ---------- */

struct journal {
    struct sma_db *to;
    enum sma_status st;
    struct sma_error *err;
};

static bool copy_import(void *ctx, const struct sma_import *import)
{
    struct journal *j = ctx;
    j->st = sma_db_note_import(j->to, import, j->err);
    return !j->st;
}

static enum sma_status copy_journal(struct sma_db *from, struct sma_db *to, struct sma_error *err)
{
    struct sma_view view = {.db = from};
    struct journal j = {.to = to, .err = err};
    enum sma_status st = sma_view_imports(&view, copy_import, &j, err);
    return st ? st : j.st;
}

/* ---- all of it ------------------------------------------------------------------------------ */

static enum sma_status copy_history(struct sma_db *from, struct sma_db *to, int64_t *records,
                                    struct sma_error *err)
{
    struct rebuild r = {.to = to};
    struct sma_log *log = NULL;
    enum sma_status st = sma_log_embedded(&log, from, err);
    if (!st)
        st = sma_db_begin(to, err);
    if (!st)
        st = sma_log_read(log, 0, copy_one, &r, err);
    if (!st)
        st = copy_journal(from, to, err);
    if (!st)
        st = commit(&r, err);
    sma_log_close(log);
    *records = r.records;
    return st;
}

static enum sma_status open_db(struct sma_db **out, enum sma_db_role role, const char *path,
                               struct sma_error *err)
{
    const struct sma_db_options options = {.role = role, .path = path};
    enum sma_status st = sma_db_open(out, &options, err);
    if (!st)
        st = sma_db_migrate(*out, sma_migrations, 0, err);
    if (st)
        sma_error_prefix(err, "%s: ", path);
    return st;
}

static enum sma_status must_be_new(struct sma_db *to, const char *dir, struct sma_error *err)
{
    int64_t position;
    enum sma_status st = sma_db_snapshot(to, &position, err);
    if (st)
        return st;
    sma_db_snapshot_end(to);
    return position ? sma_fail(err, SMA_EINVAL, "%s holds a registry already: give a new folder", dir)
                    : SMA_OK;
}

enum sma_status sma_store_rebuild(const char *from_dir, const char *to_dir, int64_t *records,
                                  struct sma_error *err)
{
    struct sma_folder from = {.lock_fd = -1}, to = {.lock_fd = -1};
    struct sma_db *kept = NULL, *made = NULL;
    enum sma_status st = sma_folder_init(&from, SMA_FOLDER_EXISTING, from_dir, err);
    if (!st)
        st = open_db(&kept, SMA_DB_CHECKER, from.db_path, err);
    if (!st)
        st = sma_folder_init(&to, SMA_FOLDER_CREATE, to_dir, err);
    if (!st)
        st = open_db(&made, SMA_DB_WRITER, to.db_path, err);
    if (!st)
        st = must_be_new(made, to_dir, err);
    if (!st)
        st = copy_history(kept, made, records, err);
    sma_db_close(made);
    sma_db_close(kept);
    sma_folder_fini(&to);
    sma_folder_fini(&from);
    return st;
}
