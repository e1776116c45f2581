/* GET /schemas: versions of many subjects, in pieces (confluent-rest 4.3). */
#include "api/confluent/pieces.h"
#include "api/confluent/resources.h"
#include "api/confluent/schemas_associated.h"
#include "api/confluent/shape.h"

#include "registry/aliases.h"
#include "registry/read.h"

/* Subjects outside the filter that an alias inside it points to, shown in their places between the
 * others. */
struct extras {
    struct sma_alias_targets all; /* of every alias inside the filter */
    const struct sma_alias_target **items;
    size_t count, next;
    int32_t after_version; /* of the next one: rows up to here are shown already */
};

struct listing {
    struct sma_pieces pieces; /* first */
    struct sma_schema_filter filter;
    struct sma_str rule_type; /* empty = any */
    struct sma_associated associated;
    struct sma_page page;     /* what is still to skip and to show */
    bool is_filtered;         /* then rows are counted here */
    struct extras extras;
    bool is_walked;      /* only extras are left */
    struct sma_buf last; /* subject of the last row within the filter, when it may end a piece */

    /* Of the piece at hand. */
    struct sma_loader *loader;
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
    enum sma_status st =
        sma_rule_set_parse(&rules, &listing->scratch, row->content.rule_set, listing->err);
    if (!st)
        *out = sma_rule_set_has_type(rules, listing->rule_type);
    return st;
}

/* Whether a row is shown, and with which of its subject's associations. */
struct shown {
    bool is_shown;
    struct sma_assoc_row *associations;
    size_t association_count;
};

/* By the filters that the store does not know. */
static enum sma_status judge(struct shown *shown, struct listing *listing,
                             const struct sma_version *row)
{
    enum sma_status st = SMA_OK;
    *shown = (struct shown){.is_shown = true};
    if (!listing->is_filtered)
        return SMA_OK;
    sma_arena_reset(&listing->scratch);
    if (listing->rule_type.len)
        st = has_rule(&shown->is_shown, listing, row);
    if (!st && shown->is_shown)
        st = sma_associated_find(&shown->is_shown, &shown->associations, &shown->association_count,
                                 &listing->associated, listing->loader->view, &listing->scratch,
                                 row->subject, listing->err);
    if (!st && shown->is_shown && listing->page.offset) {
        listing->page.offset--;
        shown->is_shown = false;
    }
    return st;
}

static void write_aliases(struct sma_json_writer *w, const struct listing *listing,
                          const struct sma_version *row)
{
    const struct sma_alias_target *target =
        sma_alias_target_find(&listing->extras.all, row->subject);
    if (!target)
        return;
    sma_jw_name(w, "aliases");
    sma_jw_array_open(w);
    for (size_t i = 0; i < target->count; i++)
        sma_jw_string(w, target->aliases[i]);
    sma_jw_array_close(w);
}

static void write_associations(struct sma_json_writer *w, const struct shown *shown)
{
    if (!shown->association_count)
        return;
    sma_jw_name(w, "associations");
    sma_jw_array_open(w);
    for (size_t i = 0; i < shown->association_count; i++)
        sma_shape_association(w, &shown->associations[i]);
    sma_jw_array_close(w);
}

/* False when the walk is over, for now or for good. */
static bool show_row(struct listing *listing, const struct sma_version *row)
{
    struct shown shown;
    listing->st = judge(&shown, listing, row);
    if (!listing->st && shown.is_shown) {
        struct sma_json_writer w = sma_pieces_row(&listing->pieces);
        sma_jw_object_open(&w);
        sma_shape_schema_members(&w,
                                 &(struct sma_shape_schema){row, row->content.text, NULL, true});
        write_aliases(&w, listing, row);
        write_associations(&w, &shown);
        sma_jw_object_close(&w);
        listing->page.limit--;
    }
    return !listing->st && listing->page.limit;
}

/* ---- rows outside the filter --------------------------------------------------------------------
 */

/* The numbers of the subject that count under the filter. */
static enum sma_status numbers_of(struct sma_version_number **out, size_t *count,
                                  struct listing *listing, struct sma_str subject)
{
    enum sma_status st = sma_loader_versions(out, count, listing->loader, subject,
                                             listing->filter.deleted, listing->err);
    if (!st && listing->filter.is_latest_only && *count > 1) {
        *out += *count - 1;
        *count = 1;
    }
    return st;
}

/* False as above. */
static bool show_extra(struct listing *listing, const struct sma_alias_target *target)
{
    struct extras *extras = &listing->extras;
    struct sma_version_number *numbers;
    size_t count;
    listing->st = numbers_of(&numbers, &count, listing, target->subject);
    for (size_t i = 0; !listing->st && i < count; i++) {
        const struct sma_version *row;
        if (numbers[i].version <= extras->after_version)
            continue;
        listing->st = sma_loader_row(&row, listing->loader, target->subject, numbers[i].version,
                                     listing->err);
        if (listing->st || !show_row(listing, row))
            return false;
        extras->after_version = row->version;
        listing->is_cut = sma_pieces_is_full(&listing->pieces);
        if (listing->is_cut)
            return false;
    }
    extras->next++;
    extras->after_version = 0;
    return !listing->st;
}

