/* Linking a message: its fields with their resolved types and the rules of syntax and edition. */
#include "core/protobuf/pool_link.h"

#include "core/protobuf/sort.h"

/* Where a field stands. */
struct place {
    struct sma_proto_pool *pool;
    const struct sma_proto_unit *unit;
    struct sma_str scope;
    struct sma_proto_features features; /* around the field */
    int32_t oneof;
};

static bool is_packable(enum sma_proto_kind kind)
{
    return kind != SMA_PROTO_STRING && kind != SMA_PROTO_BYTES && kind != SMA_PROTO_MESSAGE &&
           kind != SMA_PROTO_GROUP && kind != SMA_PROTO_NAMED && kind != SMA_PROTO_MAP;
}

/* The value of a bare option, ptr NULL when it is not set. */
static struct sma_str option_text(struct sma_proto_options options, const char *name)
{
    for (size_t i = options.count; i-- > 0;)
        if (!options.items[i].is_parenthesized && sma_str_eqz(options.items[i].name, name))
            return options.items[i].value.text;
    return sma_str_make(NULL, 0);
}

static void resolve_named(const struct place *at, struct sma_proto_field_type *out,
                          struct sma_str name, struct sma_str scope)
{
    const struct sma_proto_type *type = sma_proto_resolve(at->pool->session, name, scope);
    if (!type)
        return;
    if (type->is_enum) {
        out->enumeration = sma_proto_pool_enum(at->pool, type);
        out->kind = SMA_PROTO_ENUM;
    } else {
        out->message = sma_proto_pool_of_type(at->pool, type);
        out->kind = out->features.is_delimited ? SMA_PROTO_GROUP : SMA_PROTO_MESSAGE;
    }
}

/* The message behind a map field. */
static void resolve_map(const struct place *at, struct sma_proto_field_type *out,
                        const struct sma_proto_field *field)
{
    struct sma_proto_pool *pool = at->pool;
    struct sma_str name = sma_proto_entry_name(pool->arena, field->name);
    struct sma_str full = name.ptr ? sma_proto_join(pool->arena, at->scope, name) : name;
    struct sma_proto_message_type *entry = full.ptr ? sma_proto_pool_add(pool, full) : NULL;
    if (!entry) {
        pool->status = SMA_ENOMEM;
        return;
    }
    entry->map = field->map;
    entry->unit = at->unit;
    entry->scope = at->scope;
    entry->features = out->features;
    entry->features.is_delimited = false;
    entry->is_map_entry = true;
    out->message = entry;
    out->kind = SMA_PROTO_MESSAGE;
    out->is_repeated = true;
}

/* What follows from the resolved kind: presence, packing, need. */
static void apply_rules(const struct place *at, struct sma_proto_field_type *out,
                        enum sma_proto_label label, struct sma_proto_options options)
{
    bool is_edition = at->unit->file->syntax == SMA_PROTO_EDITION;
    bool is_message = out->kind == SMA_PROTO_MESSAGE || out->kind == SMA_PROTO_GROUP;
    out->is_repeated |= label == SMA_PROTO_REPEATED;
    out->is_required =
        label == SMA_PROTO_REQUIRED || (is_edition && !out->is_repeated && at->oneof < 0 &&
                                        out->features.presence == SMA_PROTO_LEGACY_REQUIRED);
    out->has_presence =
        !out->is_repeated && (is_message || at->oneof >= 0 || out->is_extension || label ||
                              out->features.presence != SMA_PROTO_IMPLICIT);
    struct sma_str packed = is_edition ? sma_str_make(NULL, 0) : option_text(options, "packed");
    out->is_packed = out->is_repeated && is_packable(out->kind) &&
                     (packed.ptr ? sma_str_eqz(packed, "true") : out->features.is_packed);
    out->checks_utf8 = out->kind == SMA_PROTO_STRING && out->features.checks_utf8;
    out->oneof = at->oneof;
}

