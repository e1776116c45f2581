/* A git commit as a side of a check, and the earlier texts behind its files. */
#include <stdlib.h>

#include "cli/git.h"
#include "cli/source.h"

/* "a/b/" and "a/c/x" give "../c/x". */
static struct sma_str seen_from(struct sma_arena *arena, struct sma_str prefix, struct sma_str path)
{
    struct sma_buf out;
    size_t common = 0;
    for (size_t i = 0; i < prefix.len && i < path.len && prefix.ptr[i] == path.ptr[i]; i++)
        if (prefix.ptr[i] == '/')
            common = i + 1;
    if (common == prefix.len)
        return sma_arena_copy(arena, sma_str_from(path, common));
    sma_buf_init(&out, 0);
    for (size_t i = common; i < prefix.len; i++)
        if (prefix.ptr[i] == '/')
            sma_buf_putz(&out, "../");
    sma_buf_puts(&out, sma_str_from(path, common));
    struct sma_str seen =
        sma_buf_failed(&out) ? sma_str_make(NULL, 0) : sma_arena_copy(arena, sma_buf_str(&out));
    sma_buf_fini(&out);
    return seen;
}

struct listing {
    struct sma_side *side;
    const struct sma_scope *scope;
    struct sma_str path, commit;
};

static bool is_at_or_below(struct sma_str path, struct sma_str folder)
{
    return sma_str_eq(path, folder) ||
           (sma_str_starts(path, folder) && path.len > folder.len && path.ptr[folder.len] == '/');
}

static enum sma_status take_entry(void *ctx, struct sma_str path, struct sma_str oid,
                                  struct sma_error *err)
{
    struct listing *l = ctx;
    struct sma_arena *arena = l->side->arena;
    bool is_maybe;
    if (!sma_type_of_name(path, &is_maybe) && !is_maybe)
        return SMA_OK;
    struct sma_str seen = seen_from(arena, sma_git_prefix(l->side->git), path);
    struct sma_file *file = seen.ptr ? sma_side_add(l->side, seen) : NULL;
    if (!file)
        return sma_fail(err, SMA_ELIMIT, "more than %u files", SMA_FILES_MAX);
    file->oid = sma_arena_copy(arena, oid);
    file->label = sma_arena_printf(arena, "git:%.7s:%.*s", l->commit.ptr, SMA_STR_ARG(path));
    file->is_selected = l->path.len ? is_at_or_below(path, l->path) || is_at_or_below(seen, l->path)
                                    : sma_scope_has(l->scope, seen);
    return file->oid.ptr && file->label.ptr ? SMA_OK : sma_fail_nomem(err);
}

enum sma_status sma_side_add_git(struct sma_side *side, struct sma_git *git, struct sma_str commit,
                                 const struct sma_scope *scope, struct sma_str path,
                                 struct sma_error *err)
{
    struct listing l = {side, scope, path, commit};
    side->git = git;
    side->is_tree_listed = true;
    side->label = sma_arena_printf(side->arena, "git:%.7s", commit.ptr);
    return sma_git_list(git, commit, take_entry, &l, err);
}

/* ---- history ---- */

struct trail {
    struct sma_file *newest, *last;
    size_t count;
};

struct history {
    struct sma_side *side;
    struct sma_map trails; /* path from the root, as it was at that time → trail */
    size_t max;
};

static enum sma_status add_older(struct history *h, struct trail *trail, struct sma_str commit,
                                 struct sma_str path, struct sma_str oid, struct sma_error *err)
{
    struct sma_arena *arena = h->side->arena;
    struct sma_file *file = sma_arena_calloc(arena, 1, sizeof *file);
    struct sma_str label = sma_arena_printf(arena, "git:%.7s:%.*s", commit.ptr, SMA_STR_ARG(path));
    if (!file || !label.ptr)
        return sma_fail_nomem(err);
    file->path = trail->newest->path;
    file->label = label;
    file->subject = trail->newest->subject;
    file->format = trail->newest->format;
    file->oid = sma_arena_copy(arena, oid);
    file->is_history = true;
    trail->last->older = file;
    trail->last = file;
    trail->count++;
    return file->oid.ptr ? SMA_OK : sma_fail_nomem(err);
}

static enum sma_status take_change(void *ctx, struct sma_str commit, struct sma_str from,
                                   struct sma_str to, struct sma_str oid, struct sma_error *err)
{
    struct history *h = ctx;
    struct trail *trail = sma_map_get(&h->trails, to);
    enum sma_status st = SMA_OK;
    if (!trail)
        return SMA_OK;
    bool is_news = oid.len && !sma_str_eq(trail->last->oid, oid);
    if (is_news && (!h->max || trail->count < h->max))
        st = add_older(h, trail, commit, to, oid, err);
    if (st || sma_str_eq(from, to))
        return st;
    struct sma_str own = sma_arena_copy(h->side->arena, from);
    sma_map_find(&h->trails, to)->value = NULL;
    return own.ptr && sma_map_put(&h->trails, own, trail) ? SMA_OK : sma_fail_nomem(err);
}

enum sma_status sma_side_add_history(struct sma_side *side, struct sma_str commit, size_t max,
                                     struct sma_error *err)
{
    struct history h = {.side = side, .max = max};
    enum sma_status st = SMA_OK;
    sma_map_init(&h.trails);
    for (size_t i = 0; !st && i < side->count; i++) {
        struct sma_file *file = side->files[i];
        struct trail *trail = sma_arena_calloc(side->arena, 1, sizeof *trail);
        if (!trail)
            st = sma_fail_nomem(err);
        if (st || file->is_history)
            continue;
        *trail = (struct trail){file, file, 1};
        /* The label ends with the path from the root: "git:1a2b3c4:path". */
        ptrdiff_t colon = sma_str_chr(sma_str_from(file->label, 4), ':');
        if (!sma_map_put(&h.trails, sma_str_from(file->label, (size_t)colon + 5), trail))
            st = sma_fail_nomem(err);
    }
    if (!st)
        st = sma_git_history(side->git, commit, take_change, &h, err);
    sma_map_fini(&h.trails);
    return st;
}

/* ---- numbered versions ---- */

static int by_version(const void *a, const void *b)
{
    const struct sma_file *x = *(struct sma_file *const *)a, *y = *(struct sma_file *const *)b;
    int order = sma_str_cmp(x->subject, y->subject);
    return order ? order : x->version < y->version ? 1 : x->version > y->version ? -1 : 0;
}

enum sma_status sma_side_chain_versions(struct sma_side *side, struct sma_error *err)
{
    struct sma_file **sorted = sma_arena_calloc(side->arena, side->count, sizeof *sorted);
    size_t count = 0;
    if (!sorted)
        return sma_fail_nomem(err);
    for (size_t i = 0; i < side->count; i++)
        if (side->files[i]->is_selected && side->files[i]->version)
            sorted[count++] = side->files[i];
    if (count)
        qsort(sorted, count, sizeof *sorted, by_version);
    for (size_t i = 0; i < count; i++) {
        bool is_newest = i == 0 || !sma_str_eq(sorted[i - 1]->subject, sorted[i]->subject);
        if (!is_newest)
            sorted[i - 1]->older = sorted[i];
        else if (!sma_map_put(&side->by_subject, sorted[i]->subject, sorted[i]))
            return sma_fail_nomem(err);
    }
    return SMA_OK;
}
