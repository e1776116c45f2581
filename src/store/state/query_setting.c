/* Settings, stamps, counts. */
#include "store/qualified.h"
#include "store/record.h"
#include "store/state/db.h"
#include "store/state/range.h"

/* One text under one key. */
static enum sma_status read_text(struct sma_db *db, enum sma_sql sql, struct sma_arena *arena,
                                 struct sma_str key, struct sma_str *out, struct sma_error *err)
{
    bool has_row;
    struct sma_query q = sma_query_on(db, sql);
    sma_query_str(&q, key);
    enum sma_status st = sma_query_row(&q, &has_row, err);
    if (st)
        return st;
    if (!has_row)
        return SMA_ENOTFOUND;
    struct sma_str text = sma_query_copy_str(&q, 0, arena);
    sma_query_end(&q);
    if (!text.ptr)
        return sma_fail_nomem(err);
    *out = text;
    return SMA_OK;
}

enum sma_status sma_view_config(struct sma_view *view, struct sma_arena *arena,
                                struct sma_str scope, struct sma_str *json, struct sma_error *err)
{
    return read_text(view->db, SMA_SQL_CONFIG_GET, arena, scope, json, err);
}

enum sma_status sma_view_mode(struct sma_view *view, struct sma_arena *arena, struct sma_str scope,
                              struct sma_str *mode, struct sma_error *err)
{
    return read_text(view->db, SMA_SQL_MODE_GET, arena, scope, mode, err);
}

struct scope_list {
    struct sma_str *list;
    size_t count, capacity;
};

static enum sma_status read_scopes(struct scope_list *out, struct sma_db *db, enum sma_sql sql,
                                   struct sma_arena *arena, const struct sma_range *range,
                                   struct sma_error *err)
{
    bool has_row;
    struct sma_query q = sma_query_on(db, sql);
    sma_query_str(&q, range->from);
    sma_query_str(&q, range->to);
    enum sma_status st = sma_query_row(&q, &has_row, err);
    while (!st && has_row) {
        struct sma_str scope = sma_query_copy_str(&q, 0, arena);
        out->list = sma_arena_grow(arena, out->list, out->count, &out->capacity, out->count + 1,
                                   sizeof *out->list);
        if (!scope.ptr || !out->list) {
            st = sma_fail_nomem(err);
            break;
        }
        if (sma_qualified_name(scope).len) /* else a context's own setting */
            out->list[out->count++] = scope;
        st = sma_query_row(&q, &has_row, err);
    }
    sma_query_end(&q);
    return st;
}

enum sma_status sma_view_setting_subjects(struct sma_view *view, struct sma_arena *arena,
                                          enum sma_setting setting, struct sma_str context,
                                          struct sma_str **out, size_t *count,
                                          struct sma_error *err)
{
    enum sma_sql sql = setting == SMA_SETTING_MODE ? SMA_SQL_MODE_RANGE : SMA_SQL_CONFIG_RANGE;
    struct scope_list scopes = {NULL, 0, 0};
    struct sma_ranges ranges;
    enum sma_status st = SMA_OK;
    if (context.ptr)
        st = sma_ranges_of_context(&ranges, arena, context, SMA_STR(""), err);
    else
        sma_ranges_of_all(&ranges);
    for (size_t i = 0; !st && i < ranges.count; i++)
        st = read_scopes(&scopes, view->db, sql, arena, &ranges.list[i], err);
    if (!st) {
        *out = scopes.list;
        *count = scopes.count;
    }
    return st;
}

static enum sma_status walk_aliases(struct sma_db *db, const struct sma_range *range,
                                    sma_config_row_fn *fn, void *ctx, struct sma_error *err)
{
    bool has_row;
    struct sma_query q = sma_query_on(db, SMA_SQL_CONFIG_ALIASES);
    sma_query_str(&q, range->from);
    sma_query_str(&q, range->to);
    enum sma_status st = sma_query_row(&q, &has_row, err);
    while (!st && has_row && fn(ctx, sma_query_get_str(&q, 0), sma_query_get_str(&q, 1)))
        st = sma_query_row(&q, &has_row, err);
    sma_query_end(&q);
    return st;
}

enum sma_status sma_view_aliases(struct sma_view *view, struct sma_str context,
                                 struct sma_str prefix, sma_config_row_fn *fn, void *ctx,
                                 struct sma_error *err)
{
    struct sma_ranges ranges;
    struct sma_arena arena;
    enum sma_status st = SMA_OK;
    sma_arena_init(&arena, 0);
    if (context.ptr)
        st = sma_ranges_of_context(&ranges, &arena, context, prefix, err);
    else
        sma_ranges_of_all(&ranges);
    for (size_t i = 0; !st && i < ranges.count; i++)
        st = walk_aliases(view->db, &ranges.list[i], fn, ctx, err);
    sma_arena_fini(&arena);
    return st;
}

/* 0 when there is no row. */
static enum sma_status read_position(struct sma_db *db, enum sma_sql sql, struct sma_str key,
                                     int64_t *position, struct sma_error *err)
{
    bool has_row;
    struct sma_query q = sma_query_on(db, sql);
    sma_query_str(&q, key);
    enum sma_status st = sma_query_row(&q, &has_row, err);
    if (!st)
        *position = has_row ? sma_query_get_i64(&q, 0) : 0;
    sma_query_end(&q);
    return st;
}

/* Subjects and contexts carry their stamps themselves, so that a registration writes one page less;
 * a subject that is not there has one in the table of all others. */
enum sma_status sma_view_stamp(struct sma_view *view, struct sma_str kind_and_scope,
                               int64_t *position, struct sma_error *err)
{
    struct sma_str scope = sma_str_from(kind_and_scope, 2);
    int64_t found = 0;
    enum sma_status st = SMA_OK;
    if (sma_str_starts(kind_and_scope, SMA_STR("x:")))
        return read_position(view->db, SMA_SQL_STAMP_OF_CONTEXT, scope, position, err);
    if (sma_str_starts(kind_and_scope, SMA_STR("s:")))
        st = read_position(view->db, SMA_SQL_STAMP_OF_SUBJECT, scope, &found, err);
    if (!st && !found)
        st = read_position(view->db, SMA_SQL_STAMP_GET, kind_and_scope, &found, err);
    if (!st)
        *position = found;
    return st;
}

enum sma_status sma_view_position(struct sma_view *view, int64_t *position, struct sma_error *err)
{
    bool has_row;
    if (view->position >= 0) { /* fixed with the snapshot */
        *position = view->position;
        return SMA_OK;
    }
    struct sma_query q = sma_query_on(view->db, SMA_SQL_HISTORY_LAST);
    enum sma_status st = sma_query_row(&q, &has_row, err);
    if (!st)
        *position = sma_query_get_i64(&q, 0);
    sma_query_end(&q);
    return st;
}

enum sma_status sma_view_counts(struct sma_view *view, struct sma_counts *out,
                                struct sma_error *err)
{
    struct sma_counts counts = {0};
    bool has_row;
    enum sma_status st = sma_view_position(view, &counts.position, err);
    if (st)
        return st;
    struct sma_query q = sma_query_on(view->db, SMA_SQL_TOTALS);
    st = sma_query_row(&q, &has_row, err);
    if (!st) {
        counts.subjects = sma_query_get_i64(&q, 0);
        counts.versions = sma_query_get_i64(&q, 1);
        counts.schemas = sma_query_get_i64(&q, 2);
        counts.contexts = sma_query_get_i64(&q, 3);
        *out = counts;
    }
    sma_query_end(&q);
    return st;
}
