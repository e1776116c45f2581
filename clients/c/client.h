/* The client handle: REST, cache, counters, and what runs behind them. */
#ifndef SMA_CLIENT_CLIENT_H
#define SMA_CLIENT_CLIENT_H

#include <sys/types.h>

#include "clients/c/cache.h"
#include "clients/c/rest.h"

struct sma_client_worker;
struct sma_client_disk;
struct sma_client_keys;

struct schemata_client {
    atomic_uint ref_count;
    schemata_conf_t *conf; /* a copy */
    struct sma_client_rest *rest;
    struct sma_client_cache *cache;
    struct sma_client_worker *worker; /* NULL: none */
    struct sma_client_disk *disk;     /* NULL: none */
    struct sma_client_counters counters;
    _Atomic(struct sma_client_keys *) keys; /* NULL until a rule needs them */
    int64_t total_ms;
    atomic_int_fast64_t stale_said_ms; /* when stale service was last logged */
    pid_t pid;                         /* a fork's child must not use it */
};

/* The caller's options, filled up with defaults; `o` may be NULL or an older, shorter struct. */
schemata_call_t sma_client_call(const schemata_call_t *o);
/* Deadline of a call in ms of sma_client_now_ms; `o` may be NULL. */
int64_t sma_client_deadline(const schemata_client_t *cl, const schemata_call_t *o);

/* Made at the first call; NULL without a client, and when out of memory. Borrowed. */
struct sma_client_keys *sma_client_keys_of(schemata_client_t *cl);

#endif
