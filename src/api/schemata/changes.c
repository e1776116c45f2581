/* GET /changes?after=POSITION: the records behind a position, in order; with wait_ms a long poll.
 */
#include "api/schemata/changes.h"
#include "api/schemata/limits.h"
#include "api/schemata/resources.h"
#include "core/hash/hash.h"

#define LIMIT_DEFAULT 100

struct page {
    struct sma_json_writer *w;
    int64_t left, last;
    size_t count, bytes;
    bool is_cut;
};

void sma_own_change_write(struct sma_json_writer *w, const struct sma_change *change)
{
    char uuid[37];
    sma_uuid_text(uuid, change->uuid);
    sma_jw_object_open(w);
    sma_jw_member_i64(w, "position", change->position);
    sma_jw_member_i64(w, "ts", change->ts_ms);
    sma_jw_member_string(w, "uuid", sma_str_z(uuid));
    sma_jw_member_raw(w, "key", change->record.key);
    sma_jw_member_raw(w, "value",
                      change->record.value.ptr ? change->record.value : SMA_STR("null"));
    sma_jw_object_close(w);
}

static bool take(void *ctx, const struct sma_change *change)
{
    struct page *page = ctx;
    if (!page->left || page->bytes > SMA_OWN_CHANGES_BYTES_MAX) {
        page->is_cut = true;
        return false;
    }
    sma_own_change_write(page->w, change);
    page->bytes += change->record.key.len + change->record.value.len;
    page->last = change->position;
    page->left--;
    page->count++;
    return true;
}

static enum sma_status write_page(const struct sma_own_feed *feed, struct sma_view *view,
                                  size_t *count, struct sma_error *err)
{
    struct sma_json_writer w = sma_json_writer_on(sma_http_body(feed->exchange));
    struct page page = {.w = &w, .left = feed->limit, .last = feed->after};
    int64_t position;
    enum sma_status st = sma_view_position(view, &position, err);
    if (!st && feed->after > position)
        return sma_own_refuse(err,
                              "after: the last position is %lld; this feed is another one or "
                              "was begun anew: start from 0",
                              (long long)position);
    if (st)
        return st;
    sma_jw_object_open(&w);
    sma_jw_name(&w, "changes");
    sma_jw_array_open(&w);
    st = sma_view_changes(view, feed->after, take, &page, err);
    sma_jw_array_close(&w);
    sma_jw_member_i64(&w, "next", page.last);
    sma_jw_member_i64(&w, "position", position);
    sma_jw_member_bool(&w, "hasMore", page.is_cut);
    sma_jw_object_close(&w);
    *count = page.count;
    return st;
}

void sma_own_feed_answer(const struct sma_own_feed *feed, size_t *count)
{
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_view *view = NULL;
    *count = 0;
    sma_buf_clear(sma_http_body(feed->exchange));
    enum sma_status st = sma_store_view(&view, sma_registry_store(feed->registry), &err);
    if (!st)
        st = write_page(feed, view, count, &err);
    sma_view_release(view);
    if (st) {
        sma_own_failure(feed->exchange, st, err.code, sma_str_z(err.message));
        *count = 1; /* there is something to say: nothing to wait for */
    }
}

uint64_t sma_own_commits(struct sma_registry *registry)
{
    struct sma_store_figures figures;
    sma_store_figures(sma_registry_store(registry), &figures);
    return figures.commits;
}

enum sma_http_outcome sma_own_changes(struct sma_own_call *call)
{
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_own_feed feed = {.registry = call->registry, .exchange = call->exchange};
    uint64_t commits = sma_own_commits(call->registry);
    size_t count;
    enum sma_status st = sma_own_param_number(&feed.after, call, "after", 0, INT64_MAX, 0, &err);
    if (!st)
        st = sma_own_param_number(&feed.limit, call, "limit", 1, SMA_OWN_CHANGES_MAX, LIMIT_DEFAULT,
                                  &err);
    if (!st)
        st = sma_own_param_number(&feed.wait_ms, call, "wait_ms", 0, SMA_OWN_WAIT_MS_MAX, 0, &err);
    if (!st) {
        sma_own_feed_answer(&feed, &count);
        if (count || !feed.wait_ms)
            return SMA_HTTP_DONE;
        st = sma_own_waiters_add(call->own->waiters, &feed, commits, &err);
        if (!st)
            return SMA_HTTP_LATER;
    }
    sma_own_failure(call->exchange, st, err.code, sma_str_z(err.message));
    return SMA_HTTP_DONE;
}
