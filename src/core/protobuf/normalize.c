/* The normal form of files, types, members and ranges (compat-protobuf section 6, points 1 to 7).
 * Options are in normalize_options.c. */
#include "core/protobuf/normalizer.h"

#include "core/protobuf/sort.h"

void sma_proto_normal_nomem(struct sma_proto_normalizer *n)
{
    if (!n->status)
        n->status = sma_fail_nomem(n->err);
}

void *sma_proto_normal_array(struct sma_proto_normalizer *n, size_t count, size_t size)
{
    void *items = n->status ? NULL : sma_arena_calloc(n->arena, count, size);
    if (!items)
        sma_proto_normal_nomem(n);
    return items;
}

size_t sma_proto_scope_enter(struct sma_proto_normalizer *n, struct sma_str name)
{
    size_t mark = n->scope.len;
    if (mark)
        sma_buf_putc(&n->scope, '.');
    sma_buf_puts(&n->scope, name);
    if (sma_buf_failed(&n->scope))
        sma_proto_normal_nomem(n);
    return mark;
}

void sma_proto_scope_leave(struct sma_proto_normalizer *n, size_t mark)
{
    if (!sma_buf_failed(&n->scope))
        n->scope.len = mark;
}

const struct sma_proto_field *sma_proto_field_by_number(const struct sma_proto_message *message,
                                                        int32_t number)
{
    for (size_t i = 0; i < message->fields.count; i++)
        if (message->fields.items[i].number == number)
            return &message->fields.items[i];
    return NULL;
}

bool sma_proto_is_map_entry(const struct sma_proto_message *message)
{
    if (!message || !message->is_map_entry || message->fields.count != 2)
        return false;
    const struct sma_proto_field *key = sma_proto_field_by_number(message, 1);
    const struct sma_proto_field *value = sma_proto_field_by_number(message, 2);
    return key && value && !key->map && !value->map && key->kind != SMA_PROTO_NAMED &&
           key->kind != SMA_PROTO_FLOAT && key->kind != SMA_PROTO_DOUBLE &&
           key->kind != SMA_PROTO_BYTES;
}

/* ".full.name" in the arena. */
static struct sma_str dotted(struct sma_proto_normalizer *n, const struct sma_proto_type *type)
{
    char *at = sma_arena_alloc(n->arena, type->full_name.len + 1);
    if (!at) {
        sma_proto_normal_nomem(n);
        return type->full_name;
    }
    at[0] = '.';
    memcpy(at + 1, type->full_name.ptr, type->full_name.len);
    return sma_str_make(at, type->full_name.len + 1);
}

/* The type that `name` means here; records the mistake when there is none. */
static const struct sma_proto_type *require_type(struct sma_proto_normalizer *n,
                                                 struct sma_str name, struct sma_span span)
{
    const struct sma_proto_type *type = sma_proto_resolve(n->session, name, sma_buf_str(&n->scope));
    if (!type && !n->status && !n->session->status)
        n->status = sma_fail_at(n->err, SMA_EINVAL, span.start, "Could not resolve type: %.*s",
                                SMA_STR_ARG(name));
    return type;
}

static struct sma_str normal_type(struct sma_proto_normalizer *n, struct sma_str name,
                                  struct sma_span span)
{
    if (sma_proto_kind_of(name) != SMA_PROTO_NAMED)
        return name;
    const struct sma_proto_type *type = require_type(n, name, span);
    return type ? dotted(n, type) : name;
}

/* The value type of a map may mean nothing: then it stays as written. */
static struct sma_str normal_map_value(struct sma_proto_normalizer *n, struct sma_str name,
                                       struct sma_str scope)
{
    const struct sma_proto_type *type = sma_proto_resolve(n->session, name, scope);
    return type ? dotted(n, type) : name;
}

