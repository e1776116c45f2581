#include "registry/op.h"

#include <pthread.h>
#include <stdlib.h>

#include "registry/internal.h"
#include "registry/text.h"

#define LANE_SLOTS 1024u

/* A subject somebody writes under, and who waits for that. */
struct lane {
    struct lane *chain;
    struct sma_str subject; /* of the operation that opened it: a copy behind the struct */
    struct sma_op *first, *last;
};

struct sma_lanes {
    pthread_mutex_t lock;
    pthread_cond_t work;  /* something to prepare, or stop */
    pthread_cond_t quiet; /* nothing in flight */
    struct lane *slots[LANE_SLOTS];
    uint64_t seed;
    size_t waiting, waiting_max;
    size_t in_flight;                  /* operations started and not finished */
    struct sma_op *ready, *ready_last; /* for the helpers */
    bool is_stopping;
    size_t helper_count;
    pthread_t helpers[];
};

/* ---- one operation ------------------------------------------------------------------------------
 */

static enum sma_status run_write(struct sma_write *write, struct sma_txn *txn,
                                 struct sma_error *err);
static void write_done(struct sma_write *write, enum sma_status st, const struct sma_error *err);

void *sma_op_new(size_t size, const struct sma_op_kind *kind, struct sma_registry *registry)
{
    struct sma_op *op = calloc(1, size);
    if (!op)
        return NULL;
    op->write.run = run_write;
    op->write.done = write_done;
    op->kind = kind;
    op->registry = registry;
    sma_arena_init(&op->arena, 0);
    return op;
}

void sma_op_free(struct sma_op *op)
{
    if (op->kind->reset)
        op->kind->reset(op);
    sma_arena_fini(&op->arena);
    free(op);
}

enum sma_status sma_op_watch(struct sma_op *op, const char *kind, struct sma_str scope,
                             struct sma_error *err)
{
    struct sma_str key = SMA_JOIN(&op->arena, sma_str_z(kind), scope);
    if (!key.ptr)
        return sma_fail_nomem(err);
    for (size_t i = 0; i < op->watched_count; i++)
        if (sma_str_eq(op->watched[i], key))
            return SMA_OK;
    if (op->watched_count == SMA_OP_WATCHED_MAX)
        return sma_fail(err, SMA_EINTERNAL, "too many stamps");
    op->watched[op->watched_count++] = key;
    return SMA_OK;
}

enum sma_status sma_op_append(struct sma_txn *txn, struct sma_buf *key, struct sma_buf *value,
                              struct sma_error *err)
{
    if (sma_buf_failed(key) || (value && sma_buf_failed(value)))
        return sma_fail_nomem(err);
    struct sma_record record = {.key = sma_buf_str(key)};
    if (value)
        record.value = sma_buf_str(value);
    enum sma_status st = sma_txn_append(txn, &record, err);
    sma_buf_clear(key);
    if (value)
        sma_buf_clear(value);
    return st;
}

/* ---- lanes --------------------------------------------------------------------------------------
 */

static struct lane **find_lane(struct sma_lanes *lanes, struct sma_str subject)
{
    uint64_t hash = sma_hash_bytes(lanes->seed, subject.ptr, subject.len);
    struct lane **at = &lanes->slots[hash % LANE_SLOTS];
    while (*at && !sma_str_eq((*at)->subject, subject))
        at = &(*at)->chain;
    return at;
}

static struct lane *open_lane(struct sma_str subject)
{
    struct lane *lane = calloc(1, sizeof *lane + subject.len);
    if (!lane)
        return NULL;
    if (subject.len)
        memcpy(lane + 1, subject.ptr, subject.len);
    lane->subject = sma_str_make((const char *)(lane + 1), subject.len);
    return lane;
}

enum turn {
    TURN_NOW,
    TURN_LATER, /* the operation stands in the lane and belongs to it */
    TURN_NEVER
};

