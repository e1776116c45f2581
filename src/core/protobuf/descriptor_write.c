/* Writing descriptors. Both forms come from the same walk; where they differ, the difference stands
 * at the place. Fields are written in the order of their numbers, as every library does. */
#include "core/protobuf/descriptor_write.h"

#include "core/protobuf/sort.h"

static bool is_exact(const struct sma_proto_descriptor_writer *w)
{
    return w->form == SMA_PROTO_DESCRIPTOR_EXACT;
}

static struct sma_str scope_of(const struct sma_proto_descriptor_writer *w)
{
    return sma_buf_str(&w->scope);
}

static size_t enter_scope(struct sma_proto_descriptor_writer *w, struct sma_str name)
{
    size_t mark = w->scope.len;
    if (mark)
        sma_buf_putc(&w->scope, '.');
    sma_buf_puts(&w->scope, name);
    return mark;
}

static void leave_scope(struct sma_proto_descriptor_writer *w, size_t mark)
{
    if (!sma_buf_failed(&w->scope))
        w->scope.len = mark;
}

void sma_proto_write_options(struct sma_proto_descriptor_writer *w, uint32_t number,
                             struct sma_str message, struct sma_proto_options options)
{
    struct sma_proto_option_encoder encoder = {
        .pool = &w->pool, .scope = scope_of(w), .is_lenient = !is_exact(w), .err = w->err};
    if (options.count == 0 || w->status)
        return;
    size_t start = w->out->len, mark = sma_proto_open(w->out, number);
    sma_proto_put_options(w->out, &encoder, message, options);
    if (w->out->len == mark && !is_exact(w) && !sma_buf_failed(w->out))
        w->out->len = start; /* nothing that the registry serves */
    else
        sma_proto_close(w->out, mark);
    w->status = encoder.status;
}

struct sma_proto_named_type sma_proto_name_type(struct sma_proto_descriptor_writer *w,
                                                struct sma_str written, struct sma_span span)
{
    const struct sma_proto_type *type = sma_proto_resolve(w->session, written, scope_of(w));
    struct sma_proto_named_type out = {written, type != NULL, type && type->is_enum, false};
    if (!type && is_exact(w) && !w->status)
        w->status = sma_fail_at(w->err, SMA_EINVAL, span.start, "\"%.*s\" is not defined",
                                SMA_STR_ARG(written));
    if (type) {
        out.name = type->full_name;
        out.is_absolute = true;
    }
    return out;
}

void sma_proto_write_type_name(struct sma_proto_descriptor_writer *w, uint32_t number,
                               struct sma_str name, bool is_absolute)
{
    if (!is_absolute) {
        sma_proto_put_bytes_field(w->out, number, name);
        return;
    }
    sma_proto_put_tag(w->out, number, SMA_PROTO_WIRE_BYTES);
    sma_proto_put_varint(w->out, name.len + 1);
    sma_buf_putc(w->out, '.');
    sma_buf_puts(w->out, name);
}

/* What a field says besides its own declaration. */
struct field_context {
    const struct sma_proto_extend *extend; /* NULL in messages */
    int32_t oneof;                         /* -1 outside; a synthetic one for proto3 optional */
    bool is_proto3_optional;
    bool is_entry; /* key or value of a map entry */
};

enum { LABEL_OPTIONAL = 1, LABEL_REQUIRED = 2, LABEL_REPEATED = 3 };

static int label_number(const struct sma_proto_descriptor_writer *w, enum sma_proto_label label,
                        const struct field_context *context, bool is_map)
{
    if (label == SMA_PROTO_REPEATED || is_map)
        return LABEL_REPEATED;
    if (label == SMA_PROTO_REQUIRED)
        return LABEL_REQUIRED;
    /* The registry writes a label only where the text has one, and for members of oneofs. */
    if (label == SMA_PROTO_NO_LABEL && !is_exact(w) && context->oneof < 0)
        return 0;
    return LABEL_OPTIONAL;
}

static void put_extendee(struct sma_proto_descriptor_writer *w, const struct field_context *context)
{
    if (!context->extend)
        return;
    struct sma_proto_named_type target =
        sma_proto_name_type(w, context->extend->target, context->extend->span);
    sma_proto_write_type_name(w, 2, target.name, target.is_absolute);
}