static void set_map(struct sma_proto_normalizer *n, struct sma_proto_field *out,
                    struct sma_proto_map map)
{
    struct sma_proto_map *copy = sma_proto_normal_array(n, 1, sizeof *copy);
    if (!copy)
        return;
    *copy = map;
    out->kind = SMA_PROTO_MAP;
    out->type = SMA_STR("");
    out->map = copy;
}

/* A field whose type is a map entry message is written as the map it stands for. */
static void map_of_entry(struct sma_proto_normalizer *n, struct sma_proto_field *out,
                         const struct sma_proto_type *type)
{
    const struct sma_proto_field *key = sma_proto_field_by_number(type->message, 1);
    const struct sma_proto_field *value = sma_proto_field_by_number(type->message, 2);
    struct sma_proto_map map = {key->type, value->type, key->kind, value->kind};
    if (map.value_kind == SMA_PROTO_NAMED)
        map.value_type = normal_map_value(n, value->type, type->full_name);
    set_map(n, out, map);
    out->label = SMA_PROTO_NO_LABEL;
}

static void normal_field_type(struct sma_proto_normalizer *n, struct sma_proto_field *out,
                              const struct sma_proto_field *field)
{
    if (field->map) {
        struct sma_proto_map map = *field->map;
        if (map.value_kind == SMA_PROTO_NAMED)
            map.value_type = normal_map_value(n, map.value_type, sma_buf_str(&n->scope));
        set_map(n, out, map);
        return;
    }
    if (field->kind != SMA_PROTO_NAMED)
        return;
    const struct sma_proto_type *type = require_type(n, field->type, field->span);
    if (!type)
        return;
    /* No built-in file has a map entry message of its own. */
    if (type->unit && sma_proto_is_map_entry(type->message))
        map_of_entry(n, out, type);
    else
        out->type = dotted(n, type);
}

static int field_order(const void *left, const void *right)
{
    const struct sma_proto_field *a = left, *b = right;
    return a->number < b->number ? -1 : a->number > b->number;
}

static struct sma_proto_fields normal_fields(struct sma_proto_normalizer *n,
                                             struct sma_proto_fields fields)
{
    struct sma_proto_field *out = sma_proto_normal_array(n, fields.count, sizeof *out);
    if (!out)
        return (struct sma_proto_fields){0};
    if (fields.count)
        memcpy(out, fields.items, fields.count * sizeof *out);
    if (!sma_proto_sort(n->arena, out, fields.count, sizeof *out, field_order))
        sma_proto_normal_nomem(n);
    for (size_t i = 0; i < fields.count && !n->status; i++) {
        struct sma_proto_field field = out[i];
        normal_field_type(n, &out[i], &field);
        out[i].options = sma_proto_normal_options(n, field.options, &field);
        out[i].default_value = out[i].json_name = NULL; /* they are among the options now */
    }
    return (struct sma_proto_fields){out, fields.count};
}

static int group_order(const void *left, const void *right)
{
    const struct sma_proto_group *a = left, *b = right;
    return a->number < b->number ? -1 : a->number > b->number;
}

/* The fields of a group are read in the scope around it, as the original does. */
static struct sma_proto_groups normal_groups(struct sma_proto_normalizer *n,
                                             struct sma_proto_groups groups)
{
    struct sma_proto_group *out = sma_proto_normal_array(n, groups.count, sizeof *out);
    if (!out)
        return (struct sma_proto_groups){0};
    if (groups.count)
        memcpy(out, groups.items, groups.count * sizeof *out);
    if (!sma_proto_sort(n->arena, out, groups.count, sizeof *out, group_order))
        sma_proto_normal_nomem(n);
    for (size_t i = 0; i < groups.count && !n->status; i++)
        out[i].fields = normal_fields(n, out[i].fields);
    return (struct sma_proto_groups){out, groups.count};
}

/* The lowest number of a oneof whose members are sorted. */
static int32_t first_number(const struct sma_proto_oneof *oneof)
{
    return oneof->fields.count ? oneof->fields.items[0].number : oneof->groups.items[0].number;
}

