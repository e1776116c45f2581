#include "registry/import.h"

#include <string.h>

#include "registry/codes.h"
#include "registry/internal.h"
#include "registry/op.h"

struct import_op {
    struct sma_op op;
    const struct sma_import_part *part;
    sma_import_done_fn *fn;
    void *ctx;
    size_t count;           /* of the part's records, as many as can be taken */
    struct sma_error first; /* why not all of them */
    int64_t before;         /* position of the import, as far as it is written */
    struct sma_import_result result;
};

static void finish(struct sma_op *base, enum sma_status st, const struct sma_error *err)
{
    struct import_op *op = (struct import_op *)base;
    const struct sma_error *why = st ? err : &op->first;
    struct sma_failure failure = {why->status, why, sma_str_z(why->message)};
    if (st)
        op->result = (struct sma_import_result){.position = op->before};
    op->fn(op->ctx, &op->result, why->status ? &failure : NULL);
    sma_op_free(base);
}

/* Everything is looked at by the writer. */
static enum sma_status prepare(struct sma_op *base, struct sma_loader *loader,
                               struct sma_error *err)
{
    (void)base;
    (void)loader;
    (void)err;
    return SMA_OK;
}

/* Whether an import may begin. Once begun it goes on, whatever the imported history does to modes. */
static enum sma_status may_begin(struct sma_loader *loader, struct sma_error *err)
{
    struct sma_subject global;
    enum sma_mode mode = SMA_MODE_READWRITE;
    int64_t position;
    enum sma_status st = sma_view_position(loader->view, &position, err);
    if (st || !position)
        return st;
    st = sma_subject_parse(&global, loader->arena, SMA_STR(""), err);
    if (!st)
        st = sma_scope_mode(&mode, loader, &global, err);
    if (!st && mode != SMA_MODE_IMPORT)
        st = sma_refuse(err, SMA_CODE_CONFLICT,
                        "this registry is not empty: a history is imported into an empty one, or "
                        "with the global mode IMPORT (PUT /mode)");
    return st;
}

static enum sma_status find_journal(struct sma_import *journal, struct import_op *op,
                                    struct sma_txn *txn, struct sma_error *err)
{
    struct sma_loader loader;
    struct sma_view *view = sma_txn_view(txn);
    enum sma_status st = sma_view_import(view, op->part->feed, journal, err);
    if (st != SMA_ENOTFOUND)
        return st;
    *journal = (struct sma_import){0};
    memcpy(journal->feed, op->part->feed, sizeof journal->feed);
    sma_loader_init(&loader, op->op.registry, view, &op->op.arena);
    st = may_begin(&loader, err);
    sma_loader_fini(&loader);
    return st;
}

/* One record: passed over, or taken as the next one. */
static enum sma_status take(struct import_op *op, struct sma_import *journal,
                            const struct sma_change *change, struct sma_txn *txn,
                            struct sma_error *err)
{
    bool is_same = !memcmp(change->uuid, journal->uuid, sizeof change->uuid);
    if (change->position == journal->position && !is_same)
        return sma_refuse(err, SMA_CODE_CONFLICT,
                          "position %lld is another record than the one imported before: the two "
                          "histories have parted",
                          (long long)change->position);
    if (change->position <= journal->position) {
        op->result.skipped++;
        return SMA_OK;
    }
    if (change->position != journal->position + 1)
        return sma_refuse(err, SMA_CODE_CONFLICT,
                          "position %lld is missing: export from after=%lld or before",
                          (long long)journal->position + 1, (long long)journal->position);
    enum sma_status st = sma_txn_append_kept(txn, change, err);
    if (st) {
        sma_error_prefix(err, "position %lld: ", (long long)change->position);
        if (st == SMA_ECONFLICT && err)
            err->code = SMA_CODE_CONFLICT;
        return st;
    }
    journal->position = change->position;
    memcpy(journal->uuid, change->uuid, sizeof journal->uuid);
    op->result.taken++;
    return SMA_OK;
}

/* A record that is refused takes the whole operation with it, so those before it are tried again
 * without it. */
static enum sma_status give_up_at(struct import_op *op, size_t at, enum sma_status st,
                                  struct sma_error *err)
{
    bool is_refused = st == SMA_ECONFLICT || st == SMA_ELIMIT || st == SMA_EINVAL;
    if (!at || !is_refused)
        return st;
    op->count = at;
    op->first = *err;
    sma_error_clear(err);
    return sma_fail(err, SMA_ESTALE, "without the last record");
}

static enum sma_status commit(struct sma_op *base, struct sma_txn *txn, struct sma_error *err)
{
    struct import_op *op = (struct import_op *)base;
    struct sma_import journal;
    op->result = (struct sma_import_result){0};
    enum sma_status st = find_journal(&journal, op, txn, err);
    if (st)
        return st;
    op->before = journal.position;
    if (op->part->goal > journal.goal)
        journal.goal = op->part->goal;
    for (size_t i = 0; i < op->count; i++) {
        st = take(op, &journal, &op->part->changes[i], txn, err);
        if (st)
            return give_up_at(op, i, st, err);
    }
    op->result.position = journal.position;
    return op->result.taken ? sma_txn_note_import(txn, &journal, err) : SMA_OK;
}

void sma_import(struct sma_registry *registry, const struct sma_import_part *part,
                sma_import_done_fn *fn, void *ctx)
{
    static const struct sma_op_kind kind = {prepare, commit, finish, NULL};
    struct import_op *op = sma_op_new(sizeof *op, &kind, registry);
    if (!op) {
        struct sma_error err = SMA_ERROR_INIT;
        struct sma_failure failure = {sma_fail_nomem(&err), &err, sma_str_z(err.message)};
        fn(ctx, &(struct sma_import_result){0}, &failure);
        return;
    }
    op->part = part;
    op->fn = fn;
    op->ctx = ctx;
    op->count = part->count;
    op->first = (struct sma_error)SMA_ERROR_INIT;
    sma_op_start(&op->op);
}
