/* The report itself: its lists, its counts, its places, and where it is printed. */
#include "cli/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/hash/hash.h"
#include "core/json/json.h"

void sma_report_init(struct sma_report *report, struct sma_arena *arena, const char *command)
{
    *report = (struct sma_report){.arena = arena, .command = command};
}

struct sma_said *sma_report_add(struct sma_report *report)
{
    struct sma_said *grown = sma_arena_grow(report->arena, report->findings, report->count,
                                            &report->capacity, report->count + 1, sizeof *grown);
    if (!grown)
        return NULL;
    report->findings = grown;
    grown[report->count] = (struct sma_said){.severity = SMA_SEVERITY_ERROR};
    return &grown[report->count++];
}

struct sma_subject_report *sma_report_add_subject(struct sma_report *report)
{
    struct sma_subject_report *grown =
        sma_arena_grow(report->arena, report->subjects, report->subject_count,
                       &report->subject_capacity, report->subject_count + 1, sizeof *grown);
    if (!grown)
        return NULL;
    report->subjects = grown;
    grown[report->subject_count] = (struct sma_subject_report){.is_compatible = true};
    return &grown[report->subject_count++];
}

/* No line numbers in it: it survives reformatting. */
void sma_said_sign(struct sma_said *said)
{
    static const char digits[] = "0123456789abcdef";
    const struct sma_str parts[] = {said->rule, sma_str_z(sma_direction_word(said->direction)),
                                    said->subject, said->path, said->message};
    uint8_t digest[SMA_SHA256_LEN] = {0};
    struct sma_buf text;
    sma_buf_init(&text, 0);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        sma_buf_puts(&text, parts[i]);
        sma_buf_putc(&text, 0);
    }
    if (sma_sha256(digest, sma_buf_str(&text), NULL))
        memset(digest, 0, sizeof digest);
    for (size_t i = 0; i < 8; i++) {
        said->fingerprint[2 * i] = digits[digest[i] >> 4];
        said->fingerprint[2 * i + 1] = digits[digest[i] & 15];
    }
    said->fingerprint[16] = 0;
    sma_buf_fini(&text);
}

void sma_report_close(struct sma_report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        const struct sma_said *said = &report->findings[i];
        if (said->accepted.ptr)
            report->accepted++;
        else if (said->severity == SMA_SEVERITY_ERROR)
            report->errors++;
        else if (said->severity == SMA_SEVERITY_WARNING)
            report->warnings++;
        else
            report->infos++;
    }
    for (size_t i = 0; i < report->subject_count; i++) {
        const struct sma_subject_report *subject = &report->subjects[i];
        report->fresh += subject->state == SMA_SUBJECT_NEW;
        report->compatible += subject->state == SMA_SUBJECT_CHECKED && subject->is_compatible;
    }
}

bool sma_place_range(const struct sma_place *place, struct sma_range *out)
{
    *out = (struct sma_range){1, 1, 1, 1};
    if (!place->is_known || !place->text.len)
        return false;
    sma_json_position(place->text, place->span.start, &out->line, &out->column);
    sma_json_position(place->text,
                      place->span.end > place->span.start ? place->span.end : place->span.start,
                      &out->end_line, &out->end_column);
    return true;
}

const char *sma_severity_word(enum sma_severity severity)
{
    static const char *const words[] = {"info", "warning", "error"};
    return words[severity];
}

const char *sma_direction_word(enum sma_direction direction)
{
    static const char *const words[] = {"", "backward", "forward"};
    return words[direction];
}

/* ---- where it goes ---- */

static const struct sma_report_format formats[] = {
    {"human", sma_render_human},   {"concise", sma_render_concise},
    {"json", sma_render_json},     {"ndjson", sma_render_ndjson},
    {"sarif", sma_render_sarif},   {"junit", sma_render_junit},
    {"github", sma_render_github}, {"gitlab", sma_render_gitlab},
    {"rdjson", sma_render_rdjson}, {"markdown", sma_render_markdown},
};

const struct sma_report_format *sma_report_format_find(const char *name)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (!strcmp(name, formats[i].name))
            return &formats[i];
    return NULL;
}

static bool env_is_set(const char *name)
{
    const char *value = getenv(name);
    return value && *value;
}

