#include "cli/side_registry.h"

#include "cli/schema_files.h"
#include "core/formats/formats.h"

/* ---- what is wanted ---- */

enum sma_status sma_wanted_add(struct sma_wanted *wanted, struct sma_arena *arena,
                               struct sma_str subject, int32_t version, struct sma_error *err)
{
    struct sma_fetch *grown = sma_arena_grow(arena, wanted->items, wanted->count,
                                             &wanted->capacity, wanted->count + 1, sizeof *grown);
    if (!grown)
        return sma_fail_nomem(err);
    if (wanted->count >= SMA_FILES_MAX)
        return sma_fail(err, SMA_ELIMIT, "more than %u schema versions", SMA_FILES_MAX);
    wanted->items = grown;
    grown[wanted->count++] = (struct sma_fetch){.subject = subject, .version = version};
    return SMA_OK;
}

enum sma_status sma_wanted_add_history(struct sma_wanted *wanted, struct sma_remote *remote,
                                       struct sma_arena *arena, struct sma_str subject,
                                       size_t history, struct sma_error *err)
{
    struct sma_numbers versions = {NULL, 0};
    enum sma_status st =
        sma_remote_versions(&versions, remote, arena, subject, SMA_REMOTE_LIVE, err);
    if (st == SMA_ENOTFOUND) {
        sma_error_clear(err);
        return SMA_OK;
    }
    size_t first = history && history < versions.count ? versions.count - history : 0;
    for (size_t i = first; !st && i < versions.count; i++)
        st = sma_wanted_add(wanted, arena, subject, versions.items[i], err);
    return st;
}

/* ---- files of the side ---- */

static struct sma_str label_of(struct sma_side *side, struct sma_str subject,
                               const struct sma_remote_schema *schema)
{
    if (subject.len)
        return sma_arena_printf(side->arena, "sr:%.*s@%d", SMA_STR_ARG(subject), schema->version);
    return schema->id ? sma_arena_printf(side->arena, "sr:id/%d", schema->id)
                      : sma_arena_printf(side->arena, "sr:guid/%.*s", SMA_STR_ARG(schema->guid));
}

/* Registries keep one long line. */
static enum sma_status lay_out(struct sma_side *side, struct sma_file *file,
                               const struct sma_remote_schema *schema, struct sma_error *err)
{
    file->text = schema->text;
    file->is_formatted = sma_str_chr(schema->text, '\n') < 0 && schema->text.len > 2;
    return file->is_formatted ? sma_schema_pretty(&file->text, side->arena, schema, err) : SMA_OK;
}

/* Names without a context mean that of the schema they stand in. */
static enum sma_status take_references(struct sma_side *side, struct sma_file *file,
                                       const struct sma_remote_schema *schema,
                                       struct sma_str subject, struct sma_error *err)
{
    struct sma_reference *made =
        sma_arena_calloc(side->arena, schema->reference_count + 1, sizeof *made);
    ptrdiff_t end = sma_str_chr(sma_str_from(subject, 1), ':');
    bool is_elsewhere = sma_str_starts(subject, SMA_STR(":.")) && end > 0;
    struct sma_str context = sma_str_head(subject, (size_t)end + 2);
    if (!made)
        return sma_fail_nomem(err);
    for (size_t i = 0; i < schema->reference_count; i++) {
        made[i] = schema->references[i];
        if (is_elsewhere && !sma_str_starts(made[i].subject, SMA_STR(":.")))
            made[i].subject = sma_arena_printf(side->arena, "%.*s%.*s", SMA_STR_ARG(context),
                                               SMA_STR_ARG(made[i].subject));
        if (!made[i].subject.ptr)
            return sma_fail_nomem(err);
    }
    file->references = made;
    file->reference_count = schema->reference_count;
    return SMA_OK;
}

