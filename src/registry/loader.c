#include "registry/loader.h"

#include "core/hash/hash.h"
#include "registry/text.h"

void sma_loader_init(struct sma_loader *loader, struct sma_registry *registry,
                     struct sma_view *view, struct sma_arena *arena)
{
    *loader = (struct sma_loader){.registry = registry, .view = view, .arena = arena};
    sma_map_init(&loader->rows);
}

void sma_loader_fini(struct sma_loader *loader)
{
    sma_map_fini(&loader->rows);
}

void sma_loader_depend(struct sma_loader *loader, const char *kind, struct sma_str scope)
{
    struct sma_depends *depends = &loader->depends;
    struct sma_str prefix = sma_str_z(kind);
    for (size_t i = 0; i < depends->count; i++)
        if (sma_str_starts(depends->tags[i], prefix) &&
            sma_str_eq(sma_str_from(depends->tags[i], prefix.len), scope))
            return;
    if (depends->count == SMA_CACHE_TAGS_MAX) {
        depends->is_too_many = true;
        return;
    }
    struct sma_str tag = SMA_JOIN(loader->arena, prefix, scope);
    if (tag.ptr)
        depends->tags[depends->count++] = tag;
    else
        depends->is_too_many = true;
}

enum sma_status sma_loader_row(const struct sma_version **out, struct sma_loader *loader,
                               struct sma_str subject, int32_t version, struct sma_error *err)
{
    struct sma_str number = sma_str_make((const char *)&version, sizeof version);
    struct sma_str key = SMA_JOIN(loader->arena, number, subject);
    struct sma_version *row;
    if (!key.ptr)
        return sma_fail_nomem(err);
    sma_loader_depend(loader, "s:", subject);
    row = sma_map_get(&loader->rows, key);
    if (!row) {
        row = sma_arena_calloc(loader->arena, 1, sizeof *row);
        if (!row)
            return sma_fail_nomem(err);
        enum sma_status st = sma_view_version(loader->view, loader->arena, subject, version,
                                              SMA_WITH_DELETED, row, err);
        if (st)
            return st;
        if (!sma_map_put(&loader->rows, key, row))
            return sma_fail_nomem(err);
    }
    *out = row;
    return SMA_OK;
}

enum sma_status sma_loader_latest(struct sma_version *out, struct sma_loader *loader,
                                  struct sma_str subject, enum sma_deleted deleted,
                                  struct sma_error *err)
{
    sma_loader_depend(loader, "s:", subject);
    return sma_view_latest(loader->view, loader->arena, subject, deleted, out, err);
}

enum sma_status sma_loader_versions(struct sma_version_number **out, size_t *count,
                                    struct sma_loader *loader, struct sma_str subject,
                                    enum sma_deleted deleted, struct sma_error *err)
{
    sma_loader_depend(loader, "s:", subject);
    return sma_view_versions(loader->view, loader->arena, subject, deleted, out, count, err);
}

enum sma_status sma_loader_has_subject(bool *out, struct sma_loader *loader, struct sma_str subject,
                                       enum sma_deleted deleted, struct sma_error *err)
{
    sma_loader_depend(loader, "s:", subject);
    return sma_view_has_subject(loader->view, subject, deleted, out, err);
}

enum sma_status sma_loader_contexts(struct sma_str **out, size_t *count, struct sma_loader *loader,
                                    struct sma_error *err)
{
    struct sma_str *stored, *all;
    size_t stored_count, n = 0;
    sma_loader_depend(loader, "k:", SMA_STR(""));
    enum sma_status st =
        sma_view_contexts(loader->view, loader->arena, &stored, &stored_count, err);
    if (st)
        return st;
    all = sma_arena_calloc(loader->arena, stored_count + 1, sizeof *all);
    if (!all)
        return sma_fail_nomem(err);
    all[n++] = SMA_CONTEXT_DEFAULT;
    for (size_t i = 0; i < stored_count; i++)
        if (!sma_str_eq(stored[i], SMA_CONTEXT_DEFAULT))
            all[n++] = stored[i];
    *out = all;
    *count = n;
    return SMA_OK;
}

void sma_loader_depend_on_id(struct sma_loader *loader, struct sma_str context, int32_t id)
{
    struct sma_str scope = sma_arena_printf(loader->arena, "%.*s:%d", SMA_STR_ARG(context), id);
    if (scope.ptr)
        sma_loader_depend(loader, "i:", scope);
    else
        loader->depends.is_too_many = true;
}

enum sma_status sma_loader_id(struct sma_version *out, struct sma_loader *loader,
                              struct sma_str context, int32_t id, struct sma_error *err)
{
    struct sma_id_row row;
    sma_loader_depend_on_id(loader, context, id);
    enum sma_status st = sma_view_id(loader->view, loader->arena, context, id, &row, err);
    if (!st)
        *out = row.newest;
    return st;
}

enum sma_status sma_loader_id_versions(struct sma_version **out, size_t *count,
                                       struct sma_loader *loader, struct sma_str context,
                                       int32_t id, enum sma_deleted deleted, struct sma_error *err)
{
    sma_loader_depend_on_id(loader, context, id);
    return sma_view_id_versions(loader->view, loader->arena, context, id, deleted, out, count, err);
}

enum sma_status sma_loader_guid(struct sma_version *out, struct sma_loader *loader,
                                const uint8_t hash[SMA_HASH_LEN], struct sma_error *err)
{
    static const char digits[] = "0123456789abcdef";
    char hex[2 * SMA_HASH_LEN];
    for (size_t i = 0; i < SMA_HASH_LEN; i++) {
        hex[2 * i] = digits[hash[i] >> 4];
        hex[2 * i + 1] = digits[hash[i] & 15];
    }
    sma_loader_depend(loader, "h:", sma_str_make(hex, sizeof hex));
    return sma_view_guid(loader->view, loader->arena, hash, out, err);
}

enum sma_status sma_loader_max_id(int32_t *out, struct sma_loader *loader, struct sma_str context,
                                  struct sma_error *err)
{
    sma_loader_depend(loader, "x:", context);
    return sma_view_max_id(loader->view, context, out, err);
}

/* ---- walking over many versions -----------------------------------------------------------------
 */

#define SCAN_BYTES_MAX (8u << 20) /* kept from one row to the next: shared references */

void sma_scan_init(struct sma_scan *scan, struct sma_loader *main)
{
    scan->main = main;
    sma_arena_init(&scan->arena, 0);
    sma_loader_init(&scan->loader, main->registry, main->view, &scan->arena);
}

static void report_depends(struct sma_scan *scan)
{
    const struct sma_depends *depends = &scan->loader.depends;
    for (size_t i = 0; i < depends->count; i++)
        sma_loader_depend(scan->main, "", depends->tags[i]);
    scan->main->depends.is_too_many = scan->main->depends.is_too_many || depends->is_too_many;
}

void sma_scan_step(struct sma_scan *scan)
{
    if (scan->arena.bytes <= SCAN_BYTES_MAX)
        return;
    report_depends(scan);
    sma_loader_fini(&scan->loader);
    sma_arena_fini(&scan->arena);
    sma_loader_init(&scan->loader, scan->main->registry, scan->main->view, &scan->arena);
}

void sma_scan_fini(struct sma_scan *scan)
{
    report_depends(scan);
    sma_loader_fini(&scan->loader);
    sma_arena_fini(&scan->arena);
}
