/* A history out of nowhere: lines of key and value in turn, an empty value line is a tombstone.
 * Whatever applies must leave a state without contradictions, and ignored records must leave none.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/state/apply.h"
#include "store/state/state.h"

#define RECORDS_MAX 64

static void need(enum sma_status st, const struct sma_error *err)
{
    if (!st)
        return;
    fprintf(stderr, "%s: %s\n", sma_status_name(st), err->message);
    abort();
}

static struct sma_str next_line(struct sma_str *rest)
{
    ptrdiff_t at = sma_str_chr(*rest, '\n');
    struct sma_str line = at < 0 ? *rest : sma_str_head(*rest, (size_t)at);
    *rest = at < 0 ? sma_str_make(rest->ptr, 0) : sma_str_from(*rest, (size_t)at + 1);
    return line;
}

static void apply_lines(struct sma_db *db, struct sma_str text)
{
    for (int64_t position = 1; text.len && position <= RECORDS_MAX; position++) {
        struct sma_error reason = SMA_ERROR_INIT, err = SMA_ERROR_INIT;
        struct sma_log_entry entry = {.position = position, .ts_ms = position};
        bool is_applied;
        entry.record.key = next_line(&text);
        entry.record.value = next_line(&text);
        if (!entry.record.value.len)
            entry.record.value.ptr = NULL;
        need(sma_apply(db, &entry, NULL, &is_applied, &reason, &err), &err);
        if (!is_applied && !reason.message[0])
            abort(); /* ignored without saying why */
    }
}

/* Dangling references (I7) are the only thing that records alone may bring about. */
static void check(struct sma_db *db)
{
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_buf report;
    sma_buf_init(&report, 0);
    need(sma_db_check_invariants(db, &report, &err), &err);
    struct sma_str rest = sma_buf_str(&report);
    while (rest.len)
        if (!sma_str_starts(next_line(&rest), SMA_STR("I7")))
            abort();
    sma_buf_fini(&report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct sma_db *db; /* one for all inputs: each is undone */
    const struct sma_db_options options = {.role = SMA_DB_SCRATCH};
    struct sma_error err = SMA_ERROR_INIT;
    if (!db) {
        need(sma_db_open(&db, &options, &err), &err);
        need(sma_db_migrate(db, sma_migrations, 0, &err), &err);
    }
    need(sma_db_begin(db, &err), &err);
    apply_lines(db, sma_str_make((const char *)data, size));
    check(db);
    need(sma_db_rollback(db, &err), &err);
    return 0;
}
