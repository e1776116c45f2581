/* schemata delete: versions or whole subjects, softly; --permanent takes both steps. What is still
 * referred to is not touched, and the referrers are named in the order in which they would go. */
#include "cli/commands.h"
#include "cli/consent.h"
#include "cli/interrupt.h"
#include "cli/remote_session.h"

#define REFERRERS_MAX 1000

const struct sma_option sma_delete_options[] = {
    {.name = "--permanent", .help = "for good: id and version are free, and there is no way back"},
    {.name = NULL},
};

/* One argument. */
struct target {
    struct sma_str subject;
    bool is_whole, is_gone;
    struct sma_numbers versions; /* those meant, ascending */
};

struct deletion {
    struct sma_remote_session *s;
    bool is_permanent;
    struct target *targets;
    size_t count;
    struct sma_subject_version *referrers; /* of the target at hand, furthest last */
    size_t referrer_count, referrer_capacity;
};

/* ---- what is meant ---- */

static enum sma_status read_target(struct deletion *d, struct target *out, const char *text)
{
    struct sma_remote_session *s = d->s;
    struct sma_sr_ref ref;
    enum sma_status st = sma_sr_parse(&ref, sma_str_z(text), &s->err);
    if (!st && (ref.kind != SMA_SR_SUBJECT || sma_subject_is_pattern(ref.subject)))
        return sma_fail(&s->err, SMA_EINVAL,
                        "delete wants SUBJECT or SUBJECT@VERSION, one by one, not \"%s\"", text);
    if (st)
        return st;
    out->subject = ref.subject;
    out->is_whole = !ref.is_explicit || ref.versions == SMA_SR_EVERY;
    st = sma_remote_versions(&out->versions, s->remote, &s->arena, ref.subject,
                             d->is_permanent ? SMA_REMOTE_WITH_DELETED : SMA_REMOTE_LIVE, &s->err);
    if (st || out->is_whole)
        return st;
    int32_t wanted = ref.versions == SMA_SR_LATEST && out->versions.count
                         ? out->versions.items[out->versions.count - 1]
                         : ref.version;
    for (size_t i = 0; i < out->versions.count; i++)
        if (out->versions.items[i] == wanted) {
            out->versions = (struct sma_numbers){&out->versions.items[i], 1};
            return SMA_OK;
        }
    return sma_remote_fail(&s->err, SMA_ENOTFOUND, SMA_EXIT_NOT_FOUND,
                           "%s has no version %d of %.*s", sma_remote_url(s->remote), wanted,
                           SMA_STR_ARG(ref.subject));
}

/* ---- who refers to it ---- */

static bool goes_too(const struct deletion *d, const struct sma_subject_version *use)
{
    for (size_t t = 0; t < d->count; t++)
        for (size_t i = 0; i < d->targets[t].versions.count; i++)
            if (d->targets[t].versions.items[i] == use->version &&
                sma_str_eq(d->targets[t].subject, use->subject))
                return true;
    for (size_t i = 0; i < d->referrer_count; i++)
        if (d->referrers[i].version == use->version &&
            sma_str_eq(d->referrers[i].subject, use->subject))
            return true;
    return false;
}

static enum sma_status add_referrers(struct deletion *d, struct sma_str subject, int32_t version)
{
    struct sma_remote_session *s = d->s;
    struct sma_subject_versions uses;
    const struct sma_json *ids;
    int32_t id;
    enum sma_status st =
        sma_remote_get(s->remote, &s->arena,
                       sma_remote_path(&s->arena, "/subjects/%s/versions/%d/referencedby", subject,
                                       version),
                       &ids, &s->err);
    for (uint32_t i = 0; !st && sma_json_is(ids, SMA_JSON_ARRAY) && i < ids->count; i++) {
        if (!sma_json_i32(&ids->items[i], &id))
            continue;
        st = sma_remote_uses(&uses, s->remote, &s->arena, id, false, &s->err);
        for (size_t u = 0; !st && u < uses.count; u++) {
            struct sma_subject_version *grown;
            if (goes_too(d, &uses.items[u]))
                continue;
            grown = sma_arena_grow(&s->arena, d->referrers, d->referrer_count,
                                   &d->referrer_capacity, d->referrer_count + 1, sizeof *grown);
            if (!grown)
                return sma_fail_nomem(&s->err);
            if (d->referrer_count >= REFERRERS_MAX)
                return SMA_OK; /* enough to say no */
            d->referrers = grown;
            grown[d->referrer_count++] = uses.items[u];
        }
    }
    return st;
}

