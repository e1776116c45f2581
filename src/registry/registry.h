/* The registry: the use cases over the store. Facades translate, this decides.
 *
 *   read.h     versions, ids, guids, subjects, contexts, settings
 *   lookup.h   "is this schema registered here?"
 *   check.h    "would it be compatible?"
 *   write.h    register, delete, configure: each asynchronous, answered through a callback
 *   dek.h      keks and deks: reading and writing
 *   cache.h    rendered answers
 *
 * One handle per store; every function is safe to call from any thread. Reads take a `struct
 * sma_view` (one snapshot per answer) and an arena for their results; writes bring their own.
 *
 * Errors carry the Confluent code in `sma_error.code` (codes.h); 0 means that no code fits:
 * SMA_EBUSY try later, SMA_ELIMIT a limit of the house, SMA_EIO and SMA_EFULL the store's trouble.
 */
#ifndef SMA_REGISTRY_REGISTRY_H
#define SMA_REGISTRY_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "core/compat/compat.h"
#include "registry/cache.h"
#include "store/store.h"

struct sma_kms;
struct sma_registry;

/* What happens to rule sets in requests (confluent-rest 17.3). */
enum sma_rule_set_policy {
    SMA_RULES_STORE,
    SMA_RULES_DROP,  /* taken out before anything else, as the original's community edition does */
    SMA_RULES_REFUSE /* 42210 */
};

struct sma_registry_options {
    struct sma_store *store; /* must outlive the registry; its touched listeners are taken */
    enum sma_level default_level;
    bool validate_fields;
    bool validate_new_schemas;
    bool reject_empty_subject;
    bool references_strict; /* refuse two versions of one reference name in a closure */
    bool mode_is_mutable;
    enum sma_rule_set_policy rule_sets;
    const struct sma_kms *kms; /* key services for shared keks; NULL = none; outlives the registry */
    int64_t keys_max;          /* keks and deks together */
    size_t cache_bytes; /* of all caches together */
    bool is_cache_off;  /* tests: answers must be the same */
    size_t helpers;     /* threads for registrations that wait their turn or decide again */
    size_t waiting_max; /* registrations that may wait for their subject */
};

/* The original's defaults; `store` is left NULL. */
void sma_registry_options_init(struct sma_registry_options *options);

enum sma_status sma_registry_open(struct sma_registry **out,
                                  const struct sma_registry_options *options,
                                  struct sma_error *err) SMA_MUST_CHECK;
/* Waits for the writes in flight. NULL is fine. */
void sma_registry_close(struct sma_registry *registry);

struct sma_store *sma_registry_store(const struct sma_registry *registry);
const struct sma_registry_options *sma_registry_options(const struct sma_registry *registry);
/* Rendered answers, keyed by the facades. NULL when caches are off. */
struct sma_cache *sma_registry_answers(struct sma_registry *registry);

struct sma_registry_figures {
    struct sma_cache_figures answers, schemas;
    uint64_t registered; /* new versions */
    uint64_t retried;    /* registrations that had to decide again */
    uint64_t waiting;    /* for their subject, now */
};
void sma_registry_figures(struct sma_registry *registry, struct sma_registry_figures *out);

#endif
