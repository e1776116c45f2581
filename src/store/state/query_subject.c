/* Lists of subjects and contexts, and the walk over all versions. */
#include "store/state/range.h"
#include "store/state/rowread.h"

/* ---- walking subjects ---------------------------------------------------------------------- */

struct subject_row {
    struct sma_str subject; /* valid during the call */
    int64_t all, live;      /* versions */
};

/* Stops the walk by *is_over; any other status than SMA_OK is passed on. */
typedef enum sma_status subject_fn(void *ctx, const struct subject_row *row, bool *is_over,
                                   struct sma_error *err);

static enum sma_status walk_rows(struct sma_query *q, subject_fn *fn, void *ctx, bool *is_over,
                                 struct sma_error *err)
{
    bool has_row;
    enum sma_status st = sma_query_row(q, &has_row, err);
    while (!st && has_row && !*is_over) {
        struct subject_row row = {sma_query_get_str(q, 0), sma_query_get_i64(q, 1),
                                  sma_query_get_i64(q, 2)};
        st = fn(ctx, &row, is_over, err);
        if (!st && !*is_over)
            st = sma_query_row(q, &has_row, err);
    }
    sma_query_end(q);
    return st;
}

static enum sma_status walk_range(struct sma_db *db, const struct sma_range *range, subject_fn *fn,
                                  void *ctx, bool *is_over, struct sma_error *err)
{
    struct sma_query q = sma_query_on(db, SMA_SQL_SUBJECT_RANGE);
    sma_query_str(&q, range->from);
    sma_query_str(&q, range->to);
    return walk_rows(&q, fn, ctx, is_over, err);
}

static enum sma_status walk_everywhere(struct sma_db *db, struct sma_arena *arena,
                                       struct sma_str prefix, struct sma_str first, subject_fn *fn,
                                       void *ctx, bool *is_over, struct sma_error *err)
{
    struct sma_str to = sma_range_end(arena, prefix);
    if (!to.ptr)
        return sma_fail_nomem(err);
    struct sma_query q = sma_query_on(db, SMA_SQL_SUBJECT_PREFIX_EVERYWHERE);
    sma_query_str(&q, prefix);
    sma_query_str(&q, to);
    sma_query_str(&q, first);
    return walk_rows(&q, fn, ctx, is_over, err);
}

/* Which subjects: those of a context (ptr NULL: of all) with a prefix, from `first` on. */
struct which {
    struct sma_str context, prefix, first;
};

/* In the order of the qualified names. */
static enum sma_status walk_subjects(struct sma_db *db, const struct which *which, subject_fn *fn,
                                     void *ctx, struct sma_error *err)
{
    struct sma_str context = which->context, prefix = which->prefix;
    struct sma_arena arena;
    struct sma_ranges ranges;
    bool is_over = false;
    enum sma_status st = SMA_OK;
    sma_arena_init(&arena, 0);
    if (context.ptr) {
        st = sma_ranges_of_context(&ranges, &arena, context, prefix, err);
    } else if (!prefix.len) {
        sma_ranges_of_all(&ranges);
    } else {
        ranges.count = 0;
        st = walk_everywhere(db, &arena, prefix, which->first, fn, ctx, &is_over, err);
    }
    if (!st)
        sma_ranges_begin_at(&ranges, which->first);
    for (size_t i = 0; !st && !is_over && i < ranges.count; i++)
        st = walk_range(db, &ranges.list[i], fn, ctx, &is_over, err);
    sma_arena_fini(&arena);
    return st;
}

/* ---- lists --------------------------------------------------------------------------------- */

struct text_list {
    struct sma_arena *arena;
    struct sma_str *list;
    size_t count, capacity;
};

static bool add_text(struct text_list *to, struct sma_str text)
{
    to->list = sma_arena_grow(to->arena, to->list, to->count, &to->capacity, to->count + 1,
                              sizeof *to->list);
    if (!to->list)
        return false;
    to->list[to->count] = sma_arena_copy(to->arena, text);
    return to->list[to->count++].ptr != NULL;
}

static bool subject_counts(const struct subject_row *row, enum sma_deleted deleted)
{
    switch (deleted) {
    case SMA_LIVE:
        return row->live > 0;
    case SMA_ONLY_DELETED:
        return row->live == 0;
    default:
        return true;
    }
}

struct listing {
    const struct sma_subject_filter *filter;
    uint64_t to_skip;
    struct text_list out;
};

static enum sma_status list_subject(void *ctx, const struct subject_row *row, bool *is_over,
                                    struct sma_error *err)
{
    struct listing *listing = ctx;
    if (!subject_counts(row, listing->filter->deleted))
        return SMA_OK;
    if (listing->to_skip) {
        listing->to_skip--;
        return SMA_OK;
    }
    if (!add_text(&listing->out, row->subject))
        return sma_fail_nomem(err);
    *is_over = listing->filter->limit && listing->out.count >= listing->filter->limit;
    return SMA_OK;
}

enum sma_status sma_view_subjects(struct sma_view *view, struct sma_arena *arena,
                                  const struct sma_subject_filter *filter, struct sma_str **out,
                                  size_t *count, struct sma_error *err)
{
    struct listing listing = {filter, filter->offset, {.arena = arena}};
    struct which which = {filter->context, filter->prefix, SMA_STR("")};
    if (filter->after.ptr)
        which.first = sma_range_behind(arena, filter->after);
    if (!which.first.ptr)
        return sma_fail_nomem(err);
    enum sma_status st = walk_subjects(view->db, &which, list_subject, &listing, err);
    if (!st) {
        *out = listing.out.list;
        *count = listing.out.count;
    }
    return st;
}

