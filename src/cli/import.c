/* schemata import and restore-backup. */
#include "cli/import.h"

#include "cli/commands.h"
#include "cli/consent.h"
#include "cli/harvest.h"
#include "cli/source.h"
#include "core/hash/hash.h"
#include "http/gzip_text.h"

#define TOPIC_OPTION                                                                               \
    {.name = "--from-topic-dump",                                                                  \
     .help = "FILE has the lines of a _schemas topic: key, tab, value"}
#define JOURNAL_OPTIONS                                                                            \
    {.name = "--journal",                                                                          \
     .value = "FILE",                                                                              \
     .standard = "the file's name and .import-journal",                                            \
     .help = "what an interrupted run leaves for --resume"},                                       \
    {                                                                                              \
        .name = "--resume", .help = "go on with an import that was interrupted"                    \
    }

const struct sma_option sma_import_options[] = {
    {.name = "--dry-run", .help = "say what would happen, change nothing"},
    {.name = "--on-conflict",
     .value = "fail|skip|renumber",
     .standard = "fail",
     .help = "when something else is there: change nothing; leave out what conflicts; or register "
             "everything under new ids and versions"},
    {.name = "--id-map",
     .value = "FILE",
     .help = "with renumber: what became what, a JSON line for each schema"},
    TOPIC_OPTION,
    JOURNAL_OPTIONS,
    {.name = NULL},
};

const struct sma_option sma_restore_backup_options[] = {
    {.name = "--into-empty", .help = "needed: the registry must have no subjects at all"},
    {.name = "--dry-run", .help = "say what would happen, change nothing"},
    JOURNAL_OPTIONS,
    {.name = NULL},
};

/* ---- the file ---- */

static enum sma_status read_text(struct sma_str *out, struct sma_remote_session *s,
                                 const char *path)
{
    struct sma_buf plain;
    struct sma_str bytes;
    enum sma_status st = sma_read_bytes(&bytes, &s->arena, path, SMA_ARCHIVE_BYTES_MAX, &s->err);
    if (st || !sma_is_gzip(bytes)) {
        *out = bytes;
        return st;
    }
    sma_buf_init(&plain, SMA_ARCHIVE_BYTES_MAX);
    struct sma_error why = SMA_ERROR_INIT;
    st = sma_gunzip_text(&plain, bytes, &why);
    if (st)
        st = sma_fail(&s->err, st == SMA_EINVAL ? SMA_EIO : st, "%s: %s", path, why.message);
    if (!st) {
        *out = sma_arena_copy(&s->arena, sma_buf_str(&plain));
        st = out->ptr ? SMA_OK : sma_fail_nomem(&s->err);
    }
    sma_buf_fini(&plain);
    return st;
}