static enum turn enter_lane(struct sma_op *op, struct sma_error *err)
{
    struct sma_lanes *lanes = op->registry->lanes;
    enum turn turn = TURN_NOW;
    pthread_mutex_lock(&lanes->lock);
    struct lane **at = find_lane(lanes, op->lane);
    if (!*at) {
        *at = open_lane(op->lane);
        op->has_lane = *at != NULL;
        if (!*at) {
            sma_fail_nomem(err);
            turn = TURN_NEVER;
        }
    } else if (lanes->waiting == lanes->waiting_max) {
        sma_fail(err, SMA_EBUSY, "too many registrations are waiting");
        turn = TURN_NEVER;
    } else {
        op->next = NULL;
        *((*at)->last ? &(*at)->last->next : &(*at)->first) = op;
        (*at)->last = op;
        op->has_lane = true; /* by the time it runs again */
        lanes->waiting++;
        turn = TURN_LATER;
    }
    pthread_mutex_unlock(&lanes->lock);
    return turn;
}

/* The lock is held. */
static void push_ready(struct sma_lanes *lanes, struct sma_op *op)
{
    op->next = NULL;
    *(lanes->ready_last ? &lanes->ready_last->next : &lanes->ready) = op;
    lanes->ready_last = op;
    pthread_cond_signal(&lanes->work);
}

static void leave_lane(struct sma_op *op)
{
    struct sma_lanes *lanes = op->registry->lanes;
    pthread_mutex_lock(&lanes->lock);
    struct lane **at = find_lane(lanes, op->lane);
    struct lane *lane = *at;
    struct sma_op *next = lane->first;
    if (next) {
        lane->first = next->next;
        if (!lane->first)
            lane->last = NULL;
        lanes->waiting--;
        push_ready(lanes, next);
    } else {
        *at = lane->chain;
        free(lane);
    }
    pthread_mutex_unlock(&lanes->lock);
}

/* ---- the way of a write -------------------------------------------------------------------------
 */

static void count_flight(struct sma_lanes *lanes, bool is_start)
{
    pthread_mutex_lock(&lanes->lock);
    if (is_start)
        lanes->in_flight++;
    else if (!--lanes->in_flight)
        pthread_cond_broadcast(&lanes->quiet);
    pthread_mutex_unlock(&lanes->lock);
}

static void finish(struct sma_op *op, enum sma_status st, const struct sma_error *err)
{
    struct sma_lanes *lanes = op->registry->lanes;
    if (op->has_lane)
        leave_lane(op);
    op->kind->finish(op, st, err);
    count_flight(lanes, false);
}

static enum sma_status decide(struct sma_op *op, struct sma_error *err)
{
    struct sma_view *view = NULL;
    struct sma_loader loader;
    if (op->tries && op->kind->reset)
        op->kind->reset(op);
    sma_arena_reset(&op->arena);
    op->watched_count = 0;
    op->is_settled = false;
    enum sma_status st = sma_store_view(&view, op->registry->options.store, err);
    if (st)
        return st;
    st = sma_view_position(view, &op->position, err);
    if (!st) {
        sma_loader_init(&loader, op->registry, view, &op->arena);
        st = op->kind->prepare(op, &loader, err);
        sma_loader_fini(&loader);
    }
    sma_view_release(view);
    return st;
}

/* To its lane or to the writer; then it is theirs. */
static enum sma_status hand_over(struct sma_op *op, struct sma_error *err)
{
    if (op->lane.ptr && !op->has_lane) {
        switch (enter_lane(op, err)) {
        case TURN_NOW:
            break;
        case TURN_LATER:
            return SMA_OK;
        case TURN_NEVER:
            return err->status;
        }
    }
    return sma_store_submit(op->registry->options.store, &op->write, err);
}

/* After a part's end: true when another one is to be prepared. */
static bool goes_on(struct sma_op *op, enum sma_status st, const struct sma_error *err)
{
    if (!op->next_part || !op->next_part(op, st, err))
        return false;
    if (op->kind->reset)
        op->kind->reset(op);
    op->tries = 0;
    return true;
}

/* Prepares and hands over to the writer, or finishes. */
static void advance(struct sma_op *op)
{
    struct sma_error err;
    enum sma_status st;
    do {
        err = (struct sma_error)SMA_ERROR_INIT;
        st = decide(op, &err);
        op->tries++;
        if (!st && !op->is_settled) {
            st = hand_over(op, &err);
            if (!st)
                return;
        }
    } while (goes_on(op, st, &err));
    finish(op, st, &err);
}

void sma_op_start(struct sma_op *op)
{
    count_flight(op->registry->lanes, true);
    advance(op);
}

