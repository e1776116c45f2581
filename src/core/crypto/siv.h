/* AES-SIV with two 256-bit keys and one empty associated string (RFC 5297), which is what Tink's
 * AES256_SIV makes. GnuTLS has SIV only with a nonce as one more string, so it is put together here
 * from its CMAC and its AES. Private to this folder. */
#ifndef SMA_CORE_CRYPTO_SIV_H
#define SMA_CORE_CRYPTO_SIV_H

#include <stddef.h>
#include <stdint.h>

#define SMA_SIV_KEY_BYTES 64
#define SMA_SIV_TAG_BYTES 16

/* Writes the 16-byte synthetic IV and `len` bytes to `out`. Returns 0 or GnuTLS's error. `plain` and
 * `out` must not overlap. */
int sma_siv_encrypt(uint8_t *out, const uint8_t key[SMA_SIV_KEY_BYTES], const uint8_t *plain,
                    size_t len);
/* `cipher` has 16 + len bytes; writes len bytes. GNUTLS_E_DECRYPTION_FAILED when they do not fit:
 * then the caller wipes `out`. */
int sma_siv_decrypt(uint8_t *out, const uint8_t key[SMA_SIV_KEY_BYTES], const uint8_t *cipher,
                    size_t len);

#endif
