/* Message names and message indexes. */
#include "core/protobuf/protobuf.h"

#include "core/protobuf/builtin.h"
#include "core/protobuf/parse.h"
#include "core/protobuf/schema.h"

static bool has_types(const struct sma_proto_file *file)
{
    return file->messages.count + file->enums.count > 0;
}

/* The import that a file consists of: nothing but one public import. NULL otherwise. */
static const struct sma_proto_import *only_import(const struct sma_proto_file *file)
{
    if (has_types(file) || file->import_count != 1 || file->service_count || file->extends.count ||
        file->imports[0].kind != SMA_PROTO_IMPORT_PUBLIC)
        return NULL;
    return &file->imports[0];
}

/* First message, else first enum, of a file that has types. The name is the one the table of types
 * holds: it lives as long as the table. */
static bool first_name(struct sma_proto_walk *walk, const struct sma_proto_file *file,
                       struct sma_str *out)
{
    struct sma_str name = file->messages.count ? file->messages.items[0].name
                          : file->enums.count  ? file->enums.items[0].name
                                               : SMA_STR("");
    if (!name.len)
        return false;
    struct sma_str full = sma_proto_join(&walk->arena, file->package, name);
    if (!full.ptr && !walk->session.status)
        walk->session.status = SMA_ENOMEM;
    const struct sma_proto_type *type =
        full.ptr ? sma_proto_resolve(&walk->session, full, SMA_STR("")) : NULL;
    if (!type)
        return false;
    *out = type->full_name;
    return true;
}

enum sma_status sma_proto_default_name(struct sma_str *out, const struct sma_schema *schema,
                                       struct sma_error *err)
{
    const struct sma_proto_schema *self = sma_proto_of(schema);
    struct sma_proto_walk walk;
    bool found;
    sma_proto_walk_init(&walk, &self->world);
    found = first_name(&walk, self->file, out);
    const struct sma_proto_import *import = found ? NULL : only_import(self->file);
    const struct sma_proto_unit *unit =
        import ? sma_proto_find_import(&walk.session, import->path) : NULL;
    if (unit)
        found = first_name(&walk, unit->file, out);
    enum sma_status st = sma_proto_session_status(&walk.session, err);
    sma_proto_walk_fini(&walk);
    if (st || found)
        return st;
    return sma_fail(err, SMA_EINVAL, "Protobuf schema definition contains no type definitions");
}

/* Takes the first part off a dotted name. */
static struct sma_str take_part(struct sma_str *name)
{
    ptrdiff_t dot = sma_str_chr(*name, '.');
    struct sma_str part = dot < 0 ? *name : sma_str_head(*name, (size_t)dot);
    *name = dot < 0 ? SMA_STR("") : sma_str_from(*name, (size_t)dot + 1);
    return part;
}

static ptrdiff_t index_of(struct sma_proto_messages messages, struct sma_str name)
{
    for (size_t i = 0; i < messages.count; i++)
        if (sma_str_eq(messages.items[i].name, name))
            return (ptrdiff_t)i;
    return -1;
}

/* The name relative to the package of the file. */
static bool without_package(const struct sma_proto_file *file, struct sma_str *name)
{
    if (name->len && name->ptr[0] == '.')
        *name = sma_str_from(*name, 1);
    if (!file->package.len)
        return true;
    if (!sma_str_starts(*name, file->package) || name->len <= file->package.len ||
        name->ptr[file->package.len] != '.')
        return false;
    *name = sma_str_from(*name, file->package.len + 1);
    return true;
}

enum sma_status sma_proto_indexes_of(struct sma_message_indexes *out,
                                     const struct sma_schema *schema, struct sma_str name,
                                     struct sma_error *err)
{
    const struct sma_proto_file *file = sma_proto_of(schema)->file;
    struct sma_proto_messages level = file->messages;
    struct sma_message_indexes path = {.count = 0};
    struct sma_str rest = name;
    bool found = without_package(file, &rest) && rest.len > 0;
    while (found && rest.len && path.count < SMA_MESSAGE_INDEXES_MAX) {
        ptrdiff_t at = index_of(level, take_part(&rest));
        found = at >= 0;
        if (!found)
            break;
        path.path[path.count++] = (int32_t)at;
        level = level.items[at].messages;
    }
    if (!found || rest.len)
        return sma_fail(err, SMA_ENOTFOUND, "no message %.*s in the schema", SMA_STR_ARG(name));
    *out = path;
    return SMA_OK;
}

enum sma_status sma_proto_name_at(struct sma_buf *out, const struct sma_schema *schema,
                                  const struct sma_message_indexes *indexes, struct sma_error *err)
{
    const struct sma_proto_file *file = sma_proto_of(schema)->file;
    struct sma_proto_messages level = file->messages;
    size_t start = out->len;
    sma_buf_puts(out, file->package);
    for (size_t i = 0; i < indexes->count; i++) {
        int32_t at = indexes->path[i];
        if (at < 0 || (size_t)at >= level.count) {
            if (!sma_buf_failed(out))
                out->len = start;
            return sma_fail(err, SMA_ENOTFOUND, "message index %d leads nowhere", at);
        }
        if (out->len > start)
            sma_buf_putc(out, '.');
        sma_buf_puts(out, level.items[at].name);
        level = level.items[at].messages;
    }
    return sma_buf_failed(out) ? sma_fail_nomem(err) : SMA_OK;
}
