/* Messages and ranges. */
#include "core/protobuf/breaking_walk.h"
#include "core/protobuf/sort.h"

bool sma_proto_breaking_is_reserved(struct sma_proto_range_lists lists, int32_t number)
{
    for (size_t i = 0; i < lists.count; i++)
        for (size_t j = 0; j < lists.items[i].count; j++) {
            const struct sma_proto_range *range = &lists.items[i].items[j];
            if (!range->name.ptr && range->start <= number && number <= range->end)
                return true;
        }
    return false;
}

bool sma_proto_breaking_is_name_reserved(struct sma_proto_range_lists lists, struct sma_str name)
{
    for (size_t i = 0; i < lists.count; i++)
        for (size_t j = 0; j < lists.items[i].count; j++) {
            const struct sma_proto_range *range = &lists.items[i].items[j];
            if (range->name.ptr && sma_str_eq(range->name, name))
                return true;
        }
    return false;
}

static int range_order(const void *left, const void *right)
{
    const struct sma_proto_range *a = left, *b = right;
    return a->start < b->start ? -1 : a->start > b->start;
}

/* The numbers of all statements as few ranges, sorted and apart. */
static struct sma_proto_range *join_ranges(struct sma_proto_breaking_check *c,
                                           struct sma_proto_range_lists lists, size_t *count)
{
    size_t total = 0, kept = 0;
    for (size_t i = 0; i < lists.count; i++)
        total += lists.items[i].count;
    struct sma_proto_range *out = sma_arena_calloc(&c->arena, total, sizeof *out);
    size_t n = 0;
    for (size_t i = 0; i < lists.count && out; i++)
        for (size_t j = 0; j < lists.items[i].count; j++)
            if (!lists.items[i].items[j].name.ptr)
                out[n++] = lists.items[i].items[j];
    if (!out || !sma_proto_sort(&c->arena, out, n, sizeof *out, range_order)) {
        c->status = c->status ? c->status : SMA_ENOMEM;
        n = 0;
    }
    for (size_t i = 0; i < n; i++) {
        if (kept && (int64_t)out[kept - 1].end + 1 >= out[i].start) {
            if (out[i].end > out[kept - 1].end)
                out[kept - 1].end = out[i].end;
        } else {
            out[kept++] = out[i];
        }
    }
    *count = kept;
    return out;
}

static bool covers(const struct sma_proto_range *ranges, size_t count,
                   const struct sma_proto_range *range)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (ranges[mid].end < range->start)
            low = mid + 1;
        else
            high = mid;
    }
    return low < count && ranges[low].start <= range->start && range->end <= ranges[low].end;
}

void sma_proto_breaking_ranges(struct sma_proto_breaking_check *c,
                               enum sma_proto_breaking_rule rule, struct sma_str path,
                               struct sma_proto_range_lists old, struct sma_span old_span,
                               struct sma_proto_range_lists new, struct sma_span new_span)
{
    size_t old_count, new_count;
    if (old.count == 0)
        return;
    struct sma_proto_range *before = join_ranges(c, old, &old_count);
    struct sma_proto_range *after = join_ranges(c, new, &new_count);
    for (size_t i = 0; i < old_count && sma_proto_breaking_take(c, 1); i++)
        if (!covers(after, new_count, &before[i]))
            sma_proto_breaking_add(c, rule, path, old_span, new_span, "%d to %d", before[i].start,
                                   before[i].end);
    for (size_t i = 0; i < old.count; i++)
        for (size_t j = 0; j < old.items[i].count && sma_proto_breaking_take(c, new.count); j++) {
            struct sma_str name = old.items[i].items[j].name;
            if (name.ptr && !sma_proto_breaking_is_name_reserved(new, name))
                sma_proto_breaking_add(c, rule, path, old_span, new_span, "\"%.*s\"",
                                       SMA_STR_ARG(name));
        }
}

static void compare_oneofs(struct sma_proto_breaking_check *c,
                           const struct sma_proto_breaking_element *old,
                           const struct sma_proto_breaking_element *new)
{
    for (size_t i = 0; i < old->message->oneof_count; i++) {
        const struct sma_proto_oneof *oneof = &old->message->oneofs[i];
        size_t other = 0;
        if (!sma_proto_breaking_take(c, new->message->oneof_count / 8))
            return;
        while (other < new->message->oneof_count &&
               !sma_str_eq(new->message->oneofs[other].name, oneof->name))
            other++;
        if (other == new->message->oneof_count)
            sma_proto_breaking_add(c, SMA_PROTO_ONEOF_NO_DELETE,
                                   sma_proto_breaking_name(c, old->full_name, oneof->name),
                                   oneof->span, new->message->span, "%s", "");
    }
}