enum sma_status sma_view_has_subject(struct sma_view *view, struct sma_str subject,
                                     enum sma_deleted deleted, bool *out, struct sma_error *err)
{
    bool has_row;
    struct sma_query q = sma_query_on(view->db, SMA_SQL_SUBJECT_GET);
    sma_query_str(&q, subject);
    enum sma_status st = sma_query_row(&q, &has_row, err);
    if (st)
        return st;
    int64_t all = has_row ? sma_query_get_i64(&q, 0) : 0;
    int64_t live = has_row ? sma_query_get_i64(&q, 1) : 0;
    sma_query_end(&q);
    *out = deleted == SMA_LIVE ? live > 0 : deleted == SMA_ONLY_DELETED ? all > live : all > 0;
    return SMA_OK;
}

enum sma_status sma_view_contexts(struct sma_view *view, struct sma_arena *arena,
                                  struct sma_str **out, size_t *count, struct sma_error *err)
{
    struct text_list list = {.arena = arena};
    bool has_row;
    struct sma_query q = sma_query_on(view->db, SMA_SQL_CONTEXT_LIST);
    enum sma_status st = sma_query_row(&q, &has_row, err);
    while (!st && has_row) {
        st = add_text(&list, sma_query_get_str(&q, 0)) ? sma_query_row(&q, &has_row, err)
                                                       : sma_fail_nomem(err);
    }
    sma_query_end(&q);
    if (!st) {
        *out = list.list;
        *count = list.count;
    }
    return st;
}

/* ---- all versions -------------------------------------------------------------------------- */

struct walking {
    struct sma_db *db;
    const struct sma_schema_filter *filter;
    sma_version_fn *fn;
    void *ctx;
    uint64_t to_skip, left; /* rows */
    struct sma_arena row_arena;
};

/* Rows of the subject that count under the filter. */
static uint64_t counting_rows(const struct walking *w, const struct subject_row *row)
{
    int64_t rows = row->all;
    if (w->filter->deleted == SMA_LIVE)
        rows = row->live;
    else if (w->filter->deleted == SMA_ONLY_DELETED)
        rows = row->all - row->live;
    return w->filter->is_latest_only ? rows > 0 : (uint64_t)rows;
}

/* Rows behind the version `skipped`. */
static enum sma_status hand_out(struct walking *w, struct sma_query *q, int32_t skipped,
                                bool *is_over, struct sma_error *err)
{
    bool has_row;
    enum sma_status st = sma_query_row(q, &has_row, err);
    while (!st && has_row && !*is_over) {
        struct sma_version row;
        sma_arena_reset(&w->row_arena);
        st = sma_row_read(q, &w->row_arena, SMA_ROW_WITH_CONTENT, &row, NULL, err);
        if (st)
            break;
        if (row.version > skipped)
            *is_over = !w->fn(w->ctx, &row) || --w->left == 0;
        if (!*is_over)
            st = sma_query_row(q, &has_row, err);
    }
    sma_query_end(q);
    return st;
}

/* In the subject with which the walk goes on: the version behind which it does. */
static int32_t version_before(const struct sma_schema_filter *filter)
{
    if (!filter->begins_there)
        return filter->after_version;
    return filter->is_latest_only ? 0 : filter->after_version - 1;
}

static enum sma_status walk_subject(void *ctx, const struct subject_row *row, bool *is_over,
                                    struct sma_error *err)
{
    struct walking *w = ctx;
    uint64_t rows = counting_rows(w, row);
    bool is_begun = w->filter->after.ptr && sma_str_eq(row->subject, w->filter->after);
    if (is_begun && w->filter->is_latest_only && !w->filter->begins_there)
        return SMA_OK;
    if (w->to_skip >= rows) { /* whole subjects are skipped by their counts */
        w->to_skip -= rows;
        return SMA_OK;
    }
    struct sma_query q = sma_query_on(w->db, w->filter->is_latest_only ? SMA_SQL_VERSION_LATEST
                                                                       : SMA_SQL_VERSION_ROWS);
    sma_query_str(&q, row->subject);
    sma_query_deleted(&q, w->filter->deleted);
    if (!w->filter->is_latest_only)
        sma_query_i64(&q, (int64_t)w->to_skip);
    w->to_skip = 0;
    return hand_out(w, &q, is_begun ? version_before(w->filter) : 0, is_over, err);
}

enum sma_status sma_view_schemas(struct sma_view *view, const struct sma_schema_filter *filter,
                                 sma_version_fn *fn, void *ctx, struct sma_error *err)
{
    struct walking w = {.db = view->db,
                        .filter = filter,
                        .fn = fn,
                        .ctx = ctx,
                        .to_skip = filter->offset,
                        .left = filter->limit ? filter->limit : UINT64_MAX};
    struct which which = {filter->context, filter->prefix,
                          filter->after.ptr ? filter->after : SMA_STR("")};
    sma_arena_init(&w.row_arena, 0);
    enum sma_status st = walk_subjects(view->db, &which, walk_subject, &w, err);
    sma_arena_fini(&w.row_arena);
    return st;
}
