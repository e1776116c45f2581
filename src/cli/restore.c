/* schemata restore: undoes a soft delete. Our own registry does it in place; others have no such call:
 * there the text is registered again, and the version number is new. */
#include "cli/commands.h"
#include "cli/consent.h"
#include "cli/interrupt.h"
#include "cli/remote_session.h"
#include "core/json/writer.h"

const struct sma_option sma_restore_options[] = {{.name = NULL}};

struct restoring {
    struct sma_remote_session *s;
    struct sma_str subject;
    struct sma_numbers versions; /* soft-deleted ones that are meant, ascending */
    bool is_whole;
};

/* ---- what is meant ---- */

static bool has_number(const struct sma_numbers *numbers, int32_t number)
{
    for (size_t i = 0; i < numbers->count; i++)
        if (numbers->items[i] == number)
            return true;
    return false;
}

/* What is in the list with deleted versions and not in the one without. */
static enum sma_status find_deleted(struct restoring *r)
{
    struct sma_remote_session *s = r->s;
    struct sma_numbers live = {NULL, 0};
    size_t kept = 0;
    enum sma_status st = sma_remote_versions(&r->versions, s->remote, &s->arena, r->subject,
                                             SMA_REMOTE_WITH_DELETED, &s->err);
    if (st)
        return st;
    st = sma_remote_versions(&live, s->remote, &s->arena, r->subject, SMA_REMOTE_LIVE, &s->err);
    if (st == SMA_ENOTFOUND) {
        sma_error_clear(&s->err);
        live.count = 0;
        st = SMA_OK;
    }
    for (size_t i = 0; !st && i < r->versions.count; i++)
        if (!has_number(&live, r->versions.items[i]))
            r->versions.items[kept++] = r->versions.items[i];
    r->versions.count = kept;
    return st;
}

static enum sma_status read_target(struct restoring *r, const char *text)
{
    struct sma_remote_session *s = r->s;
    struct sma_sr_ref ref;
    enum sma_status st = sma_sr_parse(&ref, sma_str_z(text), &s->err);
    if (!st && (ref.kind != SMA_SR_SUBJECT || sma_subject_is_pattern(ref.subject)))
        return sma_fail(&s->err, SMA_EINVAL,
                        "restore wants SUBJECT or SUBJECT@VERSION, not \"%s\"", text);
    r->subject = ref.subject;
    r->is_whole = !ref.is_explicit || ref.versions == SMA_SR_EVERY;
    if (!st)
        st = find_deleted(r);
    if (st || r->is_whole)
        return st;
    if (ref.versions == SMA_SR_LATEST && r->versions.count)
        ref.version = r->versions.items[r->versions.count - 1];
    bool is_there = has_number(&r->versions, ref.version);
    r->versions.count = is_there;
    if (is_there)
        r->versions.items[0] = ref.version;
    return SMA_OK;
}

/* ---- in place ---- */

static enum sma_status restore_in_place(struct restoring *r)
{
    struct sma_remote_session *s = r->s;
    struct sma_remote_answer answer;
    const char *context = sma_remote_context(s->remote);
    struct sma_str subject = *context && !sma_str_starts(r->subject, SMA_STR(":."))
                                 ? sma_arena_printf(&s->arena, ":%s:%.*s", context,
                                                    SMA_STR_ARG(r->subject))
                                 : r->subject;
    struct sma_str path =
        r->is_whole
            ? sma_remote_path(&s->arena, "/schemata/v1/subjects/%s/restore", subject)
            : sma_remote_path(&s->arena, "/schemata/v1/subjects/%s/versions/%d/restore", subject,
                              r->versions.items[0]);
    enum sma_status st = subject.ptr ? sma_remote_ask(s->remote, &s->arena, "POST", path,
                                                      SMA_STR(""), &answer, &s->err)
                                     : sma_fail_nomem(&s->err);
    if (st)
        return st;
    printf("%.*s: restored version%s", SMA_STR_ARG(r->subject),
           r->versions.count == 1 ? "" : "s");
    for (size_t i = 0; i < r->versions.count; i++)
        printf("%s %d", i ? "," : "", r->versions.items[i]);
    putchar('\n');
    return SMA_OK;
}

/* ---- by registering again ---- */

