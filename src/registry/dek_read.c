/* Reading keks and deks. */
#include <stdlib.h>

#include "registry/dek_op.h"
#include "registry/read.h"

static enum sma_deleted which(bool with_deleted)
{
    return with_deleted ? SMA_WITH_DELETED : SMA_LIVE;
}

enum sma_status sma_read_kek(struct sma_kek *out, struct sma_loader *loader, struct sma_str name,
                             bool with_deleted, struct sma_error *err)
{
    sma_loader_depend(loader, "d:", name);
    enum sma_status st = sma_view_kek(loader->view, loader->arena, name, out, err);
    if (st == SMA_ENOTFOUND || (!st && out->is_deleted && !with_deleted))
        return sma_key_not_found(name, err);
    return st;
}

static int by_bytes(const void *a, const void *b)
{
    return sma_str_cmp(*(const struct sma_str *)a, *(const struct sma_str *)b);
}

static size_t sort_unique(struct sma_str *names, size_t count)
{
    size_t kept = 0;
    if (count)
        qsort(names, count, sizeof *names, by_bytes);
    for (size_t i = 0; i < count; i++)
        if (!kept || !sma_str_eq(names[i], names[kept - 1]))
            names[kept++] = names[i];
    return kept;
}

/* What begins with another of the prefixes adds nothing: so no dek is looked at twice, however many
 * prefixes a request has. */
static bool is_covered(const struct sma_str *prefixes, size_t count, size_t i)
{
    for (size_t j = 0; j < count; j++)
        if (j != i && sma_str_starts(prefixes[i], prefixes[j]) &&
            (prefixes[i].len > prefixes[j].len || j < i))
            return true;
    return false;
}

enum sma_status sma_read_kek_names(struct sma_str **out, size_t *count, struct sma_loader *loader,
                                   const struct sma_str *prefixes, size_t prefix_count,
                                   bool with_deleted, struct sma_error *err)
{
    struct sma_str *all = NULL;
    size_t n = 0, capacity = 0;
    enum sma_status st = SMA_OK;
    if (!prefix_count)
        return sma_view_kek_names(loader->view, loader->arena, which(with_deleted), out, count,
                                  err);
    for (size_t i = 0; !st && i < prefix_count; i++) {
        struct sma_str *some;
        size_t some_count;
        if (is_covered(prefixes, prefix_count, i))
            continue;
        st = sma_view_kek_names_by_subject(loader->view, loader->arena, prefixes[i],
                                           which(with_deleted), &some, &some_count, err);
        if (st || !some_count)
            continue;
        all = sma_arena_grow(loader->arena, all, n, &capacity, n + some_count, sizeof *all);
        if (!all)
            return sma_fail_nomem(err);
        memcpy(all + n, some, some_count * sizeof *some);
        n += some_count;
    }
    if (!st) {
        n = sort_unique(all, n);
        *out = all;
        *count = n;
    }
    return st;
}

enum sma_status sma_read_dek_subjects(struct sma_str **out, size_t *count,
                                      struct sma_loader *loader, struct sma_str kek_name,
                                      bool with_deleted, struct sma_error *err)
{
    struct sma_kek kek;
    enum sma_status st = sma_read_kek(&kek, loader, kek_name, with_deleted, err);
    return st ? st
              : sma_view_dek_subjects(loader->view, loader->arena, kek_name, which(with_deleted),
                                      out, count, err);
}

enum sma_status sma_read_dek_versions(int32_t **out, size_t *count, struct sma_loader *loader,
                                      const struct sma_dek_key *key, bool with_deleted,
                                      struct sma_error *err)
{
    struct sma_kek kek;
    enum sma_status st = sma_read_kek(&kek, loader, key->kek_name, with_deleted, err);
    if (!st)
        st = sma_view_dek_versions(loader->view, loader->arena, key, which(with_deleted), out,
                                   count, err);
    return !st && !*count ? sma_key_not_found(key->subject, err) : st;
}

enum sma_status sma_read_dek(struct sma_dek *out, struct sma_kek *kek, struct sma_loader *loader,
                             const struct sma_dek_key *key, bool with_deleted,
                             struct sma_error *err)
{
    struct sma_dek_key wanted = *key;
    if (wanted.version == SMA_LATEST)
        wanted.version = 0;
    enum sma_status st = sma_read_kek(kek, loader, key->kek_name, with_deleted, err);
    if (st)
        return st;
    st = sma_view_dek(loader->view, loader->arena, &wanted, which(with_deleted), out, err);
    return st == SMA_ENOTFOUND ? sma_key_not_found(key->subject, err) : st;
}
