/* GET /export?after=POSITION: the history as newline-delimited JSON, one stream of any length:
 *
 *   {"kind":"bundle","version":1,"form":"history","feed":"…","after":0,"position":99000}
 *   {"position":1,"ts":…,"uuid":"…","key":{…},"value":{…}}      one record a line, in order
 *   {"next":99000,"position":99000,"isComplete":true}
 *
 * It goes up to the position at its start: what is written meanwhile is for the next export. The
 * history only grows, so each piece may come from a snapshot of its own. `feed` is the uuid of the
 * history's first record: it tells one registry's history from another's (import.c). */
#include "api/schemata/changes.h"
#include "api/schemata/limits.h"
#include "api/schemata/resources.h"
#include "core/hash/hash.h"

struct export {
    struct sma_registry *registry;
    struct sma_buf *out;
    int64_t last, end;
};

/* ---- pieces -------------------------------------------------------------------------------------
 */

static bool take(void *ctx, const struct sma_change *change)
{
    struct export *export = ctx;
    struct sma_json_writer w = sma_json_writer_on(export->out);
    sma_own_change_write(&w, change);
    sma_buf_putc(export->out, '\n');
    export->last = change->position;
    return export->last < export->end && export->out->len < SMA_OWN_PIECE_BYTES &&
           !sma_buf_failed(export->out);
}

static void write_trailer(const struct export *export)
{
    struct sma_json_writer w = sma_json_writer_on(export->out);
    sma_jw_object_open(&w);
    sma_jw_member_i64(&w, "next", export->last);
    sma_jw_member_i64(&w, "position", export->end);
    sma_jw_member_bool(&w, "isComplete", true);
    sma_jw_object_close(&w);
    sma_buf_putc(export->out, '\n');
}

static enum sma_status write_piece(struct export *export, struct sma_view *view,
                                   struct sma_buf *out, bool *is_last, struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    export->out = out;
    if (export->last < export->end)
        st = sma_view_changes(view, export->last, take, export, err);
    *is_last = export->last >= export->end;
    if (!st && *is_last)
        write_trailer(export);
    return st;
}

static bool next(void *state, struct sma_buf *out, bool *is_last)
{
    struct export *export = state;
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_view *view = NULL;
    enum sma_status st = sma_store_view(&view, sma_registry_store(export->registry), &err);
    if (!st)
        st = write_piece(export, view, out, is_last, &err);
    sma_view_release(view);
    return !st;
}

static void release(void *state)
{
    (void)state; /* it lives in the request's arena */
}

/* ---- the first line -----------------------------------------------------------------------------
 */

static bool take_first(void *ctx, const struct sma_change *change)
{
    sma_uuid_text(ctx, change->uuid);
    return false;
}

static enum sma_status write_header(struct export *export, struct sma_own_call *call,
                                    struct sma_error *err)
{
    char feed[37] = "";
    struct sma_json_writer *w = &call->out;
    enum sma_status st = sma_view_changes(call->loader->view, 0, take_first, feed, err);
    if (st)
        return st;
    sma_jw_object_open(w);
    sma_jw_member_string(w, "kind", SMA_STR("bundle"));
    sma_jw_member_i64(w, "version", 1);
    sma_jw_member_string(w, "form", SMA_STR("history"));
    if (feed[0])
        sma_jw_member_string(w, "feed", sma_str_z(feed));
    sma_jw_member_i64(w, "after", export->last);
    sma_jw_member_i64(w, "position", export->end);
    sma_jw_object_close(w);
    sma_buf_putc(call->body, '\n');
    return SMA_OK;
}

enum sma_status sma_own_export(struct sma_own_call *call, struct sma_error *err)
{
    static const struct sma_http_stream stream = {next, release};
    struct export *export = sma_arena_calloc(call->arena, 1, sizeof *export);
    bool is_last = true;
    if (!export)
        return sma_fail_nomem(err);
    export->registry = call->registry;
    enum sma_status st = sma_own_param_number(&export->last, call, "after", 0, INT64_MAX, 0, err);
    if (!st)
        st = sma_view_position(call->loader->view, &export->end, err);
    if (!st && export->last > export->end)
        st = sma_own_refuse(err, "after: the last position is %lld", (long long)export->end);
    if (!st)
        st = write_header(export, call, err);
    if (!st)
        st = write_piece(export, call->loader->view, call->body, &is_last, err);
    if (st)
        return st;
    sma_http_set_type(call->exchange, SMA_STR("application/x-ndjson"));
    if (!is_last)
        sma_http_body_stream(call->exchange, &stream, export);
    return SMA_OK;
}
