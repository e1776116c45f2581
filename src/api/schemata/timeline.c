/* GET /subjects/{subject}/timeline: versions, newest first, each with what it changed against the
 * one before it. Pages go back by version number. */
#include "api/schemata/differences.h"
#include "api/schemata/limits.h"
#include "api/schemata/resources.h"
#include "api/schemata/source.h"
#include "core/hash/hash.h"
#include "registry/parse.h"
#include "registry/read.h"

#define LIMIT_DEFAULT 20
/* Work of all comparisons of a page together. */
#define STEPS_MAX SMA_COMPAT_STEPS_MAX

struct timeline {
    struct sma_own_call *call;
    struct sma_str subject;
    struct sma_scan scan;
    uint64_t steps_left;
};

static enum sma_status write_against(struct timeline *t, const struct sma_schema *newer,
                                     const struct sma_schema *older, int32_t version,
                                     struct sma_error *err)
{
    struct sma_json_writer *w = &t->call->out;
    struct sma_own_comparison c = {.steps_left = t->steps_left};
    struct sma_error cause = SMA_ERROR_INIT;
    enum sma_status st =
        sma_own_compare_schemas(&c, t->scan.loader.arena, newer, older, SMA_POLICY_STRICT, &cause);
    t->steps_left = c.steps_left;
    if (st == SMA_ENOMEM)
        return sma_fail_nomem(err);
    sma_jw_object_open(w);
    sma_jw_member_i64(w, "version", version);
    if (st) { /* two types, or too much work: said here, the page goes on */
        sma_jw_member_string(w, "problem", sma_str_z(cause.message));
    } else {
        sma_own_verdict_write(w, &c);
        sma_jw_name(w, "findings");
        sma_jw_array_open(w);
        sma_own_differences_write(w, &c.backward, false, newer->text, older->text);
        sma_own_differences_write(w, &c.forward, true, newer->text, older->text);
        sma_jw_array_close(w);
    }
    sma_jw_object_close(w);
    return SMA_OK;
}

static enum sma_status parse(struct sma_schema **out, struct timeline *t, int32_t version,
                             struct sma_error *err)
{
    const struct sma_version *row;
    enum sma_status st = sma_loader_row(&row, &t->scan.loader, t->subject, version, err);
    return st ? st : sma_parse_row(out, &t->scan.loader, row, err);
}

static enum sma_status write_change(struct timeline *t, const struct sma_version_number *number,
                                    const struct sma_version_number *before, struct sma_error *err)
{
    struct sma_schema *newer = NULL, *older = NULL;
    enum sma_status st = SMA_OK;
    sma_jw_name(&t->call->out, "comparedWith");
    if (!before) {
        sma_jw_null(&t->call->out);
        return SMA_OK;
    }
    st = parse(&newer, t, number->version, err);
    if (!st)
        st = parse(&older, t, before->version, err);
    if (!st)
        st = write_against(t, newer, older, before->version, err);
    sma_schema_unref(newer);
    sma_schema_unref(older);
    return st;
}

static enum sma_status write_version(struct timeline *t, const struct sma_version_number *number,
                                     const struct sma_version_number *before, struct sma_error *err)
{
    struct sma_json_writer *w = &t->call->out;
    const struct sma_version *row;
    char guid[37];
    sma_scan_step(&t->scan);
    enum sma_status st = sma_loader_row(&row, &t->scan.loader, t->subject, number->version, err);
    if (st)
        return st;
    sma_uuid_text(guid, row->content.hash);
    sma_jw_object_open(w);
    sma_jw_member_i64(w, "version", row->version);
    sma_jw_member_i64(w, "id", row->id);
    sma_jw_member_string(w, "guid", sma_str_z(guid));
    sma_jw_member_string(w, "schemaType", row->type);
    sma_jw_member_i64(w, "ts", row->ts_ms);
    sma_jw_member_bool(w, "deleted", row->is_deleted);
    sma_jw_member_i64(w, "references", (int64_t)row->content.reference_count);
    st = write_change(t, number, before, err);
    sma_jw_object_close(w);
    return st;
}

static enum sma_status write_page(struct timeline *t, const struct sma_version_number *numbers,
                                  size_t count, int64_t limit, struct sma_error *err)
{
    struct sma_json_writer *w = &t->call->out;
    enum sma_status st = SMA_OK;
    size_t i = count;
    sma_jw_object_open(w);
    sma_jw_member_string(w, "subject", t->subject);
    sma_jw_name(w, "versions");
    sma_jw_array_open(w);
    for (; !st && i > 0 && limit > 0; i--, limit--)
        st = write_version(t, &numbers[i - 1], i > 1 ? &numbers[i - 2] : NULL, err);
    sma_jw_array_close(w);
    sma_jw_name(w, "nextBefore");
    if (i > 0)
        sma_jw_i64(w, numbers[i].version);
    else
        sma_jw_null(w);
    sma_jw_object_close(w);
    return st;
}

enum sma_status sma_own_timeline(struct sma_own_call *call, struct sma_error *err)
{
    struct timeline t = {.call = call, .steps_left = STEPS_MAX};
    struct sma_subject subject;
    struct sma_version_number *numbers;
    size_t count;
    int64_t limit, before;
    bool with_deleted;
    enum sma_status st =
        sma_own_param_number(&limit, call, "limit", 1, SMA_OWN_TIMELINE_MAX, LIMIT_DEFAULT, err);
    if (!st)
        st = sma_own_param_number(&before, call, "before", 1, INT32_MAX, INT64_MAX, err);
    if (!st)
        st = sma_own_param_bool(&with_deleted, call, "deleted", err);
    if (!st)
        st = sma_own_param_subject(&subject, call, err);
    if (!st)
        st = sma_read_versions(&numbers, &count, call->loader, &subject,
                               with_deleted ? SMA_WITH_DELETED : SMA_LIVE, err);
    if (st)
        return st;
    while (count && numbers[count - 1].version >= before)
        count--;
    t.subject = subject.qualified;
    sma_scan_init(&t.scan, call->loader);
    st = write_page(&t, numbers, count, limit, err);
    sma_scan_fini(&t.scan);
    return st;
}