/* Those whose place is before `subject`; ptr NULL = all that are left. */
static bool show_extras(struct listing *listing, struct sma_str subject)
{
    struct extras *extras = &listing->extras;
    while (extras->next < extras->count) {
        const struct sma_alias_target *target = extras->items[extras->next];
        if (subject.ptr && sma_str_cmp(target->subject, subject) > 0)
            break;
        if (!show_extra(listing, target))
            return false;
    }
    return true;
}

static bool is_within(const struct listing *listing, const struct sma_subject *subject)
{
    const struct sma_schema_filter *filter = &listing->filter;
    return (!filter->context.ptr || sma_str_eq(filter->context, subject->context)) &&
           sma_str_starts(subject->name, filter->prefix);
}

static enum sma_status find_extras(struct listing *listing, struct sma_call *call,
                                   struct sma_error *err)
{
    struct extras *extras = &listing->extras;
    enum sma_status st =
        sma_read_alias_targets(&extras->all, call->loader, listing->filter.context,
                               listing->filter.prefix, err);
    if (st)
        return st;
    extras->items = sma_arena_calloc(call->arena, extras->all.count + 1, sizeof *extras->items);
    if (!extras->items)
        return sma_fail_nomem(err);
    for (size_t i = 0; !st && i < extras->all.count; i++) {
        struct sma_subject subject;
        st = sma_subject_parse(&subject, call->arena, extras->all.items[i].subject, err);
        if (!st && !is_within(listing, &subject))
            extras->items[extras->count++] = &extras->all.items[i];
    }
    return st;
}

/* ---- rows within the filter ---------------------------------------------------------------------
 */

/* The next piece goes on behind this row. */
static void begin_behind(struct listing *listing, const struct sma_version *row)
{
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
    if (!show_extras(listing, row->subject) || !show_row(listing, row))
        return false;
    listing->is_cut = sma_pieces_is_full(&listing->pieces);
    if (listing->is_cut || listing->extras.next < listing->extras.count)
        begin_behind(listing, row);
    return !listing->st && !listing->is_cut;
}

/* ---- pieces -------------------------------------------------------------------------------------
 */

static enum sma_status write_rows(struct sma_pieces *pieces, struct sma_loader *loader,
                                  bool *is_last, struct sma_error *err)
{
    struct listing *listing = (struct listing *)pieces;
    enum sma_status st = SMA_OK;
    listing->is_cut = false;
    listing->loader = loader;
    listing->err = err;
    sma_arena_init(&listing->scratch, 0);
    if (!listing->is_walked)
        st = sma_view_schemas(loader->view, &listing->filter, write_row, listing, err);
    listing->is_walked = !listing->is_cut;
    if (!st && !listing->st && listing->is_walked && listing->page.limit)
        show_extras(listing, (struct sma_str){NULL, 0});
    sma_arena_fini(&listing->scratch);
    *is_last = !listing->is_cut;
    return st ? st : listing->st;
}

static void free_listing(struct sma_pieces *pieces)
{
    sma_buf_fini(&((struct listing *)pieces)->last);
}

enum sma_status sma_schemas_list(struct sma_call *call, struct sma_error *err)
{
    static const struct sma_pieces_kind kind = {write_rows, free_listing};
    struct listing *listing = sma_arena_calloc(call->arena, 1, sizeof *listing);
    if (!listing)
        return sma_fail_nomem(err);
    enum sma_status st = sma_associated_read(&listing->associated, call, err);
    if (!st)
        st = sma_param_page(&listing->page, call, &call->confluent->options.schema_limits, err);
    if (!st)
        st = sma_read_prefix(&listing->filter.context, &listing->filter.prefix, call->arena,
                             sma_param_text(call, "subjectPrefix"), err);
    if (st)
        return st;
    listing->pieces.kind = &kind;
    listing->filter.deleted = sma_param_bool(call, "deleted") ? SMA_WITH_DELETED : SMA_LIVE;
    listing->filter.is_latest_only = sma_param_bool(call, "latestOnly");
    listing->rule_type = sma_param_text(call, "ruleType");
    bool with_aliases = sma_param_bool(call, "aliases");
    listing->is_filtered =
        listing->rule_type.len > 0 || with_aliases || listing->associated.is_asked;
    if (with_aliases)
        st = find_extras(listing, call, err);
    if (st)
        return st;
    if (!listing->is_filtered)
        listing->filter.offset = listing->page.offset;
    sma_buf_init(&listing->last, 0);
    return sma_pieces_answer(call, &listing->pieces, err);
}
