#include "cli/archive.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/json/writer.h"

void sma_archive_init(struct sma_archive *archive, struct sma_arena *arena)
{
    *archive = (struct sma_archive){.arena = arena};
    sma_map_init(&archive->by_version);
    sma_map_init(&archive->config_of);
    sma_map_init(&archive->mode_of);
}

void sma_archive_fini(struct sma_archive *archive)
{
    sma_map_fini(&archive->by_version);
    sma_map_fini(&archive->config_of);
    sma_map_fini(&archive->mode_of);
}

static struct sma_str key_of(struct sma_arena *arena, struct sma_str subject, int32_t version)
{
    return sma_arena_printf(arena, "%.*s@%d", SMA_STR_ARG(subject), version);
}

static size_t index_of(const struct sma_archive *archive, struct sma_str subject, int32_t version)
{
    char small[256];
    int len = snprintf(small, sizeof small, "%.*s@%d", SMA_STR_ARG(subject), version);
    struct sma_str key = sma_str_make(small, len > 0 ? (size_t)len : 0);
    if (len >= (int)sizeof small)
        key = key_of(archive->arena, subject, version);
    return key.ptr ? (size_t)(uintptr_t)sma_map_get(&archive->by_version, key) : 0;
}

struct sma_archive_schema *sma_archive_find(const struct sma_archive *archive,
                                            struct sma_str subject, int32_t version)
{
    size_t index = index_of(archive, subject, version);
    return index && !archive->schemas[index - 1].is_gone ? &archive->schemas[index - 1] : NULL;
}

enum sma_status sma_archive_put(struct sma_archive *archive,
                                const struct sma_archive_schema *schema, struct sma_error *err)
{
    size_t index = index_of(archive, schema->subject, schema->version);
    if (index) {
        archive->schemas[index - 1] = *schema;
        return SMA_OK;
    }
    if (archive->schema_count >= SMA_ARCHIVE_SCHEMAS_MAX)
        return sma_fail(err, SMA_ELIMIT, "more than %u schemas", SMA_ARCHIVE_SCHEMAS_MAX);
    struct sma_archive_schema *grown =
        sma_arena_grow(archive->arena, archive->schemas, archive->schema_count,
                       &archive->schema_capacity, archive->schema_count + 1, sizeof *grown);
    struct sma_str key = key_of(archive->arena, schema->subject, schema->version);
    if (!grown || !key.ptr)
        return sma_fail_nomem(err);
    archive->schemas = grown;
    grown[archive->schema_count++] = *schema;
    return sma_map_put(&archive->by_version, key, (void *)(uintptr_t)archive->schema_count)
               ? SMA_OK
               : sma_fail_nomem(err);
}

enum sma_status sma_archive_set(struct sma_archive *archive,
                                const struct sma_archive_setting *setting, bool is_mode,
                                struct sma_error *err)
{
    struct sma_archive_setting **list = is_mode ? &archive->modes : &archive->configs;
    size_t *count = is_mode ? &archive->mode_count : &archive->config_count;
    size_t *capacity = is_mode ? &archive->mode_capacity : &archive->config_capacity;
    struct sma_map *known = is_mode ? &archive->mode_of : &archive->config_of;
    size_t index = (size_t)(uintptr_t)sma_map_get(known, setting->subject);
    if (index) {
        (*list)[index - 1] = *setting;
        return SMA_OK;
    }
    struct sma_archive_setting *grown =
        sma_arena_grow(archive->arena, *list, *count, capacity, *count + 1, sizeof *grown);
    if (!grown)
        return sma_fail_nomem(err);
    *list = grown;
    grown[(*count)++] = *setting;
    return sma_map_put(known, setting->subject, (void *)(uintptr_t)*count) ? SMA_OK
                                                                           : sma_fail_nomem(err);
}

enum sma_status sma_archive_add_context(struct sma_archive *archive, struct sma_str context,
                                        struct sma_error *err)
{
    struct sma_str *grown =
        sma_arena_grow(archive->arena, archive->contexts, archive->context_count,
                       &archive->context_capacity, archive->context_count + 1, sizeof *grown);
    if (!grown)
        return sma_fail_nomem(err);
    archive->contexts = grown;
    grown[archive->context_count++] = context;
    return SMA_OK;
}

struct sma_str sma_context_of(struct sma_str subject)
{
    if (subject.len < 3 || subject.ptr[0] != ':' || subject.ptr[1] != '.')
        return SMA_STR("");
    ptrdiff_t end = sma_str_chr(sma_str_from(subject, 1), ':');
    return end < 0 ? SMA_STR("") : sma_str_head(subject, (size_t)end + 2);
}

