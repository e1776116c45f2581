/* Which record means what, and the marks every one leaves. */
#include "store/state/applying.h"

/* ---- marks --------------------------------------------------------------------------------- */

enum sma_status sma_applying_ignore(struct sma_applying *a, enum sma_status st)
{
    switch (st) {
    case SMA_OK:
        return SMA_OK;
    case SMA_EINVAL:
    case SMA_ELIMIT:
    case SMA_EUNSUPPORTED:
    case SMA_ECONFLICT:
        a->is_ignored = true;
        return SMA_OK;
    default:
        return sma_fail(a->err, st, "%s", a->reason->message);
    }
}

enum sma_status sma_applying_touch(struct sma_applying *a, struct sma_str key)
{
    if (!key.ptr || (a->touched && !sma_touched_add(a->touched, key)))
        return sma_fail_nomem(a->err);
    return SMA_OK;
}

enum sma_status sma_applying_stamp(struct sma_applying *a, char kind, struct sma_str scope)
{
    struct sma_str key = sma_touched_key(a->arena, kind, scope);
    enum sma_status st = sma_applying_touch(a, key);
    if (st)
        return st;
    struct sma_query q = sma_query_on(a->db, SMA_SQL_STAMP_SET);
    sma_query_str(&q, key);
    sma_query_i64(&q, a->entry->position);
    return sma_query_run(&q, a->err);
}

enum sma_status sma_applying_touch_row(struct sma_applying *a, struct sma_str context, int32_t id,
                                       const uint8_t hash[SMA_HASH_LEN])
{
    if (!a->touched)
        return SMA_OK;
    enum sma_status st = sma_applying_touch(a, sma_touched_id_key(a->arena, context, id));
    return st ? st : sma_applying_touch(a, sma_touched_hash_key(a->arena, hash));
}

/* ---- dispatch ------------------------------------------------------------------------------ */

static enum sma_status apply_key(struct sma_applying *a)
{
    switch (a->key.type) {
    case SMA_KEY_SCHEMA:
        return sma_apply_schema(a);
    case SMA_KEY_CONFIG:
        return sma_apply_config(a);
    case SMA_KEY_MODE:
        return sma_apply_mode(a);
    case SMA_KEY_DELETE_SUBJECT:
        return sma_apply_delete_subject(a);
    case SMA_KEY_CLEAR_SUBJECT:
        return sma_apply_clear_subject(a);
    case SMA_KEY_CONTEXT:
        return sma_apply_context(a);
    case SMA_KEY_ASSOC:
        return sma_apply_assoc(a);
    case SMA_KEY_KEK:
        return sma_apply_kek(a);
    case SMA_KEY_DEK:
        return sma_apply_dek(a);
    case SMA_KEY_NOOP:
        break; /* only moves the position */
    }
    return SMA_OK;
}

enum sma_status sma_apply(struct sma_db *db, const struct sma_log_entry *entry,
                          struct sma_touched *touched, bool *is_applied, struct sma_error *reason,
                          struct sma_error *err)
{
    struct sma_error unread = SMA_ERROR_INIT;
    struct sma_applying a = {.db = db,
                             .entry = entry,
                             .arena = &db->scratch,
                             .touched = touched,
                             .reason = reason ? reason : &unread,
                             .err = err};
    sma_arena_reset(&db->scratch);
    enum sma_status st = sma_record_parse_key(&a.key, a.arena, entry->record.key, a.reason);
    if (st)
        st = sma_applying_ignore(&a, st);
    else
        st = apply_key(&a);
    if (!st)
        *is_applied = !a.is_ignored;
    return st;
}
