/* Data encryption keys and what is encrypted with them, byte for byte as Confluent's clients do it
 * (their library is Tink). GnuTLS stays behind this header. No state, no I/O but the system's
 * randomness; every function is safe to call from any thread.
 *
 *   key message    a data key as it travels: the serialized AesGcmKey or AesSivKey message, not the
 *                  bare key bytes; this is what a key service wraps
 *   AES-GCM        12-byte random nonce, ciphertext, 16-byte tag
 *   AES-SIV        16-byte synthetic IV, ciphertext (RFC 5297): equal plaintexts give equal bytes
 *
 * Associated data is empty everywhere in this field, so there is none here. */
#ifndef SMA_CORE_CRYPTO_CRYPTO_H
#define SMA_CORE_CRYPTO_CRYPTO_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"

enum sma_dek_algorithm { SMA_AES128_GCM, SMA_AES256_GCM, SMA_AES256_SIV };

/* "AES128_GCM", "AES256_GCM", "AES256_SIV", exactly. False for anything else. */
bool sma_dek_algorithm_parse(enum sma_dek_algorithm *out, struct sma_str name);
const char *sma_dek_algorithm_name(enum sma_dek_algorithm algorithm);

/* Bare key bytes: 16, 32, 64. */
size_t sma_dek_key_bytes(enum sma_dek_algorithm algorithm);
#define SMA_DEK_KEY_BYTES_MAX 64
/* A key message is a few bytes longer; nothing longer than this is looked at. */
#define SMA_DEK_MESSAGE_BYTES_MAX 256

/* ---- keys ---------------------------------------------------------------------------------- */

struct sma_dek_key_bytes {
    enum sma_dek_algorithm algorithm;
    uint8_t bytes[SMA_DEK_KEY_BYTES_MAX]; /* the first sma_dek_key_bytes(algorithm) */
};

/* Reads a key message. SMA_EINVAL when it is none, or of another key size or version. Unknown fields
 * are skipped. Wipe the key when it is no longer needed. */
enum sma_status sma_dek_key_read(struct sma_dek_key_bytes *out, enum sma_dek_algorithm algorithm,
                                 struct sma_str message, struct sma_error *err) SMA_MUST_CHECK;
/* Appends the key message. */
void sma_dek_key_write(struct sma_buf *out, const struct sma_dek_key_bytes *key);
/* A new random key. SMA_EINTERNAL when the system gives no randomness. */
enum sma_status sma_dek_key_generate(struct sma_dek_key_bytes *out,
                                     enum sma_dek_algorithm algorithm,
                                     struct sma_error *err) SMA_MUST_CHECK;
/* Overwrites memory in a way that no compiler leaves out. NULL is fine with len 0. */
void sma_crypto_wipe(void *bytes, size_t len);
/* sma_buf_fini for buffers that held a key. */
void sma_crypto_wipe_buf(struct sma_buf *buf);

/* ---- data ---------------------------------------------------------------------------------- */

/* How much longer a ciphertext is than its plaintext. */
size_t sma_dek_overhead(enum sma_dek_algorithm algorithm);

/* Appends the ciphertext of `plain`; what `out` held stays. SMA_ENOMEM, SMA_EINTERNAL. */
enum sma_status sma_dek_encrypt(struct sma_buf *out, const struct sma_dek_key_bytes *key,
                                struct sma_str plain, struct sma_error *err) SMA_MUST_CHECK;
/* Appends the plaintext. SMA_EINVAL when the bytes were not made with this key, or changed: then
 * `out` is as before. */
enum sma_status sma_dek_decrypt(struct sma_buf *out, const struct sma_dek_key_bytes *key,
                                struct sma_str cipher, struct sma_error *err) SMA_MUST_CHECK;

/* ---- derivation ---------------------------------------------------------------------------- */

/* HKDF with SHA-256 and an empty salt and info (RFC 5869). len at most 32. SMA_EINTERNAL. */
enum sma_status sma_hkdf_sha256(uint8_t *out, size_t len, struct sma_str secret,
                                struct sma_error *err) SMA_MUST_CHECK;

#endif
