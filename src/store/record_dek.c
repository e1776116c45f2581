/* Writing records of the `_dek_registry_keys` form. Source: confluent-rest 4.10. The order of a
 * key's members must not change by one byte: compaction compares bytes. */
#include "core/json/writer.h"
#include "store/record.h"

static struct sma_json_writer open_key(struct sma_buf *out, const char *type)
{
    struct sma_json_writer w = sma_json_writer_on(out);
    sma_jw_object_open(&w);
    sma_jw_member_string(&w, "tenant", SMA_STR("default"));
    sma_jw_member_string(&w, "type", sma_str_z(type));
    return w;
}

void sma_record_kek_key(struct sma_buf *out, struct sma_str name)
{
    struct sma_json_writer w = open_key(out, "KEK");
    sma_jw_member_string(&w, "name", name);
    sma_jw_object_close(&w);
}

void sma_record_dek_key(struct sma_buf *out, const struct sma_dek_key *key)
{
    struct sma_json_writer w = open_key(out, "DEK");
    sma_jw_member_string(&w, "kekName", key->kek_name);
    sma_jw_member_string(&w, "subject", key->subject);
    sma_jw_member_string(&w, "algorithm", key->algorithm);
    sma_jw_member_i64(&w, "version", key->version);
    sma_jw_object_close(&w);
}

void sma_record_kek_value(struct sma_buf *out, const struct sma_kek *kek)
{
    struct sma_json_writer w = sma_json_writer_on(out);
    sma_jw_object_open(&w);
    sma_jw_member_string(&w, "type", SMA_STR("KEK"));
    sma_jw_member_string(&w, "name", kek->name);
    sma_jw_member_string(&w, "kmsType", kek->kms_type);
    sma_jw_member_string(&w, "kmsKeyId", kek->kms_key_id);
    sma_jw_member_raw(&w, "kmsProps", kek->kms_props.len ? kek->kms_props : SMA_STR("{}"));
    if (kek->doc.len)
        sma_jw_member_string(&w, "doc", kek->doc);
    sma_jw_member_bool(&w, "shared", kek->is_shared);
    sma_jw_member_bool(&w, "deleted", kek->is_deleted);
    sma_jw_object_close(&w);
}

void sma_record_dek_value(struct sma_buf *out, const struct sma_dek *dek)
{
    struct sma_json_writer w = sma_json_writer_on(out);
    sma_jw_object_open(&w);
    sma_jw_member_string(&w, "type", SMA_STR("DEK"));
    sma_jw_member_string(&w, "kekName", dek->key.kek_name);
    sma_jw_member_string(&w, "subject", dek->key.subject);
    sma_jw_member_string(&w, "algorithm", dek->key.algorithm);
    sma_jw_member_i64(&w, "version", dek->key.version);
    if (dek->encrypted_key_material.len)
        sma_jw_member_string(&w, "encryptedKeyMaterial", dek->encrypted_key_material);
    sma_jw_member_bool(&w, "deleted", dek->is_deleted);
    sma_jw_object_close(&w);
}
