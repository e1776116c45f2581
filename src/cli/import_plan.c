/* What of an archive is on the other side already, what is missing, what stands in the way. */
#include <pthread.h>

#include "cli/harvest.h"
#include "cli/import.h"

struct plan {
    struct sma_import *import;
    pthread_mutex_t mutex; /* around the session's arena */
};

static bool has_number(const struct sma_numbers *numbers, int32_t number)
{
    for (size_t i = 0; i < numbers->count; i++)
        if (numbers->items[i] == number)
            return true;
    return false;
}

/* Another registry may have printed it another way. */
static bool is_same_text(struct sma_str a, struct sma_str b)
{
    struct sma_arena arena;
    const struct sma_json *x, *y;
    static const struct sma_json_options options = {.max_depth = 512};
    if (sma_str_eq(a, b))
        return true;
    sma_arena_init(&arena, 0);
    bool same = !sma_json_parse(&x, &arena, a, &options, NULL, NULL) &&
                !sma_json_parse(&y, &arena, b, &options, NULL, NULL) && sma_json_equal(x, y);
    sma_arena_fini(&arena);
    return same;
}

static struct sma_str say(struct plan *p, const char *fmt, ...) SMA_PRINTF(2, 3);

static struct sma_str say(struct plan *p, const char *fmt, ...)
{
    char text[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    pthread_mutex_lock(&p->mutex);
    struct sma_str copy = sma_arena_copy(&p->import->s->arena, sma_str_z(text));
    pthread_mutex_unlock(&p->mutex);
    return copy.ptr ? copy : SMA_STR("out of memory");
}

/* ---- versions that are there ---- */

static enum sma_status copy_numbers(struct plan *p, struct sma_numbers *out,
                                    const struct sma_numbers *from, struct sma_error *err)
{
    pthread_mutex_lock(&p->mutex);
    int32_t *items = sma_arena_calloc(&p->import->s->arena, from->count + 1, sizeof *items);
    pthread_mutex_unlock(&p->mutex);
    if (!items)
        return sma_fail_nomem(err);
    if (from->count)
        memcpy(items, from->items, from->count * sizeof *items);
    *out = (struct sma_numbers){items, from->count};
    return SMA_OK;
}

static enum sma_status versions_of(struct plan *p, struct sma_numbers *out, struct sma_str subject,
                                   enum sma_remote_deleted deleted, struct sma_error *err)
{
    struct sma_arena arena;
    struct sma_numbers found = {NULL, 0};
    sma_arena_init(&arena, 0);
    enum sma_status st =
        sma_remote_versions(&found, p->import->s->remote, &arena, subject, deleted, err);
    if (st == SMA_ENOTFOUND) {
        sma_error_clear(err);
        st = SMA_OK;
    } else if (!st) {
        st = copy_numbers(p, out, &found, err);
    }
    sma_arena_fini(&arena);
    return st;
}

static enum sma_status look_at_target(void *ctx, size_t i, struct sma_error *err)
{
    struct plan *p = ctx;
    struct sma_import_target *target = &p->import->targets[i];
    enum sma_status st =
        versions_of(p, &target->all, target->subject, SMA_REMOTE_WITH_DELETED, err);
    if (!st && target->all.count)
        st = versions_of(p, &target->live, target->subject, SMA_REMOTE_LIVE, err);
    if (!st && !p->import->journal->is_resumed)
        target->existed = target->all.count > 0;
    return st;
}

/* ---- one schema ---- */

static enum sma_status compare_version(struct plan *p, struct sma_import_item *item,
                                       struct sma_error *err)
{
    const struct sma_archive_schema *schema = item->schema;
    struct sma_remote_schema there;
    struct sma_arena arena;
    sma_arena_init(&arena, 0);
    enum sma_status st = sma_remote_version(&there, p->import->s->remote, &arena, schema->subject,
                                            schema->version, true, err);
    if (!st && !is_same_text(there.text, schema->text)) {
        item->action = SMA_IMPORT_CONFLICT;
        item->why = say(p, "the version is there with another text (id %d)", there.id);
    } else if (!st && schema->id && there.id && there.id != schema->id) {
        item->action = SMA_IMPORT_CONFLICT;
        item->why = say(p, "the version is there with id %d in place of %d", there.id, schema->id);
    } else if (!st) {
        item->action = SMA_IMPORT_PRESENT;
    }
    sma_arena_fini(&arena);
    return st;
}

/* An id is one schema's within its context. */
static enum sma_status compare_id(struct plan *p, struct sma_import_item *item,
                                  struct sma_error *err)
{
    const struct sma_archive_schema *schema = item->schema;
    struct sma_remote_answer answer;
    struct sma_arena arena;
    struct sma_str context = sma_context_of(schema->subject), path;
    sma_arena_init(&arena, 0);
    path = sma_remote_path(&arena, "/schemas/ids/%d", schema->id);
    if (context.len)
        path = sma_remote_path(&arena, "/contexts/%s/schemas/ids/%d",
                               sma_str_make(context.ptr + 1, context.len - 2), schema->id);
    enum sma_status st =
        sma_remote_try(p->import->s->remote, &arena, "GET", path, SMA_STR(""), &answer, err);
    const struct sma_json *text = st ? NULL : sma_json_getz(answer.body, "schema");
    if (!st && answer.status == 200 && sma_json_is(text, SMA_JSON_STRING) &&
        !is_same_text(text->text, schema->text)) {
        item->action = SMA_IMPORT_CONFLICT;
        item->why = say(p, "id %d is another schema's", schema->id);
    }
    sma_arena_fini(&arena);
    return st;
}

static enum sma_status look_at_item(void *ctx, size_t i, struct sma_error *err)
{
    struct plan *p = ctx;
    struct sma_import_item *item = &p->import->items[i];
    const struct sma_archive_schema *schema = item->schema;
    const struct sma_import_target *target = item->target;
    enum sma_status st = SMA_OK;
    item->action = SMA_IMPORT_REGISTER;
    if (!schema->id) {
        item->action = SMA_IMPORT_CONFLICT;
        item->why = SMA_STR("the archive does not say its id");
    } else if (has_number(&target->all, schema->version)) {
        st = compare_version(p, item, err);
    } else if (!p->import->was_empty || p->import->journal->is_resumed) {
        st = compare_id(p, item, err);
    }
    bool is_live = has_number(&target->live, schema->version);
    item->must_delete = schema->is_deleted && (item->action == SMA_IMPORT_REGISTER ||
                                               (item->action == SMA_IMPORT_PRESENT && is_live));
    return st;
}

/* ---- all of them ---- */

static void after(void *ctx, size_t done, size_t count)
{
    struct plan *p = ctx;
    sma_progress_step(&p->import->progress, done, count);
}

static enum sma_status in_parallel(struct plan *p, size_t count,
                                   enum sma_status (*work)(void *ctx, size_t i,
                                                           struct sma_error *err))
{
    struct sma_remote_session *s = p->import->s;
    sma_progress_start(&p->import->progress, s->arguments, "comparing");
    enum sma_status st = sma_remote_each(s->remote, count, work, after, p, &s->err);
    sma_progress_end(&p->import->progress);
    return st;
}

static void count(struct sma_import *import)
{
    for (size_t i = 0; i < import->item_count; i++) {
        struct sma_import_item *item = &import->items[i];
        import->present += item->action == SMA_IMPORT_PRESENT;
        import->conflicts += item->action == SMA_IMPORT_CONFLICT;
        size_t due = (size_t)(item->action == SMA_IMPORT_REGISTER) + item->must_delete;
        item->target->left += due;
        import->due += due;
    }
}

enum sma_status sma_import_plan(struct sma_import *import)
{
    struct plan p = {.import = import};
    struct sma_remote_session *s = import->s;
    struct sma_strings subjects;
    pthread_mutex_init(&p.mutex, NULL);
    enum sma_status st = sma_harvest_subjects(&subjects, s, SMA_STR(""), true);
    if (!st && !import->journal->is_resumed)
        import->was_empty = !subjects.count;
    if (!st && subjects.count)
        st = in_parallel(&p, import->target_count, look_at_target);
    if (!st)
        st = in_parallel(&p, import->item_count, look_at_item);
    if (!st)
        count(import);
    pthread_mutex_destroy(&p.mutex);
    return st;
}
