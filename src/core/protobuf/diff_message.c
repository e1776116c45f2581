/* Messages: fields by number, moves in and out of oneofs (compat-protobuf 10.4). */
#include "core/protobuf/differ.h"

#include "core/protobuf/sort.h"

/* A field of a message, wherever it stands. */
struct member {
    const struct sma_proto_field *field;
    const struct sma_proto_oneof *oneof; /* NULL outside oneofs */
};

/* A message made ready: members by number, oneofs by name. */
struct indexed {
    struct sma_proto_site site;
    struct member *members;
    size_t member_count;
    const struct sma_proto_oneof **oneofs;
    size_t oneof_count;
};

static int member_order(const void *left, const void *right)
{
    int32_t a = ((const struct member *)left)->field->number;
    int32_t b = ((const struct member *)right)->field->number;
    return a < b ? -1 : a > b;
}

static int oneof_order(const void *left, const void *right)
{
    const struct sma_proto_oneof *a = *(const struct sma_proto_oneof *const *)left;
    const struct sma_proto_oneof *b = *(const struct sma_proto_oneof *const *)right;
    return sma_str_cmp_utf16(a->name, b->name);
}

static size_t count_members(const struct sma_proto_message *message)
{
    size_t count = message->fields.count;
    for (size_t i = 0; i < message->oneof_count; i++)
        count += message->oneofs[i].fields.count;
    return count;
}

/* Of several members with one number the last counts, oneof members after plain fields. */
static void index_members(struct sma_proto_differ *d, struct indexed *out)
{
    const struct sma_proto_message *message = out->site.message;
    size_t count = count_members(message), at = 0;
    struct member *all = sma_proto_diff_array(d, count, sizeof *all);
    if (!all || !sma_proto_diff_take(d, count))
        return;
    for (size_t i = 0; i < message->fields.count; i++)
        all[at++] = (struct member){&message->fields.items[i], NULL};
    for (size_t o = 0; o < message->oneof_count; o++)
        for (size_t i = 0; i < message->oneofs[o].fields.count; i++)
            all[at++] = (struct member){&message->oneofs[o].fields.items[i], &message->oneofs[o]};
    if (!sma_proto_sort(&d->arena, all, count, sizeof *all, member_order)) {
        d->status = SMA_ENOMEM;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (out->member_count && member_order(&all[out->member_count - 1], &all[i]) == 0)
            out->member_count--;
        all[out->member_count++] = all[i];
    }
    out->members = all;
}

static void index_oneofs(struct sma_proto_differ *d, struct indexed *out)
{
    const struct sma_proto_message *message = out->site.message;
    if (message->oneof_count == 0)
        return;
    out->oneofs = sma_proto_diff_array(d, message->oneof_count, sizeof *out->oneofs);
    for (size_t i = 0; i < message->oneof_count && out->oneofs; i++)
        out->oneofs[i] = &message->oneofs[i];
    if (!out->oneofs || !sma_proto_sort(&d->arena, out->oneofs, message->oneof_count,
                                        sizeof *out->oneofs, oneof_order)) {
        d->status = SMA_ENOMEM;
        return;
    }
    for (size_t i = 0; i < message->oneof_count; i++) {
        size_t *kept = &out->oneof_count;
        if (*kept && oneof_order(&out->oneofs[*kept - 1], &out->oneofs[i]) == 0)
            (*kept)--;
        out->oneofs[(*kept)++] = out->oneofs[i];
    }
}

static const struct member *find_member(const struct indexed *message, int32_t number)
{
    size_t low = 0, high = message->member_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (message->members[mid].field->number < number)
            low = mid + 1;
        else
            high = mid;
    }
    return low < message->member_count && message->members[low].field->number == number
               ? &message->members[low]
               : NULL;
}

static bool has_oneof(const struct indexed *message, const struct sma_proto_oneof *oneof)
{
    size_t low = 0, high = message->oneof_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = oneof_order(&message->oneofs[mid], &oneof);
        if (order == 0)
            return true;
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return false;
}