static int oneof_order(const void *left, const void *right)
{
    int32_t a = first_number(left), b = first_number(right);
    return a < b ? -1 : a > b;
}

static void normal_oneofs(struct sma_proto_normalizer *n, struct sma_proto_message *out,
                          const struct sma_proto_message *message)
{
    struct sma_proto_oneof *oneofs =
        sma_proto_normal_array(n, message->oneof_count, sizeof *oneofs);
    size_t count = 0;
    for (size_t i = 0; i < message->oneof_count && oneofs; i++) {
        const struct sma_proto_oneof *from = &message->oneofs[i];
        if (from->fields.count + from->groups.count == 0)
            continue;
        oneofs[count] = *from;
        oneofs[count].fields = normal_fields(n, from->fields);
        oneofs[count].groups = normal_groups(n, from->groups);
        oneofs[count].options = sma_proto_normal_options(n, from->options, NULL);
        count++;
    }
    if (!n->status && !sma_proto_sort(n->arena, oneofs, count, sizeof *oneofs, oneof_order))
        sma_proto_normal_nomem(n);
    out->oneofs = oneofs;
    out->oneof_count = count;
    out->lost_oneofs = count < message->oneof_count;
}

/* Numbers by their start, names as text behind them. */
static int range_order(const void *left, const void *right)
{
    const struct sma_proto_range *a = ((const struct sma_proto_ranges *)left)->items;
    const struct sma_proto_range *b = ((const struct sma_proto_ranges *)right)->items;
    if (!a->name.ptr != !b->name.ptr)
        return a->name.ptr ? 1 : -1;
    if (a->name.ptr)
        return sma_str_cmp_utf16(a->name, b->name);
    return a->start < b->start ? -1 : a->start > b->start;
}

/* One statement per value. */
static struct sma_proto_range_lists normal_ranges(struct sma_proto_normalizer *n,
                                                  struct sma_proto_range_lists lists)
{
    size_t total = 0, at = 0;
    for (size_t i = 0; i < lists.count; i++)
        total += lists.items[i].count;
    struct sma_proto_ranges *out = sma_proto_normal_array(n, total, sizeof *out);
    struct sma_proto_range *values = sma_proto_normal_array(n, total, sizeof *values);
    if (!out || !values)
        return (struct sma_proto_range_lists){0};
    for (size_t i = 0; i < lists.count; i++) {
        struct sma_proto_options options =
            sma_proto_normal_options(n, lists.items[i].options, NULL);
        for (size_t j = 0; j < lists.items[i].count; j++, at++) {
            values[at] = lists.items[i].items[j];
            values[at].is_single |= values[at].start == values[at].end;
            out[at] = (struct sma_proto_ranges){&values[at], 1, options, lists.items[i].span};
        }
    }
    if (!sma_proto_sort(n->arena, out, total, sizeof *out, range_order))
        sma_proto_normal_nomem(n);
    return (struct sma_proto_range_lists){out, total};
}

/* Extends of one target become one block, in the order of first appearance. */
static void merge_extends(struct sma_proto_normalizer *n, struct sma_proto_extend *out,
                          const struct sma_proto_extend *first, struct sma_proto_extends all)
{
    size_t fields = 0, groups = 0;
    for (size_t i = 0; i < all.count; i++)
        if (sma_str_eq(all.items[i].target, first->target)) {
            fields += all.items[i].fields.count;
            groups += all.items[i].groups.count;
        }
    struct sma_proto_field *joined = sma_proto_normal_array(n, fields, sizeof *joined);
    struct sma_proto_group *joined_groups =
        sma_proto_normal_array(n, groups, sizeof *joined_groups);
    if (!joined || !joined_groups)
        return;
    fields = groups = 0;
    for (size_t i = 0; i < all.count; i++) {
        const struct sma_proto_extend *from = &all.items[i];
        if (!sma_str_eq(from->target, first->target))
            continue;
        for (size_t j = 0; j < from->fields.count; j++)
            joined[fields++] = from->fields.items[j];
        for (size_t j = 0; j < from->groups.count; j++)
            joined_groups[groups++] = from->groups.items[j];
    }
    *out = *first;
    out->fields = normal_fields(n, (struct sma_proto_fields){joined, fields});
    out->groups = normal_groups(n, (struct sma_proto_groups){joined_groups, groups});
}

