/* Numbers, reserved things, JSON names, defaults. */
#include "base/num.h"
#include "core/protobuf/number.h"
#include "core/protobuf/pool.h"
#include "core/protobuf/sort.h"
#include "core/protobuf/strict_check.h"

#define RESERVED_FIRST 19000 /* kept for the implementation */
#define RESERVED_LAST 19999

/* A field or group of a message, whatever it stands in. */
struct member {
    int32_t number;
    struct sma_str name;
    const struct sma_proto_value *json_name;
    struct sma_span span;
};

struct members {
    struct member *items;
    size_t count;
};

static void add_fields(struct members *to, struct sma_proto_fields fields)
{
    for (size_t i = 0; i < fields.count; i++)
        to->items[to->count++] = (struct member){fields.items[i].number, fields.items[i].name,
                                                 fields.items[i].json_name, fields.items[i].span};
}

static void add_groups(struct members *to, struct sma_proto_groups groups)
{
    for (size_t i = 0; i < groups.count; i++)
        to->items[to->count++] = (struct member){groups.items[i].number, groups.items[i].name, NULL,
                                                 groups.items[i].span};
}

static struct members members_of(struct sma_proto_checker *c, const struct sma_proto_message *m)
{
    size_t count = m->fields.count + m->groups.count;
    for (size_t i = 0; i < m->oneof_count; i++)
        count += m->oneofs[i].fields.count + m->oneofs[i].groups.count;
    struct members out = {sma_arena_calloc(c->session->arena, count, sizeof *out.items), 0};
    if (!out.items) {
        sma_proto_strict_nomem(c);
        return out;
    }
    add_fields(&out, m->fields);
    add_groups(&out, m->groups);
    for (size_t i = 0; i < m->oneof_count; i++) {
        add_fields(&out, m->oneofs[i].fields);
        add_groups(&out, m->oneofs[i].groups);
    }
    return out;
}

static int member_order(const void *left, const void *right)
{
    const struct member *a = left, *b = right;
    return a->number < b->number ? -1 : a->number > b->number;
}

static void check_number(struct sma_proto_checker *c, const struct member *member)
{
    if (member->number < 1)
        sma_proto_strict_fail(c, member->span, "field \"%.*s\": numbers must be positive",
                              SMA_STR_ARG(member->name));
    else if (member->number > SMA_PROTO_NUMBER_MAX)
        sma_proto_strict_fail(c, member->span, "field \"%.*s\": numbers cannot exceed %d",
                              SMA_STR_ARG(member->name), SMA_PROTO_NUMBER_MAX);
    else if (member->number >= RESERVED_FIRST && member->number <= RESERVED_LAST)
        sma_proto_strict_fail(
            c, member->span, "field \"%.*s\": numbers %d to %d are reserved for the implementation",
            SMA_STR_ARG(member->name), RESERVED_FIRST, RESERVED_LAST);
}

static void check_numbers(struct sma_proto_checker *c, struct members members)
{
    for (size_t i = 0; i < members.count && !c->status; i++)
        check_number(c, &members.items[i]);
    if (!sma_proto_sort(c->session->arena, members.items, members.count, sizeof *members.items,
                        member_order))
        sma_proto_strict_nomem(c);
    for (size_t i = 1; i < members.count && !c->status; i++)
        if (members.items[i - 1].number == members.items[i].number)
            sma_proto_strict_fail(
                c, members.items[i].span,
                "field number %d has already been used in \"%.*s\" by field \"%.*s\"",
                members.items[i].number, SMA_STR_ARG(sma_proto_strict_scope(c)),
                SMA_STR_ARG(members.items[i - 1].name));
}

/* All numbers of range statements, sorted; names apart. */
struct flat {
    struct sma_proto_range *ranges;
    size_t count;
    struct sma_map names;
};

static int range_order(const void *left, const void *right)
{
    const struct sma_proto_range *a = left, *b = right;
    return a->start < b->start ? -1 : a->start > b->start;
}

