/* Version rows and the counts that go with them. */
#include "store/qualified.h"
#include "store/state/applying.h"

enum sma_status sma_rows_find(struct sma_applying *a, struct sma_str subject, int32_t version,
                              struct sma_stored_version *out, bool *is_found)
{
    struct sma_query q = sma_query_on(a->db, SMA_SQL_VERSION_STORED);
    sma_query_str(&q, subject);
    sma_query_i64(&q, version);
    enum sma_status st = sma_query_row(&q, is_found, a->err);
    if (!st && *is_found)
        *out = (struct sma_stored_version){.id = (int32_t)sma_query_get_i64(&q, 0),
                                           .schema_key = sma_query_get_i64(&q, 1),
                                           .is_deleted = sma_query_get_bool(&q, 2)};
    sma_query_end(&q);
    return st;
}

enum sma_status sma_rows_bound(struct sma_applying *a, struct sma_str context, int32_t id,
                               int64_t *schema_key)
{
    bool has_row;
    struct sma_query q = sma_query_on(a->db, SMA_SQL_ID_BOUND);
    sma_query_str(&q, context);
    sma_query_i64(&q, id);
    enum sma_status st = sma_query_row(&q, &has_row, a->err);
    if (!st)
        *schema_key = has_row ? sma_query_get_i64(&q, 0) : 0;
    sma_query_end(&q);
    return st;
}

/* ---- counts -------------------------------------------------------------------------------- */

static enum sma_status touch_new_context(struct sma_applying *a, struct sma_str context)
{
    bool has_row;
    struct sma_query q = sma_query_on(a->db, SMA_SQL_CONTEXT_GET);
    sma_query_str(&q, context);
    enum sma_status st = sma_query_row(&q, &has_row, a->err);
    bool is_listed = !st && has_row && sma_query_get_bool(&q, 0);
    sma_query_end(&q);
    if (!st && !is_listed)
        st = sma_applying_touch(a, SMA_STR("k:"));
    return st;
}

static enum sma_status count_context(struct sma_applying *a, struct sma_str context,
                                     const struct sma_count_change *change, int live_subjects)
{
    struct sma_query q = sma_query_on(a->db, SMA_SQL_CONTEXT_COUNT);
    sma_query_str(&q, context);
    sma_query_i64(&q, change->is_listed);
    sma_query_i64(&q, change->max_id);
    sma_query_i64(&q, live_subjects);
    sma_query_i64(&q, change->live);
    sma_query_i64(&q, change->ids);
    sma_query_i64(&q, a->entry->position);
    enum sma_status st = sma_query_run(&q, a->err);
    return st ? st : sma_applying_touch(a, sma_touched_key(a->arena, 'x', context));
}

/* A subject without versions has no row to carry its stamp. */
static enum sma_status retire_subject(struct sma_applying *a, struct sma_str subject)
{
    struct sma_query q = sma_query_on(a->db, SMA_SQL_SUBJECT_DELETE);
    sma_query_str(&q, subject);
    enum sma_status st = sma_query_run(&q, a->err);
    return st ? st : sma_applying_stamp(a, 's', subject);
}

static enum sma_status read_counts(struct sma_applying *a, struct sma_str subject, int64_t *all,
                                   int64_t *live)
{
    bool has_row;
    struct sma_query q = sma_query_on(a->db, SMA_SQL_SUBJECT_GET);
    sma_query_str(&q, subject);
    enum sma_status st = sma_query_row(&q, &has_row, a->err);
    *all = !st && has_row ? sma_query_get_i64(&q, 0) : 0;
    *live = !st && has_row ? sma_query_get_i64(&q, 1) : 0;
    sma_query_end(&q);
    return st;
}

static enum sma_status write_counts(struct sma_applying *a, struct sma_str subject, int64_t all,
                                    int64_t live)
{
    struct sma_query q = sma_query_on(a->db, SMA_SQL_SUBJECT_SET);
    sma_query_str(&q, subject);
    sma_query_i64(&q, all);
    sma_query_i64(&q, live);
    sma_query_i64(&q, a->entry->position);
    enum sma_status st = sma_query_run(&q, a->err);
    return st ? st : sma_applying_touch(a, sma_touched_key(a->arena, 's', subject));
}

/* *live_subjects: whether the subject became live (1), stopped being live (-1) or neither. */
static enum sma_status count_subject(struct sma_applying *a, struct sma_str subject,
                                     const struct sma_count_change *change, int *live_subjects)
{
    int64_t all, live;
    enum sma_status st = read_counts(a, subject, &all, &live);
    if (st)
        return st;
    *live_subjects = (live + change->live > 0) - (live > 0);
    all += change->all;
    live += change->live;
    return all ? write_counts(a, subject, all, live) : retire_subject(a, subject);
}

enum sma_status sma_rows_count(struct sma_applying *a, struct sma_str subject,
                               const struct sma_count_change *change)
{
    struct sma_str context = sma_qualified_context(subject);
    int live_subjects = 0;
    enum sma_status st = SMA_OK;
    if (change->is_listed && !sma_str_eqz(context, "."))
        st = touch_new_context(a, context);
    if (!st)
        st = count_subject(a, subject, change, &live_subjects);
    return st ? st : count_context(a, context, change, live_subjects);
}

/* ---- removal ------------------------------------------------------------------------------- */

static enum sma_status delete_row(struct sma_applying *a, struct sma_str subject, int32_t version)
{
    struct sma_query q = sma_query_on(a->db, SMA_SQL_VERSION_DELETE);
    sma_query_str(&q, subject);
    sma_query_i64(&q, version);
    return sma_query_run(&q, a->err);
}

enum sma_status sma_rows_remove(struct sma_applying *a, struct sma_str subject, int32_t version,
                                const struct sma_stored_version *row)
{
    struct sma_str context = sma_qualified_context(subject);
    struct sma_count_change change = {.all = -1, .live = -!row->is_deleted};
    int64_t still_stands_for = 0;
    uint8_t hash[SMA_HASH_LEN];
    enum sma_status st = sma_contents_hash(a, row->schema_key, hash);
    if (!st)
        st = sma_referrers_remove(a, subject, version, row->schema_key);
    if (!st)
        st = delete_row(a, subject, version);
    if (!st)
        st = sma_rows_bound(a, context, row->id, &still_stands_for);
    change.ids = -!still_stands_for;
    if (!st)
        st = sma_rows_count(a, subject, &change);
    if (!st)
        st = sma_contents_drop_unused(a, row->schema_key);
    return st ? st : sma_applying_touch_row(a, context, row->id, hash);
}
