/* Building a schema with what it refers to: finds the files behind its names on its own side, in
 * order of dependency, and parses the whole. */
#include "cli/git.h"
#include "cli/side_registry.h"
#include "cli/source.h"

struct closure {
    struct sma_side *side;
    struct sma_file *main;
    struct sma_reference *direct;
    size_t direct_count, direct_capacity;
    struct sma_resolved_reference *resolved;
    size_t resolved_count, resolved_capacity;
    struct sma_map seen; /* names already in the closure */
    size_t depth;
    enum sma_build_fault fault;
    struct sma_error *why, *err;
};

/* ---- looking a name up ---- */

/* Lists the rest of the tree when a name is first looked for: the folders of the chosen files. */
static enum sma_status list_tree(struct sma_side *side, struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    size_t count = side->count;
    if (side->is_tree_listed)
        return SMA_OK;
    side->is_tree_listed = true;
    for (size_t i = 0; !st && i < side->include_count; i++)
        st = sma_side_list_tree(side, side->includes[i], err);
    for (size_t i = 0; !st && i < count; i++)
        if (side->files[i]->is_selected && side->is_single)
            st = sma_side_list_tree(
                side, sma_arena_copy(side->arena, sma_path_folder(side->files[i]->path)), err);
    return st ? st : sma_side_name(side, err);
}

/* Maps what Avro and JSON Schema files define to the files; chosen files go first. */
static enum sma_status index_names(struct sma_side *side, struct sma_error *err)
{
    enum sma_status st = list_tree(side, err);
    if (side->is_indexed)
        return st;
    side->is_indexed = true;
    for (int turn = 0; turn < 2; turn++)
        for (size_t i = 0; !st && i < side->count; i++) {
            struct sma_file *file = side->files[i];
            if (file->is_selected != !turn || file->is_bad || file->is_history)
                continue;
            if (file->format && !strcmp(file->format->name, "PROTOBUF"))
                continue;
            st = sma_side_load(side, file, err);
            if (!st && sma_file_scan(side, file))
                st = sma_fail_nomem(err);
            for (size_t d = 0; !st && d < file->names.define_count; d++)
                if (sma_map_add(&side->by_name, file->names.defines[d], file) < 0)
                    st = sma_fail_nomem(err);
        }
    return st;
}

/* A path relative to the folder of the referrer, then to each include folder, then as it is. */
static enum sma_status find_path(struct sma_file **out, struct sma_side *side,
                                 const struct sma_file *from, struct sma_str name,
                                 struct sma_error *err)
{
    enum sma_status st = list_tree(side, err);
    struct sma_file *file = NULL;
    for (size_t i = 0; !st && !file && i < side->include_count; i++)
        file = sma_side_at(side, sma_path_join(side->arena, side->includes[i], name));
    if (!st && !file)
        file = sma_side_at(side, sma_path_join(side->arena, sma_path_folder(from->path), name));
    if (!st && !file)
        file = sma_side_at(side, sma_path_clean(side->arena, name));
    /* An import path usually starts at some folder above: the shortest path that ends with it. */
    for (size_t i = 0; !st && !file && i < side->count; i++) {
        struct sma_str path = side->files[i]->path;
        if (sma_str_ends(path, name) && path.len > name.len &&
            path.ptr[path.len - name.len - 1] == '/')
            file = side->files[i];
    }
    *out = file;
    return st;
}

/* JSON Schema: the reference against the file's own $id. */
static struct sma_str beside_id(struct sma_side *side, const struct sma_file *from,
                                struct sma_str name)
{
    if (!from->names.define_count)
        return SMA_STR("");
    struct sma_str id = from->names.defines[0];
    ptrdiff_t slash = sma_str_rchr(id, '/');
    if (slash < 0)
        return SMA_STR("");
    return sma_arena_printf(side->arena, "%.*s%.*s", (int)slash + 1, id.ptr, SMA_STR_ARG(name));
}

