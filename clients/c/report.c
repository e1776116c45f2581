#include "clients/c/report.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/map.h"
#include "clients/c/memory.h"
#include "core/json/writer.h"

schemata_report_t *sma_client_report_new(void)
{
    schemata_report_t *report = sma_client_alloc(sizeof *report);
    if (report)
        sma_arena_init(&report->arena, 0);
    return report;
}

static bool keep(schemata_report_t *report, const char **text)
{
    if (!*text)
        return true;
    *text = sma_arena_copy(&report->arena, sma_str_z(*text)).ptr;
    return *text != NULL;
}

/* Rule, direction and place, not the line: the same finding keeps its fingerprint when text moves. */
static const char *fingerprint(schemata_report_t *report, const schemata_diag_t *d)
{
    struct sma_buf text;
    uint64_t hash;
    sma_buf_init(&text, 0);
    sma_buf_printf(&text, "%s|%d|%s", d->rule ? d->rule : "", (int)d->direction,
                   d->path ? d->path : "");
    hash = sma_hash_bytes(0, text.ptr ? text.ptr : "", text.len);
    sma_buf_fini(&text);
    return sma_arena_printf(&report->arena, "%016llx", (unsigned long long)hash).ptr;
}

bool sma_client_report_add(schemata_report_t *report, const schemata_diag_t *diag)
{
    schemata_diag_t *grown = sma_arena_grow(&report->arena, report->items, report->count,
                                            &report->capacity, report->count + 1, sizeof *grown);
    schemata_diag_t copy = *diag;
    if (!grown)
        return false;
    report->items = grown;
    copy.size = sizeof copy;
    if (!copy.fingerprint)
        copy.fingerprint = fingerprint(report, diag);
    if (!keep(report, &copy.rule) || !keep(report, &copy.path) || !keep(report, &copy.message) ||
        !keep(report, &copy.why) || !keep(report, &copy.fix) || !keep(report, &copy.here.file) ||
        !keep(report, &copy.there.file) || !copy.fingerprint)
        return false;
    report->items[report->count++] = copy;
    return true;
}

schemata_report_t *sma_client_report_of_text(const char *file, const char *rule,
                                             const char *message)
{
    schemata_report_t *report = sma_client_report_new();
    const schemata_diag_t diag = {.rule = rule,
                                  .severity = 3,
                                  .message = message,
                                  .against_version = -1,
                                  .here = {.file = file}};
    if (report && sma_client_report_add(report, &diag))
        return report;
    schemata_report_free(report);
    return NULL;
}

void schemata_report_free(schemata_report_t *r)
{
    if (!r)
        return;
    sma_arena_fini(&r->arena);
    sma_client_free(r);
}

size_t schemata_report_count(const schemata_report_t *r)
{
    return r ? r->count : 0;
}

const schemata_diag_t *schemata_report_at(const schemata_report_t *r, size_t i)
{
    return r && i < r->count ? &r->items[i] : NULL;
}

/* ---- rendering ------------------------------------------------------------------------------------
 */

static const char *severity(const schemata_diag_t *d)
{
    return d->severity <= 3 ? "error" : d->severity == 4 ? "warning" : "info";
}

static void put_human(struct sma_buf *out, const schemata_diag_t *d)
{
    if (d->here.file && d->here.line)
        sma_buf_printf(out, "%s:%u:%u: ", d->here.file, d->here.line, d->here.col);
    else if (d->here.line)
        sma_buf_printf(out, "line %u, column %u: ", d->here.line, d->here.col);
    sma_buf_printf(out, "%s[%s] %s", severity(d), d->rule ? d->rule : "", d->message);
    if (d->path && *d->path)
        sma_buf_printf(out, " (at %s)", d->path);
    if (d->against_version > 0)
        sma_buf_printf(out, " (against version %d)", d->against_version);
    if (d->fix)
        sma_buf_printf(out, "\n  fix: %s", d->fix);
    sma_buf_putc(out, '\n');
}

static void put_member(struct sma_json_writer *w, const char *name, const char *value)
{
    if (value)
        sma_jw_member_string(w, name, sma_str_z(value));
}

static void put_json(struct sma_json_writer *w, const schemata_diag_t *d)
{
    static const char *const directions[] = {NULL, "BACKWARD", "FORWARD", "FULL"};
    sma_jw_object_open(w);
    put_member(w, "rule", d->rule);
    put_member(w, "severity", severity(d));
    put_member(w, "direction", (unsigned)d->direction < 4 ? directions[d->direction] : NULL);
    put_member(w, "path", d->path);
    put_member(w, "message", d->message);
    put_member(w, "why", d->why);
    put_member(w, "fix", d->fix);
    put_member(w, "fingerprint", d->fingerprint);
    put_member(w, "file", d->here.file);
    if (d->here.line) {
        sma_jw_member_i64(w, "line", d->here.line);
        sma_jw_member_i64(w, "column", d->here.col);
    }
    if (d->against_version > 0)
        sma_jw_member_i64(w, "against", d->against_version);
    sma_jw_object_close(w);
}

char *schemata_report_render(const schemata_report_t *r, const char *format)
{
    struct sma_buf text;
    char *out = NULL;
    bool is_json = format && !strcmp(format, "json");
    if (!r || (format && !is_json && strcmp(format, "human") != 0))
        return NULL;
    sma_buf_init(&text, 0);
    struct sma_json_writer w = sma_json_writer_on(&text);
    if (is_json)
        sma_jw_array_open(&w);
    for (size_t i = 0; i < r->count; i++) {
        if (is_json)
            put_json(&w, &r->items[i]);
        else
            put_human(&text, &r->items[i]);
    }
    if (is_json)
        sma_jw_array_close(&w);
    if (!sma_buf_failed(&text))
        out = sma_client_copy_str(sma_buf_str(&text));
    sma_buf_fini(&text);
    return out;
}
