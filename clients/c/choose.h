/* Which of the registry's schemas a message is written with (cli-and-client 5.7). */
#ifndef SMA_CLIENT_CHOOSE_H
#define SMA_CLIENT_CHOOSE_H

#include "clients/c/references.h"
#include "clients/c/strategy.h"

#define SMA_CLIENT_PAIRS_MAX 32

/* key=value pairs of a property, cut out of a copy. */
struct sma_client_pairs {
    char *text;
    schemata_kv_t items[SMA_CLIENT_PAIRS_MAX];
    size_t count;
};
schemata_status_t sma_client_pairs_init(struct sma_client_pairs *pairs, const schemata_conf_t *c,
                                        enum sma_client_prop prop, schemata_error_t **err);
void sma_client_pairs_fini(struct sma_client_pairs *pairs);

struct sma_client_chooser {
    schemata_client_t *client; /* borrowed */
    struct sma_client_subjects *subjects;
    struct sma_client_reference_rules references;
    struct sma_client_pairs metadata;
    bool auto_register, normalize, use_latest, latest_strict, id_strict, has_guid;
    int32_t id; /* < 0: none */
    schemata_guid_t guid;
};

schemata_status_t sma_client_chooser_init(struct sma_client_chooser *chooser,
                                          schemata_client_t *client,
                                          struct sma_client_subjects *subjects,
                                          const schemata_conf_t *c, schemata_error_t **err);
void sma_client_chooser_fini(struct sma_client_chooser *chooser);
/* True when it can choose without being given a schema. */
bool sma_client_chooser_knows(const struct sma_client_chooser *chooser);

/* Chooses.
 *
 * given      what the program writes; NULL: whatever the configuration points to.
 * record     name for the subject strategy; NULL: that of `given`.
 * approved   may be NULL: a schema that passed the strict check against `given` already.
 * out        a new reference.
 * until_ms   out: when to choose again; INT64_MAX: never. */
schemata_status_t sma_client_choose(const struct sma_client_chooser *chooser,
                                    const schemata_msg_t *m, const schemata_schema_t *given,
                                    const char *record, const schemata_schema_t *approved,
                                    schemata_schema_t **out, int64_t *until_ms,
                                    schemata_error_t **err);

/* The options of a call for a message. */
schemata_call_t sma_client_call_of(const schemata_msg_t *m);

/* schemata_get_version(SCHEMATA_LATEST) and schemata_get_latest_with_metadata (with pairs), which
 * also say when the answer stops counting. */
schemata_schema_t *sma_client_get_latest(schemata_client_t *cl, const char *subject,
                                         const struct sma_client_pairs *pairs,
                                         const schemata_call_t *o, int64_t *until_ms,
                                         schemata_error_t **err);

#endif
