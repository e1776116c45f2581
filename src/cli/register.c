/* schemata register: schemas into a registry, what they refer to first. Checked here before anything
 * is sent; what happened is said for each, also when nothing did. */
#include "base/num.h"
#include "cli/check_registry.h"
#include "cli/commands.h"
#include "cli/consent.h"
#include "cli/deploy.h"
#include "cli/interrupt.h"
#include "cli/table.h"

const struct sma_option sma_register_options[] = {
    {.name = "--normalize", .help = "store the normal form"},
    {.name = "--metadata",
     .value = "KEY=VALUE",
     .repeats = true,
     .help = "properties of the schema's metadata"},
    {.name = "--ruleset", .value = "FILE", .help = "JSON file with the rule set"},
    {.name = "--id", .value = "N", .help = "register under this id (mode IMPORT)"},
    {.name = "--version", .value = "N", .help = "register as this version (mode IMPORT)"},
    {.name = "--dry-run", .help = "ask what would happen and change nothing"},
    {.name = NULL},
};

/* ---- flags ---- */

static enum sma_status read_metadata(struct sma_deploy *d)
{
    struct sma_session *s = d->session;
    struct sma_strings pairs = {NULL, 0, 0};
    const char *pair;
    enum sma_status st = SMA_OK;
    for (size_t i = 0; !st && (pair = sma_argument_nth(s->arguments, "--metadata", i)); i++) {
        struct sma_str text = sma_str_z(pair);
        ptrdiff_t equals = sma_str_chr(text, '=');
        if (equals < 1)
            return sma_fail(&s->err, SMA_EINVAL, "--metadata wants KEY=VALUE, not \"%s\"", pair);
        st = sma_strings_add(&pairs, &s->arena, sma_str_head(text, (size_t)equals), &s->err);
        if (!st)
            st = sma_strings_add(&pairs, &s->arena, sma_str_from(text, (size_t)equals + 1),
                                 &s->err);
    }
    d->metadata = st ? SMA_STR("") : sma_metadata_json(&s->arena, &pairs);
    return st || d->metadata.ptr ? st : sma_fail_nomem(&s->err);
}

static enum sma_status read_rule_set(struct sma_deploy *d)
{
    struct sma_session *s = d->session;
    const char *path = sma_argument(s->arguments, "--ruleset");
    const struct sma_json *root;
    struct sma_error why = SMA_ERROR_INIT;
    if (!path)
        return SMA_OK;
    enum sma_status st = sma_read_file(&d->rule_set, &s->arena, path, &s->err);
    if (!st && sma_json_parse(&root, &s->arena, d->rule_set, NULL, NULL, &why))
        return sma_fail(&s->err, SMA_EINVAL, "%s: %s", path, why.message);
    if (!st && root->type != SMA_JSON_OBJECT)
        return sma_fail(&s->err, SMA_EINVAL, "%s: a rule set is a JSON object", path);
    return st;
}

static enum sma_status read_number(struct sma_session *s, int32_t *out, const char *flag)
{
    const char *text = sma_argument(s->arguments, flag);
    if (!text || (sma_parse_i32(sma_str_z(text), out) && *out > 0))
        return SMA_OK;
    return sma_fail(&s->err, SMA_EINVAL, "%s wants a number from 1, not \"%s\"", flag, text);
}

static enum sma_status read_flags(struct sma_deploy *d)
{
    struct sma_session *s = d->session;
    d->normalize = sma_argument_has(s->arguments, "--normalize");
    enum sma_status st = read_metadata(d);
    if (!st)
        st = read_rule_set(d);
    if (!st)
        st = read_number(s, &d->id, "--id");
    return st ? st : read_number(s, &d->version, "--version");
}

/* ---- what is said ---- */

static const char *result_of(const struct sma_deploy_item *item, bool is_dry)
{
    switch (item->state) {
    case SMA_DEPLOY_UNCHANGED:
        return "unchanged";
    case SMA_DEPLOY_DONE:
        return "registered";
    case SMA_DEPLOY_FAILED:
        return is_dry ? "refused" : "failed";
    default:
        return is_dry ? "would-register" : "left";
    }
}

static void say(const struct sma_deploy_item *item, bool is_dry)
{
    struct sma_str subject = item->file->subject;
    printf("%.*s: ", SMA_STR_ARG(subject));
    switch (item->state) {
    case SMA_DEPLOY_UNCHANGED:
        printf("already version %d, id %d", item->version, item->id);
        if (item->newest > item->version)
            printf(" (the newest is %d)", item->newest);
        break;
    case SMA_DEPLOY_DONE:
        printf("registered version %d, id %d", item->version, item->id);
        break;
    case SMA_DEPLOY_FAILED:
        printf("%s: %.*s", is_dry ? "refused" : "failed", SMA_STR_ARG(item->why));
        break;
    case SMA_DEPLOY_NEW_SUBJECT:
        printf(is_dry ? "would be new, version 1" : "left undone");
        break;
    default:
        if (is_dry)
            printf("would be a new version, after %d", item->newest);
        else
            printf("left undone");
    }
    putchar('\n');
}

