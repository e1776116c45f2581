/* Formats of one line per finding: concise for editors, github for the log of Actions. */
#include "cli/report.h"

void sma_render_concise(struct sma_buf *out, const struct sma_report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        const struct sma_said *said = &report->findings[i];
        struct sma_range range;
        if (said->accepted.ptr)
            continue;
        sma_place_range(&said->place, &range);
        sma_buf_printf(out, "%.*s:%u:%u: %s[%.*s] %.*s\n", SMA_STR_ARG(said->place.label),
                       range.line, range.column, sma_severity_word(said->severity),
                       SMA_STR_ARG(said->rule), SMA_STR_ARG(said->message));
    }
}

/* Workflow commands end at a line break; '%' announces an escape; properties end at ',' and ':'. */
static void put_escaped(struct sma_buf *out, struct sma_str text, bool is_property)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '%' || c == '\r' || c == '\n' || (is_property && (c == ':' || c == ',')))
            sma_buf_printf(out, "%%%02X", (unsigned char)c);
        else
            sma_buf_putc(out, c);
    }
}

static void put_annotation(struct sma_buf *out, const struct sma_said *said)
{
    static const char *const commands[] = {"notice", "warning", "error"};
    struct sma_range range;
    sma_buf_printf(out, "::%s ", commands[said->severity]);
    if (said->place.file.len) {
        sma_buf_putz(out, "file=");
        put_escaped(out, said->place.file, true);
        if (sma_place_range(&said->place, &range)) {
            sma_buf_printf(out, ",line=%u,endLine=%u", range.line, range.end_line);
            if (range.line == range.end_line)
                sma_buf_printf(out, ",col=%u,endColumn=%u", range.column, range.end_column);
        }
        sma_buf_putc(out, ',');
    }
    sma_buf_putz(out, "title=");
    put_escaped(out, said->rule, true);
    sma_buf_putz(out, "::");
    put_escaped(out, said->message, false);
    if (said->fix.text.len) {
        sma_buf_putz(out, "%0A");
        put_escaped(out, said->fix.text, false);
    }
    sma_buf_putc(out, '\n');
}

#define ANNOTATIONS_SHOWN 10 /* of each kind and step; GitHub drops the rest without a word */

void sma_render_github(struct sma_buf *out, const struct sma_report *report)
{
    size_t hidden = 0;
    for (int severity = SMA_SEVERITY_ERROR; severity >= SMA_SEVERITY_INFO; severity--) {
        size_t shown = 0;
        for (size_t i = 0; i < report->count; i++) {
            const struct sma_said *said = &report->findings[i];
            if (said->accepted.ptr || (int)said->severity != severity)
                continue;
            put_annotation(out, said);
            hidden += shown++ >= ANNOTATIONS_SHOWN;
        }
    }
    if (hidden)
        sma_buf_printf(out, "%zu more findings than GitHub shows as annotations\n", hidden);
}
