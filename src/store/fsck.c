/* fsck: is the state what its history says? */
#include "store/folder.h"
#include "store/log/log.h"
#include "store/state/audit.h"
#include "store/state/state.h"
#include "store/store.h"

#define REPORT_BYTES_MAX (256u << 10) /* beyond this nobody learns anything new */

struct replay {
    struct sma_audit *audit;
    struct sma_buf *report;
};

static enum sma_status replay_one(void *ctx, const struct sma_log_entry *entry,
                                  struct sma_error *err)
{
    struct replay *replay = ctx;
    return sma_audit_apply(replay->audit, entry, replay->report, err);
}

static enum sma_status replay_all(struct sma_db *kept, struct sma_db *replayed,
                                  struct sma_buf *report, struct sma_error *err)
{
    struct replay replay = {NULL, report};
    struct sma_log *log = NULL;
    bool is_unknown;
    enum sma_status st = sma_log_embedded(&log, kept, err);
    if (!st)
        st = sma_audit_new(&replay.audit, replayed, err);
    if (!st)
        st = sma_log_read(log, 0, replay_one, &replay, err);
    if (!st)
        st = sma_db_commit(replayed, &is_unknown, err);
    sma_audit_free(replay.audit);
    sma_log_close(log);
    return st;
}

static enum sma_status compare_with_replay(struct sma_db *kept, struct sma_buf *report,
                                           struct sma_error *err)
{
    const struct sma_db_options options = {.role = SMA_DB_SCRATCH};
    struct sma_db *replayed = NULL;
    enum sma_status st = sma_db_open(&replayed, &options, err);
    if (!st)
        st = sma_db_migrate(replayed, sma_migrations, 0, err);
    if (!st)
        st = replay_all(kept, replayed, report, err);
    if (!st)
        st = sma_db_compare(kept, replayed, report, err);
    sma_db_close(replayed);
    return st;
}

static enum sma_status check(struct sma_db *kept, struct sma_buf *report, struct sma_error *err)
{
    struct sma_error mine = SMA_ERROR_INIT;
    enum sma_status st = sma_db_check_integrity(kept, report, err);
    if (!st)
        st = sma_db_check_invariants(kept, report, err);
    if (st)
        return st;
    st = compare_with_replay(kept, report, &mine);
    if (st == SMA_EIO && report->len) { /* a file found to be damaged cannot be read to its end */
        sma_buf_printf(report, "replay: %s\n", mine.message);
        st = SMA_OK;
    }
    return st ? sma_fail(err, st, "%s", mine.message) : SMA_OK;
}

/* The findings go through a buffer of our own, so that a clean result does not depend on what the
 * caller's report held before or could still hold. */
static enum sma_status check_into(struct sma_db *kept, struct sma_buf *report, bool *is_clean,
                                  struct sma_error *err)
{
    struct sma_buf findings;
    sma_buf_init(&findings, REPORT_BYTES_MAX);
    enum sma_status st = check(kept, &findings, err);
    bool is_cut = sma_buf_failed(&findings);
    if (!st) {
        *is_clean = !findings.len && !is_cut;
        if (report)
            sma_buf_puts(report, sma_buf_str(&findings));
        if (report && is_cut)
            sma_buf_putz(report, "… more was found than fits here\n");
    }
    sma_buf_fini(&findings);
    return st;
}

enum sma_status sma_store_fsck(const char *data_dir, struct sma_buf *report, bool *is_clean,
                               struct sma_error *err)
{
    struct sma_folder folder = {.lock_fd = -1};
    struct sma_db *kept = NULL;
    enum sma_status st = sma_folder_init(&folder, SMA_FOLDER_EXISTING, data_dir, err);
    if (st)
        return st;
    const struct sma_db_options options = {.role = SMA_DB_CHECKER, .path = folder.db_path};
    st = sma_db_open(&kept, &options, err);
    if (!st)
        st = sma_db_migrate(kept, sma_migrations, 0, err);
    if (st)
        sma_error_prefix(err, "%s: ", folder.db_path);
    else
        st = check_into(kept, report, is_clean, err);
    sma_db_close(kept);
    sma_folder_fini(&folder);
    return st;
}