static void link_field(const struct place *at, struct sma_proto_field_type *out,
                       const struct sma_proto_field *field)
{
    out->name = field->name;
    out->number = field->number;
    out->kind = field->kind;
    out->ast = field;
    out->span = field->span;
    out->features = at->features;
    if (at->unit->file->syntax == SMA_PROTO_EDITION)
        out->features = sma_proto_features_apply(at->features, field->options);
    out->json_name = field->json_name ? field->json_name->text
                                      : sma_proto_json_name(at->pool->arena, field->name);
    if (!out->json_name.ptr)
        at->pool->status = SMA_ENOMEM;
    if (field->map)
        resolve_map(at, out, field);
    else if (field->kind == SMA_PROTO_NAMED)
        resolve_named(at, out, field->type, at->scope);
    apply_rules(at, out, field->label, field->options);
}

/* A group is a message nested here; its field is named in lower case. */
static void link_group(const struct place *at, struct sma_proto_field_type *out,
                       const struct sma_proto_group *group)
{
    struct sma_proto_pool *pool = at->pool;
    struct sma_str full = sma_proto_join(pool->arena, at->scope, group->name);
    struct sma_proto_message_type *message = full.ptr ? sma_proto_pool_add(pool, full) : NULL;
    out->name = sma_proto_lower(pool->arena, group->name);
    if (!message || !out->name.ptr) {
        pool->status = SMA_ENOMEM;
        return;
    }
    message->group = group;
    message->unit = at->unit;
    message->scope = full;
    message->features = at->features;
    out->json_name = sma_proto_json_name(pool->arena, out->name);
    out->number = group->number;
    out->kind = SMA_PROTO_GROUP;
    out->message = message;
    out->group = group;
    out->span = group->span;
    out->features = at->features;
    apply_rules(at, out, group->label, (struct sma_proto_options){0});
}

/* The fields of a message under construction. */
struct adding {
    struct place at;
    struct sma_proto_message_type *message;
};

static void add_fields(struct adding *to, struct sma_proto_fields fields)
{
    for (size_t i = 0; i < fields.count && !to->at.pool->status; i++)
        link_field(&to->at, &to->message->fields[to->message->field_count++], &fields.items[i]);
}

static void add_groups(struct adding *to, struct sma_proto_groups groups)
{
    for (size_t i = 0; i < groups.count && !to->at.pool->status; i++)
        link_group(&to->at, &to->message->fields[to->message->field_count++], &groups.items[i]);
}

static void add_oneofs(struct adding *to, const struct sma_proto_message *ast)
{
    struct sma_proto_features around = to->at.features;
    for (size_t i = 0; i < ast->oneof_count; i++) {
        to->at.oneof = (int32_t)i;
        if (to->at.unit->file->syntax == SMA_PROTO_EDITION)
            to->at.features = sma_proto_features_apply(around, ast->oneofs[i].options);
        add_fields(to, ast->oneofs[i].fields);
        add_groups(to, ast->oneofs[i].groups);
    }
    to->at.features = around;
    to->at.oneof = -1;
}

/* key = 1, value = 2 of a map field. */
static void add_map_fields(struct adding *to, const struct sma_proto_map *map)
{
    struct sma_proto_field *ast = sma_proto_pool_array(to->at.pool, 2, sizeof *ast);
    if (!ast)
        return;
    ast[0] = (struct sma_proto_field){
        .name = SMA_STR("key"), .type = map->key_type, .kind = map->key_kind, .number = 1};
    ast[1] = (struct sma_proto_field){
        .name = SMA_STR("value"), .type = map->value_type, .kind = map->value_kind, .number = 2};
    if (ast[1].kind == SMA_PROTO_MAP) /* the text of a map is no type name */
        ast[1].kind = SMA_PROTO_NAMED;
    add_fields(to, (struct sma_proto_fields){ast, 2});
}

/* One extension in the list of its target. */
struct target {
    const struct sma_proto_extension *extension;
    struct target *next;
};

static void add_target(struct sma_proto_pool *pool, const struct sma_proto_extension *extension)
{
    const struct sma_proto_type *type =
        sma_proto_resolve(pool->session, extension->target, extension->scope);
    struct target *one = type ? sma_proto_pool_array(pool, 1, sizeof *one) : NULL;
    if (!one)
        return;
    one->extension = extension;
    one->next = sma_map_get(&pool->targets, type->full_name);
    if (!sma_map_put(&pool->targets, type->full_name, one))
        pool->status = SMA_ENOMEM;
}

