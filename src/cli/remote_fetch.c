/* Many schemas at a time. */
#include <pthread.h>

#include "cli/progress.h"
#include "cli/remote_read.h"

struct fetching {
    struct sma_remote *remote;
    struct sma_arena *arena;
    struct sma_fetch *items;
    bool deleted;
    pthread_mutex_t mutex; /* of `arena` */
    struct sma_progress progress;
};

static bool copy_text(struct sma_arena *arena, struct sma_str *text)
{
    *text = sma_arena_copy(arena, *text);
    return text->ptr != NULL;
}

static bool copy_json(struct sma_arena *arena, const struct sma_json **value)
{
    if (*value)
        *value = sma_json_copy(arena, *value, SMA_STR(""));
    return true;
}

/* A schema that lives in another arena. */
static bool copy_schema(struct sma_arena *arena, struct sma_remote_schema *out,
                        const struct sma_remote_schema *schema)
{
    struct sma_reference *references =
        sma_arena_calloc(arena, schema->reference_count + 1, sizeof *references);
    bool had_metadata = schema->metadata, had_rules = schema->rule_set;
    *out = *schema;
    out->raw = SMA_STR("");
    out->references = references;
    bool ok = references && copy_text(arena, &out->subject) && copy_text(arena, &out->guid) &&
              copy_text(arena, &out->type) && copy_text(arena, &out->text) &&
              copy_json(arena, &out->metadata) && copy_json(arena, &out->rule_set) &&
              !had_metadata == !out->metadata && !had_rules == !out->rule_set;
    for (size_t i = 0; ok && i < schema->reference_count; i++) {
        references[i] = schema->references[i];
        ok = copy_text(arena, &references[i].name) && copy_text(arena, &references[i].subject);
    }
    return ok;
}

static enum sma_status fetch_one(void *ctx, size_t i, struct sma_error *err)
{
    struct fetching *f = ctx;
    struct sma_fetch *item = &f->items[i];
    struct sma_remote_schema schema;
    struct sma_arena arena;
    sma_arena_init(&arena, 0);
    enum sma_status st = sma_remote_version(&schema, f->remote, &arena, item->subject,
                                            item->version, f->deleted, err);
    item->is_missing = st == SMA_ENOTFOUND;
    if (item->is_missing) {
        sma_error_clear(err);
        st = SMA_OK;
    } else if (!st) {
        pthread_mutex_lock(&f->mutex);
        if (!copy_schema(f->arena, &item->schema, &schema))
            st = sma_fail_nomem(err);
        pthread_mutex_unlock(&f->mutex);
    }
    sma_arena_fini(&arena);
    return st;
}

static void tell(void *ctx, size_t done, size_t count)
{
    struct fetching *f = ctx;
    sma_progress_step(&f->progress, done, count);
}

enum sma_status sma_remote_fetch(struct sma_remote *remote, struct sma_arena *arena,
                                 const struct sma_arguments *arguments, struct sma_fetch *items,
                                 size_t count, bool deleted, struct sma_error *err)
{
    struct fetching f = {.remote = remote, .arena = arena, .items = items, .deleted = deleted};
    pthread_mutex_init(&f.mutex, NULL);
    sma_progress_start(&f.progress, arguments, "fetching schemas");
    enum sma_status st = sma_remote_each(remote, count, fetch_one, tell, &f, err);
    sma_progress_end(&f.progress);
    pthread_mutex_destroy(&f.mutex);
    return st;
}

enum sma_status sma_remote_fetch_latest(struct sma_fetch **items, size_t *count,
                                        struct sma_remote *remote, struct sma_arena *arena,
                                        const struct sma_arguments *arguments,
                                        struct sma_str pattern, struct sma_error *err)
{
    struct sma_strings names = {NULL, 0, 0};
    size_t kept = 0;
    enum sma_status st =
        sma_remote_subjects(&names, remote, arena, pattern, SMA_REMOTE_LIVE, err);
    struct sma_fetch *made = st ? NULL : sma_arena_calloc(arena, names.count + 1, sizeof *made);
    if (!st && !made)
        st = sma_fail_nomem(err);
    for (size_t i = 0; !st && i < names.count; i++)
        made[i].subject = names.items[i];
    if (!st)
        st = sma_remote_fetch(remote, arena, arguments, made, names.count, false, err);
    /* A subject may go between the two looks. */
    for (size_t i = 0; !st && i < names.count; i++)
        if (!made[i].is_missing)
            made[kept++] = made[i];
    *items = made;
    *count = kept;
    return st;
}
