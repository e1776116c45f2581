#include "registry/references.h"

#include "registry/codes.h"

struct walk {
    struct sma_loader *loader;
    struct sma_closure *closure;
    struct sma_map names; /* name -> index + 1 into resolved, 0 while it is being loaded */
    size_t capacity;      /* of closure->resolved */
    size_t bytes;         /* text loaded so far */
    struct sma_error *err;
};

static enum sma_status not_found(const struct sma_reference *reference, struct sma_error *err)
{
    return sma_refuse(err, SMA_CODE_INVALID_SCHEMA,
                      "No schema reference found for subject \"%.*s\" and version %d",
                      SMA_STR_ARG(reference->subject), reference->version);
}

static enum sma_status check_reference(const struct sma_reference *reference, struct sma_error *err)
{
    if (sma_str_trim(reference->name).len && sma_str_trim(reference->subject).len &&
        reference->version)
        return SMA_OK;
    return sma_refuse(err, SMA_CODE_INVALID_SCHEMA,
                      "Invalid reference: {name='%.*s', subject='%.*s', version=%d}",
                      SMA_STR_ARG(reference->name), SMA_STR_ARG(reference->subject),
                      reference->version);
}

/* The row that a reference means from inside `context`. */
static enum sma_status find_target(const struct sma_version **row, struct walk *walk,
                                   struct sma_str context, const struct sma_reference *reference)
{
    struct sma_loader *loader = walk->loader;
    struct sma_subject subject;
    struct sma_version latest;
    int32_t version = reference->version;
    enum sma_status st = check_reference(reference, walk->err);
    if (!st)
        st = sma_subject_resolve(&subject, loader->arena, context, reference->subject, walk->err);
    if (!st && version == -1) {
        st = sma_loader_latest(&latest, loader, subject.qualified, SMA_LIVE, walk->err);
        version = st ? version : latest.version;
    }
    if (!st)
        st = sma_loader_row(row, loader, subject.qualified, version, walk->err);
    return st == SMA_ENOTFOUND ? not_found(reference, walk->err) : st;
}

static enum sma_status add_resolved(struct walk *walk, const struct sma_reference *reference,
                                    const struct sma_version *row, struct sma_map_entry *name)
{
    struct sma_closure *closure = walk->closure;
    struct sma_resolved_reference *grown =
        sma_arena_grow(walk->loader->arena, closure->resolved, closure->resolved_count,
                       &walk->capacity, closure->resolved_count + 1, sizeof *grown);
    if (!grown)
        return sma_fail_nomem(walk->err);
    closure->resolved = grown;
    grown[closure->resolved_count] = (struct sma_resolved_reference){
        .reference = {reference->name, reference->subject, row->version},
        .text = row->content.text,
    };
    name->value = (void *)(++closure->resolved_count);
    return SMA_OK;
}

static enum sma_status take_budget(struct walk *walk, const struct sma_version *row)
{
    if (walk->names.count > SMA_REFERENCES_TRANSITIVE_MAX)
        return sma_refuse(walk->err, SMA_CODE_INVALID_SCHEMA,
                          "The schema leads to more than %d references",
                          SMA_REFERENCES_TRANSITIVE_MAX);
    walk->bytes += row->content.text.len;
    if (walk->bytes > SMA_RESOLVED_BYTES_MAX)
        return sma_refuse(walk->err, SMA_CODE_INVALID_SCHEMA,
                          "The referenced schemas have more than %u bytes", SMA_RESOLVED_BYTES_MAX);
    return SMA_OK;
}

static enum sma_status check_version(struct walk *walk, const struct sma_reference *reference,
                                     const struct sma_version *row,
                                     const struct sma_map_entry *name)
{
    size_t index = (size_t)name->value;
    if (!index || !sma_registry_options(walk->loader->registry)->references_strict)
        return SMA_OK;
    int32_t first = walk->closure->resolved[index - 1].reference.version;
    if (first == row->version)
        return SMA_OK;
    return sma_refuse(walk->err, SMA_CODE_INVALID_SCHEMA,
                      "Conflicting reference versions for \"%.*s\": version %d and version %d",
                      SMA_STR_ARG(reference->name), first, row->version);
}

/* Loads one reference and, before it, what it refers to. The recursion is bounded by the number of
 * names: each level has added one. */
static enum sma_status visit(struct walk *walk, struct sma_str context,
                             const struct sma_reference *reference, const struct sma_version **row)
{
    struct sma_subject subject;
    enum sma_status st = find_target(row, walk, context, reference);
    if (st)
        return st;
    int added = sma_map_add(&walk->names, reference->name, NULL);
    if (added < 0)
        return sma_fail_nomem(walk->err);
    if (!added)
        return check_version(walk, reference, *row, sma_map_find(&walk->names, reference->name));
    st = take_budget(walk, *row);
    if (!st)
        st = sma_subject_parse(&subject, walk->loader->arena, (*row)->subject, walk->err);
    for (size_t i = 0; !st && i < (*row)->content.reference_count; i++) {
        const struct sma_version *inner;
        st = visit(walk, subject.context, &(*row)->content.references[i], &inner);
    }
    return st ? st
              : add_resolved(walk, reference, *row, sma_map_find(&walk->names, reference->name));
}

static enum sma_status visit_direct(struct walk *walk, struct sma_str context,
                                    const struct sma_reference *reference, size_t i)
{
    struct sma_closure *closure = walk->closure;
    const struct sma_version *row;
    enum sma_status st = visit(walk, context, reference, &row);
    if (st)
        return st;
    closure->direct[i] = (struct sma_reference){reference->name, reference->subject, row->version};
    closure->targets[i] = (struct sma_target){
        .subject = row->subject,
        .version = row->version,
        .was_latest = reference->version == -1,
        .is_deleted = row->is_deleted,
    };
    size_t index = (size_t)sma_map_get(&walk->names, reference->name);
    if (index) /* 0: a name inside its own closure */
        closure->resolved[index - 1].is_direct = true;
    return SMA_OK;
}

enum sma_status sma_closure_load(struct sma_closure *out, struct sma_loader *loader,
                                 struct sma_str context, const struct sma_reference *references,
                                 size_t count, struct sma_error *err)
{
    struct sma_closure closure = {.direct_count = count};
    struct walk walk = {.loader = loader, .closure = &closure, .err = err};
    enum sma_status st = SMA_OK;
    if (count > SMA_REFERENCES_MAX)
        return sma_refuse(err, SMA_CODE_INVALID_SCHEMA, "The schema has more than %d references",
                          SMA_REFERENCES_MAX);
    if (!count) {
        *out = closure;
        return SMA_OK;
    }
    closure.direct = sma_arena_calloc(loader->arena, count, sizeof *closure.direct);
    closure.targets = sma_arena_calloc(loader->arena, count, sizeof *closure.targets);
    if (!closure.direct || !closure.targets)
        return sma_fail_nomem(err);
    sma_map_init(&walk.names);
    for (size_t i = 0; !st && i < count; i++)
        st = visit_direct(&walk, context, &references[i], i);
    sma_map_fini(&walk.names);
    if (!st)
        *out = closure;
    return st;
}

enum sma_status sma_closure_must_be_live(const struct sma_closure *closure, struct sma_error *err)
{
    for (size_t i = 0; i < closure->direct_count; i++)
        if (closure->targets[i].is_deleted)
            return not_found(&closure->direct[i], err);
    return SMA_OK;
}