static void flatten(struct sma_proto_checker *c, struct flat *out,
                    struct sma_proto_range_lists lists)
{
    size_t count = 0;
    for (size_t i = 0; i < lists.count; i++)
        count += lists.items[i].count;
    sma_map_init(&out->names);
    out->count = 0;
    out->ranges = sma_arena_calloc(c->session->arena, count, sizeof *out->ranges);
    if (!out->ranges) {
        sma_proto_strict_nomem(c);
        return;
    }
    for (size_t i = 0; i < lists.count; i++)
        for (size_t j = 0; j < lists.items[i].count; j++) {
            const struct sma_proto_range *range = &lists.items[i].items[j];
            if (!range->name.ptr)
                out->ranges[out->count++] = *range;
            else if (sma_map_add(&out->names, range->name, (void *)c) == 0)
                sma_proto_strict_fail(c, lists.items[i].span, "\"%.*s\" is reserved twice",
                                      SMA_STR_ARG(range->name));
        }
    if (!sma_proto_sort(c->session->arena, out->ranges, out->count, sizeof *out->ranges,
                        range_order))
        sma_proto_strict_nomem(c);
}

/* Ranges have an order and do not overlap. */
static void check_ranges(struct sma_proto_checker *c, const struct flat *flat, int32_t lowest,
                         struct sma_span span)
{
    for (size_t i = 0; i < flat->count && !c->status; i++) {
        const struct sma_proto_range *range = &flat->ranges[i];
        if (range->start < lowest || range->end < range->start)
            sma_proto_strict_fail(c, span, "%.*s: range %d to %d is empty or out of bounds",
                                  SMA_STR_ARG(sma_proto_strict_scope(c)), range->start, range->end);
        else if (i > 0 && flat->ranges[i - 1].end >= range->start)
            sma_proto_strict_fail(c, span, "%.*s: range %d to %d overlaps %d to %d",
                                  SMA_STR_ARG(sma_proto_strict_scope(c)), range->start, range->end,
                                  flat->ranges[i - 1].start, flat->ranges[i - 1].end);
    }
}

static bool contains(const struct flat *flat, int32_t number)
{
    size_t low = 0, high = flat->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (flat->ranges[mid].end < number)
            low = mid + 1;
        else
            high = mid;
    }
    return low < flat->count && flat->ranges[low].start <= number;
}

static void check_reserved(struct sma_proto_checker *c, const struct sma_proto_message *m,
                           struct members members)
{
    struct flat reserved, extensions;
    flatten(c, &reserved, m->reserved);
    flatten(c, &extensions, m->extensions);
    check_ranges(c, &reserved, 1, m->span);
    check_ranges(c, &extensions, 1, m->span);
    for (size_t i = 0; i < extensions.count && !c->status; i++)
        if (contains(&reserved, extensions.ranges[i].start) ||
            contains(&reserved, extensions.ranges[i].end))
            sma_proto_strict_fail(c, m->span, "extension range %d to %d overlaps a reserved range",
                                  extensions.ranges[i].start, extensions.ranges[i].end);
    for (size_t i = 0; i < members.count && !c->status; i++) {
        const struct member *member = &members.items[i];
        if (contains(&reserved, member->number) || sma_map_find(&reserved.names, member->name))
            sma_proto_strict_fail(c, member->span, "field \"%.*s\" uses a reserved number or name",
                                  SMA_STR_ARG(member->name));
        else if (contains(&extensions, member->number))
            sma_proto_strict_fail(c, member->span,
                                  "field \"%.*s\" uses a number of an extension range",
                                  SMA_STR_ARG(member->name));
    }
    sma_map_fini(&reserved.names);
    sma_map_fini(&extensions.names);
}

/* JSON names must differ: all of them in proto3 and editions, given ones in proto2. */
static void check_json_names(struct sma_proto_checker *c, struct members members,
                             struct sma_proto_features features)
{
    struct sma_map names;
    sma_map_init(&names);
    for (size_t i = 0; i < members.count && !c->status; i++) {
        const struct member *member = &members.items[i];
        struct sma_str json = member->json_name
                                  ? member->json_name->text
                                  : sma_proto_json_name(c->session->arena, member->name);
        if (!member->json_name && features.is_json_best_effort)
            continue;
        int added = json.ptr ? sma_map_add(&names, json, (void *)member) : -1;
        if (added < 0)
            sma_proto_strict_nomem(c);
        else if (!added)
            sma_proto_strict_fail(c, member->span,
                                  "field \"%.*s\": the JSON name \"%.*s\" is used twice",
                                  SMA_STR_ARG(member->name), SMA_STR_ARG(json));
    }
    sma_map_fini(&names);
}