struct sma_str sma_archive_target(struct sma_arena *arena, const struct sma_archive_schema *schema,
                                  const struct sma_reference *reference)
{
    struct sma_str context = sma_context_of(schema->subject);
    if (!context.len || sma_context_of(reference->subject).len)
        return reference->subject;
    return sma_arena_printf(arena, "%.*s%.*s", SMA_STR_ARG(context),
                            SMA_STR_ARG(reference->subject));
}

/* ---- order ---- */

struct order {
    const struct sma_archive *archive;
    struct sma_arena scratch; /* names of targets */
    struct sma_archive_schema **sorted, **out;
    size_t sorted_count, count;
    unsigned char *state; /* by index into schemas: 0 not met, 1 on the way, 2 written */
    struct step {
        struct sma_archive_schema *schema;
        size_t next; /* 0: the version before; then the references */
    } * way;
};

static int by_name(const void *a, const void *b)
{
    const struct sma_archive_schema *const *x = a, *const *y = b;
    int order = sma_str_cmp((*x)->subject, (*y)->subject);
    return order ? order : ((*x)->version > (*y)->version) - ((*x)->version < (*y)->version);
}

/* The i-th schema that must stand before; NULL when that is not in the archive; *more false past
 * the end. */
static struct sma_archive_schema *before(struct order *o, const struct step *step, bool *more)
{
    const struct sma_archive_schema *schema = step->schema;
    *more = step->next <= schema->reference_count;
    if (!*more)
        return NULL;
    if (step->next == 0) {
        /* Sorted by subject and version: the one in front, when it is of the subject. */
        struct sma_archive_schema **at = bsearch(&schema, o->sorted, o->sorted_count,
                                                 sizeof *o->sorted, by_name);
        bool has_one = at && at > o->sorted && sma_str_eq(at[-1]->subject, schema->subject);
        return has_one ? at[-1] : NULL;
    }
    const struct sma_reference *reference = &schema->references[step->next - 1];
    struct sma_str target = sma_archive_target(&o->scratch, schema, reference);
    return sma_archive_find(o->archive, target, reference->version);
}

static size_t place_of(const struct order *o, const struct sma_archive_schema *schema)
{
    return (size_t)(schema - o->archive->schemas);
}

/* Depth first, without recursion: chains of references can be long. What is on the way already is a
 * circle, which only versions and references together can make; it is passed over. */
static void write_with_what_is_before(struct order *o, struct sma_archive_schema *schema)
{
    size_t depth = 0;
    if (o->state[place_of(o, schema)])
        return;
    o->way[depth++] = (struct step){schema, 0};
    o->state[place_of(o, schema)] = 1;
    while (depth) {
        bool more;
        struct step *top = &o->way[depth - 1];
        struct sma_archive_schema *first = before(o, top, &more);
        top->next++;
        if (!more) {
            o->state[place_of(o, top->schema)] = 2;
            o->out[o->count++] = top->schema;
            depth--;
        } else if (first && !o->state[place_of(o, first)]) {
            o->state[place_of(o, first)] = 1;
            o->way[depth++] = (struct step){first, 0};
        }
    }
}

enum sma_status sma_archive_order(const struct sma_archive *archive,
                                  struct sma_archive_schema ***out, size_t *count,
                                  struct sma_error *err)
{
    size_t n = archive->schema_count;
    struct order o = {.archive = archive};
    sma_arena_init(&o.scratch, 0);
    o.sorted = calloc(n + 1, sizeof *o.sorted);
    o.state = calloc(n + 1, 1);
    o.way = calloc(n + 1, sizeof *o.way);
    o.out = sma_arena_calloc(archive->arena, n + 1, sizeof *o.out);
    bool ok = o.sorted && o.state && o.way && o.out;
    for (size_t i = 0; ok && i < n; i++)
        if (!archive->schemas[i].is_gone)
            o.sorted[o.sorted_count++] = &archive->schemas[i];
    if (ok)
        qsort(o.sorted, o.sorted_count, sizeof *o.sorted, by_name);
    for (size_t i = 0; ok && i < o.sorted_count; i++)
        write_with_what_is_before(&o, o.sorted[i]);
    *out = o.out;
    *count = o.count;
    sma_arena_fini(&o.scratch);
    free(o.sorted);
    free(o.state);
    free(o.way);
    return ok ? SMA_OK : sma_fail_nomem(err);
}
