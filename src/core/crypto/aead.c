/* The ciphers themselves, and everything else that needs the library. */
#include "core/crypto/crypto.h"

#include "core/crypto/siv.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#define NONCE_BYTES 12
#define TAG_BYTES 16
#define SHA256_BYTES 32

static enum sma_status failed(int rc, const char *what, struct sma_error *err)
{
    if (rc == GNUTLS_E_MEMORY_ERROR)
        return sma_fail_nomem(err);
    return sma_fail(err, SMA_EINTERNAL, "%s: %s", what, gnutls_strerror(rc));
}

/* ---- GCM: nonce, ciphertext, tag ----------------------------------------------------------- */

static int open_gcm(gnutls_aead_cipher_hd_t *out, const struct sma_dek_key_bytes *key)
{
    gnutls_datum_t datum = {(unsigned char *)key->bytes,
                            (unsigned)sma_dek_key_bytes(key->algorithm)};
    return gnutls_aead_cipher_init(out,
                                   key->algorithm == SMA_AES128_GCM ? GNUTLS_CIPHER_AES_128_GCM
                                                                    : GNUTLS_CIPHER_AES_256_GCM,
                                   &datum);
}

static int gcm_encrypt(uint8_t *out, const struct sma_dek_key_bytes *key, const uint8_t *plain,
                       size_t len)
{
    gnutls_aead_cipher_hd_t cipher;
    size_t out_len = len + TAG_BYTES;
    int rc = gnutls_rnd(GNUTLS_RND_NONCE, out, NONCE_BYTES);
    if (!rc)
        rc = open_gcm(&cipher, key);
    if (rc)
        return rc;
    rc = gnutls_aead_cipher_encrypt(cipher, out, NONCE_BYTES, NULL, 0, TAG_BYTES, plain, len,
                                    out + NONCE_BYTES, &out_len);
    gnutls_aead_cipher_deinit(cipher);
    return rc;
}

static int gcm_decrypt(uint8_t *out, const struct sma_dek_key_bytes *key, const uint8_t *bytes,
                       size_t len)
{
    gnutls_aead_cipher_hd_t cipher;
    size_t out_len = len;
    int rc = open_gcm(&cipher, key);
    if (rc)
        return rc;
    rc = gnutls_aead_cipher_decrypt(cipher, bytes, NONCE_BYTES, NULL, 0, TAG_BYTES,
                                    bytes + NONCE_BYTES, len + TAG_BYTES, out, &out_len);
    gnutls_aead_cipher_deinit(cipher);
    return rc;
}

/* ---- both ---------------------------------------------------------------------------------- */

enum sma_status sma_dek_encrypt(struct sma_buf *out, const struct sma_dek_key_bytes *key,
                                struct sma_str plain, struct sma_error *err)
{
    const uint8_t *bytes = (const uint8_t *)(plain.ptr ? plain.ptr : "");
    size_t overhead = sma_dek_overhead(key->algorithm);
    if (plain.len > SIZE_MAX - overhead || !sma_buf_reserve(out, plain.len + overhead))
        return sma_fail_nomem(err);
    uint8_t *at = (uint8_t *)out->ptr + out->len;
    int rc = key->algorithm == SMA_AES256_SIV ? sma_siv_encrypt(at, key->bytes, bytes, plain.len)
                                              : gcm_encrypt(at, key, bytes, plain.len);
    if (!rc)
        out->len += plain.len + overhead;
    out->ptr[out->len] = '\0';
    return rc ? failed(rc, "cannot encrypt", err) : SMA_OK;
}

enum sma_status sma_dek_decrypt(struct sma_buf *out, const struct sma_dek_key_bytes *key,
                                struct sma_str cipher, struct sma_error *err)
{
    const uint8_t *bytes = (const uint8_t *)cipher.ptr;
    size_t overhead = sma_dek_overhead(key->algorithm);
    if (cipher.len < overhead)
        return sma_fail(err, SMA_EINVAL, "cannot decrypt: %zu bytes are too few for %s", cipher.len,
                        sma_dek_algorithm_name(key->algorithm));
    size_t len = cipher.len - overhead;
    /* One byte more, so that there is memory to point at for an empty text. */
    if (!sma_buf_reserve(out, len + 1))
        return sma_fail_nomem(err);
    uint8_t *at = (uint8_t *)out->ptr + out->len;
    int rc = key->algorithm == SMA_AES256_SIV ? sma_siv_decrypt(at, key->bytes, bytes, len)
                                              : gcm_decrypt(at, key, bytes, len);
    if (!rc)
        out->len += len;
    else
        sma_crypto_wipe(at, len);
    out->ptr[out->len] = '\0';
    if (rc == GNUTLS_E_DECRYPTION_FAILED)
        return sma_fail(err, SMA_EINVAL, "cannot decrypt: another key, or changed bytes");
    return rc ? failed(rc, "cannot decrypt", err) : SMA_OK;
}

/* ---- keys ---------------------------------------------------------------------------------- */

enum sma_status sma_dek_key_generate(struct sma_dek_key_bytes *out,
                                     enum sma_dek_algorithm algorithm, struct sma_error *err)
{
    out->algorithm = algorithm;
    int rc = gnutls_rnd(GNUTLS_RND_KEY, out->bytes, sma_dek_key_bytes(algorithm));
    return rc ? failed(rc, "no random bytes", err) : SMA_OK;
}

void sma_crypto_wipe(void *bytes, size_t len)
{
    if (len)
        gnutls_memset(bytes, 0, len);
}

void sma_crypto_wipe_buf(struct sma_buf *buf)
{
    sma_crypto_wipe(buf->ptr, buf->ptr ? buf->capacity : 0);
    sma_buf_fini(buf);
}

enum sma_status sma_hkdf_sha256(uint8_t *out, size_t len, struct sma_str secret,
                                struct sma_error *err)
{
    uint8_t prk[SHA256_BYTES];
    const gnutls_datum_t key = {(unsigned char *)secret.ptr, (unsigned)secret.len};
    const gnutls_datum_t none = {NULL, 0}, derived = {prk, sizeof prk};
    if (len > sizeof prk)
        return sma_fail(err, SMA_EINTERNAL, "HKDF: %zu bytes asked for", len);
    int rc = gnutls_hkdf_extract(GNUTLS_MAC_SHA256, &key, &none, prk);
    if (!rc)
        rc = gnutls_hkdf_expand(GNUTLS_MAC_SHA256, &derived, &none, out, len);
    sma_crypto_wipe(prk, sizeof prk);
    return rc ? failed(rc, "HKDF", err) : SMA_OK;
}
