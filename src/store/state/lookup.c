#include "store/state/lookup.h"

/* The first column of the first row. */
static enum sma_status read_i64(struct sma_query *q, int64_t *out, struct sma_error *err)
{
    bool has_row;
    enum sma_status st = sma_query_row(q, &has_row, err);
    if (st)
        return st;
    if (!has_row)
        return SMA_ENOTFOUND;
    *out = sma_query_get_i64(q, 0);
    sma_query_end(q);
    return SMA_OK;
}

enum sma_status sma_schema_key_of_hash(struct sma_db *db, const uint8_t hash[SMA_HASH_LEN],
                                       int64_t *schema_key, struct sma_error *err)
{
    struct sma_query q = sma_query_on(db, SMA_SQL_SCHEMA_BY_GUID);
    sma_query_blob(&q, hash, SMA_HASH_LEN);
    return read_i64(&q, schema_key, err);
}

enum sma_status sma_schema_key_of_id(struct sma_db *db, struct sma_str context, int32_t id,
                                     int64_t *schema_key, struct sma_error *err)
{
    struct sma_query q = sma_query_on(db, SMA_SQL_ID_BOUND);
    sma_query_str(&q, context);
    sma_query_i64(&q, id);
    return read_i64(&q, schema_key, err);
}

enum sma_status sma_next_id_of_schema(struct sma_db *db, int64_t schema_key, struct sma_str context,
                                      int32_t *id, struct sma_error *err)
{
    int64_t next;
    struct sma_query q = sma_query_on(db, SMA_SQL_ID_NEXT);
    sma_query_i64(&q, schema_key);
    sma_query_str(&q, context);
    sma_query_i64(&q, *id);
    enum sma_status st = read_i64(&q, &next, err);
    if (!st)
        *id = (int32_t)next;
    return st;
}

enum sma_status sma_next_context_id(struct sma_db *db, struct sma_arena *arena, int64_t schema_key,
                                    struct sma_context_id *at, struct sma_error *err)
{
    bool has_row;
    struct sma_query q = sma_query_on(db, SMA_SQL_CONTEXT_ID_NEXT);
    sma_query_i64(&q, schema_key);
    sma_query_str(&q, at->context);
    sma_query_i64(&q, at->id);
    enum sma_status st = sma_query_row(&q, &has_row, err);
    if (st)
        return st;
    if (!has_row)
        return SMA_ENOTFOUND;
    at->context = sma_query_copy_str(&q, 0, arena);
    at->id = (int32_t)sma_query_get_i64(&q, 1);
    sma_query_end(&q);
    return at->context.ptr ? SMA_OK : sma_fail_nomem(err);
}

enum sma_status sma_position_of_id(struct sma_db *db, struct sma_str context, int32_t id,
                                   int64_t *position, struct sma_error *err)
{
    int64_t newest = 0;
    for (int is_deleted = 0; is_deleted <= 1; is_deleted++) {
        int64_t found = 0;
        struct sma_query q = sma_query_on(db, SMA_SQL_ID_POSITION);
        sma_query_str(&q, context);
        sma_query_i64(&q, id);
        sma_query_i64(&q, is_deleted);
        enum sma_status st = read_i64(&q, &found, err);
        if (st && st != SMA_ENOTFOUND)
            return st;
        newest = found > newest ? found : newest;
    }
    *position = newest;
    return SMA_OK;
}
