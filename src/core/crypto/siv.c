#include "core/crypto/siv.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

#include "core/crypto/crypto.h"

#define BLOCK 16
#define HALF_KEY 32

struct block {
    uint8_t b[BLOCK];
};

static struct block xor_blocks(struct block a, const uint8_t *b)
{
    for (int i = 0; i < BLOCK; i++)
        a.b[i] ^= b[i];
    return a;
}

/* RFC 5297, 2.3: doubling in GF(2^128). No branch on secret bits. */
static struct block dbl(struct block in)
{
    struct block out;
    uint8_t carry = (uint8_t)(in.b[0] >> 7);
    for (int i = 0; i < BLOCK; i++)
        out.b[i] = (uint8_t)(in.b[i] << 1 | (i + 1 < BLOCK ? in.b[i + 1] >> 7 : 0));
    out.b[BLOCK - 1] ^= (uint8_t)(-carry & 0x87);
    return out;
}

/* Puts an end to `head` with the last block, which follows it. */
static int cmac(struct block *out, const uint8_t *key, const uint8_t *head, size_t len,
                const struct block *last)
{
    gnutls_hmac_hd_t mac;
    int rc = gnutls_hmac_init(&mac, GNUTLS_MAC_AES_CMAC_256, key, HALF_KEY);
    if (rc)
        return rc;
    if (len)
        rc = gnutls_hmac(mac, head, len);
    if (!rc && last)
        rc = gnutls_hmac(mac, last->b, BLOCK);
    gnutls_hmac_deinit(mac, out->b);
    return rc;
}

/* 2.4: S2V of the empty string and the plaintext. */
static int s2v(struct block *out, const uint8_t *key, const uint8_t *plain, size_t len)
{
    static const struct block zero;
    struct block d, empty, last = {{0}};
    int rc = cmac(&d, key, NULL, 0, &zero);
    if (!rc)
        rc = cmac(&empty, key, NULL, 0, NULL);
    if (rc)
        return rc;
    d = xor_blocks(dbl(d), empty.b);
    if (len >= BLOCK) {
        last = xor_blocks(d, plain + len - BLOCK);
        return cmac(out, key, plain, len - BLOCK, &last);
    }
    if (len)
        memcpy(last.b, plain, len);
    last.b[len] = 0x80;
    last = xor_blocks(dbl(d), last.b);
    return cmac(out, key, NULL, 0, &last);
}

static void count_up(struct block *counter)
{
    for (int i = BLOCK - 1; i >= 0; i--)
        if (++counter->b[i])
            return;
}

/* 2.5: counter mode from the synthetic IV, two of its bits cleared. One block of CBC with an IV of
 * zeros is the bare cipher. */
static int counter_mode(uint8_t *out, const uint8_t *key, struct block counter, const uint8_t *in,
                        size_t len)
{
    gnutls_cipher_hd_t cipher;
    struct block stream, zero = {{0}};
    gnutls_datum_t datum = {(unsigned char *)key, HALF_KEY}, iv = {zero.b, BLOCK};
    int rc = gnutls_cipher_init(&cipher, GNUTLS_CIPHER_AES_256_CBC, &datum, &iv);
    if (rc)
        return rc;
    counter.b[8] &= 0x7f;
    counter.b[12] &= 0x7f;
    for (size_t at = 0; !rc && at < len; at += BLOCK) {
        size_t part = len - at < BLOCK ? len - at : BLOCK;
        gnutls_cipher_set_iv(cipher, zero.b, BLOCK);
        rc = gnutls_cipher_encrypt2(cipher, counter.b, BLOCK, stream.b, BLOCK);
        for (size_t i = 0; !rc && i < part; i++)
            out[at + i] = in[at + i] ^ stream.b[i];
        count_up(&counter);
    }
    gnutls_cipher_deinit(cipher);
    sma_crypto_wipe(&stream, sizeof stream);
    return rc;
}

int sma_siv_encrypt(uint8_t *out, const uint8_t key[SMA_SIV_KEY_BYTES], const uint8_t *plain,
                    size_t len)
{
    struct block v;
    int rc = s2v(&v, key, plain, len);
    if (rc)
        return rc;
    memcpy(out, v.b, BLOCK);
    return counter_mode(out + BLOCK, key + HALF_KEY, v, plain, len);
}

int sma_siv_decrypt(uint8_t *out, const uint8_t key[SMA_SIV_KEY_BYTES], const uint8_t *cipher,
                    size_t len)
{
    struct block given, v;
    memcpy(given.b, cipher, BLOCK);
    int rc = counter_mode(out, key + HALF_KEY, given, cipher + BLOCK, len);
    if (!rc)
        rc = s2v(&v, key, out, len);
    if (!rc && gnutls_memcmp(v.b, given.b, BLOCK) != 0)
        rc = GNUTLS_E_DECRYPTION_FAILED;
    return rc;
}