static enum sma_status find_name(struct sma_file **out, struct sma_side *side,
                                 const struct sma_file *from, struct sma_str name,
                                 struct sma_error *err)
{
    bool is_proto = !strcmp(from->format->name, "PROTOBUF");
    bool is_avro = !strcmp(from->format->name, "AVRO");
    enum sma_status st = SMA_OK;
    *out = NULL;
    if (!is_proto) {
        st = index_names(side, err);
        *out = st ? NULL : sma_map_get(&side->by_name, name);
        if (!st && !*out && !is_avro)
            *out = sma_map_get(&side->by_name, beside_id(side, from, name));
    }
    if (!st && !*out && !is_avro)
        st = find_path(out, side, from, name, err);
    if (*out && !(*out)->format)
        st = sma_side_load(side, *out, err);
    if (*out && (*out)->format != from->format)
        *out = NULL;
    return st;
}

/* The referenced version of a bundle's schema. */
static struct sma_file *find_version(const struct sma_side *side, struct sma_str subject,
                                     int32_t version)
{
    for (size_t i = 0; i < side->count; i++)
        if (side->files[i]->version == version && sma_str_eq(side->files[i]->subject, subject))
            return side->files[i];
    return NULL;
}

/* ---- the closure ---- */

static enum sma_status add_direct(struct closure *c, const struct sma_reference *reference)
{
    for (size_t i = 0; i < c->direct_count; i++)
        if (sma_str_eq(c->direct[i].name, reference->name))
            return SMA_OK;
    struct sma_reference *grown =
        sma_arena_grow(c->side->arena, c->direct, c->direct_count, &c->direct_capacity,
                       c->direct_count + 1, sizeof *grown);
    if (!grown)
        return sma_fail_nomem(c->err);
    c->direct = grown;
    grown[c->direct_count++] = *reference;
    return SMA_OK;
}

static enum sma_status add_resolved(struct closure *c, const struct sma_reference *reference,
                                    struct sma_str text)
{
    if (c->resolved_count >= SMA_REFERENCES_TRANSITIVE_MAX)
        return sma_fail(c->err, SMA_ELIMIT, "%.*s refers to more than %d schemas",
                        SMA_STR_ARG(c->main->label), SMA_REFERENCES_TRANSITIVE_MAX);
    struct sma_resolved_reference *grown =
        sma_arena_grow(c->side->arena, c->resolved, c->resolved_count, &c->resolved_capacity,
                       c->resolved_count + 1, sizeof *grown);
    if (!grown)
        return sma_fail_nomem(c->err);
    c->resolved = grown;
    grown[c->resolved_count++] = (struct sma_resolved_reference){*reference, text, c->depth == 1};
    return SMA_OK;
}

static enum sma_status unresolved(struct closure *c, const struct sma_file *from,
                                  struct sma_str name, size_t offset)
{
    const struct sma_map *names = &c->side->by_name;
    struct sma_str best = SMA_STR("");
    size_t best_distance = SIZE_MAX;
    for (size_t i = 0; i < names->count; i++) {
        size_t d = sma_str_distance(name, names->entries[i].key);
        if (d < best_distance) {
            best_distance = d;
            best = names->entries[i].key;
        }
    }
    c->fault = SMA_FAULT_UNRESOLVED;
    bool is_near = best.len && best_distance <= 2 + name.len / 3;
    sma_error_set(c->why, SMA_EINVAL, from == c->main ? offset : SMA_NO_OFFSET,
                  "\"%.*s\" is defined in no file of the tree%s%.*s%s", SMA_STR_ARG(name),
                  is_near ? "; did you mean \"" : "", is_near ? (int)best.len : 0, best.ptr,
                  is_near ? "\"?" : "");
    if (from != c->main)
        sma_error_prefix(c->why, "%.*s: ", SMA_STR_ARG(from->label));
    return SMA_OK;
}

static void cycle(struct closure *c, const struct sma_file *from, const struct sma_file *to,
                  size_t offset)
{
    c->fault = SMA_FAULT_CYCLE;
    sma_error_set(c->why, SMA_EINVAL, from == c->main ? offset : SMA_NO_OFFSET,
                  "%.*s -> %.*s: the reference closes a cycle", SMA_STR_ARG(from->label),
                  SMA_STR_ARG(to->label));
}

static enum sma_status visit(struct closure *c, struct sma_file *file);