static bool wants_color(const struct sma_report *report, const struct sma_arguments *arguments)
{
    const char *when = sma_argument(arguments, "--color");
    if (!when && !env_is_set("NO_COLOR") && !env_is_set("FORCE_COLOR"))
        when = report->color;
    const char *term = getenv("TERM");
    if (when && strcmp(when, "auto"))
        return !strcmp(when, "always");
    if (env_is_set("NO_COLOR"))
        return false;
    if (env_is_set("FORCE_COLOR"))
        return true;
    return isatty(1) && !(term && !strcmp(term, "dumb"));
}

/* Locale-free: the variables that name the encoding, in their order of precedence. */
bool sma_is_utf8_place(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < 3; i++)
        if (env_is_set(names[i]))
            return strstr(getenv(names[i]), "UTF-8") || strstr(getenv(names[i]), "utf8");
    return false;
}

static int render_to(FILE *file, const struct sma_report_format *format,
                     const struct sma_report *report, const char *path)
{
    struct sma_buf out;
    int code = SMA_EXIT_OK;
    sma_buf_init(&out, 0);
    format->render(&out, report);
    if (sma_buf_failed(&out)) {
        fprintf(stderr, "schemata: out of memory\n");
        code = SMA_EXIT_BUG;
    } else if (fwrite(sma_buf_str(&out).ptr, 1, out.len, file) != out.len && path) {
        fprintf(stderr, "schemata: cannot write %s: %s\n", path, strerror(errno));
        code = SMA_EXIT_INPUT;
    }
    sma_buf_fini(&out);
    return code;
}

static int render_file(const struct sma_report_format *format, const struct sma_report *report,
                       const char *path, const char *mode)
{
    struct sma_report plain = *report;
    FILE *file = fopen(path, mode);
    plain.is_color = false;
    plain.is_utf8 = true;
    int code = file ? render_to(file, format, &plain, path) : SMA_EXIT_INPUT;
    bool failed = !file || fclose(file);
    if (failed && (!file || !code)) {
        fprintf(stderr, "schemata: cannot write %s: %s\n", path, strerror(errno));
        code = SMA_EXIT_INPUT;
    }
    return code;
}

/* "-o FORMAT=FILE" */
static int render_output(const struct sma_report *report, const char *output)
{
    char name[32] = "";
    const char *equals = strchr(output, '=');
    if (equals && equals - output < (ptrdiff_t)sizeof name)
        snprintf(name, sizeof name, "%.*s", (int)(equals - output), output);
    const struct sma_report_format *format = sma_report_format_find(name);
    if (!format || !equals[1]) {
        fprintf(stderr, "schemata: -o wants FORMAT=FILE, not \"%s\"\n", output);
        return SMA_EXIT_USAGE;
    }
    return render_file(format, report, equals + 1, "w");
}

/* Inside GitHub Actions people see annotations and a summary without asking for them. */
static int render_github_extras(const struct sma_report *report)
{
    int code = render_to(stdout, sma_report_format_find("github"), report, NULL);
    const char *summary = getenv("GITHUB_STEP_SUMMARY");
    if (!code && summary && *summary)
        code = render_file(sma_report_format_find("markdown"), report, summary, "a");
    return code;
}

static int render_all(struct sma_report *report, const struct sma_arguments *arguments)
{
    const char *name = sma_argument(arguments, "--format"), *output;
    bool is_auto = !name || !strcmp(name, "auto");
    const char *actions = getenv("GITHUB_ACTIONS");
    report->is_color = wants_color(report, arguments);
    report->is_utf8 = sma_is_utf8_place();
    report->is_quiet = sma_argument_has(arguments, "--quiet");
    report->show_accepted = sma_argument_has(arguments, "--verbose");
    int code = render_to(stdout, sma_report_format_find(is_auto ? "human" : name), report, NULL);
    if (!code && is_auto && actions && !strcmp(actions, "true"))
        code = render_github_extras(report);
    for (size_t i = 0; !code && (output = sma_argument_nth(arguments, "--output", i)); i++)
        code = render_output(report, output);
    return code;
}

int sma_report_finish(struct sma_report *report, const struct sma_arguments *arguments,
                      const char *fail_on)
{
    sma_report_close(report);
    int code = render_all(report, arguments);
    size_t bad = report->errors;
    if (fail_on && strcmp(fail_on, "error"))
        bad += report->warnings;
    if (fail_on && !strcmp(fail_on, "info"))
        bad += report->infos;
    if (code)
        return code;
    return bad && !sma_argument_has(arguments, "--exit-zero") ? SMA_EXIT_FINDINGS : SMA_EXIT_OK;
}
