/* What a caller asks the registry for: one struct for all questions whose answer is a schema, with the
 * key it has in the cache. Strings are borrowed; the worker copies a request to keep it. */
#ifndef SMA_CLIENT_REQUEST_H
#define SMA_CLIENT_REQUEST_H

#include "clients/c/client.h"

enum sma_client_op {
    SMA_ASK_ID,
    SMA_ASK_GUID,
    SMA_ASK_VERSION,
    SMA_ASK_METADATA,
    SMA_ASK_LOOKUP,
    SMA_ASK_REGISTER
};

struct sma_client_request {
    schemata_client_t *client;
    enum sma_client_op op;
    const char *context;             /* ".prod"; NULL: the default one */
    const char *subject;             /* may be NULL for id and GUID */
    int32_t number;                  /* id or version */
    const schemata_guid_t *guid;
    const schemata_kv_t *pairs;      /* metadata */
    size_t pair_count;
    const schemata_schema_t *schema; /* to look up or register */
    uint32_t flags;
    int32_t timeout_ms;  /* <= 0: as configured */
    int64_t deadline_ms; /* set when the cache does not have it: a hit looks at no clock */
    int64_t until_ms; /* out, on success: when the answer stops counting; INT64_MAX: never */
};

/* Checks the arguments, asks the cache, fetches, or hands over to the worker. */
schemata_status_t sma_client_request_run(struct sma_client_request *r, schemata_schema_t **out,
                                         schemata_error_t **err);

/* Subject with its context in front (":.prod:orders-value"). */
void sma_client_put_subject(struct sma_buf *out, const char *context, const char *subject);

/* Longest subject, and longest context with it. */
#define SMA_CLIENT_SUBJECT_MAX 1024

/* Copy with strings of its own; free with sma_client_request_free. NULL when out of memory. */
struct sma_client_request *sma_client_request_copy(const struct sma_client_request *r);
void sma_client_request_free(struct sma_client_request *r);

/* A key of the cache: on the stack unless it is long. */
struct sma_client_key {
    char near[512];
    size_t near_len;
    struct sma_buf far; /* all of it, once it does not fit */
};
/* Room for the key must outlive the view; sma_client_key_fini it. False when out of memory. */
bool sma_client_request_key(struct sma_client_key *key, const struct sma_client_request *r,
                            struct sma_str *view);
void sma_client_key_fini(struct sma_client_key *key);

#endif
