/* DELETE_SUBJECT and CLEAR_SUBJECT: records about all versions of a subject at once. */
#include "store/qualified.h"
#include "store/state/applying.h"
#include "store/state/range.h"

/* ---- DELETE_SUBJECT ------------------------------------------------------------------------ */

struct affected {
    int32_t id;
    uint8_t hash[SMA_HASH_LEN];
    int64_t schema_key;
    bool has_references;
};

/* The live versions up to the watermark, before they are marked. */
static enum sma_status read_affected(struct sma_applying *a, int32_t watermark,
                                     struct affected **out, size_t *count)
{
    size_t capacity = 0;
    bool has_row;
    struct sma_query q = sma_query_on(a->db, SMA_SQL_VERSION_LIVE_UP_TO);
    sma_query_str(&q, a->key.subject);
    sma_query_i64(&q, watermark);
    enum sma_status st = sma_query_row(&q, &has_row, a->err);
    *out = NULL;
    *count = 0;
    while (!st && has_row) {
        *out = sma_arena_grow(a->arena, *out, *count, &capacity, *count + 1, sizeof **out);
        if (!*out) {
            st = sma_fail_nomem(a->err);
            break;
        }
        struct affected *row = &(*out)[(*count)++];
        row->id = (int32_t)sma_query_get_i64(&q, 0);
        sma_query_get_bytes(&q, 1, row->hash, sizeof row->hash);
        row->schema_key = sma_query_get_i64(&q, 2);
        row->has_references = sma_query_get_i64(&q, 3) > 0;
        st = sma_query_row(&q, &has_row, a->err);
    }
    sma_query_end(&q);
    return st;
}

static enum sma_status mark_deleted(struct sma_applying *a, int32_t watermark)
{
    struct sma_query q = sma_query_on(a->db, SMA_SQL_VERSION_SOFT_DELETE_UP_TO);
    sma_query_str(&q, a->key.subject);
    sma_query_i64(&q, watermark);
    return sma_query_run(&q, a->err);
}

static enum sma_status soft_delete(struct sma_applying *a, struct sma_str context,
                                   int32_t watermark)
{
    struct affected *rows;
    size_t count;
    enum sma_status st = read_affected(a, watermark, &rows, &count);
    if (!st && count)
        st = mark_deleted(a, watermark);
    if (!st)
        st = sma_rows_count(a, a->key.subject, &(struct sma_count_change){.live = -(int)count});
    for (size_t i = 0; !st && i < count; i++) {
        st = sma_applying_touch_row(a, context, rows[i].id, rows[i].hash);
        if (!st && rows[i].has_references)
            st = sma_referrers_stamp(a, a->key.subject, rows[i].schema_key);
    }
    return st;
}

/* Marks every live version up to the watermark, without rewriting rows: their SCHEMA records go on
 * saying deleted:false, which is why the order of records counts. */
enum sma_status sma_apply_delete_subject(struct sma_applying *a)
{
    int32_t watermark = 0; /* a tombstone of the record itself marks nothing */
    enum sma_status st = SMA_OK;
    if (!sma_applying_is_tombstone(a))
        st = sma_record_parse_watermark(&watermark, a->arena, a->entry->record.value, a->reason);
    if (st)
        return sma_applying_ignore(a, st);
    return soft_delete(a, sma_qualified_context(a->key.subject), watermark);
}

/* ---- CLEAR_SUBJECT ------------------------------------------------------------------------- */

struct cleared {
    struct sma_str subject;
    int32_t version;
};

static enum sma_status read_soft_deleted(struct sma_applying *a, const struct sma_range *range,
                                         struct cleared **out, size_t *count, size_t *capacity)
{
    bool has_row;
    struct sma_query q = sma_query_on(a->db, SMA_SQL_VERSION_SOFT_DELETED_RANGE);
    sma_query_str(&q, range->from);
    sma_query_str(&q, range->to);
    enum sma_status st = sma_query_row(&q, &has_row, a->err);
    while (!st && has_row) {
        *out = sma_arena_grow(a->arena, *out, *count, capacity, *count + 1, sizeof **out);
        struct sma_str subject = sma_query_copy_str(&q, 0, a->arena);
        if (!*out || !subject.ptr) {
            st = sma_fail_nomem(a->err);
            break;
        }
        (*out)[(*count)++] = (struct cleared){subject, (int32_t)sma_query_get_i64(&q, 1)};
        st = sma_query_row(&q, &has_row, a->err);
    }
    sma_query_end(&q);
    return st;
}

static enum sma_status forget(struct sma_applying *a, const struct cleared *row)
{
    struct sma_stored_version stored;
    bool is_found;
    enum sma_status st = sma_rows_find(a, row->subject, row->version, &stored, &is_found);
    if (!st && is_found)
        st = sma_rows_remove(a, row->subject, row->version, &stored);
    return st;
}

/* Forgets soft-deleted versions. The key's scope is a subject, a context, "" for the default
 * context or the global context for all of them (the scopes of modes, confluent-rest 11). */
enum sma_status sma_apply_clear_subject(struct sma_applying *a)
{
    struct sma_ranges ranges;
    struct cleared *rows = NULL;
    size_t count = 0, capacity = 0;
    if (sma_applying_is_tombstone(a))
        return SMA_OK;
    enum sma_status st = sma_ranges_of_scope(&ranges, a->arena, a->key.subject, a->err);
    for (size_t i = 0; !st && i < ranges.count; i++)
        st = read_soft_deleted(a, &ranges.list[i], &rows, &count, &capacity);
    for (size_t i = 0; !st && i < count; i++)
        st = forget(a, &rows[i]);
    return st;
}