void sma_proto_strict_members(struct sma_proto_checker *c, const struct sma_proto_message *m,
                              struct sma_proto_features features)
{
    struct members members = c->status ? (struct members){0} : members_of(c, m);
    if (c->status)
        return;
    check_numbers(c, members);
    check_reserved(c, m, members);
    check_json_names(c, members, features);
}

static int value_order(const void *left, const void *right)
{
    const struct sma_proto_enum_value *a = *(const struct sma_proto_enum_value *const *)left;
    const struct sma_proto_enum_value *b = *(const struct sma_proto_enum_value *const *)right;
    return a->number < b->number ? -1 : a->number > b->number;
}

static bool allows_alias(const struct sma_proto_enum *one)
{
    for (size_t i = 0; i < one->options.count; i++)
        if (!one->options.items[i].is_parenthesized &&
            sma_str_eqz(one->options.items[i].name, "allow_alias"))
            return sma_str_eqz(one->options.items[i].value.text, "true");
    return false;
}

static void check_aliases(struct sma_proto_checker *c, const struct sma_proto_enum *one)
{
    const struct sma_proto_enum_value **sorted =
        sma_arena_calloc(c->session->arena, one->value_count, sizeof *sorted);
    for (size_t i = 0; i < one->value_count && sorted; i++)
        sorted[i] = &one->values[i];
    if (!sorted ||
        !sma_proto_sort(c->session->arena, sorted, one->value_count, sizeof *sorted, value_order)) {
        sma_proto_strict_nomem(c);
        return;
    }
    for (size_t i = 1; i < one->value_count && !c->status; i++)
        if (sorted[i - 1]->number == sorted[i]->number)
            sma_proto_strict_fail(c, sorted[i]->span,
                                  "\"%.*s\" uses the same enum value as \"%.*s\" without the "
                                  "allow_alias option",
                                  SMA_STR_ARG(sorted[i]->name), SMA_STR_ARG(sorted[i - 1]->name));
}

static void check_reserved_values(struct sma_proto_checker *c, const struct sma_proto_enum *one)
{
    struct flat reserved;
    flatten(c, &reserved, one->reserved);
    check_ranges(c, &reserved, INT32_MIN, one->span);
    for (size_t i = 0; i < one->value_count && !c->status; i++)
        if (contains(&reserved, one->values[i].number) ||
            sma_map_find(&reserved.names, one->values[i].name))
            sma_proto_strict_fail(c, one->values[i].span,
                                  "enum value \"%.*s\" uses a reserved number or name",
                                  SMA_STR_ARG(one->values[i].name));
    sma_map_fini(&reserved.names);
}

void sma_proto_strict_enum(struct sma_proto_checker *c, const struct sma_proto_enum *one,
                           struct sma_proto_features features)
{
    if (c->status)
        return;
    if (one->value_count == 0)
        sma_proto_strict_fail(c, one->span, "enum \"%.*s\" has no values", SMA_STR_ARG(one->name));
    else if (!features.is_closed_enum && one->values[0].number != 0)
        sma_proto_strict_fail(c, one->values[0].span,
                              "the first value of open enum \"%.*s\" must be zero",
                              SMA_STR_ARG(one->name));
    if (!allows_alias(one) && !c->status)
        check_aliases(c, one);
    if (!c->status)
        check_reserved_values(c, one);
}

/* Largest magnitudes of the integer kinds. */
static bool fits(enum sma_proto_kind kind, bool is_negative, uint64_t magnitude)
{
    switch (kind) {
    case SMA_PROTO_INT32:
    case SMA_PROTO_SINT32:
    case SMA_PROTO_SFIXED32:
        return magnitude <= (uint64_t)INT32_MAX + is_negative;
    case SMA_PROTO_INT64:
    case SMA_PROTO_SINT64:
    case SMA_PROTO_SFIXED64:
        return magnitude <= (uint64_t)INT64_MAX + is_negative;
    case SMA_PROTO_UINT32:
    case SMA_PROTO_FIXED32:
        return !is_negative && magnitude <= UINT32_MAX;
    default:
        return !is_negative;
    }
}