static struct sma_span span_of(const struct indexed *message, struct sma_span span)
{
    return message->site.is_own ? span : (struct sma_span){0, 0};
}

/* A oneof that is gone with all its members is no loss of a choice. */
static bool is_deleted(const struct sma_proto_oneof *oneof, const struct indexed *update)
{
    if (has_oneof(update, oneof))
        return false;
    for (size_t i = 0; i < oneof->fields.count; i++)
        if (find_member(update, oneof->fields.items[i].number))
            return false;
    return true;
}

/* Where the members of a new oneof come from: plain fields, and one or more old oneofs. */
static void compare_origins(struct sma_proto_differ *d, const struct indexed *original,
                            const struct indexed *update, const struct sma_proto_oneof *oneof,
                            const struct sma_proto_step *outer)
{
    const struct sma_proto_oneof *first = NULL;
    size_t plain = 0, groups = 0;
    for (size_t i = 0; i < oneof->fields.count; i++) {
        const struct member *old = find_member(original, oneof->fields.items[i].number);
        if (!old)
            continue;
        plain += !old->oneof;
        groups += !old->oneof || old->oneof != first;
        if (old->oneof && !first)
            first = old->oneof;
    }
    if (groups <= 1)
        return;
    struct sma_proto_step path = {outer, oneof->name, 0};
    sma_proto_diff_add(d,
                       plain > 1 ? SMA_PROTO_MULTIPLE_FIELDS_MOVED_TO_ONEOF
                                 : SMA_PROTO_FIELD_MOVED_TO_EXISTING_ONEOF,
                       &path, (struct sma_span){0, 0}, span_of(update, oneof->span));
}

static void compare_oneof_names(struct sma_proto_differ *d, const struct indexed *original,
                                const struct indexed *update, const struct sma_proto_step *outer)
{
    size_t i = 0, j = 0;
    while (i < original->oneof_count || j < update->oneof_count) {
        int order = i >= original->oneof_count ? 1
                    : j >= update->oneof_count
                        ? -1
                        : oneof_order(&original->oneofs[i], &update->oneofs[j]);
        const struct sma_proto_oneof *one = order <= 0 ? original->oneofs[i] : update->oneofs[j];
        struct sma_proto_step path = {outer, one->name, 0};
        if (order < 0)
            sma_proto_diff_add(d, SMA_PROTO_ONEOF_REMOVED, &path, span_of(original, one->span),
                               (struct sma_span){0, 0});
        else if (order > 0)
            sma_proto_diff_add(d, SMA_PROTO_ONEOF_ADDED, &path, (struct sma_span){0, 0},
                               span_of(update, one->span));
        i += order <= 0;
        j += order >= 0;
    }
}

/* The path of a member: below its oneof when it has one. `between` holds the oneof's step. */
static struct sma_proto_step member_path(const struct member *member,
                                         const struct sma_proto_step *outer,
                                         struct sma_proto_step *between)
{
    *between = (struct sma_proto_step){outer, SMA_STR(""), 0};
    if (member->oneof)
        between->name = member->oneof->name;
    return (struct sma_proto_step){.outer = member->oneof ? between : outer,
                                   .number = member->field->number};
}

static void report_removed(struct sma_proto_differ *d, const struct indexed *original,
                           const struct indexed *update, const struct member *member,
                           const struct sma_proto_step *outer)
{
    struct sma_proto_step between, path = member_path(member, outer, &between);
    struct sma_span span = span_of(original, member->field->span);
    enum sma_proto_difference difference = member->field->label == SMA_PROTO_REQUIRED
                                               ? SMA_PROTO_REQUIRED_FIELD_REMOVED
                                               : SMA_PROTO_FIELD_REMOVED;
    if (member->oneof) {
        if (is_deleted(member->oneof, update))
            return;
        difference = SMA_PROTO_ONEOF_FIELD_REMOVED;
    }
    sma_proto_diff_add(d, difference, &path, span, (struct sma_span){0, 0});
}

