/* Long polls: a bounded list, and one thread that looks whether the store has committed since. It
 * asks a counter, not the state: a round costs nothing while nothing happens.
 *
 * An exchange in the list belongs to this file; it is taken out under the lock before it is
 * answered, so nobody completes it twice. */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "api/schemata/changes.h"
#include "api/schemata/limits.h"

#define ROUND_MS 20

struct waiter {
    struct sma_own_feed feed;
    uint64_t commits;
    int64_t until_ms;
};

struct sma_own_waiters {
    struct sma_registry *registry;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t thread;
    bool is_stopping;
    size_t count;
    struct waiter list[SMA_OWN_WAITERS_MAX];
    struct waiter due[SMA_OWN_WAITERS_MAX]; /* of the thread alone */
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool is_due(const struct sma_own_waiters *waiters, const struct waiter *waiter,
                   uint64_t commits, int64_t now)
{
    return waiters->is_stopping || waiter->commits != commits || now >= waiter->until_ms ||
           !sma_http_is_wanted(waiter->feed.exchange);
}

/* Moves what has to be answered into `due`; the lock is held. */
static size_t collect(struct sma_own_waiters *waiters, uint64_t commits, int64_t now)
{
    size_t kept = 0, due = 0;
    for (size_t i = 0; i < waiters->count; i++) {
        if (is_due(waiters, &waiters->list[i], commits, now))
            waiters->due[due++] = waiters->list[i];
        else
            waiters->list[kept++] = waiters->list[i];
    }
    waiters->count = kept;
    return due;
}

/* A commit may have brought nothing behind `after`: then it goes on waiting. */
static void answer(struct sma_own_waiters *waiters, struct waiter *waiter, uint64_t commits,
                   int64_t now)
{
    size_t count;
    sma_own_feed_answer(&waiter->feed, &count);
    bool is_over = count || now >= waiter->until_ms || !sma_http_is_wanted(waiter->feed.exchange);
    waiter->commits = commits;
    pthread_mutex_lock(&waiters->lock);
    if (!is_over && !waiters->is_stopping && waiters->count < SMA_OWN_WAITERS_MAX)
        waiters->list[waiters->count++] = *waiter;
    else
        is_over = true;
    pthread_mutex_unlock(&waiters->lock);
    if (is_over)
        sma_http_complete(waiter->feed.exchange);
}

static void *run(void *ctx)
{
    struct sma_own_waiters *waiters = ctx;
    const struct timespec round = {.tv_nsec = ROUND_MS * 1000000};
    bool is_over = false;
    while (!is_over) {
        pthread_mutex_lock(&waiters->lock);
        while (!waiters->count && !waiters->is_stopping)
            pthread_cond_wait(&waiters->wake, &waiters->lock);
        uint64_t commits = sma_own_commits(waiters->registry);
        int64_t now = now_ms();
        size_t due = collect(waiters, commits, now);
        is_over = waiters->is_stopping;
        pthread_mutex_unlock(&waiters->lock);
        for (size_t i = 0; i < due; i++)
            answer(waiters, &waiters->due[i], commits, now);
        if (!is_over)
            nanosleep(&round, NULL);
    }
    return NULL;
}

enum sma_status sma_own_waiters_add(struct sma_own_waiters *waiters,
                                    const struct sma_own_feed *feed, uint64_t commits,
                                    struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    pthread_mutex_lock(&waiters->lock);
    if (waiters->is_stopping || waiters->count == SMA_OWN_WAITERS_MAX)
        st = sma_fail(err, SMA_EBUSY, "wait_ms: %d requests wait already; try later, or poll",
                      SMA_OWN_WAITERS_MAX);
    else
        waiters->list[waiters->count++] = (struct waiter){*feed, commits, now_ms() + feed->wait_ms};
    pthread_cond_signal(&waiters->wake);
    pthread_mutex_unlock(&waiters->lock);
    return st;
}

enum sma_status sma_own_waiters_new(struct sma_own_waiters **out, struct sma_registry *registry,
                                    struct sma_error *err)
{
    struct sma_own_waiters *waiters = calloc(1, sizeof *waiters);
    if (!waiters)
        return sma_fail_nomem(err);
    waiters->registry = registry;
    pthread_mutex_init(&waiters->lock, NULL);
    pthread_cond_init(&waiters->wake, NULL);
    if (pthread_create(&waiters->thread, NULL, run, waiters)) {
        free(waiters);
        return sma_fail(err, SMA_ENOMEM, "cannot start the thread of the change feed");
    }
    *out = waiters;
    return SMA_OK;
}

void sma_own_waiters_stop(struct sma_own_waiters *waiters)
{
    pthread_mutex_lock(&waiters->lock);
    bool is_first = !waiters->is_stopping;
    waiters->is_stopping = true;
    pthread_cond_signal(&waiters->wake);
    pthread_mutex_unlock(&waiters->lock);
    if (is_first)
        pthread_join(waiters->thread, NULL);
}

void sma_own_waiters_free(struct sma_own_waiters *waiters)
{
    if (!waiters)
        return;
    sma_own_waiters_stop(waiters);
    pthread_cond_destroy(&waiters->wake);
    pthread_mutex_destroy(&waiters->lock);
    free(waiters);
}
