/* schemata versions and contexts: two short listings. */
#include "cli/commands.h"
#include "cli/remote_session.h"

const struct sma_option sma_versions_options[] = {
    {.name = "--deleted", .help = "soft-deleted versions too"},
    SMA_LISTING_OPTION,
    {.name = NULL},
};

const struct sma_option sma_contexts_options[] = {SMA_LISTING_OPTION, {.name = NULL}};

static bool has_number(const struct sma_numbers *numbers, int32_t number)
{
    for (size_t i = 0; i < numbers->count; i++)
        if (numbers->items[i] == number)
            return true;
    return false;
}

static enum sma_status list_versions(struct sma_remote_session *s)
{
    static const char *const columns[] = {"version", "deleted", NULL};
    bool with_deleted = sma_argument_has(s->arguments, "--deleted");
    struct sma_numbers all, live = {NULL, 0};
    struct sma_sr_ref ref;
    struct sma_table table;
    enum sma_status st = sma_sr_parse(&ref, sma_str_z(s->arguments->positional[0]), &s->err);
    if (!st && (ref.kind != SMA_SR_SUBJECT || ref.is_explicit))
        st = sma_fail(&s->err, SMA_EINVAL, "versions wants the name of a subject");
    if (!st)
        st = sma_remote_versions(&all, s->remote, &s->arena, ref.subject,
                                 with_deleted ? SMA_REMOTE_WITH_DELETED : SMA_REMOTE_LIVE,
                                 &s->err);
    if (!st && with_deleted) {
        st = sma_remote_versions(&live, s->remote, &s->arena, ref.subject, SMA_REMOTE_LIVE,
                                 &s->err);
        if (st == SMA_ENOTFOUND) { /* all of them are */
            sma_error_clear(&s->err);
            live.count = 0;
            st = SMA_OK;
        }
    }
    if (st)
        return st;
    sma_table_init(&table, &s->arena,
                   with_deleted ? columns : (const char *const[]){"version", NULL});
    for (size_t i = 0; i < all.count; i++) {
        sma_table_number(&table, all.items[i]);
        if (with_deleted)
            sma_table_bool(&table, !has_number(&live, all.items[i]));
    }
    return sma_table_print(&table, s->arguments, &s->err);
}

int sma_versions_main(const struct sma_arguments *arguments)
{
    struct sma_remote_session s;
    enum sma_status st = sma_remote_session_open(&s, arguments);
    return sma_remote_session_finish(&s, st ? st : list_versions(&s), SMA_EXIT_OK);
}

static enum sma_status list_contexts(struct sma_remote_session *s)
{
    const struct sma_json *list;
    struct sma_table table;
    enum sma_status st =
        sma_remote_get(s->remote, &s->arena, SMA_STR("/contexts"), &list, &s->err);
    if (st)
        return st;
    sma_table_init(&table, &s->arena, (const char *const[]){"context", NULL});
    for (uint32_t i = 0; sma_json_is(list, SMA_JSON_ARRAY) && i < list->count; i++)
        if (sma_json_is(&list->items[i], SMA_JSON_STRING))
            sma_table_text(&table, list->items[i].text);
    return sma_table_print(&table, s->arguments, &s->err);
}

int sma_contexts_main(const struct sma_arguments *arguments)
{
    struct sma_remote_session s;
    enum sma_status st = sma_remote_session_open(&s, arguments);
    return sma_remote_session_finish(&s, st ? st : list_contexts(&s), SMA_EXIT_OK);
}