static enum sma_status digest_of(struct sma_str *out, struct sma_remote_session *s,
                                 struct sma_str text)
{
    uint8_t digest[SMA_SHA256_LEN];
    char hex[2 * SMA_SHA256_LEN + 1];
    enum sma_status st = sma_sha256(digest, text, &s->err);
    for (size_t i = 0; !st && i < sizeof digest; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    if (!st)
        *out = sma_arena_copy(&s->arena, sma_str_z(hex));
    return st ? st : out->ptr ? SMA_OK : sma_fail_nomem(&s->err);
}

static struct sma_import_target *target_of(struct sma_import *import, struct sma_str subject)
{
    struct sma_import_target *target = sma_map_get(&import->target_of, subject);
    if (target)
        return target;
    target = &import->targets[import->target_count];
    target->subject = subject;
    if (!sma_map_put(&import->target_of, subject, target))
        return NULL;
    import->target_count++;
    return target;
}

static enum sma_status read_archive(struct sma_import *import, const char *path)
{
    struct sma_remote_session *s = import->s;
    struct sma_archive_schema **order;
    struct sma_str text;
    bool is_topic = sma_argument_has(s->arguments, "--from-topic-dump");
    enum sma_status st = read_text(&text, s, path);
    if (!st)
        st = digest_of(&import->digest, s, text);
    if (!st)
        st = is_topic
                 ? sma_archive_read_topic(&import->archive, sma_str_z(path), text, &s->err)
                 : sma_archive_read(&import->archive, sma_str_z(path), text, &s->err);
    if (!st)
        st = sma_archive_order(&import->archive, &order, &import->item_count, &s->err);
    if (st)
        return st;
    import->items = sma_arena_calloc(&s->arena, import->item_count + 1, sizeof *import->items);
    import->targets = sma_arena_calloc(&s->arena, import->item_count + 1, sizeof *import->targets);
    if (!import->items || !import->targets)
        return sma_fail_nomem(&s->err);
    for (size_t i = 0; i < import->item_count; i++) {
        import->items[i].schema = order[i];
        import->items[i].target = target_of(import, order[i]->subject);
        if (!import->items[i].target)
            return sma_fail_nomem(&s->err);
    }
    return SMA_OK;
}

/* ---- what was found ---- */

#define CONFLICTS_SHOWN 20

static void tell_conflicts(const struct sma_import *import)
{
    size_t shown = 0;
    for (size_t i = 0; i < import->item_count; i++) {
        const struct sma_import_item *item = &import->items[i];
        if (item->action != SMA_IMPORT_CONFLICT)
            continue;
        if (shown++ < CONFLICTS_SHOWN)
            fprintf(stderr, "schemata: %.*s@%d: %.*s\n", SMA_STR_ARG(item->schema->subject),
                    item->schema->version, SMA_STR_ARG(item->why));
    }
    if (shown > CONFLICTS_SHOWN)
        fprintf(stderr, "schemata: and %zu more\n", shown - CONFLICTS_SHOWN);
}

static void tell_plan(const struct sma_import *import)
{
    static const char *const words[] = {"is there", "would be registered", "conflicts",
                                        "would be left out"};
    for (size_t i = 0; i < import->item_count; i++) {
        const struct sma_import_item *item = &import->items[i];
        bool skips = item->action == SMA_IMPORT_CONFLICT &&
                     import->policy == SMA_IMPORT_SKIP_CONFLICTS;
        printf("%.*s@%d id %d %s%s\n", SMA_STR_ARG(item->schema->subject), item->schema->version,
               item->schema->id, words[skips ? SMA_IMPORT_SKIP : item->action],
               item->must_delete ? ", then softly deleted" : "");
    }
}

static void tell_result(const struct sma_import *import)
{
    printf("%zu registered, %zu there already, %zu left out, %zu softly deleted, %zu levels and "
           "modes set, %zu failed\n",
           import->registered, import->present, import->skipped, import->deleted,
           import->settings, import->failed);
}

/* ---- the run ---- */

static enum sma_status settle_conflicts(struct sma_import *import)
{
    if (!import->conflicts)
        return SMA_OK;
    tell_conflicts(import);
    if (import->policy == SMA_IMPORT_FAIL)
        return sma_remote_fail(&import->s->err, SMA_ECONFLICT, SMA_EXIT_REFUSED,
                               "nothing was changed; --on-conflict skip leaves these out, "
                               "renumber registers everything under new ids");
    for (size_t i = 0; i < import->item_count; i++)
        if (import->items[i].action == SMA_IMPORT_CONFLICT) {
            import->items[i].action = SMA_IMPORT_SKIP;
            import->skipped++;
        }
    return SMA_OK;
}

static enum sma_status ask(const struct sma_import *import)
{
    char question[256];
    struct sma_remote_session *s = import->s;
    snprintf(question, sizeof question, "import %zu schemas into %s?", import->item_count,
             sma_remote_url(s->remote));
    return sma_consent(s->remote, s->arguments, SMA_CONSENT_ORDINARY, NULL, question, &s->err);
}

static enum sma_status run(struct sma_import *import)
{
    enum sma_status st = sma_import_plan(import);
    if (!st && import->dry_run)
        tell_plan(import);
    if (!st)
        st = settle_conflicts(import);
    if (st || import->dry_run)
        return st;
    st = ask(import);
    if (!st && !import->journal->is_resumed)
        st = sma_import_journal_begin(import);
    if (!st)
        st = sma_import_run(import);
    return st ? st : sma_import_settings(import);
}

static enum sma_status run_renumber(struct sma_import *import)
{
    enum sma_status st = SMA_OK;
    if (import->dry_run) {
        for (size_t i = 0; i < import->item_count; i++)
            import->items[i].action = SMA_IMPORT_REGISTER;
        tell_plan(import);
        return SMA_OK;
    }
    st = ask(import);
    return st ? st
              : sma_import_renumber(import, sma_argument(import->s->arguments, "--id-map"));
}

static enum sma_status with_journal(struct sma_import *import, const char *path)
{
    struct sma_remote_session *s = import->s;
    struct sma_import_journal journal = {.fd = -1};
    const char *name = sma_argument(s->arguments, "--journal");
    bool is_stdin = !strcmp(path, "-");
    struct sma_str beside = sma_arena_printf(&s->arena, "%s.import-journal",
                                             is_stdin ? "schemata" : path);
    if (!beside.ptr)
        return sma_fail_nomem(&s->err);
    enum sma_status st = sma_import_journal_open(&journal, import, name ? name : beside.ptr,
                                                 sma_argument_has(s->arguments, "--resume"));
    if (!st)
        st = run(import);
    bool is_begun = import->registered || import->deleted || journal.is_resumed;
    for (size_t i = 0; i < import->target_count; i++)
        is_begun |= import->targets[i].is_open;
    if (st && is_begun)
        fprintf(stderr, "schemata: %zu of %zu schemas are there; --resume goes on\n",
                import->registered + import->present, import->item_count);
    sma_import_journal_close(&journal, !st || !is_begun);
    return st;
}

/* Reads, plans, runs; needs_empty: nothing may be there. */
static int import_file(const struct sma_arguments *arguments, bool needs_empty)
{
    struct sma_remote_session s;
    struct sma_import import = {.s = &s};
    const char *path = arguments->positional[0];
    const char *policy = sma_argument(arguments, "--on-conflict");
    struct sma_strings subjects = {NULL, 0, 0};
    enum sma_status st = sma_remote_session_open(&s, arguments);
    sma_archive_init(&import.archive, &s.arena);
    sma_map_init(&import.target_of);
    pthread_mutex_init(&import.mutex, NULL);
    import.dry_run = sma_argument_has(arguments, "--dry-run");
    if (policy && !strcmp(policy, "skip"))
        import.policy = SMA_IMPORT_SKIP_CONFLICTS;
    else if (policy && !strcmp(policy, "renumber"))
        import.policy = SMA_IMPORT_RENUMBER;
    if (!st && sma_argument(arguments, "--id-map") && import.policy != SMA_IMPORT_RENUMBER)
        st = sma_fail(&s.err, SMA_EINVAL, "--id-map goes with --on-conflict renumber");
    if (!st)
        st = read_archive(&import, path);
    if (!st && needs_empty && !sma_argument_has(arguments, "--resume"))
        st = sma_harvest_subjects(&subjects, &s, SMA_STR(""), true);
    if (!st && subjects.count)
        st = sma_remote_fail(&s.err, SMA_ECONFLICT, SMA_EXIT_REFUSED,
                             "%s is not empty: it has %zu subjects", sma_remote_url(s.remote),
                             subjects.count);
    if (!st)
        st = import.policy == SMA_IMPORT_RENUMBER ? run_renumber(&import)
                                                  : with_journal(&import, path);
    if (!st && !import.dry_run)
        tell_result(&import);
    pthread_mutex_destroy(&import.mutex);
    sma_map_fini(&import.target_of);
    sma_archive_fini(&import.archive);
    return sma_remote_session_finish(&s, st, import.failed ? SMA_EXIT_PARTLY : SMA_EXIT_OK);
}

int sma_import_main(const struct sma_arguments *arguments)
{
    return import_file(arguments, false);
}

int sma_restore_backup_main(const struct sma_arguments *arguments)
{
    if (sma_argument_has(arguments, "--into-empty"))
        return import_file(arguments, true);
    fprintf(stderr, "schemata: restore-backup wants --into-empty, and an empty registry; import "
                    "adds to one that is not\n");
    return SMA_EXIT_USAGE;
}