static void fill_targets(struct sma_proto_pool *pool)
{
    const struct sma_map *all = &pool->session->extensions;
    pool->has_targets = true;
    sma_proto_fill_extensions(pool->session);
    for (size_t i = 0; i < all->count; i++)
        add_target(pool, all->entries[i].value);
}

static void link_extension(struct sma_proto_pool *pool, struct sma_proto_field_type *out,
                           const struct sma_proto_extension *extension)
{
    struct place at = {pool, extension->unit, extension->scope,
                       sma_proto_features_of_file(extension->unit->file), -1};
    out->is_extension = true;
    out->full_name = extension->full_name;
    if (extension->field)
        link_field(&at, out, extension->field);
    else
        link_group(&at, out, extension->group);
}

static size_t count_extensions(struct sma_proto_pool *pool, struct sma_str full_name)
{
    size_t count = 0;
    if (!pool->has_targets)
        fill_targets(pool);
    for (const struct target *t = sma_map_get(&pool->targets, full_name); t; t = t->next)
        count++;
    return count;
}

static size_t count_fields(const struct sma_proto_message *ast)
{
    size_t count = ast->fields.count + ast->groups.count;
    for (size_t i = 0; i < ast->oneof_count; i++)
        count += ast->oneofs[i].fields.count + ast->oneofs[i].groups.count;
    return count;
}

static int by_number(const void *left, const void *right)
{
    const struct sma_proto_field_type *a = left, *b = right;
    return a->number < b->number ? -1 : a->number > b->number;
}

static int by_name(const void *left, const void *right)
{
    return sma_str_cmp((*(struct sma_proto_field_type *const *)left)->name,
                       (*(struct sma_proto_field_type *const *)right)->name);
}

static int by_json(const void *left, const void *right)
{
    return sma_str_cmp((*(struct sma_proto_field_type *const *)left)->json_name,
                       (*(struct sma_proto_field_type *const *)right)->json_name);
}

static void index_fields(struct sma_proto_pool *pool, struct sma_proto_message_type *m)
{
    size_t count = m->field_count, n = 0;
    m->by_name = sma_proto_pool_array(pool, count, sizeof *m->by_name);
    m->by_json = sma_proto_pool_array(pool, count, sizeof *m->by_json);
    if (!m->by_name || !m->by_json ||
        !sma_proto_sort(pool->arena, m->fields, count, sizeof *m->fields, by_number)) {
        pool->status = SMA_ENOMEM;
        return;
    }
    for (size_t i = 0; i < count; i++)
        if (!m->fields[i].is_extension)
            m->by_name[n] = m->by_json[n] = &m->fields[i], n++;
    m->named_count = n;
    if (!sma_proto_sort(pool->arena, m->by_name, n, sizeof *m->by_name, by_name) ||
        !sma_proto_sort(pool->arena, m->by_json, n, sizeof *m->by_json, by_json))
        pool->status = SMA_ENOMEM;
}

static bool has_field(const struct sma_proto_message_type *m, size_t i, int32_t number,
                      enum sma_proto_kind kind, bool is_repeated)
{
    return i < m->field_count && m->fields[i].number == number && m->fields[i].kind == kind &&
           m->fields[i].is_repeated == is_repeated;
}

static bool is_seconds_and_nanos(const struct sma_proto_message_type *m)
{
    return m->field_count == 2 && has_field(m, 0, 1, SMA_PROTO_INT64, false) &&
           has_field(m, 1, 2, SMA_PROTO_INT32, false);
}

static bool is_wrapper(const struct sma_proto_message_type *m, struct sma_str name)
{
    return m->field_count == 1 && m->fields[0].number == 1 && !m->fields[0].is_repeated &&
           m->fields[0].kind != SMA_PROTO_MESSAGE && m->fields[0].kind != SMA_PROTO_GROUP &&
           m->fields[0].kind != SMA_PROTO_NAMED && sma_str_ends(name, SMA_STR("Value"));
}

