/* The local key service: all that is secret is one text that every party knows. For development and
 * for installations that keep it in a safe place of their own. */
#include "kms/service.h"

#include "core/crypto/crypto.h"

/* A bare AES-128 key derived from the secret; nothing of the key id goes in. */
static enum sma_status derive(struct sma_dek_key_bytes *out, const struct sma_kms_call *call,
                              struct sma_error *err)
{
    struct sma_str secret = sma_kms_prop(call->props, SMA_KMS_LOCAL_SECRET);
    if (!secret.ptr)
        return sma_fail(err, SMA_EUNSUPPORTED, "no secret is set (property \"%s\")",
                        SMA_KMS_LOCAL_SECRET);
    out->algorithm = SMA_AES128_GCM;
    return sma_hkdf_sha256(out->bytes, sma_dek_key_bytes(SMA_AES128_GCM), secret, err);
}

static enum sma_status wrap(struct sma_buf *out, const struct sma_kms_call *call,
                            struct sma_str plain, struct sma_error *err)
{
    struct sma_dek_key_bytes key;
    enum sma_status st = derive(&key, call, err);
    if (!st)
        st = sma_dek_encrypt(out, &key, plain, err);
    sma_crypto_wipe(&key, sizeof key);
    return st;
}

static enum sma_status unwrap(struct sma_buf *out, const struct sma_kms_call *call,
                              struct sma_str wrapped, struct sma_error *err)
{
    struct sma_dek_key_bytes key;
    enum sma_status st = derive(&key, call, err);
    if (!st)
        st = sma_dek_decrypt(out, &key, wrapped, err);
    sma_crypto_wipe(&key, sizeof key);
    return st;
}

const struct sma_kms_ops sma_kms_local = {"local-kms", wrap, unwrap};
