/* The walk: names, imports, types. Numbers and values are in strict_numbers.c. */
#include "core/protobuf/strict_check.h"

#include <stdarg.h>

#include "core/protobuf/builtin.h"
#include "core/protobuf/descriptor.h"

void sma_proto_strict_fail(struct sma_proto_checker *c, struct sma_span span, const char *fmt, ...)
{
    va_list args;
    if (c->status)
        return;
    va_start(args, fmt);
    c->status = sma_fail_v(c->err, SMA_EINVAL, span.start, fmt, args);
    va_end(args);
}

void sma_proto_strict_nomem(struct sma_proto_checker *c)
{
    if (!c->status)
        c->status = sma_fail_nomem(c->err);
}

struct sma_str sma_proto_strict_scope(const struct sma_proto_checker *c)
{
    return sma_buf_str(&c->scope);
}

static size_t enter_scope(struct sma_proto_checker *c, struct sma_str name)
{
    size_t mark = c->scope.len;
    if (mark)
        sma_buf_putc(&c->scope, '.');
    sma_buf_puts(&c->scope, name);
    if (sma_buf_failed(&c->scope))
        sma_proto_strict_nomem(c);
    return mark;
}

static void leave_scope(struct sma_proto_checker *c, size_t mark)
{
    if (!sma_buf_failed(&c->scope))
        c->scope.len = mark;
}

/* A name in the current scope, which nothing else may have. */
static void define(struct sma_proto_checker *c, struct sma_str name, struct sma_span span)
{
    struct sma_str full = sma_proto_join(c->session->arena, sma_proto_strict_scope(c), name);
    /* Without a scope the name is the source's own, else a copy: both live long enough. */
    int added = full.ptr ? sma_map_add(&c->symbols, full, (void *)c) : -1;
    if (added < 0)
        sma_proto_strict_nomem(c);
    else if (!added)
        sma_proto_strict_fail(c, span, "\"%.*s\" is already defined", SMA_STR_ARG(full));
}

static bool is_visible(const struct sma_proto_checker *c, const struct sma_proto_type *type)
{
    const struct sma_proto_world *world = c->session->world;
    if (!type->unit)
        return c->visible_builtins >> type->builtin & 1;
    if (type->unit->origin == SMA_PROTO_BUILTIN)
        return true;
    return c->is_visible[type->unit - world->units];
}

static struct sma_str path_of(const struct sma_proto_type *type)
{
    return type->unit ? type->unit->path : sma_proto_builtin_at(type->builtin).path;
}

/* A type that exists and whose file is imported. */
static const struct sma_proto_type *require_type(struct sma_proto_checker *c, struct sma_str name,
                                                 struct sma_span span)
{
    const struct sma_proto_type *type =
        sma_proto_resolve(c->session, name, sma_proto_strict_scope(c));
    if (!type)
        sma_proto_strict_fail(c, span, "\"%.*s\" is not defined", SMA_STR_ARG(name));
    else if (!is_visible(c, type))
        sma_proto_strict_fail(c, span,
                              "\"%.*s\" seems to be defined in \"%.*s\", which is not imported",
                              SMA_STR_ARG(name), SMA_STR_ARG(path_of(type)));
    return type;
}

static const struct sma_proto_type *require_message(struct sma_proto_checker *c,
                                                    struct sma_str name, struct sma_span span)
{
    const struct sma_proto_type *type = require_type(c, name, span);
    if (type && type->is_enum)
        sma_proto_strict_fail(c, span, "\"%.*s\" is not a message type", SMA_STR_ARG(name));
    return type;
}

static void check_field(struct sma_proto_checker *c, const struct sma_proto_field *field)
{
    const struct sma_proto_type *type = NULL;
    if (field->kind == SMA_PROTO_NAMED)
        type = require_type(c, field->type, field->span);
    else if (field->map && field->map->value_kind == SMA_PROTO_MAP)
        sma_proto_strict_fail(c, field->span, "\"%.*s\": a map cannot hold maps",
                              SMA_STR_ARG(field->name));
    else if (field->map && field->map->value_kind == SMA_PROTO_NAMED)
        require_type(c, field->map->value_type, field->span);
    if (!c->status && field->default_value)
        sma_proto_strict_default(c, field, type);
}

static void check_fields(struct sma_proto_checker *c, struct sma_proto_fields fields)
{
    for (size_t i = 0; i < fields.count && !c->status; i++) {
        define(c, fields.items[i].name, fields.items[i].span);
        check_field(c, &fields.items[i]);
    }
}

static void check_message(struct sma_proto_checker *c, const struct sma_proto_message *m,
                          struct sma_proto_features outer);

/* A group is a field and a message. */
static void check_groups(struct sma_proto_checker *c, struct sma_proto_groups groups,
                         struct sma_proto_features features)
{
    for (size_t i = 0; i < groups.count && !c->status; i++) {
        const struct sma_proto_group *group = &groups.items[i];
        struct sma_str lower = sma_proto_lower(c->session->arena, group->name);
        struct sma_proto_message m = {
            .name = group->name, .fields = group->fields, .span = group->span};
        if (!lower.ptr) {
            sma_proto_strict_nomem(c);
            return;
        }
        if (c->file->syntax == SMA_PROTO_3)
            sma_proto_strict_fail(c, group->span, "groups are not supported in proto3");
        if (group->name.ptr[0] < 'A' || group->name.ptr[0] > 'Z')
            sma_proto_strict_fail(c, group->span, "group names start with a capital letter");
        define(c, lower, group->span);
        check_message(c, &m, features);
    }
}

