/* CONFIG, MODE, CONTEXT and ASSOC records: one row each, set or removed. */
#include "store/state/applying.h"

static enum sma_status run_on_scope(struct sma_applying *a, enum sma_sql sql)
{
    struct sma_query q = sma_query_on(a->db, sql);
    sma_query_str(&q, a->key.subject);
    return sma_query_run(&q, a->err);
}

static enum sma_status set_on_scope(struct sma_applying *a, enum sma_sql sql, struct sma_str value)
{
    struct sma_query q = sma_query_on(a->db, sql);
    sma_query_str(&q, a->key.subject);
    sma_query_str(&q, value);
    return sma_query_run(&q, a->err);
}

/* The two forms of the global key share the scope "", so the later record wins. */
enum sma_status sma_apply_config(struct sma_applying *a)
{
    struct sma_record_config config;
    struct sma_str value = a->entry->record.value;
    enum sma_status st;
    if (sma_applying_is_tombstone(a)) {
        st = run_on_scope(a, SMA_SQL_CONFIG_DELETE);
    } else {
        st = sma_record_parse_config(&config, a->arena, value, a->reason);
        if (st)
            return sma_applying_ignore(a, st);
        st = set_on_scope(a, SMA_SQL_CONFIG_SET, value);
    }
    return st ? st : sma_applying_stamp(a, 'c', a->key.subject);
}

enum sma_status sma_apply_mode(struct sma_applying *a)
{
    struct sma_str mode = {NULL, 0};
    enum sma_status st = SMA_OK;
    if (!sma_applying_is_tombstone(a))
        st = sma_record_parse_mode(&mode, a->arena, a->entry->record.value, a->reason);
    if (st)
        return sma_applying_ignore(a, st);
    st = mode.ptr ? set_on_scope(a, SMA_SQL_MODE_SET, mode) : run_on_scope(a, SMA_SQL_MODE_DELETE);
    return st ? st : sma_applying_stamp(a, 'm', a->key.subject);
}

/* The row of a context stays when the context goes: its highest id must not be forgotten. The
 * default context is always there. */
enum sma_status sma_apply_context(struct sma_applying *a)
{
    struct sma_str context = a->key.context;
    if (sma_str_eqz(context, "."))
        return SMA_OK;
    struct sma_query q = sma_query_on(a->db, SMA_SQL_CONTEXT_SET_LISTED);
    sma_query_str(&q, context);
    sma_query_i64(&q, !sma_applying_is_tombstone(a));
    enum sma_status st = sma_query_run(&q, a->err);
    return st ? st : sma_applying_touch(a, SMA_STR("k:"));
}

static enum sma_status remove_assoc(struct sma_applying *a)
{
    const struct sma_assoc_key *key = &a->key.assoc;
    struct sma_query q = sma_query_on(a->db, SMA_SQL_ASSOC_DELETE);
    sma_query_str(&q, key->subject);
    sma_query_str(&q, key->resource_namespace);
    sma_query_str(&q, key->resource_name);
    sma_query_str(&q, key->resource_type);
    sma_query_str(&q, key->association_type);
    return sma_query_run(&q, a->err);
}

static enum sma_status set_assoc(struct sma_applying *a, const struct sma_assoc *assoc)
{
    const struct sma_assoc_key *key = &assoc->key;
    struct sma_query q = sma_query_on(a->db, SMA_SQL_ASSOC_SET);
    sma_query_str(&q, key->subject);
    sma_query_str(&q, key->resource_namespace);
    sma_query_str(&q, key->resource_name);
    sma_query_str(&q, key->resource_type);
    sma_query_str(&q, key->association_type);
    sma_query_str(&q, assoc->resource_id);
    sma_query_str(&q, assoc->guid);
    sma_query_str(&q, assoc->lifecycle);
    sma_query_i64(&q, assoc->is_frozen);
    sma_query_i64(&q, assoc->create_ts_ms);
    sma_query_i64(&q, a->entry->ts_ms);
    return sma_query_run(&q, a->err);
}

enum sma_status sma_apply_assoc(struct sma_applying *a)
{
    struct sma_assoc assoc;
    enum sma_status st;
    if (sma_applying_is_tombstone(a)) {
        st = remove_assoc(a);
    } else {
        st = sma_record_parse_assoc(&assoc, a->arena, &a->key, a->entry->record.value, a->reason);
        if (st)
            return sma_applying_ignore(a, st);
        st = set_assoc(a, &assoc);
        if (!st)
            st = sma_applying_stamp(a, 'o', assoc.resource_id);
    }
    if (!st)
        st = sma_applying_stamp(a, 'n', a->key.assoc.resource_name);
    return st ? st : sma_applying_stamp(a, 'a', a->key.subject);
}
