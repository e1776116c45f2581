#include "core/hash/hash.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

static enum sma_status digest(gnutls_digest_algorithm_t algorithm, void *out, struct sma_str bytes,
                              struct sma_error *err)
{
    int rc = gnutls_hash_fast(algorithm, bytes.ptr ? bytes.ptr : "", bytes.len, out);
    if (rc < 0)
        return sma_fail(err, SMA_EINTERNAL, "digest failed: %s", gnutls_strerror(rc));
    return SMA_OK;
}

enum sma_status sma_md5(uint8_t out[SMA_MD5_LEN], struct sma_str bytes, struct sma_error *err)
{
    return digest(GNUTLS_DIG_MD5, out, bytes, err);
}

enum sma_status sma_sha256(uint8_t out[SMA_SHA256_LEN], struct sma_str bytes,
                           struct sma_error *err)
{
    return digest(GNUTLS_DIG_SHA256, out, bytes, err);
}

void sma_uuid_random(uint8_t out[16])
{
    gnutls_rnd(GNUTLS_RND_NONCE, out, 16);
    out[6] = (uint8_t)((out[6] & 0x0f) | 0x40);
    out[8] = (uint8_t)((out[8] & 0x3f) | 0x80);
}