/* proto3 extends nothing but options. */
static void check_target(struct sma_proto_checker *c, const struct sma_proto_extend *extend,
                         const struct sma_proto_type *target)
{
    if (c->file->syntax == SMA_PROTO_3 && target &&
        !(sma_str_starts(target->full_name, SMA_STR("google.protobuf.")) &&
          sma_str_ends(target->full_name, SMA_STR("Options"))))
        sma_proto_strict_fail(c, extend->span,
                              "extensions in proto3 are only allowed for defining options");
}

static void check_extends(struct sma_proto_checker *c, struct sma_proto_extends extends,
                          struct sma_proto_features features)
{
    for (size_t i = 0; i < extends.count && !c->status; i++) {
        const struct sma_proto_extend *extend = &extends.items[i];
        const struct sma_proto_type *target = require_message(c, extend->target, extend->span);
        check_target(c, extend, target);
        check_fields(c, extend->fields);
        check_groups(c, extend->groups, features);
        for (size_t j = 0; j < extend->fields.count && !c->status; j++) {
            const struct sma_proto_field *field = &extend->fields.items[j];
            if (field->label == SMA_PROTO_REQUIRED || field->map)
                sma_proto_strict_fail(c, field->span,
                                      "\"%.*s\": an extension is neither required nor a map",
                                      SMA_STR_ARG(field->name));
            sma_proto_strict_extension(c, field->name, field->number, field->span, target);
        }
        for (size_t j = 0; j < extend->groups.count && !c->status; j++)
            sma_proto_strict_extension(c, extend->groups.items[j].name,
                                       extend->groups.items[j].number, extend->groups.items[j].span,
                                       target);
    }
}

static struct sma_proto_features features_in(const struct sma_proto_checker *c,
                                             struct sma_proto_features outer,
                                             struct sma_proto_options options)
{
    return c->file->syntax == SMA_PROTO_EDITION ? sma_proto_features_apply(outer, options) : outer;
}

/* Constants live in the scope around their enum. */
static void check_enums(struct sma_proto_checker *c, struct sma_proto_enums enums,
                        struct sma_proto_features outer)
{
    for (size_t i = 0; i < enums.count && !c->status; i++) {
        const struct sma_proto_enum *one = &enums.items[i];
        define(c, one->name, one->span);
        for (size_t j = 0; j < one->value_count && !c->status; j++)
            define(c, one->values[j].name, one->values[j].span);
        sma_proto_strict_enum(c, one, features_in(c, outer, one->options));
    }
}

static void check_oneofs(struct sma_proto_checker *c, const struct sma_proto_message *m,
                         struct sma_proto_features features)
{
    for (size_t i = 0; i < m->oneof_count && !c->status; i++) {
        const struct sma_proto_oneof *oneof = &m->oneofs[i];
        define(c, oneof->name, oneof->span);
        if (oneof->fields.count + oneof->groups.count == 0)
            sma_proto_strict_fail(c, oneof->span, "oneof \"%.*s\" has no fields",
                                  SMA_STR_ARG(oneof->name));
        check_fields(c, oneof->fields);
        check_groups(c, oneof->groups, features);
        for (size_t j = 0; j < oneof->fields.count && !c->status; j++)
            if (oneof->fields.items[j].map)
                sma_proto_strict_fail(c, oneof->fields.items[j].span,
                                      "map fields are not allowed in oneofs");
    }
}

/* The messages behind map fields take names too. */
static void check_map_names(struct sma_proto_checker *c, struct sma_proto_fields fields)
{
    for (size_t i = 0; i < fields.count && !c->status; i++) {
        if (!fields.items[i].map)
            continue;
        struct sma_str name = sma_proto_entry_name(c->session->arena, fields.items[i].name);
        if (name.ptr)
            define(c, name, fields.items[i].span);
        else
            sma_proto_strict_nomem(c);
    }
}

static void check_message(struct sma_proto_checker *c, const struct sma_proto_message *m,
                          struct sma_proto_features outer)
{
    struct sma_proto_features features = features_in(c, outer, m->options);
    define(c, m->name, m->span);
    size_t mark = enter_scope(c, m->name);
    if (m->extensions.count && c->file->syntax == SMA_PROTO_3)
        sma_proto_strict_fail(c, m->extensions.items[0].span,
                              "extension ranges are not allowed in proto3");
    check_fields(c, m->fields);
    check_map_names(c, m->fields);
    check_oneofs(c, m, features);
    check_groups(c, m->groups, features);
    sma_proto_strict_members(c, m, features);
    for (size_t i = 0; i < m->messages.count && !c->status; i++)
        check_message(c, &m->messages.items[i], features);
    check_enums(c, m->enums, features);
    check_extends(c, m->extends, features);
    leave_scope(c, mark);
}