static enum sma_status print(struct sma_deploy *d, bool is_dry)
{
    static const char *const columns[] = {"subject", "type", "result", "version", "id", "message",
                                          NULL};
    struct sma_session *s = d->session;
    struct sma_table table;
    if (!sma_wants_json(s->arguments)) {
        for (size_t i = 0; i < d->count; i++)
            say(&d->items[i], is_dry);
        return SMA_OK;
    }
    sma_table_init(&table, &s->arena, columns);
    for (size_t i = 0; i < d->count; i++) {
        const struct sma_deploy_item *item = &d->items[i];
        sma_table_text(&table, item->file->subject);
        sma_table_text(&table, sma_str_z(item->file->format->name));
        sma_table_text(&table, sma_str_z(result_of(item, is_dry)));
        if (item->version)
            sma_table_number(&table, item->version);
        else
            sma_table_none(&table);
        if (item->id)
            sma_table_number(&table, item->id);
        else
            sma_table_none(&table);
        if (item->state == SMA_DEPLOY_FAILED)
            sma_table_text(&table, item->why);
        else
            sma_table_none(&table);
    }
    return sma_table_print(&table, s->arguments, &s->err);
}

/* One failed alone gives its own code; some of many 8. */
static int code_of(const struct sma_deploy *d)
{
    size_t failed = 0;
    int code = SMA_EXIT_OK;
    for (size_t i = 0; i < d->count; i++)
        if (d->items[i].state == SMA_DEPLOY_FAILED) {
            failed++;
            code = (int)d->items[i].code;
        }
    return failed && failed < d->count ? SMA_EXIT_PARTLY : code;
}

/* ---- the work ---- */

static enum sma_status try_all(struct sma_deploy *d)
{
    enum sma_status st = SMA_OK;
    for (size_t i = 0; !st && i < d->count; i++) {
        struct sma_deploy_item *item = &d->items[i];
        struct sma_str refusal = SMA_STR("");
        if (item->state != SMA_DEPLOY_NEW_VERSION || sma_deploy_is_blocked(d, item))
            continue;
        st = sma_deploy_try(d, item, &refusal);
        if (!st && refusal.len && item->state != SMA_DEPLOY_FAILED) {
            item->state = SMA_DEPLOY_FAILED;
            item->code = SMA_EXIT_FINDINGS;
            item->why = refusal;
        }
    }
    return st;
}

static enum sma_status register_all(struct sma_deploy *d)
{
    struct sma_session *s = d->session;
    enum sma_status st = SMA_OK;
    for (size_t i = 0; !st && i < d->count; i++) {
        struct sma_deploy_item *item = &d->items[i];
        if ((item->state != SMA_DEPLOY_NEW_SUBJECT && item->state != SMA_DEPLOY_NEW_VERSION) ||
            sma_deploy_is_blocked(d, item))
            continue;
        st = sma_interrupted() ? sma_remote_fail_interrupted(&s->err)
                               : sma_deploy_register(d, item);
    }
    return st;
}

static enum sma_status ask(struct sma_deploy *d)
{
    struct sma_session *s = d->session;
    size_t fresh = 0;
    for (size_t i = 0; i < d->count; i++)
        fresh += d->items[i].state == SMA_DEPLOY_NEW_SUBJECT ||
                 d->items[i].state == SMA_DEPLOY_NEW_VERSION;
    struct sma_str question =
        sma_arena_printf(&s->arena, "Register %zu schema version%s in %s?", fresh,
                         fresh == 1 ? "" : "s", sma_remote_url(s->remote));
    if (!question.ptr)
        return sma_fail_nomem(&s->err);
    return fresh ? sma_consent(s->remote, s->arguments, SMA_CONSENT_ORDINARY, NULL, question.ptr,
                               &s->err)
                 : SMA_OK;
}

/* Lookups and checks that need no consent; then the writes. */
static enum sma_status work(struct sma_deploy *d, bool is_dry, bool *is_refused)
{
    struct sma_session *s = d->session;
    enum sma_status st = sma_session_remote(s);
    if (!st)
        st = sma_deploy_collect(d);
    if (!st && (d->id || d->version) && d->count > 1)
        return sma_fail(&s->err, SMA_EINVAL, "--id and --version are for one schema, not %zu",
                        d->count);
    if (!st && !d->id && !d->version)
        st = sma_check_with_registry(s);
    if (!st)
        st = sma_session_has_errors(s, is_refused);
    if (st || *is_refused)
        return st;
    st = sma_deploy_compare(d);
    if (st)
        return st;
    if (is_dry)
        return try_all(d);
    st = ask(d);
    sma_interrupt_gracefully();
    return st ? st : register_all(d);
}

int sma_register_main(const struct sma_arguments *arguments)
{
    struct sma_session s;
    struct sma_deploy d;
    bool is_dry = sma_argument_has(arguments, "--dry-run"), is_refused = false, was_read = false;
    sma_deploy_init(&d, &s);
    enum sma_status st = sma_session_open(&s, arguments, "register");
    if (!st)
        st = read_flags(&d);
    if (!st)
        st = sma_session_gather(&s, 0);
    was_read = !st;
    if (!st)
        st = work(&d, is_dry, &is_refused);
    if (is_refused) {
        sma_deploy_fini(&d);
        return sma_session_finish(&s, st);
    }
    /* What was done is told also when the run broke off. */
    enum sma_status told = was_read && (!st || sma_deploy_did_something(&d)) ? print(&d, is_dry)
                                                                             : SMA_OK;
    int code = st || told ? sma_cli_fail(st ? st : told, &s.err) : code_of(&d);
    sma_deploy_fini(&d);
    sma_session_close(&s);
    return code;
}
