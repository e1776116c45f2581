/* One side of a check: its list of files, their subjects and texts. */
#include "cli/git.h"
#include "cli/project.h"
#include "cli/source.h"

void sma_side_init(struct sma_side *side, struct sma_arena *arena,
                   const struct sma_project *project)
{
    *side = (struct sma_side){.arena = arena, .project = project, .label = SMA_STR("files")};
    sma_map_init(&side->by_path);
    sma_map_init(&side->by_subject);
    sma_map_init(&side->by_name);
}

void sma_side_fini(struct sma_side *side)
{
    for (size_t i = 0; i < side->count; i++)
        for (struct sma_file *file = side->files[i]; file; file = file->older) {
            sma_schema_unref(file->schema); /* a version may be in the list and behind another */
            file->schema = NULL;
        }
    sma_map_fini(&side->by_path);
    sma_map_fini(&side->by_subject);
    sma_map_fini(&side->by_name);
    side->count = 0;
}

struct sma_file *sma_side_add(struct sma_side *side, struct sma_str path)
{
    if (side->count >= SMA_FILES_MAX)
        return NULL;
    struct sma_file **grown = sma_arena_grow(side->arena, side->files, side->count, &side->capacity,
                                             side->count + 1, sizeof *grown);
    struct sma_file *file = sma_arena_calloc(side->arena, 1, sizeof *file);
    struct sma_str own = sma_arena_copy(side->arena, path);
    if (!grown || !file || !own.ptr)
        return NULL;
    side->files = grown;
    file->path = own;
    file->label = own;
    side->files[side->count++] = file;
    return sma_map_add(&side->by_path, own, file) < 0 ? NULL : file;
}

struct sma_file *sma_side_at(struct sma_side *side, struct sma_str path)
{
    return sma_map_get(&side->by_path, path);
}

/* ---- names ---- */

/* A folder of versions: "orders-value/3.avsc", "orders-value/v3.avsc", "orders-value@3.avsc". */
static bool version_of_stem(struct sma_str stem, struct sma_str *before, int32_t *version)
{
    ptrdiff_t at = sma_str_rchr(stem, '@');
    struct sma_str digits = at < 0 ? stem : sma_str_from(stem, (size_t)at + 1);
    if (at < 0 && digits.len > 1 && digits.ptr[0] == 'v')
        digits = sma_str_from(digits, 1);
    int64_t number = 0;
    if (!digits.len || digits.len > 9)
        return false;
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.ptr[i] < '0' || digits.ptr[i] > '9')
            return false;
        number = number * 10 + (digits.ptr[i] - '0');
    }
    *before = at < 0 ? SMA_STR("") : sma_str_head(stem, (size_t)at);
    *version = (int32_t)number;
    return number > 0;
}

static enum sma_status name_file(struct sma_side *side, struct sma_file *file,
                                 struct sma_error *err)
{
    struct sma_str stem = sma_path_stem(side->arena, file->path), before;
    int32_t version;
    if (!stem.ptr)
        return sma_fail_nomem(err);
    enum sma_status st =
        sma_project_subject(&file->subject, side->project, side->arena, file->path, stem, err);
    if (st || file->subject.ptr)
        return st;
    file->subject = stem;
    if (!version_of_stem(stem, &before, &version))
        return SMA_OK;
    struct sma_str folder = sma_path_folder(file->path);
    if (!before.len && !sma_str_eqz(folder, "."))
        before = sma_path_stem(side->arena, folder);
    if (before.len) {
        file->subject = before;
        file->version = version;
    }
    return SMA_OK;
}

enum sma_status sma_side_name(struct sma_side *side, struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    for (size_t i = 0; !st && i < side->count; i++) {
        struct sma_file *file = side->files[i];
        bool is_maybe;
        if (!file->format)
            file->format = sma_type_of_name(file->path, &is_maybe);
        if (!file->subject.ptr)
            st = name_file(side, file, err);
        struct sma_file *known = st ? NULL : sma_map_get(&side->by_subject, file->subject);
        bool is_better = !known || (file->is_selected && !known->is_selected);
        if (!st && is_better && !sma_map_put(&side->by_subject, file->subject, file))
            st = sma_fail_nomem(err);
    }
    return st;
}

/* ---- texts ---- */

static void drop_mark(struct sma_file *file)
{
    file->has_bom = sma_str_starts(file->text, SMA_STR("\xEF\xBB\xBF"));
    if (file->has_bom)
        file->text = sma_str_from(file->text, 3);
    file->is_loaded = true;
}

enum sma_status sma_side_load(struct sma_side *side, struct sma_file *file, struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    if (file->is_loaded)
        return SMA_OK;
    if (!file->text.ptr) {
        st = side->git ? sma_git_blob(&file->text, side->git, side->arena, file->oid, err)
                       : sma_read_file(&file->text, side->arena, file->path.ptr, err);
        if (st)
            sma_error_prefix(err, "%.*s: ", SMA_STR_ARG(file->label));
    }
    if (!st)
        drop_mark(file);
    if (!st && !file->format) {
        file->format = sma_type_of_text(file->text);
        file->is_bad = !file->format;
    }
    return st;
}