static void compare_settings(struct sma_proto_breaking_check *c,
                             const struct sma_proto_breaking_element *old,
                             const struct sma_proto_message_type *before,
                             const struct sma_proto_breaking_element *new,
                             const struct sma_proto_message_type *after)
{
    static const char accessor[] = "no_standard_descriptor_accessor";
    struct sma_span old_span = old->message->span, new_span = new->message->span;
    if (!before->features.is_json_best_effort && after->features.is_json_best_effort)
        sma_proto_breaking_add(c, SMA_PROTO_MESSAGE_SAME_JSON_FORMAT, old->full_name, old_span,
                               new_span, "from ALLOW to LEGACY_BEST_EFFORT");
    if (!sma_str_eqz(sma_proto_breaking_option(old->message->options, accessor, "false"), "true") &&
        sma_str_eqz(sma_proto_breaking_option(new->message->options, accessor, "false"), "true"))
        sma_proto_breaking_add(c, SMA_PROTO_MESSAGE_NO_REMOVE_STANDARD_DESCRIPTOR_ACCESSOR,
                               old->full_name, old_span, new_span, "%s", "");
    sma_proto_breaking_ranges(c, SMA_PROTO_RESERVED_MESSAGE_NO_DELETE, old->full_name,
                              old->message->reserved, old_span, new->message->reserved, new_span);
    sma_proto_breaking_ranges(c, SMA_PROTO_EXTENSION_MESSAGE_NO_DELETE, old->full_name,
                              old->message->extensions, old_span, new->message->extensions,
                              new_span);
}

static void report_deleted(struct sma_proto_breaking_check *c,
                           const struct sma_proto_breaking_element *old,
                           const struct sma_proto_field_type *field,
                           const struct sma_proto_breaking_element *new)
{
    struct sma_proto_range_lists reserved = new->message->reserved;
    struct sma_str path = sma_proto_breaking_name(c, old->full_name, field->name);
    struct sma_span span = new->message->span;
    if (field->is_required)
        sma_proto_breaking_add(c, SMA_PROTO_MESSAGE_SAME_REQUIRED_FIELDS, path, field->span, span,
                               "removed");
    sma_proto_breaking_add(c, SMA_PROTO_FIELD_NO_DELETE, path, field->span, span, "%s", "");
    if (!sma_proto_breaking_take(c, reserved.count))
        return;
    if (!sma_proto_breaking_is_reserved(reserved, field->number))
        sma_proto_breaking_add(c, SMA_PROTO_FIELD_NO_DELETE_UNLESS_NUMBER_RESERVED, path,
                               field->span, span, "%s", "");
    if (!sma_proto_breaking_is_name_reserved(reserved, field->name))
        sma_proto_breaking_add(c, SMA_PROTO_FIELD_NO_DELETE_UNLESS_NAME_RESERVED, path, field->span,
                               span, "%s", "");
}

/* A field that is required now and was not there, or not required, before. */
static void report_required(struct sma_proto_breaking_check *c,
                            const struct sma_proto_breaking_element *old,
                            const struct sma_proto_message_type *before,
                            const struct sma_proto_message_type *after)
{
    for (size_t i = 0; i < after->field_count && sma_proto_breaking_take(c, 1); i++) {
        const struct sma_proto_field_type *field = &after->fields[i];
        const struct sma_proto_field_type *other =
            sma_proto_field_of_number(before, (uint32_t)field->number);
        if (field->is_required && !(other && other->is_required))
            sma_proto_breaking_add(c, SMA_PROTO_MESSAGE_SAME_REQUIRED_FIELDS,
                                   sma_proto_breaking_name(c, old->full_name, field->name),
                                   other ? other->span : old->message->span, field->span, "added");
    }
}

void sma_proto_breaking_message(struct sma_proto_breaking_check *c,
                                const struct sma_proto_breaking_element *old,
                                const struct sma_proto_breaking_element *new)
{
    const struct sma_proto_message_type *before =
        sma_proto_pool_message(&old->unit->pool, old->full_name);
    const struct sma_proto_message_type *after =
        sma_proto_pool_message(&new->unit->pool, new->full_name);
    if (!before || !after || before->ast != old->message || after->ast != new->message)
        return; /* out of memory, or not the one of several with that name that counts */
    compare_settings(c, old, before, new, after);
    compare_oneofs(c, old, new);
    for (size_t i = 0; i < before->field_count && sma_proto_breaking_take(c, 1); i++) {
        const struct sma_proto_field_type *field = &before->fields[i];
        const struct sma_proto_field_type *other =
            field->is_extension ? NULL : sma_proto_field_of_number(after, (uint32_t)field->number);
        if (other && !other->is_extension) {
            if (field->is_required && !other->is_required)
                sma_proto_breaking_add(c, SMA_PROTO_MESSAGE_SAME_REQUIRED_FIELDS,
                                       sma_proto_breaking_name(c, old->full_name, field->name),
                                       field->span, other->span, "removed");
            sma_proto_breaking_field(c, old->full_name, old, field, new, other);
        } else if (!field->is_extension) {
            report_deleted(c, old, field, new);
        }
    }
    report_required(c, old, before, after);
}
