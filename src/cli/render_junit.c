/* JUnit XML: a suite per subject, a case per base; passes are there too, so that totals are true.
 */
#include "base/utf8.h"
#include "cli/report.h"

/* Text and attribute values alike. Characters that XML 1.0 cannot hold become U+FFFD. */
static void put_xml(struct sma_buf *out, struct sma_str text)
{
    while (text.len) {
        uint32_t c = 0;
        size_t len = sma_utf8_decode(text, &c);
        bool is_legal = len && (c >= 0x20 || c == '\n' || c == '\t') && c != 0xFFFE && c != 0xFFFF;
        if (!is_legal)
            sma_buf_putz(out, "\xEF\xBF\xBD");
        else if (strchr("<>&\"\n\t", (int)c) && c < 0x80)
            sma_buf_printf(out, "&#%u;", c);
        else
            sma_buf_append(out, text.ptr, len);
        text = sma_str_from(text, len ? len : 1);
    }
}

static bool counts(const struct sma_said *said, const struct sma_subject_report *s)
{
    return !said->accepted.ptr && said->severity == SMA_SEVERITY_ERROR &&
           sma_str_eq(said->subject, s->subject);
}

static size_t failures_of(const struct sma_report *report, const struct sma_subject_report *s,
                          struct sma_str base, bool any_base)
{
    size_t n = 0;
    for (size_t i = 0; i < report->count; i++)
        n += counts(&report->findings[i], s) &&
             (any_base || sma_str_eq(report->findings[i].against, base));
    return n;
}

static void put_failure(struct sma_buf *out, const struct sma_said *said)
{
    struct sma_range range;
    sma_place_range(&said->place, &range);
    sma_buf_putz(out, "      <failure type=\"");
    put_xml(out, said->rule);
    sma_buf_putz(out, "\" message=\"");
    put_xml(out, said->message);
    sma_buf_putz(out, "\">");
    put_xml(out, said->place.label);
    sma_buf_printf(out, ":%u:%u: ", range.line, range.column);
    put_xml(out, said->why.len ? said->why : said->message);
    if (said->fix.text.len) {
        sma_buf_putz(out, "&#10;fix: ");
        put_xml(out, said->fix.text);
    }
    sma_buf_putz(out, "</failure>\n");
}

static void put_case(struct sma_buf *out, const struct sma_report *report,
                     const struct sma_subject_report *s, struct sma_str base, bool any_base)
{
    sma_buf_putz(out, "    <testcase classname=\"");
    put_xml(out, s->subject);
    sma_buf_putz(out, "\" name=\"");
    if (s->level.len) {
        put_xml(out, s->level);
        sma_buf_putz(out, base.len ? " against " : "");
    }
    put_xml(out, base.len ? base : sma_str_z(s->level.len ? "" : report->command));
    sma_buf_putz(out, "\"");
    if (!failures_of(report, s, base, any_base)) {
        sma_buf_putz(out, "/>\n");
        return;
    }
    sma_buf_putz(out, ">\n");
    for (size_t i = 0; i < report->count; i++)
        if (counts(&report->findings[i], s) &&
            (any_base || sma_str_eq(report->findings[i].against, base)))
            put_failure(out, &report->findings[i]);
    sma_buf_putz(out, "    </testcase>\n");
}

static size_t cases_of(const struct sma_subject_report *s)
{
    return s->compared_count ? s->compared_count : 1;
}

static size_t failed_cases(const struct sma_report *report, const struct sma_subject_report *s)
{
    size_t n = 0;
    if (s->compared_count < 2)
        return failures_of(report, s, SMA_STR(""), true) > 0;
    for (size_t i = 0; i < s->compared_count; i++)
        n += failures_of(report, s, s->compared[i].ref, false) > 0;
    return n;
}

void sma_render_junit(struct sma_buf *out, const struct sma_report *report)
{
    size_t tests = 0, failures = 0;
    for (size_t i = 0; i < report->subject_count; i++) {
        tests += cases_of(&report->subjects[i]);
        failures += failed_cases(report, &report->subjects[i]);
    }
    sma_buf_printf(out,
                   "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                   "<testsuites name=\"schemata %s\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" "
                   "time=\"%.3f\">\n",
                   report->command, tests, failures, (double)report->elapsed_ms / 1000);
    for (size_t i = 0; i < report->subject_count; i++) {
        const struct sma_subject_report *s = &report->subjects[i];
        sma_buf_putz(out, "  <testsuite name=\"");
        put_xml(out, s->subject);
        sma_buf_printf(out, "\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"0\"",
                       cases_of(s), failed_cases(report, s));
        if (s->file.len) { /* the schema knows it here, not at the case */
            sma_buf_putz(out, " file=\"");
            put_xml(out, s->file);
            sma_buf_putz(out, "\"");
        }
        sma_buf_putz(out, ">\n");
        if (s->compared_count < 2)
            put_case(out, report, s, s->compared_count ? s->compared[0].ref : SMA_STR(""), true);
        for (size_t c = 0; s->compared_count > 1 && c < s->compared_count; c++)
            put_case(out, report, s, s->compared[c].ref, false);
        sma_buf_putz(out, "  </testsuite>\n");
    }
    sma_buf_putz(out, "</testsuites>\n");
}