/* The name alone is not enough: a schema may bring its own file of that package. */
static enum sma_proto_well_known well_known_of(const struct sma_proto_message_type *m)
{
    struct sma_str prefix = SMA_STR("google.protobuf.");
    if (!sma_str_starts(m->full_name, prefix) || m->is_map_entry)
        return SMA_PROTO_ORDINARY;
    struct sma_str name = sma_str_from(m->full_name, prefix.len);
    if (sma_str_eqz(name, "Timestamp") && is_seconds_and_nanos(m))
        return SMA_PROTO_TIMESTAMP;
    if (sma_str_eqz(name, "Duration") && is_seconds_and_nanos(m))
        return SMA_PROTO_DURATION;
    if (sma_str_eqz(name, "Any") && m->field_count == 2 &&
        has_field(m, 0, 1, SMA_PROTO_STRING, false) && has_field(m, 1, 2, SMA_PROTO_BYTES, false))
        return SMA_PROTO_ANY;
    if (sma_str_eqz(name, "FieldMask") && m->field_count == 1 &&
        has_field(m, 0, 1, SMA_PROTO_STRING, true))
        return SMA_PROTO_FIELD_MASK;
    if (sma_str_eqz(name, "Struct") && m->field_count == 1 &&
        has_field(m, 0, 1, SMA_PROTO_MESSAGE, true) && m->fields[0].message->is_map_entry)
        return SMA_PROTO_STRUCT;
    if (sma_str_eqz(name, "ListValue") && m->field_count == 1 &&
        has_field(m, 0, 1, SMA_PROTO_MESSAGE, true))
        return SMA_PROTO_LIST_VALUE;
    if (sma_str_eqz(name, "Value") && m->field_count == 6 &&
        has_field(m, 0, 1, SMA_PROTO_ENUM, false) && has_field(m, 1, 2, SMA_PROTO_DOUBLE, false) &&
        has_field(m, 2, 3, SMA_PROTO_STRING, false) && has_field(m, 3, 4, SMA_PROTO_BOOL, false) &&
        has_field(m, 4, 5, SMA_PROTO_MESSAGE, false) &&
        has_field(m, 5, 6, SMA_PROTO_MESSAGE, false))
        return SMA_PROTO_VALUE;
    return is_wrapper(m, name) ? SMA_PROTO_WRAPPER : SMA_PROTO_ORDINARY;
}

void sma_proto_pool_link(struct sma_proto_pool *pool, struct sma_proto_message_type *message)
{
    if (message->is_linked || pool->status)
        return;
    struct adding to = {{pool, message->unit, message->scope, message->features, -1}, message};
    size_t own = message->ast     ? count_fields(message->ast)
                 : message->group ? message->group->fields.count
                                  : 2;
    size_t count = own + count_extensions(pool, message->full_name);
    message->is_linked = true;
    message->fields = sma_proto_pool_array(pool, count, sizeof *message->fields);
    if (!message->fields)
        return;
    if (message->ast) {
        add_fields(&to, message->ast->fields);
        add_oneofs(&to, message->ast);
        add_groups(&to, message->ast->groups);
    } else if (message->group) {
        add_fields(&to, message->group->fields);
    } else {
        add_map_fields(&to, message->map);
    }
    for (const struct target *t = sma_map_get(&pool->targets, message->full_name);
         t && !pool->status; t = t->next)
        link_extension(pool, &message->fields[message->field_count++], t->extension);
    if (pool->status)
        return;
    index_fields(pool, message);
    message->well_known = well_known_of(message);
}

const struct sma_proto_field_type *
sma_proto_pool_extension(struct sma_proto_pool *pool, struct sma_str name, struct sma_str scope)
{
    const struct sma_proto_extension *extension =
        sma_proto_resolve_extension(pool->session, name, scope);
    struct sma_proto_field_type *out =
        extension ? sma_proto_pool_array(pool, 1, sizeof *out) : NULL;
    if (out)
        link_extension(pool, out, extension);
    return pool->status ? NULL : out;
}