/* type = 5, type_name = 6 */
static void put_type(struct sma_proto_descriptor_writer *w, const struct sma_proto_field *field)
{
    if (field->map) {
        struct sma_str entry = sma_proto_entry_name(w->session->arena, field->name);
        struct sma_str full = entry;
        if (entry.ptr)
            full = sma_proto_join(w->session->arena, scope_of(w), entry);
        if (!full.ptr) {
            w->status = w->status ? w->status : sma_fail_nomem(w->err);
            return;
        }
        sma_proto_put_varint_field(w->out, 5, SMA_PROTO_MESSAGE);
        sma_proto_write_type_name(w, 6, full, true);
        return;
    }
    if (field->kind != SMA_PROTO_NAMED) {
        sma_proto_put_varint_field(w->out, 5, (uint64_t)field->kind);
        return;
    }
    struct sma_proto_named_type type = sma_proto_name_type(w, field->type, field->span);
    if (type.is_known)
        sma_proto_put_varint_field(w->out, 5, type.is_enum ? SMA_PROTO_ENUM : SMA_PROTO_MESSAGE);
    sma_proto_write_type_name(w, 6, type.name, type.is_absolute);
}

static void put_json_name(struct sma_proto_descriptor_writer *w, struct sma_str name,
                          const struct sma_proto_value *given)
{
    if (!given && !is_exact(w))
        return;
    struct sma_str json = given ? given->text : sma_proto_json_name(w->session->arena, name);
    if (json.ptr)
        sma_proto_put_bytes_field(w->out, 10, json);
    else if (!w->status)
        w->status = sma_fail_nomem(w->err);
}

static void put_field(struct sma_proto_descriptor_writer *w, uint32_t number,
                      const struct sma_proto_field *field, const struct field_context *context)
{
    size_t mark = sma_proto_open(w->out, number);
    int label = label_number(w, field->label, context, field->map != NULL);
    sma_proto_put_bytes_field(w->out, 1, field->name);
    put_extendee(w, context);
    sma_proto_put_varint_field(w->out, 3, (uint64_t)(int64_t)field->number);
    if (label && !(context->is_entry && !is_exact(w)))
        sma_proto_put_varint_field(w->out, 4, (uint64_t)label);
    put_type(w, field);
    if (field->default_value)
        sma_proto_write_default(w, field);
    sma_proto_write_options(w, 8, SMA_STR("google.protobuf.FieldOptions"), field->options);
    if (context->oneof >= 0)
        sma_proto_put_varint_field(w->out, 9, (uint64_t)context->oneof);
    put_json_name(w, field->name, field->json_name);
    if (context->is_proto3_optional)
        sma_proto_put_varint_field(w->out, 17, 1);
    sma_proto_close(w->out, mark);
}

/* The field of a group: its type stands beside it as a nested message. */
static void put_group_field(struct sma_proto_descriptor_writer *w, uint32_t number,
                            const struct sma_proto_group *group,
                            const struct field_context *context)
{
    size_t mark = sma_proto_open(w->out, number);
    struct sma_str full = sma_proto_join(w->session->arena, scope_of(w), group->name);
    struct sma_str name = sma_proto_lower(w->session->arena, group->name);
    if (!full.ptr || !name.ptr) {
        w->status = w->status ? w->status : sma_fail_nomem(w->err);
        return;
    }
    sma_proto_put_bytes_field(w->out, 1, name);
    put_extendee(w, context);
    sma_proto_put_varint_field(w->out, 3, (uint64_t)(int64_t)group->number);
    sma_proto_put_varint_field(w->out, 4, (uint64_t)label_number(w, group->label, context, false));
    sma_proto_put_varint_field(w->out, 5, SMA_PROTO_GROUP);
    sma_proto_write_type_name(w, 6, full, true);
    if (context->oneof >= 0)
        sma_proto_put_varint_field(w->out, 9, (uint64_t)context->oneof);
    put_json_name(w, name, NULL);
    sma_proto_close(w->out, mark);
}

/* A field, group or nested type on its way into a list that follows the source. */
struct placed {
    uint32_t start;
    const struct sma_proto_field *field;
    const struct sma_proto_group *group;
    const struct sma_proto_message *message;
    struct field_context context;
};

static int placed_order(const void *left, const void *right)
{
    uint32_t a = ((const struct placed *)left)->start, b = ((const struct placed *)right)->start;
    return a < b ? -1 : a > b;
}

struct places {
    struct placed *items;
    size_t count;
};

static void place(struct places *to, struct sma_span span, struct placed what)
{
    what.start = span.start;
    to->items[to->count++] = what;
}

static void place_fields(struct places *to, struct sma_proto_fields fields,
                         struct field_context context)
{
    for (size_t i = 0; i < fields.count; i++)
        place(to, fields.items[i].span,
              (struct placed){.field = &fields.items[i], .context = context});
}

