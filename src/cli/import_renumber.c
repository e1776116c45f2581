/* An import into a registry that keeps no ids: everything is registered anew, in order, references
 * led to the new versions; --id-map writes down what became what. Soft-deleted versions stay
 * behind: nothing that is live refers to them. */
#include "cli/import.h"
#include "cli/interrupt.h"
#include "cli/source.h"
#include "core/json/writer.h"

struct renumber {
    struct sma_import *import;
    struct sma_map versions; /* "subject@3" to the new version */
    struct sma_buf id_map;
};

static struct sma_str key_of(struct sma_arena *arena, struct sma_str subject, int32_t version)
{
    return sma_arena_printf(arena, "%.*s@%d", SMA_STR_ARG(subject), version);
}

static const struct sma_reference *lead(struct renumber *r, const struct sma_archive_schema *schema)
{
    struct sma_arena *arena = &r->import->s->arena;
    struct sma_reference *led =
        sma_arena_calloc(arena, schema->reference_count + 1, sizeof *led);
    for (size_t i = 0; led && i < schema->reference_count; i++) {
        led[i] = schema->references[i];
        struct sma_str target = sma_archive_target(arena, schema, &led[i]);
        struct sma_str key = key_of(arena, target, led[i].version);
        int32_t version = key.ptr ? (int32_t)(intptr_t)sma_map_get(&r->versions, key) : 0;
        if (version)
            led[i].version = version;
    }
    return led;
}

static void note(struct renumber *r, const struct sma_archive_schema *schema, int32_t id,
                 int32_t version)
{
    struct sma_json_writer w = sma_json_writer_on(&r->id_map);
    sma_jw_object_open(&w);
    sma_jw_member_string(&w, "subject", schema->subject);
    sma_jw_name(&w, "was");
    sma_jw_object_open(&w);
    sma_jw_member_i64(&w, "version", schema->version);
    sma_jw_member_i64(&w, "id", schema->id);
    sma_jw_object_close(&w);
    sma_jw_member_i64(&w, "version", version);
    sma_jw_member_i64(&w, "id", id);
    sma_jw_object_close(&w);
    sma_buf_putc(&r->id_map, '\n');
}

/* The id and version under which the registry has the schema now. Newer registries say the version
 * when they register; the others are asked. */
static enum sma_status register_anew(struct renumber *r, struct sma_import_item *item,
                                     struct sma_arena *arena, struct sma_str body)
{
    struct sma_import *import = r->import;
    struct sma_remote_session *s = import->s;
    const struct sma_archive_schema *schema = item->schema;
    struct sma_remote_answer answer;
    int32_t id = 0, version = 0;
    struct sma_str path = sma_remote_path(arena, "/subjects/%s/versions", schema->subject);
    enum sma_status st = sma_remote_call(s->remote, arena, "POST", path, body, &answer, &s->err);
    if (!st && answer.status < 400 && !sma_json_getz(answer.body, "version"))
        st = sma_remote_call(s->remote, arena, "POST",
                             sma_remote_path(arena, "/subjects/%s", schema->subject), body,
                             &answer, &s->err);
    if (st)
        return st;
    if (answer.status >= 400 || !sma_json_i32(sma_json_getz(answer.body, "id"), &id) ||
        !sma_json_i32(sma_json_getz(answer.body, "version"), &version)) {
        const struct sma_json *message = sma_json_getz(answer.body, "message");
        struct sma_str text = sma_json_is(message, SMA_JSON_STRING)
                                  ? sma_arena_copy(arena, message->text)
                                  : SMA_STR("the registry does not say its id and version");
        sma_import_say_failure(import, schema, text.ptr ? text.ptr : "refused");
        return SMA_OK;
    }
    import->registered++;
    note(r, schema, id, version);
    struct sma_str key = key_of(&s->arena, schema->subject, schema->version);
    return key.ptr && sma_map_put(&r->versions, key, (void *)(intptr_t)version)
               ? SMA_OK
               : sma_fail_nomem(&s->err);
}

static enum sma_status run_item(struct renumber *r, struct sma_import_item *item)
{
    struct sma_error *err = &r->import->s->err;
    struct sma_arena arena;
    struct sma_buf body;
    const struct sma_reference *references = lead(r, item->schema);
    if (!references)
        return sma_fail_nomem(err);
    sma_arena_init(&arena, 0);
    sma_buf_init(&body, 0);
    sma_buf_putc(&body, '{');
    struct sma_buf content;
    sma_buf_init(&content, 0);
    sma_archive_put_content(&content, item->schema, references);
    sma_buf_puts(&body, sma_str_from(sma_buf_str(&content), 1)); /* without its comma */
    sma_buf_putc(&body, '}');
    enum sma_status st = sma_buf_failed(&body) || sma_buf_failed(&content)
                             ? sma_fail_nomem(err)
                             : register_anew(r, item, &arena, sma_buf_str(&body));
    sma_buf_fini(&content);
    sma_buf_fini(&body);
    sma_arena_fini(&arena);
    return st;
}

enum sma_status sma_import_renumber(struct sma_import *import, const char *id_map)
{
    struct renumber r = {.import = import};
    enum sma_status st = SMA_OK;
    sma_map_init(&r.versions);
    sma_buf_init(&r.id_map, 0);
    sma_interrupt_gracefully();
    sma_progress_start(&import->progress, import->s->arguments, "registering");
    for (size_t i = 0; !st && i < import->item_count; i++) {
        if (import->items[i].schema->is_deleted)
            import->skipped++;
        else
            st = run_item(&r, &import->items[i]);
        sma_progress_step(&import->progress, i + 1, import->item_count);
        if (!st && sma_interrupted())
            st = sma_remote_fail_interrupted(&import->s->err);
    }
    sma_progress_end(&import->progress);
    /* Also after a stop: what was registered is registered. */
    struct sma_error why = SMA_ERROR_INIT;
    if (id_map && sma_replace_file(&import->s->arena, sma_str_z(id_map), sma_buf_str(&r.id_map),
                                   &why)) {
        fprintf(stderr, "schemata: %s\n", why.message);
        st = st ? st : sma_fail(&import->s->err, SMA_EIO, "%s", why.message);
    }
    sma_buf_fini(&r.id_map);
    sma_map_fini(&r.versions);
    return st;
}
