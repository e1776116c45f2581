/* The formats for programs: json, ndjson, gitlab (Code Quality) and rdjson (reviewdog). */
#include "cli/report.h"
#include "core/json/writer.h"

static void member(struct sma_json_writer *w, const char *name, struct sma_str value)
{
    if (value.len)
        sma_jw_member_string(w, name, value);
}

static void put_place(struct sma_json_writer *w, const struct sma_place *place, bool is_related)
{
    struct sma_range range;
    sma_jw_object_open(w);
    if (is_related || !place->file.len)
        member(w, "ref", place->label);
    else
        member(w, "file", place->file);
    if (is_related && place->version)
        sma_jw_member_i64(w, "version", place->version);
    if (is_related && place->id)
        sma_jw_member_i64(w, "id", place->id);
    if (sma_place_range(place, &range)) {
        sma_jw_member_i64(w, "line", range.line);
        sma_jw_member_i64(w, "column", range.column);
        sma_jw_member_i64(w, "endLine", range.end_line);
        sma_jw_member_i64(w, "endColumn", range.end_column);
        sma_jw_member_i64(w, "byte", place->span.start + place->byte_shift);
        sma_jw_member_i64(w, "length", place->span.end - place->span.start);
    }
    sma_jw_object_close(w);
}

static void put_edit(struct sma_json_writer *w, const struct sma_said *said)
{
    struct sma_place place = said->place;
    place.span = (struct sma_span){said->fix.edit.start, said->fix.edit.end};
    place.is_known = true;
    sma_jw_name(w, "edits");
    sma_jw_array_open(w);
    sma_jw_object_open(w);
    sma_jw_name(w, "location");
    put_place(w, &place, false);
    sma_jw_member_string(w, "replacement", said->fix.edit.text);
    sma_jw_object_close(w);
    sma_jw_array_close(w);
}

static void put_finding(struct sma_json_writer *w, const struct sma_said *said)
{
    sma_jw_object_open(w);
    sma_jw_member_string(w, "rule", said->rule);
    sma_jw_member_string(w, "severity", sma_str_z(sma_severity_word(said->severity)));
    member(w, "direction", sma_str_z(sma_direction_word(said->direction)));
    sma_jw_member_string(w, "subject", said->subject);
    member(w, "path", said->path);
    sma_jw_member_string(w, "message", said->message);
    member(w, "why", said->why);
    sma_jw_name(w, "location");
    put_place(w, &said->place, false);
    sma_jw_name(w, "related");
    sma_jw_array_open(w);
    if (said->related.label.len)
        put_place(w, &said->related, true);
    sma_jw_array_close(w);
    sma_jw_name(w, "fixes");
    sma_jw_array_open(w);
    if (said->fix.text.len) {
        sma_jw_object_open(w);
        sma_jw_member_string(w, "text", said->fix.text);
        sma_jw_member_bool(w, "safe", said->fix.is_safe);
        if (said->fix.edit.text.ptr)
            put_edit(w, said);
        sma_jw_object_close(w);
    }
    sma_jw_array_close(w);
    sma_jw_member_string(w, "fingerprint", sma_str_z(said->fingerprint));
    if (said->accepted.ptr)
        sma_jw_member_string(w, "accepted", said->accepted);
    sma_jw_object_close(w);
}

static void put_summary(struct sma_json_writer *w, const struct sma_report *report)
{
    sma_jw_object_open(w);
    sma_jw_member_i64(w, "schemas", (int64_t)report->subject_count);
    sma_jw_member_i64(w, "compatible", (int64_t)report->compatible);
    sma_jw_member_i64(w, "new", (int64_t)report->fresh);
    sma_jw_member_i64(w, "errors", (int64_t)report->errors);
    sma_jw_member_i64(w, "warnings", (int64_t)report->warnings);
    sma_jw_member_i64(w, "infos", (int64_t)report->infos);
    sma_jw_member_i64(w, "accepted", (int64_t)report->accepted);
    sma_jw_member_i64(w, "ms", report->elapsed_ms);
    sma_jw_object_close(w);
}

