/* The rules ENCRYPT and ENCRYPT_PAYLOAD: values in, values out, with the keys of a rule's kek. */
#ifndef SMA_CLIENT_ENCRYPT_H
#define SMA_CLIENT_ENCRYPT_H

#include "clients/c/contract.h"
#include "clients/c/keys.h"

/* How one rule encrypts the messages of one subject: its parameters, read and checked. */
struct sma_client_cipher {
    struct sma_client_keys *keys;
    struct sma_client_dek_request request; /* strings are the contract's; subject the caller's */
};

/* Returns   SCHEMATA_ERR_RULE when the rule's parameters make no sense. */
schemata_status_t sma_client_cipher_init(struct sma_client_cipher *cipher,
                                         const struct sma_client_contract *contract,
                                         const struct sma_client_rule *rule,
                                         struct sma_client_keys *keys, struct sma_str subject,
                                         bool writes, int64_t deadline_ms, schemata_error_t **err);

/* Appends the ciphertext (writing), or the plain bytes of one (reading). With rotation five bytes with the
 * version of the dek go before it. */
schemata_status_t sma_client_cipher_run(const struct sma_client_cipher *cipher, struct sma_str value,
                                        struct sma_buf *out, schemata_error_t **err);

#endif