static enum sma_status run_write(struct sma_write *write, struct sma_txn *txn,
                                 struct sma_error *err)
{
    struct sma_op *op = (struct sma_op *)write;
    struct sma_view *view = sma_txn_view(txn);
    for (size_t i = 0; i < op->watched_count; i++) {
        int64_t stamp;
        enum sma_status st = sma_view_stamp(view, op->watched[i], &stamp, err);
        if (st)
            return st;
        if (stamp > op->position)
            return sma_fail(err, SMA_ESTALE, "the state has moved");
    }
    return op->kind->commit(op, txn, err);
}

static void push_to_helpers(struct sma_op *op)
{
    struct sma_lanes *lanes = op->registry->lanes;
    pthread_mutex_lock(&lanes->lock);
    push_ready(lanes, op);
    pthread_mutex_unlock(&lanes->lock);
}

static void write_done(struct sma_write *write, enum sma_status st, const struct sma_error *err)
{
    struct sma_op *op = (struct sma_op *)write;
    struct sma_error busy = SMA_ERROR_INIT;
    if (st == SMA_ESTALE && op->tries < SMA_OP_TRIES_MAX) {
        atomic_fetch_add(&op->registry->retried, 1);
        push_to_helpers(op);
        return;
    }
    if (st == SMA_ESTALE) {
        st = sma_fail(&busy, SMA_EBUSY, "the state changes too fast, try again");
        err = &busy;
    }
    if (goes_on(op, st, err))
        push_to_helpers(op);
    else
        finish(op, st, err);
}

/* ---- helpers ------------------------------------------------------------------------------------
 */

static void *help(void *arg)
{
    struct sma_lanes *lanes = arg;
    pthread_mutex_lock(&lanes->lock);
    for (;;) {
        struct sma_op *op = lanes->ready;
        if (op) {
            lanes->ready = op->next;
            if (!lanes->ready)
                lanes->ready_last = NULL;
            pthread_mutex_unlock(&lanes->lock);
            advance(op);
            pthread_mutex_lock(&lanes->lock);
        } else if (lanes->is_stopping) {
            break;
        } else {
            pthread_cond_wait(&lanes->work, &lanes->lock);
        }
    }
    pthread_mutex_unlock(&lanes->lock);
    return NULL;
}

enum sma_status sma_lanes_new(struct sma_lanes **out, size_t helpers, size_t waiting_max,
                              struct sma_error *err)
{
    struct sma_lanes *lanes = calloc(1, sizeof *lanes + helpers * sizeof lanes->helpers[0]);
    if (!lanes)
        return sma_fail_nomem(err);
    lanes->waiting_max = waiting_max;
    lanes->seed = (uint64_t)(uintptr_t)lanes;
    pthread_mutex_init(&lanes->lock, NULL);
    pthread_cond_init(&lanes->work, NULL);
    pthread_cond_init(&lanes->quiet, NULL);
    for (; lanes->helper_count < helpers; lanes->helper_count++)
        if (pthread_create(&lanes->helpers[lanes->helper_count], NULL, help, lanes) != 0) {
            sma_lanes_free(lanes);
            return sma_fail(err, SMA_EIO, "cannot start a helper thread");
        }
    *out = lanes;
    return SMA_OK;
}

void sma_lanes_free(struct sma_lanes *lanes)
{
    if (!lanes)
        return;
    pthread_mutex_lock(&lanes->lock);
    while (lanes->in_flight)
        pthread_cond_wait(&lanes->quiet, &lanes->lock);
    lanes->is_stopping = true;
    pthread_cond_broadcast(&lanes->work);
    pthread_mutex_unlock(&lanes->lock);
    for (size_t i = 0; i < lanes->helper_count; i++)
        pthread_join(lanes->helpers[i], NULL);
    pthread_cond_destroy(&lanes->quiet);
    pthread_cond_destroy(&lanes->work);
    pthread_mutex_destroy(&lanes->lock);
    free(lanes);
}

uint64_t sma_lanes_waiting(struct sma_lanes *lanes)
{
    pthread_mutex_lock(&lanes->lock);
    uint64_t waiting = lanes->waiting;
    pthread_mutex_unlock(&lanes->lock);
    return waiting;
}
