/* Reading: versions of a subject. */
#include <stdlib.h>

#include "base/num.h"
#include "registry/codes.h"
#include "registry/read.h"

enum sma_status sma_version_parse(int32_t *out, struct sma_str text, struct sma_error *err)
{
    struct sma_str word = sma_str_trim(text);
    int32_t version;
    if (sma_str_eq_nocase(word, SMA_STR("latest"))) {
        *out = SMA_LATEST;
        return SMA_OK;
    }
    if (word.len > 1 && word.ptr[0] == '+' && word.ptr[1] >= '0' && word.ptr[1] <= '9')
        word = sma_str_from(word, 1);
    if (!sma_parse_i32(word, &version) || (version < 1 && version != SMA_LATEST))
        return sma_refuse(err, SMA_CODE_INVALID_VERSION,
                          "The specified version '%.*s' is not a valid version id. Allowed values "
                          "are between [1, 2^31-1] and the string \"latest\"",
                          SMA_STR_ARG(text));
    *out = version;
    return SMA_OK;
}

static enum sma_status version_not_found(int32_t version, struct sma_error *err)
{
    return sma_refuse(err, SMA_CODE_VERSION_NOT_FOUND, "Version %d not found.", version);
}

static enum sma_status read_under(struct sma_version *out, struct sma_loader *loader,
                                  const struct sma_subject *subject, int32_t version,
                                  enum sma_deleted deleted, struct sma_error *err)
{
    if (version == SMA_LATEST)
        return sma_loader_latest(out, loader, subject->qualified, SMA_LIVE, err);
    sma_loader_depend(loader, "s:", subject->qualified);
    return sma_view_version(loader->view, loader->arena, subject->qualified, version, deleted, out,
                            err);
}

enum sma_status sma_read_version(struct sma_version *out, struct sma_loader *loader,
                                 const struct sma_subject *subject, int32_t version,
                                 bool with_deleted, struct sma_error *err)
{
    enum sma_deleted deleted = with_deleted ? SMA_WITH_DELETED : SMA_LIVE;
    struct sma_subject_search search = {.subject = *subject};
    struct sma_subject place;
    bool is_known = false;
    /* The subject as given is tried before anything is asked about it: the common case is one
     * query. */
    enum sma_status st = read_under(out, loader, subject, version, deleted, err);
    if (st != SMA_ENOTFOUND)
        return st;
    while (!(st = sma_subject_search_next(&search, &place, loader, deleted, err))) {
        if (sma_str_eq(place.qualified, subject->qualified)) {
            is_known = true;
            continue;
        }
        st = read_under(out, loader, &place, version, deleted, err);
        if (st != SMA_ENOTFOUND)
            return st;
    }
    if (st != SMA_ENOTFOUND)
        return st;
    return is_known ? version_not_found(version, err) : sma_subject_not_found(subject, err);
}

enum sma_status sma_read_versions(struct sma_version_number **out, size_t *count,
                                  struct sma_loader *loader, const struct sma_subject *subject,
                                  enum sma_deleted deleted, struct sma_error *err)
{
    enum sma_status st = sma_loader_versions(out, count, loader, subject->qualified, deleted, err);
    return !st && !*count ? sma_subject_not_found(subject, err) : st;
}

/* ---- by metadata --------------------------------------------------------------------------------
 */

static enum sma_status has_pairs(bool *out, struct sma_arena *arena, const struct sma_version *row,
                                 const struct sma_property *pairs, size_t count,
                                 struct sma_error *err)
{
    const struct sma_metadata *metadata;
    enum sma_status st = sma_metadata_parse(&metadata, arena, row->content.metadata, err);
    if (st)
        return st;
    *out = metadata != NULL;
    for (size_t i = 0; *out && i < count; i++) {
        struct sma_str value = sma_properties_get(&metadata->properties, pairs[i].name);
        *out = value.ptr && sma_str_eq(value, pairs[i].value);
    }
    return SMA_OK;
}

enum sma_status sma_read_by_metadata(struct sma_version *out, struct sma_loader *loader,
                                     const struct sma_subject *subject,
                                     const struct sma_property *pairs, size_t pair_count,
                                     bool with_deleted, struct sma_error *err)
{
    struct sma_version_number *numbers;
    const struct sma_version *row;
    struct sma_scan scan;
    size_t count;
    bool has = false;
    enum sma_status st = sma_read_versions(&numbers, &count, loader, subject,
                                           with_deleted ? SMA_WITH_DELETED : SMA_LIVE, err);
    if (st)
        return st;
    sma_scan_init(&scan, loader);
    while (!st && !has && count--) {
        sma_scan_step(&scan);
        st = sma_loader_row(&row, &scan.loader, subject->qualified, numbers[count].version, err);
        if (!st)
            st = has_pairs(&has, &scan.arena, row, pairs, pair_count, err);
    }
    sma_scan_fini(&scan);
    if (!st && !has)
        return sma_refuse(err, SMA_CODE_SCHEMA_NOT_FOUND, "Schema not found");
    if (!st)
        st = sma_loader_row(&row, loader, subject->qualified, numbers[count].version, err);
    if (!st)
        *out = *row;
    return st;
}

/* ---- referrers ----------------------------------------------------------------------------------
 */

static int compare_i32(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return x < y ? -1 : x > y;
}

enum sma_status sma_read_referrer_ids(int32_t **out, size_t *count, struct sma_loader *loader,
                                      const struct sma_subject *subject, int32_t version,
                                      bool with_deleted, struct sma_error *err)
{
    struct sma_version target, *rows;
    size_t row_count, kept = 0;
    enum sma_status st = sma_read_version(&target, loader, subject, version, true, err);
    if (!st)
        st = sma_view_referrers(loader->view, loader->arena, target.subject, target.version,
                                with_deleted ? SMA_WITH_DELETED : SMA_LIVE, &rows, &row_count, err);
    if (st)
        return st;
    int32_t *ids = sma_arena_calloc(loader->arena, row_count + 1, sizeof *ids);
    if (!ids)
        return sma_fail_nomem(err);
    for (size_t i = 0; i < row_count; i++)
        ids[i] = rows[i].id;
    if (row_count)
        qsort(ids, row_count, sizeof *ids, compare_i32);
    for (size_t i = 0; i < row_count; i++)
        if (!kept || ids[kept - 1] != ids[i])
            ids[kept++] = ids[i];
    *out = ids;
    *count = kept;
    return SMA_OK;
}