static void report_added(struct sma_proto_differ *d, const struct indexed *update,
                         const struct member *member, const struct sma_proto_step *outer)
{
    struct sma_proto_step between, path = member_path(member, outer, &between);
    enum sma_proto_difference difference = member->oneof ? SMA_PROTO_ONEOF_FIELD_ADDED
                                           : member->field->label == SMA_PROTO_REQUIRED
                                               ? SMA_PROTO_REQUIRED_FIELD_ADDED
                                               : SMA_PROTO_FIELD_ADDED;
    sma_proto_diff_add(d, difference, &path, (struct sma_span){0, 0},
                       span_of(update, member->field->span));
}

static void compare_members(struct sma_proto_differ *d, const struct indexed *original,
                            const struct member *old, const struct indexed *update,
                            const struct member *new, const struct sma_proto_step *outer)
{
    struct sma_proto_step between, path = member_path(new, outer, &between);
    if (old->oneof && !new->oneof)
        sma_proto_diff_add(d, SMA_PROTO_ONEOF_FIELD_MOVED_TO_TOP_LEVEL, &path,
                           span_of(original, old->field->span), span_of(update, new->field->span));
    sma_proto_diff_fields(d, &original->site, old->field, &update->site, new->field, &path);
}

/* All numbers of either side, ascending. */
static void compare_numbers(struct sma_proto_differ *d, const struct indexed *original,
                            const struct indexed *update, const struct sma_proto_step *outer)
{
    size_t i = 0, j = 0;
    while ((i < original->member_count || j < update->member_count) && sma_proto_diff_take(d, 1)) {
        int order = i >= original->member_count ? 1
                    : j >= update->member_count
                        ? -1
                        : member_order(&original->members[i], &update->members[j]);
        if (order < 0)
            report_removed(d, original, update, &original->members[i], outer);
        else if (order > 0)
            report_added(d, update, &update->members[j], outer);
        else
            compare_members(d, original, &original->members[i], update, &update->members[j], outer);
        i += order <= 0;
        j += order >= 0;
    }
}

static void compare_fields(struct sma_proto_differ *d, struct sma_proto_site original,
                           struct sma_proto_site update, const struct sma_proto_step *path)
{
    struct indexed old = {.site = original}, new = {.site = update};
    index_members(d, &old);
    index_members(d, &new);
    index_oneofs(d, &old);
    index_oneofs(d, &new);
    if (d->status)
        return;
    for (size_t i = 0; i < update.message->oneof_count; i++)
        compare_origins(d, &old, &new, &update.message->oneofs[i], path);
    compare_oneof_names(d, &old, &new, path);
    compare_numbers(d, &old, &new, path);
}

size_t sma_proto_diff_on_stack(struct sma_proto_differ *d, const struct sma_proto_message *message)
{
    size_t at = 0;
    if (!sma_proto_diff_take(d, d->depth / 16))
        return d->depth;
    while (at < d->depth && d->stack[at] != message)
        at++;
    return at;
}

void sma_proto_diff_messages(struct sma_proto_differ *d, struct sma_proto_site original,
                             struct sma_proto_site update, const struct sma_proto_step *path)
{
    size_t at = sma_proto_diff_on_stack(d, original.message);
    if (d->status)
        return;
    if (at < d->depth) {
        d->cut = at < d->cut ? at : d->cut; /* recursion: the fields are under way already */
    } else if (d->depth >= SMA_PROTO_DIFF_DEPTH_MAX) {
        d->status = SMA_ELIMIT;
    } else {
        d->stack[d->depth++] = original.message;
        compare_fields(d, original, update, path);
        d->depth--;
    }
    sma_proto_diff_types(
        d,
        (struct sma_proto_type_lists){original.message->messages, original.message->enums,
                                      original.full_name, original.is_own},
        (struct sma_proto_type_lists){update.message->messages, update.message->enums,
                                      update.full_name, update.is_own},
        path);
}
