/* GET /schemas: versions of many subjects, in pieces (confluent-rest 4.3). */
#include "api/confluent/pieces.h"
#include "api/confluent/resources.h"
#include "api/confluent/shape.h"

#include "registry/read.h"

struct listing {
    struct sma_pieces pieces; /* first */
    struct sma_schema_filter filter;
    struct sma_str rule_type; /* empty = any */
    struct sma_page page;     /* what is still to skip and to show */
    bool is_filtered;         /* then rows are counted here */
    struct sma_buf last;      /* subject of the row that the piece ended with */

    /* Of the piece at hand. */
    struct sma_arena scratch; /* of one row */
    bool is_cut;
    struct sma_error *err;
    enum sma_status st;
};

/* ---- one row ------------------------------------------------------------------------------------
 */

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

/* Whether the row is shown, by the filters that the store does not know. */
static enum sma_status is_shown(bool *out, struct listing *listing, const struct sma_version *row)
{
    *out = true;
    if (!listing->is_filtered)
        return SMA_OK;
    enum sma_status st = has_rule(out, listing, row);
    if (!st && *out && listing->page.offset) {
        listing->page.offset--;
        *out = false;
    }
    return st;
}

/* Where the next piece goes on: behind this row. */
static void end_here(struct listing *listing, const struct sma_version *row)
{
    listing->is_cut = true;
    sma_buf_clear(&listing->last);
    sma_buf_puts(&listing->last, row->subject);
    listing->filter.after = sma_buf_str(&listing->last);
    listing->filter.after_version = row->version;
    listing->filter.offset = 0;
    if (sma_buf_failed(&listing->last))
        listing->st = sma_fail_nomem(listing->err);
}

static bool write_row(void *ctx, const struct sma_version *row)
{
    struct listing *listing = ctx;
    bool shown;
    listing->st = is_shown(&shown, listing, row);
    if (!listing->st && shown) {
        struct sma_json_writer w = sma_pieces_row(&listing->pieces);
        sma_shape_schema(&w, &(struct sma_shape_schema){row, row->content.text, NULL, true});
        listing->page.limit--;
    }
    if (!listing->st && listing->page.limit && sma_pieces_is_full(&listing->pieces))
        end_here(listing, row);
    return !listing->st && listing->page.limit && !listing->is_cut;
}

/* ---- pieces -------------------------------------------------------------------------------------
 */

static enum sma_status write_rows(struct sma_pieces *pieces, struct sma_loader *loader,
                                  bool *is_last, struct sma_error *err)
{
    struct listing *listing = (struct listing *)pieces;
    listing->is_cut = false;
    listing->err = err;
    sma_arena_init(&listing->scratch, 0);
    enum sma_status st = sma_view_schemas(loader->view, &listing->filter, write_row, listing, err);
    sma_arena_fini(&listing->scratch);
    *is_last = !listing->is_cut;
    return st ? st : listing->st;
}

static void free_listing(struct sma_pieces *pieces)
{
    sma_buf_fini(&((struct listing *)pieces)->last);
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
    static const struct sma_pieces_kind kind = {write_rows, free_listing};
    struct listing *listing = sma_arena_calloc(call->arena, 1, sizeof *listing);
    bool has_rows;
    if (!listing)
        return sma_fail_nomem(err);
    enum sma_status st = keeps_unassociated(&has_rows, call, err);
    if (!st)
        st = sma_param_page(&listing->page, call, &call->confluent->options.schema_limits, err);
    if (!st)
        st = sma_read_prefix(&listing->filter.context, &listing->filter.prefix, call->arena,
                             sma_param_text(call, "subjectPrefix"), err);
    if (st)
        return st;
    if (!has_rows) {
        sma_buf_putz(call->body, "[]");
        return SMA_OK;
    }
    listing->pieces.kind = &kind;
    listing->filter.deleted = sma_param_bool(call, "deleted") ? SMA_WITH_DELETED : SMA_LIVE;
    listing->filter.is_latest_only = sma_param_bool(call, "latestOnly");
    listing->rule_type = sma_param_text(call, "ruleType");
    listing->is_filtered = listing->rule_type.len > 0;
    if (!listing->is_filtered)
        listing->filter.offset = listing->page.offset;
    sma_buf_init(&listing->last, 0);
    return sma_pieces_answer(call, &listing->pieces, err);
}
