/* Data encryption keys for the rules ENCRYPT and ENCRYPT_PAYLOAD: the registry's DEK registry in front of key
 * services, with what was found kept in memory. One per client; any number of threads. */
#ifndef SMA_CLIENT_KEYS_H
#define SMA_CLIENT_KEYS_H

#include "clients/c/client.h"
#include "core/crypto/crypto.h"

struct sma_client_keys;

/* Deks kept; the one used least goes. */
#define SMA_CLIENT_KEYS_MAX 1000
#define SMA_CLIENT_KEY_LATEST (-1)

/* Which dek. Strings are borrowed; ptr NULL or empty: not given. */
struct sma_client_dek_request {
    struct sma_str kek_name, kms_type, kms_key_id;
    struct sma_str subject; /* may be qualified with a context */
    enum sma_dek_algorithm algorithm;
    int32_t version;     /* SMA_CLIENT_KEY_LATEST: the newest, with rotation */
    int32_t expiry_days; /* 0: deks do not expire */
    bool writes;         /* keks and deks that are not there are made, and expired ones followed by new ones */
    int64_t deadline_ms;
};

struct sma_client_dek {
    struct sma_dek_key_bytes bytes; /* wipe it (core/crypto) */
    int32_t version;
};

/* The client outlives the result and is not referenced. NULL when out of memory. */
struct sma_client_keys *sma_client_keys_new(schemata_client_t *client);
/* Wipes what is kept. NULL is fine. */
void sma_client_keys_free(struct sma_client_keys *keys);

/* Returns   SCHEMATA_ERR_RULE when there is no such key and none may be made, when the kek has another key
 *           service than the rule says, or the service refuses; what the REST layer says. */
schemata_status_t sma_client_dek_get(struct sma_client_keys *keys,
                                     const struct sma_client_dek_request *request,
                                     struct sma_client_dek *out, schemata_error_t **err);

#endif