static enum sma_status make_body(struct sma_remote_session *s, struct sma_str *out,
                                 const struct sma_remote_schema *schema)
{
    struct sma_buf buf;
    sma_buf_init(&buf, 0);
    struct sma_json_writer w = sma_json_writer_on(&buf);
    sma_jw_object_open(&w);
    sma_jw_member_string(&w, "schemaType", schema->type);
    sma_jw_name(&w, "references");
    sma_jw_array_open(&w);
    for (size_t i = 0; i < schema->reference_count; i++) {
        sma_jw_object_open(&w);
        sma_jw_member_string(&w, "name", schema->references[i].name);
        sma_jw_member_string(&w, "subject", schema->references[i].subject);
        sma_jw_member_i64(&w, "version", schema->references[i].version);
        sma_jw_object_close(&w);
    }
    sma_jw_array_close(&w);
    if (schema->metadata) {
        sma_jw_name(&w, "metadata");
        sma_jw_value(&w, schema->metadata);
    }
    if (schema->rule_set) {
        sma_jw_name(&w, "ruleSet");
        sma_jw_value(&w, schema->rule_set);
    }
    sma_jw_member_string(&w, "schema", schema->text);
    sma_jw_object_close(&w);
    *out = sma_buf_failed(&buf) ? sma_str_make(NULL, 0)
                                : sma_arena_copy(&s->arena, sma_buf_str(&buf));
    sma_buf_fini(&buf);
    return out->ptr ? SMA_OK : sma_fail_nomem(&s->err);
}

static enum sma_status register_again(struct restoring *r, int32_t version)
{
    struct sma_remote_session *s = r->s;
    struct sma_remote_schema schema, now;
    struct sma_remote_answer answer;
    struct sma_str body;
    enum sma_status st = sma_remote_version(&schema, s->remote, &s->arena, r->subject, version,
                                            true, &s->err);
    if (!st)
        st = make_body(s, &body, &schema);
    if (!st)
        st = sma_remote_ask(s->remote, &s->arena, "POST",
                            sma_remote_path(&s->arena, "/subjects/%s/versions", r->subject), body,
                            &answer, &s->err);
    if (!st)
        st = sma_remote_version(&now, s->remote, &s->arena, r->subject, 0, false, &s->err);
    if (!st)
        printf("%.*s: version %d is back as version %d, id %d\n", SMA_STR_ARG(r->subject), version,
               now.version, now.id);
    return st;
}

static enum sma_status restore_elsewhere(struct restoring *r)
{
    struct sma_remote_session *s = r->s;
    fprintf(stderr,
            "%s cannot restore in place: %.*s will be registered again, under new version "
            "numbers\n",
            sma_remote_url(s->remote), SMA_STR_ARG(r->subject));
    enum sma_status st = sma_consent(s->remote, s->arguments, SMA_CONSENT_DESTRUCTIVE, NULL,
                                     "The version numbers will be new. Go on?", &s->err);
    for (size_t i = 0; !st && i < r->versions.count; i++)
        st = sma_interrupted() ? sma_remote_fail_interrupted(&s->err)
                               : register_again(r, r->versions.items[i]);
    return st;
}

/* ---- the command ---- */

static enum sma_status restore_one(struct sma_remote_session *s, const char *text)
{
    struct restoring r = {.s = s};
    bool is_ours = false;
    enum sma_status st = read_target(&r, text);
    if (!st && !r.versions.count)
        return sma_remote_fail(&s->err, SMA_ECONFLICT, SMA_EXIT_REFUSED,
                               "%s: nothing of %s is soft-deleted", sma_remote_url(s->remote),
                               text);
    if (!st)
        st = sma_remote_is_ours(s->remote, &is_ours, &s->err);
    if (!st && is_ours)
        st = sma_consent(s->remote, s->arguments, SMA_CONSENT_ORDINARY, NULL, "Restore?", &s->err);
    if (st)
        return st;
    return is_ours ? restore_in_place(&r) : restore_elsewhere(&r);
}

int sma_restore_main(const struct sma_arguments *arguments)
{
    struct sma_remote_session s;
    size_t failed = 0;
    int code = SMA_EXIT_OK;
    enum sma_status st = sma_remote_session_open(&s, arguments);
    if (!st)
        sma_interrupt_gracefully();
    for (size_t i = 0; !st && i < arguments->positional_count; i++) {
        enum sma_status one = restore_one(&s, arguments->positional[i]);
        int one_code = one ? sma_cli_fail(one, &s.err) : SMA_EXIT_OK;
        sma_error_clear(&s.err);
        failed += one_code != SMA_EXIT_OK;
        if (one_code)
            code = one_code;
        if (one_code && one_code != SMA_EXIT_REFUSED && one_code != SMA_EXIT_NOT_FOUND)
            break;
    }
    if (failed && failed < arguments->positional_count &&
        (code == SMA_EXIT_REFUSED || code == SMA_EXIT_NOT_FOUND))
        code = SMA_EXIT_PARTLY;
    return sma_remote_session_finish(&s, st, code);
}
