/* GET /export?after=POSITION: the history as newline-delimited JSON, a change a line, in parts of a
 * bounded size. The last line of a part says where the next one starts:
 *   {"next":1234,"position":99000,"isComplete":false} */
#include "api/schemata/changes.h"
#include "api/schemata/limits.h"
#include "api/schemata/resources.h"

struct part {
    struct sma_buf *out;
    int64_t last;
    bool is_cut;
};

static bool take(void *ctx, const struct sma_change *change)
{
    struct part *part = ctx;
    if (part->out->len > SMA_OWN_EXPORT_BYTES_MAX || sma_buf_failed(part->out)) {
        part->is_cut = true;
        return false;
    }
    struct sma_json_writer w = sma_json_writer_on(part->out);
    sma_own_change_write(&w, change);
    sma_buf_putc(part->out, '\n');
    part->last = change->position;
    return true;
}

enum sma_status sma_own_export(struct sma_own_call *call, struct sma_error *err)
{
    struct part part = {.out = call->body};
    int64_t position;
    enum sma_status st = sma_own_param_number(&part.last, call, "after", 0, INT64_MAX, 0, err);
    if (!st)
        st = sma_view_position(call->loader->view, &position, err);
    if (!st && part.last > position)
        st = sma_own_refuse(err, "after: the last position is %lld", (long long)position);
    if (!st)
        st = sma_view_changes(call->loader->view, part.last, take, &part, err);
    if (st)
        return st;
    sma_http_set_type(call->exchange, SMA_STR("application/x-ndjson"));
    struct sma_json_writer w = sma_json_writer_on(call->body);
    sma_jw_object_open(&w);
    sma_jw_member_i64(&w, "next", part.last);
    sma_jw_member_i64(&w, "position", position);
    sma_jw_member_bool(&w, "isComplete", !part.is_cut);
    sma_jw_object_close(&w);
    sma_buf_putc(call->body, '\n');
    return SMA_OK;
}