static enum sma_status add_schema(struct sma_file **out, struct sma_side *side,
                                  const struct sma_remote_schema *schema, struct sma_str subject,
                                  bool is_selected, struct sma_error *err)
{
    struct sma_str label = label_of(side, subject, schema);
    struct sma_file *file = label.ptr ? sma_side_at(side, label) : NULL;
    if (file) {
        file->is_selected |= is_selected;
        *out = file;
        return SMA_OK;
    }
    file = label.ptr ? sma_side_add(side, label) : NULL;
    if (!file)
        return sma_fail_nomem(err);
    file->subject = subject.len ? subject : label;
    file->version = schema->version;
    file->id = schema->id;
    file->is_loaded = true;
    file->is_selected = is_selected;
    file->is_remote = true;
    file->format = sma_format_find(schema->type);
    *out = file;
    if (!file->format)
        return sma_fail(err, SMA_EUNSUPPORTED, "%.*s is of a type this program does not know: %.*s",
                        SMA_STR_ARG(label), SMA_STR_ARG(schema->type));
    enum sma_status st = lay_out(side, file, schema, err);
    return st ? st : take_references(side, file, schema, subject, err);
}

/* Adds what one file refers to and is neither on the side nor wanted yet. */
static enum sma_status want_referred(struct sma_wanted *wanted, struct sma_map *labels,
                                     struct sma_side *side, const struct sma_file *file,
                                     struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    for (size_t r = 0; !st && r < file->reference_count; r++) {
        const struct sma_reference *reference = &file->references[r];
        const struct sma_remote_schema named = {.version = reference->version};
        struct sma_str label = label_of(side, reference->subject, &named);
        if (!label.ptr)
            return sma_fail_nomem(err);
        if (sma_side_at(side, label))
            continue;
        int was_new = sma_map_add(labels, label, side);
        if (was_new < 0)
            return sma_fail_nomem(err);
        if (was_new)
            st = sma_wanted_add(wanted, side->arena, reference->subject, reference->version, err);
    }
    return st;
}

/* Level by level, several at a time: what the files from `first` on refer to, and so on. */
static enum sma_status add_referred(struct sma_side *side, struct sma_remote *remote,
                                    const struct sma_arguments *arguments, size_t first,
                                    struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    while (!st && first < side->count) {
        struct sma_wanted wanted = {NULL, 0, 0};
        struct sma_map labels;
        size_t end = side->count;
        sma_map_init(&labels);
        for (; !st && first < end; first++)
            st = want_referred(&wanted, &labels, side, side->files[first], err);
        sma_map_fini(&labels);
        if (!st && wanted.count)
            st = sma_remote_fetch(remote, side->arena, arguments, wanted.items, wanted.count, true,
                                  err);
        for (size_t i = 0; !st && i < wanted.count; i++) {
            struct sma_file *file;
            /* What is missing is told when the schema that needs it is built. */
            if (!wanted.items[i].is_missing)
                st = add_schema(&file, side, &wanted.items[i].schema, wanted.items[i].subject,
                                false, err);
        }
    }
    return st;
}

enum sma_status sma_side_add_wanted(struct sma_side *side, struct sma_remote *remote,
                                    const struct sma_arguments *arguments,
                                    struct sma_wanted *wanted,
                                    bool (*keep)(void *ctx, const struct sma_fetch *item),
                                    void *ctx, struct sma_error *err)
{
    size_t first = side->count;
    struct sma_file *file;
    enum sma_status st = sma_remote_fetch(remote, side->arena, arguments, wanted->items,
                                          wanted->count, false, err);
    for (size_t i = 0; !st && i < wanted->count; i++)
        if (!wanted->items[i].is_missing && (!keep || keep(ctx, &wanted->items[i])))
            st = add_schema(&file, side, &wanted->items[i].schema, wanted->items[i].subject, true,
                            err);
    side->is_tree_listed = true;
    return st ? st : add_referred(side, remote, arguments, first, err);
}

/* ---- one reference of the user ---- */

/* Older registries answer an id without saying where it is in use. */
static enum sma_status find_home(struct sma_remote_schema *schema, struct sma_side *side,
                                 struct sma_remote *remote, struct sma_error *err)
{
    struct sma_subject_versions uses;
    if (schema->subject.len && schema->version > 0)
        return SMA_OK;
    schema->subject = SMA_STR("");
    schema->version = 0;
    if (!schema->id)
        return SMA_OK;
    enum sma_status st = sma_remote_uses(&uses, remote, side->arena, schema->id, true, err);
    if (st == SMA_ENOTFOUND) {
        sma_error_clear(err);
        return SMA_OK;
    }
    if (!st && uses.count) {
        schema->subject = uses.items[0].subject;
        schema->version = uses.items[0].version;
    }
    return st;
}