static bool is_real(struct sma_str text)
{
    bool is_negative;
    uint64_t magnitude;
    double value;
    struct sma_str digits = sma_str_from(text, text.len && text.ptr[0] == '-');
    return sma_str_eqz(digits, "inf") || sma_str_eqz(digits, "nan") ||
           sma_proto_parse_integer(text, &is_negative, &magnitude) ||
           sma_parse_double(text, &value);
}

/* Long lists that many things are looked up in are paid for. */
static bool take(struct sma_proto_checker *c, size_t steps)
{
    if (c->session->work && !sma_work_take(c->session->work, 1 + steps / 16) && !c->status)
        c->status = sma_fail(c->err, SMA_ELIMIT, "the checks take more steps than allowed");
    return !c->status;
}

static bool is_constant(struct sma_proto_checker *c, const struct sma_proto_type *type,
                        struct sma_str name)
{
    type = type ? sma_proto_load(c->session, type) : NULL;
    if (!type || !type->enumeration || !take(c, type->enumeration->value_count))
        return false;
    for (size_t i = 0; i < type->enumeration->value_count; i++)
        if (sma_str_eq(type->enumeration->values[i].name, name))
            return true;
    return false;
}

static bool default_fits(struct sma_proto_checker *c, const struct sma_proto_field *field,
                         const struct sma_proto_type *type)
{
    const struct sma_proto_value *value = field->default_value;
    bool is_negative, is_string = value->kind == SMA_PROTO_VALUE_STRING;
    uint64_t magnitude;
    switch (field->kind) {
    case SMA_PROTO_STRING:
    case SMA_PROTO_BYTES:
        return is_string;
    case SMA_PROTO_BOOL:
        return value->kind == SMA_PROTO_VALUE_BOOL;
    case SMA_PROTO_DOUBLE:
    case SMA_PROTO_FLOAT:
        return !is_string && is_real(value->text);
    case SMA_PROTO_NAMED:
        return !is_string && is_constant(c, type, value->text);
    case SMA_PROTO_MAP:
        return false;
    default:
        return !is_string && sma_proto_parse_integer(value->text, &is_negative, &magnitude) &&
               fits(field->kind, is_negative, magnitude);
    }
}

void sma_proto_strict_default(struct sma_proto_checker *c, const struct sma_proto_field *field,
                              const struct sma_proto_type *type)
{
    if (c->file->syntax == SMA_PROTO_3)
        sma_proto_strict_fail(c, field->span,
                              "field \"%.*s\": explicit default values are not allowed in proto3",
                              SMA_STR_ARG(field->name));
    else if (field->label == SMA_PROTO_REPEATED || (type && !type->is_enum))
        sma_proto_strict_fail(c, field->span,
                              "field \"%.*s\": repeated fields and messages have no default value",
                              SMA_STR_ARG(field->name));
    else if (!default_fits(c, field, type))
        sma_proto_strict_fail(c, field->span, "field \"%.*s\": the default does not fit its type",
                              SMA_STR_ARG(field->name));
}

void sma_proto_strict_extension(struct sma_proto_checker *c, struct sma_str name, int32_t number,
                                struct sma_span span, const struct sma_proto_type *target)
{
    struct member member = {number, name, NULL, span};
    target = target && !c->status ? sma_proto_load(c->session, target) : NULL;
    if (!target || !target->message)
        return;
    check_number(c, &member);
    for (size_t i = 0; i < target->message->extensions.count; i++) {
        const struct sma_proto_ranges *list = &target->message->extensions.items[i];
        if (!take(c, list->count + 16))
            return;
        for (size_t j = 0; j < list->count; j++)
            if (list->items[j].start <= number && number <= list->items[j].end)
                return;
    }
    sma_proto_strict_fail(c, span, "\"%.*s\" does not declare %d as an extension number",
                          SMA_STR_ARG(target->full_name), number);
}