static void check_services(struct sma_proto_checker *c)
{
    for (size_t i = 0; i < c->file->service_count && !c->status; i++) {
        const struct sma_proto_service *service = &c->file->services[i];
        define(c, service->name, service->span);
        size_t mark = enter_scope(c, service->name);
        for (size_t j = 0; j < service->rpc_count && !c->status; j++) {
            define(c, service->rpcs[j].name, service->rpcs[j].span);
            require_message(c, service->rpcs[j].request, service->rpcs[j].span);
            require_message(c, service->rpcs[j].response, service->rpcs[j].span);
        }
        leave_scope(c, mark);
    }
}

/* Makes a file visible, and what it imports publicly. */
static void show(struct sma_proto_checker *c, const struct sma_proto_unit *unit)
{
    const struct sma_proto_world *world = c->session->world;
    int builtin = unit->origin == SMA_PROTO_BUILTIN ? sma_proto_builtin_find(unit->path) : -1;
    if (builtin >= 0) {
        if (c->visible_builtins >> builtin & 1)
            return;
        c->visible_builtins |= 1u << builtin;
    } else {
        bool *flag = &c->is_visible[unit - world->units];
        if (*flag)
            return;
        *flag = true;
    }
    for (size_t i = 0; i < unit->file->import_count && !c->status; i++) {
        const struct sma_proto_import *import = &unit->file->imports[i];
        const struct sma_proto_unit *next = import->kind == SMA_PROTO_IMPORT_PUBLIC
                                                ? sma_proto_find_import(c->session, import->path)
                                                : NULL;
        if (next)
            show(c, next);
    }
}

static void check_imports(struct sma_proto_checker *c)
{
    c->is_visible =
        sma_arena_calloc(c->session->arena, c->session->world->unit_count, sizeof *c->is_visible);
    if (!c->is_visible) {
        sma_proto_strict_nomem(c);
        return;
    }
    c->is_visible[0] = true;
    for (size_t i = 0; i < c->file->import_count && !c->status; i++) {
        const struct sma_proto_import *import = &c->file->imports[i];
        const struct sma_proto_unit *unit = sma_proto_find_import(c->session, import->path);
        if (unit)
            show(c, unit);
        else if (import->kind != SMA_PROTO_IMPORT_WEAK && import->kind != SMA_PROTO_IMPORT_OPTION)
            sma_proto_strict_fail(c, import->span, "cannot resolve import %.*s in default",
                                  SMA_STR_ARG(import->path));
    }
}

/* No type of another file may have the name of something of this one. */
static void check_other(struct sma_proto_checker *c, struct sma_str scope,
                        struct sma_proto_messages messages, struct sma_proto_enums enums)
{
    struct sma_span none = {0, 0};
    for (size_t i = 0; i < messages.count + enums.count && !c->status; i++) {
        bool is_message = i < messages.count;
        struct sma_str name =
            is_message ? messages.items[i].name : enums.items[i - messages.count].name;
        struct sma_str full = sma_proto_join(c->session->arena, scope, name);
        if (!full.ptr) {
            sma_proto_strict_nomem(c);
            return;
        }
        if (sma_map_find(&c->symbols, full))
            sma_proto_strict_fail(c, none, "duplicate name: %.*s", SMA_STR_ARG(full));
        if (is_message)
            check_other(c, full, messages.items[i].messages, messages.items[i].enums);
    }
}

static void check_others(struct sma_proto_checker *c)
{
    const struct sma_proto_world *world = c->session->world;
    for (size_t i = 1; i < world->unit_count && !c->status; i++)
        check_other(c, world->units[i].file->package, world->units[i].file->messages,
                    world->units[i].file->enums);
}

/* What is left to find: options that no message has, values that do not fit. */
static void check_options(struct sma_proto_checker *c)
{
    struct sma_buf bytes;
    if (c->status)
        return;
    sma_buf_init(&bytes, 0);
    c->status = sma_proto_put_descriptor(&bytes, c->session, &c->session->world->units[0],
                                         SMA_STR("default"), SMA_PROTO_DESCRIPTOR_EXACT, c->err);
    sma_buf_fini(&bytes);
}

enum sma_status sma_proto_check_strict(struct sma_proto_session *session, struct sma_error *err)
{
    struct sma_proto_checker c = {
        .session = session, .file = session->world->units[0].file, .err = err};
    struct sma_proto_features features = sma_proto_features_of_file(c.file);
    sma_buf_init(&c.scope, 0);
    sma_map_init(&c.symbols);
    check_imports(&c);
    enter_scope(&c, c.file->package);
    for (size_t i = 0; i < c.file->messages.count && !c.status; i++)
        check_message(&c, &c.file->messages.items[i], features);
    check_enums(&c, c.file->enums, features);
    check_extends(&c, c.file->extends, features);
    check_services(&c);
    check_others(&c);
    check_options(&c);
    if (!c.status)
        c.status = sma_proto_session_status(session, err);
    sma_map_fini(&c.symbols);
    sma_buf_fini(&c.scope);
    return c.status;
}
