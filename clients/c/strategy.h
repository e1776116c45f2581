/* Which subject a message belongs to. */
#ifndef SMA_CLIENT_STRATEGY_H
#define SMA_CLIENT_STRATEGY_H

#include <pthread.h>

#include "base/buf.h"
#include "base/map.h"
#include "clients/c/conf.h"

/* Topics whose associations are remembered; beyond that all are forgotten and asked for again. */
#define SMA_CLIENT_ASSOCIATIONS_MAX 4096

enum sma_client_strategy {
    SMA_STRATEGY_TOPIC,
    SMA_STRATEGY_RECORD,
    SMA_STRATEGY_TOPIC_RECORD,
    SMA_STRATEGY_ASSOCIATED,
    SMA_STRATEGY_NONE, /* as fallback: an error */
    SMA_STRATEGY_CALLBACK
};

struct sma_client_subjects {
    schemata_client_t *client; /* borrowed */
    enum sma_client_strategy of_values, of_keys, fallback;
    char *cluster;
    schemata_subject_fn fn;
    void *fn_ctx;
    int64_t ttl_ms; /* of what an association said; < 0: for ever */
    pthread_mutex_t mutex;
    pthread_cond_t landed;
    struct sma_map associations; /* path -> struct sma_client_association */
};

schemata_status_t sma_client_subjects_init(struct sma_client_subjects *subjects,
                                           schemata_client_t *client, const schemata_conf_t *c,
                                           schemata_error_t **err);
void sma_client_subjects_fini(struct sma_client_subjects *subjects);

/* True when the subject cannot be told without the record's name (or might not be). */
bool sma_client_subjects_need_record(const struct sma_client_subjects *subjects,
                                     const schemata_msg_t *m);

/* Appends the subject of a message: what it says itself, else what the strategy says.
 *
 * record     the record's full name; NULL when it has none.
 * until_ms   out: when the answer stops counting; INT64_MAX: never.
 * Returns    SCHEMATA_ERR_ARG when the message lacks what the strategy needs, _WOULD_BLOCK with
 *            SCHEMATA_NOWAIT when it would have to ask, and what asking gives. */
schemata_status_t sma_client_subject(struct sma_client_subjects *subjects, const schemata_msg_t *m,
                                     const char *record, struct sma_buf *out, int64_t *until_ms,
                                     schemata_error_t **err);

#endif