static void place_groups(struct places *to, struct sma_proto_groups groups,
                         struct field_context context)
{
    for (size_t i = 0; i < groups.count; i++)
        place(to, groups.items[i].span,
              (struct placed){.group = &groups.items[i], .context = context});
}

/* Room for everything that a message has. */
static struct places new_places(struct sma_proto_descriptor_writer *w,
                                const struct sma_proto_message *m, struct sma_proto_extends extends)
{
    size_t room = 0;
    if (m) {
        room = m->fields.count + m->groups.count + m->messages.count;
        for (size_t i = 0; i < m->oneof_count; i++)
            room += m->oneofs[i].fields.count + m->oneofs[i].groups.count;
    }
    for (size_t i = 0; i < extends.count; i++)
        room += extends.items[i].fields.count + extends.items[i].groups.count;
    struct places out = {sma_arena_calloc(w->session->arena, room, sizeof *out.items), 0};
    if (!out.items && !w->status)
        w->status = sma_fail_nomem(w->err);
    return out;
}

static void sort_places(struct sma_proto_descriptor_writer *w, struct places *places)
{
    /* The registry keeps its own order, which is the one things were placed in. */
    if (is_exact(w) && !sma_proto_sort(w->session->arena, places->items, places->count,
                                       sizeof *places->items, placed_order))
        w->status = w->status ? w->status : sma_fail_nomem(w->err);
}

static bool is_synthetic(const struct sma_proto_descriptor_writer *w,
                         const struct sma_proto_field *field)
{
    return w->unit->file->syntax == SMA_PROTO_3 && field->label == SMA_PROTO_OPTIONAL;
}

/* Oneofs made for proto3 optional fields come behind the real ones, in the order of the fields. */
static void number_synthetic(struct sma_proto_descriptor_writer *w, struct places *places,
                             size_t real)
{
    int32_t next = (int32_t)real;
    for (size_t i = 0; i < places->count; i++) {
        struct placed *one = &places->items[i];
        if (one->field && one->context.oneof < 0 && is_synthetic(w, one->field)) {
            one->context.oneof = next++;
            one->context.is_proto3_optional = true;
        }
    }
}

/* field = 2 */
static void put_fields(struct sma_proto_descriptor_writer *w, const struct sma_proto_message *m)
{
    struct places places = new_places(w, m, (struct sma_proto_extends){0});
    struct field_context context = {.oneof = -1};
    if (w->status)
        return;
    for (size_t i = 0; i < m->oneof_count; i++) {
        context.oneof = (int32_t)i;
        place_fields(&places, m->oneofs[i].fields, context);
        place_groups(&places, m->oneofs[i].groups, context);
    }
    context.oneof = -1;
    context.is_entry = m->is_map_entry;
    place_fields(&places, m->fields, context);
    place_groups(&places, m->groups, context);
    sort_places(w, &places);
    number_synthetic(w, &places, m->oneof_count);
    for (size_t i = 0; i < places.count && !w->status; i++) {
        if (places.items[i].field)
            put_field(w, 2, places.items[i].field, &places.items[i].context);
        else
            put_group_field(w, 2, places.items[i].group, &places.items[i].context);
    }
}

static void put_message(struct sma_proto_descriptor_writer *w, uint32_t number,
                        const struct sma_proto_message *m);

/* The message behind a map field. */
static void put_map_entry(struct sma_proto_descriptor_writer *w, uint32_t number,
                          const struct sma_proto_field *field)
{
    struct sma_str name = sma_proto_entry_name(w->session->arena, field->name);
    struct field_context context = {.oneof = -1, .is_entry = true};
    struct sma_proto_field key = {.name = SMA_STR("key"),
                                  .type = field->map->key_type,
                                  .kind = field->map->key_kind,
                                  .number = 1,
                                  .span = field->span};
    struct sma_proto_field value = {.name = SMA_STR("value"),
                                    .type = field->map->value_type,
                                    .kind = field->map->value_kind,
                                    .number = 2,
                                    .span = field->span};
    if (value.kind == SMA_PROTO_MAP)
        value.kind = SMA_PROTO_NAMED;
    size_t mark = sma_proto_open(w->out, number);
    sma_proto_put_bytes_field(w->out, 1, name);
    put_field(w, 2, &key, &context);
    put_field(w, 2, &value, &context);
    size_t options = sma_proto_open(w->out, 7);
    sma_proto_put_varint_field(w->out, 7, 1); /* map_entry */
    sma_proto_close(w->out, options);
    sma_proto_close(w->out, mark);
}

