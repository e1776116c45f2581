/* A write on its way: decided on a snapshot by whoever calls, looked at again and recorded by the
 * writer, answered through a callback.
 *
 *   caller    prepare() on a snapshot ── settled (nothing to write, or refused) ──► finish()
 *             takes the lane of its subject; when it is taken, waits there
 *   writer    something the decision rested on has moved since ──► a helper prepares again
 *             commit() appends records
 *   writer    finish(), gives the lane to the next in line, which a helper prepares
 *
 * The lane keeps registrations under one subject from deciding on the same snapshot, of which all
 * but one would be in vain. It is no lock: what is decided is checked by the writer all the same.
 */
#ifndef SMA_REGISTRY_OP_H
#define SMA_REGISTRY_OP_H

#include "registry/loader.h"
#include "store/store.h"

#define SMA_OP_WATCHED_MAX 32
#define SMA_OP_TRIES_MAX 16

struct sma_op;

struct sma_op_kind {
    /* Must. Decides. Sets op->is_settled when nothing has to be written; any status but SMA_OK
     * refuses. Whatever must be unchanged when the writer comes is named with sma_op_watch. May run
     * several times; op->arena is empty each time. Runs on the caller's or a helper's thread. */
    enum sma_status (*prepare)(struct sma_op *op, struct sma_loader *loader, struct sma_error *err);
    /* Must, unless prepare always settles. Appends the records. SMA_ESTALE sends the operation back
     * to prepare. Runs on the writer's thread: no parsing, nothing long. */
    enum sma_status (*commit)(struct sma_op *op, struct sma_txn *txn, struct sma_error *err);
    /* Must. Answers and frees the operation (sma_op_free). Runs on any thread, once. */
    void (*finish)(struct sma_op *op, enum sma_status st, const struct sma_error *err);
    /* May be NULL. Releases what does not live in the arena, before another prepare. */
    void (*reset)(struct sma_op *op);
};

/* First member of each kind's own struct, which is on the heap. */
struct sma_op {
    struct sma_write write; /* first: the store gives this back */
    const struct sma_op_kind *kind;
    struct sma_registry *registry;
    struct sma_arena arena;
    /* May be NULL. For an operation of several parts, each with a commit of its own: takes the
     * part's outcome and says whether there is another one to prepare; else finish comes next, with
     * the same outcome. Runs on any thread: must not block. */
    bool (*next_part)(struct sma_op *op, enum sma_status st, const struct sma_error *err);
    struct sma_str lane; /* subject whose turn it needs; ptr NULL = none; outlives the operation */
    bool is_settled;
    /* private */
    bool has_lane;
    int tries;
    int64_t position; /* of the snapshot that prepare saw */
    struct sma_str watched[SMA_OP_WATCHED_MAX];
    size_t watched_count;
    struct sma_op *next;
};

/* Zeroed memory of `size` bytes whose first member is a ready `struct sma_op`. NULL when out of
 * memory. */
void *sma_op_new(size_t size, const struct sma_op_kind *kind, struct sma_registry *registry);
/* Only before sma_op_start, or in finish. */
void sma_op_free(struct sma_op *op);

/* Names a stamp (store.h, "s:subject") that must not move between the snapshot and the commit. One
 * that is named already counts once. */
enum sma_status sma_op_watch(struct sma_op *op, const char *kind, struct sma_str scope,
                             struct sma_error *err) SMA_MUST_CHECK;

/* For commit: one record, whose buffers are emptied for the next. `value` NULL is a tombstone. */
enum sma_status sma_op_append(struct sma_txn *txn, struct sma_buf *key, struct sma_buf *value,
                              struct sma_error *err) SMA_MUST_CHECK;

/* Sets it going. finish() is called in any case, perhaps before this returns. */
void sma_op_start(struct sma_op *op);

/* ---- for the handle -----------------------------------------------------------------------------
 */

struct sma_lanes;
/* helpers: threads; waiting_max: operations that may stand in lanes. */
enum sma_status sma_lanes_new(struct sma_lanes **out, size_t helpers, size_t waiting_max,
                              struct sma_error *err) SMA_MUST_CHECK;
/* Waits until every operation has finished, then stops the helpers. NULL is fine. */
void sma_lanes_free(struct sma_lanes *lanes);
uint64_t sma_lanes_waiting(struct sma_lanes *lanes);

#endif
