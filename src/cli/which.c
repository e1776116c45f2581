/* schemata which: where a schema is in use, by its id or GUID. */
#include "base/num.h"
#include "cli/commands.h"
#include "cli/remote_session.h"

const struct sma_option sma_which_options[] = {
    {.name = "--deleted", .help = "soft-deleted versions too"},
    SMA_LISTING_OPTION,
    {.name = NULL},
};

/* "812", "id/812", "sr:id/812", a GUID, "guid/…". */
static enum sma_status read_name(struct sma_remote_session *s, struct sma_sr_ref *ref)
{
    struct sma_str text = sma_str_z(s->arguments->positional[0]);
    int32_t id;
    bool is_bare = sma_str_chr(text, '/') < 0;
    const char *prefix = !is_bare ? "" : sma_parse_i32(text, &id) ? "id/" : "guid/";
    struct sma_str whole = sma_arena_printf(&s->arena, "%s%.*s", prefix, SMA_STR_ARG(text));
    return whole.ptr ? sma_sr_parse(ref, whole, &s->err) : sma_fail_nomem(&s->err);
}

/* A GUID stands for one id in each context. */
static enum sma_status add_uses(struct sma_remote_session *s, struct sma_table *table, int32_t id,
                                struct sma_str context)
{
    const char *deleted = sma_argument_has(s->arguments, "--deleted") ? "&deleted=true" : "";
    struct sma_str scope = sma_str_eqz(context, ".") || !context.len
                               ? SMA_STR("")
                               : sma_arena_printf(&s->arena, ":%.*s:", SMA_STR_ARG(context));
    const struct sma_json *list;
    enum sma_status st =
        sma_remote_get(s->remote, &s->arena,
                       sma_remote_path(&s->arena, "/schemas/ids/%d/versions?subject=%s%z", id,
                                       scope, deleted),
                       &list, &s->err);
    for (uint32_t i = 0; !st && sma_json_is(list, SMA_JSON_ARRAY) && i < list->count; i++) {
        const struct sma_json *subject = sma_json_getz(&list->items[i], "subject");
        int32_t version = 0;
        if (!sma_json_is(subject, SMA_JSON_STRING) ||
            !sma_json_i32(sma_json_getz(&list->items[i], "version"), &version))
            continue;
        sma_table_text(table, sma_remote_short(s->remote, subject->text));
        sma_table_number(table, version);
        sma_table_number(table, id);
    }
    return st;
}

static enum sma_status by_guid(struct sma_remote_session *s, struct sma_table *table,
                               struct sma_str guid)
{
    const struct sma_json *ids;
    enum sma_status st =
        sma_remote_get(s->remote, &s->arena,
                       sma_remote_path(&s->arena, "/schemas/guids/%s/ids", guid), &ids, &s->err);
    if (!st && (!sma_json_is(ids, SMA_JSON_ARRAY) || !ids->count))
        return sma_remote_fail(&s->err, SMA_ENOTFOUND, SMA_EXIT_NOT_FOUND,
                               "%s: no schema has the GUID %.*s", sma_remote_url(s->remote),
                               SMA_STR_ARG(guid));
    for (uint32_t i = 0; !st && i < ids->count; i++) {
        const struct sma_json *context = sma_json_getz(&ids->items[i], "context");
        int32_t id = 0;
        if (sma_json_i32(sma_json_getz(&ids->items[i], "id"), &id))
            st = add_uses(s, table, id,
                          sma_json_is(context, SMA_JSON_STRING) ? context->text : SMA_STR(""));
    }
    return st;
}

int sma_which_main(const struct sma_arguments *arguments)
{
    struct sma_remote_session s;
    struct sma_sr_ref ref;
    struct sma_table table;
    enum sma_status st = sma_remote_session_open(&s, arguments);
    if (!st)
        st = read_name(&s, &ref);
    sma_table_init(&table, &s.arena, (const char *const[]){"subject", "version", "id", NULL});
    if (!st)
        st = ref.kind == SMA_SR_GUID ? by_guid(&s, &table, ref.guid)
                                     : add_uses(&s, &table, ref.id, SMA_STR(""));
    if (!st)
        st = sma_table_print(&table, arguments, &s.err);
    return sma_remote_session_finish(&s, st, SMA_EXIT_OK);
}
