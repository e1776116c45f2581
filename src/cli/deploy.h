/* Schemas of a tree on their way into a registry: in order of their references, compared with what is
 * there, registered one by one. */
#ifndef SMA_CLI_DEPLOY_H
#define SMA_CLI_DEPLOY_H

#include "cli/session.h"

enum sma_deploy_state {
    SMA_DEPLOY_UNCHANGED,   /* the registry has it: version and id say where */
    SMA_DEPLOY_NEW_SUBJECT, /* the subject has no version */
    SMA_DEPLOY_NEW_VERSION, /* it has, but not this schema */
    SMA_DEPLOY_DONE,        /* registered in this run */
    SMA_DEPLOY_FAILED       /* the registry refused it, or one it refers to: why */
};

struct sma_deploy_item {
    struct sma_file *file;
    struct sma_source source; /* with the references as names of the tree */
    size_t *needs;            /* per reference: item index + 1, 0 = it is in the registry already */
    enum sma_deploy_state state;
    int32_t version, id; /* where it is; 0 = not yet */
    int32_t newest;      /* newest version of the subject, 0 = none */
    bool is_chosen;      /* named by the user, not only referred to */
    bool is_broken;      /* does not parse; the check tells */
    struct sma_str why;
    enum sma_exit code; /* of a failure */
};

struct sma_deploy {
    struct sma_session *session;
    struct sma_deploy_item *items; /* what is referred to comes first */
    size_t count, capacity;
    struct sma_map by_path; /* of the file, to item index + 1 */
    struct sma_str metadata, rule_set; /* JSON to send along; empty = none */
    bool normalize;
    int32_t version, id; /* to be taken over (IMPORT mode); 0 = the registry's choice */
};

void sma_deploy_init(struct sma_deploy *deploy, struct sma_session *session);
/* Drops its tables. */
void sma_deploy_fini(struct sma_deploy *deploy);

/* Takes the chosen files of the session and the files of the tree they refer to; chooses those too,
 * so that a check sees them. */
enum sma_status sma_deploy_collect(struct sma_deploy *deploy) SMA_MUST_CHECK;
/* Finds out what the registry has of it, writing nothing. */
enum sma_status sma_deploy_compare(struct sma_deploy *deploy) SMA_MUST_CHECK;
/* Asks the registry whether it would take an item that it does not have. *refusal is empty when it
 * would, or when it cannot be asked because what the item refers to is not there yet. */
enum sma_status sma_deploy_try(struct sma_deploy *deploy, struct sma_deploy_item *item,
                               struct sma_str *refusal) SMA_MUST_CHECK;
/* Registers one item whose needs are there. A refusal is told by the item; other statuses are about
 * the run. */
enum sma_status sma_deploy_register(struct sma_deploy *deploy,
                                    struct sma_deploy_item *item) SMA_MUST_CHECK;
/* The item does not go because one that it refers to did not; false when it may. */
bool sma_deploy_is_blocked(struct sma_deploy *deploy, struct sma_deploy_item *item);

bool sma_deploy_did_something(const struct sma_deploy *deploy);

/* {"properties":{…}} of key, value, key, value …; empty for no pairs; ptr NULL when out of memory. */
struct sma_str sma_metadata_json(struct sma_arena *arena, const struct sma_strings *pairs);

#endif
