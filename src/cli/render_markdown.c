/* A comment on a pull request: the verdict table, the findings folded, a marker to find it again.
 */
#include "cli/report.h"

/* Text inside a table cell or a line: no markup of its own, no line breaks. */
static void put_md(struct sma_buf *out, struct sma_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '\n' || c == '\r')
            sma_buf_putc(out, ' ');
        else if (strchr("\\`*_{}[]<>#|~", c) && c)
            sma_buf_printf(out, "\\%c", c);
        else
            sma_buf_putc(out, c);
    }
}

static void put_row(struct sma_buf *out, const struct sma_subject_report *s)
{
    static const char *const states[] = {"compatible", "new", "deleted", "not a valid schema"};
    bool backward = s->verdict.backward, forward = s->verdict.forward;
    sma_buf_putz(out, "| ");
    put_md(out, s->subject);
    sma_buf_printf(out, " | %.*s | %s |", SMA_STR_ARG(s->level),
                   s->state == SMA_SUBJECT_CHECKED && !s->is_compatible ? "**incompatible**"
                                                                        : states[s->state]);
    if (s->has_verdict)
        sma_buf_printf(out, " %s | %s | %s |\n", backward ? "✓" : "✗", forward ? "✓" : "✗",
                       backward && forward ? "✓" : "✗");
    else
        sma_buf_putz(out, " | | |\n");
}

static void put_finding(struct sma_buf *out, const struct sma_said *said)
{
    struct sma_range range;
    bool is_known = sma_place_range(&said->place, &range);
    sma_buf_printf(out, "- **%s** `%.*s` ", sma_severity_word(said->severity),
                   SMA_STR_ARG(said->rule));
    put_md(out, said->message);
    sma_buf_putz(out, "  \n  ");
    put_md(out, said->place.label);
    if (is_known)
        sma_buf_printf(out, ":%u:%u", range.line, range.column);
    if (said->why.len) {
        sma_buf_putz(out, ": ");
        put_md(out, said->why);
    }
    if (said->fix.text.len) {
        sma_buf_putz(out, "  \n  Fix: ");
        put_md(out, said->fix.text);
    }
    if (said->accepted.ptr) {
        sma_buf_putz(out, "  \n  Accepted: ");
        put_md(out, said->accepted);
    }
    sma_buf_putc(out, '\n');
}

void sma_render_markdown(struct sma_buf *out, const struct sma_report *report)
{
    sma_buf_printf(out,
                   "<!-- schemata:%s -->\n### schemata %s: %zu error%s, %zu warning%s in %zu "
                   "schema%s\n\n",
                   report->command, report->command, report->errors, report->errors == 1 ? "" : "s",
                   report->warnings, report->warnings == 1 ? "" : "s", report->subject_count,
                   report->subject_count == 1 ? "" : "s");
    if (!strcmp(report->command, "check")) {
        sma_buf_putz(out, "| subject | level | result | BACKWARD | FORWARD | FULL |\n"
                          "|---|---|---|---|---|---|\n");
        for (size_t i = 0; i < report->subject_count; i++)
            if (report->subjects[i].state != SMA_SUBJECT_CHECKED ||
                !report->subjects[i].is_compatible || report->show_verdicts)
                put_row(out, &report->subjects[i]);
        sma_buf_printf(out, "\n%zu compatible, %zu new.\n", report->compatible, report->fresh);
    }
    if (!report->count)
        return;
    sma_buf_printf(out, "\n<details open><summary>%zu finding%s</summary>\n\n", report->count,
                   report->count == 1 ? "" : "s");
    for (size_t i = 0; i < report->count; i++)
        put_finding(out, &report->findings[i]);
    sma_buf_putz(out, "\n</details>\n");
}
