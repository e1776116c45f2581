/* Contents: each distinct one once, as long as a version carries it. */
#include "store/state/applying.h"

enum sma_status sma_contents_find(struct sma_applying *a, const uint8_t hash[SMA_HASH_LEN],
                                  const uint8_t digest[SMA_DIGEST_LEN], int64_t *schema_key,
                                  bool *is_same)
{
    bool has_row;
    uint8_t stored[SMA_DIGEST_LEN];
    struct sma_query q = sma_query_on(a->db, SMA_SQL_SCHEMA_BY_GUID);
    sma_query_blob(&q, hash, SMA_HASH_LEN);
    enum sma_status st = sma_query_row(&q, &has_row, a->err);
    if (st)
        return st;
    *schema_key = 0;
    *is_same = false;
    if (has_row) {
        *schema_key = sma_query_get_i64(&q, 0);
        sma_query_get_bytes(&q, 1, stored, sizeof stored);
        *is_same = !memcmp(stored, digest, sizeof stored);
    }
    sma_query_end(&q);
    return SMA_OK;
}

static enum sma_status add_references(struct sma_applying *a, const struct sma_content *content,
                                      int64_t schema_key)
{
    enum sma_status st = SMA_OK;
    for (size_t i = 0; !st && i < content->reference_count; i++) {
        struct sma_query q = sma_query_on(a->db, SMA_SQL_REFERENCE_INSERT);
        sma_query_i64(&q, schema_key);
        sma_query_i64(&q, (int64_t)i);
        sma_query_str(&q, content->references[i].name);
        sma_query_str(&q, content->references[i].subject);
        sma_query_i64(&q, content->references[i].version);
        st = sma_query_run(&q, a->err);
    }
    return st;
}

enum sma_status sma_contents_add(struct sma_applying *a, const struct sma_record_schema *row,
                                 const uint8_t hash[SMA_HASH_LEN],
                                 const uint8_t digest[SMA_DIGEST_LEN], int64_t *schema_key)
{
    const struct sma_content *content = &row->content;
    struct sma_query q = sma_query_on(a->db, SMA_SQL_SCHEMA_INSERT);
    sma_query_blob(&q, hash, SMA_HASH_LEN);
    sma_query_blob(&q, digest, SMA_DIGEST_LEN);
    sma_query_i64(&q, (int64_t)content->text.len);
    sma_query_i64(&q, (int64_t)content->reference_count);
    sma_query_str(&q, content->metadata);
    sma_query_str(&q, content->rule_set);
    sma_query_str(&q, content->text);
    enum sma_status st = sma_query_run(&q, a->err);
    if (st)
        return st;
    *schema_key = sma_db_last_rowid(a->db);
    return add_references(a, content, *schema_key);
}

enum sma_status sma_contents_set_metadata(struct sma_applying *a, int64_t schema_key,
                                          struct sma_str metadata)
{
    struct sma_query q = sma_query_on(a->db, SMA_SQL_SCHEMA_SET_METADATA);
    sma_query_i64(&q, schema_key);
    sma_query_str(&q, metadata);
    return sma_query_run(&q, a->err);
}

enum sma_status sma_contents_hash(struct sma_applying *a, int64_t schema_key,
                                  uint8_t hash[SMA_HASH_LEN])
{
    bool has_row;
    struct sma_query q = sma_query_on(a->db, SMA_SQL_SCHEMA_GUID);
    sma_query_i64(&q, schema_key);
    enum sma_status st = sma_query_row(&q, &has_row, a->err);
    if (!st && !has_row)
        st = sma_fail(a->err, SMA_EINTERNAL, "content %lld is gone", (long long)schema_key);
    if (!st)
        sma_query_get_bytes(&q, 0, hash, SMA_HASH_LEN);
    sma_query_end(&q);
    return st;
}

static enum sma_status run_on_key(struct sma_applying *a, enum sma_sql sql, int64_t schema_key)
{
    struct sma_query q = sma_query_on(a->db, sql);
    sma_query_i64(&q, schema_key);
    return sma_query_run(&q, a->err);
}

enum sma_status sma_contents_drop_unused(struct sma_applying *a, int64_t schema_key)
{
    bool is_in_use;
    struct sma_query q = sma_query_on(a->db, SMA_SQL_SCHEMA_IN_USE);
    sma_query_i64(&q, schema_key);
    enum sma_status st = sma_query_row(&q, &is_in_use, a->err);
    sma_query_end(&q);
    if (st || is_in_use)
        return st;
    st = run_on_key(a, SMA_SQL_REFERENCE_DELETE, schema_key);
    return st ? st : run_on_key(a, SMA_SQL_SCHEMA_DELETE, schema_key);
}
