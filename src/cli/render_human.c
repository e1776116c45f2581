/* The format for people: an excerpt of the schema with a caret under the place, and what to do. */
#include "base/utf8.h"
#include "cli/report.h"

#define TAB_COLUMNS 4
#define WINDOW_COLUMNS 100 /* of a line that is much longer than a screen */

static const char red[] = "\x1b[1;31m", yellow[] = "\x1b[1;33m", blue[] = "\x1b[1;34m",
                  plain[] = "\x1b[0m";

static void color(struct sma_buf *out, const struct sma_report *report, const char *code)
{
    if (report->is_color)
        sma_buf_putz(out, code);
}

static const char *severity_color(enum sma_severity severity)
{
    return severity == SMA_SEVERITY_ERROR ? red : severity == SMA_SEVERITY_WARNING ? yellow : blue;
}

/* ---- the excerpt ---- */

/* Columns a character takes on a terminal: none for combining marks, two for wide ones. */
static unsigned columns_of(uint32_t c)
{
    bool combines = (c >= 0x300 && c <= 0x36F) || (c >= 0x200B && c <= 0x200F) || c == 0xFE0F ||
                    (c >= 0x20D0 && c <= 0x20FF);
    bool is_wide = (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) ||
                   (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
                   (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
                   (c >= 0xFFE0 && c <= 0xFFE6) || (c >= 0x1F300 && c <= 0x1FAFF) ||
                   (c >= 0x20000 && c <= 0x3FFFD);
    return combines ? 0 : is_wide ? 2 : 1;
}

struct shown {
    struct sma_buf text, carets;
};

/* One character of the line, and below it a caret when it lies in the span. */
static size_t show_character(struct shown *shown, struct sma_str rest, bool is_marked)
{
    uint32_t c = 0;
    size_t len = sma_utf8_decode(rest, &c);
    unsigned columns;
    if (!len)
        len = 1;
    if (c == '\t') {
        columns = TAB_COLUMNS;
        sma_buf_putz(&shown->text, "    ");
    } else if (c < 0x20 || c == 0x7F) {
        columns = 1;
        sma_buf_putc(&shown->text, '?');
    } else {
        columns = columns_of(c);
        sma_buf_append(&shown->text, rest.ptr, len);
    }
    for (unsigned i = 0; i < columns; i++)
        sma_buf_putc(&shown->carets, is_marked ? '^' : ' ');
    return len;
}

static struct sma_str line_around(struct sma_str text, size_t at, size_t *start)
{
    size_t begin = at, end = at;
    while (begin > 0 && text.ptr[begin - 1] != '\n')
        begin--;
    while (end < text.len && text.ptr[end] != '\n')
        end++;
    if (end > begin && text.ptr[end - 1] == '\r')
        end--;
    *start = begin;
    return sma_str_make(text.ptr + begin, end - begin);
}

/* Moves a byte offset back to the start of its character. */
static size_t to_character(struct sma_str line, size_t at)
{
    while (at > 0 && at < line.len && ((unsigned char)line.ptr[at] & 0xC0) == 0x80)
        at--;
    return at;
}

/* The part of a long line that is shown, around the span. */
static void window(struct sma_str line, size_t from, size_t to, size_t *first, size_t *last)
{
    *first = 0;
    *last = line.len;
    if (line.len <= 2 * WINDOW_COLUMNS)
        return;
    size_t width = to - from < WINDOW_COLUMNS ? to - from : WINDOW_COLUMNS;
    size_t margin = (WINDOW_COLUMNS - width) / 2;
    *first = to_character(line, from > margin ? from - margin : 0);
    *last = from + width + margin < line.len ? from + width + margin : line.len;
    *last = *last < line.len ? to_character(line, *last) : *last;
}

static void show_line(struct shown *shown, const struct sma_place *place)
{
    size_t start, first, last;
    uint32_t begin = place->span.start, end = place->span.end;
    if (begin > place->text.len)
        begin = (uint32_t)place->text.len;
    struct sma_str line = line_around(place->text, begin, &start);
    size_t from = begin - start, to = end > begin ? end - start : from + 1;
    if (to > line.len)
        to = line.len > from ? line.len : from + 1;
    window(line, from, to, &first, &last);
    if (first)
        show_character(shown, SMA_STR("~"), false);
    for (size_t i = first; i < last;)
        i += show_character(shown, sma_str_from(line, i), i >= from && i < to);
    if (last < line.len)
        sma_buf_putc(&shown->text, '~');
    if (from >= line.len)
        sma_buf_putc(&shown->carets, '^');
    while (shown->carets.len && shown->carets.ptr[shown->carets.len - 1] == ' ')
        shown->carets.ptr[--shown->carets.len] = 0;
}

static unsigned digits_of(uint32_t n)
{
    unsigned digits = 1;
    for (; n >= 10; n /= 10)
        digits++;
    return digits;
}

static void put_gutter(struct sma_buf *out, const struct sma_report *report, unsigned width,
                       const char *mark)
{
    color(out, report, blue);
    sma_buf_printf(out, "%*s %s", (int)width, "", mark);
    color(out, report, plain);
}

static void put_excerpt(struct sma_buf *out, const struct sma_report *report,
                        const struct sma_said *said, const struct sma_range *range, unsigned width)
{
    struct shown shown;
    sma_buf_init(&shown.text, 0);
    sma_buf_init(&shown.carets, 0);
    show_line(&shown, &said->place);
    put_gutter(out, report, width, "|\n");
    color(out, report, blue);
    sma_buf_printf(out, "%*u |", (int)width, range->line);
    color(out, report, plain);
    sma_buf_putz(out, shown.text.len ? " " : "");
    sma_buf_puts(out, sma_buf_str(&shown.text));
    sma_buf_putc(out, '\n');
    put_gutter(out, report, width, "| ");
    color(out, report, severity_color(said->severity));
    sma_buf_puts(out, sma_buf_str(&shown.carets));
    if (said->why.len)
        sma_buf_printf(out, " %.*s", SMA_STR_ARG(said->why));
    color(out, report, plain);
    sma_buf_putc(out, '\n');
    put_gutter(out, report, width, "|\n");
    sma_buf_fini(&shown.text);
    sma_buf_fini(&shown.carets);
}

/* ---- a finding ---- */

static void put_note(struct sma_buf *out, const struct sma_report *report, unsigned width,
                     const char *name, struct sma_str text)
{
    if (!text.len)
        return;
    put_gutter(out, report, width, "= ");
    sma_buf_printf(out, "%-8s %.*s\n", name, SMA_STR_ARG(text));
}

static void put_related(struct sma_buf *out, const struct sma_report *report, unsigned width,
                        const struct sma_said *said)
{
    struct sma_range range;
    if (!said->related.label.len)
        return;
    bool is_known = sma_place_range(&said->related, &range);
    put_gutter(out, report, width, "= ");
    sma_buf_printf(out, "%-8s %.*s", "against", SMA_STR_ARG(said->related.label));
    if (is_known)
        sma_buf_printf(out, ":%u:%u", range.line, range.column);
    if (said->related.version)
        sma_buf_printf(out, " (version %d", said->related.version);
    if (said->related.version && said->related.id)
        sma_buf_printf(out, ", id %d", said->related.id);
    if (said->related.version)
        sma_buf_putc(out, ')');
    sma_buf_putc(out, '\n');
}

static void put_finding(struct sma_buf *out, const struct sma_report *report,
                        const struct sma_said *said)
{
    struct sma_range range;
    bool is_known = sma_place_range(&said->place, &range);
    unsigned width = is_known ? digits_of(range.line) : 1;
    color(out, report, severity_color(said->severity));
    sma_buf_printf(out, "%s%s[%.*s]", said->accepted.ptr ? "accepted " : "",
                   sma_severity_word(said->severity), SMA_STR_ARG(said->rule));
    color(out, report, plain);
    sma_buf_printf(out, " %.*s\n", SMA_STR_ARG(said->message));
    if (said->place.label.len) {
        color(out, report, blue);
        sma_buf_printf(out, "%*s--> ", (int)width, "");
        color(out, report, plain);
        sma_buf_printf(out, "%.*s", SMA_STR_ARG(said->place.label));
        if (is_known)
            sma_buf_printf(out, ":%u:%u", range.line, range.column);
        sma_buf_putc(out, '\n');
    }
    if (is_known)
        put_excerpt(out, report, said, &range, width);
    else
        put_note(out, report, width, "why", said->why);
    put_related(out, report, width, said);
    if (said->level.len)
        put_note(out, report, width, "level",
                 sma_arena_printf(report->arena, "%.*s, %.*s", SMA_STR_ARG(said->level),
                                  SMA_STR_ARG(said->level_from)));
    put_note(out, report, width, "fix", said->fix.text);
    put_note(out, report, width, "accepted", said->accepted);
    put_note(out, report, width, "explain",
             sma_arena_printf(report->arena, "schemata explain %.*s", SMA_STR_ARG(said->rule)));
    sma_buf_putc(out, '\n');
}

/* ---- verdicts and the last line ---- */

static const char *mark(const struct sma_report *report, bool ok)
{
    return report->is_utf8 ? ok ? "✓" : "✗" : ok ? "ok" : "FAIL";
}

static void put_verdict(struct sma_buf *out, const struct sma_report *report,
                        const struct sma_subject_report *s)
{
    const struct {
        const char *name;
        bool ok;
    } columns[] = {{"BACKWARD", s->verdict.backward},
                   {"FORWARD", s->verdict.forward},
                   {"FULL", s->verdict.backward && s->verdict.forward}};
    sma_buf_printf(out, "%.*s", SMA_STR_ARG(s->subject));
    for (size_t i = 0; i < 3; i++) {
        sma_buf_printf(out, "   %s ", columns[i].name);
        color(out, report, columns[i].ok ? "\x1b[32m" : red);
        sma_buf_putz(out, mark(report, columns[i].ok));
        color(out, report, plain);
    }
    sma_buf_putc(out, '\n');
}

static void put_verdicts(struct sma_buf *out, const struct sma_report *report)
{
    bool any = false;
    for (size_t i = 0; i < report->subject_count; i++) {
        const struct sma_subject_report *s = &report->subjects[i];
        if (!s->has_verdict || (s->is_compatible && !report->show_verdicts))
            continue;
        put_verdict(out, report, s);
        any = true;
    }
    if (any)
        sma_buf_putc(out, '\n');
}

static void put_levels(struct sma_buf *out, const struct sma_report *report)
{
    for (size_t i = 0; i < report->subject_count; i++) {
        const struct sma_subject_report *s = &report->subjects[i];
        static const char *const words[] = {"checked", "new", "deleted", "broken"};
        sma_buf_printf(out, "%.*s: %s", SMA_STR_ARG(s->subject), words[s->state]);
        if (s->level.len)
            sma_buf_printf(out, ", %.*s (%.*s)", SMA_STR_ARG(s->level), SMA_STR_ARG(s->level_from));
        for (size_t c = 0; c < s->compared_count; c++)
            sma_buf_printf(out, ", %s with %.*s",
                           s->compared[c].is_compatible ? "compatible" : "incompatible",
                           SMA_STR_ARG(s->compared[c].ref));
        sma_buf_putc(out, '\n');
    }
}

static void put_count(struct sma_buf *out, size_t count, const char *what, bool *any)
{
    if (!count)
        return;
    sma_buf_printf(out, "%s%zu %s%s", *any ? ", " : "", count, what,
                   count == 1 || !strcmp(what, "info") || !strcmp(what, "accepted") ? "" : "s");
    *any = true;
}

static void put_summary(struct sma_buf *out, const struct sma_report *report)
{
    bool any = false;
    put_count(out, report->errors, "error", &any);
    put_count(out, report->warnings, "warning", &any);
    put_count(out, report->infos, "info", &any);
    put_count(out, report->accepted, "accepted", &any);
    if (!any)
        sma_buf_putz(out, "no findings");
    sma_buf_printf(out, " in %zu schema%s", report->subject_count,
                   report->subject_count == 1 ? "" : "s");
    if (!strcmp(report->command, "check"))
        sma_buf_printf(out, ", %zu compatible, %zu new", report->compatible, report->fresh);
    sma_buf_printf(out, " (%lld ms)\n", (long long)report->elapsed_ms);
}

void sma_render_human(struct sma_buf *out, const struct sma_report *report)
{
    for (size_t i = 0; i < report->count; i++)
        if (!report->findings[i].accepted.ptr || report->show_accepted)
            put_finding(out, report, &report->findings[i]);
    put_verdicts(out, report);
    if (report->show_accepted)
        put_levels(out, report);
    if (!report->is_quiet || report->errors)
        put_summary(out, report);
}
