/* What a command has to say about schemas, and the formats that say it (cli-and-client 3). One
 * list of findings; every format is a rendering of it. Everything lives in the report's arena. */
#ifndef SMA_CLI_REPORT_H
#define SMA_CLI_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"
#include "cli/cli.h"
#include "core/compat/finding.h"

enum sma_severity { SMA_SEVERITY_INFO, SMA_SEVERITY_WARNING, SMA_SEVERITY_ERROR };

enum sma_direction { SMA_DIRECTION_NONE, SMA_DIRECTION_BACKWARD, SMA_DIRECTION_FORWARD };

/* A place in a text. */
struct sma_place {
    struct sma_str label; /* as shown */
    struct sma_str file;  /* a path in the work tree; empty when it is no file there */
    struct sma_str text;  /* the whole text, without byte order mark; empty = unknown */
    struct sma_span span;
    uint32_t byte_shift; /* bytes before `text` in the file: 3 for a mark */
    bool is_known;       /* span says where */
    int32_t version, id; /* of an older schema; 0 = unknown */
};

/* Lines and columns from 1, columns in code points, ends exclusive. */
struct sma_range {
    uint32_t line, column, end_line, end_column;
};

/* What to put in place of bytes [start, end) of a text; text.ptr NULL = no edit. */
struct sma_edit {
    uint32_t start, end;
    struct sma_str text;
};

/* An advice and, where a machine can write it down, the edit (fix.h). */
struct sma_fix {
    struct sma_str text;
    bool is_safe; /* --fix may do it */
    struct sma_edit edit;
};

struct sma_said {
    struct sma_str rule; /* "avro/type-mismatch" */
    enum sma_severity severity;
    enum sma_direction direction;
    struct sma_str subject, path, message, why, level, level_from, against;
    struct sma_place place;
    struct sma_place related; /* label empty = none */
    struct sma_fix fix;       /* text empty = none */
    char fingerprint[17];
    struct sma_str accepted; /* the reason; ptr NULL = not accepted */
};

struct sma_verdict {
    bool backward, forward;
};

/* One base that a subject was compared with. */
struct sma_compared {
    struct sma_str ref;
    int32_t version, id;
    bool is_compatible;
};

enum sma_subject_state {
    SMA_SUBJECT_CHECKED,
    SMA_SUBJECT_NEW,
    SMA_SUBJECT_DELETED,
    SMA_SUBJECT_BROKEN
};

struct sma_subject_report {
    struct sma_str subject, type, file, level, level_from;
    struct sma_compared *compared;
    size_t compared_count, compared_capacity;
    struct sma_verdict verdict;
    enum sma_subject_state state;
    bool has_verdict, is_compatible;
};

struct sma_report {
    struct sma_arena *arena;
    const char *command; /* "check" */
    const char *color;   /* what the user's own settings say; NULL = nothing */
    struct sma_said *findings;
    size_t count, capacity;
    struct sma_subject_report *subjects;
    size_t subject_count, subject_capacity;
    size_t errors, warnings, infos, accepted; /* counted by sma_report_close */
    size_t compatible, fresh;
    int64_t elapsed_ms;
    bool show_verdicts, show_accepted, is_color, is_utf8, is_quiet;
};

void sma_report_init(struct sma_report *report, struct sma_arena *arena, const char *command);
/* Both give zeroed room, or NULL when out of memory. */
struct sma_said *sma_report_add(struct sma_report *report);
struct sma_subject_report *sma_report_add_subject(struct sma_report *report);
/* Computes the fingerprint from rule, direction, subject, path and message. */
void sma_said_sign(struct sma_said *said);
/* Counts, sorts nothing. Called once before rendering. */
void sma_report_close(struct sma_report *report);

/* Line and column of a place; false when it is unknown (then 1:1 to 1:1). */
bool sma_place_range(const struct sma_place *place, struct sma_range *out);
const char *sma_severity_word(enum sma_severity severity);
const char *sma_direction_word(enum sma_direction direction);

/* The formats by name: human, concise, json, ndjson, sarif, junit, github, gitlab, rdjson,
 * markdown. */
struct sma_report_format {
    const char *name;
    void (*render)(struct sma_buf *out, const struct sma_report *report);
};
const struct sma_report_format *sma_report_format_find(const char *name);
void sma_render_human(struct sma_buf *out, const struct sma_report *report);
void sma_render_concise(struct sma_buf *out, const struct sma_report *report);
void sma_render_json(struct sma_buf *out, const struct sma_report *report);
void sma_render_ndjson(struct sma_buf *out, const struct sma_report *report);
void sma_render_sarif(struct sma_buf *out, const struct sma_report *report);
void sma_render_junit(struct sma_buf *out, const struct sma_report *report);
void sma_render_github(struct sma_buf *out, const struct sma_report *report);
void sma_render_gitlab(struct sma_buf *out, const struct sma_report *report);
void sma_render_rdjson(struct sma_buf *out, const struct sma_report *report);
void sma_render_markdown(struct sma_buf *out, const struct sma_report *report);

/* Whether the locale takes characters beyond ASCII. */
bool sma_is_utf8_place(void);
/* Prints the report as --format and --output ask, and gives the exit code by --fail-on and
 * --exit-zero. */
int sma_report_finish(struct sma_report *report, const struct sma_arguments *arguments,
                      const char *fail_on);

#endif