/* Takes the steps of comparing every extend with every other off the work: many are hostile. */
static bool allow_extends(struct sma_proto_normalizer *n, size_t count)
{
    if (n->session->work && !sma_work_take(n->session->work, (uint64_t)count * count / 16))
        n->session->status = SMA_ELIMIT;
    return !n->session->status;
}

static struct sma_proto_extends normal_extends(struct sma_proto_normalizer *n,
                                               struct sma_proto_extends extends)
{
    struct sma_proto_extend *named = sma_proto_normal_array(n, extends.count, sizeof *named);
    struct sma_proto_extend *out = sma_proto_normal_array(n, extends.count, sizeof *out);
    size_t count = 0;
    if (!named || !out || !allow_extends(n, extends.count))
        return (struct sma_proto_extends){0};
    for (size_t i = 0; i < extends.count; i++) {
        named[i] = extends.items[i];
        named[i].target = normal_type(n, named[i].target, named[i].span);
    }
    for (size_t i = 0; i < extends.count && !n->status; i++) {
        size_t earlier = 0;
        while (earlier < i && !sma_str_eq(named[earlier].target, named[i].target))
            earlier++;
        if (earlier == i)
            merge_extends(n, &out[count++], &named[i],
                          (struct sma_proto_extends){named, extends.count});
    }
    return (struct sma_proto_extends){out, count};
}

static int enum_value_order(const void *left, const void *right)
{
    const struct sma_proto_enum_value *a = left, *b = right;
    if (a->number != b->number)
        return a->number < b->number ? -1 : 1;
    return sma_str_cmp_utf16(a->name, b->name);
}

static void normal_enum(struct sma_proto_normalizer *n, struct sma_proto_enum *out,
                        const struct sma_proto_enum *one)
{
    struct sma_proto_enum_value *values =
        sma_proto_normal_array(n, one->value_count, sizeof *values);
    *out = *one;
    if (!values)
        return;
    out->reserved = normal_ranges(n, one->reserved);
    out->options = sma_proto_normal_options(n, one->options, NULL);
    for (size_t i = 0; i < one->value_count; i++) {
        values[i] = one->values[i];
        values[i].options = sma_proto_normal_options(n, values[i].options, NULL);
    }
    if (!sma_proto_sort(n->arena, values, one->value_count, sizeof *values, enum_value_order))
        sma_proto_normal_nomem(n);
    out->values = values;
}

static struct sma_proto_enums normal_enums(struct sma_proto_normalizer *n,
                                           struct sma_proto_enums enums)
{
    struct sma_proto_enum *out = sma_proto_normal_array(n, enums.count, sizeof *out);
    for (size_t i = 0; i < enums.count && out; i++)
        normal_enum(n, &out[i], &enums.items[i]);
    return (struct sma_proto_enums){out, out ? enums.count : 0};
}

static struct sma_proto_messages normal_messages(struct sma_proto_normalizer *n,
                                                 struct sma_proto_messages messages);

/* In the order of printing, so that the first unresolved name is the original's. */
static void normal_message(struct sma_proto_normalizer *n, struct sma_proto_message *out,
                           const struct sma_proto_message *message)
{
    size_t mark = sma_proto_scope_enter(n, message->name);
    *out = *message;
    out->reserved = normal_ranges(n, message->reserved);
    out->options = sma_proto_normal_options(n, message->options, NULL);
    out->fields = normal_fields(n, message->fields);
    normal_oneofs(n, out, message);
    out->groups = normal_groups(n, message->groups);
    out->extensions = normal_ranges(n, message->extensions);
    out->extends = normal_extends(n, message->extends);
    out->messages = normal_messages(n, message->messages);
    out->enums = normal_enums(n, message->enums);
    sma_proto_scope_leave(n, mark);
}

