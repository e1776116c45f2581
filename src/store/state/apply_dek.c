/* KEK and DEK records: one row each, set or removed. They arrive in any order. */
#include "store/state/applying.h"

static enum sma_status remove_kek(struct sma_applying *a)
{
    struct sma_query q = sma_query_on(a->db, SMA_SQL_KEK_DELETE);
    sma_query_str(&q, a->key.dek.kek_name);
    return sma_query_run(&q, a->err);
}

static enum sma_status set_kek(struct sma_applying *a, const struct sma_kek *kek)
{
    struct sma_query q = sma_query_on(a->db, SMA_SQL_KEK_SET);
    sma_query_str(&q, kek->name);
    sma_query_str(&q, kek->kms_type);
    sma_query_str(&q, kek->kms_key_id);
    sma_query_str(&q, kek->kms_props);
    sma_query_str(&q, kek->doc);
    sma_query_i64(&q, kek->is_shared);
    sma_query_i64(&q, kek->is_deleted);
    sma_query_i64(&q, a->entry->position);
    sma_query_i64(&q, a->entry->ts_ms);
    return sma_query_run(&q, a->err);
}

enum sma_status sma_apply_kek(struct sma_applying *a)
{
    struct sma_kek kek;
    enum sma_status st;
    if (sma_applying_is_tombstone(a)) {
        st = remove_kek(a);
    } else {
        st = sma_record_parse_kek(&kek, a->arena, &a->key, a->entry->record.value, a->reason);
        if (st)
            return sma_applying_ignore(a, st);
        st = set_kek(a, &kek);
    }
    return st ? st : sma_applying_stamp(a, 'd', a->key.dek.kek_name);
}

static void bind_dek_key(struct sma_query *q, const struct sma_dek_key *key)
{
    sma_query_str(q, key->kek_name);
    sma_query_str(q, key->subject);
    sma_query_str(q, key->algorithm);
    sma_query_i64(q, key->version);
}

static enum sma_status remove_dek(struct sma_applying *a)
{
    struct sma_query q = sma_query_on(a->db, SMA_SQL_DEK_DELETE);
    bind_dek_key(&q, &a->key.dek);
    return sma_query_run(&q, a->err);
}

static enum sma_status set_dek(struct sma_applying *a, const struct sma_dek *dek)
{
    struct sma_query q = sma_query_on(a->db, SMA_SQL_DEK_SET);
    bind_dek_key(&q, &dek->key);
    sma_query_i64(&q, dek->is_deleted);
    sma_query_i64(&q, a->entry->position);
    sma_query_i64(&q, a->entry->ts_ms);
    sma_query_str(&q, dek->encrypted_key_material);
    return sma_query_run(&q, a->err);
}

enum sma_status sma_apply_dek(struct sma_applying *a)
{
    struct sma_dek dek;
    enum sma_status st;
    if (sma_applying_is_tombstone(a)) {
        st = remove_dek(a);
    } else {
        st = sma_record_parse_dek(&dek, a->arena, &a->key, a->entry->record.value, a->reason);
        if (st)
            return sma_applying_ignore(a, st);
        st = set_dek(a, &dek);
    }
    return st ? st : sma_applying_stamp(a, 'd', a->key.dek.kek_name);
}
