/* schemata_check: the registry's compatibility rules, in process. */
#include "clients/c/memory.h"
#include "clients/c/report.h"
#include "clients/c/schema.h"
#include "core/compat/compat.h"
#include "core/json/json.h"

struct check {
    const schemata_schema_t *candidate, *older;
    schemata_report_t *report;
    struct sma_work work;
    size_t incompatible;
};

static void place(schemata_pos_t *out, const schemata_schema_t *schema, struct sma_span span)
{
    struct sma_str text = schema->body->core->text;
    if (schema->body->file_name.len)
        out->file = schema->body->file_name.ptr;
    if (!span.end || span.end > text.len)
        return;
    sma_json_position(text, span.start, &out->line, &out->col);
    sma_json_position(text, span.end, &out->end_line, &out->end_col);
}

static schemata_status_t add(struct check *c, const struct sma_finding *f, bool is_backward,
                             schemata_error_t **err)
{
    struct sma_buf message;
    struct sma_str path = sma_arena_copy(&c->report->arena, f->path);
    schemata_diag_t d = {.rule = f->rule->id,
                         .severity = 3,
                         .direction = is_backward ? SCHEMATA_BACKWARD : SCHEMATA_FORWARD,
                         .path = path.ptr,
                         .why = is_backward ? "the new schema cannot read data of the old one"
                                            : "the old schema cannot read data of the new one",
                         .fix = f->rule->fix,
                         .against_version = c->older->version};
    place(&d.here, c->candidate, is_backward ? f->reader_span : f->writer_span);
    place(&d.there, c->older, is_backward ? f->writer_span : f->reader_span);
    sma_buf_init(&message, 0);
    sma_finding_description(&message, f, is_backward ? "new" : "old", is_backward ? "old" : "new");
    d.message = message.ptr ? message.ptr : "";
    bool ok = !sma_buf_failed(&message) && path.ptr && sma_client_report_add(c->report, &d);
    sma_buf_fini(&message);
    c->incompatible++;
    return ok ? SCHEMATA_OK : sma_client_no_memory(err);
}

static schemata_status_t compare(struct check *c, bool is_backward, schemata_error_t **err)
{
    const struct sma_schema *candidate = c->candidate->body->core, *older = c->older->body->core;
    struct sma_arena arena;
    struct sma_findings findings;
    struct sma_error problem = SMA_ERROR_INIT;
    schemata_status_t st = SCHEMATA_OK;
    sma_arena_init(&arena, 0);
    sma_findings_init(&findings, &arena, 0);
    if (candidate->format->compat(&findings, is_backward ? candidate : older,
                                  is_backward ? older : candidate, SMA_POLICY_STRICT, &c->work,
                                  &problem) ||
        sma_findings_status(&findings, &problem))
        st = sma_client_fail_core(err, SCHEMATA_ERR_INCOMPATIBLE, &problem);
    for (size_t i = 0; !st && i < findings.count; i++)
        if (!findings.items[i].is_compatible)
            st = add(c, &findings.items[i], is_backward, err);
    sma_arena_fini(&arena);
    return st;
}

static schemata_status_t check_one(struct check *c, schemata_dir_t dir, schemata_error_t **err)
{
    schemata_status_t st = SCHEMATA_OK;
    if (c->candidate->body->type != c->older->body->type) {
        c->incompatible++;
        const schemata_diag_t d = {.rule = "SCHEMA_TYPE_CHANGED",
                                   .severity = 3,
                                   .direction = dir,
                                   .message = "the schemas are of different types",
                                   .against_version = c->older->version};
        return sma_client_report_add(c->report, &d) ? SCHEMATA_OK : sma_client_no_memory(err);
    }
    if (dir & SCHEMATA_BACKWARD)
        st = compare(c, true, err);
    if (!st && (dir & SCHEMATA_FORWARD))
        st = compare(c, false, err);
    return st;
}

/* SCHEMATA_ERR_INCOMPATIBLE with its report when there are findings. */
static schemata_status_t verdict(struct check *c, schemata_report_t **report,
                                 schemata_error_t **err)
{
    if (!c->incompatible)
        return SCHEMATA_OK;
    const schemata_diag_t *first = schemata_report_at(c->report, 0);
    schemata_status_t st =
        sma_client_fail(err, SCHEMATA_ERR_INCOMPATIBLE, "%zu incompatible difference%s; first: %s",
                        c->incompatible, c->incompatible == 1 ? "" : "s", first->message);
    if (first->fix)
        sma_client_hint(err, "%s", first->fix);
    if (!report && err && *err && !(*err)->is_static) {
        (*err)->report = c->report;
        c->report = NULL;
    }
    return st;
}

schemata_status_t schemata_check(const schemata_schema_t *candidate,
                                 const schemata_schema_t *const *older, size_t n,
                                 schemata_dir_t dir, schemata_report_t **report,
                                 schemata_error_t **err)
{
    struct check c = {.candidate = candidate, .work = {SMA_COMPAT_STEPS_MAX}};
    schemata_status_t st = SCHEMATA_OK;
    if (!candidate || (n && !older) || dir < SCHEMATA_BACKWARD || dir > SCHEMATA_FULL)
        return sma_client_fail(err, SCHEMATA_ERR_ARG, "schemata_check: NULL or no direction");
    c.report = sma_client_report_new();
    if (!c.report)
        return sma_client_no_memory(err);
    for (size_t i = n; !st && i-- > 0;) {
        c.older = older[i];
        st = check_one(&c, dir, err);
    }
    if (!st)
        st = verdict(&c, report, err);
    if (report && (!st || st == SCHEMATA_ERR_INCOMPATIBLE)) {
        *report = c.report;
        c.report = NULL;
    }
    schemata_report_free(c.report);
    return st;
}