/* Brings the file behind one reference into the closure, its own needs first. */
static enum sma_status take(struct closure *c, struct sma_file *from, struct sma_file *target,
                            const struct sma_reference *reference, size_t offset)
{
    enum sma_status st = SMA_OK;
    bool is_self = target == from;
    if (target->is_on_way && !is_self) {
        cycle(c, from, target, offset);
        return SMA_OK;
    }
    if (is_self)
        return SMA_OK;
    if (c->depth == 1)
        st = add_direct(c, reference);
    int was_new = st ? 0 : sma_map_add(&c->seen, reference->name, target);
    if (st || was_new <= 0)
        return was_new < 0 ? sma_fail_nomem(c->err) : st;
    st = sma_side_load(c->side, target, c->err);
    if (!st)
        st = visit(c, target);
    return st || c->fault ? st : add_resolved(c, reference, target->text);
}

static enum sma_status take_need(struct closure *c, struct sma_file *file, size_t i)
{
    struct sma_str name = file->names.needs[i];
    struct sma_file *target = NULL;
    enum sma_status st = find_name(&target, c->side, file, name, c->err);
    if (!st && !target)
        st = sma_side_find_in_registry(&target, c->side, file, name, c->err);
    if (st)
        return st;
    if (!target)
        return unresolved(c, file, name, file->names.need_starts[i]);
    bool is_avro = !strcmp(file->format->name, "AVRO");
    /* Avro defines every type of a text at once: it comes in under the first of them. */
    struct sma_reference reference = {
        .name = is_avro && target->names.define_count ? target->names.defines[0] : name,
        .subject = target->subject,
        .version = target->version ? target->version : 1,
    };
    return take(c, file, target, &reference, file->names.need_starts[i]);
}

static enum sma_status take_listed(struct closure *c, struct sma_file *file, size_t i)
{
    const struct sma_reference *reference = &file->references[i];
    struct sma_file *target = find_version(c->side, reference->subject, reference->version);
    if (target)
        return take(c, file, target, reference, SMA_NO_OFFSET);
    return unresolved(c, file, reference->name, SMA_NO_OFFSET);
}

static enum sma_status visit(struct closure *c, struct sma_file *file)
{
    enum sma_status st = sma_file_scan(c->side, file) ? sma_fail_nomem(c->err) : SMA_OK;
    size_t count = file->references ? file->reference_count : file->names.need_count;
    if (c->depth > SMA_FOLDER_DEPTH_MAX)
        return sma_fail(c->err, SMA_ELIMIT, "%.*s: references nest deeper than %u",
                        SMA_STR_ARG(c->main->label), SMA_FOLDER_DEPTH_MAX);
    file->is_on_way = true;
    c->depth++;
    for (size_t i = 0; !st && !c->fault && i < count; i++)
        st = file->references ? take_listed(c, file, i) : take_need(c, file, i);
    c->depth--;
    file->is_on_way = false;
    return st;
}

enum sma_status sma_side_source(struct sma_source *out, struct sma_side *side,
                                struct sma_file *file, enum sma_build_fault *fault,
                                struct sma_error *why, struct sma_error *err)
{
    struct closure c = {.side = side, .main = file, .why = why, .err = err};
    sma_map_init(&c.seen);
    enum sma_status st = sma_side_load(side, file, err);
    if (!st && file->format)
        st = visit(&c, file);
    sma_map_fini(&c.seen);
    if (st)
        return st;
    *fault = c.fault;
    *out = (struct sma_source){
        .text = file->text,
        .references = c.direct,
        .reference_count = c.direct_count,
        .resolved = c.resolved,
        .resolved_count = c.resolved_count,
    };
    return SMA_OK;
}

enum sma_status sma_side_build(struct sma_side *side, struct sma_file *file,
                               enum sma_build_fault *fault, struct sma_error *why,
                               struct sma_error *err)
{
    struct sma_source source;
    struct sma_parse_options options = {
        .mode = side->git || file->version ? SMA_PARSE_LAX : SMA_PARSE_STRICT, .validate = true};
    *fault = SMA_FAULT_NONE;
    if (file->schema)
        return SMA_OK;
    enum sma_status st = sma_side_source(&source, side, file, fault, why, err);
    if (st || *fault)
        return st;
    st = file->format->parse(&file->schema, &source, &options, why);
    if (st == SMA_ENOMEM || st == SMA_EINTERNAL)
        return sma_fail(err, st, "%.*s: %s", SMA_STR_ARG(file->label), why->message);
    if (st)
        *fault = SMA_FAULT_PARSE;
    return SMA_OK;
}
