/* GET /schemas: versions of many subjects, streamed into the answer (confluent-rest 4.3). */
#include "api/confluent/resources.h"
#include "api/confluent/shape.h"

#include "registry/read.h"

struct listing {
    struct sma_call *call;
    struct sma_arena scratch; /* of one row */
    struct sma_str rule_type; /* empty = any */
    struct sma_page page;     /* counted here when rows are filtered here */
    bool is_filtered;
    struct sma_error *err;
    enum sma_status st;
};

static enum sma_status has_rule(bool *out, struct listing *listing, const struct sma_version *row)
{
    const struct sma_rule_set *rules;
    sma_arena_reset(&listing->scratch);
    enum sma_status st =
        sma_rule_set_parse(&rules, &listing->scratch, row->content.rule_set, listing->err);
    if (!st)
        *out = sma_rule_set_has_type(rules, listing->rule_type);
    return st;
}

static bool write_row(void *ctx, const struct sma_version *row)
{
    struct listing *listing = ctx;
    if (listing->is_filtered) {
        bool counts = false;
        listing->st = has_rule(&counts, listing, row);
        if (listing->st)
            return false;
        if (!counts)
            return true;
        if (listing->page.offset) {
            listing->page.offset--;
            return true;
        }
    }
    sma_shape_schema(&listing->call->out, row, row->content.text, true);
    return !(listing->is_filtered && !--listing->page.limit) &&
           !sma_buf_failed(listing->call->body);
}

/* Associations and aliases are the filters of a later part of the API: without any stored
 * association, a filter that asks for one keeps nothing, and one that also admits none keeps
 * everything. */
static enum sma_status keeps_unassociated(bool *out, const struct sma_call *call,
                                          struct sma_error *err)
{
    static const char *const lifecycles[] = {"NONE", "STRONG", "WEAK"};
    const struct sma_http_query_item *item = sma_http_query(call->request, "lifecycle");
    bool is_asked = item || sma_http_query(call->request, "associationType") ||
                    sma_http_query(call->request, "resourceType");
    bool admits_none = false;
    for (; item; item = sma_http_query_next(call->request, item)) {
        size_t i = 0;
        while (i < 3 && !sma_str_eqz(item->value, lifecycles[i]))
            i++;
        if (i == 3) {
            if (err)
                err->code = 404;
            return sma_fail(err, SMA_ENOTFOUND, "HTTP 404 Not Found");
        }
        admits_none = admits_none || !i;
    }
    *out = !is_asked || admits_none;
    return SMA_OK;
}

enum sma_status sma_schemas_list(struct sma_call *call, struct sma_error *err)
{
    struct sma_schema_filter filter = {.deleted = sma_param_bool(call, "deleted") ? SMA_WITH_DELETED
                                                                                  : SMA_LIVE,
                                       .is_latest_only = sma_param_bool(call, "latestOnly")};
    struct listing listing = {
        .call = call, .rule_type = sma_param_text(call, "ruleType"), .err = err};
    bool has_rows;
    enum sma_status st = keeps_unassociated(&has_rows, call, err);
    if (!st)
        st = sma_param_page(&listing.page, call, &call->confluent->options.schema_limits, err);
    if (!st)
        st = sma_read_prefix(&filter.context, &filter.prefix, call->arena,
                             sma_param_text(call, "subjectPrefix"), err);
    if (st)
        return st;
    listing.is_filtered = listing.rule_type.len > 0;
    if (!listing.is_filtered) {
        filter.offset = listing.page.offset;
        filter.limit = listing.page.limit;
    }
    sma_arena_init(&listing.scratch, 0);
    sma_jw_array_open(&call->out);
    if (has_rows)
        st = sma_view_schemas(call->loader->view, &filter, write_row, &listing, err);
    sma_jw_array_close(&call->out);
    sma_arena_fini(&listing.scratch);
    return st ? st : listing.st;
}