static void put_compared(struct sma_json_writer *w, const struct sma_compared *c)
{
    sma_jw_object_open(w);
    sma_jw_member_string(w, "ref", c->ref);
    if (c->version)
        sma_jw_member_i64(w, "version", c->version);
    if (c->id)
        sma_jw_member_i64(w, "id", c->id);
    sma_jw_member_bool(w, "compatible", c->is_compatible);
    sma_jw_object_close(w);
}

static void put_subject(struct sma_json_writer *w, const struct sma_subject_report *s)
{
    static const char *const states[] = {"checked", "new", "deleted", "broken"};
    sma_jw_object_open(w);
    sma_jw_member_string(w, "subject", s->subject);
    member(w, "type", s->type);
    member(w, "file", s->file);
    sma_jw_member_string(w, "state", sma_str_z(states[s->state]));
    member(w, "level", s->level);
    member(w, "levelFrom", s->level_from);
    sma_jw_name(w, "against");
    sma_jw_array_open(w);
    for (size_t i = 0; i < s->compared_count; i++)
        put_compared(w, &s->compared[i]);
    sma_jw_array_close(w);
    if (s->has_verdict) {
        sma_jw_name(w, "verdict");
        sma_jw_object_open(w);
        sma_jw_member_bool(w, "backward", s->verdict.backward);
        sma_jw_member_bool(w, "forward", s->verdict.forward);
        sma_jw_member_bool(w, "full", s->verdict.backward && s->verdict.forward);
        sma_jw_object_close(w);
    }
    sma_jw_object_close(w);
}

/* "incompatible" for check, "invalid" for the others. */
static const char *result_word(const struct sma_report *report)
{
    bool is_check = !strcmp(report->command, "check");
    if (!report->errors)
        return is_check ? "compatible" : "valid";
    return is_check ? "incompatible" : "invalid";
}

void sma_render_json(struct sma_buf *out, const struct sma_report *report)
{
    struct sma_json_writer w = sma_json_writer_on(out);
    sma_jw_object_open(&w);
    sma_jw_member_i64(&w, "schemata", 1);
    sma_jw_member_string(&w, "command", sma_str_z(report->command));
    sma_jw_member_string(&w, "result", sma_str_z(result_word(report)));
    sma_jw_name(&w, "summary");
    put_summary(&w, report);
    sma_jw_name(&w, "subjects");
    sma_jw_array_open(&w);
    for (size_t i = 0; i < report->subject_count; i++)
        put_subject(&w, &report->subjects[i]);
    sma_jw_array_close(&w);
    sma_jw_name(&w, "findings");
    sma_jw_array_open(&w);
    for (size_t i = 0; i < report->count; i++)
        put_finding(&w, &report->findings[i]);
    sma_jw_array_close(&w);
    sma_jw_object_close(&w);
    sma_buf_putc(out, '\n');
}

void sma_render_ndjson(struct sma_buf *out, const struct sma_report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        struct sma_json_writer w = sma_json_writer_on(out);
        put_finding(&w, &report->findings[i]);
        sma_buf_putc(out, '\n');
    }
    struct sma_json_writer w = sma_json_writer_on(out);
    sma_jw_object_open(&w);
    sma_jw_name(&w, "summary");
    put_summary(&w, report);
    sma_jw_object_close(&w);
    sma_buf_putc(out, '\n');
}

/* ---- gitlab ---- */

static void put_gitlab(struct sma_json_writer *w, const struct sma_said *said)
{
    static const char *const severities[] = {"info", "minor", "critical"};
    struct sma_range range;
    sma_place_range(&said->place, &range);
    sma_jw_object_open(w);
    sma_jw_member_string(w, "description", said->message);
    sma_jw_member_string(w, "check_name", said->rule);
    sma_jw_member_string(w, "fingerprint", sma_str_z(said->fingerprint));
    sma_jw_member_string(w, "severity", sma_str_z(severities[said->severity]));
    sma_jw_name(w, "location");
    sma_jw_object_open(w);
    sma_jw_member_string(w, "path", said->place.file.len ? said->place.file : said->place.label);
    sma_jw_name(w, "lines");
    sma_jw_object_open(w);
    sma_jw_member_i64(w, "begin", range.line);
    sma_jw_member_i64(w, "end", range.end_line);
    sma_jw_object_close(w);
    sma_jw_object_close(w);
    sma_jw_object_close(w);
}