static void put_group_message(struct sma_proto_descriptor_writer *w, uint32_t number,
                              const struct sma_proto_group *group)
{
    struct sma_proto_message m = {
        .name = group->name, .fields = group->fields, .span = group->span};
    put_message(w, number, &m);
}

static void place_nested(struct places *to, const struct sma_proto_message *m,
                         struct sma_proto_extends extends)
{
    struct field_context none = {.oneof = -1};
    for (size_t i = 0; m && i < m->messages.count; i++)
        place(to, m->messages.items[i].span,
              (struct placed){.message = &m->messages.items[i], .context = none});
    for (size_t i = 0; m && i < m->oneof_count; i++)
        place_groups(to, m->oneofs[i].groups, none);
    if (m)
        place_groups(to, m->groups, none);
    for (size_t i = 0; i < extends.count; i++)
        place_groups(to, extends.items[i].groups, none);
    for (size_t i = 0; m && i < m->fields.count; i++)
        if (m->fields.items[i].map)
            place(to, m->fields.items[i].span,
                  (struct placed){.field = &m->fields.items[i], .context = none});
}

/* Nested messages, the messages of groups and those of maps: nested_type = 3, message_type = 4. */
static void put_nested(struct sma_proto_descriptor_writer *w, uint32_t number,
                       const struct sma_proto_message *m, struct sma_proto_extends extends)
{
    struct places places = new_places(w, m, extends);
    if (w->status)
        return;
    place_nested(&places, m, extends);
    sort_places(w, &places);
    for (size_t i = 0; i < places.count && !w->status; i++) {
        const struct placed *one = &places.items[i];
        if (one->message)
            put_message(w, number, one->message);
        else if (one->group)
            put_group_message(w, number, one->group);
        else
            put_map_entry(w, number, one->field);
    }
}

static void put_extensions(struct sma_proto_descriptor_writer *w, uint32_t number,
                           struct sma_proto_extends extends)
{
    for (size_t e = 0; e < extends.count && !w->status; e++) {
        const struct sma_proto_extend *extend = &extends.items[e];
        struct field_context context = {.extend = extend, .oneof = -1};
        struct places places = new_places(w, NULL, (struct sma_proto_extends){extend, 1});
        if (w->status)
            return;
        place_fields(&places, extend->fields, context);
        place_groups(&places, extend->groups, context);
        sort_places(w, &places);
        for (size_t i = 0; i < places.count && !w->status; i++) {
            struct placed *one = &places.items[i];
            if (one->field) {
                one->context.is_proto3_optional = is_synthetic(w, one->field);
                put_field(w, number, one->field, &one->context);
            } else {
                put_group_field(w, number, one->group, &one->context);
            }
        }
    }
}

/* oneof_decl = 8: the real ones, then one for each proto3 optional field. */
static void put_oneofs(struct sma_proto_descriptor_writer *w, const struct sma_proto_message *m)
{
    for (size_t i = 0; i < m->oneof_count; i++) {
        size_t mark = sma_proto_open(w->out, 8);
        sma_proto_put_bytes_field(w->out, 1, m->oneofs[i].name);
        sma_proto_write_options(w, 2, SMA_STR("google.protobuf.OneofOptions"),
                                m->oneofs[i].options);
        sma_proto_close(w->out, mark);
    }
    for (size_t i = 0; i < m->fields.count; i++) {
        struct sma_str name = m->fields.items[i].name;
        if (!is_synthetic(w, &m->fields.items[i]))
            continue;
        size_t mark = sma_proto_open(w->out, 8);
        sma_proto_put_tag(w->out, 1, SMA_PROTO_WIRE_BYTES);
        sma_proto_put_varint(w->out, name.len + 1);
        sma_buf_putc(w->out, '_');
        sma_buf_puts(w->out, name);
        sma_proto_close(w->out, mark);
    }
}

static void put_message(struct sma_proto_descriptor_writer *w, uint32_t number,
                        const struct sma_proto_message *m)
{
    size_t mark = sma_proto_open(w->out, number), scope = enter_scope(w, m->name);
    sma_proto_put_bytes_field(w->out, 1, m->name);
    put_fields(w, m);
    put_nested(w, 3, m, m->extends);
    for (size_t i = 0; i < m->enums.count; i++)
        sma_proto_write_enum(w, 4, &m->enums.items[i]);
    sma_proto_write_ranges(w, 5, m->extensions, false);
    put_extensions(w, 6, m->extends);
    sma_proto_write_options(w, 7, SMA_STR("google.protobuf.MessageOptions"), m->options);
    put_oneofs(w, m);
    sma_proto_write_ranges(w, 9, m->reserved, false);
    sma_proto_write_reserved_names(w, 10, m->reserved);
    if (m->visibility)
        sma_proto_put_varint_field(w->out, 11, (uint64_t)m->visibility);
    leave_scope(w, scope);
    sma_proto_close(w->out, mark);
}

