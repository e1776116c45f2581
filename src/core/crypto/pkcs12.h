/* PKCS #12 stores, as Java and browsers keep certificates and keys, turned into PEM text. */
#ifndef SMA_CORE_CRYPTO_PKCS12_H
#define SMA_CORE_CRYPTO_PKCS12_H

#include "base/buf.h"
#include "base/error.h"

/* Largest store taken, in bytes. */
#define SMA_PKCS12_BYTES_MAX (1u << 20)

/* Appends the private key (unencrypted), its certificate with the chain, and all other certificates;
 * what the store does not have is left out. The text holds a secret: wipe it.
 *
 * der       the file's bytes.
 * password  NUL-terminated; NULL: none.
 * Returns   SMA_EINVAL when it is no such store, or the password is wrong; SMA_ELIMIT, SMA_ENOMEM. */
enum sma_status sma_pkcs12_to_pem(struct sma_buf *out, struct sma_str der, const char *password,
                                  struct sma_error *err) SMA_MUST_CHECK;

#endif
