/* SCHEMA records: a version comes, is rewritten or goes. */
#include "store/qualified.h"
#include "store/state/applying.h"

struct incoming {
    struct sma_str context;
    struct sma_record_schema row;
    uint8_t hash[SMA_HASH_LEN];
    uint8_t digest[SMA_DIGEST_LEN];
    int64_t schema_key;   /* of its content, 0 until added */
    int64_t id_stood_for; /* schema_key that the id already stands for, 0 for none */
};

static enum sma_status read_row(struct sma_applying *a, struct incoming *in)
{
    enum sma_status st =
        sma_record_parse_schema(&in->row, a->arena, &a->key, a->entry->record.value, a->reason);
    if (!st)
        st = sma_content_identify(in->hash, in->digest, &in->row.content,
                                  in->row.has_md5 ? in->row.md5 : NULL, a->reason);
    return sma_applying_ignore(a, st);
}

/* One id, one schema (invariant I2): a record that would break it is ignored. The original compares
 * texts only; text, references, metadata and rules make a schema here, as in its hash. */
static enum sma_status check_identity(struct sma_applying *a, struct incoming *in)
{
    bool is_same = false;
    enum sma_status st = sma_contents_find(a, in->hash, in->digest, &in->schema_key, &is_same);
    if (!st)
        st = sma_rows_bound(a, in->context, in->row.id, &in->id_stood_for);
    if (st)
        return st;
    if (in->schema_key && !is_same)
        st = sma_fail(a->reason, SMA_ECONFLICT, "another schema has the same hash");
    else if (in->id_stood_for && in->id_stood_for != in->schema_key)
        st = sma_fail(a->reason, SMA_ECONFLICT, "id %d of context \"%.*s\" is another schema",
                      (int)in->row.id, SMA_STR_ARG(in->context));
    return sma_applying_ignore(a, st);
}

static enum sma_status keep_content(struct sma_applying *a, struct incoming *in)
{
    if (!in->schema_key)
        return sma_contents_add(a, &in->row, in->hash, in->digest, &in->schema_key);
    if (in->row.has_md5)
        return sma_contents_set_metadata(a, in->schema_key, in->row.content.metadata);
    return SMA_OK;
}

static enum sma_status insert_row(struct sma_applying *a, const struct incoming *in)
{
    const struct sma_count_change change = {.all = 1,
                                            .live = !in->row.is_deleted,
                                            .ids = !in->id_stood_for,
                                            .max_id = in->row.id,
                                            .is_listed = true};
    enum sma_status st = sma_rows_count(a, a->key.subject, &change);
    if (st)
        return st;
    struct sma_query q = sma_query_on(a->db, SMA_SQL_VERSION_INSERT);
    sma_query_str(&q, a->key.subject);
    sma_query_i64(&q, a->key.version);
    sma_query_str(&q, in->context);
    sma_query_i64(&q, in->row.id);
    sma_query_i64(&q, in->schema_key);
    sma_query_str(&q, in->row.type);
    sma_query_i64(&q, in->row.is_deleted);
    sma_query_i64(&q, a->entry->position);
    sma_query_i64(&q, a->entry->ts_ms);
    sma_query_blob(&q, a->entry->uuid, sizeof a->entry->uuid);
    st = sma_query_run(&q, a->err);
    if (!st && in->row.content.reference_count)
        st = sma_referrers_add(a, a->key.subject, a->key.version, in->schema_key);
    return st;
}

static enum sma_status update_row(struct sma_applying *a, const struct incoming *in)
{
    struct sma_query q = sma_query_on(a->db, SMA_SQL_VERSION_UPDATE);
    sma_query_str(&q, a->key.subject);
    sma_query_i64(&q, a->key.version);
    sma_query_i64(&q, in->row.id);
    sma_query_i64(&q, in->schema_key);
    sma_query_str(&q, in->row.type);
    sma_query_i64(&q, in->row.is_deleted);
    sma_query_i64(&q, a->entry->position);
    sma_query_i64(&q, a->entry->ts_ms);
    return sma_query_run(&q, a->err);
}

/* Ids that came into use less those that went out of it. */
static enum sma_status count_ids(struct sma_applying *a, const struct incoming *in,
                                 const struct sma_stored_version *old, int *ids)
{
    int64_t still_stands_for = 0;
    *ids = 0;
    if (old->id == in->row.id)
        return SMA_OK;
    enum sma_status st = sma_rows_bound(a, in->context, old->id, &still_stands_for);
    *ids = !in->id_stood_for - !still_stands_for;
    return st;
}

/* The row already exists: most often only its deleted flag changes. */
static enum sma_status replace_row(struct sma_applying *a, const struct incoming *in,
                                   const struct sma_stored_version *old)
{
    struct sma_count_change change = {
        .live = old->is_deleted - in->row.is_deleted, .max_id = in->row.id, .is_listed = true};
    uint8_t old_hash[SMA_HASH_LEN];
    struct sma_str subject = a->key.subject;
    enum sma_status st = sma_contents_hash(a, old->schema_key, old_hash);
    if (!st)
        st = sma_referrers_remove(a, subject, a->key.version, old->schema_key);
    if (!st)
        st = update_row(a, in);
    if (!st)
        st = sma_referrers_add(a, subject, a->key.version, in->schema_key);
    if (!st)
        st = count_ids(a, in, old, &change.ids);
    if (!st)
        st = sma_rows_count(a, subject, &change);
    if (!st && old->schema_key != in->schema_key)
        st = sma_contents_drop_unused(a, old->schema_key);
    return st ? st : sma_applying_touch_row(a, in->context, old->id, old_hash);
}

static enum sma_status put_version(struct sma_applying *a, struct sma_str context)
{
    struct incoming in = {.context = context};
    struct sma_stored_version old;
    bool is_found = false;
    enum sma_status st = read_row(a, &in);
    if (!st && !a->is_ignored)
        st = check_identity(a, &in);
    if (st || a->is_ignored)
        return st;
    st = keep_content(a, &in);
    if (!st)
        st = sma_rows_find(a, a->key.subject, a->key.version, &old, &is_found);
    if (!st)
        st = is_found ? replace_row(a, &in, &old) : insert_row(a, &in);
    return st ? st : sma_applying_touch_row(a, context, in.row.id, in.hash);
}

static enum sma_status remove_version(struct sma_applying *a)
{
    struct sma_stored_version old;
    bool is_found;
    enum sma_status st = sma_rows_find(a, a->key.subject, a->key.version, &old, &is_found);
    if (st)
        return st;
    return is_found ? sma_rows_remove(a, a->key.subject, a->key.version, &old)
                    : sma_rows_count(a, a->key.subject, &(struct sma_count_change){0});
}

enum sma_status sma_apply_schema(struct sma_applying *a)
{
    return sma_applying_is_tombstone(a) ? remove_version(a)
                                        : put_version(a, sma_qualified_context(a->key.subject));
}