void sma_render_gitlab(struct sma_buf *out, const struct sma_report *report)
{
    struct sma_json_writer w = sma_json_writer_on(out);
    sma_jw_array_open(&w);
    for (size_t i = 0; i < report->count; i++)
        if (!report->findings[i].accepted.ptr)
            put_gitlab(&w, &report->findings[i]);
    sma_jw_array_close(&w);
    sma_buf_putc(out, '\n');
}

/* ---- rdjson ---- */

/* reviewdog counts columns in bytes. */
static uint32_t byte_column(struct sma_str text, uint32_t at)
{
    uint32_t column = 1;
    while (at > 0 && text.ptr[at - 1] != '\n') {
        at--;
        column++;
    }
    return column;
}

static void put_position(struct sma_json_writer *w, const char *name, uint32_t line,
                         uint32_t column)
{
    sma_jw_name(w, name);
    sma_jw_object_open(w);
    sma_jw_member_i64(w, "line", line);
    sma_jw_member_i64(w, "column", column);
    sma_jw_object_close(w);
}

static void put_range(struct sma_json_writer *w, const struct sma_place *place)
{
    struct sma_range range;
    if (!sma_place_range(place, &range))
        return;
    sma_jw_name(w, "range");
    sma_jw_object_open(w);
    put_position(w, "start", range.line, byte_column(place->text, place->span.start));
    put_position(w, "end", range.end_line, byte_column(place->text, place->span.end));
    sma_jw_object_close(w);
}

static void put_suggestion(struct sma_json_writer *w, const struct sma_said *said)
{
    struct sma_place place = said->place;
    place.span = (struct sma_span){said->fix.edit.start, said->fix.edit.end};
    place.is_known = true;
    sma_jw_name(w, "suggestions");
    sma_jw_array_open(w);
    sma_jw_object_open(w);
    put_range(w, &place);
    sma_jw_member_string(w, "text", said->fix.edit.text);
    sma_jw_object_close(w);
    sma_jw_array_close(w);
}

static void put_rd(struct sma_json_writer *w, const struct sma_said *said)
{
    static const char *const severities[] = {"INFO", "WARNING", "ERROR"};
    sma_jw_object_open(w);
    sma_jw_member_string(w, "message", said->message);
    sma_jw_name(w, "location");
    sma_jw_object_open(w);
    sma_jw_member_string(w, "path", said->place.file.len ? said->place.file : said->place.label);
    put_range(w, &said->place);
    sma_jw_object_close(w);
    sma_jw_member_string(w, "severity", sma_str_z(severities[said->severity]));
    sma_jw_name(w, "code");
    sma_jw_object_open(w);
    sma_jw_member_string(w, "value", said->rule);
    sma_jw_object_close(w);
    if (said->fix.edit.text.ptr)
        put_suggestion(w, said);
    sma_jw_object_close(w);
}

void sma_render_rdjson(struct sma_buf *out, const struct sma_report *report)
{
    struct sma_json_writer w = sma_json_writer_on(out);
    sma_jw_object_open(&w);
    sma_jw_member_raw(&w, "source", SMA_STR("{\"name\":\"schemata\"}"));
    sma_jw_name(&w, "diagnostics");
    sma_jw_array_open(&w);
    for (size_t i = 0; i < report->count; i++)
        if (!report->findings[i].accepted.ptr)
            put_rd(&w, &report->findings[i]);
    sma_jw_array_close(&w);
    sma_jw_object_close(&w);
    sma_buf_putc(out, '\n');
}
