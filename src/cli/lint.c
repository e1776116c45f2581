/* schemata lint: which rules are on, and how severe they are. */
#include "cli/lint.h"

#include "cli/commands.h"
#include "cli/rules.h"
#include "core/avro/avro.h"
#include "core/jsonschema/jsonschema.h"

const struct sma_option sma_lint_options[] = {
    {.name = "--use",
     .value = "minimal|recommended|strict",
     .standard = "the configuration, else recommended",
     .help = "the set of rules"},
    {.name = "--baseline",
     .value = "FILE",
     .standard = "schemata-baseline.json",
     .help = "accepted findings"},
    {.name = "--update-baseline", .help = "write the findings of this run as accepted"},
    {.name = "--rules",
     .value = "FILE",
     .standard = "the configuration",
     .help = "YAML like the lint part of schemata.yaml: use, rules"},
    {.name = "--fix", .help = "write the edits that are safe, then lint again"},
    {.name = NULL},
};

enum { MINIMAL, RECOMMENDED, STRICT };

/* The least set that a rule belongs to. */
static const struct {
    const char *rule;
    int set;
} memberships[] = {
    {"avro/nullable-without-default", MINIMAL},
    {"proto/required-field", MINIMAL},
    {"avro/enum-without-default", RECOMMENDED},
    {"avro/type-name-case", RECOMMENDED},
    {"avro/field-name-case", RECOMMENDED},
    {"avro/missing-namespace", RECOMMENDED},
    {"proto/enum-zero-name", RECOMMENDED},
    {"proto/missing-package", RECOMMENDED},
    {"proto/missing-syntax", RECOMMENDED},
    {"proto/type-name-case", RECOMMENDED},
    {"proto/field-name-case", RECOMMENDED},
    {"json/missing-dialect", RECOMMENDED},
    {"json/missing-type", RECOMMENDED},
    {"avro/missing-doc", STRICT},
    {"json/missing-description", STRICT},
    {"json/open-content-model", STRICT},
};

/* False when the rule is off. */
static bool severity_of(const struct sma_lint *lint, const char *rule, enum sma_severity *out)
{
    const struct sma_project *project = &lint->session->project;
    *out = SMA_SEVERITY_WARNING;
    for (size_t i = 0; i < project->rule_count; i++) {
        struct sma_str word = project->rules[i].severity;
        if (!sma_str_eqz(project->rules[i].rule, rule))
            continue;
        *out = sma_str_eqz(word, "error")  ? SMA_SEVERITY_ERROR
               : sma_str_eqz(word, "info") ? SMA_SEVERITY_INFO
                                           : SMA_SEVERITY_WARNING;
        return !sma_str_eqz(word, "off");
    }
    for (size_t i = 0; i < sizeof memberships / sizeof memberships[0]; i++)
        if (!strcmp(memberships[i].rule, rule))
            return memberships[i].set <= lint->set;
    return false;
}

void sma_lint_say(struct sma_lint *lint, const char *rule, struct sma_str message,
                  struct sma_span span)
{
    enum sma_severity severity;
    if (!severity_of(lint, rule, &severity))
        return;
    struct sma_said *said = sma_report_add(&lint->session->report);
    if (!said || !message.ptr) {
        lint->failed = true;
        return;
    }
    said->rule = sma_str_z(rule);
    said->severity = severity;
    said->subject = lint->file->subject;
    said->message = message;
    said->place = sma_place_of(&lint->session->side, lint->file, span);
    for (const struct sma_own_rule *r = sma_own_rules; r->name; r++)
        if (!strcmp(r->name, rule))
            said->fix.text = sma_str_z(r->fix);
    sma_said_sign(said);
}

/* ---- names ---- */

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool has(struct sma_str name, bool (*test)(char c))
{
    for (size_t i = 0; i < name.len; i++)
        if (test(name.ptr[i]))
            return true;
    return false;
}

bool sma_lint_is_camel(struct sma_str name)
{
    return name.len && !is_lower(name.ptr[0]) && sma_str_chr(name, '_') < 0;
}

bool sma_lint_is_snake(struct sma_str name)
{
    return name.len && !has(name, is_upper);
}

bool sma_lint_is_lower_camel(struct sma_str name)
{
    return name.len && !is_upper(name.ptr[0]) && sma_str_chr(name, '_') < 0;
}

/* ---- the command ---- */

static enum sma_status lint_file(struct sma_session *s, struct sma_file *file, int set)
{
    struct sma_lint lint = {s, file, set, false};
    enum sma_build_fault fault = SMA_FAULT_NONE;
    struct sma_error why = SMA_ERROR_INIT;
    struct sma_subject_report *subject = sma_report_add_subject(&s->report);
    enum sma_status st = sma_side_build(&s->side, file, &fault, &why, &s->err);
    if (st || !subject)
        return st ? st : sma_fail_nomem(&s->err);
    subject->subject = file->subject;
    subject->type = sma_str_z(file->format->name);
    subject->file = file->label;
    subject->state = fault ? SMA_SUBJECT_BROKEN : SMA_SUBJECT_CHECKED;
    if (fault)
        lint.failed = !sma_session_say_fault(s, &s->side, file, fault, &why);
    else if (file->format == &sma_format_avro)
        sma_lint_avro(&lint);
    else if (file->format == &sma_format_jsonschema)
        sma_lint_json(&lint);
    else
        sma_lint_proto(&lint);
    return lint.failed ? sma_fail_nomem(&s->err) : SMA_OK;
}

static int lint_once(const struct sma_arguments *arguments, bool may_fix)
{
    static const char *const sets[] = {"minimal", "recommended", "strict"};
    struct sma_session s;
    int set = RECOMMENDED;
    enum sma_status st = sma_session_open(&s, arguments, "lint");
    const char *use = sma_argument(arguments, "--use"), *rules = sma_argument(arguments, "--rules");
    if (!st && rules)
        st = sma_project_load_lint(&s.project, &s.arena, rules, &s.err);
    if (!st && !use && s.project.lint_use.len)
        use = s.project.lint_use.ptr;
    for (int i = 0; use && i < 3; i++)
        if (!strcmp(use, sets[i]))
            set = i;
    if (!st)
        st = sma_session_gather(&s, 0);
    size_t count = st ? 0 : s.side.count;
    for (size_t i = 0; !st && i < count; i++)
        if (s.side.files[i]->is_selected)
            st = lint_file(&s, s.side.files[i], set);
    if (may_fix && sma_session_fixes(&s, &st)) {
        sma_session_close(&s);
        return lint_once(arguments, false);
    }
    return sma_session_finish(&s, st);
}

int sma_lint_main(const struct sma_arguments *arguments)
{
    return lint_once(arguments, true);
}