static enum sma_status must_be_free(struct deletion *d, const struct target *target)
{
    struct sma_remote_session *s = d->s;
    enum sma_status st = SMA_OK;
    d->referrer_count = 0;
    for (size_t i = 0; !st && i < target->versions.count; i++)
        st = add_referrers(d, target->subject, target->versions.items[i]);
    /* Those of the referrers too: breadth first, so the last of the list goes first. */
    for (size_t i = 0; !st && i < d->referrer_count; i++)
        st = add_referrers(d, d->referrers[i].subject, d->referrers[i].version);
    if (st || !d->referrer_count)
        return st;
    fprintf(stderr, "%.*s is still referred to. To be deleted before it, in this order:\n",
            SMA_STR_ARG(target->subject));
    for (size_t i = d->referrer_count; i-- > 0;)
        fprintf(stderr, "  schemata delete '%.*s@%d'\n",
                SMA_STR_ARG(sma_remote_shown(&s->arena, d->referrers[i].subject)),
                d->referrers[i].version);
    return sma_remote_fail(&s->err, SMA_ECONFLICT, SMA_EXIT_REFUSED,
                           "%.*s is still referred to by %zu schema version%s",
                           SMA_STR_ARG(target->subject), d->referrer_count,
                           d->referrer_count == 1 ? "" : "s");
}

/* ---- asking ---- */

/* Version, id and GUID of what would go. */
static enum sma_status show(struct deletion *d, const struct target *target)
{
    struct sma_remote_session *s = d->s;
    struct sma_fetch *items =
        sma_arena_calloc(&s->arena, target->versions.count + 1, sizeof *items);
    if (!items)
        return sma_fail_nomem(&s->err);
    for (size_t i = 0; i < target->versions.count; i++)
        items[i] = (struct sma_fetch){.subject = target->subject,
                                      .version = target->versions.items[i]};
    enum sma_status st = sma_remote_fetch(s->remote, &s->arena, s->arguments, items,
                                          target->versions.count, true, &s->err);
    for (size_t i = 0; !st && i < target->versions.count; i++)
        if (!items[i].is_missing)
            fprintf(stderr, "  version %d  id %d  %.*s%s\n", items[i].version, items[i].schema.id,
                    SMA_STR_ARG(items[i].schema.guid),
                    items[i].schema.is_deleted ? "  (soft-deleted)" : "");
    return st;
}

static enum sma_status ask(struct deletion *d, const struct target *target)
{
    struct sma_remote_session *s = d->s;
    struct sma_buf text;
    sma_buf_init(&text, 0);
    sma_buf_printf(&text, "%s %.*s in %s: version%s", d->is_permanent ? "Delete for good" : "Delete",
                   SMA_STR_ARG(target->subject), sma_remote_url(s->remote),
                   target->versions.count == 1 ? "" : "s");
    for (size_t i = 0; i < target->versions.count; i++)
        sma_buf_printf(&text, "%s %d", i ? "," : "", target->versions.items[i]);
    if (d->is_permanent)
        sma_buf_putz(&text, ". This cannot be undone; messages written with it cannot be read.");
    else
        sma_buf_printf(&text, ". To undo: schemata restore '%.*s'.", SMA_STR_ARG(target->subject));
    struct sma_str name = sma_arena_copy(&s->arena, target->subject);
    enum sma_status st =
        sma_buf_failed(&text) || !name.ptr ? sma_fail_nomem(&s->err) : SMA_OK;
    if (!st && sma_consent_asks(s->remote, s->arguments, SMA_CONSENT_DESTRUCTIVE))
        st = show(d, target);
    if (!st)
        st = sma_consent(s->remote, s->arguments, SMA_CONSENT_DESTRUCTIVE, name.ptr, text.ptr,
                         &s->err);
    sma_buf_fini(&text);
    return st;
}

/* ---- doing ---- */