enum sma_status sma_side_add_id(struct sma_file **out, struct sma_side *side,
                                struct sma_remote *remote, const struct sma_arguments *arguments,
                                int32_t id, struct sma_str guid, struct sma_error *err)
{
    struct sma_remote_schema schema;
    size_t first = side->count;
    enum sma_status st = id ? sma_remote_by_id(&schema, remote, side->arena, id, err)
                            : sma_remote_by_guid(&schema, remote, side->arena, guid, err);
    *out = NULL;
    if (!st)
        st = find_home(&schema, side, remote, err);
    if (!st)
        st = add_schema(out, side, &schema, schema.subject, true, err);
    side->is_tree_listed = true;
    return st ? st : add_referred(side, remote, arguments, first, err);
}

static enum sma_status want_all(struct sma_wanted *wanted, struct sma_side *side,
                                struct sma_remote *remote, const struct sma_sr_ref *ref,
                                struct sma_error *err)
{
    struct sma_strings names = {NULL, 0, 0};
    enum sma_status st =
        sma_remote_subjects(&names, remote, side->arena, ref->subject, SMA_REMOTE_LIVE, err);
    for (size_t i = 0; !st && i < names.count; i++)
        st = ref->versions == SMA_SR_EVERY
                 ? sma_wanted_add_history(wanted, remote, side->arena, names.items[i], 0, err)
                 : sma_wanted_add(wanted, side->arena, names.items[i], 0, err);
    return st;
}

enum sma_status sma_side_add_registry(struct sma_side *side, struct sma_remote *remote,
                                      const struct sma_arguments *arguments,
                                      const struct sma_sr_ref *ref, struct sma_error *err)
{
    struct sma_wanted wanted = {NULL, 0, 0};
    size_t before = side->count;
    bool is_many = ref->kind == SMA_SR_ALL || sma_subject_is_pattern(ref->subject);
    enum sma_status st = SMA_OK;
    struct sma_file *file;
    side->is_single = !is_many;
    if (ref->kind == SMA_SR_ID || ref->kind == SMA_SR_GUID)
        return sma_side_add_id(&file, side, remote, arguments, ref->id, ref->guid, err);
    if (is_many)
        st = want_all(&wanted, side, remote, ref, err);
    else if (ref->versions == SMA_SR_EVERY)
        st = sma_wanted_add_history(&wanted, remote, side->arena, ref->subject, 0, err);
    else
        st = sma_wanted_add(&wanted, side->arena, ref->subject, ref->version, err);
    if (!st)
        st = sma_side_add_wanted(side, remote, arguments, &wanted, NULL, NULL, err);
    if (st || side->count > before)
        return st;
    return sma_remote_fail(err, SMA_ENOTFOUND, SMA_EXIT_NOT_FOUND, "%s has no %s%.*s",
                           sma_remote_url(remote), ref->version ? "such version of " : "subject ",
                           SMA_STR_ARG(ref->subject));
}

/* ---- names that no file defines ---- */

static enum sma_status adopt(struct sma_file **out, struct sma_side *side, struct sma_str subject,
                             int32_t version, struct sma_error *err)
{
    struct sma_remote_schema schema;
    size_t first = side->count;
    enum sma_status st = sma_remote_version(&schema, side->remote, side->arena, subject, version,
                                            version > 0, err);
    if (st == SMA_ENOTFOUND) {
        sma_error_clear(err);
        return SMA_OK;
    }
    if (!st)
        st = add_schema(out, side, &schema, subject, false, err);
    return st ? st : add_referred(side, side->remote, side->remote_arguments, first, err);
}

enum sma_status sma_side_find_in_registry(struct sma_file **out, struct sma_side *side,
                                          const struct sma_file *from, struct sma_str name,
                                          struct sma_error *err)
{
    struct sma_remote_schema newest;
    *out = NULL;
    if (!side->remote)
        return SMA_OK;
    enum sma_status st =
        sma_remote_version(&newest, side->remote, side->arena, from->subject, 0, false, err);
    if (st == SMA_ENOTFOUND) {
        sma_error_clear(err);
        newest.reference_count = 0;
        st = SMA_OK;
    }
    for (size_t i = 0; !st && i < newest.reference_count; i++)
        if (sma_str_eq(newest.references[i].name, name))
            return adopt(out, side, newest.references[i].subject, newest.references[i].version,
                         err);
    return st ? st : adopt(out, side, name, 0, err);
}
