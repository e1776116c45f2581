/* Answers, with the original's order of members; only null is left out (confluent-rest 1.2, 3). */
#include "api/dek/resources.h"

void sma_dek_shape_kek(struct sma_json_writer *w, const struct sma_kek *kek)
{
    sma_jw_object_open(w);
    sma_jw_member_string(w, "name", kek->name);
    sma_jw_member_string(w, "kmsType", kek->kms_type);
    sma_jw_member_string(w, "kmsKeyId", kek->kms_key_id);
    sma_jw_member_raw(w, "kmsProps", kek->kms_props);
    if (kek->doc.len)
        sma_jw_member_string(w, "doc", kek->doc);
    sma_jw_member_bool(w, "shared", kek->is_shared);
    sma_jw_member_i64(w, "ts", kek->ts_ms);
    if (kek->is_deleted)
        sma_jw_member_bool(w, "deleted", true);
    sma_jw_object_close(w);
}

void sma_dek_shape_dek(struct sma_json_writer *w, const struct sma_dek *dek,
                       struct sma_str key_material)
{
    sma_jw_object_open(w);
    sma_jw_member_string(w, "kekName", dek->key.kek_name);
    sma_jw_member_string(w, "subject", dek->key.subject);
    sma_jw_member_i64(w, "version", dek->key.version);
    sma_jw_member_string(w, "algorithm", dek->key.algorithm);
    if (dek->encrypted_key_material.len)
        sma_jw_member_string(w, "encryptedKeyMaterial", dek->encrypted_key_material);
    if (key_material.ptr)
        sma_jw_member_string(w, "keyMaterial", key_material);
    sma_jw_member_i64(w, "ts", dek->ts_ms);
    if (dek->is_deleted)
        sma_jw_member_bool(w, "deleted", true);
    sma_jw_object_close(w);
}

void sma_dek_answer_key(void *ctx, const struct sma_key_result *result,
                        const struct sma_failure *failure)
{
    struct sma_call *call = ctx;
    if (failure) {
        sma_call_failed(call, failure);
        return;
    }
    if (result->dek)
        sma_dek_shape_dek(&call->out, result->dek, result->key_material);
    else
        sma_dek_shape_kek(&call->out, result->kek);
    sma_call_done(call, NULL);
}

void sma_dek_answer_nothing(void *ctx, const struct sma_key_result *result,
                            const struct sma_failure *failure)
{
    struct sma_call *call = ctx;
    (void)result;
    if (failure) {
        sma_call_failed(call, failure);
        return;
    }
    sma_http_set_status(call->exchange, 204);
    sma_call_done(call, NULL);
}