/* Soft-deleted already is where the first step was to lead. */
static enum sma_status delete_once(struct deletion *d, struct sma_str path, bool is_second)
{
    struct sma_remote_session *s = d->s;
    struct sma_remote_answer answer;
    enum sma_status st =
        sma_remote_call(s->remote, &s->arena, "DELETE", path, SMA_STR(""), &answer, &s->err);
    if (st || answer.status < 400)
        return st;
    bool is_soft = answer.code == 40404 || answer.code == 40406;
    if (!is_second && d->is_permanent && is_soft)
        return SMA_OK;
    return sma_remote_refused(s->remote, &answer, &s->err);
}

static enum sma_status delete_target(struct deletion *d, const struct target *target)
{
    struct sma_arena *arena = &d->s->arena;
    enum sma_status st = SMA_OK;
    for (int step = 0; !st && step < (d->is_permanent ? 2 : 1); step++) {
        const char *query = step ? "?permanent=true" : "";
        struct sma_str path =
            target->is_whole
                ? sma_remote_path(arena, "/subjects/%s%z", target->subject, query)
                : sma_remote_path(arena, "/subjects/%s/versions/%d%z", target->subject,
                                  target->versions.items[0], query);
        st = delete_once(d, path, step > 0);
    }
    if (st)
        return st;
    printf("%.*s: %s version%s", SMA_STR_ARG(target->subject),
           d->is_permanent ? "deleted for good" : "deleted",
           target->versions.count == 1 ? "" : "s");
    for (size_t i = 0; i < target->versions.count; i++)
        printf("%s %d", i ? "," : "", target->versions.items[i]);
    putchar('\n');
    return SMA_OK;
}

/* Everything is looked at and asked for before anything is deleted. */
static enum sma_status prepare(struct deletion *d)
{
    struct sma_remote_session *s = d->s;
    const struct sma_arguments *a = s->arguments;
    enum sma_status st = SMA_OK;
    d->targets = sma_arena_calloc(&s->arena, a->positional_count, sizeof *d->targets);
    if (!d->targets)
        return sma_fail_nomem(&s->err);
    for (size_t i = 0; !st && i < a->positional_count; i++) {
        st = read_target(d, &d->targets[i], a->positional[i]);
        d->count += !st;
    }
    for (size_t i = 0; !st && i < d->count; i++)
        st = must_be_free(d, &d->targets[i]);
    for (size_t i = 0; !st && i < d->count; i++)
        st = ask(d, &d->targets[i]);
    return st;
}

/* Tries each that is left once. A refusal of one is no reason to leave the others, and may be gone
 * when they are; silence of the registry ends the run. *left: how many still stand. */
static int delete_round(struct deletion *d, bool is_last, size_t *left)
{
    struct sma_remote_session *s = d->s;
    int code = SMA_EXIT_OK;
    *left = 0;
    for (size_t i = 0; i < d->count; i++) {
        if (d->targets[i].is_gone)
            continue;
        sma_error_clear(&s->err);
        enum sma_status st = sma_interrupted() ? sma_remote_fail_interrupted(&s->err)
                                               : delete_target(d, &d->targets[i]);
        d->targets[i].is_gone = !st;
        if (!st)
            continue;
        ++*left;
        int one = sma_cli_exit_code(st, &s->err);
        bool is_refusal = one == SMA_EXIT_REFUSED || one == SMA_EXIT_NOT_FOUND;
        if (is_last || !is_refusal)
            code = sma_cli_fail(st, &s->err);
        if (!is_refusal)
            return code;
    }
    return code;
}

static int delete_all(struct deletion *d)
{
    size_t left = d->count, before;
    int code;
    do {
        before = left;
        code = delete_round(d, false, &left);
    } while (!code && left && left < before);
    if (!code && left)
        code = delete_round(d, true, &left);
    bool is_refusal = code == SMA_EXIT_REFUSED || code == SMA_EXIT_NOT_FOUND;
    return is_refusal && left < d->count ? SMA_EXIT_PARTLY : code;
}

int sma_delete_main(const struct sma_arguments *arguments)
{
    struct sma_remote_session s;
    struct deletion d = {.s = &s, .is_permanent = sma_argument_has(arguments, "--permanent")};
    int code = SMA_EXIT_OK;
    enum sma_status st = sma_remote_session_open(&s, arguments);
    if (!st)
        st = prepare(&d);
    if (!st) {
        sma_interrupt_gracefully();
        code = delete_all(&d);
    }
    return sma_remote_session_finish(&s, st, code);
}
