/* The change feed and its long polls. */
#ifndef SMA_API_SCHEMATA_CHANGES_H
#define SMA_API_SCHEMATA_CHANGES_H

#include "api/schemata/call.h"

/* Requests that wait for the next change, and the thread that answers them. It sleeps while nobody
 * waits. */
enum sma_status sma_own_waiters_new(struct sma_own_waiters **out, struct sma_registry *registry,
                                    struct sma_error *err) SMA_MUST_CHECK;
/* Answers whoever still waits and ends the thread; from then on nobody waits. One thread calls it.
 */
void sma_own_waiters_stop(struct sma_own_waiters *waiters);
/* Stops too. NULL is fine. */
void sma_own_waiters_free(struct sma_own_waiters *waiters);

/* One page of changes behind `after`. */
struct sma_own_feed {
    struct sma_registry *registry;
    struct sma_http_exchange *exchange;
    int64_t after, limit, wait_ms;
};

/* Has `feed` (copied) answered when there is a change, or when its time is up. commits: the store's
 * counter from before the feed was found empty. SMA_EBUSY when too many wait already. */
enum sma_status sma_own_waiters_add(struct sma_own_waiters *waiters,
                                    const struct sma_own_feed *feed, uint64_t commits,
                                    struct sma_error *err) SMA_MUST_CHECK;
/* Writes the answer into the exchange. *count may be 0. On failure the error is the answer. */
void sma_own_feed_answer(const struct sma_own_feed *feed, size_t *count);
/* Writes `change` as an object. */
struct sma_change;
void sma_own_change_write(struct sma_json_writer *w, const struct sma_change *change);
/* The store's counter of commits: moved means that a feed should look again. */
uint64_t sma_own_commits(struct sma_registry *registry);

#endif
