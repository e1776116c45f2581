/* Associations: one index per way to ask, each in the order of the listing, so that a page costs
 * what lies before its end and no sort. What the index does not decide is decided row by row. */
#include "store/state/rowread.h"

/* Binds what the statement asks for; the rest is left to `matches`. */
static struct sma_query query_for(struct sma_db *db, const struct sma_assoc_filter *filter)
{
    enum sma_sql sql = SMA_SQL_ASSOC_ALL;
    struct sma_str first = {NULL, 0}, second = {NULL, 0};
    if (filter->subject.ptr) {
        sql = SMA_SQL_ASSOC_BY_SUBJECT;
        first = filter->subject;
    } else if (filter->resource_id.ptr) {
        sql = SMA_SQL_ASSOC_BY_RESOURCE_ID;
        first = filter->resource_id;
    } else if (filter->resource_name.ptr) {
        sql = filter->resource_namespace.ptr ? SMA_SQL_ASSOC_BY_NAME_THERE : SMA_SQL_ASSOC_BY_NAME;
        first = filter->resource_name;
        second = filter->resource_namespace;
    } else if (filter->resource_namespace.ptr) {
        sql = SMA_SQL_ASSOC_BY_NAMESPACE;
        first = filter->resource_namespace;
    }
    struct sma_query q = sma_query_on(db, sql);
    if (first.ptr)
        sma_query_str(&q, first);
    if (second.ptr)
        sma_query_str(&q, second);
    return q;
}

/* Texts are views into the statement's row. */
static struct sma_assoc_row row_of(const struct sma_query *q)
{
    return (struct sma_assoc_row){
        .subject = sma_query_get_str(q, 0),
        .resource_namespace = sma_query_get_str(q, 1),
        .resource_name = sma_query_get_str(q, 2),
        .resource_type = sma_query_get_str(q, 3),
        .association_type = sma_query_get_str(q, 4),
        .resource_id = sma_query_get_str(q, 5),
        .guid = sma_query_get_str(q, 6),
        .lifecycle = sma_query_get_str(q, 7),
        .is_frozen = sma_query_get_bool(q, 8),
        .create_ts_ms = sma_query_get_i64(q, 9),
        .update_ts_ms = sma_query_get_i64(q, 10),
    };
}

static bool is_asked(struct sma_str asked, struct sma_str text)
{
    return !asked.ptr || sma_str_eq(asked, text);
}

static bool has_type(const struct sma_assoc_filter *filter, struct sma_str type)
{
    for (size_t i = 0; i < filter->type_count; i++)
        if (sma_str_eq(filter->types[i], type))
            return true;
    return !filter->type_count;
}

static bool matches(const struct sma_assoc_filter *filter, const struct sma_assoc_row *row)
{
    return is_asked(filter->subject, row->subject) &&
           is_asked(filter->resource_id, row->resource_id) &&
           is_asked(filter->resource_name, row->resource_name) &&
           is_asked(filter->resource_namespace, row->resource_namespace) &&
           is_asked(filter->resource_type, row->resource_type) &&
           is_asked(filter->lifecycle, row->lifecycle) && has_type(filter, row->association_type);
}

static bool keep(struct sma_assoc_row *row, struct sma_arena *arena)
{
    struct sma_str *texts[] = {&row->subject,       &row->resource_namespace, &row->resource_name,
                               &row->resource_type, &row->association_type,   &row->resource_id,
                               &row->guid,          &row->lifecycle};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        *texts[i] = sma_arena_copy(arena, *texts[i]);
        if (!texts[i]->ptr)
            return false;
    }
    return true;
}

enum sma_status sma_view_associations(struct sma_view *view, struct sma_arena *arena,
                                      const struct sma_assoc_filter *filter,
                                      struct sma_assoc_row **out, size_t *count,
                                      struct sma_error *err)
{
    struct sma_assoc_row *list = NULL;
    size_t n = 0, capacity = 0;
    uint64_t seen = 0;
    bool has_row;
    struct sma_query q = query_for(view->db, filter);
    enum sma_status st = sma_query_row(&q, &has_row, err);
    while (!st && has_row && (!filter->limit || n < filter->limit)) {
        struct sma_assoc_row row = row_of(&q);
        if (matches(filter, &row) && seen++ >= filter->offset) {
            list = sma_arena_grow(arena, list, n, &capacity, n + 1, sizeof *list);
            if (!list || !keep(&row, arena)) {
                st = sma_fail_nomem(err);
                break;
            }
            list[n++] = row;
        }
        st = sma_query_row(&q, &has_row, err);
    }
    sma_query_end(&q);
    if (!st) {
        *out = list;
        *count = n;
    }
    return st;
}
