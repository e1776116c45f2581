/* Descriptors of a parsed schema: the file alone, or with all it imports. */
#include "core/protobuf/protobuf.h"

#include "core/protobuf/descriptor.h"
#include "core/protobuf/schema.h"
#include "core/protobuf/wire.h"

enum sma_status sma_proto_put_file_descriptor(struct sma_buf *out, const struct sma_schema *schema,
                                              struct sma_str name, struct sma_error *err)
{
    const struct sma_proto_schema *self = sma_proto_of(schema);
    struct sma_proto_walk walk;
    sma_proto_walk_init(&walk, &self->world);
    enum sma_status st = sma_proto_put_descriptor(out, &walk.session, &self->world.units[0], name,
                                                  SMA_PROTO_DESCRIPTOR_EXACT, err);
    sma_proto_walk_fini(&walk);
    return st;
}

/* The way down an import graph. */
struct set_writer {
    struct sma_buf *out;
    struct sma_proto_session *session;
    struct sma_map done; /* import paths, on the way or written: cycles end here */
    struct sma_error *err;
};

#define IMPORT_DEPTH_MAX SMA_REFERENCES_TRANSITIVE_MAX

static enum sma_status put_unit(struct set_writer *w, const struct sma_proto_unit *unit,
                                struct sma_str name, unsigned depth);

static enum sma_status put_imports(struct set_writer *w, const struct sma_proto_file *file,
                                   unsigned depth)
{
    for (size_t i = 0; i < file->import_count; i++) {
        struct sma_str path = file->imports[i].path;
        const struct sma_proto_unit *unit = sma_proto_find_import(w->session, path);
        int added = unit ? sma_map_add(&w->done, path, NULL) : 0;
        if (added < 0)
            return sma_fail_nomem(w->err);
        enum sma_status st = added ? put_unit(w, unit, path, depth + 1) : SMA_OK;
        if (st)
            return st;
    }
    return SMA_OK;
}

static enum sma_status put_unit(struct set_writer *w, const struct sma_proto_unit *unit,
                                struct sma_str name, unsigned depth)
{
    if (depth > IMPORT_DEPTH_MAX)
        return sma_fail(w->err, SMA_ELIMIT, "imports nested deeper than %d files",
                        IMPORT_DEPTH_MAX);
    enum sma_status st = put_imports(w, unit->file, depth);
    if (st)
        return st;
    size_t mark = sma_proto_open(w->out, 1);
    st = sma_proto_put_descriptor(w->out, w->session, unit, name, SMA_PROTO_DESCRIPTOR_EXACT,
                                  w->err);
    sma_proto_close(w->out, mark);
    return st;
}

enum sma_status sma_proto_put_descriptor_set(struct sma_buf *out, const struct sma_schema *schema,
                                             struct sma_str name, struct sma_error *err)
{
    const struct sma_proto_schema *self = sma_proto_of(schema);
    struct sma_proto_walk walk;
    struct set_writer writer = {.out = out, .session = &walk.session, .err = err};
    sma_proto_walk_init(&walk, &self->world);
    sma_map_init(&writer.done);
    enum sma_status st = put_unit(&writer, &self->world.units[0], name, 0);
    sma_map_fini(&writer.done);
    sma_proto_walk_fini(&walk);
    return !st && sma_buf_failed(out) ? sma_fail_nomem(err) : st;
}
