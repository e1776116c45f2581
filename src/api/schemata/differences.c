#include "api/schemata/differences.h"

#include "core/schema/schema.h"

/* Findings of one direction that are kept; all are counted. */
#define KEPT_MAX 1000

static void write_span(struct sma_json_writer *w, const char *name, const struct sma_span *span,
                       struct sma_str text)
{
    uint32_t line, column;
    if (!text.ptr || (!span->start && !span->end) || span->end > text.len)
        return;
    sma_json_position(text, span->start, &line, &column);
    sma_jw_name(w, name);
    sma_jw_object_open(w);
    sma_jw_member_i64(w, "start", span->start);
    sma_jw_member_i64(w, "end", span->end);
    sma_jw_member_i64(w, "line", line);
    sma_jw_member_i64(w, "column", column);
    sma_jw_object_close(w);
}

static void write_description(struct sma_json_writer *w, const struct sma_finding *finding,
                              bool is_forward)
{
    struct sma_buf text;
    sma_buf_init(&text, 0);
    sma_finding_description(&text, finding, is_forward ? "old" : "new", is_forward ? "new" : "old");
    if (sma_buf_failed(&text))
        w->buf->failed = true; /* the answer must not look whole */
    sma_jw_member_string(w, "description", sma_buf_str(&text));
    sma_buf_fini(&text);
}

void sma_own_differences_write(struct sma_json_writer *w, const struct sma_findings *findings,
                               bool is_forward, struct sma_str newer, struct sma_str older)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct sma_finding *f = &findings->items[i];
        sma_jw_object_open(w);
        sma_jw_member_string(w, "direction", sma_str_z(is_forward ? "forward" : "backward"));
        sma_jw_member_string(w, "rule", sma_str_z(f->rule->id));
        sma_jw_member_bool(w, "isCompatible", f->is_compatible);
        sma_jw_member_string(w, "path", f->path);
        write_description(w, f, is_forward);
        sma_jw_member_string(w, "info", f->info);
        if (f->rule->fix && !f->is_compatible)
            sma_jw_member_string(w, "fix", sma_str_z(f->rule->fix));
        write_span(w, "new", is_forward ? &f->writer_span : &f->reader_span, newer);
        write_span(w, "old", is_forward ? &f->reader_span : &f->writer_span, older);
        sma_jw_object_close(w);
    }
}

static enum sma_status compare_one(struct sma_findings *out, struct sma_arena *arena,
                                   const struct sma_schema *reader, const struct sma_schema *writer,
                                   enum sma_policy policy, struct sma_work *work,
                                   struct sma_error *err)
{
    struct sma_error cause = SMA_ERROR_INIT;
    sma_findings_init(out, arena, KEPT_MAX);
    enum sma_status st = reader->format->compat(out, reader, writer, policy, work, &cause);
    if (st == SMA_EINVAL)
        return sma_own_refuse(err, "the schemas cannot be compared: %s", cause.message);
    return st ? sma_fail(err, st, "%s", cause.message) : sma_findings_status(out, err);
}

enum sma_status sma_own_compare_schemas(struct sma_own_comparison *out, struct sma_arena *arena,
                                        const struct sma_schema *newer,
                                        const struct sma_schema *older, enum sma_policy policy,
                                        struct sma_error *err)
{
    struct sma_work work = {out->steps_left};
    if (newer->format != older->format)
        return sma_own_refuse(err,
                              "one schema is %s, the other %s: only schemas of one type can "
                              "be compared",
                              older->format->name, newer->format->name);
    enum sma_status st = compare_one(&out->backward, arena, newer, older, policy, &work, err);
    if (!st)
        st = compare_one(&out->forward, arena, older, newer, policy, &work, err);
    if (!st && newer->format->differences)
        st = newer->format->differences(&out->backward, &out->forward, newer, older, &work, err);
    out->steps_left = work.left;
    return st;
}

void sma_own_verdict_write(struct sma_json_writer *w, const struct sma_own_comparison *comparison)
{
    sma_jw_member_bool(w, "isBackwardCompatible", !comparison->backward.incompatible_count);
    sma_jw_member_bool(w, "isForwardCompatible", !comparison->forward.incompatible_count);
}

enum sma_status sma_own_policy_read(enum sma_policy *out, struct sma_str text,
                                    struct sma_error *err)
{
    if (text.len && !sma_str_eqz(text, "STRICT") && !sma_str_eqz(text, "LENIENT"))
        return sma_own_refuse(err, "policy: give STRICT or LENIENT");
    *out = sma_str_eqz(text, "LENIENT") ? SMA_POLICY_LENIENT : SMA_POLICY_STRICT;
    return SMA_OK;
}