/* The registry leaves out what it cannot find. */
static bool is_imported(struct sma_proto_descriptor_writer *w,
                        const struct sma_proto_import *import)
{
    if (import->kind == SMA_PROTO_IMPORT_OPTION)
        return false;
    if (sma_proto_find_import(w->session, import->path))
        return true;
    if (is_exact(w) && !w->status && !w->session->status)
        w->status = sma_fail_at(w->err, SMA_EINVAL, import->span.start,
                                "cannot resolve import \"%.*s\"", SMA_STR_ARG(import->path));
    return false;
}

/* dependency = 3 */
static void put_dependencies(struct sma_proto_descriptor_writer *w,
                             const struct sma_proto_file *file)
{
    for (size_t i = 0; i < file->import_count; i++)
        if (is_imported(w, &file->imports[i]))
            sma_proto_put_bytes_field(w->out, 3, file->imports[i].path);
}

/* public_dependency = 10, weak_dependency = 11: indexes into the dependencies. */
static void put_dependency_kinds(struct sma_proto_descriptor_writer *w,
                                 const struct sma_proto_file *file, enum sma_proto_import_kind kind,
                                 uint32_t number)
{
    uint64_t index = 0;
    for (size_t i = 0; i < file->import_count; i++) {
        if (!is_imported(w, &file->imports[i]))
            continue;
        if (file->imports[i].kind == kind)
            sma_proto_put_varint_field(w->out, number, index);
        index++;
    }
}

static void put_syntax(struct sma_proto_descriptor_writer *w, const struct sma_proto_file *file)
{
    if (file->syntax == SMA_PROTO_3)
        sma_proto_put_bytes_field(w->out, 12, SMA_STR("proto3"));
    else if (file->syntax == SMA_PROTO_2 && !is_exact(w))
        sma_proto_put_bytes_field(w->out, 12, SMA_STR("proto2"));
    else if (file->syntax == SMA_PROTO_EDITION)
        sma_proto_put_bytes_field(w->out, 12, SMA_STR("editions"));
    if (file->syntax == SMA_PROTO_EDITION)
        sma_proto_put_varint_field(w->out, 14, sma_str_eqz(file->edition, "2024") ? 1001 : 1000);
    for (size_t i = 0; i < file->import_count; i++)
        if (file->imports[i].kind == SMA_PROTO_IMPORT_OPTION)
            sma_proto_put_bytes_field(w->out, 15, file->imports[i].path);
}

static void put_file(struct sma_proto_descriptor_writer *w, struct sma_str name)
{
    const struct sma_proto_file *file = w->unit->file;
    sma_proto_put_bytes_field(w->out, 1, name);
    if (file->package.len)
        sma_proto_put_bytes_field(w->out, 2, file->package);
    put_dependencies(w, file);
    enter_scope(w, file->package);
    struct sma_proto_message top = {.messages = file->messages};
    put_nested(w, 4, &top, file->extends);
    for (size_t i = 0; i < file->enums.count; i++)
        sma_proto_write_enum(w, 5, &file->enums.items[i]);
    for (size_t i = 0; i < file->service_count; i++)
        sma_proto_write_service(w, &file->services[i]);
    put_extensions(w, 7, file->extends);
    sma_proto_write_options(w, 8, SMA_STR("google.protobuf.FileOptions"), file->options);
    put_dependency_kinds(w, file, SMA_PROTO_IMPORT_PUBLIC, 10);
    put_dependency_kinds(w, file, SMA_PROTO_IMPORT_WEAK, 11);
    put_syntax(w, file);
}

enum sma_status sma_proto_put_descriptor(struct sma_buf *out, struct sma_proto_session *session,
                                         const struct sma_proto_unit *unit, struct sma_str name,
                                         enum sma_proto_descriptor_form form, struct sma_error *err)
{
    struct sma_proto_descriptor_writer w = {
        .out = out, .session = session, .unit = unit, .form = form, .err = err};
    sma_buf_init(&w.scope, 0);
    sma_proto_pool_init(&w.pool, session);
    put_file(&w, name);
    if (!w.status)
        w.status = sma_proto_pool_status(&w.pool, err);
    if (!w.status && (sma_buf_failed(out) || sma_buf_failed(&w.scope)))
        w.status = sma_fail_nomem(err);
    sma_proto_pool_fini(&w.pool);
    sma_buf_fini(&w.scope);
    return w.status;
}
