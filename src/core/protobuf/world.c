#include "core/protobuf/world.h"

#include "core/protobuf/builtin.h"
#include "core/protobuf/parse.h"

struct sma_str sma_proto_join(struct sma_arena *arena, struct sma_str scope, struct sma_str name)
{
    if (scope.len == 0)
        return name.ptr ? name : SMA_STR("");
    char *at = sma_arena_alloc(arena, scope.len + 1 + name.len);
    if (!at)
        return sma_str_make(NULL, 0);
    memcpy(at, scope.ptr, scope.len);
    at[scope.len] = '.';
    if (name.len)
        memcpy(at + scope.len + 1, name.ptr, name.len);
    return sma_str_make(at, scope.len + 1 + name.len);
}

struct sma_str sma_proto_lower(struct sma_arena *arena, struct sma_str name)
{
    char *at = sma_arena_alloc(arena, name.len);
    for (size_t i = 0; i < name.len && at; i++) {
        char c = name.ptr[i];
        at[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    return sma_str_make(at, at ? name.len : 0);
}

struct sma_str sma_proto_outer(struct sma_str full_name)
{
    ptrdiff_t dot = sma_str_rchr(full_name, '.');
    return sma_str_head(full_name, dot < 0 ? 0 : (size_t)dot);
}

/* What collecting the types of a file needs. */
struct collector {
    struct sma_map *types;
    struct sma_arena *arena;
    const struct sma_proto_unit *unit;
};

/* The first of several types with one name is the one that counts. */
static bool add_type(struct collector *c, struct sma_str full_name,
                     const struct sma_proto_message *message, const struct sma_proto_enum *one)
{
    struct sma_proto_type *type = sma_arena_alloc(c->arena, sizeof *type);
    if (!type || !full_name.ptr)
        return false;
    *type = (struct sma_proto_type){.full_name = full_name,
                                    .message = message,
                                    .enumeration = one,
                                    .unit = c->unit,
                                    .is_enum = one != NULL};
    return sma_map_add(c->types, full_name, type) >= 0;
}

static bool add_types(struct collector *c, struct sma_str scope, struct sma_proto_messages messages,
                      struct sma_proto_enums enums)
{
    for (size_t i = 0; i < messages.count; i++) {
        const struct sma_proto_message *message = &messages.items[i];
        struct sma_str name = sma_proto_join(c->arena, scope, message->name);
        if (!add_type(c, name, message, NULL) ||
            !add_types(c, name, message->messages, message->enums))
            return false;
    }
    for (size_t i = 0; i < enums.count; i++)
        if (!add_type(c, sma_proto_join(c->arena, scope, enums.items[i].name), NULL,
                      &enums.items[i]))
            return false;
    return true;
}

static bool add_file(struct sma_map *types, struct sma_arena *arena,
                     const struct sma_proto_unit *unit)
{
    struct collector collector = {types, arena, unit};
    return add_types(&collector, unit->file->package, unit->file->messages, unit->file->enums);
}

enum sma_status sma_proto_world_init(struct sma_proto_world *world, struct sma_arena *arena,
                                     struct sma_proto_unit *units, size_t unit_count,
                                     struct sma_error *err)
{
    *world = (struct sma_proto_world){.units = units, .unit_count = unit_count};
    sma_map_init(&world->types);
    sma_map_init(&world->paths);
    for (size_t i = 0; i < unit_count; i++) {
        int builtin = i ? sma_proto_builtin_find(units[i].path) : -1;
        if (builtin >= 0)
            world->hidden |= 1u << builtin;
        if (!add_file(&world->types, arena, &units[i]) ||
            (i && sma_map_add(&world->paths, units[i].path, &units[i]) < 0)) {
            sma_proto_world_fini(world);
            return sma_fail_nomem(err);
        }
    }
    return SMA_OK;
}

void sma_proto_world_fini(struct sma_proto_world *world)
{
    sma_map_fini(&world->types);
    sma_map_fini(&world->paths);
}

void sma_proto_library_init(struct sma_proto_library *library, struct sma_arena *arena)
{
    *library = (struct sma_proto_library){.arena = arena};
    sma_map_init(&library->types);
}

void sma_proto_library_fini(struct sma_proto_library *library)
{
    sma_map_fini(&library->types);
}

void sma_proto_session_init(struct sma_proto_session *session, const struct sma_proto_world *world,
                            struct sma_arena *arena, struct sma_work *work,
                            struct sma_proto_library *library)
{
    *session = (struct sma_proto_session){
        .world = world, .arena = arena, .work = work, .library = library};
    sma_buf_init(&session->name, 0);
    sma_map_init(&session->extensions);
}

void sma_proto_session_fini(struct sma_proto_session *session)
{
    sma_buf_fini(&session->name);
    sma_map_fini(&session->extensions);
}

enum sma_status sma_proto_session_status(const struct sma_proto_session *session,
                                         struct sma_error *err)
{
    if (session->status == SMA_ELIMIT)
        return sma_fail(err, SMA_ELIMIT, "name resolution takes more steps than allowed");
    if (session->status)
        return sma_fail_nomem(err);
    return SMA_OK;
}

/* A table of full names: those of types or those of extensions. */
typedef const void *lookup_fn(struct sma_proto_session *session, struct sma_str full_name);

static const void *find_type(struct sma_proto_session *session, struct sma_str full_name)
{
    const struct sma_proto_type *type = sma_map_get(&session->world->types, full_name);
    if (type)
        return type;
    type = sma_proto_builtin_type(full_name);
    return type && !(session->world->hidden >> type->builtin & 1) ? type : NULL;
}

/* Scopes can be long and names many: each try costs what it hashes. */
static bool take_work(struct sma_proto_session *session, size_t bytes)
{
    if (session->status)
        return false;
    if (!session->work || sma_work_take(session->work, 1 + bytes / 64))
        return true;
    session->status = SMA_ELIMIT;
    return false;
}

static const void *resolve(struct sma_proto_session *session, struct sma_str name,
                           struct sma_str scope, lookup_fn *lookup)
{
    if (name.len && name.ptr[0] == '.')
        return lookup(session, sma_str_from(name, 1));
    while (scope.len && take_work(session, scope.len + name.len)) {
        sma_buf_clear(&session->name);
        sma_buf_puts(&session->name, scope);
        sma_buf_putc(&session->name, '.');
        sma_buf_puts(&session->name, name);
        if (sma_buf_failed(&session->name)) {
            session->status = SMA_ENOMEM;
            return NULL;
        }
        const void *found = lookup(session, sma_buf_str(&session->name));
        if (found)
            return found;
        scope = sma_proto_outer(scope);
    }
    return take_work(session, name.len) ? lookup(session, name) : NULL;
}

const struct sma_proto_type *sma_proto_resolve(struct sma_proto_session *session,
                                               struct sma_str name, struct sma_str scope)
{
    return resolve(session, name, scope, find_type);
}

static const struct sma_proto_unit *load_unit(struct sma_proto_library *library, size_t builtin)
{
    struct sma_proto_unit *unit = &library->units[builtin];
    struct sma_proto_builtin source = sma_proto_builtin_at(builtin);
    const struct sma_proto_file *file;
    if (unit->file)
        return unit;
    /* Our own files parse; what can go wrong is memory. */
    if (sma_proto_parse(&file, library->arena, source.text, NULL))
        return NULL;
    *unit = (struct sma_proto_unit){.path = source.path, .file = file, .origin = SMA_PROTO_BUILTIN};
    return add_file(&library->types, library->arena, unit) ? unit : NULL;
}

const struct sma_proto_unit *sma_proto_load_unit(struct sma_proto_session *session, size_t builtin)
{
    const struct sma_proto_unit *unit =
        session->status ? NULL : load_unit(session->library, builtin);
    if (!unit && !session->status)
        session->status = SMA_ENOMEM;
    return unit;
}

const struct sma_proto_type *sma_proto_load(struct sma_proto_session *session,
                                            const struct sma_proto_type *type)
{
    if (type->unit)
        return type;
    if (!sma_proto_load_unit(session, type->builtin))
        return NULL;
    return sma_map_get(&session->library->types, type->full_name);
}

static bool add_extension(struct sma_proto_session *session, struct sma_str name,
                          struct sma_proto_extension extension)
{
    struct sma_proto_extension *one = sma_arena_alloc(session->arena, sizeof *one);
    if (!one || !name.ptr)
        return false;
    *one = extension;
    one->full_name = sma_proto_join(session->arena, extension.scope, name);
    return one->full_name.ptr && sma_map_add(&session->extensions, one->full_name, one) >= 0;
}

static bool add_extensions(struct sma_proto_session *session, const struct sma_proto_unit *unit,
                           struct sma_str scope, struct sma_proto_extends extends)
{
    for (size_t i = 0; i < extends.count; i++) {
        const struct sma_proto_extend *extend = &extends.items[i];
        struct sma_proto_extension one = {.scope = scope, .target = extend->target, .unit = unit};
        for (size_t j = 0; j < extend->fields.count; j++) {
            one.field = &extend->fields.items[j];
            if (!add_extension(session, one.field->name, one))
                return false;
        }
        one.field = NULL;
        for (size_t j = 0; j < extend->groups.count; j++) {
            one.group = &extend->groups.items[j];
            if (!add_extension(session, sma_proto_lower(session->arena, one.group->name), one))
                return false;
        }
    }
    return true;
}

static bool add_nested_extensions(struct sma_proto_session *session,
                                  const struct sma_proto_unit *unit, struct sma_str scope,
                                  struct sma_proto_messages messages)
{
    for (size_t i = 0; i < messages.count; i++) {
        const struct sma_proto_message *message = &messages.items[i];
        struct sma_str name = sma_proto_join(session->arena, scope, message->name);
        if (!name.ptr || !add_extensions(session, unit, name, message->extends) ||
            !add_nested_extensions(session, unit, name, message->messages))
            return false;
    }
    return true;
}

static bool add_unit_extensions(struct sma_proto_session *session,
                                const struct sma_proto_unit *unit)
{
    const struct sma_proto_file *file = unit->file;
    return add_extensions(session, unit, file->package, file->extends) &&
           add_nested_extensions(session, unit, file->package, file->messages);
}

void sma_proto_fill_extensions(struct sma_proto_session *session)
{
    if (session->has_extensions)
        return;
    session->has_extensions = true;
    for (size_t i = 0; i < session->world->unit_count; i++)
        if (!add_unit_extensions(session, &session->world->units[i]))
            session->status = SMA_ENOMEM;
}

/* Extensions of built-in files join the table when one is first asked for. */
static const void *find_extension(struct sma_proto_session *session, struct sma_str full_name)
{
    const void *found = sma_map_get(&session->extensions, full_name);
    int builtin = found ? -1 : sma_proto_builtin_extension(full_name);
    if (builtin < 0 || session->world->hidden >> builtin & 1)
        return found;
    const struct sma_proto_unit *unit = sma_proto_load_unit(session, (size_t)builtin);
    if (unit && !add_unit_extensions(session, unit))
        session->status = SMA_ENOMEM;
    return sma_map_get(&session->extensions, full_name);
}

const struct sma_proto_extension *sma_proto_resolve_extension(struct sma_proto_session *session,
                                                              struct sma_str name,
                                                              struct sma_str scope)
{
    sma_proto_fill_extensions(session);
    return session->status ? NULL : resolve(session, name, scope, find_extension);
}

const struct sma_proto_unit *sma_proto_find_import(struct sma_proto_session *session,
                                                   struct sma_str path)
{
    const struct sma_proto_unit *unit = sma_map_get(&session->world->paths, path);
    if (unit)
        return unit;
    int builtin = sma_proto_builtin_find(path);
    return builtin < 0 ? NULL : sma_proto_load_unit(session, (size_t)builtin);
}