static struct sma_proto_messages normal_messages(struct sma_proto_normalizer *n,
                                                 struct sma_proto_messages messages)
{
    struct sma_proto_message *out = sma_proto_normal_array(n, messages.count, sizeof *out);
    size_t count = 0;
    for (size_t i = 0; i < messages.count && out && !n->status; i++)
        if (!sma_proto_is_map_entry(&messages.items[i]))
            normal_message(n, &out[count++], &messages.items[i]);
    return (struct sma_proto_messages){out, count};
}

/* Only messages make scopes: the types of rpcs are read in the package's. */
static void normal_service(struct sma_proto_normalizer *n, struct sma_proto_service *out,
                           const struct sma_proto_service *service)
{
    struct sma_proto_rpc *rpcs = sma_proto_normal_array(n, service->rpc_count, sizeof *rpcs);
    *out = *service;
    out->options = sma_proto_normal_options(n, service->options, NULL);
    for (size_t i = 0; i < service->rpc_count && rpcs && !n->status; i++) {
        rpcs[i] = service->rpcs[i];
        rpcs[i].request = normal_type(n, rpcs[i].request, rpcs[i].span);
        rpcs[i].response = normal_type(n, rpcs[i].response, rpcs[i].span);
        rpcs[i].options = sma_proto_normal_options(n, rpcs[i].options, NULL);
    }
    out->rpcs = rpcs;
}

static int import_order(const void *left, const void *right)
{
    const struct sma_proto_import *a = left, *b = right;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    return sma_str_cmp_utf16(a->path, b->path);
}

static void normal_imports(struct sma_proto_normalizer *n, struct sma_proto_file *out,
                           const struct sma_proto_file *file)
{
    struct sma_proto_import *imports =
        sma_proto_normal_array(n, file->import_count, sizeof *imports);
    size_t count = 0;
    if (!imports)
        return;
    if (file->import_count)
        memcpy(imports, file->imports, file->import_count * sizeof *imports);
    if (!sma_proto_sort(n->arena, imports, file->import_count, sizeof *imports, import_order))
        sma_proto_normal_nomem(n);
    for (size_t i = 0; i < file->import_count; i++)
        if (!count || import_order(&imports[count - 1], &imports[i]) != 0)
            imports[count++] = imports[i];
    out->imports = imports;
    out->import_count = count;
}

static void normal_file(struct sma_proto_normalizer *n, struct sma_proto_file *out,
                        const struct sma_proto_file *file)
{
    sma_proto_scope_enter(n, file->package);
    *out = *file;
    if (file->syntax == SMA_PROTO_2)
        out->syntax = SMA_PROTO_ABSENT;
    normal_imports(n, out, file);
    out->options = sma_proto_normal_options(n, file->options, NULL);
    out->messages = normal_messages(n, file->messages);
    out->enums = normal_enums(n, file->enums);
    out->extends = normal_extends(n, file->extends);
    struct sma_proto_service *services =
        sma_proto_normal_array(n, file->service_count, sizeof *services);
    for (size_t i = 0; i < file->service_count && services; i++)
        normal_service(n, &services[i], &file->services[i]);
    out->services = services;
}

enum sma_status sma_proto_normalize(const struct sma_proto_file **out,
                                    struct sma_proto_session *session,
                                    const struct sma_proto_file *file, struct sma_error *err)
{
    struct sma_proto_normalizer n = {.session = session, .arena = session->arena, .err = err};
    struct sma_proto_file *copy = sma_arena_calloc(session->arena, 1, sizeof *copy);
    if (!copy)
        return sma_fail_nomem(err);
    sma_buf_init(&n.scope, 0);
    normal_file(&n, copy, file);
    sma_buf_fini(&n.scope);
    if (!n.status)
        n.status = sma_proto_session_status(session, err);
    if (!n.status)
        *out = copy;
    return n.status;
}
