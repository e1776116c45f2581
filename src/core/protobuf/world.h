/* All that a schema's names can mean: its own file, the files of its references, and the built-in
 * files. A world is immutable once built and belongs to the schema; the built-in files that a walk
 * really looks into are parsed on demand into a session, which belongs to the walk. */
#ifndef SMA_CORE_PROTOBUF_WORLD_H
#define SMA_CORE_PROTOBUF_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/map.h"
#include "core/protobuf/ast.h"
#include "core/schema/schema.h"

enum sma_proto_origin {
    SMA_PROTO_OWN,       /* the schema's own file */
    SMA_PROTO_REFERENCE, /* of a reference, direct or not */
    SMA_PROTO_BUILTIN
};

/* One file. */
struct sma_proto_unit {
    struct sma_str path; /* import path; empty for the schema's own file */
    const struct sma_proto_file *file;
    enum sma_proto_origin origin;
    struct sma_str subject; /* of a reference */
    int32_t version;
};

/* A message or enum. */
struct sma_proto_type {
    struct sma_str full_name;                 /* without a leading dot */
    const struct sma_proto_message *message;  /* NULL for enums, and until loaded for built-ins */
    const struct sma_proto_enum *enumeration; /* NULL for messages, and until loaded */
    const struct sma_proto_unit *unit;        /* NULL: a built-in that is not loaded */
    uint8_t builtin;                          /* index of its built-in file, when unit is NULL */
    bool is_enum;
};

/* A field or group that some `extend` declares. */
struct sma_proto_extension {
    struct sma_str full_name;
    struct sma_str scope;                /* full name of the package or message it is declared in */
    struct sma_str target;               /* as written */
    const struct sma_proto_field *field; /* NULL for a group */
    const struct sma_proto_group *group; /* NULL for a field */
    const struct sma_proto_unit *unit;
};

struct sma_proto_world {
    struct sma_proto_unit *units; /* [0] is the schema's own file, references follow */
    size_t unit_count;
    struct sma_map types; /* full name → struct sma_proto_type: own file and references */
    struct sma_map paths; /* import path → struct sma_proto_unit: references */
    uint32_t hidden;      /* bit i: a reference has taken the place of built-in file i */
};

/* Reads the types of all units into the table; `units` and the trees must live as long as the
 * world, `arena` gets the names. On failure nothing needs to be freed. */
enum sma_status sma_proto_world_init(struct sma_proto_world *world, struct sma_arena *arena,
                                     struct sma_proto_unit *units, size_t unit_count,
                                     struct sma_error *err) SMA_MUST_CHECK;
void sma_proto_world_fini(struct sma_proto_world *world);

/* A walk through one world: scratch memory and what was parsed on the way. One thread. */
struct sma_proto_session {
    const struct sma_proto_world *world;
    struct sma_arena *arena;
    struct sma_buf name; /* the candidate being looked up */
    struct sma_work *work;
    struct sma_proto_library *library;
    struct sma_map extensions; /* full name → struct sma_proto_extension; filled on first use */
    bool has_extensions;
    enum sma_status status; /* sticky: out of memory, or `work` ran out */
};

/* The built-in files parsed so far; sessions of two worlds that are compared share one, so that a
 * built-in type is one object for both. */
struct sma_proto_library {
    struct sma_arena *arena;
    struct sma_proto_unit units[32];
    struct sma_map types; /* full name → struct sma_proto_type, loaded */
};

void sma_proto_library_init(struct sma_proto_library *library, struct sma_arena *arena);
void sma_proto_library_fini(struct sma_proto_library *library);

/* `arena`, `work` and `library` must outlive the session. */
void sma_proto_session_init(struct sma_proto_session *session, const struct sma_proto_world *world,
                            struct sma_arena *arena, struct sma_work *work,
                            struct sma_proto_library *library);
void sma_proto_session_fini(struct sma_proto_session *session);
/* The sticky status as an error. */
enum sma_status sma_proto_session_status(const struct sma_proto_session *session,
                                         struct sma_error *err) SMA_MUST_CHECK;

/* What `name` means inside `scope` (a full name: package and enclosing messages). A leading dot
 * makes it absolute; else the whole dotted name is tried in every enclosing scope, innermost first.
 * NULL when nothing has that name. Source: compat-protobuf section 4. */
const struct sma_proto_type *sma_proto_resolve(struct sma_proto_session *session,
                                               struct sma_str name, struct sma_str scope);
/* The same type with its message or enum: parses the built-in file it stands in. NULL only after a
 * failure (sticky status). */
const struct sma_proto_type *sma_proto_load(struct sma_proto_session *session,
                                            const struct sma_proto_type *type);
/* The unit of a built-in file, parsed; NULL after a failure. */
const struct sma_proto_unit *sma_proto_load_unit(struct sma_proto_session *session, size_t builtin);
/* The extension that `name` means inside `scope`, or NULL. */
const struct sma_proto_extension *sma_proto_resolve_extension(struct sma_proto_session *session,
                                                              struct sma_str name,
                                                              struct sma_str scope);

/* Makes sure that the session's table holds the extensions of the schema and its references. */
void sma_proto_fill_extensions(struct sma_proto_session *session);

/* The unit that an import line means: a reference of that path, else the built-in file, else NULL.
 */
const struct sma_proto_unit *sma_proto_find_import(struct sma_proto_session *session,
                                                   struct sma_str path);

/* "a.b" and "M" to "a.b.M", in the arena; an empty scope gives the name itself. ptr NULL when out
 * of memory. */
struct sma_str sma_proto_join(struct sma_arena *arena, struct sma_str scope, struct sma_str name);
/* ASCII lower case, in the arena: the field of a group. ptr NULL when out of memory. */
struct sma_str sma_proto_lower(struct sma_arena *arena, struct sma_str name);
/* A full name without the last part; empty when there is none. */
struct sma_str sma_proto_outer(struct sma_str full_name);

#endif
