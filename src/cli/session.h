/* One run of a command over schemas: its arguments, the project, the schemas it was given, and the
 * report it fills. */
#ifndef SMA_CLI_SESSION_H
#define SMA_CLI_SESSION_H

#include "cli/git.h"
#include "cli/project.h"
#include "cli/remote_read.h"
#include "cli/report.h"
#include "cli/source.h"

struct sma_session {
    struct sma_arena arena;
    const struct sma_arguments *arguments;
    struct sma_project project;
    struct sma_git *git;  /* opened when first needed */
    struct sma_remote *remote; /* the same */
    struct sma_side side; /* the candidates */
    struct sma_scope scope;
    struct sma_report report;
    bool is_accepted; /* sma_session_accept has been here */
    int64_t started_ms;
    struct sma_error err;
};

/* Reads the project file; the session is empty otherwise. Always close it. */
enum sma_status sma_session_open(struct sma_session *session, const struct sma_arguments *arguments,
                                 const char *command) SMA_MUST_CHECK;
/* The same with this project file in place of what --config says; NULL = as --config says. */
enum sma_status sma_session_open_at(struct sma_session *session,
                                    const struct sma_arguments *arguments, const char *command,
                                    const char *config) SMA_MUST_CHECK;
void sma_session_close(struct sma_session *session);
/* Adds the schemas the arguments name, from the i-th on; without arguments those of the project,
 * else the current folder. Names and loads them; what turns out to be no schema is unselected. */
enum sma_status sma_session_gather(struct sma_session *session, size_t from) SMA_MUST_CHECK;
/* Adds what one reference names to a side: paths, git:, bundle:, sr:. */
enum sma_status sma_session_add(struct sma_session *session, struct sma_side *side,
                                struct sma_scope *scope, const char *reference) SMA_MUST_CHECK;
/* One schema, and only one, behind a reference; parsed. */
enum sma_status sma_session_one(struct sma_session *session, struct sma_side *side,
                                const char *reference, struct sma_file **out,
                                enum sma_build_fault *fault, struct sma_error *why) SMA_MUST_CHECK;
enum sma_status sma_session_git(struct sma_session *session) SMA_MUST_CHECK;
/* Opens the connection to the registry in use; from then on names that no file of the candidates
 * defines are looked for there too. */
enum sma_status sma_session_remote(struct sma_session *session) SMA_MUST_CHECK;

/* "AVRO" as people write it in rule names: "avro", "json", "proto". */
const char *sma_format_prefix(const struct sma_format *format);
/* A place in a file's text; the span may be {0, 0} for "somewhere". */
struct sma_place sma_place_of(const struct sma_side *side, const struct sma_file *file,
                              struct sma_span span);
/* Reports a schema that could not be built. NULL when out of memory. */
struct sma_said *sma_session_say_fault(struct sma_session *session, const struct sma_side *side,
                                       const struct sma_file *file, enum sma_build_fault fault,
                                       const struct sma_error *why);
/* The nearest element of the candidate around a finding that has no place in it; a finding's own
 * place is narrowed to the name of what it is about. */
struct sma_span sma_locate(const struct sma_schema *schema, const struct sma_finding *finding,
                           struct sma_span span);

/* Marks what the project and the baseline accept, reports entries that match nothing, writes a new
 * baseline when asked to. */
enum sma_status sma_session_accept(struct sma_session *session) SMA_MUST_CHECK;
/* --fix: writes the safe edits. True when files were changed: then close the session and run again,
 * without. */
bool sma_session_fixes(struct sma_session *session, enum sma_status *st);
/* Whether a finding is an error and not accepted; accepts first. */
enum sma_status sma_session_has_errors(struct sma_session *session, bool *out) SMA_MUST_CHECK;
/* Ends the run: prints and gives the exit code. `st` is that of the work so far. */
int sma_session_finish(struct sma_session *session, enum sma_status st);

#endif
