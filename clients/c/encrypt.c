#include "clients/c/encrypt.h"

#include "base/num.h"

#define VERSION_BYTES 5 /* 0x00, then the version, big endian */

static schemata_status_t bad_param(const char *what, schemata_error_t **err)
{
    return sma_client_fail(err, SCHEMATA_ERR_RULE, "%s", what);
}

schemata_status_t sma_client_cipher_init(struct sma_client_cipher *cipher,
                                         const struct sma_client_contract *contract,
                                         const struct sma_client_rule *rule,
                                         struct sma_client_keys *keys, struct sma_str subject,
                                         bool writes, int64_t deadline_ms, schemata_error_t **err)
{
    struct sma_client_dek_request *r = &cipher->request;
    struct sma_str algorithm = sma_client_contract_param(contract, rule, "encrypt.dek.algorithm");
    struct sma_str days = sma_client_contract_param(contract, rule, "encrypt.dek.expiry.days");
    int64_t expiry_days = 0;
    cipher->keys = keys;
    *r = (struct sma_client_dek_request){
        .kek_name = sma_client_contract_param(contract, rule, "encrypt.kek.name"),
        .kms_type = sma_client_contract_param(contract, rule, "encrypt.kms.type"),
        .kms_key_id = sma_client_contract_param(contract, rule, "encrypt.kms.key.id"),
        .subject = subject,
        .algorithm = SMA_AES256_GCM,
        .writes = writes,
        .deadline_ms = deadline_ms,
    };
    if (!r->kek_name.len)
        return bad_param("it has no encrypt.kek.name", err);
    if (!subject.len)
        return bad_param("the message has no subject to find a dek for", err);
    if (algorithm.ptr && !sma_dek_algorithm_parse(&r->algorithm, algorithm))
        return bad_param("encrypt.dek.algorithm is none of AES128_GCM, AES256_GCM, AES256_SIV",
                         err);
    if (days.ptr && (!sma_parse_i64(days, &expiry_days) || expiry_days < 0 || expiry_days > 1000000))
        return bad_param("encrypt.dek.expiry.days is no number of days", err);
    r->expiry_days = (int32_t)expiry_days;
    return SCHEMATA_OK;
}

static schemata_status_t encrypt(const struct sma_client_cipher *cipher, struct sma_str value,
                                 struct sma_buf *out, schemata_error_t **err)
{
    struct sma_client_dek_request request = cipher->request;
    struct sma_client_dek key;
    struct sma_error problem = SMA_ERROR_INIT;
    request.version = request.expiry_days ? SMA_CLIENT_KEY_LATEST : 1;
    schemata_status_t st = sma_client_dek_get(cipher->keys, &request, &key, err);
    if (st)
        return st;
    if (request.expiry_days) {
        uint32_t version = (uint32_t)key.version;
        const char prefix[VERSION_BYTES] = {0, (char)(version >> 24), (char)(version >> 16),
                                            (char)(version >> 8), (char)version};
        sma_buf_append(out, prefix, sizeof prefix);
    }
    if (sma_dek_encrypt(out, &key.bytes, value, &problem))
        st = sma_client_fail_core(err, SCHEMATA_ERR_RULE, &problem);
    sma_crypto_wipe(&key, sizeof key);
    return st;
}

static schemata_status_t decrypt(const struct sma_client_cipher *cipher, struct sma_str value,
                                 struct sma_buf *out, schemata_error_t **err)
{
    struct sma_client_dek_request request = cipher->request;
    struct sma_client_dek key;
    struct sma_error problem = SMA_ERROR_INIT;
    request.version = 1;
    if (request.expiry_days) {
        const unsigned char *at = (const unsigned char *)value.ptr;
        if (value.len < VERSION_BYTES || at[0] || at[1] >> 7)
            return sma_client_fail(err, SCHEMATA_ERR_RULE,
                                   "the value does not begin with the version of a dek");
        request.version =
            (int32_t)((uint32_t)at[1] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 8 | at[4]);
        value = sma_str_from(value, VERSION_BYTES);
    }
    schemata_status_t st = sma_client_dek_get(cipher->keys, &request, &key, err);
    if (st)
        return st;
    if (sma_dek_decrypt(out, &key.bytes, value, &problem))
        st = sma_client_fail_core(err, SCHEMATA_ERR_RULE, &problem);
    sma_crypto_wipe(&key, sizeof key);
    return st;
}

schemata_status_t sma_client_cipher_run(const struct sma_client_cipher *cipher, struct sma_str value,
                                        struct sma_buf *out, schemata_error_t **err)
{
    return cipher->request.writes ? encrypt(cipher, value, out, err)
                                  : decrypt(cipher, value, out, err);
}
