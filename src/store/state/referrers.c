/* The reverse direction of references: who refers to a version. */
#include "store/qualified.h"
#include "store/state/applying.h"
#include "store/state/references.h"

/* Does `sql` for each reference of the content, resolved from the referrer's context; with
 * SQL_COUNT nothing but the stamps. */
static enum sma_status each_target(struct sma_applying *a, enum sma_sql sql, struct sma_str subject,
                                   int32_t version, int64_t schema_key)
{
    const struct sma_reference *list;
    size_t count;
    struct sma_str context = sma_qualified_context(subject);
    enum sma_status st = sma_references_read(a->db, a->arena, schema_key, &list, &count, a->err);
    for (size_t i = 0; !st && i < count; i++) {
        struct sma_str target = sma_qualified_resolve(a->arena, context, list[i].subject);
        if (!target.ptr)
            return sma_fail_nomem(a->err);
        if (sql != SMA_SQL_COUNT) {
            struct sma_query q = sma_query_on(a->db, sql);
            sma_query_str(&q, target);
            sma_query_i64(&q, list[i].version);
            sma_query_str(&q, subject);
            sma_query_i64(&q, version);
            st = sma_query_run(&q, a->err);
        }
        if (!st)
            st = sma_applying_stamp(a, 'r', target);
    }
    return st;
}

enum sma_status sma_referrers_add(struct sma_applying *a, struct sma_str subject, int32_t version,
                                  int64_t schema_key)
{
    return each_target(a, SMA_SQL_REFERRER_INSERT, subject, version, schema_key);
}

enum sma_status sma_referrers_remove(struct sma_applying *a, struct sma_str subject,
                                     int32_t version, int64_t schema_key)
{
    return each_target(a, SMA_SQL_REFERRER_DELETE, subject, version, schema_key);
}

enum sma_status sma_referrers_stamp(struct sma_applying *a, struct sma_str subject,
                                    int64_t schema_key)
{
    return each_target(a, SMA_SQL_COUNT, subject, 0, schema_key);
}
